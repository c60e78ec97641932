"""What was seen at ours of what partners gave becomes drafts: to whom, under which marking, and what is not told."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.holdings.test_watched import hit
from tests.holdings.things import AMBER, TLP, indicator, key, raws
from tests.matters.test_shelving import bundle, collection, contribute
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.cli.app import app
from verbale.holdings import store
from verbale.holdings.models import Shelf
from verbale.matters.collection.seen import make_ready
from verbale.matters.collection.shelving import shelve_all
from verbale.matters.kit.kinds import deed_of
from verbale.matters.kit.operations import Given, draft
from verbale.node import attachments, drafts
from verbale.node.errors import AccessError, UserError
from verbale.node.models import ActRecord, Delivery, Draft, Matter, User

__all__ = ["collection"]
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", "analyst")


@pytest.fixture
def joined(collection: Matter, ada: User, person: Person) -> Matter:
    made = draft(deed_of("collection.join"), collection, ada, Given({}))
    drafts.submit(made, ada)
    drafts.clear(made, person("head", "head"))
    return collection


def laid(matter: Matter, lazuria: Peer, *things: dict[str, Any]) -> tuple[Shelf, str]:
    act = contribute(lazuria, matter, ("loaders.json", bundle(*things)))
    shelve_all()
    return Shelf.objects.get(matter=matter.id), act


def test_what_came_with_a_contribution_becomes_a_sighting_of_it(joined: Matter, lazuria: Peer, ada: User) -> None:
    shelf, act = laid(joined, lazuria, indicator(1, marking=AMBER), indicator(2, marking=AMBER))
    before = ActRecord.objects.count()
    ready = make_ready(shelf, [hit(1), hit(2), hit(1, value="192.0.2.99")], ada, marking="AMBER", at=NOW)
    assert ready.untold == []
    (made,) = ready.drafts
    assert (made.type, made.body["contribution"], made.body["count"]) == ("collection.sighting", act, 6)
    assert made.body["day"] == "2026-01-02"
    assert made.body["text"] == "2 of its indicators were found in logs."
    assert "192.0.2" not in json.dumps(made.body)
    assert sorted(made.audience) == ["LZ", "VD"]
    # A draft is no act: nothing left.
    assert ActRecord.objects.count() == before
    assert not Delivery.objects.filter(act__type="collection.sighting").exists()
    drafts.submit(made, ada)
    with pytest.raises(AccessError):
        drafts.clear(made, ada)
    drafts.clear(made, User.objects.get(username="head"))
    assert joined.state.get(key=f"seen:{act}").value["times"] == 6


def test_what_software_put_there_becomes_a_contribution(joined: Matter, lazuria: Peer, ada: User) -> None:
    shelf, _act = laid(joined, lazuria, indicator(1))
    store.add(shelf, raws(indicator(5, marking=AMBER), indicator(6, marking=AMBER)), origin="VD", marking="AMBER")
    ready = make_ready(shelf, [hit(5, "VD"), hit(6, "VD")], ada, marking="GREEN", at=NOW)
    assert ready.untold == []
    (made,) = ready.drafts
    assert (made.type, made.marking) == ("collection.contribute", "AMBER")
    assert {row["type"]: row["count"] for row in made.body["objects"]}["sighting"] == 2
    content = attachments.load(made.body["attachments"][0]["sha256"])
    assert content is not None
    objects = json.loads(content)["objects"]
    assert [item["type"] for item in objects] == ["identity", "sighting", "sighting"]
    assert {item.get("sighting_of_ref") for item in objects[1:]} == {key(5), key(6)}


def test_what_not_all_may_see_is_told_to_nobody(joined: Matter, lazuria: Peer, ada: User) -> None:
    shelf, _act = laid(joined, lazuria, indicator(1))
    Shelf.objects.filter(pk=shelf.pk).update(ceiling=4)
    shelf.refresh_from_db()
    store.add(shelf, raws(indicator(5, marking=TLP["AMBER+STRICT"])), origin="VD", marking="AMBER")
    ready = make_ready(shelf, [hit(5, "VD", "AMBER+STRICT")], ada, marking="GREEN", at=NOW)
    assert ready.drafts == []
    assert ready.untold == ["Some of what Verdia gave may not be seen by all parties: nothing of it is told to them."]


def test_what_is_marked_above_the_collection_is_not_told(joined: Matter, lazuria: Peer, ada: User) -> None:
    shelf, _act = laid(joined, lazuria, indicator(1, marking=AMBER))
    store.add(shelf, raws(indicator(5, marking=AMBER)), origin="VD", marking="AMBER")
    ready = make_ready(shelf, [hit(1), hit(5, "VD")], ada, marking="RED", at=NOW)
    assert ready.drafts == []
    assert len(ready.untold) == 2
    assert "TLP:RED, above the collection" in ready.untold[0]
    assert Draft.objects.filter(type="collection.contribute").count() == 0


def test_our_own_indicators_have_nobody_to_tell(joined: Matter, lazuria: Peer, ada: User) -> None:
    shelf, _act = laid(joined, lazuria, indicator(1))
    ready = make_ready(shelf, [hit(9, "")], ada, marking="AMBER", at=NOW)
    assert (ready.drafts, ready.untold) == ([], [])
    ready = make_ready(shelf, [hit(9, "feed.example")], ada, marking="AMBER", at=NOW)
    assert ready.drafts == []
    assert ready.untold == ["feed.example is no party of the collection: there it is not told."]


def test_who_has_not_joined_tells_nothing(collection: Matter, lazuria: Peer, ada: User) -> None:
    shelf, _act = laid(collection, lazuria, indicator(1, marking=AMBER))
    ready = make_ready(shelf, [hit(1)], ada, marking="AMBER", at=NOW)
    assert ready.drafts == []
    assert "has not joined" in ready.untold[0]


def test_only_who_may_draft_there_draws_up(joined: Matter, lazuria: Peer, ada: User, person: Person) -> None:
    shelf, _act = laid(joined, lazuria, indicator(1))
    with pytest.raises(AccessError):
        make_ready(shelf, [hit(1)], person("eve", "auditor"), marking="AMBER", at=NOW)
    Matter.objects.filter(pk=joined.pk).update(restricted=True)
    with pytest.raises(AccessError):
        make_ready(shelf, [hit(1)], ada, marking="AMBER", at=NOW)
    with pytest.raises(UserError, match="nobody to tell"):
        make_ready(Shelf.objects.create(title="Ours"), [hit(1)], ada, marking="AMBER", at=NOW)


def test_the_command_draws_up_drafts(joined: Matter, lazuria: Peer, ada: User, tmp_path: Path) -> None:
    laid(joined, lazuria, indicator(1, marking=AMBER))
    log = tmp_path / "own.csv"
    log.write_text("seen,peer\n2026-02-02T09:00:00Z,192.0.2.1\n")
    words = ["intel", "match", str(log), "--column", "peer=ip:dst", "--column", "seen=time", "--memory", "512MB"]
    done = CliRunner().invoke(app, [*words, "--shelf", "Ransomware", "--tell", "--as", "ada"])
    assert done.exit_code == 0, done.output
    assert "collection.sighting to LZ, VD; it leaves when cleared" in done.output
    assert Draft.objects.get(type="collection.sighting").body["day"] == "2026-02-02"
    Shelf.objects.create(title="Ours")
    done = CliRunner().invoke(app, [*words, "--shelf", "Ours", "--tell", "--as", "ada"])
    assert done.exit_code == 1
    assert "nobody to tell" in done.output
