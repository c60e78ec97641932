"""What is shared, as page and API tell it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verbale.desk.intelligence.named import Read
from verbale.intel.correlation import TECHNIQUE, Column, Correlation, Feature, matrix

__all__ = ["TACTIC_NAMES", "common_json", "kind_name", "matrix_of", "pairs_of", "shared_of", "techniques_json"]

TACTIC_NAMES: dict[str, Any] = {
    "reconnaissance": gettext_lazy("Reconnaissance"),
    "resource-development": gettext_lazy("Resource development"),
    "initial-access": gettext_lazy("Initial access"),
    "execution": gettext_lazy("Execution"),
    "persistence": gettext_lazy("Persistence"),
    "privilege-escalation": gettext_lazy("Privilege escalation"),
    "defense-evasion": gettext_lazy("Defence evasion"),
    "credential-access": gettext_lazy("Credential access"),
    "discovery": gettext_lazy("Discovery"),
    "lateral-movement": gettext_lazy("Lateral movement"),
    "collection": gettext_lazy("Collection"),
    "command-and-control": gettext_lazy("Command and control"),
    "exfiltration": gettext_lazy("Exfiltration"),
    "impact": gettext_lazy("Impact"),
    "": gettext_lazy("Tactic not told"),
}
_KINDS: dict[str, Any] = {
    TECHNIQUE: gettext_lazy("technique"),
    "software": gettext_lazy("malware or tool"),
    "ipv4": gettext_lazy("IPv4 address"),
    "ipv6": gettext_lazy("IPv6 address"),
    "domain": gettext_lazy("domain"),
    "url": gettext_lazy("URL"),
    "email": gettext_lazy("e-mail address"),
    "registry-key": gettext_lazy("registry key"),
    "mutex": gettext_lazy("mutex"),
    "cve": gettext_lazy("vulnerability"),
}
_SHADES = 4
_MOST_FEATURES_OF_A_PAIR = 12


def kind_name(kind: str) -> Any:
    """`domain` in the language of the reader; hashes by their own names."""
    return _KINDS.get(kind, kind.upper().replace("SHA", "SHA-"))


def _told(feature: Feature, names: dict[str, str]) -> str:
    name = names.get(feature.value, "") if feature.kind == TECHNIQUE else ""
    return f"{feature.value} {name}".strip()


def _names(read: Read) -> dict[str, str]:
    return {item.id: item.name for item in read.used if item.name}


def shared_of(read: Read, found: Correlation, most: int) -> list[dict[str, Any]]:
    """What several name, the most telling first."""
    names = _names(read)
    return [
        {
            "kind": kind_name(item.feature.kind),
            "value": _told(item.feature, names),
            "sources": [read.sources[key] for key in item.sources],
        }
        for item in found.shared[:most]
    ]


def pairs_of(read: Read, found: Correlation, most: int) -> list[dict[str, Any]]:
    """Who has most in common."""
    names = _names(read)
    return [
        {
            "first": read.sources[pair.first],
            "second": read.sources[pair.second],
            "number": len(pair.shared),
            "weight": f"{pair.weight:.1f}",
            "features": [_told(feature, names) for feature in pair.shared[:_MOST_FEATURES_OF_A_PAIR]],
            "more": max(0, len(pair.shared) - _MOST_FEATURES_OF_A_PAIR),
        }
        for pair in found.pairs[:most]
    ]


def matrix_of(read: Read, marked: str) -> list[dict[str, Any]]:
    """Techniques under their tactics: how many name each, shaded by it; `marked` is the source that stands out."""
    columns: Sequence[Column] = matrix(read.used)
    most = max((len(cell.sources) for column in columns for cell in column.cells), default=1)
    return [
        {
            "name": TACTIC_NAMES.get(column.tactic, column.tactic),
            "cells": [
                {
                    "id": cell.id,
                    "name": cell.name,
                    "below": cell.below,
                    "number": len(cell.sources),
                    "shade": 1 + (len(cell.sources) - 1) * (_SHADES - 1) // max(1, most - 1) if most > 1 else 1,
                    "marked": marked in cell.sources,
                    "told": _("%(id)s: %(who)s")
                    % {"id": cell.id, "who": ", ".join(read.sources[key].name for key in cell.sources)},
                }
                for cell in column.cells
            ],
        }
        for column in columns
    ]


# -- as JSON -----------------------------------------------------------------------------------------------------------


def common_json(read: Read, found: Correlation) -> dict[str, Any]:
    """For machines."""

    def source(key: str) -> dict[str, str]:
        return {"key": key, "name": read.sources[key].name}

    return {
        "level": read.level,
        "sources": [source(key) for key in sorted(read.sources)],
        "shared": [
            {
                "kind": item.feature.kind,
                "value": item.feature.value,
                "weight": round(item.weight, 6),
                "sources": [source(key) for key in item.sources],
            }
            for item in found.shared
        ],
        "pairs": [
            {
                "first": source(pair.first),
                "second": source(pair.second),
                "weight": round(pair.weight, 6),
                "shared": [{"kind": item.kind, "value": item.value} for item in pair.shared],
            }
            for pair in found.pairs
        ],
        "all_reports_read": read.whole,
        "all_shelves_read": read.whole_shelves,
    }


def techniques_json(read: Read) -> list[dict[str, Any]]:
    return [
        {
            "tactic": column.tactic,
            "techniques": [
                {"id": cell.id, "name": cell.name, "sources": [read.sources[key].name for key in cell.sources]}
                for cell in column.cells
            ],
        }
        for column in matrix(read.used)
    ]
