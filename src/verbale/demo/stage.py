"""The stage of the demonstration: nodes, what one person asks of their own node, and how acts get from one to another.

Everything goes through the REST API of the node of whoever acts. What another node sees came through the exchange, or,
where a link is cut, in a pouch that somebody carries.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from verbale.demo.nodes import DemoError, NodeProcess

__all__ = ["Stage"]

_PATIENCE = 60.0
"""Seconds to wait for what should take a moment: machines are shared."""


def _silent(line: str) -> None:
    pass


@dataclass
class Stage:
    """Who plays, and what has been said so far."""

    nodes: dict[str, NodeProcess]
    say: Callable[[str], None] = _silent
    acts: list[dict[str, Any]] = field(default_factory=list)
    """`{"act", "who", "to", "type", "delivered", "receipt"}`, in the order in which they were said."""
    cut: set[frozenset[str]] = field(default_factory=set)
    """Pairs of nodes between which there is no link: what they say to each other is carried in pouches."""
    carried: int = 0
    """Pouches that were carried."""

    # -- doing -------------------------------------------------------------------------------------------------------

    def do(self, node: NodeProcess, path: str, /, *, who: str = "desk", **fields: Any) -> dict[str, Any]:
        """Something said at once; the act, when it has reached all of its addressees."""
        return self._settled(node, [node.api(who, "POST", path, json=fields)])[-1]

    def draft(self, node: NodeProcess, path: str, /, *, who: str = "desk", **fields: Any) -> dict[str, Any]:
        """Something drafted by one person and cleared by the head of the house; the act, when it has arrived."""
        return self.cleared(node, node.api(who, "POST", path, json=fields)["draft"], who=who)

    def cleared(self, node: NodeProcess, draft: str, *, who: str = "desk") -> dict[str, Any]:
        """The same of a draft that is there already."""
        node.api(who, "POST", f"/drafts/{draft}/submit")
        return self._settled(node, node.api("head", "POST", f"/drafts/{draft}/clear"))[-1]

    def noted(self, node: NodeProcess, act: dict[str, Any]) -> dict[str, Any]:
        """An act that was made in some other way."""
        return self._settled(node, [act])[-1]

    def _settled(self, node: NodeProcess, acts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for act in acts:
            if not act["effective"]:
                raise DemoError(f"{act['type']} of {act['author']} is without effect: {act['reason']}")
            self._arrive(act)
            told = node.api("operator", "GET", f"/acts/{act['id']}")
            deliveries = told["deliveries"]
            self.acts.append(
                {
                    "act": act["id"],
                    "who": act["author"],
                    "to": ", ".join(act["audience"]) or "the house",
                    "type": act["type"],
                    "delivered": all(item["status"] == "delivered" for item in deliveries) if deliveries else None,
                    "receipt": all(item["receipt_verified"] for item in deliveries) if deliveries else None,
                    "holders": [item["to"] for item in deliveries],
                }
            )
        return acts

    # -- arriving ----------------------------------------------------------------------------------------------------

    def _arrive(self, act: dict[str, Any]) -> None:
        """Wait until an act stands, with effect, at every addressee that plays, and its receipts are back."""
        wanted = [self.nodes[name] for name in act["audience"] if name in self.nodes]
        end = time.monotonic() + _PATIENCE
        for node in wanted:
            while (held := self.held(node, act["id"])) is None:
                self._wait(act, end, f"{node.side.name} to hold {act['type']} {act['id'][:12]}")
            if not held["effective"]:
                raise DemoError(f"{act['type']} is without effect at {node.side.name}: {held['reason']}")
        author = self.nodes[act["author"]]
        while not self._receipted(author, act["id"]):
            self._wait(act, end, f"act {act['id'][:12]} to be delivered with a verified receipt")

    def _receipted(self, author: NodeProcess, act: str) -> bool:
        deliveries = author.api("operator", "GET", f"/acts/{act}")["deliveries"]
        refused = [item for item in deliveries if item["status"] == "refused"]
        if refused:
            raise DemoError(f"{refused[0]['to']} refused act {act[:12]}: {refused[0]['failure']}")
        return all(item["receipt_verified"] for item in deliveries if item["to"] in self.nodes)

    def held(self, node: NodeProcess, act: str) -> dict[str, Any] | None:
        """An act as a node tells it; None while it has not arrived."""
        try:
            found: dict[str, Any] = node.api("operator", "GET", f"/acts/{act}")
        except DemoError:
            return None
        return found

    def _wait(self, act: dict[str, Any], end: float, what: str) -> None:
        if time.monotonic() > end:
            raise DemoError(f"waited {_PATIENCE:.0f} s for {what}")
        self.carry({act["author"], *act["audience"]})
        time.sleep(0.03)

    def carry(self, among: Collection[str]) -> None:
        """Carry pouches both ways between those among them that are cut off from each other: acts there, receipts
        back."""
        for first, second in sorted(tuple(sorted(pair)) for pair in self.cut if pair <= set(among)):
            for sender, recipient in ((first, second), (second, first)):
                here, there = self.nodes[sender], self.nodes[recipient]
                pouch = here.download("desk", f"/partners/{recipient}/pouch")
                there.api("desk", "POST", "/pouch", files={"pouch": ("pouch", pouch)})
                self.carried += 1
