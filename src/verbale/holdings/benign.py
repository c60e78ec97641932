"""Well-known benign values in what comes in or goes out, by MISP's warning lists: those that ship with Verbale, and those
below the folder that VERBALE_WARNING_LISTS names."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import orjson

from verbale.intel.object_values import object_values
from verbale.intel.warninglists import SHIPPED, BadList, WarningList, WarningLists, read_list

__all__ = ["VARIABLE", "Benign", "benign_in", "lists"]

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
        try:
            value = orjson.loads(raw)
            found = object_values(value)
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError):
            continue
        for hit in known.benign(found):
            yield Benign(str(value.get("id", "")), hit.value, hit.name, hit.reason)
