"""Bodies of transmissions in templates."""

from typing import Any

from django import template

from verbale.matters.kit.operations import lawful
from verbale.node.registry import act_type

register = template.Library()


@register.filter
def type_label(name: str) -> Any:
    """What acts of a type are called."""
    known = act_type(name)
    return known.label if known else name


@register.simple_tag(takes_context=True)
def lawful_sending(context: template.Context) -> Any:
    """The body that is shown; None when it is not lawful for its type."""
    return lawful("transmission.send", context.get("body") or {})
