"""Receipts: proof that an act stands in a node's register, checkable by anyone with that node's credentials.

A register entry's leaf is the canonical JSON `{"act": id, "at": time}`: it commits to the act and to the moment of
recording, and reveals no content. A receipt is the leaf, its index, an inclusion proof and a checkpoint.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from verbale.protocol.canonical import canonical_bytes, parse_object
from verbale.protocol.credentials import Credentials
from verbale.protocol.encoding import b64, format_time, from_b64, is_version_1, parse_time
from verbale.protocol.errors import CredentialsError, MalformedError, ProofError, SignatureError
from verbale.protocol.keys import PublicKeys
from verbale.protocol.merkle import leaf_hash, verify_inclusion
from verbale.protocol.notes import Checkpoint, log_name

__all__ = ["Leaf", "Receipt", "verify_checkpoint"]

_MAX_BYTES = 4 << 20


@dataclass(frozen=True)
class Leaf:
    """What one entry of a register commits to."""

    act: str
    """Act id, 64 hex digits."""
    at: str
    """When the node recorded it, by its own clock."""

    def to_bytes(self) -> bytes:
        # Written out, for the hot road; equal to canonical_bytes of the object, as the tests hold.
        return b'{"act":"%b","at":"%b"}' % (self.act.encode(), self.at.encode())

    def hash(self) -> bytes:
        return leaf_hash(self.to_bytes())

    def to_json(self) -> dict[str, str]:
        return {"act": self.act, "at": self.at}

    @classmethod
    def from_json(cls, value: Any) -> "Leaf":
        if not isinstance(value, dict) or set(value) != {"act", "at"}:
            raise MalformedError("leaf must be an object with exactly act and at")
        act, at = value["act"], value["at"]
        if not isinstance(act, str) or len(act) != 64 or act.strip("0123456789abcdef"):
            raise MalformedError("leaf: act must be 64 hex digits")
        parse_time(at, "leaf: at")
        return cls(act, at)


def verify_checkpoint(checkpoint: Checkpoint, known: Mapping[str, Credentials]) -> None:
    """Every line under the checkpoint verifies: the log's own, and each cosigner's.

    `known` maps node names to credentials. Strict on purpose: a line by somebody unknown is refused, so that no bit of
    a checkpoint can change unnoticed. Raises SignatureError, CredentialsError or ProofError.
    """
    what, cosigners = f"checkpoint of {checkpoint.node}", checkpoint.cosigners
    names = {log_name(node) for node in (checkpoint.node, *cosigners)}
    if len(checkpoint.note.signatures) != 2 * len(names) or {line[0] for line in checkpoint.note.signatures} != names:
        raise SignatureError(f"{what}: unexpected signature lines")
    _verify_any(checkpoint.node, known, what, partial(_signed_at, checkpoint))
    for node in cosigners:
        _verify_any(node, known, f"cosignature of {node}", partial(_cosigned_at, checkpoint, node))


def _signed_at(checkpoint: Checkpoint, keys: PublicKeys) -> str:
    checkpoint.verify(keys)
    return checkpoint.time


def _cosigned_at(checkpoint: Checkpoint, node: str, keys: PublicKeys) -> str:
    return format_time(checkpoint.verify_cosignature(node, keys))


def _verify_any(node: str, known: Mapping[str, Credentials], what: str, check: Callable[[PublicKeys], str]) -> None:
    """Some keys of `node` pass `check`, and were in force at the time that it returns."""
    credentials = known.get(node)
    if credentials is None:
        raise CredentialsError(f"the credentials of {node} are not at hand, so its signature cannot be checked")
    failure: Exception | None = None
    seen = set()
    for identity in reversed(credentials.identities):
        if identity.fingerprint in seen:
            continue
        seen.add(identity.fingerprint)
        try:
            moment = check(identity.keys)
        except SignatureError as error:
            failure = failure or error
        else:
            credentials.check_in_force(identity.keys, moment, what)
            return
    raise failure or SignatureError(f"no keys of {node}")


@dataclass(frozen=True)
class Receipt:
    """Node `checkpoint.node` holds act `leaf.act` since `leaf.at`."""

    leaf: Leaf
    index: int
    """Place of the entry in the register, from 0."""
    proof: tuple[bytes, ...]
    """Inclusion proof, RFC 6962 section 2.1.1, to the checkpoint's root."""
    checkpoint: Checkpoint
    credentials: tuple[Credentials, ...] = ()
    """Credentials of the register's node and of its cosigners, in a receipt that is carried as a file."""

    @property
    def holder(self) -> str:
        return self.checkpoint.node

    @property
    def held_since(self) -> datetime:
        return parse_time(self.leaf.at, "leaf: at")

    def verify(self, known: Mapping[str, Credentials]) -> None:
        """The proof leads from the leaf to the checkpoint, and every signature under that holds."""
        if self.leaf.at > self.checkpoint.time:
            raise ProofError("receipt: the entry claims to be younger than the checkpoint that holds it")
        verify_inclusion(self.leaf.hash(), self.index, self.checkpoint.size, self.proof, self.checkpoint.root)
        verify_checkpoint(self.checkpoint, known)

    def to_json(self) -> dict[str, Any]:
        return {
            "verbale": "receipt",
            "v": 1,
            "leaf": self.leaf.to_json(),
            "index": self.index,
            "proof": [b64(item) for item in self.proof],
            "checkpoint": self.checkpoint.render(),
            "credentials": [item.to_json() for item in self.credentials],
        }

    def to_bytes(self) -> bytes:
        return canonical_bytes(self.to_json())

    @classmethod
    def from_bytes(cls, data: bytes) -> "Receipt":
        return cls.from_json(parse_object(data.removesuffix(b"\n"), limit=_MAX_BYTES, what="receipt"))

    @classmethod
    def from_json(cls, value: Any) -> "Receipt":
        """Parse without verifying. Raises MalformedError naming the field."""
        fields = {"verbale", "v", "leaf", "index", "proof", "checkpoint", "credentials"}
        if not isinstance(value, dict) or set(value) != fields or value["verbale"] != "receipt":
            raise MalformedError(f"receipt must be an object with exactly {', '.join(sorted(fields))}")
        if not is_version_1(value["v"]):
            raise MalformedError("receipt: version must be 1")
        index, proof, credentials = value["index"], value["proof"], value["credentials"]
        if type(index) is not int or not isinstance(proof, list) or not isinstance(credentials, list):
            raise MalformedError("receipt: index must be an integer, proof and credentials lists")
        if len(proof) > 64 or len(credentials) > 256 or not isinstance(value["checkpoint"], str):
            raise MalformedError("receipt: proof, credentials or checkpoint is out of bounds")
        return cls(
            Leaf.from_json(value["leaf"]),
            index,
            tuple(from_b64(item, "receipt: proof", length=32) for item in proof),
            Checkpoint.parse(value["checkpoint"]),
            tuple(Credentials.from_json(item) for item in credentials),
        )
