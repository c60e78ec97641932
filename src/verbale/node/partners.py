"""Onboarding of partners by credentials, the out-of-band check, and the refusal of changed keys."""

import colorsys
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpx
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verbale.node import events
from verbale.node.access import audit
from verbale.node.errors import PartnerError, UserError
from verbale.node.identity import local, node_name
from verbale.node.models import Delivery, Matter, Partner, StateEntry
from verbale.node.registry import all_kinds
from verbale.protocol import ChangedKeysError, Credentials, ProtocolError, SealedParcel, fingerprint_words, same_words

__all__ = [
    "Named",
    "add",
    "block",
    "carried",
    "colour_of",
    "confirm",
    "describe",
    "fetch_credentials",
    "learn",
    "looked_up_once",
    "name_of",
    "names",
    "names_of",
    "raise_alarm",
    "renew",
    "settle_alarm",
    "short_name",
    "words_of",
]

_TIMEOUT = httpx.Timeout(10.0)


def words_of(partner: Partner) -> str:
    """The fingerprint as the words that two people compare."""
    return " ".join(fingerprint_words(partner.fingerprint))


_FORMAL = re.compile(
    r"^(the )?((federal|united|democratic|islamic|people's|plurinational) )*"
    r"(republic|kingdom|state|states|federation|principality|sultanate|commonwealth|union|grand duchy) of (the )?",
    re.IGNORECASE,
)


def short_name(name: str) -> str:
    """A state's name as people say it: `Crimson` for `Republic of Crimson`."""
    short = _FORMAL.sub("", name)
    return short[:1].upper() + short[1:] if short else name


_looks: ContextVar[dict[str, "_Look"] | None] = ContextVar("looks", default=None)


@dataclass(frozen=True)
class _Look:
    """How a node is shown."""

    name: str
    colour: str


def _known() -> dict[str, _Look]:
    kept = _looks.get()
    if kept:
        return kept
    rows = Partner.objects.values_list("node", "name", "colour")
    found = {node: _Look(name, _made_colour(node)) for node, name in _introduced()}
    found |= {node: _Look(short_name(name), colour or _made_colour(node)) for node, name, colour in rows}
    config = settings.CONFIG
    found[config.node] = _Look(short_name(config.name), config.colour)
    if kept is not None:
        kept.update(found)
    return found


def _introduced() -> Iterator[tuple[str, str]]:
    """Members of matters in which a node relays, by the names under which it introduced them: no partners of ours."""
    relayed = [kind.name for kind in all_kinds() if kind.relay]
    matters = list(Matter.objects.filter(kind__in=relayed).values_list("id", flat=True)) if relayed else []
    rows = StateEntry.objects.filter(matter_id__in=matters, key__startswith="member:").values_list("key", "value")
    for key, entry in rows if matters else ():
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            yield key.partition(":")[2], entry["name"]


@contextmanager
def looked_up_once() -> Iterator[None]:
    """Within it, names and colours of nodes are read once: a page shows them at every line."""
    token = _looks.set({})
    try:
        yield
    finally:
        _looks.reset(token)


def names() -> dict[str, str]:
    """Short names of this node and of all partners, by node."""
    return {node: look.name for node, look in _known().items()}


def name_of(node: str) -> str:
    """The short name of a node; its code where it is not known here."""
    look = _known().get(node)
    return look.name if look else node


def names_of(nodes: Iterable[str], most: int = 0) -> str:
    """Several names in a row; only how many they are when there are more than `most`, if that is given."""
    found = list(nodes)
    if most and len(found) > most:
        return ngettext("%(n)s state", "%(n)s states", len(found)) % {"n": len(found)}
    return ", ".join(map(name_of, found))


class Named:
    """A sentence about nodes, put into words when it is shown, by their names then: `%(node)s` or `%(who)s`."""

    def __init__(self, sentence: object, nodes: str | Iterable[str], most: int = 0) -> None:
        self.sentence, self.most = sentence, most
        self.nodes = [nodes] if isinstance(nodes, str) else list(nodes)

    def __str__(self) -> str:
        told = names_of(self.nodes, self.most)
        return str(self.sentence) % {"node": told, "who": told}


def colour_of(node: str) -> str:
    """The colour of a state's crest: its own, as it told us, else one made from its name."""
    look = _known().get(node)
    return look.colour if look else _made_colour(node)


def _made_colour(node: str) -> str:
    hue = sum(ord(letter) * (place * 37 + 11) for place, letter in enumerate(node)) % 360
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue / 360, 0.34, 0.45))
    return f"#{red:02x}{green:02x}{blue:02x}"


def describe(partner: Partner) -> dict[str, Any]:
    """A partner as plain values, for the API and the command line."""
    return {
        "node": partner.node,
        "name": partner.name,
        "status": partner.status,
        "endpoint": partner.endpoint,
        "fingerprint": partner.fingerprint,
        "words": words_of(partner),
        "alarm": partner.alarm,
        "last_contact": partner.last_contact,
        "failing_since": partner.failing_since,
        "last_failure": partner.last_failure,
        "waiting": Delivery.objects.filter(node=partner.node, status=Delivery.Status.QUEUED).count(),
    }


def fetch_credentials(endpoint: str) -> Credentials:
    """Ask a node for its credentials. What comes back is unproven until its words are compared out of band."""
    url = endpoint.rstrip("/") + "/exchange/v1/credentials"
    try:
        answer = httpx.get(url, timeout=_TIMEOUT)
        answer.raise_for_status()
        return Credentials.from_bytes(answer.content)
    except httpx.InvalidURL as error:
        raise UserError(
            _("%(endpoint)s is no address: %(error)s") % {"endpoint": endpoint, "error": error}, "endpoint"
        ) from None
    except httpx.HTTPError as error:
        raise UserError(
            _("%(endpoint)s cannot be reached: %(error)s") % {"endpoint": endpoint, "error": error}, "endpoint"
        ) from None
    except ProtocolError as error:
        raise UserError(
            _("%(endpoint)s does not answer with credentials: %(error)s") % {"endpoint": endpoint, "error": error},
            "endpoint",
        ) from None


def add(credentials: Credentials, who: str) -> Partner:
    """Note a node's credentials; it stays pending until `confirm`. Known ones must be continued, not replaced.

    Raises PartnerError when the keys changed without a signed rotation: loudly, with a standing alarm.
    """
    now = credentials.current
    if now.node == node_name():
        raise UserError(_("These are the credentials of this node itself."), "credentials")
    partner = Partner.objects.filter(pk=now.node).first()
    if partner is not None:
        return renew(partner, credentials, who)
    if now.revoked is not None:
        raise UserError(
            _("%(node)s has revoked these credentials: %(revoked)s") % {"node": now.node, "revoked": now.revoked},
            "credentials",
        )
    partner = Partner.objects.create(
        node=now.node,
        name=now.name,
        kind=now.kind,
        chain=credentials.to_bytes(),
        fingerprint=now.fingerprint,
        endpoint=now.endpoint,
    )
    audit(who, "added partner", detail=f"{now.node} {now.fingerprint}")
    return partner


def renew(partner: Partner, offered: Credentials, who: str) -> Partner:
    """Take over a partner's newer credentials if they continue the pinned ones. Raises PartnerError if they do not."""
    try:
        accepted = partner.credentials.accept(offered)
    except ChangedKeysError as error:
        raise_alarm(partner, str(error))
        raise PartnerError(str(error)) from None
    now = accepted.current
    if accepted is not partner.credentials:
        partner.chain, partner.fingerprint = accepted.to_bytes(), now.fingerprint
        partner.name, partner.endpoint = now.name, now.endpoint
        changed = ["chain", "fingerprint", "name", "endpoint"]
        if now.revoked is not None:
            partner.status = Partner.Status.BLOCKED
            partner.alarm = f"{now.node} has revoked its credentials: {now.revoked}"
            changed += ["status", "alarm"]
        # Nothing else: a person may have blocked the partner since it was read.
        partner.save(update_fields=changed)
        partner.__dict__.pop("_credentials", None)
        audit(who, "renewed credentials", detail=f"{now.node} version {now.serial} {now.fingerprint}")
    return partner


def confirm(partner: Partner, typed: str, who: str) -> None:
    """The out-of-band check: the words that the partner read out are the ones of these credentials.

    Raises UserError when they differ.
    """
    if partner.credentials.revoked is not None:
        raise UserError(_("Revoked credentials cannot be confirmed."), "words")
    if not same_words(partner.fingerprint, typed):
        raise UserError(
            _("These are not the words of the credentials. Compare again; if they still differ, do not trust them."),
            "words",
        )
    with transaction.atomic():
        partner.status = Partner.Status.CONFIRMED
        partner.confirmed_at, partner.confirmed_by = timezone.now(), who
        partner.save(update_fields=["status", "confirmed_at", "confirmed_by"])
        audit(who, "confirmed partner", detail=f"{partner.node} {partner.fingerprint}")
        events.note("partner", node=partner.node)


def block(partner: Partner, who: str, reason: str) -> None:
    """Exchange nothing more with a partner until it is confirmed anew."""
    partner.status = Partner.Status.BLOCKED
    partner.save(update_fields=["status"])
    audit(who, "blocked partner", detail=f"{partner.node}: {reason}")
    events.note("partner", node=partner.node)


def raise_alarm(partner: Partner, text: str) -> None:
    """A standing alarm on a partner, shown on every page until a person settles it."""
    if partner.alarm != text:
        Partner.objects.filter(pk=partner.pk).update(alarm=text)
        partner.alarm = text
        audit("system", "alarm", detail=f"{partner.node}: {text}")
        events.note("alarm", node=partner.node, precedence="FLASH")


def settle_alarm(partner: Partner, who: str, remark: str) -> None:
    """A person has looked into the alarm."""
    if not remark.strip():
        raise UserError(_("Say what was found out before the alarm is settled."), "remark")
    audit(who, "settled alarm", detail=f"{partner.node}: {partner.alarm} — {remark}")
    Partner.objects.filter(pk=partner.pk).update(alarm="")
    partner.alarm = ""


def learn(partner: Partner, parcel: SealedParcel) -> None:
    """Take over the newer credentials that a parcel carries, a rotation say, before its signature is checked.

    Raises PartnerError, with a standing alarm, when they do not continue the pinned ones.
    """
    carried = parcel.carried_credentials()
    if carried is not None:
        renew(partner, carried, "exchange")
        if partner.credentials.revoked is not None:
            raise PartnerError(partner.alarm)


def carried() -> Credentials | None:
    """Our own credentials to send along: once they have changed, since a partner may not have heard."""
    credentials = local().credentials
    return credentials if credentials.current.serial > 1 else None
