"""REST API of channels."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from verbale.knowledge import FREE
from verbale.matters.channel import operations
from verbale.node import drafts
from verbale.node.api import act_json, person
from verbale.node.models import ActRecord

router = Router(tags=["channel"])


class NoteIn(Schema):
    to: str
    subject: str
    paragraphs: list[str] = []
    form: str = FREE
    values: dict[str, str] = {}
    about: str = ""
    answers: str = ""
    reply_by: str | None = None
    marking: str = "AMBER"
    precedence: str = "ROUTINE"
    share_report: bool = False
    exercise: bool = False
    language: str = "en"


class TextFields(Schema):
    text: str = ""


@router.post("/notes", summary="Draft a note or an answer; it leaves only when somebody else clears it")
def draft_note(request: HttpRequest, note: NoteIn) -> dict[str, Any]:
    fields, shared = operations.note_draft(
        operations.NoteFields(**{**note.dict(), "paragraphs": tuple(note.paragraphs)}), person(request)
    )
    draft = drafts.create(fields, person(request))
    return {
        "draft": str(draft.pk),
        "number": draft.body["number"],
        "withheld": [item.why for item in shared.withheld] if shared else [],
    }


@router.post("/acts/{act}/acknowledge", summary="Confirm that a note has reached the persons it is meant for")
def acknowledge(request: HttpRequest, act: str, fields: TextFields) -> dict[str, Any]:
    return act_json(operations.acknowledge(get_object_or_404(ActRecord, pk=act), person(request), fields.text))
