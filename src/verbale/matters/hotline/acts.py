"""Bodies of the acts of a hotline.

hotline.open          proposes the line: its name, its languages, who mans it on the author's side
hotline.join          the other side agrees, and says who mans it there; from then on the line stands open
hotline.desk          who mans it on the author's side from now on
hotline.message       a message; one that answers another names it
hotline.read          somebody at the recipient's desk has opened the message
hotline.acknowledge   a person there confirms it, and says who is seized of it
hotline.schedule      when the line is tested: every so many days, at a time of day, and how soon the answer is due
hotline.test          a communication test, by the schedule or at will
hotline.answer-test   the other side answers it
hotline.close         the line is closed

Each body may name in `about` the dossier that it is about, so that the act stands in its timeline too.
"""

from typing import Annotated

import msgspec

from verbale.matters.bodies import Hex32, Hex64, Line, check_days, check_moments

__all__ = [
    "LONGEST_MESSAGE",
    "LONGEST_PERIOD",
    "LONGEST_WAIT",
    "MAX_LANGUAGES",
    "Acknowledgement",
    "Answer",
    "Close",
    "Desk",
    "Join",
    "Message",
    "Open",
    "Read",
    "Schedule",
    "Test",
]

LONGEST_MESSAGE = 5_000
"""Characters: a message is read at once by a person who was woken for it."""
MAX_LANGUAGES = 6
LONGEST_PERIOD = 366
"""Days between two tests."""
LONGEST_WAIT = 7 * 24 * 60
"""Minutes within which a test is to be answered, at the most."""

_Message = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_MESSAGE)]
_Remark = Annotated[str, msgspec.Meta(max_length=2_000)]
_Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}\Z")]
_Languages = Annotated[list[_Language], msgspec.Meta(min_length=1, max_length=MAX_LANGUAGES)]
_Day = Annotated[str, msgspec.Meta(pattern=r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}\Z")]
"""A calendar date of this millennium, so that no sum of its kind leaves the calendar."""
_Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]
"""A time of day in UTC, `09:30`."""
_Moment = Annotated[str, msgspec.Meta(pattern=r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:00Z\Z")]
"""RFC 3339 in UTC, to the minute: one spelling for each moment of a schedule."""
_Every = Annotated[int, msgspec.Meta(ge=1, le=LONGEST_PERIOD)]
_Within = Annotated[int, msgspec.Meta(ge=1, le=LONGEST_WAIT)]


def _check_text(text: str) -> None:
    if not text.strip():
        raise ValueError("text: empty")


class Open(msgspec.Struct, frozen=True):
    name: Line
    """What both sides call the line."""
    languages: _Languages
    """In which messages are written, the first by preference."""
    desk: Line
    """Who mans it on the author's side: an office, and how it is reached when the line fails."""
    text: _Remark = ""
    """What the line is for, if it needs saying."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        if len(set(self.languages)) != len(self.languages):
            raise ValueError("languages: each once")


class Join(msgspec.Struct, frozen=True):
    desk: Line
    """Who mans it on this side."""
    text: _Remark = ""
    about: Hex32 | None = None


class Desk(msgspec.Struct, frozen=True):
    desk: Line
    about: Hex32 | None = None


class Message(msgspec.Struct, frozen=True):
    text: _Message
    answers: Hex64 | None = None
    """The message of the other side that it answers."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        _check_text(self.text)


class Read(msgspec.Struct, frozen=True):
    message: Hex64
    about: Hex32 | None = None


class Acknowledgement(msgspec.Struct, frozen=True):
    message: Hex64
    seized: Line
    """Who is seized of it: a person, an office."""
    text: _Remark = ""
    """What happens next, if that can be said."""
    about: Hex32 | None = None


class Schedule(msgspec.Struct, frozen=True):
    """The sides send the tests in turn; the one that sets the schedule sends the first."""

    every: _Every
    """Days from one test to the next."""
    at: _Clock
    start: _Day
    """The day of the first test."""
    within: _Within = 60
    """Minutes within which the answer is due."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        check_days(start=self.start)


class Test(msgspec.Struct, frozen=True):
    """By the schedule when it names one and the moment that it is for; else at will."""

    __test__ = False  # No test case, although pytest would take its name for one.

    schedule: Hex64 | None = None
    slot: _Moment | None = None
    """The moment of the schedule."""
    within: _Within = 60
    """Minutes within which the answer is due; by the schedule, those that the schedule says."""
    text: _Remark = ""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        if (self.schedule is None) != (self.slot is None):
            raise ValueError("slot: a test by the schedule names the schedule and the moment, another names neither")
        check_moments(slot=self.slot)


class Answer(msgspec.Struct, frozen=True):
    test: Hex64
    text: _Remark = ""
    about: Hex32 | None = None


class Close(msgspec.Struct, frozen=True):
    text: _Remark = ""
    about: Hex32 | None = None
