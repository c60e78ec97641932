"""One order for all, and rules of effect applied in it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.protocol import EFFECTIVE, Act, Effect, State, fold, ordered

from .story import minutes, note

ABSENT = "0" * 64


@st.composite
def dossiers(draw: st.DrawFn) -> list[Act]:
    """Up to ten acts of few moments and authors, each referring to some before it and perhaps to one never seen."""
    acts: list[Act] = []
    for number in range(draw(st.integers(0, 10))):
        refs = [act.id for act in acts if draw(st.booleans())]
        if draw(st.booleans()):
            refs.append(ABSENT)
        acts.append(
            note(
                number,
                author=draw(st.sampled_from(["CRIMSON", "OCHRE"])),
                # Clocks differ: what refers to another act may well be dated before it.
                issued=minutes(draw(st.integers(0, 3))),
                refs=refs,
                body={"value": draw(st.integers(-5, 5))},
            )
        )
    return acts


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Act], list[Act]]:
    """A dossier, and the same acts in another order with some of them twice."""
    acts = draw(dossiers())
    again = draw(st.lists(st.sampled_from(acts), max_size=5)) if acts else []
    return acts, draw(st.permutations([*acts, *again]))


def naive(acts: list[Act]) -> list[Act]:
    """The order, from its definition: the first by time and id among those whose references all stand."""
    left = {act.id: act for act in acts}
    result: list[Act] = []
    while left:
        free = [act for act in left.values() if not any(ref in left for ref in act.refs)]
        first = min(free, key=lambda act: act.order)
        result.append(left.pop(first.id))
    return result


def ledger(state: State, act: Act) -> Effect:
    """A toy rule that depends on the order: values add up, and what would make the sum negative is without effect."""
    total = state.get("total", 0) + act.body["value"]
    if total < 0:
        return Effect("%s would make the sum negative", (str(act.body["value"]),))
    state["total"] = total
    state["last"] = act.id
    return EFFECTIVE


@given(arrivals())
def test_any_order_of_arrival_and_any_duplication_give_the_same_order(case: tuple[list[Act], list[Act]]) -> None:
    acts, arrived = case
    assert ordered(arrived) == ordered(acts)


@given(arrivals())
def test_the_order_is_the_one_of_its_definition(case: tuple[list[Act], list[Act]]) -> None:
    acts, arrived = case
    assert ordered(arrived) == naive(acts)


@given(arrivals())
def test_an_act_stands_once_and_after_the_acts_it_refers_to(case: tuple[list[Act], list[Act]]) -> None:
    acts, arrived = case
    result = [act.id for act in ordered(arrived)]
    assert sorted(result) == sorted(act.id for act in acts)
    place = {identifier: number for number, identifier in enumerate(result)}
    for act in acts:
        assert all(place[ref] < place[act.id] for ref in act.refs if ref in place)


@given(dossiers(), st.data())
def test_references_to_acts_that_are_missing_hold_nothing_up(acts: list[Act], data: st.DataObject) -> None:
    held = [act for act in acts if data.draw(st.booleans())]
    assert ordered(held) == naive(held)
    assert len(ordered(held)) == len(held)


@given(arrivals())
def test_a_fold_does_not_depend_on_the_order_of_arrival(case: tuple[list[Act], list[Act]]) -> None:
    acts, arrived = case
    assert fold(ledger, arrived) == fold(ledger, acts)


@given(dossiers())
def test_a_fold_gives_each_act_its_effect_and_drops_none(acts: list[Act]) -> None:
    state, effects = fold(ledger, acts)
    assert effects.keys() == {act.id for act in acts}
    effective = [act for act in acts if effects[act.id].effective]
    assert state.get("total", 0) == sum(act.body["value"] for act in effective)


FIRST = note(1)
SECOND = note(2)
REPLY = note(0, author="LAZURIA", audience=["CRIMSON"], refs=[SECOND.id])
TWINS = sorted([note(3), note(3, nonce="f" * 32)], key=lambda act: act.id)
WAITS = note(4, refs=[ABSENT])


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        pytest.param([], [], id="no acts"),
        pytest.param([SECOND, FIRST], [FIRST, SECOND], id="the earlier act stands first"),
        pytest.param(TWINS[::-1], TWINS, id="of one moment, the smaller id stands first"),
        pytest.param(
            [REPLY, SECOND, FIRST], [FIRST, SECOND, REPLY], id="a reply stands after its note, whatever its date"
        ),
        pytest.param([REPLY, FIRST], [REPLY, FIRST], id="a reply to a note not held stands by its date"),
        pytest.param([WAITS, WAITS], [WAITS], id="an act that arrives twice stands once"),
    ],
)
def test_order(acts: list[Act], expected: list[Act]) -> None:
    assert ordered(acts) == expected


@pytest.mark.parametrize(
    ("effect", "effective", "sentence"),
    [
        pytest.param(EFFECTIVE, True, "", id="with effect, nothing needs to be said"),
        pytest.param(Effect("The vote was closed."), False, "The vote was closed.", id="without effect, for a reason"),
        pytest.param(
            Effect("100% of votes are in."), False, "100% of votes are in.", id="a reason may hold a percent sign"
        ),
        pytest.param(
            Effect("%s has voted.", ("OCHRE",)), False, "OCHRE has voted.", id="a reason may speak of somebody"
        ),
    ],
)
def test_an_effect_says_why(effect: Effect, effective: bool, sentence: str) -> None:
    assert effect.effective is effective
    assert effect.sentence() == sentence


def test_a_rule_sees_the_state_that_the_acts_before_left() -> None:
    def remember(state: State, act: Act) -> Effect:
        state.setdefault("seen", []).append(act.id)
        return EFFECTIVE

    expected: dict[str, Any] = {"seen": [FIRST.id, SECOND.id, REPLY.id]}
    assert fold(remember, [REPLY, FIRST, SECOND])[0] == expected
