"""The story of a case: an incident and all that was said about it, in the five steps of the work, with what comes next.

A case is named by the id of its dossier. A node that never got the dossier itself, as an organisation to which parts
were shown, has the case all the same: whatever names that id as what it is about belongs to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from verbale.desk.work import tasks_of
from verbale.node import sentences
from verbale.node.access import readable_acts, readable_matters, require, require_read
from verbale.node.models import ActRecord, Matter, User
from verbale.node.partners import names
from verbale.node.register import known_credentials, receipt_for
from verbale.node.registry import Task, all_kinds, kind_of
from verbale.protocol import ProtocolError, Receipt

__all__ = ["STEPS", "Case", "Story", "case_of", "cases_of", "proofs", "records_of", "story_json", "story_of"]

STEPS = (
    (1, _("Communication"), _("The report is assessed, and the other side is told.")),
    (2, _("Talks"), _("Talks are held, assistance is asked for, commitments are made.")),
    (3, _("Forum"), _("The dossier is transmitted; a resolution is drafted, sponsored and voted.")),
    (4, _("Norms and texts"), _("A norm is proposed, an agreement is negotiated and signed.")),
    (5, _("Cooperation"), _("A hotline, a drill, intelligence and training close the case.")),
)
_MOST_CASES = 5_000
_MOST_ACTS = 400
"""The latest acts that a story tells; the pages of the matters and the list of proofs have them all."""


@dataclass
class Step:
    """One of the five steps, as it stands."""

    number: int
    label: Any
    lead: Any
    matters: list[dict[str, Any]] = field(default_factory=list)
    """Those of the step: `matter`, `label` of the kind, `standing`."""
    entries: list[dict[str, Any]] = field(default_factory=list)
    """What happened, as a timeline tells it."""
    tasks: list[Task] = field(default_factory=list)
    """What comes next in it."""

    @property
    def state(self) -> str:
        """`none` where nothing was said, `open` where something waits, `done` otherwise."""
        return "none" if not self.entries else "open" if self.tasks else "done"


@dataclass(frozen=True)
class Case:
    """A case as one person may open it."""

    case: str
    title: str
    marking: str
    matter: Matter | None
    """The dossier, where it stands here."""
    matters: list[Matter]
    """The dossier and the matters about it that the person may open, oldest first."""


@dataclass(frozen=True)
class Story(Case):
    """What happened in a case, and what comes next."""

    parties: list[str]
    exercise: bool
    steps: list[Step]
    whole: bool
    """Whether these are all acts of the case."""

    @property
    def following(self) -> Task | None:
        """What comes next: what waits for us first, then what others owe."""
        tasks = [task for step in self.steps for task in step.tasks]
        return next((task for task in tasks if task.ours), next(iter(tasks), None))

    @property
    def acts(self) -> int:
        return sum(len(step.entries) for step in self.steps)


def case_of(user: User, case: str) -> Case:
    """The case of that id. Raises AccessError when its dossier is closed to the person, Http404 when there is none."""
    require(user, "read")
    dossier = Matter.objects.filter(pk=case).first()
    if dossier is not None:
        require_read(user, dossier)
    matters = list(readable_matters(user).filter(Q(pk=case) | Q(about_id=case)).order_by("opened_at", "id"))
    first = next((matter for matter in matters if matter.id == case), matters[0] if matters else None)
    if first is not None:
        return Case(case, first.title, first.marking, dossier, matters)
    # Perhaps a note in a channel names it, and nothing else does.
    alone = readable_acts(user).filter(about_id=case).order_by("issued", "id").first()
    if alone is None:
        raise Http404
    return Case(case, "", alone.marking, None, [])


def records_of(user: User, found: Case) -> "QuerySet[ActRecord]":
    """Every act of a case that a person may read, in the order in which they were said."""
    matters = [matter.id for matter in found.matters]
    about = [found.case, *matters]
    return readable_acts(user).filter(Q(matter_id__in=matters) | Q(about_id__in=about)).order_by("issued", "id")


def story_of(user: User, case: str) -> Story:
    """The story of a case. Raises as `case_of`."""
    found = case_of(user, case)
    records = list(records_of(user, found).reverse()[:_MOST_ACTS])[::-1]
    matters = found.matters
    steps = {number: Step(number, label, lead) for number, label, lead in STEPS}
    place = {matter.id: _step(matter.kind) for matter in matters}
    for matter in matters:
        kind = kind_of(matter.kind)
        if kind is not None and kind.step in steps and matter.id != case:
            steps[kind.step].matters.append(
                {"matter": matter, "label": kind.label, "standing": kind.standing(matter), "private": kind.private}
            )
    others = {item["matter"].id: item["matter"] for step in steps.values() for item in step.matters}
    for entry in sentences.timeline(records, names()):
        number = place.get(entry["record"].matter_id) or _step(entry["record"].type)
        if number in steps:
            entry["of"] = others.get(entry["record"].matter_id)
            steps[number].entries.append(entry)
    ids = {record.id: record for record in records}
    for task in tasks_of(user):
        if task.act_id in ids or task.matter_id in place:
            record = ids.get(task.act_id)
            number = _step(record.type) if record is not None else place.get(task.matter_id, 0)
            if number in steps:
                steps[number].tasks.append(task)
    return Story(
        case=case,
        title=found.title,
        marking=found.marking,
        matter=found.matter,
        matters=matters,
        parties=sorted({node for record in records for node in (record.author, *record.audience)}),
        exercise=any(record.exercise for record in records if record.matter_id == case),
        steps=list(steps.values()),
        whole=len(records) < _MOST_ACTS,
    )


def _step(name: str) -> int:
    kind = kind_of(name)
    return kind.step if kind is not None else 0


def cases_of(user: User) -> list[dict[str, Any]]:
    """The cases of which something stands here, latest first: `case`, `title`, `last_at`."""
    found: dict[str, dict[str, Any]] = {}
    rows = readable_matters(user).order_by("-last_at")
    for matter in rows.filter(~Q(about_id="") | Q(kind__in=[kind.name for kind in all_kinds() if kind.case]))[
        :_MOST_CASES
    ]:
        case = matter.about_id or matter.id
        told = found.setdefault(case, {"case": case, "title": matter.title, "last_at": matter.last_at, "matters": 0})
        told["matters"] += 1
        if matter.id == case:
            told["title"] = matter.title
    return list(found.values())


def story_json(story: Story) -> dict[str, Any]:
    """The story as the API and the command line tell it."""
    following = story.following
    return {
        "case": story.case,
        "title": story.title,
        "parties": story.parties,
        "marking": story.marking,
        "next": str(following.sentence) if following is not None else None,
        "steps": [
            {
                "step": step.number,
                "label": str(step.label),
                "state": step.state,
                "matters": [
                    {
                        "id": item["matter"].id,
                        "kind": item["matter"].kind,
                        "title": item["matter"].title,
                        "standing": item["standing"],
                    }
                    for item in step.matters
                ],
                "acts": [
                    {
                        "id": entry["record"].id,
                        "issued": entry["record"].issued,
                        "author": entry["record"].author,
                        "audience": entry["record"].audience,
                        "label": sentences.label_of(entry["record"]),
                        "sentence": sentences.sentence_of(entry["record"]),
                        "effective": entry["record"].effective,
                    }
                    for entry in step.entries
                ],
                "next": [
                    {"ours": task.ours, "sentence": str(task.sentence), "detail": task.detail} for task in step.tasks
                ],
            }
            for step in story.steps
        ],
    }


# -- proof ------------------------------------------------------------------------------------------------------------


def proofs(records: Iterable[ActRecord]) -> list[dict[str, Any]]:
    """For each act, verified here and now: who signed it, and the receipts of all who hold it.

    `signed` tells whether both signatures verify under the author's credentials (None when those are not at hand),
    `receipts` has holder, since when, and whether it verifies.
    """
    known = known_credentials()
    found = []
    for record in records:
        author = known.get(record.author)
        told: dict[str, Any] = {"record": record, "signed": None, "receipts": [], "problem": ""}
        if author is not None:
            try:
                author.verify_envelope(record.envelope, record.issued, f"act {record.id[:12]}")
                told["signed"] = True
            except ProtocolError as error:
                told["signed"], told["problem"] = False, str(error)
        theirs = [
            Receipt.from_bytes(bytes(row.receipt)) for row in record.deliveries.exclude(receipt=None).order_by("node")
        ]
        for receipt in (receipt_for(record), *theirs):
            try:
                if receipt.leaf.act != record.id:
                    raise ProtocolError("the receipt is for another act")
                receipt.verify(known)
                problem = ""
            except ProtocolError as error:
                problem = str(error)
            told["receipts"].append(
                {"holder": receipt.holder, "since": receipt.leaf.at, "holds": not problem, "problem": problem}
            )
        found.append(told)
    return found
