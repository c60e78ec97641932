"""What holds for every set of acts: the state is a function of the set, and rules touch nothing but the state."""

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matters.sets import CHANNEL_TYPES, INCIDENT_TYPES, act_sets, arrivals
from verbale.node.registry import act_type, apply_rule, kind_of
from verbale.protocol import Act, fold, ordered

KINDS = ("incident", "channel")


@pytest.mark.parametrize("kind", KINDS)
def test_the_sets_hold_acts_of_every_type_of_a_kind(kind: str) -> None:
    words = {"incident": INCIDENT_TYPES, "channel": CHANNEL_TYPES}[kind]
    known = kind_of(kind)
    assert known is not None
    assert {item.name for item in known.types} == {f"{kind}.{word}" for word in words}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_order_of_arrival_with_any_repetition_gives_one_state(kind: str, data: st.DataObject) -> None:
    acts = data.draw(act_sets(kind))
    expected = fold(apply_rule, acts)
    arrived = [act for batch in data.draw(arrivals(acts)) for act in batch]
    assert fold(apply_rule, arrived) == expected


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_rules_change_no_act_and_keep_plain_json(kind: str, data: st.DataObject) -> None:
    acts = data.draw(act_sets(kind))
    before = [(act.id, deepcopy(act.body)) for act in acts]
    state, effects = fold(apply_rule, acts)
    assert [(act.id, act.body) for act in acts] == before
    assert json.loads(json.dumps(state)) == state
    assert all(len(key) <= 200 for key in state)
    assert set(effects) == {act.id for act in acts}
    for effect in effects.values():
        assert effect.effective == (effect.reason is None)
        assert all(isinstance(value, str) for value in effect.about)
        assert "%s" not in effect.sentence()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_act_without_effect_leaves_the_state_as_it_was(kind: str, data: st.DataObject) -> None:
    state: dict = {}
    for act in ordered(data.draw(act_sets(kind))):
        before = deepcopy(state)
        if not apply_rule(state, act).effective:
            assert state == before


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_state_has_a_title_and_every_effective_act_a_sentence(kind: str, data: st.DataObject) -> None:
    acts = data.draw(act_sets(kind))
    state, effects = fold(apply_rule, acts)
    known = kind_of(kind)
    assert known is not None
    assert isinstance(known.title(state), str)
    for act in acts:
        told = act_type(act.type)
        if effects[act.id].effective and told is not None and told.sentence is not None:
            assert isinstance(told.sentence(act), str)


def test_later_acts_never_refer_to_the_missing_in_vain() -> None:
    """The order is that of the references, whatever the dates say."""
    from tests.matters.sets import INCIDENT, MORNING
    from verbale.protocol import make_act

    def remark(minute: int, *refs: str) -> Act:
        from datetime import timedelta

        return make_act(
            type="incident.remark", author="CR", audience=(), matter=INCIDENT, refs=refs,
            issued=MORNING + timedelta(minutes=minute), body={"text": "x"},
        )  # fmt: skip

    late = remark(30)
    early = remark(1, late.id)
    assert [act.id for act in ordered([early, late])] == [late.id, early.id]
