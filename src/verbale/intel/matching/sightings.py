"""What is said about hits: STIX sightings, and to whom.

A sighting (STIX 2.1 section 5.2) names the indicator, how many rows and the first and last time; nothing of the logs
themselves, neither file nor row, goes into it. It carries the stricter of two markings: the indicator's, since it tells
of the indicator, and ours, since it tells what happens in our networks. An unmarked indicator counts as AMBER.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from ..tlp import TLP_MARKING_IDS, TLP_ORDER, strictest, taken_for
from .run import Hit

__all__ = ["Telling", "marking_of", "moment", "sightings", "stamp", "tellings"]

NAMESPACE: Final = uuid.UUID("d2a0b5a0-5d7c-5b0a-8f0e-6a6a0c4d9a53")
"""Of the ids of sightings made here: the same sighting made twice has one id."""

MAX_COUNT: Final = 999_999_999
"""STIX 2.1 section 5.2: the highest `count`."""

MAX_VALUES: Final = 10
"""Values that a description names; one expression may fit thousands."""

_MARKING_ID: Final = {word: found for found, word in TLP_MARKING_IDS.items()}
"""The ids of TLP 2.0: they come last in the table, over those of TLP 1.0."""


def marking_of(hit: Hit, own: str) -> str:
    """The marking under which a hit can be told; `own` is what we put on what happens at ours."""
    return strictest((taken_for(hit.marking, None), own)) or own


def sightings(hits: Iterable[Hit], *, identity: str, marking: str, at: datetime) -> list[dict[str, Any]]:
    """A STIX sighting for each indicator that was hit, in the order of the hits.

    `identity` is the id of our identity object, `marking` our own TLP 2.0 word, `at` now.
    """
    assert marking in TLP_ORDER, marking
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(hit.indicator, []).append(hit)
    return [_sighting(indicator, found, identity, marking, stamp(at)) for indicator, found in grouped.items()]


def _sighting(indicator: str, hits: list[Hit], identity: str, own: str, now: str) -> dict[str, Any]:
    count = min(sum(hit.count for hit in hits), MAX_COUNT)
    first = min((hit.first for hit in hits if hit.first is not None), default=None)
    last = max((hit.last for hit in hits if hit.last is not None), default=None)
    made = uuid.uuid5(NAMESPACE, f"{identity}\n{indicator}\n{first}\n{last}\n{count}")
    found: dict[str, Any] = {
        "type": "sighting",
        "spec_version": "2.1",
        "id": f"sighting--{made}",
        "created_by_ref": identity,
        "created": now,
        "modified": now,
        "description": _description(hits),
        "sighting_of_ref": indicator,
        "where_sighted_refs": [identity],
        "count": count,
        "object_marking_refs": [_MARKING_ID[strictest(marking_of(hit, own) for hit in hits) or own]],
    }
    if first is not None and last is not None:
        found["first_seen"], found["last_seen"] = stamp(moment(first)), stamp(moment(last))
    return found


def _description(hits: list[Hit]) -> str:
    named = [f"{hit.kind} {hit.value[:200]}" for hit in hits[:MAX_VALUES]]
    more = f" and {len(hits) - MAX_VALUES:,} more" if len(hits) > MAX_VALUES else ""
    return f"Found in logs: {', '.join(named)}{more}."


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def moment(micros: int) -> datetime:
    """Within the years that can be written: logs tell times of any size."""
    low, high = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    try:
        return min(max(_EPOCH + timedelta(microseconds=micros), low), high)
    except OverflowError:
        return low if micros < 0 else high


def stamp(at: datetime) -> str:
    """STIX 2.1 section 2.13, to the millisecond: the microseconds of a clock at ours are nobody's business."""
    at = at.astimezone(UTC)
    return f"{at.year:04d}-{at:%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


class Telling(msgspec.Struct, frozen=True):
    """What can be told to the one who shared the indicators. `count` and `last` fit the act `collection.sighting`;
    `marking` is the strictest of its sightings, under which the whole can be told."""

    origin: str
    marking: str
    hits: list[Hit]
    sightings: list[dict[str, Any]]
    count: int
    last: int | None


def tellings(hits: Iterable[Hit], *, identity: str, marking: str, at: datetime) -> list[Telling]:
    """For each partner whose indicators were hit, what can be told back to it.

    An indicator goes back to its origin under any marking, RED too: its originator knows it. What is told to anybody
    else is for `audience.may_see` to decide. Our own indicators have nobody to tell.
    """
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.origin:
            grouped.setdefault(hit.origin, []).append(hit)
    found = []
    for origin, own in sorted(grouped.items()):
        told = sightings(own, identity=identity, marking=marking, at=at)
        found.append(
            Telling(
                origin,
                strictest(marking_of(hit, marking) for hit in own) or marking,
                own,
                told,
                min(sum(hit.count for hit in own), MAX_COUNT),
                max((hit.last for hit in own if hit.last is not None), default=None),
            )
        )
    return found
