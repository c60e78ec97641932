"""The pouch: the same acts and the same doors, where there is no network between."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.node.access import audit
from verbale.node.errors import PartnerError, UserError
from verbale.node.exchange import messages
from verbale.node.exchange.client import pack as pack_contents
from verbale.node.exchange.client import settle_receipt
from verbale.node.identity import local
from verbale.node.models import ActRecord, Delivery, Partner
from verbale.node.partners import learn
from verbale.node.register import receipts_for
from verbale.node.services import Outcome, receive
from verbale.protocol import Contents, SealedParcel, seal

__all__ = ["Opened", "open_pouch", "pack_pouch"]


@dataclass(frozen=True)
class Opened:
    """What a pouch brought."""

    sender: str
    outcomes: tuple[Outcome, ...]
    receipts: int
    """Receipts in it for acts of ours, verified and noted."""


def pack_pouch(partner: Partner, who: str, *, everything: bool = False) -> tuple[bytes, int]:
    """A pouch for one partner with all that still waits for it (or, with `everything`, all that ever went to it) and
    receipts for its acts that we hold. Returns the file and the number of acts in it. Deliveries stay queued: only a
    receipt ends them."""
    if partner.status != Partner.Status.CONFIRMED:
        raise UserError(_("%(name)s is not a confirmed partner") % {"name": partner.name}, "partner")
    identity = local()
    rows = Delivery.objects.filter(node=partner.node).select_related("act").order_by("rank", "id")
    if not everything:
        rows = rows.filter(status=Delivery.Status.QUEUED)
    taken, contents = pack_contents(list(rows))
    theirs = list(ActRecord.objects.filter(author=partner.node).order_by("-index")[:1000])
    manifest = {
        **messages.build(partner),
        "acts": len(taken),
        "receipts": [receipt.to_json() for receipt in receipts_for(theirs).values()],
    }
    parcel = seal(
        Contents(manifest, contents.envelopes, contents.attachments),
        sender=identity.node,
        keys=identity.keys,
        recipients={partner.node: partner.credentials.current.keys},
        moment=timezone.now(),
        credentials=identity.credentials,
    )
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in taken]).update(pouched_at=timezone.now())
    audit(who, "packed pouch", detail=f"{partner.node}: {len(taken)} acts, {parcel.id}")
    return parcel.to_bytes(), len(taken)


def open_pouch(data: bytes, who: str) -> Opened:
    """Take in a pouch by the same services as an exchange over the wire. Raises PartnerError or a ProtocolError."""
    identity = local()
    parcel = SealedParcel.from_bytes(data)
    partner = Partner.objects.filter(pk=parcel.sender, status=Partner.Status.CONFIRMED).first()
    if partner is None:
        raise PartnerError(f"{parcel.sender} is not a confirmed partner of {identity.node}.")
    learn(partner, parcel)
    parcel.verify(partner.credentials)
    contents = parcel.open(identity.node, identity.keystore.generations)
    messages.read(partner, contents.manifest)
    outcomes = receive(contents.envelopes, contents.attachments, via="pouch")
    receipts = _take_receipts(partner, contents.manifest.get("receipts"))
    audit(who, "opened pouch", detail=f"{parcel.sender}: {len(outcomes)} acts, {parcel.id}")
    return Opened(parcel.sender, tuple(outcomes), receipts)


def _take_receipts(partner: Partner, receipts: object) -> int:
    if not isinstance(receipts, list):
        return 0
    by_act = {item["leaf"]["act"]: item for item in receipts if isinstance(item, dict) and _names_act(item)}
    waiting = Delivery.objects.filter(node=partner.node, status=Delivery.Status.QUEUED, act_id__in=list(by_act))
    known = {partner.node: partner.credentials}
    with transaction.atomic():
        settled = [row for row in waiting if settle_receipt(row, by_act[row.act_id], known)]
        for row in settled:
            row.save()
    return len(settled)


def _names_act(item: dict) -> bool:
    leaf = item.get("leaf")
    return isinstance(leaf, dict) and isinstance(leaf.get("act"), str)
