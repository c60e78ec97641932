"""Every road out against one oracle: small sets of objects, marked in every way in which STIX marks, from every giver.

The oracle is written anew from the words of TLP 2.0 (FIRST, August 2022) and asks no rule of the node. Every content
bears a word of its own, and what a road gives out is searched for the words that it must not hold.
"""

import base64
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.desk.test_precedents import browser
from tests.holdings.conftest import MEDIA
from tests.holdings.feeding import feed_of, run
from tests.holdings.other_server import Other
from tests.holdings.things import TLP, indicator, key, malware, moment, raw, raws
from tests.intel.builders import attribute, event, tags
from tests.node.conftest import Person, person
from verbale.cli.app import app
from verbale.holdings import accounts, store, terms
from verbale.holdings.client import feed_out
from verbale.holdings.client.models import Feed
from verbale.holdings.compared import values_for
from verbale.holdings.models import Entry, Given, Shelf
from verbale.holdings.store import Viewer
from verbale.holdings.taxii import asking
from verbale.holdings.taxii.exchange import Answer, Asked
from verbale.holdings.taxii.server import answer
from verbale.matters.collection.counting import count
from verbale.node.errors import UserError
from verbale.node.models import Matter, Partner
from verbale.protocol import Marking

__all__ = ["person"]

pytestmark = pytest.mark.django_db
ORDER = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
TLP_1 = {
    "CLEAR": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "GREEN": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "AMBER": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    "RED": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}
STATEMENT = key(77, "marking-definition")
TERMS = {
    "type": "marking-definition",
    "spec_version": "2.1",
    "id": STATEMENT,
    "created": moment(0),
    "definition_type": "statement",
    "definition": {"statement": "Terms of use"},
}
PARTIES = ("CR", "LZ", "VD")
PARTNERS = ("LZ", "VD", "OC")
ELSEWHERE = "feeds.example"
"""The name of a polled server: no partner of ours."""
UNKNOWN = ""
STORES = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def strictest(*words: str) -> str:
    return max(words, key=ORDER.index)


class Gift(NamedTuple):
    """One object as one origin gives it."""

    number: int
    day: int
    way: str
    """In which it is marked."""
    marking: str
    other: str
    """A second marking, where the way has two."""
    came_with: str
    origin: str
    named: frozenset[str]

    @property
    def name(self) -> str:
        return "domain-name" if self.number == 4 else "malware" if self.number == 3 else "indicator"

    @property
    def id(self) -> str:
        return key(self.number, self.name)

    @property
    def version(self) -> tuple[str, int]:
        return self.id, 0 if self.name == "domain-name" else self.day

    @property
    def word(self) -> str:
        """Stands in this content and in no other."""
        return f"w{self.number}d{self.day}{re.sub('[^a-z]', '', self.origin.lower())}w"

    @property
    def meant(self) -> str:
        """The level that counts: of parts that differ the strictest, and what is unmarked is as what it came in."""
        match self.way:
            case "tlp 2" | "tlp 1":
                return self.marking
            case "two":
                return strictest(self.marking, self.other)
            case "part":
                return strictest(self.marking, self.other)
            case "only a part":
                return strictest(self.marking, self.came_with)
            case "terms" | "unknown":
                # Terms in words say nothing of how far it goes: no further than among those who share.
                return strictest("AMBER", self.came_with)
            case "terms and tlp":
                return strictest("AMBER", self.marking)
        return self.came_with

    @property
    def thing(self) -> dict[str, Any]:
        if self.name == "domain-name":
            made: dict[str, Any] = {"type": "domain-name", "spec_version": "2.1", "id": self.id}
            made["value"] = f"{self.word}.example"
        else:
            made = malware(self.number) if self.name == "malware" else indicator(self.number, self.day)
            del made["object_marking_refs"]
            made |= {"modified": moment(self.day), "name": self.word}
            if self.name == "indicator":
                made["pattern"] = f"[domain-name:value = '{self.word}.example']"
        selector = "value" if self.name == "domain-name" else "name"
        ids = TLP_1 if self.way == "tlp 1" and self.marking in TLP_1 else TLP
        whole = {
            "tlp 2": [ids[self.marking]],
            "tlp 1": [ids[self.marking]],
            "two": [TLP[self.marking], TLP[self.other]],
            "part": [TLP[self.other]],
            "terms": [STATEMENT],
            "terms and tlp": [STATEMENT, TLP[self.marking]],
            "unknown": [key(78, "marking-definition")],
        }.get(self.way, [])
        if whole:
            made["object_marking_refs"] = list(dict.fromkeys(whole))
        if self.way in ("part", "only a part"):
            made["granular_markings"] = [{"marking_ref": TLP[self.marking], "selectors": [selector]}]
        return made


def may_see(gift: Gift, viewer: str, parties: tuple[str, ...]) -> bool:
    """TLP 2.0, for the node CR."""
    if gift.meant == "CLEAR":
        return True  # "Recipients can spread this to the world"
    if viewer == UNKNOWN:
        return False
    if viewer == gift.origin:
        return True  # its own
    if gift.meant == "GREEN":
        return True  # "within their community": the partners
    if gift.origin == "CR":
        # The source says with whom it shares: with those it names, and with a collection unless it is for named
        # "individual recipients only".
        return viewer in gift.named or (gift.meant != "RED" and viewer in parties)
    # "Recipients": giving it to a collection is giving it to its parties. Nobody else's is passed on.
    return gift.meant == "AMBER" and gift.origin in parties and viewer in parties


WAYS = ("tlp 2", "tlp 1", "two", "part", "only a part", "terms", "terms and tlp", "unknown", "unmarked")
levels = st.sampled_from(ORDER)
gifts = st.lists(
    st.builds(
        Gift,
        st.integers(1, 4),
        st.integers(0, 2),
        st.sampled_from(WAYS),
        levels,
        levels,
        levels,
        st.sampled_from(("CR", "CR", "LZ", "VD", "OC", ELSEWHERE)),
        st.sampled_from((frozenset(), frozenset({"OC"}), frozenset({"LZ"}))),
    ),
    min_size=1,
    max_size=8,
    # One origin does not give two contents under one version.
    unique_by=lambda gift: (gift.number, gift.day, gift.origin),
)


class Road:
    """A shelf with gifts on it, and what may come off it."""

    def __init__(self, shelf: Shelf, given: list[Gift]) -> None:
        self.shelf, self.given = shelf, given
        self.parties = PARTIES if shelf.matter else ()
        for gift in given:
            things = [gift.thing, TERMS] if "terms" in gift.way else [gift.thing]
            told = store.add(
                shelf, raws(*things), origin=gift.origin, marking=gift.came_with, named=sorted(self.named(gift))
            )
            assert not told.refused

    @staticmethod
    def named(gift: Gift) -> frozenset[str]:
        return gift.named if gift.origin == "CR" else frozenset()

    def seen(self, viewer: str) -> list[Gift]:
        return [gift for gift in self.given if may_see(gift, viewer, self.parties)]

    def versions(self, viewer: str, wanted: str = "all") -> set[tuple[str, int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for gift in self.seen(viewer):
            name, day = gift.version
            found[name].add(day)
        pick = {"all": lambda days: days, "last": lambda days: {max(days)}, "first": lambda days: {min(days)}}[wanted]
        return {(name, day) for name, days in found.items() for day in pick(days)}

    def check_words(self, viewer: str, text: bytes | str) -> None:
        """Nothing that is hidden from a viewer stands in what it got."""
        whole = text.decode() if isinstance(text, bytes) else text
        seen = {gift.word for gift in self.seen(viewer)}
        for gift in self.given:
            assert gift.word in seen or gift.word not in whole, f"{viewer} got {gift}"


def day_of(thing: dict[str, Any]) -> tuple[str, int]:
    """Of an object, or of a record of a manifest."""
    if thing["id"].startswith("domain-name"):
        return thing["id"], 0
    return thing["id"], int((thing.get("modified") or thing["version"])[8:10]) - 1


def without_terms(things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [thing for thing in things if not thing["id"].startswith("marking-definition")]


@contextmanager
def undone() -> Iterator[None]:
    sid = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(sid)


class Client:
    """Software of a partner, without HTTP between it and the server."""

    def __init__(self, node: str, *shelves: Shelf) -> None:
        self.account, self.token = accounts.make(f"soft {node}", node, by="test")
        for shelf in shelves:
            accounts.grant(self.account, shelf, read=True, write=True, by="test")

    def ask(self, method: str, path: str, query: str = "", body: bytes = b"") -> Answer:
        name = base64.b64encode(f"{self.account.name}:{self.token}".encode()).decode()
        headers = {"accept": MEDIA, "content-type": MEDIA, "authorization": f"Basic {name}"}
        return answer(Asked(method, path, query, headers, lambda most: body[:most]))


def of(shelf: Shelf, rest: str) -> str:
    return f"cr/collections/{shelf.pk}/{rest}"


def plain(told: Answer) -> tuple[int, bytes, dict[str, str]]:
    return told.status, told.body, dict(told.headers)


@pytest.fixture(params=["collection", "own"])
def place(request: pytest.FixtureRequest) -> Shelf:
    found: Shelf = request.getfixturevalue("gathered" if request.param == "collection" else "shelf")
    return found


# -- TAXII -------------------------------------------------------------------------------------------------------------


@STORES
@given(given=gifts, limit=st.integers(1, 4))
def test_taxii_lists_exactly_what_may_be_seen(place: Shelf, given: list[Gift], limit: int) -> None:
    with undone():
        road = Road(place, given)
        for node in PARTNERS:
            client = Client(node, place)
            for wanted in ("all", "last", "first"):
                objects = walk(client, road, "objects", f"match[version]={wanted}", limit)
                records = walk(client, road, "manifest", f"match[version]={wanted}", limit)
                assert {day_of(thing) for thing in without_terms(objects)} == road.versions(node, wanted)
                assert [thing["id"] for thing in objects] == [thing["id"] for thing in records]
            for kind in ("indicator", "malware", "domain-name"):
                found = walk(client, road, "objects", f"match[type]={kind}", limit)
                assert {day_of(thing) for thing in found} == {
                    version for version in road.versions(node, "last") if version[0].startswith(kind)
                }


def walk(client: Client, road: Road, what: str, query: str, limit: int) -> list[dict[str, Any]]:
    """All pages; nothing on any of them, in body or headers, tells of what is hidden."""
    found: list[dict[str, Any]] = []
    following = ""
    while True:
        told = client.ask("GET", of(road.shelf, f"{what}/"), f"{query}&limit={limit}{following}")
        assert told.status == 200
        road.check_words(client.account.node, told.body)
        page = json.loads(told.body)
        things = page.get("objects", [])
        if not things:
            # Nothing is also no word of when something hidden came, and the page before it would have been the last.
            assert (page, told.headers, found) == ({}, {}, [])
            return []
        found += things
        assert set(page) == ({"more", "next", "objects"} if page["more"] else {"more", "objects"})
        assert {name.lower() for name in told.headers} == {"x-taxii-date-added-first", "x-taxii-date-added-last"}
        if what == "manifest":
            first, last = (told.headers[name] for name in sorted(told.headers))
            assert (first, last) == (things[0]["date_added"], things[-1]["date_added"])
        if not page["more"]:
            return found
        assert len(things) == limit
        following = f"&next={page['next']}"


@STORES
@given(given=gifts)
def test_taxii_by_id_is_the_same_for_hidden_and_for_nothing(place: Shelf, given: list[Gift]) -> None:
    with undone():
        road = Road(place, given)
        everything = {gift.version for gift in given}
        for node in PARTNERS:
            client = Client(node, place)
            seen = road.versions(node)
            for name in {gift.id for gift in given}:
                mine = {day for key_, day in seen if key_ == name}
                hidden = [day for key_, day in everything if key_ == name and day not in mine]
                none = f"{name[:-4]}ffff"
                for rest, query in (
                    ("", ""),
                    ("", "match[version]=all"),
                    ("", "match[spec_version]=2.1"),
                    ("versions/", ""),
                ):
                    told = client.ask("GET", of(place, f"objects/{name}/{rest}"), query)
                    road.check_words(node, told.body)
                    if mine:
                        assert told.status == 200
                    else:
                        nothing = client.ask("GET", of(place, f"objects/{none}/{rest}"), query)
                        assert plain(told) == plain(nothing)
                        assert told.status == 404
                if mine and not name.startswith("domain-name"):
                    versions = json.loads(client.ask("GET", of(place, f"objects/{name}/versions/")).body)["versions"]
                    assert sorted(versions) == sorted({moment(day) for day in mine})
                for day in hidden:
                    # A version that is hidden, and one that there never was.
                    asked = [f"match[version]={moment(one)}" for one in (day, 20)]
                    one, other = (client.ask("GET", of(place, f"objects/{name}/"), query) for query in asked)
                    assert plain(one) == plain(other)
                    one, other = (
                        client.ask("GET", of(place, "objects/"), f"match[id]={name}&{query}") for query in asked
                    )
                    assert plain(one) == plain(other)
                if not mine:
                    one, other = (client.ask("GET", of(place, "objects/"), f"match[id]={one}") for one in (name, none))
                    assert plain(one) == plain(other)


@STORES
@given(given=gifts)
def test_taxii_taking_in_and_deleting_tell_nothing(place: Shelf, given: list[Gift]) -> None:
    with undone():
        road = Road(place, given)
        entries = Entry.objects.exclude(type="marking-definition")
        before = entries.count()
        clients = {node: Client(node, place) for node in PARTNERS}
        for node, client in clients.items():
            for name in {gift.id for gift in given} - {name for name, _day in road.versions(node)}:
                none = f"{name[:-4]}ffff"
                gone = [client.ask("DELETE", of(place, f"objects/{one}/")) for one in (name, none)]
                assert plain(gone[0]) == plain(gone[1])
                assert gone[0].status == 404
                # Under the id of what is hidden another content is taken like any other.
                thing = next(gift for gift in given if gift.id == name).thing
                posted = [
                    json.loads(
                        client.ask(
                            "POST", of(place, "objects/"), body=json.dumps({"objects": [{**thing, "id": one}]}).encode()
                        ).body
                    )
                    for one in (name, none)
                ]
                bare = [re.sub(r"\d{4}-\d\d-\d\dT[^\"]*Z", "", json.dumps(without_id(told))) for told in posted]
                assert bare[0] == bare[1].replace(none, name)
                assert posted[0]["success_count"] == 1
                assert client.ask("GET", f"cr/status/{posted[0]['id']}/").status == 200
                for other in set(PARTNERS) - {node}:
                    asked = (posted[0]["id"], "0" * 36)
                    mine, nobodys = (clients[other].ask("GET", f"cr/status/{one}/") for one in asked)
                    assert plain(mine) == plain(nobodys)
                    assert mine.status == 404
                store.remove(place, name, Viewer(node))
                store.remove(place, none, Viewer(node))
            assert entries.count() == before


def without_id(status: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in status.items() if name != "id"}


def test_a_shelf_that_is_not_for_one_is_as_one_that_there_is_not(shelf: Shelf, gathered: Shelf) -> None:
    store.add(gathered, raws(indicator(1)), origin="CR", marking="GREEN")
    outside = Client("OC", shelf)
    for method, rest in (
        ("GET", ""),
        ("GET", "objects/"),
        ("GET", "manifest/"),
        ("GET", f"objects/{key(1)}/"),
        ("GET", f"objects/{key(1)}/versions/"),
        ("POST", "objects/"),
        ("DELETE", f"objects/{key(1)}/"),
        ("PUT", "objects/"),
    ):
        one = outside.ask(method, of(gathered, rest), body=b'{"objects":[]}')
        other = outside.ask(method, f"cr/collections/{'0' * 36}/{rest}", body=b'{"objects":[]}')
        assert plain(one) == plain(other)
        assert one.status == 404
    listed = json.loads(outside.ask("GET", "cr/collections/").body)["collections"]
    assert [item["id"] for item in listed] == [shelf.pk]
    assert not Given.objects.exists()


# -- files -------------------------------------------------------------------------------------------------------------


@settings(STORES, max_examples=15)
@given(given=gifts)
def test_an_export_for_a_partner_holds_what_it_may_see(place: Shelf, given: list[Gift]) -> None:
    with undone(), tempfile.TemporaryDirectory() as folder:
        road = Road(place, given)
        for node in PARTNERS:
            for wanted, option in (("last", []), ("all", ["--all-versions"])):
                file = Path(folder) / f"{node} {wanted}.json"
                done = CliRunner().invoke(
                    app, ["intel", "export", str(file), "--shelf", place.pk, "--for", node, *option]
                )
                assert done.exit_code == 0, done.output
                road.check_words(node, file.read_bytes())
                things = json.loads(file.read_bytes()).get("objects", [])
                assert {day_of(thing) for thing in without_terms(things)} == road.versions(node, wanted)
                # It says how many are in it, not how many are not.
                assert f"{len(things):,} objects" in done.output


@settings(STORES, max_examples=15)
@given(given=gifts)
def test_a_misp_feed_holds_what_its_reader_may_see_and_each_with_its_marking(place: Shelf, given: list[Gift]) -> None:
    with undone(), tempfile.TemporaryDirectory() as name:
        road = Road(place, given)
        for node in (*PARTNERS, UNKNOWN):
            folder = Path(name) / (node or "everybody")
            folder.mkdir()
            feed_out.write(folder, place, Viewer(node))
            whole = b"\n".join(file.read_bytes() for file in sorted(folder.iterdir()))
            road.check_words(node, whole)
            for gift in given:
                if gift.name == "indicator" and gift.version in road.versions(node, "last"):
                    others = [one for one in given if one.version == gift.version and one != gift]
                    if not others:
                        assert gift.word.encode() in whole
            for attribute, tags in attributes_of(folder):
                for gift in given:
                    if gift.word in json.dumps(attribute):
                        assert max(tags, key=ORDER.index) == gift.meant, (gift, attribute)


def attributes_of(folder: Path) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Each attribute with the TLP words that hold for it: its own, else those of what it stands in."""
    for file in sorted(folder.glob("*-*.json")):
        whole = json.loads(file.read_bytes())["Event"]
        parts = [*whole.get("Attribute", ()), *(one for thing in whole.get("Object", ()) for one in thing["Attribute"])]
        for part in parts:
            yield part, words_of(part) or words_of(whole)


def words_of(node: dict[str, Any]) -> list[str]:
    return [tag["name"].removeprefix("tlp:").upper() for tag in node.get("Tag", ()) if tag["name"].startswith("tlp:")]


# -- pushing -----------------------------------------------------------------------------------------------------------


@settings(STORES, max_examples=25)
@given(given=gifts)
def test_a_push_takes_along_what_its_reader_may_see(place: Shelf, given: list[Gift]) -> None:
    with undone():
        road = Road(place, given)
        for node in (*PARTNERS, "open.example"):
            other = Other()
            feed, _tally = run(feed_of(place, name=f"to {node}", origin=node, direction="push"), other)
            assert feed.failure == ""
            viewer = node if node in PARTNERS else UNKNOWN
            road.check_words(viewer, json.dumps([one.thing for one in other.stored]))
            sent = {day_of(thing) for thing in without_terms([one.thing for one in other.stored])}
            given_by_it = {gift.version for gift in given if gift.origin == node}
            assert sent <= road.versions(viewer, "last")
            assert road.versions(viewer, "last") - given_by_it <= sent
        assert Feed.objects.count() == 4


def test_what_another_node_gets_it_takes_for_no_less(gathered: Shelf, shelf: Shelf) -> None:
    """What came with an act or a file marked above AMBER is told so by its own marking, wherever it goes next."""
    for number, came_with in enumerate(("RED", "AMBER+STRICT")):
        things = [
            indicator(10 * number, marking=""),
            indicator(10 * number + 1, marking="", object_marking_refs=[STATEMENT]),
            indicator(
                10 * number + 2,
                marking="",
                granular_markings=[{"marking_ref": TLP["GREEN"], "selectors": ["name"]}],
            ),
            {"type": "domain-name", "spec_version": "2.1", "id": key(number, "domain-name"), "value": "x.example"},
        ]
        told = store.add(shelf, raws(*things), origin="CR", marking=came_with, named=["OC"])
        assert told.accepted == 4
        # A second time it is no other content, though it comes without.
        assert store.add(shelf, raws(*things), origin="CR", marking=came_with, named=["OC"]).same == 4
    client = Client("OC", shelf)
    objects = json.loads(client.ask("GET", of(shelf, "objects/")).body)["objects"]
    assert len(objects) == 8
    # As the other node takes it in: from a partner, onto the shelf of a collection, without any act.
    told = store.add(gathered, raws(*objects), origin="LZ", marking="AMBER")
    assert told.accepted == 8
    for node in ("VD", "OC", UNKNOWN):
        assert list(store.everything(gathered, Viewer(node))) == []
    assert {json.loads(raw(thing))["object_marking_refs"][-1] for thing in objects} == {TLP["RED"], TLP["AMBER+STRICT"]}


# -- values that are compared in private -------------------------------------------------------------------------------


@settings(STORES, max_examples=15)
@given(given=gifts)
def test_values_that_are_compared_with_a_partner_are_of_what_it_may_see(place: Shelf, given: list[Gift]) -> None:
    with undone():
        road = Road(place, given)
        assert terms.catch_up(seconds=60)
        for node in PARTNERS:
            found = {value.value for value in values_for(Viewer(node), [place], ("domain",))}
            road.check_words(node, " ".join(found))
            latest = road.versions(node, "last")
            for gift in given:
                alone = [one.version for one in given].count(gift.version) == 1
                if alone and gift.name != "malware" and gift.version in latest:
                    assert f"{gift.word}.example" in found


# -- acts, and hence pouches -------------------------------------------------------------------------------------------


def marked_by_itself(gift: Gift) -> str:
    """The level that a file says, without what it comes with; empty when it says none."""
    match gift.way:
        case "tlp 2" | "tlp 1" | "terms and tlp" | "only a part":
            return gift.marking
        case "two" | "part":
            return strictest(gift.marking, gift.other)
        case "unknown":
            return "AMBER"
    return ""


def goes(name: str, content: bytes, limit: str) -> bool:
    try:
        count([(name, content)], Marking(limit))
    except UserError as error:
        assert "is marked TLP:" in str(error), error
        return False
    return True


@settings(max_examples=60, deadline=None)
@given(given=gifts, limit=levels)
def test_a_stix_file_marked_above_its_act_does_not_go(given: list[Gift], limit: str) -> None:
    things = list({gift.version: gift for gift in given}.values())
    above = any(ORDER.index(marked_by_itself(gift) or "CLEAR") > ORDER.index(limit) for gift in things)
    objects = [TERMS, *({**gift.thing, **({"revoked": True} if gift.number == 2 else {})} for gift in things)]
    whole = {"type": "bundle", "id": key(1, "bundle"), "objects": objects}
    for content in (
        json.dumps(whole).encode(),
        json.dumps(whole, indent=1).encode("utf-8-sig"),
        json.dumps(objects).encode(),
    ):
        assert goes("a.json", content, limit) is not above
    # What the reader of acts knows no marking of must not be what the shelf of the others reads objects from.
    with pytest.raises(UserError):
        count([("a.json", json.dumps({"objects": objects}).encode())], Marking.RED)


@settings(max_examples=60, deadline=None)
@given(
    whole=st.sampled_from(("", *ORDER)),
    parts=st.lists(st.sampled_from(("", *ORDER)), min_size=1, max_size=4),
    limit=levels,
)
def test_a_misp_file_marked_above_its_act_does_not_go(whole: str, parts: list[str], limit: str) -> None:
    def tagged(word: str) -> list[Any]:
        return tags(f"tlp:{word.lower()}") if word else []

    attributes = [
        attribute("domain", f"a{number}.example", number=number + 100, Tag=tagged(word))
        for number, word in enumerate(parts)
    ]
    made = event(*attributes, Tag=tagged(whole))
    above = any(ORDER.index(word or "CLEAR") > ORDER.index(limit) for word in (whole, *parts))
    for content in (made, [made], {"response": [made]}, made.get("Event", made)):
        assert goes("a.json", json.dumps(content).encode(), limit) is not above


# -- pages of our own house --------------------------------------------------------------------------------------------


def test_who_need_not_know_of_a_collection_finds_nothing(gathered: Shelf, person: Person) -> None:
    store.add(gathered, raws(indicator(1)), origin="CR", marking="GREEN")
    Matter.objects.filter(pk=gathered.matter).update(restricted=True)
    ada = person("ada", "desk", "analyst")
    Matter.objects.get(pk=gathered.matter).people.add(ada)
    inside, outside = browser(ada), browser(person("bob", "desk", "analyst"))
    for name, arguments in (("shelf", []), ("thing", [key(1)]), ("thing-file", [key(1)])):
        assert inside.get(reverse(name, args=[gathered.pk, *arguments])).status_code == 200
        one = outside.get(reverse(name, args=[gathered.pk, *arguments]))
        other = outside.get(reverse(name, args=["0" * 36, *arguments]))
        assert (one.status_code, one.content) == (other.status_code, other.content)
        assert one.status_code == 404
    upload = {"file": SimpleUploadedFile("a.json", b"{}"), "marking": "GREEN"}
    assert outside.post(reverse("shelf-import", args=[gathered.pk]), upload).status_code == 404
    for address in (reverse("shelves"), reverse("shelf", args=[Shelf.objects.create(title="Own").pk])):
        page = outside.get(address).content.decode()
        assert gathered.title not in page
        assert gathered.pk not in page


# -- tokens of the walk ------------------------------------------------------------------------------------------------


def test_next_is_a_place_among_what_was_shown(place: Shelf) -> None:
    """It is the time of addition of the last object shown, which the header tells as well."""
    store.add(place, raws(*(indicator(number, marking=TLP["RED"]) for number in range(5))), origin="CR", marking="RED")
    store.add(place, raws(indicator(10), indicator(11)), origin="CR", marking="GREEN")
    store.add(place, raws(indicator(12, marking=TLP["RED"])), origin="CR", marking="RED")
    told = Client("LZ", place).ask("GET", of(place, "objects/"), "limit=1")
    page = json.loads(told.body)
    last = told.headers["X-TAXII-Date-Added-Last"]
    assert page["next"].partition(".")[0] == str(asking.parse_moment(last))
    rest = Client("VD", place).ask("GET", of(place, "objects/"), f"limit=1&next={page['next']}")
    assert json.loads(rest.body)["more"] is False


def test_nobody_asks_by_an_account_of_a_blocked_partner(shelf: Shelf) -> None:
    store.add(shelf, raws(indicator(1)), origin="CR", marking="GREEN")
    client = Client("LZ", shelf)
    assert client.ask("GET", of(shelf, "objects/")).status == 200
    Partner.objects.filter(pk="LZ").update(status=Partner.Status.BLOCKED)
    wrong = Client.__new__(Client)
    wrong.account, wrong.token = client.account, "vx_wrong"
    assert plain(client.ask("GET", of(shelf, "objects/"))) == plain(wrong.ask("GET", of(shelf, "objects/")))
    feed = feed_of(shelf, name="to LZ", origin="OC", direction="push")
    Feed.objects.filter(pk=feed.pk).update(origin="LZ")
    reached: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        reached.append(request)
        return httpx.Response(200, json={})

    feed, _tally = run(Feed.objects.get(pk=feed.pk), httpx.MockTransport(note))
    assert "no confirmed partner" in feed.failure
    assert not [request for request in reached if request.method == "POST"]
