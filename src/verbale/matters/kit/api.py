"""REST API of every kind made with the kit, typed by the fields of its deeds."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Body, Router, Schema
from pydantic import create_model

from verbale.matters.kit import operations
from verbale.matters.kit.kinds import Made
from verbale.matters.kit.operations import Given
from verbale.matters.kit.spec import Deed, Field, View
from verbale.node.access import readable_matters, require
from verbale.node.api import act_json, person
from verbale.node.errors import UserError
from verbale.node.models import Matter

__all__ = ["as_json", "router_of"]

_PAGE = 100


class Enclosure(Schema):
    """A file, its content in base64."""

    name: str
    media_type: str = "application/octet-stream"
    content: str


_SHAPES: dict[str, Any] = {
    "lines": list[str],
    "paragraphs": list[str],
    "rows": list[dict[str, Any]],
    "choices": list[str],
    "number": int,
    "check": bool,
    "files": list[Enclosure],
}
_GENERAL: dict[str, Any] = {
    "to": (list[str], []),
    "marking": (str, ""),
    "precedence": (str, ""),
    "exercise": (bool, False),
    "about": (str, ""),
}


def _schema(deed: Deed) -> Any:
    fields: dict[str, Any] = {}
    for field in deed.fields:
        shape = _SHAPES.get(field.widget, str)
        # A default of the page is none of the API: who calls it says what is meant.
        fields[field.name] = (shape, ...) if field.required and field.widget != "check" else (shape | None, None)
    if deed.opens:
        fields |= _GENERAL
    elif deed.marks:
        fields["marking"] = _GENERAL["marking"]
    name = "".join(part.capitalize() for part in deed.name.replace(".", "-").split("-"))
    return create_model(name, __base__=Schema, **fields)


def _value(field: Field, value: Any) -> Any:
    if field.widget != "files" or not value:
        return value
    try:
        return [(item["name"], item["media_type"], base64.b64decode(item["content"], validate=True)) for item in value]
    except (binascii.Error, ValueError):
        raise UserError(_("%(field)s: the content is not base64") % {"field": field.name}, field.name) from None


def _given(deed: Deed, fields: Any) -> Given:
    told = fields.dict()
    values = {item.name: _value(item, told.get(item.name)) for item in deed.fields}
    if not deed.opens:
        return Given(values, marking=told.get("marking", ""))
    return Given(
        values, operations.chosen(told["to"]), told["marking"], told["precedence"], told["exercise"], told["about"]
    )


def as_json(matter: Matter, made: Made) -> dict[str, Any]:
    """A matter as the API and the command line tell it."""
    view = View(matter)
    return {
        "id": matter.id,
        "kind": matter.kind,
        "title": matter.title,
        "parties": matter.parties,
        "marking": matter.marking,
        "exercise": matter.exercise,
        "standing": str(made.texts.standing(view)),
        "state": view.state,
    }


def router_of(made: Made) -> Router:
    """The routes of a kind."""
    router = Router(tags=[made.name])

    @router.get(
        "/", summary=f"Matters of kind {made.name} that one may read, latest first", url_name=f"{made.name}-all"
    )
    def every(request: HttpRequest, page: int = 1) -> list[dict[str, Any]]:
        require(person(request), "read")
        start = (min(max(page, 1), 1_000_000) - 1) * _PAGE
        rows = readable_matters(person(request)).filter(kind=made.name).order_by("-last_at")
        return [as_json(matter, made) for matter in rows[start : start + _PAGE]]

    for deed in made.deeds:
        if deed.opens:
            router.post(f"/{deed.verb}", summary=_summary(deed), operation_id=deed.name)(_opener(deed))

    @router.get("/{matter}", summary="How a matter stands", url_name=f"{made.name}-one")
    def one(request: HttpRequest, matter: str) -> dict[str, Any]:
        return as_json(operations.matter_of(person(request), matter, made.name), made)

    for deed in made.deeds:
        if not deed.opens:
            router.post(f"/{{matter}}/{deed.verb}", summary=_summary(deed), operation_id=deed.name)(_within(made, deed))
    return router


def _summary(deed: Deed) -> str:
    # In English whatever the language of the node: the API's own description.
    from django.utils.translation import override

    with override("en"):
        after = "; it leaves only when somebody else clears it" if deed.clearance else ""
        return f"{deed.do}{after}"


def _told(deed: Deed, matter: Matter | None, request: HttpRequest, fields: Any) -> dict[str, Any]:
    given, who = _given(deed, fields), person(request)
    if not deed.clearance:
        return act_json(operations.say(deed, matter, who, given))
    draft = operations.draft(deed, matter, who, given)
    return {"draft": str(draft.pk), "type": draft.type, "status": draft.status, "audience": draft.audience}


def _opener(deed: Deed) -> Callable[..., Any]:
    def route(request: HttpRequest, fields: Any) -> dict[str, Any]:
        return _told(deed, None, request, fields)

    return _typed(route, deed)


def _within(made: Made, deed: Deed) -> Callable[..., Any]:
    def route(request: HttpRequest, matter: str, fields: Any) -> dict[str, Any]:
        return _told(deed, operations.matter_of(person(request), matter, made.name), request, fields)

    return _typed(route, deed)


def _typed(route: Callable[..., Any], deed: Deed) -> Callable[..., Any]:
    """The route with its body typed by the deed: django-ninja reads the annotations."""
    route.__annotations__["fields"] = _schema(deed)
    route.__defaults__ = (Body(...),)
    route.__name__ = deed.name.replace(".", "_").replace("-", "_")
    return route
