"""Indicators of a shelf, looked for in own logs: which are looked for, and what was seen of them, kept as sightings."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import orjson

from verbale.holdings import rows, store
from verbale.holdings.models import Entry, Shelf, Source
from verbale.holdings.moments import micros, stix_moment
from verbale.holdings.store import STAFF, Query, Refused
from verbale.intel.matching import Hit, Indicator, indicator_of_stix, sightings
from verbale.intel.tlp import TLP_MARKING_IDS
from verbale.node.identity import node_name
from verbale.node.partners import name_of

__all__ = ["Kept", "identity", "in_time", "indicators_of", "keep"]

_NAMESPACE = uuid.UUID("9b6f0a52-6f0e-5a0e-8f36-3c1b7a9a2d41")
_GREEN = next(found for found, word in reversed(TLP_MARKING_IDS.items()) if word == "GREEN")
_A_PAGE = 1_000


class Kept(NamedTuple):
    new: int
    same: int
    refused: list[Refused]
    made: dict[str, str]
    """The sighting that stands on the shelf now, by what was seen."""


def indicators_of(shelf: Shelf, now: datetime, *, ended: bool = False) -> Iterator[Indicator]:
    """The latest version of each, with the marking under which it is held and who gave it ("" for our own). Neither
    revoked ones nor, unless asked for, those whose validity has ended."""
    origins = lru_cache(maxsize=10_000)(_origin)
    moment, us = micros(now), node_name()
    for held in store.everything(shelf, STAFF, limit=_A_PAGE, query=Query(types=("indicator",))):
        if held.revoked:
            continue
        origin = origins(held.source)
        found = indicator_of_stix(held.raw, origin="" if origin == us else origin)
        if ended or found.until is None or found.until > moment:
            yield msgspec.structs.replace(found, marking=held.marking)


def _origin(source: int) -> str:
    return Source.objects.get(pk=source).origin


def in_time(hits: Iterable[Hit]) -> list[Hit]:
    """Those that were seen while the indicator was valid; what tells no time may have been."""
    return [hit for hit in hits if hit.in_time or hit.first is None]


def identity(at: datetime) -> dict[str, Any]:
    """The identity object of this node: the one that is held somewhere, else a new one."""
    made = f"identity--{uuid.uuid5(_NAMESPACE, node_name())}"
    ours = Entry.objects.filter(key=Entry.key_of(made), stix_id=made, source__origin=node_name())
    held = ours.order_by("version").last()
    if held is not None:
        value: dict[str, Any] = orjson.loads(bytes(held.raw))
        return value
    now = stix_moment(micros(at) // 1_000 * 1_000)
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": made,
        "created": now,
        "modified": now,
        "name": name_of(node_name()),
        "identity_class": "organization",
        "object_marking_refs": [_GREEN],
    }


def keep(shelf: Shelf, hits: Iterable[Hit], *, marking: str, at: datetime) -> Kept:
    """Put a sighting of ours on the shelf for each indicator that was hit; `marking` is our own word on what happens at
    ours. A sighting that stands there already is not put there again."""
    us = identity(at)
    made = sightings(hits, identity=us["id"], marking=marking, at=at)
    there = {row.stix_id for row in rows.known([item["id"] for item in made], list(_audiences(shelf)))}
    new = [item for item in made if item["id"] not in there]
    standing = {item["sighting_of_ref"]: item["id"] for item in made}
    if not new:
        return Kept(0, len(made), [], standing)
    first = () if store.get(shelf, STAFF, us["id"]) else (us,)
    raws = (orjson.dumps(item) for item in (*first, *new))
    added = store.add(shelf, raws, origin=node_name(), marking=marking)
    refused = {item.id for item in added.refused}
    standing = {what: sighting for what, sighting in standing.items() if sighting not in refused}
    number = sum(item["id"] not in refused for item in new)
    return Kept(number, len(made) - len(new), added.refused, standing)


def _audiences(shelf: Shelf) -> Iterable[int]:
    return shelf.audiences.values_list("pk", flat=True)
