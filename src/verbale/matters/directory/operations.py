"""What people do with directories. Web, API, command line and demo call these."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.matters.directory import book, sheets
from verbale.matters.directory.acts import Nomination
from verbale.matters.directory.figures import Figure, figures
from verbale.matters.directory.hours import is_zone
from verbale.node import drafts
from verbale.node.access import audit, require, require_read
from verbale.node.drafts import DraftFields
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Draft, Matter, Partner, StateEntry, User
from verbale.node.projection import state_of
from verbale.node.services import Outgoing, issue, issue_many
from verbale.protocol import PRECEDENCES, MalformedError, Marking, format_time, parse_marking

__all__ = [
    "SEND",
    "Published",
    "confirm_draft",
    "import_csv",
    "nominate_draft",
    "open_draft",
    "ping",
    "pong",
    "publish",
    "renew_draft",
    "statistics",
    "withdraw_draft",
]

SEND = "acknowledge"
"""The right to what leaves without clearance: pings, pongs, and the keeper's publications."""


def _marking(text: str) -> str:
    try:
        return parse_marking(text).value
    except MalformedError as error:
        raise UserError(str(error), "marking") from None


def _head(matter: Matter, user: User) -> dict[str, Any]:
    require_read(user, matter)
    return book.directory_of(matter)


def _keeper_only(head: Mapping[str, Any]) -> None:
    if head["keeper"] != node_name():
        raise UserError(_("Only the keeper of the directory does this."))


# -- opening, through clearance ----------------------------------------------------------------------------------------


def open_draft(
    user: User,
    *,
    title: str,
    members: Iterable[str],
    text: str = "",
    marking: str = "AMBER",
    exercise: bool = False,
) -> DraftFields:
    """The draft of the act that opens a directory of ours for its members."""
    require(user, "draft")
    return DraftFields(
        type="directory.open",
        body=_opening(title, text, None),
        audience=_confirmed(members),
        marking=_marking(marking),
        exercise=exercise,
    )


def renew_draft(
    matter: Matter, user: User, *, title: str, members: Iterable[str], text: str = "", marking: str = "AMBER"
) -> DraftFields:
    """The draft of a renewal of our directory: another title, other members."""
    require(user, "draft")
    head = _head(matter, user)
    _keeper_only(head)
    return DraftFields(
        type="directory.open",
        body=_opening(title, text, head["nonce"]),
        audience=_confirmed(members),
        matter=matter.id,
        about=matter.id,
        refs=(head["openings"][-1],),
        marking=_marking(marking),
        exercise=matter.exercise,
    )


def _opening(title: str, text: str, renews: str | None) -> dict[str, Any]:
    if not title.strip():
        raise UserError(_("A directory needs a title."), "title")
    return {"title": title.strip(), "text": text.strip(), "renews": renews}


def _confirmed(nodes: Iterable[str]) -> tuple[str, ...]:
    wanted = sorted(set(nodes) - {node_name()})
    if not wanted:
        raise UserError(_("Choose at least one member."), "members")
    known = set(Partner.objects.filter(node__in=wanted, status=Partner.Status.CONFIRMED).values_list("node", flat=True))
    for node in wanted:
        if node not in known:
            raise UserError(_("%(node)s is not a confirmed partner of this node.") % {"node": node}, "members")
    return tuple(wanted)


# -- contacts of our own, through clearance ----------------------------------------------------------------------------


def nominate_draft(
    matter: Matter, user: User, *, key: str, contact: Mapping[str, Any], marking: str = "AMBER"
) -> DraftFields:
    """The draft that names or changes one contact of ours. Raises UserError naming the field."""
    require(user, "draft")
    head = _head(matter, user)
    body = {"key": key.strip(), "contact": dict(contact)}
    zone = str(body["contact"].get("hours", {}).get("zone", ""))
    if not is_zone(zone):
        raise UserError(_("%(zone)s is no IANA time zone; Africa/Nairobi is one.") % {"zone": zone or "–"}, "zone")
    try:
        msgspec.convert(body, Nomination)
    except msgspec.ValidationError as error:
        reason, _at, path = str(error).partition(" - at `$.")
        named, _colon, rest = reason.partition(": ")
        # A check over several fields begins with the name of the first.
        checked = rest and named in ("days", "hours", "languages", "email", "valid_from")
        field = named if checked else path.rstrip("`").partition("[")[0].rpartition(".")[2]
        raise UserError(f"{field}: {rest if checked else reason}", "opens" if field == "hours" else field) from None
    return _own(matter, head, "directory.nominate", body, _marking(marking))


def _own(
    matter: Matter, head: Mapping[str, Any], type_name: str, body: dict[str, Any], marking: str = ""
) -> DraftFields:
    """The draft of a word about a contact of ours: to the keeper, or, of the keeper's own, to the members."""
    me = node_name()
    standing = StateEntry.objects.filter(matter=matter, key=f"contact:{me}:{body['key']}").first()
    if type_name != "directory.nominate" and (standing is None or standing.value["contact"] is None):
        raise UserError(_("We have no contact %(key)s in this directory.") % {"key": body["key"]}, "key")
    return DraftFields(
        type=type_name,
        body=body,
        audience=tuple(head["members"]) if head["keeper"] == me else (head["keeper"],),
        matter=matter.id,
        about=matter.id,
        refs=(head["openings"][-1], *((standing.value["nomination"],) if standing is not None else ())),
        marking=marking or (standing.value["marking"] if standing is not None else "AMBER"),
        exercise=matter.exercise,
    )


def withdraw_draft(matter: Matter, user: User, *, key: str, reason: str = "") -> DraftFields:
    """The draft that takes one of our contacts out."""
    require(user, "draft")
    return _own(matter, _head(matter, user), "directory.withdraw", {"key": key, "reason": reason.strip()})


def confirm_draft(matter: Matter, user: User, *, key: str) -> DraftFields:
    """The draft that confirms that an entry of ours is still right."""
    require(user, "draft")
    head = _head(matter, user)
    name = f"contact:{node_name()}:{key}"
    standing = StateEntry.objects.filter(matter=matter, key=name).values_list("value", flat=True).first()
    nomination = standing["nomination"] if standing else ""
    return _own(matter, head, "directory.confirm", {"key": key, "nomination": nomination})


def import_csv(matter: Matter, user: User, data: bytes, *, marking: str = "AMBER", submit: bool = False) -> list[Draft]:
    """One draft of a nomination for each row, or none at all. Raises UserError naming row and column."""
    require(user, "draft")
    _head(matter, user)
    bodies = sheets.from_csv(data, node_name())
    with transaction.atomic():
        made = []
        for body in bodies:
            draft = drafts.create(nominate_draft(matter, user, **body, marking=marking), user)
            if submit:
                drafts.submit(draft, user)
            made.append(draft)
    audit(user.username, "imported contacts", matter_id=matter.id, detail=str(len(made)))
    return made


# -- the keeper's publication ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Published:
    """What one press of the keeper did."""

    records: list[ActRecord]
    withheld: list[str]
    """Contacts whose marking keeps them with the keeper, as `state:key`."""
    unreached: list[str]
    """Members that are no confirmed partner of ours."""


def publish(matter: Matter, user: User) -> Published:
    """Tell the members what is new: each contact as its state nominated, confirmed or withdrew it."""
    require(user, SEND)
    head = _head(matter, user)
    _keeper_only(head)
    with transaction.atomic():
        Matter.objects.select_for_update().get(pk=matter.pk)
        items = book.pending(matter, head)
        known = set(
            Partner.objects.filter(node__in=head["members"], status=Partner.Status.CONFIRMED).values_list(
                "node", flat=True
            )
        )
        outgoings = [
            Outgoing(
                "directory.publish",
                _publication(item),
                audience=to,
                matter=matter.id,
                refs=_referred(item, head),
                marking=Marking(item.value["marking"]),
                exercise=matter.exercise,
            )
            for item in items
            if not item.stays and (to := tuple(node for node in item.to if node in known))
        ]
        records = issue_many(outgoings)
    audit(user.username, "published contacts", matter_id=matter.id, detail=str(len(records)))
    return Published(
        records,
        [f"{item.state}:{item.key}" for item in items if item.stays],
        sorted({node for item in items if not item.stays for node in item.to} - known),
    )


def _publication(item: book.Pending) -> dict[str, Any]:
    value = item.value
    return {
        "state": item.state,
        "key": item.key,
        "nomination": value["nomination"],
        "nominated": value["nominated"],
        "contact": value["contact"],
        "confirmation": value["confirmation"],
        "confirmed": value["confirmed"] if value["confirmation"] else None,
        "withdrawal": value["withdrawal"],
        "withdrawn": value["withdrawn"],
    }


def _referred(item: book.Pending, head: Mapping[str, Any]) -> tuple[str, ...]:
    value = item.value
    named = (value["nomination"], value["confirmation"], value["withdrawal"], value["published"])
    return (head["openings"][-1], *(identifier for identifier in named if identifier))


# -- communication checks ----------------------------------------------------------------------------------------------


def next_number(matter: Matter) -> str:
    """The next number of our pings in a directory: `3/2026`."""
    year, prefix = timezone.localdate().year, f"number:{node_name()}:"
    rows = StateEntry.objects.filter(matter=matter, key__startswith=prefix, key__endswith=f"/{year}")
    taken = {key.removeprefix(prefix) for key in rows.values_list("key", flat=True)}
    count = len(taken) + 1
    while f"{count}/{year}" in taken:
        count += 1
    return f"{count}/{year}"


def ping(
    matter: Matter,
    user: User,
    *,
    deadline: datetime,
    to: Iterable[str] = (),
    kind: str = "scheduled",
    text: str = "",
    precedence: str = "ROUTINE",
) -> ActRecord:
    """Send a communication check; to all whom we can reach when nobody is named. It needs no clearance."""
    require(user, SEND)
    head = _head(matter, user)
    me = node_name()
    if deadline <= timezone.now():
        raise UserError(_("The deadline has passed."), "deadline")
    if precedence not in PRECEDENCES:
        raise UserError(
            _("The precedences are %(precedences)s.") % {"precedences": ", ".join(PRECEDENCES)}, "precedence"
        )
    circle = {head["keeper"], *head["members"]} - {me}
    chosen = set(to)
    if stranger := sorted(chosen - circle):
        raise UserError(_("%(node)s is no member of this directory.") % {"node": stranger[0]}, "to")
    if not chosen:
        confirmed = Partner.objects.filter(node__in=circle, status=Partner.Status.CONFIRMED)
        chosen = set(confirmed.values_list("node", flat=True))
    if not chosen:
        raise UserError(_("There is nobody to ping: no other member is a confirmed partner of this node."), "to")
    with transaction.atomic():
        Matter.objects.select_for_update().get(pk=matter.pk)
        record = issue(
            Outgoing(
                "directory.ping",
                {
                    "number": next_number(matter),
                    "kind": kind,
                    "deadline": format_time(deadline),
                    "text": text.strip(),
                },
                audience=tuple(sorted(chosen)),
                matter=matter.id,
                refs=(head["openings"][-1],),
                precedence=precedence,
                exercise=matter.exercise,
            )
        )
    audit(user.username, "sent ping", matter_id=matter.id, act_id=record.id)
    return record


def pong(record: ActRecord, user: User, text: str = "") -> ActRecord:
    """Answer a ping. Doing it again raises UserError."""
    require(user, SEND)
    me = node_name()
    if record.type != "directory.ping" or me not in record.audience:
        raise UserError(_("Only a ping that is addressed to us can be answered."))
    matter = Matter.objects.get(pk=record.matter_id)
    head = _head(matter, user)
    if not record.effective:
        raise UserError(_("This ping is without effect; there is nothing to answer."))
    with transaction.atomic():
        Matter.objects.select_for_update().get(pk=matter.pk)
        if StateEntry.objects.filter(matter=matter, key=f"pong:{record.id}:{me}").exists():
            raise UserError(_("This ping has been answered already."))
        reply = issue(
            Outgoing(
                "directory.pong",
                {"ping": record.id, "text": text.strip()},
                audience=(record.author,),
                matter=matter.id,
                refs=(head["openings"][-1], record.id),
                marking=Marking(record.marking),
                precedence=record.precedence,
                exercise=record.exercise,
            )
        )
    audit(user.username, "answered ping", matter_id=matter.id, act_id=record.id)
    return reply


def statistics(matter: Matter, user: User, moment: datetime) -> list[Figure]:
    """How each state has answered the pings that we know of, as of `moment`."""
    _head(matter, user)
    return figures(state_of(matter), moment)
