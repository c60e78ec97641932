"""The note that the tests print, and how they read it back."""

import io
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import docx
import pypdf
from docx.document import Document

from verbale.paper import Paper, to_docx, to_pdf

ACT = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

NOTE = Paper(
    form="note-verbale",
    language="en",
    number="12/2026",
    sender_ministry="Ministry of Foreign Affairs",
    sender_state="Republic of Crimson",
    sender_short="Crimson",
    sender_colour="#8a1c2b",
    addressee="Ministry of Foreign Affairs of the Republic of Lazuria",
    place="Port Crimson",
    date=date(2026, 3, 12),
    marking="TLP:AMBER",
    precedence="ROUTINE",
    exercise=False,
    paragraphs=(
        "inform the Ministry that the systems of the Port Authority were made inoperable on 9 March 2026.",
        "The Ministry requests such steps as are reasonable and feasible.",
        "The Ministry does not, by this note, attribute the activity to any State.",
    ),
    attachments=("Technical report of 11 March 2026", "Chronology of events"),
    act_id=ACT,
)

FRENCH = replace(
    NOTE,
    language="fr",
    sender_ministry="Ministère des Affaires étrangères",
    sender_state="République de Crimson",
    addressee="Ambassade de la République de Lazurie",
    date=date(2026, 8, 1),
    paragraphs=("informer l'Ambassade de ce qui suit.",),
)

LONG = replace(NOTE, paragraphs=tuple(f"state, for the {place}th time, its view." * 4 for place in range(1, 41)))
"""Several pages."""

Pdf = pypdf.PdfReader


def note(**changes: Any) -> Paper:
    """Crimson's note with fields changed."""
    return replace(NOTE, **changes)


def pdf(paper: Paper) -> Pdf:
    return pypdf.PdfReader(io.BytesIO(to_pdf(paper)))


def pages(paper: Paper) -> list[str]:
    """The text of each page of the PDF, its lines joined."""
    return [" ".join(page.extract_text().split()) for page in pdf(paper).pages]


@dataclass(frozen=True)
class Piece:
    """A stretch of text where it stands on the page, in points from the lower left corner."""

    text: str
    left: float
    y: float
    size: float


def pieces(paper: Paper) -> list[Piece]:
    """The pieces of the first page of the PDF."""
    found: list[Piece] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        if text.strip():
            found.append(Piece(text.strip(), cm[4] + tm[4], cm[5] + tm[5], size))

    pdf(paper).pages[0].extract_text(visitor_text=visit)
    return found


def word(paper: Paper) -> Document:
    return docx.Document(io.BytesIO(to_docx(paper)))


def body(paper: Paper) -> list[str]:
    """The paragraphs of the DOCX, without headers and footers."""
    return [paragraph.text for paragraph in word(paper).paragraphs]


def appear_in_order(text: str, *parts: str) -> bool:
    """Whether each part stands in `text` after the one before it."""
    at = 0
    for part in parts:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True
