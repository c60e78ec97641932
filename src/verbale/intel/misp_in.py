"""One MISP event to STIX 2.1 objects, so that what a partner keeps in MISP can stand in a store of STIX.

Rules:

1. The event becomes a report, its organisation an identity, both with the UUID that MISP gave them.
2. An attribute to look for (`to_ids`) becomes an indicator, another one observed data with its observable, each with
   the attribute's UUID; what STIX has no observable for becomes an `x-misp-attribute`, as misp-stix calls it.
3. A MISP object becomes a grouping of what its attributes became, its references relationships.
4. Galaxy clusters become the objects that they name, with an id made from kind and name: the same in every event.
   Clusters on an attribute are also tied to it by a relationship.
5. `tlp:` tags become TLP 2.0 markings; everything in an event without one is left unmarked, for the store to judge.
   An attribute has at least the marking of its object and event, and so has its observable, whose id does not depend
   on the event: who merges events must let the stricter marking win.
6. Labels `misp:type="…"`, `misp:category="…"`, `misp:relation="…"` keep what STIX does not say, as misp-stix does, so
   that `misp_out` can give the same attributes back.
7. What is not taken over is listed with the reason.

The same event always makes the same objects: times are the event's and attributes' own, ids are kept or made from them.
Every object is such as `objects.check` accepts.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from .fields import Node
from .misp import FORMAT_VERSION, read_event
from .misp_galaxies import Clusters, kind_of
from .misp_map import CONFIDENCE_WORDS, kept_uuid, made_uuid
from .misp_sco import observables_of, pattern_of
from .misp_tags import tag_names, tlp_of, tlp_word_of_tag
from .pattern_values import plain_values
from .stix_patterns import pattern_fault
from .text import epoch_timestamp, utc_timestamp
from .tlp import TLP_EXTENSION, strictest

Json = dict[str, Any]

_MARKINGS: Final = {
    "CLEAR": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "GREEN": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "AMBER": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "AMBER+STRICT": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "RED": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
_RULES: Final = {
    "bro": "zeek",
    "sigma": "sigma",
    "snort": "snort",
    "stix2-pattern": "stix",
    "suricata": "suricata",
    "yara": "yara",
    "zeek": "zeek",
}
_CONFIDENCE: Final = {word: level for level, word in CONFIDENCE_WORDS.items()}


_CVE: Final = re.compile(r"CVE-\d{4}-(?:0\d{3}|[1-9]\d{3,})", re.ASCII | re.IGNORECASE)
_WORDS: Final = {ref: word for word, ref in _MARKINGS.items()}


class NotTaken(NamedTuple):
    """An element of the event that made no object, by its uuid ("" for none), and why."""

    uuid: str
    type: str
    why: str


class Taken(NamedTuple):
    """`objects` in the order of the event, the report last."""

    objects: list[Json]
    not_taken: list[NotTaken]


def objects_of(event: Json) -> Taken:
    """The objects that an event makes, with or without its wrapping; `BadObject` when MISP would not write it so."""
    inner = event.get("Event")
    value = inner if isinstance(inner, dict) else event
    read_event(value, "Event")  # raises for whatever MISP's format does not allow
    return _Reader(Node(value, str(value.get("uuid") or "Event"))).read()


def tlp_marking(word: str) -> Json:
    """The OASIS marking definition of a TLP 2.0 word, as OASIS published it."""
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": _MARKINGS[word],
        "created": "2022-10-01T00:00:00.000Z",
        "name": f"TLP:{word}",
        "extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": word.lower()}},
    }


class _Reader:
    def __init__(self, event: Node) -> None:
        self.event = event
        self.objects: dict[str, Json] = {}
        self.refs: list[str] = []
        self.not_taken: list[NotTaken] = []
        self.own = tlp_of(event)
        self.words: set[str] = set()
        self.references: list[tuple[Node, str]] = []
        self.ids: dict[str, str] = {}
        self.maker = ""
        changed = _seconds(event, "timestamp") or _day(event) or "1970-01-01T00:00:00.000Z"
        self.changed = changed
        self.created = min(_day(event) or changed, changed)
        self.maker = self._maker()
        self.clusters = Clusters(self.created, self.maker)

    def read(self) -> Taken:
        event = self.event
        for cluster in self.clusters.of(event, self._marked(self.own)):
            self._add(cluster)
        for node in event.nodes("Attribute"):
            self._attribute(node, self.own, "")
        for obj in event.nodes("Object"):
            self._object(obj)
        for report in event.nodes("EventReport"):
            self._note(report)
        for node, source in self.references:
            self._refer(node, source)
        for proposal in event.nodes("ShadowAttribute"):
            self._leave(proposal.string("uuid"), "ShadowAttribute", "is a proposal to change the event")
        self._report()
        markings = [tlp_marking(word) for word in _MARKINGS if word in self.words]
        return Taken([*markings, *self.objects.values()], self.not_taken)

    def _maker(self) -> str:
        for field in ("Orgc", "Org"):
            node = self.event.node(field)
            if node is not None and (name := node.line("name")):
                written = node.string("uuid")
                uuid = kept_uuid(written) if written else made_uuid("identity", name)
                made = self._base("identity", uuid, {"name": name, "identity_class": "organization"})
                made.update(created="1970-01-01T00:00:00.000Z", modified="1970-01-01T00:00:00.000Z")
                made.pop("object_marking_refs", None)
                self._add(made, listed=False)
                return str(made["id"])
        return ""

    def _base(self, kind: str, uuid: str, fields: Json, marking: str | None = None, changed: str = "") -> Json:
        modified = max(changed or self.changed, self.created)
        made: Json = {
            "type": kind,
            "spec_version": "2.1",
            "id": f"{kind}--{uuid}",
            "created": self.created,
            "modified": modified,
        }
        if getattr(self, "maker", ""):
            made["created_by_ref"] = self.maker
        return (
            made
            | {name: value for name, value in fields.items() if value not in ("", [], None)}
            | self._marked(marking)
        )

    def _marked(self, word: str | None) -> Json:
        if word is None:
            return {}
        self.words.add(word)
        return {"object_marking_refs": [_MARKINGS[word]]}

    def _add(self, obj: Json, *, listed: bool = True) -> str:
        known = self.objects.setdefault(obj["id"], obj)
        stricter = strictest([_word(known), _word(obj)])
        if stricter != _word(known):
            known.update(self._marked(stricter))
        if listed and obj["id"] not in self.refs:
            self.refs.append(obj["id"])
        return str(obj["id"])

    def _object(self, node: Node) -> None:
        name, written = node.line("name", required=True), node.string("uuid")
        if node.flag("deleted"):
            self._leave(written, f"object {name}", "is deleted")
            return
        marking = strictest([self.own, tlp_of(node)])
        made: list[str] = []
        for attribute in node.nodes("Attribute"):
            made += self._attribute(attribute, marking, name)
        if not made:
            self._leave(written, f"object {name}", "has no attributes")
            return
        uuid = kept_uuid(written) if written else made_uuid("object", *made)
        fields = {
            "name": name,
            "context": "unspecified",
            "description": node.text("comment"),
            "labels": [f'misp:object="{name}"'],
            "object_refs": list(dict.fromkeys(made)),
            "x_misp_meta_category": node.line("meta-category"),
            "x_misp_template_uuid": node.line("template_uuid"),
            "x_misp_template_version": str(node.value.get("template_version") or ""),
        }
        grouping = self._add(self._base("grouping", uuid, fields, marking, _seconds(node, "timestamp")))
        if written:
            self.ids[written.lower()] = grouping
        self.references += [(reference, grouping) for reference in node.nodes("ObjectReference")]

    def _refer(self, node: Node, source: str) -> None:
        written, verb = node.string("uuid"), node.line("relationship_type")
        target = self.ids.get(node.string("referenced_uuid").lower())
        kind = re.sub(r"[^a-z0-9-]+", "-", verb.lower()).strip("-")
        if target is None or not kind or node.flag("deleted"):
            self._leave(written, f"reference {verb}", "is deleted, or of an element that is not there")
            return
        uuid = kept_uuid(written) if written else made_uuid(source, kind, target)
        fields = {
            "relationship_type": kind,
            "source_ref": source,
            "target_ref": target,
            "description": node.text("comment"),
        }
        marking = strictest([_word(self.objects[source]), _word(self.objects[target])])
        self._add(self._base("relationship", uuid, fields, marking))

    def _leave(self, uuid: str, kind: str, why: str) -> None:
        self.not_taken.append(NotTaken(uuid, kind, why))

    def _attribute(self, node: Node, outer: str | None, object_name: str) -> list[str]:
        kind, value = node.line("type", required=True), node.string("value", required=True).strip()
        written = node.string("uuid")
        if node.flag("deleted"):
            self._leave(written, kind, "is deleted")
            return []
        uuid = kept_uuid(written) if written else made_uuid("attribute", kind, value)
        marking = strictest([outer, tlp_of(node)])
        labels = [f'misp:type="{kind}"', f'misp:category="{node.line("category")}"']
        if object_name:
            labels.append(f'misp:relation="{node.line("object_relation")}"')
        names = _plain_tags(node)
        labels += [name for name in names if not _level(name)]
        if node.value.get("data"):
            self._leave(written, kind, "has a file with it, which is not taken")
        if node.has("last_seen") and node.flag("to_ids"):
            self._leave(written, kind, "says when it was last seen, which an indicator does not")
        common = {
            "description": node.text("comment"),
            "labels": labels,
            "confidence": next((_CONFIDENCE[w] for n in names if (w := _level(n)) in _CONFIDENCE), None),
        }
        changed = _seconds(node, "timestamp")
        made = self._made_of(node, kind, value, uuid, common, marking, changed)
        main = self._add(made[-1])
        if written:
            self.ids[written.lower()] = main
        for other in made[:-1]:
            self._add(other | self._marked(marking))
        for cluster in self.clusters.of(node, self._marked(marking)):
            target = self._add(cluster)
            fields = {
                "relationship_type": "indicates" if main.startswith("indicator--") else "related-to",
                "source_ref": main,
                "target_ref": target,
            }
            self._add(self._base("relationship", made_uuid(main, target), fields, marking, changed))
        self._sightings(node, main, marking)
        return [main]

    def _made_of(
        self, node: Node, kind: str, value: str, uuid: str, common: Json, marking: str | None, changed: str
    ) -> list[Json]:
        """The object of an attribute, last, and before it the observables that it names."""
        if kind == "vulnerability":
            number = {"source_name": "cve", "external_id": value.upper()}
            known = (
                value.upper().startswith("CVE-") and value[4:8].isdigit() and value[9:].isdigit() and len(value) > 12
            )
            fields = {**common, "name": value, "external_references": [number] if known else []}
            return [self._base("vulnerability", uuid, fields, marking, changed)]
        if kind in ("campaign-name", "threat-actor"):
            made_kind = "campaign" if kind == "campaign-name" else kind
            return [self._base(made_kind, uuid, {**common, "name": value}, marking, changed)]
        started = _time(node, "first_seen") or max(changed or self.changed, self.created)
        if kind in _RULES:
            if not node.flag("to_ids"):
                common["labels"] = [*common["labels"], 'misp:to_ids="False"']
            if kind != "stix2-pattern" or not pattern_fault(value):
                fields = {**common, "pattern": value, "pattern_type": _RULES[kind], "valid_from": started}
                return [self._base("indicator", uuid, fields, marking, changed)]
        elif node.flag("to_ids"):
            pattern = pattern_of(kind, value)
            # Plain ones are well-formed, and `misp_out` can read the value back.
            if pattern and plain_values(pattern):
                fields = {**common, "pattern": pattern, "pattern_type": "stix", "valid_from": started}
                return [self._base("indicator", uuid, fields, marking, changed)]
        else:
            seen = observables_of(kind, value)
            if seen:
                ended = _time(node, "last_seen") or started
                fields = {
                    **common,
                    "first_observed": started,
                    "last_observed": max(started, ended),
                    "number_observed": 1,
                    "object_refs": [obj["id"] for obj in seen],
                }
                fields["x_misp_comment"] = fields.pop("description")
                return [*seen, self._base("observed-data", uuid, fields, marking, changed)]
        fields = {
            "labels": common["labels"],
            "x_misp_type": kind,
            "x_misp_category": node.line("category"),
            "x_misp_value": value,
            "x_misp_comment": common["description"],
            "x_misp_to_ids": node.flag("to_ids") or None,
        }
        return [self._base("x-misp-attribute", uuid, fields, marking, changed)]

    def _sightings(self, node: Node, seen: str, marking: str | None) -> None:
        for place, sighting in enumerate(node.nodes("Sighting")):
            kind, written = str(sighting.value.get("type", "0")), sighting.string("uuid")
            if kind == "0" and not seen.startswith("observed-data--"):
                when = _seconds(sighting, "date_sighting") or self.changed
                uuid = kept_uuid(written) if written else made_uuid(seen, "sighting", str(place))
                fields = {
                    "sighting_of_ref": seen,
                    "first_seen": when,
                    "last_seen": when,
                    "count": 1,
                    "description": sighting.line("source"),
                }
                self._add(self._base("sighting", uuid, fields, marking, when))
            else:
                words = {"0": "a sighting of what STIX cannot sight", "1": "a false positive", "2": "an expiration"}
                self._leave(written, "Sighting", f"is {words.get(kind, 'of a kind not known')}")

    def _note(self, report: Node) -> None:
        content, written = report.text("content"), report.string("uuid")
        if report.flag("deleted") or not content:
            self._leave(written, "EventReport", "is deleted or empty")
            return
        uuid = kept_uuid(written) if written else made_uuid(self.event.name, "note", content)
        about = f"report--{kept_uuid(self.event.string('uuid', required=True))}"
        fields = {"abstract": report.line("name"), "content": content, "object_refs": [about]}
        marking = strictest([self.own, tlp_of(report)])
        self._add(self._base("note", uuid, fields, marking, _seconds(report, "timestamp")))

    def _report(self) -> None:
        event = self.event
        labels = _plain_tags(event)
        if self.own is None and str(event.value.get("distribution")) in ("0", "4"):
            self._leave(event.string("uuid"), "distribution", "is limited, and no marking says so")
        if not self.refs:
            self._leave(event.string("uuid"), "event", "is empty, and a report must name something")
            return
        fields = {
            "name": event.line("info", required=True),
            "published": _seconds(event, "publish_timestamp") or max(self.changed, self.created),
            "report_types": ["threat-report"],
            "labels": labels,
            "object_refs": self.refs.copy(),
            "x_misp_threat_level_id": str(event.value.get("threat_level_id") or ""),
            "x_misp_analysis": str(event.value.get("analysis") or ""),
        }
        self._add(self._base("report", kept_uuid(event.string("uuid", required=True)), fields, self.own), listed=False)


def _word(obj: Json) -> str | None:
    return strictest(_WORDS.get(ref) for ref in obj.get("object_marking_refs", ()))


def _plain_tags(node: Node) -> list[str]:
    """The tags that become labels: no TLP word, and no galaxy whose clusters become objects."""
    found = []
    for name in tag_names(node):
        galaxy = name.removeprefix("misp-galaxy:").partition("=")[0].lower() if name.startswith("misp-galaxy:") else ""
        if tlp_word_of_tag(name) is None and not (galaxy and kind_of(galaxy)):
            found.append(name)
    return found


def _level(name: str) -> str:
    return name.removeprefix('misp:confidence-level="').removesuffix('"') if name.startswith("misp:conf") else ""


def _seconds(node: Node, field: str) -> str:
    value = node.value.get(field)
    written = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    found = epoch_timestamp(int(written)) if written.isascii() and written.isdigit() and len(written) < 16 else None
    return f"{found[:-1]}.000Z" if found and written.strip("0") else ""


def _day(node: Node) -> str:
    written = node.string("date")
    return f"{written}T00:00:00.000Z" if written else ""


def _time(node: Node, field: str) -> str:
    found = utc_timestamp(node.string(field), only_z=False)
    return (found if "." in found else f"{found[:-1]}.000Z") if found else ""


__all__ = ["FORMAT_VERSION", "NotTaken", "Taken", "objects_of", "tlp_marking"]
