"""Bodies of transmissions in templates."""

from typing import Any

from django import template

from verbale.node.registry import act_type

register = template.Library()


@register.filter
def type_label(name: str) -> Any:
    """What acts of a type are called."""
    known = act_type(name)
    return known.label if known else name
