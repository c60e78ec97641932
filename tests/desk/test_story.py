"""The story of a case: five steps, what comes next, every act with its proof; on the page and by the API."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.node.conftest import Person, lazuria, own_home, person, verdia
from tests.node.world import Peer
from verbale.desk import second_factor
from verbale.desk.story import case_of, cases_of, proofs, records_of, story_of
from verbale.matters.incident.operations import open_incident
from verbale.node.errors import AccessError
from verbale.node.models import ActRecord, ApiToken, Delivery, Matter, User
from verbale.node.services import receive

__all__ = ["lazuria", "own_home", "person", "verdia"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", "analyst")


@pytest.fixture
def case(ada: User, lazuria: Peer) -> str:
    """An incident of ours, and a note of Lazuria about it."""
    found = open_incident(ada, title="Night on the grid").matter_id
    _act, envelope = lazuria.note("1/2026", body={"about": found, "subject": "About the night"})
    receive([envelope], via="exchange")
    return found


def browser(user: User) -> Client:
    second_factor.enrol(user, "JBSWY3DPEHPK3PXP")
    client = Client()
    client.force_login(user)
    return client


def test_it_tells_what_happened_and_what_comes_next(case: str, ada: User) -> None:
    told = story_of(ada, case)
    assert told.title == "Night on the grid"
    assert [step.state for step in told.steps] == ["open", "none", "none", "none", "none"]
    assert [entry["record"].type for entry in told.steps[0].entries] == ["incident.open", "channel.note"]
    assert told.following is not None
    assert "Acknowledge the note" in str(told.following.sentence)
    assert told.parties == ["CR", "LZ"]


def test_matters_about_the_case_stand_in_their_step(case: str, ada: User, lazuria: Peer) -> None:
    invited, envelope = lazuria.act(
        "talks.invite",
        {"subject": "Talks on the night", "times": ["2027-01-05T09:00:00Z"], "place": "by video", "about": case},
    )
    receive([envelope], via="exchange")
    told = story_of(ada, case)
    (line,) = told.steps[1].matters
    assert (line["matter"].id, line["matter"].about_id) == (invited.matter, case)
    assert line["standing"]
    assert told.steps[1].state == "open"
    page = browser(ada).get(reverse("story", args=[case])).content.decode()
    assert "Talks on the night" in page
    assert "Invite to talks" in page


def test_a_case_that_was_only_shown_is_told_all_the_same(ada: User, lazuria: Peer) -> None:
    _act, envelope = lazuria.act(
        "talks.invite", {"subject": "Elsewhere", "times": ["2027-01-05T09:00:00Z"], "place": "x", "about": "c" * 32}
    )
    receive([envelope], via="exchange")
    told = story_of(ada, "c" * 32)
    assert (told.title, told.matter) == ("Elsewhere", None)
    assert [item["case"] for item in cases_of(ada)] == ["c" * 32]
    assert browser(ada).get(reverse("story", args=["c" * 32])).status_code == 200


def test_a_closed_case_is_closed_to_others_with_all_that_is_about_it(case: str, person: Person, ada: User) -> None:
    matter = Matter.objects.get(pk=case)
    matter.restricted = True
    matter.save()
    matter.people.add(ada)
    olga = person("olga", "desk")
    with pytest.raises(AccessError):
        story_of(olga, case)
    assert not records_of(olga, case_of(ada, case)).exists()
    client = browser(olga)
    for name in ("story", "story-proof"):
        assert client.get(reverse(name, args=[case])).status_code == 403
    assert "Night on the grid" not in client.get(reverse("stories")).content.decode()
    assert "Night on the grid" in browser(ada).get(reverse("stories")).content.decode()
    assert browser(person("otto", "operator")).get(reverse("story", args=[case])).status_code == 403


def test_an_unknown_case_is_not_found(ada: User) -> None:
    assert browser(ada).get(reverse("story", args=["f" * 32])).status_code == 404
    assert "begins with an incident" in browser(ada).get(reverse("stories")).content.decode()


def test_every_act_is_proven_and_what_is_not_is_said(case: str, ada: User, lazuria: Peer) -> None:
    rows = proofs(records_of(ada, case_of(ada, case)))
    assert [(row["record"].author, row["signed"]) for row in rows] == [("CR", True), ("LZ", True)]
    assert all(item["holds"] for row in rows for item in row["receipts"])
    client = browser(ada)
    address = reverse("story-proof", args=[case])
    assert "Every signature and every receipt on this page was verified" in client.get(address).content.decode()
    # A row that somebody changed in the database: its signature no longer holds.
    note = ActRecord.objects.get(type="channel.note")
    ActRecord.objects.filter(pk=note.pk).update(
        payload=bytes(note.payload).replace(b"About the night", b"About the light")
    )
    page = client.get(address).content.decode()
    assert "Not everything on this page verifies" in page


def test_a_receipt_for_another_act_is_no_proof(case: str, ada: User, lazuria: Peer) -> None:
    first, second = ActRecord.objects.order_by("index")[:2]
    lazuria.record(second.act)
    Delivery.objects.create(act=first, node="LZ", rank=3, receipt=lazuria.receipt(second.id).to_bytes())
    (row, _other) = proofs(records_of(ada, case_of(ada, case)))
    assert [item["problem"] for item in row["receipts"]] == ["", "the receipt is for another act"]


def test_only_the_latest_acts_are_told_and_all_are_proven(
    case: str, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verbale.desk.story._MOST_ACTS", 1)
    told = story_of(ada, case)
    assert [entry["record"].type for step in told.steps for entry in step.entries] == ["channel.note"]
    assert not told.whole
    assert len(proofs(records_of(ada, case_of(ada, case)))) == 2


def test_the_api_tells_it(case: str, ada: User, client: Client) -> None:
    def get(path: str) -> Any:
        answer = client.get(f"/api/v1{path}", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.content
        return json.loads(answer.content)

    token = ApiToken.make(ada, "test")
    assert [item["case"] for item in get("/cases")] == [case]
    told = get(f"/cases/{case}")
    assert told["steps"][0]["acts"][1]["sentence"].startswith("About the night")
    assert told["steps"][0]["next"][0]["ours"] is True
    rows = get(f"/cases/{case}/proof")
    assert [row["record"]["type"] for row in rows] == ["incident.open", "channel.note"]
    assert all(row["signed"] for row in rows)
