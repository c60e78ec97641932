"""STIX patterns (STIX 2.1 section 9): is one well-formed, and what does a simple one look for.

The grammar's parser is recursive and reads about 100,000 characters a second, so the very common patterns that only
compare plain properties with plain strings are recognised without it, and the rest is bounded by three limits.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from stix2patterns.validator import run_validator

from .errors import TooLarge
from .fields import Node
from .limits import MAX_GRAMMAR_CHARACTERS, MAX_PATTERN_CHARACTERS, MAX_PATTERN_NESTING
from .text import clean_line

_STEP: Final = r"(?!(?:hashes|true|false)\b)[a-z][a-z0-9_]{2,249}"
_PATH: Final = rf"[a-z][a-z0-9]++(?:-[a-z0-9]++)*+:{_STEP}(?:\.(?:{_STEP}|'[^'\\]++')|\[(?:\*|\d{{1,9}})\])*+"
_HASHED: Final = (
    r"(?:file|artifact|x509-certificate):hashes\.(?:"
    r"(?i:MD5|'MD5')\s*+=\s*+'[0-9a-fA-F]{32}'|(?i:SHA1|'SHA-?1')\s*+=\s*+'[0-9a-fA-F]{40}'"
    r"|(?i:SHA256|'SHA-?256'|'SHA3-256')\s*+=\s*+'[0-9a-fA-F]{64}'"
    r"|(?i:SHA512|'SHA-?512'|'SHA3-512')\s*+=\s*+'[0-9a-fA-F]{128}'"
    r"|(?:SSDEEP|'SSDEEP')\s*+=\s*+'[a-zA-Z0-9/+:.]{1,128}'|(?:TLSH|'TLSH')\s*+=\s*+'[a-zA-Z0-9]++')"
)
_TEXT: Final = r"'(?:[^'\\]|\\['\\])*+'"
_COMPARISON: Final = (
    rf"{_HASHED}|{_PATH}(?:\s*+(?:=|!=|[<>]=?)\s*+(?:{_TEXT}|-?(?:0|[1-9]\d{{0,17}})\b)"
    rf"|\s++(?:LIKE|MATCHES)\s++{_TEXT})"
)
_OBSERVATION: Final = rf"\[\s*+(?:{_COMPARISON})(?:\s++(?:OR|AND)\s++(?:{_COMPARISON}))*+\s*+\]"
_SIMPLE: Final = re.compile(rf"{_OBSERVATION}(?:\s++(?:OR|AND|FOLLOWEDBY)\s++{_OBSERVATION})*+", re.ASCII)
"""Patterns of which the grammar accepts each and every one, and whose names are names. Of hashes only those whose
length is right are among them, since the grammar's parser looks at that too."""

_OBJECT_PATH: Final = re.compile(r"(?<![A-Za-z0-9_-])([A-Za-z0-9_-]++)\s*+:\s*+([A-Za-z0-9_-]*+)")
_TYPE_NAME: Final = re.compile(r"(?=.{3,250}\Z)[a-z][a-z0-9]*+(?:-[a-z0-9]++)*+-?")
_PROPERTY_NAME: Final = re.compile(r"id|[a-z][a-z0-9_]{2,249}")
_STRING: Final = re.compile(r"'(?:[^'\\]|\\.)*+'?", re.DOTALL)


class PatternChecker:
    """Checks the patterns of one report, each distinct one once, within the limits for all of them together."""

    def __init__(self) -> None:
        self._passed: set[str] = set()
        self._characters = 0

    def check(self, node: Node, field: str, pattern: str) -> None:
        """`BadObject` when the pattern is not well-formed or too deep, `TooLarge` when the report has too many."""
        if len(pattern) > MAX_PATTERN_CHARACTERS:
            raise node.fault(field, f"has {len(pattern):,} characters; the limit is {MAX_PATTERN_CHARACTERS:,}")
        if pattern in self._passed or _SIMPLE.fullmatch(pattern.strip()):
            return
        if nesting(pattern) > MAX_PATTERN_NESTING:
            raise node.fault(field, f"is nested deeper than {MAX_PATTERN_NESTING} levels; that is the limit")
        self._characters += len(pattern)
        if self._characters > MAX_GRAMMAR_CHARACTERS:
            raise TooLarge(
                f"the patterns up to this one have more than {MAX_GRAMMAR_CHARACTERS:,} characters; that is the limit",
                object_id=node.name,
                field=field,
            )
        fault = _grammar_fault(pattern)
        if fault:
            raise node.fault(field, fault)
        self._passed.add(pattern)


def is_simple(pattern: str) -> bool:
    """Whether `pattern` is among the very common ones that need no parser."""
    return _SIMPLE.fullmatch(pattern) is not None


@lru_cache(maxsize=4096)
def pattern_fault(pattern: str) -> str:
    """Why a single pattern is none, "" when it is one; the grammar's parser is asked only for what is not simple."""
    if len(pattern) > MAX_PATTERN_CHARACTERS:
        return f"has {len(pattern):,} characters; the limit is {MAX_PATTERN_CHARACTERS:,}"
    if _SIMPLE.fullmatch(pattern.strip()):
        return ""
    if nesting(pattern) > MAX_PATTERN_NESTING:
        return f"is nested deeper than {MAX_PATTERN_NESTING} levels; that is the limit"
    return _grammar_fault(pattern) or _name_fault(pattern)


def _name_fault(pattern: str) -> str:
    """STIX 2.1 section 3.1 on the names of types and properties, which the grammar does not look at."""
    for kind, name in _OBJECT_PATH.findall(_STRING.sub("''", pattern)):
        if not _TYPE_NAME.fullmatch(kind):
            return f'names "{clean_line(kind)[:60]}", which is no name of a type'
        if name and not _PROPERTY_NAME.fullmatch(name):
            return f'names "{clean_line(name)[:60]}", which is no name of a property'
    return ""


def nesting(pattern: str) -> int:
    """Parentheses and brackets of a pattern that are open at once."""
    depth = deepest = 0
    for mark in _STRING.sub("", pattern):
        if mark in "([":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in ")]":
            depth -= 1
    return deepest


def _grammar_fault(pattern: str) -> str:
    try:
        messages = run_validator(pattern, "2.1")
    except RecursionError:
        return "chains too many comparisons for the grammar's parser"
    except Exception as error:
        # The parser is foreign code on hostile text; it is known to raise ValueError on very long numbers, and
        # whatever else it raises also means that nobody can read this pattern.
        return f"cannot be read as a STIX pattern ({type(error).__name__})"
    if not messages:
        return ""
    first = str(messages[0]).removeprefix("FAIL: ").removeprefix("Error found at ")
    return f"is not a STIX pattern: {clean_line(first)[:300]}"
