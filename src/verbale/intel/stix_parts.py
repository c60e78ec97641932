"""The lists of a `Report` that each come from one or a few types of STIX object."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, Literal

from .collect import ReferenceList, Texts, web_address
from .fields import Node
from .model import Actor, Indicator, Named, Note, Observable, Reference, Technique, Vulnerability
from .stix_markings import Markings
from .stix_objects import OBSERVABLES, StixObject
from .stix_observables import Seen, address_in_name, observed_values, values_of
from .stix_patterns import PatternChecker
from .techniques import ATTACK_SOURCES, TechniqueList, tactic_name, technique_id
from .text import clean_line

_CVE: Final = re.compile(r"CVE-\d{4}-\d{4,}", re.ASCII | re.IGNORECASE)
_ACTOR_KINDS: Final[dict[str, Literal["threat-actor", "intrusion-set", "campaign"]]] = {
    "threat-actor": "threat-actor",
    "intrusion-set": "intrusion-set",
    "campaign": "campaign",
}

MarkingOf = Callable[[StixObject], str | None]


def read_actors(objects: list[StixObject], marking_of: MarkingOf) -> list[Actor]:
    """Threat actors, intrusion sets and campaigns (sections 4.17, 4.8, 4.2)."""
    return [
        Actor(
            name=obj.line("name", required=True),
            kind=_ACTOR_KINDS[obj.type],
            aliases=obj.lines("aliases"),
            description=obj.text("description"),
            id=obj.id,
            marking=marking_of(obj),
        )
        for obj in objects
        if obj.type in _ACTOR_KINDS
    ]


def read_named(objects: list[StixObject], kind: str, kinds_field: str, marking_of: MarkingOf) -> list[Named]:
    """All objects of type `kind`, whose sorts stand in the list `kinds_field` ("" when the type has none)."""
    return [
        Named(
            name=obj.line("name"),
            kinds=obj.lines(kinds_field) if kinds_field else [],
            description=obj.text("description"),
            id=obj.id,
            marking=marking_of(obj),
        )
        for obj in objects
        if obj.type == kind
    ]


def read_vulnerabilities(objects: list[StixObject], marking_of: MarkingOf) -> list[Vulnerability]:
    """Vulnerabilities (section 4.19), whose CVE id is an external reference with the source name `cve`, or the name."""
    found = []
    for obj in objects:
        if obj.type == "vulnerability":
            name = obj.line("name", required=True)
            ids = [*_external_ids(obj, frozenset({"cve"})), name]
            cve = next((known.upper() for known in ids if _CVE.fullmatch(known)), "")
            found.append(Vulnerability(cve, name, obj.text("description"), obj.id, marking_of(obj)))
    return found


def read_notes(objects: list[StixObject], marking_of: MarkingOf) -> list[Note]:
    """Notes and opinions (sections 4.13 and 4.15)."""
    found = []
    for obj in objects:
        if obj.type == "note":
            found.append(Note("note", obj.line("abstract"), obj.text("content"), obj.id, marking_of(obj)))
        elif obj.type == "opinion":
            found.append(Note("opinion", obj.line("opinion"), obj.text("explanation"), obj.id, marking_of(obj)))
    return found


def read_indicators(objects: list[StixObject], marking_of: MarkingOf) -> list[Indicator]:
    """Indicators (section 4.7); a pattern in STIX's own language must be well-formed, others are kept as they are."""
    checker = PatternChecker()
    found = []
    for obj in objects:
        if obj.type != "indicator":
            continue
        pattern = obj.string("pattern", required=True)
        language = obj.line("pattern_type", required=True)
        if language == "stix":
            checker.check(obj, "pattern", pattern)
        phases = [f"{chain}:{phase}" for chain, phase in kill_chain(obj)]
        found.append(
            Indicator(
                id=obj.id,
                kind="stix-pattern" if language == "stix" else language,
                value=obj.seen_value("pattern") if language == "stix" else obj.text("pattern"),
                pattern_type=language,
                name=obj.line("name"),
                description=obj.text("description"),
                valid_from=obj.timestamp("valid_from", required=True),
                valid_until=obj.timestamp("valid_until"),
                marking=marking_of(obj),
                kill_chain=phases,
            )
        )
    return found


def read_observables(objects: list[StixObject], markings: Markings) -> list[Observable]:
    """Every value of every cyber observable, each with the marking of that value."""
    found = []
    for obj in objects:
        values = _values(obj)
        words = markings.of_values(obj, [seen.path for seen in values])
        found += [Observable(seen.type, seen.value, obj.id, word) for seen, word in zip(values, words, strict=True)]
    return found


def _values(obj: StixObject) -> list[Seen]:
    if obj.type in OBSERVABLES:
        return values_of(obj, obj.type)
    if obj.type == "observed-data":
        return observed_values(obj)
    return address_in_name(obj) if obj.type == "infrastructure" else []


def read_techniques(
    actions: list[StixObject], objects: list[StixObject], own: str | None, marking_of: MarkingOf, texts: Texts
) -> list[Technique]:
    """Techniques of a flow's actions, in the order of the flow, then of attack patterns, in file order.

    Where the bundle has the attack pattern too, that gives name and tactics, as an action's name tells the step.
    """
    patterns = [obj for obj in objects if obj.type == "attack-pattern"]
    official = {obj.id: technique for obj in patterns if (technique := _of_pattern(obj, marking_of(obj)))}
    names = {technique.id: technique.name for technique in reversed(official.values())}
    found = TechniqueList(own)
    for action in actions:
        marking = marking_of(action)
        mention = _of_action(action, official, names, marking)
        if mention is not None:
            found.add(mention)
        else:
            texts.warn(action.id, _why_no_technique(action), marking)
    for obj in patterns:
        if obj.id in official:
            found.add(official[obj.id])
        else:
            texts.warn(obj.id, f'the attack pattern "{obj.line("name")}" has no ATT&CK id', marking_of(obj))
    return found.all()


def _of_pattern(obj: StixObject, marking: str | None) -> Technique | None:
    ids = (technique_id(written) for written in _external_ids(obj, ATTACK_SOURCES))
    known = next((written for written in ids if written), None)
    if known is None:
        return None
    tactics = [tactic_name(phase) for chain, phase in kill_chain(obj) if chain in ATTACK_SOURCES]
    confidence = obj.integer("confidence", 0, 100)
    return Technique(known, obj.line("name"), tactics, obj.text("description"), confidence, obj.id, marking)


def _of_action(
    action: StixObject, official: dict[str, Technique], names: dict[str, str], marking: str | None
) -> Technique | None:
    written = technique_id(action.string("technique_id"))
    pattern = official.get(action.string("technique_ref"))
    known = written or (pattern.id if pattern else None)
    if known is None:
        return None
    tactic = action.string("tactic_id")
    return Technique(
        id=known,
        name=names.get(known) or action.line("name", required=True),
        tactics=[tactic_name(clean_line(tactic))] if tactic else [],
        description=action.text("description"),
        confidence=action.integer("confidence", 0, 100),
        source_id=action.id,
        marking=marking,
    )


def _why_no_technique(action: StixObject) -> str:
    written = action.line("technique_id")
    name = action.line("name")
    if written:
        return f'the step "{name}" names "{written[:40]}", which is no ATT&CK technique id'
    return f'the step "{name}" names no ATT&CK technique'


def read_references(objects: list[StixObject], references: ReferenceList, marking_of: MarkingOf, texts: Texts) -> None:
    """External references (section 2.5) of every object but extension definitions, which are about the format."""
    for obj in objects:
        if obj.type == "extension-definition":
            continue
        marking = marking_of(obj)
        for reference in obj.nodes("external_references"):
            title = reference.line("source_name", required=True)
            written, description = reference.line("url"), reference.text("description")
            url = web_address(written)
            if written and not url:
                texts.warn(obj.id, "an external reference is no http or https address and was left out", marking)
            elif url or (description and not reference.has("external_id")):
                references.add(Reference(title, url, description, obj.id, marking))


def kill_chain(obj: Node) -> Iterator[tuple[str, str]]:
    """(`kill_chain_name`, `phase_name`) of each phase (section 2.11)."""
    for phase in obj.nodes("kill_chain_phases"):
        yield phase.line("kill_chain_name", required=True), phase.line("phase_name", required=True)


def _external_ids(obj: StixObject, sources: frozenset[str]) -> list[str]:
    return [
        reference.line("external_id")
        for reference in obj.nodes("external_references")
        if reference.line("source_name") in sources
    ]
