"""Well-known benign values in what comes in or goes out, by warning lists: those that ship with Verbale, and those
below the folder that VERBALE_WARNING_LISTS names."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import orjson

from verbale.intel.object_values import object_values
from verbale.intel.warninglists import SHIPPED, BadList, WarningList, WarningLists, read_list

__all__ = ["VARIABLE", "Benign", "Noticed", "benign_in", "lists"]

VARIABLE = "VERBALE_WARNING_LISTS"

_made: dict[tuple[tuple[str, int, int], ...], WarningLists] = {}
"""The lists as they were last read, by their files with times and sizes: one entry."""


class Benign(NamedTuple):
    """An object that names a value on a list."""

    stix_id: str
    value: str
    list_name: str
    reason: str


def lists() -> WarningLists:
    """All lists, read again when a file changed. A file that is no list is left out, and stands among the `faults`."""
    own = os.environ.get(VARIABLE)
    folders = [SHIPPED, *([Path(own)] if own else [])]
    paths = [path for folder in folders for path in sorted(folder.glob("**/list.json"))]
    state = tuple((str(path), (at := path.stat()).st_mtime_ns, at.st_size) for path in paths)
    if state not in _made:
        found: dict[str, WarningList] = {}
        bad: list[str] = []
        for path in paths:
            try:
                read = read_list(path.read_bytes(), str(path))
            except BadList as error:
                bad.append(str(error))
            else:
                found[read.name] = read
        made = WarningLists(found.values())
        made.faults[:0] = bad
        _made.clear()
        _made[state] = made
    return _made[state]


def benign_in(raws: Iterable[bytes]) -> Iterator[Benign]:
    """What these objects name that is on a list. One that is not valid is passed over: others refuse it."""
    known = lists()
    for raw in raws:
        yield from _in_one(raw, known)


class Noticed:
    """Objects pass by, and what they name that is on a list is counted; the first few stay in mind."""

    def __init__(self, most: int) -> None:
        self.count = 0
        self.first: list[Benign] = []
        self._most = most

    def passing(self, raws: Iterable[bytes]) -> Iterator[bytes]:
        """The same objects."""
        known = lists()
        for raw in raws:
            found = _in_one(raw, known)
            self.count += len(found)
            self.first += found[: self._most - len(self.first)]
            yield raw


def _in_one(raw: bytes, known: WarningLists) -> list[Benign]:
    try:
        value = orjson.loads(raw)
        found = object_values(value)
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
    return [Benign(str(value.get("id", "")), hit.value, hit.name, hit.reason) for hit in known.benign(found)]
