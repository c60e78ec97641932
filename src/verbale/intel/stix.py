"""STIX 2.1 objects to a `Report`. The checks of single objects are in `stix_objects`; here they are put together.

The report is told by its main object: the attack flow, else the report, grouping, incident or campaign object. Its
marking is the report's own one. STIX does not spread a report's marking to the objects it lists (section 7.2); a part
without marking therefore keeps None, and only `filter_by_marking` takes it for what the report is.
"""

from __future__ import annotations

from typing import Final

from .attack_flow import actions_in_order, author_name
from .collect import ReferenceList, Texts
from .limits import MAX_NAME_CHARACTERS
from .model import Marking, NotUnderstood, Relation, Report
from .stix_markings import Markings
from .stix_objects import ATTACK_FLOW_EXTENSION, OBSERVABLES, Loaded, StixObject, load_objects
from .stix_observables import values_of
from .stix_parts import (
    read_actors,
    read_indicators,
    read_named,
    read_notes,
    read_observables,
    read_references,
    read_techniques,
    read_vulnerabilities,
)
from .stix_targets import collect_targets
from .text import clean_line, time_key
from .tlp import TLP_EXTENSION, combined, strictest

_MAIN_TYPES: Final = ("attack-flow", "report", "grouping", "incident", "campaign")

_SPANS: Final = (
    # What happened comes first; how long an actor or a malware has been known says less about this report.
    (
        ("campaign", "first_seen", "last_seen"),
        ("incident", "first_seen", "last_seen"),
        ("sighting", "first_seen", "last_seen"),
        ("observed-data", "first_observed", "last_observed"),
        ("attack-action", "execution_start", "execution_end"),
    ),
    (
        ("infrastructure", "first_seen", "last_seen"),
        ("malware", "first_seen", "last_seen"),
        ("intrusion-set", "first_seen", "last_seen"),
        ("threat-actor", "first_seen", "last_seen"),
    ),
)

_EXTENSIONS_READ: Final = frozenset({ATTACK_FLOW_EXTENSION, TLP_EXTENSION})


def read_stix(values: list[object], name: str) -> Report:
    """The report that `values`, the objects of a bundle, make; `name` is the file's, for want of a title."""
    return _Reader(load_objects(values)).read(name)


class _Reader:
    """One reading. Its attributes are what all parts share: objects, markings, collected texts."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.objects = loaded.objects
        self.by_id = {obj.id: obj for obj in self.objects}
        self.markings = Markings([obj for obj in self.objects if obj.type == "marking-definition"])
        self._marking_by_id = {obj.id: self.markings.of(obj) for obj in self.objects}
        self._unknown_marking = {obj.id: self.markings.of_unknown(obj) for obj, _ in loaded.unknown}
        self._names: dict[str, str] = {}
        self.texts = Texts()
        self.main = self._main_object()
        self.own = self.marking_of(self.main) if self.main else None

    def marking_of(self, obj: StixObject) -> Marking:
        return self._marking_by_id[obj.id]

    def read(self, name: str) -> Report:
        objects, texts = self.objects, self.texts
        not_understood = self._not_understood()
        references = ReferenceList(self.own)
        read_references(objects, references, self.marking_of, texts)
        techniques = read_techniques(actions_in_order(objects), objects, self.own, self.marking_of, texts)
        relationships = self._relationships()
        observables = read_observables(objects, self.markings)
        collect_targets(objects, self.marking_of, texts)
        self._languages_and_labels()
        title, summary, producer = self._heading(name)
        created, modified, published = self._dates()
        first_seen, last_seen = self._span()
        self._warn_of_markings_and_versions()
        everything = [*self._marking_by_id.values(), *(part.marking for part in not_understood)]
        # Whoever is sent the file reads these too.
        everything += map(self.markings.of_unknown, (*self.loaded.superseded, *self.loaded.revoked))
        return Report(
            format="stix",
            format_version="2.1",
            title=title,
            summary=summary,
            producer=producer,
            created=created,
            modified=modified,
            published=published,
            first_seen=first_seen,
            last_seen=last_seen,
            languages=texts.values("languages"),
            sectors=texts.values("sectors"),
            regions=texts.values("regions"),
            countries=texts.values("countries"),
            victims=texts.values("victims"),
            threat_level="",
            analysis="",
            labels=texts.values("labels"),
            actors=read_actors(objects, self.marking_of),
            malware=read_named(objects, "malware", "malware_types", self.marking_of),
            tools=read_named(objects, "tool", "tool_types", self.marking_of),
            vulnerabilities=read_vulnerabilities(objects, self.marking_of),
            infrastructure=read_named(objects, "infrastructure", "infrastructure_types", self.marking_of),
            techniques=techniques,
            indicators=read_indicators(objects, self.marking_of),
            observables=observables,
            references=references.all(),
            marking=strictest(everything),
            own_marking=self.own,
            markings=list(dict.fromkeys(self.markings.statements)),
            relationships=relationships,
            courses_of_action=read_named(objects, "course-of-action", "", self.marking_of),
            notes=read_notes(objects, self.marking_of),
            object_counts=self.loaded.counts,
            not_understood=not_understood,
            warnings=texts.warnings(),
            origins=texts.origins(),
        )

    def _main_object(self) -> StixObject | None:
        for kind in _MAIN_TYPES:
            found = [obj for obj in self.objects if obj.type == kind and obj.line("name")]
            if len(found) > 1:
                self.texts.warn(
                    "", f"the file holds {len(found)} objects of type {kind}; the title is the first's", None
                )
            if found:
                return found[0]
        return None

    def _heading(self, name: str) -> tuple[str, str, str]:
        main = self.main
        if main is None:
            title = clean_line(name)
            self.texts.add("title", title, "", None)
            return title, "", ""
        title, summary = main.line("name"), main.text("description")
        author = self.by_id.get(main.identifier("created_by_ref"))
        if author is not None and author.type == "identity":
            producer, source = author.line("name"), author
        else:
            producer, source = author_name(main), main
        self.texts.add("title", title, main.id, self.own)
        self.texts.add("summary", summary, main.id, self.own)
        self.texts.add("producer", producer, source.id, self.marking_of(source))
        return title, summary, producer

    def _dates(self) -> tuple[str | None, str | None, str | None]:
        """Of the main object; without one, from the oldest creation to the newest change of all objects."""
        told = self.objects if self.main is None else [self.main]
        created = self._bound("created", self._times(told, "created"), latest=False)
        modified = self._bound("modified", self._times(told, "modified"), latest=True)
        return created, modified, self._bound("published", self._times(told[:1], "published"), latest=False)

    def _span(self) -> tuple[str | None, str | None]:
        for rank in _SPANS:
            starts, ends = [], []
            for kind, start, end in rank:
                told = [obj for obj in self.objects if obj.type == kind]
                starts += self._times(told, start)
                ends += self._times(told, end)
            if starts or ends:
                first = self._bound("first_seen", starts, latest=False)
                return first, self._bound("last_seen", ends, latest=True)
        return None, None

    @staticmethod
    def _times(objects: list[StixObject], field: str) -> list[tuple[str, StixObject]]:
        return [(time, obj) for obj in objects if (time := obj.timestamp(field))]

    def _bound(self, field: str, times: list[tuple[str, StixObject]], *, latest: bool) -> str | None:
        """The first or last of `times`, noted as the report's `field` with the object that gave it."""
        if not times:
            return None
        choose = max if latest else min
        time, obj = choose(times, key=lambda told: time_key(told[0]))
        self.texts.add(field, time, obj.id, self.marking_of(obj))
        return time

    def _languages_and_labels(self) -> None:
        for obj in self.objects:
            self.texts.add("languages", obj.line("lang"), obj.id, self.marking_of(obj))
            if obj.type == "language-content":
                for language, _ in obj.entries("contents"):
                    self.texts.add("languages", clean_line(language), obj.id, self.marking_of(obj))
        if self.main is not None:
            for label in [*self.main.lines("report_types"), *self.main.lines("labels")]:
                self.texts.add("labels", label, self.main.id, self.own)

    def _relationships(self) -> list[Relation]:
        found = []
        for obj in self.objects:
            if obj.type == "relationship":
                ends = [(obj.identifier("source_ref"), obj.identifier("target_ref"))]
                verb = obj.line("relationship_type", required=True)
            elif obj.type == "sighting":
                seen = obj.identifier("sighting_of_ref")
                by = obj.identifiers("where_sighted_refs") or [obj.identifier("created_by_ref")]
                ends, verb = [(ref, seen) for ref in by if ref], "sighted"
            else:
                continue
            for source, target in ends:
                marking = self._marking_with_ends(obj, source, target)
                found.append(Relation(self._name(source), verb, self._name(target), obj.id, marking))
        return found

    def _marking_with_ends(self, obj: StixObject, *ends: str) -> Marking:
        parts = [self.marking_of(obj)]
        for ref in ends:
            if ref in self.by_id:
                parts.append(self._marking_by_id[ref])
            elif ref in self._unknown_marking:
                parts.append(self._unknown_marking[ref])
            else:
                self.texts.warn(obj.id, f"refers to {ref}, which is not in the file", self.marking_of(obj))
        return combined(parts, self.own)

    def _name(self, ref: str) -> str:
        if ref not in self._names:
            self._names[ref] = self._name_of(ref)[:MAX_NAME_CHARACTERS]
        return self._names[ref]

    def _name_of(self, ref: str) -> str:
        obj = self.by_id.get(ref)
        if obj is None:
            return ref
        seen = values_of(obj, obj.type) if obj.type in OBSERVABLES else []
        protocols = obj.lines("protocols") if obj.type == "network-traffic" else []
        return obj.line("name") or ", ".join(protocols) or (seen[0].value if seen else ref)

    def _not_understood(self) -> list[NotUnderstood]:
        found = [
            NotUnderstood(obj.id, obj.type, f"{why}, which this reader does not know", self.markings.of_unknown(obj))
            for obj, why in self.loaded.unknown
        ]
        seen: set[str] = set()
        for obj in self.objects:
            for key, _ in obj.entries("extensions"):
                if key.startswith("extension-definition--") and key not in _EXTENSIONS_READ and key not in seen:
                    seen.add(key)
                    why = "an extension that this reader does not know; the rest of the object was read"
                    found.append(NotUnderstood(obj.id, clean_line(key), why, self.marking_of(obj)))
        return found

    def _warn_of_markings_and_versions(self) -> None:
        for ref, user in self.markings.unresolved.items():
            self.texts.warn(user, f"is marked with {ref}, which is not in the file; taken for AMBER", None)
        for obj in self.loaded.revoked:
            self.texts.warn(obj.id, "is revoked by its maker and was left out", self.markings.of(obj))
        if self.loaded.superseded:
            self.texts.warn("", f"{len(self.loaded.superseded):,} older versions of objects were passed over", None)
        if not self.objects:
            self.texts.warn("", "the file holds no object that this reader knows", None)
