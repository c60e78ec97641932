"""Text and time as a reader may show and compare them.

Text of a report is hostile until proven otherwise: control characters break terminals and logs, and bidirectional
controls make `exe.cod` out of `doc.exe`. Names and descriptions lose them; observed values keep them visibly, as
`\\u202e`, because there they may be the very trick that is reported.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ANY_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SPACES: Final = re.compile(r"\s+")
_RFC3339: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LAST_EPOCH: Final = 253_402_300_799
"""31 December 9999, the last second that ISO 8601 writes in four digits."""


def clean_text(text: str) -> str:
    """Text of several lines for display: controls and bidirectional controls removed, ends trimmed."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def clean_line(text: str) -> str:
    """The same for a name: all on one line, single spaces."""
    return _SPACES.sub(" ", clean_text(text)).strip()


def visible_value(text: str) -> str:
    """An observed value or pattern: nothing lost, but what cannot be shown is written as its escape."""
    return _ANY_CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text.strip())


def utc_timestamp(text: str, *, only_z: bool) -> str | None:
    """`text` as `2022-12-21T22:02:43.629Z`, or None when it is no RFC 3339 time.

    STIX 2.1 section 2.13 allows only the suffix Z (`only_z`); MISP also writes offsets, which are turned into UTC.
    The fraction loses needless zeros beyond three digits, so that two ways to write one instant become one text.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    day, clock, fraction, zone = match.groups()
    if zone != "Z" and only_z:
        return None
    # RFC 3339 knows the leap second; datetime does not. The second before stands in for the check of the calendar.
    leap = clock.endswith(":60")
    try:
        moment = datetime.fromisoformat(f"{day}T{clock[:-2] + '59' if leap else clock}+00:00")
        if zone != "Z":
            sign = -1 if zone[0] == "-" else 1
            hours, minutes = int(zone[1:3]), int(zone[4:6])
            if hours > 23 or minutes > 59:
                return None
            moment -= sign * timedelta(hours=hours, minutes=minutes)
    except (ValueError, OverflowError):
        return None
    written = moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    if leap:
        written = written[:-2] + "60"
    fraction = (fraction or "").rstrip("0")
    return f"{written}.{fraction:0<3}Z" if fraction else f"{written}Z"


def time_key(timestamp: str) -> str:
    """Makes results of `utc_timestamp` sort as times: without the Z, `35` comes before `35.5`."""
    return timestamp.removesuffix("Z")


def epoch_timestamp(seconds: int) -> str | None:
    """Unix seconds (MISP core format, `timestamp`) as ISO 8601 UTC; None when beyond the year 9999 or negative."""
    if not 0 <= seconds <= _LAST_EPOCH:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def date_timestamp(text: str) -> str | None:
    """A calendar date as the start of that day in UTC, or None when it is no date."""
    if not _DATE.fullmatch(text):
        return None
    return utc_timestamp(f"{text}T00:00:00Z", only_z=True)
