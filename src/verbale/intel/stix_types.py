"""The types of STIX 2.1, in the order of its sections, by which clauses are numbered."""

from __future__ import annotations

from typing import Final

__all__ = ["DOMAIN_TYPES", "META_TYPES", "OBSERVABLE_TYPES", "RELATION_TYPES"]

DOMAIN_TYPES: Final = (
    "attack-pattern",
    "campaign",
    "course-of-action",
    "grouping",
    "identity",
    "incident",
    "indicator",
    "infrastructure",
    "intrusion-set",
    "location",
    "malware",
    "malware-analysis",
    "note",
    "observed-data",
    "opinion",
    "report",
    "threat-actor",
    "tool",
    "vulnerability",
)
"""Section 4."""
RELATION_TYPES: Final = ("relationship", "sighting")
"""Section 5."""
OBSERVABLE_TYPES: Final = (
    "artifact",
    "autonomous-system",
    "directory",
    "domain-name",
    "email-addr",
    "email-message",
    "file",
    "ipv4-addr",
    "ipv6-addr",
    "mac-addr",
    "mutex",
    "network-traffic",
    "process",
    "software",
    "url",
    "user-account",
    "windows-registry-key",
    "x509-certificate",
)
"""Section 6."""
META_TYPES: Final = ("language-content", "marking-definition", "extension-definition")
"""Section 7."""
