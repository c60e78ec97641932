"""States by their codes of ISO 3166-1 (alpha-3) and their names, so that instruments and nodes mean the same one.

A state that no shipped pack knows, a fictional one of an exercise say, gets a code of the user-assigned range
(XAA to XZZ) in a pack of its own.
"""

import unicodedata
from functools import cache
from typing import Annotated

import msgspec

from verbale.knowledge.packs import PackHead, load_kind

__all__ = ["CODE", "Country", "CountryPack", "all_countries", "country_named", "country_of"]

CODE = r"^[A-Z]{3}\Z"


class Country(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Annotated[str, msgspec.Meta(pattern=CODE)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    """The short name, as the United Nations use it in English."""
    also: list[str] = []
    """Other names: the formal one, a former one, the one that a node goes by."""
    organisation: bool = False
    """An organisation that can be party to a treaty."""


class CountryPack(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    countries: Annotated[list[Country], msgspec.Meta(min_length=1, max_length=500)]

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for item in self.countries:
            if item.code in seen:
                raise ValueError(f"countries.{item.code}: the code stands twice")
            seen.add(item.code)


@cache
def _countries() -> dict[str, Country]:
    packs = sorted(load_kind("countries", CountryPack).values(), key=lambda pack: pack.id)
    return {item.code: item for pack in packs for item in pack.countries}


@cache
def _by_name() -> dict[str, Country]:
    found: dict[str, Country] = {}
    for item in _countries().values():
        for name in (item.name, *item.also):
            found.setdefault(_plain(name), item)
    return found


def all_countries() -> list[Country]:
    """Every state, by name."""
    return sorted(_countries().values(), key=lambda item: _plain(item.name))


def country_of(code: str) -> Country | None:
    """The state of that code."""
    return _countries().get(code)


def country_named(name: str) -> Country | None:
    """The state of exactly that name, whatever its capitals and accents; never a guess."""
    return _by_name().get(_plain(name))


def _plain(name: str) -> str:
    parts = unicodedata.normalize("NFKD", name.replace("’", "'"))
    return " ".join("".join(part for part in parts if not unicodedata.combining(part)).casefold().split())
