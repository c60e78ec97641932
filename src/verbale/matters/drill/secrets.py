"""The director's side of the commitments: the injects of a scenario with their nonces.

A nonce is made anew whenever it is needed, from the secret of this node and the seed of the drill, so nothing has to be
kept beside the pack: HMAC-SHA-256, of which the first 128 bits. Without the secret the seed tells nothing.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from verbale.knowledge import Scenario, scenario_of
from verbale.matters.drill.acts import commitment, expected_hash

__all__ = ["expected_of", "plan_of", "reveal"]


def _nonce(seed: str, number: int, what: str) -> str:
    message = f"verbale/drill/v1\0{seed}\0{number}\0{what}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()[:32]


def _nfc(text: str) -> str:
    # As an act must have its texts.
    return unicodedata.normalize("NFC", text).strip()


def expected_of(scenario: Scenario, seed: str, number: int) -> dict[str, Any]:
    """What a good response to an inject is, as the end of the drill tells it."""
    text = _nfc(scenario.injects[number - 1].expect)
    return {"number": number, "text": text, "nonce": _nonce(seed, number, "expected")}


def reveal(scenario: Scenario, seed: str, number: int) -> dict[str, Any]:
    """The body of the act of an inject."""
    inject, expected = scenario.injects[number - 1], expected_of(scenario, seed, number)
    return {
        "number": number,
        "at": inject.at,
        "to": inject.to,
        "title": _nfc(inject.title),
        "text": _nfc(inject.text),
        "within": inject.within,
        "objective": inject.objective,
        "expected": expected_hash(expected["text"], expected["nonce"]),
        "nonce": _nonce(seed, number, "inject"),
    }


def plan_of(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The injects to which we committed, if this node still has them: the same scenario, letter by letter."""
    plan = state.get("plan") or {}
    scenario = scenario_of(str(plan.get("scenario")))
    if scenario is None or scenario.version != plan["version"] or len(scenario.injects) != plan["injects"]:
        return []
    found = [reveal(scenario, plan["seed"], number) for number in range(1, plan["injects"] + 1)]
    fits = all(commitment(item) == state.get(f"commitment:{item['number']}") for item in found)
    return found if fits else []
