"""The instruments of all packs, each with the newest that is known of every state."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from verbale.knowledge.countries import Country, all_countries
from verbale.knowledge.instruments.model import Instrument, Party, PartyPack, check_parties, entry_by
from verbale.knowledge.packs import PackError, load_kind, where

__all__ = [
    "Library",
    "Row",
    "all_instruments",
    "in_force_of",
    "instrument_of",
    "known_states",
    "library",
    "rows_of",
    "search_instruments",
]


@dataclass(frozen=True)
class Row:
    """What is known of a state and an instrument."""

    party: Party
    as_of: date
    by: str
    """The pack that says it."""


@dataclass(frozen=True)
class Library:
    """Instruments with their rows; everything that `relations` asks."""

    instruments: dict[str, Instrument]
    rows: dict[str, dict[str, Row]]
    """By instrument and state: the row of the newest list that names it."""
    in_force: dict[str, date | None]
    """As stated, or by the instrument's rule and the consents that are known."""
    known: dict[str, date | None]
    """As of when anything is known of who is party."""
    complete: dict[str, date | None]
    """As of when a list is complete."""

    @classmethod
    def load(cls) -> "Library":
        """Read the packs. Raises PackError when one names what is not there or contradicts the instrument's rule."""
        return cls.of(load_kind("instruments", Instrument), load_kind("parties", PartyPack))

    @classmethod
    def of(cls, instruments: dict[str, Instrument], supplements: dict[str, PartyPack]) -> "Library":
        by_instrument: dict[str, list[PartyPack]] = {identifier: [] for identifier in instruments}
        for pack in sorted(supplements.values(), key=lambda pack: (pack.as_of, pack.id)):
            instrument = instruments.get(pack.instrument)
            if instrument is None:
                raise _wrong(pack, "instrument", f"there is no instrument {pack.instrument}")
            if not instrument.binding:
                raise _wrong(pack, "instrument", f"{instrument.short} is not a treaty and has no parties")
            by_instrument[pack.instrument].append(pack)
        rows = {key: _rows(instruments[key], packs) for key, packs in by_instrument.items()}
        in_force = {
            key: item.in_force or entry_by(item.entry, [row.party for row in rows[key].values()])
            for key, item in instruments.items()
        }
        for key, packs in by_instrument.items():
            for pack in packs:
                try:
                    check_parties(pack.parties, instruments[key].entry, in_force[key], "parties")
                except ValueError as error:
                    raise _wrong(pack, str(error).split(": ", 1)[0], str(error)) from None
        lists = {key: _lists(instruments[key], packs) for key, packs in by_instrument.items()}
        return cls(
            instruments,
            rows,
            in_force,
            known={key: max((day for day, _complete in days), default=None) for key, days in lists.items()},
            complete={key: max((day for day, whole in days if whole), default=None) for key, days in lists.items()},
        )


def _wrong(pack: PartyPack, place: str, reason: str) -> PackError:
    return PackError(f"{where('parties', pack.id, place)}: {reason}")


def _rows(instrument: Instrument, packs: list[PartyPack]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    if instrument.status is not None:
        as_of = instrument.status.as_of
        rows = {party.state: Row(party, as_of, instrument.id) for party in instrument.status.parties}
    for pack in packs:
        for party in pack.parties:
            if party.state not in rows or pack.as_of >= rows[party.state].as_of:
                rows[party.state] = Row(party, pack.as_of, pack.id)
    return rows


def _lists(instrument: Instrument, packs: list[PartyPack]) -> list[tuple[date, bool]]:
    own = [(instrument.status.as_of, instrument.status.complete)] if instrument.status is not None else []
    return own + [(pack.as_of, pack.complete) for pack in packs]


@cache
def library() -> Library:
    """The instruments of all packs."""
    return Library.load()


def all_instruments() -> list[Instrument]:
    """Every instrument: treaties, the newest first, then what is no treaty."""
    found = library().instruments.values()
    return sorted(found, key=lambda item: (not item.binding, -item.concluded.toordinal(), item.name))


def instrument_of(identifier: str) -> Instrument | None:
    """The instrument of that pack id."""
    return library().instruments.get(identifier)


def rows_of(identifier: str) -> dict[str, Row]:
    """What is known of each state and that instrument, by state."""
    return library().rows[identifier]


def in_force_of(identifier: str) -> date | None:
    """Since when the instrument is in force."""
    return library().in_force[identifier]


def known_states() -> list[Country]:
    """States of which at least one instrument knows something, by name."""
    named = {state for rows in library().rows.values() for state in rows}
    return [country for country in all_countries() if country.code in named]


def search_instruments(text: str) -> list[Instrument]:
    """Instruments in which every word of the text stands."""
    words = text.casefold().split()
    return [item for item in all_instruments() if all(word in _told(item) for word in words)]


def _told(item: Instrument) -> str:
    parts = [item.name, item.short, item.symbol, item.about, item.id]
    parts += [part for article in item.articles for part in (f"article {article.number}", article.obliges)]
    return " ".join(parts).casefold()
