"""What was heard of what stands on a shelf: who saw it, and what they say that it was worth.

Sightings come as STIX objects on the shelf, and by acts in the matter that the shelf serves. This floor knows no kind
of matter: whoever keeps such acts registers with `listen`, and is asked for what they say.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import orjson

from verbale.holdings import rows, store
from verbale.holdings.models import Clock, Shelf, Source
from verbale.holdings.moments import parse_moment
from verbale.holdings.store import STAFF, Query, Viewer
from verbale.holdings.viewing import parties_of
from verbale.intel.trust import Word

__all__ = ["Contribution", "Heard", "Seen", "Told", "listen", "origins_of", "seen_on", "told_in"]

_SIGHTINGS = Query(types=("sighting",))


class Heard(NamedTuple):
    """One thing that one node said. Without an `act` it is about the object wherever it came from, without a `stix_id`
    about all that came with the act."""

    by: str
    act: str
    stix_id: str
    word: Word
    at: int
    """Microseconds since 1970."""


class Contribution(NamedTuple):
    act: str
    giver: str
    withdrawn: bool


class Told(NamedTuple):
    """What the acts of one matter say."""

    contributions: list[Contribution]
    heard: list[Heard]


class Seen(NamedTuple):
    """The STIX sightings on a shelf, by the object that was seen."""

    by_object: dict[str, list[Heard]]
    givers: dict[str, set[str]]
    """Who gave the objects that were seen."""


_sources: list[Callable[[str], Told]] = []
_kept: dict[str, tuple[int, Seen]] = {}
"""Sightings as they were last read, by shelf, with the clock of the store before that."""


def listen(source: Callable[[str], Told]) -> None:
    """Called once by a kind of matter, when its Django app is ready; `source` is given the id of a matter."""
    if source not in _sources:
        _sources.append(source)


def told_in(shelf: Shelf, viewer: Viewer = STAFF) -> Told:
    """What the acts of the matter say that a shelf serves; they go to its parties and to nobody else."""
    found = Told([], [])
    if not shelf.matter or not (viewer.staff or viewer.node in parties_of(shelf)):
        return found
    for source in _sources:
        more = source(shelf.matter)
        found.contributions.extend(more.contributions)
        found.heard.extend(more.heard)
    return found


def seen_on(shelf: Shelf, viewer: Viewer = STAFF) -> Seen:
    """The sightings on a shelf that the viewer may see.

    For our own staff they are kept until the store changes: a page must not parse every sighting on the shelf.
    """
    if not viewer.staff:
        return _seen(shelf, viewer)
    clock = Clock.objects.filter(pk=1).values_list("last", flat=True).first() or 0
    if shelf.pk not in _kept or _kept[shelf.pk][0] != clock:
        _kept[shelf.pk] = (clock, _seen(shelf, STAFF))
    return _kept[shelf.pk][1]


def _seen(shelf: Shelf, viewer: Viewer) -> Seen:
    found: dict[str, list[Heard]] = {}
    for item in _sightings(shelf, viewer):
        found.setdefault(item.stix_id, []).append(item)
    return Seen(found, origins_of(shelf, found))


def origins_of(shelf: Shelf, ids: Iterable[str]) -> dict[str, set[str]]:
    """Who gave these objects to a shelf."""
    names = dict(Source.objects.values_list("pk", "origin"))
    found: dict[str, set[str]] = {}
    for row in rows.known(ids, list(shelf.audiences.values_list("pk", flat=True))):
        found.setdefault(row.stix_id, set()).add(names.get(row.source, ""))
    return found


def _sightings(shelf: Shelf, viewer: Viewer) -> Iterator[Heard]:
    origins = dict(Source.objects.values_list("pk", "origin"))
    for item in store.everything(shelf, viewer, query=_SIGHTINGS):
        value = orjson.loads(item.raw)
        # A count of nought says that it was looked for and not seen.
        if item.revoked or value.get("count", 1) == 0:
            continue
        written = value.get("last_seen") or value.get("first_seen") or ""
        seen = parse_moment(written)
        yield Heard(
            origins.get(item.source, ""), "", value["sighting_of_ref"], "seen", item.version if seen is None else seen
        )
