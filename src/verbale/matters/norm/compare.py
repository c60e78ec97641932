"""What changes from one version of a text to another: by paragraphs, and within them by words. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

__all__ = ["Change", "Piece", "changes"]

_WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
_WORK = 200_000
"""Pairs of words that one comparison may look at, a fraction of a second. Texts come from others: what goes beyond is
shown as left out and put in whole."""


@dataclass(frozen=True)
class Piece:
    """Part of a paragraph."""

    word: str
    """`same`, `added` or `removed`."""
    text: str


@dataclass(frozen=True)
class Change:
    """A paragraph of either version."""

    before: int | None
    """Its number in the earlier version; None when it is new."""
    after: int | None
    """Its number in the later version; None when it is left out."""
    pieces: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        return any(piece.word != "same" for piece in self.pieces)


def changes(before: Sequence[str], after: Sequence[str]) -> list[Change]:
    """All paragraphs of both versions, in reading order. Of several that are replaced by several, the first stands
    against the first."""
    found: list[Change] = []
    work = _WORK
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for word, b_start, b_end, a_start, a_end in matcher.get_opcodes():
        olds, news = range(b_start, b_end), range(a_start, a_end)
        paired = min(len(olds), len(news))
        for old, new in zip(olds, news, strict=False):
            if word == "equal":
                found.append(Change(old + 1, new + 1, (Piece("same", after[new]),)))
                continue
            words = _WORDS.findall(before[old]), _WORDS.findall(after[new])
            work -= len(words[0]) * len(words[1])
            whole = Piece("removed", before[old]), Piece("added", after[new])
            found.append(Change(old + 1, new + 1, tuple(_pieces(*words)) if work >= 0 else whole))
        found += [Change(old + 1, None, (Piece("removed", before[old]),)) for old in olds[paired:]]
        found += [Change(None, new + 1, (Piece("added", after[new]),)) for new in news[paired:]]
    return found


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for word, b_start, b_end, a_start, a_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if word == "equal":
            yield Piece("same", "".join(new[a_start:a_end]))
            continue
        if b_end > b_start:
            yield Piece("removed", "".join(old[b_start:b_end]))
        if a_end > a_start:
            yield Piece("added", "".join(new[a_start:a_end]))
