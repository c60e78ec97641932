"""Keys of a node: Ed25519 and ML-DSA-65 to sign, X25519 and ML-KEM-768 (as one HPKE KEM) to be sealed to.

Signatures are hybrid: both must be made and both must verify, so a break of either scheme alone forges nothing.
All primitives are those of the `cryptography` library.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from verbale.protocol.canonical import canonical_bytes
from verbale.protocol.encoding import b64, from_b64
from verbale.protocol.errors import MalformedError, SealError, SignatureError

__all__ = ["ED25519_SIGNATURE_BYTES", "MLDSA65_SIGNATURE_BYTES", "PrivateKeys", "PublicKeys", "key_id"]

ED25519_SIGNATURE_BYTES = 64
MLDSA65_SIGNATURE_BYTES = 3309
_PUBLIC_BYTES = {"ed25519": 32, "mldsa65": 1952, "mlkem768": 1184, "x25519": 32}
_SEED_BYTES = {"ed25519": 32, "mldsa65": 32, "mlkem768": 64, "x25519": 32}
_PROBE = X25519PrivateKey.from_private_bytes(bytes(32))
_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def key_id(public: bytes) -> str:
    """A short name for a public key: the first 16 hex digits of its SHA-256. A hint, never a proof."""
    return hashlib.sha256(public).hexdigest()[:16]


@dataclass(frozen=True)
class PublicKeys:
    """The four public keys of a node, raw: 32, 1952, 1184 and 32 bytes."""

    ed25519: bytes
    mldsa65: bytes
    mlkem768: bytes
    x25519: bytes

    def to_json(self) -> dict[str, str]:
        return {name: b64(getattr(self, name)) for name in _PUBLIC_BYTES}

    @classmethod
    def from_json(cls, value: Any) -> "PublicKeys":
        """Raises MalformedError naming the key that is missing, of the wrong length, or no key at all."""
        if not isinstance(value, dict) or set(value) != set(_PUBLIC_BYTES):
            raise MalformedError(f"keys must be an object with exactly {', '.join(_PUBLIC_BYTES)}")
        raw = {name: from_b64(value[name], f"keys.{name}", length=size) for name, size in _PUBLIC_BYTES.items()}
        keys = cls(**raw)
        try:
            _ = (keys._ed25519, keys._mldsa65, keys._sealing)
            # A point of small order shares no secret; refused here, it cannot fail a sealing later.
            _PROBE.exchange(X25519PublicKey.from_public_bytes(keys.x25519))
        except ValueError as error:
            raise MalformedError(f"keys: {error}") from None
        return keys

    @cached_property
    def signature_ids(self) -> tuple[str, str]:
        """Key ids of the Ed25519 and the ML-DSA-65 key, in that order."""
        return (key_id(self.ed25519), key_id(self.mldsa65))

    def fingerprint(self, node: str) -> str:
        """SHA-256 over node name and keys, in hex: what partners compare out of band."""
        return hashlib.sha256(canonical_bytes({"keys": self.to_json(), "node": node})).hexdigest()

    @cached_property
    def _ed25519(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.ed25519)

    @cached_property
    def _mldsa65(self) -> MLDSA65PublicKey:
        return MLDSA65PublicKey.from_public_bytes(self.mldsa65)

    @cached_property
    def _sealing(self) -> hpke.MLKEM768X25519PublicKey:
        return hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.mlkem768), X25519PublicKey.from_public_bytes(self.x25519)
        )

    def verify(self, message: bytes, ed25519: bytes, mldsa65: bytes, what: str) -> None:
        """Both signatures over `message`, or SignatureError saying which of the two fails."""
        for name, key, signature in (
            ("Ed25519", self._ed25519, ed25519),
            ("ML-DSA-65", self._mldsa65, mldsa65),
        ):
            try:
                key.verify(signature, message)
            except (InvalidSignature, ValueError):
                raise SignatureError(f"{what}: the {name} signature does not verify") from None

    def wrap(self, secret: bytes, info: bytes) -> bytes:
        """Seal `secret` to these keys (HPKE base mode, RFC 9180), bound to `info`."""
        return _SUITE.encrypt(secret, self._sealing, info)


@dataclass(frozen=True, repr=False)
class PrivateKeys:
    """The four private keys. Never shown: it has no repr, and leaves the process only inside a keystore."""

    _ed25519: Ed25519PrivateKey
    _mldsa65: MLDSA65PrivateKey
    _mlkem768: MLKEM768PrivateKey
    _x25519: X25519PrivateKey

    @classmethod
    def generate(cls) -> "PrivateKeys":
        return cls(
            Ed25519PrivateKey.generate(),
            MLDSA65PrivateKey.generate(),
            MLKEM768PrivateKey.generate(),
            X25519PrivateKey.generate(),
        )

    @classmethod
    def from_seeds(cls, value: Any) -> "PrivateKeys":
        """From base64 seeds, as `to_seeds` gives them. Raises MalformedError."""
        if not isinstance(value, dict) or set(value) != set(_SEED_BYTES):
            raise MalformedError(f"seeds must be an object with exactly {', '.join(_SEED_BYTES)}")
        raw = {name: from_b64(value[name], f"seeds.{name}", length=size) for name, size in _SEED_BYTES.items()}
        return cls(
            Ed25519PrivateKey.from_private_bytes(raw["ed25519"]),
            MLDSA65PrivateKey.from_seed_bytes(raw["mldsa65"]),
            MLKEM768PrivateKey.from_seed_bytes(raw["mlkem768"]),
            X25519PrivateKey.from_private_bytes(raw["x25519"]),
        )

    def to_seeds(self) -> dict[str, str]:
        """Base64 seeds (32, 32, 64, 32 bytes). Only a keystore should see them."""
        return {
            "ed25519": b64(self._ed25519.private_bytes_raw()),
            "mldsa65": b64(self._mldsa65.private_bytes_raw()),
            "mlkem768": b64(self._mlkem768.private_bytes_raw()),
            "x25519": b64(self._x25519.private_bytes_raw()),
        }

    @cached_property
    def public(self) -> PublicKeys:
        return PublicKeys(
            self._ed25519.public_key().public_bytes_raw(),
            self._mldsa65.public_key().public_bytes_raw(),
            self._mlkem768.public_key().public_bytes_raw(),
            self._x25519.public_key().public_bytes_raw(),
        )

    def sign(self, message: bytes) -> tuple[bytes, bytes]:
        """Ed25519 (RFC 8032) and ML-DSA-65 (FIPS 204, empty context) signatures over `message`."""
        return self._ed25519.sign(message), self._mldsa65.sign(message)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Open what `PublicKeys.wrap` sealed. Raises SealError."""
        try:
            return _SUITE.decrypt(wrapped, self._sealing, info)
        except Exception as error:
            # The library raises several types here; all of them mean that this wrap was not made for these keys.
            raise SealError("the key of this parcel does not open with the keys of this node") from error

    @cached_property
    def _sealing(self) -> hpke.MLKEM768X25519PrivateKey:
        return hpke.MLKEM768X25519PrivateKey(self._mlkem768, self._x25519)
