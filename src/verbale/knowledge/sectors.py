"""Sectors of the economy and of the state that an incident can touch."""

from functools import cache

import msgspec

from verbale.knowledge.packs import PackHead, load_kind

__all__ = ["Sector", "SectorPack", "all_sectors"]


class Sector(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    """STIX 2.1 `industry-sector-ov` word where there is one."""
    name: str
    critical: bool = False
    """Commonly counted as critical infrastructure; each state decides for itself."""


class SectorPack(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    sectors: list[Sector]


@cache
def all_sectors() -> tuple[Sector, ...]:
    """Every sector of every pack, by name."""
    found = {sector.code: sector for pack in load_kind("sectors", SectorPack).values() for sector in pack.sectors}
    return tuple(sorted(found.values(), key=lambda sector: sector.name))
