"""Every explicit limit of the protocol, with its unit. A refusal names the limit that it hit."""

from typing import Final

MAX_ACT_BYTES: Final = 1 << 20  # canonical form of one act
MAX_ATTACHMENT_BYTES: Final = 32 << 20  # one attachment
MAX_JSON_DEPTH: Final = 64  # nesting of any JSON document of the protocol
MAX_INTEGER: Final = (1 << 53) - 1  # largest integer that every JSON implementation keeps exact
MAX_AUDIENCE: Final = 256  # addressees of one act
MAX_REFS: Final = 256  # acts that one act may refer to
MAX_PARCEL_BYTES: Final = 256 << 20  # one parcel or pouch, sealed
MAX_PARCEL_FRAMES: Final = 20_000  # acts and attachments in one parcel
MAX_HEADER_BYTES: Final = 2 << 20  # the open header of a parcel (256 recipients and credentials fit)
MAX_CHAIN: Final = 256  # versions of one node's credentials
MAX_NOTE_BYTES: Final = 1 << 20  # a signed note with its cosignatures
CLOCK_SKEW_SECONDS: Final = 300  # accepted without remark; more is shown as such
