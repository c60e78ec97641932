"""What people do with incidents. Web, API, command line and demo call these."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from verbale.intel import filter_by_marking, read_report, report_to_dict
from verbale.knowledge import scale_of
from verbale.matters.incident.digest import account_body
from verbale.node import attachments
from verbale.node.access import audit, require, require_read
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Matter, User
from verbale.node.services import Outgoing, issue
from verbale.node.sharing import Companion, Share
from verbale.protocol import Marking, parse_marking

__all__ = ["add_report", "assess", "close", "import_report", "open_incident", "remark", "reopen", "share"]

REPORT_TYPE = "application/vnd.verbale.report+json"
_NO_TITLE = "Cyber incident"


def import_report(
    data: bytes,
    file_name: str,
    user: User,
    *,
    title: str = "",
    account: str = "",
    sectors: Iterable[str] = (),
    occurred: str | None = None,
    marking: str = "",
    exercise: bool = False,
) -> ActRecord:
    """Open an incident from a STIX 2.1 or MISP report. It stays in the house until it is shared.

    Raises ReportError for a file that is not lawful, AccessError, UserError. Nothing is kept then.
    """
    require(user, "import")
    report = read_report(data, name=file_name)
    body = account_body(
        report,
        title=title.strip() or report.title,
        account=account,
        sectors=sectors,
        occurred=occurred,
        attachments=[attachments.describe(data, file_name[:255] or "report.json", "application/json")],
    )
    level = parse_marking(marking) if marking else Marking(report.marking or "AMBER")
    record = _issue_with(data, Outgoing("incident.open", body, marking=level, exercise=exercise))
    audit(user.username, "imported report", matter_id=record.matter_id, act_id=record.id, detail=file_name)
    return record


def _issue_with(data: bytes, outgoing: Outgoing) -> ActRecord:
    """The act and its file, both or neither: the file is on the disk before the act counts."""
    with transaction.atomic():
        record = issue(outgoing)
        attachments.store([data])
    return record


def open_incident(
    user: User,
    *,
    title: str,
    account: str = "",
    sectors: Iterable[str] = (),
    occurred: str | None = None,
    marking: str = "AMBER",
    exercise: bool = False,
) -> ActRecord:
    """Open an incident without a report."""
    require(user, "import")
    if not title.strip():
        raise UserError(_("An incident needs a title."), "title")
    body = account_body(None, title=title, account=account, sectors=sectors, occurred=occurred)
    record = issue(Outgoing("incident.open", body, marking=parse_marking(marking), exercise=exercise))
    audit(user.username, "opened incident", matter_id=record.matter_id, act_id=record.id)
    return record


def add_report(matter: Matter, data: bytes, file_name: str, user: User) -> ActRecord:
    """Add a further report to an incident, for our own eyes."""
    require(user, "import")
    require_read(user, matter)
    report = read_report(data, name=file_name)
    body = account_body(
        report,
        title=report.title,
        attachments=[attachments.describe(data, file_name[:255] or "report.json", "application/json")],
    )
    record = _issue_with(
        data,
        Outgoing(
            "incident.report",
            body,
            matter=matter.id,
            marking=Marking(report.marking or "AMBER"),
            exercise=matter.exercise,
        ),
    )
    audit(user.username, "imported report", matter_id=matter.id, act_id=record.id, detail=file_name)
    return record


def assess(
    matter: Matter,
    user: User,
    *,
    scale: str,
    level: str = "",
    reasons: str = "",
    answers: Mapping[str, str] | None = None,
) -> ActRecord:
    """Note a severity, for our own eyes. Where the scale computes, the level follows from the answers.

    Raises UserError when there is no level and none follows.
    """
    require(user, "draft")
    require_read(user, matter)
    body: dict[str, Any] = {"scale": scale, "level": level or _level(scale, answers or {}), "reasons": reasons}
    if answers:
        body["answers"] = dict(answers)
    return _private(matter, user, "incident.assess", body, "assessed")


def _level(identifier: str, answers: Mapping[str, str]) -> str:
    """The level that follows from the answers."""
    scale = scale_of(identifier)
    if scale is None or not scale.computes:
        raise UserError(_("Give the level."), "level")
    score = scale.score(answers)
    if score is None:
        names = ", ".join(factor.name for factor in scale.unanswered(answers))
        raise UserError(
            _("Without an answer to all factors no level follows; to answer: %(names)s.") % {"names": names}
        )
    return score.level.code


def remark(matter: Matter, user: User, text: str) -> ActRecord:
    """A remark in the dossier that never leaves the house."""
    require(user, "draft")
    require_read(user, matter)
    if not text.strip():
        raise UserError(_("Write the remark first."), "text")
    return _private(matter, user, "incident.remark", {"text": text.strip()}, "remarked")


def close(matter: Matter, user: User, reason: str) -> ActRecord:
    """Consider the incident closed."""
    require(user, "draft")
    require_read(user, matter)
    return _private(matter, user, "incident.close", {"reason": reason}, "closed")


def reopen(matter: Matter, user: User, reason: str) -> ActRecord:
    """Take the closing back."""
    require(user, "draft")
    require_read(user, matter)
    return _private(matter, user, "incident.reopen", {"reason": reason}, "reopened")


def _private(matter: Matter, user: User, type_name: str, body: dict[str, Any], verb: str) -> ActRecord:
    record = issue(
        Outgoing(type_name, body, matter=matter.id, marking=Marking(matter.marking), exercise=matter.exercise)
    )
    audit(user.username, verb, matter_id=matter.id, act_id=record.id)
    return record


def share(matter: Matter, ceiling: Marking, keep: bool = True) -> Share | None:
    """The incident as far as `ceiling` allows; None when the dossier holds no account of ours. What others told us is
    passed on by forwarding, not by this.

    The report is read again from the file that was imported and filtered part by part; the original file goes along
    only when nothing of it is held back.
    """
    record = (
        ActRecord.objects.filter(matter_id=matter.id, type__in=("incident.open", "incident.report"), author=node_name())
        .filter(reason=None)
        .order_by("issued", "id")
        .first()
    )
    if record is None:
        return None
    body = record.act.body
    source = next(iter(body.get("attachments", ())), None)
    told = body.get("report")
    data = attachments.load(source["sha256"]) if source and told else None
    if data is None:
        # Without the file nobody can say what of the report may leave, its title included.
        title = _NO_TITLE if told and told["title"] == body["title"] else body["title"]
        companion = {**body, "title": title, "report": None, "attachments": []}
        return Share(Companion("incident.report", companion, matter.id))
    report = read_report(data, name=source["name"])
    shared, withheld = filter_by_marking(report, ceiling.value)
    files = [data] if not withheld else [msgspec.json.encode(report_to_dict(shared), order="deterministic")]
    described = source if not withheld else attachments.describe(files[0], "report-as-shared.json", REPORT_TYPE)
    if keep:
        attachments.store(files)
    companion = Companion(
        "incident.report",
        account_body(
            shared,
            # A title that is the report's own is held back with it.
            title=body["title"] if shared.title or body["title"] != told["title"] else _NO_TITLE,
            account=body.get("account", ""),
            sectors=body.get("sectors", ()),
            occurred=body.get("occurred"),
            attachments=[described],
        ),
        matter.id,
    )
    return Share(companion, tuple(withheld))
