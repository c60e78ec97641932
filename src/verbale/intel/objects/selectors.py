"""Selectors of granular markings (STIX 2.1 section 7.2.3.1): each must name something that is there."""

from __future__ import annotations

from typing import Any

from .faults import Breach


def check_granular(value: dict[str, Any]) -> None:
    """Each granular marking names either a marking or a language, and only what the object has."""
    for place, marking in enumerate(value["granular_markings"]):
        path = f"granular_markings[{place}]"
        if ("marking_ref" in marking) == ("lang" in marking):
            raise Breach(path, "must have one of marking_ref and lang", "7.2.3")
        for selector in marking["selectors"]:
            if not selects(value, selector):
                raise Breach(f"{path}.selectors", f'"{selector[:100]}" names nothing in the object', "7.2.3.1")


def selects(value: object, selector: str) -> bool:
    """Whether the selector leads from `value` to something."""
    for step in selector.split("."):
        if step.startswith("["):
            place = int(step[1:-1])
            if not isinstance(value, list) or place >= len(value):
                return False
            value = value[place]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return False
    return True
