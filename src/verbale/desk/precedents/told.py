"""What is found, as pages, API and command show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from verbale.desk.precedents.words import reason_told
from verbale.knowledge.precedents import Answers, Asked, Case, Collection, Found, Times, answers_of, like, times_of

__all__ = ["Outcome", "case_json", "look", "outcome_json"]


@dataclass(frozen=True)
class Outcome:
    """Like cases, and how they were answered."""

    asked: Asked
    found: list[Found]
    answers: Answers
    times: list[Times]

    @property
    def cases(self) -> list[Case]:
        return [item.case for item in self.found]


def look(held: Collection, asked: Asked, least: float) -> Outcome:
    """Search, and count over all that is found."""
    found = like(held.cases, asked, least)
    cases = [item.case for item in found]
    return Outcome(asked, found, answers_of(cases), times_of(cases))


def case_json(case: Case) -> dict[str, Any]:
    return {**msgspec.structs.asdict(case), "responses": [msgspec.structs.asdict(item) for item in case.responses]}


def outcome_json(outcome: Outcome, limit: int) -> dict[str, Any]:
    """The most alike in full, the figures over all."""
    shown: Sequence[Found] = outcome.found[:limit]
    answers = msgspec.structs.asdict(outcome.answers)
    answers["instruments"] = [
        {**msgspec.structs.asdict(response), "cases": n} for response, n in outcome.answers.instruments
    ]
    return {
        "asked": {facet: getattr(outcome.asked, facet) for facet in outcome.asked.facets},
        "found": len(outcome.found),
        "cases": [
            {
                **case_json(item.case),
                "likeness": round(item.likeness, 4),
                "because": [reason_told(reason) for reason in item.reasons],
                "days": item.case.days,
            }
            for item in shown
        ],
        "answers": answers,
        "days": [msgspec.structs.asdict(row) for row in outcome.times],
    }
