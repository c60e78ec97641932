"""A set of blinded values in few bits: hashes within a range, sorted, their distances in Golomb-Rice code.

The same bytes as openmined-psi's `GCS` (`golomb.cpp`, `gcs.cpp`): its reader takes them. Written here for two reasons.
The library makes a container only from the plain values of the whole set at once, while a run that can be resumed has
the blinded ones in pieces. And its reader walks over the bits without looking where they end, so what a partner sent
must be read by something that looks.

A bit string: for each distance its quotient by 2^div as that many 0 and a 1, then div bits of the remainder, the lowest
first; within a byte the lowest bit comes first. Equal hashes stand once.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from typing import Final, NamedTuple

from .errors import OverlapError

__all__ = ["MOST_RANGE", "Golomb", "decode", "encode", "hash_of", "range_of"]

MOST_RANGE: Final = 1 << 62
"""Hashes fit in 63 bits, as the library's do."""


class Golomb(NamedTuple):
    div: int
    hash_range: int
    bits: bytes


def hash_of(point: bytes, hash_range: int) -> int:
    """Where a blinded value falls."""
    return int.from_bytes(hashlib.sha256(point).digest(), "big") % hash_range


def range_of(theirs: int, ours: int, rate: int) -> int:
    """The range in which a query of `theirs` values against `ours` meets a false match in one run of 10^rate."""
    found: int = max(theirs, ours, 1) * max(theirs, 1) * 10**rate
    if found > MOST_RANGE:
        raise OverlapError(f"one false match in 10^{rate} runs cannot be kept with {theirs:,} and {ours:,} values")
    return found


def _div(hashes: list[int]) -> int:
    # As the library: the distances are taken to be geometrically distributed about their mean.
    mean = (hashes[-1] + 1) / len(hashes)
    return max(0, round(-math.log2(-math.log1p(-1 / mean) / math.log(2)))) if mean > 1 else 0


def encode(points: Iterable[bytes], hash_range: int) -> Golomb:
    """The container of blinded values."""
    hashes = sorted(hash_of(point, hash_range) for point in points)
    if not hashes:
        return Golomb(0, hash_range, b"")
    div = _div(hashes)
    mask, low = (1 << div) - 1, div + 1
    out, held, width, before = bytearray(), 0, 0, -1
    for value in hashes:
        if value == before:
            continue
        distance = value - max(before, 0)
        before = value
        quotient = distance >> div
        held |= ((distance & mask) << 1 | 1) << (quotient + width)
        width += quotient + low
        if width >= 512:
            whole = width >> 3
            out += (held & ((1 << (whole << 3)) - 1)).to_bytes(whole, "little")
            held >>= whole << 3
            width &= 7
    out += held.to_bytes((width + 7) >> 3, "little")
    return Golomb(div, hash_range, bytes(out))


def decode(container: Golomb, most: int) -> set[int]:
    """The hashes in a container. Raises OverlapError for what no honest encoder writes: bits that end within a hash,
    hashes beyond the range, more than `most` of them."""
    div, hash_range, bits = container
    if not 0 < hash_range <= MOST_RANGE or not 0 <= div <= 62:
        raise OverlapError("the container's parameters are not lawful")
    mask = (1 << div) - 1
    found: set[int] = set()
    held = width = place = value = quotient = 0
    size = len(bits)
    while True:
        if width <= div and place < size:
            step = bits[place : place + 32]
            held |= int.from_bytes(step, "little") << width
            width += len(step) << 3
            place += 32
        if held == 0:
            # Only zeros in hand: they belong to a quotient, or fill the last byte.
            quotient += width
            width = 0
            if place >= size:
                if quotient > 7:
                    raise OverlapError("the container ends in the middle of a hash")
                return found
            continue
        zeros = (held & -held).bit_length() - 1
        if width < zeros + 1 + div:
            if place >= size:
                raise OverlapError("the container ends in the middle of a hash")
            step = bits[place : place + 32]
            held |= int.from_bytes(step, "little") << width
            width += len(step) << 3
            place += 32
            continue
        quotient += zeros
        held >>= zeros + 1
        distance = (quotient << div) | (held & mask)
        if found and not distance:
            raise OverlapError("the container holds a hash twice")
        value += distance
        held >>= div
        width -= zeros + 1 + div
        quotient = 0
        if value >= hash_range:
            raise OverlapError("the container holds a hash beyond its range")
        found.add(value)
        if len(found) > most:
            raise OverlapError(f"the container holds more than the agreed {most:,} values")
