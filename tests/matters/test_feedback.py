"""Feedback on contributions as people and partners give it: what it says of the objects on the shelf, and warnings."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from tests.holdings.things import indicator, key
from tests.matters.small import STIX_IDS
from tests.matters.test_shelving import bundle, collection, contribute
from tests.matters.test_small_kinds import Do, ada, do, hana
from tests.matters.test_talks_pages import client_of, shown
from tests.node.world import Peer
from verbale.holdings import given, heard, store
from verbale.holdings.models import Shelf
from verbale.holdings.store import STAFF
from verbale.holdings.worth import Judge, Worth
from verbale.matters.collection.feedback import of_matter, standing_verdicts, told
from verbale.matters.collection.shelving import shelve_all
from verbale.matters.collection.warn import warnings
from verbale.matters.kit import operations
from verbale.matters.kit.kinds import deed_of
from verbale.matters.kit.operations import Given
from verbale.node import drafts
from verbale.node.errors import UserError
from verbale.node.models import ActRecord, ApiToken, Draft, Matter, User
from verbale.node.services import receive

__all__ = ["ada", "collection", "do", "hana"]
pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


def fresh(number: int, **more: Any) -> dict[str, Any]:
    """An indicator of today: what it is worth does not hang on when the tests run."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {**indicator(number, marking="", pattern=f"[domain-name:value = 'c{number}.evil.xyz']"), "created": now,
            "modified": now, "valid_from": now, **more}  # fmt: skip


def say(peer: Peer, matter: Matter, name: str, act: str, **body: Any) -> ActRecord:
    """An act of a party on a contribution, received."""
    opening = matter.state.get(key="opening").value["act"]
    made, envelope = peer.act(
        name,
        {"contribution": act, **body},
        matter=matter.id,
        refs=(opening, act),
        audience=tuple({"CR", "LZ", "VD"} - {peer.node}),
    )
    receive([envelope], via="exchange")
    return ActRecord.objects.get(pk=made.id)


@pytest.fixture
def joined(collection: Matter, verdia: Peer, do: Do) -> Matter:
    """Lazuria's collection, which we and Verdia joined."""
    opening = collection.state.get(key="opening").value["act"]
    _act, envelope = verdia.act("collection.join", {}, matter=collection.id, refs=(opening,), audience=("CR", "LZ"))
    receive([envelope], via="exchange")
    do("collection.join", collection)
    return collection


def worth(matter: Matter, number: int) -> Worth:
    shelf = Shelf.objects.get(matter=matter.id)
    held = store.get(shelf, STAFF, key(number))
    assert held is not None
    found = Judge(shelf).worth(held)
    assert found is not None
    return found


def test_feedback_reaches_the_objects_on_the_shelf(joined: Matter, lazuria: Peer, verdia: Peer, do: Do) -> None:
    act = contribute(lazuria, joined, ("a.json", bundle(fresh(1), fresh(2), fresh(3))))
    shelve_all()
    assert worth(joined, 1).active
    # Ours ends it, a third party's does not, and each object stands for itself.
    assert say(verdia, joined, "collection.feedback", act, verdict="false-positive", objects=[key(2)]).effective
    do("collection.feedback", joined, contribution=act, verdict="false-positive", objects=[key(1)], text="A CDN.")
    assert [worth(joined, number).ended for number in (1, 2, 3)] == ["false-positive", "", ""]
    assert (worth(joined, 1).refuted_by, worth(joined, 2).doubted_by) == (("CR",), ("VD",))
    # The latest stands.
    do("collection.feedback", joined, contribution=act, verdict="confirmed", objects=[key(1)])
    assert (worth(joined, 1).ended, worth(joined, 1).last_seen is not None) == ("", True)
    # Its giver's word ends all of it at once.
    assert say(lazuria, joined, "collection.feedback", act, verdict="false-positive").effective
    assert worth(joined, 3).ended == "false-positive"


def test_a_sighting_refreshes_all_that_came_with_the_contribution(joined: Matter, lazuria: Peer, do: Do) -> None:
    act = contribute(lazuria, joined, ("a.json", bundle(fresh(1))))
    shelve_all()
    day = (NOW - timedelta(days=3)).date()
    do("collection.sighting", joined, contribution=act, count=2, day=day.isoformat())
    seen = worth(joined, 1).last_seen
    assert seen is not None
    assert datetime.fromtimestamp(seen / 1_000_000, UTC).date() == day


def test_confidence_counts_what_others_than_the_giver_say(joined: Matter, lazuria: Peer, verdia: Peer, do: Do) -> None:
    act = contribute(lazuria, joined, ("a.json", bundle(fresh(1), fresh(2))))
    shelve_all()
    do("collection.feedback", joined, contribution=act, verdict="confirmed", objects=[key(1)])
    say(verdia, joined, "collection.feedback", act, verdict="false-positive", objects=[key(2)])
    say(lazuria, joined, "collection.sighting", act, count=5, day="2026-11-20")
    say(lazuria, joined, "collection.feedback", act, verdict="false-positive", objects=[key(2)])
    found = given.gave("LZ", Shelf.objects.all())
    assert (found.contributions, found.objects, found.seen, found.false_positives) == (1, 2, 1, 1)
    assert (found.confidence.ours.right, found.confidence.ours.wrong) == (1, 0)
    assert (found.confidence.others.right, found.confidence.others.wrong) == (0, 1)
    assert found.confidence.owned_up == 1
    # What is withdrawn says nothing any more.
    say(lazuria, joined, "collection.withdraw", act, reason="It was wrong.")
    shelve_all()
    found = given.gave("LZ", Shelf.objects.all())
    assert (found.contributions, found.withdrawn, found.objects) == (0, 1, 0)
    assert found.confidence.best.judged == 0


def test_an_object_that_did_not_come_with_it_is_refused_before_it_leaves(
    joined: Matter, lazuria: Peer, ada: User
) -> None:
    act = contribute(lazuria, joined, ("a.json", bundle(fresh(1))))
    values = {"contribution": act, "verdict": "useful", "objects": [key(1), key(2)]}
    deed = deed_of("collection.feedback")
    # While nothing of it stands on the shelf this node cannot tell.
    assert operations.draft_fields(deed, joined, ada, Given(values), keep=False)
    shelve_all()
    with pytest.raises(UserError, match="did not come with this contribution") as raised:
        operations.draft(deed, joined, ada, Given(values))
    assert raised.value.field == "objects"
    assert key(2) in str(raised.value)
    assert operations.draft(deed, joined, ada, Given({**values, "objects": [key(1)]})).status == Draft.Status.DRAFT


def test_feedback_waits_for_clearance(joined: Matter, lazuria: Peer, ada: User, hana: User) -> None:
    act = contribute(lazuria, joined, ("a.json", bundle(fresh(1))))
    values = Given({"contribution": act, "verdict": "useful"})
    draft = operations.draft(deed_of("collection.feedback"), joined, ada, values)
    drafts.submit(draft, ada)
    assert not ActRecord.objects.filter(type="collection.feedback").exists()
    (record,) = drafts.clear(draft, hana)
    assert (record.effective, record.audience) == (True, ["LZ", "VD"])


def test_the_page_tells_what_a_contribution_was_worth(
    joined: Matter, lazuria: Peer, verdia: Peer, do: Do, ada: User
) -> None:
    act = contribute(lazuria, joined, ("a.json", bundle(fresh(1), fresh(2))))
    shelve_all()
    page = shown(client_of(ada), f"/dossiers/{joined.id}/")
    assert f"/collection/{joined.id}/feedback/?act={act}" in page
    do("collection.feedback", joined, contribution=act, verdict="useful", text="It led us to two hosts.")
    say(verdia, joined, "collection.feedback", act, verdict="useful")
    say(verdia, joined, "collection.feedback", act, verdict="false-positive", objects=[key(1), key(2)])
    page = shown(client_of(ada), f"/dossiers/{joined.id}/")
    assert "2 parties find it useful. 2 objects of it were called false positives." in page
    assert "It led us to two hosts." in page
    form = shown(client_of(ada), f"/collection/{joined.id}/feedback/?act={act}&objects={key(1)}")
    assert key(1) in form


def test_a_page_form_drafts_it(joined: Matter, lazuria: Peer, ada: User) -> None:
    act = contribute(lazuria, joined, ("a.json", bundle(fresh(1))))
    shelve_all()
    answer = client_of(ada).post(
        f"/collection/{joined.id}/feedback/",
        {"contribution": act, "verdict": "no-use", "objects": f"{key(1)}\n", "text": "Known here."},
    )
    assert answer.status_code == 302, answer.content[:500]
    draft = Draft.objects.get(type="collection.feedback")
    assert draft.body["objects"] == [key(1)]
    assert draft.body["verdict"] == "no-use"


def test_the_api_and_the_command_draft_it(joined: Matter, lazuria: Peer, ada: User) -> None:
    act = contribute(lazuria, joined, ("a.json", bundle(fresh(1))))
    shelve_all()
    body = {"contribution": act, "verdict": "confirmed", "objects": [key(1)], "text": "Seen in our proxy."}
    token = {"HTTP_AUTHORIZATION": f"Bearer {ApiToken.make(ada, 'test')}"}
    address = f"/api/v1/collection/{joined.id}/feedback"
    answer = Client().post(address, json.dumps(body), "application/json", **token)
    assert answer.status_code == 200, answer.content
    assert Draft.objects.get(type="collection.feedback").body == {**body, "about": None}
    answer = Client().post(address, json.dumps({**body, "verdict": "perhaps"}), "application/json", **token)
    assert answer.status_code == 422
    from verbale.cli.app import app

    words = ["say", "collection.feedback", joined.id, f"contribution={act}", "verdict=no-use", f"objects={key(1)}"]
    said = CliRunner().invoke(app, [*words, "--as", "ada"])
    assert said.exit_code == 0, said.output
    assert Draft.objects.filter(type="collection.feedback", body__verdict="no-use").exists()


def test_the_act_is_shown_in_full_and_in_a_line(joined: Matter, lazuria: Peer, verdia: Peer, ada: User) -> None:
    act = contribute(lazuria, joined, ("a.json", bundle(fresh(1))))
    record = say(
        verdia, joined, "collection.feedback", act, verdict="confirmed", objects=[key(1)], text="In two ministries."
    )
    page = shown(client_of(ada), f"/acts/{record.id}/")
    assert "Confirmed: own analysts saw it" in page
    assert key(1) in page
    # A stranger's body can hold anything.
    for odd in ({"verdict": "maybe"}, {"verdict": "useful", "objects": [1]}, {"verdict": 7}):
        record = say(verdia, joined, "collection.feedback", act, **odd)
        assert not record.effective
        shown(client_of(ada), f"/acts/{record.id}/")
    page = shown(client_of(ada), f"/dossiers/{joined.id}/")
    assert "Confirmed: own analysts saw it (1 object): In two ministries." in page


def test_only_for_collections(joined: Matter) -> None:
    assert of_matter("f" * 32) == heard.Told([], [])
    Matter.objects.filter(pk=joined.pk).update(kind="talks")
    assert of_matter(joined.pk) == heard.Told([], [])


def test_counts_are_of_parties_for_the_whole_and_of_objects() -> None:
    one, two, _three = STIX_IDS
    verdict = {"act": "x", "issued": "2026-11-24T08:00:00.000Z"}
    state = {
        "verdict:a:CR:": {**verdict, "verdict": "useful"},
        "verdict:a:VD:": {**verdict, "verdict": "useful"},
        f"verdict:a:CR:{one}": {**verdict, "verdict": "confirmed"},
        f"verdict:a:VD:{one}": {**verdict, "verdict": "confirmed"},
        f"verdict:a:VD:{two}": {**verdict, "verdict": "no-use"},
    }
    found = standing_verdicts(state)["a"]
    assert {name: number for name, number in found["whole"].items() if number} == {"useful": 2}
    assert {name: number for name, number in found["objects"].items() if number} == {"confirmed": 1, "no-use": 1}


@pytest.mark.parametrize(
    ("day", "at"),
    [
        ("2026-11-20", datetime(2026, 11, 20, 23, 59, 59, 999_999, tzinfo=UTC)),
        # Not later than it was said, whatever the day.
        ("2026-11-24", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("9999-12-31", datetime(2026, 11, 24, 8, tzinfo=UTC)),
    ],
)
def test_when_it_was_seen(day: str, at: datetime) -> None:
    entry = {"by": "CR", "contribution": "a", "count": 1, "day": day, "issued": "2026-11-24T08:00:00.000Z"}
    (found,) = told({"sighting:s": entry}).heard
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=found.at) == at


# -- what is well known and benign -------------------------------------------------------------------------------------


def test_a_draft_warns_of_what_is_benign(joined: Matter, ada: User) -> None:
    known = indicator(8, marking="", pattern="[ipv4-addr:value = '8.8.8.8']")
    files = [
        ("ours.json", "application/json", bundle(fresh(1), known)),
        ("notes.txt", "text/plain", b"8.8.8.8"),
    ]
    given_ = Given({"title": "Ours", "attachments": files})
    draft = operations.draft(deed_of("collection.contribute"), joined, ada, given_)
    (warning,) = warnings(draft, ada)
    assert "ours.json names 8.8.8.8, which is well known and benign" in str(warning.sentence)
    page = shown(client_of(ada), f"/drafts/{draft.pk}/")
    assert "8.8.8.8, which is well known" in page
    token = {"HTTP_AUTHORIZATION": f"Bearer {ApiToken.make(ada, 'test')}"}
    (told_,) = json.loads(Client().get("/api/v1/drafts", **token).content)
    assert "8.8.8.8" in told_["warnings"][0]["sentence"]


def test_fifty_are_told_and_that_there_are_more(joined: Matter, ada: User) -> None:
    files = [("a.json", "application/json", bundle(*(indicator(number, marking="") for number in range(60))))]
    draft = operations.draft(
        deed_of("collection.contribute"), joined, ada, Given({"title": "Ours", "attachments": files})
    )
    found = list(warnings(draft, ada))
    assert len(found) == 51
    assert "only 50 are told" in str(found[-1].sentence)


def test_other_drafts_are_left_alone(joined: Matter, lazuria: Peer, ada: User) -> None:
    act = contribute(lazuria, joined, ("a.json", bundle(fresh(1))))
    draft = operations.draft(
        deed_of("collection.sighting"), joined, ada, Given({"contribution": act, "count": 1, "day": "2026-11-20"})
    )
    assert list(warnings(draft, ada)) == []
