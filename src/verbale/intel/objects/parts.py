"""What objects of several types are made of (STIX 2.1 sections 2, 3.2 and 7.2.3.1)."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from .forms import AnyRef, Filled, HashName, Language, MarkingRef, Percent, Selector, Some, Stamp, TypeName

Hashes = Filled[HashName, str]
Extensions = Filled[str, dict[str, object]]
ExtensionType = Literal["new-sdo", "new-sco", "new-sro", "property-extension", "toplevel-property-extension"]
"""Section 10.5."""


class ExternalReference(Struct, kw_only=True):
    source_name: str
    description: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    hashes: Hashes | UnsetType = UNSET
    external_id: str | UnsetType = UNSET


class KillChainPhase(Struct, kw_only=True):
    kill_chain_name: str
    phase_name: str


class GranularMarking(Struct, kw_only=True):
    selectors: Some[Selector]
    marking_ref: MarkingRef | UnsetType = UNSET
    lang: Language | UnsetType = UNSET


class Common(Struct, kw_only=True):
    """Section 3.2, as far as any object may have it."""

    created_by_ref: AnyRef | UnsetType = UNSET
    revoked: bool | UnsetType = UNSET
    labels: Some[str] | UnsetType = UNSET
    confidence: Percent | UnsetType = UNSET
    lang: Language | UnsetType = UNSET
    external_references: Some[ExternalReference] | UnsetType = UNSET
    object_marking_refs: Some[MarkingRef] | UnsetType = UNSET
    granular_markings: Some[GranularMarking] | UnsetType = UNSET
    extensions: Extensions | UnsetType = UNSET


class Versioned(Common, kw_only=True):
    """Domain, relationship and most meta objects."""

    spec_version: Literal["2.1"]
    created: Stamp
    modified: Stamp


class Observable(Common, kw_only=True):
    """Cyber observables, which have no versions of their own, though a producer may give them some (section 3.6)."""

    spec_version: Literal["2.1"] | UnsetType = UNSET
    created: Stamp | UnsetType = UNSET
    modified: Stamp | UnsetType = UNSET
    defanged: bool | UnsetType = UNSET


class OtherVersioned(Versioned, kw_only=True):
    """A domain or relationship object of a type that STIX 2.1 does not define (sections 7.3 and 11.2)."""

    type: TypeName
    id: AnyRef


class OtherObservable(Observable, kw_only=True):
    """An observable of a type that STIX 2.1 does not define."""

    type: TypeName
    id: AnyRef
