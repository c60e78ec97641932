"""How much a report may hold. Each limit is checked before the work that it bounds.

A real export of a large MISP event stays a factor of ten below these; a file made to exhaust memory does not.
"""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 64 * 1024 * 1024
"""Bytes of one file."""

MAX_DEPTH: Final = 64
"""Arrays and objects open at once; real reports stay below 12."""

MAX_TOKENS: Final = 6_000_000
"""Strings, brackets and commas in the JSON text, which bounds the memory of the parsed tree to about 1 GiB."""

MAX_OBJECTS: Final = 200_000
"""STIX objects, or MISP attributes and objects together."""

MAX_INTEGER: Final = 2**53 - 1
"""STIX 2.1 section 2.6: integers beyond this are not exact in every reader (also RFC 7493 section 2.2)."""

MAX_NUMBER_CHARACTERS: Final = 400
"""Digits of one number; longer ones make the integer parser itself slow."""

MAX_NAME_CHARACTERS: Final = 250
"""Characters of a text that the reader repeats for each of many others, such as a galaxy's type for each of its
clusters or an object's name for each of its relations; without it a small file could grow into a report of any size.
STIX 2.1 section 2.3 has the same limit for the keys of a dictionary."""

MAX_MARKING_CHECKS: Final = 1_000_000
"""Comparisons of a value's path with a granular marking's selector, for one object."""

MAX_PATTERN_CHARACTERS: Final = 65_536
"""Characters of one STIX pattern."""

MAX_PATTERN_NESTING: Final = 32
"""Parentheses and brackets open at once in one STIX pattern."""

MAX_GRAMMAR_CHARACTERS: Final = 1_000_000
"""Characters of all patterns of a report that need the full grammar, which reads about 100,000 of them a second."""
