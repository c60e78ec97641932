"""The rules of effect of drills: what is lawful and what is not; the report; and what holds for every set of acts."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verbale.matters.drill.acts import MAX_ACTS, commitment, expected_hash
from verbale.matters.drill.fold import title
from verbale.matters.drill.report import report_of
from verbale.node.registry import apply_rule, kind_of
from verbale.protocol import Act, Effect, fold, make_act, matter_id, ordered

MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NONCE = "a" * 32
MATTER = matter_id("CR", NONCE)
MISSING = "f" * 64
WORDS = ("schedule", "accept", "decline", "start", "inject", "respond", "end", "lesson")
GOOD = {number: {"number": number, "text": f"Good {number}.", "nonce": f"{number:032x}"} for number in (1, 2, 3, 4)}


def inject(number: int, **changes: Any) -> dict[str, Any]:
    """Injects 1 and 3 go to Lazuria, 2 to Crimson, 4 to nobody's role."""
    return {
        "number": number,
        "at": 10 * (number - 1),
        "to": {1: "requested", 2: "affected", 3: "requested", 4: "press"}[number],
        "title": f"Inject {number}",
        "text": "Something happens.",
        "within": 10,
        "objective": "contact" if number < 3 else "facts",
        "expected": expected_hash(GOOD[number]["text"], GOOD[number]["nonce"]),
        "nonce": f"{number + 100:032x}",
        **changes,
    }


def lawful(word: str) -> dict[str, Any]:
    return {
        "schedule": {
            "title": "A drill",
            "scenario": "ransomware-financial",
            "version": 1,
            "situation": "Banks stand still.",
            "start": "2026-11-24T09:00:00Z",
            "minutes": 60,
            "roles": [
                {"role": "affected", "node": "CR", "name": "The State that is hit"},
                {"role": "requested", "node": "LZ", "name": "The other"},
            ],
            "objectives": [{"id": "contact", "text": "Reach them."}, {"id": "facts", "text": "Keep them apart."}],
            "injects": [commitment(inject(number)) for number in (1, 2, 3, 4)],
            "seed": "b" * 32,
        },
        "accept": {},
        "decline": {"reason": "Not now."},
        "start": {},
        "inject": inject(1),
        "respond": {"inject": MISSING, "text": "We called."},
        "end": {},
        "lesson": {"objective": "contact", "rating": "S", "text": "It took a while."},
    }[word]


class Story:
    """Acts of one matter in the order in which they are said, a minute apart, each referring to the one before."""

    def __init__(self, *parties: str, **opening: Any) -> None:
        self.parties = parties or ("CR", "LZ")
        self.acts: list[Act] = []
        self.opening = self.say("CR", "schedule", nonce=NONCE, **opening)

    def say(self, author: str, word: str, *, refs: tuple[str, ...] | None = None, **body: Any) -> str:
        own = ("audience", "matter", "issued", "exercise", *(("nonce",) if word == "schedule" else ()))
        fields: dict[str, Any] = {name: body.pop(name) for name in own if name in body}
        body = {**lawful(word), **body}
        known = (body["inject"],) if "inject" in body else ()
        act = make_act(
            **{
                "type": f"drill.{word}",
                "author": author,
                "audience": tuple(node for node in self.parties if node != author),
                "matter": MATTER,
                "refs": (*known, *(act.id for act in self.acts[-1:])) if refs is None else refs,
                "issued": MORNING + timedelta(minutes=len(self.acts)),
                "exercise": True,
                "body": body,
                **fields,
            }
        )
        self.acts.append(act)
        return act.id

    @property
    def folded(self) -> tuple[dict[str, Any], dict[str, Effect]]:
        return fold(apply_rule, self.acts)

    @property
    def state(self) -> dict[str, Any]:
        return self.folded[0]

    def fate(self, place: int = -1) -> str:
        """Why the act at that place is without effect; empty when it has effect."""
        return self.folded[1][self.acts[place].id].sentence()


def running(*parties: str, **opening: Any) -> Story:
    story = Story(*parties, **opening)
    for node in story.parties[1:]:
        story.say(node, "accept")
    story.say("CR", "start")
    assert story.fate() == ""
    return story


def over() -> Story:
    story = running()
    story.say("CR", "end")
    assert story.fate() == ""
    return story


# -- 1 to 3: exercise, opening, parties --------------------------------------------------------------------------------


@pytest.mark.parametrize("word", WORDS)
def test_no_act_takes_effect_that_is_not_marked_as_an_exercise(word: str) -> None:
    story = running() if word not in ("schedule", "lesson") else over()
    story.acts = [] if word == "schedule" else story.acts
    author = "LZ" if word in ("accept", "decline", "respond", "lesson") else "CR"
    story.say(author, word, exercise=False, **({"nonce": NONCE} if word == "schedule" else {}))
    assert story.fate() == "It is not marked as an exercise."


def test_a_schedule_opens_the_drill() -> None:
    state = Story().state
    assert (state["opening"]["parties"], state["opening"]["by"], title(state)) == (["CR", "LZ"], "CR", "A drill")
    assert state["opening"]["exercise"] is True
    assert state["plan"]["injects"] == 4
    assert state["commitment:3"] == commitment(inject(3))
    assert report_of(state) is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"matter": "b" * 32}, "It claims to open this matter, whose id is not of its making."),
        ({"nonce": "b" * 32}, "It claims to open this matter, whose id is not of its making."),
        ({"audience": (), "roles": [{"role": "affected", "node": "CR", "name": "x"}]}, "is addressed to nobody."),
        ({"roles": [{"role": "affected", "node": "VD", "name": "x"}]}, "VD has a role and takes no part."),
    ],
)
def test_a_schedule_without_effect(fields: dict[str, Any], reason: str) -> None:
    story = Story()
    story.acts = []
    story.say("CR", "schedule", **{"nonce": NONCE, **fields})
    assert reason in story.fate()
    assert (story.state, title(story.state), report_of(story.state)) == ({}, "", None)


def test_it_is_opened_once() -> None:
    story = Story()
    story.say("CR", "schedule", nonce=NONCE, title="Another")
    assert story.fate() == "The matter had already been opened."
    assert title(story.state) == "A drill"


@pytest.mark.parametrize("word", WORDS[1:])
def test_nothing_else_takes_effect_without_an_opening(word: str) -> None:
    story = Story()
    story.say("LZ", word)
    state, effects = fold(apply_rule, story.acts[1:])
    assert state == {}
    assert [effect.reason for effect in effects.values()] == [
        "The act that opens this matter has not arrived, or is without effect."
    ]


@pytest.mark.parametrize("word", WORDS[1:])
def test_only_the_parties_act_and_all_of_them_are_told(word: str) -> None:
    story = Story()
    story.say("VD", word)
    assert story.fate() == "VD is not a party to this matter."
    for audience in ((), ("LZ", "VD"), ("VD",)):
        story.say("CR", word, audience=audience)
        assert story.fate() == "It is not addressed to all other parties, and to nobody else."


# -- 4 and 5: before the start -----------------------------------------------------------------------------------------


def test_answers() -> None:
    story = Story("CR", "LZ", "VD")
    story.say("CR", "accept")
    assert story.fate() == "It is CR's own drill."
    story.say("LZ", "accept")
    story.say("LZ", "accept")
    assert story.fate() == "LZ had already accepted."
    story.say("LZ", "decline")
    assert (story.fate(), story.state["answer:LZ"]["says"], story.state["answer:LZ"]["text"]) == (
        "", "decline", "Not now.",
    )  # fmt: skip
    story.say("LZ", "decline")
    assert story.fate() == "LZ had already declined."
    story.say("LZ", "accept")
    assert story.state["answer:LZ"]["says"] == "accept"
    story.say("CR", "start")
    assert story.fate() == "VD has not accepted to take part."
    story.say("VD", "decline")
    story.say("CR", "start")
    assert story.fate() == "VD has not accepted to take part."
    story.say("VD", "accept")
    story.say("LZ", "start")
    assert story.fate() == "CR directs the drill, and nobody else."
    story.say("CR", "start")
    assert story.fate() == ""
    story.say("CR", "start")
    assert story.fate() == "The drill had begun."
    for word in ("accept", "decline"):
        story.say("LZ", word)
        assert story.fate() == "The drill had begun."


# -- 6 and 7: injects and responses ------------------------------------------------------------------------------------


def test_an_inject_is_issued_once_as_it_was_committed_to() -> None:
    story = running()
    act = story.say("CR", "inject")
    assert story.fate() == ""
    state = story.state
    assert (state["given:1"], state[f"inject:{act}"]["node"], state[f"inject:{act}"]["title"]) == (
        act, "LZ", "Inject 1",
    )  # fmt: skip
    assert "nonce" not in state[f"inject:{act}"]
    story.say("CR", "inject")
    assert story.fate() == "Inject 1 had already been issued."


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Something else happens."},
        {"at": 1},
        {"to": "affected"},
        {"title": "Another"},
        {"within": 60},
        {"objective": "facts"},
        {"expected": MISSING},
        {"nonce": "c" * 32},
        {"number": 2},
    ],
)
def test_a_false_inject(change: dict[str, Any]) -> None:
    story = running()
    before = story.state
    story.say("CR", "inject", **change)
    number = change.get("number", 1)
    assert story.fate() == f"It is not the inject {number} to which the director had committed."
    assert story.state == before


def test_injects_without_effect() -> None:
    story = Story()
    story.say("CR", "inject")
    assert story.fate() == "The drill has not begun."
    story = running()
    story.say("LZ", "inject")
    assert story.fate() == "CR directs the drill, and nobody else."
    story.say("CR", "inject", number=5)
    assert story.fate() == "The drill has no inject 5."
    story.say("CR", "inject", **inject(4))
    assert story.fate() == "Nobody plays the role of this inject."
    story.say("CR", "end")
    story.say("CR", "inject")
    assert story.fate() == "CR had closed the matter."


def test_responses() -> None:
    story = running()
    story.say("LZ", "respond")
    assert story.fate() == "The act that it is about has not arrived, or is without effect."
    act = story.say("CR", "inject")
    story.say("LZ", "respond", inject=act, refs=(story.opening,))
    assert story.fate() == "It does not refer to the act that it is about."
    story.say("CR", "respond", inject=act)
    assert story.fate() == "The inject went to LZ, who alone responds."
    one = story.say("LZ", "respond", inject=act, acts=[MISSING])
    assert story.state[f"response:{one}"] == {
        "by": "LZ", "inject": act, "text": "We called.", "acts": [MISSING], "issued": story.acts[-1].issued,
    }  # fmt: skip
    story.say("LZ", "respond", inject=act, text="And again.")
    assert story.fate() == ""
    ours = story.say("CR", "inject", **inject(2))
    story.say("CR", "respond", inject=ours)
    assert story.fate() == ""
    story.say("CR", "end")
    story.say("LZ", "respond", inject=act)
    assert story.fate() == "CR had closed the matter."


# -- 8 and 9: end and observations -------------------------------------------------------------------------------------


def test_the_end_tells_what_good_responses_were() -> None:
    story = running()
    story.say("LZ", "end")
    assert story.fate() == "CR directs the drill, and nobody else."
    story.say("CR", "inject")
    story.say("CR", "end", expected=[GOOD[1], GOOD[2]])
    assert story.fate() == "It tells of inject 2, which was not issued."
    story.say("CR", "end", expected=[{**GOOD[1], "text": "Something else."}])
    assert story.fate() == "What it tells of inject 1 is not what the director had committed to."
    assert "closed" not in story.state
    assert "expected:1" not in story.state
    story.say("CR", "end", expected=[GOOD[1]], text="Thank you.")
    assert (story.fate(), story.state["expected:1"], story.state["closed"]["text"]) == ("", "Good 1.", "Thank you.")
    story.say("CR", "end")
    assert story.fate() == "CR had closed the matter."


def test_a_drill_can_be_called_off() -> None:
    story = Story()
    story.say("CR", "end")
    assert story.fate() == ""
    assert report_of(story.state) is None
    story.say("LZ", "lesson")
    assert story.fate() == "The drill has not begun."


def test_observations() -> None:
    story = running()
    story.say("LZ", "lesson")
    assert story.fate() == "The drill is not over."
    story.say("CR", "end")
    story.say("LZ", "lesson", objective="weather")
    assert story.fate() == "The drill has no such objective."
    story.say("LZ", "lesson")
    story.say("LZ", "lesson", rating="P", improvement="Train.", office="CERT")
    assert story.state["lesson:LZ:contact"] == {
        "rating": "P", "text": "It took a while.", "improvement": "Train.", "office": "CERT",
        "act": story.acts[-1].id, "issued": story.acts[-1].issued,
    }  # fmt: skip
    story.say("CR", "lesson", rating="M")
    report = report_of(story.state)
    assert report is not None
    assert [(row.id, row.worst, [item["node"] for item in row.lessons]) for row in report.objectives] == [
        ("contact", "M", ["CR", "LZ"]),
        ("facts", "", []),
    ]


# -- the report --------------------------------------------------------------------------------------------------------


def test_the_report_counts_against_the_plan() -> None:
    story = running()
    start = datetime.fromisoformat(story.acts[-1].issued)

    def at(minute: float) -> datetime:
        return start + timedelta(minutes=minute)

    one = story.say("CR", "inject", issued=at(5))
    story.say("LZ", "respond", inject=one, issued=at(15))
    story.say("LZ", "respond", inject=one, issued=at(40))
    two = story.say("CR", "inject", **inject(2), issued=at(16))
    story.say("CR", "respond", inject=two, issued=at(27))
    story.say("CR", "inject", **inject(3), issued=at(41))
    report = report_of(story.state)
    assert report is not None
    rows = [(row.number, row.planned, row.issued, row.on_time, row.answered, row.in_time) for row in report.injects]
    assert rows == [
        (1, 0, 5, True, 10, True),
        (2, 10, 16, False, 11, False),
        (3, 20, 41, False, None, False),
    ]
    assert (report.skipped, report.on_time, report.answered, report.in_time, report.median) == ((4,), 1, 2, 1, 10)
    assert [len(row.responses) for row in report.injects] == [2, 1, 0]
    assert (report.injects[0].role, report.injects[0].expected) == ("The other", "")


def test_an_answer_that_seems_to_come_before_came_at_once() -> None:
    story = running()
    one = story.say("CR", "inject")
    story.say("LZ", "respond", inject=one, issued=MORNING)
    report = report_of(story.state)
    assert report is not None
    assert (report.injects[0].answered, report.median) == (0, 0)


# -- bodies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "change"),
    [
        ("schedule", {"title": ""}),
        ("schedule", {"start": "2026-11-24"}),
        ("schedule", {"start": "2026-02-30T09:00:00Z"}),
        ("schedule", {"minutes": 0}),
        ("schedule", {"roles": []}),
        ("schedule", {"roles": [{"role": "a", "node": "CR", "name": "x"}] * 2}),
        ("schedule", {"roles": [{"role": "a", "node": "nobody", "name": "x"}]}),
        ("schedule", {"objectives": []}),
        ("schedule", {"objectives": [{"id": "a", "text": "x"}] * 2}),
        ("schedule", {"injects": []}),
        ("schedule", {"injects": ["x"]}),
        ("schedule", {"injects": [MISSING] * 101}),
        ("schedule", {"seed": "x"}),
        ("schedule", {"scenario": "A B"}),
        ("decline", {"reason": ""}),
        ("inject", {"number": 0}),
        ("inject", {"number": 101}),
        ("inject", {"nonce": "x"}),
        ("inject", {"text": ""}),
        ("respond", {"text": ""}),
        ("respond", {"acts": ["x"]}),
        ("respond", {"acts": [MISSING] * (MAX_ACTS + 1)}),
        ("end", {"expected": [{"number": 1}]}),
        ("lesson", {"rating": "A"}),
        ("lesson", {"text": ""}),
        ("lesson", {"office": "x" * 101}),
    ],
)
def test_unlawful_bodies(word: str, change: dict[str, Any]) -> None:
    shape = {item.name: item.body for item in kind_of("drill").types}[f"drill.{word}"]  # type: ignore[union-attr]
    msgspec.convert(lawful(word), shape)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**lawful(word), **change}, shape)


# -- every set of acts -------------------------------------------------------------------------------------------------

NODES = ("CR", "LZ", "VD")


@st.composite
def act_sets(draw: st.DrawFn) -> list[Act]:
    """Acts of all types by parties and others, about acts that are there or not, some unlawful, some misaddressed."""
    parties = draw(st.sampled_from([NODES[:2], NODES[:2], NODES]))
    found: list[Act] = []
    course = ("schedule", "accept", "start", "inject")
    for number in range(draw(st.integers(1, 20))):
        word = draw(st.sampled_from((*WORDS[1:], "inject", "inject", "respond", "respond", "lesson")))
        # As a rule a drill goes its course, so that much of it has effect.
        if number < len(course) and draw(st.integers(0, 9)):
            word = course[number]
        author = draw(st.sampled_from([*parties, *parties, "VD"]))
        if word in ("schedule", "start", "inject", "end") and draw(st.integers(0, 9)):
            author = "CR"
        elif word in ("accept", "respond") and draw(st.integers(0, 4)):
            author = "LZ"
        body = dict(lawful(word))
        given_now = [act.id for act in found if act.type == "drill.inject"]
        named = draw(st.sampled_from([*given_now, *given_now, MISSING]))
        if word == "inject":
            body = inject(
                draw(st.sampled_from([1, 2, 3, 4])), **draw(st.sampled_from([{}, {}, {}, {"text": "False."}]))
            )
        elif word == "respond":
            body["inject"] = named
        elif word == "end":
            body = {"expected": draw(st.sampled_from([[], [GOOD[1]], [GOOD[1], GOOD[2]]]))}
        elif word == "lesson":
            body["objective"] = draw(st.sampled_from(["contact", "facts", "weather"]))
        oddity = draw(st.sampled_from([""] * 28 + ["unlawful", "unknown type", "misaddressed", "in earnest"]))
        refs = draw(st.sets(st.sampled_from([*[act.id for act in found], MISSING]), max_size=2))
        if named != MISSING and draw(st.integers(0, 9)):
            refs.add(named)
        if found and draw(st.integers(0, 5)):
            refs.add(found[0].id)
        if found and draw(st.integers(0, 3)):
            refs.add(found[-1].id)
        opens = word == "schedule" and (not found or not draw(st.integers(0, 3)))
        author = "CR" if opens else author
        found.append(
            make_act(
                type=f"drill.{'later-version' if oddity == 'unknown type' else word}",
                author=author,
                audience=NODES[:1] if oddity == "misaddressed" else tuple(node for node in parties if node != author),
                matter=MATTER,
                refs=refs,
                issued=MORNING + timedelta(minutes=number if draw(st.integers(0, 2)) else draw(st.integers(0, 5))),
                nonce=NONCE if opens else f"{number:032x}",
                exercise=oddity != "in earnest",
                body={"nonsense": 1} if oddity == "unlawful" else body,
            )
        )
    return found


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_order_of_arrival_with_any_repetition_gives_one_state(data: st.DataObject) -> None:
    found = data.draw(act_sets())
    expected = fold(apply_rule, found)
    arrived = [*data.draw(st.permutations(found)), *data.draw(st.lists(st.sampled_from(found), max_size=5))]
    assert fold(apply_rule, arrived) == expected


@settings(max_examples=200, deadline=None)
@given(found=act_sets())
def test_what_holds_of_every_state(found: list[Act]) -> None:
    before = [(act.id, deepcopy(act.body)) for act in found]
    state, effects = fold(apply_rule, found)
    assert [(act.id, act.body) for act in found] == before
    assert json.loads(json.dumps(state)) == state
    assert all(len(key) <= 200 for key in state)
    for act in found:
        effect = effects[act.id]
        assert all(isinstance(value, str) for value in effect.about)
        assert "%s" not in effect.sentence()
        assert act.exercise or not effect.effective
    report = report_of(state)
    if report is None:
        return
    assert len(report.injects) + len(report.skipped) == state["plan"]["injects"]
    for row in report.injects:
        assert commitment({**inject(row.number), "text": row.text}) == state[f"commitment:{row.number}"]
        assert all(item["by"] == row.node for item in row.responses)


@settings(max_examples=150, deadline=None)
@given(found=act_sets())
def test_an_act_without_effect_leaves_the_state_as_it_was(found: list[Act]) -> None:
    state: dict[str, Any] = {}
    for act in ordered(found):
        before = deepcopy(state)
        if not apply_rule(state, act).effective:
            assert state == before


def test_the_random_sets_reach_observations() -> None:
    reached: set[str] = set()

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(found=act_sets())
    def look(found: list[Act]) -> None:
        reached.update(key.partition(":")[0] for key in fold(apply_rule, found)[0])

    look()
    assert {"started", "given", "response", "closed", "expected", "lesson", "answer"} <= reached


def test_the_kind_has_the_acts_that_its_folder_tells_of() -> None:
    types = kind_of("drill").types  # type: ignore[union-attr]
    assert {item.name for item in types} == {f"drill.{word}" for word in WORDS}
