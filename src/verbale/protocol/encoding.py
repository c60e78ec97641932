"""Strict base64 (RFC 4648 section 4) and times: one spelling for each value, so a changed bit cannot hide."""

import base64
import re
from datetime import UTC, datetime

import msgspec

from verbale.protocol.errors import MalformedError

__all__ = ["b64", "format_time", "from_b64", "is_version_1", "parse_time"]

_TIME = re.compile(r"\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def b64(data: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def from_b64(text: object, what: str, *, length: int | None = None) -> bytes:
    """Decode the one canonical spelling; `length` in bytes is checked when given. Raises MalformedError."""
    if not isinstance(text, str):
        raise MalformedError(f"{what} must be base64 text, found {type(text).__name__}")
    try:
        # Four times as fast as the standard library; lenient or not, the comparison below settles the spelling.
        data = msgspec.convert(text, bytes)
    except (msgspec.ValidationError, ValueError):
        raise MalformedError(f"{what} is not base64") from None
    if b64(data) != text:
        # Unused trailing bits would let two spellings stand for one value.
        raise MalformedError(f"{what} is not in canonical base64")
    if length is not None and len(data) != length:
        raise MalformedError(f"{what} must be {length} bytes, found {len(data)}")
    return data


def is_version_1(value: object) -> bool:
    """Whether a document's `v` is the number 1; `true`, which Python holds equal to it, is not."""
    return type(value) is int and value == 1


def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: `2026-11-24T14:02:07.120Z`. `moment` must be aware."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def parse_time(text: object, what: str) -> datetime:
    """The aware UTC moment that `text` spells in exactly the form of `format_time`. Raises MalformedError."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise MalformedError(f"{what} must be a UTC time such as 2026-11-24T14:02:07.120Z, found {text!r:.60}")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise MalformedError(f"{what} is no moment of the calendar: {text}") from None
