"""The index of what entries name: which of them name a value, a technique, a tool or an actor.

It is made after the entries, in the order in which these came, by a chore of the worker and before somebody asks. So
adding takes no longer for it, and an index that is behind says so. What is deleted leaves it at once.
"""

import time
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

import orjson
from django.db import connection, transaction

from verbale.holdings.adding import lock
from verbale.holdings.models import Entry, Indexed, Term
from verbale.holdings.rows import marks, write
from verbale.intel.naming import RULES, named_in

__all__ = ["Sum", "behind", "catch_up", "latest", "run_due", "sums"]

_ENTRIES, _TERMS = Entry._meta.db_table, Term._meta.db_table
_AT_ONCE = 2_000
"""Entries in one transaction."""
_BYTES_AT_ONCE = 32 << 20
_COLUMNS = ("key", "audience_id", "source_id", "added", "alone", "kind", "value")
_BEGINNING = Indexed._meta.get_field("up_to").default
_MOST_AUDIENCES = 400
"""In one statement."""


def catch_up(*, seconds: float = 2.0, ending: Callable[[], bool] = lambda: False) -> bool:
    """Index what came since; returns whether that is all. Whoever asks for a page waits no longer than this."""
    until = time.monotonic() + seconds
    while not ending():
        if not _step():
            return True
        if time.monotonic() >= until:
            break
    return not _waiting()


def behind() -> int:
    """How many entries are not in it yet."""
    return Entry.objects.filter(added__gt=_place()).count()


def run_due(ending: Callable[[], bool] = lambda: False) -> None:
    """As a chore: until all is there or the process ends."""
    catch_up(seconds=600, ending=ending)


def _place() -> int:
    row = Indexed.objects.filter(pk=1).first()
    return row.up_to if row is not None and row.rules == RULES else _BEGINNING


def _waiting() -> bool:
    return Entry.objects.filter(added__gt=_place()).exists()


def _step() -> bool:
    """Index the next entries; whether there were any."""
    place = _place()
    last = _until(place)
    if last is None:
        return False
    terms = _terms(place, last)
    with transaction.atomic():
        # Deleting takes the same lock: what goes meanwhile leaves no terms behind.
        lock()
        row, _new = Indexed.objects.select_for_update().get_or_create(pk=1)
        if row.rules != RULES:
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {_TERMS}")  # noqa: S608 — a name of ours
            row.rules, row.up_to = RULES, _BEGINNING
        if row.up_to == place:
            there = set(Entry.objects.filter(added__gt=place, added__lte=last).values_list("added", flat=True))
            write(_TERMS, _COLUMNS, [term for term in terms if term[3] in there])
            row.up_to = last
        row.save()
    return True


def _until(place: int) -> int | None:
    """The last of the next entries that are read together: so many, or so many bytes."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT added, length(raw) FROM {_ENTRIES} WHERE added > %s ORDER BY added LIMIT %s",  # noqa: S608
            [place, _AT_ONCE],
        )
        last, room = None, _BYTES_AT_ONCE
        for added, size in cursor.fetchall():
            room -= size
            if last is not None and room < 0:
                break
            last = added
    return last


def _terms(place: int, last: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT added, audience_id, source_id, raw FROM {_ENTRIES} WHERE added > %s AND added <= %s",  # noqa: S608
            [place, last],
        )
        return [
            (Term.key_of(name.kind, name.value), audience, source, added, name.alone, name.kind, name.value)
            for added, audience, source, raw in cursor.fetchall()
            for name in named_in(orjson.loads(bytes(raw)))
        ]


# -- reading -----------------------------------------------------------------------------------------------------------


class Sum(NamedTuple):
    """What one source gave for one audience that names a thing."""

    audience: int
    source: int
    entries: int
    first: int
    last: int


def sums(kind: str, value: str, audiences: Iterable[int]) -> list[Sum]:
    """Who named it, among these audiences."""
    wanted = set(audiences)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT audience_id, source_id, COUNT(*), MIN(added), MAX(added) FROM {_TERMS} "  # noqa: S608
            "WHERE key = %s AND kind = %s AND value = %s GROUP BY audience_id, source_id",
            [Term.key_of(kind, value), kind, value],
        )
        return [Sum(*row) for row in cursor.fetchall() if row[0] in wanted]


def latest(kind: str, value: str, audiences: Collection[int], limit: int) -> list[int]:
    """The latest entries of these audiences that name it, by `added`, the latest first."""
    found: list[int] = []
    asked = sorted(audiences)
    with connection.cursor() as cursor:
        for start in range(0, len(asked), _MOST_AUDIENCES):
            part = asked[start : start + _MOST_AUDIENCES]
            cursor.execute(
                f"SELECT added FROM {_TERMS} WHERE key = %s AND kind = %s AND value = %s "  # noqa: S608
                f"AND audience_id IN ({marks(len(part))}) ORDER BY added DESC LIMIT %s",
                [Term.key_of(kind, value), kind, value, *part, limit],
            )
            found += [row[0] for row in cursor.fetchall()]
    return sorted(found, reverse=True)[:limit]
