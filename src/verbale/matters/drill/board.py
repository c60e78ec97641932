"""What the panel shows of a drill."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from verbale.matters.drill.report import report_of
from verbale.matters.drill.secrets import plan_of
from verbale.matters.drill.waiting import due_injects

__all__ = ["board"]


def board(state: Mapping[str, Any], me: str) -> dict[str, Any]:
    """Roles, injects, and for the director what is still to come: nobody else sees that."""
    opening, plan = state.get("opening"), state.get("plan")
    if opening is None or plan is None:
        return {"plan": None}
    directs = opening["by"] == me
    to_come, lost = [], False
    if directs and "closed" not in state:
        now = timezone.now()
        due = {item["number"] for item in due_injects(state, now)}
        found = plan_of(state)
        lost = not found
        nodes = {item["role"]: item["node"] for item in plan["roles"]}
        to_come = [
            {**item, "due": item["number"] in due, "node": nodes.get(item["to"], "")}
            for item in found
            if f"given:{item['number']}" not in state
        ]
    return {
        "plan": plan,
        "report": report_of(state),
        "directs": directs,
        "director": opening["by"],
        "to_come": to_come,
        "lost": lost,
        "started": state.get("started"),
        "over": "closed" in state,
        "length": timedelta(minutes=plan["minutes"]),
        "answers": [
            {"node": node, "answer": state.get(f"answer:{node}")}
            for node in opening["parties"]
            if node != opening["by"]
        ],
    }
