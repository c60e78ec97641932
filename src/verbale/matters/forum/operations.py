"""What is done with a session beyond single deeds: introducing many, verifying a vote, writing it out as a file."""

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from verbale.matters.forum.verify import RollCall, bears, verify_roll_call, write_bundle
from verbale.matters.kit import operations
from verbale.matters.kit.kinds import deed_of
from verbale.matters.kit.operations import Given
from verbale.node.access import readable_acts, saw
from verbale.node.errors import UserError
from verbale.node.identity import node_name, public_credentials
from verbale.node.models import ActRecord, Matter, Partner, StateEntry, User
from verbale.protocol import Credentials

__all__ = ["Checked", "Introduction", "bundle", "introduce", "pinned", "verify"]


@dataclass(frozen=True)
class Introduction:
    """How one node is introduced."""

    node: str
    name: str
    voting: bool = True


def introduce(matter: Matter, user: User, wanted: Iterable[Introduction]) -> list[ActRecord]:
    """Introduce nodes that are new or whose name, vote or keys have changed; the others are left as they are."""
    deed = deed_of("forum.member")
    rows = matter.state.filter(key__startswith="member:").values_list("key", "value")
    known = {key.partition(":")[2]: entry for key, entry in rows}
    keys = dict(Partner.objects.values_list("node", "fingerprint"))
    made = []
    for item in wanted:
        entry = known.get(item.node)
        if entry is not None and (entry["name"], entry["voting"], entry["fingerprint"]) == (
            item.name or entry["name"],
            item.voting,
            keys.get(item.node, entry["fingerprint"]),
        ):
            continue
        given = Given({"node": item.node, "name": item.name, "voting": item.voting})
        made.append(operations.say(deed, matter, user, given))
    return made


def pinned(nodes: Iterable[str]) -> dict[str, Credentials]:
    """The credentials that this node trusts of itself: its own, and those of partners that it has compared."""
    rows = Partner.objects.filter(node__in=list(nodes), status=Partner.Status.CONFIRMED)
    return {**{partner.node: partner.credentials for partner in rows}, node_name(): public_credentials()}


@dataclass(frozen=True)
class Checked:
    """A vote as this node verified it."""

    result: RollCall
    compared: tuple[str, ...]
    """Members whose keys this node had compared itself."""
    introduced: tuple[str, ...]
    """Members whose keys it knows by the organisation's introduction alone."""


def _records(matter: Matter, user: User) -> list[ActRecord]:
    rows = readable_acts(user).filter(matter_id=matter.id, type__startswith="forum.").order_by("index")
    found = [record for record in rows if bears(record.type)]
    saw(user, found)
    return found


def verify(matter: Matter, user: User, vote: str) -> Checked:
    """Compute the result of a vote anew, from the signed acts in this node's register and nothing else."""
    records = _records(matter, user)
    trusted = pinned(matter.parties)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        result = verify_roll_call([record.envelope for record in records], trusted, vote, pool)
    members = [node for node, _choice in result.counted] + [*result.absent, *result.uncounted]
    return Checked(
        result,
        tuple(node for node in members if node in trusted),
        tuple(node for node in members if node not in trusted),
    )


def bundle(matter: Matter, user: User, vote: str) -> bytes:
    """The vote as a file that anybody can verify, see `verify.py`. Raises UserError when that cannot be written."""
    opening: Mapping[str, Any] = (
        StateEntry.objects.filter(matter=matter, key="opening").values_list("value", flat=True).first() or {}
    )
    house = str(opening.get("by", ""))
    if not matter.state.filter(key=f"vote:{vote}").exists():
        raise UserError(_("There is no such vote in this session."))
    credentials = pinned([house]).get(house)
    if credentials is None:
        raise UserError(_("The organisation is no confirmed partner of this node."))
    return b"".join(write_bundle(vote, credentials, (record.envelope for record in _records(matter, user))))
