"""The sender's colour, made safe to print with."""

from __future__ import annotations

import re
from typing import Final

DEFAULT: Final = "#1f2a44"
_COLOUR: Final = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", re.ASCII)


def ink(colour: str) -> str:
    """`colour` as `#rrggbb` in lower case; the default ink when it is not a colour."""
    if not _COLOUR.fullmatch(colour):
        return DEFAULT
    digits = colour[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def letter_on(colour: str) -> str:
    """Black or white, whichever is read better on `colour` (WCAG 2.2, relative luminance)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
