"""Packs, versioned reference data with sources, and what reasons over them. Knows no Django."""

from verbale.knowledge.check import check_packs
from verbale.knowledge.escalation import Crossing, Curve, Event, Point, curve_of, reach
from verbale.knowledge.events import (
    Coded,
    Coding,
    EventCode,
    EventScale,
    TensionLevel,
    all_event_scales,
    code,
    coding,
    reads_body,
)
from verbale.knowledge.forms import FREE, Field, Form, all_forms, check_values, form_of, render
from verbale.knowledge.measures import Measure, MeasurePack, all_measures
from verbale.knowledge.packs import PackError
from verbale.knowledge.scales import Answer, Factor, Level, Part, Scale, Score, all_scales, scale_of
from verbale.knowledge.scenarios import Inject, Scenario, all_scenarios, scenario_of
from verbale.knowledge.sectors import Sector, all_sectors

__all__ = [
    "FREE",
    "Answer",
    "Coded",
    "Coding",
    "Crossing",
    "Curve",
    "Event",
    "EventCode",
    "EventScale",
    "Factor",
    "Field",
    "Form",
    "Inject",
    "Level",
    "Measure",
    "MeasurePack",
    "PackError",
    "Part",
    "Point",
    "Scale",
    "Scenario",
    "Score",
    "Sector",
    "TensionLevel",
    "all_event_scales",
    "all_forms",
    "all_measures",
    "all_scales",
    "all_scenarios",
    "all_sectors",
    "check_packs",
    "check_values",
    "code",
    "coding",
    "curve_of",
    "form_of",
    "reach",
    "reads_body",
    "render",
    "scale_of",
    "scenario_of",
]
