"""Bodies of the acts of a norm proposal.

norm.propose           opens the matter: a text, why it is proposed, and what it builds on
norm.sponsor           sponsors the proposal
norm.withdraw-sponsor  sponsors it no longer
norm.comment           a comment on a paragraph of a version, or on the whole of it
norm.revise            a new version of the text
norm.agree             agrees to that very version
norm.object            cannot agree to that version, and says why
norm.withdraw          the proposal is taken back

Each body may name in `about` the dossier that the proposal came out of, so that the act stands in its timeline too.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated

import msgspec

from verbale.matters.bodies import Hex32, Hex64, Line
from verbale.protocol import canonical_bytes

__all__ = [
    "MAX_PARAGRAPHS",
    "MAX_SOURCES",
    "Agreement",
    "Comment",
    "Objection",
    "Proposal",
    "Revision",
    "Source",
    "Sponsorship",
    "Withdrawal",
    "text_hash",
]

MAX_PARAGRAPHS = 200
MAX_SOURCES = 50

_Paragraph = Annotated[str, msgspec.Meta(min_length=1, max_length=5_000, pattern=r"\S")]
_Paragraphs = Annotated[list[_Paragraph], msgspec.Meta(min_length=1, max_length=MAX_PARAGRAPHS)]
_Said = Annotated[str, msgspec.Meta(min_length=1, max_length=5_000)]
_Remark = Annotated[str, msgspec.Meta(max_length=5_000)]


def text_hash(paragraphs: Sequence[str]) -> str:
    """SHA-256 of a text, in hex: of the canonical form of the list of its paragraphs."""
    return hashlib.sha256(canonical_bytes(list(paragraphs))).hexdigest()


class Source(msgspec.Struct, frozen=True):
    """Something that the proposal builds on."""

    source: Line
    """Document symbol and paragraph: `A/70/174 para. 13 (h)`."""
    title: Annotated[str, msgspec.Meta(max_length=300)] = ""
    """What it says, in a few words."""


class Proposal(msgspec.Struct, frozen=True):
    """The proposal holds the first version of the text."""

    title: Line
    paragraphs: _Paragraphs
    """Paragraph 1 first: comments name them by number."""
    rationale: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    builds_on: Annotated[list[Source], msgspec.Meta(max_length=MAX_SOURCES)] = []
    about: Hex32 | None = None


class Sponsorship(msgspec.Struct, frozen=True):
    """Of `norm.sponsor` and of `norm.withdraw-sponsor`."""

    text: _Remark = ""
    about: Hex32 | None = None


class Comment(msgspec.Struct, frozen=True):
    version: Hex64
    """The act that holds the version: the proposal or a revision."""
    text: _Said
    paragraph: Annotated[int, msgspec.Meta(ge=1, le=MAX_PARAGRAPHS)] | None = None
    """Its number in that version; None for the whole."""
    about: Hex32 | None = None


class Revision(msgspec.Struct, frozen=True):
    version: Hex64
    """The version that it revises."""
    paragraphs: _Paragraphs
    text: _Remark = ""
    """What it changes and why."""
    about: Hex32 | None = None


class Agreement(msgspec.Struct, frozen=True):
    version: Hex64
    sha256: Hex64
    """`text_hash` of its paragraphs: one agrees to the text that one has read."""
    about: Hex32 | None = None


class Objection(msgspec.Struct, frozen=True):
    version: Hex64
    reason: _Said
    about: Hex32 | None = None


class Withdrawal(msgspec.Struct, frozen=True):
    text: _Remark = ""
    about: Hex32 | None = None
