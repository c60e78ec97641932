"""Prints what states exchange: the customary note verbale, as PDF and as DOCX.

    paper = Paper(form="note-verbale", language="en", number="12/2026", ...)
    Path("note.pdf").write_bytes(to_pdf(paper))
    Path("note.docx").write_bytes(to_docx(paper))

A frozen value in, bytes out: no clock, no network, no storage; what is read is this package's own template and the
fonts. The caller gives the substance; the letterhead, the courtesy formulas, the marking on each page, the place for
the seal and the addressee at the foot are the form's. The first paragraph continues the opening sentence, so it begins
in lower case: "inform the Ministry that ...".
"""

from .errors import PaperError
from .formulas import closing, opening
from .layout import Layout, lay_out
from .model import FORMS, LANGUAGES, STYLES, Paper
from .pdf import to_pdf
from .word import to_docx

__all__ = [
    "FORMS",
    "LANGUAGES",
    "Layout",
    "STYLES",
    "Paper",
    "PaperError",
    "closing",
    "lay_out",
    "opening",
    "to_docx",
    "to_pdf",
]
