"""Severity scales, side by side: what each level means, by its own source."""

from functools import cache

import msgspec

from verbale.knowledge.packs import PackHead, load_kind

__all__ = ["Level", "Scale", "all_scales", "scale_of"]


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One level; levels stand in a pack from the gravest to the least."""

    code: str
    name: str
    means: str = ""


class Scale(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    levels: list[Level]

    def level(self, code: str) -> Level | None:
        """The level of that code."""
        return next((level for level in self.levels if level.code == code), None)


@cache
def _scales() -> dict[str, Scale]:
    return load_kind("scales", Scale)


def scale_of(identifier: str) -> Scale | None:
    """The scale of that pack id."""
    return _scales().get(identifier)


def all_scales() -> list[Scale]:
    return sorted(_scales().values(), key=lambda scale: scale.name)
