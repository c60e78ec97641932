"""How a TLP label looks (FIRST, Traffic Light Protocol 2.0, "Usage" and "TLP and color-coding").

The label stands in header and footer of each page, right-justified, in 12 point or larger, in its colour on black.
"""

from __future__ import annotations

from typing import Final

BACKGROUND: Final = "#000000"
SIZE_PT: Final = 12

_COLOURS: Final = {
    "TLP:RED": "#ff2b2b",
    "TLP:AMBER": "#ffc000",
    "TLP:AMBER+STRICT": "#ffc000",
    "TLP:GREEN": "#33ff00",
    "TLP:CLEAR": "#ffffff",
}


def colour(label: str) -> str:
    """The colour of the letters of `label`; white for a marking that TLP 2.0 does not know."""
    return _COLOURS.get(label, "#ffffff")
