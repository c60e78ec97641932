"""What waits, gathered from drafts and from every kind of matter, for the desk page and the command line."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verbale.desk.relations import alerts
from verbale.node import drafts
from verbale.node.access import may, readable_acts
from verbale.node.models import ActRecord, Delivery, Draft, ReadMark, User
from verbale.node.partners import names
from verbale.node.registry import Task, all_kinds
from verbale.node.sentences import delivery_sentence, label_of, sentence_of
from verbale.protocol import PRECEDENCES
from verbale.protocol.encoding import format_time

__all__ = ["Work", "tasks_of", "work_of"]

_MOST_NEW = 30
_MOST_MOVING = 100
_LOOKED_AT = 300
"""How far back the column of new acts looks."""


@dataclass(frozen=True)
class Work:
    """The three columns of the desk, and the sentence above them."""

    todo: list[Task]
    moving: list[Task]
    new: list[ActRecord]
    summary: str


def tasks_of(user: User) -> list[Task]:
    """What waits in matters of all kinds that a person may read: for us first, then with others; by urgency."""
    mine = set(_visible_acts(user, every := [task for kind in all_kinds() for task in kind.tasks()]))
    tasks = [_within_rights(task, user) if task.ours else task for task in every if task.act_id in mine]
    return sorted(tasks, key=lambda task: (not task.ours, _urgency(task)))


def work_of(user: User) -> Work:
    """What waits for a person."""
    tasks = tasks_of(user)
    todo = [*(_within_rights(task, user) for task in (*_drafts(user), *alerts(user))), *(t for t in tasks if t.ours)]
    moving = [*_own_drafts_waiting(user), *_on_their_way(user), *(task for task in tasks if not task.ours)]
    todo.sort(key=_urgency)
    moving.sort(key=_urgency)
    return Work(todo, moving, _new(user), _summary(todo, moving))


def _visible_acts(user: User, tasks: Iterable[Task]) -> list[str]:
    return list(readable_acts(user).filter(id__in={task.act_id for task in tasks}).values_list("id", flat=True))


def _urgency(task: Task) -> tuple[int, str, str]:
    return (PRECEDENCES.index(task.precedence), task.due or "9999", task.since)


def _within_rights(task: Task, user: User) -> Task:
    """Without the right to do it, one sees what waits and has no button."""
    return task if may(user, task.right) else replace(task, form_url="", post_url="")


def _drafts(user: User) -> list[Task]:
    rows = drafts.visible(user).filter(status__in=(Draft.Status.SUBMITTED, Draft.Status.RETURNED, Draft.Status.DRAFT))
    found = []
    for draft in rows:
        mine = draft.drafter_id == user.pk
        if draft.status == Draft.Status.SUBMITTED and not mine and may(user, "clear"):
            found.append(_task(draft, _("Clear for dispatch"), "clear", _("Read and decide")))
        elif draft.status == Draft.Status.RETURNED and mine:
            found.append(
                _task(draft, _("Returned to you: %(remarks)s") % {"remarks": draft.remarks}, "draft", _("Revise"))
            )
        elif draft.status == Draft.Status.DRAFT and mine:
            found.append(_task(draft, _("Finish your draft"), "draft", _("Go on")))
    return found


def _own_drafts_waiting(user: User) -> list[Task]:
    rows = drafts.visible(user).filter(status=Draft.Status.SUBMITTED)
    return [
        _task(draft, _("Waits for clearance"), "read", _("Open"), ours=False)
        for draft in rows
        if draft.drafter_id == user.pk or not may(user, "clear")
    ]


def _of_draft(draft: Draft, to: str) -> str:
    """`Note verbale 3/2026 → Lazuria · A further note`, as far as it has a number, addressees and a subject."""
    name = f"{drafts.label_of(draft)} {draft.body.get('number', '')}".strip()
    said = draft.body.get("subject") or draft.body.get("title") or ""
    return " · ".join(part for part in (f"{name} → {to}" if to else name, said) if part)


def _task(draft: Draft, sentence: str, right: str, label: str, *, ours: bool = True) -> Task:
    known = names()
    to = ", ".join(known.get(node, node) for node in draft.audience)
    return Task(
        ours=ours,
        sentence=sentence,
        detail=_of_draft(draft, to),
        matter_id=draft.about_id or draft.matter_id,
        act_id="",
        precedence=draft.precedence,
        since=format_time(draft.submitted_at or draft.updated_at),
        right=right,
        form_url=reverse("draft", args=[draft.pk]),
        label=label,
    )


def _on_their_way(user: User) -> list[Task]:
    known = names()
    waiting = (Delivery.Status.QUEUED, Delivery.Status.REFUSED)
    rows = Delivery.objects.filter(status__in=waiting).select_related("act").order_by("rank", "id")[:_MOST_MOVING]
    open_acts = set(readable_acts(user).filter(id__in={row.act_id for row in rows}).values_list("id", flat=True))
    return [
        Task(
            ours=False,
            sentence=delivery_sentence(row, known),
            detail=" · ".join(part for part in (label_of(row.act), sentence_of(row.act)) if part),
            matter_id=row.act.about_id or row.act.matter_id,
            act_id=row.act_id,
            precedence=row.act.precedence,
            since=row.act.issued,
        )
        for row in rows
        if row.act_id in open_acts
    ]


def _new(user: User) -> list[ActRecord]:
    """What arrived lately and this person has not opened, newest first."""
    acts = readable_acts(user)
    recent = [
        record for via in ("exchange", "pouch") for record in acts.filter(via=via).order_by("-index")[:_LOOKED_AT]
    ]
    ids = [record.id for record in recent]
    read = set(ReadMark.objects.filter(user=user, act_id__in=ids).values_list("act_id", flat=True))
    unread = sorted((record for record in recent if record.id not in read), key=lambda record: -record.index)
    return unread[:_MOST_NEW]


def _summary(todo: list[Task], moving: list[Task]) -> str:
    clear = sum(task.right == "clear" for task in todo)
    answer = sum(bool(task.act_id) for task in todo)
    today = timezone.localdate().isoformat()
    overdue = sum(bool(task.due and task.due < today) for task in (*todo, *moving))
    flash = sum(task.precedence == "FLASH" for task in todo)
    parts = []
    if clear:
        parts.append(
            ngettext("%(n)s draft awaits your clearance", "%(n)s drafts await your clearance", clear) % {"n": clear}
        )
    if answer:
        parts.append(ngettext("%(n)s matter waits for us", "%(n)s matters wait for us", answer) % {"n": answer})
    if moving:
        parts.append(
            ngettext("%(n)s matter is with others", "%(n)s matters are with others", len(moving)) % {"n": len(moving)}
        )
    if overdue:
        parts.append(ngettext("%(n)s is overdue", "%(n)s are overdue", overdue) % {"n": overdue})
    parts.append(ngettext("%(n)s is FLASH", "%(n)s are FLASH", flash) % {"n": flash} if flash else _("nothing FLASH"))
    text = "; ".join(parts) if len(parts) > 1 else _("Nothing waits; nothing FLASH")
    return text[:1].upper() + text[1:] + "."
