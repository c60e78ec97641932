"""Definitions of markings go where the objects go that bear them: who sees an object may read the terms on it.

A definition gets a row of its own for each audience of objects that its giver gave under it; in which order they come
does not count. Only of the same giver: else one could ask for another's hidden definition by naming its id.
"""

from collections.abc import Collection, Iterable

from verbale.holdings import rows
from verbale.holdings.models import Audience, Borne, Entry, Shelf, Source
from verbale.holdings.places import ALONE, latest, placed, representatives
from verbale.holdings.rows import Row

__all__ = ["spread"]


def spread(shelf: Shelf, origin: str, used: Collection[tuple[str, int]], defined: Collection[str], moment: int) -> int:
    """Put definitions where they are missing, after a batch of `origin` in which objects bore these markings and these
    definitions came. Returns the next free moment. Must run with the clock locked."""
    if not used and not defined:
        return moment
    known = _borne(origin, {ref for ref, _ in used})
    Borne.objects.bulk_create(
        [Borne(origin=origin, definition=ref, audience_id=audience) for ref, audience in set(used) - known]
    )
    touched = {ref for ref, _ in set(used) - known} | set(defined)
    if not touched:
        return moment
    on_shelf = set(Audience.objects.filter(shelf=shelf).values_list("pk", flat=True))
    own = set(Source.objects.filter(origin=origin).values_list("pk", flat=True))
    held: dict[str, list[Row]] = {}
    for row in rows.known(touched, on_shelf):
        held.setdefault(row.stix_id, []).append(row)
    wanted: dict[str, set[int]] = {}
    for ref, audience in _borne(origin, held):
        if audience in on_shelf:
            wanted.setdefault(ref, set()).add(audience)
    for ref, audiences in wanted.items():
        mine = representatives(row for row in held[ref] if row.source in own)
        if mine:
            moment = _copy(held[ref], latest(mine), audiences - {row.audience for row in held[ref]}, moment)
    return moment


def _borne(origin: str, refs: Iterable[str]) -> set[tuple[str, int]]:
    """The audiences of objects of `origin` that bear these markings."""
    return {
        pair
        for part in rows.in_parts(list(refs))
        for pair in Borne.objects.filter(origin=origin, definition__in=part).values_list("definition", "audience_id")
    }


def _copy(held: list[Row], row: Row, audiences: Collection[int], moment: int) -> int:
    if not audiences:
        return moment
    entry = Entry.objects.get(pk=row.added)
    new = {}
    for audience in sorted(audiences):
        new[moment] = row._replace(added=moment, audience=audience, place=ALONE)
        moment += 1
    written, moved = [], []
    for one, place, mixed in placed([*held, *new.values()]):
        if one.added in new:
            known = (one.added, one.audience, one.source, place, mixed, entry.revoked, one.version)
            written.append((*known, entry.type, entry.stix_id, entry.key, bytes(entry.raw)))
        elif (place, mixed) != (one.place, one.mixed):
            moved.append((place, mixed, one.added))
    rows.update(moved)
    rows.insert(written)
    return moment
