"""How much a match may take in. Each limit is checked before the work that it bounds."""

from __future__ import annotations

from typing import Final

MAX_FILES: Final = 100_000
"""Log files of one match."""

ROW_BITS: Final = 40
"""A place is `file << ROW_BITS | row`, so one file has less than 2**40 rows."""

MAX_LINE_BYTES: Final = 1024 * 1024
"""Bytes of one line of a log; a longer one is a bad row."""

MAX_VALUE_CHARACTERS: Final = 8_192
"""Characters of one observed value; a longer one is counted as unusable, not cut, since half a URL is another URL."""

MAX_VALUES_PER_FIELD: Final = 1_000
"""Members of one list in one row, such as the answers to a DNS query; those beyond are counted as unusable."""

MAX_JSON_DEPTH: Final = 32
"""Objects inside one another in one row."""

BLOCK_BYTES: Final = 8 * 1024 * 1024
"""What is read of a file at once."""

ROWS_AT_ONCE: Final = 131_072
"""Rows of a Parquet file in memory at once."""

MAX_EXAMPLES: Final = 20
"""Bad rows of a file that are named one by one; all are counted."""

MAX_INDICATORS: Final = 20_000_000

MAX_INDICATOR_BYTES: Final = 4 * 1024**3
"""Bytes of one file of indicators."""

MAX_PATTERN_TERMS: Final = 64
"""Comparisons joined by AND in one alternative of a pattern."""

MAX_PATTERN_PARTS: Final = 1_000
"""Alternatives of one pattern once its ORs stand outside."""

MAX_PATTERN_KEYS: Final = 20_000
"""Values that one pattern looks for; an IN list has one each."""

MAX_GRAMMAR_CHARACTERS: Final = 5_000_000
"""Characters of the patterns that need the full grammar, which reads about 100,000 of them a second."""

MAX_EXPRESSIONS: Final = 2_000
"""LIKE and MATCHES of one match: each is tried on every value of its kind."""

EXPRESSIONS_AT_ONCE: Final = 100
"""Of them in one alternation that sorts out the values which none of them fits."""

MAX_LOGS_NAMED: Final = 20
"""Logs that are named of one hit; in how many it stands is told in any case."""

MAX_REPETITION: Final = 1_000
"""RE2 refuses `{n}` beyond this, also as a product of several inside one another."""

MAX_HITS: Final = 1_000_000
"""Hits that are handed on; how many there are is told in any case."""
