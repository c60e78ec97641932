"""Which state a node stands for."""

from verbale.knowledge import Country, country_named
from verbale.node.partners import short_name

__all__ = ["state_of_node"]


def state_of_node(name: str) -> Country | None:
    """The state of exactly the name that a node's credentials give, or of its short form; None rather than a guess.

    Node ids are not codes of states: `CR` may be anybody's.
    """
    return country_named(name) or country_named(short_name(name))
