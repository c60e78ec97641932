"""Pictures of precedents: where things stand in an SVG of fixed width. The tables behind them hold the numbers.

What is no whole number is written out here: a template would write it as the reader's language does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from django.utils.translation import gettext as _

from verbale.desk.precedents.words import BODY_NAMES, days_told, up_to
from verbale.knowledge.precedents import BODIES, BUCKETS, Case, Found, matrix_of

__all__ = ["Grid", "by_time", "by_type", "timeline_of"]

_MOST_LINES = 25
_LABELS, _LINE, _ROW, _TOP, _TAIL = 190, 480, 22, 30, 40
_TICKS = (1, 7, 30, 90, 365, 1_096, 3_652)
_SHAPES = {"political": "square", "industry": "circle", "attacker": "cross", "third_party": "diamond", "other": "ring"}
"""Each body has a shape of its own, so that nothing hangs on colour."""


@dataclass(frozen=True)
class Mark:
    x: str
    shape: str
    told: str


@dataclass(frozen=True)
class Line:
    label: str
    y: int
    middle: int
    end: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Tick:
    x: str
    told: str


def timeline_of(found: Sequence[Found]) -> dict[str, Any] | None:
    """The most alike of which a day of attribution is known: a line each, from the start on, on a logarithmic scale."""
    cases = [item.case for item in found if item.case.days][:_MOST_LINES]
    if not cases:
        return None
    longest = max(max(case.days.values()) for case in cases)
    most = next((tick for tick in _TICKS if tick >= longest), longest) or 1

    def at(days: int) -> str:
        return f"{_LABELS + _LINE * log10(days + 1) / log10(most + 1):.1f}"

    lines = [_line(place, case, at) for place, case in enumerate(cases)]
    bottom = _TOP + len(lines) * _ROW
    shown = {body for case in cases for body in case.days}
    key = [(_SHAPES[body], BODY_NAMES[body]) for body in BODIES if body in shown]
    return {
        "lines": lines,
        "ticks": [Tick(at(0), _("start")), *(Tick(at(tick), days_told(tick)) for tick in _TICKS if tick <= most)],
        "key": [
            {"shape": shape, "name": name, "x": 8, "middle": bottom + 22 + place * 18}
            for place, (shape, name) in enumerate(key)
        ],
        "left": _LABELS,
        "label_end": _LABELS - 10,
        "top": _TOP - 8,
        "bottom": bottom,
        "width": _LABELS + _LINE + _TAIL,
        "height": bottom + 16 + len(key) * 18,
    }


def _line(place: int, case: Case, at: Callable[[int], str]) -> Line:
    marks = tuple(
        Mark(at(days), _SHAPES[body], f"{BODY_NAMES[body]}: {case.attributed[body]}, {days_told(days)}")
        for body, days in case.days.items()
    )
    middle = _TOP + place * _ROW + _ROW // 2
    label = f"{case.id} · {case.start[:7]} · {', '.join(case.receivers[:1])}"
    return Line(label, middle - 5, middle, at(max(case.days.values())), marks)


@dataclass(frozen=True)
class Cell:
    x: int
    y: int
    middle_x: int
    middle_y: int
    count: int
    shade: str


@dataclass(frozen=True)
class Row:
    name: Any
    counts: tuple[int, ...]
    cells: tuple[Cell, ...]
    middle: int


@dataclass(frozen=True)
class Grid:
    """A matrix: the fuller a field, the darker; the number stands in it."""

    title: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[Row, ...]
    width: int
    height: int
    cell: tuple[int, int]
    label_end: int


_CELL_WIDTH, _CELL_HEIGHT, _GRID_LABELS, _GRID_TOP = 84, 30, 250, 34


def _grid(title: str, columns: Sequence[str], rows: Sequence[tuple[Any, Sequence[int]]]) -> Grid | None:
    most = max((count for _name, counts in rows for count in counts), default=0)
    if not most:
        return None
    drawn = []
    for place, (name, counts) in enumerate(rows):
        top = _GRID_TOP + place * _CELL_HEIGHT
        cells = tuple(
            Cell(
                x=_GRID_LABELS + column * _CELL_WIDTH,
                y=top,
                middle_x=_GRID_LABELS + column * _CELL_WIDTH + _CELL_WIDTH // 2,
                middle_y=top + 20,
                count=count,
                shade=f"{0.45 * count / most:.3f}",
            )
            for column, count in enumerate(counts)
        )
        drawn.append(Row(name, tuple(counts), cells, top + 20))
    heads = tuple((told, _GRID_LABELS + place * _CELL_WIDTH + _CELL_WIDTH // 2) for place, told in enumerate(columns))
    return Grid(
        title,
        heads,
        tuple(drawn),
        _GRID_LABELS + len(columns) * _CELL_WIDTH + 4,
        _GRID_TOP + len(rows) * _CELL_HEIGHT + 4,
        (_CELL_WIDTH - 2, _CELL_HEIGHT - 2),
        _GRID_LABELS - 10,
    )


def by_time(cases: Sequence[Case]) -> Grid | None:
    """Who attributed, and after how long."""
    columns = [*(up_to(days) for days in BUCKETS), _("longer"), _("year only")]
    rows = [(BODY_NAMES[body], (*counts, by_year)) for body, counts, by_year in matrix_of(cases)]
    return _grid(_("Who attributed, and how long after the start"), columns, rows)


def by_type(cases: Sequence[Case]) -> Grid | None:
    """Type of incident against the kind of response."""
    types = sorted({name for case in cases for name in case.types})
    rows = []
    for name in types:
        of_type = [case for case in cases if name in case.types]
        rows.append(
            (
                name,
                (
                    sum(bool(case.political) for case in of_type),
                    sum(bool(case.legal) for case in of_type),
                    sum(not case.answered and case.political is not None for case in of_type),
                ),
            )
        )
    return _grid(_("Type of incident and kind of response"), [_("political"), _("legal"), _("none recorded")], rows)
