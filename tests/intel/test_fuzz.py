"""Whatever the bytes are, the answer is a `Report` or a `ReportError`: real and dense reports, bent at random."""

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verbale.intel import TLP_ORDER, ReportError, filter_by_marking, read_report, read_reports, report_to_dict

from .builders import (
    MISP_REPORTS,
    NOON,
    STIX_REPORTS,
    TLP2,
    attribute,
    bundle,
    event,
    indicator,
    link,
    raw,
    raw_bytes,
    ref,
    report_object,
    sco,
    sdo,
    tags,
    uuid,
)

RED = {"marking_ref": TLP2["RED"], "selectors": ["hashes.MD5", "name"]}

DENSE_STIX = bundle(
    report_object(labels=["grid"], report_types=["campaign"], created_by_ref=ref("identity"), lang="en"),
    sdo("identity", name="CERT", sectors=["energy"]),
    sdo("location", country="ua", region="eastern-europe"),
    sdo("malware", name="x", is_family=True, malware_types=["wiper"], first_seen=NOON, granular_markings=[RED]),
    sdo("threat-actor", name="x", aliases=["y"], confidence=50, revoked=False),
    sdo("vulnerability", name="x", external_references=[{"source_name": "cve", "external_id": "CVE-2020-0601"}]),
    sdo(
        "attack-pattern",
        name="x",
        external_references=[{"source_name": "mitre-attack", "external_id": "T1566", "url": "https://a.example"}],
        kill_chain_phases=[{"kill_chain_name": "mitre-attack", "phase_name": "impact"}],
    ),
    sdo("attack-action", name="x", technique_id="T1566", tactic_id="TA0001", effect_refs=[ref("attack-action")]),
    sdo("attack-flow", name="x", author=[["name", "y"]], start_refs=[ref("attack-action")]),
    indicator(valid_until=NOON, extensions={ref("extension-definition"): {"extension_type": "property-extension"}}),
    link(ref("threat-actor"), "targets", ref("identity")),
    sdo("sighting", sighting_of_ref=ref("malware"), where_sighted_refs=[ref("identity")], last_seen=NOON),
    sdo("note", content="x", object_refs=[ref("malware")]),
    sdo("marking-definition", definition_type="tlp", definition={"tlp": "red"}),
    sdo("language-content", object_ref=ref("report"), contents={"de": {"name": "x"}}),
    sdo(
        "observed-data",
        first_observed=NOON,
        last_observed=NOON,
        number_observed=2,
        objects={"0": {"type": "file", "name": "x", "hashes": {"MD5": "a"}}, "1": {"type": "ipv4-addr", "value": "x"}},
    ),
    sco("file", name="x", hashes={"MD5": "a"}, granular_markings=[RED], object_marking_refs=[TLP2["GREEN"]]),
    sco("network-traffic", protocols=["tcp"], src_port=1, dst_port=2),
    sco("windows-registry-key", key="x", values=[{"name": "x", "data": "y"}]),
    sco("software", name="x", version="1"),
    sco("autonomous-system", 1, number=64496),
    sco("x509-certificate", serial_number="1", hashes={"SHA-1": "a"}),
    {"type": "x-grid", "id": ref("x-grid"), "object_marking_refs": [TLP2["RED"]]},
)

CLUSTER = {
    "uuid": uuid(900),
    "type": "mitre-attack-pattern",
    "value": "Phishing - T1566",
    "meta": {"external_id": ["T1566"], "kill_chain": ["mitre-attack:impact"], "refs": ["https://a.example/"]},
}
DENSE_MISP = event(
    attribute("ip-dst|port", "192.0.2.1|443", 100, to_ids=True, first_seen=NOON),
    attribute("stix2-pattern", "[mutex:name = 'x']", 101, Tag=tags("tlp:red")),
    attribute("link", "https://a.example/", 102, comment="x"),
    attribute("vulnerability", "CVE-2020-0601", 103),
    attribute("target-org", "x", 104, deleted=False),
    attribute("AS", "64496", 105),
    Object=[{"uuid": uuid(50), "name": "file", "Attribute": [attribute("filename|md5", "a|b", 106)]}],
    Galaxy=[{"type": "mitre-attack-pattern", "GalaxyCluster": [CLUSTER]}],
    Tag=tags("tlp:green", 'misp-galaxy:banker="x"', "type:OSINT"),
    EventReport=[{"uuid": uuid(60), "name": "x", "content": "y"}],
    Orgc={"name": "CERT"},
    date="2026-11-24",
    timestamp="1795520000",
    publish_timestamp=1,
    published=True,
    threat_level_id="1",
    analysis="2",
    distribution="3",
)

UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What would move the cursor, turn the line around, or not be UTF-8."""

WORDS = [
    *("", " ", "\x00", "\x1b[2J", "\u202e", "\ud800", "x" * 300, "T1566", "TA0001", "2.0", "red", "tlp:red", NOON, "|"),
    *("indicator", " malware", "bundle", "9999-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "[a:b = 'c']", "http://["),
    *(
        ref("malware"),
        ref("identity"),
        TLP2["RED"],
        uuid(1),
        "stix2-pattern",
        "ip-dst",
        'misp-galaxy:rat=""',
        "1.2.3.4/33",
    ),
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64)
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(st.characters(), max_size=12)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
places = st.integers(0, 2**32)
edits = st.lists(
    st.tuples(places, st.just("replace"), values)
    | st.tuples(places, st.sampled_from(["delete", "double"]), st.none())
    | st.tuples(places, st.sampled_from(["swap", "rename", "wrap"]), places),
    min_size=1,
    max_size=4,
)


def nodes(tree: Any) -> list[tuple[Any, Any]]:
    """Every (container, key or index) of a JSON tree."""
    found, waiting = [], [tree]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])
    return found


def bend(tree: Any, changes: list[tuple[int, str, Any]]) -> Any:
    """`tree` after the changes: a node replaced, deleted, doubled, swapped with another, renamed, or put in a list."""
    tree = copy.deepcopy(tree)
    for place, what, more in changes:
        known = nodes(tree)
        if not known:
            return tree
        holder, key = known[place % len(known)]
        other, other_key = known[(more or 0) % len(known)] if isinstance(more, int) else (holder, key)
        if what == "replace":
            holder[key] = more
        elif what == "delete":
            del holder[key]
        elif what == "double" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        elif what == "swap":
            holder[key], other[other_key] = copy.deepcopy(other[other_key]), copy.deepcopy(holder[key])
        elif what == "rename" and isinstance(holder, dict):
            holder[str(other_key)] = holder.pop(key)
        else:
            holder[key] = [holder[key]]
    return tree


def show(message: str) -> None:
    assert not UNFIT.search(message), ascii(message)
    assert 0 < len(message) < 2000


def check(data: bytes) -> None:
    """A report that can be told, filtered and counted, or an error that can be shown on one line of a terminal."""
    try:
        reports = read_reports(data)
    except ReportError as error:
        show(str(error))
        return
    for report in reports:
        json.dumps(report_to_dict(report), allow_nan=False).encode()
        for ceiling in TLP_ORDER:
            kept, withheld = filter_by_marking(report, ceiling)
            assert withheld or kept == report
    assert len(reports) > 1 or read_report(data) == reports[0], "the same bytes give the same report"


quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.mark.parametrize("name", [*STIX_REPORTS, *MISP_REPORTS])
@given(edits)
@settings(quick, max_examples=60)
def test_a_real_report_bent_at_random(name: str, changes: list[tuple[int, str, Any]]) -> None:
    check(json.dumps(bend(raw(name), changes)).encode())


@pytest.mark.parametrize("tree", [DENSE_STIX, DENSE_MISP], ids=["stix", "misp"])
@given(edits)
@settings(quick, max_examples=700)
def test_a_report_with_something_of_everything_bent_at_random(tree: Any, changes: list[tuple[int, str, Any]]) -> None:
    check(json.dumps(bend(tree, changes)).encode())


@pytest.mark.parametrize("tree", [DENSE_STIX, DENSE_MISP], ids=["stix", "misp"])
def test_every_value_of_every_field_of_another_type(tree: Any) -> None:
    """Not at random: each node in turn gives way to each of a few values."""
    for place in range(len(nodes(tree))):
        for value in (None, True, 7, -0.5, "", "\u202e", [], [[]], {}, {"id": 7, "uuid": []}):
            check(json.dumps(bend(tree, [(place, "replace", value)])).encode())
        check(json.dumps(bend(tree, [(place, "delete", None)])).encode())


@given(st.binary(max_size=200))
@settings(quick, max_examples=300)
def test_random_bytes(data: bytes) -> None:
    check(data)


@pytest.mark.parametrize("name", ["swift-heist", "qakbot-emotet"])
@given(places, st.binary(max_size=3), st.integers(0, 3))
@settings(quick, max_examples=100)
def test_a_real_report_with_some_bytes_overwritten(name: str, place: int, put: bytes, lost: int) -> None:
    data = raw_bytes(name)
    place %= len(data)
    check(data[:place] + put + data[place + lost :])
