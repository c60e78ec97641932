"""Canonical JSON: RFC 8785 (JCS) over a narrow subset in which a fast serialiser gives the same bytes.

The subset: objects with ASCII keys, arrays, strings in Unicode NFC without lone surrogates, integers within
2^53, true, false, null. No floats: in their absence RFC 8785 needs no ECMAScript number formatting, and with
ASCII keys its UTF-16 key order is byte order. `tests/protocol/test_canonical.py` holds orjson equal to the
`rfc8785` reference on this subset.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any

import orjson

from verbale.protocol.errors import LimitError, MalformedError
from verbale.protocol.limits import MAX_INTEGER, MAX_JSON_DEPTH

__all__ = ["canonical_bytes", "in_nfc", "parse_canonical", "parse_object"]


def in_nfc(value: Any) -> Any:
    """The same value with its texts in normal form C, as an act must have them; keyboards and file systems differ."""
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {key: in_nfc(item) for key, item in value.items()}
    return [in_nfc(item) for item in value] if isinstance(value, list | tuple) else value


def canonical_bytes(value: Any) -> bytes:
    """The canonical form of `value`.

    Raises MalformedError naming the path (`body.items[3]`) of what stands outside the subset.
    """
    _check(value, "", 1)
    try:
        data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise MalformedError(f"this value has no canonical form: {error}") from None
    _check_nfc(data, value)
    return data


def parse_canonical(data: bytes, *, limit: int, what: str) -> Any:
    """The value whose canonical form `data` is; bytes that do not re-serialise to themselves are refused.

    `limit` is in bytes, `what` names the document in messages. Raises MalformedError or LimitError.
    """
    if len(data) > limit:
        raise LimitError(f"{what} has {len(data)} bytes; the limit is {limit}")
    try:
        value = orjson.loads(data)
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise MalformedError(f"{what} is not JSON: {error}") from None
    _check(value, "", 1)
    if orjson.dumps(value, option=orjson.OPT_SORT_KEYS) != data:
        raise MalformedError(f"{what} is not in canonical form (RFC 8785): it does not re-serialise to itself")
    _check_nfc(data, value)
    return value


def parse_object(data: bytes, *, limit: int, what: str) -> dict[str, Any]:
    """As `parse_canonical`, for a document that must be a JSON object."""
    value = parse_canonical(data, limit=limit, what=what)
    if not isinstance(value, dict):
        raise MalformedError(f"{what} must be a JSON object, found {type(value).__name__}")
    return value


def _check_nfc(data: bytes, value: Any) -> None:
    # One look at the whole text nearly always serves every string in it. Only the last letter of an escape (the n of
    # a line end) can compose with a combining mark that follows it, so a refusal is settled string by string.
    if not data.isascii() and not unicodedata.is_normalized("NFC", data.decode()) and not _is_nfc(value):
        raise MalformedError("text must be in Unicode normalisation form C (NFC)")


def _is_nfc(value: Any) -> bool:
    if isinstance(value, str):
        return unicodedata.is_normalized("NFC", value)
    if isinstance(value, dict):
        return all(map(_is_nfc, value.values()))
    return not isinstance(value, list | tuple) or all(map(_is_nfc, value))


def _check(value: Any, path: str, depth: int) -> None:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return
    if kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise MalformedError(f"{path or 'value'}: integer {value} is outside ±(2^53 - 1)")
        return
    if depth > MAX_JSON_DEPTH:
        raise LimitError(f"{path[:60]}…: nested deeper than {MAX_JSON_DEPTH}")
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise MalformedError(f"{path or 'value'}: key {key!r} is not ASCII text")
            inner = type(item)
            if inner is not str and inner is not bool:
                _check(item, f"{path}.{key}" if path else key, depth + 1)
    elif kind is list or kind is tuple:
        for index, item in enumerate(value):
            if type(item) is not str:
                _check(item, f"{path}[{index}]", depth + 1)
    elif kind is float:
        raise MalformedError(f"{path or 'value'}: {value} is not an integer; fractions are written as text")
    else:
        raise MalformedError(f"{path or 'value'}: {kind.__name__} has no canonical form")
