"""What binds a set of states on a day, ready to be shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone

from verbale.desk.law.states import state_of_node
from verbale.desk.law.words import DUTIES, country_name, holding_sentence
from verbale.knowledge import Country, Instrument, Relation, relations
from verbale.knowledge.instruments import Article

__all__ = ["Between", "Binding", "Duty", "Standing", "between", "binding_with"]


@dataclass(frozen=True)
class Duty:
    """One article, with what a state among them reserved against it."""

    label: str
    article: Article
    reservations: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """How one state stands to it, and what a reader must know of that."""

    sentence: str
    note: str


@dataclass(frozen=True)
class Standing:
    """One instrument among them."""

    relation: Relation
    lines: tuple[Line, ...]
    """One a state."""
    duties: tuple[Duty, ...]
    reservations: tuple[str, ...]
    """Those that are about the whole, or about an article that the pack does not tell."""

    @property
    def instrument(self) -> Instrument:
        return self.relation.instrument

    @property
    def since(self) -> date | None:
        return self.relation.since


@dataclass(frozen=True)
class Between:
    """All instruments, by how they stand among the states."""

    states: tuple[str, ...]
    day: date
    binds: tuple[Standing, ...]
    signed: tuple[Standing, ...]
    apart: tuple[Standing, ...]
    unknown: tuple[Standing, ...]
    texts: tuple[Standing, ...]


def between(states: Iterable[str], day: date) -> Between:
    """Every instrument among those states on that day."""
    among = tuple(dict.fromkeys(states))
    found: dict[str, list[Standing]] = {}
    for relation in relations(among, day):
        found.setdefault(relation.stand, []).append(_standing(relation))
    return Between(
        among,
        day,
        *(tuple(found.get(stand, [])) for stand in ("binds", "signed", "apart", "not known", "text")),
    )


@dataclass(frozen=True)
class Binding:
    """What the page of a partner says of the instruments between us."""

    own: Country | None
    theirs: Country | None
    found: Between | None
    """None where it is not known which state one of the two is; nothing is guessed."""


def binding_with(name: str) -> Binding:
    """Between us and the partner of that name, today."""
    own, theirs = state_of_node(settings.CONFIG.name), state_of_node(name)
    if own is None or theirs is None:
        return Binding(own, theirs, None)
    return Binding(own, theirs, between([own.code, theirs.code], timezone.localdate()))


def _standing(relation: Relation) -> Standing:
    order = list(DUTIES)
    articles = sorted(relation.instrument.articles, key=lambda article: order.index(article.kind))
    numbers = {article.number for article in articles}
    made = [
        (item.article, f"{country_name(holding.state)}: {item.says}")
        for holding in relation.holdings
        if holding.party
        for item in holding.party.reservations
    ]
    return Standing(
        relation,
        tuple(
            Line(holding_sentence(holding), holding.party.note if holding.party else "")
            for holding in relation.holdings
        ),
        tuple(
            Duty(str(DUTIES[article.kind]), article, tuple(said for number, said in made if number == article.number))
            for article in articles
        ),
        tuple(said for number, said in made if number not in numbers),
    )
