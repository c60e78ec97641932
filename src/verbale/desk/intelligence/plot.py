"""The graph of sources and what they share, as places in an SVG: sources at the left, features at the right, a line
where one names the other. The table behind it holds the same in words."""

from dataclasses import dataclass
from typing import Any

from verbale.desk.intelligence.named import Read
from verbale.intel.correlation import TECHNIQUE, Correlation, Shared

__all__ = ["graph"]

_MOST_SOURCES, _MOST_FEATURES = 24, 30
_LEFT, _RIGHT, _WIDTH, _ROW, _TOP = 370, 610, 980, 24, 16
_CUT = 50


@dataclass(frozen=True)
class Dot:
    """A source or a feature."""

    x: int
    y: int
    text_x: int
    text_y: int
    name: str
    told: str
    square: bool = False
    """Techniques and software are squares, values are circles, so that nothing hangs on colour."""


@dataclass(frozen=True)
class Line:
    x1: int
    y1: int
    x2: int
    y2: int
    told: str


def graph(read: Read, found: Correlation) -> dict[str, Any] | None:
    """None when nothing is shared."""
    chosen: list[Shared] = []
    keys: list[str] = []
    for item in found.shared[:_MOST_FEATURES]:
        more = [source for source in item.sources if source not in keys]
        if len(keys) + len(more) <= _MOST_SOURCES:
            chosen.append(item)
            keys += more
    if not chosen:
        return None
    # Sources that hang together stand together, so that few lines cross.
    groups = found.group_of()
    keys.sort(key=lambda key: groups.get(key, -1))
    rows = max(len(keys), len(chosen))
    left = {key: _place(place, len(keys), rows) for place, key in enumerate(keys)}
    chosen.sort(key=lambda item: sum(left[source] for source in item.sources) / len(item.sources))
    sources = [_source(read, key, left[key]) for key in keys]
    features, lines = [], []
    for place, item in enumerate(chosen):
        y = _place(place, len(chosen), rows)
        name = item.feature.value
        features.append(
            Dot(
                _RIGHT, y, _RIGHT + 12, y + 4, name if len(name) <= _CUT else f"{name[:_CUT]}…",
                f"{item.feature.kind}: {name}", square=item.feature.kind in (TECHNIQUE, "software"),
            )
        )  # fmt: skip
        for source in item.sources:
            told = f"{read.sources[source].name} – {name}"
            lines.append(Line(_LEFT, left[source], _RIGHT, y, told))
    return {
        "sources": sources,
        "features": features,
        "lines": lines,
        "width": _WIDTH,
        "height": _TOP * 2 + rows * _ROW,
        "whole": len(chosen) == len(found.shared),
    }


def _place(place: int, count: int, rows: int) -> int:
    """Spread over the height of the longer column."""
    return _TOP + round((place + 0.5) * rows * _ROW / count)


def _source(read: Read, key: str, y: int) -> Dot:
    name = read.sources[key].name
    return Dot(_LEFT, y, _LEFT - 12, y + 4, name if len(name) <= _CUT else f"{name[:_CUT]}…", name)
