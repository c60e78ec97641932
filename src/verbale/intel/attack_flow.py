"""Attack Flow 2 (MITRE Engenuity CTID): the order in which a flow's actions happen.

A flow is a graph: `start_refs` of the flow, then `effect_refs` of actions and operators, and `on_true_refs` and
`on_false_refs` of conditions. Actions are told breadth-first along it; what nothing leads to comes last, in file order.
"""

from __future__ import annotations

from collections import deque

from .fields import Node
from .stix_objects import StixObject
from .text import clean_line

_EDGES = ("effect_refs", "on_true_refs", "on_false_refs")


def actions_in_order(objects: list[StixObject]) -> list[StixObject]:
    """The `attack-action` objects among `objects`, as they happen."""
    by_id = {obj.id: obj for obj in objects if obj.type.startswith("attack-")}
    waiting = deque(ref for obj in objects if obj.type == "attack-flow" for ref in obj.identifiers("start_refs"))
    reached: dict[str, StixObject] = {}
    while waiting:
        obj = by_id.get(waiting.popleft())
        if obj is None or obj.id in reached:
            continue
        reached[obj.id] = obj
        for edge in _EDGES:
            waiting.extend(obj.identifiers(edge))
    for obj in objects:
        if obj.type == "attack-action":
            reached.setdefault(obj.id, obj)
    return [obj for obj in reached.values() if obj.type == "attack-action"]


def author_name(flow: Node) -> str:
    """The author of a flow, who stands there as an identity object, as a list of [field, value] pairs (so in the
    published flows), or as a plain string; "" in any other form."""
    author = flow.value.get("author")
    if isinstance(author, list):
        pairs = [pair for pair in author if isinstance(pair, list) and len(pair) == 2]
        author = {pair[0]: pair[1] for pair in pairs if isinstance(pair[0], str)}
    if isinstance(author, dict):
        author = author.get("name")
    return clean_line(author) if isinstance(author, str) else ""
