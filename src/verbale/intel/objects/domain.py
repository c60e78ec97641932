"""Domain, relationship and meta objects (STIX 2.1 sections 4, 5 and 7), one struct each, tagged by `type`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from .forms import (
    AnalysedRef,
    AnyRef,
    Count,
    EndOfRelationship,
    Filled,
    Language,
    ObservedDataRef,
    PartRef,
    Positive,
    PropertyName,
    RelationshipType,
    SampleRef,
    SeenRef,
    SightedRef,
    SoftwareRef,
    Some,
    Stamp,
    Timestamp,
    TranslatedRef,
    WhereRef,
    own_id,
)
from .parts import Common, ExtensionType, KillChainPhase, Versioned


class AttackPattern(Versioned, kw_only=True, tag="attack-pattern", tag_field="type"):
    id: Annotated[str, own_id("attack-pattern")]
    name: str
    description: str | UnsetType = UNSET
    aliases: Some[str] | UnsetType = UNSET
    kill_chain_phases: Some[KillChainPhase] | UnsetType = UNSET


class Campaign(Versioned, kw_only=True, tag="campaign", tag_field="type"):
    id: Annotated[str, own_id("campaign")]
    name: str
    description: str | UnsetType = UNSET
    aliases: Some[str] | UnsetType = UNSET
    first_seen: Timestamp | UnsetType = UNSET
    last_seen: Timestamp | UnsetType = UNSET
    objective: str | UnsetType = UNSET


class CourseOfAction(Versioned, kw_only=True, tag="course-of-action", tag_field="type"):
    id: Annotated[str, own_id("course-of-action")]
    name: str
    description: str | UnsetType = UNSET


class Grouping(Versioned, kw_only=True, tag="grouping", tag_field="type"):
    id: Annotated[str, own_id("grouping")]
    context: str
    object_refs: Some[PartRef]
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET


class Identity(Versioned, kw_only=True, tag="identity", tag_field="type"):
    id: Annotated[str, own_id("identity")]
    name: str
    description: str | UnsetType = UNSET
    roles: Some[str] | UnsetType = UNSET
    identity_class: str | UnsetType = UNSET
    sectors: Some[str] | UnsetType = UNSET
    contact_information: str | UnsetType = UNSET


class Incident(Versioned, kw_only=True, tag="incident", tag_field="type"):
    id: Annotated[str, own_id("incident")]
    name: str
    description: str | UnsetType = UNSET


class Indicator(Versioned, kw_only=True, tag="indicator", tag_field="type"):
    id: Annotated[str, own_id("indicator")]
    pattern: str
    pattern_type: str
    valid_from: Timestamp
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    indicator_types: Some[str] | UnsetType = UNSET
    pattern_version: str | UnsetType = UNSET
    valid_until: Timestamp | UnsetType = UNSET
    kill_chain_phases: Some[KillChainPhase] | UnsetType = UNSET


class Infrastructure(Versioned, kw_only=True, tag="infrastructure", tag_field="type"):
    id: Annotated[str, own_id("infrastructure")]
    name: str
    description: str | UnsetType = UNSET
    infrastructure_types: Some[str] | UnsetType = UNSET
    aliases: Some[str] | UnsetType = UNSET
    kill_chain_phases: Some[KillChainPhase] | UnsetType = UNSET
    first_seen: Timestamp | UnsetType = UNSET
    last_seen: Timestamp | UnsetType = UNSET


class IntrusionSet(Versioned, kw_only=True, tag="intrusion-set", tag_field="type"):
    id: Annotated[str, own_id("intrusion-set")]
    name: str
    description: str | UnsetType = UNSET
    aliases: Some[str] | UnsetType = UNSET
    first_seen: Timestamp | UnsetType = UNSET
    last_seen: Timestamp | UnsetType = UNSET
    goals: Some[str] | UnsetType = UNSET
    resource_level: str | UnsetType = UNSET
    primary_motivation: str | UnsetType = UNSET
    secondary_motivations: Some[str] | UnsetType = UNSET


class Location(Versioned, kw_only=True, tag="location", tag_field="type"):
    id: Annotated[str, own_id("location")]
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    latitude: Annotated[float, Meta(ge=-90, le=90)] | UnsetType = UNSET
    longitude: Annotated[float, Meta(ge=-180, le=180)] | UnsetType = UNSET
    precision: float | UnsetType = UNSET
    region: str | UnsetType = UNSET
    country: str | UnsetType = UNSET
    administrative_area: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    street_address: str | UnsetType = UNSET
    postal_code: str | UnsetType = UNSET


class Malware(Versioned, kw_only=True, tag="malware", tag_field="type"):
    id: Annotated[str, own_id("malware")]
    is_family: bool
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    malware_types: Some[str] | UnsetType = UNSET
    aliases: Some[str] | UnsetType = UNSET
    kill_chain_phases: Some[KillChainPhase] | UnsetType = UNSET
    first_seen: Timestamp | UnsetType = UNSET
    last_seen: Timestamp | UnsetType = UNSET
    operating_system_refs: Some[SoftwareRef] | UnsetType = UNSET
    architecture_execution_envs: Some[str] | UnsetType = UNSET
    implementation_languages: Some[str] | UnsetType = UNSET
    capabilities: Some[str] | UnsetType = UNSET
    sample_refs: Some[SampleRef] | UnsetType = UNSET


class MalwareAnalysis(Versioned, kw_only=True, tag="malware-analysis", tag_field="type"):
    id: Annotated[str, own_id("malware-analysis")]
    product: str
    version: str | UnsetType = UNSET
    host_vm_ref: SoftwareRef | UnsetType = UNSET
    operating_system_ref: SoftwareRef | UnsetType = UNSET
    installed_software_refs: Some[SoftwareRef] | UnsetType = UNSET
    configuration_version: str | UnsetType = UNSET
    modules: Some[str] | UnsetType = UNSET
    analysis_engine_version: str | UnsetType = UNSET
    analysis_definition_version: str | UnsetType = UNSET
    submitted: Timestamp | UnsetType = UNSET
    analysis_started: Timestamp | UnsetType = UNSET
    analysis_ended: Timestamp | UnsetType = UNSET
    result_name: str | UnsetType = UNSET
    result: str | UnsetType = UNSET
    analysis_sco_refs: Some[AnyRef] | UnsetType = UNSET
    sample_ref: AnalysedRef | UnsetType = UNSET


class Note(Versioned, kw_only=True, tag="note", tag_field="type"):
    id: Annotated[str, own_id("note")]
    content: str
    object_refs: Some[PartRef]
    abstract: str | UnsetType = UNSET
    authors: Some[str] | UnsetType = UNSET


class ObservedData(Versioned, kw_only=True, tag="observed-data", tag_field="type"):
    id: Annotated[str, own_id("observed-data")]
    first_observed: Timestamp
    last_observed: Timestamp
    number_observed: Positive
    objects: Filled[str, dict[str, object]] | UnsetType = UNSET
    object_refs: Some[SeenRef] | UnsetType = UNSET


class Opinion(Versioned, kw_only=True, tag="opinion", tag_field="type"):
    id: Annotated[str, own_id("opinion")]
    opinion: Literal["strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"]
    object_refs: Some[PartRef]
    explanation: str | UnsetType = UNSET
    authors: Some[str] | UnsetType = UNSET


class Report(Versioned, kw_only=True, tag="report", tag_field="type"):
    id: Annotated[str, own_id("report")]
    name: str
    published: Timestamp
    object_refs: Some[PartRef]
    description: str | UnsetType = UNSET
    report_types: Some[str] | UnsetType = UNSET


class ThreatActor(Versioned, kw_only=True, tag="threat-actor", tag_field="type"):
    id: Annotated[str, own_id("threat-actor")]
    name: str
    description: str | UnsetType = UNSET
    threat_actor_types: Some[str] | UnsetType = UNSET
    aliases: Some[str] | UnsetType = UNSET
    first_seen: Timestamp | UnsetType = UNSET
    last_seen: Timestamp | UnsetType = UNSET
    roles: Some[str] | UnsetType = UNSET
    goals: Some[str] | UnsetType = UNSET
    sophistication: str | UnsetType = UNSET
    resource_level: str | UnsetType = UNSET
    primary_motivation: str | UnsetType = UNSET
    secondary_motivations: Some[str] | UnsetType = UNSET
    personal_motivations: Some[str] | UnsetType = UNSET


class Tool(Versioned, kw_only=True, tag="tool", tag_field="type"):
    id: Annotated[str, own_id("tool")]
    name: str
    description: str | UnsetType = UNSET
    tool_types: Some[str] | UnsetType = UNSET
    aliases: Some[str] | UnsetType = UNSET
    kill_chain_phases: Some[KillChainPhase] | UnsetType = UNSET
    tool_version: str | UnsetType = UNSET


class Vulnerability(Versioned, kw_only=True, tag="vulnerability", tag_field="type"):
    id: Annotated[str, own_id("vulnerability")]
    name: str
    description: str | UnsetType = UNSET


class Relationship(Versioned, kw_only=True, tag="relationship", tag_field="type"):
    id: Annotated[str, own_id("relationship")]
    relationship_type: RelationshipType
    source_ref: EndOfRelationship
    target_ref: EndOfRelationship
    description: str | UnsetType = UNSET
    start_time: Timestamp | UnsetType = UNSET
    stop_time: Timestamp | UnsetType = UNSET


class Sighting(Versioned, kw_only=True, tag="sighting", tag_field="type"):
    id: Annotated[str, own_id("sighting")]
    sighting_of_ref: SightedRef
    description: str | UnsetType = UNSET
    first_seen: Timestamp | UnsetType = UNSET
    last_seen: Timestamp | UnsetType = UNSET
    count: Count | UnsetType = UNSET
    observed_data_refs: Some[ObservedDataRef] | UnsetType = UNSET
    where_sighted_refs: Some[WhereRef] | UnsetType = UNSET
    summary: bool | UnsetType = UNSET


class LanguageContent(Versioned, kw_only=True, tag="language-content", tag_field="type"):
    id: Annotated[str, own_id("language-content")]
    object_ref: TranslatedRef
    contents: Filled[Language, dict[PropertyName, object]]
    object_modified: Timestamp | UnsetType = UNSET


class MarkingDefinition(Common, kw_only=True, tag="marking-definition", tag_field="type"):
    """Has no `modified`: marking definitions are not versioned (section 7.2.1)."""

    id: Annotated[str, own_id("marking-definition")]
    spec_version: Literal["2.1"]
    created: Stamp
    name: str | UnsetType = UNSET
    definition_type: str | UnsetType = UNSET
    definition: Filled[str, object] | UnsetType = UNSET


class ExtensionDefinition(Versioned, kw_only=True, tag="extension-definition", tag_field="type"):
    id: Annotated[str, own_id("extension-definition")]
    created_by_ref: AnyRef
    name: str
    schema: str
    version: str
    extension_types: Some[ExtensionType]
    description: str | UnsetType = UNSET
    extension_properties: Some[PropertyName] | UnsetType = UNSET


ALL = (
    AttackPattern,
    Campaign,
    CourseOfAction,
    Grouping,
    Identity,
    Incident,
    Indicator,
    Infrastructure,
    IntrusionSet,
    Location,
    Malware,
    MalwareAnalysis,
    Note,
    ObservedData,
    Opinion,
    Report,
    ThreatActor,
    Tool,
    Vulnerability,
    Relationship,
    Sighting,
    LanguageContent,
    MarkingDefinition,
    ExtensionDefinition,
)
