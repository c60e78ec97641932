"""What people do in talks. Web, API, command line and demo call these.

All but `accept`, `agree_agenda` and `delegation` make drafts, which leave when a second person clears them. What would
be without effect as things stand is refused here, with the reason.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.matters.talks import cases, fold
from verbale.matters.talks.acts import BY_VIDEO, canonical_text, text_hash
from verbale.node.access import audit, require, require_read
from verbale.node.drafts import DraftFields
from verbale.node.errors import AccessError, NodeError, UserError
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Draft, Matter, Partner, User
from verbale.node.partners import names
from verbale.node.projection import state_of
from verbale.node.registry import validate_body
from verbale.node.services import Outgoing, issue
from verbale.protocol import MalformedError, Marking, in_nfc, make_act, parse_marking

__all__ = [
    "InviteFields",
    "accept",
    "agenda_draft",
    "agree_agenda",
    "agree_minutes_draft",
    "close_draft",
    "commit_draft",
    "decline_draft",
    "delegation",
    "invite_draft",
    "matter_of",
    "minutes_draft",
    "propose_draft",
    "report_draft",
    "resume",
    "times_of",
]

Times = Iterable[str | datetime]


@dataclass(frozen=True)
class InviteFields:
    """What a person decides who invites to talks."""

    to: tuple[str, ...]
    subject: str
    times: tuple[str | datetime, ...]
    """RFC 3339; in UTC or with another offset."""
    place: str = BY_VIDEO
    length: int = 60
    language: str = "en"
    agenda: tuple[str, ...] = ()
    text: str = ""
    about: str = ""
    marking: str = "AMBER"
    precedence: str = "ROUTINE"
    exercise: bool = False


def times_of(times: Times) -> list[str]:
    """Moments in the spelling of the acts: UTC, to the second, each once, the earliest first. Raises UserError."""
    found = set()
    for time in times:
        try:
            moment = datetime.fromisoformat(time) if isinstance(time, str) else time
            if moment.tzinfo is None:
                raise ValueError
            found.add(moment.astimezone(UTC).replace(microsecond=0))
        except (ValueError, OverflowError):
            raise UserError(
                _("%(time)s is no moment with its zone, such as 2026-12-03T09:00:00Z.") % {"time": time}, "times"
            ) from None
    return [f"{moment:%Y-%m-%dT%H:%M:%S}Z" for moment in sorted(found)]


# -- the invitation ----------------------------------------------------------------------------------------------------


def invite_draft(fields: InviteFields, user: User) -> DraftFields:
    """The draft of an invitation. Raises UserError naming the field."""
    require(user, "draft")
    confirmed = set(
        Partner.objects.filter(node__in=fields.to, status=Partner.Status.CONFIRMED).values_list("node", flat=True)
    )
    if not fields.to or confirmed != set(fields.to):
        raise UserError(_("Choose confirmed partners, one at least."), "to")
    about = _about(fields.about, user)
    try:
        marking = parse_marking(fields.marking)
    except MalformedError as error:
        raise UserError(str(error), "marking") from None
    body = {
        "subject": fields.subject.strip(),
        "times": _coming(times_of(fields.times)),
        "place": fields.place.strip(),
        "length": fields.length,
        "language": fields.language,
        "agenda": _lines(fields.agenda),
        "text": fields.text.strip(),
        "about": about.id if about is not None else None,
    }
    validate_body("talks.invite", body)
    return DraftFields(
        type="talks.invite",
        body=body,
        audience=tuple(sorted(confirmed)),
        about=body["about"] or "",
        marking=marking.value,
        precedence=fields.precedence,
        exercise=fields.exercise or (about is not None and about.exercise),
    )


def _about(identifier: str, user: User) -> Matter | None:
    if not identifier:
        return None
    matter = Matter.objects.filter(pk=identifier).first()
    if matter is None:
        raise UserError(_("That dossier does not exist here."), "about")
    require_read(user, matter)
    return matter


def _coming(times: list[str]) -> list[str]:
    if not times:
        raise UserError(_("Propose one time at least."), "times")
    if times[0] <= f"{timezone.now().astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z":
        raise UserError(_("The time has passed: %(time)s.") % {"time": times[0]}, "times")
    return times


def _lines(lines: Iterable[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip()]


# -- drafts in talks that are open -------------------------------------------------------------------------------------


def propose_draft(
    matter: Matter, user: User, *, times: Times, place: str = BY_VIDEO, length: int = 60, text: str = ""
) -> DraftFields:
    """Other times, or another place."""
    body = {"times": _coming(times_of(times)), "place": place.strip(), "length": length, "text": text.strip()}
    return _draft(matter, user, "talks.propose", body)


def decline_draft(matter: Matter, user: User, reason: str) -> DraftFields:
    """Do not come, and say why."""
    if not reason.strip():
        raise UserError(_("Give the reason: the other side will read it."), "reason")
    return _draft(matter, user, "talks.decline", {"reason": reason.strip()})


def agenda_draft(matter: Matter, user: User, items: Iterable[str]) -> DraftFields:
    """A version of the agenda."""
    found = _lines(items)
    if not found:
        raise UserError(_("Write one item a line."), "items")
    return _draft(matter, user, "talks.agenda", {"items": found})


def minutes_draft(matter: Matter, user: User, *, held: str, text: str) -> DraftFields:
    """A text of minutes."""
    text = canonical_text(text)
    if not text.strip():
        raise UserError(_("The minutes have no text yet."), "text")
    return _draft(matter, user, "talks.minutes", {"held": held, "text": text, "sha256": text_hash(text)})


def agree_minutes_draft(matter: Matter, user: User, minutes: str, sha256: str = "") -> DraftFields:
    """Agree to a text of minutes. With `sha256`, only if it is of that very text, which the person has read."""
    require_read(user, matter)
    entry = state_of(matter).get(f"minutes:{minutes}")
    body = {"minutes": minutes, "sha256": sha256 or (entry["sha256"] if entry else "0" * 64)}
    return _draft(matter, user, "talks.agree-minutes", body, minutes)


def commit_draft(matter: Matter, user: User, *, text: str, owner: str, deadline: str) -> DraftFields:
    """Promise to do something by a day."""
    if deadline < timezone.localdate().isoformat():
        raise UserError(_("The deadline has passed."), "deadline")
    body = {"text": text.strip(), "owner": owner.strip(), "deadline": deadline}
    return _draft(matter, user, "talks.commit", body)


def report_draft(matter: Matter, user: User, commitment: str, *, status: str, remark: str = "") -> DraftFields:
    """How a commitment of ours stands."""
    body = {"commitment": commitment, "status": status, "remark": remark.strip()}
    return _draft(matter, user, "talks.report", body, commitment)


def close_draft(matter: Matter, user: User, text: str = "") -> DraftFields:
    """The talks are over; commitments outlive them."""
    return _draft(matter, user, "talks.close", {"text": text.strip()})


def resume(draft: Draft, fields: DraftFields) -> DraftFields:
    """The new version of a draft must stay what it is, in its matter."""
    if draft.type != fields.type or draft.matter_id != fields.matter:
        raise UserError(_("This draft is of another kind, or belongs elsewhere."))
    return fields


# -- said at once ------------------------------------------------------------------------------------------------------


def accept(matter: Matter, user: User, *, proposal: str, time: str | datetime) -> ActRecord:
    """Accept one of the times of a proposal. It leaves at once."""
    require(user, "acknowledge")
    (moment,) = _coming(times_of([time]))
    return _say(matter, user, "talks.accept", {"proposal": proposal, "time": moment}, proposal)


def agree_agenda(matter: Matter, user: User, agenda: str) -> ActRecord:
    """Agree to a version of the agenda. It leaves at once."""
    require(user, "acknowledge")
    return _say(matter, user, "talks.agree-agenda", {"agenda": agenda}, agenda)


def delegation(matter: Matter, user: User, members: Iterable[Mapping[str, str]]) -> ActRecord:
    """Name our delegation, the head of it first. It leaves at once."""
    require(user, "acknowledge")
    found = [{"name": member["name"].strip(), "office": member["office"].strip()} for member in members]
    if not found:
        raise UserError(_("Name one person at least, one a line: name, office."), "members")
    return _say(matter, user, "talks.delegation", {"members": found})


# -- shared ------------------------------------------------------------------------------------------------------------


def _prepared(matter: Matter, user: User, type_name: str, body: Mapping[str, Any], named: str) -> Outgoing:
    """The act as it would be said now. Raises UserError when it would be without effect."""
    matter_of(user, matter.pk)
    state = state_of(matter)
    opening = state.get("opening")
    if opening is None:
        raise UserError(_("The invitation to these talks has not arrived yet."))
    me = node_name()
    whole = {**in_nfc(body), "about": opening["about"]}
    validate_body(type_name, whole)
    # What was known when it was said stands before it, whatever the clocks of the two sides show.
    refs = {opening["act"], state["last"], *([named] if named else [])}
    outgoing = Outgoing(
        type_name,
        whole,
        tuple(node for node in opening["parties"] if node != me),
        matter.id,
        tuple(sorted(refs)),
        Marking(matter.marking),
        opening["precedence"] if type_name in ("talks.propose", "talks.decline", "talks.accept") else "ROUTINE",
        matter.exercise,
    )
    effect = fold.rule(deepcopy(state), _rehearsed(outgoing))
    if not effect.effective:
        known = names()
        about = tuple(known.get(value, value) for value in effect.about)
        reason = _(effect.reason)
        raise UserError(reason % about if about else reason)
    return outgoing


def _rehearsed(outgoing: Outgoing) -> Any:
    try:
        return make_act(
            type=outgoing.type,
            author=node_name(),
            audience=outgoing.audience,
            matter=outgoing.matter,
            refs=outgoing.refs,
            issued=timezone.now(),
            marking=outgoing.marking,
            exercise=outgoing.exercise,
            nonce=outgoing.nonce,
            body=dict(outgoing.body),
        )
    except MalformedError as error:
        raise UserError(str(error)) from None


def _draft(matter: Matter, user: User, type_name: str, body: Mapping[str, Any], named: str = "") -> DraftFields:
    require(user, "draft")
    made = _prepared(matter, user, type_name, body, named)
    # A dossier that is closed to some is named, so that the draft is closed to them as well.
    about = Matter.objects.filter(pk=made.body["about"] or "", restricted=True).first()
    return DraftFields(
        type=made.type,
        body=dict(made.body),
        audience=made.audience,
        matter=matter.id,
        about=about.id if about is not None else matter.id,
        refs=made.refs,
        marking=made.marking.value,
        precedence=made.precedence,
        exercise=made.exercise,
    )


def _say(matter: Matter, user: User, type_name: str, body: Mapping[str, Any], named: str = "") -> ActRecord:
    record = issue(_prepared(matter, user, type_name, body, named))
    audit(user.username, type_name.partition(".")[2], matter_id=matter.id, act_id=record.id)
    return record


def matter_of(user: User, identifier: str) -> Matter:
    """Talks that a person may open. Raises AccessError, which does not tell what they are about, or NodeError."""
    found = cases.readable(user).filter(pk=identifier).first()
    if found is not None:
        return found
    require(user, "read")
    if Matter.objects.filter(pk=identifier, kind="talks").exists():
        raise AccessError(_("This matter is open only to the people named on it."))
    raise NodeError(_("There are no such talks here."))
