"""The moments of a test schedule and whose turn they are. Pure: a schedule is an entry of the state."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = ["first", "latest", "moment_of", "number_of", "slot_of", "turn"]


def moment_of(slot: str) -> datetime:
    """The moment that the text of a slot names."""
    return datetime.fromisoformat(slot)


def first(schedule: Mapping[str, Any]) -> datetime:
    """The moment of the first test."""
    return datetime.fromisoformat(f"{schedule['start']}T{schedule['at']}:00+00:00")


def slot_of(schedule: Mapping[str, Any], number: int) -> str:
    """The text of the slot with that number; the first is 0."""
    return f"{first(schedule) + number * timedelta(days=schedule['every']):%Y-%m-%dT%H:%M:%SZ}"


def number_of(schedule: Mapping[str, Any], slot: str) -> int | None:
    """Which slot of the schedule that is; None when it is none."""
    past, rest = divmod(moment_of(slot) - first(schedule), timedelta(days=schedule["every"]))
    return None if past < 0 or rest else past


def latest(schedule: Mapping[str, Any], now: datetime) -> int:
    """The number of the slot that has come last by `now`; negative before the first."""
    past: int = (now.astimezone(UTC) - first(schedule)) // timedelta(days=schedule["every"])
    return past


def turn(schedule: Mapping[str, Any], number: int, parties: list[str]) -> str:
    """Who sends the test of that slot: the side that set the schedule the first, then both in turn."""
    by: str = schedule["by"]
    other = next(node for node in parties if node != by)
    return other if number % 2 else by
