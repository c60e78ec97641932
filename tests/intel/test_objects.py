"""Rules of STIX 2.1 for single objects, one case per rule, each with the clause it stands in."""

import json
from typing import Any

import pytest

from verbale.intel import NotJson, TooLarge
from verbale.intel.objects import (
    MAX_OBJECT_BYTES,
    InvalidObject,
    PatternBudget,
    check,
    check_bundle,
    microseconds,
    remarks,
)
from verbale.intel.tlp import TLP_EXTENSION

from .builders import TLP1, TLP2, Json, ref

NOON = "2026-11-24T12:00:00.000Z"
LATER = "2026-11-24T12:00:00.001Z"
MARK = ref("marking-definition")
SHA256 = "6db12788c37247f2316052e142f42f4b259d6561751e5f401a1ae2a6df9c674b"


def sdo(kind: str, **fields: Any) -> Json:
    common = {"type": kind, "spec_version": "2.1", "id": ref(kind), "created": NOON, "modified": NOON}
    return {**common, **fields}


def sco(kind: str, **fields: Any) -> Json:
    return {"type": kind, "id": ref(kind), **fields}


def raw(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


VALID: dict[str, Json] = {
    "attack-pattern": sdo("attack-pattern", name="Phishing", aliases=["x"]),
    "campaign": sdo("campaign", name="Op", first_seen=NOON, last_seen=NOON),
    "course-of-action": sdo("course-of-action", name="Block"),
    "grouping": sdo("grouping", context="unspecified", object_refs=[ref("malware")]),
    "identity": sdo("identity", name="CERT"),
    "incident": sdo("incident", name="Grid"),
    "indicator": sdo(
        "indicator", pattern="[ipv4-addr:value = '192.0.2.1']", pattern_type="stix", valid_from=NOON, valid_until=LATER
    ),
    "infrastructure": sdo("infrastructure", name="C2"),
    "intrusion-set": sdo("intrusion-set", name="G0034"),
    "location": sdo("location", country="fr", latitude=48.8, longitude=2, precision=10),
    "malware": sdo("malware", is_family=True, name="X", sample_refs=[ref("file")]),
    "malware-analysis": sdo("malware-analysis", product="av", result="malicious"),
    "note": sdo("note", content="…", object_refs=[ref("malware")]),
    "observed-data": sdo(
        "observed-data", first_observed=NOON, last_observed=NOON, number_observed=1, object_refs=[ref("file")]
    ),
    "opinion": sdo("opinion", opinion="agree", object_refs=[ref("malware")]),
    "report": sdo("report", name="R", published=NOON, object_refs=[ref("malware")]),
    "threat-actor": sdo("threat-actor", name="A"),
    "tool": sdo("tool", name="T"),
    "vulnerability": sdo(
        "vulnerability", name="V", external_references=[{"source_name": "cve", "external_id": "CVE-2026-0001"}]
    ),
    "relationship": sdo(
        "relationship", relationship_type="indicates", source_ref=ref("indicator"), target_ref=ref("malware")
    ),
    "sighting": sdo("sighting", sighting_of_ref=ref("indicator"), count=0, where_sighted_refs=[ref("identity")]),
    "language-content": sdo(
        "language-content", object_ref=ref("report"), object_modified=NOON, contents={"fr-CA": {"name": "R"}}
    ),
    "marking-definition": {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": MARK,
        "created": NOON,
        "definition_type": "statement",
        "definition": {"statement": "©"},
    },
    "extension-definition": sdo(
        "extension-definition",
        created_by_ref=ref("identity"),
        name="E",
        schema="https://example.org",
        version="1.0.0",
        extension_types=["property-extension"],
    ),
    "artifact": sco("artifact", payload_bin="AAAA", mime_type="text/plain"),
    "autonomous-system": sco("autonomous-system", number=64496),
    "directory": sco("directory", path="C:\\", path_enc="utf-8"),
    "domain-name": sco("domain-name", value="_dmarc.exämple.org", resolves_to_refs=[ref("ipv4-addr")]),
    "email-addr": sco("email-addr", value="jane@example.org"),
    "email-message": sco(
        "email-message",
        is_multipart=True,
        from_ref=ref("email-addr"),
        body_multipart=[{"body_raw_ref": ref("artifact")}],
    ),
    "file": sco(
        "file",
        name="a",
        hashes={"SHA-256": SHA256, "x_own": "?"},
        extensions={"windows-pebinary-ext": {"pe_type": "exe", "sections": [{"name": ".text", "entropy": 1}]}},
    ),
    "ipv4-addr": sco("ipv4-addr", value="192.0.2.0/24"),
    "ipv6-addr": sco("ipv6-addr", value="2001:db8::1"),
    "mac-addr": sco("mac-addr", value="00:00:ab:cd:ef:01"),
    "mutex": sco("mutex", name="m"),
    "network-traffic": sco(
        "network-traffic",
        protocols=["tcp"],
        src_ref=ref("ipv4-addr"),
        dst_port=443,
        extensions={"tcp-ext": {"src_flags_hex": "00000002"}},
    ),
    "process": sco("process", pid=1, extensions={"windows-service-ext": {"service_name": "s"}}),
    "software": sco("software", name="Word", cpe="cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*", languages=["en-GB"]),
    "url": sco("url", value="https://example.org/a|b"),
    "user-account": sco("user-account", account_login="root"),
    "windows-registry-key": sco(
        "windows-registry-key", key="HKEY_LOCAL_MACHINE\\x", values=[{"name": "n", "data_type": "REG_SZ"}]
    ),
    "x509-certificate": sco("x509-certificate", issuer="CN=x", x509_v3_extensions={"basic_constraints": "CA:TRUE"}),
    "x-example-thing": sdo("x-example-thing", size=1),
    "x-example-seen": sco("x-example-seen", value="1"),
}

GONE = object()

REFUSED: list[tuple[str, Json, str, str]] = [
    # common properties
    ("malware", {"spec_version": "2.0"}, "spec_version", "3.2"),
    ("malware", {"spec_version": GONE}, "spec_version", "3.2"),
    ("malware", {"id": ref("tool")}, "id", "2.9"),
    ("malware", {"id": "malware--blabla"}, "id", "2.9"),
    ("malware", {"id": "malware--00000001-0000-6000-8000-000000000000"}, "id", "2.9"),
    ("malware", {"created": GONE}, "created", "3.2"),
    ("malware", {"created": "2026-11-24T12:00:00Z"}, "created", "3.2"),
    ("malware", {"created": LATER}, "modified", "3.2"),
    ("malware", {"modified": "2026-11-24T12:00:00.000+00:00"}, "modified", "3.2"),
    ("malware", {"confidence": 101}, "confidence", "3.2"),
    ("malware", {"confidence": True}, "confidence", "3.2"),
    ("malware", {"revoked": "true"}, "revoked", "3.2"),
    ("malware", {"lang": "english language"}, "lang", "3.2"),
    ("malware", {"labels": []}, "labels", "2.12"),
    ("malware", {"labels": [1]}, "labels", "3.2"),
    ("malware", {"description": None}, "description", "4.11.1"),
    ("malware", {"x_own": {"a": [None]}}, "x_own.a[0]", "2"),
    ("malware", {"x_own": {}}, "x_own", "2.3"),
    ("malware", {"x_own": [[]]}, "x_own[0]", "2.12"),
    ("malware", {"Own": 1}, "Own", "11.1.1"),
    ("malware", {"ab": 1}, "ab", "11.1.1"),
    ("malware", {"action": "x"}, "action", "3.8"),
    ("malware", {"defanged": True}, "defanged", "3.2"),
    ("malware", {"x_some_hex": "0"}, "x_some_hex", "2.8"),
    ("malware", {"object_marking_refs": [ref("identity")]}, "object_marking_refs", "2.9 and 3.3"),
    ("malware", {"granular_markings": [{"selectors": ["name"]}]}, "granular_markings[0]", "7.2.3"),
    (
        "malware",
        {"granular_markings": [{"selectors": ["name"], "lang": "fr", "marking_ref": MARK}]},
        "granular_markings[0]",
        "7.2.3",
    ),
    *(
        (
            "malware",
            {"granular_markings": [{"selectors": [selector], "marking_ref": MARK}]},
            "granular_markings[0].selectors",
            "7.2.3.1",
        )
        for selector in ("pattern", "name.[0]", "sample_refs.[1]", "sample_refs.x")
    ),
    ("malware", {"external_references": [{"source_name": "a"}]}, "external_references[0]", "2.5.2"),
    ("malware", {"external_references": [{"url": "a"}]}, "external_references[0].source_name", "2.5.1"),
    (
        "malware",
        {"external_references": [{"source_name": "a", "url": "b", "hashes": {"x_own": "c"}}]},
        "external_references[0].hashes",
        "2.5.1",
    ),
    (
        "vulnerability",
        {"external_references": [{"source_name": "CVE", "external_id": "CVE-2026-0001"}]},
        "external_references[0].source_name",
        "4.19.1",
    ),
    (
        "vulnerability",
        {"external_references": [{"source_name": "cve", "external_id": "2026-0001"}]},
        "external_references[0].external_id",
        "4.19.1",
    ),
    (
        "attack-pattern",
        {"external_references": [{"source_name": "capec", "external_id": "463"}]},
        "external_references[0].external_id",
        "4.1.1",
    ),
    ("malware", {"extensions": {"own": {"a": 1}}}, "extensions.own", "3.2"),
    ("malware", {"extensions": {ref("extension-definition"): {"abc": 1}}}, "extensions.", "3.2"),
    # domain objects
    ("attack-pattern", {"name": GONE}, "name", "4.1.1"),
    ("attack-pattern", {"name": 1}, "name", "4.1.1"),
    ("tool", {"kill_chain_phases": [{"phase_name": "x"}]}, "kill_chain_phases[0].kill_chain_name", "2.11"),
    ("campaign", {"first_seen": LATER}, "last_seen", "4.2.1"),
    ("campaign", {"first_seen": "2026-02-29T00:00:00Z"}, "first_seen", "2.16.1"),
    ("grouping", {"object_refs": [ref("bundle")]}, "object_refs", "8.2"),
    ("indicator", {"valid_until": NOON}, "valid_until", "4.7.1"),
    ("indicator", {"pattern": "[ipv4-addr:value = ]"}, "pattern", "9"),
    ("indicator", {"pattern": "[f:name = 'x']"}, "pattern", "9"),
    ("indicator", {"pattern": "[file:n = 'x']"}, "pattern", "9"),
    ("indicator", {"pattern": "[file:hashes.MD5 = 'x']"}, "pattern", "9"),
    ("location", {"longitude": GONE}, "latitude", "4.10.1"),
    ("location", {"latitude": 91}, "latitude", "4.10.1"),
    ("location", {"latitude": GONE, "longitude": GONE}, "precision", "4.10.1"),
    ("location", {"latitude": GONE, "longitude": GONE, "precision": GONE, "country": GONE}, "", "4.10"),
    ("malware", {"name": GONE}, "name", "4.11.1"),
    ("malware", {"sample_refs": [ref("tool")]}, "sample_refs", "2.9 and 3.3"),
    ("malware-analysis", {"result": GONE}, "", "4.12"),
    ("malware-analysis", {"host_vm_ref": ref("tool")}, "host_vm_ref", "2.9 and 3.3"),
    ("observed-data", {"number_observed": 0}, "number_observed", "4.14.1"),
    ("observed-data", {"object_refs": [ref("malware")]}, "object_refs", "4.14.1"),
    ("observed-data", {"object_refs": [ref("relationship")]}, "object_refs", "4.14.1"),
    ("observed-data", {"objects": {"0": {"type": "file", "name": "a"}}}, "object_refs", "4.14"),
    ("observed-data", {"object_refs": GONE, "objects": {"0": {"type": "tool"}}}, "objects.0.type", "4.14.1"),
    (
        "observed-data",
        {"object_refs": GONE, "objects": {"0": {"type": "file", "content_ref": "1"}}},
        "objects.0.content_ref",
        "2.13",
    ),
    ("opinion", {"opinion": "so-so"}, "opinion", "4.15.1"),
    # relationship objects
    ("relationship", {"relationship_type": "Uses"}, "relationship_type", "5.1.2"),
    ("relationship", {"target_ref": ref("sighting")}, "target_ref", "5.1.2"),
    ("relationship", {"start_time": NOON, "stop_time": NOON}, "stop_time", "5.1.2"),
    ("sighting", {"sighting_of_ref": ref("file")}, "sighting_of_ref", "5.2.1"),
    ("sighting", {"count": -1}, "count", "5.2.1"),
    ("sighting", {"where_sighted_refs": [ref("tool")]}, "where_sighted_refs", "2.9 and 3.3"),
    # meta objects
    ("language-content", {"contents": {"fr": {"a": "b"}}}, "contents", "3.1"),
    ("marking-definition", {"definition": GONE}, "definition", "7.2.1.1"),
    ("marking-definition", {"definition": {"statement": 1}}, "definition.statement", "7.2.1.3"),
    ("marking-definition", {"definition_type": "tlp", "definition": {"tlp": "red"}}, "definition", "7.2.1.4"),
    ("marking-definition", {"id": TLP1["RED"]}, "definition", "7.2.1.4"),
    ("marking-definition", {"object_marking_refs": [MARK]}, "object_marking_refs", "3.2"),
    (
        "marking-definition",
        {
            "id": TLP2["RED"],
            "extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": "clear"}},
        },
        f"extensions.{TLP_EXTENSION}",
        "7.2.1",
    ),
    ("extension-definition", {"created_by_ref": GONE}, "created_by_ref", "3.2"),
    ("extension-definition", {"extension_properties": ["abc"]}, "extension_properties", "7.3.1"),
    # observables
    ("artifact", {"url": "https://example.org"}, "payload_bin", "6.1.1"),
    ("artifact", {"payload_bin": GONE, "url": "https://example.org"}, "hashes", "6.1.1"),
    ("artifact", {"payload_bin": "?"}, "payload_bin", "2.1"),
    ("artifact", {"decryption_key": "k"}, "decryption_key", "6.1.1"),
    ("artifact", {"encryption_algorithm": "rot13"}, "encryption_algorithm", "6.1.1"),
    ("artifact", {"payload_bin": "", "mime_type": 1}, "mime_type", "6.1.1"),
    ("directory", {"path_enc": "latin-77"}, "path_enc", "6.3.1"),
    ("file", {"name": GONE, "name_enc": "utf-8"}, "name_enc", "3.1"),
    ("domain-name", {"value": "https://example.org"}, "value", "6.4.1"),
    ("domain-name", {"value": "a" * 64 + ".org"}, "value", "6.4.1"),
    ("email-addr", {"value": "Jane <jane@example.org>"}, "value", "6.5.1"),
    ("email-message", {"is_multipart": False}, "body_multipart", "6.6.1"),
    ("email-message", {"body_multipart": [{"content_type": "text/plain"}]}, "body_multipart[0]", "6.6.2"),
    ("file", {"name": GONE, "hashes": GONE}, "", "6.7"),
    ("file", {"hashes": {"SHA-256": "00"}}, "hashes.SHA-256", "2.7"),
    ("file", {"hashes": {"MD": "00"}}, "hashes", "2.7"),
    ("file", {"magic_number_hex": "FF"}, "magic_number_hex", "2.8"),
    ("file", {"size": 2**53}, "size", "2.10"),
    (
        "file",
        {"extensions": {"windows-pebinary-ext": {"pe_type": "exe"}}},
        "extensions.windows-pebinary-ext",
        "6.7.6",
    ),
    (
        "file",
        {"extensions": {"archive-ext": {"contains_refs": [ref("malware")]}}},
        "extensions.archive-ext.contains_refs",
        "2.9 and 3.3",
    ),
    ("file", {"extensions": {"ntfs-ext": {"x_own": 1}}}, "extensions.ntfs-ext", "6.7.3"),
    ("ipv4-addr", {"value": "192.0.2.01"}, "value", "6.8.1"),
    ("ipv4-addr", {"value": "192.0.2.1/33"}, "value", "6.8.1"),
    ("ipv6-addr", {"value": "2001:db8::1/0128"}, "value", "6.9.1"),
    ("ipv6-addr", {"value": "fe80::1%eth0"}, "value", "6.9.1"),
    ("mac-addr", {"value": "00-00-AB-CD-EF-01"}, "value", "6.10.1"),
    ("network-traffic", {"src_ref": GONE}, "src_ref", "6.12"),
    ("network-traffic", {"src_ref": ref("url")}, "src_ref", "2.9 and 3.3"),
    ("network-traffic", {"dst_port": 65_536}, "dst_port", "6.12.1"),
    ("network-traffic", {"start": LATER, "end": NOON}, "end", "6.12.1"),
    ("network-traffic", {"end": NOON, "is_active": True}, "end", "6.12.1"),
    ("process", {"pid": GONE, "extensions": GONE}, "", "6.13"),
    ("process", {"id": "process--00000001-0000-5000-8000-000000000000"}, "id", "2.9"),
    ("software", {"cpe": "cpe:/a:x"}, "cpe", "6.14.1"),
    ("url", {"value": "example"}, "value", "6.15.1"),
    ("user-account", {"account_login": GONE}, "", "6.16"),
    ("windows-registry-key", {"key": "HKLM\\x"}, "key", "6.17.1"),
    ("windows-registry-key", {"values": [{"x_own": 1}]}, "values[0]", "6.17.2"),
    ("windows-registry-key", {"values": [{"data_type": "REG"}]}, "values[0].data_type", "6.17.2.1"),
    ("x509-certificate", {"issuer": GONE, "x509_v3_extensions": GONE}, "", "6.18"),
    # other types
    ("x-example-thing", {"modified": GONE}, "modified", "3.2"),
    ("x-example-thing", {"type": "x--y", "id": ref("x--y")}, "type", "11.2.1"),
    ("x-example-thing", {"id": ref("x-example-seen")}, "id", "2.9"),
    (
        "x-example-seen",
        {"extensions": {ref("extension-definition"): {"extension_type": "new-sdo"}}},
        "spec_version",
        "3.2",
    ),
]


def changed(kind: str, fields: Json) -> Json:
    return {name: value for name, value in {**VALID[kind], **fields}.items() if value is not GONE}


@pytest.mark.parametrize("kind", VALID)
def test_accepted(kind: str) -> None:
    found = check(raw(VALID[kind]))
    assert (found.type, found.id) == (kind, VALID[kind]["id"])
    assert json.loads(found.raw) == VALID[kind]


@pytest.mark.parametrize(("kind", "fields", "field", "clause"), REFUSED)
def test_refused(kind: str, fields: Json, field: str, clause: str) -> None:
    with pytest.raises(InvalidObject) as caught:
        check(raw(changed(kind, fields)))
    assert caught.value.clause == clause
    assert caught.value.field.startswith(field)
    assert bool(field) == bool(caught.value.field)
    assert f"(STIX 2.1, {clause})" in str(caught.value)


def test_an_error_names_object_property_rule_and_clause() -> None:
    with pytest.raises(InvalidObject) as caught:
        check(raw(changed("indicator", {"valid_until": NOON})))
    wanted = f'{ref("indicator")}: field "valid_until": must be later than valid_from (STIX 2.1, 4.7.1)'
    assert str(caught.value) == wanted


def test_a_bundle_is_no_object() -> None:
    with pytest.raises(InvalidObject, match="bundle"):
        check(raw({"type": "bundle", "id": ref("bundle")}))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", NotJson),
        (b"{", NotJson),
        (b"\xff", NotJson),
        (b"[" * 100_000, TooLarge),
        (b"[]", InvalidObject),
        (b'{"type": 1}', InvalidObject),
        (b'{"id": "x"}', InvalidObject),
        (raw(VALID["tool"])[:-1] + b',"name":"other"}', NotJson),
        (raw(VALID["tool"])[:-1] + b',"x_own":{"a":1,"a":2}}', NotJson),
        (raw(VALID["tool"])[:-1] + b',"x_own":9007199254740993}', NotJson),
        (raw(VALID["tool"])[:-1] + b',"x_own":[1,-9007199254740993]}', NotJson),
        (raw(VALID["tool"])[:-1] + b',"x_own":1e999}', NotJson),
        (raw(VALID["tool"])[:-1] + b',"x_own":' + b'{"abc":' * 500 + b"1" + b"}" * 501, TooLarge),
        (raw(VALID["tool"])[:-1] + b',"x_own":' + b"[" * 500 + b"1" + b"]" * 500 + b"}", TooLarge),
        (raw(VALID["tool"])[:-1] + b',"x_own":"\\ud800"}', NotJson),
        (b" " * (MAX_OBJECT_BYTES + 1), TooLarge),
    ],
)
def test_bytes_that_two_could_read_differently(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        check(data)


def test_spaces_and_escapes_do_no_harm() -> None:
    spaced = json.dumps(sdo("tool", name="é"), indent=2).encode()
    assert check(spaced).raw == raw(sdo("tool", name="é"))


def test_header() -> None:
    value = sdo(
        "relationship",
        relationship_type="uses",
        source_ref=ref("malware", 2),
        target_ref=ref("tool", 3),
        created_by_ref=ref("identity"),
        modified="2026-11-24T12:00:01.5004567Z",
        revoked=True,
        object_marking_refs=[TLP2["GREEN"], TLP2["GREEN"], MARK],
        granular_markings=[
            {"selectors": ["created"], "marking_ref": TLP1["RED"]},
            {"selectors": ["modified"], "lang": "fr"},
        ],
        x_also_refs=[ref("note"), "no id"],
        x_part={"inner_ref": ref("report"), "name": ref("tool", 9)},
    )
    found = check(raw(value))
    assert found.created == 1_795_521_600_000_000
    assert found.version == found.created + 1_500_456
    assert (found.revoked, found.created_by, found.spec_version) == (True, ref("identity"), "2.1")
    assert found.markings == (TLP2["GREEN"], MARK)
    assert found.granular_markings == (TLP1["RED"],)
    assert found.references == (ref("malware", 2), ref("tool", 3), ref("note"), ref("report"))


def test_an_observable_has_no_version_of_its_own() -> None:
    assert check(raw(VALID["file"])).version is None
    assert check(raw(VALID["marking-definition"])).version == 1_795_521_600_000_000


def test_references_inside_of_parts() -> None:
    assert check(raw(VALID["email-message"])).references == (ref("email-addr"), ref("artifact"))
    part = {"archive-ext": {"contains_refs": [ref("file", 2)]}}
    assert check(raw(changed("file", {"extensions": part}))).references == (ref("file", 2),)


@pytest.mark.parametrize(
    ("written", "micro"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
        ("2016-12-31T23:59:60.5Z", 1_483_228_800_500_000),
        ("2000-02-29T00:00:00.123456789Z", 951_782_400_123_456),
    ],
)
def test_microseconds(written: str, micro: int) -> None:
    assert microseconds(written) == micro


def test_a_defanged_value_need_not_have_its_form() -> None:
    assert check(raw(changed("url", {"value": "hxxp[:]//example[.]org", "defanged": True})))


@pytest.mark.parametrize("kind", ["ipv4-addr", "ipv6-addr", "domain-name", "email-addr", "mac-addr"])
def test_a_value_not_defanged_must(kind: str) -> None:
    with pytest.raises(InvalidObject):
        check(raw(changed(kind, {"value": "not: one"})))


def test_bundle() -> None:
    good, bad = VALID["tool"], changed("tool", {"name": GONE, "id": ref("tool", 2)})
    found = check_bundle(raw({"type": "bundle", "id": ref("bundle"), "objects": [good, bad, 7]}))
    assert [header.id for header in found.headers] == [ref("tool")]
    assert [(refusal.place, refusal.id) for refusal in found.refusals] == [(1, ref("tool", 2)), (2, "")]
    assert "4.18.1" in str(found.refusals[0].error)
    assert check_bundle(raw({"type": "bundle", "id": ref("bundle")})).headers == []


def test_a_delivery_may_ask_for_so_much_of_the_grammar_only() -> None:
    budget = PatternBudget(100)
    slow = raw(changed("indicator", {"pattern": "[(file:name = 'a')]"}))
    for _ in range(50):
        budget.spend(slow)  # the same pattern is read once
        budget.spend(raw(VALID["indicator"]))  # a plain one not at all
    with pytest.raises(TooLarge, match="more than 100 characters"):
        budget.spend(raw(changed("indicator", {"pattern": f"[(file:name = '{'b' * 90}')]"})))
    budget.spend(b'{"pattern": 5')


def test_a_bundle_of_slow_patterns_is_cut_short() -> None:
    def slow(number: int) -> Json:
        pattern = f"[(file:name = '{number}{'a' * 60_000}')]"
        return changed("indicator", {"pattern": pattern, "id": ref("indicator", number)})

    found = check_bundle(raw({"type": "bundle", "id": ref("bundle"), "objects": [slow(n) for n in range(1, 19)]}))
    assert len(found.headers) == 16
    assert [type(refusal.error) for refusal in found.refusals] == [TooLarge, TooLarge]


@pytest.mark.parametrize(
    "value",
    [
        {"type": "bundle"},
        {"type": "bundle", "id": ref("tool")},
        {"type": "tool", "id": ref("tool")},
        {"type": "bundle", "id": ref("bundle"), "objects": []},
        {"type": "bundle", "id": ref("bundle"), "objects": {}},
        [],
    ],
)
def test_what_is_no_bundle(value: object) -> None:
    with pytest.raises(InvalidObject):
        check_bundle(raw(value))


def test_remarks_on_what_is_only_advised() -> None:
    value = sdo(
        "malware",
        is_family=False,
        malware_types=["ransomware", "nuisance"],
        kill_chain_phases=[{"kill_chain_name": "Lockheed Martin", "phase_name": "delivery"}],
        x_own=1,
    )
    check(raw(value))
    assert [(remark.field, remark.clause) for remark in remarks(value)] == [
        ("malware_types", "10.15"),
        ("kill_chain_phases[0].kill_chain_name", "2.11"),
        ("x_own", "11.1"),
    ]
    assert [remark.field for remark in remarks(VALID["indicator"])] == ["name", "description"]
    assert [remark.field for remark in remarks(VALID["file"])] == ["hashes", "id"]
