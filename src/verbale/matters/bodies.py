"""Types that the bodies of several kinds share. Pure: the protocol's limits and nothing else."""

from typing import Annotated

import msgspec

from verbale.protocol.limits import MAX_ATTACHMENT_BYTES

__all__ = ["Attachment", "Date", "Hex32", "Hex64", "Line", "ShortLine", "Text"]

ShortLine = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Text = Annotated[str, msgspec.Meta(max_length=20_000)]
Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
Hex64 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Date = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\Z")]
"""A calendar date, `2026-11-24`."""


class Attachment(msgspec.Struct, frozen=True):
    """A file beside the act, named by its hash so that the act can be disclosed without it."""

    sha256: Hex64
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    media_type: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    size: Annotated[int, msgspec.Meta(ge=0, le=MAX_ATTACHMENT_BYTES)]
