"""Bodies of the acts of talks.

talks.invite          opens the matter: what the talks are about, where, and the times that are proposed
talks.propose         a counter-proposal of times and place
talks.accept          accepts one of the times of a proposal
talks.decline         does not come, and says why
talks.delegation      whom the author sends
talks.agenda          a version of the agenda
talks.agree-agenda    agrees to that version
talks.minutes         a text of minutes
talks.agree-minutes   agrees to that very text
talks.commit          something that the author promises to do
talks.report          how one's own commitment stands
talks.close           the talks are over

Each body may name in `about` the dossier that the talks are about, so that the act stands in its timeline too.
"""

import hashlib
import re
import unicodedata
from typing import Annotated

import msgspec

from verbale.matters.bodies import Date, Hex32, Hex64, Line, Moment, ShortLine, check_days, check_moments

__all__ = [
    "BY_VIDEO",
    "LONGEST_MINUTES",
    "MAX_AGENDA_ITEMS",
    "MAX_DELEGATES",
    "MAX_TIMES",
    "STATUSES",
    "Acceptance",
    "Agenda",
    "AgendaAgreement",
    "Closing",
    "Commitment",
    "Declination",
    "Delegate",
    "Delegation",
    "Invitation",
    "Minutes",
    "MinutesAgreement",
    "Proposal",
    "Report",
    "canonical_text",
    "text_hash",
]

BY_VIDEO = "by video"
"""The place of talks that are held at a distance."""
STATUSES = ("open", "done", "dropped")
MAX_TIMES = 20
MAX_AGENDA_ITEMS = 100
MAX_DELEGATES = 100
LONGEST_MINUTES = 200_000
"""Characters of a text of minutes."""

_Times = Annotated[list[Moment], msgspec.Meta(min_length=1, max_length=MAX_TIMES)]
_Length = Annotated[int, msgspec.Meta(ge=5, le=14 * 24 * 60)]
"""How long, in minutes."""
_Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}\Z")]
_Items = Annotated[list[Line], msgspec.Meta(max_length=MAX_AGENDA_ITEMS)]
_Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=5_000)]
_Remark = Annotated[str, msgspec.Meta(max_length=5_000)]
_Status = Annotated[str, msgspec.Meta(pattern=rf"^({'|'.join(STATUSES)})\Z")]


def canonical_text(text: str) -> str:
    """The one spelling of a text of minutes that is hashed: normal form C, line feeds, no blanks at the ends of lines,
    never more than one empty line, none at the beginning or the end."""
    lines = [line.rstrip() for line in unicodedata.normalize("NFC", text).replace("\r\n", "\n").splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def text_hash(text: str) -> str:
    """SHA-256 of the canonical text in UTF-8, in hex."""
    return hashlib.sha256(canonical_text(text).encode()).hexdigest()


def _check_times(times: list[str]) -> None:
    for time in times:
        check_moments(times=time)
    if times != sorted(set(times)):
        raise ValueError("times: each once, the earliest first")


class Invitation(msgspec.Struct, frozen=True):
    """The invitation is the first proposal of times and place."""

    subject: Line
    times: _Times
    place: Line
    """Where, or `by video`."""
    length: _Length = 60
    language: _Language = "en"
    """The language in which the talks are held."""
    agenda: _Items = []
    """A draft of the agenda, if there is one already."""
    text: _Remark = ""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        _check_times(self.times)


class Proposal(msgspec.Struct, frozen=True):
    times: _Times
    place: Line
    length: _Length = 60
    text: _Remark = ""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        _check_times(self.times)


class Acceptance(msgspec.Struct, frozen=True):
    proposal: Hex64
    """The invitation or proposal."""
    time: Moment
    """One of its times."""
    about: Hex32 | None = None


class Declination(msgspec.Struct, frozen=True):
    reason: _Reason
    about: Hex32 | None = None


class Delegate(msgspec.Struct, frozen=True):
    name: ShortLine
    office: Line


class Delegation(msgspec.Struct, frozen=True):
    """The first named leads it."""

    members: Annotated[list[Delegate], msgspec.Meta(min_length=1, max_length=MAX_DELEGATES)]
    about: Hex32 | None = None


class Agenda(msgspec.Struct, frozen=True):
    items: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=MAX_AGENDA_ITEMS)]
    about: Hex32 | None = None


class AgendaAgreement(msgspec.Struct, frozen=True):
    agenda: Hex64
    """The act that holds the version; the invitation, for the draft that came with it."""
    about: Hex32 | None = None


class Minutes(msgspec.Struct, frozen=True):
    held: Date
    """The day of the talks."""
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_MINUTES)]
    """In its canonical spelling, see `canonical_text`."""
    sha256: Hex64
    """Of the text in UTF-8: what the others agree to."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        check_days(held=self.held)
        if canonical_text(self.text) != self.text:
            raise ValueError("text: not in its canonical spelling")
        if not self.text.strip():
            raise ValueError("text: empty")
        if text_hash(self.text) != self.sha256:
            raise ValueError("sha256: not that of the text")


class MinutesAgreement(msgspec.Struct, frozen=True):
    minutes: Hex64
    """The act that holds the text."""
    sha256: Hex64
    """Of that text: one agrees to the text that one has read."""
    about: Hex32 | None = None


class Commitment(msgspec.Struct, frozen=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
    owner: Line
    """Who in the author's state sees to it: an office or a person."""
    deadline: Date
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        check_days(deadline=self.deadline)


class Report(msgspec.Struct, frozen=True):
    commitment: Hex64
    status: _Status
    remark: _Remark = ""
    about: Hex32 | None = None


class Closing(msgspec.Struct, frozen=True):
    text: _Remark = ""
    """The outcome, in words."""
    about: Hex32 | None = None
