"""The cast of these tests: Crimson writes to Lazuria about an incident, and a forum of states looks on.

Keys come from fixed seeds, so a failure looks the same on every machine. Signatures still differ from run to run:
ML-DSA-65 signing is randomised.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from verbale.protocol import (
    Act,
    Checkpoint,
    Credentials,
    Envelope,
    Leaf,
    PrivateKeys,
    Receipt,
    cosign,
    format_time,
    make_act,
    sign_act,
    sign_checkpoint,
)
from verbale.protocol.encoding import b64
from verbale.protocol.merkle import MemoryTree

FOUNDED = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def seeds(name: str) -> dict[str, str]:
    """Seeds that anybody can derive from a name: fit for tests, and for nothing else."""
    raw = {
        part: hashlib.shake_256(f"{name}/{part}".encode()).digest(size)
        for part, size in (("ed25519", 32), ("mldsa65", 32), ("mlkem768", 64), ("x25519", 32))
    }
    return {part: b64(value) for part, value in raw.items()}


def keys_of(name: str) -> PrivateKeys:
    return PrivateKeys.from_seeds(seeds(name))


def minutes(number: float) -> datetime:
    """A moment of the story, counted from that morning."""
    return MORNING + timedelta(minutes=number)


@dataclass(frozen=True)
class Player:
    """A node with its keys and its credentials."""

    node: str
    keys: PrivateKeys
    credentials: Credentials


def _player(node: str, name: str, kind: str) -> Player:
    keys = keys_of(node)
    endpoint = f"https://{node.lower()}.example"
    made = Credentials.create(keys, node=node, name=name, kind=kind, endpoint=endpoint, issued=FOUNDED)
    return Player(node, keys, made)


CRIMSON = _player("CRIMSON", "Republic of Crimson", "state")
LAZURIA = _player("LAZURIA", "Kingdom of Lazuria", "state")
FORUM = _player("FORUM", "Forum of States on Cyberspace", "organisation")
KNOWN = {player.node: player.credentials for player in (CRIMSON, LAZURIA, FORUM)}


def note(number: int = 0, *, author: str = "CRIMSON", **changes: Any) -> Act:
    """Crimson's note verbale to Lazuria, the `number`th of that morning."""
    fields: dict[str, Any] = {
        "type": "note.verbale",
        "author": author,
        "audience": ["LAZURIA"],
        "matter": None,
        "issued": minutes(number),
        "body": {"text": f"The Ministry presents its compliments and refers to the incident no. {number}."},
        "nonce": f"{number:032x}",
    }
    return make_act(**{**fields, **changes})


def sent(act: Act, player: Player = CRIMSON) -> Envelope:
    return sign_act(act.canonical, player.keys)


@dataclass(frozen=True)
class Register:
    """A register in memory, with the acts beside its leaves."""

    entries: tuple[tuple[Leaf, Envelope], ...]
    tree: MemoryTree

    def checkpoint(self, player: Player = LAZURIA, *, witness: Player | None = None) -> Checkpoint:
        head = sign_checkpoint(player.node, self.tree.size, self.tree.root(), minutes(60), player.keys)
        if witness is None:
            return head
        return head.with_cosignatures([cosign(head, witness.node, minutes(61), witness.keys)])

    def receipt(self, index: int, *, carried: tuple[Player, ...] = (), witness: Player | None = None) -> Receipt:
        return Receipt(
            self.entries[index][0],
            index,
            tuple(self.tree.inclusion(index)),
            self.checkpoint(witness=witness),
            tuple(player.credentials for player in carried),
        )


def register_of(count: int) -> Register:
    """Lazuria's register after `count` notes from Crimson, each recorded half a minute after its issue."""
    acts = [note(number) for number in range(count)]
    entries = tuple((Leaf(act.id, format_time(minutes(place + 0.5))), sent(act)) for place, act in enumerate(acts))
    return Register(entries, MemoryTree(leaf.hash() for leaf, _ in entries))
