"""Brackets in the colour of their sponsor."""

from typing import Any

from django import template

from verbale.node.partners import colour_of, name_of

register = template.Library()


@register.inclusion_tag("agreement/bracket.html")
def bracket(node: str, side: str) -> dict[str, Any]:
    """`[` or `]` in the colour of a state, which its name says too."""
    return {"colour": colour_of(node), "side": side, "name": name_of(node)}
