"""What the index says of many entries at once: what several name, and what relationships tie to an actor. Bounded: each
answer says whether it is whole.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from django.db import connection

from verbale.holdings import rows
from verbale.holdings.models import LATEST, Audience, Entry, Source, Term
from verbale.holdings.rows import marks
from verbale.intel.naming import ACTOR, ACTORS, REF

__all__ = ["STANDS", "Actor", "Row", "actors", "named_by", "of_features", "shared", "techniques", "tied_to"]

_TERMS, _ENTRIES = Term._meta.db_table, Entry._meta.db_table
_AUDIENCES, _SOURCES = Audience._meta.db_table, Source._meta.db_table
_AT_ONCE = 400
MOST_SHARED = 5_000
"""Things that several name: those named last."""
MOST_ASKED = 20_000
"""Things of reports that are looked for."""
MOST_ROWS = 200_000
MOST_ACTORS = 500
MOST_TIES = 20_000
STANDS = f"e.place IN ({', '.join(str(place) for place in range(4) if place & LATEST)}) AND NOT e.revoked"
"""The latest version for its audience."""


class Row(NamedTuple):
    """That a source named a thing, for an audience."""

    kind: str
    value: str
    audience: int
    source: int


class Actor(NamedTuple):
    stix_id: str
    audience: int
    raw: bytes


def shared(audiences: Mapping[int, str], *, by_shelf: bool) -> tuple[list[int], bool]:
    """Keys of the things that several shelves name, or that several origins do, the latest first."""
    shelves = sorted(set(audiences.values()))
    who = "a.shelf_id" if by_shelf else "s.origin"
    origin = "" if by_shelf else f"JOIN {_SOURCES} s ON s.id = t.source_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.key FROM {_TERMS} t JOIN {_AUDIENCES} a ON a.id = t.audience_id {origin} "  # noqa: S608
            f"WHERE a.shelf_id IN ({marks(len(shelves))}) GROUP BY t.key HAVING MIN({who}) <> MAX({who}) "
            "ORDER BY MAX(t.added) DESC LIMIT %s",
            [*shelves, MOST_SHARED + 1],
        )
        found = [row[0] for row in cursor.fetchall()]
    return found[:MOST_SHARED], len(found) <= MOST_SHARED


def techniques(audiences: Collection[int]) -> list[int]:
    """Keys of all techniques that these audiences name."""
    with connection.cursor() as cursor:
        # The word itself, no value of the statement, and grouped as the small index is: else the planner passes it by.
        cursor.execute(
            f"SELECT audience_id, key FROM {_TERMS} WHERE kind = 'technique' GROUP BY audience_id, source_id, key"  # noqa: S608
        )
        return list({key for audience, key in cursor.fetchall() if audience in audiences})


def of_features(features: Iterable[tuple[str, str]]) -> tuple[list[int], bool]:
    """Keys of what reports name."""
    found = sorted(features)
    return [Term.key_of(kind, value) for kind, value in found[:MOST_ASKED]], len(found) <= MOST_ASKED


def named_by(keys: Iterable[int], audiences: Collection[int]) -> tuple[list[Row], bool]:
    """Who names these things, but for actors."""
    found: list[Row] = []
    for part in _in_parts(sorted(keys)):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT t.kind, t.value, t.audience_id, t.source_id "  # noqa: S608
                f"FROM {_TERMS} t JOIN {_ENTRIES} e ON e.added = t.added WHERE t.key IN ({marks(len(part))}) "
                f"AND t.kind NOT IN (%s, %s) AND {STANDS} "
                "GROUP BY t.kind, t.value, t.audience_id, t.source_id",
                [*part, ACTOR, REF],
            )
            found += [Row(*row) for row in cursor.fetchall() if row[2] in audiences]
        if len(found) > MOST_ROWS:
            return found[:MOST_ROWS], False
    return found, True


# -- actors ------------------------------------------------------------------------------------------------------------


def actors(audiences: Collection[int]) -> tuple[list[Actor], bool]:
    """Campaigns, intrusion sets and threat actors, those that came last first."""
    places = [place for place in range(4) if place & LATEST]
    entries = Entry.objects.filter(audience__in=list(audiences), type__in=ACTORS, place__in=places, revoked=False)
    found = [
        Actor(stix_id, audience, bytes(raw))
        for stix_id, audience, raw in entries.order_by("-added").values_list("stix_id", "audience_id", "raw")[
            : MOST_ACTORS + 1
        ]
    ]
    return found[:MOST_ACTORS], len(found) <= MOST_ACTORS


def tied_to(actor_ids: Collection[str], audiences: Collection[int]) -> tuple[dict[str, set[tuple[str, str]]], bool]:
    """For each actor, what the objects name that a relationship ties to it; by the latest relationships."""
    ties, whole = _relationships(actor_ids, audiences)
    raws = rows.raws(sorted({added for _actor, added in ties}))
    others: dict[str, set[str]] = {}
    for actor, added in ties:
        if added in raws:
            value = orjson.loads(raws[added])
            others.setdefault(value["source_ref"] if value["target_ref"] == actor else value["target_ref"], set()).add(
                actor
            )
    standing = dict(_standing(others, audiences))
    found: dict[str, set[tuple[str, str]]] = {}
    for kind, value, added in _terms_of(sorted(standing)):
        for actor in others[standing[added]]:
            found.setdefault(actor, set()).add((kind, value))
    return found, whole


def _relationships(actor_ids: Collection[str], audiences: Collection[int]) -> tuple[list[tuple[str, int]], bool]:
    found: list[tuple[str, int]] = []
    with connection.cursor() as cursor:
        for part in _in_parts(sorted(actor_ids)):
            cursor.execute(
                f"SELECT t.value, t.added, t.audience_id FROM {_TERMS} t JOIN {_ENTRIES} e ON e.added = t.added "  # noqa: S608
                f"WHERE t.key IN ({marks(len(part))}) AND t.kind = %s AND t.value IN ({marks(len(part))}) "
                f"AND {STANDS} ORDER BY t.added DESC LIMIT %s",
                [*(Term.key_of(REF, stix_id) for stix_id in part), REF, *part, MOST_TIES + 1],
            )
            found += [(value, added) for value, added, audience in cursor.fetchall() if audience in audiences]
    found.sort(key=lambda row: -row[1])
    return found[:MOST_TIES], len(found) <= MOST_TIES


def _standing(ids: Iterable[str], audiences: Collection[int]) -> Iterator[tuple[int, str]]:
    """Entries with the latest versions of these objects."""
    wanted = set(ids)
    with connection.cursor() as cursor:
        for part in _in_parts([Entry.key_of(stix_id) for stix_id in sorted(wanted)]):
            cursor.execute(
                f"SELECT e.added, e.stix_id, e.audience_id FROM {_ENTRIES} e "  # noqa: S608
                f"WHERE e.key IN ({marks(len(part))}) AND {STANDS}",
                part,
            )
            for added, stix_id, audience in cursor.fetchall():
                if stix_id in wanted and audience in audiences:
                    yield added, stix_id


def _terms_of(added: Sequence[int]) -> Iterator[tuple[str, str, int]]:
    with connection.cursor() as cursor:
        for part in _in_parts(added):
            cursor.execute(
                f"SELECT kind, value, added FROM {_TERMS} WHERE added IN ({marks(len(part))}) "  # noqa: S608
                "AND kind NOT IN (%s, %s)",
                [*part, ACTOR, REF],
            )
            yield from cursor.fetchall()


def _in_parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
