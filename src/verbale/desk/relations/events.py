"""The acts between us and a partner that one person may read, coded, and the curve over them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast
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

_LIGHT = ("id", "type", "author", "to", "issued", "recorded_at", "marking", "precedence", "exercise", "reason")
_AT_ONCE = 500
"""Bodies read in one query."""
_MOST_KNOWN = 200_000


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
    codes = _codes([row for row, _others in rows])
    for row, others in rows:
        item = _said(row, codes[row.id])
        for node in others:
            said[node].append(item)
    found = {}
    for node, items in said.items():
        items.sort(key=lambda item: (item.moment, item.id), reverse=True)
        events = [Event(item.moment, item.value, item.author, item.id) for item in items if item.counts]
        found[node] = Relation(node, tuple(items), curve_of(events, coding(), until))
    return found


def _between(user: User, nodes: Collection[str], start: datetime) -> list[tuple[Any, list[str]]]:
    """Acts that we addressed to one of the nodes, or one of them to us, each with the nodes that it concerns."""
    me, wanted = node_name(), {f'"{node}"': node for node in nodes}
    rows = (
        readable_acts(user)
        .filter(issued__gte=format_time(start), author__in=[me, *nodes])
        # As text: to read the JSON of a hundred thousand audiences takes longer than all the rest.
        .annotate(to=Cast("audience", TextField()))
        .values_list(*_LIGHT, named=True)
    )
    found = []
    for row in rows.iterator(chunk_size=2_000):
        if row.author != me:
            others = [row.author] if f'"{me}"' in row.to else []
        else:
            others = [node for quoted, node in wanted.items() if quoted in row.to]
        if others:
            found.append((row, others))
    return found


_known: dict[str, Coded | None] = {}
"""Codes of acts that had to be opened: neither an act nor the coding changes while this process runs."""


def _codes(rows: Sequence[Any]) -> dict[str, Coded | None]:
    """The code of each act. Only those are opened whose code hangs on what they say, once a process."""
    found = {
        row.id: _known[row.id]
        if row.id in _known
        else code(row.type, {}, marking=row.marking, precedence=row.precedence)
        for row in rows
    }
    wanted = {row.id: row for row in rows if row.id not in _known and reads_body(row.type)}
    ids = list(wanted)
    opened = {}
    for place in range(0, len(ids), _AT_ONCE):
        for record in ActRecord.objects.filter(id__in=ids[place : place + _AT_ONCE]).only("id", "payload"):
            row = wanted[record.id]
            opened[row.id] = code(row.type, record.act.body, marking=row.marking, precedence=row.precedence)
    if len(_known) + len(opened) > _MOST_KNOWN:
        _known.clear()
    _known.update(opened)
    return found | opened


def _said(row: Any, coded: Coded | None) -> Said:
    return Said(
        id=row.id,
        type=row.type,
        author=row.author,
        # A clock that runs ahead, or a date put forward, does not carry an act beyond the day on which it was here.
        moment=parse_time(min(row.issued, row.recorded_at), "issued"),
        exercise=row.exercise,
        effective=row.reason is None,
        coded=coded,
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
