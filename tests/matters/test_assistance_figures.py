"""Figures on how requests are answered: pure, from states and a moment."""

from datetime import UTC, datetime
from typing import Any

from verbale.matters.assistance.figures import figures

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def case(partner: str, *, ours: bool = True, word: str = "request", **state: Any) -> dict[str, Any]:
    opening = {
        "word": word,
        "asks": "CR" if ours else partner,
        "helps": partner if ours else "CR",
        "items": ["a", "b"],
        "issued": "2026-11-20T12:00:00.000Z",
        "reply_by": state.pop("reply_by", None),
    }
    return {"opening": opening, **state}


def answered(word: str, items: list[int], on: str) -> dict[str, Any]:
    return {"answer": {"word": word, "items": items}, "answered": f"{on}T12:00:00.000Z"}


def test_nothing_gives_nothing() -> None:
    assert figures([], "CR", NOON) == []
    assert figures([{}, case("LZ", word="offer")], "CR", NOON) == []


def test_median_share_and_what_waits() -> None:
    states = [
        case("LZ", **answered("accept", [1, 2], "2026-11-21")),
        case("LZ", **answered("accept", [1], "2026-11-23")),
        case("LZ", **answered("refuse", [], "2026-11-28"), closed={}),
        case("LZ", reply_by="2026-11-29"),
        case("LZ", reply_by="2026-11-30"),
        case("LZ", closed={}),
    ]
    (row,) = figures(states, "CR", NOON)
    assert (row.partner, row.ours, row.requests, row.answered) == ("LZ", True, 6, 3)
    assert (row.accepted, row.in_part, row.refused, row.share_accepted) == (2, 1, 1, 67)
    assert (row.median_days, row.waiting, row.waiting_days, row.overdue) == (3.0, 2, 10.0, 1)


def test_to_help_is_to_have_answered() -> None:
    (row,) = figures([case("LZ", answered="2026-11-22T12:00:00.000Z", met={"1": {}})], "CR", NOON)
    assert (row.answered, row.accepted, row.in_part, row.waiting, row.median_days) == (1, 1, 1, 0, 2.0)


def test_by_partner_and_direction_ours_first() -> None:
    states = [case("VD", ours=False), case("LZ", ours=False), case("VD"), case("LZ")]
    assert [(row.partner, row.ours) for row in figures(states, "CR", NOON)] == [
        ("LZ", True),
        ("VD", True),
        ("LZ", False),
        ("VD", False),
    ]


def test_what_was_not_answered_has_neither_median_nor_share() -> None:
    (row,) = figures([case("LZ")], "CR", NOON)
    assert (row.median_days, row.share_accepted) == (None, None)


def test_a_clock_ahead_of_ours_makes_no_negative_days() -> None:
    (row,) = figures([case("LZ", **answered("accept", [1], "2026-11-19"))], "CR", NOON)
    assert row.median_days == 0.0


def test_requests_between_others_do_not_count() -> None:
    assert figures([case("LZ")], "VD", NOON) == []
