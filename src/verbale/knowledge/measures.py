"""Confidence-building measures that organisations have agreed on, and through which doors each begins here."""

from functools import cache
from typing import Annotated

import msgspec

from verbale.knowledge.packs import PackHead, load_kind
from verbale.knowledge.translations import Translation, check_languages, in_language

__all__ = ["Measure", "MeasurePack", "all_measures"]

_Door = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z-]*:[a-z][a-z0-9-]*\Z")]


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: str
    name: str
    says: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    """What is agreed, in our own words."""
    reference: str
    """Document symbol and paragraph."""
    doors: list[_Door] = []
    """`form:<id of a form>`, or the name of a page: `talks:invite`. One that is not there is not shown."""
    eases: bool = False
    """Whether it is made for a moment of tension, rather than for the long run."""
    translations: list[Translation] = []

    def __post_init__(self) -> None:
        check_languages(self.translations)

    def in_language(self, language: str) -> Translation | None:
        """The measure in that language, of whatever script or country."""
        return in_language(self.translations, language)


class MeasurePack(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    short: str
    """What a measure of it is called, before its number: `OSCE CBM`."""
    measures: Annotated[list[Measure], msgspec.Meta(min_length=1, max_length=200)]

    def __post_init__(self) -> None:
        if len({measure.number for measure in self.measures}) != len(self.measures):
            raise ValueError("measures: a number stands twice")


@cache
def all_measures() -> tuple[MeasurePack, ...]:
    """Every pack of measures, by name."""
    return tuple(sorted(load_kind("measures", MeasurePack).values(), key=lambda pack: pack.name))
