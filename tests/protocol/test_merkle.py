"""Merkle trees, against a naive implementation written from the text of RFC 6962 section 2.1."""

import hashlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.protocol import ProofError
from verbale.protocol.merkle import (
    EMPTY_ROOT,
    MemoryTree,
    appended,
    consistency_plan,
    inclusion_plan,
    leaf_hash,
    node_hash,
    peaks,
    root_of_peaks,
    root_plan,
    verify_consistency,
    verify_inclusion,
)

MOST = 70
DATA = [f"entry {number}".encode() for number in range(MOST)]
LEAVES = [leaf_hash(item) for item in DATA]
TREE = MemoryTree(LEAVES)
LARGE = 10**6


def split(count: int) -> int:
    """The k of RFC 6962: the largest power of two smaller than the count."""
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def mth(data: list[bytes]) -> bytes:
    if not data:
        return hashlib.sha256().digest()
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    k = split(len(data))
    return hashlib.sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def path(m: int, data: list[bytes]) -> list[bytes]:
    if len(data) == 1:
        return []
    k = split(len(data))
    return [*path(m, data[:k]), mth(data[k:])] if m < k else [*path(m - k, data[k:]), mth(data[:k])]


def subproof(m: int, data: list[bytes], whole: bool) -> list[bytes]:
    if m == len(data):
        return [] if whole else [mth(data)]
    k = split(len(data))
    if m <= k:
        return [*subproof(m, data[:k], whole), mth(data[k:])]
    return [*subproof(m - k, data[k:], False), mth(data[:k])]


ROOTS = [mth(DATA[:size]) for size in range(MOST + 1)]


def test_hashes_are_those_of_rfc_6962() -> None:
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert hashlib.sha256(b"").digest() == EMPTY_ROOT
    assert node_hash(b"l" * 32, b"r" * 32) == hashlib.sha256(b"\x01" + b"l" * 32 + b"r" * 32).digest()


@pytest.mark.parametrize("size", range(MOST + 1))
def test_every_root_is_that_of_the_naive_tree(size: int) -> None:
    assert TREE.root(size) == MemoryTree(LEAVES[:size]).root() == ROOTS[size]


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_inclusion_proof_is_the_naive_one_and_verifies(size: int) -> None:
    for index in range(size):
        proof = TREE.inclusion(index, size)
        assert proof == path(index, DATA[:size])
        verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])


@pytest.mark.parametrize("new", range(MOST + 1))
def test_every_consistency_proof_is_the_naive_one_and_verifies(new: int) -> None:
    for old in range(new + 1):
        proof = TREE.consistency(old, new)
        assert proof == (subproof(old, DATA[:new], True) if old else [])
        verify_consistency(old, ROOTS[old], new, ROOTS[new], proof)


@given(st.lists(st.integers(0, 20), max_size=8))
def test_a_tree_does_not_depend_on_how_its_leaves_arrived(steps: list[int]) -> None:
    tree, begin = MemoryTree(), 0
    for step in steps:
        tree.extend(LEAVES[begin : begin + step])
        begin = min(begin + step, MOST)
    assert tree.size == begin
    assert tree.root() == ROOTS[begin]


def test_a_stored_node_never_changes() -> None:
    stored: dict[tuple[int, int], bytes] = {}
    tops: list[bytes] = []
    for size, leaf in enumerate(LEAVES):
        for level, index, value in appended(size, tops, [leaf]):
            assert (level, index) not in stored
            assert value == mth(DATA[index << level : (index + 1) << level])
            stored[level, index] = value
        assert root_of_peaks(tops) == ROOTS[size + 1]
        assert tops == [stored[place] for place in peaks(0, size + 1)]


@given(st.integers(1, LARGE), st.integers(0, LARGE))
def test_a_plan_names_few_nodes(size: int, place: int) -> None:
    most = 2 * math.log2(size) + 2
    assert len(root_plan(size)[0]) <= most
    assert sum(map(len, inclusion_plan(place % size, size))) <= most
    assert sum(map(len, consistency_plan(place % (size + 1), size))) <= most


@pytest.mark.parametrize("place", [0, 1, 524_287, 524_288, 999_936, LARGE - 1])
def test_a_plan_in_a_million_entries_names_few_nodes(place: int) -> None:
    most = 2 * math.log2(LARGE) + 2
    assert sum(map(len, inclusion_plan(place, LARGE))) <= most
    assert sum(map(len, consistency_plan(place, LARGE))) <= most


# -- refusals -----------------------------------------------------------------------------------------------------

OTHER = bytes(32)


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0), (0, -1)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ProofError, match=f"leaf {index} is not in a tree of {size}"):
        inclusion_plan(index, size)
    with pytest.raises(ProofError, match=f"leaf {index} is not in a tree of {size}"):
        verify_inclusion(OTHER, index, size, [], OTHER)


@pytest.mark.parametrize(("old", "new"), [(6, 5), (-1, 5), (1, 0)])
def test_a_register_does_not_shrink(old: int, new: int) -> None:
    with pytest.raises(ProofError, match=f"from {old} to {new}"):
        consistency_plan(old, new)
    with pytest.raises(ProofError, match=f"shrank from {old} to {new}"):
        verify_consistency(old, OTHER, new, OTHER, [])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 11, 64])
def test_a_proof_shows_its_own_leaf_place_size_and_root_only(size: int) -> None:
    for index in range(size):
        proof, root, leaf = TREE.inclusion(index, size), ROOTS[size], LEAVES[index]
        for wrong in (
            (OTHER, index, size, proof, root),
            (leaf, index, size, proof, OTHER),
            (leaf, index, size, [*proof, OTHER], root),
            (leaf, index, size, [OTHER, *proof], root),
            *((leaf, other, size, proof, root) for other in range(size) if other != index),
            *((leaf, index, size, proof[:cut], root) for cut in range(len(proof))),
            *((leaf, index, size, [*proof[:at], OTHER, *proof[at + 1 :]], root) for at in range(len(proof))),
        ):
            with pytest.raises(ProofError, match="inclusion proof"):
                verify_inclusion(*wrong)


@pytest.mark.parametrize("new", [2, 3, 7, 8, 11, 64])
def test_a_rewritten_history_has_no_proof(new: int) -> None:
    for old in range(1, new):
        proof = TREE.consistency(old, new)
        for wrong in (
            (old, OTHER, new, ROOTS[new], proof),
            (old, ROOTS[old], new, OTHER, proof),
            (old, ROOTS[old], new, ROOTS[new], [*proof, OTHER]),
            (old, ROOTS[old], new, ROOTS[new], [OTHER, *proof]),
            *((old, ROOTS[old], new, ROOTS[new], proof[:cut]) for cut in range(len(proof))),
            *((old, ROOTS[old], new, ROOTS[new], [*proof[:at], OTHER, *proof[at + 1 :]]) for at in range(len(proof))),
        ):
            with pytest.raises(ProofError, match="consistency proof"):
                verify_consistency(*wrong)


@pytest.mark.parametrize(
    ("old", "old_root", "new", "new_root", "proof", "message"),
    [
        pytest.param(5, ROOTS[5], 5, OTHER, [], "two different trees of 5 entries", id="two trees of one size"),
        pytest.param(
            5, ROOTS[5], 5, ROOTS[5], [OTHER], "must be empty between", id="a proof between trees of one size"
        ),
        pytest.param(
            0, EMPTY_ROOT, 5, ROOTS[5], [OTHER], "must be empty from the empty", id="a proof from the empty tree"
        ),
        pytest.param(0, OTHER, 5, ROOTS[5], [], "from the empty tree", id="an empty tree with another root"),
        pytest.param(0, OTHER, 0, OTHER, [], "two different trees of 0", id="two empty trees with another root"),
        pytest.param(3, ROOTS[3], 5, ROOTS[5], [], "consistency proof: empty", id="no proof"),
        pytest.param(1, b"short", 5, ROOTS[5], [], "a hash has 32 bytes, found 5", id="a short root"),
    ],
)
def test_consistency_at_the_edges(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes], message: str
) -> None:
    with pytest.raises(ProofError, match=message):
        verify_consistency(old, old_root, new, new_root, proof)


def test_a_hash_has_32_bytes() -> None:
    for leaf, proof, root in ((b"", [], OTHER), (OTHER, [b"x" * 31], OTHER), (OTHER, [], b"x" * 33)):
        with pytest.raises(ProofError, match="inclusion proof: a hash has 32 bytes"):
            verify_inclusion(leaf, 0, 1, proof, root)
