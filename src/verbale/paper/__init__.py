"""Prints what states exchange: the customary note verbale, and the texts that they make together, as PDF and DOCX.

    paper = Paper(form="note-verbale", language="en", number="12/2026", ...)
    Path("note.pdf").write_bytes(to_pdf(paper))
    Path("note.docx").write_bytes(to_docx(paper))

A frozen value in, bytes out: no clock, no network, no storage; what is read is this package's own template and the
fonts. The caller gives the substance; the letterhead, the courtesy formulas, the marking on each page, the place for
the seal and the addressee at the foot are the form's. The first paragraph continues the opening sentence, so it begins
in lower case: "inform the Ministry that ...".

A text of several states (style `text`) is made of pieces, and ends with places for signatures:

    Paper(..., style="text", heading="Protocol", paragraphs=(Piece("Article 1", kind="heading"), Piece("...")),
          signatures=(Signature("For Crimson:", name="A. Roe", office="Minister"), Signature("For Lazuria:")))
"""

from .errors import PaperError
from .formulas import closing, opening
from .layout import Layout, lay_out
from .model import FORMS, LANGUAGES, PIECES, STYLES, Paper, Piece, Signature
from .pdf import to_pdf
from .word import to_docx

__all__ = [
    "FORMS",
    "LANGUAGES",
    "Layout",
    "PIECES",
    "STYLES",
    "Paper",
    "PaperError",
    "Piece",
    "Signature",
    "closing",
    "lay_out",
    "opening",
    "to_docx",
    "to_pdf",
]
