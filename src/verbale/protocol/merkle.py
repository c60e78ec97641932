"""Merkle trees of RFC 6962 section 2.1 and RFC 9162 section 2.1: hashing, plans of proofs, and their verification.

Pure functions. A tree is a set of *complete* nodes, addressed by (level, index): level 0 holds the leaf hashes, and
node (l, i) covers leaves i·2^l up to (i+1)·2^l. Nodes at the ragged right edge are never stored; they are computed
from complete ones, so a stored node never changes and a proof reads O(log n) of them.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from verbale.protocol.errors import ProofError

__all__ = [
    "EMPTY_ROOT",
    "Coordinate",
    "MemoryTree",
    "appended",
    "consistency_plan",
    "evaluate",
    "inclusion_plan",
    "leaf_hash",
    "node_hash",
    "peaks",
    "root_of_peaks",
    "root_plan",
    "verify_consistency",
    "verify_inclusion",
]

Coordinate = tuple[int, int]
Plan = list[list[Coordinate]]
"""For each hash of a proof, the complete nodes it is computed from, left to right."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
_HASH_BYTES = 32


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def peaks(begin: int, end: int) -> list[Coordinate]:
    """The complete nodes that cover leaves [begin, end), left to right; `begin` must be aligned to the first."""
    found = []
    while begin < end:
        size = 1 << ((end - begin).bit_length() - 1)
        found.append((size.bit_length() - 1, begin // size))
        begin += size
    return found


def root_of_peaks(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees, given left to right."""
    if not hashes:
        return EMPTY_ROOT
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def appended(size: int, tops: list[bytes], leaves: Iterable[bytes]) -> list[tuple[int, int, bytes]]:
    """Append leaf hashes to a tree of `size` leaves whose peak hashes are `tops`, which is updated in place.

    Returns the new complete nodes as (level, index, hash), leaves included.
    """
    nodes = []
    for leaf in leaves:
        level, index, value = 0, size, leaf
        nodes.append((level, index, value))
        while index & 1:
            value = node_hash(tops.pop(), value)
            level, index = level + 1, index >> 1
            nodes.append((level, index, value))
        tops.append(value)
        size += 1
    return nodes


def root_plan(size: int) -> Plan:
    """The plan whose only hash is the root of the first `size` leaves; empty for the empty tree."""
    return [peaks(0, size)] if size else []


def inclusion_plan(index: int, size: int) -> Plan:
    """PATH(index, D_size) of RFC 6962 section 2.1.1. Raises ProofError when the leaf is not in the tree."""
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not in a tree of {size}")
    plan: Plan = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            plan.append(peaks(middle, end))
            end = middle
        else:
            plan.append(peaks(begin, middle))
            begin = middle
    plan.reverse()
    return plan


def consistency_plan(old: int, new: int) -> Plan:
    """PROOF(old, D_new) of RFC 6962 section 2.1.2. Raises ProofError when `old` is larger than `new`."""
    if not 0 <= old <= new:
        raise ProofError(f"no consistency proof leads from {old} to {new} leaves")
    if old in (0, new):
        return []
    plan: Plan = []
    begin, end, known = 0, new, True
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            plan.append(peaks(middle, end))
            end = middle
        else:
            plan.append(peaks(begin, middle))
            begin, known = middle, False
    if not known:
        plan.append(peaks(begin, end))
    plan.reverse()
    return plan


def evaluate(plan: Plan, get_many: Callable[[Sequence[Coordinate]], Sequence[bytes]]) -> list[bytes]:
    """The hashes of a plan; `get_many` is called once, with every node that the plan needs."""
    wanted = [coordinate for group in plan for coordinate in group]
    hashes = iter(get_many(wanted)) if wanted else iter(())
    return [root_of_peaks([next(hashes) for _ in group]) for group in plan]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """RFC 9162 section 2.1.3.2. Raises ProofError."""
    if not 0 <= index < size:
        raise ProofError(f"inclusion proof: leaf {index} is not in a tree of {size}")
    _check_hashes("inclusion proof", proof, leaf, root)
    place, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("inclusion proof: longer than the tree is high")
        if place & 1 or place == last:
            value = node_hash(sibling, value)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError("inclusion proof: shorter than the tree is high")
    if value != root:
        raise ProofError(f"inclusion proof: expected root {root.hex()[:16]}…, got {value.hex()[:16]}…")


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """RFC 9162 section 2.1.4.2. The empty tree is consistent with nothing by proof. Raises ProofError."""
    if not 0 <= old <= new:
        raise ProofError(f"consistency proof: the register shrank from {old} to {new} entries")
    _check_hashes("consistency proof", proof, old_root, new_root)
    if old == new:
        if proof:
            raise ProofError("consistency proof: must be empty between trees of one size")
        if old_root != new_root or (old == 0 and old_root != EMPTY_ROOT):
            raise ProofError(f"consistency proof: two different trees of {old} entries")
        return
    if old == 0:
        if proof or old_root != EMPTY_ROOT:
            raise ProofError("consistency proof: must be empty from the empty tree")
        return
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        raise ProofError("consistency proof: empty")
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("consistency proof: longer than the tree is high")
        if place & 1 or place == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError("consistency proof: shorter than the tree is high")
    if first != old_root:
        raise ProofError("consistency proof: does not begin at the known root; history was rewritten")
    if second != new_root:
        raise ProofError("consistency proof: does not end at the new root")


class MemoryTree:
    """A whole tree in memory: for verification of exports, for tests, and for benches."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = []
        self._tops: list[bytes] = []
        self.size = 0
        self.extend(leaves)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append leaf hashes."""
        for level, _, value in appended(self.size, self._tops, leaves):
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(value)
            self.size += level == 0

    def get_many(self, coordinates: Sequence[Coordinate]) -> list[bytes]:
        return [self._levels[level][index] for level, index in coordinates]

    def root(self, size: int | None = None) -> bytes:
        size = self.size if size is None else size
        return evaluate(root_plan(size), self.get_many)[0] if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        return evaluate(inclusion_plan(index, self.size if size is None else size), self.get_many)

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        return evaluate(consistency_plan(old, self.size if new is None else new), self.get_many)


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _check_hashes(what: str, proof: Sequence[bytes], *roots: bytes) -> None:
    for value in (*roots, *proof):
        if len(value) != _HASH_BYTES:
            raise ProofError(f"{what}: a hash has {_HASH_BYTES} bytes, found {len(value)}")
