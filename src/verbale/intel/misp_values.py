"""MISP attributes, one by one, into the lists of a `Report`."""

from __future__ import annotations

import re
from typing import Final

from .collect import ReferenceList, Texts, web_address
from .fields import Node
from .misp_tags import TagReader
from .misp_types import COMPOSITES, OBSERVABLE_WORDS, PASSED_OVER, PATTERNS, REFERENCES, REMARKS, TARGETS
from .model import Actor, Indicator, Marking, Note, NotUnderstood, Observable, Reference, Vulnerability
from .stix_observables import ip_word
from .stix_patterns import PatternChecker
from .text import clean_line, clean_text, visible_value

_CVE: Final = re.compile(r"CVE-\d{4}-\d{4,}", re.ASCII | re.IGNORECASE)
_EVIDENCE: Final = ("Payload", "Artifacts", "Persistence")
"""Beginnings of the categories in which an attached file is itself evidence rather than a document about it."""


class ValueReader:
    """Sorts attributes by type; its lists are those of the report."""

    def __init__(self, tags: TagReader, texts: Texts, references: ReferenceList) -> None:
        self._tags = tags
        self._texts = texts
        self._references = references
        self._patterns = PatternChecker()
        self.indicators: list[Indicator] = []
        self.observables: list[Observable] = []
        self.vulnerabilities: dict[str, Vulnerability] = {}
        self.notes: list[Note] = []
        self.not_understood: list[NotUnderstood] = []

    def read(self, node: Node, source_id: str, marking: Marking, object_name: str) -> None:
        """One attribute, in the object called `object_name` ("" for none)."""
        kind = node.line("type", required=True)
        value = node.string("value", required=True)
        category = node.line("category")
        if kind in COMPOSITES:
            self._composite(node, kind, source_id, marking)
        elif kind in PATTERNS:
            self._pattern(node, kind, value, source_id, marking)
        elif kind in REFERENCES or (kind == "url" and category == "External analysis" and not node.flag("to_ids")):
            self._reference(node, value, source_id, marking)
        elif kind in OBSERVABLE_WORDS:
            self._observable(node, kind, value, source_id, marking)
        elif kind == "attachment":
            if category.startswith(_EVIDENCE):
                self._observable(node, "filename", value, source_id, marking)
        elif kind in REMARKS:
            # Inside an object a text is one property among others ("section name"), and says nothing by itself.
            if not object_name:
                self.notes.append(Note("comment", node.line("comment"), clean_text(value), source_id, marking))
        else:
            self._about(node, kind, value, source_id, marking)

    def _about(self, node: Node, kind: str, value: str, source_id: str, marking: Marking) -> None:
        """Attributes that say something of the report rather than give something to look for."""
        if kind == "vulnerability":
            name = clean_line(value)
            cve = name.upper() if _CVE.fullmatch(name) else ""
            vulnerability = Vulnerability(cve, name, node.text("comment"), source_id, marking)
            self.vulnerabilities.setdefault(f"{name.upper()} {marking}", vulnerability)
        elif kind == "threat-actor":
            self._tags.add_actor(Actor(clean_line(value), "threat-actor", [], node.text("comment"), source_id, marking))
        elif kind in ("campaign-name", "campaign-id"):
            self._tags.add_actor(Actor(clean_line(value), "campaign", [], node.text("comment"), source_id, marking))
        elif kind in TARGETS:
            self._texts.add("victims", clean_line(value), source_id, marking)
        elif kind == "target-location":
            self._texts.add("countries", clean_line(value), source_id, marking)
        elif kind not in PASSED_OVER:
            why = "an attribute type that this reader does not know"
            self.not_understood.append(NotUnderstood(source_id, kind, why, marking))

    def _composite(self, node: Node, kind: str, source_id: str, marking: Marking) -> None:
        written = node.string("value")
        left, bar, right = written.partition("|")
        if not bar and kind.endswith("|port"):
            # Events from before MISP 2.4.60 wrote address and port with a colon.
            left, bar, right = written.rpartition(":")
        if not bar:
            raise node.fault("value", f'must be two values joined by "|", as the type {clean_line(kind)} says')
        for part_kind, part in zip(COMPOSITES[kind], (left, right), strict=True):
            if part.strip():
                self._observable(node, part_kind, part, source_id, marking)

    def _observable(self, node: Node, kind: str, value: str, source_id: str, marking: Marking) -> None:
        word = OBSERVABLE_WORDS[kind]
        shown = visible_value(value)
        if word == "ip":
            word = ip_word(value)
            if not word:
                why = f'"{shown[:60]}" is no IP address'
                self.not_understood.append(NotUnderstood(source_id, kind, why, marking))
                return
        elif word == "asn":
            shown = f"AS{shown.upper().removeprefix('AS').strip()}"
        if node.flag("to_ids"):
            self.indicators.append(self._indicator(node, word, shown, "", source_id, marking))
        else:
            self.observables.append(Observable(word, shown, source_id, marking))

    def _pattern(self, node: Node, kind: str, value: str, source_id: str, marking: Marking) -> None:
        is_stix = kind == "stix2-pattern"
        if is_stix:
            self._patterns.check(node, "value", value)
        language = "stix" if is_stix else kind
        shown = visible_value(value) if is_stix else clean_text(value)
        named = "stix-pattern" if is_stix else kind
        self.indicators.append(self._indicator(node, named, shown, language, source_id, marking))

    @staticmethod
    def _indicator(node: Node, kind: str, value: str, language: str, source_id: str, marking: Marking) -> Indicator:
        return Indicator(
            id=source_id,
            kind=kind,
            value=value,
            pattern_type=language,
            name="",
            description=node.text("comment"),
            valid_from=None,
            valid_until=None,
            marking=marking,
            kill_chain=[],
        )

    def _reference(self, node: Node, value: str, source_id: str, marking: Marking) -> None:
        url = web_address(value)
        if url:
            self._references.add(Reference("", url, node.text("comment"), source_id, marking))
        else:
            self._texts.warn(source_id, "a reference is no http or https address and was left out", marking)
