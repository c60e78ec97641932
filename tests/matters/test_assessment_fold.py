"""The rules of effect of an assessment."""

from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matters.small import MATTER, MORNING, NONCE, Case, Story, act_sets
from verbale.matters.assessment import acts as bodies
from verbale.matters.assessment.fold import facts_of, positions_of
from verbale.node.registry import apply_rule
from verbale.protocol import Act, fold, make_act, ordered


def _drawn(draw: st.DrawFn, word: str, body: dict[str, Any], found: list[Act]) -> dict[str, Any]:
    if word == "state":
        values = st.sampled_from(["true", "false", "unknown"])
        return {**body, "fact": draw(st.sampled_from(["organ", "knew"])), "value": draw(values)}
    if word == "position":
        return {**body, "view": draw(st.sampled_from(["first", "second", "none"]))}
    return body


ASSESSMENT = Case(
    "assessment",
    "open",
    {
        "open": bodies.Opening,
        "state": bodies.Statement,
        "position": bodies.PositionTaken,
        "note": bodies.Note,
        "close": bodies.Closing,
    },
    lambda state: str(state.get("opening", {}).get("title", "")),
    {
        "open": {"title": "The night on the grid"},
        "state": {"fact": "organ", "value": "true"},
        "position": {"position": "sovereignty-rule", "view": "first"},
        "note": {"text": "Ask the ministry."},
        "close": {},
    },
    alone=True,
    drawn=_drawn,
)


def test_the_latest_statement_of_a_fact_holds() -> None:
    story = Story(ASSESSMENT)
    story.say("CR", "state", fact="knew", value="false", evidence="A report.", source="12/2026", who="Ada Byron")
    assert facts_of(story.state) == {"knew": False}
    story.say("CR", "state", fact="knew", value="true")
    assert facts_of(story.state) == {"knew": True}
    assert story.state["fact:knew"]["evidence"] == ""
    story.say("CR", "state", fact="knew", value="unknown")
    assert facts_of(story.state) == {}


def test_the_latest_position_holds() -> None:
    story = Story(ASSESSMENT)
    story.say("CR", "position")
    assert positions_of(story.state) == {"sovereignty-rule": True}
    story.say("CR", "position", view="second")
    assert positions_of(story.state) == {"sovereignty-rule": False}
    story.say("CR", "position", view="none")
    assert positions_of(story.state) == {}


def test_notes_stand_side_by_side() -> None:
    story = Story(ASSESSMENT)
    first, second = story.say("CR", "note"), story.say("CR", "note", text="And the bank.")
    assert [story.state[f"note:{key}"]["text"] for key in (first, second)] == ["Ask the ministry.", "And the bank."]


@pytest.mark.parametrize(
    ("acts", "reason"),
    [
        ([("state", {}), ("state", {})], "It says what is said already."),
        ([("state", {"value": "unknown"})], "It takes back what was never said."),
        ([("position", {}), ("position", {})], "It says what is said already."),
        ([("position", {"view": "none"})], "It takes back what was never said."),
        ([("close", {}), ("state", {})], "CR had closed the matter."),
        ([("close", {}), ("close", {})], "CR had closed the matter."),
        ([("open", {})], "It claims to open this matter, whose id is not of its making."),
        ([("open", {"nonce": NONCE})], "The matter had already been opened."),
        ([("state", {"audience": ("LZ",)})], "It is not addressed to all other parties, and to nobody else."),
    ],
)
def test_without_effect(acts: list[tuple[str, dict[str, Any]]], reason: str) -> None:
    story = Story(ASSESSMENT)
    for word, fields in acts:
        story.say("CR", word, **fields)
    assert story.fate() == reason


def test_a_statement_with_other_evidence_is_another() -> None:
    story = Story(ASSESSMENT)
    story.say("CR", "state")
    story.say("CR", "state", evidence="Seen in the logs.")
    assert story.fate() == ""


@pytest.mark.parametrize("word", ASSESSMENT.later)
def test_a_stranger_changes_nothing_and_nothing_comes_before_the_opening(word: str) -> None:
    story = Story(ASSESSMENT)
    before = deepcopy(story.state)
    story.say("LZ", word, audience=("CR",))
    assert story.fate() == "LZ is not a party to this matter."
    assert story.state == before
    state, effects = fold(apply_rule, story.acts[1:])
    assert (state, [effect.effective for effect in effects.values()]) == ({}, [False])


def test_one_that_is_addressed_to_somebody_does_not_open() -> None:
    act = make_act(
        type="assessment.open",
        author="CR",
        audience=("LZ",),
        matter=MATTER,
        nonce=NONCE,
        issued=MORNING,
        body={"title": "Yours too"},
    )
    state, effects = fold(apply_rule, [act])
    assert state == {}
    assert effects[act.id].sentence() == "It is addressed to somebody: an assessment never leaves the house."


@given(act_sets(ASSESSMENT), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_any_order_and_any_doubling_gives_the_same_state(acts: list[Act], drawn: Any) -> None:
    state, effects = fold(apply_rule, ordered(acts))
    shuffled = [*acts, *drawn.sample(acts, len(acts) // 2)]
    drawn.shuffle(shuffled)
    assert fold(apply_rule, ordered(shuffled)) == (state, effects)


@pytest.mark.parametrize(
    ("word", "change"),
    [
        ("open", {"title": ""}),
        ("open", {"about": "x"}),
        ("state", {"fact": ""}),
        ("state", {"fact": "Organ"}),
        ("state", {"fact": "a" * 61}),
        ("state", {"fact": "organ\n"}),
        ("state", {"value": "perhaps"}),
        ("state", {"value": True}),
        ("state", {"evidence": "x" * 5_001}),
        ("position", {"view": "third"}),
        ("note", {"text": ""}),
        ("close", {"text": 1}),
    ],
)
def test_unlawful_bodies(word: str, change: dict[str, Any]) -> None:
    msgspec.convert(ASSESSMENT.lawful[word], ASSESSMENT.bodies[word])
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**ASSESSMENT.lawful[word], **change}, ASSESSMENT.bodies[word])
