"""What is printed: one frozen value, in plain text throughout."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from .errors import PaperError

FORMS: Final = ("note-verbale", "acknowledgement", "answer")
"""All are notes verbales in form; they differ in how they name the note that they refer to."""

STYLES: Final = ("note", "impersonal", "plain")
"""A note in the third person with its formulas; a paper without them that is handed over, such as an aide-mémoire; a
paper without letterhead or attribution, such as a non-paper."""

LANGUAGES: Final = ("en", "fr")
"""The languages whose courtesy formulas are known (`verbale.paper.formulas`)."""

ROUTINE: Final = "ROUTINE"
"""The precedence that is not printed."""


@dataclass(frozen=True)
class Paper:
    """A note verbale. Every text is printed literally; none of it is markup in either format."""

    form: str
    """One of `FORMS`."""
    language: str
    """One of `LANGUAGES`, ISO 639-1."""
    number: str
    """The sender's own, such as `12/2026`."""
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
    paragraphs: tuple[str, ...]
    """The body. The first continues the opening sentence; numbered when there are several; a line feed breaks the line.
    Blank ones are passed over."""
    attachments: tuple[str, ...]
    """The names of the enclosures, as they are listed."""
    reference: str = ""
    """`Note verbale 11/2026 of 12 March 2026`"""
    act_id: str = ""
    """Printed small at the foot, so that the paper leads back to the act that was signed."""
    draft: bool = False
    style: str = "note"
    """One of `STYLES`."""
    heading: str = ""
    """What it is called at its head; `Note verbale` in the language of the note when empty."""

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise PaperError(f"form: expected one of {', '.join(FORMS)}; found {self.form!r}")
        if self.style not in STYLES:
            raise PaperError(f"style: expected one of {', '.join(STYLES)}; found {self.style!r}")
        if self.language not in LANGUAGES:
            raise PaperError(f"language: expected one of {', '.join(LANGUAGES)}; found {self.language!r}")
