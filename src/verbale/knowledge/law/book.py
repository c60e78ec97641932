"""The packs that hold facts and rules, and all of them together as one body of law.

Rules of effect of a pack:
 1. A rule concludes one conclusion from facts, positions and other conclusions, each as it is or negated (`not x`).
 2. Whatever a rule names is known: a fact of a `facts` pack, a position or conclusion of a `law` pack.
 3. No conclusion rests on itself, so that for known facts there is exactly one answer.
 4. Every conclusion has a rule; every source is a document that the pack names.
 5. An id stands for one thing, across all packs.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Annotated, Literal, NamedTuple

import msgspec

from verbale.knowledge.packs import PackError, PackHead, Source, load_kind, where

__all__ = [
    "Conclusion",
    "Contradiction",
    "Fact",
    "FactPack",
    "Group",
    "Law",
    "LawPack",
    "Position",
    "Rule",
    "View",
    "law_of",
    "literal",
    "the_law",
]

_Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9/-]{0,59}\Z")]
_Literal = Annotated[str, msgspec.Meta(pattern=r"^(not )?[a-z0-9][a-z0-9/-]{0,59}\Z")]
_Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=600)]
_Cited = Annotated[dict[str, Annotated[str, msgspec.Meta(min_length=1, max_length=200)]], msgspec.Meta(min_length=1)]
"""Document, by its key in the pack's `documents`, to the paragraph: `{arsiwa: Art. 4}`."""

MOST = 2_000
"""Entries of each list of a pack."""


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: _Id
    name: _Sentence


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is so, is not so, or is not known."""

    id: _Id
    group: _Id
    question: _Sentence
    so: _Sentence
    """What is so when it is true, in a sentence."""
    otherwise: _Sentence
    help: Annotated[str, msgspec.Meta(max_length=1_000)] = ""


class FactPack(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    groups: Annotated[list[Group], msgspec.Meta(max_length=MOST)] = []
    facts: Annotated[list[Fact], msgspec.Meta(min_length=1, max_length=MOST)]


class View(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of the two views on which states publicly differ."""

    says: _Sentence
    held: Annotated[str, msgspec.Meta(max_length=600)] = ""
    """Who has said so publicly; never all who do."""
    sources: _Cited


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A switch: where states publicly differ, the view that one's own state takes."""

    id: _Id
    question: _Sentence
    so: View
    otherwise: View


class Conclusion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: _Id
    kind: Literal["norm", "rule", "option", "element"]
    """An element is only a step on the way, shown in derivations."""
    name: _Sentence
    so: _Sentence
    """What is concluded when it is engaged."""
    otherwise: _Sentence
    sources: _Cited


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: _Id
    then: _Id
    when: Annotated[list[_Literal], msgspec.Meta(min_length=1, max_length=30)]
    says: _Sentence
    """The rule in a sentence."""
    sources: _Cited


class Contradiction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Facts that cannot stand together."""

    id: _Id
    facts: Annotated[list[_Literal], msgspec.Meta(min_length=2, max_length=10)]
    says: _Sentence

    @property
    def literals(self) -> list[tuple[str, bool]]:
        return [literal(text) for text in self.facts]


class LawPack(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    documents: dict[_Id, Source]
    positions: Annotated[list[Position], msgspec.Meta(max_length=MOST)] = []
    conclusions: Annotated[list[Conclusion], msgspec.Meta(max_length=MOST)] = []
    rules: Annotated[list[Rule], msgspec.Meta(min_length=1, max_length=MOST)]
    contradictions: Annotated[list[Contradiction], msgspec.Meta(max_length=MOST)] = []

    def __post_init__(self) -> None:
        for place, sources in self._cited():
            if unknown := sorted(set(sources) - set(self.documents)):
                raise ValueError(f"{place}: {unknown[0]} is none of the pack's documents")

    def _cited(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        for position in self.positions:
            yield f"positions: {position.id}", {**position.so.sources, **position.otherwise.sources}
        for conclusion in self.conclusions:
            yield f"conclusions: {conclusion.id}", conclusion.sources
        for rule in self.rules:
            yield f"rules: {rule.id}", rule.sources


def literal(text: str) -> tuple[str, bool]:
    """`not x` as (x, False)."""
    return (text[4:], False) if text.startswith("not ") else (text, True)


class Law:
    """All packs together, checked. Raises PackError."""

    def __init__(self, facts: Iterable[FactPack], packs: Iterable[LawPack]) -> None:
        fact_packs, law_packs = list(facts), list(packs)
        self.groups: dict[str, Group] = {}
        self.facts: dict[str, Fact] = {}
        self.positions: dict[str, Position] = {}
        self.conclusions: dict[str, Conclusion] = {}
        self.contradictions: dict[str, Contradiction] = {}
        self.rules: dict[str, Rule] = {}
        self.versions = {
            f"{kind}/{pack.id}": pack.version
            for kind, found in (("facts", fact_packs), ("law", law_packs))
            for pack in found
        }
        self._documents: dict[int, Mapping[str, Source]] = {}
        names: dict[str, _Place] = {}
        for facts_of in fact_packs:
            self.groups |= {group.id: group for group in facts_of.groups}
            for fact in facts_of.facts:
                _new(names, fact.id, _Place("facts", facts_of.id, "facts"))
                self.facts[fact.id] = fact
        for pack in law_packs:
            for position in pack.positions:
                _new(names, position.id, _Place("law", pack.id, "positions"))
                self.positions[position.id] = position
                self._documents |= {id(view): pack.documents for view in (position.so, position.otherwise)}
            for conclusion in pack.conclusions:
                _new(names, conclusion.id, _Place("law", pack.id, "conclusions"))
                self.conclusions[conclusion.id] = conclusion
                self._documents[id(conclusion)] = pack.documents
            for rule in pack.rules:
                if rule.id in self.rules:
                    raise _Place("law", pack.id, "rules").error(rule.id, f"rule {rule.id} stands twice")
                self.rules[rule.id] = rule
                self._documents[id(rule)] = pack.documents
            self.contradictions |= {item.id: item for item in pack.contradictions}
        self._check(
            names,
            {rule.id: _Place("law", pack.id, "rules") for pack in law_packs for rule in pack.rules},
            {item.id: _Place("law", pack.id, "contradictions") for pack in law_packs for item in pack.contradictions},
        )

    def _check(
        self, names: Mapping[str, "_Place"], places: Mapping[str, "_Place"], ties: Mapping[str, "_Place"]
    ) -> None:
        for fact in self.facts.values():
            if fact.group not in self.groups:
                raise names[fact.id].error(fact.id, f"fact {fact.id}: there is no group {fact.group}")
        for rule in self.rules.values():
            told = f"rule {rule.id}"
            if rule.then not in self.conclusions:
                raise places[rule.id].error(rule.id, f"{told}: there is no conclusion {rule.then}")
            for name, _sign in map(literal, rule.when):
                if name not in names:
                    raise places[rule.id].error(
                        rule.id, f"{told}: {name} is no fact, position or conclusion of any pack"
                    )
        for item in self.contradictions.values():
            for name, _sign in map(literal, item.facts):
                if name not in self.facts:
                    raise ties[item.id].error(item.id, f"contradiction {item.id}: there is no fact {name}")
        for conclusion in self.conclusions:
            if conclusion not in self.rules_of:
                raise names[conclusion].error(conclusion, f"conclusion {conclusion} has no rule")
        self._check_order(names)

    def _check_order(self, names: Mapping[str, "_Place"]) -> None:
        done: set[str] = set()

        def visit(name: str, path: tuple[str, ...]) -> None:
            if name in path:
                circle = " -> ".join((*path[path.index(name) :], name))
                raise names[name].error(name, f"{circle}: rests on itself")
            if name in done:
                return
            for rule in self.rules_of.get(name, ()):
                for before, _sign in map(literal, rule.when):
                    visit(before, (*path, name))
            done.add(name)

        for conclusion in self.conclusions:
            visit(conclusion, ())

    @cached_property
    def rules_of(self) -> Mapping[str, list[Rule]]:
        """The rules by what they conclude."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rules.values():
            found.setdefault(rule.then, []).append(rule)
        return found

    @cached_property
    def open_names(self) -> frozenset[str]:
        """Facts and positions: what is stated, not concluded."""
        return frozenset(self.facts) | frozenset(self.positions)

    @cached_property
    def grounds(self) -> Mapping[str, frozenset[str]]:
        """For each conclusion the facts and positions that can bear on it, through whatever lies between."""
        found: dict[str, frozenset[str]] = {name: frozenset((name,)) for name in self.open_names}

        def of(name: str) -> frozenset[str]:
            if name not in found:
                rests = (before for rule in self.rules_of[name] for before, _sign in map(literal, rule.when))
                found[name] = frozenset().union(*map(of, rests))
            return found[name]

        return {name: of(name) for name in self.conclusions}

    @cached_property
    def bearing(self) -> Mapping[str, frozenset[str]]:
        """As `grounds`, with the facts that a contradiction ties to these."""
        tied = [frozenset(name for name, _sign in map(literal, item.facts)) for item in self.contradictions.values()]

        def closed(names: frozenset[str]) -> frozenset[str]:
            more = names.union(*(group for group in tied if group & names))
            return more if more == names else closed(more)

        return {name: closed(grounds) for name, grounds in self.grounds.items()}

    def cited(self, item: View | Conclusion | Rule) -> list[str]:
        """Sources as a reader takes them: `ARSIWA, Art. 4`."""
        documents = self._documents[id(item)]
        return [f"{documents[key].title}, {paragraph}" for key, paragraph in item.sources.items()]

    def sentence(self, name: str, value: bool) -> str:
        """What is said when a fact, position or conclusion is so, or is not."""
        if name in self.positions:
            position = self.positions[name]
            return (position.so if value else position.otherwise).says
        told = self.facts.get(name) or self.conclusions[name]
        return told.so if value else told.otherwise

    def name(self, name: str) -> str:
        """What a fact, position or conclusion is called, or asks."""
        if name in self.conclusions:
            return self.conclusions[name].name
        return (self.facts.get(name) or self.positions[name]).question


class _Place(NamedTuple):
    """The list of a pack in which something stands."""

    kind: str
    pack: str
    list: str

    def at(self, name: str) -> str:
        return where(self.kind, self.pack, f"{self.list}.{name}")

    def error(self, name: str, reason: str) -> PackError:
        return PackError(f"{self.at(name)}: {reason}")


def _new(names: dict[str, _Place], name: str, place: _Place) -> None:
    if name in names:
        raise place.error(name, f"{name} stands already in {names[name].at(name)}")
    names[name] = place


def law_of(facts: Mapping[str, FactPack], packs: Mapping[str, LawPack]) -> Law:
    """The law of these packs, checked as a whole. Raises PackError."""
    return Law(facts.values(), packs.values())


@cache
def the_law() -> Law:
    """The law of all packs. Raises PackError."""
    return law_of(load_kind("facts", FactPack), load_kind("law", LawPack))
