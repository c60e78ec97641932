"""The calendar: parsed back by the rules of RFC 5545, whatever the texts in it."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.matters.talks.ical import Entry, calendar

MEETING = Entry("a@verbale", "2026-11-24T08:00:00.120Z", "2026-12-03T09:00:00Z", "Talks", minutes=90)
DEADLINE = Entry("b@verbale", "2026-11-24T08:00:00.120Z", "2026-12-20", "Due")


def parsed(data: bytes) -> list[dict[str, str]]:
    """The events of a calendar, by hand and strictly: lines of at most 75 octets, CRLF, unfolded, unescaped."""
    assert data.endswith(b"\r\n")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
        # No letter is cut in two: each line is text by itself.
        line.decode()
    lines = data.decode().replace("\r\n ", "").split("\r\n")
    assert (lines[0], lines[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])
    events: list[dict[str, str]] = []
    inside = False
    for line in lines[1:-2]:
        name, colon, value = line.partition(":")
        assert colon, line
        assert re.fullmatch(r"[A-Z-]+(;[A-Z]+=[A-Z]+)*", name), name
        if line == "BEGIN:VEVENT":
            assert not inside
            events.append({})
            inside = True
        elif line == "END:VEVENT":
            inside = False
        elif inside:
            assert name not in events[-1]
            events[-1][name] = unescaped(value)
    assert not inside
    return events


def unescaped(value: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[;]", value)
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def test_a_meeting() -> None:
    (event,) = parsed(calendar([MEETING], "Ours"))
    assert event == {
        "UID": "a@verbale",
        "DTSTAMP": "20261124T080000Z",
        "DTSTART": "20261203T090000Z",
        "DTEND": "20261203T103000Z",
        "SUMMARY": "Talks",
        "SEQUENCE": "0",
        "STATUS": "CONFIRMED",
    }


def test_a_deadline_is_a_whole_day_whose_end_is_the_next() -> None:
    (event,) = parsed(calendar([DEADLINE]))
    assert (event["DTSTART;VALUE=DATE"], event["DTEND;VALUE=DATE"]) == ("20261220", "20261221")
    assert event["TRANSP"] == "TRANSPARENT"
    (last,) = parsed(calendar([Entry("c", DEADLINE.stamp, "9999-12-31", "x")]))
    assert "DTEND;VALUE=DATE" not in last
    (first,) = parsed(calendar([Entry("c", DEADLINE.stamp, "0007-01-01", "x")]))
    assert first["DTSTART;VALUE=DATE"] == "00070101"


def test_a_meeting_that_fell_is_cancelled_under_the_same_uid() -> None:
    (event,) = parsed(calendar([Entry("a", MEETING.stamp, MEETING.start, "x", sequence=3, cancelled=True)]))
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", "3")


def test_an_empty_calendar() -> None:
    assert parsed(calendar([])) == []


def test_nobody_writes_a_line_of_his_own() -> None:
    hostile = "x\r\nATTENDEE:mailto:x@example\nBEGIN:VALARM\rEND:VEVENT"
    (event,) = parsed(calendar([Entry("a", MEETING.stamp, MEETING.start, hostile, location=hostile)]))
    assert event["SUMMARY"] == hostile.replace("\r\n", "\n").replace("\r", "\n")
    assert set(event) == {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "SEQUENCE", "STATUS",
    }  # fmt: skip


@pytest.mark.parametrize("letter", ["x", "é", "語", "🕊", "\\", ";", ","])
@pytest.mark.parametrize("length", [*range(30, 40), *range(60, 80), 150, 300])
def test_long_lines_are_folded_between_letters(letter: str, length: int) -> None:
    (event,) = parsed(calendar([Entry("a", MEETING.stamp, MEETING.start, letter * length)]))
    assert event["SUMMARY"] == letter * length


@given(text=st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.just("\n"), min_size=1))
def test_any_text_comes_back(text: str) -> None:
    (event,) = parsed(calendar([Entry("a", MEETING.stamp, MEETING.start, "s", description=text)]))
    assert event["DESCRIPTION"] == text


def entries_of(data: bytes) -> dict[str, Any]:
    """By summary; for the tests of what stands above."""
    return {event["SUMMARY"]: event for event in parsed(data)}
