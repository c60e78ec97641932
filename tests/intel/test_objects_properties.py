"""Properties of the door: what the stix2 library writes comes in, what comes in is what went in, nothing crashes it."""

import json
import re
import string
import time
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import stix2
from hypothesis import given
from hypothesis import strategies as st

from verbale.intel import ReportError
from verbale.intel.objects import check, microseconds
from verbale.intel.objects.forms import RULES
from verbale.intel.objects.rules import ordered
from verbale.intel.pattern_values import plain_values
from verbale.intel.stix_patterns import _OBJECT_PATH, _SIMPLE, _grammar_fault, pattern_fault

from .test_objects import GONE, VALID, changed, raw

WHEN = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))
NAME = st.text(min_size=1, max_size=30)
WORDS = st.lists(NAME, min_size=1, max_size=3)
OTHER = st.uuids(version=4).map(str)
LIBRARY: dict[Any, dict[str, st.SearchStrategy[Any]]] = {
    stix2.AttackPattern: {"name": NAME, "aliases": WORDS},
    stix2.Campaign: {"name": NAME, "first_seen": WHEN},
    stix2.Identity: {"name": NAME, "sectors": WORDS},
    stix2.Indicator: {
        "pattern": st.ip_addresses(v=4).map(lambda ip: f"[ipv4-addr:value = '{ip}']"),
        "pattern_type": st.just("stix"),
        "valid_from": WHEN,
    },
    stix2.IntrusionSet: {"name": NAME, "goals": WORDS},
    stix2.Malware: {"name": NAME, "is_family": st.booleans(), "malware_types": WORDS},
    stix2.Note: {"content": NAME, "object_refs": st.lists(OTHER.map("tool--{}".format), min_size=1, max_size=3)},
    stix2.Report: {
        "name": NAME,
        "published": WHEN,
        "object_refs": st.lists(OTHER.map("tool--{}".format), min_size=1, max_size=3),
    },
    stix2.Relationship: {
        "relationship_type": st.sampled_from(["uses", "related-to"]),
        "source_ref": OTHER.map("malware--{}".format),
        "target_ref": OTHER.map("tool--{}".format),
    },
    stix2.Sighting: {"sighting_of_ref": OTHER.map("indicator--{}".format), "count": st.integers(0, 999_999_999)},
    stix2.ThreatActor: {"name": NAME, "roles": WORDS},
    stix2.Tool: {"name": NAME},
    stix2.Vulnerability: {"name": NAME},
    stix2.MarkingDefinition: {
        "definition_type": st.just("statement"),
        "definition": NAME.map(lambda text: {"statement": text}),
    },
    stix2.AutonomousSystem: {"number": st.integers(0, 2**32 - 1)},
    stix2.DomainName: {"value": st.sampled_from(["example.org", "xn--exmple-cua.org", "a.b.c.example."])},
    stix2.File: {"name": NAME, "size": st.integers(0, 2**53 - 1)},
    stix2.IPv4Address: {"value": st.ip_addresses(v=4).map(str)},
    stix2.IPv6Address: {"value": st.ip_addresses(v=6).map(str)},
    stix2.Mutex: {"name": NAME},
    stix2.NetworkTraffic: {
        "protocols": st.just(["tcp"]),
        "src_ref": OTHER.map("ipv4-addr--{}".format),
        "dst_port": st.integers(0, 65535),
    },
    stix2.URL: {"value": st.sampled_from(["https://example.org/?q=1#x", "ftp://192.0.2.1/a%20b"])},
    stix2.UserAccount: {"account_login": NAME},
    stix2.WindowsRegistryKey: {"key": st.just("HKEY_LOCAL_MACHINE\\Software")},
}


@st.composite
def library_objects(draw: st.DrawFn) -> Any:
    made, fields = draw(st.sampled_from(list(LIBRARY.items())))
    marked = draw(st.sampled_from([{}, {"object_marking_refs": [stix2.TLP_AMBER]}]))
    return made(**{name: draw(strategy) for name, strategy in fields.items()}, **marked)


@given(library_objects())
def test_what_the_stix2_library_makes_comes_in(obj: Any) -> None:
    header = check(obj.serialize().encode())
    assert (header.id, header.type) == (obj.id, obj.type)
    assert json.loads(header.raw) == json.loads(obj.serialize())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(VALID)), st.data())
def test_any_value_in_any_place_is_taken_or_refused_but_never_crashes(kind: str, data: st.DataObject) -> None:
    value = dict(VALID[kind])
    for name in data.draw(st.lists(st.sampled_from([*sorted(value), "extensions", "granular_markings", "x_own"]))):
        value[name] = data.draw(JSON)
    try:
        header = check(raw(value))
    except ReportError:
        return
    assert msgspec.json.decode(header.raw) == value


@given(st.sampled_from(sorted(VALID)), st.data())
def test_a_type_is_accepted_without_any_optional_property_or_tells_which_it_misses(
    kind: str, data: st.DataObject
) -> None:
    left_out = data.draw(st.sets(st.sampled_from(sorted(VALID[kind]))))
    try:
        check(raw(changed(kind, dict.fromkeys(left_out, GONE))))
    except ReportError as error:
        assert left_out, error


@given(WHEN, WHEN, st.integers(3, 9), st.integers(3, 9), st.booleans())
def test_times_of_any_precision_are_ordered_as_numbers(
    a: datetime, b: datetime, m: int, n: int, strictly: bool
) -> None:
    def written(when: datetime, digits: int) -> str:
        return f"{when:%Y-%m-%dT%H:%M:%S}.{f'{when.microsecond:06}000'[:digits]}Z"

    first, second = written(a, m), written(b, n)
    one, other = microseconds(first), microseconds(second)
    assert ordered(first, second, strictly=strictly) == (one < other or (one == other and not strictly))


HOSTILE = [
    "a",
    "a-",
    "-",
    "aaaaa-",
    "a.",
    "aa@",
    "?",
    "\\*",
    "a:",
    "'",
    "\\'",
    "AAAA",
    "[*]",
    "[file:name = 'a'] AND ",
    "ipv4-addr:value = '1' OR ",
]


@pytest.mark.parametrize("part", HOSTILE)
def test_no_form_takes_long_on_hostile_text(part: str) -> None:
    """Each is linear; one that was quadratic took half a minute on a text of this length."""
    for start in ("", "[", "[file:abc", "[file:name LIKE '", "en-", "cpe:2.3:a:", "x-"):
        text = start + part * (40_000 // len(part)) + "!"
        began = time.process_time()
        for expression in [*RULES, _SIMPLE.pattern]:
            re.fullmatch(expression, text)
        _OBJECT_PATH.findall(text)
        plain_values(text)
        assert time.process_time() - began < 1


PATHS = st.sampled_from(
    [
        "ipv4-addr:value",
        "x-own:x_prop",
        "file:name",
        "file:hashes.MD5",
        "file:hashes.'SHA-256'",
        "network-traffic:dst_ref.value",
        "windows-registry-key:values[*].data",
        "windows-registry-key:values[0].name",
        "file:extensions.'windows-pebinary-ext'.sections[1].entropy",
        "email-message:from_ref.value",
        "true:false",
        "file:name.true",
    ]
)
LITERALS = st.one_of(
    st.text(string.printable + "é'\\", max_size=12).map(lambda t: f"'{t}'"),
    st.sampled_from(
        ["'" + "a" * 32 + "'", "'" + "b" * 64 + "'", "'it\\'s'", "'\\\\'", "5", "-1", "007", "1.5", "true"]
    ),
)
COMPARISONS = st.builds(
    "{}{}{}{}{}".format,
    PATHS,
    st.sampled_from(["", " ", "  ", "\n"]),
    st.sampled_from(["=", "!=", "<=", ">", "LIKE", "MATCHES", "IN", "like"]),
    st.sampled_from(["", " ", "\t"]),
    LITERALS,
)


def joined(parts: st.SearchStrategy[str], words: list[str]) -> st.SearchStrategy[str]:
    return st.lists(parts, min_size=1, max_size=3).flatmap(
        lambda found: st.sampled_from(words).map(lambda w: w.join(found))
    )


@given(
    joined(
        joined(COMPARISONS, [" AND ", " OR ", "AND", " AND\n"]).map("[{}]".format),
        [" AND ", " OR ", " FOLLOWEDBY ", ""],
    )
)
def test_patterns_taken_without_the_grammar_are_ones_that_it_takes(pattern: str) -> None:
    if _SIMPLE.fullmatch(pattern):
        assert _grammar_fault(pattern) == ""
        assert pattern_fault(pattern) == ""


@pytest.mark.parametrize(
    "pattern",
    [
        "[ipv4-addr:value = '192.0.2.1']",
        "[file:hashes.'SHA-256' = '" + "0" * 64 + "']",
        "[domain-name:value = 'a.example' OR url:value LIKE 'http://a.example/%']",
        "[network-traffic:dst_port = 443] FOLLOWEDBY [file:name = 'it\\'s']",
    ],
)
def test_the_patterns_seen_most_need_no_grammar(pattern: str) -> None:
    assert _SIMPLE.fullmatch(pattern)
