"""The parts of the page, cleaned and in the order in which both formats print them.

Head of each page: precedence and marking; EXERCISE; DRAFT. First page: crest, state, ministry; number; form; reference.
Then the body, whose first paragraph is the opening formula and what follows it; the closing formula; place and date;
initials and the place of the seal (a note verbale is not signed); enclosures; the addressee at the foot. Foot of each
page: page number and marking; the act; EXERCISE.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from . import clean, ink, marking
from .formulas import closing, first_paragraph
from .model import ROUTINE, Paper
from .words import EXERCISE, WORDS, dateline


@dataclass(frozen=True)
class Paragraph:
    number: str
    """`1.`, or "" when the note has only one paragraph."""
    text: str
    right_to_left: bool


@dataclass(frozen=True)
class Layout:
    """What is printed, as finished strings; an empty string is not printed."""

    language: str
    region: str
    title: str
    date: datetime.date
    marking: str
    marking_colour: str
    precedence: str
    exercise: str
    draft: str
    watermark: str
    colour: str
    letter: str
    letter_colour: str
    state: str
    ministry: str
    number: str
    form: str
    reference: str
    continuation: str
    paragraphs: tuple[Paragraph, ...]
    closing: str
    dateline: str
    initials: str
    seal: str
    enclosures_label: str
    enclosures: tuple[str, ...]
    addressee: str
    page: str
    act: str


def lay_out(paper: Paper) -> Layout:
    """The parts of `paper`."""
    words = WORDS[paper.language]
    number, state, ministry = (clean.line(text) for text in (paper.number, paper.sender_state, paper.sender_ministry))
    addressee, reference, act = (clean.line(text) for text in (paper.addressee, paper.reference, paper.act_id))
    label, precedence = _short(clean.line(paper.marking)), _short(clean.line(paper.precedence))
    colour = ink.ink(paper.sender_colour)
    enclosures = tuple(name for name in map(clean.line, paper.attachments) if name)
    heading = clean.line(paper.heading) or words.form
    title = words.title.format(marking=label, number=number, sender=state or ministry, addressee=addressee)
    note, plain = paper.style == "note", paper.style == "plain"
    if not note:
        # It is handed over, or left: nobody is addressed on its face, and a non-paper is nobody's.
        addressee = ""
        title = " ".join(filter(None, (label, heading, "" if plain else f"{state or ministry} {number}")))
    if plain:
        state = ministry = ""
    return Layout(
        language=paper.language,
        region=words.region,
        title=title.strip(),
        date=paper.date,
        marking=label,
        marking_colour=marking.colour(label),
        precedence="" if precedence == ROUTINE else precedence,
        exercise=EXERCISE if paper.exercise else "",
        draft=words.draft if paper.draft else "",
        watermark=words.watermark if paper.draft else "",
        colour=colour,
        letter="" if plain else _letter(paper),
        letter_colour=ink.letter_on(colour),
        state=state,
        ministry=ministry,
        number="" if plain else words.number.format(number=number),
        form=heading,
        reference=words.references[paper.form].format(reference=reference) if reference else "",
        continuation=words.of_continuation.format(state=_short(state or ministry), number=_short(number))
        if note
        else heading,
        paragraphs=_paragraphs(paper),
        closing=closing(paper) if note else "",
        dateline=dateline(paper.language, clean.line(paper.place), paper.date),
        initials="" if plain else words.initials,
        seal="" if plain else words.seal,
        enclosures_label=words.enclosure if len(enclosures) == 1 else words.enclosures,
        enclosures=enclosures,
        addressee=addressee[:1].upper() + addressee[1:],
        page=words.page,
        act=words.verify.format(act=_short(act, 80)) if act else "",
    )


def _short(text: str, limit: int = 40) -> str:
    """`text` cut to what has room in the head or foot of every page."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _paragraphs(paper: Paper) -> tuple[Paragraph, ...]:
    texts = [text for text in map(clean.lines, paper.paragraphs) if text] or [""]
    if paper.style == "note":
        texts[0] = first_paragraph(paper, texts[0])
    several = len(texts) > 1
    return tuple(
        Paragraph(f"{place}." if several else "", text, clean.runs_right_to_left(text))
        for place, text in enumerate(texts, start=1)
    )


def _letter(paper: Paper) -> str:
    """What stands in the crest: the first letter or digit of the short name."""
    name = clean.line(paper.sender_short) or clean.line(paper.sender_state)
    # one character in capitals may be several ("ß"); the crest has room for one
    return next((character.upper()[:1] for character in name if character.isalnum()), "")
