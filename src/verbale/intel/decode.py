"""Bytes to a JSON tree, refusing whatever two readers could read differently or one reader could drown in.

Rules, in the order in which they apply:

1. At most `MAX_BYTES` bytes, and not none.
2. UTF-8 (RFC 8259 section 8.1); a byte order mark is passed over.
3. At most `MAX_DEPTH` open arrays and objects and `MAX_TOKENS` tokens, counted over the bytes before any parsing.
4. One JSON text, with line and column of the first fault.
5. No name twice in an object, no NaN or Infinity, no number beyond STIX 2.1 section 2.6, no lone surrogate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, NoReturn

from .errors import NotJson, TooLarge
from .limits import MAX_BYTES, MAX_DEPTH, MAX_INTEGER, MAX_NUMBER_CHARACTERS, MAX_TOKENS
from .text import visible_value

JsonObject = dict[str, object]

_TOKEN: Final = re.compile(rb'"[^"]*"?|[\[{]|[\]}]|,')
_SURROGATE_ESCAPE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def decode(data: bytes) -> object:
    """The JSON tree of `data`; `TooLarge` or `NotJson` when a rule of this module is broken."""
    if len(data) > MAX_BYTES:
        raise TooLarge(f"the file has {len(data):,} bytes; the limit is {MAX_BYTES:,} ({MAX_BYTES // 2**20} MiB)")
    if not data.strip():
        raise NotJson("the file is empty")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotJson(f"not UTF-8: byte {error.start} (0x{data[error.start]:02x}) is not allowed there") from None
    _check_size_of_tree(data)
    return _Parser().parse(text)


def object_name(value: object, path: str) -> str:
    """How errors call an object: its STIX id or MISP uuid where it has one, else its JSON path."""
    if isinstance(value, dict):
        for key in ("uuid", "id"):
            name = value.get(key)
            # A MISP `id` is a row number of the sender's database, which nobody can look up; a STIX id has `--`.
            if (
                isinstance(name, str)
                and len(name) <= 200
                and name.isprintable()
                and ((name and key == "uuid") or "--" in name)
            ):
                return name
    return path


def _check_size_of_tree(data: bytes) -> None:
    """Counts brackets outside strings. Escapes are blanked first, so that every quote left opens or closes a string."""
    plain = data.replace(b"\\\\", b"__").replace(b'\\"', b"__")
    depth = 0
    for tokens, match in enumerate(_TOKEN.finditer(plain), start=1):
        if tokens > MAX_TOKENS:
            raise TooLarge(f"more than {MAX_TOKENS:,} strings, brackets and commas; that is the limit")
        byte = plain[match.start()]
        if byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise TooLarge(f"nested deeper than {MAX_DEPTH} levels, at byte {match.start()}; that is the limit")
        elif byte in b"]}":
            depth -= 1


class _Refused:
    """Stands in the tree for a number that is refused, until its path is known."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


class _Parser:
    """The standard parser with hooks; it notes faults and names them once the whole tree, and so the path, is known."""

    def __init__(self) -> None:
        self._doubled: dict[int, tuple[JsonObject, str]] = {}
        self._faults = False

    def parse(self, text: str) -> object:
        try:
            tree: object = json.loads(
                text,
                object_pairs_hook=self._object,
                parse_constant=lambda word: self._refuse(f"{word} is not a JSON number"),
                parse_float=self._float,
                parse_int=self._integer,
            )
        except json.JSONDecodeError as error:
            hint = " (this looks like XML; STIX 1.x is not read)" if text.lstrip().startswith("<") else ""
            raise NotJson(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}{hint}") from None
        if self._faults or _SURROGATE_ESCAPE.search(text):
            self._raise_first_fault(tree)
        return tree

    def _object(self, pairs: list[tuple[str, object]]) -> JsonObject:
        made = dict(pairs)
        if len(made) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    # Keyed by identity: the same content may stand elsewhere without the fault.
                    self._doubled[id(made)] = (made, key)
                    self._faults = True
                    break
                seen.add(key)
        return made

    def _refuse(self, reason: str) -> _Refused:
        self._faults = True
        return _Refused(reason)

    def _float(self, digits: str) -> object:
        value = float(digits) if len(digits) <= MAX_NUMBER_CHARACTERS else float("inf")
        if value in (float("inf"), float("-inf")):
            return self._refuse("the number is out of range")
        return value

    def _integer(self, digits: str) -> object:
        if len(digits) > MAX_NUMBER_CHARACTERS or abs(int(digits)) > MAX_INTEGER:
            return self._refuse(f"the number is out of range; integers go to {MAX_INTEGER}")
        return int(digits)

    def _raise_first_fault(self, tree: object) -> None:
        for owner, path, field, value in _walk(tree):
            if isinstance(value, _Refused):
                _raise(owner, path, field, value.reason)
            if isinstance(value, str) and _SURROGATE.search(value):
                _raise(owner, path, field, "holds half of a surrogate pair, which is no character")
            if isinstance(value, dict):
                if id(value) in self._doubled:
                    name = _shown(self._doubled[id(value)][1])
                    _raise(value, f"{path}.{field}" if path else field, name, "stands twice in the object")
                if any(_SURROGATE.search(key) for key in value):
                    _raise(value, path, field, "has a name with half of a surrogate pair, which is no character")


def _raise(owner: object, path: str, field: str, reason: str) -> NoReturn:
    raise NotJson(reason, object_id=object_name(owner, path), field=field)


def _shown(key: str) -> str:
    return visible_value(key[:100])


def _walk(tree: object) -> Iterator[tuple[object, str, str, object]]:
    """Every value in document order as (nearest object, its path, field within it, value); no recursion."""
    stack: list[tuple[object, str, str, object]] = [(None, "", "", tree)]
    while stack:
        owner, path, field, value = stack.pop()
        yield owner, path, field, value
        if isinstance(value, dict):
            here = f"{path}.{field}".strip(".")
            stack.extend((value, here, _shown(key), part) for key, part in reversed(value.items()))
        elif isinstance(value, list):
            last = len(value) - 1
            stack.extend((owner, path, f"{field}[{last - n}]", part) for n, part in enumerate(reversed(value)))
