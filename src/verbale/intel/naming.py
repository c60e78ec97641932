"""What a STIX object names: values in their one spelling, techniques, software, actors. An index is made of these.

    kind            what it is
    ipv4 … registry-key, cve
                    values, spelled by `overlap.values`
    technique       an id of ATT&CK, by an external reference
    software        a name or alias of malware or of a tool
    actor           a name or alias of a campaign, an intrusion set or a threat actor
    ref             the id of such an actor, in a relationship that ties something to it

A value is `alone` when it would be an indicator by itself: an observable, or one of several that a pattern joins by
nothing but OR. Of other patterns all values that they compare for equality are named, none of them alone. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from .object_values import object_values
from .overlap.values import RULES as SPELLING
from .overlap.values import normal, of_pattern
from .pattern_values import word_of
from .techniques import ATTACK_SOURCES, technique_id
from .text import clean_line

__all__ = ["ACTORS", "ACTOR", "MOST", "REF", "RULES", "SOFTWARE", "TECHNIQUE", "Name", "named_in", "plain_name"]

RULES: Final = SPELLING * 1_000 + 2
"""Number of these rules together with those of the spelling: an index made by others is made anew."""
MOST: Final = 1_000
"""Names of one object; it has no more than these."""
ACTORS: Final = ("campaign", "intrusion-set", "threat-actor")
TECHNIQUE, SOFTWARE, ACTOR, REF = "technique", "software", "actor", "ref"
_TIES: Final = frozenset({"indicates", "uses", "attributed-to", "targets", "originates-from"})
_LONGEST: Final = 300

_COMPARED: Final = re.compile(
    r"(?<![a-z0-9-])(?P<path>[a-z0-9-]+:[A-Za-z0-9_.\[\]*-]+(?:'[A-Za-z0-9-]+')?)\s*"
    r"(?:=\s*'(?P<text>(?:[^'\\]|\\.)*)'|IN\s*\((?P<several>[^()]*)\))|'(?:[^'\\]|\\.)*'",
    re.ASCII,
)
_TEXT: Final = re.compile(r"'((?:[^'\\]|\\.)*)'")
_ESCAPE: Final = re.compile(r"\\(['\\])")


class Name(NamedTuple):
    kind: str
    value: str
    alone: bool = False


def named_in(obj: dict[str, Any]) -> list[Name]:
    """The first `MOST` names, each once. The object is taken to be valid: `objects.check` has seen it."""
    found: dict[tuple[str, str], Name] = {}
    for name in islice(_names(obj), MOST * 2):
        before = found.get(name[:2])
        if before is None or (name.alone and not before.alone):
            found[name[:2]] = name
        if len(found) == MOST:
            break
    return list(found.values())


def plain_name(text: str) -> str:
    """The name of a tool or of an actor, in the spelling in which names are compared."""
    return clean_line(text)[:_LONGEST].casefold()


def _names(obj: dict[str, Any]) -> Iterator[Name]:
    kind = obj["type"]
    if kind == "indicator":
        if obj.get("pattern_type") == "stix":
            yield from _of_pattern(obj["pattern"])
    elif kind == "relationship":
        if obj["relationship_type"] in _TIES:
            for end in (obj["source_ref"], obj["target_ref"]):
                if end.partition("--")[0] in ACTORS:
                    yield Name(REF, end)
    elif kind in ("malware", "tool"):
        yield from _called(SOFTWARE, obj)
    elif kind in ACTORS:
        yield from _called(ACTOR, obj)
    elif kind == "vulnerability":
        yield from _values((("cve", obj["name"]),))
    else:
        yield from _values(object_values(obj))
    references = obj.get("external_references")
    if isinstance(references, list):
        yield from _referred(references)


def _of_pattern(pattern: str) -> Iterator[Name]:
    joined = of_pattern(pattern)
    if joined:
        yield from (Name(value.kind, value.value, True) for value in joined)
        return
    for match in _COMPARED.finditer(pattern):
        path, text, several = match.group("path", "text", "several")
        if path is not None:
            texts = [text] if text is not None else _TEXT.findall(several)
            word = word_of(path.replace("'", ""))
            yield from _values(((word, _ESCAPE.sub(r"\1", one)) for one in texts), alone=False)


def _values(pairs: Iterable[tuple[str, str]], *, alone: bool = True) -> Iterator[Name]:
    for word, text in pairs:
        value = normal(word, text) if word else None
        if value is not None:
            yield Name(value.kind, value.value, alone)


def _called(kind: str, obj: dict[str, Any]) -> Iterator[Name]:
    for text in (obj.get("name"), *obj.get("aliases", ())):
        name = plain_name(text) if isinstance(text, str) else ""
        if name:
            yield Name(kind, name)


def _referred(references: list[Any]) -> Iterator[Name]:
    for item in references:
        if not isinstance(item, dict) or not isinstance(item.get("external_id"), str):
            continue
        source, identifier = item.get("source_name"), item["external_id"]
        if source in ATTACK_SOURCES:
            technique = technique_id(identifier)
            if technique is not None:
                yield Name(TECHNIQUE, technique)
        elif source == "cve":
            yield from _values((("cve", identifier),))
