"""Answer sets: what holds in all, in some, in none; and the smallest sets of facts that would settle it.

Each rule of the packs becomes one rule of Answer Set Programming under its label, each fact and position a choice:

    {h("organ")}.
    h("attributed") :- h("organ"), not h("private-capacity").      % organ-of-the-state

What a case states goes in as assumptions, so the program is ground once and asked often. Cautious consequences hold
in all answer sets, brave ones in some: two runs answer for all conclusions, whatever the number of unknown facts.

What settles a conclusion is found by implicit hitting sets. Each answer set that contradicts it gives a reason: facts
with which it fails whatever the others are. Facts that settle it must take back one of each reason. The smallest set
that does is tried, and gives either a new reason or the answer: no subset search, and nothing smaller exists. So that
this holds with facts that cannot stand together too, a reason is sought as if they could (`clash` may be true), and
then keeps of each contradiction one fact that rules it out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import clingo

from verbale.knowledge.law.book import Law, literal

__all__ = ["DEPENDS", "ENGAGED", "NOT_ENGAGED", "Settling", "Solver", "program"]

ENGAGED, DEPENDS, NOT_ENGAGED = "engaged", "depends", "not engaged"

MOST_SETS = 4
"""Sets of facts of the smallest size that are shown; there may be more."""
MOST_REASONS = 400
"""Reasons gathered for one conclusion before it is given up."""

MOST_LOOKS = 20_000
"""Steps of one search for a smallest set before it is given up: a pack must not keep a node from its work."""

Literals = tuple[tuple[str, bool], ...]
_Facts = frozenset[tuple[str, bool]]


@dataclass(frozen=True)
class Settling:
    """One of the smallest sets of facts with which a conclusion is settled."""

    status: str
    """ENGAGED or NOT_ENGAGED: what it is settled to."""
    facts: Literals


def program(law: Law) -> str:
    """The whole law as a program of clingo, each rule under its label."""
    lines = [f"{{{_atom(name)}}}." for name in sorted(law.open_names)]
    for rule in law.rules.values():
        body = ", ".join(_signed(item) for item in rule.when)
        lines += [f"% {rule.id}: {rule.says} [{'; '.join(law.cited(rule))}]", f"{_atom(rule.then)} :- {body}."]
    for item in law.contradictions.values():
        lines += [f"% {item.id}: {item.says}", f"clash :- {', '.join(_signed(text) for text in item.facts)}."]
    # Consequences are sought among what is shown: of conclusions, not of each free fact.
    lines += ["#show.", *(f"#show {_atom(name)} : {_atom(name)}." for name in sorted(law.conclusions))]
    return "\n".join([*lines, ""])


def _atom(name: str) -> str:
    return f'h("{name}")'


def _signed(text: str) -> str:
    name, sign = literal(text)
    return _atom(name) if sign else f"not {_atom(name)}"


class Solver:
    """The program, ground; asked under what a case states. Not for two threads at once."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self._control = clingo.Control(["--warn=none"])
        self._control.add("base", [], program(law))
        self._control.ground([("base", [])])
        # Where nothing can clash there is no such atom.
        self._sound = [-found.literal for found in self._control.symbolic_atoms.by_signature("clash", 0)]
        self._mode = ("", 0)
        self._literals: dict[str, int] = {}
        for found in self._control.symbolic_atoms.by_signature("h", 1):
            self._literals[found.symbol.arguments[0].string] = found.literal

    def consistent(self, stated: Mapping[str, bool]) -> bool:
        """Whether the facts can stand together."""
        return self._satisfiable(self._lawful(stated))

    def statuses(self, stated: Mapping[str, bool]) -> dict[str, str]:
        """How each conclusion stands. What is stated must be consistent."""
        assumed = self._lawful(stated)
        always, ever = self._consequences("cautious", assumed), self._consequences("brave", assumed)
        return {
            name: ENGAGED if name in always else DEPENDS if name in ever else NOT_ENGAGED
            for name in self.law.conclusions
        }

    def settle(self, conclusion: str, value: bool, stated: Mapping[str, bool]) -> list[Settling]:
        """The smallest sets of further facts with which the conclusion holds in all answer sets, or in none."""
        number = self._literals.get(conclusion)
        if number is None:
            return []
        against = -number if value else number
        base = self._lawful(stated)
        free = sorted(self.law.bearing[conclusion] - set(stated))
        reasons: list[_Facts] = []
        refused: list[_Facts] = []
        found: list[_Facts] = []
        least = 0
        while len(reasons) + len(refused) < MOST_REASONS and len(found) < MOST_SETS:
            most = len(found[0]) if found else len(free)
            tried = _Search(reasons, [*refused, *found]).smallest(least, most)
            if tried is None:
                break
            # A further reason can only make the smallest set larger.
            least = len(tried)
            assumed = [*base, *self._assumed(tried)]
            told = self._model([*assumed, against], free)
            if told is not None:
                reason = self._core([*self._assumed(stated.items()), -against], told)
                reason |= self._kept_apart(stated, dict(told), reason)
                reasons.append(frozenset((name, not sign) for name, sign in reason))
            elif self._satisfiable(assumed):
                found.append(tried)
            else:
                # It settles nothing: these facts cannot stand together.
                refused.append(self._core(base, tried))
        status = ENGAGED if value else NOT_ENGAGED
        return [Settling(status, tuple(sorted(facts))) for facts in sorted(found, key=sorted)]

    def _assumed(self, facts: Iterable[tuple[str, bool]]) -> list[int]:
        return [self._literals[name] if sign else -self._literals[name] for name, sign in facts]

    def _lawful(self, stated: Mapping[str, bool]) -> list[int]:
        return [*self._assumed(stated.items()), *self._sound]

    def _kept_apart(
        self, stated: Mapping[str, bool], told: Mapping[str, bool], reason: _Facts
    ) -> set[tuple[str, bool]]:
        """Of each contradiction that is tied to the reason, directly or through others, one fact of the answer set
        that rules it out; none where the reason, or what is stated, does already."""
        open_ones = [
            item.literals
            for item in self.law.contradictions.values()
            if all(stated.get(name, sign) is sign for name, sign in item.literals)
        ]
        tied = {name for name, _sign in reason}
        found: set[tuple[str, bool]] = set()
        while near := [item for item in open_ones if any(name in tied for name, _sign in item)]:
            open_ones = [item for item in open_ones if item not in near]
            for item in near:
                out = [(name, not sign) for name, sign in item if name in told and told[name] is not sign]
                if out and not (found | reason).intersection(out):
                    found.add(out[0])
                tied.update(name for name, _sign in item)
        return found

    def _satisfiable(self, assumed: list[int]) -> bool:
        self._modes("auto", 1)
        return bool(self._control.solve(assumptions=assumed).satisfiable)

    def _model(self, assumed: list[int], names: list[str]) -> list[tuple[str, bool]] | None:
        """How the names stand in one answer set; None when there is none."""
        self._modes("auto", 1)
        kept: list[list[tuple[str, bool]]] = []

        def keep(model: clingo.Model) -> None:
            # Literal by literal: to read all symbols of a model costs more than to find it.
            kept.append([(name, model.is_true(self._literals[name])) for name in names])

        self._control.solve(assumptions=assumed, on_model=keep)
        return kept[0] if kept else None

    def _consequences(self, mode: str, assumed: list[int]) -> frozenset[str]:
        self._modes(mode, 0)
        last: list[frozenset[str]] = [frozenset()]

        def keep(model: clingo.Model) -> None:
            # Each model tightens the estimate; the last one is the answer.
            last[0] = _names_of(model)

        self._control.solve(assumptions=assumed, on_model=keep)
        return last[0]

    def _core(self, base: list[int], told: Iterable[tuple[str, bool]]) -> _Facts:
        """Those of the facts that cannot stand with the base; each of them is needed."""
        facts = sorted(told)
        core = self._some_core([*base, *self._assumed(facts)])
        kept = [fact for fact in facts if self._assumed([fact])[0] in core]
        for fact in list(kept):
            rest = [item for item in kept if item != fact]
            if not self._satisfiable([*base, *self._assumed(rest)]):
                kept = rest
        return frozenset(kept)

    def _some_core(self, assumed: list[int]) -> set[int]:
        self._modes("auto", 1)
        core: list[set[int]] = []
        with self._control.solve(assumptions=assumed, yield_=True) as handle:
            handle.get()
            core.append(set(handle.core()))
        return core[0]

    def _modes(self, mode: str, models: int) -> None:
        if self._mode == (mode, models):
            return
        self._mode = (mode, models)
        configuration = self._control.configuration.solve
        configuration.enum_mode = mode  # type: ignore[union-attr]
        configuration.models = models  # type: ignore[union-attr]


def _names_of(model: clingo.Model) -> frozenset[str]:
    return frozenset(symbol.arguments[0].string for symbol in model.symbols(shown=True))


class _Search:
    """For the smallest consistent set of literals that meets every reason and holds none of `without`."""

    def __init__(self, reasons: list[_Facts], without: list[_Facts]) -> None:
        self._reasons, self._without = reasons, without
        self._looked = 0

    def smallest(self, least: int, most: int) -> _Facts | None:
        """The first in order among the smallest, of `least` to `most` literals; None when there is none, or when it was
        not found within MOST_LOOKS."""
        for size in range(least, most + 1):
            found = self._meeting(frozenset(), size)
            if found is not None or self._looked > MOST_LOOKS:
                return found
        return None

    def _meeting(self, chosen: _Facts, left: int) -> _Facts | None:
        self._looked += 1
        if self._looked > MOST_LOOKS or any(refused <= chosen for refused in self._without):
            return None
        unmet = sorted(
            (
                sorted(fact for fact in reason if (fact[0], not fact[1]) not in chosen)
                for reason in self._reasons
                if not reason & chosen
            ),
            key=len,
        )
        if not unmet:
            return chosen
        if _apart(unmet) > left:
            return None
        for fact in unmet[0]:
            found = self._meeting(chosen | {fact}, left - 1)
            if found is not None:
                return found
        return None


def _apart(reasons: list[list[tuple[str, bool]]]) -> int:
    """A number of reasons that share no fact: so many facts at least it takes to meet all."""
    taken: set[tuple[str, bool]] = set()
    number = 0
    for reason in reasons:
        if taken.isdisjoint(reason):
            taken.update(reason)
            number += 1
    return number
