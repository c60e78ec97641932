"""Findings in templates: how they stand, both views side by side, and buttons that answer in place."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from verbale.knowledge.law import the_law
from verbale.matters.assessment.grounds import grounds_of
from verbale.matters.assessment.words import OWN, STATUSES, VALUES, facts_told, sides_of

register = template.Library()

_ANSWERS = {"true": _("It is so"), "false": _("It is not so"), "unknown": VALUES["unknown"]}
_TAKE = {"first": _("Take this view"), "second": _("Take this view"), "none": _("Take no view")}


@register.filter
def finding_status(status: str) -> Any:
    """`engaged` in the language of the reader."""
    return STATUSES.get(status, status)


register.filter("settling_told", facts_told)
register.filter(grounds_of)
register.simple_tag(sides_of)


@register.simple_tag
def position_views(item: dict[str, Any]) -> list[dict[str, Any]]:
    """The two views of a position, the one that is taken first."""
    law, position, taken = the_law(), item["position"], item["taken"]
    both = [
        {
            "view": name,
            "own": taken == name,
            "label": OWN if taken == name else "",
            "says": view.says,
            "held": view.held,
            "sources": law.cited(view),
        }
        for name, view in (("first", position.so), ("second", position.otherwise))
    ]
    return sorted(both, key=lambda one: not one["own"])


@register.inclusion_tag("assessment/press.html", takes_context=True)
def answer(context: template.Context, fact: str, value: str) -> dict[str, Any]:
    """A button that states a fact in place."""
    return _press(context, "state", {"fact": fact, "value": value}, _ANSWERS[value])


@register.inclusion_tag("assessment/press.html", takes_context=True)
def take(context: template.Context, position: str, view: str) -> dict[str, Any]:
    """A button that takes a position in place."""
    return _press(context, "position", {"position": position, "view": view}, _TAKE[view])


def _press(context: template.Context, verb: str, values: dict[str, str], label: Any) -> dict[str, Any]:
    return {
        "url": reverse("assessment:say", args=[context["matter"].id, verb]),
        "values": values,
        "label": label,
        "csrf_token": context.get("csrf_token"),
    }
