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
4. What is left is counted by indicator, kind and value, with the first and last time, the first place and the logs.
"""

from __future__ import annotations

import re
from functools import reduce
from typing import Any, Final

import ibis

from .indicators import Shape, Ways
from .limits import EXPRESSIONS_AT_ONCE, MAX_LOGS_NAMED, ROW_BITS

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
    "since": "int64",
    "until": "int64",
    "at_least": "int64",
}
INDICATORS: Final = {
    "indicator": "int64",
    "id": "string",
    "name": "string",
    "marking": "string",
    "origin": "string",
}
TOGETHER: Final = "all of"
"""The kind of a hit on several terms in one row; its value says which."""


def hits(shape: Shape) -> Any:
    """Hits as `id, name, marking, origin, kind, value, first, last, count, in_time, example, logs, log_count`.

    `count` is how many rows, `in_time` how many of them within the time for which the indicator is valid, `example` the
    place of the first, `log_count` in how many logs they stand, `logs` the numbers of the first of these in no order.
    """
    observed = ibis.table(OBSERVED, name="observed")
    terms = ibis.table(TERMS, name="terms")
    indicators = ibis.table(INDICATORS, name="indicators")

    found = []
    if shape.alone or not shape.first:
        alone = _found(shape.alone, observed, terms.filter(terms.needed == 1))
        found.append(alone.select(*_ROW))
    if shape.first:
        begun = _found(shape.first, observed, terms.filter((terms.needed > 1) & terms["first"]))
        found.append(_together(shape.further, begun, observed, terms.filter(~terms["first"])))
    rows = _all(found).distinct()

    valid = (rows.since.isnull() | (rows.time >= rows.since)) & (rows.until.isnull() | (rows.time < rows.until))
    by_log = rows.mutate(log=rows.place >> ROW_BITS, valid=valid.fill_null(False).cast("int64"))
    by_log = by_log.group_by(*_HIT, "log").agg(
        first=by_log.time.min(),
        last=by_log.time.max(),
        count=by_log.place.count(),
        in_time=by_log.valid.sum(),
        example=by_log.place.min(),
    )
    # Numbered, so that no list grows with the number of logs.
    by_log = by_log.mutate(nth=ibis.row_number().over(group_by=_HIT, order_by="log"))
    counted = by_log.group_by(*_HIT).agg(
        first=by_log["first"].min(),
        last=by_log["last"].max(),
        count=by_log["count"].sum(),
        in_time=by_log.in_time.sum(),
        example=by_log.example.min(),
        logs=by_log.log.collect(where=by_log.nth < MAX_LOGS_NAMED),
        log_count=by_log.log.count(),
    )
    if shape.repeats:
        places = rows.select("indicator", "at_least", "place").distinct()
        enough = places.group_by("indicator", "at_least").agg(seen=places.place.count())
        counted = counted.semi_join(enough.filter(enough.seen >= enough.at_least), "indicator")
    return (
        counted.inner_join(indicators, "indicator")
        .select("id", "name", "marking", "origin", "kind", "value", *_COUNTED)
        .order_by("id", "kind", "value")
    )


_HIT: Final = ("indicator", "kind", "value")
_COUNTED: Final = ("first", "last", "count", "in_time", "example", "logs", "log_count")
_OF_TERM: Final = ("indicator", "since", "until", "at_least")
"""What the count needs to know of an indicator; it comes along in the terms, for a join with many rows is dear."""
_ROW: Final = (*_OF_TERM, "kind", "value", "place", "time")


def _all(tables: list[Any]) -> Any:
    return reduce(lambda one, other: one.union(other, distinct=False), tables)


def _found(ways: Ways, observed: Any, terms: Any) -> Any:
    """Rows with a value of a term. Each way goes through what was observed once."""
    found = []
    if ways.exact or not ways:
        found.append(_met(observed.mutate(key=observed.value), terms.filter(terms.how == "is")))
    for kind, lengths in sorted(ways.nets.items()):
        inside = observed.filter(observed.kind == kind)
        prefixes = ibis.array([inside.net.substr(0, digits) for digits in sorted(lengths)])
        found.append(_met(inside.mutate(key=prefixes.unnest()), terms.filter(terms.how == "net")))
    if ways.labels:
        domains = observed.filter(observed.kind == "domain")
        above = ibis.array(
            [domains.value.re_extract(rf"\.((?:[^.]+\.){{{labels - 1}}}[^.]+)$", 1) for labels in sorted(ways.labels)]
        )
        found.append(_met(domains.mutate(key=above.unnest()), terms.filter(terms.how == "under")))
    if ways.likes:
        # Few values fit any expression of their kind; only these are tried on each.
        fits = [
            (observed.kind == kind)
            & reduce(lambda one, other: one | other, map(observed.value.re_search, _any_of(these)))
            for kind, these in sorted(ways.likes.items())
        ]
        values = observed.filter(reduce(lambda one, other: one | other, fits))
        likes = terms.filter(terms.how == "like").rename(key="value")
        pairs = values.inner_join(likes, "kind", rname="{name}_of_term")
        found.append(_term_hits(pairs.filter(pairs.value.re_search(pairs.key))))
    return _all(found)


def _met(observed: Any, terms: Any) -> Any:
    """Where `key` is a term's value. Those of the same kind only."""
    pairs = observed.inner_join(terms.rename(key="value"), ["kind", "key"], rname="{name}_of_term")
    return _term_hits(pairs)


def _term_hits(pairs: Any) -> Any:
    in_role = pairs.filter((pairs.role_of_term == "") | (pairs.role_of_term == pairs.role))
    return in_role.select(*_ROW, "part", "term", "needed", "said")


_BEGUN: Final = (*_OF_TERM, "part", "needed", "said", "place", "time")


def _together(further: dict[str, list[str]], found: Any, observed: Any, terms: Any) -> Any:
    """Rows in which each term of an alternative was found, given those in which its first was."""
    begun = found.select(*_BEGUN).distinct()
    kinds = sorted({kind for these in further.values() for kind in these})
    beside = begun.inner_join(observed.filter(observed.kind.isin(kinds)).drop("time"), "place")
    # `distinct` also keeps an optimiser from joining the log with the terms first, by their kinds, which is half of all
    # pairs.
    beside = beside.rename({f"{name}_here": name for name in ("kind", "value", "role", "net")}).distinct()
    ways = {
        "is": lambda pairs: pairs.value_here == pairs.value,
        "net": lambda pairs: pairs.net_here.startswith(pairs.value),
        "under": lambda pairs: pairs.value_here.endswith(ibis.literal(".").concat(pairs.value)),
        "like": lambda pairs: pairs.value_here.re_search(pairs.value),
    }
    met = []
    for how in sorted(further):
        wanted = terms.filter(terms.how == how).select("part", "term", "kind", "value", "role")
        wanted = wanted.rename(kind_here="kind")
        # Equality is a key of the join; the others are tried on the few pairs of one alternative and kind.
        pairs = beside.inner_join(wanted, ["part", "kind_here"])
        pairs = pairs.filter(ways[how](pairs) & ((pairs.role == "") | (pairs.role == pairs.role_here)))
        met.append(pairs.select(*_BEGUN, "term"))
    each = _all(met).distinct()
    whole = each.group_by(*_BEGUN).agg(met=each.term.count())
    whole = whole.filter(whole.met == whole.needed - 1)
    return whole.select(*_OF_TERM, "place", "time", kind=ibis.literal(TOGETHER), value=whole.said).select(*_ROW)


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
