"""Packs, versioned reference data with sources, and what reasons over them. Knows no Django."""

from verbale.knowledge.check import add_pack, check_packs, compare_files, find_pack, kind_of_file
from verbale.knowledge.countries import Country, all_countries, country_named, country_of
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
from verbale.knowledge.instruments import (
    Holding,
    Instrument,
    Relation,
    Stand,
    all_instruments,
    in_force_of,
    instrument_of,
    known_states,
    relations,
    rows_of,
    search_instruments,
)
from verbale.knowledge.measures import Measure, MeasurePack, all_measures
from verbale.knowledge.norms import NamedNorm, Norm, NormPack, all_norms, norm_of, search_norms
from verbale.knowledge.outline import differences, outline
from verbale.knowledge.packs import PackError
from verbale.knowledge.scales import Level, Scale, all_scales, scale_of
from verbale.knowledge.scenarios import Inject, Scenario, all_scenarios, scenario_of
from verbale.knowledge.sectors import Sector, all_sectors
from verbale.knowledge.taxonomies import Taxonomy, Term, all_taxonomies, taxonomy_of

__all__ = [
    "FREE",
    "Coded",
    "Coding",
    "Country",
    "Crossing",
    "Curve",
    "Event",
    "EventCode",
    "EventScale",
    "Field",
    "Form",
    "Holding",
    "Inject",
    "Instrument",
    "Level",
    "Measure",
    "MeasurePack",
    "NamedNorm",
    "Norm",
    "NormPack",
    "PackError",
    "Point",
    "Relation",
    "Scale",
    "Scenario",
    "Sector",
    "Stand",
    "Taxonomy",
    "TensionLevel",
    "Term",
    "add_pack",
    "all_countries",
    "all_event_scales",
    "all_forms",
    "all_instruments",
    "all_measures",
    "all_norms",
    "all_scales",
    "all_scenarios",
    "all_sectors",
    "all_taxonomies",
    "check_packs",
    "check_values",
    "code",
    "compare_files",
    "coding",
    "country_named",
    "country_of",
    "curve_of",
    "differences",
    "find_pack",
    "form_of",
    "in_force_of",
    "instrument_of",
    "kind_of_file",
    "known_states",
    "norm_of",
    "outline",
    "reach",
    "reads_body",
    "relations",
    "render",
    "rows_of",
    "scale_of",
    "scenario_of",
    "search_instruments",
    "search_norms",
    "taxonomy_of",
]
