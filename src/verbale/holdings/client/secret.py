"""Tokens for servers of others: of no use without the node's secret, which stands in a file of the owner's (0600)."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from verbale.node.errors import EnvironmentFault

__all__ = ["hidden", "shown"]


def _box() -> Fernet:
    key = hashlib.sha256(b"verbale feeds\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def hidden(token: str) -> str:
    """As it stands in the database."""
    return _box().encrypt(token.encode()).decode() if token else ""


def shown(text: str) -> str:
    """The token itself. Raises EnvironmentFault when the node's secret is another than the one it was kept under."""
    try:
        return _box().decrypt(text.encode()).decode() if text else ""
    except InvalidToken:
        raise EnvironmentFault(
            "the token of this feed was kept under another secret of the node: remove the feed and add it again"
        ) from None
