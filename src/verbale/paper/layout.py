"""The parts of the page, cleaned and in the order in which both formats print them.

Head of each page: precedence and marking; EXERCISE; DRAFT. First page: crest, state, ministry; number; form; reference.
Then the body, whose first paragraph is the opening formula and what follows it; the closing formula; place and date;
initials and the place of the seal (a note verbale is not signed); enclosures; the addressee at the foot. Foot of each
page: page number and marking; the act; EXERCISE.

A text of several states has instead: date and symbol; its heading, and what stands under it; the body; the signatures.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from . import clean, ink, marking
from .formulas import closing, first_paragraph
from .model import ROUTINE, Paper, Piece, Signature
from .words import EXERCISE, WORDS, Words, dateline


@dataclass(frozen=True)
class Paragraph:
    number: str
    """`1.`, or "" when the note has only one paragraph."""
    text: str
    right_to_left: bool
    kind: str = "text"
    """One of `PIECES`."""
    lead: str = ""
    """In italics, right before `text`."""
    with_next: bool = False
    """Whether it stays on the page of what follows."""


@dataclass(frozen=True)
class SignatureBlock:
    head: str
    signed: str
    """`(Signed)`; empty where there is a line to sign on."""
    name: str
    office: str
    remarks: tuple[str, ...]
    blank: str
    """What stands under that line; empty where it is signed."""
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
    day: str
    """The date at the head, of a text."""
    symbol: str
    number: str
    form: str
    reference: str
    continuation: str
    paragraphs: tuple[Paragraph, ...]
    closing: str
    signatures: tuple[SignatureBlock, ...]
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
    day = dateline(paper.language, clean.line(paper.place), paper.date)
    title = words.title.format(marking=label, number=number, sender=state or ministry, addressee=addressee)
    note, text = paper.style == "note", paper.style == "text"
    nobodys = text or paper.style == "plain"
    if not note:
        # It is handed over, or left: nobody is addressed on its face, and a non-paper is nobody's.
        addressee = ""
        source = "" if nobodys else f"{state or ministry} {number}"
        title = " ".join(filter(None, (label, number if text else "", heading, source)))
    if nobodys:
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
        letter="" if nobodys else _letter(paper),
        letter_colour=ink.letter_on(colour),
        state=state,
        ministry=ministry,
        day=day if text else "",
        symbol=number if text else "",
        number="" if nobodys else words.number.format(number=number),
        form=heading,
        reference=words.references[paper.form].format(reference=reference) if reference and not text else reference,
        continuation=words.of_continuation.format(state=_short(state or ministry), number=_short(number))
        if note
        else _short(f"{number} {heading}".strip() if text else heading, 80),
        paragraphs=_paragraphs(paper),
        closing=closing(paper) if note else "",
        signatures=tuple(_signature(item, words) for item in paper.signatures),
        dateline="" if text else day,
        initials="" if nobodys else words.initials,
        seal="" if nobodys else words.seal,
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
    kept = [item for item in paper.paragraphs if clean.lines(item.text if isinstance(item, Piece) else item)]
    if paper.style == "note":
        if not kept or isinstance(kept[0], Piece):
            kept.insert(0, "")
        kept[0] = first_paragraph(paper, str(kept[0]))
    several = sum(isinstance(item, str) for item in kept) > 1
    found: list[Paragraph] = []
    place = 0
    for item in kept or [""]:
        if isinstance(item, Piece):
            found.append(_piece(item))
        else:
            place += 1
            text = clean.lines(item)
            found.append(Paragraph(f"{place}." if several else "", text, clean.runs_right_to_left(text)))
    if paper.signatures:
        # nobody signs a page that holds none of the text
        last = max((at for at, item in enumerate(found) if item.kind == "text"), default=0)
        found[last:] = [replace(item, with_next=True) for item in found[last:]]
    return tuple(found)


def _piece(piece: Piece) -> Paragraph:
    text, lead = clean.lines(piece.text), clean.line(piece.lead)
    if not text.startswith(lead):
        lead = ""
    number, right_to_left = _short(clean.line(piece.number), 12), clean.runs_right_to_left(text)
    return Paragraph(number, text[len(lead) :], right_to_left, piece.kind, lead)


def _signature(given: Signature, words: Words) -> SignatureBlock:
    head, name, office = clean.line(given.head), clean.line(given.name), clean.line(given.office)
    return SignatureBlock(
        head=head,
        signed=words.signed if name else "",
        name=name,
        office=office,
        remarks=tuple(remark for remark in map(clean.line, given.remarks) if remark),
        blank="" if name else words.name_office,
        right_to_left=clean.runs_right_to_left(f"{head} {name}"),
    )


def _letter(paper: Paper) -> str:
    """What stands in the crest: the first letter or digit of the short name."""
    name = clean.line(paper.sender_short) or clean.line(paper.sender_state)
    # one character in capitals may be several ("ß"); the crest has room for one
    return next((character.upper()[:1] for character in name if character.isalnum()), "")
