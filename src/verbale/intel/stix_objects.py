"""The objects of a STIX 2.1 bundle: which kinds there are, and the checks that hold for each of them.

Rules, in the order in which they apply to each object:

1. An object of a type that STIX 2.1 or Attack Flow does not define is kept aside as not understood, never refused,
   unless it names another version of STIX.
2. `id` has the form `type--UUID` (section 2.9) and begins with the object's own type.
3. `spec_version` is "2.1" (section 3.2); only cyber observables may leave it out.
4. `created` and `modified` are there where section 3.2 or the object's own section requires them.
5. Fields that the object's own section requires, and without which it says nothing, are there.
6. No two objects have both the same `id` and the same `modified` (section 3.6); of several versions the newest counts,
   and one that is revoked is left out.
"""

from __future__ import annotations

from typing import Final

from .decode import object_name
from .errors import BadObject, TooLarge, WrongVersion
from .fields import STIX_ID, STIX_TYPE, Node, json_kind
from .limits import MAX_OBJECTS
from .stix_types import OBSERVABLE_TYPES
from .text import clean_line, time_key

ATTACK_FLOW: Final = frozenset({"attack-flow", "attack-action", "attack-asset", "attack-condition", "attack-operator"})
ATTACK_FLOW_EXTENSION: Final = "extension-definition--fb9c968a-745b-4ade-9b25-c324172197f4"

OBSERVABLES: Final = frozenset(OBSERVABLE_TYPES)
"""STIX 2.1 section 6."""

_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    # Domain objects, section 4
    "attack-pattern": ("name",),
    "campaign": ("name",),
    "course-of-action": ("name",),
    "grouping": ("context", "object_refs"),
    "identity": ("name",),
    "incident": ("name",),
    "indicator": ("pattern", "pattern_type", "valid_from"),
    "infrastructure": ("name",),
    "intrusion-set": ("name",),
    "location": (),
    "malware": ("is_family",),
    "malware-analysis": ("product",),
    "note": ("content", "object_refs"),
    "observed-data": ("first_observed", "last_observed", "number_observed"),
    "opinion": ("opinion", "object_refs"),
    "report": ("name", "published", "object_refs"),
    "threat-actor": ("name",),
    "tool": ("name",),
    "vulnerability": ("name",),
    # Relationship objects, section 5
    "relationship": ("relationship_type", "source_ref", "target_ref"),
    "sighting": ("sighting_of_ref",),
    # Meta objects, section 7
    "language-content": ("object_ref", "contents"),
    "extension-definition": ("name", "schema", "version", "extension_types"),
    "marking-definition": (),
    # Attack Flow 2: the published flows leave out much that its schema requires, so only what carries the meaning
    "attack-flow": ("name",),
    "attack-action": ("name",),
    "attack-asset": ("name",),
    "attack-condition": ("description",),
    "attack-operator": ("operator",),
    # Observables, section 6, where one field is the whole point
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": ("value",),
    "email-addr": ("value",),
    "ipv4-addr": ("value",),
    "ipv6-addr": ("value",),
    "mac-addr": ("value",),
    "mutex": ("name",),
    "software": ("name",),
    "url": ("value",),
}

_KNOWN: Final = OBSERVABLES | _REQUIRED.keys()

_TEXTS: Final = ("name", "description", "lang")
_TIMES: Final = (
    "created",
    "modified",
    "published",
    "valid_from",
    "valid_until",
    "first_seen",
    "last_seen",
    "first_observed",
    "last_observed",
    "start_time",
    "stop_time",
    "execution_start",
    "execution_end",
)
_LISTS: Final = ("labels", "aliases")
_ID_LISTS: Final = ("object_marking_refs", "object_refs", "start_refs", "effect_refs", "on_true_refs", "on_false_refs")

_ELEVATE: Final = "read with STIX 2.1 only; convert it first, for instance with the OASIS stix2-elevator"


class StixObject(Node):
    """One object with its type and id; both are checked, except in objects that are not understood."""

    __slots__ = ("id", "type")

    def __init__(self, value: dict[str, object], path: str, kind: str) -> None:
        super().__init__(value, object_name(value, path))
        self.type = kind
        self.id = self.name


class Loaded:
    """The objects of one bundle after the checks.

    `objects` are those understood, newest versions only, in file order; `unknown` are (object, why) pairs;
    `superseded` are older versions, passed over; `revoked` the newest versions that take their object back.
    `counts` counts all objects by type as they stand in the file.
    """

    def __init__(self) -> None:
        self.objects: list[StixObject] = []
        self.unknown: list[tuple[StixObject, str]] = []
        self.revoked: list[StixObject] = []
        self.superseded: list[StixObject] = []
        self.counts: dict[str, int] = {}


def load_objects(values: list[object]) -> Loaded:
    """Checks `values` by the rules of this module; `BadObject`, `WrongVersion` or `TooLarge` at the first breach."""
    if len(values) > MAX_OBJECTS:
        raise TooLarge(f"{len(values):,} STIX objects; the limit is {MAX_OBJECTS:,}")
    loaded = Loaded()
    versions: dict[str, dict[str, StixObject]] = {}
    for place, value in enumerate(values):
        path = f"objects[{place}]"
        if not isinstance(value, dict):
            raise BadObject(f"must be an object, not {json_kind(value)}", object_id=path)
        obj, why_not = _checked(value, path)
        loaded.counts[obj.type] = loaded.counts.get(obj.type, 0) + 1
        if why_not:
            loaded.unknown.append((obj, why_not))
        match = STIX_ID.fullmatch(obj.id)
        if match is not None and match[1] == value.get("type"):
            # An object of an unknown type that borrows the id of a known one must not pass for its newer version. It is
            # the type as written that counts: cleaned for display, " indicator" would pass for one without any check.
            _add_version(versions.setdefault(obj.id, {}), obj, checked=not why_not)
    for found in versions.values():
        newest = found[max(found, key=time_key)]
        loaded.superseded += [obj for obj in found.values() if obj is not newest]
        if newest.type not in _KNOWN:
            continue
        if newest.flag("revoked"):
            loaded.revoked.append(newest)
        else:
            loaded.objects.append(newest)
    loaded.counts = dict(sorted(loaded.counts.items()))
    return loaded


def check_version(node: Node, *, optional: bool) -> None:
    """Rule 3. STIX 2.0 wrote the version on the bundle only, so an object without it is taken for 2.0."""
    written = node.string("spec_version")
    if written == "2.1" or (optional and not written):
        return
    found = f'"{clean_line(written[:20])}"' if written else "missing, as in STIX 2.0, where 2.1 requires it"
    raise WrongVersion(f"{found}; this is {_ELEVATE}", object_id=node.name, field="spec_version")


def _checked(value: dict[str, object], path: str) -> tuple[StixObject, str]:
    kind = Node(value, object_name(value, path)).string("type", required=True)
    obj = StixObject(value, path, clean_line(kind)[:250])
    if kind not in _KNOWN:
        if isinstance(value.get("spec_version"), str):
            check_version(obj, optional=True)
        return obj, "a type of its own" if STIX_TYPE.fullmatch(kind) else "its type is no STIX type name"
    _check_id(obj)
    check_version(obj, optional=kind in OBSERVABLES)
    if kind not in OBSERVABLES:
        obj.timestamp("created", required=True)
        if kind != "marking-definition":
            obj.timestamp("modified", required=True)
    for field in _REQUIRED.get(kind, ()):
        if not obj.has(field):
            raise obj.fault(field, "is missing")
    _check_kinds(obj)
    return obj, ""


def _check_id(obj: StixObject) -> None:
    written = obj.string("id", required=True)
    match = STIX_ID.fullmatch(written)
    if match is None:
        raise obj.fault("id", f'"{clean_line(written[:100])}" is no STIX id of the form type--UUID')
    if match[1] != obj.type:
        raise obj.fault("id", f'begins with "{match[1]}", but the type is "{obj.type}"')
    obj.id = written


def _check_kinds(obj: StixObject) -> None:
    """Checks the fields that many types share, so that none is half read because its value was not needed."""
    for field in _TEXTS:
        obj.string(field)
    for field in _TIMES:
        obj.timestamp(field)
    for field in _LISTS:
        obj.lines(field)
    for field in _ID_LISTS:
        obj.identifiers(field)
    obj.identifier("created_by_ref")
    obj.integer("confidence", 0, 100)
    obj.flag("revoked")


def _add_version(versions: dict[str, StixObject], obj: StixObject, *, checked: bool) -> None:
    modified = (obj.timestamp("modified") if checked else clean_line(str(obj.value.get("modified") or ""))) or ""
    other = versions.get(modified)
    if other is not None:
        same = "identical" if other.value == obj.value else "different"
        when = f"modified {modified}" if modified else "without modified"
        raise obj.fault("id", f"two objects with {same} content have this id, both {when}")
    versions[modified] = obj
