"""STIX patterns (STIX 2.1 section 9): is one well-formed, and what does a simple one look for.

The grammar's parser is recursive and reads about 100,000 characters a second, so the very common patterns that only
compare plain properties with plain strings are recognised without it, and the rest is bounded by three limits.
"""

from __future__ import annotations

import re
from typing import Final

from stix2patterns.validator import run_validator

from .errors import TooLarge
from .fields import Node
from .limits import MAX_GRAMMAR_CHARACTERS, MAX_PATTERN_CHARACTERS, MAX_PATTERN_NESTING
from .text import clean_line

_COMPARISON: Final = (
    r"(?:ipv4-addr|ipv6-addr|domain-name|url|email-addr):value\s*+=\s*+'[^'\\]++'|file:name\s*+=\s*+'[^'\\]++'"
)
_SIMPLE: Final = re.compile(rf"\[\s*+(?:{_COMPARISON})(?:\s++(?:OR|AND)\s++(?:{_COMPARISON}))*+\s*+\]", re.ASCII)
"""Patterns of which the grammar accepts each and every one. Hashes are not among them: their length is checked too.
`AND` between different object types is well-formed, if pointless."""

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
