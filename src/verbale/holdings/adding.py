"""Taking objects in: read, told apart from what is held, given their places, written. `store.add` is the door."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import msgspec
import orjson
from django.db import transaction

from verbale.holdings import definitions, rows
from verbale.holdings.models import Clock, Entry, Shelf, Source
from verbale.holdings.places import ALONE, placed
from verbale.holdings.rows import Row
from verbale.holdings.viewing import audience_for, parties_of
from verbale.intel import ReportError, TooLarge
from verbale.intel.audience import is_marked, marking_of, rank_of
from verbale.intel.objects import Header, PatternBudget, check
from verbale.intel.tlp import DEFAULT_MARKING, TLP_2_IDS, TLP_MARKING_IDS, TLP_ORDER

__all__ = ["MAX_OBJECT_BYTES", "Added", "Refused", "Taken", "add", "lock", "tick"]

_AT_ONCE = 5_000
"""Objects in one transaction: so long others wait."""
MAX_OBJECT_BYTES = 4 << 20
"""Bytes of one object."""
_REMEMBERED = 10_000
_MAX_TERMS = 50
"""Markings on one object, the definitions of which go where it goes."""


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


class _Given(msgspec.Struct, frozen=True, gc=False):
    index: int
    head: Header


class _Alone(msgspec.Struct, frozen=True, gc=False):
    """A new object of which nothing is held: most of them, so it is kept small."""

    head: Header
    added: int
    audience: int
    version: int


def add(
    shelf: Shelf,
    raws: Iterable[bytes],
    *,
    origin: str,
    marking: str,
    named: Iterable[str] = (),
    act: str = "",
    told: bool = False,
    record: Callable[[Added], None] | None = None,
) -> Added:
    """Take objects in. What is refused is told with the reason; all else is on the disk when this returns.

    `origin` is this node or whoever gave them; `marking` is that of the act or file that they came with, for those that
    are not marked; `named` are the nodes that this node names to see them. With `told`, what was taken is listed.
    `record` is called at the end, in the transaction of the last objects.
    """
    added, call = Added(), _Call(shelf, origin, marking, tuple(named), act)
    numbered = enumerate(raws)
    last = False
    while not last:
        part = list(islice(numbered, _AT_ONCE))
        last = len(part) < _AT_ONCE
        # Read before the lock is taken: others need not wait for it.
        given = [item for item in (_read(index, raw, added, call) for index, raw in part) if item is not None]
        with transaction.atomic():
            if given:
                _Batch(call, added, told).add(given)
            if last:
                added.refused.sort(key=lambda item: item.index)
                if record is not None:
                    record(added)
    return added


def _read(index: int, raw: bytes, added: Added, call: "_Call") -> _Given | None:
    try:
        if len(raw) > MAX_OBJECT_BYTES:
            raise TooLarge(f"the object has {len(raw):,} bytes; the limit is {MAX_OBJECT_BYTES:,}")
        if b'"pattern"' in raw or b"\\u" in raw:  # a name may be written with escapes
            call.budget.spend(raw)
        return _Given(index, call.marked(check(raw)))
    except ReportError as error:
        added.refused.append(Refused(index, error.object_id, None, str(error)))
    return None


class _Call:
    """What is the same for all objects of one call of `add`."""

    def __init__(self, shelf: Shelf, origin: str, marking: str, named: tuple[str, ...], act: str) -> None:
        self.shelf, self.origin, self.act = shelf, origin, act
        self._marking, self._named = marking, named
        self.budget = PatternBudget()
        self._parties = parties_of(shelf)
        self._stamp = TLP_2_IDS[marking] if marking in TLP_ORDER and rank_of(marking) > rank_of(DEFAULT_MARKING) else ""
        self._audiences: dict[tuple[tuple[str, ...], tuple[str, ...]], int | None] = {}
        """By the markings of an object; None for those that the shelf does not take in."""

    def marked(self, head: Header) -> Header:
        """With the marking that it came with written into it, if it says none itself and that is above AMBER: whoever
        gets it from us knows nothing of the act or the file, and would take it for AMBER."""
        if not self._stamp or is_marked(head.markings) or head.type == "marking-definition":
            return head
        refs = (*head.markings, self._stamp)
        raw = orjson.dumps({**orjson.loads(head.raw), "object_marking_refs": refs})
        return msgspec.structs.replace(head, raw=raw, markings=refs)

    def audience(self, head: Header) -> int | None:
        """The audience of an object; None when it is marked above the shelf's ceiling."""
        published = head.type == "marking-definition" and head.id in TLP_MARKING_IDS
        # Not the key of objects that bear this marking: these are what it says, the definition is not.
        refs = (("definition", head.id), ()) if published else (head.markings, head.granular_markings)
        if refs in self._audiences:
            return self._audiences[refs]
        # The definitions that OASIS published are no secret, whatever they define.
        marking = "CLEAR" if published else marking_of(refs[0], self._marking, refs[1])
        found = None
        if rank_of(marking) <= self.shelf.ceiling:
            found = audience_for(self.shelf, marking, self.origin, self._named, self._parties).pk
        if len(self._audiences) < _REMEMBERED:
            self._audiences[refs] = found
        return found


class _Batch:
    """Objects of one transaction, and what is held of them."""

    def __init__(self, call: _Call, added: Added, told: bool) -> None:
        self._call, self._added, self._told = call, added, told
        self._alone: dict[str, _Alone] = {}
        self._held: dict[str, list[Row]] = {}
        """All rows, old and new, of objects that have several or had some before."""
        self._new: dict[int, Header] = {}
        """By `added`, those of `_held` that are not written yet."""
        self._used: set[tuple[str, int]] = set()
        """Definitions of markings that are no TLP, with the audiences of the objects that bear them."""
        self._defined: set[str] = set()

    def add(self, given: Sequence[_Given]) -> None:
        clock, call = lock(), self._call
        self._source = Source.objects.get_or_create(origin=call.origin, act=call.act)[0].pk
        self._own = set(Source.objects.filter(origin=call.origin).values_list("pk", flat=True))
        self._keys = {item.head.id: Entry.key_of(item.head.id) for item in given}
        for row in rows.known(self._keys, list(call.shelf.audiences.values_list("pk", flat=True))):
            self._held.setdefault(row.stix_id, []).append(row)
        plain = {item.head.id for item in given if item.head.version is None}
        self._contents = rows.raws(
            [row.added for key, found in self._held.items() for row in found if key in plain or self._mine(row)]
        )
        moment = max(time.time_ns() // 1_000, clock.last + 1)
        for item in given:
            moment += self._take(item, moment)
        self._write()
        moment = definitions.spread(call.shelf, call.origin, self._used, self._defined, moment)
        clock.last = moment - 1
        clock.save(update_fields=["last"])

    def _mine(self, row: Row) -> bool:
        return row.source in self._own

    def _take(self, item: _Given, moment: int) -> bool:
        """Whether the object is new; it is added at `moment` then."""
        head = item.head
        audience = self._call.audience(head)
        if audience is None:
            why = f"is marked above TLP:{TLP_ORDER[self._call.shelf.ceiling]}, the strictest that this shelf takes in"
            self._added.refused.append(Refused(item.index, head.id, head.version, why))
            return False
        if head.markings or head.granular_markings:
            self._note_markings(head, audience)
        version = moment if head.version is None else head.version
        if head.id not in self._held and head.id not in self._alone:
            self._alone[head.id] = _Alone(head, moment, audience, version)
        else:
            there = self._several(head.id)
            again = _again(item, version, [row for row in there if self._mine(row)], audience, self._contents)
            if isinstance(again, Refused):
                self._added.refused.append(again)
                return False
            if again is not None:
                self._added.same += 1
                self._tell(item, again)
                return False
            if head.version is None:
                version = self._twin(head, audience, there) or moment
            there.append(Row(head.id, moment, audience, self._source, ALONE, False, version))
            self._new[moment], self._contents[moment] = head, head.raw
        if head.type == "marking-definition" and head.id not in TLP_MARKING_IDS:
            self._defined.add(head.id)
        self._added.accepted += 1
        self._tell(item, version)
        return True

    def _twin(self, head: Header, audience: int, there: list[Row]) -> int | None:
        """The version under which others gave the same for the same eyes: else each giver would make one. What is for
        other eyes does not count, or the version would tell when it came."""
        alike = [
            row.version for row in there if row.audience == audience and _equal(self._contents[row.added], head.raw)
        ]
        return min(alike, default=None)

    def _several(self, stix_id: str) -> list[Row]:
        """The rows of an object of which there is one at least."""
        first = self._alone.pop(stix_id, None)
        if first is None:
            return self._held[stix_id]
        row = Row(stix_id, first.added, first.audience, self._source, ALONE, False, first.version)
        self._new[row.added], self._contents[row.added] = first.head, first.head.raw
        self._held[stix_id] = [row]
        return self._held[stix_id]

    def _note_markings(self, head: Header, audience: int) -> None:
        for ref in (head.markings + head.granular_markings)[:_MAX_TERMS]:
            if ref not in TLP_MARKING_IDS:
                self._used.add((ref, audience))

    def _tell(self, item: _Given, version: int) -> None:
        if self._told:
            self._added.taken.append(Taken(item.index, item.head.id, version))

    def _write(self) -> None:
        new = [
            self._columns(one.head, one.added, one.audience, ALONE, mixed=False, version=one.version)
            for one in self._alone.values()
        ]
        moved = []
        for found in self._held.values():
            for row, place, mixed in placed(found):
                if row.added in self._new:
                    head = self._new[row.added]
                    new.append(self._columns(head, row.added, row.audience, place, mixed=mixed, version=row.version))
                elif (place, mixed) != (row.place, row.mixed):
                    moved.append((place, mixed, row.added))
        rows.update(moved)
        rows.insert(new)

    def _columns(
        self, head: Header, added: int, audience: int, place: int, *, mixed: bool, version: int
    ) -> tuple[object, ...]:
        known = (added, audience, self._source, place, mixed, head.revoked, version)
        return (*known, head.type, head.id, self._keys[head.id], head.raw)


def _again(
    item: _Given, version: int, mine: list[Row], audience: int, contents: dict[int, bytes]
) -> Refused | int | None:
    """The version under which an origin's object is held already; a refusal when it has another content now."""
    if item.head.version is None:
        # Nothing in it tells one version from another: another content is another version.
        alike = [row for row in mine if row.audience == audience and _equal(contents[row.added], item.head.raw)]
        return alike[0].version if alike else None
    alike = [row for row in mine if row.version == version]
    if any(not _equal(contents[row.added], item.head.raw) for row in alike):
        why = "another content came under this id and version before; a change needs a later modified"
        return Refused(item.index, item.head.id, version, why)
    return version if any(row.audience == audience for row in alike) else None


def _equal(one: bytes, other: bytes) -> bool:
    """Whether two JSON texts say the same, whatever the order of their properties."""
    return one == other or _sorted(one) == _sorted(other)


def _sorted(raw: bytes) -> bytes:
    return orjson.dumps(orjson.loads(raw), option=orjson.OPT_SORT_KEYS)


def lock() -> Clock:
    """Hold the clock until the end of the transaction: nobody else adds meanwhile, so what is committed later is also
    added later, and a client that goes on from the last `added` it saw misses nothing."""
    clock = Clock.objects.select_for_update().filter(pk=1).first()
    if clock is None:
        Clock.objects.get_or_create(pk=1)
        clock = Clock.objects.select_for_update().get(pk=1)
    return clock


def tick(clock: Clock) -> None:
    """Move the clock that `lock` gave, for what was taken away: whoever keeps something made of the store sees by the
    clock that it changed."""
    clock.last += 1
    clock.save(update_fields=["last"])
