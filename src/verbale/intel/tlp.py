"""The Traffic Light Protocol: its words, their order, and the ids under which STIX publishes them.

TLP 2.0 (FIRST, August 2022): CLEAR < GREEN < AMBER < AMBER+STRICT < RED. TLP 1.0's WHITE is read as CLEAR; its AMBER
did not yet know the stricter form and stays AMBER.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

TLP_ORDER: Final = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
DEFAULT_MARKING: Final = "AMBER"
"""What an object is taken for when neither it nor its report is marked, or its marking cannot be known."""

TLP_EXTENSION: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
"""The OASIS extension definition of TLP 2.0 for STIX 2.1, with the property `tlp_2_0`."""

TLP_MARKING_IDS: Final = {
    # STIX 2.1 section 7.2.1.4, TLP 1.0
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "CLEAR",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "GREEN",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "AMBER",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "RED",
    # OASIS extension definition "TLP 2.0"
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "CLEAR",
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "GREEN",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "AMBER",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "AMBER+STRICT",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "RED",
}

TLP_2_IDS: Final = {word: ref for ref, word in TLP_MARKING_IDS.items()}
"""The id of each word: those of TLP 2.0, which come last in the table."""


def tlp_word(text: str) -> str | None:
    """`tlp:white`, `TLP:AMBER+STRICT`, `red` and the like as a word of `TLP_ORDER`; None for anything else."""
    word = text.strip().upper().removeprefix("TLP:").strip()
    word = {"WHITE": "CLEAR", "AMBER_STRICT": "AMBER+STRICT", "AMBER-STRICT": "AMBER+STRICT"}.get(word, word)
    return word if word in TLP_ORDER else None


def strictest(words: Iterable[str | None]) -> str | None:
    """The most restrictive of the words; None (unmarked) counts for nothing and is the answer only when alone."""
    found = [word for word in words if word is not None]
    return max(found, key=TLP_ORDER.index, default=None)


def combined(words: Iterable[str | None], own: str | None) -> str | None:
    """The marking of something made of several parts, in a report whose own marking is `own`.

    Unlike in `strictest`, an unmarked part counts as what it will be taken for; only all unmarked stays unmarked.
    """
    parts = list(words)
    if all(part is None for part in parts):
        return None
    return strictest(taken_for(part, own) for part in parts)


def taken_for(marking: str | None, own: str | None) -> str:
    """What a part is treated as: its marking, else its report's own, else AMBER."""
    return marking or own or DEFAULT_MARKING
