"""Base64 and times: one spelling for each value."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.protocol import MalformedError, format_time, parse_time
from verbale.protocol.encoding import b64, from_b64, is_version_1


@given(st.binary(max_size=100))
def test_base64_reads_back(data: bytes) -> None:
    assert from_b64(b64(data), "value", length=len(data)) == data


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(None, "found NoneType", id="no text"),
        pytest.param(b"QQ==", "found bytes", id="bytes"),
        pytest.param("QQ", "is not base64", id="padding missing"),
        pytest.param("QQ=", "is not base64", id="padding too short"),
        pytest.param("QR==", "is not in canonical base64", id="unused bits set"),
        pytest.param("QQ==\n", "is not", id="line end"),
        pytest.param("Q Q==", "is not", id="white space"),
        pytest.param("-_8=", "is not", id="URL alphabet"),
        pytest.param("é===", "is not base64", id="outside ASCII"),
        pytest.param("QQ====", "is not", id="padding too long"),
    ],
)
def test_any_other_base64_is_refused(text: object, message: str) -> None:
    with pytest.raises(MalformedError, match=f"nonce.*{message}"):
        from_b64(text, "nonce")


def test_a_wrong_length_is_refused() -> None:
    with pytest.raises(MalformedError, match="nonce must be 12 bytes, found 1"):
        from_b64("QQ==", "nonce", length=12)


def test_time_is_rfc_3339_in_utc_with_milliseconds() -> None:
    moment = datetime(2026, 11, 24, 16, 2, 7, 120_999, tzinfo=timezone(timedelta(hours=2)))
    assert format_time(moment) == "2026-11-24T14:02:07.120Z"
    assert parse_time("2026-11-24T14:02:07.120Z", "issued") == datetime(2026, 11, 24, 14, 2, 7, 120_000, tzinfo=UTC)


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)))
def test_a_time_reads_back_to_the_millisecond(moment: datetime) -> None:
    text = format_time(moment)
    assert format_time(parse_time(text, "issued")) == text
    assert timedelta(0) <= moment - parse_time(text, "issued") < timedelta(milliseconds=1)


@given(*[st.datetimes(timezones=st.just(UTC)) for _ in range(2)])
def test_times_sort_as_text(one: datetime, other: datetime) -> None:
    one, other = (parse_time(format_time(moment), "") for moment in (one, other))
    assert (one < other) == (format_time(one) < format_time(other))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="no text"),
        pytest.param("2026-11-24T14:02:07Z", id="no milliseconds"),
        pytest.param("2026-11-24T14:02:07.120000Z", id="microseconds"),
        pytest.param("2026-11-24T14:02:07.120+00:00", id="offset instead of Z"),
        pytest.param("2026-11-24T14:02:07.120z", id="small z"),
        pytest.param("2026-11-24 14:02:07.120Z", id="blank instead of T"),
        pytest.param("2026-11-24T14:02:07.120Z\n", id="line end"),
        pytest.param("٢026-11-24T14:02:07.120Z", id="digit outside ASCII"),
        pytest.param("2026-02-30T14:02:07.120Z", id="30 February"),
        pytest.param("2026-11-24T24:00:00.000Z", id="24 o'clock"),
        pytest.param("2026-11-24T14:02:60.000Z", id="leap second"),
        pytest.param("0000-01-01T00:00:00.000Z", id="year 0"),
    ],
)
def test_any_other_time_is_refused(text: object) -> None:
    with pytest.raises(MalformedError, match="issued"):
        parse_time(text, "issued")


@pytest.mark.parametrize("value", [True, 0, 2, "1", None, 1.0])
def test_version_1_is_the_number_1_and_nothing_else(value: object) -> None:
    assert is_version_1(1)
    assert not is_version_1(value)
