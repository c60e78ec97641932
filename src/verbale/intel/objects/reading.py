"""From msgspec's errors to breaches of the standard: its message names the place, `RULES` has the rule and clause."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from ..limits import MAX_INTEGER
from ..stix_types import DOMAIN_TYPES, OBSERVABLE_TYPES
from ..text import visible_value
from .faults import Breach
from .forms import RULES
from .parts import Observable

_PLACE: Final = re.compile(r"(?P<reason>.*?)(?: - at (?P<where>.*))?", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(?P<name>[^`]*)`")
_WRONG: Final = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`")
_BOUND: Final = re.compile(r"Expected `\w+` (?P<sign>[<>]=) (?P<number>\S+)")
_WORDS: Final = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_PARTS: Final = {
    "external_references": "2.5.1",
    "kill_chain_phases": "2.11",
    "granular_markings": "7.2.3.1",
    "body_multipart": "6.6.2.1",
    "values": "6.17.2.1",
    "x509_v3_extensions": "6.18.2.1",
}
"""Property to the section of the type that its parts have."""
_COMMON: Final = frozenset(Observable.__struct_fields__) | {"type", "spec_version", "id"}

SECTIONS: Final = {
    **{kind: f"4.{place}.1" for place, kind in enumerate(DOMAIN_TYPES, 1)},
    "relationship": "5.1.2",
    "sighting": "5.2.1",
    **{kind: f"6.{place}.1" for place, kind in enumerate(OBSERVABLE_TYPES, 1)},
    "language-content": "7.1.1",
    "marking-definition": "7.2.1.1",
    "extension-definition": "7.3.1",
    "bundle": "8.1",
}
"""Type to the section with the table of its properties."""


def breach_of(error: msgspec.ValidationError, path: str, clause: str) -> Breach:
    """What `error` says of an object that stands at `path` ("" for the whole) and whose properties `clause` defines."""
    match = _PLACE.fullmatch(str(error))
    message, where = (match["reason"], match["where"] or "") if match else (str(error), "")
    field = _field(where)
    missing = _MISSING.match(message)
    if missing:
        field = f"{field}.{missing['name']}" if field else missing["name"]
    head = re.split(r"[.\[]", field, maxsplit=1)[0]
    if not path and head != field and head in _PARTS:
        clause = _PARTS[head]
    elif not path and head in _COMMON:
        clause = "3.2"
    reason, own_clause = _reason(message)
    return Breach(visible_value(f"{path}.{field}".strip(".")), reason, own_clause or clause)


def _field(where: str) -> str:
    """`$.a[0].b` as `a[0].b`; of a dictionary msgspec writes `[...]` or `key` in `$.a` without saying which."""
    quoted = re.findall(r"`([^`]*)`", where)
    place = quoted[-1] if quoted else ""
    return place.removeprefix("$").removeprefix(".").replace("[...]", "")


def _reason(message: str) -> tuple[str, str]:
    if _MISSING.match(message):
        return "is missing", ""
    for expression, (rule, clause) in RULES.items():
        if message.endswith(f"matching regex {expression!r}"):
            return rule, clause
    if wrong := _WRONG.match(message):
        wanted = " or ".join(_WORDS.get(word, word) for word in wrong["wanted"].split(" | "))
        return f"must be {wanted}, not {_WORDS.get(wrong['got'], wrong['got'])}", ""
    if bound := _BOUND.match(message):
        number = bound["number"]
        word = "at least" if bound["sign"] == ">=" else "at most"
        return f"must be {word} {number}", "2.10" if number.lstrip("-") == str(MAX_INTEGER) else ""
    if message.endswith("of length >= 1"):
        return "must not be empty; leave the property out", "2.12" if "array" in message else "2.3"
    if message.startswith("Invalid enum value"):
        return f"must be one of the terms of its enumeration, not {visible_value(message[19:100])}", ""
    return visible_value(message[:200]), ""
