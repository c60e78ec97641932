"""Where an overlap stands: what is to be computed, and by whom. Pure: a function of the state."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from verbale.matters.overlap.fold import learner, runs

__all__ = ["STEPS", "Step", "due", "next_of", "phase"]

STEPS = ("request", "response", "result")


class Step(NamedTuple):
    run: int
    word: str
    """One of STEPS."""
    by: str
    """Whose turn it is."""


def phase(state: Mapping[str, Any]) -> str:
    """`missing`, `proposed`, `declined`, `cancelled`, `running` or `done`."""
    if "opening" not in state:
        return "missing"
    for word in ("declined", "cancelled"):
        if word in state:
            return word
    if "closed" in state:
        return "done"
    return "running" if "accepted" in state else "proposed"


def next_of(state: Mapping[str, Any]) -> list[Step]:
    """The next step of each run that has not ended, whoever's turn it is."""
    if phase(state) != "running":
        return []
    opening, found = state["opening"], []
    for run in runs(opening):
        learns = learner(opening, run)
        answers = next(node for node in opening["parties"] if node != learns)
        for word in STEPS:
            if f"{word}:{run}" not in state:
                found.append(Step(run, word, answers if word == "response" else learns))
                break
    return found


def due(state: Mapping[str, Any], node: str) -> list[Step]:
    """The steps that a node has to take now. Never two of the same word: it learns in one run, and answers in one."""
    return [step for step in next_of(state) if step.by == node]
