"""The words of the tables, and how those of an incident of ours go over into them. From a pack."""

from collections.abc import Iterable
from functools import cache
from typing import Annotated

import msgspec

from verbale.knowledge.packs import PackError, PackHead, load_kind
from verbale.knowledge.sectors import all_sectors

__all__ = ["Vocabulary", "vocabulary"]

_Weight = Annotated[int, msgspec.Meta(ge=0, le=100)]
_Span = Annotated[int, msgspec.Meta(ge=1, le=100)]


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    means: str = ""
    techniques: list[str] = []
    """ATT&CK techniques that speak for it; a sub-technique counts as its technique."""
    stix: list[str] = []
    """Sectors of STIX 2.1 that it answers to."""


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much each facet counts, when it is asked for."""

    types: _Weight
    sectors: _Weight
    categories: _Weight
    receivers: _Weight
    initiators: _Weight
    intensity: _Weight
    year: _Weight


class Spans(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far away a number is not alike at all."""

    intensity: _Span
    year: _Span


class Vocabulary(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    unknown: list[str]
    """What the tables write where they know nothing."""
    weights: Weights
    spans: Spans
    types: list[Word]
    categories: list[Word]
    sectors: list[Word]

    def types_by(self, techniques: Iterable[str]) -> tuple[str, ...]:
        """The incident types for which the techniques speak."""
        known = {technique.partition(".")[0].upper() for technique in techniques}
        return tuple(word.name for word in self.types if known.intersection(word.techniques))

    def sectors_by(self, sectors: Iterable[str]) -> tuple[str, ...]:
        """The sectors of the tables that answer to ours, which are given by code or by name."""
        codes = {sector.name.casefold(): sector.code for sector in all_sectors()}
        asked = {codes.get(given.casefold(), given.casefold()) for given in sectors}
        return tuple(
            word.name for word in self.sectors if word.name.casefold() in asked or asked.intersection(word.stix)
        )


@cache
def vocabulary() -> Vocabulary:
    """The words of EuRepoC's tables. Raises PackError when the pack is gone."""
    found = load_kind("precedents", Vocabulary).get("eurepoc")
    if found is None:
        raise PackError("there is no pack eurepoc of kind precedents")
    return found
