"""The acts between us and a partner that one person may read, coded, and the curve over them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.knowledge import Coded, Curve, Event, code, coding, curve_of, reach, reads_body
from verbale.node.access import readable_acts
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, User
from verbale.node.sentences import why
from verbale.protocol import parse_time
from verbale.protocol.encoding import format_time

__all__ = ["Relation", "Said", "relation_with", "relations"]

_LIGHT = ("id", "type", "author", "audience", "issued", "recorded_at", "marking", "precedence", "exercise", "reason")
_AT_ONCE = 500
"""Bodies read in one query."""


@dataclass(frozen=True)
class Said:
    """One act of one side to the other."""

    id: str
    type: str
    author: str
    moment: datetime
    exercise: bool
    effective: bool
    coded: Coded | None

    @property
    def counts(self) -> bool:
        """Whether it is in the curve."""
        return self.effective and not self.exercise and self.coded is not None and self.coded.value is not None

    @property
    def value(self) -> float:
        """Its value, where it counts."""
        return self.coded.value if self.coded is not None and self.coded.value is not None else 0.0


@dataclass(frozen=True)
class Relation:
    """How we stand with a partner at a moment."""

    node: str
    said: tuple[Said, ...]
    """Acts between the two, the latest first, as far back as they still bear on the curve."""
    curve: Curve

    def since(self, start: datetime) -> list[Said]:
        return [item for item in self.said if item.moment >= start]


def relation_with(user: User, node: str, *, days: int = 0, now: datetime | None = None) -> Relation:
    """How we stand with one partner, with the acts of the last `days` and of what bears on the curve at their start."""
    return relations(user, [node], days=days, now=now)[node]


def relations(user: User, nodes: Collection[str], *, days: int = 0, now: datetime | None = None) -> dict[str, Relation]:
    """How we stand with several, in a few queries whatever their number."""
    until = now or timezone.now()
    start = until - timedelta(days=days) - reach(coding())
    said: dict[str, list[Said]] = {node: [] for node in nodes}
    rows = _between(user, nodes, start)
    bodies = _bodies(row["id"] for row, _others in rows if reads_body(row["type"]))
    for row, others in rows:
        item = _coded(row, bodies.get(row["id"], {}))
        for node in others:
            said[node].append(item)
    found = {}
    for node, items in said.items():
        items.sort(key=lambda item: (item.moment, item.id), reverse=True)
        events = [Event(item.moment, item.value, item.author, item.id) for item in items if item.counts]
        found[node] = Relation(node, tuple(items), curve_of(events, coding(), until))
    return found


def _between(user: User, nodes: Collection[str], start: datetime) -> list[tuple[dict[str, Any], list[str]]]:
    """Acts that we addressed to one of the nodes, or one of them to us, each with the nodes that it concerns."""
    me, wanted = node_name(), set(nodes)
    rows = readable_acts(user).filter(issued__gte=format_time(start), author__in=[me, *wanted]).values(*_LIGHT)
    found = []
    for row in rows.iterator(chunk_size=2_000):
        if row["author"] != me:
            others = [row["author"]] if me in row["audience"] else []
        else:
            others = [node for node in row["audience"] if node in wanted]
        if others:
            found.append((row, others))
    return found


def _bodies(ids: Iterable[str]) -> dict[str, Any]:
    wanted = list(ids)
    return {
        record.id: record.act.body
        for place in range(0, len(wanted), _AT_ONCE)
        for record in ActRecord.objects.filter(id__in=wanted[place : place + _AT_ONCE]).only("id", "payload")
    }


def _coded(row: dict[str, Any], body: dict[str, Any]) -> Said:
    return Said(
        id=row["id"],
        type=row["type"],
        author=row["author"],
        # A clock that runs ahead, or a date put forward, does not carry an act beyond the day on which it was here.
        moment=parse_time(min(row["issued"], row["recorded_at"]), "issued"),
        exercise=row["exercise"],
        effective=row["reason"] is None,
        coded=code(row["type"], body, marking=row["marking"], precedence=row["precedence"]),
    )


def reason_of(item: Said, record: ActRecord) -> str:
    """Why an act is in the curve as it is, or is not in it; a sentence."""
    if not item.effective:
        return _("It is without effect: %(reason)s") % {"reason": why(record)}
    if item.exercise:
        return _("It is an exercise, and never counts.")
    if item.coded is None:
        return _("The coding has no rule for acts of this type: it does not count.")
    return item.coded.because
