"""What indicators on a shelf are worth, out of what stands and was heard there; which values are known to be benign."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.holdings.conftest import gathered, partners, shelf
from tests.holdings.test_commands import bundle, exported, run
from tests.holdings.things import GREEN, STRICT, indicator, key, malware, moment, raws
from verbale.holdings import benign, given, heard, store
from verbale.holdings.heard import Contribution, Heard, Told
from verbale.holdings.models import Contributed, Shelf
from verbale.holdings.moments import as_datetime, parse_moment
from verbale.holdings.store import STAFF, Viewer
from verbale.holdings.worth import Judge, Worth, expired, still_worth

__all__ = ["gathered", "partners", "shelf"]
pytestmark = pytest.mark.django_db

ACT, OTHER_ACT = "a" * 64, "b" * 64
DAY = 86_400_000_000
MADE = parse_moment(moment(0)) or 0
Say = Callable[..., None]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """What the acts of every matter say; tests add to it."""
    found = Told([Contribution(ACT, "LZ", False), Contribution(OTHER_ACT, "VD", False)], [])
    monkeypatch.setattr(heard, "_sources", [lambda matter: found])
    return found


def at(day: float) -> int:
    return MADE + round(day * DAY)


def put(where: Shelf, *things: dict[str, Any], origin: str = "LZ", act: str = ACT, marking: str = "AMBER") -> None:
    done = store.add(where, raws(*things), origin=origin, marking=marking, act=act)
    assert not done.refused, done.refused


def worth(where: Shelf, number: int, day: float, viewer: Viewer = STAFF) -> Worth:
    held = store.get(where, STAFF, key(number))
    assert held is not None
    found = Judge(where, viewer, at(day)).worth(held)
    assert found is not None
    return found


def sighting(number: int, of: int, day: int, marking: str = GREEN, **more: Any) -> dict[str, Any]:
    return {
        "type": "sighting",
        "spec_version": "2.1",
        "id": key(number, "sighting"),
        "created": moment(day),
        "modified": moment(day),
        "sighting_of_ref": key(of),
        "object_marking_refs": [marking],
        **more,
    }


def test_only_indicators_decay(gathered: Shelf, told: Told) -> None:
    put(gathered, malware(1), indicator(1))
    held = store.get(gathered, STAFF, key(1, "malware"))
    assert held is not None
    assert Judge(gathered).worth(held) is None
    # 80 · (1 - (30 / 120)^(1/2)), the model for what networks look for.
    assert worth(gathered, 1, 30).value == pytest.approx(40)


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({}, 40),
        ({"confidence": 100}, 50),
        ({"confidence": 0}, 0),
        ({"valid_from": moment(20)}, 80 * (1 - (10 / 120) ** 0.5)),
        ({"valid_from": "2000-01-01T00:00:00Z"}, 40),
        ({"labels": ["phishing"]}, 0),
        ({"pattern": f"[file:hashes.MD5 = '{'a' * 32}']"}, 80 * (1 - (30 / 730) ** 2)),
        ({"pattern": "rule x { condition: true }", "pattern_type": "yara"}, 40),
    ],
)
def test_what_the_indicator_itself_says(gathered: Shelf, told: Told, fields: dict[str, Any], value: float) -> None:
    put(gathered, indicator(1, **fields))
    assert worth(gathered, 1, 30).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("fields", "day", "ended"),
    [
        ({"valid_until": moment(10)}, 9, ""),
        ({"valid_until": moment(10)}, 10, "expired"),
        ({"revoked": True}, 0, "revoked"),
    ],
)
def test_what_ends_it(gathered: Shelf, told: Told, fields: dict[str, Any], day: int, ended: str) -> None:
    put(gathered, indicator(1, **fields))
    found = worth(gathered, 1, day)
    assert (found.ended, found.active) == (ended, not ended)


def test_sightings_on_the_shelf_refresh_it(gathered: Shelf, told: Told) -> None:
    put(gathered, indicator(1))
    assert not worth(gathered, 1, 60).active
    put(
        gathered,
        sighting(1, 1, 50, last_seen=moment(40)),
        sighting(2, 1, 55, count=0, last_seen=moment(55)),
        sighting(3, 1, 56, revoked=True),
        sighting(4, 2, 58),
        origin="VD",
        act="",
    )
    found = worth(gathered, 1, 60)
    assert (found.active, found.last_seen) == (True, at(40))
    # That somebody saw it also speaks for Lazuria: (80 · 5 + 100) / 6 instead of 80.
    assert found.value == pytest.approx(500 / 6 * (1 - (20 / 120) ** 0.5))
    # Without a time of its own it was seen when it was told.
    put(gathered, sighting(5, 1, 59), origin="VD", act="")
    assert worth(gathered, 1, 60).last_seen == at(59)
    # What is yet to come has not been seen.
    assert worth(gathered, 1, 50).last_seen == at(40)
    assert worth(gathered, 1, 39).last_seen is None


def test_a_sighting_that_is_taken_back_refreshes_nothing(gathered: Shelf, told: Told) -> None:
    put(gathered, indicator(1))
    put(gathered, sighting(1, 1, 50), origin="VD", act="")
    assert worth(gathered, 1, 60).active
    store.remove(gathered, key(1, "sighting"), STAFF)
    assert worth(gathered, 1, 60).last_seen is None


def test_acts_refresh_it_by_object_and_by_contribution(gathered: Shelf, told: Told) -> None:
    put(gathered, indicator(1), indicator(2))
    put(gathered, indicator(3), origin="VD", act=OTHER_ACT)
    told.heard.append(Heard("VD", ACT, key(1), "confirmed", at(50)))
    assert [worth(gathered, number, 60).last_seen for number in (1, 2, 3)] == [at(50), None, None]
    told.heard.append(Heard("CR", ACT, "", "seen", at(55)))
    assert [worth(gathered, number, 60).last_seen for number in (1, 2, 3)] == [at(55), at(55), None]
    # Useful is no sighting.
    told.heard.append(Heard("CR", OTHER_ACT, "", "useful", at(55)))
    assert worth(gathered, 3, 60).last_seen is None


@pytest.mark.parametrize(
    ("by", "ended", "refuted", "doubted"),
    [
        ("CR", "false-positive", ("CR",), ()),
        ("LZ", "false-positive", ("LZ",), ()),
        # A third party must not blind the others.
        ("VD", "", (), ("VD",)),
    ],
)
def test_whose_false_positive_ends_it(
    gathered: Shelf, told: Told, by: str, ended: str, refuted: tuple[str, ...], doubted: tuple[str, ...]
) -> None:
    put(gathered, indicator(1))
    told.heard.append(Heard(by, ACT, key(1), "false-positive", at(5)))
    found = worth(gathered, 1, 10)
    assert (found.ended, found.refuted_by, found.doubted_by) == (ended, refuted, doubted)
    assert worth(gathered, 1, 4).doubted_by == ()
    told.heard.append(Heard("OC", ACT, "", "seen", at(8)))
    assert worth(gathered, 1, 10).ended == ""


def test_what_one_says_of_the_object_goes_before_what_it_says_of_the_whole(gathered: Shelf, told: Told) -> None:
    put(gathered, indicator(1), indicator(2))
    told.heard.extend(
        [
            Heard("CR", ACT, "", "false-positive", at(5)),
            Heard("CR", ACT, key(1), "useful", at(4)),
        ]
    )
    assert (worth(gathered, 1, 10).ended, worth(gathered, 2, 10).ended) == ("", "false-positive")


def test_confidence_in_the_giver_is_half_of_where_it_starts(gathered: Shelf, told: Told) -> None:
    put(gathered, indicator(1, confidence=50), *(indicator(number) for number in (2, 3, 4, 5, 6)))
    assert worth(gathered, 1, 0).value == 50
    told.heard.extend([Heard("CR", ACT, key(number), "confirmed", at(0)) for number in (2, 3, 4, 5, 6)])
    # (80 · 5 + 100 · 5) / 10 = 90 for the source.
    assert worth(gathered, 1, 0).value == pytest.approx((50 + 90) / 2)
    assert worth(gathered, 2, 0).value == pytest.approx(90)
    # What is our own has no giver to be relied on.
    put(gathered, indicator(9, confidence=50), origin="CR", act="")
    assert worth(gathered, 9, 0).value == 50


def test_a_partner_learns_nothing_of_what_it_may_not_see(gathered: Shelf, told: Told) -> None:
    put(gathered, indicator(1), indicator(2), marking="GREEN")
    put(gathered, sighting(1, 1, 50, marking=STRICT), origin="VD", act="")
    told.heard.append(Heard("CR", ACT, key(2), "confirmed", at(50)))
    assert worth(gathered, 1, 60).active
    assert worth(gathered, 1, 60, Viewer("VD")).active  # its own
    assert not worth(gathered, 1, 60, Viewer("LZ")).active
    assert worth(gathered, 2, 60, Viewer("LZ")).active  # a party hears what is said in the matter
    assert not worth(gathered, 2, 60, Viewer("OC")).active  # no party


def test_objects_name_any_moment(gathered: Shelf, told: Told) -> None:
    put(gathered, indicator(1, valid_from="9999-12-31T23:59:59Z"), indicator(2, valid_from="0001-01-01T00:00:00Z"))
    for number in (1, 2):
        found = worth(gathered, number, 0)
        assert found.until is not None
        assert as_datetime(found.until).year <= 9998


def test_what_is_worth_it_and_what_is_not_make_the_shelf(gathered: Shelf, told: Told, tmp_path: Path) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    fresh = {"created": now, "modified": now, "valid_from": now}
    put(gathered, indicator(1, **fresh), indicator(2, valid_until=moment(5)), malware(3), indicator(4, revoked=True))
    assert [held.stix_id for held in still_worth(gathered)] == [key(1), key(3, "malware")]
    assert [(held.stix_id, found.ended) for held, found in expired(gathered)] == [
        (key(2), "expired"), (key(4), "revoked"),
    ]  # fmt: skip
    out = tmp_path / "active.json"
    run("export", out, "--shelf", gathered.pk, "--active")
    assert exported(out) == [key(1), key(3, "malware")]
    run("export", tmp_path / "all.json", "--shelf", gathered.pk)
    assert len(exported(tmp_path / "all.json")) == 4
    run("export", out, "--shelf", gathered.pk, "--active", "--all-versions", "--force", code=2)
    rows = json.loads(run("expired", "--shelf", gathered.pk, "--json"))
    assert [(row["id"], row["ended"]) for row in rows] == [(key(2), "expired"), (key(4), "revoked")]
    said = run("expired", "--shelf", gathered.pk)
    assert "its maker revoked it" in said
    assert "No longer worth looking for: 2. They stay on the shelf." in said
    assert store.count(gathered) == 4


def test_what_was_given_and_who_judged_it(gathered: Shelf, told: Told) -> None:
    put(gathered, indicator(1), indicator(2), indicator(3))
    put(gathered, indicator(4), origin="VD", act=OTHER_ACT)
    Contributed.objects.create(act=ACT, sha256="c" * 64, shelf=gathered, accepted=3, same=0)
    Contributed.objects.create(act=OTHER_ACT, sha256="d" * 64, shelf=gathered, accepted=1, same=0)
    told.heard.extend(
        [
            Heard("CR", ACT, key(1), "confirmed", at(1)),
            Heard("CR", ACT, key(2), "false-positive", at(1)),
            Heard("VD", ACT, "", "seen", at(1)),
            Heard("LZ", ACT, key(3), "false-positive", at(1)),
            # Neither what nobody gave nor what another gave makes Lazuria better or worse.
            Heard("VD", ACT, key(77), "useful", at(1)),
            Heard("VD", ACT, key(4), "false-positive", at(1)),
        ]
    )
    put(gathered, sighting(1, 3, 2), origin="VD", act="")
    put(gathered, sighting(2, 1, 2), origin="LZ", act="")
    found = given.gave("LZ", [gathered])
    assert (found.contributions, found.withdrawn, found.objects) == (1, 0, 3)
    # Objects 1 and 3, and the contribution as a whole; objects 2 and 3.
    assert (found.seen, found.false_positives) == (3, 2)
    confidence = found.confidence
    assert (confidence.ours.right, confidence.ours.wrong) == (1, 1)
    assert (confidence.others.right, confidence.others.wrong) == (2, 0)
    assert confidence.owned_up == 1
    assert given.gave("LZ", []).contributions == 0
    verdia = given.gave("VD", [gathered])
    assert (verdia.contributions, verdia.objects, verdia.confidence.others.judged) == (1, 1, 0)


# -- warning lists -----------------------------------------------------------------------------------------------------


def own_list(folder: Path, name: str, *entries: str) -> None:
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "list.json").write_text(
        json.dumps({"name": name, "description": "Ours.", "version": 1, "type": "string", "list": entries})
    )


def test_lists_of_the_operator_stand_beside_those_that_ship(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    things = raws(indicator(1, pattern="[domain-name:value = 'portal.example.org']"), indicator(2), malware(3))

    def hits() -> list[tuple[str, str, str]]:
        return [(item.stix_id, item.value, item.list_name) for item in benign.benign_in([*things, b"[", b"[]", b"{}"])]

    shipped = hits()
    assert (key(2), "192.0.2.2") in [item[:2] for item in shipped]
    own_list(tmp_path, "Our houses", "portal.example.org")
    monkeypatch.setenv(benign.VARIABLE, str(tmp_path))
    assert set(hits()) - set(shipped) == {(key(1), "portal.example.org", "Our houses")}
    # A file that changed is read again; one that is no list is told, and hides no other.
    own_list(tmp_path, "Our houses", "another.example.org")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "list.json").write_text("{")
    assert hits() == shipped
    assert any("odd" in fault for fault in benign.lists().faults)


def test_an_import_tells_what_is_benign(shelf: Shelf, tmp_path: Path) -> None:
    said = run("import", bundle(tmp_path / "a.json", indicator(1)), "--shelf", shelf.pk)
    assert "Values in it that are well known and benign: 1" in said
    assert "192.0.2.1 in indicator--" in said
    other = indicator(2, pattern="[domain-name:value = 'evil.xyz']")
    assert "benign" not in run("import", bundle(tmp_path / "b.json", other), "--shelf", shelf.pk)
