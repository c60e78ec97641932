"""Bodies of acts of drills in templates."""

from typing import Any

from django import template

from verbale.node.access import readable_acts

register = template.Library()


@register.simple_tag(takes_context=True)
def acts_named(context: template.Context, identifiers: list[str]) -> list[dict[str, Any]]:
    """The acts of those ids that the reader may see; `record` is None for the others."""
    user = getattr(context.get("request"), "user", None)
    found = readable_acts(user).in_bulk(identifiers) if user is not None else {}
    return [{"record": found.get(identifier)} for identifier in identifiers]
