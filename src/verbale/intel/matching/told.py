"""The outcome of a match as plain values: rows of a table for a page, and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from ..text import clean_line, visible_value
from .run import Hit, Matched
from .sightings import moment, stamp

__all__ = ["hit_rows", "matched_json"]


def when(micros: int | None) -> str:
    """A time as `2026-11-24T12:00:00.000Z`, "" where none is known."""
    return "" if micros is None else stamp(moment(micros))


def hit_rows(hits: Iterable[Hit]) -> list[dict[str, Any]]:
    """A row for each hit, for a table: most rows first. What came from a log or from elsewhere can be shown as it is
    here: nothing in it moves the cursor or turns the direction of writing."""
    return [
        {
            "indicator": hit.indicator,
            "name": clean_line(hit.name),
            "origin": hit.origin,
            "marking": hit.marking or "",
            "kind": hit.kind,
            "value": visible_value(hit.value),
            "count": hit.count,
            "in_time": hit.in_time,
            "first": when(hit.first),
            "last": when(hit.last),
            "file": visible_value(hit.file),
            "row": hit.row,
            "logs": [visible_value(path) for path in hit.logs],
            "log_count": hit.log_count,
        }
        for hit in sorted(hits, key=lambda hit: (-hit.count, hit.indicator, hit.kind, hit.value))
    ]


def matched_json(matched: Matched) -> dict[str, Any]:
    """All of it: hits, what was read of each log, and what became of the indicators."""
    planned = matched.indicators
    return {
        "hits": hit_rows(matched.hits),
        "more": matched.more,
        "logs": [msgspec.to_builtins(account) for account in matched.logs],
        "indicators": {
            "read": planned.count,
            "looked_for": planned.looked,
            "not_looked_for": planned.unlooked,
            "examples": [msgspec.to_builtins(one) for one in planned.examples],
        },
    }
