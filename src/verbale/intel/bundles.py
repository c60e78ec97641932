"""Bundles of any size (STIX 2.1 section 8), and TAXII envelopes: their objects one by one, in bounded memory.

    with path.open("rb") as file:
        for raw in read_objects(file): ...

Only what stands between the objects is looked at here: each comes out as the bytes that it is in the file, to be held
against the standard by `verbale.intel.objects.check`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from .errors import FormatUnknown, NotJson, TooLarge

__all__ = ["MAX_ELEMENT_BYTES", "MAX_MEMBERS", "bundle_parts", "read_objects"]

MAX_ELEMENT_BYTES: Final = 16 << 20
"""Bytes of one object, or of one other property of the bundle."""

MAX_MEMBERS: Final = 100
"""Properties of the bundle itself."""

_CHUNK: Final = 1 << 20
_SPACE: Final = re.compile(rb"[ \t\n\r]*+")
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SCALAR: Final = re.compile(rb"[^\s,\]}\[{:\"]++(?=[\s,\]}])")
_TO_BRACKET: Final = re.compile(rb'[^"\[\]{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"\[\]{}]*+)*+([\[\]{}])', re.DOTALL)
"""To the next bracket that stands outside of any string."""
_OPENING: Final = b"{["


def read_objects(file: BinaryIO) -> Iterator[bytes]:
    """The elements of the list `objects`, in order, whatever they are.

    Raises `NotJson` for what is cut off or no JSON, `TooLarge` for an element beyond its limit, `FormatUnknown` for a
    file that is no bundle; before that, all that stood before the fault has come out.
    """
    yield from _Reader(file).objects()


def bundle_parts(raws: Iterable[bytes], identifier: str) -> Iterator[bytes]:
    """The bytes of a bundle with these objects, in parts."""
    between = b'{"type":"bundle","id":"%s","objects":[' % identifier.encode()
    found = False
    for raw in raws:
        yield between
        yield raw
        between, found = b",", True
    # A list must not be empty (2.12): a bundle without objects has none.
    yield b"]}" if found else b'{"type":"bundle","id":"%s"}' % identifier.encode()


class _Reader:
    """A window that moves over the file. `place` is where the reader stands in `window`; all before it is forgotten."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._window = b""
        self._place = 0
        self._before = 0
        """Bytes of the file before the window."""
        self._ended = False

    def objects(self) -> Iterator[bytes]:
        self._more()
        if self._window.startswith(b"\xef\xbb\xbf"):
            self._place = 3
        if self._peek() != b"{":
            raise FormatUnknown("the file is no STIX bundle: it does not begin with {")
        self._place += 1
        found = False
        for number, name in enumerate(self._members()):
            if number == MAX_MEMBERS:
                raise TooLarge(f"the bundle has more than {MAX_MEMBERS} properties")
            if name != b'"objects"':
                self._skip()
            elif found:
                raise NotJson("objects stands twice in the bundle")
            else:
                found = True
                yield from self._elements()
        if self._peek() != b"":
            raise NotJson(f"something follows the bundle, at byte {self._at}")
        if not found:
            raise FormatUnknown("the file is no STIX bundle: it has no objects")

    @property
    def _at(self) -> int:
        return self._before + self._place

    def _members(self) -> Iterator[bytes]:
        """The names of the bundle's own properties; whoever asks has passed the value before it asks for the next."""
        if self._peek() == b"}":
            self._place += 1
            return
        while True:
            if self._peek() != b'"':
                raise NotJson(f"the name of a property is missing, at byte {self._at}")
            yield self._take()
            mark = self._peek()
            if mark not in (b",", b"}"):
                raise NotJson(f"a comma or }} is missing, at byte {self._at}")
            self._place += 1
            if mark == b"}":
                return

    def _value(self) -> None:
        if self._peek() != b":":
            raise NotJson(f"a colon is missing, at byte {self._at}")
        self._place += 1

    def _skip(self) -> None:
        self._value()
        self._take()

    def _elements(self) -> Iterator[bytes]:
        self._value()
        if self._peek() != b"[":
            raise FormatUnknown("the property objects of the file is no list")
        self._place += 1
        if self._peek() == b"]":
            self._place += 1
            return
        while True:
            yield self._take()
            mark = self._peek()
            if mark not in (b",", b"]"):
                raise NotJson(f"a comma or ] is missing, at byte {self._at}")
            self._place += 1
            if mark == b"]":
                return

    def _peek(self) -> bytes:
        """The next byte that is no space; empty at the end of the file."""
        while True:
            self._place = _end(_SPACE.match(self._window, self._place))
            if self._place < len(self._window):
                return self._window[self._place : self._place + 1]
            if not self._more():
                return b""

    def _take(self) -> bytes:
        """The value that begins at the next byte that is no space."""
        self._peek()
        while (end := self._end_of_value()) < 0:
            if len(self._window) - self._place > MAX_ELEMENT_BYTES:
                raise TooLarge(f"an object has more than {MAX_ELEMENT_BYTES:,} bytes, at byte {self._at}")
            if not self._more():
                raise NotJson(f"the file ends within a value that begins at byte {self._at}")
        if end == self._place:
            raise NotJson(f"a value is missing, at byte {self._at}")
        value = self._window[self._place : end]
        if len(value) > MAX_ELEMENT_BYTES:
            raise TooLarge(f"an object has more than {MAX_ELEMENT_BYTES:,} bytes, at byte {self._at}")
        self._place = end
        return value

    def _end_of_value(self) -> int:
        """Where the value ends that begins here; -1 when the window does not reach so far."""
        window, place = self._window, self._place
        first = window[place : place + 1]
        if first in (b"{", b"["):
            depth = 0
            while (match := _TO_BRACKET.match(window, place)) is not None:
                place = match.end()
                depth += 1 if window[place - 1] in _OPENING else -1
                if depth == 0:
                    return place
            return -1
        found = _STRING.match(window, place) if first == b'"' else _SCALAR.match(window, place)
        if found is not None:
            return found.end()
        # What can begin no value is a fault here and now, however much follows.
        return place if first and first in b",]}:" else -1

    def _more(self) -> bool:
        """Move the window on by as much again as it must keep, so that a large value is not looked at too often."""
        if self._ended:
            return False
        kept = self._window[self._place :]
        self._before += self._place
        read = self._file.read(max(_CHUNK, len(kept)))
        self._window, self._place = kept + read, 0
        self._ended = not read
        return bool(read)


def _end(match: re.Match[bytes] | None) -> int:
    assert match is not None  # space may be nothing at all
    return match.end()
