"""Buttons and bodies of deeds in templates."""

from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from verbale.matters.kit.forms import matter_shown
from verbale.matters.kit.kinds import deed_of, made
from verbale.matters.kit.spec import Deed, Field, View
from verbale.node.access import may, readable_acts, readable_matters
from verbale.node.errors import NodeError
from verbale.node.models import Matter
from verbale.node.registry import lawful_body

register = template.Library()


def _button(deed: Deed, matter: Matter, act: str = "", **more: Any) -> dict[str, Any]:
    asks = [field for field in deed.fields if field.name != deed.names and field.name not in more]
    at_once = not deed.clearance and not asks
    arguments = [matter.id, deed.verb]
    kind = deed.name.partition(".")[0]
    return {
        "deed": deed,
        "at_once": at_once,
        "url": reverse(f"{kind}:{'say' if at_once else 'write'}", args=arguments),
        "act": act,
        "more": more,
    }


def _view(context: template.Context) -> View | None:
    request = context.get("request")
    matter = context.get("matter")
    if request is None or matter is None or context.get("printing"):
        return None
    known = context.get("view")
    view = View(matter, request.user)
    if isinstance(known, View) and known.matter == matter:
        view.__dict__["state"] = known.state
    return view


@register.inclusion_tag("kit/deeds.html", takes_context=True)
def deeds(context: template.Context) -> dict[str, Any]:
    """The buttons of all that can be done now and is not about one entry of the matter."""
    view = _view(context)
    own = made(view.matter.kind) if view is not None and view.matter is not None else None
    if view is None or own is None or view.user is None:
        return {"buttons": []}
    found = [
        _button(deed, view.matter)
        for deed in own.deeds
        if not deed.opens and deed.listed and may(view.user, deed.right) and deed.when(view)
    ]
    return {"buttons": sorted(found, key=lambda button: not button["deed"].main), "request": context.get("request")}


@register.inclusion_tag("kit/deeds.html", takes_context=True)
def deed(
    context: template.Context, name: str, act: str = "", label: Any = "", main: bool = False, **more: Any
) -> dict[str, Any]:
    """The button of one deed, about the act whose id is given; nothing when it cannot be done now, or by this person.

    Further arguments are values of its fields: `{% deed "forum.vote" act=item.key choice="yes" label=_("Yes") %}`.
    """
    view = _view(context)
    found = deed_of(name)
    if view is None or view.user is None or not may(view.user, found.right) or not found.when(view):
        return {"buttons": []}
    return {
        "buttons": [{**_button(found, view.matter, act, **more), "label": label, "main": main}],
        "request": context.get("request"),
        "beside": True,
    }


@register.simple_tag(takes_context=True)
def facts_of(context: template.Context) -> list[dict[str, Any]] | None:
    """The body of the act or draft that is shown: label, widget and value of each field. None when it is not lawful."""
    shown = context.get("record") or context.get("draft")
    try:
        known = deed_of(shown.type)
    except (NodeError, AttributeError):
        return None
    body = lawful_body(shown.type, context.get("body") or {})
    if body is None:
        return None
    user = getattr(context.get("request"), "user", None)
    found = []
    if known.names and known.field(known.names) is None and body.get(known.names):
        found.append({"label": gettext("About"), "widget": "act", "value": _act(body[known.names], user)})
    for field in known.fields:
        value = body.get(field.name)
        if value in (None, "", [], {}) or field.widget == "files":
            continue
        found.append({"label": field.label, "widget": field.widget, "value": _shown(field, value, user)})
    return found


def _act(identifier: Any, user: Any) -> Any:
    return readable_acts(user).filter(pk=identifier).first() if user is not None else None


def _shown(field: Field, value: Any, user: Any) -> Any:
    if field.widget == "act":
        return _act(value, user)
    if field.widget == "matter":
        found = readable_matters(user).filter(pk=value).first() if user is not None else None
        return {"id": found.id, "title": matter_shown(found)} if found is not None else None
    if field.widget in ("choice", "choices"):
        # Of a view of nothing: choices that depend on the matter are shown as they stand.
        known = {} if callable(field.choices) else dict(field.choices)
        return [known.get(item, item) for item in (value if isinstance(value, list) else [value])]
    if field.widget == "rows":
        return [[str(row[name]) for name in field.columns if row.get(name) not in (None, "")] for row in value]
    return value


@register.filter
def moment_of(text: str) -> Any:
    """A moment of a body, `2026-11-24T09:00:00Z`, as an aware time."""
    return timezone.localtime(datetime.fromisoformat(text))
