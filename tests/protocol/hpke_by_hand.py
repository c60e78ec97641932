"""The key schedule of HPKE (RFC 9180 section 5.1), base mode, written out with HMAC alone.

`cryptography` opens in one shot and takes no associated data, while every vector of RFC 9180 has some: they cannot
be fed into it. So this schedule is held to the RFC's own numbers, and then opens what the library sealed.
"""

import hmac
from dataclasses import dataclass

__all__ = ["Suite"]


@dataclass(frozen=True)
class Suite:
    """A ciphersuite with HKDF-SHA256: ids of KEM and AEAD (RFC 9180 section 7), length of the AEAD's key in bytes."""

    kem: int
    aead: int
    key_bytes: int

    @property
    def id(self) -> bytes:
        return b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (self.kem, 1, self.aead))

    def _extract(self, salt: bytes, label: bytes, secret: bytes) -> bytes:
        return hmac.digest(salt, b"HPKE-v1" + self.id + label + secret, "sha256")

    def _expand(self, prk: bytes, label: bytes, context: bytes, length: int) -> bytes:
        # One block of HKDF is enough for 32 bytes.
        text = length.to_bytes(2, "big") + b"HPKE-v1" + self.id + label + context + b"\x01"
        return hmac.digest(prk, text, "sha256")[:length]

    def schedule(self, shared: bytes, info: bytes) -> tuple[bytes, bytes]:
        """Key and base nonce."""
        context = b"\0" + self._extract(b"", b"psk_id_hash", b"") + self._extract(b"", b"info_hash", info)
        secret = self._extract(shared, b"secret", b"")
        return self._expand(secret, b"key", context, self.key_bytes), self._expand(secret, b"base_nonce", context, 12)
