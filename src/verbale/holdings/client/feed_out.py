"""A shelf as a MISP feed: a folder that any MISP fetches from a disk or a web server.

1. Each report or grouping is an event, with what it refers to and the relationships among that.
2. What stands in none is in events by the day on which it came here, of at most `_AT_ONCE` objects; they keep their
   UUID when more comes.
3. An event's timestamp moves on whenever anything in it has changed, for that is what readers go by.
4. Objects are as the viewer sees them. One that bears no marking is given that which counts for it here: MISP does not
   know by what it came.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from django.conf import settings

from verbale.holdings import store
from verbale.holdings.models import Shelf
from verbale.holdings.reading import Held, Query
from verbale.holdings.viewing import Viewer
from verbale.intel.misp_elements import misp_labels
from verbale.intel.misp_feed import feed_files, write_feed
from verbale.intel.misp_in import tlp_marking
from verbale.intel.misp_out import LeftOut, Organisation, event_of

__all__ = ["Written", "write"]

Json = dict[str, Any]
_AT_ONCE = 1_000
_IDS_AT_ONCE = 200
_BESIDE = ("identity", "marking-definition")
"""Types that go along with the objects that name them."""
_MILLION = 1_000_000
_MOVING: Json = {"timestamp": "", "publish_timestamp": ""}


class Written(NamedTuple):
    events: int
    objects: int
    left_out: list[LeftOut]
    """What MISP cannot say, or only in part."""


def write(folder: Path, shelf: Shelf, viewer: Viewer) -> Written:
    """Write the feed, or bring it up to date; who reads it meanwhile sees the events of before or of now."""
    made = _Events(folder, shelf, viewer)
    return Written(write_feed(folder, made.all()), made.objects, made.left_out)


class _Events:
    def __init__(self, folder: Path, shelf: Shelf, viewer: Viewer) -> None:
        self._folder, self._shelf, self._viewer = folder, shelf, viewer
        self._organisation = Organisation(
            settings.CONFIG.name, str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{settings.CONFIG.node}.verbale"))
        )
        self.objects = 0
        self.left_out: list[LeftOut] = []

    def all(self) -> Iterator[Json]:
        reports = {entry.stix_id: thing for entry, thing in self._read(("report", "grouping")) if _stands_alone(thing)}
        # A report within a report is an event of its own.
        parts = {
            key: dict.fromkeys(ref for ref in thing.get("object_refs", ()) if ref not in reports)
            for key, thing in reports.items()
        }
        told = self._among(parts)
        for key in reports:
            yield self._event([key, *parts[key]], "")
        told |= {*parts, *(ref for refs in parts.values() for ref in refs)}
        yield from self._by_day(told)

    def _among(self, parts: dict[str, dict[str, None]]) -> set[str]:
        """Relationships between two objects of one report join them there."""
        homes: dict[str, list[str]] = {}
        for key, refs in parts.items():
            for ref in refs:
                homes.setdefault(ref, []).append(key)
        joined = set()
        for entry, thing in self._read(("relationship",)) if homes else ():
            both = [key for key in homes.get(thing["source_ref"], ()) if thing["target_ref"] in parts[key]]
            for key in both:
                parts[key][entry.stix_id] = None
                joined.add(entry.stix_id)
        return joined

    def _by_day(self, told: set[str]) -> Iterator[Json]:
        part: list[str] = []
        day, number = "", 0
        for entry in store.everything(self._shelf, self._viewer):
            if entry.stix_id in told or entry.type in _BESIDE:
                continue
            came = datetime.fromtimestamp(entry.added // _MILLION, UTC).date().isoformat()
            if part and (came != day or len(part) == _AT_ONCE):
                yield self._of_day(day, number, part)
                number, part = number + 1 if came == day else 0, []
            if came != day:
                day, number = came, 0
            part.append(entry.stix_id)
        if part:
            yield self._of_day(day, number, part)

    def _of_day(self, day: str, number: int, ids: Sequence[str]) -> Json:
        title = f"{self._shelf.title}, {day}" + (f" ({number + 1})" if number else "")
        return self._event(ids, title, str(uuid.uuid5(uuid.UUID(self._shelf.pk), f"{day} {number}")))

    def _event(self, ids: Sequence[str], title: str, key: str = "") -> Json:
        found = self._fetch(ids)
        self.objects += len(found)
        things = [thing for _entry, thing in found]
        named = dict.fromkeys(ref for thing in things for ref in _beside(thing))
        things += [thing for _entry, thing in self._fetch([ref for ref in named if ref not in set(ids)])]
        made = event_of(things, info=title, organisation=self._organisation)
        self.left_out += made.left_out
        event: Json = made.event["Event"]
        if key:
            event["uuid"] = key
        return {"Event": self._timed(event, max((entry.added for entry, _thing in found), default=0) // _MILLION)}

    def _timed(self, event: Json, came: int) -> Json:
        """With the timestamp of before when nothing else has changed, else with a later one."""
        event["timestamp"] = str(max(int(event["timestamp"]), came))
        try:
            before = orjson.loads((self._folder / f"{event['uuid']}.json").read_bytes())["Event"]
            then = int(before["timestamp"])
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return event
        now = orjson.loads(next(feed_files([event]))[1])["Event"]
        if {**before, **_MOVING} == {**now, **_MOVING}:
            event["timestamp"] = str(then)
        else:
            event["timestamp"] = str(max(int(event["timestamp"]), then + 1))
        return event

    def _fetch(self, ids: Sequence[str]) -> list[tuple[Held, Json]]:
        found: list[tuple[Held, Json]] = []
        for start in range(0, len(ids), _IDS_AT_ONCE):
            part = tuple(ids[start : start + _IDS_AT_ONCE])
            found += map(_loaded, store.page(self._shelf, self._viewer, Query(ids=part, limit=len(part))).entries)
        return found

    def _read(self, types: tuple[str, ...]) -> Iterator[tuple[Held, Json]]:
        return map(_loaded, store.everything(self._shelf, self._viewer, query=Query(types=types)))


def _loaded(entry: Held) -> tuple[Held, Json]:
    thing: Json = orjson.loads(entry.raw)
    if entry.type != "marking-definition" and not thing.get("object_marking_refs"):
        thing["object_marking_refs"] = [tlp_marking(entry.marking)["id"]]
    return entry, thing


def _stands_alone(thing: Json) -> bool:
    """A grouping may also be what one MISP object became."""
    return "object" not in misp_labels(thing).told


def _beside(thing: Json) -> Iterable[str]:
    yield from thing.get("object_marking_refs", ())
    yield from (part.get("marking_ref", "") for part in thing.get("granular_markings", ()))
    if "created_by_ref" in thing:
        yield thing["created_by_ref"]
