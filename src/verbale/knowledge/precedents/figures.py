"""How a number of cases were answered: by whom, how, with what, and after how many days.

The six public tables say of each incident whether there was a political and a legal response, and on which day it was
first attributed in public, by whom. They give no day of a response and no instrument; the table of details, where
somebody has it, gives instruments and the kind of state that answered. So times are times to attribution, and say so.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median, quantiles

import msgspec

from verbale.knowledge.precedents.cases import BODIES, Case, Response

__all__ = ["BUCKETS", "Answers", "Times", "answers_of", "matrix_of", "times_of"]

BUCKETS = (7, 30, 90, 365, 1_096)
"""Days up to which a column of the matrix goes; a last one holds what took longer."""


class Answers(msgspec.Struct, frozen=True):
    """What is recorded of responses to a number of cases."""

    cases: int
    political: int
    legal: int
    both: int
    none: int
    """The tables say that there was none."""
    untold: int
    """The tables do not say."""
    instruments: tuple[tuple[Response, int], ...]
    """Each instrument by whom, with the number of cases, the most frequent first."""


class Times(msgspec.Struct, frozen=True):
    """How many days it took: quartiles over the cases in which both days are known to the day."""

    of: str
    """One of BODIES, `first` for whoever was first, `public` for political attribution after the first by others."""
    n: int
    least: int | None = None
    lower: float | None = None
    median: float | None = None
    upper: float | None = None
    most: int | None = None
    by_year_only: int = 0
    """Cases left out because a day is 1 January, which is how the tables write a year."""
    before: int = 0
    """Cases left out because it came before what it is counted from."""


def answers_of(cases: Iterable[Case]) -> Answers:
    """Count the responses."""
    cases = list(cases)
    instruments = Counter(response for case in cases for response in set(case.responses))
    told = [case for case in cases if case.political is not None or case.legal is not None]
    return Answers(
        cases=len(cases),
        political=sum(bool(case.political) for case in cases),
        legal=sum(bool(case.legal) for case in cases),
        both=sum(bool(case.political and case.legal) for case in cases),
        none=sum(not case.answered for case in told),
        untold=len(cases) - len(told),
        instruments=tuple(sorted(instruments.items(), key=lambda item: (-item[1], item[0]))),
    )


def times_of(cases: Iterable[Case]) -> list[Times]:
    """Days from start to public attribution, by whom; of whom nothing is known is left out."""
    cases = list(cases)
    rows = [_times(body, *_since_start(cases, (body,))) for body in BODIES]
    rows.insert(0, _times("first", *_since_start(cases, BODIES)))
    rows.append(_times("public", *_since_public(cases)))
    return [row for row in rows if row.n or row.by_year_only or row.before]


def _since_start(cases: Sequence[Case], bodies: Sequence[str]) -> tuple[list[int], int, int]:
    days, by_year, before = [], 0, 0
    for case in cases:
        named = [body for body in bodies if body in case.attributed]
        if not named or not case.start:
            continue
        first = min(named, key=lambda body: case.attributed[body])
        if not case.exact(first):
            by_year += 1
        elif first not in case.days:
            before += 1
        else:
            days.append(case.days[first])
    return days, by_year, before


def _since_public(cases: Sequence[Case]) -> tuple[list[int], int, int]:
    """From the first attribution by anybody else to the political one."""
    days, by_year, before = [], 0, 0
    for case in cases:
        others = [body for body in case.days if body != "political"]
        if "political" not in case.days or not others:
            continue
        first = min(others, key=lambda body: case.days[body])
        gap = case.days["political"] - case.days[first]
        if case.attributed[first].endswith("-01-01") or case.attributed["political"].endswith("-01-01"):
            by_year += 1
        elif gap < 0:
            before += 1
        else:
            days.append(gap)
    return days, by_year, before


def _times(of: str, days: Sequence[int], by_year: int, before: int) -> Times:
    if not days:
        return Times(of, 0, by_year_only=by_year, before=before)
    # The quartiles lie within what was seen (inclusive method); of a single case they are the case.
    lower, _middle, upper = quantiles(days, n=4, method="inclusive") if len(days) > 1 else (days[0],) * 3
    return Times(of, len(days), min(days), lower, median(days), upper, max(days), by_year, before)


def matrix_of(cases: Iterable[Case]) -> list[tuple[str, tuple[int, ...], int]]:
    """By whom, the cases in each span of days (see BUCKETS, and longer), and those known to the year only."""
    cases = list(cases)
    rows = []
    for body in BODIES:
        days, by_year, _before = _since_start(cases, (body,))
        counts = [0] * (len(BUCKETS) + 1)
        for taken in days:
            counts[next((place for place, most in enumerate(BUCKETS) if taken <= most), len(BUCKETS))] += 1
        rows.append((body, tuple(counts), by_year))
    return rows
