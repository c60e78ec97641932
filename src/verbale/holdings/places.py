"""Which row of an object is its first, its latest, or a double, for each audience. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from verbale.holdings.models import FIRST, LATEST, SHADOW
from verbale.holdings.rows import Row

__all__ = ["ALONE", "earliest", "latest", "moved", "placed", "representatives"]

ALONE = FIRST | LATEST
"""The place of an object's only row."""


def placed(rows: Sequence[Row]) -> Iterator[tuple[Row, int, bool]]:
    """Each row of one object on one shelf, with the place that it has, and whether others stand for other audiences."""
    groups: dict[int, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.audience, []).append(row)
    mixed = len(groups) > 1
    for group in groups.values():
        standing = representatives(group)
        first, last = earliest(standing), latest(standing)
        for row in group:
            if row not in standing:
                yield row, SHADOW, mixed
            else:
                yield row, FIRST * (row is first) | LATEST * (row is last), mixed


def moved(rows: Iterable[Row]) -> list[tuple[int, bool, int]]:
    """`(place, mixed, added)` of those rows, of any objects on one shelf, that have another place now."""
    objects: dict[str, list[Row]] = {}
    for row in rows:
        objects.setdefault(row.stix_id, []).append(row)
    return [
        (place, mixed, row.added)
        for group in objects.values()
        for row, place, mixed in placed(group)
        if (place, mixed) != (row.place, row.mixed)
    ]


def representatives(rows: Iterable[Row]) -> set[Row]:
    """One row a version: the one that came first."""
    found: dict[int, Row] = {}
    for row in rows:
        held = found.get(row.version)
        if held is None or row.added < held.added:
            found[row.version] = row
    return set(found.values())


def earliest(rows: Iterable[Row]) -> Row:
    return min(rows, key=lambda row: row.version)


def latest(rows: Iterable[Row]) -> Row:
    return max(rows, key=lambda row: row.version)
