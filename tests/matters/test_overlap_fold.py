"""The rules of effect of a private overlap: terms, clearance of both sides, the transcript in its order, the end."""

import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matters.small import MATTER, MISSING, MORNING, NONCE, Case, Story
from verbale.matters.overlap import acts as bodies
from verbale.matters.overlap import fold as overlap_fold
from verbale.matters.overlap.standing import Step, due, next_of, phase
from verbale.node.registry import apply_rule, kind_of
from verbale.protocol import Act, Marking, fold, make_act, ordered

HASH, OTHER_HASH = "1" * 64, "2" * 64
FILE = {"sha256": "0" * 64, "name": "request-1-1.psi", "media_type": "application/x-protobuf", "size": 10}
TERMS = {"title": "Of the night on the grid", "kinds": ["ipv4", "domain"], "learn": "values", "learns": "proposer",
         "most": 100}  # fmt: skip

OVERLAP = Case(
    "overlap",
    "propose",
    {
        "propose": bodies.Proposal,
        "accept": bodies.Acceptance,
        "decline": bodies.Declination,
        "request": bodies.Request,
        "response": bodies.Response,
        "result": bodies.Result,
        "cancel": bodies.Cancellation,
    },
    overlap_fold.title,
    {
        "propose": TERMS,
        "accept": {"proposal": MISSING},
        "decline": {"reason": "Not now."},
        "request": {"acceptance": MISSING, "run": 1, "count": 10, "sha256": HASH, "attachments": [FILE]},
        "response": {"request": MISSING, "answers": HASH, "count": 20, "setup": 1, "attachments": [FILE, FILE]},
        "result": {"response": MISSING},
        "cancel": {"reason": "Changed our mind."},
    },
    {
        "accept": ("proposal", ("propose",)),
        "request": ("acceptance", ("accept",)),
        "response": ("request", ("request",)),
        "result": ("response", ("response",)),
    },
)
NOT_THERE = "The act that it is about has not arrived, or is without effect."
WORDS = list(OVERLAP.bodies)
LATER = WORDS[1:]


def proposed(**terms: Any) -> Story:
    return Story(OVERLAP, "CR", "LZ", **terms)


def accepted(**terms: Any) -> tuple[Story, str]:
    story = proposed(**terms)
    done = story.say("LZ", "accept", proposal=story.opening)
    assert story.fate() == ""
    return story, done


def requested(run: int = 1, **terms: Any) -> tuple[Story, str]:
    story, acceptance = accepted(**terms)
    done = story.say("CR" if run == 1 else "LZ", "request", acceptance=acceptance, run=run, count=terms.get("most", 10))
    assert story.fate() == ""
    return story, done


def answered(**terms: Any) -> tuple[Story, str]:
    story, request = requested(**terms)
    done = story.say("LZ", "response", request=request, count=terms.get("most", 20))
    assert story.fate() == ""
    return story, done


def test_the_kind_has_these_acts() -> None:
    known = kind_of("overlap")
    assert known is not None
    assert {item.name: item.body for item in known.types} == {
        f"overlap.{word}": body for word, body in OVERLAP.bodies.items()
    }
    assert {item.name.partition(".")[2]: item.clearance for item in known.types} == {
        **dict.fromkeys(("propose", "accept", "decline"), True),
        **dict.fromkeys(("request", "response", "result", "cancel"), False),
    }


# -- opening -----------------------------------------------------------------------------------------------------------


def test_it_opens_with_its_terms() -> None:
    story = proposed(tell=True, since="2026-10-01")
    opening = story.state["opening"]
    assert (opening["by"], opening["parties"], overlap_fold.title(story.state)) == ("CR", ["CR", "LZ"], TERMS["title"])
    assert {name: opening[name] for name in ("since", "pad", "exact", "rate", "tell", "rules", "learn", "most")} == {
        "since": "2026-10-01", "pad": False, "exact": False, "rate": 6, "tell": True, "rules": 1, "learn": "values",
        "most": 100,
    }  # fmt: skip
    assert overlap_fold.title({}) == ""
    story.say("CR", "propose", nonce=NONCE)
    assert story.fate() == "The matter had already been opened."
    story.say("CR", "propose")
    assert story.fate() == "It claims to open this matter, whose id is not of its making."


@pytest.mark.parametrize(
    ("audience", "reason"),
    [
        ((), "It needs another party, and is addressed to nobody."),
        (("LZ", "VD"), "An overlap is between two sides: it is addressed to one other, and to nobody else."),
    ],
)
def test_it_is_between_two_sides(audience: tuple[str, ...], reason: str) -> None:
    made = make_act(
        type="overlap.propose", author="CR", audience=audience, matter=MATTER, nonce=NONCE, issued=MORNING, body=TERMS
    )
    state, effects = fold(apply_rule, [made])
    assert (state, effects[made.id].sentence()) == ({}, reason)


@pytest.mark.parametrize("word", LATER)
def test_nothing_takes_effect_before_the_opening(word: str) -> None:
    story = proposed()
    story.say("LZ", word)
    state, effects = fold(apply_rule, story.acts[1:])
    assert state == {}
    assert [effect.reason for effect in effects.values()] == [
        "The act that opens this matter has not arrived, or is without effect."
    ]


@pytest.mark.parametrize("word", LATER)
def test_only_the_two_sides_act_each_addressed_to_the_other(word: str) -> None:
    story = proposed()
    before = story.state
    story.say("VD", word)
    assert story.fate() == "VD is not a party to this matter."
    for audience in ((), ("CR", "VD"), ("VD",)):
        story.say("LZ", word, audience=audience)
        assert story.fate() == "It is not addressed to all other parties, and to nobody else."
    assert story.state == before


# -- the answer --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["accept", "decline"])
def test_only_the_other_side_answers_and_once(word: str) -> None:
    story = proposed()
    fields = {"proposal": story.opening} if word == "accept" else {}
    story.say("CR", word, **fields)
    assert story.fate() == "It is CR's own proposal."
    story.say("LZ", "accept", proposal=story.opening)
    story.say("LZ", word, **fields)
    assert story.fate() == "LZ had already accepted."


def test_an_acceptance_is_of_this_proposal() -> None:
    story = proposed()
    story.say("LZ", "accept", proposal=story.opening, refs=())
    assert story.fate() == "It does not refer to the act that it is about."
    story.say("LZ", "accept")
    assert story.fate() == NOT_THERE
    assert "accepted" not in story.state


def test_a_declination_ends_it() -> None:
    story = proposed()
    story.say("LZ", "decline")
    assert (story.fate(), phase(story.state), story.state["declined"]["reason"]) == ("", "declined", "Not now.")
    for word in LATER:
        story.say("CR", word)
        assert story.fate() == "LZ had closed the matter."


# -- the transcript ----------------------------------------------------------------------------------------------------


def test_the_whole_of_a_run() -> None:
    story, response = answered(most=20)
    story.say("CR", "result", response=response)
    assert story.fate() == ""
    state = story.state
    assert (phase(state), state["closed"]["by"]) == ("done", "CR")
    assert state["request:1"] | {"act": "", "issued": ""} == {
        "act": "", "by": "CR", "count": 20, "sha256": HASH, "files": ["0" * 64], "issued": "",
    }  # fmt: skip
    assert (state["response:1"]["by"], state["response:1"]["count"], state["response:1"]["setup"]) == ("LZ", 20, 1)
    assert (state["result:1"]["by"], state["result:1"]["size"]) == ("CR", None)


def test_a_request_comes_after_the_acceptance_that_it_names() -> None:
    story = proposed()
    story.say("CR", "request", acceptance=story.opening)
    assert story.fate() == NOT_THERE
    acceptance = story.say("LZ", "accept", proposal=story.opening)
    story.say("CR", "request", acceptance=acceptance, refs=(story.opening,))
    assert story.fate() == "It does not refer to the act that it is about."
    story.say("CR", "request", acceptance=acceptance)
    assert story.fate() == ""


@pytest.mark.parametrize(
    ("terms", "author", "fields", "reason"),
    [
        ({}, "LZ", {}, "In this run CR learns, and asks."),
        ({}, "LZ", {"run": 2}, "The terms provide for no second run."),
        ({"learns": "both"}, "CR", {"run": 2}, "In this run LZ learns, and asks."),
        ({"learns": "both"}, "LZ", {"run": 2}, ""),
        ({}, "CR", {"count": 101}, "It holds more values than the agreed 100."),
        ({}, "CR", {"count": 0}, ""),
        ({"pad": True}, "CR", {"count": 99}, "It is not filled up to the agreed 100 values."),
        ({"pad": True}, "CR", {"count": 100}, ""),
    ],
)
def test_a_request_is_as_agreed(terms: dict[str, Any], author: str, fields: dict[str, Any], reason: str) -> None:
    story, acceptance = accepted(**terms)
    story.say(author, "request", acceptance=acceptance, **fields)
    assert story.fate() == reason
    assert (f"request:{fields.get('run', 1)}" in story.state) is (not reason)


def test_a_request_is_made_once_a_run() -> None:
    story, _request = requested(learns="both")
    acceptance = story.state["accepted"]["act"]
    story.say("CR", "request", acceptance=acceptance, sha256=OTHER_HASH)
    assert story.fate() == "The request of this run had already been made."
    assert story.state["request:1"]["sha256"] == HASH


@pytest.mark.parametrize(
    ("terms", "author", "fields", "reason"),
    [
        ({}, "CR", {}, "It is CR's own request."),
        ({}, "LZ", {"answers": OTHER_HASH}, "It answers other bytes than those of the request."),
        ({}, "LZ", {"count": 101}, "It holds more values than the agreed 100."),
        ({"pad": True, "most": 100}, "LZ", {"count": 99}, "It is not filled up to the agreed 100 values."),
        ({}, "LZ", {}, ""),
    ],
)
def test_a_response_is_as_agreed(terms: dict[str, Any], author: str, fields: dict[str, Any], reason: str) -> None:
    story, request = requested(**terms)
    story.say(author, "response", request=request, **fields)
    assert story.fate() == reason
    assert ("response:1" in story.state) is (not reason)


def test_a_response_is_of_a_request_and_comes_once() -> None:
    story, request = requested()
    for named in (MISSING, story.opening, story.state["accepted"]["act"]):
        story.say("LZ", "response", request=named)
        assert story.fate() == NOT_THERE
    story.say("LZ", "response", request=request, refs=(story.opening,))
    assert story.fate() == "It does not refer to the act that it is about."
    for reason in ("", "The request had already been answered."):
        story.say("LZ", "response", request=request)
        assert story.fate() == reason


@pytest.mark.parametrize(
    ("terms", "author", "fields", "reason"),
    [
        ({}, "LZ", {}, "Only CR, which learns in this run, says that it has the result."),
        ({}, "CR", {"size": 3}, "It tells how many there are, which was not agreed."),
        ({"tell": True}, "CR", {}, "It does not tell how many there are, as was agreed."),
        ({"tell": True}, "CR", {"size": 11}, "It tells of more values than a side brought."),
        ({"tell": True}, "CR", {"size": 10}, ""),
        ({}, "CR", {}, ""),
    ],
)
def test_a_result_tells_what_was_agreed(
    terms: dict[str, Any], author: str, fields: dict[str, Any], reason: str
) -> None:
    story, response = answered(**terms)
    story.say(author, "result", response=response, **fields)
    assert story.fate() == reason
    assert ("closed" in story.state) is (not reason)


def test_a_result_is_of_a_response_and_comes_once() -> None:
    story, response = answered(learns="both")
    story.say("CR", "result", response=story.state["request:1"]["act"])
    assert story.fate() == NOT_THERE
    story.say("CR", "result", response=response, refs=(story.opening,))
    assert story.fate() == "It does not refer to the act that it is about."
    for reason in ("", "The result of this run had already been told."):
        story.say("CR", "result", response=response)
        assert story.fate() == reason


def test_with_both_learning_it_ends_with_the_second_result() -> None:
    story, response = answered(learns="both")
    story.say("CR", "result", response=response)
    assert phase(story.state) == "running"
    second = story.say("LZ", "request", acceptance=story.state["accepted"]["act"], run=2)
    assert due(story.state, "CR") == [Step(2, "response", "CR")]
    reply = story.say("CR", "response", request=second)
    story.say("LZ", "result", response=reply)
    assert (phase(story.state), story.state["closed"]["by"]) == ("done", "LZ")
    assert next_of(story.state) == []


@pytest.mark.parametrize("author", ["CR", "LZ"])
def test_either_side_calls_it_off(author: str) -> None:
    story, response = answered()
    story.say(author, "cancel")
    assert (story.fate(), phase(story.state)) == ("", "cancelled")
    story.say("CR", "result", response=response)
    assert story.fate() == f"{author} had closed the matter."
    assert next_of(story.state) == []


def test_whose_turn_it_is() -> None:
    assert (phase({}), next_of({})) == ("missing", [])
    story = proposed(learns="both")
    assert (phase(story.state), next_of(story.state)) == ("proposed", [])
    story, _acceptance = accepted(learns="both")
    assert next_of(story.state) == [Step(1, "request", "CR"), Step(2, "request", "LZ")]
    story, _request = requested(learns="both")
    assert due(story.state, "LZ") == [Step(1, "response", "LZ"), Step(2, "request", "LZ")]
    assert due(story.state, "CR") == due(story.state, "VD") == []


# -- bodies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "change"),
    [
        ("propose", {"kinds": []}),
        ("propose", {"kinds": ["ipv4", "ipv4"]}),
        ("propose", {"kinds": ["yara"]}),
        ("propose", {"learn": "all"}),
        ("propose", {"learns": "nobody"}),
        ("propose", {"most": 0}),
        ("propose", {"most": bodies.MOST + 1}),
        ("propose", {"rate": 7}),
        ("propose", {"since": "2026-02-30"}),
        ("propose", {"title": ""}),
        ("accept", {"proposal": "x"}),
        ("decline", {"reason": ""}),
        ("request", {"run": 3}),
        ("request", {"count": -1}),
        ("request", {"attachments": []}),
        ("request", {"attachments": [FILE] * 5}),
        ("request", {"sha256": "0"}),
        ("response", {"setup": 2}),
        ("response", {"setup": 0}),
        ("response", {"attachments": [FILE]}),
        ("result", {"size": -1}),
        ("result", {"size": bodies.MOST + 1}),
        ("cancel", {"reason": ""}),
    ],
)
def test_unlawful_bodies(word: str, change: dict[str, Any]) -> None:
    msgspec.convert(OVERLAP.lawful[word], OVERLAP.bodies[word])
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**OVERLAP.lawful[word], **change}, OVERLAP.bodies[word])


# -- whatever arrives --------------------------------------------------------------------------------------------------


@st.composite
def act_sets(draw: st.DrawFn, most: int = 16) -> list[Act]:
    """Acts of all types by both sides and a stranger, about acts that are there or not, some of them unlawful."""
    found: list[Act] = []
    # Mostly what comes next in a run as it should, so that the end is reached; else anything of anybody.
    course = iter(
        [("accept", "LZ", 0)]
        + [(word, author, run) for run, pair in ((1, "CR LZ CR"), (2, "LZ CR LZ"))
           for word, author in zip(("request", "response", "result"), pair.split(), strict=True)]
    )  # fmt: skip
    for number in range(draw(st.integers(1, most))):
        word, author, run = "propose", "CR", 1
        if found:
            stray = (draw(st.sampled_from(LATER)), draw(st.sampled_from(["CR", "LZ", "VD"])), draw(st.integers(1, 2)))
            word, author, run = next(course, stray) if draw(st.integers(0, 3)) else stray
        body = {**OVERLAP.lawful[word]}
        if word == "propose":
            body |= {"learns": draw(st.sampled_from(["proposer", "both"])), "tell": draw(st.booleans()),
                     "pad": draw(st.sampled_from([False, False, True]))}  # fmt: skip
        if word == "request":
            body["run"] = run
        if word in ("request", "response"):
            body["count"] = draw(st.sampled_from([100, 100, 100, 10, 101]))
        if word == "result":
            tells = found[0].body.get("tell")
            body |= draw(st.sampled_from([{"size": 3} if tells else {}] * 4 + [{"size": 3}, {"size": 101}, {}]))
        refs = draw(st.sets(st.sampled_from([*(act.id for act in found), MISSING]), max_size=2))
        if word in OVERLAP.names:
            field, words = OVERLAP.names[word]
            fitting = [act.id for act in found if act.type.partition(".")[2] in words]
            body[field] = draw(st.sampled_from([*fitting[-1:] * 8, *fitting, MISSING]))
            if draw(st.integers(0, 9)):
                refs.add(body[field])
        oddity = draw(st.sampled_from([""] * 24 + ["unlawful", "unknown type", "misaddressed"]))
        opens = word == "propose"
        found.append(
            make_act(
                type=f"overlap.{'later-version' if oddity == 'unknown type' else word}",
                author="CR" if opens else author,
                audience=("CR", "UN") if oddity == "misaddressed" else ("CR", "LZ"),
                matter=MATTER,
                refs=refs,
                issued=MORNING + timedelta(minutes=number if draw(st.integers(0, 2)) else draw(st.integers(0, 5))),
                marking=draw(st.sampled_from([Marking.GREEN, Marking.RED])),
                nonce=NONCE if opens else f"{number:032x}",
                body={"nonsense": 1} if oddity == "unlawful" else body,
            )
        )
    return found


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_order_of_arrival_with_any_repetition_gives_one_state(data: st.DataObject) -> None:
    found = data.draw(act_sets())
    expected = fold(apply_rule, found)
    arrived = [*data.draw(st.permutations(found)), *data.draw(st.lists(st.sampled_from(found), max_size=5))]
    assert fold(apply_rule, arrived) == expected


@settings(max_examples=150, deadline=None)
@given(found=act_sets())
def test_rules_change_no_act_and_an_act_without_effect_changes_no_state(found: list[Act]) -> None:
    bodies_before = [(act.id, deepcopy(act.body)) for act in found]
    state: dict[str, Any] = {}
    for act in ordered(found):
        before = deepcopy(state)
        effect = apply_rule(state, act)
        assert (state == before) != effect.effective
        assert not effect.effective or state["last"] == act.id
        assert "%s" not in effect.sentence()
        assert all(isinstance(value, str) for value in effect.about)
        next_of(state)
    assert [(act.id, act.body) for act in found] == bodies_before
    assert json.loads(json.dumps(state)) == state


def test_the_sets_reach_effects_of_every_type() -> None:
    """A property over sets in which nothing ever takes effect would hold for any rules."""
    reached: set[str] = set()

    @settings(max_examples=600, deadline=None, database=None, derandomize=True)
    @given(found=act_sets())
    def look(found: list) -> None:
        _state, effects = fold(apply_rule, found)
        reached.update(act.type.partition(".")[2] for act in found if effects[act.id].effective)

    look()
    assert reached == set(WORDS)
