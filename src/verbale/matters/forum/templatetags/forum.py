"""Texts of a session in templates."""

from typing import Any

from django import template

from verbale.matters.forum import words
from verbale.node.models import StateEntry

register = template.Library()


@register.simple_tag(takes_context=True)
def symbol_of(context: template.Context) -> str:
    """The symbol under which the act that is shown was issued; empty when it has none."""
    record = context.get("record")
    if record is None:
        return ""
    prefixes = ("document", "draft", "amendment", "revision")
    keys = [f"{prefix}:{record.id}" for prefix in prefixes]
    rows = StateEntry.objects.filter(matter_id=record.matter_id, key__in=keys).values_list("value", flat=True)
    return next((str(entry["symbol"]) for entry in rows if entry.get("symbol")), "")


@register.simple_tag
def changes_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The changes of an amendment, as they are read."""
    return [{**row, "label": words.ACTIONS[row["action"]]} for row in body["changes"]]
