"""How talks stand, read from their state and a given day. Pure: who asks brings the day."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

__all__ = ["SOON", "agenda_shown", "commitments", "due_of", "meetings", "phase"]

SOON = timedelta(days=7)
"""So long before its deadline a commitment stands on the desk."""


def phase(state: Mapping[str, Any]) -> str:
    """`none` before an invitation has effect, then `proposed`, `declined`, `fixed` or `closed`."""
    if "opening" not in state:
        return "none"
    if "closed" in state:
        return "closed"
    if "fixed" in state:
        return "fixed"
    others = [node for node in state["opening"]["parties"] if node != state["opening"]["by"]]
    return "declined" if all(f"declined:{node}" in state for node in others) else "proposed"


def due_of(deadline: str, today: date) -> str:
    """`overdue`, `soon` or `later`."""
    day = date.fromisoformat(deadline)
    return "overdue" if day < today else "soon" if day - today <= SOON else "later"


def commitments(state: Mapping[str, Any], today: date) -> list[dict[str, Any]]:
    """The commitments by deadline, each with `act` and `due`: of open ones `overdue`, `soon` or `later`, else empty."""
    found = [
        {
            **value,
            "act": key.partition(":")[2],
            "due": due_of(value["deadline"], today) if value["status"] == "open" else "",
        }
        for key, value in state.items()
        if key.startswith("commitment:")
    ]
    return sorted(found, key=lambda item: (item["deadline"], item["issued"], item["act"]))


def meetings(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All meetings whose time is or was fixed, the earliest first; `cancelled` where one fell."""
    found = [{**item, "cancelled": False} for item in state.get("earlier", ())]
    if "fixed" in state:
        found.append({**state["fixed"], "cancelled": False})
    if "fell" in state:
        found.append({**state["fell"], "cancelled": True})
    return sorted(found, key=lambda item: (item["time"], item["uid"]))


def agenda_shown(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The agreed agenda first, then the versions on the table; each with `act` and whether it is the `standing` one."""
    standing = state.get("agenda")
    ids = [*([standing] if standing else []), *reversed(state.get("table", {}).get("agenda", ()))]
    return [{**state[f"agenda:{item}"], "act": item, "standing": item == standing} for item in ids]
