"""The values of a STIX object, and plain patterns taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.intel.object_values import object_values
from verbale.intel.pattern_values import Comparison, plain_values, quoted
from verbale.intel.stix_patterns import pattern_fault
from verbale.intel.warninglists import WarningLists, shipped_lists

from .test_objects import VALID, Json, sco

MD5 = "b365b9a80a06906fc9b400c06c33ff43"


@pytest.mark.parametrize(
    ("pattern", "values"),
    [
        ("[ipv4-addr:value = '192.0.2.1']", [("ip-dst", "192.0.2.1")]),
        (f"[file:name = 'a' AND file:hashes.MD5 = '{MD5}']", [("filename", "a"), ("md5", MD5)]),
        (
            "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value = '192.0.2.1']",
            [("ip-src", "192.0.2.1")],
        ),
        ("[domain-name:resolves_to_refs[*].value = '192.0.2.1']", [("ip-dst", "192.0.2.1")]),
        ("[autonomous-system:number = 64496]", [("AS", "AS64496")]),
        ("[url:value LIKE 'http://a%']", []),
        ("[url:value = 'a'] AND [url:value = 'b']", []),
        ("[url:value = 'a' AND url:value = 'b' OR url:value = 'c']", []),
    ],
)
def test_of_an_indicator(pattern: str, values: list[tuple[str, str]]) -> None:
    assert object_values({**VALID["indicator"], "pattern": pattern}) == values


@pytest.mark.parametrize(
    ("obj", "values"),
    [
        (VALID["ipv6-addr"], [("ip-dst", "2001:db8::1")]),
        (VALID["email-addr"], [("email", "jane@example.org")]),
        (sco("file", name="a", hashes={"MD5": MD5, "x_own": "?"}), [("filename", "a"), ("md5", MD5)]),
        (VALID["autonomous-system"], [("AS", "AS64496")]),
        (VALID["windows-registry-key"], [("regkey", "HKEY_LOCAL_MACHINE\\x")]),
        (VALID["malware"], []),
        ({**VALID["indicator"], "pattern_type": "yara"}, []),
    ],
)
def test_of_an_object(obj: Json, values: list[tuple[str, str]]) -> None:
    assert object_values(obj) == values


def test_all_types_have_values_or_none() -> None:
    for obj in VALID.values():
        assert all(kind and value for kind, value in object_values(obj))


def test_an_indicator_for_a_private_address_is_on_a_warning_list() -> None:
    lists = WarningLists(shipped_lists())
    (hit,) = lists.benign(object_values({**VALID["indicator"], "pattern": "[ipv4-addr:value = '10.0.0.1']"}))
    assert hit.name == "Special-purpose IPv4 addresses"


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4), st.sampled_from(["AND", "OR"]))
def test_any_text_comes_out_of_a_pattern_as_it_went_in(texts: list[str], joint: str) -> None:
    pattern = f"[{f' {joint} '.join(f'file:name = {quoted(text)}' for text in texts)}]"
    assert pattern_fault(pattern) == ""
    plain = plain_values(pattern)
    assert plain is not None
    assert plain.comparisons == [Comparison("file:name", "=", text) for text in texts]
    assert plain.joint == (joint if len(texts) > 1 else "")


@pytest.mark.parametrize(
    "pattern", ["", "x", "[]", "[file:size = 5 START t'2020-01-01T00:00:00Z']", "[(url:value = 'a')]"]
)
def test_what_is_not_plain(pattern: str) -> None:
    assert plain_values(pattern) is None
