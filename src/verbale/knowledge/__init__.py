"""Packs, versioned reference data with sources, and what reasons over them. Knows no Django."""

from verbale.knowledge.check import check_packs
from verbale.knowledge.forms import FREE, Field, Form, all_forms, check_values, form_of, render
from verbale.knowledge.packs import PackError
from verbale.knowledge.scales import Level, Scale, all_scales, scale_of
from verbale.knowledge.scenarios import Inject, Scenario, all_scenarios, scenario_of
from verbale.knowledge.sectors import Sector, all_sectors

__all__ = [
    "FREE",
    "Field",
    "Form",
    "Inject",
    "Level",
    "PackError",
    "Scale",
    "Scenario",
    "Sector",
    "all_forms",
    "all_scales",
    "all_scenarios",
    "all_sectors",
    "check_packs",
    "check_values",
    "form_of",
    "render",
    "scale_of",
    "scenario_of",
]
