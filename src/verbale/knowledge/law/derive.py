"""Reasons as a tree of sentences: the rules that carry a conclusion, or that would, each with what it rests on.

Of a conclusion that is engaged the tree holds the rules whose every premise is certain; of one that depends, those
that could still carry it; of one that is not engaged, all its rules, with what stands against each.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from verbale.knowledge.law.book import Law, Rule, literal
from verbale.knowledge.law.solve import DEPENDS, ENGAGED

__all__ = ["MET", "MISSING", "OPEN", "Reason", "Step", "derive"]

MET, OPEN, MISSING = "met", "open", "missing"


@dataclass(frozen=True)
class Step:
    """A premise of a rule, or the conclusion at the root."""

    name: str
    wanted: bool
    """False where the rule asks for it not to be so."""
    standing: str
    """MET, OPEN or MISSING: as the rule wants it."""
    kind: str
    """`fact`, `position`, or the kind of the conclusion."""
    sentence: str
    """What is so as far as is known; for what is open, the question or what would have to be so."""
    sources: tuple[str, ...] = ()
    rules: tuple["Reason", ...] = ()
    """What carries it; empty for facts, and for what has been unfolded further up (`again`)."""
    again: bool = False


@dataclass(frozen=True)
class Reason:
    """A rule at work."""

    rule: str
    says: str
    sources: tuple[str, ...]
    standing: str
    steps: tuple[Step, ...]


def derive(law: Law, name: str, stated: Mapping[str, bool], statuses: Mapping[str, str]) -> Step:
    """The reasons of a conclusion."""
    return _Tree(law, stated, statuses).step(name, True)


class _Tree:
    def __init__(self, law: Law, stated: Mapping[str, bool], statuses: Mapping[str, str]) -> None:
        self._law, self._stated, self._statuses = law, stated, statuses
        self._unfolded: set[str] = set()

    def step(self, name: str, wanted: bool) -> Step:
        law = self._law
        standing = self._standing(name, wanted)
        value = wanted if standing in (MET, OPEN) else not wanted
        if name in law.facts:
            sentence = law.facts[name].question if standing == OPEN else law.sentence(name, value)
            return Step(name, wanted, standing, "fact", sentence)
        if name in law.positions:
            position = law.positions[name]
            sentence = position.question if standing == OPEN else law.sentence(name, value)
            sources = () if standing == OPEN else tuple(law.cited(position.so if value else position.otherwise))
            return Step(name, wanted, standing, "position", sentence, sources)
        conclusion = law.conclusions[name]
        again = name in self._unfolded
        self._unfolded.add(name)
        return Step(
            name,
            wanted,
            standing,
            conclusion.kind,
            law.sentence(name, value),
            tuple(law.cited(conclusion)),
            () if again else self._reasons(name),
            again,
        )

    def _standing(self, name: str, wanted: bool) -> str:
        if name in self._law.open_names:
            if name not in self._stated:
                return OPEN
            return MET if self._stated[name] is wanted else MISSING
        status = self._statuses[name]
        if status == DEPENDS:
            return OPEN
        return MET if (status == ENGAGED) is wanted else MISSING

    def _reasons(self, name: str) -> tuple[Reason, ...]:
        rules = [(rule, self._rule_standing(rule)) for rule in self._law.rules_of[name]]
        if self._statuses[name] == ENGAGED:
            # Where no single rule is certain, one of several holds in each case that is left.
            shown = [item for item in rules if item[1] == MET] or [item for item in rules if item[1] == OPEN]
        elif self._statuses[name] == DEPENDS:
            shown = [item for item in rules if item[1] != MISSING]
        else:
            shown = rules
        return tuple(self._reason(rule, standing) for rule, standing in shown)

    def _reason(self, rule: Rule, standing: str) -> Reason:
        steps = tuple(self.step(name, sign) for name, sign in map(literal, rule.when))
        return Reason(rule.id, rule.says, tuple(self._law.cited(rule)), standing, steps)

    def _rule_standing(self, rule: Rule) -> str:
        found = {self._standing(name, sign) for name, sign in map(literal, rule.when)}
        return MISSING if MISSING in found else OPEN if OPEN in found else MET
