"""When a row was written, in microseconds since 1970, whatever way its log tells it.

ISO 8601 (without a zone it is taken for UTC), and numbers since 1970: below 10^11 they are seconds, below 10^14
milliseconds, below 10^17 microseconds, else nanoseconds. What is neither counts as no time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

_NUMBER: Final = r"^-?[0-9]{1,19}(\.[0-9]{1,12})?$"
_FRACTION: Final = re.compile(r"(\.[0-9]{6})[0-9]+")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SCALES: Final = ((1e11, 1e6), (1e14, 1e3), (1e17, 1.0))


def micros(text: str) -> int | None:
    """One time, or None."""
    text = text.strip()
    if re.fullmatch(_NUMBER, text):
        number = float(text)
        return round(number * next((factor for below, factor in _SCALES if abs(number) < below), 1e-3))
    try:
        moment = datetime.fromisoformat(_FRACTION.sub(r"\1", text).replace("/", "-"))
    except ValueError:
        return None
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def column(values: Any) -> Any:
    """A column of times as int64 with nulls; strings, numbers, dates and timestamps are understood."""
    kind = values.type
    if pa.types.is_timestamp(kind):
        return values.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64())
    if pa.types.is_date(kind):
        return values.cast(pa.timestamp("us")).cast(pa.int64())
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _numbers(values.cast(pa.float64(), safe=False))
    texts = values.cast(pa.string())
    if pc.all(pc.match_substring_regex(texts, _NUMBER), min_count=0).as_py():
        return _numbers(texts.cast(pa.float64()))
    for moment in (pa.timestamp("us", "UTC"), pa.timestamp("us")):
        try:
            return texts.cast(moment).cast(pa.int64())
        except pa.ArrowInvalid:
            continue
    coded = texts.dictionary_encode()
    found = [None if text is None else micros(text) for text in coded.dictionary.to_pylist()]
    return pa.array([one if one is None or abs(one) < 2**63 else None for one in found], pa.int64()).take(coded.indices)


def _numbers(values: Any) -> Any:
    size = pc.abs(values)
    factor = pc.case_when(
        pc.make_struct(*(pc.less(size, below) for below, _ in _SCALES)), *(factor for _, factor in _SCALES), 1e-3
    )
    scaled = pc.round(pc.multiply(values, factor))
    usable = pc.and_(pc.is_finite(scaled), pc.less(pc.abs(scaled), 2.0**63))
    return pc.if_else(usable, scaled, None).cast(pa.int64())
