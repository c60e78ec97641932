"""Answering a partner: one parcel in, one parcel out."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from verbale.node.errors import PartnerError
from verbale.node.exchange import messages
from verbale.node.exchange.delivery import release
from verbale.node.identity import local
from verbale.node.models import Partner
from verbale.node.partners import carried, learn, raise_alarm
from verbale.node.services import Outcome, receive
from verbale.protocol import Contents, CredentialsError, ProtocolError, SealedParcel, seal
from verbale.protocol.limits import MAX_PARCEL_BYTES

__all__ = ["Refusal", "answer"]


@dataclass
class Refusal(Exception):
    """The parcel as a whole is refused; `status` is the HTTP status, `reason` a sentence for the sender."""

    status: int
    reason: str


def answer(data: bytes) -> bytes:
    """Take in a partner's parcel and return the sealed answer. Raises Refusal; then nothing was taken in."""
    if len(data) > MAX_PARCEL_BYTES:
        raise Refusal(413, f"A parcel has at most {MAX_PARCEL_BYTES} bytes.")
    identity = local()
    try:
        parcel = SealedParcel.from_bytes(data)
        partner = _partner(parcel)
        contents = parcel.open(identity.node, identity.keystore.generations)
    except ProtocolError as error:
        raise Refusal(400, str(error)) from None
    Partner.objects.filter(pk=partner.pk).update(last_contact=timezone.now(), failing_since=None, last_failure="")
    if partner.failing_since is not None:
        release(partner)
    try:
        messages.read(partner, contents.manifest)
    except PartnerError as error:
        raise Refusal(409, str(error)) from None
    outcomes = receive(contents.envelopes, contents.attachments, via="exchange", limit_to=partner.node)
    partner.refresh_from_db()
    manifest = {**messages.build(partner), "results": [_result(outcome) for outcome in outcomes]}
    reply = seal(
        Contents(manifest),
        sender=identity.node,
        keys=identity.keys,
        recipients={partner.node: partner.credentials.current.keys},
        moment=timezone.now(),
        credentials=carried(),
    )
    # The answer may be lost: the cosignature counts as told only when the partner shows that it has it.
    return reply.to_bytes()


def _partner(parcel: SealedParcel) -> Partner:
    partner = Partner.objects.filter(pk=parcel.sender).first()
    if partner is None or partner.status != Partner.Status.CONFIRMED:
        raise Refusal(403, f"{parcel.sender} is not a confirmed partner of {local().node}.")
    try:
        learn(partner, parcel)
        parcel.verify(partner.credentials)
    except PartnerError as error:
        raise Refusal(403, str(error)) from None
    except CredentialsError as error:
        # The name of a partner, other keys: either they rotated and we have not heard, or somebody plays them.
        raise_alarm(
            partner,
            f"Somebody sent a parcel in the name of {partner.name} with keys that are not the pinned ones; "
            "it was refused.",
        )
        raise Refusal(403, str(error)) from None
    return partner


def _result(outcome: Outcome) -> dict[str, Any]:
    return {
        "act": outcome.act,
        "status": outcome.status,
        "reason": outcome.reason,
        "receipt": outcome.receipt.to_json() if outcome.receipt else None,
    }
