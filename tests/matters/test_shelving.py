"""Contributions to a collection stand on its shelf, for whom their markings allow, until they are withdrawn."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.holdings.things import TLP, indicator
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.demo import nodes
from verbale.holdings import store
from verbale.holdings.models import Contributed, Shelf
from verbale.holdings.store import STAFF, Query, Viewer
from verbale.matters.collection import shelving
from verbale.matters.collection.shelving import shelve, shelve_all
from verbale.matters.kit.kinds import deed_of
from verbale.matters.kit.operations import Given, draft
from verbale.node import attachments, drafts
from verbale.node.models import Matter, User
from verbale.node.services import receive
from verbale.protocol import Marking

pytestmark = pytest.mark.django_db
REPORTS = Path(nodes.__file__).parent / "reports"


BUNDLE = "bundle--5a0c1b52-0000-4000-8000-000000000001"


def bundle(*objects: dict[str, Any]) -> bytes:
    return json.dumps(
        {"type": "bundle", "id": "bundle--5a0c1b52-0000-4000-8000-000000000001", "objects": objects}
    ).encode()


@pytest.fixture
def collection(lazuria: Peer, verdia: Peer) -> Matter:
    """Opened by Lazuria to us and Verdia."""
    act, envelope = lazuria.act(
        "collection.open",
        {"title": "Ransomware", "purpose": "To stop it", "wanted": ["Loaders"], "ceiling": "AMBER"},
        audience=("CR", "VD"),
    )
    receive([envelope], via="exchange")
    return Matter.objects.get(pk=act.matter)


def contribute(
    peer: Peer, matter: Matter, *files: tuple[str, bytes], marking: Marking = Marking.AMBER, held: bool = True
) -> str:
    opening = next(iter(matter.state.filter(key="opening"))).value["act"]
    if held:
        attachments.store([content for _name, content in files])
    act, envelope = peer.act(
        "collection.contribute",
        {
            "title": "Loaders",
            "attachments": [attachments.describe(content, name, "application/json") for name, content in files],
        },
        matter=matter.id,
        refs=(opening,),
        audience=("CR", "VD"),
    )
    receive([envelope], via="exchange")
    return act.id


def ids(shelf: Shelf, viewer: Viewer = STAFF) -> set[str]:
    return {item.stix_id for item in store.everything(shelf, viewer)}


def test_objects_of_a_contribution_stand_on_the_shelf_of_the_collection(collection: Matter, lazuria: Peer) -> None:
    amber, green, red = (
        indicator(1, marking=TLP["AMBER"]),
        indicator(2, marking=TLP["GREEN"]),
        indicator(3, marking=TLP["RED"]),
    )
    unmarked = {key: value for key, value in indicator(4).items() if key != "object_marking_refs"}
    act = contribute(lazuria, collection, ("loaders.json", bundle(amber, green, red, unmarked)))
    shelve_all()
    shelf = Shelf.objects.get(matter=collection.id)
    assert shelf.title == "Ransomware"
    held = {item["id"] for item in (amber, green, unmarked)}
    # What is marked above the ceiling of the collection does not stand on it; its giver's staff learn why.
    assert ids(shelf) == held
    (done,) = Contributed.objects.all()
    assert (done.act, done.accepted, [item[0] for item in done.refused]) == (act, 3, [red["id"]])
    # Parties see what parties may see, partners outside what is GREEN, strangers nothing.
    assert ids(shelf, Viewer("VD")) == held
    assert ids(shelf, Viewer("OC")) == {green["id"]}
    assert ids(shelf, Viewer("")) == set()


def test_it_is_laid_once_however_often_one_looks(collection: Matter, lazuria: Peer) -> None:
    contribute(lazuria, collection, ("loaders.json", bundle(indicator(1))))
    for _turn in range(3):
        shelve(collection)
    shelf = Shelf.objects.get(matter=collection.id)
    assert store.count(shelf) == 1
    assert Contributed.objects.count() == 1


def test_what_is_new_is_laid_as_soon_as_it_comes(
    collection: Matter, lazuria: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelving, "_place", None)
    shelving.shelve_new()
    assert not Shelf.objects.filter(matter=collection.id).exists(), "what came before is left to the clock"
    contribute(lazuria, collection, ("loaders.json", bundle(indicator(1))))
    shelving.shelve_new()
    shelf = Shelf.objects.get(matter=collection.id)
    assert store.count(shelf) == 1
    looked: list[str] = []
    monkeypatch.setattr(shelving, "shelve", lambda matter: looked.append(matter.id))
    shelving.shelve_new()
    assert looked == [], "nothing has happened since"


def test_a_file_that_arrives_later_is_laid_then(collection: Matter, lazuria: Peer) -> None:
    data = bundle(indicator(91))
    contribute(lazuria, collection, ("loaders.json", data), held=False)
    shelve_all()
    shelf = Shelf.objects.get(matter=collection.id)
    assert ids(shelf) == set()
    attachments.store([data])
    shelve_all()
    assert ids(shelf) == {indicator(91)["id"]}


def test_a_misp_event_becomes_objects_and_a_text_none(collection: Matter, lazuria: Peer) -> None:
    event = (REPORTS / "cerber-ransomware.json").read_bytes()
    contribute(lazuria, collection, ("cerber.json", event), ("notes.txt", b"Call me."), ("odd.json", b"[1, 2]"))
    shelve_all()
    shelf = Shelf.objects.get(matter=collection.id)
    types = {item.type for item in store.everything(shelf, STAFF)}
    assert {"report", "indicator", "identity"} <= types
    assert Contributed.objects.count() == 3


def test_a_broken_file_is_told_and_hides_nothing_else(collection: Matter, lazuria: Peer) -> None:
    broken = indicator(2)
    broken["valid_from"] = "yesterday"
    contribute(
        lazuria, collection, ("a.json", bundle(indicator(1), broken)), ("b.json", b'{"type": "bundle", "objects": [{')
    )
    shelve_all()
    shelf = Shelf.objects.get(matter=collection.id)
    assert ids(shelf) == {indicator(1)["id"]}
    told = [line for done in Contributed.objects.order_by("id") for line in done.refused]
    assert [line[0] for line in told] == [broken["id"], "b.json"]
    assert "valid_from" in told[0][1]


def test_what_is_withdrawn_leaves_the_shelf_and_what_others_gave_stays(
    collection: Matter, lazuria: Peer, verdia: Peer
) -> None:
    opening = next(iter(collection.state.filter(key="opening"))).value["act"]
    _joined, envelope = verdia.act("collection.join", {}, matter=collection.id, refs=(opening,), audience=("CR", "LZ"))
    receive([envelope], via="exchange")
    both, alone = indicator(1, marking=TLP["AMBER"]), indicator(2, marking=TLP["AMBER"])
    act = contribute(lazuria, collection, ("a.json", bundle(both, alone)))
    _given, envelope = verdia.act(
        "collection.contribute",
        {"title": "Ours", "attachments": [attachments.describe(bundle(both), "v.json", "application/json")]},
        matter=collection.id,
        refs=(opening,),
        audience=("CR", "LZ"),
    )
    attachments.store([bundle(both)])
    receive([envelope], via="exchange")
    shelve_all()
    shelf = Shelf.objects.get(matter=collection.id)
    assert ids(shelf) == {both["id"], alone["id"]}
    _withdrawn, envelope = lazuria.act(
        "collection.withdraw",
        {"contribution": act, "reason": "It was wrong."},
        matter=collection.id,
        refs=(opening, act),
        audience=("CR", "VD"),
    )
    receive([envelope], via="exchange")
    for _turn in range(2):
        shelve_all()
    assert ids(shelf) == {both["id"]} == ids(shelf, Viewer("VD"))


def test_our_own_contribution_stands_there_too(collection: Matter, person: Person) -> None:
    ada: User = person("ada", "desk")
    head: User = person("head", "head")

    files = [("ours.json", "application/json", bundle(indicator(7)))]

    def cleared(name: str, given: Given) -> None:
        made = draft(deed_of(name), collection, ada, given)
        drafts.submit(made, ada)
        drafts.clear(made, head)

    cleared("collection.join", Given({}))
    cleared(
        "collection.contribute",
        Given({"title": "Ours", "attachments": files}, marking="GREEN"),
    )
    shelve_all()
    shelf = Shelf.objects.get(matter=collection.id)
    page = store.page(shelf, Viewer("LZ"), Query())
    assert [item.stix_id for item in page.entries] == [indicator(7)["id"]]
