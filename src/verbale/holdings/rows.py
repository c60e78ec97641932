"""Rows of entries in bulk: written and read past the models, since there are millions of them."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from verbale.holdings.models import Entry, Term

__all__ = ["Row", "audience_of", "delete", "in_parts", "insert", "known", "marks", "raws", "tune", "update", "write"]

_TABLE = Entry._meta.db_table
_TERMS = Term._meta.db_table
_COLUMNS = (
    "added",
    "audience_id",
    "source_id",
    "place",
    "mixed",
    "revoked",
    "version",
    "type",
    "stix_id",
    "key",
    "raw",
)
_AT_ONCE = 500
"""Values in one list of a statement; every SQLite takes that many."""
_MOST_NAMED = 400
"""Audiences in such a statement."""


class Row(NamedTuple):
    """What the places of an object's versions are told from."""

    stix_id: str
    added: int
    audience: int
    source: int
    place: int
    mixed: bool
    version: int


def in_parts(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """So many values that one statement takes them."""
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))


def marks(count: int) -> str:
    """`%s, %s, %s`"""
    return ", ".join(["%s"] * count)


def audience_of(table: str) -> str:
    """The audience of an entry in a condition beside that on its key, so that the index of both answers without the
    row: PostgreSQL looks in an index for plain columns only, and SQLite would take another index for one."""
    return f"{table}.audience_id" + ("" if connection.vendor == "postgresql" else " + 0")


def known(ids: Iterable[str], audiences: Collection[int]) -> list[Row]:
    """All rows of these objects for these audiences."""
    if not audiences:
        return []
    found: list[Row] = []
    asked, allowed = set(ids), set(audiences)
    # What is for others is not read at all; with a great many audiences it is left out here.
    named = sorted(allowed) if len(allowed) <= _MOST_NAMED else []
    also = f" AND {audience_of('e')} IN ({marks(len(named))})" if named else ""
    with connection.cursor() as cursor:
        for part in in_parts([Entry.key_of(stix_id) for stix_id in asked]):
            cursor.execute(
                "SELECT e.stix_id, e.added, e.audience_id, e.source_id, e.place, e.mixed, e.version "  # noqa: S608 — names of ours
                f"FROM {_TABLE} e WHERE e.key IN ({marks(len(part))}){also}",
                [*part, *named],
            )
            found.extend(Row(*row) for row in cursor.fetchall() if row[2] in allowed and row[0] in asked)
    return found


def raws(added: Sequence[int]) -> dict[int, bytes]:
    """The bytes of entries."""
    found: dict[int, bytes] = {}
    with connection.cursor() as cursor:
        for part in in_parts(added):
            cursor.execute(f"SELECT added, raw FROM {_TABLE} WHERE added IN ({marks(len(part))})", part)  # noqa: S608
            found.update((key, bytes(raw)) for key, raw in cursor.fetchall())
    return found


def insert(rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows in the order of the table's columns, `raw` last."""
    write(_TABLE, _COLUMNS, rows)


def write(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of any table, by the fastest road that the database has."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks(len(columns))})",  # noqa: S608
                rows,
            )


def update(rows: Sequence[tuple[int, bool, int]]) -> None:
    """`(place, mixed, added)` for rows that have another place now."""
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {_TABLE} SET place = %s, mixed = %s WHERE added = %s", rows)  # noqa: S608


def delete(added: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        for part in in_parts(added):
            cursor.execute(f"DELETE FROM {_TABLE} WHERE added IN ({marks(len(part))})", part)  # noqa: S608
            cursor.execute(f"DELETE FROM {_TERMS} WHERE added IN ({marks(len(part))})", part)  # noqa: S608


def tune(*, pages: int, megabytes: int) -> None:
    """For a connection that writes much. SQLite then writes pages back once for several commits, `pages` in the log at
    most, and keeps more of them in memory meanwhile."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA wal_autocheckpoint = {pages:d}")
            cursor.execute(f"PRAGMA cache_size = -{megabytes * 1024:d}")
