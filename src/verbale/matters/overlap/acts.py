"""Bodies of the acts of a private overlap.

overlap.propose     opens the matter: which values are compared, what is learnt and by whom, how large a set may be
overlap.accept      the other side agrees to these terms
overlap.decline     it does not, and says why
overlap.request     blinded values of the side that learns
overlap.response    the other side's answer to them: its own values, blinded, and the request blinded once more
overlap.result      the side that learns has what it asked for; how many, where that was agreed to be told
overlap.cancel      a side ends it before that

The blinded values are attachments, so the transcript stands in both registers: it commits each side to what it sent,
and tells nobody what the values are.

Each body may name in `about` the dossier that the overlap serves, so that the act stands in its timeline too.
"""

from typing import Annotated, Literal

import msgspec

from verbale.matters.bodies import Attachment, Date, Hex32, Hex64, Line, check_days

__all__ = [
    "KINDS",
    "MOST",
    "Acceptance",
    "Cancellation",
    "Declination",
    "Proposal",
    "Request",
    "Response",
    "Result",
]

KINDS = (
    "ipv4",
    "ipv6",
    "domain",
    "url",
    "email",
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "cve",
    "mutex",
    "registry-key",
)
"""Kinds of values that can be compared, as `verbale.intel.overlap.values` spells them."""
MOST = 1_000_000
"""Values of one side, at most."""
_MOST_PARTS = 4

_Said = Annotated[str, msgspec.Meta(min_length=1, max_length=5_000)]
_Remark = Annotated[str, msgspec.Meta(max_length=5_000)]
_Kind = Annotated[str, msgspec.Meta(pattern=rf"^({'|'.join(KINDS)})\Z")]
_Count = Annotated[int, msgspec.Meta(ge=0, le=MOST)]
_Run = Annotated[int, msgspec.Meta(ge=1, le=2)]


class Proposal(msgspec.Struct, frozen=True):
    """The terms. Nothing in them can be changed: who wants others declines, and proposes."""

    title: Line
    kinds: Annotated[list[_Kind], msgspec.Meta(min_length=1, max_length=len(KINDS))]
    """What is compared."""
    learn: Literal["values", "size"]
    """What is learnt: the values that both have, or only how many they are."""
    learns: Literal["proposer", "both"]
    """Who learns it: the side that proposes, or both, each by a run of its own."""
    most: Annotated[int, msgspec.Meta(ge=1, le=MOST)]
    """Values of one side, at most."""
    since: Date | None = None
    """Only what a side has come to know on that day or later."""
    pad: bool = False
    """Whether each side fills up its set to `most`, so that not even its size is told."""
    exact: bool = False
    """Whether a false match is impossible, for seven times the bytes of the answering side's set."""
    rate: Annotated[int, msgspec.Meta(ge=3, le=6)] = 6
    """Otherwise a run has a false match in one of 10^rate."""
    tell: bool = False
    """Whether the side that learns tells how many there were."""
    rules: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 1
    """Number of the rules by which values are spelt."""
    text: _Remark = ""
    """What it is for."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        check_days(since=self.since)
        if len(set(self.kinds)) != len(self.kinds):
            raise ValueError("kinds: each once")


class Acceptance(msgspec.Struct, frozen=True):
    proposal: Hex64
    text: _Remark = ""
    about: Hex32 | None = None


class Declination(msgspec.Struct, frozen=True):
    reason: _Said
    about: Hex32 | None = None


class Request(msgspec.Struct, frozen=True):
    acceptance: Hex64
    run: _Run
    """1 for the run in which the proposer learns, 2 for the other side's."""
    count: _Count
    """Values in it, dummies among them."""
    sha256: Hex64
    """Of the request, its parts joined."""
    attachments: Annotated[list[Attachment], msgspec.Meta(min_length=1, max_length=_MOST_PARTS)]
    about: Hex32 | None = None


class Response(msgspec.Struct, frozen=True):
    request: Hex64
    answers: Hex64
    """SHA-256 of the request, as it arrived."""
    count: _Count
    """Values in the author's own set, dummies among them."""
    setup: Annotated[int, msgspec.Meta(ge=1, le=_MOST_PARTS)]
    """How many of the attachments, from the first, are the author's own set; the rest answer the request."""
    attachments: Annotated[list[Attachment], msgspec.Meta(min_length=2, max_length=2 * _MOST_PARTS)]
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        if self.setup >= len(self.attachments):
            raise ValueError("setup: leaves no attachment that answers the request")


class Result(msgspec.Struct, frozen=True):
    """What was found is nobody else's: it never stands in an act, except how many where that was agreed."""

    response: Hex64
    size: _Count | None = None
    about: Hex32 | None = None


class Cancellation(msgspec.Struct, frozen=True):
    reason: _Said
    about: Hex32 | None = None
