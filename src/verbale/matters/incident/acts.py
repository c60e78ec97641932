"""Bodies of the acts of an incident.

incident.open      opens the matter: what happened, and the first report
incident.report    a further report, or the account that is shared with others as far as markings allow
incident.assess    a severity on a documented scale, with the reasons
incident.remark    a remark; addressed to nobody, it stays in the house
incident.close     its author considers the incident closed
incident.reopen    and takes that back
"""

from typing import Annotated

import msgspec

from verbale.matters.bodies import Attachment, Date, Line, ShortLine, Text, check_days

__all__ = [
    "Account",
    "Actor",
    "Assessment",
    "Decision",
    "Digest",
    "Reference",
    "Remark",
    "Software",
    "Technique",
    "Value",
]

_Lines = Annotated[list[Line], msgspec.Meta(max_length=200)]


class Actor(msgspec.Struct, frozen=True):
    """Who is said to be behind it."""

    name: Line
    kind: ShortLine
    aliases: _Lines = []
    description: Text = ""


class Software(msgspec.Struct, frozen=True):
    """A malware, tool or piece of infrastructure."""

    name: Line
    kinds: _Lines = []
    description: Text = ""


class Technique(msgspec.Struct, frozen=True):
    """An ATT&CK technique, in the order of the attack where the report tells one."""

    id: ShortLine
    name: Annotated[str, msgspec.Meta(max_length=300)]
    tactics: _Lines = []
    description: Text = ""
    confidence: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    """In per cent, where the report says."""


class Value(msgspec.Struct, frozen=True):
    """An indicator or observable: its kind in a plain word (`ipv4`, `sha256`, `stix-pattern`) and its value."""

    kind: ShortLine
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]
    note: Text = ""


class Reference(msgspec.Struct, frozen=True):
    """Where to read more."""

    title: Annotated[str, msgspec.Meta(max_length=300)]
    url: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


class Digest(msgspec.Struct, frozen=True):
    """What a report holds. The whole of it is an attachment; lists that are cut here say so in `left_out`."""

    title: Line
    format: ShortLine
    """`STIX 2.1` or `MISP`."""
    producer: Annotated[str, msgspec.Meta(max_length=300)] = ""
    summary: Text = ""
    created: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    published: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    first_seen: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    last_seen: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    marking: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    threat_level: Annotated[str, msgspec.Meta(max_length=100)] = ""
    sectors: _Lines = []
    countries: _Lines = []
    regions: _Lines = []
    victims: _Lines = []
    labels: _Lines = []
    actors: Annotated[list[Actor], msgspec.Meta(max_length=200)] = []
    malware: Annotated[list[Software], msgspec.Meta(max_length=200)] = []
    tools: Annotated[list[Software], msgspec.Meta(max_length=200)] = []
    infrastructure: Annotated[list[Software], msgspec.Meta(max_length=200)] = []
    countermeasures: Annotated[list[Software], msgspec.Meta(max_length=200)] = []
    vulnerabilities: _Lines = []
    techniques: Annotated[list[Technique], msgspec.Meta(max_length=500)] = []
    indicators: Annotated[list[Value], msgspec.Meta(max_length=1_000)] = []
    observables: Annotated[list[Value], msgspec.Meta(max_length=1_000)] = []
    references: Annotated[list[Reference], msgspec.Meta(max_length=200)] = []
    relations: Annotated[list[Text], msgspec.Meta(max_length=500)] = []
    remarks: Annotated[list[Text], msgspec.Meta(max_length=200)] = []
    not_understood: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Number of objects of the report that the reader passed over."""
    left_out: dict[str, int] = {}
    """Field to the number of its items that stand in the attachment only."""


class Account(msgspec.Struct, frozen=True):
    """What happened, as the author tells it, and what a report says of it."""

    title: Line
    account: Text = ""
    sectors: _Lines = []
    occurred: Date | None = None
    """The day it was noticed."""
    report: Digest | None = None
    attachments: Annotated[list[Attachment], msgspec.Meta(max_length=50)] = []

    def __post_init__(self) -> None:
        check_days(occurred=self.occurred)


class Assessment(msgspec.Struct, frozen=True):
    """How grave it is on one scale. Several scales stand side by side; nothing averages them."""

    scale: ShortLine
    """Id of a scale pack."""
    level: ShortLine
    """Code of a level of that scale; where the scale computes, the one that follows from the answers."""
    reasons: Text = ""
    answers: Annotated[dict[ShortLine, ShortLine], msgspec.Meta(max_length=60)] = {}
    """Factor of the scale to the answer to it."""


class Remark(msgspec.Struct, frozen=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]


class Decision(msgspec.Struct, frozen=True):
    """Closing or reopening, with the reason."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
