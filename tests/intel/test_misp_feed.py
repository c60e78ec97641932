"""MISP feeds: what is written is what PyMISP would write, and reading takes only what is new."""

import json
from pathlib import Path

import pytest
from pymisp import MISPEvent

from verbale.intel import BadObject, NotJson, read_report
from verbale.intel.misp_feed import HASHES, MANIFEST, Entry, changed, read_feed, read_manifest, write_feed
from verbale.intel.misp_out import event_of

from .builders import MISP_REPORTS, Json, attribute, event, raw, tags, uuid
from .test_objects import VALID


def made(number: int, timestamp: int, *attributes: Json) -> Json:
    return event(
        *(attributes or [attribute("domain", f"{number}.example")]),
        number=number,
        timestamp=str(timestamp),
        date="2026-11-24",
        Orgc={"name": "CERT", "uuid": uuid(99)},
        Tag=tags("tlp:green"),
    )


@pytest.mark.parametrize("name", MISP_REPORTS)
def test_manifest_and_hashes_are_those_of_pymisp(name: str, tmp_path: Path) -> None:
    tree = raw(name)
    assert write_feed(tmp_path, [tree]) == 1
    theirs = MISPEvent()
    theirs.load(json.dumps(tree))
    (ours,) = json.loads((tmp_path / MANIFEST).read_bytes()).items()
    (wanted,) = theirs.manifest.items()
    assert ours[0] == wanted[0]
    for field in ("info", "date", "analysis", "threat_level_id", "timestamp"):
        assert str(ours[1][field]) == str(wanted[1][field])
    assert [tag["name"] for tag in ours[1]["Tag"]] == [tag["name"] for tag in wanted[1]["Tag"]]
    lines = (tmp_path / HASHES).read_text().splitlines()
    assert sorted(lines) == sorted(f"{digest},{theirs.uuid}" for digest in theirs.attributes_hashes("md5"))


def test_an_event_of_ours_is_one_for_pymisp_and_for_us(tmp_path: Path) -> None:
    made_event = event_of([VALID["indicator"], VALID["file"], VALID["malware"], VALID["identity"]]).event
    write_feed(tmp_path, [made_event])
    ((entry, data),) = read_feed(tmp_path, {})
    theirs = MISPEvent()
    theirs.load(data.decode())
    assert [a.value for a in theirs.attributes] == ["192.0.2.1"]
    assert [o.name for o in theirs.objects] == ["file"]
    assert read_report(data, name=f"{entry.uuid}.json").format == "misp"
    assert b"distribution" not in data


def test_only_what_is_new_is_read_oldest_first(tmp_path: Path) -> None:
    write_feed(tmp_path, [made(1, 300), made(2, 100), made(3, 200)])
    known: dict[str, int] = {}
    for entry, data in read_feed(tmp_path, known):
        assert json.loads(data)["Event"]["uuid"] == entry.uuid
        known[entry.uuid] = entry.timestamp
        if len(known) == 2:
            break  # a reader that is stopped …
    assert list(known) == [uuid(2), uuid(3)]
    assert [entry.uuid for entry, _ in read_feed(tmp_path, known)] == [uuid(1)]  # … goes on from there
    known[uuid(1)] = 300
    assert list(read_feed(tmp_path, known)) == []
    write_feed(tmp_path, [made(1, 300), made(2, 101)])
    assert [entry.uuid for entry, _ in read_feed(tmp_path, known)] == [uuid(2)]


def test_an_event_that_is_taken_out_leaves_the_folder(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text("{}")
    write_feed(tmp_path, [made(1, 1), made(2, 1)])
    write_feed(tmp_path, [made(2, 1)])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f"{uuid(2)}.json", HASHES, MANIFEST, "own.json"])


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    write_feed(tmp_path, [made(1, 1)])
    (tmp_path / f"{uuid(1)}.json").unlink()
    with pytest.raises(BadObject, match=uuid(1)):
        list(read_feed(tmp_path, {}))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", NotJson),
        (b"[]", BadObject),
        (b'{"../../etc/passwd": {}}', BadObject),
        (json.dumps({uuid(1): []}).encode(), BadObject),
        (json.dumps({uuid(1): {"timestamp": "soon"}}).encode(), BadObject),
        (json.dumps({uuid(1): {"info": 5}}).encode(), BadObject),
    ],
)
def test_what_is_no_manifest(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_manifest(data)


def test_an_entry_without_a_time_is_read_once() -> None:
    (entry,) = read_manifest(json.dumps({uuid(1): {"info": "x"}}).encode())
    assert entry == Entry(uuid(1), 0, "x")
    assert changed([entry], {}) == [entry]
    assert changed([entry], {uuid(1): 0}) == []
