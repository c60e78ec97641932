"""Bodies of the acts of a transmission.

transmission.send         opens the matter: acts of a dossier, shown to somebody who was no party to them
transmission.acknowledge  the recipient says who is seized of it
"""

from typing import Annotated

import msgspec

from verbale.matters.bodies import Attachment, Hex32, Hex64, Line, ShortLine, Text
from verbale.protocol import MAX_DISCLOSED

__all__ = ["Acknowledgement", "Kept", "Sending", "Shown", "Withheld"]


class Withheld(msgspec.Struct, frozen=True):
    """An attachment that is held back: its name is told, its content is not."""

    sha256: Hex64
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class Shown(msgspec.Struct, frozen=True):
    """An act that is shown: what the bundle holds of it, for who reads the cover."""

    act: Hex64
    type: ShortLine
    author: ShortLine
    issued: ShortLine
    marking: ShortLine
    withheld: Annotated[list[Withheld], msgspec.Meta(max_length=50)] = []


class Kept(msgspec.Struct, frozen=True):
    """An act that is not shown."""

    act: Hex64
    author: ShortLine
    issued: ShortLine
    reason: Annotated[str, msgspec.Meta(pattern=r"^(marking|choice)\Z")]


class Sending(msgspec.Struct, frozen=True):
    """The bundle is a disclosure (`verbale.protocol.disclosure`); the other attachments are those that go along."""

    title: Line
    bundle: Hex64
    """SHA-256 of the disclosure, which is the first attachment."""
    shown: Annotated[list[Shown], msgspec.Meta(min_length=1, max_length=MAX_DISCLOSED)]
    kept: Annotated[list[Kept], msgspec.Meta(max_length=MAX_DISCLOSED)] = []
    attachments: Annotated[list[Attachment], msgspec.Meta(min_length=1, max_length=500)] = []
    text: Text = ""
    about: Hex32 | None = None


class Acknowledgement(msgspec.Struct, frozen=True):
    seized: Line
    """Which office is seized of it."""
    text: Text = ""
    about: Hex32 | None = None
