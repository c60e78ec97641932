"""Where the values of this node come from, and which of them may go into an overlap with a partner.

Who takes part in an overlap tells the other side, of each value that both have, that it has it: that is sharing. So a
value goes in only where it could be shared with that partner under the marking of the overlap:

- of an account of our own, when neither the act nor the report in it is marked above the overlap;
- of an account of somebody else, when it is marked TLP:GREEN or CLEAR, or went to that partner as well;
- of no matter that is open only to the people named on it, and of no exercise unless the overlap is one.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Q

from verbale.intel.overlap.values import Value, normal, of_pattern
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Matter
from verbale.protocol import Marking

__all__ = ["own_values"]

_ACCOUNTS = ("incident.open", "incident.report")


def own_values(
    kinds: Iterable[str], since: str | None, to: str, ceiling: Marking, *, exercise: bool = False
) -> Iterator[Value]:
    """The values of these kinds that this node knows since that day and may compare with that partner; some twice."""
    wanted = frozenset(kinds)
    for body in _reports(since, to, ceiling, exercise):
        for item in [*_listed(body, "indicators"), *_listed(body, "observables")]:
            kind, text = item.get("kind"), item.get("value")
            if not isinstance(kind, str) or not isinstance(text, str):
                continue
            found = of_pattern(text) if kind == "stix-pattern" else [normal(kind, text)]
            yield from (value for value in found if value is not None and value.kind in wanted)


def _listed(report: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = report.get(name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


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
