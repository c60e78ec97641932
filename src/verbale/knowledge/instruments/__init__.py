"""Instruments, who is bound by them and since when, and what they oblige between any set of states on a day."""

from verbale.knowledge.instruments.entry import enters, entry_of
from verbale.knowledge.instruments.model import (
    Article,
    Delay,
    Duty,
    EntryRule,
    Instrument,
    Party,
    PartyPack,
    Reservation,
    Status,
)
from verbale.knowledge.instruments.relations import Holding, Relation, Stand, relations
from verbale.knowledge.instruments.store import (
    Library,
    Row,
    all_instruments,
    in_force_of,
    instrument_of,
    known_states,
    library,
    rows_of,
    search_instruments,
)

__all__ = [
    "Article",
    "Delay",
    "Duty",
    "EntryRule",
    "Holding",
    "Instrument",
    "Library",
    "Party",
    "PartyPack",
    "Relation",
    "Reservation",
    "Row",
    "Stand",
    "Status",
    "all_instruments",
    "enters",
    "entry_of",
    "in_force_of",
    "instrument_of",
    "known_states",
    "library",
    "relations",
    "rows_of",
    "search_instruments",
]
