"""Matters whose parties speak through one node: it takes in each act and passes it on, the author's signatures intact.

Of such a matter the state says who relays, and who the members are, each introduced by the relaying node with the
credentials under which its acts are verified: members need not be partners of one another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Delivery, StateEntry
from verbale.node.registry import kind_of
from verbale.protocol import PRECEDENCES, Act, Credentials, ProtocolError

__all__ = ["Circle", "circles", "pass_on", "recipients"]


@dataclass(frozen=True)
class Circle:
    """Who may be heard in a matter through which node."""

    relay: str
    """The node that passes on; empty while the act that opens the matter is not here."""
    members: Mapping[str, Credentials] = field(default_factory=dict)


def _relayed(act: Act) -> bool:
    kind = kind_of(act.type)
    return kind is not None and bool(kind.relay)


def circles(acts: Iterable[Act]) -> dict[str, Circle]:
    """The circles of the matters of these acts, by matter; with the credentials of their authors only."""
    authors: dict[str, set[str]] = {}
    keys: dict[str, str] = {}
    for act in acts:
        if _relayed(act):
            authors.setdefault(act.matter, set()).add(act.author)
            keys[act.matter] = kind_of(act.type).relay  # type: ignore[union-attr]
    found = {}
    for matter, names in authors.items():
        wanted = [keys[matter], *(f"member:{name}" for name in names)]
        rows = dict(StateEntry.objects.filter(matter_id=matter, key__in=wanted).values_list("key", "value"))
        entry = rows.pop(keys[matter], None)
        relay = entry.get("by", "") if isinstance(entry, dict) else entry or ""
        members = {key.partition(":")[2]: _credentials(key.partition(":")[2], value) for key, value in rows.items()}
        found[matter] = Circle(relay, {name: item for name, item in members.items() if item is not None})
    return found


def _credentials(node: str, entry: object) -> Credentials | None:
    """Those by which a member was introduced; None when they are not its own."""
    text = entry.get("credentials") if isinstance(entry, dict) else None
    if text is None and isinstance(entry, dict):
        record = ActRecord.objects.filter(pk=entry.get("act") or "").first()
        text = record.act.body.get("credentials") if record is not None else None
    try:
        found = Credentials.from_bytes(text.encode()) if isinstance(text, str) else None
    except (ProtocolError, UnicodeEncodeError):
        return None
    return found if found is not None and found.node == node else None


def recipients(act: Act) -> tuple[tuple[str, ...], bool]:
    """To whom this node itself delivers an act of its own, everybody in the audience or the node that relays; and
    whether it is this node that relays in the matter."""
    relay = circles([act])[act.matter].relay if _relayed(act) else ""
    ours = relay == node_name()
    return (act.audience if ours or not relay else (relay,)), ours


def pass_on(records: Iterable[ActRecord]) -> None:
    """Queue acts of members for the other members, where this node relays. Runs in the transaction that records them.

    An act without effect goes on as well: all have the same acts, and judge alike.
    """
    mine = [record for record in records if _relayed(record.act)]
    known = circles(record.act for record in mine)
    me = node_name()
    Delivery.objects.bulk_create(
        [
            Delivery(act_id=record.id, node=node, rank=PRECEDENCES.index(record.precedence))
            for record in mine
            if known[record.matter_id].relay == me and record.author in known[record.matter_id].members
            for node in record.audience
            if node != me
        ],
        ignore_conflicts=True,
    )
