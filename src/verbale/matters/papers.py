"""How what several kinds exchange on paper prints."""

import re
from collections.abc import Iterable
from datetime import date

from verbale.paper import LANGUAGES, Paper, Piece, Signature
from verbale.paper.model import ROUTINE
from verbale.protocol import Act

__all__ = ["paper_of", "pieces_of", "text_paper"]


def paper_of(act: Act) -> Paper:
    """A note as it prints, the same at both ends: from the letterhead, number, addressee and paragraphs of its body."""
    body, head = act.body, act.body["letterhead"]
    language = body.get("language", "en")
    return Paper(
        form="answer" if body.get("answered") else "note-verbale",
        # a partner may write in a language whose formulas are not known here
        language=language if language in LANGUAGES else "en",
        number=body["number"],
        sender_ministry=head["ministry"],
        sender_state=head["state"],
        sender_short=head["short"],
        sender_colour=head["colour"],
        addressee=body["addressee"],
        place=head.get("place", ""),
        date=date.fromisoformat(body["date"]),
        marking=act.marking.label,
        precedence=act.precedence,
        exercise=act.exercise,
        paragraphs=tuple(body["paragraphs"]),
        attachments=tuple(item["name"] for item in body.get("attachments", ())),
        reference=body.get("answered", ""),
        act_id=act.id,
        style=body.get("style", "note"),
        heading=body.get("heading", ""),
    )


def text_paper(
    *,
    heading: str,
    pieces: Iterable[Piece],
    issued: str,
    marking: str,
    exercise: bool,
    act_id: str = "",
    language: str = "en",
    under: str = "",
    symbol: str = "",
    signatures: Iterable[Signature] = (),
) -> Paper:
    """A text of several states as it prints: its heading, what stands `under` it, its pieces, its signatures."""
    return Paper(
        form="note-verbale",
        language=language if language in LANGUAGES else "en",
        number=symbol,
        sender_ministry="",
        sender_state="",
        sender_short="",
        sender_colour="",
        addressee="",
        place="",
        date=date.fromisoformat(issued[:10]),
        marking=marking,
        precedence=ROUTINE,
        exercise=exercise,
        paragraphs=tuple(pieces),
        attachments=(),
        reference=under,
        act_id=act_id,
        style="text",
        heading=heading,
        signatures=tuple(signatures),
    )


def pieces_of(text: str) -> list[Piece]:
    """The paragraphs of a text, which empty lines part."""
    return [Piece(part) for part in re.split(r"\n[ \t]*\n", text) if part.strip()]
