"""What two nodes tell each other in every exchange, whoever asked: heads of registers, and cosignatures on them.

Each message carries the sender's latest checkpoint with a consistency proof from the size that the receiver is known to
hold, and the sender's cosignature on the receiver's last checkpoint. So every exchange, a delivery or a mere greeting,
lets both sides see that neither rewrote its history.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from verbale.node import events
from verbale.node.errors import PartnerError
from verbale.node.identity import local
from verbale.node.models import Partner
from verbale.node.partners import raise_alarm
from verbale.node.register import consistency, head_checkpoint, store_cosignature
from verbale.protocol import (
    Checkpoint,
    Cosignature,
    MalformedError,
    ProofError,
    ProtocolError,
    cosign,
    verify_checkpoint,
)
from verbale.protocol.encoding import b64, from_b64, is_version_1
from verbale.protocol.merkle import verify_consistency

__all__ = ["build", "mark_told", "read"]


def build(partner: Partner) -> dict[str, Any]:
    """The manifest to send to `partner`, without what a delivery or an answer adds."""
    head = head_checkpoint()
    start = min(partner.knows_size, head.size)
    known = Checkpoint.parse(partner.head_note) if partner.head_note else None
    cosignature = None
    if known is not None and partner.cosignature and not partner.cosignature_told:
        cosignature = {"size": known.size, "text": partner.cosignature}
    return {
        "v": 1,
        "purpose": "exchange",
        "head": {
            "checkpoint": head.render(),
            "from": start,
            "consistency": [b64(item) for item in consistency(start, head.size)],
        },
        "known": known.size if known else 0,
        "cosignature": cosignature,
        "colour": settings.CONFIG.colour,
    }


def mark_told(partner: Partner, manifest: Mapping[str, Any]) -> None:
    """The partner has answered a message that carried this cosignature: it need not be told again."""
    if manifest.get("cosignature"):
        Partner.objects.filter(pk=partner.pk, cosignature=manifest["cosignature"]["text"]).update(cosignature_told=True)


def read(partner: Partner, manifest: Mapping[str, Any]) -> None:
    """Take in what a partner says about the two registers. Raises PartnerError, with a standing alarm, on a rewrite."""
    if not is_version_1(manifest.get("v")) or manifest.get("purpose") != "exchange":
        raise PartnerError("The manifest is not one of this exchange, version 1.")
    with transaction.atomic():
        partner = Partner.objects.select_for_update().get(pk=partner.pk)
        problem = _read_head(partner, manifest.get("head"))
        if problem is None:
            _read_known(partner, manifest.get("known"))
            _read_cosignature(partner, manifest.get("cosignature"))
            _read_colour(partner, manifest.get("colour"))
    if problem is not None:
        raise_alarm(partner, problem)
        raise PartnerError(problem)


def _read_head(partner: Partner, head: Any) -> str | None:
    """Verify the partner's head and its consistency with the one we hold; cosign it. Returns what is wrong, if so."""
    if not isinstance(head, dict) or set(head) != {"checkpoint", "from", "consistency"}:
        return "Its message does not tell the head of its register."
    try:
        offered = Checkpoint.parse(str(head["checkpoint"]))
        if offered.node != partner.node:
            raise ProofError(f"the checkpoint is of {offered.node}, not of {partner.node}")
        verify_checkpoint(offered, {partner.node: partner.credentials})
        if not isinstance(head["consistency"], list):
            raise MalformedError("consistency must be a list of hashes")
        proof = [from_b64(item, "consistency") for item in head["consistency"]]
        held = Checkpoint.parse(partner.head_note) if partner.head_note else None
        if held is not None:
            if offered.size < held.size:
                if offered.time <= held.time:
                    # Signed before the head that we hold: a late pouch, or two exchanges that crossed.
                    return None
                return _rewritten(partner, f"it held {held.size} entries at {held.time} and now shows {offered.size}")
            if offered.size == held.size:
                if offered.root != held.root:
                    return _rewritten(partner, f"two different registers of {held.size} entries")
                return None
            if head["from"] != held.size:
                # They believe that we hold another head: we tell them ours, and the next proof will start from it.
                return None
            verify_consistency(held.size, held.root, offered.size, offered.root, proof)
    except ProofError as error:
        return _rewritten(partner, str(error))
    except ProtocolError as error:
        return f"The head of its register cannot be accepted: {error}"
    identity = local()
    moment = timezone.now()
    partner.head_note = offered.render()
    partner.cosignature = cosign(offered, identity.node, moment, identity.keys).to_text()
    partner.cosignature_told = False
    partner.save(update_fields=["head_note", "cosignature", "cosignature_told"])
    return None


def _rewritten(partner: Partner, detail: str) -> str:
    return (
        f"The register of {partner.name} does not continue the one it showed before: {detail}. "
        "It was rewritten or restored from an old copy. Its head is not cosigned; ask the partner by another road."
    )


def _read_known(partner: Partner, known: Any) -> None:
    if type(known) is int and known >= 0 and known != partner.knows_size:
        partner.knows_size = known
        partner.save(update_fields=["knows_size"])


def _read_colour(partner: Partner, colour: Any) -> None:
    """How they draw their crest: a courtesy, and nothing hangs on it."""
    if isinstance(colour, str) and re.fullmatch("#[0-9a-f]{6}", colour) and colour != partner.colour:
        partner.colour = colour
        partner.save(update_fields=["colour"])


def _read_cosignature(partner: Partner, told: Any) -> None:
    if told is None:
        return
    if not isinstance(told, dict) or type(told.get("size")) is not int or not isinstance(told.get("text"), str):
        raise PartnerError("The cosignature in its message is malformed.")
    try:
        if store_cosignature(partner, told["size"], Cosignature.parse(told["text"])):
            events.note("partner", node=partner.node)
    except ProtocolError as error:
        raise PartnerError(str(error)) from None
