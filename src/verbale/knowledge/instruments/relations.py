"""How a set of states stands to each instrument on a day, and what that obliges between them.

1. A state is *bound* from the day on which the instrument is in force for it until it has withdrawn.
2. A state that consented and is not bound yet is *consented*; one that only signed is *signed*.
3. A state of which dates are known, all of them later than the day, is *not party* on that day.
4. A state on no list is *not party* where a complete list says so, up to the day of that list. Everywhere else it is
   *not known*, which is never the same as not party.
5. An instrument binds a set of states when it binds each of them, since the last of them was bound. It is signed by
   all when each at least signed. If one is known not to be party, it does not bind among them, whatever is not known
   of the others.
6. What is not a treaty binds nobody as such; it is told apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from verbale.knowledge.instruments.entry import enters
from verbale.knowledge.instruments.model import Instrument, Party
from verbale.knowledge.instruments.store import Library, library

__all__ = ["Holding", "Relation", "Stand", "relations", "stand_of"]


class Stand(StrEnum):
    """How one state stands to one instrument on a day."""

    BOUND = "bound"
    CONSENTED = "consented"
    SIGNED = "signed"
    NOT_PARTY = "not party"
    WITHDRAWN = "withdrawn"
    NOT_KNOWN = "not known"


_APART = {Stand.NOT_PARTY, Stand.WITHDRAWN}


@dataclass(frozen=True)
class Holding:
    """One state and one instrument on a day."""

    state: str
    stand: Stand
    since: date | None = None
    """Since when it stands so, where that is known."""
    coming: date | None = None
    """From when it will be bound, where that is known and still to come."""
    party: Party | None = None
    as_of: date | None = None
    """The day of the list that says it."""
    by: str = ""
    """The pack that says it."""


@dataclass(frozen=True)
class Relation:
    """One instrument among a set of states on a day."""

    instrument: Instrument
    holdings: tuple[Holding, ...]
    """In the order of the states' codes."""

    @property
    def stand(self) -> str:
        """`binds`, `signed`, `apart`, `not known` or `text`."""
        if not self.instrument.binding:
            return "text"
        stands = {holding.stand for holding in self.holdings}
        if stands == {Stand.BOUND}:
            return "binds"
        if stands & _APART:
            return "apart"
        return "not known" if Stand.NOT_KNOWN in stands else "signed"

    @property
    def since(self) -> date | None:
        """Since when it binds them all."""
        days = [holding.since for holding in self.holdings if holding.since]
        return max(days) if self.stand == "binds" and len(days) == len(self.holdings) else None


def relations(states: Iterable[str], day: date, among: Library | None = None) -> list[Relation]:
    """Every instrument among those states, whatever their order, on that day. Treaties come first."""
    packs = among if among is not None else library()
    wanted = sorted(set(states))
    ordered = sorted(
        packs.instruments.values(), key=lambda item: (not item.binding, -item.concluded.toordinal(), item.name)
    )
    return [
        Relation(item, tuple(stand_of(packs, item, state, day) for state in wanted) if item.binding else ())
        for item in ordered
    ]


def stand_of(packs: Library, instrument: Instrument, state: str, day: date) -> Holding:
    """How a state stands to an instrument on a day."""
    row = packs.rows[instrument.id].get(state)
    complete = packs.complete[instrument.id]
    if row is None:
        if complete is not None and day <= complete:
            return Holding(state, Stand.NOT_PARTY, as_of=complete)
        return Holding(state, Stand.NOT_KNOWN, as_of=complete or packs.known[instrument.id])
    stand, since, coming = _stand(packs, instrument, row.party, day)
    return Holding(state, stand, since, coming, row.party, row.as_of, row.by)


def _stand(packs: Library, instrument: Instrument, party: Party, day: date) -> tuple[Stand, date | None, date | None]:
    bound = party.in_force
    if bound is None and party.consent is not None:
        bound = enters(instrument.entry, packs.in_force[instrument.id], party.consent)
    if party.withdrawn and day >= party.withdrawn:
        return Stand.WITHDRAWN, party.withdrawn, None
    if bound and day >= bound:
        return Stand.BOUND, bound, None
    if bound is None and party.bound_on:
        return _before_it_is_known(party, party.bound_on, day), None, None
    if party.consent and day >= party.consent:
        return Stand.CONSENTED, party.consent, bound
    if party.signed and day >= party.signed:
        return Stand.SIGNED, party.signed, None
    if bound or party.consent or party.signed:
        return Stand.NOT_PARTY, None, None
    return Stand.NOT_KNOWN, None, None


def _before_it_is_known(party: Party, bound_on: date, day: date) -> Stand:
    """Where it is known on which day it was bound, but not since when."""
    if day >= bound_on:
        return Stand.BOUND
    first = party.signed or party.consent
    return Stand.NOT_PARTY if first and day < first else Stand.NOT_KNOWN
