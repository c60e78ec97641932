"""This node's own keys and credentials, held in memory while the process runs."""

import threading
from dataclasses import dataclass

from django.conf import settings

from verbale.node.errors import EnvironmentFault
from verbale.protocol import Credentials, Keystore, PrivateKeys

__all__ = ["Identity", "local", "node_name", "reload"]

_lock = threading.Lock()
_identity: "Identity | None" = None


@dataclass(frozen=True)
class Identity:
    """Who this node is, with the keys to act as it."""

    credentials: Credentials
    keystore: Keystore

    @property
    def node(self) -> str:
        return self.credentials.node

    @property
    def keys(self) -> PrivateKeys:
        return self.keystore.current


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
    """This node's identity, unlocked on first use. Raises EnvironmentFault or KeystoreError."""
    global _identity
    with _lock:
        if _identity is None:
            passphrase = settings.HOME.passphrase()
            if passphrase is None:
                raise EnvironmentFault(
                    "the passphrase of the private keys is not set: put it into a file that only you can read "
                    "and name it in VERBALE_PASSPHRASE_FILE"
                )
            keystore = Keystore.load(settings.HOME.keystore, passphrase)
            _identity = Identity(public_credentials(), keystore)
        return _identity


def reload() -> None:
    """Forget the keys in memory, so that the next use reads them anew."""
    global _identity
    with _lock:
        _identity = None
