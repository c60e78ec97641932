"""How long an indicator is worth looking for: MISP's polynomial decay model.

    score(t) = base · (1 - (t / lifetime)^(1 / decay_speed))      0 once t reaches the lifetime

`t` is the time since the indicator was last confirmed: when it was made, or seen. Sources: S. Mokaddem, G. Wagener,
A. Dulaunoy, A. Iklody, "Taxonomy driven indicator scoring in MISP threat intelligence platforms", arXiv:1902.03914
(2019); A. Iklody, G. Wagener, A. Dulaunoy, S. Mokaddem, C. Wagner, "Decaying Indicators of Compromise",
arXiv:1803.11052 (2018). Models are MISP's (https://github.com/MISP/misp-decaying-models, CC0), so that both platforms
say the same of the same indicator.

Rules, in the order in which they apply:

1. A revoked indicator is worth nothing, and so is one from its `valid_until` on.
2. A false positive ends it, unless it was seen again later than that.
3. Else the score is that of the model, counted from the latest of its making and its sightings so far.
4. It is active while the score is above the model's threshold.

No clock: the moment is an argument. Times are microseconds since 1970, as in `objects.Header`.
"""

from __future__ import annotations

import math
from typing import Final, Literal, NamedTuple

_DAY: Final = 86_400_000_000


class Model(NamedTuple):
    """`lifetime` in days; `decay_speed` above 1 falls fast at first, below 1 late; scores are 0 to 100."""

    name: str
    lifetime: float
    decay_speed: float
    threshold: float
    default_base: float


NETWORK: Final = Model("NIDS Simple Decaying Model", 120, 2, 30, 80)
"""Addresses, names, URLs and rules for network sensors."""
PHISHING: Final = Model("Phishing model", 3, 2.3, 30, 80)
"""Sites that live for days."""
FILES: Final = Model("Files (of Verbale's own)", 730, 0.5, 30, 80)
"""Digests do not change hands: what was malware stays malware, and only becomes rare. Not one of MISP's models."""


class Facts(NamedTuple):
    """What is known of an indicator. `base` is None where nothing is said of its quality; see `base_score`."""

    made: int
    base: float | None = None
    sightings: tuple[int, ...] = ()
    false_positives: tuple[int, ...] = ()
    valid_until: int | None = None
    revoked: bool = False


class Score(NamedTuple):
    """`ended` says why an indicator is worth nothing whatever its age, "" when its age alone decides."""

    value: float
    active: bool
    ended: Literal["", "revoked", "expired", "false-positive"]


def score(facts: Facts, model: Model, now: int) -> Score:
    """What the indicator is worth at `now`."""
    if facts.revoked:
        return Score(0.0, False, "revoked")
    if facts.valid_until is not None and now >= facts.valid_until:
        return Score(0.0, False, "expired")
    known = [when for when in facts.sightings if when <= now]
    refuted = max((when for when in facts.false_positives if when <= now), default=None)
    if refuted is not None and refuted >= max(known, default=refuted):
        return Score(0.0, False, "false-positive")
    value = _polynomial(_base(facts, model), (now - max([facts.made, *known])) / _DAY, model)
    return Score(value, value > model.threshold, "")


def ends_at(facts: Facts, model: Model, now: int) -> int | None:
    """From when on it is no longer active if nothing more is heard of it; None if it is not active at `now`.

    The model solved for time: lifetime · (1 - threshold / base)^decay_speed after it was last confirmed.
    """
    if not score(facts, model, now).active:
        return None
    confirmed = max([facts.made, *(when for when in facts.sightings if when <= now)])
    worth = max(0.0, 1 - model.threshold / _base(facts, model))
    end = confirmed + round(model.lifetime * math.pow(worth, model.decay_speed) * _DAY)
    return end if facts.valid_until is None else min(end, facts.valid_until)


def base_score(
    quality: float | None, source: float | None, *, quality_weight: float = 0.5, source_weight: float = 0.5
) -> float | None:
    """The weighted sum of what the indicator's own marks say of it (`confidence`, tags of taxonomies) and of the
    confidence in its source (arXiv:1902.03914), each 0 to 100. What is not known leaves its weight to the other; None
    when nothing is known."""
    parts = [(quality, quality_weight), (source, source_weight)]
    known = [(max(0.0, min(100.0, value)), weight) for value, weight in parts if value is not None and weight > 0]
    total = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / total if total else None


def model_for(kinds: frozenset[str], *, phishing: bool = False) -> Model:
    """The model for an indicator that looks for values of these plain words or MISP types."""
    if phishing:
        return PHISHING
    return FILES if kinds and kinds <= _FILE_KINDS else NETWORK


_FILE_KINDS: Final = frozenset(
    {
        "filename",
        "md5",
        "sha1",
        "sha224",
        "sha256",
        "sha384",
        "sha512",
        "sha3-256",
        "sha3-512",
        "ssdeep",
        "tlsh",
        "yara",
    }
)


def _base(facts: Facts, model: Model) -> float:
    return model.default_base if facts.base is None else max(0.0, min(100.0, facts.base))


def _polynomial(base: float, days: float, model: Model) -> float:
    if days <= 0:
        return base
    if days >= model.lifetime:
        return 0.0
    # Tiny results below zero would come of rounding only.
    return max(0.0, base * (1 - math.pow(days / model.lifetime, 1 / model.decay_speed)))
