"""What the packs of kinds `instruments` and `parties` hold."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

import msgspec

from verbale.knowledge.countries import CODE
from verbale.knowledge.instruments.entry import Delay, EntryRule, enters, entry_of
from verbale.knowledge.packs import PackHead

__all__ = [
    "Article",
    "Delay",
    "Duty",
    "EntryRule",
    "Instrument",
    "Party",
    "PartyPack",
    "Reservation",
    "Status",
]

Duty = Literal[
    "assistance",
    "preservation",
    "disclosure",
    "emergency",
    "extradition",
    "consultation",
    "contact-point",
    "spontaneous-information",
    "joint-investigation",
    "access",
    "criminalisation",
    "protection",
    "cooperation",
    "capacity",
    "settlement",
    "restraint",
    "self-defence",
    "responsibility",
    "response",
    "treaty-law",
]

State = Annotated[str, msgspec.Meta(pattern=CODE)]
_Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]


class Article(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One obligation, or one rule on which others lean."""

    number: Annotated[str, msgspec.Meta(pattern=r"^[0-9]+[a-z]?( ?\([0-9a-z]+\))*(-[0-9]+)?(, ?[0-9]+)*\Z")]
    """`29`, `29 (7)`, `49-54`."""
    kind: Duty
    obliges: _Text
    """What it obliges to, in our own words."""
    conditions: str = ""
    """On what it depends, and on what grounds it may be refused."""


class Reservation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    says: _Text
    """In our own words, short."""
    article: str = ""
    """The article's number as in the pack; empty when it is about the whole."""


class Party(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is known of one state and one instrument. A date that is not given is not known."""

    state: State
    signed: date | None = None
    consent: date | None = None
    """When it expressed its consent to be bound."""
    by: Literal["ratification", "acceptance", "approval", "accession", "succession", "signature"] = "ratification"
    in_force: date | None = None
    """As the depositary states it; where it is not given, it follows from `consent` by the instrument's own rule."""
    bound_on: date | None = None
    """A day on which it is known to be bound, where it is not known since when."""
    otherwise: str = ""
    """Why the stated day differs from the one that follows by the rule."""
    withdrawn: date | None = None
    """The day from which it is bound no longer."""
    reservations: list[Reservation] = []
    note: str = ""
    """What a reader must know of this row: that it was not checked, that it is fictional."""


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who is party, by a list of a day."""

    as_of: date
    complete: bool
    """Whether the list names every party and signatory of that day. If not, who is not on it is *not known*."""
    coverage: _Text
    """What the list covers, and where it comes from, in a sentence."""
    parties: list[Party]

    def __post_init__(self) -> None:
        _once(self.parties)


class Instrument(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    short: _Line
    """What people call it."""
    type: Literal["convention", "protocol", "charter", "articles"]
    binding: bool = True
    """Whether it binds as a treaty; the Articles on State responsibility do not."""
    about: _Text
    concluded: date
    """The day of signature, of opening for signature, or of adoption."""
    place: str = ""
    depositary: str = ""
    symbol: str = ""
    """`ETS No. 185`, `A/RES/79/243`."""
    entry: EntryRule | None = None
    """The rule of entry into force, where it can be computed."""
    in_force: date | None = None
    articles: Annotated[list[Article], msgspec.Meta(min_length=1, max_length=200)]
    status: Status | None = None

    def __post_init__(self) -> None:
        """Dates that are stated agree with the instrument's own rule."""
        if not self.binding and (self.status or self.entry or self.in_force):
            raise ValueError("binding: what is not a treaty has no parties and no entry into force")
        if len({article.number for article in self.articles}) != len(self.articles):
            raise ValueError("articles: a number stands twice")
        if self.status is not None:
            parties = self.status.parties
            check_parties(parties, self.entry, self.in_force or entry_by(self.entry, parties), "status.parties")


class PartyPack(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Newer or further parties of an instrument, so that a state need not copy the instrument to add one."""

    instrument: str
    """Its pack id."""
    as_of: date
    complete: bool = False
    coverage: _Text
    parties: Annotated[list[Party], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        _once(self.parties)


def _once(parties: list[Party]) -> None:
    seen: set[str] = set()
    for party in parties:
        if party.state in seen:
            raise ValueError(f"parties.{party.state}: the state stands twice")
        seen.add(party.state)


def entry_by(rule: EntryRule | None, parties: Iterable[Party]) -> date | None:
    """The day of entry into force by the rule and the consents of these parties."""
    return entry_of(rule, [(item.state, item.consent) for item in parties if item.consent]) if rule else None


def check_parties(parties: list[Party], rule: EntryRule | None, in_force: date | None, place: str) -> None:
    """Raises ValueError that names the row whose dates contradict each other or the instrument's rule."""
    for party in parties:
        where = f"{place}.{party.state}"
        if party.signed and party.consent and party.consent < party.signed:
            raise ValueError(f"{where}: consent before signature")
        if party.withdrawn and party.in_force and party.withdrawn < party.in_force:
            raise ValueError(f"{where}: withdrawn before it was in force")
        if party.in_force is None:
            continue
        if in_force is None or party.in_force < in_force:
            raise ValueError(f"{where}: in force for a state before the instrument itself")
        expected = enters(rule, in_force, party.consent) if party.consent else None
        if rule and expected and party.in_force != expected and not party.otherwise:
            raise ValueError(f"{where}: in force {party.in_force}, but by {rule.reference} it would be {expected}")
