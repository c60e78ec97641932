"""The terms of an overlap in sentences, on the page where they are cleared and on that of the act."""

from typing import Any

from django import template

from verbale.matters.overlap import words
from verbale.node.identity import node_name
from verbale.node.models import StateEntry
from verbale.node.registry import lawful_body

register = template.Library()


@register.simple_tag(takes_context=True)
def terms(context: template.Context) -> dict[str, Any] | None:
    """What each side learns by the proposal or acceptance that is shown, and what that cannot hide."""
    shown = context.get("record") or context.get("draft")
    if shown is None:
        return None
    if shown.type != "overlap.propose":
        rows = StateEntry.objects.filter(matter_id=shown.matter_id, key="opening")
        opening = rows.values_list("value", flat=True).first()
    else:
        opening = lawful_body("overlap.propose", context.get("body") or {})
        author = getattr(shown, "author", "") or node_name()
        parties = sorted({author, *shown.audience})
        if opening is None or len(parties) != 2:
            return None
        opening |= {"by": author, "parties": parties}
    return {"learnt": words.learnt(opening), "limits": words.limits(opening)} if opening else None
