"""The rules of effect of hotlines, with what is lawful and what is not; and what holds for every set of their acts."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verbale.matters.hotline import acts as bodies
from verbale.matters.hotline import rota, standing
from verbale.matters.hotline.fold import title
from verbale.node.registry import act_type, apply_rule, kind_of
from verbale.protocol import Act, Effect, fold, make_act, matter_id, ordered

MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NONCE = "a" * 32
LINE = matter_id("CR", NONCE)
MISSING = "f" * 64
SLOTS = tuple(f"2026-11-{day}T09:00:00Z" for day in (25, 27, 29))
"""The first moments of the schedule of `lawful`: of the side that set it, of the other, of the first again."""
WORDS = tuple(item.name.partition(".")[2] for item in kind_of("hotline").types)
AFTER = [word for word in WORDS if word not in ("open", "join")]
"""What is said once both sides have joined."""
NAMING = {"read": "message", "acknowledge": "message", "answer-test": "test"}


def lawful(word: str) -> dict[str, Any]:
    return {
        "open": {"name": "Crimson-Lazuria line", "languages": ["en", "fr"], "desk": "Operations centre, Port Crimson"},
        "join": {"desk": "Watch officer, Azurine"},
        "desk": {"desk": "Deputy watch officer"},
        "message": {"text": "Your grid control is under attack from our territory."},
        "read": {"message": MISSING},
        "acknowledge": {"message": MISSING, "seized": "The Minister"},
        "schedule": {"every": 2, "at": "09:00", "start": "2026-11-25", "within": 30},
        "test": {},
        "answer-test": {"test": MISSING},
        "close": {},
    }[word]


class Story:
    """Acts of one line in the order in which they are said, a minute apart, each referring to the one before."""

    def __init__(self, *, joined: bool = True, **opening: Any) -> None:
        self.acts: list[Act] = []
        self.opening = self.say("CR", "open", nonce=NONCE, **opening)
        if joined:
            self.say("LZ", "join")
            assert self.fate() == ""

    def say(self, author: str, word: str, *, refs: tuple[str, ...] | None = None, **body: Any) -> str:
        fields: dict[str, Any] = {
            name: body.pop(name)
            for name in ("audience", "matter", "nonce", "issued", "precedence", "exercise")
            if name in body
        }
        body = {**lawful(word), **body}
        named = [body[key] for key in ("message", "answers", "test", "schedule") if isinstance(body.get(key), str)]
        act = make_act(
            **{
                "type": f"hotline.{word}",
                "author": author,
                "audience": ("LZ",) if author == "CR" else ("CR",),
                "matter": LINE,
                "refs": (*named, *(act.id for act in self.acts[-1:])) if refs is None else refs,
                "issued": MORNING + timedelta(minutes=len(self.acts)),
                "body": body,
                **fields,
            }
        )
        self.acts.append(act)
        return act.id

    @property
    def state(self) -> dict[str, Any]:
        return fold(apply_rule, self.acts)[0]

    def fate(self, place: int = -1) -> str:
        """Why the act at that place is without effect; empty when it has effect."""
        effects: dict[str, Effect] = fold(apply_rule, self.acts)[1]
        return effects[self.acts[place].id].sentence()

    def about(self, author: str, word: str) -> dict[str, str]:
        """What a lawful act of that type names; said by the other side first."""
        other = "LZ" if author == "CR" else "CR"
        if word == "answer-test":
            return {"test": self.say(other, "test")}
        return {"message": self.say(other, "message")} if word in NAMING else {}


def at(slot: str, minutes: int = 0) -> datetime:
    return rota.moment_of(slot) + timedelta(minutes=minutes)


# -- 1 and 2: the opening and the sides --------------------------------------------------------------------------------


def test_an_opening_proposes_the_line() -> None:
    state = Story(joined=False).state
    opening = state["opening"]
    assert (opening["parties"], opening["languages"], title(state)) == (
        ["CR", "LZ"], ["en", "fr"], "Crimson-Lazuria line",
    )  # fmt: skip
    assert state["desk:CR"]["text"] == "Operations centre, Port Crimson"
    assert standing.phase(state) == "proposed"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"matter": "b" * 32}, "It claims to open this matter, whose id is not of its making."),
        ({"nonce": "b" * 32}, "It claims to open this matter, whose id is not of its making."),
        ({"audience": ()}, "It needs another party, and is addressed to nobody."),
        ({"audience": ("CR",)}, "It needs another party, and is addressed to nobody."),
        (
            {"audience": ("LZ", "VD")},
            "A hotline stands between two, and it is addressed to more than one other.",
        ),
    ],
)
def test_an_opening_without_effect(fields: dict[str, Any], reason: str) -> None:
    story = Story(joined=False)
    story.acts.clear()
    story.say("CR", "open", **{"nonce": NONCE, **fields})
    assert (story.fate(), story.state, title(story.state)) == (reason, {}, "")
    assert standing.phase(story.state) == "none"
    assert standing.figures(story.state, MORNING) == []


def test_a_line_is_opened_once() -> None:
    story = Story()
    story.say("CR", "open", nonce=NONCE, name="Another line")
    assert story.fate() == "The matter had already been opened."
    assert title(story.state) == "Crimson-Lazuria line"


@pytest.mark.parametrize("word", [word for word in WORDS if word != "open"])
def test_nothing_takes_effect_without_an_opening(word: str) -> None:
    story = Story(joined=False)
    story.acts.clear()
    story.say("LZ", word)
    assert story.fate() == "The act that opens this matter has not arrived, or is without effect."


@pytest.mark.parametrize("word", [word for word in WORDS if word != "open"])
def test_only_the_two_sides_speak_and_to_each_other_alone(word: str) -> None:
    story = Story(joined=word != "join")
    about = story.about("LZ", word)
    story.say("VD", word, **about)
    assert story.fate() == "VD is not a party to this matter."
    for audience in ((), ("CR", "VD"), ("VD",)):
        story.say("LZ", word, audience=audience, **about)
        assert story.fate() == "It is not addressed to all other parties, and to nobody else."
    story.say("LZ", word, **about)
    assert story.fate() == ""


# -- 3: it refers to what it is about ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "body"),
    [
        *((word, {}) for word in NAMING),
        ("message", {"answers": MISSING}),
        ("test", {"schedule": MISSING, "slot": SLOTS[0], "issued": at(SLOTS[0])}),
    ],
)
def test_what_is_about_an_act_refers_to_one_that_has_effect(word: str, body: dict[str, Any]) -> None:
    story = Story()
    story.say("LZ", word, **body)
    assert story.fate() == "The act that it is about has not arrived, or is without effect."
    story.say("LZ", word, refs=(story.opening,), **body)
    assert story.fate() == "It does not refer to the act that it is about."


@pytest.mark.parametrize("word", sorted(NAMING))
def test_what_is_named_without_being_referred_to_is_not_found_although_it_stands_there(word: str) -> None:
    story = Story()
    about = story.about("LZ", word)
    story.say("LZ", word, refs=(story.opening,), **about)
    assert story.fate() == "It does not refer to the act that it is about."


@pytest.mark.parametrize(("word", "other"), [("read", "test"), ("acknowledge", "test"), ("answer-test", "message")])
def test_a_message_is_no_test_and_a_test_no_message(word: str, other: str) -> None:
    story = Story()
    said = story.say("CR", other)
    story.say("LZ", word, **{NAMING[word]: said})
    assert story.fate() == "The act that it is about has not arrived, or is without effect."


# -- 4 and 5: both join, and say who mans it ---------------------------------------------------------------------------


def test_the_other_side_joins_and_the_line_stands_open() -> None:
    story = Story()
    state = story.state
    assert (state["joined"]["by"], state["desk:LZ"]["text"]) == ("LZ", "Watch officer, Azurine")
    assert standing.phase(state) == "open"


def test_who_opened_the_line_does_not_join_it_and_nobody_joins_it_twice() -> None:
    story = Story(joined=False)
    story.say("CR", "join")
    assert story.fate() == "CR opened the line: it is for the other side to join it."
    story.say("LZ", "join")
    story.say("LZ", "join", desk="Somebody else")
    assert story.fate() == "LZ had already joined the line."
    assert story.state["desk:LZ"]["text"] == "Watch officer, Azurine"


@pytest.mark.parametrize("word", [word for word in AFTER if word != "close"])
@pytest.mark.parametrize("author", ["CR", "LZ"])
def test_nothing_is_said_on_a_line_that_the_other_side_has_not_joined(word: str, author: str) -> None:
    story = Story(joined=False)
    story.say(author, word)
    assert story.fate() == "LZ has not joined the line yet."


@pytest.mark.parametrize("author", ["CR", "LZ"])
def test_a_line_that_nobody_joined_is_declined_or_withdrawn_by_closing_it(author: str) -> None:
    story = Story(joined=False)
    story.say(author, "close", text="Not now.")
    assert standing.phase(story.state) == "declined"
    story.say("LZ", "join")
    assert story.fate() == f"{author} had closed the matter."


def test_each_side_says_who_mans_it_on_its_own_side() -> None:
    story = Story()
    story.say("LZ", "desk")
    state = story.state
    assert (state["desk:LZ"]["text"], state["desk:CR"]["text"]) == (
        "Deputy watch officer", "Operations centre, Port Crimson",
    )  # fmt: skip


# -- 6 to 8: messages --------------------------------------------------------------------------------------------------


def test_a_message_is_read_and_acknowledged_and_then_waits_no_longer() -> None:
    story = Story()
    said = story.say("CR", "message", precedence="FLASH")
    assert story.state[f"owed:{said}"] == {
        "what": "message", "to": "LZ", "issued": story.acts[-1].issued, "precedence": "FLASH",
    }  # fmt: skip
    told = [standing.progress(story.state, said, delivered=value) for value in (False, True)]
    story.say("LZ", "read", message=said)
    told.append(standing.progress(story.state, said, delivered=False))
    assert f"owed:{said}" in story.state
    story.say("LZ", "acknowledge", message=said, text="We look into it.")
    told.append(standing.progress(story.state, said, delivered=True))
    assert told == ["sent", "delivered", "read", "acknowledged"]
    assert story.state[f"acknowledged:{said}"] | {"act": "", "issued": ""} == {
        "act": "", "issued": "", "by": "LZ", "seized": "The Minister", "text": "We look into it.",
    }  # fmt: skip
    assert f"owed:{said}" not in story.state


def test_an_acknowledgement_needs_no_reading_and_a_reading_may_come_after_it() -> None:
    story = Story()
    said = story.say("CR", "message")
    story.say("LZ", "acknowledge", message=said)
    story.say("LZ", "read", message=said)
    assert (story.fate(-2), story.fate()) == ("", "")
    assert standing.progress(story.state, said, delivered=True) == "acknowledged"


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("read", "The message had been read at LZ before."),
        ("acknowledge", "LZ had already acknowledged the message."),
    ],
)
def test_a_message_is_read_and_acknowledged_once(word: str, reason: str) -> None:
    story = Story()
    said = story.say("CR", "message")
    story.say("LZ", word, message=said)
    story.say("LZ", word, message=said)
    assert (story.fate(-2), story.fate()) == ("", reason)


@pytest.mark.parametrize("word", ["read", "acknowledge"])
def test_only_the_side_that_a_message_was_addressed_to_reads_and_acknowledges_it(word: str) -> None:
    story = Story()
    said = story.say("CR", "message")
    story.say("CR", word, message=said)
    assert story.fate() == "The message was not addressed to CR, who wrote it."


@pytest.mark.parametrize("word", ["read", "acknowledge"])
def test_a_message_without_effect_is_not_read_or_acknowledged(word: str) -> None:
    story = Story()
    said = story.say("CR", "message", audience=("LZ", "VD"))
    story.say("LZ", word, message=said)
    assert story.fate() == "The act that it is about has not arrived, or is without effect."


def test_an_answer_names_a_message_of_the_other_side_and_settles_it() -> None:
    story = Story()
    said = story.say("CR", "message")
    story.say("CR", "message", answers=said)
    assert story.fate() == "It is CR's own message: the other side answers it."
    assert f"answered:{said}" not in story.state
    answer = story.say("LZ", "message", answers=said)
    again = story.say("LZ", "message", answers=said)
    state = story.state
    assert state[f"answered:{said}"]["act"] == answer
    assert (state[f"message:{answer}"]["answers"], state[f"message:{again}"]["answers"]) == (said, said)
    assert {key for key in state if key.startswith("owed:")} == {f"owed:{answer}", f"owed:{again}"}
    assert standing.progress(state, said, delivered=True) == "answered"
    story.say("LZ", "acknowledge", message=said)
    assert story.fate() == ""
    assert standing.progress(story.state, said, delivered=True) == "acknowledged"


# -- 9 to 11: tests ----------------------------------------------------------------------------------------------------


def test_the_schedule_that_stands_last_is_in_force_whoever_set_it() -> None:
    story = Story()
    story.say("CR", "schedule")
    later = story.say("LZ", "schedule", every=7)
    schedule = story.state["schedule"]
    assert (schedule["act"], schedule["by"], schedule["every"], schedule["within"]) == (later, "LZ", 7, 30)


def test_tests_at_will_are_sent_by_either_side_at_any_time() -> None:
    story = Story()
    for author in ("CR", "LZ", "CR"):
        story.say(author, "test")
        assert story.fate() == ""


def test_the_sides_send_the_tests_of_a_schedule_in_turn_each_moment_once() -> None:
    story = Story()
    by = {"schedule": story.say("LZ", "schedule")}
    for author, slot in zip(("LZ", "CR", "LZ"), SLOTS, strict=True):
        other = "CR" if author == "LZ" else "LZ"
        story.say(other, "test", slot=slot, issued=at(slot, 1), **by)
        assert story.fate() == f"The test of {slot} is {author}'s to send."
        story.say(author, "test", slot=slot, issued=at(slot, 2), **by)
        assert story.fate() == ""
        story.say(author, "test", slot=slot, issued=at(slot, 3), **by)
        assert story.fate() == f"The line had already been tested for {slot}."


@pytest.mark.parametrize("slot", ["2026-11-26T09:00:00Z", "2026-11-23T09:00:00Z", "2026-11-25T09:01:00Z"])
def test_a_test_is_for_a_moment_of_its_schedule(slot: str) -> None:
    story = Story()
    by = story.say("CR", "schedule")
    story.say("CR", "test", schedule=by, slot=slot, issued=at(SLOTS[2]))
    assert story.fate() == f"{slot} is no moment of the schedule."


def test_a_test_by_the_schedule_is_not_sent_before_its_moment() -> None:
    story = Story()
    by = story.say("CR", "schedule")
    story.say("CR", "test", schedule=by, slot=SLOTS[0], issued=at(SLOTS[0]) - timedelta(milliseconds=1))
    assert story.fate() == f"It was sent before {SLOTS[0]}, for which it is."
    story.say("CR", "test", schedule=by, slot=SLOTS[0], issued=at(SLOTS[0]))
    assert story.fate() == ""


def test_a_test_may_be_by_a_schedule_that_was_replaced() -> None:
    story = Story()
    by = story.say("CR", "schedule")
    story.say("LZ", "schedule", at="10:00")
    story.say("CR", "test", schedule=by, slot=SLOTS[0], issued=at(SLOTS[0]))
    assert story.fate() == ""


@pytest.mark.parametrize(("minutes", "late"), [(30, False), (31, True)])
def test_an_answer_is_late_by_the_minutes_of_the_schedule(minutes: int, late: bool) -> None:
    story = Story()
    by = story.say("CR", "schedule")
    test = story.say("CR", "test", schedule=by, slot=SLOTS[0], issued=at(SLOTS[0]), within=5)
    assert story.state[f"owed:{test}"]["to"] == "LZ"
    story.say("LZ", "answer-test", test=test, issued=at(SLOTS[0], minutes))
    answer = story.state[f"answer:{test}"]
    assert (answer["took"], answer["late"]) == (minutes * 60_000, late)
    assert f"owed:{test}" not in story.state


def test_at_will_the_minutes_are_those_of_the_test_and_clocks_that_differ_do_no_harm() -> None:
    story = Story()
    test = story.say("CR", "test", within=5)
    story.say("LZ", "answer-test", test=test, issued=story.acts[-1].issued_at - timedelta(hours=2))
    assert (story.state[f"answer:{test}"]["took"], story.state[f"answer:{test}"]["late"]) == (0, False)
    test = story.say("CR", "test", within=5)
    story.say("LZ", "answer-test", test=test, issued=datetime(9999, 12, 31, 23, 59, tzinfo=UTC))
    assert story.state[f"answer:{test}"]["late"] is True


def test_only_the_side_that_a_test_was_sent_to_answers_it_once() -> None:
    story = Story()
    test = story.say("CR", "test")
    story.say("CR", "answer-test", test=test)
    assert story.fate() == "CR sent the test: it is for the other side to answer it."
    story.say("LZ", "answer-test", test=test)
    story.say("LZ", "answer-test", test=test)
    assert (story.fate(-2), story.fate()) == ("", "LZ had already answered the test.")


# -- 12: the end -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", [word for word in AFTER if word not in NAMING])
def test_nothing_new_is_said_after_the_close(word: str) -> None:
    story = Story()
    story.say("LZ", "close", text="The line moves.")
    before = story.state
    assert standing.phase(before) == "closed"
    story.say("CR", word)
    assert (story.fate(), story.state) == ("LZ had closed the matter.", before)


@pytest.mark.parametrize("word", sorted(NAMING))
def test_what_was_said_before_the_close_is_still_read_acknowledged_and_answered(word: str) -> None:
    story = Story()
    about = story.about("LZ", word)
    story.say("CR", "close")
    story.say("LZ", word, **about)
    assert story.fate() == ""
    assert word == "read" or not [key for key in story.state if key.startswith("owed:")]


# -- how it stands: the moment is brought along ------------------------------------------------------------------------


def scheduled(**schedule: Any) -> tuple[Story, str]:
    story = Story()
    return story, story.say("CR", "schedule", **schedule)


def test_a_test_is_due_from_its_moment_until_it_is_sent() -> None:
    story, by = scheduled()
    assert standing.due(story.state, at(SLOTS[0], -1)) is None
    coming = standing.next_slot(story.state, at(SLOTS[0], -1))
    assert coming is not None
    assert (coming.slot, coming.by, coming.schedule) == (SLOTS[0], "CR", by)
    due = standing.due(story.state, at(SLOTS[0]))
    assert due == standing.Due(by, SLOTS[0], "CR")
    late = standing.due(story.state, at(SLOTS[0], 31))
    assert late == standing.Due(by, SLOTS[0], "CR", over=True)
    story.say("CR", "test", schedule=by, slot=SLOTS[0], issued=at(SLOTS[0], 1))
    assert standing.due(story.state, at(SLOTS[0], 31)) is None
    assert standing.unsent(story.state, at(SLOTS[0], 31)) == []
    due = standing.due(story.state, at(SLOTS[1]))
    assert due == standing.Due(by, SLOTS[1], "LZ")
    coming = standing.next_slot(story.state, at(SLOTS[1]))
    assert coming is not None
    assert coming.slot == SLOTS[2]


def test_moments_that_passed_without_a_test_are_told_and_count_for_the_side_whose_turn_it_was() -> None:
    story, by = scheduled()
    moment = at(SLOTS[2], 1)
    assert [(item.slot, item.by, item.over) for item in standing.unsent(story.state, moment)] == [
        (SLOTS[0], "CR", True),
        (SLOTS[1], "LZ", True),
        (SLOTS[2], "CR", False),
    ]
    assert [(item.node, item.unsent) for item in standing.figures(story.state, moment)] == [("CR", 1), ("LZ", 1)]
    story.say("LZ", "test", schedule=by, slot=SLOTS[1], issued=at(SLOTS[1]))
    assert [item.slot for item in standing.unsent(story.state, moment)] == [SLOTS[0], SLOTS[2]]


def test_a_moment_is_over_when_the_next_has_come_however_long_an_answer_may_take() -> None:
    story, _by = scheduled(every=1, within=7 * 24 * 60)
    told = standing.unsent(story.state, at(SLOTS[0], 24 * 60))
    assert [(item.slot, item.over) for item in told] == [(SLOTS[0], True), ("2026-11-26T09:00:00Z", False)]


def test_a_schedule_asks_for_nothing_before_it_was_set_and_for_a_bounded_past() -> None:
    story, _by = scheduled(start="2020-01-01", every=1)
    assert standing.unsent(story.state, MORNING + timedelta(minutes=10)) == []
    assert [item.slot for item in standing.unsent(story.state, MORNING + timedelta(hours=2))] == [
        "2026-11-24T09:00:00Z"
    ]
    assert len(standing.unsent(story.state, MORNING + timedelta(days=3650))) == standing.LOOK_BACK


def test_nothing_is_due_without_a_schedule_or_on_a_closed_line() -> None:
    moment = at(SLOTS[0])
    assert standing.due(Story().state, moment) is None
    assert standing.next_slot(Story().state, moment) is None
    story, _by = scheduled()
    story.say("LZ", "close")
    assert standing.due(story.state, moment) is None
    assert standing.next_slot(story.state, moment) is None


def test_figures_count_answers_by_who_gave_them() -> None:
    story = Story()
    for minutes in (1, 3, 61):
        test = story.say("CR", "test")
        story.say("LZ", "answer-test", test=test, issued=story.acts[-1].issued_at + timedelta(minutes=minutes))
    story.say("CR", "test")
    story.say("LZ", "test")
    asked_at = story.acts[-1].issued_at
    crimson, lazuria = standing.figures(story.state, asked_at + timedelta(minutes=30))
    assert (lazuria.asked, lazuria.on_time, lazuria.late, lazuria.waiting, lazuria.missed) == (4, 2, 1, 1, 0)
    assert lazuria.median == timedelta(minutes=3)
    assert (crimson.asked, crimson.waiting, crimson.median) == (1, 1, None)
    crimson, lazuria = standing.figures(story.state, asked_at + timedelta(minutes=61))
    assert (crimson.missed, lazuria.missed, lazuria.waiting) == (1, 1, 0)


# -- bodies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "change"),
    [
        ("open", {"name": ""}),
        ("open", {"name": "x" * 301}),
        ("open", {"languages": []}),
        ("open", {"languages": ["en", "en"]}),
        ("open", {"languages": ["english"]}),
        ("open", {"languages": ["ar", "zh", "en", "fr", "ru", "es", "de"]}),
        ("open", {"desk": ""}),
        ("open", {"about": "no dossier"}),
        ("join", {"desk": ""}),
        ("message", {"text": ""}),
        ("message", {"text": " \n"}),
        ("message", {"text": "x" * 5_001}),
        ("message", {"answers": "x"}),
        ("read", {"message": None}),
        ("acknowledge", {"seized": ""}),
        ("schedule", {"every": 0}),
        ("schedule", {"every": 367}),
        ("schedule", {"at": "24:00"}),
        ("schedule", {"at": "9:00"}),
        ("schedule", {"at": "0\u0669:00"}),
        ("schedule", {"start": "2026-02-30"}),
        ("schedule", {"start": "9999-12-31"}),
        ("schedule", {"start": "0001-01-01"}),
        ("schedule", {"within": 0}),
        ("schedule", {"within": 10_081}),
        ("test", {"schedule": MISSING}),
        ("test", {"slot": SLOTS[0]}),
        ("test", {"schedule": MISSING, "slot": "2026-02-30T09:00:00Z"}),
        ("test", {"schedule": MISSING, "slot": "2026-11-25T09:00:01Z"}),
        ("test", {"schedule": MISSING, "slot": "2026-11-25T09:00Z"}),
        ("test", {"within": 0}),
        ("answer-test", {"test": "x"}),
        ("close", {"text": "x" * 2_001}),
    ],
)
def test_unlawful_bodies(word: str, change: dict[str, Any]) -> None:
    known = act_type(f"hotline.{word}")
    assert known is not None
    msgspec.convert(lawful(word), known.body)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**lawful(word), **change}, known.body)


def test_the_last_moments_of_the_calendar_are_no_trouble() -> None:
    story, by = scheduled(start="2999-12-31", every=366)
    story.say("CR", "test", schedule=by, slot="2999-12-31T09:00:00Z", issued=datetime(9999, 1, 1, tzinfo=UTC))
    assert story.fate() == ""
    assert standing.next_slot(story.state, MORNING) == standing.Due(by, "2999-12-31T09:00:00Z", "CR")
    msgspec.convert({**lawful("schedule"), "start": "2000-01-01"}, bodies.Schedule)


# -- every set of acts -------------------------------------------------------------------------------------------------

NODES = ("CR", "LZ", "VD")
OFTEN = (*WORDS, *(word for word in AFTER if word != "close"), *[*NAMING, "message"] * 3, "join", "test")
"""What opens the line and what answers is drawn often enough that much takes effect."""


def _names(draw: st.DrawFn, found: list[Act], word: str, body: dict[str, Any]) -> str | None:
    """What an act of that type is about, put into its body: most often something that fits."""
    fits = {"answer-test": "test", "test": "schedule"}.get(word, "message")
    fitting = [act.id for act in found if act.type == f"hotline.{fits}"]
    named = draw(st.sampled_from([*fitting * 4, MISSING]))
    if word in NAMING:
        body[NAMING[word]] = named
    elif word == "message" and draw(st.booleans()):
        body["answers"] = named
    elif word == "test" and draw(st.booleans()):
        body |= {"schedule": named, "slot": draw(st.sampled_from([*SLOTS, *SLOTS, "2026-11-26T09:00:00Z"]))}
    else:
        return None
    return named


@st.composite
def act_sets(draw: st.DrawFn) -> list[Act]:
    """Acts of all types by both sides and a stranger, about acts that are there or not, some of them unlawful."""
    found: list[Act] = []
    for number in range(draw(st.integers(1, 20))):
        word = ("open", "join")[number] if number < 2 and draw(st.integers(0, 5)) else draw(st.sampled_from(OFTEN))
        author = {"open": "CR", "join": "LZ"}.get(word) or draw(st.sampled_from(["CR", "LZ"] * 4 + ["VD"]))
        body = dict(lawful(word))
        if word == "schedule":
            body["every"] = draw(st.sampled_from([1, 2]))
        named = _names(draw, found, word, body)
        oddity = draw(st.sampled_from([""] * 24 + ["unlawful", "unknown type", "misaddressed", "another author"]))
        refs = draw(st.sets(st.sampled_from([*[act.id for act in found], MISSING]), max_size=2))
        if named is not None and draw(st.integers(0, 9)):
            refs.add(named)
        if found and draw(st.integers(0, 5)):
            refs.add(found[0].id)
        opens = word == "open" and draw(st.integers(0, 4)) > 0
        found.append(
            make_act(
                type=f"hotline.{'later-version' if oddity == 'unknown type' else word}",
                author="LZ" if oddity == "another author" else author,
                audience=NODES if oddity == "misaddressed" else NODES[:2],
                matter=LINE,
                refs=refs,
                issued=MORNING
                + timedelta(
                    minutes=number if draw(st.integers(0, 2)) else draw(st.integers(0, 5)),
                    days=draw(st.sampled_from([0, 0, 5])),
                ),
                precedence=draw(st.sampled_from(["FLASH", "ROUTINE"])),
                nonce=NONCE if opens else f"{number:032x}",
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
@given(found=act_sets(), days=st.integers(-3, 400))
def test_rules_change_no_act_and_keep_plain_json(found: list[Act], days: int) -> None:
    before = [(act.id, deepcopy(act.body)) for act in found]
    state, effects = fold(apply_rule, found)
    assert [(act.id, act.body) for act in found] == before
    assert json.loads(json.dumps(state)) == state
    assert all(len(key) <= 200 for key in state)
    for effect in effects.values():
        assert all(isinstance(value, str) for value in effect.about)
        assert "%s" not in effect.sentence()
    assert isinstance(title(state), str)
    moment = MORNING + timedelta(days=days)
    for figure in standing.figures(state, moment):
        assert figure.asked == figure.on_time + figure.late + figure.waiting + figure.missed
    standing.due(state, moment)
    standing.next_slot(state, moment)


@settings(max_examples=200, deadline=None)
@given(found=act_sets())
def test_an_act_without_effect_leaves_the_state_as_it_was(found: list[Act]) -> None:
    state: dict[str, Any] = {}
    for act in ordered(found):
        before = deepcopy(state)
        if not apply_rule(state, act).effective:
            assert state == before


@settings(max_examples=200, deadline=None)
@given(found=act_sets())
def test_what_waits_is_what_was_neither_answered_nor_acknowledged(found: list[Act]) -> None:
    state, _effects = fold(apply_rule, found)
    for key in state:
        word, _colon, identifier = key.partition(":")
        if word in ("message", "test"):
            settled = any(f"{by}:{identifier}" in state for by in ("acknowledged", "answered", "answer"))
            assert settled != (f"owed:{identifier}" in state)
        elif word in ("read", "acknowledged", "answered", "answer"):
            about = state.get(f"message:{identifier}") or state[f"test:{identifier}"]
            assert about["by"] != state[key]["by"]


def test_random_sets_reach_every_type_with_effect() -> None:
    """Were the sets to hold nothing that takes effect, the properties above would hold in vain."""
    seen: set[str] = set()

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(found=act_sets())
    def look(found: list[Act]) -> None:
        _state, effects = fold(apply_rule, found)
        seen.update(act.type for act in found if effects[act.id].effective)

    look()
    assert seen == {f"hotline.{word}" for word in WORDS}


def test_the_kind_has_the_acts_that_its_folder_tells_of() -> None:
    assert {word for word in WORDS if not act_type(f"hotline.{word}").clearance} == {
        "desk", "read", "acknowledge", "test", "answer-test",
    }  # fmt: skip
    assert len(WORDS) == 10
