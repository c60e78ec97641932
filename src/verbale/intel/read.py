"""From the bytes of a file to a `Report`: which format it is, and who reads it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Literal

from .decode import decode
from .errors import BadObject, FormatUnknown, SeveralEvents, TooLarge
from .fields import Node, json_kind
from .limits import MAX_BYTES, MAX_OBJECTS
from .misp import read_event
from .model import Report
from .stix import read_stix
from .stix_objects import check_version

_MISP_FIELDS: Final = frozenset({"info", "Attribute", "Object", "Orgc", "threat_level_id", "publish_timestamp"})
_EXPECTED: Final = (
    'expected a STIX 2.1 bundle ("type": "bundle" with "objects"), a STIX object or list of them, '
    'or a MISP event ("Event")'
)


def read_report(data: bytes, *, name: str = "") -> Report:
    """Reads one report from the bytes of a STIX 2.1 or MISP JSON file; a report without title takes the file's `name`.

    Raises a `ReportError` that names object and field, and nothing else, whatever the bytes are. Nothing is read half.
    `SeveralEvents` when a MISP export holds more than one event.
    """
    reports = read_reports(data, name=name)
    if len(reports) > 1:
        titles = "; ".join(report.title[:80] for report in reports[:5])
        raise SeveralEvents(f"holds {len(reports):,} MISP events ({titles}), where one report is read at a time")
    return reports[0]


def read_reports(data: bytes, *, name: str = "") -> list[Report]:
    """Like `read_report`, for files that may hold several MISP events: one report each, at least one.

    A STIX file is always one report.
    """
    tree = decode(data)
    kind = _format_of(tree)
    if kind == "stix":
        return [read_stix(_stix_objects(tree), name)]
    events = _misp_events(tree)
    reports = [read_event(event, path) for path, event in events]
    seen: set[object] = set()
    for path, event in events:
        uuid = str(event.get("uuid")).lower()
        if uuid in seen:
            raise BadObject("stands on two events of the file", object_id=path, field="uuid")
        seen.add(uuid)
    return reports


def read_report_file(path: Path | str, *, name: str = "") -> Report:
    """`read_report` of a file, whose size is checked before any of it is read. `OSError` when it cannot be opened."""
    with Path(path).open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > MAX_BYTES:
            raise TooLarge(f"the file has {size:,} bytes; the limit is {MAX_BYTES:,} ({MAX_BYTES // 2**20} MiB)")
        # A pipe or a growing file has no size to check beforehand, so no more than the limit is read of anything.
        data = file.read(MAX_BYTES + 1)
    return read_report(data, name=name or Path(path).name)


def _format_of(tree: object) -> Literal["stix", "misp"]:
    values = tree if isinstance(tree, list) else [tree]
    if not values:
        raise FormatUnknown(f"an empty list; {_EXPECTED}")
    formats: set[Literal["stix", "misp"]] = set()
    for place, value in enumerate(values):
        found = _formats_of_object(value)
        path = f"[{place}]" if isinstance(tree, list) else ""
        if not found:
            raise FormatUnknown(f"{_EXPECTED}, but found {_described(value)}", object_id=path)
        formats |= found
        if len(formats) > 1:
            raise FormatUnknown("has the shape of STIX and of MISP at once; it must be one of them", object_id=path)
    return formats.pop()


def _formats_of_object(value: object) -> set[Literal["stix", "misp"]]:
    found: set[Literal["stix", "misp"]] = set()
    if not isinstance(value, dict):
        return found
    has_type = isinstance(value.get("type"), str) and ("id" in value or "spec_version" in value)
    if value.get("type") == "bundle" or "objects" in value or has_type:
        found.add("stix")
    if "Event" in value or "response" in value or ("type" not in value and _MISP_FIELDS & value.keys()):
        found.add("misp")
    return found


def _described(value: object) -> str:
    if not isinstance(value, dict):
        return json_kind(value)
    names = [repr(name[:40]) for name in list(value)[:5]]
    return f"an object with {', '.join(names)}" if names else "an empty object"


def _stix_objects(tree: object) -> list[object]:
    if isinstance(tree, list):
        return tree
    assert isinstance(tree, dict)  # _format_of has seen to it
    if tree.get("type") != "bundle" and "objects" not in tree:
        return [tree]
    if tree.get("type") != "bundle":
        raise BadObject('must be "bundle", as the object has "objects"', field="type")
    bundle = Node(tree, "bundle")
    bundle.identifier("id", required=True)
    if not bundle.string("id").startswith("bundle--"):
        raise bundle.fault("id", 'must begin with "bundle--"')
    # STIX 2.1 dropped the field from bundles (section 8); 2.0 required it there.
    check_version(bundle, optional=True)
    return bundle.items("objects")


def _misp_events(tree: object) -> list[tuple[str, dict[str, object]]]:
    """(path, event) of each event, out of the four wrappings in which MISP's exports come."""
    if isinstance(tree, dict) and "response" in tree:
        inner, where = tree["response"], "response"
    else:
        inner, where = tree, ""
    values = inner if isinstance(inner, list) else [inner]
    if not values:
        raise FormatUnknown("a MISP response without an event")
    if len(values) > MAX_OBJECTS:
        raise TooLarge(f"{len(values):,} events; the limit is {MAX_OBJECTS:,}")
    found = []
    for place, value in enumerate(values):
        path = f"{where}[{place}]" if isinstance(inner, list) else where
        if isinstance(value, dict) and "Event" in value:
            path, value = f"{path}.Event".strip("."), value["Event"]
        if not isinstance(value, dict):
            raise BadObject(f"must be an event object, not {json_kind(value)}", object_id=path or "Event")
        found.append((path or "event", value))
    return found
