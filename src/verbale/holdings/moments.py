"""Moments as the store keeps them, microseconds since 1970, and as STIX and TAXII write them."""

import re
from datetime import UTC, datetime, timedelta

__all__ = ["as_datetime", "micros", "parse_moment", "stix_moment", "taxii_moment"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN_EPOCH = datetime(1970, 1, 1)  # without a zone, since its text is wanted without
_MICROSECOND = timedelta(microseconds=1)
_FIRST, _LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
_WRITTEN = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,40}))?Z", re.ASCII)


def micros(moment: datetime) -> int:
    """A moment with its zone as microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def as_datetime(value: int) -> datetime:
    """The moment with its zone, within the years that every zone of the world can show: objects name any."""
    try:
        found = _EPOCH + value * _MICROSECOND
    except OverflowError:
        return _FIRST if value < 0 else _LAST
    return min(max(found, _FIRST), _LAST)


def parse_moment(text: str) -> int | None:
    """`2016-11-03T12:30:59.1Z` as microseconds; digits beyond the sixth are cut off. None when it is no such moment."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    try:
        seconds = micros(datetime.fromisoformat(f"{match[1]}+00:00"))
    except ValueError:
        return None
    return seconds + int((match[2] or "0")[:6].ljust(6, "0"))


def taxii_moment(value: int) -> str:
    """With six digits, as TAXII 2.1 section 2 wants it."""
    return f"{(_PLAIN_EPOCH + timedelta(microseconds=value)).isoformat(timespec='microseconds')}Z"


def stix_moment(value: int) -> str:
    """With three digits, and with six only where they say more, as STIX 2.1 section 3.2 does for `modified`."""
    text = taxii_moment(value)
    return f"{text[:-4]}Z" if text.endswith("000Z") else text
