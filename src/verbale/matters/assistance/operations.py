"""What people do with assistance. Web, API, command line and demo call these.

Before anything is drafted or said, the rules of effect are asked what would become of it: nobody drafts in vain.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.matters.assistance import fold, wording
from verbale.matters.assistance.acts import GROUNDS, KINDS, URGENCIES, article_of
from verbale.node import attachments
from verbale.node.access import audit, readable_acts, require, require_read
from verbale.node.drafts import DraftFields
from verbale.node.errors import AccessError, UserError
from verbale.node.identity import node_name, public_credentials
from verbale.node.models import ActRecord, Draft, Matter, Partner, User
from verbale.node.partners import names
from verbale.node.projection import state_of
from verbale.node.registry import kind_of, validate_body
from verbale.node.services import Outgoing, issue
from verbale.node.sharing import Share
from verbale.protocol import MalformedError, Marking, make_act, parse_marking

__all__ = [
    "BASES",
    "PRECEDENCE",
    "OpeningFields",
    "accept_draft",
    "close",
    "deliver_draft",
    "extend",
    "offer_draft",
    "preserve",
    "refuse_draft",
    "request_draft",
    "resume_opening",
    "status",
    "take",
]

File = tuple[str, str, bytes]
"""Name, media type, content."""

PRECEDENCE = {"ordinary": "ROUTINE", "urgent": "PRIORITY", "emergency": "IMMEDIATE"}

BASES = {
    "en": {
        "information": ("Convention on Cybercrime (ETS 185)", "Articles 25 and 31"),
        "mitigation": ("report of the Group of Governmental Experts (A/70/174)", "paragraph 13 (h)"),
        "preservation": ("Convention on Cybercrime (ETS 185)", "Article 29"),
        "other": ("Convention on Cybercrime (ETS 185)", "Article 25"),
    },
    "fr": {
        "information": ("Convention sur la cybercriminalité (STE 185)", "articles 25 et 31"),
        "mitigation": ("rapport du Groupe d'experts gouvernementaux (A/70/174)", "paragraphe 13 h)"),
        "preservation": ("Convention sur la cybercriminalité (STE 185)", "article 29"),
        "other": ("Convention sur la cybercriminalité (STE 185)", "article 25"),
    },
}
"""Instrument and article when the drafter names none, by language and kind."""

_FORMAL = ("assistance.request", "assistance.offer", "assistance.accept", "assistance.refuse")
_MOST_REFS = 100


@dataclass(frozen=True)
class OpeningFields:
    """What a desk officer decides when asking for assistance, or offering it."""

    to: str
    subject: str
    items: tuple[str, ...]
    kind: str = "information"
    instrument: str = ""
    article: str = ""
    urgency: str = "ordinary"
    urgency_reason: str = ""
    confidential: bool = False
    preservation: Mapping[str, Any] | None = None
    """What Article 29 (2) asks for, by the fields of `acts.PreservationAsked`."""
    conditions: str = ""
    """Of an offer."""
    about: str = ""
    reply_by: str | None = None
    marking: str = "AMBER"
    language: str = "en"
    share_report: bool = False
    exercise: bool = False
    files: tuple[File, ...] = ()
    kept: tuple[dict[str, Any], ...] = ()
    """Enclosures of the draft's earlier version that stay."""


# -- requests and offers -----------------------------------------------------------------------------------------------


def request_draft(
    fields: OpeningFields, user: User, draft: Draft | None = None, *, keep: bool = True
) -> tuple[DraftFields, Share | None]:
    """The draft of a request, and what of the dossier's report goes along. Raises UserError naming the field.

    With `draft`, the new version of that one, which keeps its number. Without `keep`, for a look, no file is stored.
    """
    if fields.urgency not in URGENCIES:
        raise UserError(_("Choose one of: %(choices)s.") % {"choices": ", ".join(URGENCIES)}, "urgency")
    common, about, marking = _opening(fields, user, draft)
    instrument, article = BASES[fields.language][fields.kind]
    if fields.instrument.strip():
        instrument, article = fields.instrument.strip(), fields.article.strip()
    body = {
        **common,
        "basis": {"instrument": instrument, "article": fields.article.strip() or article},
        "urgency": fields.urgency,
        "urgency_reason": fields.urgency_reason.strip(),
        "confidential": fields.confidential,
        "preservation": _asked(fields),
    }
    body["paragraphs"] = wording.request(body)
    return _opened("assistance.request", body, fields, about, marking, PRECEDENCE[fields.urgency], keep)


def offer_draft(
    fields: OpeningFields, user: User, draft: Draft | None = None, *, keep: bool = True
) -> tuple[DraftFields, Share | None]:
    """The draft of an offer; as `request_draft`."""
    common, about, marking = _opening(fields, user, draft)
    body = {**common, "conditions": fields.conditions.strip()}
    body["paragraphs"] = wording.offer(body)
    return _opened("assistance.offer", body, fields, about, marking, "ROUTINE", keep)


def _asked(fields: OpeningFields) -> dict[str, Any] | None:
    if fields.kind != "preservation":
        return None
    given = dict(fields.preservation or {})
    asked = {name: str(given.get(name, "")).strip() for name in ("authority", "offence", "data", "link", "necessity")}
    for name, text in asked.items():
        if not text:
            raise UserError(_("Article 29 (2) asks a request for preservation to specify this."), name)
    if not given.get("intention"):
        raise UserError(
            _("Article 29 (2) (f): say that a request for search, seizure or disclosure is going to follow."),
            "intention",
        )
    return {**asked, "custodian": str(given.get("custodian", "")).strip(), "intention": True}


def _opening(fields: OpeningFields, user: User, draft: Draft | None) -> tuple[dict[str, Any], Matter | None, Marking]:
    require(user, "draft")
    partner = Partner.objects.filter(pk=fields.to, status=Partner.Status.CONFIRMED).first()
    if partner is None:
        raise UserError(_("Choose a confirmed partner as the addressee."), "to")
    if fields.kind not in KINDS:
        raise UserError(_("Choose one of: %(choices)s.") % {"choices": ", ".join(KINDS)}, "kind")
    _check_language(fields.language)
    items = [text.strip() for text in fields.items if text.strip()]
    if not items:
        raise UserError(_("Say what it is about, one item a line at least."), "items")
    today = timezone.localdate().isoformat()
    if fields.reply_by and fields.reply_by < today:
        raise UserError(_("The day by which an answer is asked for has passed."), "reply_by")
    about = _about(fields.about, user)
    described = [attachments.describe(content, name, media_type) for name, media_type, content in fields.files]
    body = {
        "number": draft.body["number"] if draft is not None else _next_number(),
        "subject": fields.subject.strip(),
        "kind": fields.kind,
        "items": items,
        "reply_by": fields.reply_by or None,
        "about": about.id if about is not None else None,
        "attachments": [*fields.kept, *described],
        **_head(partner, fields.language),
    }
    return body, about, _marking(fields.marking)


def _opened(
    type_name: str,
    body: dict[str, Any],
    fields: OpeningFields,
    about: Matter | None,
    marking: Marking,
    precedence: str,
    keep: bool,
) -> tuple[DraftFields, Share | None]:
    validate_body(type_name, body)
    kind = kind_of(about.kind) if about is not None and fields.share_report else None
    shared = kind.share(about, marking, keep) if kind is not None else None
    if keep:
        attachments.store(content for _name, _media_type, content in fields.files)
    made = DraftFields(
        type=type_name,
        body=body,
        audience=(fields.to,),
        about=body["about"] or "",
        marking=marking.value,
        precedence=precedence,
        exercise=fields.exercise or (about is not None and about.exercise),
        companions=(shared.companion,) if shared is not None else (),
    )
    return made, shared


def resume_opening(draft: Draft) -> OpeningFields:
    """The fields from which a request or an offer was drafted, to go on writing."""
    body = draft.body
    basis = body.get("basis") or {}
    return OpeningFields(
        to=draft.audience[0],
        subject=body["subject"],
        items=tuple(body["items"]),
        kind=body["kind"],
        instrument=basis.get("instrument", ""),
        article=basis.get("article", ""),
        urgency=body.get("urgency", "ordinary"),
        urgency_reason=body.get("urgency_reason", ""),
        confidential=body.get("confidential", False),
        preservation=body.get("preservation"),
        conditions=body.get("conditions", ""),
        about=body.get("about") or "",
        reply_by=body.get("reply_by"),
        marking=draft.marking,
        language=body.get("language", "en"),
        share_report=bool(draft.companions),
        exercise=draft.exercise,
        kept=tuple(body.get("attachments", ())),
    )


# -- answers, through clearance ----------------------------------------------------------------------------------------


def accept_draft(
    matter: Matter, user: User, *, items: Sequence[int] = (), conditions: str = "", draft: Draft | None = None
) -> DraftFields:
    """The draft of an acceptance: of the whole, or of the items named."""
    opening = _opening_of(matter, user)
    numbers = sorted(set(items))
    body = {
        **_reply(opening, draft),
        "extent": "part" if numbers else "whole",
        "items": numbers,
        "conditions": conditions.strip(),
    }
    body["paragraphs"] = wording.acceptance(body)
    return _answering(matter, opening, "assistance.accept", body)


def refuse_draft(
    matter: Matter, user: User, *, ground: str, reasons: str, article: str = "", draft: Draft | None = None
) -> DraftFields:
    """The draft of a refusal. Without `article`, the one of the Convention on which the ground rests."""
    opening = _opening_of(matter, user)
    if ground not in GROUNDS:
        raise UserError(_("Choose one of: %(choices)s.") % {"choices": ", ".join(GROUNDS)}, "ground")
    if not reasons.strip():
        raise UserError(_("Give the reasons: whoever refuses informs of them (Article 27 (7))."), "reasons")
    own = article_of(ground, opening.act.body["kind"])
    body = {
        **_reply(opening, draft),
        "ground": ground,
        "article": article.strip() or (f"{own}, ETS 185" if own else ""),
        "reasons": reasons.strip(),
    }
    body["paragraphs"] = wording.refusal(body)
    return _answering(matter, opening, "assistance.refuse", body)


def deliver_draft(
    matter: Matter,
    user: User,
    *,
    text: str,
    items: Sequence[int] = (),
    conditions: str = "",
    marking: str = "",
    files: Sequence[File] = (),
    kept: Sequence[dict[str, Any]] = (),
) -> DraftFields:
    """The draft of a delivery, with what is handed over."""
    opening = _opening_of(matter, user)
    if not text.strip():
        raise UserError(_("Say what is handed over."), "text")
    body = {
        "subject": opening.act.body["subject"],
        "text": text.strip(),
        "items": sorted(set(items)),
        "conditions": conditions.strip(),
        "attachments": [
            *kept,
            *(attachments.describe(content, name, media_type) for name, media_type, content in files),
        ],
        "about": opening.act.body.get("about"),
    }
    made = _answering(matter, opening, "assistance.deliver", body, _marking(marking) if marking else None)
    attachments.store(content for _name, _media_type, content in files)
    return made


def _answering(
    matter: Matter, opening: ActRecord, type_name: str, body: dict[str, Any], marking: Marking | None = None
) -> DraftFields:
    refs = _foreseen(matter, opening, type_name, body)
    about = Matter.objects.filter(pk=body["about"] or "", restricted=True).first()
    return DraftFields(
        type=type_name,
        body=body,
        audience=(_other(opening),),
        matter=matter.id,
        # On the desk it stands in the dossier of the request, and is closed to whom the dossier behind it is.
        about=about.id if about is not None else matter.id,
        refs=refs,
        marking=(marking or Marking(opening.marking)).value,
        precedence=opening.precedence,
        exercise=opening.exercise,
    )


# -- said at once ------------------------------------------------------------------------------------------------------


def preserve(
    matter: Matter, user: User, *, data: str, until: str, since: str = "", items: Sequence[int] = ()
) -> ActRecord:
    """Tell that data is preserved, from today when no other day is given."""
    body = {
        "data": data.strip(),
        "since": since or timezone.localdate().isoformat(),
        "until": until,
        "items": sorted(set(items)),
    }
    return _say(matter, user, "assistance.preserve", body, "preserved")


def extend(matter: Matter, user: User, *, preservation: str, until: str, reason: str = "") -> ActRecord:
    """Let a preservation last longer."""
    body = {"preservation": preservation, "until": until, "reason": reason.strip()}
    return _say(matter, user, "assistance.extend", body, "extended", (preservation,))


def status(matter: Matter, user: User, text: str) -> ActRecord:
    """Tell the other side how the work stands."""
    if not text.strip():
        raise UserError(_("Write the remark first."), "text")
    return _say(matter, user, "assistance.status", {"text": text.strip()}, "remarked")


def take(matter: Matter, user: User, *, items: Sequence[int] = (), text: str = "") -> ActRecord:
    """Take an offer, whole or the items named."""
    return _say(matter, user, "assistance.take", {"items": sorted(set(items)), "text": text.strip()}, "took")


def close(matter: Matter, user: User, *, outcome: str, text: str = "") -> ActRecord:
    """Close the matter: satisfied, withdrawn, or an offer declined."""
    return _say(matter, user, "assistance.close", {"outcome": outcome, "text": text.strip()}, "closed")


def _say(
    matter: Matter, user: User, type_name: str, body: dict[str, Any], verb: str, more: Iterable[str] = ()
) -> ActRecord:
    opening = _opening_of(matter, user)
    body["about"] = opening.act.body.get("about")
    refs = _foreseen(matter, opening, type_name, body, more)
    record = issue(
        Outgoing(
            type_name,
            body,
            audience=(_other(opening),),
            matter=matter.id,
            refs=refs,
            marking=Marking(opening.marking),
            precedence=opening.precedence,
            exercise=opening.exercise,
        )
    )
    audit(user.username, verb, matter_id=matter.id, act_id=record.id)
    return record


# -- what both share ---------------------------------------------------------------------------------------------------


def _opening_of(matter: Matter, user: User) -> ActRecord:
    """The act that opened the matter, for somebody who may write in it."""
    require(user, "draft")
    require_read(user, matter)
    opening = state_of(matter).get("opening") if matter.kind == "assistance" else None
    if opening is None:
        raise UserError(_("This is no request or offer of assistance that took effect."))
    record = readable_acts(user).filter(pk=opening["act"]).first()
    if record is None:
        raise AccessError(_("This matter is open only to the people named on it."))
    if node_name() not in (record.author, *record.audience):
        raise UserError(_("This matter is between other states."))
    return record


def _other(opening: ActRecord) -> str:
    return next(node for node in (opening.author, *opening.audience) if node != node_name())


def _foreseen(
    matter: Matter, opening: ActRecord, type_name: str, body: dict[str, Any], more: Iterable[str] = ()
) -> tuple[str, ...]:
    """What the act refers to, to stand after all it rests on. Raises UserError when it would be without effect."""
    validate_body(type_name, body)
    state = state_of(matter)
    resting = [state[key]["act"] for key in ("answer", "taken") if key in state]
    if type_name == "assistance.close":
        given = [key.partition(":")[2] for key in sorted(state) if key.startswith("delivery:")]
        resting += [*given, *state.get("kept", ())][-_MOST_REFS:]
    refs = tuple(sorted({opening.id, *resting, *more}))
    act = make_act(
        type=type_name,
        author=node_name(),
        audience=(_other(opening),),
        matter=matter.id,
        refs=refs,
        issued=timezone.now(),
        body=body,
    )
    effect = fold.rule(dict(state), act)
    if effect.reason is not None:
        known = names()
        about = tuple(known.get(value, value) for value in effect.about)
        raise UserError(_(effect.reason) % about if about else _(effect.reason), _field(effect.reason))
    return refs


def _field(reason: str) -> str:
    """The field that a reason is about, where it is about one."""
    if "no item" in reason:
        return "items"
    return "until" if "preserved" in reason else ""


def _reply(opening: ActRecord, draft: Draft | None) -> dict[str, Any]:
    asked = opening.act.body
    language = asked.get("language", "en")
    language = language if language in wording.LANGUAGES else "en"
    partner = Partner.objects.filter(pk=_other(opening)).first()
    if partner is None:
        raise UserError(_("%(node)s is not a confirmed partner of this node") % {"node": _other(opening)}, "audience")
    return {
        "number": draft.body["number"] if draft is not None else _next_number(),
        "subject": asked["subject"],
        "answered": wording.in_words(asked["number"], asked["date"], language),
        "about": asked.get("about"),
        **_head(partner, language),
    }


def _head(partner: Partner, language: str) -> dict[str, Any]:
    config = settings.CONFIG
    of = "Secretariat" if partner.kind == "organisation" else "Ministry of Foreign Affairs"
    return {
        "letterhead": {
            "ministry": config.ministry,
            "state": public_credentials().current.name,
            "short": node_name(),
            "colour": config.colour.lower(),
            "place": config.capital,
        },
        "addressee": f"{of} of the {partner.name}",
        "date": timezone.localdate().isoformat(),
        "language": language,
    }


def _next_number() -> str:
    """The next number of our notes on assistance: `A-3/2026`."""
    year = timezone.localdate().year
    said = ActRecord.objects.filter(type__in=_FORMAL, author=node_name(), issued__startswith=str(year))
    # The words by which the search finds an act begin with its number.
    taken = {words.partition(" ")[0] for words in said.values_list("words", flat=True)}
    waiting = Draft.objects.filter(type__in=_FORMAL).exclude(status__in=(Draft.Status.SENT, Draft.Status.WITHDRAWN))
    taken |= {str(body.get("number")) for body in waiting.values_list("body", flat=True)}
    count = 1
    while f"A-{count}/{year}" in taken:
        count += 1
    return f"A-{count}/{year}"


def _about(identifier: str, user: User) -> Matter | None:
    if not identifier:
        return None
    matter = Matter.objects.filter(pk=identifier).first()
    if matter is None:
        raise UserError(_("That dossier does not exist here."), "about")
    require_read(user, matter)
    return matter


def _marking(text: str) -> Marking:
    try:
        return parse_marking(text)
    except MalformedError as error:
        raise UserError(str(error), "marking") from None


def _check_language(language: str) -> None:
    if language not in wording.LANGUAGES:
        raise UserError(_("Choose one of: %(choices)s.") % {"choices": ", ".join(wording.LANGUAGES)}, "language")
