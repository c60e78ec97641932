"""Figures on how requests are answered, by partner and direction. Pure: states in, and the moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from verbale.protocol import parse_time

__all__ = ["Figures", "figures"]

_DAY = 24 * 3600


@dataclass(frozen=True)
class Figures:
    """Requests between this node and one partner, in one direction."""

    partner: str
    ours: bool
    """Whether we asked; else the partner did."""
    requests: int
    answered: int
    """By an acceptance, a refusal, or help that came before either."""
    accepted: int
    """In whole or in part, as the latest answer stands; to help without another word is to accept."""
    in_part: int
    """Of the accepted."""
    refused: int
    waiting: int
    """Neither answered nor closed."""
    overdue: int
    """Of the waiting, those whose day of answer is past."""
    median_days: float | None
    """From request to first answer; None while none was answered."""
    waiting_days: float | None
    """Median age of those that wait, at the moment asked for; None when none waits."""

    @property
    def share_accepted(self) -> int | None:
        """In per cent of the answered."""
        return round(100 * self.accepted / self.answered) if self.answered else None


def figures(states: Iterable[Mapping[str, Any]], me: str, moment: datetime) -> list[Figures]:
    """What the states of requests say, ours to each partner first, then theirs to us. Offers do not count."""
    groups: dict[tuple[bool, str], list[Mapping[str, Any]]] = {}
    for state in states:
        opening = state.get("opening")
        if opening is None or opening["word"] != "request" or me not in (opening["asks"], opening["helps"]):
            continue
        ours = opening["asks"] == me
        groups.setdefault((not ours, opening["helps"] if ours else opening["asks"]), []).append(state)
    return [_of(partner, not theirs, found, moment) for (theirs, partner), found in sorted(groups.items())]


def _of(partner: str, ours: bool, states: list[Mapping[str, Any]], moment: datetime) -> Figures:
    answered = [state for state in states if "answered" in state]
    accepted = [state for state in answered if state.get("answer", {}).get("word") != "refuse"]
    waiting = [state for state in states if "answered" not in state and "closed" not in state]
    today = moment.date().isoformat()
    return Figures(
        partner=partner,
        ours=ours,
        requests=len(states),
        answered=len(answered),
        accepted=len(accepted),
        in_part=sum(_given(state) < len(state["opening"]["items"]) for state in accepted),
        refused=len(answered) - len(accepted),
        waiting=len(waiting),
        overdue=sum((state["opening"]["reply_by"] or "9999") < today for state in waiting),
        median_days=_median([_days(state, parse_time(state["answered"], "answered")) for state in answered]),
        waiting_days=_median([_days(state, moment) for state in waiting]),
    )


def _given(state: Mapping[str, Any]) -> int:
    """How many items are accepted, or met where nobody said that they are accepted."""
    return len(state["answer"]["items"] if "answer" in state else state.get("met", ()))


def _days(state: Mapping[str, Any], until: datetime) -> float:
    # Clocks of two nodes may differ: an answer does not come before its request.
    return max(0.0, (until - parse_time(state["opening"]["issued"], "issued")).total_seconds() / _DAY)


def _median(values: list[float]) -> float | None:
    return round(median(values), 1) if values else None
