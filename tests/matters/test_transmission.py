"""Transmission of a dossier: what may be shown, what is kept back, what its reader can verify, and the kit's doors."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.node.conftest import Person
from tests.node.world import Peer, now
from verbale.desk import second_factor
from verbale.matters.channel import operations as channel
from verbale.matters.channel.operations import NoteFields
from verbale.matters.incident.operations import open_incident
from verbale.matters.kit import operations
from verbale.matters.kit.kinds import deed_of
from verbale.matters.kit.operations import Given
from verbale.matters.transmission import choosing, reading
from verbale.matters.transmission.kind import tasks
from verbale.node import attachments, drafts
from verbale.node.errors import AccessError, UserError
from verbale.node.exchange.client import exchange
from verbale.node.models import ActRecord, ApiToken, Delivery, Draft, Matter, User
from verbale.node.services import receive
from verbale.protocol import Credentials, Marking, verify_disclosure, write_disclosure

pytestmark = pytest.mark.django_db
SEND = deed_of("transmission.send")
ACKNOWLEDGE = deed_of("transmission.acknowledge")


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", "analyst")


@pytest.fixture
def tomas(person: Person) -> User:
    return person("tomas", "head")


@pytest.fixture
def forum(db: None) -> Peer:
    peer = Peer("WF", "World Forum")
    peer.credentials = Credentials.create(
        peer.keys, node="WF", name="World Forum", kind="organisation", endpoint="http://wf.test", issued=now()
    )
    return peer.befriend()


def cleared(draft: Draft, ada: User, tomas: User) -> ActRecord:
    drafts.submit(draft, ada)
    return drafts.clear(draft, tomas)[-1]


@pytest.fixture
def dossier(lazuria: Peer, ada: User, tomas: User) -> Matter:
    """A dossier with a note of ours that has a file, and two notes of the other side: GREEN and AMBER."""
    incident = open_incident(ada, title="Night on the grid").matter_id
    fields = NoteFields(
        to="LZ", subject="Ours", paragraphs=("say this.",), about=incident, files=(("log.txt", "text/plain", b"lines"),)
    )
    cleared(drafts.create(channel.note_draft(fields, ada)[0], ada), ada, tomas)
    for number, marking in (("1/2026", Marking.GREEN), ("2/2026", Marking.AMBER)):
        _act, envelope = lazuria.note(number, marking=marking, body={"about": incident, "subject": f"Theirs {marking}"})
        receive([envelope], via="exchange")
    exchange(lazuria.partner, list(Delivery.objects.filter(node="LZ").select_related("act")), lazuria.http())
    return Matter.objects.get(pk=incident)


def given(dossier: Matter, **values: Any) -> Given:
    return Given({"title": "For the Forum", **values}, to=("WF",), about=dossier.id)


def sent(dossier: Matter, ada: User, tomas: User, **values: Any) -> ActRecord:
    return cleared(operations.draft(SEND, None, ada, given(dossier, **values)), ada, tomas)


def test_what_markings_allow_is_shown_and_the_rest_is_counted(
    dossier: Matter, forum: Peer, ada: User, tomas: User
) -> None:
    record = sent(dossier, ada, tomas)
    assert record.effective
    body = record.act.body
    told = {ActRecord.objects.get(pk=item["act"]).act.body["subject"] for item in body["shown"]}
    assert told == {"Ours", "Theirs GREEN"}
    assert [item["reason"] for item in body["kept"]] == ["marking"]
    bundle = attachments.load(body["bundle"])
    assert bundle is not None
    assert b"Theirs AMBER" not in bundle
    found = verify_disclosure(bundle.splitlines(keepends=True))
    ours = next(item for item in found.disclosed if item.act.author == "CR")
    assert {receipt.holder for receipt in ours.receipts} == {"CR", "LZ"}
    assert [item["name"] for item in body["attachments"]] == ["disclosure.jsonl", "log.txt"]


def test_a_file_is_held_back_and_its_name_is_told(dossier: Matter, forum: Peer, ada: User, tomas: User) -> None:
    record = sent(dossier, ada, tomas, without_files=True)
    body = record.act.body
    assert [item["name"] for item in body["attachments"]] == ["disclosure.jsonl"]
    assert [[file["name"] for file in item["withheld"]] for item in body["shown"]] == [["log.txt"], []]


def test_one_act_is_chosen(dossier: Matter, forum: Peer, ada: User, tomas: User) -> None:
    ours = ActRecord.objects.get(type="channel.note", author="CR")
    body = sent(dossier, ada, tomas, acts=[ours.id]).act.body
    assert [item["act"] for item in body["shown"]] == [ours.id]
    assert sorted(item["reason"] for item in body["kept"]) == ["choice", "marking"]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"acts": ["f" * 64]}, "no act of this dossier"),
        ({"files": ["f" * 64]}, "no file of this dossier"),
        ({"colour": "red"}, "has no field colour"),
        ({"title": ""}, "Title is missing"),
    ],
)
def test_a_wrong_choice_is_refused(
    dossier: Matter, forum: Peer, ada: User, values: dict[str, Any], reason: str
) -> None:
    with pytest.raises(UserError, match=reason):
        operations.draft(SEND, None, ada, given(dossier, **values))


def test_an_act_that_its_marking_holds_back_is_refused(dossier: Matter, forum: Peer, ada: User) -> None:
    theirs = ActRecord.objects.get(marking="AMBER", author="LZ")
    with pytest.raises(UserError, match="TLP:AMBER of LZ"):
        operations.draft(SEND, None, ada, given(dossier, acts=[theirs.id]))


def test_who_may_not_draft_may_not_transmit(dossier: Matter, forum: Peer, person: Person) -> None:
    with pytest.raises(AccessError):
        operations.draft(SEND, None, person("otto", "operator"), given(dossier))
    with pytest.raises(UserError, match="no clearance"):
        operations.draft(ACKNOWLEDGE, dossier, person("olga", "desk"), Given({"seized": "x"}))


def test_a_closed_dossier_is_transmitted_by_those_who_may_open_it(
    dossier: Matter, forum: Peer, ada: User, person: Person
) -> None:
    dossier.restricted = True
    dossier.save()
    with pytest.raises(UserError, match="no such dossier"):
        operations.draft(SEND, None, ada, given(dossier))


# -- the other end ----------------------------------------------------------------------------------------------------


@pytest.fixture
def arrived(lazuria: Peer, forum: Peer) -> Matter:
    """A transmission of the peer to us, of a note to somebody we do not know."""
    act, envelope = lazuria.note("9/2026", audience=("XX",), body={"subject": "Between others"})
    bundle = b"".join(write_disclosure([lazuria.credentials], [(envelope, [], [])], []))
    described = attachments.describe(bundle, "disclosure.jsonl", choosing.BUNDLE)
    body = {
        "title": "Look at this",
        "bundle": described["sha256"],
        "attachments": [described],
        "shown": [
            {"act": act.id, "type": act.type, "author": "LZ", "issued": act.issued, "marking": "AMBER", "withheld": []}
        ],
        "kept": [],
        "text": "",
        "about": None,
    }
    opening, sealed = lazuria.act("transmission.send", body)
    receive([sealed], [bundle], via="exchange")
    return Matter.objects.get(pk=opening.matter)


def browser(user: User) -> Client:
    second_factor.enrol(user, "JBSWY3DPEHPK3PXP")
    client = Client()
    client.force_login(user)
    return client


def test_the_reader_verifies_and_reads_it(arrived: Matter, ada: User) -> None:
    client = browser(ada)
    page = client.get(reverse("dossier", args=[arrived.id])).content.decode()
    assert "Every signature and receipt in the bundle was verified here" in page
    (entry,) = reading.read(arrived.state.get(key="opening").value["bundle"]).entries
    shown = client.get(reverse("transmission:shown", args=[arrived.id, entry["record"].id]))
    assert "Both signatures of Lazuria verify" in shown.content.decode()
    assert "inform the Ministry of a test" in shown.content.decode()
    assert client.get(reverse("transmission:shown", args=[arrived.id, "f" * 64])).status_code == 404


def test_a_bundle_that_is_not_here_is_said_to_be_missing(arrived: Matter, ada: User, own_home: Any) -> None:
    page = browser(ada).get(reverse("dossier", args=[arrived.id])).content.decode()
    assert "The bundle has not arrived" in page


def test_it_is_acknowledged_once_by_one_press(arrived: Matter, ada: User) -> None:
    (task,) = [task for task in tasks() if task.ours]
    assert task.matter_id == arrived.id
    client = browser(ada)
    address = reverse("transmission:write", args=[arrived.id, "acknowledge"])
    assert "Which office is seized of it" in client.get(address).content.decode()
    assert client.post(address, {"seized": ""}).status_code == 200
    answer = client.post(address, {"seized": "First Committee"})
    assert answer.status_code == 302
    record = ActRecord.objects.get(type="transmission.acknowledge")
    assert (record.effective, record.audience) == (True, ["LZ"])
    assert not list(tasks())
    again = client.post(address, {"seized": "First Committee"})
    assert "had already acknowledged" in again.content.decode()
    assert "First Committee" in client.get(reverse("dossier", args=[arrived.id])).content.decode()


def test_the_sender_does_not_acknowledge_itself(
    dossier: Matter, forum: Peer, lazuria: Peer, ada: User, tomas: User
) -> None:
    record = sent(dossier, ada, tomas)
    matter = Matter.objects.get(pk=record.matter_id)
    with pytest.raises(UserError, match="does not acknowledge its own"):
        operations.say(ACKNOWLEDGE, matter, ada, Given({"seized": "We"}))
    refs = (record.id,)
    for peer, audience, reason in (
        (lazuria, ("CR",), "is not a party"),
        (forum, ("CR", "LZ"), "not addressed to all other parties"),
    ):
        _act, envelope = peer.act(
            "transmission.acknowledge", {"seized": "x"}, matter=matter.id, audience=audience, refs=refs
        )
        receive([envelope], via="exchange")
        assert reason in ActRecord.objects.order_by("-index")[0].reason


def test_a_bundle_that_is_no_attachment_is_without_effect(lazuria: Peer) -> None:
    body = {
        "title": "x",
        "bundle": "a" * 64,
        "attachments": [attachments.describe(b"x", "x", "text/plain")],
        "shown": [{"act": "b" * 64, "type": "t", "author": "LZ", "issued": "x", "marking": "AMBER"}],
    }
    _act, envelope = lazuria.act("transmission.send", body)
    receive([envelope], via="exchange")
    assert "none of its attachments" in ActRecord.objects.get().reason


# -- doors ------------------------------------------------------------------------------------------------------------


def test_the_page_offers_act_by_act_and_file_by_file(dossier: Matter, forum: Peer, ada: User) -> None:
    client = browser(ada)
    address = reverse("transmission:send")
    page = client.get(address, {"about": dossier.id}).content.decode()
    assert "with log.txt" in page
    assert page.count("disabled") == 1
    ours = ActRecord.objects.get(type="channel.note", author="CR")
    posted = {"about": dossier.id, "to": ["WF"], "title": "Shown", "marking": "GREEN", "acts": [ours.id]}
    answer = client.post(address, {**posted, "submit": "1"})
    assert answer.status_code == 302
    draft = Draft.objects.get(status="submitted")
    assert (draft.status, draft.marking, draft.audience) == ("submitted", "GREEN", ["WF"])
    assert [item["withheld"][0]["name"] for item in draft.body["shown"]] == ["log.txt"]
    assert "Held back: log.txt" in client.get(answer.headers["location"]).content.decode()
    nothing = client.post(address, {**posted, "acts": []})
    assert "choose one act at least" in nothing.content.decode()


def test_the_api_drafts_and_acknowledges(
    dossier: Matter, forum: Peer, arrived: Matter, ada: User, client: Client
) -> None:
    headers = {"authorization": f"Bearer {ApiToken.make(ada, 'test')}"}

    def post(path: str, **fields: Any) -> Any:
        return client.post(f"/api/v1{path}", json.dumps(fields), "application/json", headers=headers)

    drafted = post("/transmission/send", title="By API", to=["wf"], about=dossier.id)
    assert drafted.status_code == 200, drafted.content
    assert drafted.json()["status"] == "draft"
    assert post("/transmission/send", title="By API", to=["WF"], about="f" * 32).status_code == 422
    assert post("/transmission/send", title=5, to=["WF"]).status_code == 422
    said = post(f"/transmission/{arrived.id}/acknowledge", seized="First Committee")
    assert said.status_code == 200, said.content
    assert said.json()["effective"] is True
    told = client.get(f"/api/v1/transmission/{arrived.id}", headers=headers).json()
    assert told["standing"].startswith("Transmitted by Lazuria; acknowledged by")
    assert [item["id"] for item in client.get("/api/v1/transmission/", headers=headers).json()] == [arrived.id]
    assert post("/transmission/" + "f" * 32 + "/acknowledge", seized="x").status_code == 404
