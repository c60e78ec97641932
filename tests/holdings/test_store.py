"""The store: versions in any order, doubles, refusals, and pages as a viewer sees them."""

import json
from typing import Any

import pytest

from tests.holdings.things import AMBER, GREEN, RED, indicator, key, malware, moment, raw, raws
from verbale.holdings import store
from verbale.holdings.models import Entry, Shelf
from verbale.holdings.moments import parse_moment
from verbale.holdings.store import STAFF, Query, Viewer
from verbale.intel.objects import PatternBudget
from verbale.node.errors import AccessError, NotFoundError

pytestmark = pytest.mark.django_db
LZ, VD = Viewer("LZ"), Viewer("VD")


def add(shelf: Shelf, *things: dict[str, Any], origin: str = "CR", marking: str = "AMBER", **named: Any) -> store.Added:
    return store.add(shelf, raws(*things), origin=origin, marking=marking, **named)


def seen(shelf: Shelf, viewer: Viewer = LZ, **asked: Any) -> list[tuple[str, str]]:
    """Name and last moment of what a viewer gets, in order."""
    entries = store.page(shelf, viewer, Query(**asked)).entries
    return [(thing["name"], thing["modified"]) for thing in (json.loads(entry.raw) for entry in entries)]


def test_what_is_added_comes_back_byte_for_byte(shelf: Shelf) -> None:
    given = json.dumps(indicator(1, description="Zürich, 東京"), ensure_ascii=False, separators=(",", ":")).encode()
    assert store.add(shelf, [given], origin="CR", marking="AMBER").accepted == 1
    (entry,) = store.page(shelf, LZ, Query()).entries
    assert entry.raw == given
    assert (entry.stix_id, entry.type, entry.marking) == (key(1), "indicator", "GREEN")


def test_space_between_the_parts_is_not_kept(shelf: Shelf) -> None:
    thing = indicator(1, description="two  spaces, and \n a line")
    store.add(shelf, [json.dumps(thing, indent=4).encode()], origin="CR", marking="AMBER")
    (entry,) = store.page(shelf, LZ, Query()).entries
    assert entry.raw == raw(thing)


def test_moments_of_arrival_are_unique_and_rise(shelf: Shelf) -> None:
    for number in range(5):
        add(shelf, *(indicator(number * 10 + inner) for inner in range(10)))
    moments = list(Entry.objects.order_by("pk").values_list("added", "stix_id"))
    assert [stix_id for _added, stix_id in moments] == [key(number) for number in range(50)]
    assert len({added for added, _ in moments}) == 50


def test_the_latest_version_is_what_one_gets_whatever_the_order(shelf: Shelf) -> None:
    add(shelf, indicator(1, 5))
    add(shelf, indicator(1, 9), indicator(1, 2))
    add(shelf, indicator(1, 7))
    assert seen(shelf) == [("Address 1", moment(9))]
    assert seen(shelf, versions=("first",)) == [("Address 1", moment(2))]
    assert [when for _, when in seen(shelf, versions=("all",))] == [moment(5), moment(9), moment(2), moment(7)]
    assert seen(shelf, versions=(parse_moment(moment(7)), "first")) == [
        ("Address 1", moment(2)),
        ("Address 1", moment(7)),
    ]


def test_a_revoked_version_is_the_latest_like_any_other(shelf: Shelf) -> None:
    add(shelf, indicator(1), indicator(1, 3, revoked=True))
    (entry,) = store.page(shelf, LZ, Query()).entries
    assert entry.revoked


def test_the_same_twice_is_one(shelf: Shelf) -> None:
    assert add(shelf, indicator(1), indicator(1)).same == 1
    again = store.add(shelf, [json.dumps(indicator(1)).encode()], origin="CR", marking="AMBER")
    assert (again.accepted, again.same, again.refused) == (0, 1, [])
    assert Entry.objects.count() == 1


def test_another_content_under_the_same_version_is_refused_to_its_giver_alone(shelf: Shelf) -> None:
    add(shelf, indicator(1), origin="LZ")
    told = add(shelf, indicator(1, name="Another"), indicator(2), origin="LZ")
    assert told.accepted == 1
    assert [(item.index, item.id) for item in told.refused] == [(0, key(1))]
    assert "later modified" in told.refused[0].why
    # Whoever else says something else under that version is told nothing of what others gave.
    other = add(shelf, indicator(1, name="Another", marking=RED), origin="VD")
    assert (other.accepted, other.refused) == (1, [])


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (b"[]", "object"),
        (b"{", "not JSON"),
        (b'{"type":"indicator"}', "missing"),
        (raw({**indicator(1), "id": "indicator--1"}), "id"),
        (raw({**indicator(1), "type": "malware"}), "id"),
        (raw({**indicator(1), "spec_version": "2.0"}), "2.1"),
        (raw({**indicator(1), "modified": "yesterday"}), "modified"),
        (raw({**indicator(1), "modified": "2026-01-01T00:00:00"}), "modified"),
        (raw(indicator(1)).replace(b"Address", b"\xff\xfe"), "UTF-8"),
        (raw(indicator(1)).replace(b'"name"', b'"id":"indicator--x","name"'), "twice"),
        (raw(indicator(1, description="x" * (4 << 20))), "limit"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason_and_the_rest_comes_in(
    shelf: Shelf, given: bytes, why: str
) -> None:
    told = store.add(shelf, [raw(indicator(7)), given, raw(indicator(8))], origin="CR", marking="AMBER")
    assert told.accepted == 2
    assert [item.index for item in told.refused] == [1]
    assert why in told.refused[0].why


@pytest.mark.parametrize("name", ["pattern", "p\\u0061ttern"])
def test_one_delivery_may_not_keep_the_grammar_busy_for_long(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("verbale.holdings.adding.PatternBudget", lambda: PatternBudget(200))
    hard = [
        raw(indicator(number, pattern=f"[file:name = 'a' AND file:size > {number}] REPEATS 2 TIMES WITHIN 60 SECONDS"))
        for number in range(5)
    ]
    given = [one.replace(b'"pattern"', b'"%s"' % name.encode()) for one in hard]
    told = store.add(shelf, [*given, raw(indicator(9))], origin="LZ", marking="GREEN")
    assert (told.accepted, len(told.refused)) == (3, 3)
    assert all("limit" in item.why for item in told.refused)
    assert store.add(shelf, given[3:], origin="LZ", marking="GREEN").accepted == 2  # the next delivery has its own


def test_a_shelf_takes_nothing_above_its_ceiling(shelf: Shelf) -> None:
    shelf.ceiling = 2
    told = add(shelf, indicator(1, marking=RED), indicator(2, marking=AMBER))
    assert told.accepted == 1
    assert "TLP:AMBER" in told.refused[0].why


def test_an_object_without_moments_has_that_of_its_arrival(shelf: Shelf) -> None:
    address = {"type": "ipv4-addr", "spec_version": "2.1", "id": key(1, "ipv4-addr"), "value": "192.0.2.1"}
    add(shelf, address, marking="GREEN")
    assert add(shelf, address, marking="GREEN").same == 1
    add(shelf, {**address, "defanged": True}, marking="GREEN")
    entries = store.page(shelf, LZ, Query(versions=("all",))).entries
    assert [entry.version for entry in entries] == [entry.added for entry in entries]
    (latest,) = store.page(shelf, LZ, Query()).entries
    assert b"defanged" in latest.raw


def test_a_later_version_that_one_may_not_see_hides_nothing(shelf: Shelf) -> None:
    add(shelf, indicator(1))
    add(shelf, indicator(1, 5, marking=RED))
    assert seen(shelf) == [("Address 1", moment(0))]
    assert seen(shelf, STAFF) == [("Address 1", moment(5))]
    assert seen(shelf, STAFF, versions=("first",)) == [("Address 1", moment(0))]
    assert store.versions(shelf, LZ, key(1), Query()).entries[0].added
    assert len(store.versions(shelf, LZ, key(1), Query()).entries) == 1
    assert len(store.versions(shelf, STAFF, key(1), Query()).entries) == 2


def test_the_same_from_two_partners_is_shown_once_to_whoever_sees_both(shelf: Shelf) -> None:
    add(shelf, indicator(1), origin="LZ")
    add(shelf, indicator(1), origin="VD")
    add(shelf, indicator(1, marking=GREEN, name="Address 1"), origin="CR")
    assert seen(shelf) == [("Address 1", moment(0))]
    assert seen(shelf, versions=("all",)) == [("Address 1", moment(0))]
    assert Entry.objects.count() == 3


def test_our_staff_is_told_who_gave_what_and_by_which_act(shelf: Shelf) -> None:
    add(shelf, indicator(1), origin="LZ", act="a" * 64)
    add(shelf, indicator(2))
    entries = store.page(shelf, STAFF, Query()).entries
    told = store.givers(entries)
    assert [(told[entry.source].origin, told[entry.source].act) for entry in entries] == [("LZ", "a" * 64), ("CR", "")]
    rows = Entry.objects.select_related("source", "audience").order_by("pk")
    assert [(row.origin, row.marking, row.latest, row.first) for row in rows] == [
        ("LZ", "GREEN", True, True),
        ("CR", "GREEN", True, True),
    ]


def test_pages_go_on_where_the_last_ended_and_lose_nothing(shelf: Shelf) -> None:
    add(shelf, *(indicator(number, marking=RED if number % 3 == 0 else GREEN) for number in range(100)))
    found, after = [], Query().after
    while True:
        page = store.page(shelf, LZ, Query(after=after, limit=7))
        found += [entry.stix_id for entry in page.entries]
        assert len(page.entries) <= 7
        if not page.more:
            break
        after = page.cursor
    assert found == [key(number) for number in range(100) if number % 3]
    assert [entry.stix_id for entry in store.everything(shelf, LZ, limit=10)] == found


def test_filters_are_all_to_hold(shelf: Shelf) -> None:
    add(shelf, indicator(1), indicator(2), malware(3))
    assert [name for name, _ in seen(shelf, types=("malware",))] == ["Address 3"]
    assert [name for name, _ in seen(shelf, types=("malware", "indicator"))] == ["Address 1", "Address 2", "Address 3"]
    assert [name for name, _ in seen(shelf, ids=(key(2), key(3, "malware")))] == ["Address 2", "Address 3"]
    assert seen(shelf, ids=(key(2),), types=("malware",)) == []
    assert seen(shelf, spec_versions=("2.0",)) == []
    assert len(seen(shelf, spec_versions=("2.0", "2.1"))) == 3
    assert seen(shelf, ids=(key(9),)) == []


def test_two_shelves_know_nothing_of_each_other(shelf: Shelf, gathered: Shelf) -> None:
    add(shelf, indicator(1))
    add(gathered, indicator(1), indicator(2))
    assert len(seen(shelf)) == 1
    assert len(seen(gathered)) == 2
    assert store.remove(gathered, key(1), STAFF) == 1
    assert len(seen(shelf)) == 1


def test_a_partner_deletes_what_it_gave_and_nothing_else(shelf: Shelf) -> None:
    add(shelf, indicator(1), indicator(2, marking=RED))
    add(shelf, indicator(3), indicator(3, 4), indicator(3, 8), origin="LZ")
    with pytest.raises(AccessError):
        store.remove(shelf, key(1), LZ)
    with pytest.raises(NotFoundError):
        store.remove(shelf, key(2), LZ)  # it may not see that one
    assert store.remove(shelf, key(3), LZ, ("last",)) == 1
    assert seen(shelf, ids=(key(3),)) == [("Address 3", moment(4))]
    assert store.remove(shelf, key(3), LZ, ("first",)) == 1
    assert seen(shelf, versions=("first",), ids=(key(3),)) == [("Address 3", moment(4))]
    assert store.remove(shelf, key(3), LZ) == 1
    assert seen(shelf, ids=(key(3),)) == []
    with pytest.raises(NotFoundError):
        store.remove(shelf, key(3), LZ)


def test_what_others_gave_as_well_is_not_deleted_under_them(shelf: Shelf) -> None:
    add(shelf, indicator(1), origin="LZ")
    add(shelf, indicator(1), origin="VD")
    with pytest.raises(AccessError):
        store.remove(shelf, key(1), LZ)
    assert len(seen(shelf, VD)) == 1
