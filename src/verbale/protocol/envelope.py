"""DSSE envelopes (secure-systems-lab/dsse v1.0) with two signatures, Ed25519 and ML-DSA-65; both must verify.

On the wire and at rest an envelope is canonical JSON:
`{"payload": b64, "payloadType": text, "signatures": [{"keyid","sig"} Ed25519, {"keyid","sig"} ML-DSA-65, …]}`.
An act has exactly two signatures; a credentials link that rotates keys has four (old keys first).
"""

from dataclasses import dataclass
from typing import Any

from verbale.protocol.canonical import canonical_bytes, parse_object
from verbale.protocol.encoding import b64, from_b64
from verbale.protocol.errors import MalformedError, SignatureError
from verbale.protocol.keys import ED25519_SIGNATURE_BYTES, MLDSA65_SIGNATURE_BYTES, PrivateKeys, PublicKeys
from verbale.protocol.limits import MAX_ACT_BYTES

__all__ = ["ACT_TYPE", "CREDENTIALS_TYPE", "MAX_ENVELOPE_BYTES", "Envelope", "SignaturePair", "pae", "sign", "sign_act"]

ACT_TYPE = "application/vnd.verbale.act+json"
CREDENTIALS_TYPE = "application/vnd.verbale.credentials+json"
MAX_ENVELOPE_BYTES = MAX_ACT_BYTES * 4 // 3 + 32_768  # base64 of the largest payload, and the signatures
# Who may sign what: an act its author alone; credentials their old and, in a rotation, their new keys.
_MAX_PAIRS = {ACT_TYPE: 1, CREDENTIALS_TYPE: 2}


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is signed."""
    name = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


@dataclass(frozen=True)
class SignaturePair:
    """The two signatures of one set of keys, with the ids of the keys that made them."""

    ed25519_id: str
    ed25519: bytes
    mldsa65_id: str
    mldsa65: bytes

    def made_by(self, keys: PublicKeys) -> bool:
        """Whether the key ids are those of `keys`. Says nothing about the signatures."""
        return (self.ed25519_id, self.mldsa65_id) == keys.signature_ids


@dataclass(frozen=True)
class Envelope:
    """A payload, its type and one or more signature pairs. Parsing does not verify: call `verify`."""

    payload_type: str
    payload: bytes
    pairs: tuple[SignaturePair, ...]

    def verify(self, keys: PublicKeys, what: str = "envelope", *, pair: int = 0) -> None:
        """The pair at index `pair` was made by `keys` over this payload and type. Raises SignatureError."""
        signatures = self.pairs[pair]
        if not signatures.made_by(keys):
            raise SignatureError(f"{what}: signed with keys that are not the author's")
        keys.verify(pae(self.payload_type, self.payload), signatures.ed25519, signatures.mldsa65, what)

    def to_json(self) -> dict[str, Any]:
        return {
            "payload": b64(self.payload),
            "payloadType": self.payload_type,
            "signatures": [
                {"keyid": key, "sig": b64(value)}
                for pair in self.pairs
                for key, value in ((pair.ed25519_id, pair.ed25519), (pair.mldsa65_id, pair.mldsa65))
            ],
        }

    def to_bytes(self) -> bytes:
        return canonical_bytes(self.to_json())

    @classmethod
    def from_json(cls, value: Any, *, payload_type: str) -> "Envelope":
        """Raises MalformedError naming the field. The payload type must be the expected one."""
        if not isinstance(value, dict) or set(value) != {"payload", "payloadType", "signatures"}:
            raise MalformedError("envelope must be an object with exactly payload, payloadType, signatures")
        if value["payloadType"] != payload_type:
            raise MalformedError(f"envelope holds {value['payloadType']!r:.80}, expected {payload_type!r}")
        signatures, most = value["signatures"], _MAX_PAIRS[payload_type]
        if not isinstance(signatures, list) or len(signatures) not in range(2, 2 * most + 1, 2):
            raise MalformedError(f"envelope: signatures must come in pairs, at most {most} for {payload_type}")
        read = [_signature(item, index) for index, item in enumerate(signatures)]
        pairs = tuple(SignaturePair(*read[i], *read[i + 1]) for i in range(0, len(read), 2))
        return cls(payload_type, from_b64(value["payload"], "envelope: payload"), pairs)

    @classmethod
    def from_bytes(cls, data: bytes, *, payload_type: str = ACT_TYPE) -> "Envelope":
        """From canonical JSON; any other spelling of the same envelope is refused."""
        value = parse_object(data, limit=MAX_ENVELOPE_BYTES, what="envelope")
        return cls.from_json(value, payload_type=payload_type)


def _signature(item: Any, index: int) -> tuple[str, bytes]:
    if not isinstance(item, dict) or set(item) != {"keyid", "sig"} or not isinstance(item["keyid"], str):
        raise MalformedError(f"envelope: signatures[{index}] must be an object with exactly keyid and sig")
    # Ed25519 stands first in each pair, ML-DSA-65 second; the length tells them apart.
    length = MLDSA65_SIGNATURE_BYTES if index % 2 else ED25519_SIGNATURE_BYTES
    return item["keyid"], from_b64(item["sig"], f"envelope: signatures[{index}].sig", length=length)


def sign(payload_type: str, payload: bytes, *signers: PrivateKeys) -> Envelope:
    """An envelope with one signature pair a signer, in the order given."""
    message = pae(payload_type, payload)
    pairs = []
    for keys in signers:
        ed25519, mldsa65 = keys.sign(message)
        first, second = keys.public.signature_ids
        pairs.append(SignaturePair(first, ed25519, second, mldsa65))
    return Envelope(payload_type, payload, tuple(pairs))


def sign_act(canonical: bytes, keys: PrivateKeys) -> Envelope:
    """The envelope of an act, from its canonical form."""
    return sign(ACT_TYPE, canonical, keys)
