"""STIX 2.1 objects to one MISP event (MISP core format).

Rules:

1. The event is the report or grouping among the objects, if there is exactly one; else it is made of all of them.
2. An indicator with a plain pattern becomes attributes with `to_ids`, or one MISP object where its comparisons belong
   together; any other pattern becomes an attribute that holds the pattern itself, so that none is lost.
3. Observables become attributes without `to_ids`, or MISP objects.
4. Actors, malware, tools, techniques and courses of action become galaxy clusters of the event, and of the attributes
   that a relationship ties to them.
5. The UUID of a STIX id is kept where its version is 4 or 5; others are made from the id, so that the same objects make
   the same event.
6. The event is tagged with the strictest marking of its parts or with its report's own, if that is stricter; attributes
   that are marked themselves have a tag of their own.
7. What MISP cannot say is listed with the reason. Nothing is dropped without a line in that list.

The objects are taken to be valid: `objects.check` has seen them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from .misp_elements import Elements, epoch, misp_labels, tag
from .misp_map import CONFIDENCE_WORDS, GALAXIES, MALWARE_GALAXIES, PATTERN_TYPES, kept_uuid, made_uuid
from .objects.checking import microseconds
from .stix_markings import Markings
from .stix_objects import StixObject
from .stix_types import OBSERVABLE_TYPES
from .tlp import strictest

Json = dict[str, Any]

_ATTACK_ID: Final = re.compile(r"[TSGCM]A?\d{4}(?:\.\d{3})?")


_TOLD_OF_ALL: Final = frozenset(
    {
        "type",
        "id",
        "spec_version",
        "created",
        "modified",
        "revoked",
        "labels",
        "confidence",
        "object_marking_refs",
        "granular_markings",
        "name",
        "description",
        "created_by_ref",
        "x_misp_comment",
    }
)
_TOLD: Final = {
    "artifact": "",
    "attack-pattern": "aliases external_references kill_chain_phases",
    "autonomous-system": "number",
    "campaign": "",
    "course-of-action": "external_references",
    "directory": "path",
    "domain-name": "value",
    "email-addr": "value",
    "email-message": "is_multipart from_ref to_refs cc_refs bcc_refs subject message_id date body",
    "file": "hashes size mime_type",
    "grouping": "context object_refs x_misp_template_uuid x_misp_template_version x_misp_meta_category",
    "identity": "identity_class sectors",
    "indicator": "pattern pattern_type valid_from valid_until kill_chain_phases",
    "intrusion-set": "aliases external_references",
    "ipv4-addr": "value",
    "ipv6-addr": "value",
    "mac-addr": "value",
    "malware": "is_family malware_types aliases external_references kill_chain_phases",
    "mutex": "",
    "network-traffic": "protocols src_ref dst_ref src_port dst_port",
    "note": "abstract content object_refs",
    "observed-data": "first_observed last_observed number_observed object_refs objects",
    "process": "pid command_line cwd",
    "relationship": "relationship_type source_ref target_ref",
    "report": "published report_types object_refs external_references x_misp_threat_level_id x_misp_analysis",
    "sighting": "sighting_of_ref first_seen last_seen count where_sighted_refs",
    "software": "vendor version cpe",
    "threat-actor": "aliases external_references",
    "tool": "aliases external_references kill_chain_phases",
    "url": "value",
    "user-account": "account_login user_id display_name account_type",
    "vulnerability": "external_references",
    "windows-registry-key": "key",
    "x-misp-attribute": "x_misp_type x_misp_value x_misp_category x_misp_to_ids",
    "x509-certificate": "serial_number issuer subject hashes",
}
"""Type to the properties that the event tells in some place; all others are listed as left out."""
_TOLD_OF: Final = {kind: _TOLD_OF_ALL | set(words.split()) for kind, words in _TOLD.items()}


class LeftOut(NamedTuple):
    """What is not in the event, or only in part: the object's id and type, and why."""

    id: str
    type: str
    why: str


class Made(NamedTuple):
    """`event` in MISP's usual wrapping, `{"Event": {…}}`."""

    event: Json
    left_out: list[LeftOut]


class Organisation(NamedTuple):
    """Who gives the event out, for want of a creator among the objects."""

    name: str
    uuid: str


def event_of(objects: Iterable[Json], *, info: str = "", organisation: Organisation | None = None) -> Made:
    """One event of all `objects`; `info` is its title for want of a report's name."""
    return _Maker(objects).make(info, organisation)


class _Maker:
    def __init__(self, objects: Iterable[Json]) -> None:
        self.left_out: list[LeftOut] = []
        self.objects = self._newest(objects)
        self.by_id = {str(obj["id"]): obj for obj in self.objects}
        definitions = [obj for obj in self.objects if obj["type"] == "marking-definition"]
        self.markings = Markings([StixObject(obj, "", "marking-definition") for obj in definitions])
        self.main = self._event_object()
        makers = {obj["created_by_ref"] for obj in self.objects if "created_by_ref" in obj}
        told = self.main.get("created_by_ref") if self.main else None
        self.maker = told or (next(iter(makers)) if len(makers) == 1 else None)
        self.elements = Elements(self.by_id, self._left)
        self.clusters: dict[str, Json] = {}
        self.reports: list[Json] = []
        self.tags: dict[str, Json] = {}

    def _event_object(self) -> Json | None:
        for kind in ("report", "grouping"):
            found = [obj for obj in self.objects if obj["type"] == kind and "object" not in misp_labels(obj).told]
            if len(found) == 1:
                return found[0]
        return None

    def _left(self, obj: Json, why: str) -> None:
        self.left_out.append(LeftOut(str(obj["id"]), str(obj["type"]), why))

    def _newest(self, objects: Iterable[Json]) -> list[Json]:
        newest: dict[str, Json] = {}
        for obj in objects:
            other = newest.get(obj["id"])
            if other is None or _version(obj) > _version(other):
                newest[obj["id"]] = obj
        found = []
        for obj in newest.values():
            if obj.get("revoked") is True:
                self._left(obj, "is revoked by its maker")
            else:
                found.append(obj)
        return found

    def make(self, info: str, organisation: Organisation | None) -> Made:
        for obj in self.objects:
            if obj["type"] == "observed-data" and "type" in misp_labels(obj).told:
                self.elements.observed(obj, self._tags_of(obj))
        for obj in self.objects:
            self._take(obj)
        for obj in self.objects:
            if obj["type"] == "grouping" and "object" in misp_labels(obj).told:
                self.elements.gather(obj)
        for obj in self.objects:
            if obj["type"] == "relationship":
                self._relate(obj)
            elif obj["type"] == "sighting":
                self._sight(obj)
            elif obj["type"] == "observed-data":
                self._observe(obj)
        for obj in self.objects:
            self._note_untold(obj)
        return Made({"Event": self._event(info, organisation)}, self.left_out)

    def _note_untold(self, obj: Json) -> None:
        """Rule 7 for the properties of what has a place in the event itself."""
        told = _TOLD_OF.get(obj["type"])
        untold = [] if told is None else [name for name in obj if name not in told]
        if untold:
            self._left(obj, f"says what has no place in an event: {', '.join(untold)}")
        maker = obj.get("created_by_ref")
        if maker is not None and maker != self.maker:
            self._left(obj, f"was made by {maker}, who is not the maker of the event")

    def _take(self, obj: Json) -> None:
        kind = str(obj["type"])
        if obj is self.main:
            self._main(obj)
        elif kind == "indicator":
            self._indicator(obj)
        elif kind in OBSERVABLE_TYPES:
            if not self.elements.has(obj["id"]):
                self.elements.observable(obj, self._tags_of(obj))
        elif kind in GALAXIES:
            self._cluster(obj)
        elif kind in ("relationship", "sighting", "observed-data") or "object" in misp_labels(obj).told:
            return
        else:
            self._other(obj, kind)

    def _other(self, obj: Json, kind: str) -> None:
        if kind == "vulnerability":
            numbers = [
                r.get("external_id", "") for r in obj.get("external_references", ()) if r["source_name"] == "cve"
            ]
            value = numbers[0] if numbers else obj["name"]
            self.elements.attribute(obj, "vulnerability", value, self._tags_of(obj), comment=obj.get("description", ""))
        elif kind == "campaign":
            self.elements.attribute(obj, "campaign-name", obj["name"], self._tags_of(obj), comment=_text(obj))
        elif kind == "x-misp-attribute" and isinstance(obj.get("x_misp_value"), str):
            comment, wanted = str(obj.get("x_misp_comment", "")), obj.get("x_misp_to_ids") is True
            tags = self._tags_of(obj)
            self.elements.attribute(obj, str(obj.get("x_misp_type")), obj["x_misp_value"], tags, wanted, comment)
        elif kind == "note":
            self._report(kept_uuid(obj["id"]), obj.get("abstract") or "Note", obj["content"], obj)
        elif kind == "marking-definition":
            if obj["id"] not in self.markings_in_use():
                self._left(obj, "marks nothing here")
            elif statement := obj.get("definition", {}).get("statement"):
                self.elements.attribute(obj, "text", statement, [], comment="Terms of use")
            elif self.markings.of(_marked(obj["id"])) is None:
                self._left(obj, "is a marking that MISP has no tag for")
        elif kind == "identity":
            self._identity(obj)
        elif kind in ("report", "grouping", "incident", "infrastructure", "location", "malware-analysis", "opinion"):
            self._in_words(obj, kind)
        else:
            self._left(obj, "is of a type that MISP has no place for")

    def markings_in_use(self) -> set[str]:
        """Ids of the marking definitions that some object names."""
        return {ref for obj in self.objects for ref in _marking_refs(obj)}

    def _identity(self, obj: Json) -> None:
        targeted = any(
            other["type"] == "relationship"
            and other["relationship_type"] == "targets"
            and other["target_ref"] == obj["id"]
            for other in self.objects
        )
        if targeted:
            for sector in obj.get("sectors", ()):
                self._add_tag(f'misp-galaxy:sector="{sector}"')
            if obj.get("identity_class") not in ("class", "group") or not obj.get("sectors"):
                self.elements.attribute(obj, "target-org", obj["name"], self._tags_of(obj), comment=_text(obj))
        elif self.maker != obj["id"]:
            self._left(obj, "is an identity that is neither the event's maker nor its target")

    def _in_words(self, obj: Json, kind: str) -> None:
        """What MISP has no element for is told in words, as a comment that a person can read."""
        name = (
            obj.get("name")
            or obj.get("opinion")
            or obj.get("product")
            or obj.get("country")
            or obj.get("region")
            or kind
        )
        more = obj.get("result") or obj.get("explanation") or _text(obj)
        self.elements.attribute(obj, "text", f"{kind}: {name}" + (f"\n{more}" if more else ""), self._tags_of(obj))
        self._left(obj, "is told in words only")

    def _main(self, obj: Json) -> None:
        for label in obj.get("labels", ()):
            self._add_tag(label)
        for word in obj.get("report_types", ()):
            self._add_tag(f'stix:report-type="{word}"')
        if description := _text(obj):
            self._report(made_uuid(obj["id"], "description"), obj.get("name", "Report"), description, obj)
        for place, reference in enumerate(obj.get("external_references", ())):
            if "url" in reference:
                comment = reference.get("description") or reference["source_name"]
                self.elements.link(made_uuid(obj["id"], "reference", str(place)), reference["url"], comment, obj)
            else:
                self._left(obj, f"has the reference {reference['source_name']}, which has no address")
        for ref in obj.get("object_refs", ()):
            if ref not in self.by_id:
                self._left(obj, f"refers to {ref}, which is not among the objects")

    def _report(self, uuid: str, name: str, content: str, obj: Json) -> None:
        report = {"uuid": uuid, "name": name, "content": content, "timestamp": epoch(obj), "deleted": False}
        self.reports.append({**report, "distribution": "5", "Tag": self._marking_tags(obj)})

    def _indicator(self, obj: Json) -> None:
        language = obj["pattern_type"]
        tags = self._tags_of(obj)
        if "valid_until" in obj:
            tags.append(tag(f'verbale:valid-until="{obj["valid_until"]}"'))
        for phase in obj.get("kill_chain_phases", ()):
            tags.append(tag(f'kill-chain:{phase["kill_chain_name"]}="{phase["phase_name"]}"'))
        if language == "stix":
            self.elements.pattern(obj, tags)
        elif language in PATTERN_TYPES:
            self.elements.attribute(
                obj, PATTERN_TYPES[language], obj["pattern"], tags, to_ids=True, comment=_comment(obj)
            )
        else:
            self.elements.attribute(
                obj, "text", obj["pattern"], tags, comment=f"{language} rule. {_comment(obj)}".strip()
            )
            self._left(obj, f'has a rule in "{language}", which MISP has no type for; kept as text')

    def _cluster(self, obj: Json) -> None:
        kind, name = str(obj["type"]), str(obj.get("name") or obj["id"])
        attack = next(
            (
                str(reference["external_id"])
                for reference in obj.get("external_references", ())
                if reference["source_name"].startswith("mitre-")
                and _ATTACK_ID.fullmatch(reference.get("external_id", ""))
            ),
            "",
        )
        with_id, without = GALAXIES[kind]
        sorts = [MALWARE_GALAXIES[word] for word in obj.get("malware_types", ()) if word in MALWARE_GALAXIES]
        galaxy = misp_labels(obj).told.get("galaxy") or (with_id if attack and with_id else "")
        galaxy = galaxy or (sorts[0] if sorts else without)
        if not galaxy:
            self._in_words(obj, kind)
            return
        value = f"{name} - {attack}" if attack and galaxy.startswith("mitre-") else name
        phases = [f"{p['kill_chain_name']}:{p['phase_name']}" for p in obj.get("kill_chain_phases", ())]
        meta = {
            "synonyms": [alias for alias in obj.get("aliases", ()) if alias != name],
            "external_id": [attack] if attack else [],
            "kill_chain": phases,
            "refs": [reference["url"] for reference in obj.get("external_references", ()) if "url" in reference],
        }
        self.clusters[obj["id"]] = {
            "type": galaxy,
            "value": value,
            "tag_name": f'misp-galaxy:{galaxy}="{value}"',
            "uuid": kept_uuid(obj["id"]),
            "description": _text(obj),
            "meta": {field: found for field, found in meta.items() if found},
        }

    def _relate(self, obj: Json) -> None:
        source, target = obj["source_ref"], obj["target_ref"]
        for element, cluster in ((source, target), (target, source)):
            if cluster in self.clusters and self.elements.has(element):
                self.elements.add_tag(element, tag(self.clusters[cluster]["tag_name"]))
                return
        if self.elements.has(source) and self.elements.has(target):
            if not self.elements.refer(source, target, obj):
                self._left(obj, "starts at an attribute, and MISP has references from objects only")
        elif not (obj["relationship_type"] == "targets" and self.by_id.get(target, {}).get("type") == "identity"):
            self._left(obj, f"{obj['relationship_type']} between {source} and {target} has no place in an event")

    def _sight(self, obj: Json) -> None:
        seen = obj["sighting_of_ref"]
        if not self.elements.has(seen):
            self._left(obj, f"is of {seen}, which is no attribute of the event")
            return
        if obj.get("count") == 0:
            self._left(obj, "says that it was looked for and not seen, which MISP does not know")
            return
        names = [self.by_id[ref].get("name", ref) for ref in obj.get("where_sighted_refs", ()) if ref in self.by_id]
        when = obj.get("last_seen") or obj.get("first_seen") or obj["modified"]
        self.elements.sight(seen, obj, str(microseconds(when) // 1_000_000), ", ".join(names))
        if obj.get("count", 1) > 1:
            self._left(obj, f"counts {obj['count']} times, of which MISP keeps one")

    def _observe(self, obj: Json) -> None:
        if self.elements.has(obj["id"]):
            self.elements.note_times(obj["id"], obj)
            return
        if "objects" in obj:
            self.elements.contained(obj, self._tags_of(obj))
            return
        for ref in obj["object_refs"]:
            if self.elements.has(ref):
                self.elements.note_times(ref, obj)
            elif ref not in self.by_id:
                self._left(obj, f"refers to {ref}, which is not among the objects")
        if obj["number_observed"] > 1:
            self._left(obj, f"was observed {obj['number_observed']} times, which MISP does not count")

    def _marking_tags(self, obj: Json) -> list[Json]:
        word = self.markings.of(StixObject(obj, "", obj["type"]))
        return [tag(f"tlp:{word.lower()}")] if word else []

    def _tags_of(self, obj: Json) -> list[Json]:
        found = self._marking_tags(obj)
        found += [tag(label) for label in misp_labels(obj).others]
        if "confidence" in obj:
            near = min(CONFIDENCE_WORDS, key=lambda level: abs(level - obj["confidence"]))
            found.append(tag(f'misp:confidence-level="{CONFIDENCE_WORDS[near]}"'))
        return found

    def _add_tag(self, name: str) -> None:
        self.tags.setdefault(name, tag(name))

    def _event(self, info: str, organisation: Organisation | None) -> Json:
        main = self.main
        word = strictest(self.markings.of(StixObject(obj, "", obj["type"])) for obj in self.objects)
        if word:
            self._add_tag(f"tlp:{word.lower()}")
        for cluster in self.clusters.values():
            self._add_tag(cluster["tag_name"])
        told: Sequence[Json] = [main] if main else self.objects
        created = min((_version({"created": o["created"]}) for o in told if "created" in o), default=0)
        changed = max((_version(obj) for obj in self.objects), default=0) // 1_000_000
        published = _version({"created": main["published"]}) // 1_000_000 if main and "published" in main else 0
        identity = self.by_id.get(self.maker or "")
        maker = Organisation(identity["name"], kept_uuid(identity["id"])) if identity else organisation
        event: Json = {
            "uuid": kept_uuid(main["id"]) if main else made_uuid(*sorted(self.by_id)),
            "info": (main or {}).get("name") or info or "Intelligence without a title",
            "date": datetime.fromtimestamp(created / 1_000_000, UTC).strftime("%Y-%m-%d"),
            "timestamp": str(changed),
            "publish_timestamp": str(published),
            "published": bool(published),
            "threat_level_id": str((main or {}).get("x_misp_threat_level_id", "4")),
            "analysis": str((main or {}).get("x_misp_analysis", "2")),
            "distribution": "0",
            "Tag": list(self.tags.values()),
            "Attribute": self.elements.attributes,
            "Object": self.elements.objects,
            "Galaxy": _galaxies(self.clusters.values()),
            "EventReport": self.reports,
        }
        if maker:
            event["Orgc"] = {"name": maker.name, "uuid": maker.uuid}
        return event


def _galaxies(clusters: Iterable[Json]) -> list[Json]:
    found: dict[str, list[Json]] = {}
    for cluster in clusters:
        found.setdefault(cluster["type"], []).append(cluster)
    return [{"type": kind, "name": kind, "GalaxyCluster": parts} for kind, parts in found.items()]


def _version(obj: Json) -> int:
    written = obj.get("modified") or obj.get("created")
    return microseconds(written) if written else 0


def _marking_refs(obj: Json) -> Iterable[str]:
    yield from obj.get("object_marking_refs", ())
    yield from (marking["marking_ref"] for marking in obj.get("granular_markings", ()) if "marking_ref" in marking)


def _marked(ref: str) -> StixObject:
    return StixObject({"type": "x-any", "object_marking_refs": [ref]}, "", "x-any")


def _text(obj: Json) -> str:
    return str(obj.get("description", ""))


def _comment(obj: Json) -> str:
    return ". ".join(part for part in (obj.get("name", ""), obj.get("description", "")) if part)


__all__ = ["LeftOut", "Made", "Organisation", "event_of"]
