"""Which cases are like what is asked for, and why.

Only what is asked for counts. Each facet that is asked for gives a part between 0 and 1, and the likeness is their
mean, weighted by the pack:

- a facet of words (types, sectors, categories, receivers, initiators): what both share over what either names
  (Jaccard);
- a facet of a number (intensity, year): 1 when equal, falling in a straight line to 0 at the span that the pack names.

A case that leaves a facet open gives 0 for it, and the reason says so. Ties go to the later case.
"""

from collections.abc import Iterable

import msgspec

from verbale.knowledge.precedents.cases import Case
from verbale.knowledge.precedents.vocabulary import Vocabulary, vocabulary

__all__ = ["FACETS", "Asked", "Found", "Reason", "like"]

_WORDS = ("types", "sectors", "categories", "receivers", "initiators")
_NUMBERS = ("intensity", "year")
FACETS = (*_WORDS, *_NUMBERS)


class Asked(msgspec.Struct, frozen=True):
    """What is asked for; what is empty does not count."""

    types: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    initiators: tuple[str, ...] = ()
    intensity: int | None = None
    year: int | None = None
    answered: bool = False
    """Only cases to which a political or legal response is known."""

    @property
    def facets(self) -> tuple[str, ...]:
        """The facets that are asked for."""
        return tuple(facet for facet in FACETS if getattr(self, facet) not in ((), None))


class Reason(msgspec.Struct, frozen=True):
    """What one facet says of a case."""

    facet: str
    part: float
    """Between 0 and 1."""
    weight: int
    known: bool = True
    """Whether the case tells anything of it."""
    shared: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    """What the case names besides."""
    asked: int | None = None
    here: int | None = None


class Found(msgspec.Struct, frozen=True):
    case: Case
    likeness: float
    """Between 0 and 1; 1 for all when nothing is asked for."""
    reasons: tuple[Reason, ...]


def like(cases: Iterable[Case], asked: Asked, least: float = 0.0, words: Vocabulary | None = None) -> list[Found]:
    """The cases that are at least so much alike, the most alike first. A case that shares nothing is none of them."""
    words = words or vocabulary()
    facets = asked.facets
    weights = {facet: getattr(words.weights, facet) for facet in facets}
    whole = sum(weights.values())
    sets = {facet: frozenset(getattr(asked, facet)) for facet in facets if facet in _WORDS}
    found = []
    for case in cases:
        if asked.answered and not case.answered:
            continue
        if not whole:
            found.append(Found(case, 1.0, ()))
            continue
        parts = {facet: _part(case, facet, sets, asked, words) for facet in facets}
        likeness = sum(weights[facet] * part for facet, part in parts.items()) / whole
        if likeness > 0 and likeness >= least:
            reasons = tuple(_reason(case, facet, parts[facet], weights[facet], sets, asked) for facet in facets)
            found.append(Found(case, likeness, reasons))
    found.sort(key=lambda item: (-item.likeness, _reversed(item.case.start), -int(item.case.id)))
    return found


def _reversed(day: str) -> int:
    return -int(day.replace("-", "") or 0)


def _part(case: Case, facet: str, sets: dict[str, frozenset[str]], asked: Asked, words: Vocabulary) -> float:
    if facet in _NUMBERS:
        here, wanted = getattr(case, facet), getattr(asked, facet)
        return 0.0 if here is None else max(0.0, 1 - abs(here - wanted) / getattr(words.spans, facet))
    named = getattr(case, facet)
    shared = len(sets[facet].intersection(named))
    return shared / (len(sets[facet]) + len(named) - shared) if shared else 0.0


def _reason(case: Case, facet: str, part: float, weight: int, sets: dict[str, frozenset[str]], asked: Asked) -> Reason:
    here = getattr(case, facet)
    if facet in _NUMBERS:
        return Reason(facet, part, weight, known=here is not None, asked=getattr(asked, facet), here=here)
    shared = tuple(word for word in here if word in sets[facet])
    further = tuple(word for word in here if word not in sets[facet])
    return Reason(facet, part, weight, known=bool(here), shared=shared, further=further)
