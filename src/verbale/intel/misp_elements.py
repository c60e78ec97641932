"""Attributes and objects of a MISP event that is being made, with tags, sightings and references to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any, Final, NamedTuple

from .misp_map import (
    CATEGORIES,
    FILE_RELATIONS,
    HASH_NAMES,
    HASH_TYPES,
    PATH_TYPES,
    TEMPLATES,
    TRAFFIC_RELATIONS,
    TYPE_PATHS,
    kept_uuid,
    made_uuid,
)
from .misp_types import COMPOSITES
from .objects.checking import microseconds
from .pattern_values import Comparison, plain_values
from .stix_objects import StixObject
from .stix_observables import observed_values

Json = dict[str, Any]
Value = tuple[str, str, str]
"""Relation, type and value of an attribute in an object."""

_LABEL: Final = re.compile(r'misp:(?P<field>type|category|to_ids|relation|object|galaxy)="(?P<value>[^"]*)"')
_TYPES_OF_WORDS: Final = {
    "ipv4": "ip-dst",
    "ipv6": "ip-dst",
    "asn": "AS",
    "mac": "mac-address",
    "registry-key": "regkey",
}
"""Plain words of `stix_observables` that MISP calls otherwise."""


class Element(NamedTuple):
    """What one STIX object became: its attributes, and the MISP object around them if there is one."""

    attributes: list[Json]
    object: Json | None


class Labels(NamedTuple):
    """What misp-stix's labels and ours tell of the attribute that an object once was; `others` are all other labels."""

    told: dict[str, str]
    others: list[str]


def misp_labels(obj: Json) -> Labels:
    """The labels of an object, those about MISP by their field."""
    told, others = {}, []
    for label in obj.get("labels", ()):
        match = _LABEL.fullmatch(label)
        if match:
            told[match["field"]] = match["value"]
        else:
            others.append(label)
    return Labels(told, others)


def tag(name: str) -> Json:
    """One tag; MISP knows tags by their name alone."""
    return {"name": name}


def epoch(obj: Json) -> str:
    """When this version of the object was made, in whole seconds."""
    written = obj.get("modified") or obj.get("created")
    return str(microseconds(written) // 1_000_000) if written else "0"


class Elements:
    """The attributes and objects made so far, and which STIX object made which."""

    def __init__(self, by_id: dict[str, Json], left: Callable[[Json, str], None]) -> None:
        self.attributes: list[Json] = []
        self.objects: list[Json] = []
        self._made: dict[str, Element] = {}
        self._by_id = by_id
        self._left = left
        self._uuids: set[str] = set()

    def has(self, stix_id: str) -> bool:
        return stix_id in self._made

    def add_tag(self, stix_id: str, found: Json) -> None:
        for attribute in self._made[stix_id].attributes:
            if found not in attribute["Tag"]:
                attribute["Tag"].append(found)

    def sight(self, stix_id: str, sighting: Json, seconds: str, source: str) -> None:
        for place, attribute in enumerate(self._made[stix_id].attributes):
            uuid = kept_uuid(sighting["id"]) if place == 0 else made_uuid(sighting["id"], attribute["uuid"])
            made = {"uuid": uuid, "date_sighting": seconds, "source": source, "type": "0"}
            attribute.setdefault("Sighting", []).append(made)

    def refer(self, source: str, target: str, relation: Json) -> bool:
        """A reference from one element to another; False when the first is no MISP object."""
        start, end = self._made[source].object, self._made[target]
        if start is None:
            return False
        start["ObjectReference"].append(
            {
                "uuid": kept_uuid(relation["id"]),
                "object_uuid": start["uuid"],
                "referenced_uuid": end.object["uuid"] if end.object else end.attributes[0]["uuid"],
                "relationship_type": relation["relationship_type"],
                "comment": relation.get("description", ""),
            }
        )
        return True

    def note_times(self, stix_id: str, observed: Json) -> None:
        for attribute in self._made[stix_id].attributes:
            attribute["first_seen"], attribute["last_seen"] = observed["first_observed"], observed["last_observed"]

    def attribute(
        self, obj: Json, kind: str, value: str, tags: list[Json], to_ids: bool = False, comment: str = ""
    ) -> None:
        """The one attribute that `obj` becomes."""
        told = misp_labels(obj).told
        wanted = to_ids and told.get("to_ids") != "False"
        made = self._attribute(
            self._uuid(obj), told.get("type", kind), value, obj, tags, wanted, comment, told.get("category", "")
        )
        self.attributes.append(made)
        self._made[obj["id"]] = Element([made], None)

    def link(self, uuid: str, url: str, comment: str, obj: Json) -> None:
        """An address that the event refers to."""
        self.attributes.append(self._attribute(uuid, "link", url, obj, [], False, comment, ""))

    def pattern(self, obj: Json, tags: list[Json]) -> None:
        """Rule 2 of `misp_out`."""
        plain = plain_values(obj["pattern"])
        comment = ". ".join(part for part in (obj.get("name", ""), obj.get("description", "")) if part)
        comparisons = plain.comparisons if plain and all(c.operator == "=" for c in plain.comparisons) else []
        told = misp_labels(obj).told.get("type", "")
        if plain and comparisons and plain.joint == "AND":
            if told in COMPOSITES and len(comparisons) >= 2:
                values = [str(c.value) for c in comparisons if not c.path.endswith("_ref.type")]
                if len(values) == 2:
                    self.attribute(obj, told, "|".join(values), tags, True, comment)
                    return
            name, parts = _together(comparisons)
            if parts:
                self._object(obj, name, parts, tags, to_ids=True, comment=comment)
                return
        elif comparisons:
            values_of = [(PATH_TYPES.get(c.path, ""), _written(c)) for c in comparisons]
            if all(kind for kind, _ in values_of):
                self._several(obj, values_of, tags, comment)
                return
        made = self._attribute(self._uuid(obj), "stix2-pattern", obj["pattern"], obj, tags, True, comment, "")
        self.attributes.append(made)
        self._made[obj["id"]] = Element([made], None)

    def _several(self, obj: Json, values: list[tuple[str, str]], tags: list[Json], comment: str) -> None:
        told = misp_labels(obj).told
        made = []
        for place, (kind, value) in enumerate(values):
            uuid = self._uuid(obj) if len(values) == 1 else made_uuid(obj["id"], str(place))
            same = TYPE_PATHS.get(told.get("type", ""), "") == TYPE_PATHS.get(kind)
            kind = told["type"] if same else kind
            made.append(self._attribute(uuid, kind, value, obj, list(tags), True, comment, told.get("category", "")))
        self.attributes += made
        self._made[obj["id"]] = Element(made, None)

    def observable(self, obj: Json, tags: list[Json]) -> None:
        """Rule 3 of `misp_out`."""
        kind = obj["type"]
        if kind == "file":
            self._file(obj, tags)
            return
        if kind in _OBJECTS:
            name, parts = _OBJECTS[kind](obj, self._by_id)
            if parts:
                self._object(obj, name, parts, tags, to_ids=False, comment="")
            else:
                self._left(obj, "has nothing that MISP's object for it would hold")
            return
        path = next((p for p in PATH_TYPES if p.startswith(f"{kind}:") and p.partition(":")[2] in obj), "")
        if path:
            value = obj[path.partition(":")[2]]
            written = f"AS{value}" if kind == "autonomous-system" else str(value)
            self.attribute(obj, PATH_TYPES[path], written, tags)
        elif kind == "directory":
            self.attribute(obj, "text", obj["path"], tags, comment="directory")
        else:
            self._left(obj, "is an observable that MISP has no attribute for")

    def observed(self, obj: Json, tags: list[Json]) -> None:
        """Observed data that was an attribute of MISP's once; its observables are told by it and not again."""
        parts = [self._by_id[ref] for ref in obj.get("object_refs", ()) if ref in self._by_id]
        kind = misp_labels(obj).told["type"]
        value = _value_of(kind, parts[0]) if len(parts) == 1 else ""
        if value:
            self.attribute(obj, kind, value, tags, False, str(obj.get("x_misp_comment", "")))
            self._made.setdefault(parts[0]["id"], self._made[obj["id"]])

    def gather(self, obj: Json) -> None:
        """A grouping that was an object of MISP's once: the attributes of its parts move into it."""
        attributes: list[Json] = []
        for ref in obj["object_refs"]:
            if ref not in self._made or self._made[ref].object is not None:
                self._left(obj, f"refers to {ref}, which is no attribute")
                continue
            relation = misp_labels(self._by_id[ref]).told.get("relation", "")
            attributes += self._made[ref].attributes
            for attribute in self._made[ref].attributes:
                attribute["object_relation"] = relation
        inside = {id(attribute) for attribute in attributes}
        self.attributes = [attribute for attribute in self.attributes if id(attribute) not in inside]
        name = misp_labels(obj).told["object"]
        fields = ("x_misp_template_uuid", "x_misp_template_version", "x_misp_meta_category")
        known = TEMPLATES.get(name, ("", "", "misc"))
        told = [str(obj.get(field) or default) for field, default in zip(fields, known, strict=True)]
        made = self._misp_object(obj, name, (told[0], told[1], told[2]), attributes, str(obj.get("description", "")))
        self._made[obj["id"]] = Element(attributes, made)

    def contained(self, obj: Json, tags: list[Json]) -> None:
        """The values inside observed data of the old kind."""
        made = []
        for place, seen in enumerate(observed_values(StixObject(obj, "", "observed-data"))):
            kind = _TYPES_OF_WORDS.get(seen.type, seen.type)
            if kind in CATEGORIES:
                uuid = made_uuid(obj["id"], str(place))
                made.append(self._attribute(uuid, kind, seen.value, obj, list(tags), False, "", ""))
            else:
                self._left(obj, f'holds a value of type "{seen.type}", which MISP has no attribute for')
        self.attributes += made
        self._made[obj["id"]] = Element(made, None)
        if made:
            self.note_times(obj["id"], obj)

    def _file(self, obj: Json, tags: list[Json]) -> None:
        parts = [
            (relation, kind, str(value))
            for path, (relation, kind) in FILE_RELATIONS.items()
            if (value := _inner(obj, path)) is not None
        ]
        for name in obj.get("hashes", {}):
            if name not in HASH_TYPES:
                self._left(obj, f"has a digest by {name}, which MISP's file object does not know")
        if len(parts) == 1 and parts[0][1] in CATEGORIES:
            self.attribute(obj, parts[0][1], parts[0][2], tags)
        elif parts:
            self._object(obj, "file", parts, tags, to_ids=False, comment="")
        else:
            self._left(obj, "has no name and no digest that MISP knows")

    def _object(
        self, obj: Json, name: str, parts: Iterable[Value], tags: list[Json], *, to_ids: bool, comment: str
    ) -> None:
        attributes = []
        for place, (relation, kind, value) in enumerate(parts):
            own = made_uuid(obj["id"], relation, str(place))
            wanted = to_ids and kind not in ("size-in-bytes", "mime-type", "text", "port")
            made = self._attribute(own, kind, value, obj, list(tags), wanted, "", "")
            attributes.append({**made, "object_relation": relation})
        made_object = self._misp_object(obj, name, TEMPLATES[name], attributes, comment)
        self._made[obj["id"]] = Element(attributes, made_object)

    def _misp_object(
        self, obj: Json, name: str, template: tuple[str, str, str], attributes: list[Json], comment: str
    ) -> Json:
        made = {
            "uuid": self._uuid(obj),
            "name": name,
            "meta-category": template[2],
            "template_uuid": template[0],
            "template_version": template[1],
            "timestamp": epoch(obj),
            "distribution": "5",
            "deleted": False,
            "comment": comment,
            "Attribute": attributes,
            "ObjectReference": [],
        }
        self.objects.append(made)
        return made

    def _uuid(self, obj: Json) -> str:
        """Two objects of different types may share the UUID of their ids; in an event each has one of its own."""
        uuid = kept_uuid(obj["id"])
        if uuid in self._uuids:
            uuid = made_uuid(obj["id"])
        self._uuids.add(uuid)
        return uuid

    @staticmethod
    def _attribute(
        uuid: str, kind: str, value: str, obj: Json, tags: list[Json], to_ids: bool, comment: str, category: str
    ) -> Json:
        started = obj.get("valid_from")
        times = {"first_seen": started} if started and started not in (obj["created"], obj["modified"]) else {}
        return {
            **times,
            "uuid": uuid,
            "type": kind,
            "category": category or CATEGORIES.get(kind, "Other"),
            "value": value,
            "to_ids": to_ids,
            "comment": comment,
            "timestamp": epoch(obj),
            "distribution": "5",
            "deleted": False,
            "disable_correlation": False,
            "Tag": tags,
        }


def _written(comparison: Comparison) -> str:
    return f"AS{comparison.value}" if comparison.path == "autonomous-system:number" else str(comparison.value)


def _value_of(kind: str, seen: Json) -> str:
    """What an attribute of type `kind` says, from its observable; "" where that does not tell."""
    path = TYPE_PATHS.get(kind, "")
    if kind.startswith("filename|"):
        name, digest = HASH_NAMES.get(kind.partition("|")[2], ""), seen.get("name")
        value = seen.get("hashes", {}).get(name)
        return f"{digest}|{value}" if digest and value else ""
    found = _inner(seen, path.partition(":")[2]) if path else None
    return "" if found is None else f"AS{found}" if kind == "AS" else str(found)


def _inner(obj: Json, path: str) -> object:
    found: object = obj
    for step in path.split(".", 1):
        if not isinstance(found, dict) or step not in found:
            return None
        found = found[step]
    return found


def _together(comparisons: list[Comparison]) -> tuple[str, list[Value]]:
    """The MISP object whose relations all the comparisons are, ("", []) when there is none."""
    relations = {
        "file": {f"file:{path}": found for path, found in FILE_RELATIONS.items()},
        "domain-ip": {
            "domain-name:value": ("domain", "domain"),
            "domain-name:resolves_to_refs[*].value": ("ip", "ip-dst"),
        },
        "network-connection": {f"network-traffic:{path}": found for path, found in TRAFFIC_RELATIONS.items()},
    }
    told = [c for c in comparisons if not (c.path.endswith("_ref.type") and c.value in ("ipv4-addr", "ipv6-addr"))]
    for name, known in relations.items():
        if all(c.path in known for c in told) and all(_is_address(c) for c in told if c.path.endswith("_ref.value")):
            return name, [(*known[c.path], str(c.value)) for c in told]
    return "", []


def _is_address(comparison: Comparison) -> bool:
    try:
        ip_address(str(comparison.value))
    except ValueError:
        return False
    return True


def _traffic(obj: Json, by_id: dict[str, Json]) -> tuple[str, list[Value]]:
    parts: list[Value] = []
    for side in ("src", "dst"):
        end = by_id.get(obj.get(f"{side}_ref", ""))
        if end is not None and end["type"] in ("ipv4-addr", "ipv6-addr"):
            parts.append((f"ip-{side}", f"ip-{side}", end["value"]))
        elif end is not None and end["type"] == "domain-name":
            parts.append((f"hostname-{side}", "hostname", end["value"]))
        if f"{side}_port" in obj:
            parts.append((f"{side}-port", "port", str(obj[f"{side}_port"])))
    layers = {"ipv4": "3", "ipv6": "3", "icmp": "3", "tcp": "4", "udp": "4"}
    parts += [(f"layer{layers.get(name, '7')}-protocol", "text", name.upper()) for name in obj["protocols"]]
    return "network-connection", parts


def _email(obj: Json, by_id: dict[str, Json]) -> tuple[str, list[Value]]:
    parts: list[Value] = []
    for field, relation, kind in (
        ("from_ref", "from", "email-src"),
        ("to_refs", "to", "email-dst"),
        ("cc_refs", "cc", "email-dst"),
        ("bcc_refs", "bcc", "email-dst"),
    ):
        found = obj.get(field, ())
        for ref in [found] if isinstance(found, str) else found:
            if ref in by_id:
                parts.append((relation, kind, by_id[ref]["value"]))
    for field, relation, kind in (
        ("subject", "subject", "email-subject"),
        ("message_id", "message-id", "email-message-id"),
        ("date", "send-date", "datetime"),
        ("body", "email-body", "email-body"),
    ):
        if field in obj:
            parts.append((relation, kind, obj[field]))
    return "email", parts


def _fields(name: str, *fields: tuple[str, str, str]) -> Callable[[Json, dict[str, Json]], tuple[str, list[Value]]]:
    def made(obj: Json, by_id: dict[str, Json]) -> tuple[str, list[Value]]:
        found = ((relation, kind, _inner(obj, path)) for path, relation, kind in fields)
        return name, [(relation, kind, str(value)) for relation, kind, value in found if value is not None]

    return made


_OBJECTS: Final[dict[str, Callable[[Json, dict[str, Json]], tuple[str, list[Value]]]]] = {
    "network-traffic": _traffic,
    "email-message": _email,
    "process": _fields(
        "process",
        ("pid", "pid", "text"),
        ("command_line", "command-line", "text"),
        ("cwd", "current-directory", "text"),
    ),
    "software": _fields(
        "software",
        ("name", "name", "text"),
        ("vendor", "vendor", "text"),
        ("version", "version", "text"),
        ("cpe", "cpe", "cpe"),
    ),
    "user-account": _fields(
        "user-account",
        ("account_login", "username", "text"),
        ("user_id", "user-id", "text"),
        ("display_name", "display-name", "text"),
        ("account_type", "account-type", "text"),
    ),
    "x509-certificate": _fields(
        "x509",
        ("serial_number", "serial-number", "text"),
        ("issuer", "issuer", "text"),
        ("subject", "subject", "text"),
        ("hashes.MD5", "x509-fingerprint-md5", "x509-fingerprint-md5"),
        ("hashes.SHA-1", "x509-fingerprint-sha1", "x509-fingerprint-sha1"),
        ("hashes.SHA-256", "x509-fingerprint-sha256", "x509-fingerprint-sha256"),
    ),
}
"""Types of observable that become an object of several attributes."""
