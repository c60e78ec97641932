"""Norms of responsible behaviour that states have agreed on: voluntary, not law; each with its source.

A norm is named everywhere by its pack and its own id: `un-11/c`.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated

import msgspec

from verbale.knowledge.packs import PackHead, Source, load_kind
from verbale.knowledge.translations import Translation, check_languages, in_language, words_of

__all__ = ["Guidance", "NamedNorm", "Norm", "NormPack", "all_norms", "norm_of", "search_norms"]

_Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
_Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,60}/[a-z0-9][a-z0-9-]{0,40}\Z")]


class Guidance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the same or a later document says of how a norm is carried out."""

    says: _Text
    reference: _Line


class Norm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,40}\Z")]
    title: _Line
    about: _Text
    """What it asks for, in our own words."""
    reference: _Line
    """Document symbol and paragraph."""
    guidance: list[Guidance] = []
    kin: list[_Name] = []
    """Norms of other packs that it repeats or stands near."""
    translations: list[Translation] = []

    def __post_init__(self) -> None:
        check_languages(self.translations)

    def in_language(self, language: str) -> Translation | None:
        """The norm in that language, of whatever script or country: `zh` for `zh-hans`."""
        return in_language(self.translations, language)


class NormPack(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    short: _Line
    """What a norm of it is called, before its id: `UN norm`."""
    about: _Text
    """Who agreed on it, when, and what it binds to."""
    adopted: date
    norms: Annotated[list[Norm], msgspec.Meta(min_length=1, max_length=200)]

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for norm in self.norms:
            if norm.id in seen:
                raise ValueError(f"norms.{norm.id}: the id stands twice")
            seen.add(norm.id)


@dataclass(frozen=True)
class NamedNorm:
    """A norm with the pack that it stands in."""

    pack: NormPack
    norm: Norm

    @property
    def name(self) -> str:
        """`un-11/c`"""
        return f"{self.pack.id}/{self.norm.id}"

    @property
    def titles(self) -> dict[str, str]:
        """What the text in which it stands is called in other languages."""
        return self.pack.titles

    @property
    def called(self) -> str:
        """`UN norm (c)`, as people say it."""
        return f"{self.pack.short} ({self.norm.id})"

    @property
    def sources(self) -> list[Source]:
        return self.pack.sources


@cache
def all_norms() -> tuple[NormPack, ...]:
    """Every pack of norms, the oldest first."""
    return tuple(sorted(load_kind("norms", NormPack).values(), key=lambda pack: (pack.adopted, pack.name)))


def norm_of(name: str) -> NamedNorm | None:
    """The norm of that name."""
    return next((found for found in _each() if found.name == name), None)


def search_norms(text: str) -> list[NamedNorm]:
    """Norms in which every word of the text stands, in whichever of their languages."""
    words = _plain(text).split()
    return [found for found in _each() if all(word in _told(found) for word in words)]


def _each() -> Iterator[NamedNorm]:
    return (NamedNorm(pack, norm) for pack in all_norms() for norm in pack.norms)


def _told(found: NamedNorm) -> str:
    norm = found.norm
    parts = [found.name, found.called, norm.title, norm.about, norm.reference, *found.titles.values()]
    parts += [text for item in norm.guidance for text in (item.says, item.reference)]
    parts += words_of(norm.translations)
    return _plain(" ".join(parts))


def _plain(text: str) -> str:
    """As it is compared: an accent typed apart and a straight apostrophe find what is printed."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
