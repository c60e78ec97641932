"""What of a matter can go along with an act about it, as far as a marking allows."""

from dataclasses import dataclass
from typing import Any

from verbale.intel import Withheld

__all__ = ["Companion", "Share"]


@dataclass(frozen=True)
class Companion:
    """An act that leaves together with a draft: the incident that a note shares."""

    type: str
    body: dict[str, Any]
    matter: str


@dataclass(frozen=True)
class Share:
    """The companion that goes along, and what of the matter is held back and why."""

    companion: Companion
    withheld: tuple[Withheld, ...] = ()
