"""The messages of the protocol as openmined-psi writes them, in parts that fit into attachments.

A message is protobuf, and protobuf messages that follow each other read as one: the parts of a request, joined, are the
request. So whoever has the transcript and a key can run it through the library alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import private_set_intersection.python as psi
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from . import golomb
from .errors import OverlapError

__all__ = [
    "POINT",
    "Setup",
    "read_request",
    "read_response",
    "read_setup",
    "write_golomb",
    "write_raw",
    "write_request",
    "write_response",
]

POINT: Final = 33
"""Bytes of a point of P-256, compressed."""
A_PART: Final = 500_000
"""Points in a part: 17.5 MB, of the 32 MiB that an attachment may have."""

Setup = golomb.Golomb | frozenset[bytes]
"""What the client looks its values up in: hashes in Golomb code, or the blinded values themselves."""


def _parts(points: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    # One part at least, so that an empty set is a message too.
    for start in range(0, max(len(points), 1), A_PART):
        yield points[start : start + A_PART]


def write_request(points: Sequence[bytes], reveal: bool) -> list[bytes]:
    return [_bytes(psi.Request(reveal_intersection=reveal, encrypted_elements=part)) for part in _parts(points)]


def write_response(points: Sequence[bytes]) -> list[bytes]:
    return [_bytes(psi.Response(encrypted_elements=part)) for part in _parts(points)]


def write_raw(points: Sequence[bytes]) -> list[bytes]:
    return [_bytes(psi.ServerSetup(raw=psi.ServerSetup.RawInfo(encrypted_elements=part))) for part in _parts(points)]


def write_golomb(container: golomb.Golomb) -> list[bytes]:
    info = psi.ServerSetup.GCSInfo(div=container.div, hash_range=container.hash_range, bits=container.bits)
    return [_bytes(psi.ServerSetup(gcs=info))]


def read_request(parts: Sequence[bytes], reveal: bool, most: int) -> list[bytes]:
    """The blinded values of a request, each once. Raises OverlapError for what is not as agreed."""
    found = psi.Request()
    _read(found, parts, "request")
    if bool(found.reveal_intersection) is not reveal:
        raise OverlapError("the request asks for another kind of answer than was agreed")
    points = _points(found.encrypted_elements, "request", most)
    if len(set(points)) != len(points):
        # A value that stands there several times would be counted several times: weights by which a size betrays more.
        raise OverlapError("a value stands in the request more than once")
    return points


def read_response(parts: Sequence[bytes], count: int) -> list[bytes]:
    found = psi.Response()
    _read(found, parts, "response")
    points = _points(found.encrypted_elements, "response", count)
    if len(points) != count:
        raise OverlapError(f"the response answers {len(points):,} of {count:,} values")
    return points


def read_setup(parts: Sequence[bytes], raw: bool, most: int) -> Setup:
    found = psi.ServerSetup()
    _read(found, parts, "set of the other side")
    named = found.WhichOneof("data_structure")
    if named != ("raw" if raw else "gcs"):
        raise OverlapError("the set of the other side comes in another form than was agreed")
    if raw:
        points = _points(found.raw.encrypted_elements, "set of the other side", most)
        return frozenset(points)
    return golomb.Golomb(found.gcs.div, found.gcs.hash_range, bytes(found.gcs.bits))


def _bytes(message: object) -> bytes:
    data: bytes = message.SerializeToString(deterministic=True)  # type: ignore[attr-defined]
    return data


def _read(message: object, parts: Sequence[bytes], what: str) -> None:
    try:
        message.ParseFromString(b"".join(parts))  # type: ignore[attr-defined]
    except DecodeError:
        raise OverlapError(f"the {what} cannot be read") from None


def _points(elements: Sequence[bytes], what: str, most: int) -> list[bytes]:
    if len(elements) > most:
        raise OverlapError(f"the {what} holds {len(elements):,} values; no more than {most:,} were agreed")
    points = [bytes(element) for element in elements]
    if any(len(point) != POINT for point in points):
        raise OverlapError(f"the {what} holds what is no blinded value")
    return points
