"""What the rules of norm, plan, capacity, collection and interests have in common, and what holds for every set of
their acts."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matters.small import CASES, MATTER, MORNING, NONCE, Case, Story, act_sets
from verbale.node.registry import apply_rule, kind_of
from verbale.protocol import fold, make_act, ordered

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
each_word = pytest.mark.parametrize(
    ("case", "word"),
    [(case, word) for case in CASES for word in case.later],
    ids=lambda item: getattr(item, "name", item),
)
NOT_THERE = "The act that it is about has not arrived, or is without effect."


@each
def test_the_kind_has_the_acts_of_its_case(case: Case) -> None:
    known = kind_of(case.name)
    assert known is not None
    assert {item.name: item.body for item in known.types} == {
        f"{case.name}.{word}": body for word, body in case.bodies.items()
    }


@each
def test_it_opens(case: Case) -> None:
    story = Story(case)
    opening = story.state["opening"]
    assert story.fate() == ""
    assert (opening["by"], opening["parties"], opening["act"]) == ("CR", sorted(story.parties), story.opening)
    assert case.title(story.state) == opening["title"] != ""
    assert case.title({}) == ""


@each
@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"matter": "b" * 32}, "whose id is not of its making"), ({"nonce": "b" * 32}, "whose id is not of its making")],
)
def test_an_opening_of_another_making_is_without_effect(case: Case, fields: dict[str, Any], reason: str) -> None:
    act = Story(case).acts[0]
    given = {"type": act.type, "author": "CR", "audience": act.audience, "matter": MATTER, "nonce": NONCE}
    state, effects = fold(apply_rule, [make_act(**{**given, **fields}, issued=MORNING, body=act.body)])
    assert (state, [reason in effect.sentence() for effect in effects.values()]) == ({}, [True])


@each
def test_it_is_opened_by_one_that_is_addressed_as_it_should(case: Case) -> None:
    act = Story(case).acts[0]
    audience = ("LZ",) if case.alone else ()
    made = make_act(
        type=act.type, author="CR", audience=audience, matter=MATTER, nonce=NONCE, issued=MORNING, body=act.body
    )
    state, effects = fold(apply_rule, [made])
    assert state == {}
    assert effects[made.id].sentence() == (
        "It is addressed to somebody: a position never leaves the house."
        if case.alone
        else "It needs another party, and is addressed to nobody."
    )


@each
def test_it_is_opened_once(case: Case) -> None:
    story = Story(case)
    before = story.state
    story.say("CR", case.opens, nonce=NONCE)
    assert story.fate() == "The matter had already been opened."
    assert story.state == before


@each_word
def test_nothing_else_takes_effect_before_the_opening(case: Case, word: str) -> None:
    story = Story(case)
    story.say(story.parties[-1], word)
    state, effects = fold(apply_rule, story.acts[1:])
    assert state == {}
    assert [effect.reason for effect in effects.values()] == [
        "The act that opens this matter has not arrived, or is without effect."
    ]


@each_word
def test_only_the_parties_act_and_all_of_them_are_told(case: Case, word: str) -> None:
    story = Story(case)
    before = story.state
    story.say("VD", word)
    assert story.fate() == "VD is not a party to this matter."
    for audience in (("LZ", "VD"), ("VD",)) if case.alone else ((), ("LZ", "VD"), ("VD",)):
        story.say("CR", word, audience=audience)
        assert story.fate() == "It is not addressed to all other parties, and to nobody else."
    assert story.state == before


@pytest.mark.parametrize(
    ("case", "word"),
    [(case, word) for case in CASES for word in case.names],
    ids=lambda item: getattr(item, "name", item),
)
def test_what_is_about_an_act_refers_to_it_and_the_act_is_there(case: Case, word: str) -> None:
    # A sponsor, a member, an owner, the needing state: so that nothing else stands in its way.
    story = Story(case)
    before = story.state
    story.say("CR", word, refs=(story.opening,))
    assert story.fate() == "It does not refer to the act that it is about."
    story.say("CR", word)
    assert story.fate() == NOT_THERE
    # Neither is an act of another type, nor one that is itself without effect.
    field, words = case.names[word]
    for named in (story.acts[1].id, *([] if case.opens in words else [story.opening])):
        story.say("CR", word, **{field: named})
        assert story.fate() == NOT_THERE
    assert story.state == before


@pytest.mark.parametrize(
    ("case", "word"),
    [(case, word) for case in CASES if "close" in case.bodies for word in case.bodies],
    ids=lambda item: getattr(item, "name", item),
)
def test_after_the_close_only_what_outlives_it(case: Case, word: str) -> None:
    story = Story(case)
    story.say("CR", "close", text="Done with it.")
    assert story.fate() == ""
    before = story.state
    assert before["closed"] == {
        "act": story.acts[-1].id, "by": "CR", "text": "Done with it.", "issued": story.acts[-1].issued,
    }  # fmt: skip
    story.say("CR", word)
    assert story.fate() == (
        "It claims to open this matter, whose id is not of its making."
        if word == case.opens
        else NOT_THERE
        if word in case.after_close
        else "CR had closed the matter."
    )
    assert story.state == before


@each
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_order_of_arrival_with_any_repetition_gives_one_state(case: Case, data: st.DataObject) -> None:
    found = data.draw(act_sets(case))
    expected = fold(apply_rule, found)
    arrived = [*data.draw(st.permutations(found)), *data.draw(st.lists(st.sampled_from(found), max_size=5))]
    assert fold(apply_rule, arrived) == expected


@each
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_rules_change_no_act_and_keep_plain_json(case: Case, data: st.DataObject) -> None:
    found = data.draw(act_sets(case))
    before = [(act.id, deepcopy(act.body)) for act in found]
    state, effects = fold(apply_rule, found)
    assert [(act.id, act.body) for act in found] == before
    assert json.loads(json.dumps(state)) == state
    assert all(len(key) <= 200 for key in state)
    for effect in effects.values():
        assert all(isinstance(value, str) for value in effect.about)
        assert "%s" not in effect.sentence()
    assert isinstance(case.title(state), str)


@each
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_an_act_without_effect_leaves_the_state_as_it_was(case: Case, data: st.DataObject) -> None:
    state: dict[str, Any] = {}
    for act in ordered(data.draw(act_sets(case))):
        before = deepcopy(state)
        effect = apply_rule(state, act)
        assert (state == before) != effect.effective
        assert not effect.effective or state["last"] == act.id


@each
def test_the_sets_reach_effects_of_every_type(case: Case) -> None:
    """A property over sets in which nothing ever takes effect would hold for any rules."""
    reached: set[str] = set()

    @settings(max_examples=250, deadline=None, database=None, derandomize=True)
    @given(found=act_sets(case))
    def look(found: list) -> None:
        _state, effects = fold(apply_rule, found)
        reached.update(act.type.partition(".")[2] for act in found if effects[act.id].effective)

    look()
    assert reached == set(case.bodies)
