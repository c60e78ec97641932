"""What stands on record: the hits of a run as they were found, and whether an object was seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from verbale.holdings.matching.models import MatchedIndicator, MatchedValue, MatchRun
from verbale.holdings.models import Entry, Shelf

if TYPE_CHECKING:  # the libraries behind it are loaded by the process that matches
    from verbale.intel.matching import Hit

__all__ = ["hits_of", "latest_of", "runs_of", "seen_of"]


def hits_of(run: MatchRun) -> list[Hit]:
    """Those of which the values are kept, in the order in which they were found."""
    from verbale.intel.matching import Hit

    rows = MatchedValue.objects.filter(indicator__run=run).select_related("indicator")
    return [
        Hit(
            indicator=row.indicator.stix_id,
            name=row.indicator.name,
            marking=row.indicator.marking or None,
            origin=row.indicator.origin,
            kind=row.kind,
            value=row.value,
            first=row.first,
            last=row.last,
            count=row.times,
            in_time=row.in_time,
            file=row.file,
            row=row.row,
            logs=tuple(row.logs),
            log_count=row.log_count,
        )
        for row in rows.order_by("indicator__stix_id", "pk")
    ]


def runs_of(shelves: Iterable[Shelf]) -> Any:
    """The runs with these shelves, newest first."""
    return MatchRun.objects.filter(shelf__in=list(shelves)).select_related("shelf").order_by("-at", "-pk")


def latest_of(shelf: Shelf) -> MatchRun | None:
    """The last run that came to its end."""
    found: MatchRun | None = runs_of([shelf]).filter(state=MatchRun.State.DONE).first()
    return found


def seen_of(shelf: Shelf, stix_id: str, most: int) -> list[MatchedIndicator]:
    """In which runs an object was seen, the latest first."""
    rows = MatchedIndicator.objects.filter(key=Entry.key_of(stix_id), stix_id=stix_id, run__shelf=shelf)
    return list(rows.select_related("run").order_by("-run__at", "-run_id")[:most])
