"""One exchange with a partner: send acts (or none), verify the receipts that come back."""

from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from django.db import transaction
from django.utils import timezone

from verbale.node import attachments, events
from verbale.node.errors import PartnerError
from verbale.node.exchange import messages
from verbale.node.identity import local
from verbale.node.models import Delivery, Partner
from verbale.node.partners import carried, learn
from verbale.node.projection import attachments_of
from verbale.protocol import Contents, ProtocolError, Receipt, SealedParcel, seal
from verbale.protocol.limits import MAX_PARCEL_BYTES, MAX_PARCEL_FRAMES

__all__ = ["Unreachable", "exchange", "pack"]

CONTENT_TYPE = "application/vnd.verbale.parcel"


class Unreachable(PartnerError):
    """The partner did not answer, or not as this exchange does. Worth another try later."""


@dataclass(frozen=True)
class Outcome:
    """What an exchange came to."""

    delivered: int
    refused: int
    sent: int
    """How many of the deliveries, from the first, fitted into the parcel."""


def pack(deliveries: Sequence[Delivery]) -> tuple[list[Delivery], Contents]:
    """As many of the deliveries as fit into one parcel, with the attachments that their acts name."""
    taken: list[Delivery] = []
    envelopes, files = [], {}
    room = MAX_PARCEL_BYTES // 2
    for delivery in deliveries:
        envelope = delivery.act.envelope
        mine = {}
        for item in attachments_of(delivery.act.act):
            content = attachments.load(item["sha256"])
            if content is not None:
                mine[item["sha256"]] = content
        size = 2 * len(envelope.payload) + 8192 + sum(len(content) for key, content in mine.items() if key not in files)
        frames = 1 + len(envelopes) + len(files)
        if taken and (size > room or frames + 1 + len(mine) > MAX_PARCEL_FRAMES):
            break
        room -= size
        taken.append(delivery)
        envelopes.append(envelope)
        files.update(mine)
    return taken, Contents({}, tuple(envelopes), tuple(files.values()))


def exchange(partner: Partner, deliveries: Sequence[Delivery], http: httpx.Client) -> Outcome:
    """Send and take in the answer.

    Raises Unreachable when it should be tried again, PartnerError when a person has to look. Each delivery whose
    receipt verifies is marked delivered; one that the partner refuses is marked refused with its reason.
    """
    identity = local()
    taken, contents = pack(deliveries)
    manifest = {**messages.build(partner), "acts": len(taken)}
    parcel = seal(
        Contents(manifest, contents.envelopes, contents.attachments),
        sender=identity.node,
        keys=identity.keys,
        recipients={partner.node: partner.credentials.current.keys},
        moment=timezone.now(),
        credentials=carried(),
    )
    reply = _post(partner, parcel.to_bytes(), http)
    try:
        answer = SealedParcel.from_bytes(reply)
        learn(partner, answer)
        answer.verify(partner.credentials)
        told = answer.open(identity.node, identity.keystore.generations).manifest
    except ProtocolError as error:
        raise Unreachable(f"the answer is not one of {partner.node}: {error}") from None
    messages.mark_told(partner, manifest)
    messages.read(partner, told)
    return _settle(partner, taken, told.get("results"))


def _post(partner: Partner, data: bytes, http: httpx.Client) -> bytes:
    try:
        answer = http.post(
            partner.endpoint.rstrip("/") + "/exchange/v1", content=data, headers={"content-type": CONTENT_TYPE}
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(f"{partner.name} cannot be reached: {error or type(error).__name__}") from None
    if answer.status_code != 200:
        reason = _reason(answer)
        if answer.status_code in (403, 409, 413):
            raise PartnerError(f"{partner.name} refuses: {reason}")
        raise Unreachable(f"{partner.name} answers {answer.status_code}: {reason}")
    return answer.content


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"])[:500]
    except (ValueError, KeyError, TypeError):
        return answer.reason_phrase


def _settle(partner: Partner, taken: Sequence[Delivery], results: object) -> Outcome:
    told = results if isinstance(results, list) else []
    by_act = {item["act"]: item for item in told if isinstance(item, dict) and isinstance(item.get("act"), str)}
    known = {partner.node: partner.credentials}
    delivered = refused = 0
    with transaction.atomic():
        for delivery in taken:
            result = by_act.get(delivery.act_id, {})
            if result.get("status") == "refused":
                delivery.status, delivery.failure = Delivery.Status.REFUSED, str(result.get("reason"))[:1000]
                refused += 1
            elif result.get("status") == "later":
                # It waits for another act of ours that is on its way as well.
                delivery.failure = str(result.get("reason"))[:1000]
            elif settle_receipt(delivery, result.get("receipt"), known):
                delivered += 1
            delivery.leased_until = 0
            delivery.save()
            if delivery.status != Delivery.Status.QUEUED:
                events.note(
                    delivery.status,
                    matter_id=delivery.act.matter_id,
                    act_id=delivery.act_id,
                    node=partner.node,
                    precedence=delivery.act.precedence,
                )
    return Outcome(delivered, refused, len(taken))


def settle_receipt(delivery: Delivery, value: object, known: dict) -> bool:
    """Mark a delivery delivered if `value` is a receipt for its act that verifies; say on it what is wrong if not."""
    try:
        receipt = Receipt.from_json(value)
        if receipt.leaf.act != delivery.act_id or receipt.holder != delivery.node:
            raise ProtocolError("the receipt is for another act or from another node")
        receipt.verify(known)
    except ProtocolError as error:
        delivery.failure = f"the receipt does not hold: {error}"
        return False
    delivery.status, delivery.failure = Delivery.Status.DELIVERED, ""
    delivery.delivered_at, delivery.receipt = timezone.now(), receipt.to_bytes()
    return True
