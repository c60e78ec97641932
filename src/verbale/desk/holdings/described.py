"""One STIX object as a person reads it: what it is called, what it says, what it refers to. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

__all__ = ["TYPE_NAMES", "facts_of", "links_of", "name_of_type", "parsed", "title_of"]

TYPE_NAMES: dict[str, Any] = {
    "attack-pattern": gettext_lazy("Attack pattern"),
    "campaign": gettext_lazy("Campaign"),
    "course-of-action": gettext_lazy("Course of action"),
    "grouping": gettext_lazy("Grouping"),
    "identity": gettext_lazy("Identity"),
    "incident": gettext_lazy("Incident"),
    "indicator": gettext_lazy("Indicator"),
    "infrastructure": gettext_lazy("Infrastructure"),
    "intrusion-set": gettext_lazy("Intrusion set"),
    "location": gettext_lazy("Location"),
    "malware": gettext_lazy("Malware"),
    "malware-analysis": gettext_lazy("Malware analysis"),
    "note": gettext_lazy("Note"),
    "observed-data": gettext_lazy("Observed data"),
    "opinion": gettext_lazy("Opinion"),
    "report": gettext_lazy("Report"),
    "threat-actor": gettext_lazy("Threat actor"),
    "tool": gettext_lazy("Tool"),
    "vulnerability": gettext_lazy("Vulnerability"),
    "relationship": gettext_lazy("Relationship"),
    "sighting": gettext_lazy("Sighting"),
    "marking-definition": gettext_lazy("Definition of a marking"),
    "language-content": gettext_lazy("Translation"),
    "extension-definition": gettext_lazy("Definition of an extension"),
    "artifact": gettext_lazy("Artefact"),
    "autonomous-system": gettext_lazy("Autonomous system"),
    "directory": gettext_lazy("Directory"),
    "domain-name": gettext_lazy("Domain"),
    "email-addr": gettext_lazy("E-mail address"),
    "email-message": gettext_lazy("E-mail message"),
    "file": gettext_lazy("File"),
    "ipv4-addr": gettext_lazy("IPv4 address"),
    "ipv6-addr": gettext_lazy("IPv6 address"),
    "mac-addr": gettext_lazy("MAC address"),
    "mutex": gettext_lazy("Mutex"),
    "network-traffic": gettext_lazy("Network traffic"),
    "process": gettext_lazy("Process"),
    "software": gettext_lazy("Software"),
    "url": gettext_lazy("URL"),
    "user-account": gettext_lazy("User account"),
    "windows-registry-key": gettext_lazy("Registry key"),
    "x509-certificate": gettext_lazy("Certificate"),
}
_SHOWN: dict[str, Any] = {
    "name": gettext_lazy("Name"),
    "description": gettext_lazy("Description"),
    "abstract": gettext_lazy("Abstract"),
    "content": gettext_lazy("Content"),
    "explanation": gettext_lazy("Explanation"),
    "opinion": gettext_lazy("Opinion"),
    "pattern": gettext_lazy("Pattern"),
    "pattern_type": gettext_lazy("Language of the pattern"),
    "value": gettext_lazy("Value"),
    "valid_from": gettext_lazy("Valid from"),
    "valid_until": gettext_lazy("Valid until"),
    "first_seen": gettext_lazy("First seen"),
    "last_seen": gettext_lazy("Last seen"),
    "count": gettext_lazy("How often"),
    "number_observed": gettext_lazy("How often"),
    "confidence": gettext_lazy("Confidence, of 100"),
    "aliases": gettext_lazy("Also known as"),
    "indicator_types": gettext_lazy("Kinds"),
    "malware_types": gettext_lazy("Kinds"),
    "tool_types": gettext_lazy("Kinds"),
    "threat_actor_types": gettext_lazy("Kinds"),
    "infrastructure_types": gettext_lazy("Kinds"),
    "report_types": gettext_lazy("Kinds"),
    "sectors": gettext_lazy("Sectors"),
    "country": gettext_lazy("Country"),
    "labels": gettext_lazy("Labels"),
    "published": gettext_lazy("Published"),
    "created": gettext_lazy("Created"),
    "modified": gettext_lazy("Changed"),
    "lang": gettext_lazy("Language"),
}
_TITLES = ("name", "value", "abstract", "pattern", "key", "subject", "path", "content", "opinion", "definition_type")
_LONGEST = 140


def parsed(raw: bytes) -> dict[str, Any]:
    """What the store holds is a JSON object, always."""
    value: dict[str, Any] = orjson.loads(raw)
    return value


def name_of_type(kind: str) -> Any:
    """In the language of the reader; a custom type by its own word."""
    return TYPE_NAMES.get(kind, kind)


def title_of(value: Mapping[str, Any]) -> str:
    """What an object is called, or what it says, in a line."""
    kind = value.get("type")
    if kind == "relationship":
        told = {"verb": str(value.get("relationship_type", "")).replace("-", " ")}
        told |= {key: _plain(value.get(f"{key}_ref")) for key in ("source", "target")}
        return _("%(source)s %(verb)s %(target)s") % told
    if kind == "sighting":
        return _("%(what)s was seen") % {"what": _plain(value.get("sighting_of_ref"))}
    if kind == "file" and isinstance(value.get("hashes"), dict) and not value.get("name"):
        return ", ".join(f"{name} {digest}" for name, digest in value["hashes"].items())[:_LONGEST]
    for key in _TITLES:
        text = value.get(key)
        if isinstance(text, str) and text.strip():
            line = " ".join(text.split())
            return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
    return str(name_of_type(str(kind)))


def _plain(ref: Any) -> str:
    """`indicator--8e2e…` as `an indicator`: ids are for links."""
    return str(name_of_type(str(ref).partition("--")[0])).lower() if ref else "?"


def facts_of(value: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """What it says, label by label; what has no label here stands in the file that one can keep."""
    found = []
    for key, label in _SHOWN.items():
        told = value.get(key)
        if isinstance(told, list):
            told = ", ".join(item for item in told if isinstance(item, str))
        if told not in (None, "") and not isinstance(told, dict | bool):
            found.append((label, str(told)))
    hashes = value.get("hashes")
    if isinstance(hashes, dict):
        found += [(name, str(digest)) for name, digest in hashes.items()]
    return found


def links_of(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The objects that it names: by which property, and the id."""
    return list(_links(value, ""))


def _links(value: Any, at: str) -> Iterable[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in ("object_marking_refs", "granular_markings"):
                continue
            if key.endswith("_ref") and isinstance(inner, str):
                yield key.removesuffix("_ref").replace("_", " "), inner
            elif key.endswith("_refs") and isinstance(inner, list):
                yield from ((key.removesuffix("_refs").replace("_", " "), ref) for ref in inner if isinstance(ref, str))
            else:
                yield from _links(inner, key)
    elif isinstance(value, list):
        for item in value:
            yield from _links(item, at)
