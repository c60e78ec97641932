"""This node's own keys and credentials, held in memory while the process runs."""

import threading
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from verbale.node.errors import EnvironmentFault
from verbale.protocol import Credentials, Keystore, PrivateKeys

__all__ = ["Identity", "local", "node_name", "reload"]

_lock = threading.Lock()
_identity: "Identity | None" = None
_stamp: tuple[int, int] | None = None
"""Of the credentials file that `_identity` was read from."""


@dataclass(frozen=True)
class Identity:
    """Who this node is, with the keys to act as it."""

    credentials: Credentials
    keystore: Keystore

    @property
    def node(self) -> str:
        return self.credentials.node

    @cached_property
    def keys(self) -> PrivateKeys:
        """The private keys that the credentials name. The keystore may be ahead of them: a rotation saves it first."""
        public = self.credentials.current.keys
        return next((keys for keys in self.keystore.generations if keys.public == public), self.keystore.current)

    @property
    def complete(self) -> bool:
        return self.keys.public == self.credentials.current.keys


def node_name() -> str:
    """This node's name; needs no keys."""
    return settings.CONFIG.node


def public_credentials() -> Credentials:
    """This node's credentials; needs no passphrase."""
    try:
        return Credentials.from_bytes(settings.HOME.credentials.read_bytes())
    except OSError as error:
        raise EnvironmentFault(f"the credentials of this node cannot be read: {error.strerror}") from None


def local() -> Identity:
    """This node's identity, unlocked on first use, and anew when another process, a command say, has changed the
    credentials: what is signed with replaced keys is void. Raises EnvironmentFault or KeystoreError."""
    global _identity, _stamp
    with _lock:
        stamp = _stamp_now()
        if _identity is not None and stamp not in (None, _stamp):
            renewed = Identity(public_credentials(), _identity.keystore)
            _identity = renewed if renewed.complete else None
        if _identity is None:
            passphrase = settings.HOME.passphrase()
            if passphrase is None:
                raise EnvironmentFault(
                    "the passphrase of the private keys is not set: put it into a file that only you can read "
                    "and name it in VERBALE_PASSPHRASE_FILE"
                )
            keystore = Keystore.load(settings.HOME.keystore, passphrase)
            _identity = Identity(public_credentials(), keystore)
        _stamp = stamp
        return _identity


def _stamp_now() -> tuple[int, int] | None:
    """What changes when the credentials file is replaced."""
    try:
        found = settings.HOME.credentials.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def reload() -> None:
    """Forget the keys in memory, so that the next use reads them anew."""
    global _identity
    with _lock:
        _identity = None
