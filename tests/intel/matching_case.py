"""What the tests of matching share: a naive matcher in plain Python, and small tables written by hand."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from verbale.intel.matching import Indicator
from verbale.intel.matching.expression import TOGETHER, hits
from verbale.intel.matching.expressions import python_pattern
from verbale.intel.matching.indicators import lay_out
from verbale.intel.matching.kinds import address
from verbale.intel.matching.limits import MAX_LOGS_NAMED, ROW_BITS
from verbale.intel.matching.observed import SCHEMA
from verbale.intel.matching.patterns import Key, Plan, Unmatched, plan_of, value_keys

LOGS = Path(__file__).parent / "logs"


class Seen(NamedTuple):
    """An observed value."""

    place: int
    time: int | None
    kind: str
    value: str
    role: str = ""


def write_observed(path: Path, seen: Iterable[Seen]) -> None:
    rows = [(*one, found.net if (found := address(one.value)) and one.kind.startswith("ip") else None) for one in seen]
    columns = list(zip(*rows, strict=True)) or [[] for _ in SCHEMA]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    pq.write_table(pa.table(arrays, schema=SCHEMA), path)


def _fits(key: Key, one: Seen, subdomains: bool) -> bool:
    if key.kind != one.kind or key.role not in ("", one.role):
        return False
    if key.how == "like":
        return bool(python_pattern(key.value).search(one.value))
    if key.how == "net":
        found = address(one.value)
        return found is not None and found.net.startswith(key.value)
    return key.value == one.value or (subdomains and key.kind == "domain" and one.value.endswith(f".{key.value}"))


def _plan(indicator: Indicator) -> Plan | None:
    try:
        if indicator.pattern:
            return plan_of(indicator.pattern)
        return Plan(((tuple(value_keys(indicator.kind, indicator.value)),),), ("",))
    except Unmatched:
        return None


def naive(
    seen: Sequence[Seen], indicators: Iterable[Indicator], *, subdomains: bool = False
) -> list[tuple[object, ...]]:
    """`(id, kind, value, first, last, count, in_time, example)` of each hit, by trying everything on everything."""
    by_place: dict[int, list[Seen]] = {}
    for one in seen:
        by_place.setdefault(one.place, []).append(one)
    out: list[tuple[object, ...]] = []
    for indicator in indicators:
        plan = _plan(indicator)
        if plan is None:
            continue
        found: dict[tuple[str, str], dict[int, int | None]] = {}
        for place, row in by_place.items():
            for part, said in zip(plan.parts, plan.said, strict=True):
                met = [[one for one in row if any(_fits(key, one, subdomains) for key in term)] for term in part]
                if not all(met):
                    continue
                values = {(TOGETHER, said)} if len(part) > 1 else {(one.kind, one.value) for one in met[0]}
                for value in values:
                    found.setdefault(value, {})[place] = row[0].time
        if len({place for places in found.values() for place in places}) < plan.at_least:
            continue
        for (kind, value), places in found.items():
            times = [time for time in places.values() if time is not None]
            valid = sum(_valid(indicator, time) for time in places.values())
            first, last = min(times, default=None), max(times, default=None)
            out.append((indicator.id, kind, value, first, last, len(places), valid, min(places)))
    return sorted(out, key=lambda row: row[:3])


def _valid(indicator: Indicator, time: int | None) -> bool:
    if time is None:
        return indicator.since is None and indicator.until is None
    return (indicator.since is None or indicator.since <= time) and (indicator.until is None or time < indicator.until)


def plainly(rows: Iterable[dict[str, object]]) -> list[tuple[object, ...]]:
    """What an engine found, in the same form."""
    names = ("id", "kind", "value", "first", "last", "count", "in_time", "example")
    return [tuple(row[name] for name in names) for row in rows]


CASES: list[tuple[str, str]] = [
    ("is", "[domain-name:value = 'evil.example']"),
    ("in", "[ipv4-addr:value IN ('198.51.100.23', '203.0.113.77')]"),
    ("net", "[ipv4-addr:value ISSUBSET '198.51.100.0/26']"),
    ("net6", "[ipv6-addr:value = '2001:db8::/31']"),
    ("role", "[network-traffic:src_ref.value = '198.51.100.23']"),
    ("like", "[domain-name:value LIKE '%.evil.example']"),
    ("matches", "[url:value MATCHES '/drop/[a-z0-9]+\\\\.bin']"),
    ("and", "[network-traffic:dst_ref.value = '198.51.100.23' AND network-traffic:dst_port = 443]"),
    ("and-like", "[domain-name:value LIKE 'login.%' AND domain-name:value MATCHES 'evil']"),
    ("and-net", "[network-traffic:dst_port = 443 AND network-traffic:dst_ref.value ISSUBSET '198.51.0.0/17']"),
    ("or-and", "[file:name = 'a.bin' AND user-account:user_id = 'anna' OR url:value = 'http://x.example']"),
    ("twice", "([ipv4-addr:value = '198.51.100.23']) REPEATS 2 TIMES"),
    ("thrice", "([ipv4-addr:value = '198.51.100.23' OR domain-name:value = 'evil.example']) REPEATS 3 TIMES"),
    ("either", "[file:name = 'a.bin'] OR [mutex:name = 'm']"),
    ("not", "[file:name != 'a.bin']"),
]


def case_indicators() -> list[Indicator]:
    found = [Indicator(name, pattern) for name, pattern in CASES]
    found.append(Indicator("window", "[domain-name:value = 'evil.example']", since=2_000_000, until=3_000_000))
    found.append(Indicator("plain", kind="hash", value="9E107D9D372BB6826BD81D3542A419D6"))
    return found


def case_observed() -> list[Seen]:
    """Ten rows or so in which each case is found and narrowly missed."""
    return [
        Seen(1, 1_000_000, "ipv4", "10.0.0.1", "src"),
        Seen(1, 1_000_000, "ipv4", "198.51.100.23", "dst"),
        Seen(1, 1_000_000, "port", "443", "dst"),
        Seen(2, 2_000_000, "ipv4", "198.51.100.23", "src"),
        Seen(2, 2_000_000, "port", "443", "dst"),
        Seen(3, 2_500_000, "domain", "evil.example"),
        Seen(3, 2_500_000, "domain", "evil.example", "answer"),
        Seen(4, 3_000_000, "domain", "login.evil.example"),
        Seen(5, None, "domain", "evil.example"),
        Seen(6, 4_000_000, "ipv4", "198.51.100.64", "dst"),
        Seen(7, 5_000_000, "ipv6", "2001:db9::1", "dst"),
        Seen(7, 5_000_000, "ipv6", "2001:dba::1", "src"),
        Seen(8, 6_000_000, "url", "http://h.example/drop/stage2.bin"),
        Seen(8, 6_000_000, "file-name", "a.bin"),
        Seen(8, 6_000_000, "user", "anna"),
        Seen(9, 7_000_000, "user", "anna"),
        Seen(9, 7_000_000, "url", "http://x.example/"),
        Seen((1 << 40) + 1, 500_000, "md5", "9e107d9d372bb6826bd81d3542a419d6"),
        Seen((1 << 40) + 2, 400_000, "md5", "9e107d9d372bb6826bd81d3542a419d6"),
        Seen((1 << 40) + 3, 400_000, "domain", "notevil.example"),
    ]


def in_many_logs() -> list[Seen]:
    """One value in every log of thirty, another in three of them, and in none of the rows beside."""
    seen = []
    for file in range(30):
        for row in (1, 2):
            seen.append(Seen(file << ROW_BITS | row, 1_000_000, "domain", "evil.example"))
        if file in (4, 7, 29):
            seen.append(Seen(file << ROW_BITS | 3, 2_000_000, "file-name", "a.bin"))
    return seen


def found_in_logs(engine: Any, folder: Path) -> dict[object, tuple[int, list[int]]]:
    """In which of many logs an engine finds what stands in them."""
    write_observed(folder / "observed.parquet", in_many_logs())
    wanted = [Indicator("i", "[domain-name:value = 'evil.example' OR file:name = 'a.bin']")]
    expression = hits(lay_out(wanted, folder).shape)
    with engine:
        engine.hold(folder)
        return {row["value"]: (row["log_count"], sorted(row["logs"])) for row in engine.run(expression)}


IN_MANY_LOGS = {"evil.example": (30, list(range(MAX_LOGS_NAMED))), "a.bin": (3, [4, 7, 29])}
