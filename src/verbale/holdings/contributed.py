"""Files that came with acts: their objects go onto the shelf that the act's matter has, and leave it with the act.

Each file of an act is laid once; a file that arrives after its act is laid when it is there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import orjson
from django.db import transaction

from verbale.holdings import rows, store
from verbale.holdings.adding import lock, tick
from verbale.holdings.models import Contributed, Entry, Shelf, Source
from verbale.holdings.places import moved
from verbale.intel import ReportError
from verbale.intel.bundles import read_objects
from verbale.intel.errors import FormatUnknown, NotJson
from verbale.intel.misp_in import objects_of

__all__ = ["File", "lay", "objects_in", "take_back"]

_OPENING = (b"{", b"[")
_MOST_REFUSED = 200
"""Refusals of one file that are kept; more of them say nothing new."""


@dataclass(frozen=True)
class File:
    sha256: str
    name: str
    content: bytes


def lay(shelf: Shelf, files: Iterable[File], *, act: str, origin: str, marking: str) -> list[Contributed]:
    """Lay the objects of files onto a shelf; what was laid before is passed over. A file that is neither STIX nor MISP
    holds none."""
    before = set(Contributed.objects.filter(act=act, shelf=shelf).values_list("sha256", flat=True))
    done = []
    for file in files:
        if file.sha256 in before:
            continue
        before.add(file.sha256)
        try:
            raws, refused = objects_in(file)
        except ReportError as error:
            raws, refused = [], [[file.name, str(error)]]
        added = store.add(shelf, raws, origin=origin, marking=marking, act=act)
        refused += [[item.id or f"{file.name}, {item.index + 1}", item.why] for item in added.refused]
        done.append(
            # Another process may have laid it at the same time; what was held already is not taken in twice.
            Contributed.objects.get_or_create(
                act=act,
                sha256=file.sha256,
                shelf=shelf,
                defaults={
                    "accepted": added.accepted,
                    "same": added.same,
                    "refused": refused[:_MOST_REFUSED],
                },
            )[0]
        )
    return done


def objects_in(file: File) -> tuple[Sequence[bytes], list[list[str]]]:
    """The STIX objects of a file, and what of it could not become one. Raises ReportError for one that is broken."""
    if file.content.lstrip()[:1] not in _OPENING:
        return (), []
    try:
        return list(read_objects(BytesIO(file.content))), []
    except FormatUnknown:
        pass
    try:
        value = orjson.loads(file.content)
    except orjson.JSONDecodeError as error:
        raise NotJson(str(error)) from None
    events = value.get("response", [value]) if isinstance(value, dict) else value if isinstance(value, list) else []
    raws, untaken = [], []
    for event in events:
        if isinstance(event, dict) and _is_event(event):
            taken = objects_of(event)
            raws += [orjson.dumps(item) for item in taken.objects]
            untaken += [[item.uuid or file.name, item.why] for item in taken.not_taken]
    return raws, untaken


def _is_event(value: dict[str, Any]) -> bool:
    return "Event" in value or ("info" in value and "uuid" in value)


def take_back(shelf: Shelf, act: str) -> int:
    """Take from a shelf what came with an act; returns how many rows went. What others gave as well stays theirs."""
    with transaction.atomic():
        clock = lock()
        sources = set(Source.objects.filter(act=act).values_list("pk", flat=True))
        doomed = list(Entry.objects.filter(source__in=sources, audience__shelf=shelf).values_list("added", "stix_id"))
        rows.delete([added for added, _stix_id in doomed])
        tick(clock)
        audiences = list(shelf.audiences.values_list("pk", flat=True))
        rows.update(moved(rows.known({stix_id for _added, stix_id in doomed}, audiences)))
        Contributed.objects.filter(act=act, shelf=shelf).update(left=True)
    return len(doomed)
