"""Whether a contact can be reached at a moment, by the clock of its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

__all__ = ["Reach", "is_zone", "reach"]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Whether this machine knows an IANA time zone of that name."""
    return name in _zones()


@dataclass(frozen=True)
class Reach:
    """How a contact is reached at a moment."""

    local: datetime | None
    """The clock there; None when this machine does not know the zone."""
    always: bool
    now: bool | None
    """Within its hours; None when that cannot be told."""
    until: datetime | None = None
    """End of the hours that run, by the clock there."""
    next: datetime | None = None
    """When the next ones begin, by the clock there."""


def reach(hours: Mapping[str, Any], moment: datetime) -> Reach:
    """How a contact of those hours is reached at `moment`."""
    always = bool(hours.get("always"))
    zone = str(hours["zone"])
    if not is_zone(zone):
        return Reach(None, always, True if always else None)
    local = moment.astimezone(ZoneInfo(zone))
    if always:
        return Reach(local, True, True)
    days = hours.get("days", [1, 2, 3, 4, 5])
    opens, closes = _clock(hours.get("opens", "09:00")), _clock(hours.get("closes", "17:00"))
    following = None
    # From yesterday, whose hours may run past midnight, to the same day of next week.
    for shift in range(-1, 8):
        day = local.date() + timedelta(days=shift)
        if day.isoweekday() not in days:
            continue
        begin = datetime.combine(day, opens, local.tzinfo)
        end = datetime.combine(day if closes > opens else day + timedelta(days=1), closes, local.tzinfo)
        if begin <= local < end:
            return Reach(local, False, True, until=end)
        if following is None and begin > local:
            following = begin
    return Reach(local, False, False, next=following)


def _clock(text: str) -> time:
    return time.fromisoformat(text)
