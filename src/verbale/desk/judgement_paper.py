"""What we make of a case, on paper and as JSON."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from verbale.desk.judgement import Judgement
from verbale.matters.papers import text_paper
from verbale.node.judged import Ground, Judged, Point, Unknown
from verbale.paper import Paper, Piece

__all__ = ["as_json", "paper_of"]

_MOST_DEEP = 2
_MOST_SETTLING = 3
"""A case is read on few sheets: steps of reasons, and ways to settle what is open, beyond which the page tells more."""


def paper_of(found: Judgement) -> Paper:
    """As things stand today, in English: so are the rules."""
    with override("en"):
        case, matter = found.case, found.case.matter
        return text_paper(
            heading=_("Assessment of the case: %(title)s") % {"title": case.title},
            under=_("For use in the house. It advises; a lawyer decides, and people conclude."),
            pieces=list(_pieces(found)),
            issued=timezone.localdate().isoformat(),
            marking=f"TLP:{case.marking}",
            exercise=matter is not None and matter.exercise,
        )


def _pieces(found: Judgement) -> Iterator[Piece]:
    for part in found.parts:
        yield Piece(str(part.question), "heading")
        yield Piece(part.answer or _("Not answered yet."))
        for point in part.points:
            yield Piece("\n".join(_lines(point)), "small", lead=point.name)
        if part.rest:
            yield Piece(part.rest, "small")
        if part.note:
            yield Piece(part.note, "small")
    yield Piece(_("What is unknown, and would settle it"), "heading")
    if not found.unknown:
        yield Piece(_("Nothing that is asked here is left open."))
    for question, asked in found.unknown:
        yield Piece(str(question))
        yield Piece("\n".join(f"– {_asked(item)}" for item in asked), "small")


def _lines(point: Point) -> Iterator[str]:
    yield f"{point.name}: {point.tag}" if point.tag else point.name
    if point.says:
        yield point.says + (f" [{'; '.join(point.sources)}]" if point.sources else "")
    for one, other in point.sides:
        for side in (one, other):
            yield f"{side.label} {side.says} – {side.answer}"
    # What is open is told by what would settle it; its reasons are all that could be.
    if not point.settles:
        yield from _grounds(point.grounds, 1)
    yield from (f"– {line}" for line in point.settles[:_MOST_SETTLING])


def _grounds(grounds: Iterable[Ground], depth: int) -> Iterator[str]:
    if depth > _MOST_DEEP:
        return
    for ground in grounds:
        sources = f" [{'; '.join(ground.sources)}]" if ground.sources else ""
        yield f"{'  ' * (depth - 1)}– {ground.says}{sources}"
        yield from _grounds(ground.under, depth + 1)


def _asked(item: Unknown) -> str:
    return f"{item.question} ({item.bears})" if item.bears else item.question


def as_json(found: Judgement) -> dict[str, Any]:
    """For machines; texts in the language of the reader."""
    return {
        "case": found.case.case,
        "title": found.case.title,
        "marking": found.case.marking,
        "questions": [_part(part) for part in found.parts],
        "unknown": [
            {"question": str(question), "asked": [_unknown(item) for item in asked]}
            for question, asked in found.unknown
        ],
    }


def _part(part: Judged) -> dict[str, Any]:
    return {
        "key": part.key,
        "question": str(part.question),
        "answer": part.answer or None,
        "points": [
            {
                "name": point.name,
                "standing": str(point.tag),
                "says": point.says,
                "sources": list(point.sources),
                "reasons": [_ground(ground) for ground in point.grounds],
                "views": [[_side(side) for side in pair] for pair in point.sides],
                "settles": list(point.settles),
            }
            for point in part.points
        ],
        "rest": part.rest,
        "note": part.note,
    }


def _ground(ground: Ground) -> dict[str, Any]:
    return {
        "says": ground.says,
        "standing": ground.standing,
        "sources": list(ground.sources),
        "reasons": [_ground(item) for item in ground.under],
    }


def _side(side: Any) -> dict[str, str]:
    return {"label": str(side.label), "says": side.says, "standing": str(side.answer)}


def _unknown(item: Unknown) -> dict[str, str]:
    return {"question": item.question, "bears": item.bears, "help": item.help}
