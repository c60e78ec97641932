"""Where the values of this node come from, and which of them may go into an overlap with a partner.

Who takes part in an overlap tells the other side, of each value that both have, that it has it: that is sharing. So a
value goes in only where it could be shared with that partner under the marking of the overlap:

- of an account of our own, when neither the act nor the report in it is marked above the overlap;
- of an account of somebody else, when it is marked TLP:GREEN or CLEAR, or went to that partner as well;
- of an object on a shelf, when that partner may see it by the rule of the store (`intel.audience`); one of our own not
  when it is marked above the overlap;
- of no matter that is open only to the people named on it, and of no exercise unless the overlap is one.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from verbale.holdings import terms
from verbale.holdings.compared import values_for
from verbale.holdings.models import Shelf
from verbale.holdings.moments import micros
from verbale.holdings.store import Viewer
from verbale.intel.digests import values_of
from verbale.intel.overlap.values import Value
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Matter
from verbale.protocol import Marking

__all__ = ["own_values"]

_ACCOUNTS = ("incident.open", "incident.report")
_PATIENCE = 20.0
"""Seconds for which the index of the shelves is waited for."""


def own_values(
    kinds: Iterable[str], since: str | None, to: str, ceiling: Marking, *, exercise: bool = False
) -> Iterator[Value]:
    """The values of these kinds that this node knows since that day and may compare with that partner; some twice.

    Raises UserError when the shelves are not looked through yet: a set that lacks what nobody knows of would be wrong.
    """
    wanted = frozenset(kinds)
    yield from _shelved(wanted, since, to, ceiling, exercise)
    for body in _reports(since, to, ceiling, exercise):
        yield from (value for value in values_of(body) if value.kind in wanted)


def _shelved(kinds: frozenset[str], since: str | None, to: str, ceiling: Marking, exercise: bool) -> Iterator[Value]:
    closed = Matter.objects.filter(restricted=True).values("id")
    serving = Matter.objects.exclude(Q(pk__in=closed) | Q(about_id__in=closed))
    if not exercise:
        serving = serving.filter(exercise=False)
    shelves = list(Shelf.objects.filter(Q(matter="") | Q(matter__in=serving.values("id"))).order_by("made_at", "id"))
    if not shelves:
        return
    if not terms.catch_up(seconds=_PATIENCE):
        raise UserError(
            _("%(n)s objects on shelves are not looked through yet; try again in a few minutes.")
            % {"n": terms.behind()}
        )
    after = {"since": micros(datetime.fromisoformat(since).replace(tzinfo=UTC))} if since else {}
    yield from values_for(Viewer(to), shelves, kinds, ceiling=ceiling.value, **after)


def _reports(since: str | None, to: str, ceiling: Marking, exercise: bool) -> Iterator[Mapping[str, Any]]:
    closed = Matter.objects.filter(restricted=True).values("id")
    rows = ActRecord.objects.filter(type__in=_ACCOUNTS, reason=None)
    rows = rows.exclude(Q(matter_id__in=closed) | Q(about_id__in=closed))
    if not exercise:
        rows = rows.filter(exercise=False)
    if since:
        rows = rows.filter(issued__gte=since)
    for record in rows.iterator(chunk_size=100):
        report = record.act.body.get("report")
        if isinstance(report, Mapping) and _may_go(record, report, to, ceiling):
            yield report


def _may_go(record: ActRecord, report: Mapping[str, Any], to: str, ceiling: Marking) -> bool:
    levels = [Marking(record.marking)]
    if report.get("marking") is not None:
        try:
            levels.append(Marking(report["marking"]))
        except ValueError:
            # A marking that we do not know is taken for the strictest.
            levels.append(Marking.RED)
    strictest = max(levels, key=lambda level: level.rank)
    if record.author == to or to in record.audience:
        return True
    if record.author == node_name():
        return strictest.rank <= ceiling.rank
    return strictest.rank <= Marking.GREEN.rank
