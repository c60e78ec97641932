"""Types that the bodies of several kinds share. Pure: the protocol's limits and nothing else."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from verbale.protocol.limits import MAX_ATTACHMENT_BYTES

__all__ = [
    "Attachment",
    "Date",
    "Hex32",
    "Hex64",
    "Letterhead",
    "Line",
    "Moment",
    "ShortLine",
    "Text",
    "check_days",
    "check_moments",
]

ShortLine = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Text = Annotated[str, msgspec.Meta(max_length=20_000)]
Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
Hex64 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Date = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\Z")]
"""A calendar date, `2026-11-24`."""
Moment = Annotated[str, msgspec.Meta(pattern=r"^2\d{3}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ\Z")]
"""RFC 3339 in UTC, to the second: `2026-12-03T09:00:00Z`. One spelling for each moment, so equal times are equal text.
Of this millennium: every zone of the world can show it."""


class Attachment(msgspec.Struct, frozen=True):
    """A file beside the act, named by its hash so that the act can be disclosed without it."""

    sha256: Hex64
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    media_type: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    size: Annotated[int, msgspec.Meta(ge=0, le=MAX_ATTACHMENT_BYTES)]


class Letterhead(msgspec.Struct, frozen=True):
    """Who writes, as it stands at the head of a paper."""

    ministry: Line
    """`Ministry of Foreign Affairs`"""
    state: Line
    """`Republic of Crimson`"""
    short: ShortLine
    """`CR`: gives the letter of the crest."""
    colour: Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-f]{6}\Z")]
    place: Annotated[str, msgspec.Meta(max_length=100)] = ""


def check_days(**days: str | None) -> None:
    """Raises ValueError naming the first field whose text is no day of the calendar; `2026-02-30` say."""
    for name, day in days.items():
        if day is None:
            continue
        try:
            date.fromisoformat(day)
        except ValueError:
            raise ValueError(f"{name}: {day} is no day of the calendar") from None


def check_moments(**moments: str | None) -> None:
    """Raises ValueError naming the first field whose text is no moment of the calendar; `2026-02-30T09:00:00Z` say."""
    for name, moment in moments.items():
        if moment is None:
            continue
        try:
            datetime.fromisoformat(moment)
        except ValueError:
            raise ValueError(f"{name}: {moment} is no moment of the calendar") from None
