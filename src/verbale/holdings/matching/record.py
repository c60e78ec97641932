"""What a run found, put on record: bounded, and in a form that a page can show as it is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from verbale.holdings.matching.models import (
    MOST_LOGS,
    MOST_RUNS,
    MOST_UNLOOKED,
    MOST_VALUES,
    MatchedIndicator,
    MatchedValue,
    MatchRun,
)
from verbale.holdings.models import Entry, Shelf
from verbale.intel.text import clean_line, visible_value
from verbale.node.access import audit

if TYPE_CHECKING:  # the libraries behind it are loaded by the process that matches
    from verbale.intel.matching import Account, Hit, Matched

__all__ = ["begin", "finish", "names_of"]

_MOST_NAMED = 20
"""Logs that are named of an indicator, or of what one partner gave."""
_MOST_GIVERS = 50
_MOST_PER_LOG = 5
"""Bad rows and remarks of one log that are kept."""
_MOST_FIELDS = 20
_LINE = 500


def begin(shelf: Shelf, *, who: str, engine: str, ended: bool = False, subdomains: bool = False) -> MatchRun:
    """A run that begins now. It is written when it is finished: one that was broken off leaves nothing."""
    return MatchRun(shelf=shelf, at=timezone.now(), who=who, engine=engine, ended=ended, subdomains=subdomains)


def finish(run: MatchRun, matched: Matched, *, names: Mapping[str, str] | None = None) -> MatchRun:
    """Write down what was found. `names` are what the logs are called, by their paths; as `names_of` when not given."""
    if names is None:
        run.folder, names = names_of([account.path for account in matched.logs])
    _logs(run, matched.logs, names)
    planned = matched.indicators
    run.held, run.looked_for, run.not_looked_for = planned.count, planned.looked, planned.unlooked
    run.unlooked = [
        [one.id, clean_line(one.name), visible_value(one.reason)[:_LINE]] for one in planned.examples[:MOST_UNLOOKED]
    ]
    run.more = matched.more
    seen = [_Seen(list(hits)) for _id, hits in groupby(matched.hits, key=lambda hit: hit.indicator)]
    seen.sort(key=lambda one: (-one.times, one.id))
    run.hit_count, run.indicator_count = len(matched.hits), len(seen)
    run.seen = _by_giver(seen, names)
    run.state, run.ended_at, run.leased_until = MatchRun.State.DONE, timezone.now(), 0
    with transaction.atomic():
        run.save()
        _write(run, seen, names)
        _forget_old(run.shelf)
        audit(run.who, "matched own logs", detail=f"{run.shelf.title}: {run.indicator_count} seen")
    return run


def names_of(paths: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The folder in which all logs lie, and what each is called below it."""
    whole = {path: Path(path).absolute() for path in paths}
    folder = os.path.commonpath([path.parent for path in whole.values()]) if whole else ""
    return visible_value(folder), {path: visible_value(str(at.relative_to(folder))) for path, at in whole.items()}


def _logs(run: MatchRun, accounts: Sequence[Account], names: Mapping[str, str]) -> None:
    run.log_count = len(accounts)
    run.unread = sum(bool(account.failed) for account in accounts)
    run.rows = sum(account.rows for account in accounts)
    run.bad = sum(account.bad for account in accounts)
    first = sorted(accounts, key=lambda one: (not one.failed, -one.bad, not one.unusable))[:MOST_LOGS]
    run.logs = [
        {
            "name": names[account.path],
            "format": visible_value(account.format)[:_LINE],
            "rows": account.rows,
            "bad": account.bad,
            "timeless": account.timeless,
            "unusable": [[visible_value(name), count] for name, count in sorted(account.unusable.items())][
                :_MOST_FIELDS
            ],
            "unusable_count": sum(account.unusable.values()),
            "examples": [[one.row, visible_value(one.reason)[:_LINE]] for one in account.examples[:_MOST_PER_LOG]],
            "remarks": [visible_value(line)[:_LINE] for line in account.remarks[:_MOST_PER_LOG]],
            "failed": visible_value(account.failed)[:_LINE],
        }
        for account in first
    ]


class _Seen:
    """One indicator with its hits. Rows are made only of what is written: there may be a million hits."""

    __slots__ = ("hits", "times")

    def __init__(self, hits: Sequence[Hit]) -> None:
        self.hits = hits
        self.times = sum(hit.count for hit in hits)

    @property
    def id(self) -> str:
        return self.hits[0].indicator

    @property
    def origin(self) -> str:
        return self.hits[0].origin

    def row(self, run: MatchRun, names: Mapping[str, str], *, whole: bool) -> MatchedIndicator:
        one, logs = self.hits[0], _Logs(names)
        logs.add(self.hits)
        return MatchedIndicator(
            run=run,
            key=Entry.key_of(one.indicator),
            stix_id=one.indicator,
            name=one.name,
            marking=one.marking or "",
            origin=one.origin,
            values_count=len(self.hits),
            times=self.times,
            in_time=sum(hit.in_time for hit in self.hits),
            first=min((hit.first for hit in self.hits if hit.first is not None), default=None),
            last=max((hit.last for hit in self.hits if hit.last is not None), default=None),
            logs=logs.named,
            log_count=logs.count,
            whole=whole,
        )

    def values(self, of: MatchedIndicator, names: Mapping[str, str]) -> Iterator[MatchedValue]:
        for hit in self.hits:
            yield MatchedValue(
                indicator=of,
                kind=hit.kind,
                value=visible_value(hit.value),
                times=hit.count,
                in_time=hit.in_time,
                first=hit.first,
                last=hit.last,
                file=names.get(hit.file, visible_value(hit.file)),
                row=hit.row,
                logs=[names.get(path, visible_value(path)) for path in hit.logs],
                log_count=hit.log_count,
            )


class _Logs:
    """The first logs of many hits, and how many there are at least."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._paths: dict[str, None] = {}
        self._most = 0

    def add(self, hits: Iterable[Hit]) -> None:
        for hit in hits:
            self._most = max(self._most, hit.log_count)
            if len(self._paths) <= _MOST_NAMED:
                self._paths |= dict.fromkeys(hit.logs)

    @property
    def named(self) -> list[str]:
        return [self._names.get(path, visible_value(path)) for path in self._paths][:_MOST_NAMED]

    @property
    def count(self) -> int:
        return max(self._most, len(self._paths))


def _by_giver(seen: Sequence[_Seen], names: Mapping[str, str]) -> list[dict[str, Any]]:
    givers: dict[str, tuple[list[int], _Logs]] = {}
    for one in seen:
        times, logs = givers.setdefault(one.origin, ([], _Logs(names)))
        times.append(one.times)
        logs.add(one.hits)
    found = [
        {
            "origin": origin,
            "indicators": len(times),
            "times": sum(times),
            "logs": logs.named,
            "log_count": logs.count,
        }
        for origin, (times, logs) in givers.items()
    ]
    return sorted(found, key=lambda row: (-row["times"], row["origin"]))[:_MOST_GIVERS]


def _write(run: MatchRun, seen: Sequence[_Seen], names: Mapping[str, str]) -> None:
    """Whole indicators, as many as there is room for: half of one's values would make another sighting of it."""
    room, written = MOST_VALUES, []
    for one in seen[:MOST_VALUES]:
        whole = len(one.hits) <= room
        room -= len(one.hits) if whole else 0
        written.append((one, one.row(run, names, whole=whole)))
    run.unrecorded = run.hit_count - (MOST_VALUES - room)
    run.save(update_fields=["unrecorded"])
    MatchedIndicator.objects.bulk_create([row for _one, row in written])
    values = [value for one, row in written if row.whole for value in one.values(row, names)]
    MatchedValue.objects.bulk_create(values, batch_size=1_000)


def _forget_old(shelf: Shelf) -> None:
    over = (MatchRun.State.DONE, MatchRun.State.FAILED)
    rows = MatchRun.objects.filter(shelf=shelf, state__in=over).order_by("-at", "-pk")
    MatchRun.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[MOST_RUNS:])).delete()
