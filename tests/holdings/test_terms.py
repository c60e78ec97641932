"""The index of what entries name: it follows the entries, and never tells of what has gone."""

import json
import random
from collections import Counter
from typing import Any

import pytest

from tests.holdings.conftest import gathered, partners, shelf
from tests.holdings.things import AMBER, indicator, key, malware, raws
from verbale.holdings import contributed, store, terms
from verbale.holdings.models import Entry, Indexed, Shelf, Term
from verbale.holdings.store import STAFF
from verbale.intel.naming import named_in
from verbale.node.registry import all_chores

__all__ = ["gathered", "partners", "shelf"]
pytestmark = pytest.mark.django_db


def put(shelf: Shelf, *things: dict[str, Any], origin: str = "CR", act: str = "") -> None:
    assert not store.add(shelf, raws(*things), origin=origin, marking="AMBER", act=act).refused


def audiences() -> list[int]:
    return list(Entry.objects.values_list("audience", flat=True).distinct())


def named_by(kind: str, value: str) -> list[str]:
    found = terms.latest(kind, value, audiences(), 100)
    return list(Entry.objects.filter(pk__in=found).order_by("added").values_list("stix_id", flat=True))


def anew() -> Counter[tuple[int, str, str, bool]]:
    return Counter(
        (entry.added, *name) for entry in Entry.objects.all() for name in named_in(json.loads(bytes(entry.raw)))
    )


def held() -> Counter[tuple[int, str, str, bool]]:
    return Counter(Term.objects.values_list("added", "kind", "value", "alone"))


def test_what_came_is_found_after_it_was_indexed(shelf: Shelf) -> None:
    put(shelf, indicator(1), indicator(2), malware(3))
    assert terms.behind() == 3
    assert named_by("ipv4", "192.0.2.1") == []
    assert terms.catch_up()
    assert terms.behind() == 0
    assert named_by("ipv4", "192.0.2.1") == [key(1)]
    assert named_by("software", "address 3") == [key(3, "malware")]
    put(shelf, indicator(257), origin="LZ")
    assert terms.catch_up()
    assert named_by("ipv4", "192.0.2.1") == [key(1), key(257)]
    ours, theirs = sorted(terms.sums("ipv4", "192.0.2.1", audiences()), key=lambda item: item.first)
    assert (ours.entries, theirs.entries, ours.source != theirs.source) == (1, 1, True)
    assert terms.sums("ipv4", "192.0.2.1", []) == terms.latest("ipv4", "192.0.2.1", [], 10) == []


def test_what_is_deleted_or_withdrawn_leaves_it(gathered: Shelf) -> None:
    put(gathered, indicator(1), indicator(2), indicator(3))
    put(gathered, indicator(1, marking=AMBER), origin="LZ", act="a" * 64)
    terms.catch_up()
    store.remove(gathered, key(2), STAFF)
    assert named_by("ipv4", "192.0.2.2") == []
    assert not Term.objects.filter(value="192.0.2.2").exists()
    assert named_by("ipv4", "192.0.2.1") == [key(1), key(1)]
    contributed.take_back(gathered, "a" * 64)
    assert Term.objects.filter(value="192.0.2.1").count() == 1
    assert held() == anew()


def test_it_goes_on_where_it_stood_and_says_when_it_is_behind(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms, "_AT_ONCE", 7)
    put(shelf, *(indicator(number) for number in range(20)))
    assert not terms.catch_up(seconds=0)
    assert terms.behind() == 13
    assert not terms.catch_up(seconds=0)
    assert terms.catch_up(seconds=0)
    assert held() == anew()
    put(shelf, indicator(20))
    assert not terms.catch_up(ending=lambda: True)
    for chore in all_chores():
        chore(lambda: False)
    assert held() == anew()


def test_few_large_entries_are_read_together(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    put(shelf, *(indicator(number, description="x" * 1_000) for number in range(5)))
    monkeypatch.setattr(terms, "_BYTES_AT_ONCE", 2_000)
    assert not terms.catch_up(seconds=0)
    assert terms.behind() == 4
    assert terms.catch_up()
    assert held() == anew()


def test_an_index_by_other_rules_is_made_anew(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    put(shelf, indicator(1), indicator(2))
    monkeypatch.setattr(terms, "RULES", 1)
    terms.catch_up()
    Term.objects.filter(value="192.0.2.2").update(value="wrong")
    monkeypatch.undo()
    assert terms.behind() == 2
    terms.catch_up()
    assert held() == anew()
    assert Indexed.objects.count() == 1


def test_another_process_that_was_first_is_not_repeated(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    put(shelf, *(indicator(number) for number in range(5)))
    read = terms._terms

    def slow(place: int, last: int) -> list[tuple[Any, ...]]:
        found = read(place, last)
        with monkeypatch.context() as patch:
            patch.setattr(terms, "_terms", read)
            terms._step()
        store.remove(shelf, key(3), STAFF)
        return found

    monkeypatch.setattr(terms, "_terms", slow)
    terms.catch_up()
    assert held() == anew()
    assert len(held()) == 4


def test_what_is_deleted_between_reading_and_writing_leaves_nothing(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(shelf, indicator(1), indicator(2))
    read = terms._terms

    def slow(place: int, last: int) -> list[tuple[Any, ...]]:
        found = read(place, last)
        store.remove(shelf, key(1), STAFF)
        return found

    monkeypatch.setattr(terms, "_terms", slow)
    terms.catch_up()
    assert [entry.stix_id for entry in Entry.objects.all()] == [key(2)]
    assert held() == anew()


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_done_the_index_is_that_of_the_entries(
    shelf: Shelf, gathered: Shelf, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(terms, "_AT_ONCE", 3)
    for _turn in range(60):
        on = chance.choice((shelf, gathered))
        done = chance.random()
        if done < 0.5:
            put(on, indicator(chance.randrange(8), chance.randrange(3)), origin=chance.choice(("CR", "LZ")))
        elif done < 0.7:
            terms.catch_up(seconds=0)
        elif Entry.objects.filter(audience__shelf=on).exists():
            store.remove(on, chance.choice(list(store.everything(on, STAFF))).stix_id, STAFF)
    terms.catch_up()
    assert held() == anew()
