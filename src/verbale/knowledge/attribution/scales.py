"""The scales of the method, and the numbers that we give them.

The words are those of their sources: the Admiralty code as the doctrine for intelligence has it (JWP 2-00, 2003; NATO
AJP-2.1), the verbal scale of ICD 203 (2 January 2015, D.6.e.(2)(a)), the marks of Heuer's matrix (1999, chapter 8). The
Admiralty code and Heuer give no numbers: those for reliability, credibility and consistency are our own choice, and so
is on which side of a boundary a probability falls that stands exactly on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

__all__ = [
    "BANDS",
    "CONFIDENCE",
    "CONSISTENCY",
    "CREDIBILITY",
    "RELIABILITY",
    "Band",
    "band_of",
    "band_with",
    "trust",
]


def _percent(**numbers: int) -> Mapping[str, Fraction]:
    return MappingProxyType({name.lstrip("_"): Fraction(number, 100) for name, number in numbers.items()})


RELIABILITY: Final = _percent(A=95, B=80, C=60, D=40, E=20, F=50)
"""How probable it is that the source passes on faithfully what it knows. F, cannot be judged, is even."""

CREDIBILITY: Final = _percent(_1=95, _2=80, _3=60, _4=40, _5=20, _6=50)
"""How probable it is that the information is so. 6, cannot be judged, is even."""

CONSISTENCY: Final = _percent(C=80, N=50, I=20)
"""How probable the item is under a hypothesis: consistent, neither, inconsistent."""

CONFIDENCE: Final = ("low", "moderate", "high")
"""From the least."""


def trust(reliability: str, credibility: str) -> Fraction:
    """How probable it is that a report tells what is so. The code rates source and information each by itself, so the
    two multiply. Raises KeyError for what is no letter or number of the code."""
    return RELIABILITY[reliability] * CREDIBILITY[credibility]


@dataclass(frozen=True)
class Band:
    """One step of the verbal scale."""

    code: str
    words: str
    """`very likely`"""
    also: str
    """The other word for it in ICD 203: `highly probable`. Nobody mixes the two rows."""
    low: Fraction
    high: Fraction

    @property
    def middle(self) -> Fraction:
        return (self.low + self.high) / 2


def _band(code: str, words: str, also: str, low: int, high: int) -> Band:
    return Band(code, words, also, Fraction(low, 100), Fraction(high, 100))


BANDS: Final = (
    _band("almost-no-chance", "almost no chance", "remote", 1, 5),
    _band("very-unlikely", "very unlikely", "highly improbable", 5, 20),
    _band("unlikely", "unlikely", "improbable", 20, 45),
    _band("roughly-even", "roughly even chance", "roughly even odds", 45, 55),
    _band("likely", "likely", "probable", 55, 80),
    _band("very-likely", "very likely", "highly probable", 80, 95),
    _band("almost-certain", "almost certain", "nearly certain", 95, 99),
)
"""From the least likely. What lies below 1 or above 99 per cent has the word of the outermost step: the scale knows
neither impossible nor certain."""

_EVEN = len(BANDS) // 2


def band_of(probability: Fraction | float) -> Band:
    """The step in which a probability lies; on a boundary, the one nearer to even chance."""
    for band in BANDS[:_EVEN]:
        if probability < band.high:
            return band
    for band in reversed(BANDS[_EVEN + 1 :]):
        if probability > band.low:
            return band
    return BANDS[_EVEN]


def band_with(code: str) -> Band | None:
    """The step of that code."""
    return next((band for band in BANDS if band.code == code), None)
