"""Attachments on disk, addressed by the SHA-256 of their bytes."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from verbale.node.errors import UserError
from verbale.node.models import Attachment
from verbale.protocol.limits import MAX_ATTACHMENT_BYTES

__all__ = ["describe", "load", "path_of", "store"]


def path_of(sha256: str) -> Path:
    """Where the file of that hash stands, whether or not it is there."""
    blobs: Path = settings.HOME.blobs
    return blobs / sha256[:2] / sha256


def store(contents: Iterable[bytes]) -> list[str]:
    """Put files on the disk, durably, and note them; returns their hashes. Raises UserError over the limit."""
    hashes = []
    for content in contents:
        if len(content) > MAX_ATTACHMENT_BYTES:
            raise UserError(
                _("an attachment has %(content)s bytes; the limit is %(bytes)s")
                % {"content": len(content), "bytes": MAX_ATTACHMENT_BYTES}
            )
        sha256 = hashlib.sha256(content).hexdigest()
        target = path_of(sha256)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial = target.with_name(f".{secrets.token_hex(8)}")
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
        Attachment.objects.get_or_create(sha256=sha256, defaults={"size": len(content)})
        hashes.append(sha256)
    return hashes


def load(sha256: str) -> bytes | None:
    """The file's bytes; None when this node does not hold it."""
    try:
        return path_of(sha256).read_bytes()
    except FileNotFoundError:
        return None


def describe(content: bytes, name: str, media_type: str) -> dict[str, str | int]:
    """How an act's body names an attachment."""
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "name": name,
        "media_type": media_type,
        "size": len(content),
    }
