"""The curve of tension and the events under it, as places in an SVG; the table behind it holds the numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.template.defaultfilters import date as date_filter
from django.utils import timezone

from verbale.desk.relations.events import Relation
from verbale.desk.relations.words import level_name
from verbale.node.identity import node_name
from verbale.node.partners import colour_of, name_of

__all__ = ["plot_of"]

_LEFT, _WIDTH, _RIGHT = 24, 740, 26
_TOP, _CURVE, _GAP, _STRIP, _FOOT = 14, 190, 22, 84, 22
_STEPS = 330
"""Places along the curve that are worked out; between them lies a straight line."""
_SCALE_END = 10.0
"""Values of the Goldstein scale lie between minus and plus this."""
_MOST_TICKS = 6
_LEAST_BAR = 1.0
"""An event of value nought is still seen."""


@dataclass(frozen=True)
class Threshold:
    y: float
    told: str


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    height: float
    colour: str
    name: str
    told: str
    ours: bool


@dataclass(frozen=True)
class Tick:
    x: float
    told: str


def plot_of(relation: Relation, days: int) -> dict[str, Any] | None:
    """The last `days`; None when no act of them counts and no tension is left from before."""
    until = relation.curve.until
    start = until - timedelta(days=days)
    counted = [item for item in relation.said if item.counts and item.moment >= start]
    if not counted and relation.curve.at(start) < 0.05:
        return None
    levels = relation.curve.coding.levels
    most = (
        max(levels[-1].enter, *(point.tension for point in relation.curve.points if point.moment >= start), 0.0) * 1.08
    )

    def x(moment: datetime) -> float:
        return round(_LEFT + _WIDTH * ((moment - start) / (until - start)), 1)

    def y(tension: float) -> float:
        return round(_TOP + _CURVE * (1 - tension / most), 1)

    zero = _TOP + _CURVE + _GAP + _STRIP / 2
    me = node_name()
    return {
        "line": " ".join(f"{x(moment)},{y(tension)}" for moment, tension in _course(relation, start)),
        "thresholds": [Threshold(y(level.enter), level_name(level)) for level in levels[1:]],
        "bars": [
            Bar(
                x=x(item.moment) - 1.5,
                y=round(zero - _height(item.value) if item.value >= 0 else zero, 1),
                height=_height(item.value),
                colour=colour_of(item.author),
                name=name_of(item.author),
                told=f"{item.value:+.1f}",
                ours=item.author == me,
            )
            for item in counted
        ],
        "ticks": [Tick(x(moment), date_filter(timezone.localtime(moment), "j M")) for moment in _days(start, until)],
        "sides": [{"name": name_of(node), "colour": colour_of(node)} for node in (me, relation.node)],
        "left": _LEFT,
        "right": _LEFT + _WIDTH,
        "label": _LEFT + 5,
        "top": _TOP,
        "floor": _TOP + _CURVE,
        "zero": zero,
        "strip_top": _TOP + _CURVE + _GAP,
        "bottom": _TOP + _CURVE + _GAP + _STRIP,
        "foot": _TOP + _CURVE + _GAP + _STRIP + 16,
        "width": _LEFT + _WIDTH + _RIGHT,
        "height": _TOP + _CURVE + _GAP + _STRIP + _FOOT,
    }


def _height(value: float) -> float:
    return round(max(_LEAST_BAR, _STRIP / 2 * abs(value) / _SCALE_END), 1)


def _course(relation: Relation, start: datetime) -> list[tuple[datetime, float]]:
    """Tension at even steps, and before and after each event, where it jumps."""
    curve = relation.curve
    step = (curve.until - start) / _STEPS
    places = [(start + step * place, 1, curve.at(start + step * place)) for place in range(_STEPS + 1)]
    for point in curve.points:
        if point.moment >= start:
            places += [(point.moment, 0, point.before), (point.moment, 2, point.tension)]
    return [(moment, tension) for moment, _order, tension in sorted(places)]


def _days(start: datetime, until: datetime) -> list[datetime]:
    """A few midnights, evenly apart, the last one today."""
    last = timezone.localtime(until).replace(hour=0, minute=0, second=0, microsecond=0)
    apart = timedelta(days=max(1, round((until - start).days / _MOST_TICKS)))
    return [moment for place in range(_MOST_TICKS) if (moment := last - place * apart) >= start]
