"""How much of the slow pattern grammar one delivery may ask for.

The grammar's parser reads about 100,000 characters a second. One object is bounded by `MAX_PATTERN_CHARACTERS`; without
a bound for all of them together, a thousand objects could keep a node busy for a quarter of an hour.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Struct, UnsetType

from ..errors import TooLarge
from ..limits import MAX_GRAMMAR_CHARACTERS
from ..stix_patterns import is_simple


class _Pattern(Struct):
    id: str | UnsetType = UNSET
    pattern: str | UnsetType = UNSET
    pattern_type: str | UnsetType = UNSET


_decoder = msgspec.json.Decoder(_Pattern)


class PatternBudget:
    """One for each file, contribution or request; `spend` before `check`."""

    def __init__(self, characters: int = MAX_GRAMMAR_CHARACTERS) -> None:
        self._limit = characters
        self._left = characters
        self._paid: set[str] = set()

    def spend(self, raw: bytes) -> None:
        """Counts the pattern of an object if the grammar will have to read it; `TooLarge` when there is none left."""
        try:
            found = _decoder.decode(raw)
        except (msgspec.DecodeError, RecursionError, ValueError):
            return  # `check` will say what is wrong with it
        if found.pattern_type != "stix" or isinstance(found.pattern, UnsetType) or is_simple(found.pattern.strip()):
            return
        if found.pattern in self._paid:
            return
        if len(found.pattern) > self._left:
            reason = f"the patterns up to this one have more than {self._limit:,} characters; that is the limit"
            name = "" if isinstance(found.id, UnsetType) else found.id[:200]
            raise TooLarge(reason, object_id=name, field="pattern")
        self._paid.add(found.pattern)
        self._left -= len(found.pattern)
