"""Files that came with acts: their objects go onto the shelf that the act's matter has, and leave it with the act.

Each file of an act is laid once; a file that arrives after its act is laid when it is there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
from django.db import transaction

from verbale.holdings import rows, store
from verbale.holdings.adding import lock
from verbale.holdings.models import Contributed, Entry, Shelf, Source
from verbale.holdings.places import placed
from verbale.intel import ReportError
from verbale.intel.errors import FormatUnknown, NotJson

__all__ = ["File", "lay", "shelf_of", "take_back"]

_MOST_REFUSED = 200
"""Refusals of one file that are kept; more of them say nothing new."""


@dataclass(frozen=True)
class File:
    sha256: str
    name: str
    content: bytes


class _Bundle(msgspec.Struct):
    type: str = ""
    objects: list[msgspec.Raw] = []


def shelf_of(matter: str, title: str) -> Shelf:
    """The shelf that serves a matter; made when it is first asked for, and called as the matter is."""
    shelf, made = Shelf.objects.get_or_create(matter=matter, defaults={"title": title[:200]})
    if not made and shelf.title != title[:200]:
        shelf.title = title[:200]
        shelf.save(update_fields=["title"])
    return shelf


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
            raws, refused = _objects(file)
        except ReportError as error:
            raws, refused = [], [[file.name, str(error)]]
        added = store.add(shelf, raws, origin=origin, marking=marking, act=act)
        refused += [[item.id or f"{file.name}, {item.index + 1}", item.why] for item in added.refused]
        done.append(
            Contributed.objects.create(
                act=act,
                sha256=file.sha256,
                shelf=shelf,
                accepted=added.accepted,
                same=added.same,
                refused=refused[:_MOST_REFUSED],
            )
        )
    return done


def _objects(file: File) -> tuple[Sequence[bytes], list[list[str]]]:
    """The STIX objects of a file, and what of it could not become one."""
    try:
        bundle = msgspec.json.decode(file.content, type=_Bundle)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return (), []
    if bundle.type == "bundle":
        return [bytes(raw) for raw in bundle.objects], []
    try:
        return misp_objects(file.content, file.name)
    except (NotJson, FormatUnknown):
        return (), []


def take_back(shelf: Shelf, act: str) -> int:
    """Take from a shelf what came with an act; returns how many rows went. What others gave as well stays theirs."""
    with transaction.atomic():
        lock()
        sources = set(Source.objects.filter(act=act).values_list("pk", flat=True))
        doomed = list(
            Entry.objects.filter(source__in=sources, audience__shelf=shelf).values_list("added", "stix_id")
        )
        rows.delete([added for added, _stix_id in doomed])
        left: dict[str, list[rows.Row]] = {}
        audiences = list(shelf.audiences.values_list("pk", flat=True))
        for row in rows.known({stix_id for _added, stix_id in doomed}, audiences):
            left.setdefault(row.stix_id, []).append(row)
        rows.update(
            [
                (place, mixed, row.added)
                for group in left.values()
                for row, place, mixed in placed(group)
                if (place, mixed) != (row.place, row.mixed)
            ]
        )
        Contributed.objects.filter(act=act, shelf=shelf).update(left=True)
    return len(doomed)
