"""What a report says, in one shape for both formats.

All structs are frozen; lists are in the order of first appearance. Times are ISO 8601 UTC texts ending in Z. Every
`marking` is a TLP 2.0 word (`verbale.intel.tlp`) or None where the sender marked nothing. `report_to_dict` gives plain
JSON with the fields in the order written here.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Marking = str | None


class Actor(msgspec.Struct, frozen=True):
    """Who is said to be behind it. `id` is the STIX id or MISP uuid, as in all structs here."""

    name: str
    kind: Literal["threat-actor", "intrusion-set", "campaign"]
    aliases: list[str]
    description: str
    id: str
    marking: Marking = None


class Named(msgspec.Struct, frozen=True):
    """A malware, tool, infrastructure or course of action; `kinds` are words such as `ransomware`."""

    name: str
    kinds: list[str]
    description: str
    id: str
    marking: Marking = None


class Vulnerability(msgspec.Struct, frozen=True):
    """`cve` is `CVE-2020-0601`, or "" when the sender names none."""

    cve: str
    name: str
    description: str
    id: str
    marking: Marking = None


class Technique(msgspec.Struct, frozen=True):
    """An ATT&CK technique, once per id. `tactics` are ATT&CK's short names (`initial-access`); `confidence` is 0 to
    100."""

    id: str
    name: str
    tactics: list[str]
    description: str
    confidence: int | None
    source_id: str
    marking: Marking = None


class Indicator(msgspec.Struct, frozen=True):
    """Something to look for. `kind` is `stix-pattern`, another pattern's name (`yara`), or an observable type for a
    plain value; `pattern_type` is STIX's word for the language of `value`, "" for a plain value.
    `kill_chain` holds `chain:phase`."""

    id: str
    kind: str
    value: str
    pattern_type: str
    name: str
    description: str
    valid_from: str | None
    valid_until: str | None
    marking: Marking
    kill_chain: list[str]


class Observable(msgspec.Struct, frozen=True):
    """Something that was seen, which need not be hostile. `type` is a plain word (`ipv4`, `sha256`, `registry-key`).
    One object of the report may give several, which then share its id."""

    type: str
    value: str
    id: str
    marking: Marking = None


class Reference(msgspec.Struct, frozen=True):
    """Where to read more; `url` is http or https, or "" for a reference in words only."""

    title: str
    url: str
    description: str
    id: str
    marking: Marking = None


class Relation(msgspec.Struct, frozen=True):
    """`source verb target`, by name where the object is in the report, else by id. The marking is the strictest of
    the relation's own and both ends'."""

    source: str
    verb: str
    target: str
    id: str
    marking: Marking = None


class Note(msgspec.Struct, frozen=True):
    """A remark: `kind` is `note`, `opinion`, `comment` or `event-report`; an opinion's title is its STIX word."""

    kind: str
    title: str
    text: str
    id: str
    marking: Marking = None


class NotUnderstood(msgspec.Struct, frozen=True):
    """Something in the report that this reader passes over, and why."""

    id: str
    type: str
    why: str
    marking: Marking = None


class Origin(msgspec.Struct, frozen=True):
    """Which object a plain text of the report came from, so that a marking can hold the text back.
    `field` is a field of `Report`, `value` the text as it stands there."""

    field: str
    value: str
    id: str
    marking: Marking = None


class Report(msgspec.Struct, frozen=True):
    """One report. `marking` is the most restrictive marking found anywhere in it; `own_marking` that of the report
    object or MISP event itself, which unmarked parts take. `markings` are other terms of use, in words."""

    format: Literal["stix", "misp"]
    format_version: str
    title: str
    summary: str
    producer: str
    created: str | None
    modified: str | None
    published: str | None
    first_seen: str | None
    last_seen: str | None
    languages: list[str]
    sectors: list[str]
    regions: list[str]
    countries: list[str]
    victims: list[str]
    threat_level: str
    analysis: str
    labels: list[str]
    actors: list[Actor]
    malware: list[Named]
    tools: list[Named]
    vulnerabilities: list[Vulnerability]
    infrastructure: list[Named]
    techniques: list[Technique]
    indicators: list[Indicator]
    observables: list[Observable]
    references: list[Reference]
    marking: Marking
    own_marking: Marking
    markings: list[str]
    relationships: list[Relation]
    courses_of_action: list[Named]
    notes: list[Note]
    object_counts: dict[str, int]
    not_understood: list[NotUnderstood]
    warnings: list[str]
    origins: list[Origin]


def report_to_dict(report: Report) -> dict[str, object]:
    """`report` as plain JSON values; keys in the order of the structs, `object_counts` by name."""
    built = msgspec.to_builtins(report)
    assert isinstance(built, dict)  # a Struct always becomes a dict; this only tells the type checker
    return built
