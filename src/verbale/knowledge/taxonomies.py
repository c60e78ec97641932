"""Taxonomies: the agreed words for markings, permissible actions, sources, likelihoods and kinds of incident."""

from functools import cache
from typing import Annotated

import msgspec

from verbale.knowledge.packs import PackHead, load_kind

__all__ = ["Group", "Taxonomy", "Term", "all_taxonomies", "taxonomy_of"]

_Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    also: list[str] = []
    """Other words for the same."""
    means: str = ""
    low: _Percent | None = None
    high: _Percent | None = None
    """Per cent, where a word stands for a range of likelihood."""
    colour: Annotated[str, msgspec.Meta(pattern=r"^#[0-9A-F]{6}\Z")] | None = None
    """Of the text, where the source gives one."""


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One axis: the Admiralty code has two."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,40}\Z")]
    name: str
    terms: Annotated[list[Term], msgspec.Meta(min_length=1, max_length=300)]


class Taxonomy(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    about: str
    groups: Annotated[list[Group], msgspec.Meta(min_length=1, max_length=20)]

    def __post_init__(self) -> None:
        if len({group.id for group in self.groups}) != len(self.groups):
            raise ValueError("groups: an id stands twice")
        for group in self.groups:
            if len({term.code for term in group.terms}) != len(group.terms):
                raise ValueError(f"groups.{group.id}: a code stands twice")
            for term in group.terms:
                if (term.low is None) != (term.high is None) or (term.low or 0) > (term.high or 0):
                    raise ValueError(f"groups.{group.id}.terms.{term.code}: low and high belong together, low first")

    def group(self, identifier: str) -> Group | None:
        return next((group for group in self.groups if group.id == identifier), None)


@cache
def _taxonomies() -> dict[str, Taxonomy]:
    return load_kind("taxonomies", Taxonomy)


def taxonomy_of(identifier: str) -> Taxonomy | None:
    """The taxonomy of that pack id."""
    return _taxonomies().get(identifier)


def all_taxonomies() -> list[Taxonomy]:
    return sorted(_taxonomies().values(), key=lambda pack: pack.name)
