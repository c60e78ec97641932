"""Values of shelves in an overlap: those of objects that the partner may see, and no other."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.holdings.conftest import gathered, partners, shelf
from tests.holdings.things import TLP, indicator, raws
from verbale.holdings import compared, store, terms
from verbale.holdings.models import Shelf, Source
from verbale.holdings.store import STAFF, Viewer
from verbale.intel.audience import rank_of
from verbale.intel.naming import named_in
from verbale.matters.overlap import sources
from verbale.node.errors import UserError
from verbale.node.models import Matter
from verbale.protocol import Marking

__all__ = ["gathered", "partners", "shelf"]
pytestmark = pytest.mark.django_db


def put(shelf: Shelf, *things: dict[str, object], origin: str = "CR", named: tuple[str, ...] = ()) -> None:
    assert not store.add(shelf, raws(*things), origin=origin, marking="AMBER", named=named).refused


def own(
    to: str = "LZ",
    ceiling: Marking = Marking.AMBER,
    since: str | None = None,
    kinds: tuple[str, ...] = ("ipv4",),
    exercise: bool = False,
) -> set[str]:
    return {value.value for value in sources.own_values(kinds, since, to, ceiling, exercise=exercise)}


def test_what_the_partner_may_see_goes_in(shelf: Shelf, gathered: Shelf) -> None:
    put(shelf, indicator(1, marking=TLP["GREEN"]), indicator(2, marking=TLP["AMBER"]))
    put(shelf, indicator(3, marking=TLP["AMBER"]), indicator(4, marking=TLP["RED"]), named=("LZ",))
    put(gathered, indicator(5, marking=TLP["AMBER"]), indicator(6, marking=TLP["AMBER+STRICT"]), origin="VD")
    put(gathered, indicator(7, marking=TLP["RED"]), origin="LZ")
    numbers = {f"192.0.2.{number}" for number in (1, 3, 5, 7)}
    assert own() == numbers
    # Ours that are RED only in an overlap that is.
    assert own(ceiling=Marking.RED) == numbers | {"192.0.2.4"}
    assert own("OC") == {"192.0.2.1"}
    assert own("VD") == {"192.0.2.1", "192.0.2.5", "192.0.2.6"}


def test_only_values_that_are_indicators_by_themselves(shelf: Shelf) -> None:
    both = "[ipv4-addr:value = '198.51.100.1' AND domain-name:value = 'a.example']"
    put(shelf, indicator(1, pattern=both), indicator(2, pattern="[domain-name:value = 'B.example']"), indicator(3))
    put(shelf, indicator(3, 1, revoked=True), indicator(4))
    put(shelf, indicator(4, 1, pattern="[ipv4-addr:value = '198.51.100.4']"))
    assert own(kinds=("ipv4", "domain")) == {"b.example", "198.51.100.4"}
    assert own(kinds=()) == set()


def test_by_the_day_on_which_it_came(shelf: Shelf) -> None:
    put(shelf, indicator(1))
    today = datetime.now(UTC).date()
    assert own(since=today.isoformat()) == {"192.0.2.1"}
    assert own(since=(today + timedelta(days=2)).isoformat()) == set()


@pytest.mark.parametrize("field", ["restricted", "exercise"])
def test_nothing_of_closed_collections_or_exercises(shelf: Shelf, gathered: Shelf, field: str) -> None:
    put(gathered, indicator(1))
    Matter.objects.filter(pk=gathered.matter).update(**{field: True})
    put(shelf, indicator(2))
    assert own() == {"192.0.2.2"}
    assert own(exercise=True) == ({"192.0.2.1", "192.0.2.2"} if field == "exercise" else {"192.0.2.2"})
    Matter.objects.filter(pk=gathered.matter).delete()
    assert own(exercise=True) == {"192.0.2.2"}


def test_a_version_that_the_partner_may_not_see_does_not_go_in(gathered: Shelf) -> None:
    put(gathered, indicator(1, marking=TLP["GREEN"]))
    put(gathered, indicator(1, 1, marking=TLP["AMBER"], pattern="[ipv4-addr:value = '198.51.100.1']"))
    assert own("OC") == {"192.0.2.1"}
    assert own("LZ") == {"198.51.100.1"}


def test_an_index_that_is_behind_is_no_set(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    put(shelf, indicator(1), indicator(2))
    monkeypatch.setattr(terms, "catch_up", lambda **_named: False)
    with pytest.raises(UserError, match="2 objects on shelves"):
        own()


def _seen(shelves: list[Shelf], to: str, ceiling: str) -> Iterator[str]:
    """By reading all that the store shows the partner."""
    givers = dict(Source.objects.values_list("pk", "origin"))
    for on in shelves:
        for item in store.everything(on, Viewer(to)):
            above = rank_of(item.marking) > max(rank_of(ceiling), 1) and givers[item.source] == "CR"
            if not item.revoked and not above:
                yield from (name.value for name in named_in(json.loads(item.raw)) if name.alone)


@pytest.mark.parametrize("seed", range(12))
def test_it_is_what_the_store_shows_the_partner(
    shelf: Shelf, gathered: Shelf, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(compared, "_AT_ONCE", chance.choice((1, 3, 50)))
    for step in range(60):
        number, day = chance.randrange(10), chance.randrange(4)
        thing = indicator(
            number,
            day,
            TLP[chance.choice(tuple(TLP))],
            pattern=f"[ipv4-addr:value = '10.{seed}.{step}.{number}']",
            **({"revoked": True} if chance.random() < 0.1 else {}),
        )
        store.add(
            chance.choice((shelf, gathered)),
            raws(thing),
            origin=chance.choice(("CR", "CR", "LZ", "VD", "feed.example")),
            marking="AMBER",
            named=chance.choice(((), ("LZ",), ("LZ", "OC"))),
        )
        if chance.random() < 0.1:
            on = chance.choice((shelf, gathered))
            held = [item.stix_id for item in store.everything(on, STAFF)]
            if held:
                store.remove(on, chance.choice(held), STAFF)
        if chance.random() < 0.2:
            terms.catch_up()
    for to in ("LZ", "VD", "OC", "XX"):
        for ceiling in Marking:
            assert own(to, ceiling) == set(_seen([shelf, gathered], to, ceiling.value)), (to, ceiling)
