"""Text that may be printed: what neither XML nor a page can carry is taken out, nothing else is changed."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LINE_ENDS: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")
_ILLEGAL: Final = re.compile("[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0 section 2.2 without the characters that it discourages (C1 controls); lone surrogates go with them."""

_NOT_SHOWN: Final = re.compile("[\u202d\u202e\ufdd0-\ufdef]|[\ufff9-\ufffb]")
"""Bidirectional overrides would let the paper read differently from the text that was signed (UAX #9, 2.2); the others
are noncharacters and interlinear marks. Embeddings and isolates stay: right-to-left text needs them."""


def lines(text: str) -> str:
    """`text` with line feeds as its only control characters, and no blanks around it."""
    text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    return _NOT_SHOWN.sub("", _ILLEGAL.sub("", text)).strip()


def line(text: str) -> str:
    """`text` on one line, its runs of blanks made one; no-break spaces stay as they are."""
    return re.sub("[ \n]+", " ", lines(text))


def runs_right_to_left(text: str) -> bool:
    """Whether the first strong character is right-to-left (UAX #9, rules P2 and P3)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in {"L", "R", "AL"}:
            return direction != "L"
    return False
