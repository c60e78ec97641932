"""Likelihood and confidence in words and as a picture, for all kinds that speak of them.

The words are those of ICD 203 (2 January 2015). Likelihood and confidence are never told in one sentence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verbale.knowledge.attribution import BANDS, Band

__all__ = [
    "BAND_WORDS",
    "CONFIDENCE_WORDS",
    "Bar",
    "band_told",
    "confidence_sentence",
    "percent",
    "picture",
    "range_told",
]

BAND_WORDS: Final[Mapping[str, Any]] = {
    "almost-no-chance": gettext_lazy("almost no chance"),
    "very-unlikely": gettext_lazy("very unlikely"),
    "unlikely": gettext_lazy("unlikely"),
    "roughly-even": gettext_lazy("roughly even chance"),
    "likely": gettext_lazy("likely"),
    "very-likely": gettext_lazy("very likely"),
    "almost-certain": gettext_lazy("almost certain"),
}

CONFIDENCE_WORDS: Final[Mapping[str, Any]] = {
    "low": gettext_lazy("low confidence"),
    "moderate": gettext_lazy("moderate confidence"),
    "high": gettext_lazy("high confidence"),
}

_LABELS, _BARS, _ROW, _TOP, _TAIL = 230, 400, 26, 22, 190


def percent(share: Fraction | float) -> str:
    """A probability for a person: whole per cent, and never none or all."""
    if share < 0.01:
        return _("under 1 %%") % ()
    if share > 0.99:
        return _("over 99 %%") % ()
    return _("%(n)s %%") % {"n": round(float(share) * 100)}


def range_told(band: Band) -> str:
    """`80-95 %`"""
    return _("%(low)s–%(high)s %%") % {"low": int(band.low * 100), "high": int(band.high * 100)}


def band_told(code: str | None) -> str:
    """A step with its range: `very likely (80–95 %)`; empty for what is none."""
    band = next((band for band in BANDS if band.code == code), None)
    return f"{BAND_WORDS[band.code]} ({range_told(band)})" if band is not None else ""


def confidence_sentence(level: str) -> str:
    """`Moderate confidence.`, a sentence of its own."""
    words = str(CONFIDENCE_WORDS[level])
    return f"{words[:1].upper()}{words[1:]}."


@dataclass(frozen=True)
class Bar:
    """One line of the picture."""

    name: str
    low: Fraction
    """Where the bar begins, as a probability; nought for one that measures a probability."""
    high: Fraction
    told: str
    """What stands beside it."""
    mark: Fraction | None = None
    """A stroke across it: the probability before the evidence."""
    colour: str = ""


def picture(bars: Iterable[Bar]) -> dict[str, Any] | None:
    """Places in an SVG of fixed width, with the steps of the scale as lines; None without a bar."""
    rows = list(bars)
    if not rows:
        return None

    def at(share: Fraction) -> int:
        return _LABELS + round(_BARS * float(share))

    return {
        "bars": [
            {
                "name": bar.name,
                "told": bar.told,
                "colour": bar.colour,
                "x": at(bar.low),
                "width": max(2, at(bar.high) - at(bar.low)),
                "mark": at(bar.mark) if bar.mark is not None else None,
                "y": _TOP + place * _ROW + 5,
                "bottom": _TOP + place * _ROW + 25,
                "middle": _TOP + place * _ROW + 18,
            }
            for place, bar in enumerate(rows)
        ],
        "ticks": [{"x": at(band.high), "told": int(band.high * 100)} for band in BANDS[:-1]],
        "left": _LABELS,
        "right": _LABELS + _BARS,
        "label_end": _LABELS - 8,
        "beside": _LABELS + _BARS + 10,
        "width": _LABELS + _BARS + _TAIL,
        "height": _TOP + len(rows) * _ROW + 6,
        "foot": _TOP + len(rows) * _ROW + 2,
        "top": _TOP - 4,
    }
