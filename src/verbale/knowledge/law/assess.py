"""What a case engages: each norm, rule of law and response option, with reasons and with what would settle it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verbale.knowledge.law.book import Conclusion, Law
from verbale.knowledge.law.case import Case
from verbale.knowledge.law.derive import MISSING, OPEN, Reason, Step, derive
from verbale.knowledge.law.solve import DEPENDS, ENGAGED, NOT_ENGAGED, Settling, Solver

__all__ = ["KINDS", "Assessment", "Finding", "Seen", "as_json", "assess"]

KINDS = ("norm", "rule", "option")
"""What is reported, in this order; elements stand in derivations only."""


@dataclass(frozen=True)
class Seen:
    """How a conclusion stands under each of two views on which states differ, the state's own first."""

    position: str
    own: bool | None
    """The view that the state takes; None when it has taken none, and neither stands first for a reason."""
    first: tuple[bool, str]
    second: tuple[bool, str]


@dataclass(frozen=True)
class Finding:
    conclusion: Conclusion
    status: str
    sentence: str
    sources: tuple[str, ...]
    derivation: Step
    settles: tuple[Settling, ...]
    """With DEPENDS: the smallest sets of facts that engage it, then the smallest that exclude it."""
    lacks: tuple[Step, ...]
    """The conditions that the rule closest to carrying it still lacks: what is open, what stands against it."""
    views: tuple[Seen, ...]
    """Only where the two views lead to different ends."""


@dataclass(frozen=True)
class Assessment:
    law: Law
    case: Case
    findings: Mapping[str, Finding]

    def __getitem__(self, name: str) -> Finding:
        return self.findings[name]

    def of(self, kind: str) -> list[Finding]:
        """The findings of a kind, as the packs order them."""
        return [finding for finding in self.findings.values() if finding.conclusion.kind == kind]

    @property
    def open_facts(self) -> list[tuple[str, int]]:
        """Facts and positions of the smallest settling sets, with the number of conclusions that each would help to
        settle; what settles most first."""
        counted: dict[str, int] = {}
        for finding in self.findings.values():
            for name in {name for settling in finding.settles for name, _sign in settling.facts}:
                counted[name] = counted.get(name, 0) + 1
        return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def assess(case: Case, law: Law, *, settle: bool = True) -> Assessment:
    """Apply the law to the case. The facts must be able to stand together, as `read_case` makes sure of."""
    solver = Solver(law)
    stated = case.stated
    statuses = solver.statuses(stated)
    seen = {name: _seen(solver, name, stated, statuses) for name in law.positions}
    findings = {}
    for kind in KINDS:
        for conclusion in law.conclusions.values():
            if conclusion.kind == kind:
                findings[conclusion.id] = _finding(law, solver, conclusion, stated, statuses, seen, settle)
    return Assessment(law, case, findings)


def _finding(
    law: Law,
    solver: Solver,
    conclusion: Conclusion,
    stated: Mapping[str, bool],
    statuses: Mapping[str, str],
    seen: Mapping[str, Mapping[str, Seen]],
    settle: bool,
) -> Finding:
    status = statuses[conclusion.id]
    derivation = derive(law, conclusion.id, stated, statuses)
    settles: list[Settling] = []
    if status == DEPENDS and settle:
        settles = solver.settle(conclusion.id, True, stated) + solver.settle(conclusion.id, False, stated)
    return Finding(
        conclusion,
        status,
        conclusion.so if status != NOT_ENGAGED else conclusion.otherwise,
        tuple(law.cited(conclusion)),
        derivation,
        tuple(settles),
        () if status == ENGAGED else _lacks(derivation),
        tuple(of[conclusion.id] for of in seen.values() if conclusion.id in of),
    )


def _seen(solver: Solver, position: str, stated: Mapping[str, bool], statuses: Mapping[str, str]) -> dict[str, Seen]:
    """The conclusions to which a view makes a difference."""
    own = stated.get(position)
    first = own if own is not None else True
    ends = {
        value: statuses if value is own else solver.statuses({**stated, position: value})
        for value in (first, not first)
    }
    return {
        name: Seen(position, own, (first, ends[first][name]), (not first, ends[not first][name]))
        for name in statuses
        if ends[first][name] != ends[not first][name]
    }


def _lacks(derivation: Step) -> tuple[Step, ...]:
    """Of the rule with the fewest conditions missing, then open: those conditions."""

    def weight(reason: Reason) -> tuple[int, int]:
        standings = [step.standing for step in reason.steps]
        return standings.count(MISSING), standings.count(OPEN)

    best = min(derivation.rules, key=weight)
    return tuple(step for step in best.steps if step.standing in (MISSING, OPEN))


# -- as JSON -----------------------------------------------------------------------------------------------------------


def as_json(found: Assessment) -> dict[str, Any]:
    """The whole assessment, for machines."""
    law = found.law
    return {
        "title": found.case.title,
        "facts": {name: found.case.facts.get(name, "unknown") for name in law.facts},
        "positions": {name: found.case.positions.get(name, "not taken") for name in law.positions},
        "packs": law.versions,
        **{f"{kind}s": [_finding_json(law, finding) for finding in found.of(kind)] for kind in KINDS},
        "open": [{"id": name, "asks": law.name(name), "bears on": number} for name, number in found.open_facts],
        "note": "It advises; a lawyer decides.",
    }


def _finding_json(law: Law, finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.conclusion.id,
        "name": finding.conclusion.name,
        "status": finding.status,
        "sentence": finding.sentence,
        "sources": list(finding.sources),
        "reasons": [_reason_json(reason) for reason in finding.derivation.rules],
        "lacks": [_step_json(step, deep=False) for step in finding.lacks],
        "settled by": [
            {
                "to": settling.status,
                "facts": [
                    {"id": name, "value": sign, "says": law.sentence(name, sign)} for name, sign in settling.facts
                ],
            }
            for settling in finding.settles
        ],
        "views": [
            {
                "position": seen.position,
                "own": seen.own,
                "views": [
                    {"value": value, "says": law.sentence(seen.position, value), "status": status}
                    for value, status in (seen.first, seen.second)
                ],
            }
            for seen in finding.views
        ],
    }


def _reason_json(reason: Reason) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "says": reason.says,
        "sources": list(reason.sources),
        "standing": reason.standing,
        "steps": [_step_json(step) for step in reason.steps],
    }


def _step_json(step: Step, *, deep: bool = True) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": step.name,
        "wanted": step.wanted,
        "standing": step.standing,
        "kind": step.kind,
        "sentence": step.sentence,
    }
    if step.sources:
        told["sources"] = list(step.sources)
    if deep and step.rules:
        told["reasons"] = [_reason_json(reason) for reason in step.rules]
    if step.again:
        told["unfolded above"] = True
    return told
