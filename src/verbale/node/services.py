"""The two doors by which acts come in: `issue` for what this node says, `receive` for what others say.

After both the same road: verify -> append to the register -> fold the matter -> store the projection -> notify. Web,
API, command line, pouch, drill and peers all call one of the two.
"""

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.node import attachments, events, relays
from verbale.node.errors import ClearanceError, UserError
from verbale.node.identity import local, node_name
from verbale.node.models import ActRecord, Delivery, Notice, Partner
from verbale.node.projection import attachments_of, project
from verbale.node.register import append, lock, receipts_for
from verbale.node.registry import act_type, validate_body
from verbale.protocol import (
    PRECEDENCES,
    Act,
    Credentials,
    Envelope,
    Marking,
    ProtocolError,
    Receipt,
    in_nfc,
    make_act,
    new_nonce,
    parse_act,
    sign_act,
)
from verbale.protocol.limits import CLOCK_SKEW_SECONDS

__all__ = ["Clearance", "Outgoing", "Outcome", "issue", "issue_many", "receive"]

_T = TypeVar("_T")
_THREADS = os.cpu_count() or 1
_verifiers = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="verify")


@dataclass(frozen=True)
class Outgoing:
    """What is to be said. `matter=None` opens a new one."""

    type: str
    body: Mapping[str, Any]
    audience: tuple[str, ...] = ()
    matter: str | None = None
    refs: tuple[str, ...] = ()
    marking: Marking = Marking.AMBER
    precedence: str = "ROUTINE"
    exercise: bool = False
    nonce: str = field(default_factory=new_nonce)


@dataclass(frozen=True)
class Clearance:
    """The decision of a second person, as `verbale.node.drafts` makes it."""

    drafted_by: str
    cleared_by: str

    def __post_init__(self) -> None:
        if self.drafted_by == self.cleared_by:
            raise ClearanceError(_("Who drafts does not clear: another person has to decide."))


@dataclass(frozen=True)
class Outcome:
    """What became of one received act."""

    act: str
    status: str
    """`accepted`, `duplicate`, `refused`, or `later`: what it takes to judge it has not arrived yet."""
    reason: str | None = None
    receipt: Receipt | None = None


def issue(outgoing: Outgoing, *, clearance: Clearance | None = None) -> ActRecord:
    """Say one thing; see `issue_many`."""
    return issue_many([outgoing], clearance=clearance)[0]


def issue_many(outgoings: Sequence[Outgoing], *, clearance: Clearance | None = None) -> list[ActRecord]:
    """Sign, record, fold and queue acts, all or none. They are durable when this returns.

    Raises UserError for an unlawful body or addressee, ClearanceError when a second person has to decide first.
    """
    # The moment first: keys that were replaced after it are still good for it.
    moment = timezone.now()
    identity = local()
    acts, to = [], {}
    for place, outgoing in enumerate(outgoings):
        _check_outgoing(outgoing, clearance)
        acts.append(
            made := make_act(
                type=outgoing.type,
                author=identity.node,
                audience=outgoing.audience,
                matter=outgoing.matter,
                refs=outgoing.refs,
                # A millisecond apart, so that the order in which they were said is the order in which they stand.
                issued=moment + timedelta(milliseconds=place),
                marking=outgoing.marking,
                precedence=outgoing.precedence,
                exercise=outgoing.exercise,
                nonce=outgoing.nonce,
                body=in_nfc(outgoing.body),
            )
        )
        to[made.id] = _recipients(made)
    if not acts:
        return []
    envelopes = [sign_act(act.canonical, identity.keys) for act in acts]
    with transaction.atomic():
        records = append(list(zip(acts, envelopes, strict=True)), via="issued")
        Delivery.objects.bulk_create(
            [
                Delivery(act_id=act.id, node=node, rank=PRECEDENCES.index(act.precedence))
                for act in acts
                for node in to[act.id]
            ]
        )
        project(records)
        _note("issued", records)
    return records


def _note(topic: str, records: Iterable[ActRecord]) -> None:
    # As `events.note` for each, in one statement.
    Notice.objects.bulk_create(
        [
            Notice(
                topic=topic,
                matter_id=record.matter_id,
                act_id=record.id,
                node=record.author,
                precedence=record.precedence,
            )
            for record in records
        ]
    )
    transaction.on_commit(events.wake)


def _check_outgoing(outgoing: Outgoing, clearance: Clearance | None) -> None:
    validate_body(outgoing.type, outgoing.body)
    known = act_type(outgoing.type)
    others = [node for node in outgoing.audience if node != node_name()]
    if others and known is not None and known.clearance and clearance is None:
        raise ClearanceError(
            _("%(label)s leaves the house only when a second person has cleared it.") % {"label": known.label}
        )


def _recipients(act: Act) -> tuple[str, ...]:
    """Those to whom this node itself delivers; they must be confirmed partners. Where it relays, one that is no longer
    does not silence it: what is said waits for that one."""
    others, relaying = relays.recipients(act)
    if relaying:
        return others
    confirmed = set(
        Partner.objects.filter(node__in=others, status=Partner.Status.CONFIRMED).values_list("node", flat=True)
    )
    for node in others:
        if node not in confirmed:
            raise UserError(_("%(node)s is not a confirmed partner of this node") % {"node": node}, "audience")
    return others


# -- receiving ------------------------------------------------------------------------------------------------------


def receive(
    envelopes: Sequence[Envelope], files: Iterable[bytes] = (), *, via: str, limit_to: str | None = None
) -> list[Outcome]:
    """Take in acts of other nodes; one outcome each, in the order given. Receiving again changes nothing.

    With `limit_to`, acts of any other author are refused: over the wire, a node speaks for itself, and for the members
    of a matter in which it relays. Attachments are kept only when an accepted act names them.
    """
    parsed = [_parsed(envelope) for envelope in envelopes]
    files = list(files)
    # What the relaying node says itself comes first: it may introduce the authors of the rest.
    first = [
        place
        for place, act in enumerate(parsed)
        if limit_to is None or not isinstance(act, Act) or act.author == limit_to
    ]
    rest = sorted(set(range(len(parsed))) - set(first))
    outcomes: dict[int, Outcome] = {}
    for places in (first, rest):
        if places:
            taken = _receive(
                [envelopes[place] for place in places], [parsed[place] for place in places], files, via, limit_to
            )
            outcomes |= dict(zip(places, taken, strict=True))
    return [outcomes[place] for place in range(len(parsed))]


def _receive(
    envelopes: Sequence[Envelope],
    parsed: Sequence[Act | ProtocolError],
    files: Iterable[bytes],
    via: str,
    limit_to: str | None,
) -> list[Outcome]:
    acts = [act for act in parsed if isinstance(act, Act)]
    partners = {partner.node: partner for partner in Partner.objects.filter(node__in={act.author for act in acts})}
    known = _held(act.id for act in acts)
    circles = relays.circles(acts)
    checked = _on_all_cores(
        lambda place: _check(envelopes[place], parsed[place], partners, circles, limit_to, known), len(parsed)
    )
    lawful = {act.id: (act, envelope) for act, envelope, reason in checked if act is not None and reason is None}
    named = {item["sha256"] for act, _ in lawful.values() for item in attachments_of(act)}
    _keep_files(files, named)
    fresh = [pair for identifier, pair in lawful.items() if identifier not in known]
    rows: dict[str, ActRecord] = {}
    if fresh:
        with transaction.atomic():
            rows = {record.id: record for record in _append_fresh(fresh, via)}
    new = set(rows)
    if held := lawful.keys() - new:
        rows |= ActRecord.objects.only("index", "recorded_at").in_bulk(list(held))
    receipts = receipts_for([rows[identifier] for identifier in lawful])
    outcomes, seen = [], set()
    for act, envelope, reason in checked:
        if act is None or reason is not None:
            status = "later" if isinstance(reason, _NotYet) else "refused"
            outcomes.append(Outcome(act.id if act else _id_of(envelope), status, str(reason)))
            continue
        status = "accepted" if act.id in new and act.id not in seen else "duplicate"
        seen.add(act.id)
        outcomes.append(Outcome(act.id, status, None, receipts[act.id]))
    return outcomes


def _append_fresh(fresh: list[tuple[Act, Envelope]], via: str) -> list[ActRecord]:
    # Under the lock of the register's head: two deliveries of one act cannot both find it missing.
    head = lock()
    held = _held(act.id for act, _ in fresh)
    fresh = [pair for pair in fresh if pair[0].id not in held]
    if not fresh:
        return []
    records = append(fresh, via=via, head=head)
    project(records)
    relays.pass_on(records)
    _note("arrived", records)
    return records


def _parsed(envelope: Envelope) -> Act | ProtocolError:
    try:
        return parse_act(envelope.payload)
    except ProtocolError as error:
        return error


def _on_all_cores(work: Callable[[int], _T], count: int) -> list[_T]:
    """`work` of 0, 1, … below `count`. Threads, since verification releases the interpreter lock; `work` must not touch
    the database. Each thread takes one share of the whole, which costs less than a task for each act."""
    shares = min(_THREADS, count)
    if shares < 2:
        return [work(place) for place in range(count)]
    done = list(_verifiers.map(lambda first: [work(place) for place in range(first, count, shares)], range(shares)))
    return [done[place % shares][place // shares] for place in range(count)]


def _held(ids: Iterable[str]) -> set[str]:
    return set(ActRecord.objects.filter(id__in=list(ids)).values_list("id", flat=True))


def _id_of(envelope: Envelope) -> str:
    return hashlib.sha256(envelope.payload).hexdigest()


def _keep_files(files: Iterable[bytes], named: set[str]) -> None:
    attachments.store(content for content in files if hashlib.sha256(content).hexdigest() in named)


class _NotYet(str):
    """A reason that the arrival of another act may take away."""

    __slots__ = ()


def _check(
    envelope: Envelope,
    act: Act | ProtocolError,
    partners: Mapping[str, Partner],
    circles: Mapping[str, relays.Circle],
    limit_to: str | None,
    known: Collection[str],
) -> tuple[Act | None, Envelope, str | None]:
    """The act if it parses, and the reason to refuse it if there is one. Rules in the order in which they apply:

    1. The payload is an act in canonical form, within the limits.
    2. Its author is a confirmed partner, not blocked, not revoked; over the wire, the sender itself. Or members speak
       through a node in this matter: then its author is a member of it, and over the wire the sender relays.
    3. Both signatures are the author's, with keys in force at the time of issue.
    4. This node is among its audience.
    5. It is not dated further ahead than the clocks may differ.
    """
    if isinstance(act, ProtocolError):
        return None, envelope, str(act)
    me = node_name()
    if act.author == me:
        reason = None if act.id in known else "This act claims to be ours, and our register does not hold it."
        return act, envelope, reason
    credentials, reason = _credentials(act, partners.get(act.author), circles.get(act.matter), limit_to)
    if credentials is None:
        return act, envelope, reason
    if credentials.revoked is not None:
        return act, envelope, f"{act.author} has revoked its credentials."
    try:
        credentials.verify_envelope(envelope, act.issued, f"act {act.id[:12]}")
    except ProtocolError as error:
        return act, envelope, str(error)
    if me not in act.audience:
        return act, envelope, f"This act is addressed to {', '.join(act.audience) or 'nobody'}, not to {me}."
    if (act.issued_at - timezone.now()).total_seconds() > CLOCK_SKEW_SECONDS:
        return (
            act,
            envelope,
            f"It is dated {act.issued}, more than {CLOCK_SKEW_SECONDS // 60} minutes ahead of our clock.",
        )
    return act, envelope, None


def _credentials(
    act: Act, partner: Partner | None, circle: relays.Circle | None, limit_to: str | None
) -> tuple[Credentials | None, str]:
    """Under which credentials the act is to be verified, or why under none. Pinned ones go before all others."""
    pinned = partner is not None and partner.status == Partner.Status.CONFIRMED
    if partner is not None and partner.status == Partner.Status.BLOCKED:
        return None, f"{act.author} is not a confirmed partner of {node_name()}."
    if limit_to is None or act.author == limit_to:
        if pinned:
            return partner.credentials, ""  # type: ignore[union-attr]
        if circle is None or act.author not in circle.members:
            return None, f"{act.author} is not a confirmed partner of {node_name()}."
        return circle.members[act.author], ""
    if circle is None:
        if not pinned:
            return None, f"{act.author} is not a confirmed partner of {node_name()}."
        return None, f"{limit_to} may not deliver acts of {act.author}."
    if not circle.relay:
        return None, _NotYet(f"The act by which {limit_to} opens the matter has not arrived.")
    if circle.relay != limit_to:
        return None, f"{limit_to} may not deliver acts of {act.author}."
    if act.author not in circle.members:
        return None, _NotYet(f"{limit_to} has not introduced {act.author} as a member.")
    return partner.credentials if pinned else circle.members[act.author], ""  # type: ignore[union-attr]
