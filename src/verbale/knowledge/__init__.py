"""Packs, versioned reference data with sources, and what reasons over them. Knows no Django."""

from verbale.knowledge.check import check_packs
from verbale.knowledge.packs import PackError
from verbale.knowledge.scales import Level, Scale, all_scales, scale_of
from verbale.knowledge.sectors import Sector, all_sectors

__all__ = ["Level", "PackError", "Scale", "Sector", "all_scales", "all_sectors", "check_packs", "scale_of"]
