"""What a STIX object names."""

from typing import Any

import pytest

from verbale.intel.naming import MOST, Name, named_in


def indicator(pattern: str, **more: Any) -> dict[str, Any]:
    return {"type": "indicator", "pattern": pattern, "pattern_type": "stix", **more}


HASH = "ab" * 32


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("[ipv4-addr:value = '192.0.2.7']", [Name("ipv4", "192.0.2.7", True)]),
        (
            "[domain-name:value = 'Evil.Example' OR url:value = 'HTTP://Evil.example']",
            [Name("domain", "evil.example", True), Name("url", "http://evil.example/", True)],
        ),
        (
            f"[file:hashes.'SHA-256' = '{HASH.upper()}' AND file:name = 'a.exe' AND file:size > 3]",
            [Name("sha256", HASH)],
        ),
        (f"[file:hashes.SHA256 = '{HASH}' AND file:size > 3]", [Name("sha256", HASH)]),
        (
            "([ipv4-addr:value = '192.0.2.7'] AND [domain-name:value = 'a.example']) WITHIN 5 SECONDS",
            [Name("ipv4", "192.0.2.7"), Name("domain", "a.example")],
        ),
        ("[ipv4-addr:value IN ('192.0.2.1', '192.0.2.2')]", [Name("ipv4", "192.0.2.1"), Name("ipv4", "192.0.2.2")]),
        ("[network-traffic:dst_ref.value = '192.0.2.9' AND network-traffic:dst_port = 4]", [Name("ipv4", "192.0.2.9")]),
        ("[ipv4-addr:value != '192.0.2.7']", []),
        ("[url:value LIKE 'http://%.example/']", []),
        # What stands within a text is a text.
        ("[process:command_line = 'x domain-name:value = \\'a.example\\' ' AND process:pid > 1]", []),
        ("[mutex:name = 'It\\'s me']", [Name("mutex", "It's me", True)]),
    ],
)  # fmt: skip
def test_patterns(pattern: str, found: list[Name]) -> None:
    assert named_in(indicator(pattern)) == found


def test_patterns_of_other_languages_name_nothing() -> None:
    assert (
        named_in({**indicator("rule x { strings: $a = \"ipv4-addr:value = '192.0.2.7'\" }"), "pattern_type": "yara"})
        == []
    )


def test_observables_names_and_references() -> None:
    assert named_in({"type": "domain-name", "value": "Evil.example."}) == [Name("domain", "evil.example", True)]
    assert named_in({"type": "file", "hashes": {"MD5": "AB" * 16}}) == [Name("md5", "ab" * 16, True)]
    assert named_in({"type": "malware", "name": " Cobalt  Strike ", "aliases": ["BEACON"]}) == [
        Name("software", "cobalt strike"),
        Name("software", "beacon"),
    ]
    assert named_in({"type": "intrusion-set", "name": "APT 0"}) == [Name("actor", "apt 0")]
    phishing = [
        {"source_name": "mitre-attack", "external_id": "t1566.001"},
        {"source_name": "capec", "external_id": "CAPEC-163"},
        {"source_name": "mitre-attack", "external_id": "G0001"},
        {"source_name": "mitre-attack", "url": "https://attack.example"},
    ]
    assert named_in({"type": "attack-pattern", "name": "Phishing", "external_references": phishing}) == [
        Name("technique", "T1566.001")
    ]
    hole = {"type": "vulnerability", "name": "Hole", "external_references": [
        {"source_name": "cve", "external_id": "cve-2021-44228"}]}  # fmt: skip
    assert named_in(hole) == [Name("cve", "CVE-2021-44228", True)]


def test_what_is_tied_to_an_actor() -> None:
    tie = {
        "type": "relationship",
        "relationship_type": "indicates",
        "source_ref": "indicator--1",
        "target_ref": "campaign--1",
    }
    assert named_in(tie) == [Name("ref", "campaign--1")]
    assert named_in({**tie, "relationship_type": "related-to"}) == []
    assert named_in({**tie, "target_ref": "malware--1"}) == []


def test_an_object_has_no_more_than_so_many_names() -> None:
    pattern = " OR ".join(f"domain-name:value = 'h{number}.example'" for number in range(MOST + 50))
    assert len(named_in(indicator(f"[{pattern}]"))) == MOST


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["a" * 200_000, "a:b" * 60_000, "a:b IN (" * 20_000, "a:b = '" * 20_001, "'" * 200_001]
)
def test_long_texts_take_no_long_time(text: str) -> None:
    named_in(indicator(f"[{text}"))


def test_a_value_that_is_named_twice_is_alone_if_it_is_once() -> None:
    thing = {"type": "vulnerability", "name": "CVE-2021-44228", "external_references": [
        {"source_name": "cve", "external_id": "CVE-2021-44228"}]}  # fmt: skip
    assert named_in(thing) == [Name("cve", "CVE-2021-44228", True)]
