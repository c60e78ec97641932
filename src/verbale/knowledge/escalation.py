"""Tension between two states, as a curve over the events between them.

Each event has a value of the Goldstein scale: below nought conflict, above it cooperation. Tension

    falls by half in every half-life,
    changes at an event by the event's value, with its sign turned round,
    never falls below nought.

The values are those of Goldstein (1992), who adds them up over a period of time. In place of periods with edges each
event here weighs half after a half-life. The floor is that of a cumulative sum (Page 1954): cooperation takes tension
away that is there, and cannot be saved up to outweigh what comes later. Events of one moment are added before the
floor, so the order in which they are given never matters.

Levels have two thresholds each: they are entered at one and left below the lower one.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from verbale.knowledge.events import Coding, TensionLevel

__all__ = ["Crossing", "Curve", "Event", "Point", "Trend", "curve_of", "reach"]

_DAY = 86_400.0
_TREND_OVER = timedelta(days=7)
_TREND_LEAST = 0.5
"""How much tension must have changed in the time of a trend to be called rising or falling."""
_REACH = 12
"""Half-lives after which an event weighs nothing that would be seen: less than 1/4000 of what it was."""

Trend = str
"""`rising`, `falling` or `steady`."""


@dataclass(frozen=True)
class Event:
    """One act between the two, as the curve sees it."""

    moment: datetime
    value: float
    author: str = ""
    key: str = ""
    """What it is known by outside: the id of the act."""


@dataclass(frozen=True)
class Point:
    """A moment at which something was said."""

    moment: datetime
    before: float
    """Tension just before it."""
    tension: float
    """Tension after it."""
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Crossing:
    """From one level to another."""

    moment: datetime
    before: TensionLevel
    after: TensionLevel
    rising: bool
    keys: tuple[str, ...]
    """The events that did it; none when it wore off with time."""


class Curve:
    """What became of tension, at every moment up to `until`."""

    def __init__(self, points: Sequence[Point], crossings: Sequence[Crossing], coding: Coding, until: datetime) -> None:
        self.points, self.crossings, self.coding, self.until = tuple(points), tuple(crossings), coding, until
        self._moments = [point.moment for point in self.points]

    def at(self, moment: datetime) -> float:
        """Tension at a moment."""
        place = bisect_right(self._moments, moment)
        return _worn(self.points[place - 1], moment, self.coding.half_life_days) if place else 0.0

    def level_at(self, moment: datetime) -> TensionLevel:
        passed = [crossing for crossing in self.crossings if crossing.moment <= moment]
        return passed[-1].after if passed else self.coding.levels[0]

    @property
    def level(self) -> TensionLevel:
        """The level that stands."""
        return self.level_at(self.until)

    @property
    def entered(self) -> Crossing | None:
        """How the level that stands was come to; None when it was never another."""
        return self.crossings[-1] if self.crossings else None

    @property
    def tension(self) -> float:
        return self.at(self.until)

    @property
    def trend(self) -> Trend:
        """Against a week before."""
        change = self.tension - self.at(self.until - _TREND_OVER)
        return "rising" if change >= _TREND_LEAST else "falling" if change <= -_TREND_LEAST else "steady"


def reach(coding: Coding) -> timedelta:
    """How long before a moment events still bear on it."""
    return timedelta(days=_REACH * coding.half_life_days)


def curve_of(events: Iterable[Event], coding: Coding, until: datetime) -> Curve:
    """The curve of these events, given in any order. What is dated after `until` does not count yet."""
    known = sorted((event for event in events if event.moment <= until), key=lambda event: (event.moment, event.key))
    points: list[Point] = []
    crossings: list[Crossing] = []
    level = 0
    for moment, group in groupby(known, key=lambda event: event.moment):
        together = list(group)
        if points:
            level = _wear_off(crossings, points[-1], moment, level, coding)
        before = _worn(points[-1], moment, coding.half_life_days) if points else 0.0
        # fsum is exact: the sum is the same in whatever order events of one moment came.
        tension = max(0.0, before - math.fsum(event.value for event in together))
        keys = tuple(event.key for event in together)
        points.append(Point(moment, before, tension, keys))
        level = _cross(crossings, moment, tension, level, coding, keys)
    if points:
        _wear_off(crossings, points[-1], until, level, coding)
    return Curve(points, crossings, coding, until)


def _worn(point: Point, moment: datetime, half_life_days: float) -> float:
    days = (moment - point.moment).total_seconds() / _DAY
    return point.tension * math.exp2(-days / half_life_days)


def _cross(
    crossings: list[Crossing], moment: datetime, tension: float, level: int, coding: Coding, keys: tuple[str, ...]
) -> int:
    """The level at this tension, coming from that one; noted when it is another."""
    levels, found = coding.levels, level
    while found + 1 < len(levels) and tension >= levels[found + 1].enter:
        found += 1
    while found and tension < levels[found].leave:
        found -= 1
    if found != level:
        crossings.append(Crossing(moment, levels[level], levels[found], found > level, keys))
    return found


def _wear_off(crossings: list[Crossing], point: Point, until: datetime, level: int, coding: Coding) -> int:
    """The levels that are left between a point and a moment because tension wears off, each at the time it falls."""
    while level:
        leave = coding.levels[level].leave
        # A level that stands is at or above where it is left, so this is no negative time.
        days = coding.half_life_days * math.log2(point.tension / leave)
        moment = point.moment + timedelta(days=days)
        if moment >= until:
            break
        crossings.append(Crossing(moment, coding.levels[level], coding.levels[level - 1], False, ()))
        level -= 1
    return level
