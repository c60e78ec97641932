"""What of a dossier may be shown to a node, and the bundle that shows it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from verbale.node import attachments
from verbale.node.access import readable_acts
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Matter, Partner, User
from verbale.node.projection import attachments_of
from verbale.node.register import known_credentials, receipt_for
from verbale.node.registry import kind_of
from verbale.protocol import MAX_DISCLOSED, Kept, Marking, Receipt, may_disclose, write_disclosure

__all__ = ["BUNDLE", "Choice", "bundle_of", "choices", "parties_of"]

BUNDLE = "application/vnd.verbale.disclosure"


@dataclass(frozen=True)
class Choice:
    """One act of a dossier."""

    record: ActRecord
    allowed: bool
    """Whether its marking lets us show it."""
    files: tuple[dict[str, Any], ...]
    """Its attachments that stand here."""


def parties_of(dossier: Matter, user: User) -> set[str]:
    """Who has said or been told something in a dossier or about it, as far as the person may read."""
    rows = readable_acts(user).of(dossier).values_list("author", "audience").distinct()
    return {*dossier.parties, *(node for author, audience in rows for node in (author, *audience))}


def choices(dossier: Matter, user: User, to: Collection[str]) -> list[Choice]:
    """The acts of a dossier and about it that had an addressee, oldest first, each with whether it may be shown."""
    records = [
        record
        for record in readable_acts(user).of(dossier).order_by("issued", "id")[: MAX_DISCLOSED * 4]
        if record.audience and (kind := kind_of(record.type)) is not None and not kind.private
    ]
    me = node_name()
    community = set(Partner.objects.filter(status=Partner.Status.CONFIRMED).values_list("node", flat=True))
    return [
        Choice(
            record,
            all(
                may_disclose(
                    Marking(record.marking),
                    author=record.author,
                    holder=me,
                    recipient=node,
                    audience=record.audience,
                    community=community,
                )
                for node in to
            ),
            tuple(item for item in attachments_of(record.act) if attachments.load(item["sha256"]) is not None),
        )
        for record in records
    ]


def bundle_of(
    found: Iterable[Choice], *, acts: Collection[str] | None, files: Collection[str] | None
) -> tuple[bytes, dict[str, Any], list[tuple[str, str, bytes]]]:
    """The disclosure, the parts `shown` and `kept` of the body, and the attachments that go along.

    `acts` and `files` are those chosen, by id and hash; None for all that may be shown. Raises UserError naming the
    field when one is chosen that may not.
    """
    told: dict[str, list[Any]] = {"shown": [], "kept": []}
    lines, kept, along = [], [], {}
    every = list(found)
    if strange := set(acts or ()) - {choice.record.id for choice in every}:
        raise UserError(_("%(act)s is no act of this dossier.") % {"act": sorted(strange)[0][:12]}, "acts")
    if unknown := set(files or ()) - {item["sha256"] for choice in every for item in choice.files}:
        raise UserError(_("%(file)s is no file of this dossier.") % {"file": sorted(unknown)[0][:12]}, "files")
    for choice in every:
        record = choice.record
        chosen = choice.allowed if acts is None else record.id in acts
        if chosen and not choice.allowed:
            raise UserError(
                _("TLP:%(marking)s of %(author)s does not let us show the act of %(day)s to them.")
                % {"marking": record.marking, "author": record.author, "day": record.issued[:10]},
                "acts",
            )
        if not chosen:
            reason = "choice" if choice.allowed else "marking"
            kept.append(Kept(record.id, record.author, record.issued, reason))
            told["kept"].append({"act": record.id, "author": record.author, "issued": record.issued, "reason": reason})
            continue
        going = {item["sha256"]: item for item in choice.files if files is None or item["sha256"] in files}
        withheld = {item["sha256"]: item for item in attachments_of(record.act) if item["sha256"] not in going}
        along |= going
        lines.append((record.envelope, _receipts(record), sorted(withheld)))
        told["shown"].append(
            {
                "act": record.id,
                "type": record.type,
                "author": record.author,
                "issued": record.issued,
                "marking": record.marking,
                "withheld": [
                    {"sha256": key, "name": str(item.get("name") or "?")[:255]}
                    for key, item in sorted(withheld.items())
                ],
            }
        )
    if not lines:
        raise UserError(_("Nothing of this dossier is to be shown: choose one act at least."), "acts")
    credentials = known_credentials()
    wanted = {str(item["author"]) for item in told["shown"]}
    for _envelope, receipts, _held in lines:
        for receipt in receipts:
            wanted |= {receipt.holder, *receipt.checkpoint.cosigners}
    data = b"".join(
        write_disclosure([credentials[node] for node in sorted(wanted) if node in credentials], lines, kept)
    )
    enclosed = [
        (str(item.get("name") or "file"), str(item.get("media_type") or BUNDLE), attachments.load(key) or b"")
        for key, item in sorted(along.items())
    ]
    return data, told, enclosed


def _receipts(record: ActRecord) -> list[Receipt]:
    """Ours, and those of the partners that hold it; without credentials, which the bundle carries once."""
    own = replace(receipt_for(record), credentials=())
    theirs = [
        Receipt.from_bytes(bytes(row.receipt)) for row in record.deliveries.exclude(receipt=None).order_by("node")
    ]
    return [own, *theirs]
