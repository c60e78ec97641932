"""The one door to what is held: `add`, `page`, `versions`, `get`, `remove`, each but the first for a viewer.

store.add(shelf, [b'{"type":"indicator", …}'], origin="LZ", marking="GREEN")
store.page(shelf, Viewer("VD"), Query(types=("indicator",), limit=100))
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import msgspec
from django.db import transaction

from verbale.holdings import rows
from verbale.holdings.heads import Head, read_head
from verbale.holdings.models import Clock, Entry, Shelf, Source
from verbale.holdings.places import ALONE, placed
from verbale.holdings.reading import Held, Page, Query, chosen, get, manifest, page, versions
from verbale.holdings.rows import Row
from verbale.holdings.viewing import STAFF, Viewer, audience_for, parties_of, visible
from verbale.intel import BadObject, ReportError
from verbale.intel.audience import marking_of, rank_of
from verbale.intel.tlp import TLP_MARKING_IDS, TLP_ORDER
from verbale.node.errors import AccessError, NotFoundError

__all__ = [
    "STAFF",
    "Added",
    "Held",
    "Page",
    "Query",
    "Refused",
    "Taken",
    "Viewer",
    "add",
    "count",
    "everything",
    "get",
    "manifest",
    "page",
    "remove",
    "versions",
]

_AT_ONCE = 5_000
"""Objects in one transaction: so long others wait."""
MAX_OBJECT_BYTES = 1 << 20
"""Bytes of one object."""


_REMEMBERED = 10_000


class Taken(NamedTuple):
    """An object that is held now, whether or not it was before."""

    index: int
    id: str
    version: int


class Refused(NamedTuple):
    """An object that was not taken in, by its place among those given, with the reason for whoever gave it."""

    index: int
    id: str
    version: int | None
    why: str


@dataclass
class Added:
    accepted: int = 0
    """New here."""
    same: int = 0
    """Held already, from the same origin, for the same audience."""
    taken: list[Taken] = field(default_factory=list)
    """Both, when it was asked for."""
    refused: list[Refused] = field(default_factory=list)


class _Given(NamedTuple):
    index: int
    head: Head
    raw: bytes


def add(
    shelf: Shelf,
    raws: Iterable[bytes],
    *,
    origin: str,
    marking: str,
    named: Iterable[str] = (),
    act: str = "",
    told: bool = False,
) -> Added:
    """Take objects in. What is refused is told with the reason; all else is on the disk when this returns.

    `origin` is this node or whoever gave them; `marking` is that of the act or file that they came with, for those that
    are not marked; `named` are the nodes that this node names to see them. With `told`, what was taken is listed.
    """
    added, call = Added(), _Call(shelf, origin, marking, tuple(named), act)
    numbered = enumerate(raws)
    while part := list(islice(numbered, _AT_ONCE)):
        # Read before the lock is taken: others need not wait for it.
        given = [item for item in (_read(index, raw, added) for index, raw in part) if item is not None]
        with transaction.atomic():
            call.add(given, added, told)
    return added


def _read(index: int, raw: bytes, added: Added) -> _Given | None:
    try:
        if len(raw) > MAX_OBJECT_BYTES:
            raise BadObject(f"has {len(raw):,} bytes; an object has at most {MAX_OBJECT_BYTES:,}")
        if not raw.isascii():
            raw.decode()
        # Without the space between its parts; no value is touched.
        return _Given(index, read_head(raw), msgspec.json.format(raw, indent=-1))
    except ReportError as error:
        added.refused.append(Refused(index, error.object_id, None, str(error)))
    except UnicodeDecodeError as error:
        added.refused.append(Refused(index, "", None, f"not UTF-8: byte {error.start} is not allowed there"))
    return None


class _Call:
    """One call of `add`: what is the same for all of its objects."""

    def __init__(self, shelf: Shelf, origin: str, marking: str, named: tuple[str, ...], act: str) -> None:
        self._shelf, self._origin, self._marking, self._named, self._act = shelf, origin, marking, named, act
        self._parties = parties_of(shelf)
        self._audiences: dict[tuple[str, ...], int | None] = {}
        """By the markings of an object; None for those that the shelf does not take in."""

    def add(self, given: Sequence[_Given], added: Added, told: bool) -> None:
        """Within a transaction."""
        clock = lock()
        source = Source.objects.get_or_create(origin=self._origin, act=self._act)[0].pk
        own = set(Source.objects.filter(origin=self._origin).values_list("pk", flat=True))
        held: dict[str, list[Row]] = {}
        for row in rows.known((item.head.id for item in given), self._on_shelf()):
            held.setdefault(row.stix_id, []).append(row)
        before = {row.added: row for found in held.values() for row in found}
        contents = rows.raws([row.added for row in before.values() if row.source in own])
        moment = max(time.time_ns() // 1_000, clock.last + 1)
        fresh: dict[int, _Given] = {}
        for item in given:
            head = item.head
            audience = self._audience(head)
            if audience is None:
                why = f"is marked above TLP:{TLP_ORDER[self._shelf.ceiling]}, the strictest that this shelf takes in"
                added.refused.append(Refused(item.index, head.id, head.version, why))
                continue
            there = held.get(head.id)
            version = moment if head.version is None else head.version
            if there is not None:
                again = _again(item, version, [row for row in there if row.source in own], audience, contents)
                if isinstance(again, Refused):
                    added.refused.append(again)
                    continue
                if again is not None:
                    added.same += 1
                    if told:
                        added.taken.append(Taken(item.index, head.id, again))
                    continue
            else:
                there = held[head.id] = []
            there.append(Row(head.id, moment, audience, source, ALONE, False, version))
            fresh[moment] = item
            contents[moment] = item.raw
            added.accepted += 1
            if told:
                added.taken.append(Taken(item.index, head.id, version))
            moment += 1
        self._write(held, before, fresh)
        clock.last = moment - 1
        clock.save(update_fields=["last"])

    def _write(self, held: dict[str, list[Row]], before: dict[int, Row], fresh: dict[int, _Given]) -> None:
        new, moved = [], []
        for found in held.values():
            told = ((found[0], ALONE, False),) if len(found) == 1 else placed(found)
            for row, place, mixed in told:
                item = fresh.get(row.added)
                if item is None:
                    if place != row.place or mixed != row.mixed:
                        moved.append((place, mixed, row.added))
                else:
                    head = item.head
                    known = (row.added, row.audience, row.source, place, mixed, head.revoked, row.version)
                    new.append((*known, head.type, head.id, Entry.key_of(head.id), item.raw))
        rows.update(moved)
        rows.insert(new)

    def _on_shelf(self) -> list[int]:
        return list(self._shelf.audiences.values_list("pk", flat=True))

    def _audience(self, head: Head) -> int | None:
        published = head.type == "marking-definition" and head.id in TLP_MARKING_IDS
        refs = (head.id,) if published else tuple(head.markings)
        if refs in self._audiences:
            return self._audiences[refs]
        # The definitions that OASIS published are no secret, whatever they define.
        marking = "CLEAR" if published else marking_of(refs, self._marking)
        found = None
        if rank_of(marking) <= self._shelf.ceiling:
            found = audience_for(self._shelf, marking, self._origin, self._named, self._parties).pk
        if len(self._audiences) < _REMEMBERED:
            self._audiences[refs] = found
        return found


def _again(
    item: _Given, version: int, mine: list[Row], audience: int, contents: dict[int, bytes]
) -> Refused | int | None:
    """The version under which an origin's object is held already; a refusal when it has another content now."""
    if item.head.version is None:
        # Nothing in it tells one version from another: another content is another version.
        alike = [row for row in mine if row.audience == audience and _equal(contents[row.added], item.raw)]
        return alike[0].version if alike else None
    alike = [row for row in mine if row.version == version]
    if any(not _equal(contents[row.added], item.raw) for row in alike):
        why = "another content came under this id and version before; a change needs a later modified"
        return Refused(item.index, item.head.id, version, why)
    return version if any(row.audience == audience for row in alike) else None


def _equal(one: bytes, other: bytes) -> bool:
    """Whether two JSON texts say the same."""
    return one == other or msgspec.json.decode(one) == msgspec.json.decode(other)


def lock() -> Clock:
    """Hold the clock until the end of the transaction: nobody else adds meanwhile, so what is committed later is also
    added later, and a client that goes on from the last `added` it saw misses nothing."""
    clock = Clock.objects.select_for_update().filter(pk=1).first()
    if clock is None:
        Clock.objects.get_or_create(pk=1)
        clock = Clock.objects.select_for_update().get(pk=1)
    return clock


def remove(shelf: Shelf, stix_id: str, viewer: Viewer, wanted: Sequence[str | int] = ()) -> int:
    """Delete an object, or only some of its versions (`first`, `last`, moments); returns how many rows went.

    Our staff deletes anything, a partner what it gave. Raises NotFoundError when the viewer sees no such object,
    AccessError when it does but others gave it.
    """
    with transaction.atomic():
        lock()
        seen = rows.known([stix_id], list(visible(shelf, viewer)))
        doomed = chosen(seen, tuple(wanted) or ("all",))
        if not doomed:
            raise NotFoundError("There is no such object.")
        gone_versions = {row.version for row in doomed}
        alike = [row for row in seen if row.version in gone_versions]
        if not viewer.staff:
            own = set(Source.objects.filter(origin=viewer.node).values_list("pk", flat=True))
            if any(row.source not in own for row in alike):
                raise AccessError("Others gave this object as well, or alone: only they take it back.")
        rows.delete([row.added for row in alike])
        left = rows.known([stix_id], list(shelf.audiences.values_list("pk", flat=True)))
        rows.update(
            [
                (place, mixed, row.added)
                for row, place, mixed in placed(left)
                if (place, mixed) != (row.place, row.mixed)
            ]
        )
        return len(alike)


def everything(shelf: Shelf, viewer: Viewer, *, limit: int = 1000, query: Query | None = None) -> Iterator[Held]:
    """All that a viewer sees, page by page."""
    asked = query or Query()
    while True:
        found = page(shelf, viewer, asked.then(limit=limit))
        yield from found.entries
        if not found.more:
            return
        asked = asked.then(after=found.cursor)


def count(shelf: Shelf) -> int:
    """Rows on a shelf, for our own staff."""
    return Entry.objects.filter(audience__shelf=shelf).count()
