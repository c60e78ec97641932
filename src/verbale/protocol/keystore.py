"""Private keys at rest: one file, encrypted under a passphrase with Argon2id (RFC 9106) and AES-256-GCM.

The file is canonical JSON: `{"verbale":"keystore","v":1,"node","kdf":{…},"nonce","sealed"}`. All but `sealed` is bound
as associated data. Older generations of keys stay inside, so parcels sealed to them before a rotation still open.
"""

import contextlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from verbale.protocol.acts import is_node
from verbale.protocol.canonical import canonical_bytes, parse_canonical, parse_object
from verbale.protocol.encoding import b64, from_b64, is_version_1
from verbale.protocol.errors import KeystoreError, MalformedError
from verbale.protocol.keys import PrivateKeys

__all__ = ["Keystore"]

_MAX_BYTES = 1 << 20
_KDF = {"name": "argon2id", "memory_kib": 65_536, "iterations": 3, "lanes": 4}
# Bounds on what a file may ask for, so that a changed file cannot exhaust the machine.
_MAX_MEMORY_KIB, _MAX_ITERATIONS, _MAX_LANES = 1 << 20, 32, 16


@dataclass(frozen=True, repr=False)
class Keystore:
    """The private keys of `node`; the newest generation stands first."""

    node: str
    generations: tuple[PrivateKeys, ...]

    @property
    def current(self) -> PrivateKeys:
        return self.generations[0]

    def rotated(self, new: PrivateKeys) -> "Keystore":
        return Keystore(self.node, (new, *self.generations))

    def to_bytes(self, passphrase: str) -> bytes:
        """Encrypt. Raises KeystoreError for an empty passphrase."""
        if not passphrase:
            raise KeystoreError("the passphrase of the private keys must not be empty")
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        head: dict[str, Any] = {
            "verbale": "keystore",
            "v": 1,
            "node": self.node,
            "kdf": {**_KDF, "salt": b64(salt)},
            "nonce": b64(nonce),
        }
        secret = canonical_bytes([keys.to_seeds() for keys in self.generations])
        sealed = AESGCM(_derive(passphrase, head["kdf"])).encrypt(nonce, secret, canonical_bytes(head))
        return canonical_bytes({**head, "sealed": b64(sealed)})

    @classmethod
    def from_bytes(cls, data: bytes, passphrase: str) -> "Keystore":
        """Decrypt. Raises KeystoreError when the file is damaged or the passphrase is wrong."""
        try:
            head = parse_object(data.removesuffix(b"\n"), limit=_MAX_BYTES, what="keystore")
            if set(head) != {"verbale", "v", "node", "kdf", "nonce", "sealed"} or head["verbale"] != "keystore":
                raise MalformedError("it is no keystore")
            if not is_version_1(head["v"]) or not isinstance(head["node"], str) or not is_node(head["node"]):
                raise MalformedError("version must be 1 and node must name a node")
            sealed = from_b64(head.pop("sealed"), "sealed")
            nonce = from_b64(head["nonce"], "nonce", length=12)
            key = _derive(passphrase, head["kdf"])
        except MalformedError as error:
            raise KeystoreError(f"the file of private keys is damaged: {error}") from None
        try:
            secret = AESGCM(key).decrypt(nonce, sealed, canonical_bytes(head))
        except InvalidTag:
            raise KeystoreError("the passphrase is wrong, or the file of private keys was changed") from None
        try:
            seeds = parse_canonical(secret, limit=_MAX_BYTES, what="content")
            if not isinstance(seeds, list) or not seeds:
                raise MalformedError("it holds no keys")
            return cls(head["node"], tuple(PrivateKeys.from_seeds(item) for item in seeds))
        except MalformedError as error:
            raise KeystoreError(f"the file of private keys is damaged: {error}") from None

    def save(self, path: Path, passphrase: str) -> None:
        """Write atomically, readable by the owner only."""
        data = self.to_bytes(passphrase)
        partial = path.with_name(path.name + ".new")
        with contextlib.suppress(FileNotFoundError):
            partial.unlink()
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)

    @classmethod
    def load(cls, path: Path, passphrase: str) -> "Keystore":
        """Read; a file that others on the machine could read is refused. Raises KeystoreError."""
        try:
            mode = path.stat().st_mode
            data = path.read_bytes()
        except OSError as error:
            raise KeystoreError(f"the file of private keys cannot be read: {error.strerror}") from None
        if stat.S_IMODE(mode) & 0o077:
            raise KeystoreError(f"{path.name} can be read by others on this machine; run: chmod 600 {path}")
        return cls.from_bytes(data, passphrase)


def _derive(passphrase: str, kdf: Any) -> bytes:
    if not isinstance(kdf, dict) or set(kdf) != {*_KDF, "salt"} or kdf["name"] != "argon2id":
        raise MalformedError("kdf must be argon2id with memory_kib, iterations, lanes, salt")
    memory, iterations, lanes = kdf["memory_kib"], kdf["iterations"], kdf["lanes"]
    if not (
        type(memory) is type(iterations) is type(lanes) is int
        and 8 * lanes <= memory <= _MAX_MEMORY_KIB
        and 1 <= iterations <= _MAX_ITERATIONS
        and 1 <= lanes <= _MAX_LANES
    ):
        raise MalformedError("kdf: costs are outside the limits")
    salt = from_b64(kdf["salt"], "kdf.salt", length=16)
    return Argon2id(salt=salt, length=32, iterations=iterations, lanes=lanes, memory_cost=memory).derive(
        passphrase.encode()
    )
