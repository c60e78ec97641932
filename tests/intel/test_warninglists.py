"""Warning lists: each type of matching, MISP's own files, the shipped ones, and the speed that a large store needs."""

import ipaddress
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.intel.warninglists import (
    SHIPPED,
    BadList,
    WarningLists,
    host_of,
    read_folders,
    read_list,
    shipped_lists,
)


def made(kind: str, *entries: str, attributes: list[str] | None = None) -> WarningLists:
    value: dict[str, Any] = {"name": kind, "description": f"about {kind}", "version": 1, "type": kind, "list": entries}
    if attributes is not None:
        value["matching_attributes"] = attributes
    return WarningLists([read_list(json.dumps(value).encode())])


@pytest.mark.parametrize(
    ("kind", "entry", "value", "hit"),
    [
        ("string", "Google.com", "google.COM", True),
        ("string", "google.com", "www.google.com", False),
        ("hostname", "google.com", "google.com", True),
        ("hostname", ".google.com", "a.b.google.com.", True),
        ("hostname", "google.com", "notgoogle.com", False),
        ("hostname", "google.com", "google.com.example", False),
        ("hostname", "google.com", "https://user@www.google.com:8443/x?y#z", True),
        ("hostname", "google.com", "https://example.org/google.com", False),
        ("hostname", "google.com", "jane@mail.google.com", True),
        ("hostname", "google.com", "google.com/path", True),
        ("cidr", "10.0.0.0/8", "10.1.2.3", True),
        ("cidr", "10.0.0.0/8", "10.2.0.0/16", True),
        ("cidr", "10.0.0.0/8", "0.0.0.0/0", False),
        ("cidr", "10.0.0.0/8", "11.0.0.1", False),
        ("cidr", "8.8.8.8", "8.8.8.8", True),
        ("cidr", "2001:db8::/32", "2001:DB8::1", True),
        ("cidr", "::1/128", "::1", True),
        ("cidr", "10.0.0.0/8", "10.1.2.3.example", False),
        ("substring", "any.run", "https://APP.any.run/tasks", True),
        ("substring", "any.run", "anyrun", False),
        ("regex", "^postmaster@", "postmaster@example.org", True),
        ("regex", "/^POSTMASTER@/i", "postmaster@example.org", True),
        ("regex", "^postmaster@", "x-postmaster@example.org", False),
    ],
)
def test_matching(kind: str, entry: str, value: str, hit: bool) -> None:
    found = made(kind, entry).benign([("domain", value)])
    assert bool(found) is hit
    assert all((h.name, h.reason, h.value) == (kind, f"about {kind}", value) for h in found)


def test_only_the_types_that_a_list_is_about() -> None:
    lists = made("cidr", "10.0.0.0/8", attributes=["ip-dst", "domain|ip"])
    values = [("ip-dst", "10.0.0.1"), ("ipv4", "10.0.0.2"), ("ip-src", "10.0.0.3"), ("domain|ip", "a.example|10.0.0.4")]
    assert [hit.value for hit in lists.benign(values)] == ["10.0.0.1", "10.0.0.2", "a.example|10.0.0.4"]


def test_a_list_hits_a_value_once_and_says_by_what() -> None:
    (hit,) = made("cidr", "10.0.0.0/8", "10.1.0.0/16").benign([("ip-dst", "10.1.2.3")])
    assert hit.entry in ("10.0.0.0/8", "10.1.0.0/16")


@pytest.mark.parametrize(
    ("kind", "entry"), [("cidr", "10.0.0.0/99"), ("regex", "("), ("substring", "ab"), ("string", " ")]
)
def test_an_entry_that_cannot_be_used_is_told(kind: str, entry: str) -> None:
    lists = made(kind, entry)
    assert len(lists.faults) == 1
    assert lists.benign([("domain", "ab (")]) == []


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"name": "x"}', b'{"name":"x","description":"","version":1,"type":"no","list":[]}']
)
def test_what_is_no_list(data: bytes) -> None:
    with pytest.raises(BadList):
        read_list(data, "lists/x/list.json")


def test_folders_the_later_of_two_lists_with_one_name_counts(tmp_path: Path) -> None:
    for place, folder in enumerate(("a", "b")):
        target = tmp_path / folder / "lists" / "own"
        target.mkdir(parents=True)
        text = {"name": "own", "description": folder, "version": place, "type": "string", "list": ["x"]}
        (target / "list.json").write_text(json.dumps(text))
    (found,) = read_folders(tmp_path / "a", tmp_path / "b")
    assert found.description == "b"


def test_shipped_lists_are_as_misp_writes_them() -> None:
    lists = WarningLists(shipped_lists())
    assert lists.faults == []
    for path in SHIPPED.glob("*/list.json"):
        tree = json.loads(path.read_bytes())
        assert set(tree) == {"description", "list", "matching_attributes", "name", "type", "version"}
        assert tree["list"] == list(dict.fromkeys(tree["list"]))
    found = lists.benign(
        [
            ("ip-dst", "192.168.1.1"),
            ("ip-dst", "8.8.8.8"),
            ("ip-src|port", "127.0.0.1|80"),
            ("ipv6", "fe80::1"),
            ("domain", "printer.local"),
            ("url", "http://www.example.com/malware"),
            ("hostname", "dns.google"),
            ("ip-dst", "198.41.0.4"),
            ("domain", "example.evil.net"),
        ]
    )
    assert len(found) == 7
    assert {hit.name for hit in found} == {warning_list.name for warning_list in lists.lists}


def test_special_addresses_are_those_of_the_library() -> None:
    lists = WarningLists(shipped_lists())
    for number in range(0, 2**32, 2**32 // 4999):
        address = ipaddress.ip_address(number)
        told = bool(lists.benign([("ip-dst", str(address))]))
        # The library also counts what is globally reachable and only set aside: AS112 and the like are no hits here.
        assert told == (not address.is_global or address.is_multicast), address


@given(st.ip_addresses(), st.integers(0, 32), st.ip_addresses())
def test_networks_match_as_the_library_says(inside: Any, length: int, entry: Any) -> None:
    network = ipaddress.ip_network((entry, length), strict=False)
    told = bool(made("cidr", str(network)).benign([("ip-dst", str(inside))]))
    assert told == (inside.version == network.version and inside in network)


@given(st.text(max_size=30))
def test_any_text_has_a_host_or_none(value: str) -> None:
    assert host_of(value) == host_of(value).lower()
    assert isinstance(WarningLists(shipped_lists()).benign([("url", value)]), list)


def test_a_hundred_thousand_entries_cost_no_more_than_ten() -> None:
    values = [("domain", f"host{n}.site{n % 977}.example.net") for n in range(2000)]

    def seconds(entries: int) -> float:
        lists = made("hostname", *(f"name{n}.test" for n in range(entries)))
        best = 9.0
        for _ in range(3):
            start = time.perf_counter()
            lists.benign(values)
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds(100_000) < 5 * seconds(10)
