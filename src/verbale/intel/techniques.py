"""ATT&CK techniques: how their ids are written, and the list in which each stands once.

No table of techniques is kept here: a name that the report does not give stays empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from .model import Technique
from .tlp import combined

_TECHNIQUE_ID: Final = re.compile(r"T\d{4}(?:\.\d{3})?", re.ASCII)
_CLUSTER_VALUE: Final = re.compile(r"(?P<name>.*?)\s*-\s*(?P<id>T\d{4}(?:\.\d{3})?)", re.ASCII | re.IGNORECASE)

ATTACK_SOURCES: Final = frozenset({"mitre-attack", "mitre-mobile-attack", "mitre-ics-attack", "mitre-pre-attack"})
"""`source_name` of external references, and `kill_chain_name` of phases, that belong to ATT&CK."""

_TACTIC_IDS: Final = {
    "TA0043": "reconnaissance",
    "TA0042": "resource-development",
    "TA0001": "initial-access",
    "TA0002": "execution",
    "TA0003": "persistence",
    "TA0004": "privilege-escalation",
    "TA0005": "defense-evasion",
    "TA0006": "credential-access",
    "TA0007": "discovery",
    "TA0008": "lateral-movement",
    "TA0009": "collection",
    "TA0011": "command-and-control",
    "TA0010": "exfiltration",
    "TA0040": "impact",
}
"""Enterprise tactics, which attack-action objects give by id where attack-pattern objects give the short name."""

TACTICS: Final = tuple(_TACTIC_IDS.values())
"""In the order in which ATT&CK draws them, from left to right."""


def technique_id(text: str) -> str | None:
    """` t1566.001` as `T1566.001`; None when it is no technique id."""
    written = text.strip().upper()
    return written if _TECHNIQUE_ID.fullmatch(written) else None


def tactic_name(text: str) -> str:
    """`TA0001` or `Initial Access` as `initial-access`; ids that are not known stay as they are."""
    written = text.strip()
    return _TACTIC_IDS.get(
        written.upper(), written if written.upper().startswith("TA0") else written.lower().replace(" ", "-")
    )


def split_cluster_value(value: str) -> tuple[str, str]:
    """MISP's `Phishing - T1566` as `("Phishing", "T1566")`; the id is "" when the value has none."""
    match = _CLUSTER_VALUE.fullmatch(value.strip())
    if match is None:
        return value.strip(), technique_id(value) or ""
    return match["name"], match["id"].upper()


class _Draft:
    """A technique while mentions of it still come in; dicts and sets keep many mentions of one id cheap."""

    def __init__(self, first: Technique) -> None:
        self.first = first
        self.name = self.description = ""
        self.confidence: int | None = None
        self.tactics: dict[str, None] = {}
        self.markings: set[str | None] = set()


class TechniqueList:
    """Collects mentions of techniques; each id keeps the place of its first mention.

    Of several mentions the first with a name, a description or a confidence gives it; tactics add up. The marking is
    that of all mentions together, since the text may stem from the most restricted of them.
    """

    def __init__(self, own_marking: str | None) -> None:
        self._own = own_marking
        self._drafts: dict[str, _Draft] = {}

    def add(self, mention: Technique) -> None:
        """One mention; its `id` is one that `technique_id` gave."""
        draft = self._drafts.setdefault(mention.id, _Draft(mention))
        draft.name = draft.name or mention.name
        draft.description = draft.description or mention.description
        if draft.confidence is None:
            draft.confidence = mention.confidence
        draft.tactics.update(dict.fromkeys(mention.tactics))
        draft.markings.add(mention.marking)

    def all(self) -> list[Technique]:
        """The techniques in the order of their first mention."""
        return [
            Technique(
                id=draft.first.id,
                name=draft.name,
                tactics=list(draft.tactics),
                description=draft.description,
                confidence=draft.confidence,
                source_id=draft.first.source_id,
                marking=combined(draft.markings, self._own),
            )
            for draft in self._drafts.values()
        ]


def unique(values: Iterable[str]) -> list[str]:
    """The non-empty values, each once, in the order of first appearance."""
    return [value for value in dict.fromkeys(values) if value]
