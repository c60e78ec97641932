"""A fingerprint as words that two people can read to each other over the telephone.

The list is the English one of BIP-39 (2,048 words, 11 bits each; no two share their first four letters). Twelve
words carry the first 132 bits of the fingerprint: enough that nobody can make a second key with the same words.
"""

from functools import cache
from importlib.resources import files

from verbale.protocol.errors import MalformedError

__all__ = ["WORD_COUNT", "fingerprint_words", "same_words"]

WORD_COUNT = 12


@cache
def _words() -> tuple[str, ...]:
    text = files("verbale.protocol").joinpath("data/bip39-english.txt").read_text(encoding="ascii")
    return tuple(text.split())


def fingerprint_words(fingerprint: str) -> tuple[str, ...]:
    """Twelve words for a fingerprint of 64 hex digits. Raises MalformedError."""
    try:
        raw = bytes.fromhex(fingerprint)
    except ValueError:
        raise MalformedError("a fingerprint has 64 hex digits") from None
    if len(fingerprint) != 64 or len(raw) != 32:
        raise MalformedError("a fingerprint has 64 hex digits")
    number = int.from_bytes(raw, "big")
    words = _words()
    return tuple(words[(number >> (256 - 11 * (place + 1))) & 0x7FF] for place in range(WORD_COUNT))


def same_words(fingerprint: str, typed: str) -> bool:
    """Whether what a person typed names this fingerprint: case, spacing and punctuation do not matter."""
    heard = "".join(letter if letter.isalpha() else " " for letter in typed.lower()).split()
    return tuple(heard) == fingerprint_words(fingerprint)
