"""Receipts: proof that an act stands in a register, for anybody who has the credentials of its node."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.protocol import (
    Checkpoint,
    Credentials,
    CredentialsError,
    Leaf,
    LimitError,
    MalformedError,
    ProofError,
    ProtocolError,
    Receipt,
    SignatureError,
    canonical_bytes,
    cosign,
    format_time,
    sign_checkpoint,
    verify_checkpoint,
)
from verbale.protocol.encoding import b64
from verbale.protocol.merkle import leaf_hash
from verbale.protocol.notes import SignedNote

from .story import CRIMSON, FORUM, KNOWN, LAZURIA, keys_of, minutes, register_of

REGISTER = register_of(7)
RECEIPT = REGISTER.receipt(3)
WITNESSED = REGISTER.receipt(3, witness=CRIMSON)
CARRIED = REGISTER.receipt(3, witness=CRIMSON, carried=(LAZURIA, CRIMSON))
SECOND = keys_of("LAZURIA second")
ROTATED = LAZURIA.credentials.succeed(LAZURIA.keys, issued=minutes(30), new=SECOND)
REVOKED = LAZURIA.credentials.succeed(LAZURIA.keys, issued=minutes(30), revoked="the keys were copied")


@given(st.binary(min_size=32, max_size=32).map(bytes.hex), st.integers(0, 10**6))
def test_a_leaf_is_the_canonical_json_of_act_and_moment(act: str, minute: int) -> None:
    leaf = Leaf(act, format_time(minutes(minute)))
    assert leaf.to_bytes() == canonical_bytes(leaf.to_json())
    assert leaf.hash() == leaf_hash(leaf.to_bytes())
    assert Leaf.from_json(leaf.to_json()) == leaf


@pytest.mark.parametrize("size", [1, 2, 3, 8, 9])
def test_every_entry_has_a_receipt_that_verifies(size: int) -> None:
    register = register_of(size)
    for index in range(size):
        receipt = register.receipt(index)
        assert Receipt.from_bytes(receipt.to_bytes()) == receipt
        receipt.verify(KNOWN)


def test_a_receipt_says_who_holds_the_act_and_since_when() -> None:
    assert (RECEIPT.holder, RECEIPT.index) == ("LAZURIA", 3)
    assert RECEIPT.held_since == minutes(3.5)


def test_a_receipt_file_carries_credentials_and_may_end_with_a_line_end() -> None:
    again = Receipt.from_bytes(CARRIED.to_bytes() + b"\n")
    assert again == CARRIED
    again.verify({item.node: item for item in again.credentials})


def test_a_receipt_reveals_no_other_act() -> None:
    shown = RECEIPT.to_bytes().decode()
    assert not any(leaf.act in shown for place, (leaf, _) in enumerate(REGISTER.entries) if place != 3)


OTHER = bytes(32)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        pytest.param(
            {"leaf": REGISTER.entries[2][0]}, ProofError, "inclusion proof: expected root", id="another act's leaf"
        ),
        pytest.param(
            {"leaf": Leaf(RECEIPT.leaf.act, format_time(minutes(1)))},
            ProofError,
            "inclusion proof: expected root",
            id="an earlier moment",
        ),
        pytest.param(
            {"leaf": Leaf(RECEIPT.leaf.act, format_time(minutes(60.001)))},
            ProofError,
            "younger than the checkpoint",
            id="a moment after the checkpoint",
        ),
        pytest.param({"index": 2}, ProofError, "inclusion proof", id="another place"),
        pytest.param({"index": 7}, ProofError, "leaf 7 is not in a tree of 7", id="a place behind the last"),
        pytest.param({"index": -1}, ProofError, "leaf -1 is not in a tree of 7", id="a negative place"),
        pytest.param({"proof": RECEIPT.proof[:-1]}, ProofError, "shorter than the tree is high", id="a proof cut off"),
        pytest.param({"proof": (*RECEIPT.proof, OTHER)}, ProofError, "longer than the tree", id="a proof too long"),
        pytest.param(
            {"checkpoint": register_of(6).checkpoint()}, ProofError, "inclusion proof", id="another checkpoint"
        ),
        pytest.param(
            {"checkpoint": REGISTER.checkpoint(CRIMSON)},
            None,
            "",
            id="the same tree signed by another node is its receipt",
        ),
    ],
)
def test_a_receipt_shows_what_it_shows_and_no_more(
    changes: dict[str, Any], error: type[Exception] | None, message: str
) -> None:
    changed = dataclasses.replace(RECEIPT, **changes)
    if error is None:
        changed.verify(KNOWN)
        assert changed.holder == "CRIMSON"
        return
    with pytest.raises(error, match=message):
        changed.verify(KNOWN)


def spelled(**changes: Any) -> dict[str, Any]:
    fields = {**orjson.loads(RECEIPT.to_bytes()), **changes}
    return {name: value for name, value in fields.items() if value is not ...}


LEAF = RECEIPT.leaf.to_json()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param([], "receipt must be an object with exactly checkpoint, credentials", id="not an object"),
        *(
            pytest.param(spelled(**{field: ...}), "receipt must be an object with exactly", id=f"no {field}")
            for field in sorted(orjson.loads(RECEIPT.to_bytes()))
        ),
        pytest.param(spelled(more=1), "receipt must be an object with exactly", id="a field more"),
        pytest.param(spelled(verbale="credentials"), "receipt must be an object", id="another document"),
        pytest.param(spelled(v=2), "version must be 1", id="a newer version"),
        pytest.param(spelled(v=True), "version must be 1", id="true for 1"),
        pytest.param(spelled(index="3"), "index must be an integer", id="index is text"),
        pytest.param(spelled(index=True), "index must be an integer", id="index is true"),
        pytest.param(spelled(proof={}), "proof and credentials lists", id="proof is no list"),
        pytest.param(spelled(credentials=None), "proof and credentials lists", id="credentials are no list"),
        pytest.param(spelled(proof=[b64(OTHER)] * 65), "out of bounds", id="65 hashes"),
        pytest.param(spelled(credentials=[0] * 257), "out of bounds", id="257 credentials"),
        pytest.param(spelled(checkpoint=5), "out of bounds", id="checkpoint is no text"),
        pytest.param(spelled(checkpoint="text"), "signed note: no blank line", id="checkpoint is no signed note"),
        pytest.param(spelled(proof=[5]), "receipt: proof must be base64 text", id="hash is no text"),
        pytest.param(spelled(proof=[b64(b"short")]), "receipt: proof must be 32 bytes, found 5", id="short hash"),
        pytest.param(spelled(credentials=[{}]), "credentials must be an object", id="no credentials among them"),
        pytest.param(spelled(leaf=[]), "leaf must be an object with exactly act and at", id="leaf is no object"),
        pytest.param(spelled(leaf={**LEAF, "x": 1}), "leaf must be an object with exactly", id="leaf with more"),
        pytest.param(spelled(leaf={**LEAF, "act": "0" * 63}), "act must be 64 hex digits", id="short act id"),
        pytest.param(spelled(leaf={**LEAF, "act": "A" * 64}), "act must be 64 hex digits", id="capital hex digits"),
        pytest.param(spelled(leaf={**LEAF, "act": 5}), "act must be 64 hex digits", id="act id is a number"),
        pytest.param(spelled(leaf={**LEAF, "at": "now"}), "leaf: at must be a UTC time", id="no time"),
        pytest.param(spelled(leaf={**LEAF, "at": None}), "leaf: at must be a UTC time", id="null for a time"),
    ],
)
def test_what_is_no_receipt_is_refused(value: Any, message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        Receipt.from_json(value)


def test_another_spelling_of_a_receipt_is_refused() -> None:
    data = RECEIPT.to_bytes()
    for other in (data + b"\n\n", data + b" ", b" " + data, data.replace(b":", b": ", 1), b"[]", b""):
        with pytest.raises(MalformedError, match="receipt"):
            Receipt.from_bytes(other)
    with pytest.raises(LimitError, match="receipt has 4194305 bytes; the limit is 4194304"):
        Receipt.from_bytes(b"x" * (4 << 20) + b"x")


# -- every line under a checkpoint --------------------------------------------------------------------------------

HEAD = REGISTER.checkpoint()
COSIGNED = REGISTER.checkpoint(witness=CRIMSON)
OWN, CROSS = COSIGNED.note.signatures[:2], COSIGNED.note.signatures[2:]


def test_a_cosigned_receipt_needs_the_credentials_of_both() -> None:
    WITNESSED.verify({"LAZURIA": LAZURIA.credentials, "CRIMSON": CRIMSON.credentials})
    for missing in ("LAZURIA", "CRIMSON"):
        known = {node: item for node, item in KNOWN.items() if node != missing}
        with pytest.raises(CredentialsError, match=f"the credentials of {missing} are not at hand"):
            WITNESSED.verify(known)


def head_with(*lines: tuple[str, bytes, bytes]) -> Checkpoint:
    return dataclasses.replace(HEAD, note=SignedNote(HEAD.note.text, lines))


@pytest.mark.parametrize(
    ("checkpoint", "error", "message"),
    [
        pytest.param(head_with(*OWN, CROSS[0]), SignatureError, "unexpected signature lines", id="half a cosignature"),
        pytest.param(
            head_with(*OWN, *CROSS, CROSS[0]), SignatureError, "unexpected signature lines", id="a line twice"
        ),
        pytest.param(
            head_with(*OWN, CROSS[0], CROSS[0]), SignatureError, "no cosignature with the keys", id="one half twice"
        ),
        pytest.param(head_with(*CROSS), SignatureError, "unexpected signature lines", id="a cosignature alone"),
        pytest.param(
            head_with(*OWN, ("witness", bytes(4), bytes(64)), ("witness", bytes(4), bytes(64))),
            SignatureError,
            "unexpected signature lines",
            id="lines of what is no node",
        ),
        pytest.param(
            head_with(*OWN, ("verbale/FORUM", bytes(4), bytes(72)), ("verbale/FORUM", bytes(4), bytes(3317))),
            SignatureError,
            "no cosignature with the keys of FORUM",
            id="lines with other keys",
        ),
        pytest.param(
            HEAD.with_cosignatures([cosign(HEAD, "OCHRE", minutes(61), keys_of("OCHRE"))]),
            CredentialsError,
            "the credentials of OCHRE are not at hand",
            id="a cosigner nobody knows",
        ),
    ],
)
def test_a_line_that_cannot_be_checked_is_refused(checkpoint: Checkpoint, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        verify_checkpoint(checkpoint, KNOWN)


def test_the_order_of_cosigners_does_not_matter() -> None:
    both = [cosign(HEAD, who.node, minutes(61), who.keys) for who in (CRIMSON, FORUM)]
    verify_checkpoint(HEAD.with_cosignatures(both), KNOWN)
    verify_checkpoint(HEAD.with_cosignatures(both[::-1]), KNOWN)


@pytest.mark.parametrize(
    ("credentials", "keys", "minute", "message"),
    [
        pytest.param(ROTATED, LAZURIA.keys, 29, None, id="old keys before the rotation"),
        pytest.param(ROTATED, SECOND, 31, None, id="new keys after the rotation"),
        pytest.param(ROTATED, LAZURIA.keys, 31, "keys that LAZURIA had replaced", id="old keys after the rotation"),
        pytest.param(REVOKED, LAZURIA.keys, 29, None, id="keys before their revocation"),
        pytest.param(REVOKED, LAZURIA.keys, 30, "keys that LAZURIA had revoked", id="keys from their revocation on"),
        pytest.param(LAZURIA.credentials, SECOND, 31, "not signed with the keys of its node", id="keys not yet known"),
    ],
)
def test_a_checkpoint_is_signed_by_keys_in_force(
    credentials: Credentials, keys: Any, minute: float, message: str | None
) -> None:
    head = sign_checkpoint("LAZURIA", 7, REGISTER.tree.root(), minutes(minute), keys)
    _expect(head, {"LAZURIA": credentials}, message)


@pytest.mark.parametrize(
    ("credentials", "minute", "message"),
    [
        pytest.param(ROTATED, 29, None, id="before the rotation"),
        pytest.param(ROTATED, 30, "cosignature of LAZURIA: .* had replaced", id="with old keys after the rotation"),
        pytest.param(REVOKED, 30, "cosignature of LAZURIA: .* had revoked", id="with revoked keys"),
    ],
)
def test_a_cosigner_signs_with_keys_in_force(credentials: Credentials, minute: float, message: str | None) -> None:
    head = sign_checkpoint("CRIMSON", 7, REGISTER.tree.root(), minutes(1), CRIMSON.keys)
    signed = head.with_cosignatures([cosign(head, "LAZURIA", minutes(minute), LAZURIA.keys)])
    _expect(signed, {"CRIMSON": CRIMSON.credentials, "LAZURIA": credentials}, message)


def _expect(checkpoint: Checkpoint, known: Mapping[str, Credentials], message: str | None) -> None:
    if message is None:
        verify_checkpoint(checkpoint, known)
        return
    with pytest.raises(ProtocolError, match=message):
        verify_checkpoint(checkpoint, known)
