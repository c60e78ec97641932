"""iCalendar (RFC 5545), written by hand: meetings, and deadlines as events of a whole day. Pure.

A meeting that is moved keeps its UID and raises its SEQUENCE, so a calendar that took it in before moves it; one that
fell goes out once more as cancelled. DTSTAMP is the time of the act that fixed it: the same talks give the same bytes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

__all__ = ["MEDIA_TYPE", "Entry", "calendar"]

MEDIA_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Verbale//Talks//EN"
_LINE = 75
"""Octets of a content line, its end not counted (section 3.1)."""


@dataclass(frozen=True)
class Entry:
    """A meeting, or a deadline."""

    uid: str
    stamp: str
    """RFC 3339 UTC: when it was so decided."""
    start: str
    """RFC 3339 UTC, or a calendar date for a whole day."""
    summary: str
    minutes: int = 0
    """How long; of no account for a whole day."""
    location: str = ""
    description: str = ""
    sequence: int = 0
    cancelled: bool = False
    categories: tuple[str, ...] = ()
    marking: str = ""
    """`TLP:AMBER`, which a calendar shows as part of the description."""


def calendar(entries: Iterable[Entry], name: str = "") -> bytes:
    """The calendar file."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    if name:
        lines.append(f"X-WR-CALNAME:{_text(name)}")
    for entry in entries:
        lines += _event(entry)
    lines.append("END:VCALENDAR")
    return b"".join(_fold(line) for line in lines)


def _event(entry: Entry) -> list[str]:
    whole_day = len(entry.start) == len("2026-11-24")
    lines = ["BEGIN:VEVENT", f"UID:{_text(entry.uid)}", f"DTSTAMP:{_moment(_utc(entry.stamp))}"]
    if whole_day:
        day = date.fromisoformat(entry.start)
        lines.append(f"DTSTART;VALUE=DATE:{_day(day)}")
        # The end is the day after: it is not part of the event (section 3.6.1). The last day of all has none.
        if day < date.max:
            lines.append(f"DTEND;VALUE=DATE:{_day(day + timedelta(days=1))}")
        lines.append("TRANSP:TRANSPARENT")
    else:
        start = _utc(entry.start)
        lines.append(f"DTSTART:{_moment(start)}")
        lines.append(f"DTEND:{_moment(start + timedelta(minutes=entry.minutes))}")
    lines.append(f"SUMMARY:{_text(entry.summary)}")
    if entry.location:
        lines.append(f"LOCATION:{_text(entry.location)}")
    description = "\n".join(part for part in (entry.description, entry.marking) if part)
    if description:
        lines.append(f"DESCRIPTION:{_text(description)}")
    if entry.categories:
        lines.append("CATEGORIES:" + ",".join(_text(word) for word in entry.categories))
    lines += [
        f"SEQUENCE:{entry.sequence}",
        f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}",
        "END:VEVENT",
    ]
    return lines


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _moment(when: datetime) -> str:
    # Not strftime: it writes the year 7 as one digit.
    return f"{_day(when.date())}T{when.hour:02}{when.minute:02}{when.second:02}Z"


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def _text(text: str) -> str:
    """A text value (section 3.3.11). Other control characters than tab and line feed have no place in one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(letter for letter in text if letter in "\n\t" or (letter >= " " and not "\x7f" <= letter <= "\x9f"))
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _fold(line: str) -> bytes:
    """A content line in lines of at most 75 octets; each next begins with a blank. No letter is cut in two."""
    folded, room, size = [], _LINE, 0
    for letter in line:
        octets = letter.encode()
        if size + len(octets) > room:
            folded.append(b"\r\n ")
            # The blank counts.
            room, size = _LINE - 1, 0
        folded.append(octets)
        size += len(octets)
    return b"".join(folded) + b"\r\n"
