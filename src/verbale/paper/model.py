"""What is printed: one frozen value, in plain text throughout."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from .errors import PaperError

FORMS: Final = ("note-verbale", "acknowledgement", "answer")
"""All are notes verbales in form; they differ in how they name the note that they refer to."""

STYLES: Final = ("note", "impersonal", "plain", "text")
"""A note in the third person with its formulas; a paper without them that is handed over, such as an aide-mémoire; a
paper without letterhead or attribution, such as a non-paper; a text of several states, such as an agreement, minutes or
a resolution: nobody's letterhead, its date and symbol at the head."""

PIECES: Final = ("text", "heading", "small")
"""A paragraph; a heading, in bold; small print, such as a fingerprint."""

LANGUAGES: Final = ("en", "fr")
"""The languages whose courtesy formulas are known (`verbale.paper.formulas`)."""

ROUTINE: Final = "ROUTINE"
"""The precedence that is not printed."""


@dataclass(frozen=True)
class Piece:
    """A part of a longer text, which is numbered only when it brings its number along."""

    text: str
    kind: str = "text"
    """One of `PIECES`."""
    number: str = ""
    """`1.` or `(a)`, printed before the text."""
    lead: str = ""
    """The words with which `text` begins that are set in italics: `Recalling` in a preamble."""

    def __post_init__(self) -> None:
        if self.kind not in PIECES:
            raise PaperError(f"kind: expected one of {', '.join(PIECES)}; found {self.kind!r}")


@dataclass(frozen=True)
class Signature:
    """A place for one signature at the end of a text; with a name, it is signed."""

    head: str
    """`For the Republic of Crimson:`"""
    name: str = ""
    office: str = ""
    remarks: tuple[str, ...] = ()
    """Place and day, the capacity, the full powers: a line each."""


@dataclass(frozen=True)
class Paper:
    """A paper that states exchange. Every text is printed literally; none of it is markup in either format."""

    form: str
    """One of `FORMS`."""
    language: str
    """One of `LANGUAGES`, ISO 639-1."""
    number: str
    """The sender's own, such as `12/2026`; of a text its symbol, such as `A/RES/73/27`."""
    sender_ministry: str
    """`Ministry of Foreign Affairs`"""
    sender_state: str
    """The formal name without article: `Republic of Crimson`."""
    sender_short: str
    """`Crimson` or the node's code; its first letter stands in the crest."""
    sender_colour: str
    """`#8a1c2b`; anything but `#rrggbb` or `#rgb` is printed in the default ink."""
    addressee: str
    """`Ministry of Foreign Affairs of the Republic of Lazuria`, without article."""
    place: str
    date: datetime.date
    marking: str
    """The TLP 2.0 label: `TLP:AMBER`. Another text is printed as it is, in white; an empty one not at all."""
    precedence: str
    """`ROUTINE`, `PRIORITY`, ...; printed only when not `ROUTINE`."""
    exercise: bool
    """Puts `EXERCISE EXERCISE EXERCISE` at head and foot of each page."""
    paragraphs: tuple[str | Piece, ...]
    """The body. Of a note the first continues the opening sentence. Those that are plain strings are numbered when
    there are several of them. A line feed breaks the line. Blank ones are passed over."""
    attachments: tuple[str, ...]
    """The names of the enclosures, as they are listed."""
    reference: str = ""
    """`Note verbale 11/2026 of 12 March 2026`; of a text, what stands under its heading."""
    act_id: str = ""
    """Printed small at the foot, so that the paper leads back to the act that was signed."""
    draft: bool = False
    style: str = "note"
    """One of `STYLES`."""
    heading: str = ""
    """What it is called at its head; `Note verbale` in the language of the note when empty."""
    signatures: tuple[Signature, ...] = ()

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise PaperError(f"form: expected one of {', '.join(FORMS)}; found {self.form!r}")
        if self.style not in STYLES:
            raise PaperError(f"style: expected one of {', '.join(STYLES)}; found {self.style!r}")
        if self.language not in LANGUAGES:
            raise PaperError(f"language: expected one of {', '.join(LANGUAGES)}; found {self.language!r}")
