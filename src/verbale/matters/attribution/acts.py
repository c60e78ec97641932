"""Bodies of the acts of a joint statement on attribution.

attribution.propose   opens the matter: a finding, a text, and how likely the author holds the finding to be
attribution.join      joins a version of the text, with a likelihood and a confidence of one's own
attribution.dissent   does not join that version, and says why
attribution.revise    a new version of finding and text; who joined the one before joins anew
attribution.publish   the text goes beyond the parties, as far as all who joined let it
attribution.withdraw  takes back what one said of the statement, before or after its publication

Likelihood and confidence stand apart, in words. Evidence that a state keeps back is counted, never named; the hashes
that it may give of it show later that it was held at this time. Each body may name in `about` the dossier of the
incident, so that the act stands in its timeline too.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from verbale.matters.bodies import Hex32, Hex64, Line
from verbale.protocol import Marking, canonical_bytes

__all__ = [
    "MAX_PARAGRAPHS",
    "BandCode",
    "ConfidenceCode",
    "Dissent",
    "Joining",
    "Proposal",
    "Publication",
    "Revision",
    "Withdrawal",
    "text_hash",
]

MAX_PARAGRAPHS = 200
MAX_BASIS = 100
MAX_WITHHELD = 10_000

BandCode = Literal[
    "almost-no-chance", "very-unlikely", "unlikely", "roughly-even", "likely", "very-likely", "almost-certain"
]
"""Steps of the verbal scale of ICD 203; `knowledge.attribution.BANDS`."""
ConfidenceCode = Literal["low", "moderate", "high"]

_Paragraph = Annotated[str, msgspec.Meta(min_length=1, max_length=5_000, pattern=r"\S")]
_Paragraphs = Annotated[list[_Paragraph], msgspec.Meta(min_length=1, max_length=MAX_PARAGRAPHS)]
_Said = Annotated[str, msgspec.Meta(min_length=1, max_length=5_000, pattern=r"\S")]
_Remark = Annotated[str, msgspec.Meta(max_length=5_000)]
_Finding = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000, pattern=r"\S")]
"""The sentence that is held likely: `The operation was carried out by unit 7 of the armed forces of Lazuria.`"""
_Basis = Annotated[list[_Paragraph], msgspec.Meta(max_length=MAX_BASIS)]
"""Evidence that is laid before the parties, a text each."""
_Sealed = Annotated[list[Hex64], msgspec.Meta(max_length=MAX_BASIS)]
"""SHA-256 of evidence that is kept back."""
_Withheld = Annotated[int, msgspec.Meta(ge=0, le=MAX_WITHHELD)]


def text_hash(finding: str, paragraphs: Sequence[str]) -> str:
    """SHA-256 of a version, in hex: of the canonical form of the list of its finding and its paragraphs."""
    return hashlib.sha256(canonical_bytes([finding, list(paragraphs)])).hexdigest()


def _check_sealed(sealed: list[str], withheld: int) -> None:
    if len(set(sealed)) != len(sealed):
        raise ValueError("sealed: a hash stands twice")
    if len(sealed) > withheld:
        raise ValueError("sealed: there are more hashes than items kept back (withheld)")


class Proposal(msgspec.Struct, frozen=True):
    """The proposal holds the first version, which its author joins by it."""

    title: Line
    finding: _Finding
    paragraphs: _Paragraphs
    likelihood: BandCode
    confidence: ConfidenceCode
    hypotheses: Annotated[list[Line], msgspec.Meta(max_length=20)] = []
    """Other hypotheses that were considered."""
    basis: _Basis = []
    withheld: _Withheld = 0
    """How many items of evidence are kept back."""
    sealed: _Sealed = []
    release: Marking = Marking.AMBER
    """How far the author lets the text go, with itself among those who joined."""
    named: bool = True
    """Whether it is named there, with its likelihood and confidence; otherwise it is counted."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        _check_sealed(self.sealed, self.withheld)


class Joining(msgspec.Struct, frozen=True):
    version: Hex64
    """The act that holds the version: the proposal or a revision."""
    sha256: Hex64
    """`text_hash` of it: one joins the text that one has read."""
    likelihood: BandCode
    confidence: ConfidenceCode
    text: _Remark = ""
    basis: _Basis = []
    withheld: _Withheld = 0
    sealed: _Sealed = []
    release: Marking = Marking.AMBER
    named: bool = True
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        _check_sealed(self.sealed, self.withheld)


class Dissent(msgspec.Struct, frozen=True):
    version: Hex64
    text: _Said
    likelihood: BandCode | None = None
    """How likely the author holds the finding; None where it does not say."""
    confidence: ConfidenceCode | None = None
    named: bool = False
    """Whether it is named as dissenting where the text is made known. It is counted in any case."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        if (self.likelihood is None) != (self.confidence is None):
            raise ValueError("confidence: likelihood and confidence are given both or neither")


class Revision(msgspec.Struct, frozen=True):
    version: Hex64
    """The version that it revises."""
    finding: _Finding
    paragraphs: _Paragraphs
    likelihood: BandCode
    confidence: ConfidenceCode
    text: _Remark = ""
    """What it changes and why."""
    about: Hex32 | None = None


class Publication(msgspec.Struct, frozen=True):
    version: Hex64
    sha256: Hex64
    release: Marking
    """How far it goes."""
    about: Hex32 | None = None


class Withdrawal(msgspec.Struct, frozen=True):
    text: _Said
    about: Hex32 | None = None
