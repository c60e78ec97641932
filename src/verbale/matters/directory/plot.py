"""Response times as a plot: where each bar stands in an SVG of fixed width. The table behind it holds the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from verbale.matters.directory.figures import Figure
from verbale.matters.directory.words import duration
from verbale.node.partners import colour_of, name_of

__all__ = ["plot_of"]

_LABELS, _BARS, _ROW, _TOP, _TAIL = 170, 420, 24, 26, 110
_TICKS = (60, 600, 3_600, 6 * 3_600, 86_400, 7 * 86_400, 30 * 86_400)
_LEAST = 10.0
"""Seconds at the left edge of the logarithmic scale."""


@dataclass(frozen=True)
class Bar:
    name: str
    colour: str
    y: int
    middle: int
    width: int
    end: int
    told: str


@dataclass(frozen=True)
class Tick:
    x: int
    told: str


def plot_of(figures: Sequence[Figure]) -> dict[str, Any] | None:
    """Bars of the median times on a logarithmic scale, the quickest first; None without any answer."""
    rows = sorted(
        ((figure.median_seconds, figure.state) for figure in figures if figure.median_seconds is not None),
    )
    if not rows:
        return None
    most = next((tick for tick in _TICKS if tick >= rows[-1][0]), max(rows[-1][0], _TICKS[-1]))

    def at(seconds: float) -> int:
        return round(_BARS * log10(max(seconds, _LEAST) / _LEAST) / log10(most / _LEAST))

    bars = [
        Bar(
            name=name_of(state),
            colour=colour_of(state),
            y=_TOP + place * _ROW + 4,
            middle=_TOP + place * _ROW + 17,
            width=max(2, at(seconds)),
            end=_LABELS + max(2, at(seconds)) + 6,
            told=duration(seconds),
        )
        for place, (seconds, state) in enumerate(rows)
    ]
    return {
        "bars": bars,
        "ticks": [Tick(_LABELS + at(tick), duration(tick)) for tick in _TICKS if tick <= most],
        "left": _LABELS,
        "label_end": _LABELS - 8,
        "width": _LABELS + _BARS + _TAIL,
        "height": _TOP + len(rows) * _ROW + 6,
        "bottom": _TOP + len(rows) * _ROW,
        "top": _TOP - 4,
    }
