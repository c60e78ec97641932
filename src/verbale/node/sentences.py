"""Sentences, not states: what happened to an act, told to a person."""

from collections.abc import Callable, Mapping
from typing import Any

from django.template.defaultfilters import date as date_filter
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verbale.node.models import ActRecord, Clearing, CosignatureRecord, Delivery, Partner
from verbale.node.partners import names
from verbale.node.registry import act_type, is_lawful
from verbale.protocol import Act, Receipt, parse_time

__all__ = ["clock", "delivery_sentence", "excerpt_of", "label_of", "proof_sentences", "sentence_of", "timeline", "why"]


def clock(moment: object) -> str:
    """A time of the day in the reader's zone, with the date when it is not today."""
    when = parse_time(moment, "time") if isinstance(moment, str) else moment
    local = timezone.localtime(when)
    return date_filter(local, "H:i:s" if local.date() == timezone.localdate() else "j F Y, H:i:s")


def label_of(record: ActRecord) -> str:
    """`Note verbale 12/2026`."""
    known = act_type(record.type)
    label = _said(record, known.name_of) or str(known.label) if known else record.type
    number = record.act.body.get("number")
    return f"{label} {number}" if isinstance(number, str) and known else label


def sentence_of(record: ActRecord) -> str:
    """One line of what the act says; a body that is not lawful for its type has none."""
    known = act_type(record.type)
    return _said(record, known.sentence if known else None)


def excerpt_of(record: ActRecord) -> str:
    """The beginning of a longer text."""
    known = act_type(record.type)
    return _said(record, known.excerpt if known else None)


def _said(record: ActRecord, words: Callable[[Act], str] | None) -> str:
    try:
        return words(record.act) if words else ""
    except (KeyError, TypeError, AttributeError, ValueError):
        # The body is not lawful for its type: the act stands without effect, and its page says why.
        return ""


def why(record: ActRecord) -> str:
    """Why an act is without effect; nodes by their names."""
    if record.reason is None:
        return ""
    known = names()
    values = tuple(known.get(value, value) for value in record.about)
    return _(record.reason) % values if values else _(record.reason)


def delivery_sentence(delivery: Delivery, names: Mapping[str, str]) -> str:
    """What became of one delivery."""
    to = names.get(delivery.node, delivery.node)
    if delivery.status == Delivery.Status.DELIVERED:
        return _("Delivered to %(node)s at %(time)s, receipt verified") % {
            "node": to,
            "time": clock(delivery.delivered_at),
        }
    if delivery.status == Delivery.Status.REFUSED:
        return _("%(node)s refused it: %(reason)s") % {"node": to, "reason": delivery.failure}
    told = [_("On its way to %(node)s") % {"node": to}]
    if delivery.attempts:
        told.append(
            ngettext("%(count)s try so far", "%(count)s tries so far", delivery.attempts) % {"count": delivery.attempts}
        )
    if delivery.failure:
        told.append(delivery.failure)
    if delivery.pouched_at:
        told.append(_("packed into a pouch at %(time)s") % {"time": clock(delivery.pouched_at)})
    return "; ".join(told)


def proof_sentences(record: ActRecord, names: Mapping[str, str], me: str) -> list[str]:
    """What is proven about an act, one sentence each, the strongest first."""
    told = []
    author = names.get(record.author, record.author)
    for delivery in record.deliveries.exclude(receipt=None).order_by("node"):
        receipt = Receipt.from_bytes(bytes(delivery.receipt))
        told.append(
            _("%(node)s holds this act since %(time)s, as entry %(index)s of its register; the receipt is verified.")
            % {
                "node": names.get(delivery.node, delivery.node),
                "time": clock(receipt.leaf.at),
                "index": receipt.index + 1,
            }
        )
    if record.author == me:
        told.append(_("It bears both signatures of this node."))
    elif Partner.objects.filter(pk=record.author, status=Partner.Status.CONFIRMED).exists():
        told.append(
            _("Both signatures of %(author)s verify under the keys that we compared and pinned.") % {"author": author}
        )
    else:
        told.append(
            _("Both signatures of %(author)s verify under the keys by which it was introduced as a member.")
            % {"author": author}
        )
    cosigners = sorted(
        {
            names.get(node, node)
            for node in CosignatureRecord.objects.filter(checkpoint__size__gt=record.index).values_list(
                "node", flat=True
            )
        }
    )
    if cosigners:
        told.append(
            _("Our register holds it as entry %(index)s since %(time)s, under a head cosigned by %(cosigners)s.")
            % {"index": record.index + 1, "time": clock(record.recorded_at), "cosigners": ", ".join(cosigners)}
        )
    else:
        told.append(
            _("Our register holds it as entry %(index)s since %(time)s; no partner has cosigned that head yet.")
            % {"index": record.index + 1, "time": clock(record.recorded_at)}
        )
    return told


def timeline(records: list[ActRecord], known: dict[str, str]) -> list[dict[str, Any]]:
    """Acts as a page tells them, in a few queries whatever their number."""
    ids = [record.id for record in records]
    deliveries: dict[str, list[Delivery]] = {}
    for delivery in Delivery.objects.filter(act_id__in=ids).order_by("node"):
        deliveries.setdefault(delivery.act_id, []).append(delivery)
    clearings = {clearing.act_id: clearing for clearing in Clearing.objects.filter(act_id__in=ids)}
    return [
        {
            "record": record,
            "paper": bool((known_type := act_type(record.type)) and known_type.paper)
            and (record.effective or is_lawful(record.act)),
            "clearing": clearings.get(record.id),
            "deliveries": [
                {"row": delivery, "sentence": delivery_sentence(delivery, known)}
                for delivery in deliveries.get(record.id, ())
            ],
        }
        for record in records
    ]
