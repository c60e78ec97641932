"""MISP events (MISP core format) to a `Report`.

Attributes to look for (`to_ids`) become indicators, the others observables, as in MISP's own export to STIX. A tlp: tag
of an event marks all of it; one on an attribute or object can only raise that. Deleted elements and proposals
(`ShadowAttribute`) are left out.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from .collect import ReferenceList, Texts
from .errors import BadObject, TooLarge
from .fields import UUID, Node
from .limits import MAX_OBJECTS
from .misp_tags import TagReader, tlp_of
from .misp_types import ANALYSIS_STATES, DISTRIBUTIONS, THREAT_LEVELS
from .misp_values import ValueReader
from .model import Marking, Note, Report
from .text import clean_line, date_timestamp, epoch_timestamp, time_key, utc_timestamp
from .tlp import strictest

FORMAT_VERSION: Final = "core"
"""The core format is not numbered inside its files."""


class _Element(NamedTuple):
    """One attribute with the name of the object it stands in, "" for none."""

    node: Node
    marking: Marking
    object_name: str


def read_event(value: dict[str, object], path: str) -> Report:
    """The report that one MISP event makes; `BadObject` names the attribute, object or event at fault."""
    uuid = value.get("uuid")
    return _Event(Node(value, uuid if isinstance(uuid, str) and UUID.fullmatch(uuid) else path)).read()


class _Moment(NamedTuple):
    """A time with the attribute or object that gives it."""

    time: str
    source_id: str
    marking: Marking


class _Event:
    """One reading of one event."""

    def __init__(self, event: Node) -> None:
        self.event = event
        self.title = event.line("info", required=True)
        self.id = _uuid(event, required=True)
        self.own = tlp_of(event)
        self.texts = Texts()
        self.references = ReferenceList(self.own)
        self.tags = TagReader(self.own, self.texts, self.references)
        self.values = ValueReader(self.tags, self.texts, self.references)
        self._uuids = {self.id}
        self._markings: list[Marking] = [self.own]
        self._left_out = 0
        self._starts: list[_Moment] = []
        self._ends: list[_Moment] = []
        self._objects: dict[str, int] = {}

    def read(self) -> Report:
        event, texts = self.event, self.texts
        self.tags.read(event, self.id, self.own)
        elements = self._elements()
        for element in elements:
            self.tags.read(element.node, _uuid(element.node) or self.id, element.marking)
            self.values.read(element.node, _uuid(element.node) or self.id, element.marking, element.object_name)
        self._read_event_reports()
        producer = self._producer()
        heading = {
            "created": self._date(),
            "modified": self._epoch(event, "timestamp"),
            "published": self._epoch(event, "publish_timestamp") if event.flag("published") else None,
            "threat_level": self._choice("threat_level_id", THREAT_LEVELS),
            "analysis": self._choice("analysis", ANALYSIS_STATES),
        }
        for field, text in {"title": self.title, "producer": producer, **heading}.items():
            texts.add(field, text or "", self.id, self.own)
        if proposals := len(event.items("ShadowAttribute")):
            texts.warn(self.id, f"{proposals:,} proposals to change the event were left out", self.own)
        if self._left_out:
            texts.warn(self.id, f"{self._left_out:,} deleted attributes or objects were left out", self.own)
        values, tags = self.values, self.tags
        return Report(
            format="misp",
            format_version=FORMAT_VERSION,
            title=self.title,
            summary="",
            producer=producer,
            created=heading["created"],
            modified=heading["modified"],
            published=heading["published"],
            first_seen=self._bound("first_seen", self._starts, latest=False),
            last_seen=self._bound("last_seen", self._ends, latest=True),
            languages=[],
            sectors=texts.values("sectors"),
            regions=texts.values("regions"),
            countries=texts.values("countries"),
            victims=texts.values("victims"),
            threat_level=heading["threat_level"] or "",
            analysis=heading["analysis"] or "",
            labels=texts.values("labels"),
            actors=list(tags.actors.values()),
            malware=list(tags.malware.values()),
            tools=list(tags.tools.values()),
            vulnerabilities=list(values.vulnerabilities.values()),
            infrastructure=[],
            techniques=tags.techniques.all(),
            indicators=values.indicators,
            observables=values.observables,
            references=self.references.all(),
            marking=strictest(self._markings),
            own_marking=self.own,
            markings=self._distribution(),
            relationships=[],
            courses_of_action=list(tags.courses.values()),
            notes=values.notes,
            object_counts=self._counts(elements),
            not_understood=values.not_understood,
            warnings=texts.warnings(),
            origins=texts.origins(),
        )

    def _elements(self) -> list[_Element]:
        """All attributes that are not deleted, those of the event first, then those of its objects."""
        found = [element for node in self.event.nodes("Attribute") for element in self._attribute(node, self.own, "")]
        for obj in self.event.nodes("Object"):
            name = obj.line("name", required=True)
            if obj.flag("deleted"):
                self._left_out += 1
                continue
            self._claim(obj)
            marking = strictest([self.own, tlp_of(obj)])
            self._markings.append(marking)
            self._objects[name] = self._objects.get(name, 0) + 1
            self._note_times(obj, marking)
            self.tags.read(obj, _uuid(obj) or self.id, marking)
            for node in obj.nodes("Attribute"):
                found += self._attribute(node, marking, name)
            if len(found) > MAX_OBJECTS:
                break
        if len(found) + sum(self._objects.values()) > MAX_OBJECTS:
            raise TooLarge(f"more than {MAX_OBJECTS:,} attributes and objects; that is the limit", object_id=self.id)
        return found

    def _attribute(self, node: Node, outer: Marking, object_name: str) -> list[_Element]:
        if node.flag("deleted"):
            self._left_out += 1
            return []
        self._claim(node)
        marking = strictest([outer, tlp_of(node)])
        self._markings.append(marking)
        self._note_times(node, marking)
        return [_Element(node, marking, object_name)]

    def _claim(self, node: Node) -> None:
        uuid = _uuid(node)
        if uuid in self._uuids:
            raise node.fault("uuid", "stands on two elements of the event")
        if uuid:
            self._uuids.add(uuid)

    def _note_times(self, node: Node, marking: Marking) -> None:
        for field, moments in (("first_seen", self._starts), ("last_seen", self._ends)):
            if time := self._time(node, field):
                moments.append(_Moment(time, _uuid(node) or self.id, marking))

    def _bound(self, field: str, moments: list[_Moment], *, latest: bool) -> str | None:
        """The first or last of `moments`, noted as the report's `field` with the element that gave it."""
        if not moments:
            return None
        found = (max if latest else min)(moments, key=lambda moment: time_key(moment.time))
        self.texts.add(field, *found)
        return found.time

    @staticmethod
    def _time(node: Node, field: str) -> str | None:
        written = node.string(field)
        if not written:
            return None
        found = utc_timestamp(written, only_z=False)
        if found is None:
            raise node.fault(
                field, f'"{clean_line(written[:60])}" is no time in the form 2022-12-21T22:02:43.629+00:00'
            )
        return found

    @staticmethod
    def _epoch(node: Node, field: str) -> str | None:
        value = node.value.get(field)
        if value is None or value in ("", "0", 0):
            return None
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 15:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise node.fault(field, "must be a time in whole seconds since 1970")
        found = epoch_timestamp(value)
        if found is None:
            raise node.fault(field, f"{value} is beyond the year 9999 or before 1970")
        return found

    def _date(self) -> str | None:
        written = self.event.string("date")
        if not written:
            return None
        found = date_timestamp(written)
        if found is None:
            raise self.event.fault("date", f'"{clean_line(written[:40])}" is no date in the form 2022-12-21')
        return found

    def _choice(self, field: str, words: dict[str, str]) -> str:
        value = self.event.value.get(field)
        if value is None or value == "":
            return ""
        key = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if key not in words:
            raise self.event.fault(field, f"must be one of {', '.join(words)}")
        return words[key]

    def _distribution(self) -> list[str]:
        value = self.event.value.get("distribution")
        word = DISTRIBUTIONS.get(str(value)) if isinstance(value, str | int) else None
        return [f"MISP distribution: {word}"] if word else []

    def _producer(self) -> str:
        for field in ("Orgc", "Org"):
            org = self.event.node(field)
            if org is not None and (name := org.line("name")):
                return name
        return ""

    def _read_event_reports(self) -> None:
        for report in self.event.nodes("EventReport"):
            if not report.flag("deleted"):
                marking = strictest([self.own, tlp_of(report)])
                self._markings.append(marking)
                name, content = report.line("name"), report.text("content")
                self.values.notes.append(Note("event-report", name, content, _uuid(report) or self.id, marking))

    def _counts(self, elements: list[_Element]) -> dict[str, int]:
        counts = {"attribute": len(elements), "event": 1, "galaxy-cluster": self.tags.clusters}
        counts.update({f"object:{name}": number for name, number in self._objects.items()})
        return dict(sorted((name, number) for name, number in counts.items() if number))


def _uuid(node: Node, *, required: bool = False) -> str:
    """The uuid in lower case (MISP core format: RFC 4122), "" when there is none."""
    written = node.string("uuid", required=required)
    if written and not UUID.fullmatch(written):
        raise _bad_uuid(node, written)
    return written.lower()


def _bad_uuid(node: Node, written: str) -> BadObject:
    return node.fault("uuid", f'"{clean_line(written[:60])}" is no UUID')
