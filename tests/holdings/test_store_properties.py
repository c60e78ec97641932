"""Whatever the order and the repetitions in which objects arrive, each viewer sees the same, and only what it may."""

import json
from collections import defaultdict
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.holdings.things import TLP, indicator, key, raw
from verbale.holdings import store
from verbale.holdings.models import Audience, Borne, Entry, Shelf
from verbale.holdings.moments import parse_moment
from verbale.holdings.store import STAFF, Query, Viewer
from verbale.intel import audience as rules
from verbale.node.errors import AccessError, NotFoundError

pytestmark = pytest.mark.django_db
PARTIES = frozenset(("CR", "LZ", "VD"))


class Gift(NamedTuple):
    """One object as one origin gives it."""

    number: int
    day: int
    marking: str
    origin: str
    named: frozenset[str]

    @property
    def thing(self) -> dict[str, Any]:
        return indicator(self.number, self.day, TLP[self.marking])

    def seen_by(self, viewer: Viewer, parties: frozenset[str]) -> bool:
        audience = rules.Audience("CR", parties, self.named if self.origin == "CR" else ())
        return viewer.staff or rules.may_see(self.marking, self.origin, audience, viewer.node)


gifts = st.lists(
    st.builds(
        Gift,
        st.integers(1, 3),
        st.integers(0, 3),
        st.sampled_from(list(TLP)),
        st.sampled_from(("CR", "LZ", "OC")),
        st.sampled_from((frozenset(), frozenset({"OC"}))),
    ),
    min_size=1,
    max_size=12,
    # One origin does not give two contents under one version.
    unique_by=lambda gift: (gift.number, gift.day, gift.origin),
)
VIEWERS = (STAFF, Viewer("LZ"), Viewer("VD"), Viewer("OC"), Viewer())


def expected(given: list[Gift], viewer: Viewer, wanted: str) -> set[tuple[str, int]]:
    """Ids and days, told from the rules alone."""
    versions: dict[str, set[int]] = defaultdict(set)
    for gift in given:
        if gift.seen_by(viewer, PARTIES):
            versions[key(gift.number)].add(gift.day)
    chosen = {"last": lambda days: {max(days)}, "first": lambda days: {min(days)}, "all": lambda days: days}[wanted]
    return {(name, day) for name, days in versions.items() for day in chosen(days)}


def seen(shelf: Shelf, viewer: Viewer, wanted: str, limit: int) -> list[tuple[str, int]]:
    found = list(store.everything(shelf, viewer, limit=limit, query=Query(versions=(wanted,))))
    assert [entry.added for entry in found] == sorted({entry.added for entry in found})
    start = parse_moment("2026-01-01T00:00:00Z") or 0
    return [(entry.stix_id, (entry.version - start) // 86_400_000_000) for entry in found]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given=gifts, data=st.data())
def test_each_viewer_sees_what_the_rules_say_in_any_order(
    gathered: Shelf, given: list[Gift], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(given)) + data.draw(st.lists(st.sampled_from(given), max_size=4))
    together = data.draw(st.integers(1, 4))
    limit = data.draw(st.integers(1, 5))
    sid = transaction.savepoint()
    try:
        for start in range(0, len(order), together):
            for gift in order[start : start + together]:
                told = store.add(gathered, [raw(gift.thing)], origin=gift.origin, marking="AMBER", named=gift.named)
                assert not told.refused
        for viewer in VIEWERS:
            for wanted in ("last", "first", "all"):
                found = seen(gathered, viewer, wanted, limit)
                assert len(found) == len(set(found))
                assert set(found) == expected(given, viewer, wanted)
    finally:
        transaction.savepoint_rollback(sid)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given=gifts, gone=st.integers(1, 3), who=st.sampled_from(("LZ", "OC")))
def test_deleting_leaves_what_others_gave(gathered: Shelf, given: list[Gift], gone: int, who: str) -> None:
    sid = transaction.savepoint()
    try:
        for gift in given:
            store.add(gathered, [raw(gift.thing)], origin=gift.origin, marking="AMBER", named=gift.named)
        try:
            store.remove(gathered, key(gone), Viewer(who))
            left = [gift for gift in given if (gift.number, gift.origin) != (gone, who)]
        except AccessError:
            left = given
        except NotFoundError:
            left = given
            assert not expected([gift for gift in given if gift.number == gone], Viewer(who), "all")
        for viewer in VIEWERS:
            for wanted in ("last", "first", "all"):
                assert set(seen(gathered, viewer, wanted, 3)) == expected(left, viewer, wanted)
    finally:
        transaction.savepoint_rollback(sid)


def statement(number: int) -> dict[str, Any]:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": key(number, "marking-definition"),
        "created": "2026-01-01T00:00:00.000Z",
        "definition_type": "statement",
        "definition": {"statement": "For internal use"},
    }


@pytest.mark.parametrize("order", ["before", "after", "together"])
def test_who_sees_an_object_sees_the_terms_on_it(gathered: Shelf, order: str) -> None:
    terms = statement(7)
    bearing = indicator(1, marking="", object_marking_refs=[terms["id"], TLP["AMBER"]])
    hidden = {**indicator(2), "object_marking_refs": [terms["id"], TLP["RED"]]}
    parts = {
        "before": [[terms], [bearing, hidden]],
        "after": [[bearing, hidden], [terms]],
        "together": [[hidden, terms, bearing]],
    }
    for part in parts[order]:
        told = store.add(gathered, [raw(thing) for thing in part], origin="CR", marking="RED")
        assert not told.refused
    # VD, a party, sees the one and its terms, and the terms once, though they came with RED.
    assert sorted(entry.stix_id for entry in store.everything(gathered, Viewer("VD"))) == [key(1), terms["id"]]
    assert [entry.stix_id for entry in store.everything(gathered, Viewer("OC"))] == []
    assert len(list(store.everything(gathered, STAFF))) == 3


def test_nobody_gets_anothers_terms_by_naming_their_id(shelf: Shelf) -> None:
    terms = statement(7)
    store.add(shelf, [raw(terms)], origin="VD", marking="AMBER")
    store.add(shelf, [raw(indicator(1, marking="", object_marking_refs=[terms["id"]]))], origin="LZ", marking="AMBER")
    assert [entry.stix_id for entry in store.everything(shelf, Viewer("LZ"))] == [key(1)]
    assert Borne.objects.count() == 1


def test_a_granular_marking_counts_for_the_whole(shelf: Shelf) -> None:
    thing = indicator(1, granular_markings=[{"marking_ref": TLP["RED"], "selectors": ["name"]}])
    store.add(shelf, [raw(thing)], origin="CR", marking="GREEN")
    assert list(store.everything(shelf, Viewer("LZ"))) == []
    (entry,) = store.everything(shelf, STAFF)
    assert entry.marking == "RED"


def test_audiences_stay_few(gathered: Shelf) -> None:
    for number, origin in enumerate(("CR", "LZ", "VD") * 10):
        for place, marking in enumerate(TLP.values()):
            store.add(gathered, [raw(indicator(number * 10 + place, marking=marking))], origin=origin, marking="AMBER")
    # CLEAR, GREEN; AMBER of ours and of parties; two more of ours and two of each partner.
    assert Audience.objects.count() == 2 + 2 + 2 + 4
    assert Entry.objects.count() == 150
    assert json.loads(store.page(gathered, Viewer("LZ"), Query(limit=1)).entries[0].raw)
