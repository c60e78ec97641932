"""MISP feeds: a folder with `manifest.json`, `hashes.csv` and one file per event, as MISP's feed generator lays it out.

What a feed holds is told by its manifest: uuid to title, date, organisation, tags and `timestamp`. Who reads one again
fetches only the events whose timestamp is newer than the one known (`changed`), so a feed with nothing new costs one
small file. `hashes.csv` has a line `md5 of a value,uuid of the event` for each value, which MISP uses to look values up
without keeping the events.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from .decode import decode
from .errors import BadObject
from .fields import UUID, Node
from .limits import MAX_OBJECTS

Json = dict[str, Any]

MANIFEST: Final = "manifest.json"
HASHES: Final = "hashes.csv"

_FIELDS: Final = ("info", "date", "analysis", "threat_level_id", "timestamp")
_NOT_IN_FEEDS: Final = frozenset({"distribution", "sharing_group_id", "SharingGroup"})
"""How far an event may go is a matter of the feed as a whole, and is not told in it."""


class Entry(NamedTuple):
    """One event of a manifest; `timestamp` is in seconds since 1970."""

    uuid: str
    timestamp: int
    info: str


def feed_files(events: Iterable[Json]) -> Iterator[tuple[str, bytes]]:
    """Names and contents of a feed's files, the manifest last, so that it never names what is not there yet."""
    manifest: Json = {}
    hashes: list[str] = []
    for wrapped in events:
        event = wrapped.get("Event", wrapped)
        uuid = event["uuid"]
        kept = {"Event": _told(event)}
        manifest[uuid] = {
            "Orgc": event.get("Orgc", {}),
            "Tag": [{"name": tag["name"], "colour": tag.get("colour", "#000000")} for tag in event.get("Tag", ())],
            **{field: event.get(field, "") for field in _FIELDS},
        }
        hashes += [f"{digest},{uuid}" for value in _values(event) for digest in _digests(*value)]
        yield f"{uuid}.json", msgspec.json.encode(kept)
    yield HASHES, "".join(f"{line}\n" for line in hashes).encode()
    yield MANIFEST, msgspec.json.encode(manifest)


def write_feed(folder: Path, events: Iterable[Json]) -> int:
    """Writes a feed and takes events away that are no longer in it; the number of events. Each file appears whole."""
    folder.mkdir(parents=True, exist_ok=True)
    names = set()
    for name, data in feed_files(events):
        names.add(name)
        part = folder / f".{name}.part"
        part.write_bytes(data)
        part.replace(folder / name)
    for old in folder.glob("*.json"):
        if old.name not in names and UUID.fullmatch(old.stem):
            old.unlink()
    return len(names) - 2


def read_manifest(data: bytes) -> list[Entry]:
    """The events that a manifest names; `BadObject` or `NotJson` when it is none."""
    tree = decode(data)
    if not isinstance(tree, dict):
        raise BadObject("must be an object with the events' uuids", object_id=MANIFEST)
    if len(tree) > MAX_OBJECTS:
        raise BadObject(f"names {len(tree):,} events; the limit is {MAX_OBJECTS:,}", object_id=MANIFEST)
    found = []
    for uuid, told in tree.items():
        # The uuid becomes part of a file's name or address: nothing else may.
        if UUID.fullmatch(uuid) is None or not isinstance(told, dict):
            raise BadObject(f'"{uuid[:60]}" is no UUID with an event', object_id=MANIFEST)
        node = Node(told, f"{MANIFEST} {uuid}")
        written = str(told.get("timestamp") or "0")
        if not (written.isascii() and written.isdigit() and len(written) < 16):
            raise node.fault("timestamp", "must be a time in whole seconds since 1970")
        found.append(Entry(uuid, int(written), node.line("info")))
    return found


def changed(manifest: Iterable[Entry], known: Mapping[str, int]) -> list[Entry]:
    """The events that are new or newer than what is known (uuid to timestamp), oldest first.

    Whoever takes them in that order and notes each one's timestamp can stop anywhere and go on from there.
    """
    found = [entry for entry in manifest if known.get(entry.uuid, -1) < entry.timestamp]
    return sorted(found, key=lambda entry: (entry.timestamp, entry.uuid))


def read_feed(folder: Path, known: Mapping[str, int]) -> Iterator[tuple[Entry, bytes]]:
    """The files of the events that are new or newer, in the order of `changed`; missing ones raise `BadObject`."""
    for entry in changed(read_manifest((folder / MANIFEST).read_bytes()), known):
        try:
            yield entry, (folder / f"{entry.uuid}.json").read_bytes()
        except FileNotFoundError:
            raise BadObject("is named by the manifest, but its file is not there", object_id=entry.uuid) from None


def _told(event: Json) -> Json:
    found = {name: value for name, value in event.items() if name not in _NOT_IN_FEEDS}
    for field in ("Attribute", "Object", "EventReport"):
        if field in found:
            found[field] = [_told(part) for part in found[field]]
    return found


def _values(event: Json) -> Iterator[tuple[str, str]]:
    parts = [event, *event.get("Object", ())]
    yield from ((str(a["type"]), str(a["value"])) for part in parts for a in part.get("Attribute", ()))


def _digests(kind: str, value: str) -> Iterator[str]:
    for part in value.split("|") if "|" in kind or kind == "malware-sample" else [value]:
        yield hashlib.md5(part.encode(), usedforsecurity=False).hexdigest()
