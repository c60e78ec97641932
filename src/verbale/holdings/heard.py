"""What was heard of what stands on a shelf: who saw it, and what they say that it was worth.

Sightings come as STIX objects on the shelf, and by acts in the matter that the shelf serves. This floor knows no kind
of matter: whoever keeps such acts registers with `listen`, and is asked for what they say.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import orjson
from django.db.models import Count, Max

from verbale.holdings import store
from verbale.holdings.models import Entry, Shelf, Source
from verbale.holdings.moments import parse_moment
from verbale.holdings.store import STAFF, Query, Viewer
from verbale.holdings.viewing import parties_of
from verbale.intel.trust import Word

__all__ = ["Contribution", "Heard", "Told", "by_object", "heard", "listen", "sightings", "told_in"]

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


_sources: list[Callable[[str], Told]] = []
_read: dict[str, tuple[tuple[int, int], list[Heard]]] = {}
"""Sightings as they were last read, by shelf, with the number of rows and the latest moment then."""


def listen(source: Callable[[str], Told]) -> None:
    """Called once by a kind of matter, when its Django app is ready; `source` is given the id of a matter."""
    if source not in _sources:
        _sources.append(source)


def told_in(matter: str) -> Told:
    """What the acts of a matter say; nothing for a shelf of our own."""
    found = Told([], [])
    for source in _sources if matter else ():
        more = source(matter)
        found.contributions.extend(more.contributions)
        found.heard.extend(more.heard)
    return found


def heard(shelf: Shelf, viewer: Viewer = STAFF) -> list[Heard]:
    """All that was heard of what stands on a shelf, as far as the viewer may know it: acts go to the parties of the
    matter, sightings to whom their markings allow."""
    party = viewer.staff or viewer.node in parties_of(shelf)
    return [*(told_in(shelf.matter).heard if party else ()), *sightings(shelf, viewer)]


def sightings(shelf: Shelf, viewer: Viewer = STAFF) -> list[Heard]:
    """The STIX sightings on a shelf that the viewer may see."""
    return _all_sightings(shelf) if viewer.staff else list(_sightings(shelf, viewer))


def _all_sightings(shelf: Shelf) -> list[Heard]:
    """Read anew only when some came or went: a page must not parse every sighting on the shelf."""
    rows = Entry.objects.filter(audience__in=shelf.audiences.values("pk"), type="sighting")
    known = rows.aggregate(number=Count("added"), last=Max("added"))
    state = (known["number"], known["last"] or 0)
    if shelf.pk not in _read or _read[shelf.pk][0] != state:
        _read[shelf.pk] = (state, list(_sightings(shelf, STAFF)))
    return _read[shelf.pk][1]


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


def by_object(found: Iterable[Heard]) -> tuple[dict[str, list[Heard]], dict[str, list[Heard]]]:
    """What was said of single objects by their ids, and of whole contributions by their acts."""
    objects: dict[str, list[Heard]] = {}
    whole: dict[str, list[Heard]] = {}
    for item in found:
        if item.stix_id:
            objects.setdefault(item.stix_id, []).append(item)
        else:
            whole.setdefault(item.act, []).append(item)
    return objects, whole
