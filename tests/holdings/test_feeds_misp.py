"""MISP feeds: of others, in a folder or at an address, and our own."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.holdings.feeding import feed_of, held, run, unhand
from tests.holdings.other_server import Killed
from tests.holdings.things import AMBER, CLEAR, GREEN, RED, indicator, key, malware, moment, raws
from tests.intel.builders import attribute, event, tags, uuid
from verbale.holdings import store
from verbale.holdings.client import feed_out, misp_feed
from verbale.holdings.client.models import Feed, Refusal
from verbale.holdings.models import Entry, Shelf
from verbale.holdings.store import Viewer
from verbale.intel.misp_feed import MANIFEST, read_feed, write_feed

pytestmark = pytest.mark.django_db


def made(number: int, timestamp: int = 1_700_000_000, *, tlp: str = "tlp:green") -> dict[str, Any]:
    return event(
        attribute("domain", f"{number}.example", number=1_000 + number, to_ids=True),
        number=number,
        timestamp=str(timestamp),
        date="2026-11-24",
        Orgc={"name": "CERT", "uuid": uuid(99)},
        Tag=tags(tlp),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_feed(tmp_path, [made(number, 1_700_000_000 + number) for number in range(20)])
    return tmp_path


def feed_from(shelf: Shelf, address: Any, **more: Any) -> Feed:
    return feed_of(shelf, **{"kind": "misp-feed", "address": str(address), "collection": "", "token": "", **more})


NO_NET = httpx.MockTransport(lambda request: httpx.Response(500))


def domains(shelf: Shelf) -> list[str]:
    found = store.everything(shelf, store.STAFF, query=store.Query(types=("indicator",)))
    return [json.loads(entry.raw)["pattern"].split("'")[1] for entry in found]


def test_a_folder_is_taken_in_and_then_what_is_new(shelf: Shelf, folder: Path) -> None:
    feed, tally = run(feed_from(shelf, folder), NO_NET)
    assert (feed.failure, tally.refused, tally.total, tally.pages) == ("", 0, 20, 20)
    assert domains(shelf) == [f"{number}.example" for number in range(20)]
    before = Entry.objects.count()
    feed, tally = run(feed, NO_NET)
    assert (tally.received, tally.same, tally.total) == (0, 0, 0)
    write_feed(folder, [made(3, 1_700_000_003), made(4, 1_800_000_000), made(30)])
    feed, tally = run(feed, NO_NET)
    assert tally.total == 2
    assert domains(shelf)[-1] in ("30.example", "4.example")
    assert Entry.objects.count() > before


@pytest.mark.parametrize("at", [0, 1, 7, 19])
@pytest.mark.parametrize("before", [True, False])
def test_an_end_at_any_event_loses_nothing_and_doubles_nothing(
    shelf: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch, at: int, before: bool
) -> None:
    feed, count = feed_from(shelf, folder), 0
    note = misp_feed._note_taken

    def dying(*given: Any) -> None:
        nonlocal count
        if count == at and before:
            raise Killed
        note(*given)
        if count == at:
            raise Killed
        count += 1

    monkeypatch.setattr(misp_feed, "_note_taken", dying)
    with pytest.raises(Killed):
        run(feed, NO_NET)
    monkeypatch.undo()
    assert len(domains(shelf)) == at
    unhand(feed)
    feed, tally = run(feed, NO_NET)
    assert tally.total == 20 - at
    assert domains(shelf) == [f"{number}.example" for number in range(20)]
    whole = Shelf.objects.create(title="Whole")
    run(feed_from(whole, folder, name="whole"), NO_NET)
    assert held(whole) == held(shelf)


def test_at_an_address_a_manifest_that_stayed_costs_one_request(shelf: Shelf, folder: Path) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        data = (folder / request.url.path.rpartition("/")[2]).read_bytes()
        if request.headers.get("if-none-match") == '"one"':
            return httpx.Response(304)
        return httpx.Response(
            200, content=data, headers={"etag": '"one"'} if request.url.path.endswith(MANIFEST) else {}
        )

    feed, _tally = run(feed_from(shelf, "https://cert.example/feed/"), httpx.MockTransport(answer))
    assert feed.failure == ""
    assert len(asked) == 21
    asked.clear()
    feed, _tally = run(feed, httpx.MockTransport(answer))
    assert (asked, feed.failure) == (["/feed/manifest.json"], "")


def test_what_is_missing_or_odd_is_told_and_holds_up_nothing_else(shelf: Shelf, folder: Path) -> None:
    (folder / f"{uuid(5)}.json").unlink()
    (folder / f"{uuid(6)}.json").write_bytes(b"{")
    (folder / f"{uuid(7)}.json").write_bytes(b'{"Event": {"info": 7}}')
    feed, tally = run(feed_from(shelf, folder), NO_NET)
    assert feed.failure == f"1 events that the manifest names are not there, the first of them {uuid(5)}"
    assert len(domains(shelf)) == 17
    assert tally.refused == 2
    assert set(Refusal.objects.values_list("stix_id", flat=True)) == {uuid(6), uuid(7)}
    write_feed(folder, [made(number, 1_700_000_000 + number) for number in range(20)])
    feed, tally = run(feed, NO_NET)
    assert (feed.failure, tally.total) == ("", 1)
    feed, tally = run(feed, NO_NET, again=True)  # and now those that were odd
    assert len(domains(shelf)) == 20
    assert tally.total == 20


@pytest.mark.parametrize("manifest", [b"", b"[]", b'{"../../etc/passwd": {}}', b'{"x": 1}'])
def test_a_manifest_that_is_none(shelf: Shelf, tmp_path: Path, manifest: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(manifest)
    feed, _tally = run(feed_from(shelf, tmp_path), NO_NET)
    assert feed.failure.startswith("the manifest of the feed cannot be read: ")


def test_markings_of_events_hold(shelf: Shelf, tmp_path: Path) -> None:
    write_feed(tmp_path, [made(1, tlp="tlp:green"), made(2, tlp="tlp:red"), made(3, tlp="other")])
    run(feed_from(shelf, tmp_path, origin="CR", named=["VD"], marking="AMBER"), NO_NET)
    seen = {}
    for node in ("VD", "OC"):
        entries = store.everything(shelf, Viewer(node), query=store.Query(types=("indicator",)))
        seen[node] = {json.loads(entry.raw)["pattern"].split("'")[1] for entry in entries}
    assert seen == {"VD": {"1.example", "2.example", "3.example"}, "OC": {"1.example"}}


# -- our own -----------------------------------------------------------------------------------------------------------


def report(number: int, *refs: str, marking: str = GREEN) -> dict[str, Any]:
    return {
        "type": "report",
        "spec_version": "2.1",
        "id": key(number, "report"),
        "created": moment(0),
        "modified": moment(0),
        "name": f"Report {number}",
        "published": moment(0),
        "object_refs": list(refs),
        "object_marking_refs": [marking],
    }


def relation(number: int, source: str, target: str) -> dict[str, Any]:
    return {
        "type": "relationship",
        "spec_version": "2.1",
        "id": key(number, "relationship"),
        "created": moment(0),
        "modified": moment(0),
        "relationship_type": "indicates",
        "source_ref": source,
        "target_ref": target,
        "object_marking_refs": [GREEN],
    }


def told(folder: Path) -> dict[str, Any]:
    return {entry.info: json.loads(data)["Event"] for entry, data in read_feed(folder, {})}


def values(event: dict[str, Any]) -> set[str]:
    return {one["value"] for one in event["Attribute"]}


def test_a_shelf_becomes_a_feed_as_its_reader_may_see_it(shelf: Shelf, tmp_path: Path) -> None:
    things = [
        report(1, key(1), key(2), key(90, "malware"), key(2, "report")),
        report(2, key(3)),
        malware(90),
        relation(91, key(1), key(90, "malware")),
        indicator(1),
        indicator(2, marking=RED),
        indicator(3, marking=CLEAR),
        indicator(4, marking=CLEAR),
        indicator(5, marking=AMBER),
        indicator(6, marking=""),
    ]
    store.add(shelf, raws(*things), origin="CR", marking="CLEAR", named=["LZ"])
    feed_out.write(tmp_path / "all", shelf, Viewer())
    ((title, only),) = told(tmp_path / "all").items()
    assert title.startswith("High value, 20")
    assert values(only) == {"192.0.2.3", "192.0.2.4", "192.0.2.6"}
    assert [tag["name"] for tag in only["Tag"]] == ["tlp:clear"]
    done = feed_out.write(tmp_path / "LZ", shelf, Viewer("LZ"))
    found = told(tmp_path / "LZ")
    assert done.events == 3
    assert values(found["Report 1"]) == {"192.0.2.1", "192.0.2.2"}
    assert values(found["Report 2"]) == {"192.0.2.3"}
    (rest,) = (event for name, event in found.items() if name.startswith("High value"))
    assert values(rest) == {"192.0.2.4", "192.0.2.5", "192.0.2.6"}
    tied = next(one for one in found["Report 1"]["Attribute"] if one["value"] == "192.0.2.1")
    assert any("Address 90" in tag["name"] for tag in tied["Tag"])  # by the relationship that stood beside the report
    feed_out.write(tmp_path / "VD", shelf, Viewer("VD"))
    assert values(told(tmp_path / "VD")["Report 1"]) == {"192.0.2.1"}


def test_a_feed_that_is_written_again_moves_only_what_changed(shelf: Shelf, tmp_path: Path) -> None:
    store.add(shelf, raws(report(1, key(1)), indicator(1), indicator(2)), origin="CR", marking="GREEN")
    feed_out.write(tmp_path, shelf, Viewer("LZ"))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    feed_out.write(tmp_path, shelf, Viewer("LZ"))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    known = {entry.uuid: entry.timestamp for entry, _data in read_feed(tmp_path, {})}
    store.add(shelf, raws(indicator(3)), origin="CR", marking="GREEN")
    feed_out.write(tmp_path, shelf, Viewer("LZ"))
    ((_entry, data),) = read_feed(tmp_path, known)
    assert values(json.loads(data)["Event"]) == {"192.0.2.2", "192.0.2.3"}
    known = {entry.uuid: entry.timestamp for entry, _data in read_feed(tmp_path, {})}
    store.remove(shelf, key(3), store.STAFF)
    feed_out.write(tmp_path, shelf, Viewer("LZ"))
    ((_entry, data),) = read_feed(tmp_path, known)  # less is a change as well
    assert values(json.loads(data)["Event"]) == {"192.0.2.2"}


def test_many_objects_of_one_day_are_several_events(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_out, "_AT_ONCE", 10)
    store.add(shelf, raws(*(indicator(number) for number in range(35))), origin="CR", marking="GREEN")
    assert feed_out.write(tmp_path, shelf, Viewer("LZ"))[:2] == (4, 35)
    names = {path.name for path in tmp_path.iterdir()}
    store.add(shelf, raws(*(indicator(number) for number in range(35, 38))), origin="CR", marking="GREEN")
    assert feed_out.write(tmp_path, shelf, Viewer("LZ"))[:2] == (4, 38)
    assert {path.name for path in tmp_path.iterdir()} == names
    other = Shelf.objects.create(title="Other")
    feed, _tally = run(feed_from(other, tmp_path), NO_NET)
    assert feed.failure == ""
    assert sorted(domains(other)) == sorted(domains(shelf))
