"""Indicators of a shelf against own logs: which are looked for, what is kept, under which marking; the command."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.holdings.conftest import gathered, partners, shelf
from tests.holdings.things import AMBER, CLEAR, GREEN, RED, indicator, key, raws
from verbale.cli.app import app
from verbale.holdings import shelves, store, watched
from verbale.holdings.models import Shelf
from verbale.holdings.store import STAFF, Viewer
from verbale.intel.matching import Hit
from verbale.node.errors import UserError
from verbale.node.models import AuditEntry

__all__ = ["gathered", "partners", "shelf"]
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SEEN = 1_767_348_000_000_000
"""2 January 2026, 10:00."""


def put(shelf: Shelf, *things: dict[str, Any], origin: str = "CR", marking: str = "AMBER") -> None:
    assert not store.add(shelf, raws(*things), origin=origin, marking=marking).refused


def hit(number: int, origin: str = "LZ", marking: str = "AMBER", **more: Any) -> Hit:
    known = {
        "name": "", "kind": "ipv4", "value": f"192.0.2.{number}", "first": SEEN, "last": SEEN, "count": 2, "in_time": 2,
        "file": "conn.log", "row": 1,
    }  # fmt: skip
    return Hit(indicator=key(number), origin=origin, marking=marking, **{**known, **more})


def held(shelf: Shelf, viewer: Viewer = STAFF, kind: str = "sighting") -> list[dict[str, Any]]:
    return [json.loads(item.raw) for item in store.everything(shelf, viewer) if item.type == kind]


def test_the_latest_versions_that_stand_are_looked_for(shelf: Shelf) -> None:
    put(shelf, indicator(1, marking=GREEN), indicator(2), indicator(3), indicator(4))
    put(shelf, indicator(1, 1, marking=RED, name="Newer"), indicator(2, 1, revoked=True))
    put(shelf, indicator(5, valid_until="2026-05-01T00:00:00Z"), indicator(6, valid_until="2026-07-01T00:00:00Z"))
    put(shelf, indicator(7, marking=""), origin="LZ", marking="CLEAR")
    found = {item.id: item for item in watched.indicators_of(shelf, NOW)}
    assert set(found) == {key(number) for number in (1, 3, 4, 6, 7)}
    assert (found[key(1)].name, found[key(1)].marking, found[key(1)].origin) == ("Newer", "RED", "")
    assert (found[key(7)].marking, found[key(7)].origin) == ("CLEAR", "LZ")
    assert key(5) in {item.id for item in watched.indicators_of(shelf, NOW, ended=True)}


def test_sightings_are_kept_once_under_the_stricter_marking(shelf: Shelf) -> None:
    put(shelf, indicator(1, marking=GREEN), indicator(2, marking=AMBER), origin="LZ")
    hits = [hit(1, marking="GREEN"), hit(2)]
    kept = watched.keep(shelf, hits, marking="CLEAR", at=NOW)
    assert (kept.new, kept.same, kept.refused) == (2, 0, [])
    found = {item["sighting_of_ref"]: item for item in held(shelf)}
    assert found[key(1)]["object_marking_refs"] == [GREEN]
    assert found[key(2)]["object_marking_refs"] == [AMBER]
    (us,) = held(shelf, kind="identity")
    assert {item["created_by_ref"] for item in found.values()} == {us["id"]}
    assert "conn.log" not in json.dumps(list(found.values()))
    # Those who may see the indicator of another are not therefore shown that we saw it.
    assert [item["sighting_of_ref"] for item in held(shelf, Viewer("OC"))] == [key(1)]
    assert held(shelf, Viewer()) == []
    again = watched.keep(shelf, hits, marking="CLEAR", at=datetime(2026, 6, 2, tzinfo=UTC))
    assert (again.new, again.same) == (0, 2)
    assert len(held(shelf)) == 2


def test_the_identity_is_the_same_on_every_shelf(shelf: Shelf, gathered: Shelf) -> None:
    watched.keep(shelf, [hit(1)], marking="AMBER", at=NOW)
    watched.keep(gathered, [hit(1)], marking="AMBER", at=datetime(2026, 7, 1, tzinfo=UTC))
    assert held(shelf, kind="identity") == held(gathered, kind="identity") != []


def test_what_the_shelf_does_not_take_in_is_told(partners: None) -> None:
    low = Shelf.objects.create(title="Low", ceiling=1)
    kept = watched.keep(low, [hit(1, marking="CLEAR"), hit(2, marking="RED")], marking="GREEN", at=NOW)
    assert (kept.new, len(kept.refused)) == (1, 1)
    assert "above TLP:GREEN" in kept.refused[0].why


def test_hits_outside_the_time_of_validity_are_not_kept() -> None:
    hits = [hit(1), hit(2, in_time=0), hit(3, in_time=0, first=None, last=None)]
    assert watched.in_time(hits) == [hits[0], hits[2]]


def test_a_shelf_is_found_by_any_of_its_names(shelf: Shelf) -> None:
    assert shelves.find(shelf.pk) == shelves.find("high-value") == shelves.find("High value") == shelf
    Shelf.objects.create(title="High value")
    for name, why in (("High value", "several"), ("Low value", "no shelf")):
        with pytest.raises(UserError, match=why):
            shelves.find(name)


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    path.write_text("seen,peer\n2026-02-02T09:00:00Z,192.0.2.1\n2026-02-03T09:00:00Z,192.0.2.1\n")
    return path


def run(log: Path, *words: str, code: int = 0) -> str:
    columns = ("--column", "peer=ip:dst", "--column", "seen=time", "--memory", "512MB")
    done = CliRunner().invoke(app, ["intel", "match", str(log), *columns, *words])
    assert done.exit_code == code, done.output + repr(done.exception)
    return done.output


def test_the_command_looks_and_keeps(shelf: Shelf, log: Path) -> None:
    put(shelf, indicator(1, marking=GREEN), indicator(2), origin="LZ")
    told = json.loads(run(log, "--shelf", "high-value", "--keep", "--json"))
    (row,) = told["hits"]
    assert (row["indicator"], row["count"], row["origin"], row["marking"]) == (key(1), 2, "LZ", "GREEN")
    assert told["kept"] == {"new": 1, "same": 0, "refused": []}
    (made,) = held(shelf)
    assert (made["count"], made["object_marking_refs"]) == (2, [AMBER])
    assert AuditEntry.objects.filter(verb="kept sightings").count() == 1
    assert "0 sightings kept, 1 were there already" in run(log, "--shelf", "High value", "--keep")
    assert "kept" not in json.loads(run(log, "--shelf", "high-value", "--json"))


def test_on_the_shelf_of_a_collection_one_says_who_will_see_it(gathered: Shelf, log: Path) -> None:
    put(gathered, indicator(1, marking=AMBER), origin="LZ")
    assert "--own-marking" in run(log, "--shelf", "Ransomware", "--keep", code=1)
    assert held(gathered) == []
    run(log, "--shelf", "Ransomware", "--keep", "--own-marking", "AMBER")
    assert len(held(gathered, Viewer("VD"))) == 1
    assert held(gathered, Viewer("OC")) == []


def test_a_bundle_of_sightings_bears_our_identity(shelf: Shelf, log: Path, tmp_path: Path) -> None:
    put(shelf, indicator(1, marking=CLEAR))
    out = tmp_path / "s.json"
    run(log, "--shelf", "high-value", "--sightings", str(out))
    (made,) = json.loads(out.read_text())["objects"]
    assert made["created_by_ref"] == watched.identity(NOW)["id"]
    assert made["object_marking_refs"] == [AMBER]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--shelf", "a", "--indicators", "/etc/hostname"),
        ("--indicators", "/etc/hostname", "--keep"),
        ("--shelf", "a", "--tell"),
        ("--shelf", "a", "--as", "ada"),
    ],
)
def test_wrong_usage(db: None, log: Path, words: tuple[str, ...]) -> None:
    run(log, *words, code=2)
