"""REST API of incidents."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile

from verbale.matters.incident import operations
from verbale.node.api import act_json, person
from verbale.node.models import Matter

router = Router(tags=["incident"])


class ImportFields(Schema):
    title: str = ""
    account: str = ""
    sectors: list[str] = []
    occurred: str | None = None
    marking: str = ""
    exercise: bool = False


class AssessFields(Schema):
    scale: str
    level: str = ""
    """Empty where the scale computes it from the answers."""
    reasons: str = ""
    answers: dict[str, str] = {}
    """Factor of the scale to the answer to it."""


class TextFields(Schema):
    text: str


@router.post("/import", summary="Open an incident from a STIX 2.1 or MISP report")
def import_report(
    request: HttpRequest,
    report: UploadedFile = File(...),  # noqa: B008
    fields: ImportFields = Form(...),  # noqa: B008
) -> dict[str, Any]:
    record = operations.import_report(report.read(), report.name or "report.json", person(request), **fields.dict())
    return act_json(record)


@router.post("/{matter}/assess", summary="Note a severity on a scale")
def assess(request: HttpRequest, matter: str, fields: AssessFields) -> dict[str, Any]:
    return act_json(operations.assess(get_object_or_404(Matter, pk=matter), person(request), **fields.dict()))


@router.post("/{matter}/remark", summary="A remark that stays in the house")
def remark(request: HttpRequest, matter: str, fields: TextFields) -> dict[str, Any]:
    return act_json(operations.remark(get_object_or_404(Matter, pk=matter), person(request), fields.text))


@router.post("/{matter}/close", summary="Consider the incident closed")
def close(request: HttpRequest, matter: str, fields: TextFields) -> dict[str, Any]:
    return act_json(operations.close(get_object_or_404(Matter, pk=matter), person(request), fields.text))


@router.post("/{matter}/reopen", summary="Take the closing back")
def reopen(request: HttpRequest, matter: str, fields: TextFields) -> dict[str, Any]:
    return act_json(operations.reopen(get_object_or_404(Matter, pk=matter), person(request), fields.text))
