"""The report after a drill, from its state alone. Pure: no clock.

An inject is on time when it was issued at most TOLERANCE minutes before or after its planned minute, counted from the
act that started the drill. A response is in time when the first one came within the minutes that the inject gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from verbale.matters.drill.acts import RATINGS

__all__ = ["TOLERANCE", "InjectRow", "ObjectiveRow", "Report", "report_of"]

TOLERANCE = 5
"""Minutes."""


@dataclass(frozen=True)
class InjectRow:
    """One inject that was issued."""

    act: str
    number: int
    title: str
    text: str
    node: str
    role: str
    objective: str
    planned: int
    """Minute of the plan."""
    issued: int
    """Minute at which it was issued."""
    on_time: bool
    within: int
    answered: int | None
    """Minutes from its issue to the first response; None while there is none."""
    in_time: bool
    responses: tuple[dict[str, Any], ...]
    expected: str
    """Empty before the end."""


@dataclass(frozen=True)
class ObjectiveRow:
    id: str
    text: str
    lessons: tuple[dict[str, Any], ...]
    """Each with `node`, `rating`, `text`, `improvement`, `office`, `act`."""
    worst: str
    """The gravest of the ratings; empty before there is one."""


@dataclass(frozen=True)
class Report:
    injects: tuple[InjectRow, ...]
    skipped: tuple[int, ...]
    """Numbers of the injects that were not issued."""
    objectives: tuple[ObjectiveRow, ...]
    on_time: int
    answered: int
    in_time: int
    median: int | None
    """Median of the minutes to the first response."""


def _minutes(since: str, until: str) -> int:
    return round((datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds() / 60)


def report_of(state: Mapping[str, Any]) -> Report | None:
    """None before the drill has begun."""
    started, plan = state.get("started"), state.get("plan")
    if started is None or plan is None:
        return None
    responses: dict[str, list[dict[str, Any]]] = {}
    for key, value in state.items():
        if key.startswith("response:"):
            responses.setdefault(value["inject"], []).append({**value, "act": key.partition(":")[2]})
    roles = {item["role"]: item["name"] for item in plan["roles"]}
    rows, skipped = [], []
    for number in range(1, plan["injects"] + 1):
        act = state.get(f"given:{number}")
        if act is None:
            skipped.append(number)
            continue
        inject = state[f"inject:{act}"]
        found = sorted(responses.get(act, ()), key=lambda item: (item["issued"], item["act"]))
        # By the clocks of two nodes an answer can seem to come before what it answers: then it came at once.
        answered = max(0, _minutes(inject["issued"], found[0]["issued"])) if found else None
        issued = _minutes(started["issued"], inject["issued"])
        rows.append(
            InjectRow(
                act=act,
                number=number,
                title=inject["title"],
                text=inject["text"],
                node=inject["node"],
                role=roles[inject["to"]],
                objective=inject["objective"],
                planned=inject["at"],
                issued=issued,
                on_time=abs(issued - inject["at"]) <= TOLERANCE,
                within=inject["within"],
                answered=answered,
                in_time=answered is not None and answered <= inject["within"],
                responses=tuple(found),
                expected=state.get(f"expected:{number}", ""),
            )
        )
    times = sorted(row.answered for row in rows if row.answered is not None)
    return Report(
        injects=tuple(rows),
        skipped=tuple(skipped),
        objectives=tuple(_objective(state, item) for item in plan["objectives"]),
        on_time=sum(row.on_time for row in rows),
        answered=len(times),
        in_time=sum(row.in_time for row in rows),
        median=round((times[(len(times) - 1) // 2] + times[len(times) // 2]) / 2) if times else None,
    )


def _objective(state: Mapping[str, Any], item: Mapping[str, str]) -> ObjectiveRow:
    lessons = [
        {**state[f"lesson:{node}:{item['id']}"], "node": node}
        for node in state["opening"]["parties"]
        if f"lesson:{node}:{item['id']}" in state
    ]
    worst = max((lesson["rating"] for lesson in lessons), key=RATINGS.index, default="")
    return ObjectiveRow(item["id"], item["text"], tuple(lessons), worst)
