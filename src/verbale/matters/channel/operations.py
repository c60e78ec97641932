"""What people do in a channel. Web, API, command line and demo call these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from verbale.knowledge import FREE, Form, NamedNorm, check_values, form_of, render
from verbale.matters.channel.fold import channel_id
from verbale.node import attachments
from verbale.node.access import audit, readable_acts, require, require_read
from verbale.node.drafts import DraftFields
from verbale.node.errors import AccessError, UserError
from verbale.node.identity import node_name, public_credentials
from verbale.node.models import ActRecord, Draft, Matter, Partner, StateEntry, User
from verbale.node.partners import short_name
from verbale.node.registry import kind_of
from verbale.node.services import Outgoing, issue
from verbale.node.sharing import Share
from verbale.protocol import MalformedError, Marking, parse_marking

__all__ = [
    "NoteFields",
    "acknowledge",
    "addressee_of",
    "next_number",
    "note_draft",
    "opening_of_answer",
    "opening_on_norm",
    "resume",
]

FIELD_PREFIX = "f_"
"""Before the key of a form's field, where it stands beside the fields of every note."""


@dataclass(frozen=True)
class NoteFields:
    """What a desk officer decides when writing a note."""

    to: str
    subject: str
    paragraphs: tuple[str, ...] = ()
    """Free text; a form makes its own of `values`."""
    form: str = FREE
    values: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    """The dossier, if any."""
    answers: str = ""
    """The note that this one answers, if any."""
    reply_by: str | None = None
    marking: str = "AMBER"
    precedence: str = "ROUTINE"
    share_report: bool = False
    exercise: bool = False
    language: str = "en"
    files: tuple[tuple[str, str, bytes], ...] = ()
    """Enclosures: name, media type, content."""
    kept: tuple[dict[str, Any], ...] = ()
    """Enclosures of the draft's earlier version that stay."""


def addressee_of(partner: Partner) -> str:
    """How a note names its addressee."""
    if partner.kind == "organisation":
        return f"Secretariat of the {partner.name}"
    return f"Ministry of Foreign Affairs of the {partner.name}"


def next_number(partner: str) -> str:
    """The next number of our series with a partner: `12/2026`."""
    year = timezone.localdate().year
    channel, me = channel_id((node_name(), partner)), node_name()
    prefix = f"number:{me}:"
    taken = {
        key.removeprefix(prefix)
        for key in StateEntry.objects.filter(
            matter_id=channel, key__startswith=prefix, key__endswith=f"/{year}"
        ).values_list("key", flat=True)
    }
    waiting = Draft.objects.filter(matter_id=channel).exclude(status__in=(Draft.Status.SENT, Draft.Status.WITHDRAWN))
    taken |= {str(body.get("number")) for body in waiting.values_list("body", flat=True)}
    count = 1
    while f"{count}/{year}" in taken:
        count += 1
    return f"{count}/{year}"


def note_draft(
    fields: NoteFields, user: User, draft: Draft | None = None, *, keep: bool = True
) -> tuple[DraftFields, Share | None]:
    """The draft of a note or an answer, and what of the dossier's report goes along. Raises UserError naming the field.

    With `draft`, the new version of that one: in the same channel it keeps its number. Without `keep`, for a look at
    it, no file is stored.
    """
    require(user, "draft")
    partner = Partner.objects.filter(pk=fields.to, status=Partner.Status.CONFIRMED).first()
    if partner is None:
        raise UserError(_("Choose a confirmed partner as the addressee."), "to")
    form, paragraphs = _written(fields, partner)
    try:
        marking = parse_marking(fields.marking)
    except MalformedError as error:
        raise UserError(str(error), "marking") from None
    channel = channel_id((node_name(), partner.node))
    about = _about(fields, user)
    answered = _answered(fields, partner, channel, user) if fields.answers else None
    today = timezone.localdate()
    if fields.reply_by and fields.reply_by < today.isoformat():
        raise UserError(_("The day by which an answer is asked for has passed."), "reply_by")
    enclosures = [*fields.kept]
    for name, media_type, content in fields.files:
        enclosures.append(attachments.describe(content, name, media_type))
    if keep:
        attachments.store(content for _, _, content in fields.files)
    kind = kind_of(about.kind) if about is not None and fields.share_report else None
    shared = kind.share(about, marking, keep) if kind is not None else None
    config = settings.CONFIG
    same_channel = draft is not None and draft.matter_id == channel
    body: dict[str, Any] = {
        "form": form.id,
        "style": form.style,
        "heading": form.heading,
        "values": {key: value.strip() for key, value in fields.values.items()} if form.id != FREE else {},
        "number": draft.body["number"] if same_channel else next_number(partner.node),
        "subject": fields.subject.strip(),
        "paragraphs": paragraphs,
        "letterhead": {
            "ministry": config.ministry,
            "state": public_credentials().current.name,
            "short": node_name(),
            "colour": config.colour.lower(),
            "place": config.capital,
        },
        "addressee": addressee_of(partner),
        "date": today.isoformat(),
        "language": fields.language,
        "about": about.id if about is not None else None,
        "reply_by": fields.reply_by or None,
        "answers": answered.id if answered is not None else None,
        "answered": _in_words(answered) if answered is not None else "",
        "attachments": enclosures,
    }
    return (
        DraftFields(
            type="channel.answer" if answered is not None else "channel.note",
            body=body,
            audience=(partner.node,),
            matter=channel,
            about=body["about"] or "",
            refs=(answered.id,) if answered is not None else (),
            marking=marking.value,
            precedence=fields.precedence,
            exercise=fields.exercise or (about is not None and about.exercise),
            companions=(shared.companion,) if shared is not None else (),
        ),
        shared,
    )


def _written(fields: NoteFields, partner: Partner) -> tuple[Form, list[str]]:
    """The form and the paragraphs that it makes of what was filled in."""
    form = form_of(fields.form)
    if form is None:
        raise UserError(_("There is no form %(form)s.") % {"form": fields.form}, "form")
    if form.id == FREE:
        paragraphs = [text.strip() for text in fields.paragraphs if text.strip()]
    else:
        wrong = check_values(form, fields.values)
        for key, sentence in wrong.items():
            known = form.field(key)
            label = known.label if known else key
            raise UserError(f"{label}: {_(sentence)}", f"{FIELD_PREFIX}{key}")
        paragraphs = render(
            form,
            fields.values,
            language=fields.language,
            state=short_name(settings.CONFIG.name),
            partner=short_name(partner.name),
        )
    if not paragraphs:
        raise UserError(_("The note has no text yet."), "text")
    return form, paragraphs


def _about(fields: NoteFields, user: User) -> Matter | None:
    if not fields.about:
        return None
    matter = Matter.objects.filter(pk=fields.about).first()
    if matter is None:
        raise UserError(_("That dossier does not exist here."), "about")
    require_read(user, matter)
    return matter


def _answered(fields: NoteFields, partner: Partner, channel: str, user: User) -> ActRecord:
    record = ActRecord.objects.filter(pk=fields.answers, type__in=("channel.note", "channel.answer")).first()
    if record is None or record.author != partner.node or record.matter_id != channel:
        raise UserError(_("The note to be answered is not one of this partner."), "answers")
    _require_readable(record, user)
    return record


def _require_readable(record: ActRecord, user: User) -> None:
    if not readable_acts(user).filter(pk=record.pk).exists():
        raise AccessError(_("This matter is open only to the people named on it."))


def _in_words(record: ActRecord) -> str:
    body = record.act.body
    day = timezone.datetime.fromisoformat(body["date"])
    language = body.get("language", "en")
    with override(language):
        of = "du" if language == "fr" else "of"
        return f"note verbale {body['number']} {of} {date_format(day, 'j F Y')}"


def opening_of_answer(record: ActRecord) -> str:
    """How the first paragraph of an answer customarily begins, in the language of the note."""
    if record.act.body.get("language") == "fr":
        return f"accuser réception de la {_in_words(record)} et de lui communiquer ce qui suit."
    return f"acknowledge receipt of the latter's {_in_words(record)} and to state the following."


def opening_on_norm(found: NamedNorm, language: str) -> str:
    """How a paragraph that refers to a norm begins, in the language of the note.

    What the publisher itself says is quoted with its source; our own words stand without quotation marks, so that
    nobody takes them for the text.
    """
    told = found.norm.in_language(language)
    if language == "fr" and told is not None:
        if told.official is not None:
            return f"se référer à « {told.official.words} » ({told.official.reference})."
        return f"rappeler la norme {told.reference}, selon laquelle, en substance : {told.about}"
    return f"recall the norm in {found.norm.reference}, by which, in substance: {found.norm.about}"


def acknowledge(record: ActRecord, user: User, text: str = "") -> ActRecord:
    """Confirm to the author that a note has reached the persons it is meant for. Doing it again raises UserError."""
    require(user, "acknowledge")
    me = node_name()
    if record.type not in ("channel.note", "channel.answer") or record.author == me or me not in record.audience:
        raise UserError(_("Only a note that is addressed to us can be acknowledged."))
    _require_readable(record, user)
    if StateEntry.objects.filter(matter_id=record.matter_id, key=f"seen:{record.id}:{me}").exists():
        raise UserError(_("This note has been acknowledged already."))
    act = record.act
    outgoing = Outgoing(
        "channel.acknowledge",
        {"acknowledges": record.id, "note": _in_words(record), "about": act.body.get("about"), "text": text.strip()},
        audience=tuple(sorted(act.parties - {me})),
        matter=record.matter_id,
        refs=(record.id,),
        marking=Marking(record.marking),
        precedence=record.precedence,
        exercise=record.exercise,
    )
    reply = issue(outgoing)
    audit(user.username, "acknowledged", matter_id=record.about_id or record.matter_id, act_id=record.id)
    return reply


def resume(draft: Draft) -> NoteFields:
    """The fields from which a draft was made, to go on writing."""
    body = draft.body
    return NoteFields(
        to=draft.audience[0],
        subject=body["subject"],
        paragraphs=tuple(body["paragraphs"]),
        form=body.get("form", FREE),
        values=body.get("values", {}),
        about=draft.about_id,
        answers=body.get("answers") or "",
        reply_by=body.get("reply_by"),
        marking=draft.marking,
        precedence=draft.precedence,
        share_report=bool(draft.companions),
        exercise=draft.exercise,
        language=body.get("language", "en"),
        kept=tuple(body.get("attachments", ())),
    )
