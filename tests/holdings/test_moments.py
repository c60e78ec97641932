"""Moments as they are written and kept."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.holdings.moments import micros, parse_moment, stix_moment, taxii_moment

moments = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999_999))


@given(moment=moments)
def test_what_is_written_is_read_again(moment: datetime) -> None:
    value = micros(moment.replace(tzinfo=UTC))
    assert taxii_moment(value) == f"{moment.isoformat(timespec='microseconds')}Z"
    assert parse_moment(taxii_moment(value)) == parse_moment(stix_moment(value)) == value


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("2026-01-01T00:00:00Z", 0),
        ("2026-01-01T00:00:00.5Z", 500_000),
        ("2026-01-01T00:00:00.123456789Z", 123_456),
    ],
)
def test_digits_are_as_many_as_one_likes(text: str, after: int) -> None:
    start = micros(datetime(2026, 1, 1, tzinfo=UTC))
    assert parse_moment(text) == start + after
    assert stix_moment(start + 500_000) == "2026-01-01T00:00:00.500Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00+00:00",
        "2026-13-01T00:00:00Z",
        "2026-01-01t00:00:00z",
        "٢٠٢٦-01-01T00:00:00Z",
    ],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert parse_moment(text) is None
