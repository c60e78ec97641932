"""The match itself: one Ibis expression over three tables that any engine can hold.

    expression = hits(planned.shape)
    duckdb_engine.run(expression); spark_engine.run(expression)

The tables are unbound: an engine puts its own `observed`, `terms` and `indicators` in their place by name. Every step
is one that DuckDB and Spark do alike on data beyond memory: joins on equal keys, `distinct`, grouping.

1. Each branch finds term hits: the same value; an address whose bits begin with a network's prefix; a domain below
   another; a value that a regular expression fits, tried only on those that any of them fits.
2. Alternatives of one term are hits at once. Of those with several, only the rarest term is looked for in all rows;
   the others are looked for in the rows where that one was found, or a port would find half the log.
3. A row counts once for an indicator and value, however often the value stands in it.
4. What is left is counted by indicator, kind and value, with the first and last time and the first place.
"""

from __future__ import annotations

import re
from functools import reduce
from typing import Any, Final

import ibis

from .indicators import Shape
from .limits import EXPRESSIONS_AT_ONCE

OBSERVED: Final = {
    "place": "int64",
    "time": "int64",
    "kind": "string",
    "value": "string",
    "role": "string",
    "net": "string",
}
TERMS: Final = {
    "indicator": "int64",
    "part": "int64",
    "term": "int64",
    "needed": "int64",
    "first": "boolean",
    "how": "string",
    "kind": "string",
    "value": "string",
    "role": "string",
    "said": "string",
}
INDICATORS: Final = {
    "indicator": "int64",
    "id": "string",
    "name": "string",
    "marking": "string",
    "origin": "string",
    "since": "int64",
    "until": "int64",
    "at_least": "int64",
}
TOGETHER: Final = "all of"
"""The kind of a hit on several terms in one row; its value says which."""


def hits(shape: Shape) -> Any:
    """Hits as `indicator, id, name, marking, origin, kind, value, first, last, count, in_time, example`.

    `count` is how many rows, `in_time` how many of them within the time for which the indicator is valid, `example` the
    place of the first.
    """
    observed = ibis.table(OBSERVED, name="observed")
    all_terms = ibis.table(TERMS, name="terms")
    terms = all_terms.filter(all_terms["first"]) if shape.several else all_terms
    indicators = ibis.table(INDICATORS, name="indicators")

    found = reduce(lambda one, other: one.union(other, distinct=False), _branches(shape, observed, terms))
    single = found.filter(found.needed == 1) if shape.several else found
    rows = single.select("indicator", "kind", "value", "place", "time")
    if shape.several:
        further = all_terms.filter(~all_terms["first"])
        rows = rows.union(_together(shape, found.filter(found.needed > 1), observed, further), distinct=False)
    rows = rows.distinct()

    joined = rows.inner_join(indicators, "indicator")
    valid = (joined.since.isnull() | (joined.time >= joined.since)) & (
        joined.until.isnull() | (joined.time < joined.until)
    )
    counted = joined.group_by("indicator", "id", "name", "marking", "origin", "at_least", "kind", "value").agg(
        first=joined.time.min(),
        last=joined.time.max(),
        count=joined.place.count(),
        in_time=valid.fill_null(False).cast("int64").sum(),
        example=joined.place.min(),
    )
    if shape.repeats:
        whole = counted.group_by("indicator").agg(whole=counted["count"].sum())
        counted = counted.inner_join(whole, "indicator")
        counted = counted.filter(counted.whole >= counted.at_least)
    return counted.select(
        "indicator",
        "id",
        "name",
        "marking",
        "origin",
        "kind",
        "value",
        "first",
        "last",
        "count",
        "in_time",
        "example",
    ).order_by("indicator", "kind", "value")


def _branches(shape: Shape, observed: Any, terms: Any) -> list[Any]:
    found = []
    if shape.exact or not (shape.nets or shape.labels or shape.likes):
        found.append(_met(observed.mutate(key=observed.value), terms.filter(terms.how == "is")))
    if shape.nets:
        nets = terms.filter(terms.how == "net")
        for kind, digits in sorted(shape.nets):
            inside = observed.filter(observed.kind == kind)
            prefix = inside.net.substr(0, digits)
            # Of this length only: a shorter prefix would be looked up among the longer ones in vain.
            found.append(_met(inside.mutate(key=prefix), nets.filter(nets.value.length() == digits)))
    if shape.labels:
        under = terms.filter(terms.how == "under")
        domains = observed.filter(observed.kind == "domain")
        for labels in sorted(shape.labels):
            above = domains.value.re_extract(rf"\.((?:[^.]+\.){{{labels - 1}}}[^.]+)$", 1)
            found.append(_met(domains.mutate(key=above), under))
    if shape.likes:
        likes = terms.filter(terms.how == "like").rename(key="value")
        for kind, expressions in sorted(shape.likes.items()):
            values = observed.filter(observed.kind == kind)
            values = values.filter(
                reduce(lambda one, other: one | other, [values.value.re_search(each) for each in _any_of(expressions)])
            )
            pairs = values.inner_join(likes.filter(likes.kind == kind), "kind", rname="{name}_of_term")
            found.append(_term_hits(pairs.filter(pairs.value.re_search(pairs.key))))
    return found


def _met(observed: Any, terms: Any) -> Any:
    """Where `key` is a term's value. Those of the same kind only."""
    pairs = observed.inner_join(terms.rename(key="value"), ["kind", "key"], rname="{name}_of_term")
    return _term_hits(pairs)


def _term_hits(pairs: Any) -> Any:
    in_role = pairs.filter((pairs.role_of_term == "") | (pairs.role_of_term == pairs.role))
    return in_role.select("indicator", "part", "term", "needed", "said", "kind", "value", "place", "time")


def _together(shape: Shape, found: Any, observed: Any, further: Any) -> Any:
    """Rows in which each term of an alternative was found, given those in which its first was."""
    begun = found.select("indicator", "part", "needed", "said", "place", "time").distinct()
    beside = begun.inner_join(observed.drop("time"), "place").rename(
        {f"{name}_here": name for name in ("kind", "value", "role", "net")}
    )
    ways = {
        "is": lambda pairs: pairs.value_here == pairs.value,
        "net": lambda pairs: pairs.net_here.startswith(pairs.value),
        "under": lambda pairs: pairs.value_here.endswith(ibis.literal(".").concat(pairs.value)),
        "like": lambda pairs: pairs.value_here.re_search(pairs.value),
    }
    met = []
    for how in sorted(shape.together):
        wanted = further.filter(further.how == how).select("part", "term", "kind", "value", "role")
        wanted = wanted.rename(kind_here="kind")
        # Equality is a key of the join; the others are tried on the few pairs of one alternative and kind.
        pairs = beside.inner_join(wanted, ["part", "kind_here"])
        pairs = pairs.filter(ways[how](pairs) & ((pairs.role == "") | (pairs.role == pairs.role_here)))
        met.append(pairs.select("indicator", "part", "needed", "said", "place", "time", "term"))
    terms = reduce(lambda one, other: one.union(other, distinct=False), met).distinct()
    whole = terms.group_by("indicator", "part", "needed", "said", "place", "time").agg(met=terms.term.count())
    whole = whole.filter(whole.met == whole.needed - 1)
    return whole.select("indicator", kind=ibis.literal(TOGETHER), value=whole.said, place=whole.place, time=whole.time)


_FLAGS: Final = re.compile(r"\(\?[is]+\)")


def _any_of(expressions: list[str]) -> list[str]:
    """Alternations of many expressions. All of a kind begin with flags of their own, which stay inside."""
    grouped = [f"(?{_flags(each)}:{_FLAGS.sub('', each, count=1)})" for each in expressions]
    return [
        "|".join(grouped[first : first + EXPRESSIONS_AT_ONCE]) for first in range(0, len(grouped), EXPRESSIONS_AT_ONCE)
    ]


def _flags(expression: str) -> str:
    match = _FLAGS.match(expression)
    return match[0][2:-1] if match else "s"
