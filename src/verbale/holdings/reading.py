"""Reading for a viewer: the streams of the audiences that include it, merged in the order of arrival.

Each stream is a walk along one index from where the reader stands, so a page costs the same however much there is, and
however much of it the reader may not see.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db import connection

from verbale.holdings import rows
from verbale.holdings.models import FIRST, LATEST, SHADOW, Entry, Shelf
from verbale.holdings.places import earliest, latest, representatives
from verbale.holdings.rows import Row, audience_of, marks
from verbale.holdings.viewing import Viewer, visible

__all__ = ["Held", "Page", "Query", "chosen", "get", "manifest", "page", "versions"]

_TABLE = Entry._meta.db_table
_STREAMS_AT_ONCE = 100
"""In one statement; SQLite takes 500."""
_SPEC_VERSION = Entry.spec_version


@dataclass(frozen=True)
class Query:
    """What is asked for, as TAXII 2.1 section 3.4 has it. Empty filters ask for all, `versions` for the latest.

    `versions` holds `first`, `last`, `all` or moments in microseconds.
    """

    after: int = -(1 << 62)
    limit: int = 100
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    versions: tuple[str | int, ...] = ()
    spec_versions: tuple[str, ...] = ()

    def then(self, **changes: Any) -> "Query":
        return replace(self, **changes)


class Held(NamedTuple):
    """One object as a viewer gets it."""

    added: int
    stix_id: str
    type: str
    version: int
    revoked: bool
    marking: str
    source: int
    raw: bytes


class Page(NamedTuple):
    entries: list[Held]
    more: bool
    cursor: int
    """`added` of the last entry: where the next page begins."""


class _Found(NamedTuple):
    added: int
    stix_id: str
    type: str
    version: int
    revoked: bool
    audience: int
    source: int
    mixed: bool
    raw: Any


def page(shelf: Shelf, viewer: Viewer, query: Query) -> Page:
    """What a viewer sees of a shelf, oldest first."""
    return _page(visible(shelf, viewer), query, raw=True)


def manifest(shelf: Shelf, viewer: Viewer, query: Query) -> Page:
    """The same without the bytes of the objects."""
    return _page(visible(shelf, viewer), query, raw=False)


def versions(shelf: Shelf, viewer: Viewer, stix_id: str, query: Query) -> Page:
    """The versions of one object, in the order in which they came."""
    return manifest(shelf, viewer, query.then(ids=(stix_id,), types=(), versions=("all",)))


def get(shelf: Shelf, viewer: Viewer, stix_id: str) -> Held | None:
    """The latest version of one object, if the viewer sees one."""
    found = page(shelf, viewer, Query(ids=(stix_id,), limit=1)).entries
    return found[0] if found else None


def chosen(seen: Sequence[Row], wanted: Sequence[str | int]) -> set[Row]:
    """Of the rows of one object that a viewer sees, those that a version filter asks for, one a version."""
    standing = representatives(seen)
    if not standing or "all" in wanted:
        return standing
    found = {row for row in standing if row.version in wanted}
    if "first" in wanted:
        found.add(earliest(standing))
    if "last" in wanted:
        found.add(latest(standing))
    return found


def _page(audiences: dict[int, str], query: Query, *, raw: bool) -> Page:
    if query.spec_versions and _SPEC_VERSION not in query.spec_versions:
        return Page([], False, query.after)
    wanted = query.versions or ("last",)
    entries: list[Held] = []
    after = query.after
    while audiences:
        missing = query.limit + 1 - len(entries)
        found = _found(audiences, query, wanted, after, missing, raw)
        for row in _settled(found, list(audiences), wanted):
            if len(entries) == query.limit:
                return Page(entries, True, entries[-1].added)
            entries.append(
                Held(
                    row.added,
                    row.stix_id,
                    row.type,
                    row.version,
                    bool(row.revoked),
                    audiences[row.audience],
                    row.source,
                    bytes(row.raw or b""),
                )
            )
        if len(found) < missing:
            break
        after = found[-1].added
    return Page(entries, False, entries[-1].added if entries else query.after)


def _settled(found: Sequence[_Found], audiences: list[int], wanted: Sequence[str | int]) -> Iterator[_Found]:
    """Without those that are not the first, the latest or the only one of a version among all that the viewer sees."""
    unclear = list({row.stix_id for row in found if row.mixed})
    standing: set[int] = set()
    if unclear:
        groups: dict[str, list[Row]] = {}
        for row in rows.known(unclear, audiences):
            groups.setdefault(row.stix_id, []).append(row)
        standing = {row.added for group in groups.values() for row in chosen(group, wanted)}
    return (row for row in found if not row.mixed or row.added in standing)


def _found(
    audiences: dict[int, str], query: Query, wanted: Sequence[str | int], after: int, count: int, raw: bool
) -> list[_Found]:
    columns = "e.added, e.stix_id, e.type, e.version, e.revoked, e.audience_id, e.source_id, e.mixed, " + (
        "e.raw" if raw else "NULL"
    )
    if query.ids:
        return _by_id(columns, audiences, query, wanted, after, count)
    streams = list(_streams(audiences, query.types, wanted))
    found: list[_Found] = []
    for start in range(0, len(streams), _STREAMS_AT_ONCE):
        parts, values = [], []
        for where, bound in streams[start : start + _STREAMS_AT_ONCE]:
            parts.append(
                f"SELECT * FROM (SELECT added FROM {_TABLE} WHERE {where} AND added > %s ORDER BY added LIMIT %s) s"  # noqa: S608
            )
            values += [*bound, after, count]
        found += _read(
            f"SELECT {columns} FROM (SELECT added FROM ({' UNION ALL '.join(parts)}) u ORDER BY added LIMIT %s) k "  # noqa: S608
            f"JOIN {_TABLE} e ON e.added = k.added ORDER BY e.added",
            [*values, count],
        )
    return sorted(found)[:count] if len(streams) > _STREAMS_AT_ONCE else found


def _streams(
    audiences: dict[int, str], types: Sequence[str], wanted: Sequence[str | int]
) -> Iterator[tuple[str, list[Any]]]:
    """Conditions, each a walk along one index."""
    moments = [value for value in wanted if isinstance(value, int)]
    for audience in audiences:
        for kind in dict.fromkeys(types) or (None,):
            for place in range(SHADOW):
                where, bound = ["audience_id = %s", "place = %s"], [audience, place]
                if kind is not None:
                    where.insert(1, "type = %s")
                    bound.insert(1, kind)
                if not _asked(place, wanted):
                    if not moments:
                        continue
                    where.append(f"version IN ({marks(len(moments))})")
                    bound += moments
                yield " AND ".join(where), bound


def _asked(place: int, wanted: Sequence[str | int]) -> bool:
    return "all" in wanted or ("last" in wanted and place & LATEST != 0) or ("first" in wanted and place & FIRST != 0)


def _by_id(
    columns: str, audiences: dict[int, str], query: Query, wanted: Sequence[str | int], after: int, count: int
) -> list[_Found]:
    ids = list(dict.fromkeys(query.ids))
    places = [place for place in range(SHADOW) if _asked(place, wanted)]
    moments = [value for value in wanted if isinstance(value, int)]
    keys = [Entry.key_of(stix_id) for stix_id in ids]
    where = [
        f"e.key IN ({marks(len(ids))})",
        f"e.stix_id IN ({marks(len(ids))})",
        f"{audience_of('e')} IN ({marks(len(audiences))})",
    ]
    values: list[Any] = [*keys, *ids, *audiences]
    either = []
    if places:
        either.append(f"e.place + 0 IN ({marks(len(places))})")
        values += places
    if moments:
        either.append(f"e.place <> {SHADOW} AND e.version IN ({marks(len(moments))})")
        values += moments
    where.append(f"({' OR '.join(either)})")
    if query.types:
        where.append(f"e.type IN ({marks(len(query.types))})")
        values += query.types
    return _read(
        # The sums keep the planner from walking along other indexes in search of a few ids.
        f"SELECT {columns} FROM {_TABLE} e WHERE {' AND '.join(where)} AND e.added + 0 > %s "  # noqa: S608
        "ORDER BY e.added + 0 LIMIT %s",
        [*values, after, count],
    )


def _read(statement: str, values: Sequence[Any]) -> list[_Found]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [_Found(*row) for row in cursor.fetchall()]
