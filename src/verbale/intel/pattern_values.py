"""What a plain STIX pattern compares, for formats that know values and no patterns.

Plain is one observation whose comparisons are joined by `AND` alone or by `OR` alone. Everything else has no plain
values, and whoever asks must keep the pattern as it is.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .misp_map import PATH_TYPES
from .stix_patterns import is_simple

__all__ = ["Comparison", "Plain", "any_of", "plain_values", "quoted", "word_of"]

_COMPARISON: Final = re.compile(
    r"\s*(?P<path>[a-z0-9-]+:[^\s=!<>]+?)\s*(?P<operator>=|!=|[<>]=?|\bLIKE\b|\bMATCHES\b)\s*"
    r"(?:'(?P<text>(?:[^'\\]|\\['\\])*)'|(?P<number>-?\d+))(?:\s+(?P<joint>AND|OR)\s+)?"
)
_ESCAPE: Final = re.compile(r"\\(['\\])")
_ADDRESSES: Final = (
    "network-traffic:src_ref.value",
    "network-traffic:dst_ref.value",
    "domain-name:resolves_to_refs[*].value",
)


class Comparison(NamedTuple):
    """`path` without quotes: `file:hashes.SHA-256`. `value` is a text, or a number where the pattern has one."""

    path: str
    operator: str
    value: str | int


class Plain(NamedTuple):
    """`joint` is `AND`, `OR` or, for a single comparison, ""."""

    joint: str
    comparisons: list[Comparison]


def plain_values(pattern: str) -> Plain | None:
    """The comparisons of a plain pattern; None for any other, and for what is no pattern."""
    written = pattern.strip()
    if not is_simple(written) or not written.startswith("["):
        return None
    found, joints, place = [], set(), 1
    while match := _COMPARISON.match(written, place):
        text = match["text"]
        value = int(match["number"]) if text is None else _ESCAPE.sub(r"\1", text)
        found.append(Comparison(match["path"].replace("'", ""), match["operator"], value))
        joints.add(match["joint"] or "")
        place = match.end()
    # The last comparison has no joint behind it.
    joints.discard("")
    if written[place:].strip() != "]" or len(joints) > 1:
        return None
    return Plain(next(iter(joints), ""), found)


def any_of(pattern: str) -> list[Comparison]:
    """The comparisons of a pattern that looks for nothing but one of several values: for equality, joined by OR. Of any
    other pattern none, for none of its parts is an indicator by itself."""
    plain = plain_values(pattern)
    if plain is None or plain.joint == "AND" or any(each.operator != "=" for each in plain.comparisons):
        return []
    return plain.comparisons


def word_of(path: str) -> str:
    """The word by which values of a property are told: a kind of `Report` or MISP's word for it; "" for no value."""
    owner, colon, digest = path.partition(":hashes.")
    if colon:
        return digest.lower().replace("-", "") if owner in ("file", "artifact") else ""
    return "ip" if path in _ADDRESSES else PATH_TYPES.get(path, "")


def quoted(value: str) -> str:
    """A text as a STIX pattern writes it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
