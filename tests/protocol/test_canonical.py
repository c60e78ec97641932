"""Canonical form: RFC 8785 over a narrow subset."""

import json
import re
import unicodedata
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from verbale.protocol import LimitError, MalformedError, canonical_bytes, parse_canonical
from verbale.protocol.canonical import parse_object
from verbale.protocol.limits import MAX_INTEGER, MAX_JSON_DEPTH

ASCII = st.text(st.characters(max_codepoint=127), max_size=12)
NFC = st.text(max_size=20).map(lambda text: unicodedata.normalize("NFC", text))
SUBSET = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | NFC,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(ASCII, inner, max_size=5),
    max_leaves=30,
)


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


@given(SUBSET)
@example({"b": 1, "a": [True, None], "\x7f": "é\u2028\x1f", "": -0})
def test_canonical_form_equals_the_reference_implementation_of_rfc_8785(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(SUBSET)
@example("\n\u0303")
@example({"text": "\x1f\u0307"})
def test_what_is_serialised_is_read_back_as_the_same_value(value: Any) -> None:
    data = canonical_bytes(value)
    assert parse_canonical(data, limit=len(data), what="value") == value


@pytest.mark.parametrize(
    ("value", "data"),
    [
        pytest.param({"b": 1, "a": 2}, b'{"a":2,"b":1}', id="keys are sorted"),
        pytest.param({"a": {"z": [], "y": {}}}, b'{"a":{"y":{},"z":[]}}', id="at every depth"),
        pytest.param({"Z": 1, "a": 1, "_": 1}, b'{"Z":1,"_":1,"a":1}', id="by byte, not by alphabet"),
        pytest.param("é€😂", '"é€😂"'.encode(), id="text outside ASCII is not escaped"),
        pytest.param(
            '"\\/\x08\t\n\x0c\r\x1f\x7f', b'"\\"\\\\/\\b\\t\\n\\f\\r\\u001f\x7f"', id="short escapes are used"
        ),
        pytest.param([MAX_INTEGER, -MAX_INTEGER], b"[9007199254740991,-9007199254740991]", id="integers within 2^53"),
        pytest.param((1, 2), b"[1,2]", id="a tuple is an array"),
        pytest.param(nested(MAX_JSON_DEPTH), b"[" * 64 + b"]" * 64, id="64 levels are allowed"),
        pytest.param("\n\u0303", '"\\n\u0303"'.encode(), id="a mark after an escape composes with nothing"),
    ],
)
def test_canonical_form(value: Any, data: bytes) -> None:
    assert canonical_bytes(value) == data


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        pytest.param(
            {"body": {"items": [0, 1.5]}}, MalformedError, r"body\.items\[1\]: 1.5 is not an integer", id="float"
        ),
        pytest.param(float("nan"), MalformedError, "value: nan is not an integer", id="not a number"),
        pytest.param({"n": 2**53}, MalformedError, r"n: integer 9007199254740992 is outside", id="integer of 2^53"),
        pytest.param([-(2**53)], MalformedError, r"\[0\]: integer -9007199254740992 is outside", id="integer of -2^53"),
        pytest.param({"clé": 1}, MalformedError, "key 'clé' is not ASCII", id="key outside ASCII"),
        pytest.param({1: 1}, MalformedError, "key 1 is not ASCII", id="key that is no text"),
        pytest.param({"a": b"x"}, MalformedError, "a: bytes has no canonical form", id="bytes"),
        pytest.param({"a": {1}}, MalformedError, "a: set has no canonical form", id="set"),
        pytest.param("A\u030a", MalformedError, "NFC", id="text not in NFC"),
        pytest.param({"a": [{"b": "A\u030a"}]}, MalformedError, "NFC", id="text not in NFC, deep inside"),
        pytest.param(
            ["\n\u0303", ("A\u030a",)], MalformedError, "NFC", id="text not in NFC beside a mark after an escape"
        ),
        pytest.param("\ud800", MalformedError, "no canonical form", id="lone surrogate"),
        pytest.param(nested(MAX_JSON_DEPTH + 1), LimitError, "nested deeper than 64", id="65 levels"),
    ],
)
def test_outside_the_subset_there_is_no_canonical_form(value: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        canonical_bytes(value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "act is not JSON", id="nothing"),
        pytest.param(b'{"a":1', "act is not JSON", id="cut off"),
        pytest.param(b"\xff", "act is not JSON", id="not UTF-8"),
        pytest.param(b"[" * 100_000, "act is not JSON", id="nested to exhaust the stack"),
        pytest.param(b'{"a": 1}', "does not re-serialise to itself", id="white space"),
        pytest.param(b'{"a":1}\n', "does not re-serialise to itself", id="line end behind"),
        pytest.param(b'{"b":1,"a":1}', "does not re-serialise to itself", id="unsorted keys"),
        pytest.param(b'{"a":1,"a":1}', "does not re-serialise to itself", id="repeated key"),
        pytest.param(b'"\\u0041"', "does not re-serialise to itself", id="needless escape"),
        pytest.param(b'"\\/"', "does not re-serialise to itself", id="escaped solidus"),
        pytest.param(b"-0", "does not re-serialise to itself", id="minus zero"),
        pytest.param(b"1.0", "is not an integer", id="fraction"),
        pytest.param(b"1e3", "is not an integer", id="exponent"),
        pytest.param(b"9007199254740992", "outside", id="integer of 2^53"),
        pytest.param(b"123456789012345678901234567890", "is not an integer", id="integer beyond 64 bits"),
        pytest.param(b'"\\ud800"', "is not JSON", id="lone surrogate"),
        pytest.param('"A\u030a"'.encode(), "NFC", id="text not in NFC"),
        pytest.param('{"é":1}'.encode(), "not ASCII", id="key outside ASCII"),
        pytest.param(b"[" * 65 + b"]" * 65, "nested deeper than 64", id="65 levels"),
    ],
)
def test_bytes_that_are_not_canonical_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        parse_canonical(data, limit=1 << 20, what="act")


def test_a_document_over_its_limit_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(LimitError, match=re.escape("act has 11 bytes; the limit is 10")):
        parse_canonical(b"not JSON at", limit=10, what="act")


def test_a_document_that_must_be_an_object_is_one() -> None:
    assert parse_object(b'{"a":1}', limit=10, what="act") == {"a": 1}
    with pytest.raises(MalformedError, match="act must be a JSON object, found list"):
        parse_object(b"[1]", limit=10, what="act")


@given(SUBSET)
def test_any_other_spelling_of_the_same_value_is_refused(value: Any) -> None:
    canonical = canonical_bytes(value)
    for other in (json.dumps(value).encode(), json.dumps(value, indent=1).encode(), canonical + b" "):
        if other != canonical:
            with pytest.raises(MalformedError):
                parse_canonical(other, limit=1 << 20, what="value")
