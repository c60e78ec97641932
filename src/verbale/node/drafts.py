"""Drafts and clearance: between 'write' and 'leave the house' stands a second person.

draft ──submit──▶ submitted ──clear──▶ sent
  ▲                  │
  └──── returned ◀───┘ return          (who drafts does not clear)
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.node import events
from verbale.node.access import audit, closed_matters, may, require
from verbale.node.errors import AccessError, ClearanceError, UserError
from verbale.node.models import ActRecord, Clearing, Draft, DraftVersion, User
from verbale.node.registry import act_type, validate_body
from verbale.node.services import Clearance, Outgoing, issue_many
from verbale.node.sharing import Companion
from verbale.protocol import PRECEDENCES, MalformedError, Marking, parse_marking

__all__ = ["DraftFields", "clear", "create", "give_back", "submit", "update", "visible", "withdraw"]

_OPEN = (Draft.Status.DRAFT, Draft.Status.RETURNED)


@dataclass(frozen=True)
class DraftFields:
    """What a drafter decides."""

    type: str
    body: dict[str, Any]
    audience: tuple[str, ...]
    matter: str = ""
    about: str = ""
    refs: tuple[str, ...] = ()
    marking: str = "AMBER"
    precedence: str = "ROUTINE"
    exercise: bool = False
    companions: tuple[Companion, ...] = ()


def create(fields: DraftFields, user: User) -> Draft:
    """A new draft. Raises UserError naming the field, or AccessError."""
    require(user, "draft")
    draft = Draft(drafter=user)
    _fill(draft, fields)
    draft.save()
    audit(user.username, "drafted", matter_id=draft.about_id or draft.matter_id, detail=str(draft.id))
    events.note("draft", matter_id=draft.about_id or draft.matter_id)
    return draft


def update(draft: Draft, fields: DraftFields, user: User) -> None:
    """Change an open draft. Only its drafter may."""
    with transaction.atomic():
        _lock(draft)
        _require_open(draft, user)
        _fill(draft, fields)
        draft.save()


def _lock(draft: Draft) -> None:
    """Read a draft anew and hold it until the end of the transaction: meanwhile somebody else may have decided."""
    draft.refresh_from_db(from_queryset=Draft.objects.select_for_update())


def _fill(draft: Draft, fields: DraftFields) -> None:
    validate_body(fields.type, fields.body)
    if not fields.audience:
        raise UserError(_("Name at least one addressee."), "audience")
    if fields.precedence not in PRECEDENCES:
        raise UserError(
            _("The precedences are %(precedences)s.") % {"precedences": ", ".join(PRECEDENCES)}, "precedence"
        )
    for item in fields.companions:
        validate_body(item.type, item.body)
    draft.type, draft.body, draft.audience = fields.type, fields.body, list(fields.audience)
    draft.matter_id, draft.about_id, draft.refs = fields.matter, fields.about, list(fields.refs)
    try:
        draft.marking = parse_marking(fields.marking).value
    except MalformedError as error:
        raise UserError(str(error), "marking") from None
    draft.precedence = fields.precedence
    draft.exercise, draft.companions = fields.exercise, [asdict(item) for item in fields.companions]


def _require_open(draft: Draft, user: User) -> None:
    require(user, "draft")
    if draft.drafter_id != user.pk:
        raise AccessError(_("This draft is %(shown)s's.") % {"shown": draft.drafter.shown})
    if draft.status not in _OPEN:
        raise UserError(
            _("A draft that waits for clearance or has left cannot be changed; it can be withdrawn or returned.")
        )


def submit(draft: Draft, user: User) -> None:
    """Put a draft before the head of mission."""
    with transaction.atomic():
        _lock(draft)
        _require_open(draft, user)
        draft.version = draft.versions.count() + 1
        DraftVersion.objects.create(draft=draft, version=draft.version, body=draft.body, by=user)
        draft.status, draft.submitted_at, draft.remarks = Draft.Status.SUBMITTED, timezone.now(), ""
        draft.save()
        audit(user.username, "submitted", matter_id=draft.about_id or draft.matter_id, detail=str(draft.id))
        events.note("draft", matter_id=draft.about_id or draft.matter_id, precedence=draft.precedence)


def give_back(draft: Draft, user: User, remarks: str) -> None:
    """Return a draft with remarks."""
    if not remarks.strip():
        raise UserError(_("Say what should change before the draft is returned."), "remarks")
    with transaction.atomic():
        _lock(draft)
        _require_decision(draft, user)
        draft.status, draft.remarks = Draft.Status.RETURNED, remarks.strip()
        draft.decided_by, draft.decided_at = user, timezone.now()
        draft.save()
        audit(
            user.username,
            "returned",
            matter_id=draft.about_id or draft.matter_id,
            detail=f"{draft.id}: {remarks.strip()}",
        )
        events.note("draft", matter_id=draft.about_id or draft.matter_id)


def withdraw(draft: Draft, user: User) -> None:
    """Take a draft back that has not left the house."""
    require(user, "draft")
    with transaction.atomic():
        _lock(draft)
        if draft.drafter_id != user.pk or draft.status == Draft.Status.SENT:
            raise AccessError(_("Only its drafter can withdraw a draft, and only before it has left."))
        draft.status = Draft.Status.WITHDRAWN
        draft.save()
        audit(user.username, "withdrew", matter_id=draft.about_id or draft.matter_id, detail=str(draft.id))
        events.note("draft", matter_id=draft.about_id or draft.matter_id)


def _require_decision(draft: Draft, user: User) -> None:
    require(user, "clear")
    if draft.drafter_id == user.pk:
        raise ClearanceError(_("Who drafts does not clear: another person has to decide."))
    if draft.status != Draft.Status.SUBMITTED:
        raise UserError(_("This draft does not wait for clearance."))


def clear(draft: Draft, user: User, *, version: int | None = None) -> list[ActRecord]:
    """Clear and send: the draft and its companions become acts, all or none, and are queued for delivery.

    `version` is the one that the person has read; another is not cleared. The caller has made sure of the second
    factor. Clearing twice sends once.
    """
    with transaction.atomic():
        draft = Draft.objects.select_for_update().select_related("drafter").get(pk=draft.pk)
        _require_decision(draft, user)
        if version is not None and version != draft.version:
            raise UserError(_("The draft has changed since you read it. Read it once more before you decide."))
        clearance = Clearance(draft.drafter.username, user.username)
        marking = Marking(draft.marking)
        outgoings = [
            Outgoing(
                item["type"],
                item["body"],
                tuple(draft.audience),
                item["matter"],
                (),
                marking,
                draft.precedence,
                draft.exercise,
            )
            for item in draft.companions
        ]
        main = Outgoing(
            draft.type,
            draft.body,
            tuple(draft.audience),
            draft.matter_id or None,
            tuple(draft.refs),
            marking,
            draft.precedence,
            draft.exercise,
        )
        records = issue_many([*outgoings, main], clearance=clearance)
        draft.status, draft.decided_by, draft.decided_at = Draft.Status.SENT, user, timezone.now()
        draft.act_id = records[-1].id
        draft.save()
        Clearing.objects.bulk_create(
            [
                Clearing(
                    act_id=record.id,
                    drafted_by=draft.drafter.shown,
                    cleared_by=user.shown,
                    cleared_at=draft.decided_at,
                )
                for record in records
            ]
        )
        for record in records:
            audit(user.username, "cleared", matter_id=record.matter_id, act_id=record.id, detail=str(draft.id))
        events.note("draft", matter_id=draft.about_id or draft.matter_id)
    return records


def visible(user: User) -> "QuerySet[Draft]":
    """The drafts that a person may see: not those about a matter that is closed to them."""
    closed = closed_matters(user)
    rows = (
        Draft.objects.select_related("drafter", "decided_by").exclude(about_id__in=closed).exclude(matter_id__in=closed)
    )
    return rows if may(user, "read") else rows.none()


def label_of(draft: Draft) -> str:
    """What the draft will be: `Note verbale`."""
    known = act_type(draft.type)
    return str(known.label) if known else draft.type
