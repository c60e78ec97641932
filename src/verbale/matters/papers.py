"""How what several kinds exchange on paper prints."""

from datetime import date

from verbale.paper import Paper
from verbale.protocol import Act

__all__ = ["paper_of"]


def paper_of(act: Act) -> Paper:
    """A note as it prints, the same at both ends: from the letterhead, number, addressee and paragraphs of its body."""
    body, head = act.body, act.body["letterhead"]
    return Paper(
        form="answer" if body.get("answered") else "note-verbale",
        language=body.get("language", "en"),
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
