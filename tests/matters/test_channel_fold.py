"""The rules of effect of a channel, one table a rule. `tests/matters/test_fold_properties.py` has what always holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.node.world import note_body
from verbale.matters.channel.fold import channel_id, title
from verbale.node.registry import apply_rule
from verbale.protocol import Act, fold, make_act

MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PAIR = ("CR", "LZ")
THREE = ("CR", "LZ", "VD")
NO_PARTIES = "Author and addressees are not the parties of this channel."
NO_REFERENCE = "It does not refer to the note that it is about."
NOT_ARRIVED = "The note that it is about has not arrived, or is without effect."


class Story:
    """Acts of one channel in the order in which they are told."""

    def __init__(self, *parties: str) -> None:
        self.parties = parties or PAIR
        self.acts: list[Act] = []

    def say(self, author: str, word: str, body: dict[str, Any], **fields: Any) -> Act:
        made = make_act(
            **{
                "type": f"channel.{word}",
                "author": author,
                "audience": self.parties,
                "matter": channel_id(self.parties),
                "issued": MORNING + timedelta(minutes=len(self.acts)),
                "body": body,
                **fields,
            }
        )
        self.acts.append(made)
        return made

    def note(self, author: str, number: str, **body: Any) -> Act:
        return self.say(author, "note", note_body(number, **body))

    def answer(self, author: str, number: str, to: Act | str, **fields: Any) -> Act:
        about = to if isinstance(to, str) else to.id
        return self.say(author, "answer", note_body(number, answers=about), **{"refs": (about,), **fields})

    def acknowledge(self, author: str, of: Act | str, **fields: Any) -> Act:
        about = of if isinstance(of, str) else of.id
        return self.say(author, "acknowledge", {"acknowledges": about}, **{"refs": (about,), **fields})

    @property
    def state(self) -> dict[str, Any]:
        return fold(apply_rule, self.acts)[0]

    def why(self, act: Act) -> str:
        """Why it is without effect; empty when it is not."""
        return fold(apply_rule, self.acts)[1][act.id].sentence()


# -- rule 1: the parties ----------------------------------------------------------------------------------------------


def test_1_a_note_between_the_parties_takes_effect() -> None:
    story = Story()
    assert story.why(story.note("CR", "1")) == ""
    assert title(story.state) == "CR – LZ"


@pytest.mark.parametrize("author", THREE)
def test_1_a_channel_may_have_more_than_two_parties(author: str) -> None:
    story = Story(*THREE)
    assert story.why(story.note(author, "1")) == ""


def test_1_the_order_of_the_parties_makes_no_difference() -> None:
    assert channel_id(("LZ", "CR")) == channel_id(["CR", "LZ", "CR"]) == channel_id(frozenset(PAIR))


@pytest.mark.parametrize(
    ("author", "audience"), [("VD", ("CR",)), ("VD", PAIR), ("CR", ("VD",)), ("CR", THREE), ("CR", ())]
)
@pytest.mark.parametrize("word", ["note", "answer", "acknowledge"])
def test_1_others_have_no_voice_in_it(author: str, audience: tuple[str, ...], word: str) -> None:
    story = Story()
    note = story.note("LZ", "1")
    body = {"acknowledges": note.id} if word == "acknowledge" else note_body("2", answers=note.id)
    assert story.why(story.say(author, word, body, audience=audience, refs=(note.id,))) == NO_PARTIES
    assert set(story.state) & {f"seen:{note.id}:{author}", f"number:{author}:2"} == set()


# -- rule 2: numbers --------------------------------------------------------------------------------------------------


def test_2_a_number_is_used_once_by_each_author() -> None:
    story = Story()
    first, again, theirs = story.note("CR", "1"), story.note("CR", "1"), story.note("LZ", "1")
    assert [story.why(act) for act in (first, again, theirs)] == ["", "CR had already used the number 1.", ""]
    assert story.state["number:CR:1"] == first.id


def test_2_an_answer_uses_a_number_too() -> None:
    story = Story()
    note = story.note("LZ", "1")
    story.note("CR", "1")
    answer = story.answer("CR", "1", note)
    assert story.why(answer) == "CR had already used the number 1."
    assert f"answers:{note.id}" not in story.state
    assert story.state[f"wait:{note.id}:CR"] == {"ack": True, "answer": False}


def test_2_the_earlier_by_the_order_of_the_matter_keeps_the_number() -> None:
    story = Story()
    late = story.say("CR", "note", note_body("1"), issued=MORNING + timedelta(hours=2))
    early = story.say("CR", "note", note_body("1"), issued=MORNING + timedelta(hours=1))
    assert (story.why(early), story.why(late)) == ("", "CR had already used the number 1.")


# -- rule 3: what an answer or acknowledgement is about ---------------------------------------------------------------


@pytest.mark.parametrize("word", ["answer", "acknowledge"])
def test_3_the_note_must_be_among_its_refs(word: str) -> None:
    story = Story()
    note = story.note("LZ", "1")
    step = story.acknowledge("CR", note, refs=()) if word == "acknowledge" else story.answer("CR", "2", note, refs=())
    assert story.why(step) == NO_REFERENCE


@pytest.mark.parametrize("word", ["answer", "acknowledge"])
def test_3_the_note_must_have_arrived(word: str) -> None:
    story = Story()
    step = story.acknowledge("CR", "0" * 64) if word == "acknowledge" else story.answer("CR", "2", "0" * 64)
    assert story.why(step) == NOT_ARRIVED
    assert story.state == {}


@pytest.mark.parametrize("word", ["answer", "acknowledge"])
def test_3_the_note_must_be_with_effect(word: str) -> None:
    story = Story()
    story.note("LZ", "1")
    void = story.note("LZ", "1")
    step = story.acknowledge("CR", void) if word == "acknowledge" else story.answer("CR", "2", void)
    assert story.why(step) == NOT_ARRIVED


@pytest.mark.parametrize("word", ["answer", "acknowledge"])
def test_3_the_note_must_have_been_addressed_to_it(word: str) -> None:
    story = Story()
    own = story.note("CR", "1")
    step = story.acknowledge("CR", own) if word == "acknowledge" else story.answer("CR", "2", own)
    assert story.why(step) == "The note was not addressed to CR."


def test_3_an_acknowledgement_is_no_note_to_be_answered() -> None:
    story = Story()
    step = story.acknowledge("CR", story.note("LZ", "1"))
    assert story.why(story.answer("LZ", "2", step)) == NOT_ARRIVED


def test_3_an_answer_that_names_no_note_is_without_effect() -> None:
    story = Story()
    assert story.why(story.say("CR", "answer", note_body("1"))) == NO_REFERENCE


def test_3_an_answer_dated_before_its_note_stands_behind_it_all_the_same() -> None:
    story = Story()
    note = story.note("LZ", "1")
    assert story.why(story.answer("CR", "2", note, issued=MORNING - timedelta(hours=1))) == ""


# -- rule 4: once -----------------------------------------------------------------------------------------------------


def test_4_each_addressee_acknowledges_once() -> None:
    story = Story(*THREE)
    note = story.note("CR", "1")
    steps = [story.acknowledge(node, note) for node in ("LZ", "VD", "LZ")]
    assert [story.why(step) for step in steps] == ["", "", "LZ had already acknowledged the note."]
    assert story.state[f"seen:{note.id}:LZ"] == steps[0].id


def test_4_to_answer_is_to_have_acknowledged() -> None:
    story = Story()
    note = story.note("LZ", "1")
    answer = story.answer("CR", "2", note)
    assert story.why(story.acknowledge("CR", note)) == "CR had already acknowledged the note."
    assert story.state[f"seen:{note.id}:CR"] == answer.id


def test_4_an_answer_may_follow_an_acknowledgement() -> None:
    story = Story()
    note = story.note("LZ", "1")
    seen = story.acknowledge("CR", note)
    assert story.why(story.answer("CR", "2", note)) == ""
    assert story.state[f"seen:{note.id}:CR"] == seen.id


# -- rule 5: answers --------------------------------------------------------------------------------------------------


def test_5_each_answer_stands_and_may_itself_be_answered() -> None:
    story = Story()
    note = story.note("LZ", "1")
    answers = [story.answer("CR", number, note) for number in ("2", "3")]
    back = story.answer("LZ", "4", answers[0])
    assert [story.why(act) for act in (*answers, back)] == ["", "", ""]
    assert story.state[f"answers:{note.id}"] == [act.id for act in answers]
    assert story.state[f"answers:{answers[0].id}"] == [back.id]


# -- what is still owed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply_by", "steps", "owed"),
    [
        (None, [], {"ack": True, "answer": False}),
        (None, ["acknowledge"], None),
        (None, ["answer"], None),
        ("2027-01-31", [], {"ack": True, "answer": True}),
        ("2027-01-31", ["acknowledge"], {"ack": False, "answer": True}),
        ("2027-01-31", ["answer"], None),
        ("2027-01-31", ["acknowledge", "answer"], None),
        ("2027-01-31", ["answer", "answer", "acknowledge"], None),
    ],
)
def test_what_an_addressee_still_owes(reply_by: str | None, steps: list[str], owed: dict[str, bool] | None) -> None:
    story = Story()
    note = story.note("LZ", "1", reply_by=reply_by)
    for place, step in enumerate(steps):
        story.acknowledge("CR", note) if step == "acknowledge" else story.answer("CR", f"{place}", note)
    assert story.state.get(f"wait:{note.id}:CR") == owed


def test_each_addressee_owes_for_itself() -> None:
    story = Story(*THREE)
    note = story.note("CR", "1")
    story.acknowledge("LZ", note)
    assert [key for key in story.state if key.startswith("wait:")] == [f"wait:{note.id}:VD"]


def test_a_note_is_kept_with_what_the_desk_lists() -> None:
    story = Story()
    note = story.note("LZ", "12/2026", subject="Night on the grid", about="b" * 32, reply_by="2027-01-31")
    assert story.state[f"note:{note.id}"] == {
        "author": "LZ",
        "to": ["CR"],
        "number": "12/2026",
        "subject": "Night on the grid",
        "form": "note-verbale",
        "issued": note.issued,
        "reply_by": "2027-01-31",
        "about": "b" * 32,
        "precedence": "ROUTINE",
    }
    assert story.state["last"] == note.id


# -- unknown and unlawful ---------------------------------------------------------------------------------------------

UNLAWFUL: dict[str, tuple[str, dict[str, Any], str]] = {
    "an unknown type": ("farewell", {}, "This node does not know acts of type channel.farewell"),
    "a note without number": ("note", {"number": None}, "at `$.number`"),
    "a note without paragraphs": ("note", {"paragraphs": []}, "at `$.paragraphs`"),
    "a date that is none": ("note", {"date": "24 November"}, "at `$.date`"),
    "a date out of the calendar": ("note", {"date": "2026-02-30"}, "2026-02-30 is no day of the calendar"),
    "a day of reply out of the calendar": ("note", {"reply_by": "2027-02-29"}, "2027-02-29 is no day of the calendar"),
    "an answer to what is no act": ("answer", {"answers": "the last one"}, "at `$.answers`"),
    "a null character": ("note", {"subject": "\0"}, "U+0000"),
}


@pytest.mark.parametrize(("word", "changes", "reason"), UNLAWFUL.values(), ids=UNLAWFUL)
def test_it_is_kept_without_effect_and_the_reason_told(word: str, changes: dict[str, Any], reason: str) -> None:
    story = Story()
    act = story.say("LZ", word, {**note_body("1"), **changes})
    assert reason in story.why(act)
    assert story.state == {}
