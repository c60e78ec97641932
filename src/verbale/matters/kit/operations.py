"""What people do through a deed. Web, API, command line and demo call these.

What would be without effect as things stand is refused here, with the reason.
"""

import hashlib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.matters.kit import kinds
from verbale.matters.kit.spec import Deed, View
from verbale.node import attachments, drafts
from verbale.node.access import audit, may_read, readable_acts, readable_matters, require
from verbale.node.drafts import DraftFields
from verbale.node.errors import AccessError, NotFoundError, UserError
from verbale.node.models import ActRecord, Draft, Matter, Partner, User
from verbale.node.partners import names
from verbale.node.registry import validate_body
from verbale.node.services import Outgoing, issue
from verbale.protocol import PRECEDENCES, MalformedError, Marking, in_nfc, make_act, parse_marking

__all__ = ["Given", "draft", "draft_fields", "matter_of", "resume", "say", "say_by_the_clock"]


@dataclass(frozen=True)
class Given:
    """What a person decided."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """Of the deed's fields, in the shapes of the body; `files` as tuples of name, media type and content."""
    to: tuple[str, ...] = ()
    """With a deed that opens: the addressees."""
    marking: str = ""
    """With a deed that opens or `marks`; that of the matter, of the dossier that it is about, or AMBER when empty."""
    precedence: str = ""
    exercise: bool = False
    about: str = ""
    """With a deed that opens: the dossier that it is about."""


def matter_of(user: User, identifier: str, kind: str) -> Matter:
    """A matter that a person may open. Raises NotFoundError, or AccessError, which does not tell its subject."""
    require(user, "read")
    found = Matter.objects.filter(pk=identifier, kind=kind).first()
    if found is None:
        raise NotFoundError(_("There is no such matter here."))
    if not may_read(user, found):
        raise AccessError(_("This matter is open only to the people named on it."))
    return found


def draft_fields(deed: Deed, matter: Matter | None, user: User, given: Given, *, keep: bool = True) -> DraftFields:
    """What is to be said, checked; without `keep`, no file is stored. Raises UserError with the field, AccessError."""
    require(user, deed.right)
    view = View(matter, user, given.to, marking=given.marking if deed.marks else "")
    return _prepared(deed, view, given, _about(deed, given, user), keep=keep)


def _prepared(deed: Deed, view: View, given: Given, about: Matter | None, *, keep: bool = True) -> DraftFields:
    matter = view.matter
    body, contents = _body(deed, view, given)
    view = replace(view, files={hashlib.sha256(content).hexdigest(): content for content in contents})
    if "about" in deed.body.__struct_fields__:
        body["about"] = view.opening.get("about") if matter is not None else given.about or None
    body = in_nfc(deed.complete(view, body))
    validate_body(deed.name, body)
    fields = DraftFields(
        type=deed.name,
        body=body,
        audience=_audience(deed, view, body, given),
        matter=matter.id if matter is not None else "",
        about=body.get("about") or (matter.id if matter is not None else ""),
        refs=_refs(deed, view, body),
        marking=_marking(deed, view, given, about),
        precedence=_precedence(deed, view, given),
        exercise=deed.exercise or given.exercise or (matter or about or Matter()).exercise,
    )
    _rehearse(fields, view)
    if keep:
        attachments.store(contents)
    return fields


def draft(deed: Deed, matter: Matter | None, user: User, given: Given) -> Draft:
    """A draft, which leaves when a second person clears it."""
    if not deed.clearance:
        raise UserError(_("%(label)s needs no clearance: it is said at once.") % {"label": deed.label})
    return drafts.create(draft_fields(deed, matter, user, given), user)


def say(deed: Deed, matter: Matter | None, user: User, given: Given) -> ActRecord:
    """Say at once what needs no clearance."""
    fields = draft_fields(deed, matter, user, given)
    with transaction.atomic():
        record = issue(_outgoing(fields))
        audit(user.username, deed.verb, matter_id=record.matter_id, act_id=record.id)
        if deed.then is not None:
            deed.then(record, user)
    return record


def say_by_the_clock(deed: Deed, matter: Matter) -> ActRecord:
    """Say what is due by the clock alone, with nobody at the desk; only what needs no clearance."""
    record = issue(_outgoing(_prepared(deed, View(matter), Given(), None)))
    audit("by the clock", deed.verb, matter_id=record.matter_id, act_id=record.id)
    return record


def _outgoing(fields: DraftFields) -> Outgoing:
    return Outgoing(
        fields.type,
        fields.body,
        fields.audience,
        fields.matter or None,
        fields.refs,
        Marking(fields.marking),
        fields.precedence,
        fields.exercise,
    )


def resume(draft: Draft, fields: DraftFields) -> DraftFields:
    """The new version of a draft: in the matter where it belongs."""
    if draft.type != fields.type or draft.matter_id != fields.matter:
        raise UserError(_("A draft stays what it is, and in its matter."))
    return fields


# -- the body ----------------------------------------------------------------------------------------------------------


def _body(deed: Deed, view: View, given: Given) -> tuple[dict[str, Any], list[bytes]]:
    known = {item.name for item in deed.fields}
    if unknown := sorted(set(given.values) - known):
        raise UserError(
            _("%(label)s has no field %(field)s; it has: %(fields)s.")
            % {"label": deed.label, "field": unknown[0], "fields": ", ".join(sorted(known)) or "–"},
            unknown[0],
        )
    body: dict[str, Any] = {}
    contents: list[bytes] = []
    for item in deed.fields:
        value = given.values.get(item.name)
        if isinstance(value, str):
            value = value.strip()
        if value in (None, "", [], (), {}):
            if item.required and item.widget != "check":
                raise UserError(_("%(field)s is missing.") % {"field": item.label}, item.name)
            continue
        if item.widget == "files" and isinstance(value[0], Mapping):
            # Of the draft's earlier version: they stand here already.
            value = list(value)
        elif item.widget == "files":
            contents += [content for _name, _media, content in value]
            value = [attachments.describe(content, name, media) for name, media, content in value]
        elif item.widget == "act":
            value = _act_named(view, str(value))
        body[item.name] = list(value) if isinstance(value, tuple) else value
    return body, contents


def _act_named(view: View, given: str) -> str:
    """The whole id of an act of the matter of which the beginning is given. Raises UserError."""
    rows = readable_acts(view.user) if view.user is not None else ActRecord.objects.all()
    if view.matter is not None:
        rows = rows.filter(matter_id=view.matter.id)
    found = list(rows.filter(pk__startswith=given).values_list("pk", flat=True)[:2])
    if len(found) != 1:
        raise UserError(_("%(id)s names no act of this matter.") % {"id": given[:64]})
    return found[0]


def _about(deed: Deed, given: Given, user: User) -> Matter | None:
    """The dossier, or where it never came here a matter that is about it: its marking is the one to begin with."""
    if not given.about:
        return None
    if not deed.opens or not deed.about:
        raise UserError(_("%(label)s is about no dossier of its own.") % {"label": deed.label}, "about")
    rows = readable_matters(user)
    found = rows.filter(pk=given.about).first() or rows.filter(about_id=given.about).order_by("opened_at").first()
    if found is None:
        raise UserError(_("There is no such dossier here."), "about")
    return found


def _audience(deed: Deed, view: View, body: Mapping[str, Any], given: Given) -> tuple[str, ...]:
    if deed.to is not None:
        return tuple(sorted(set(deed.to(view, body)) - {view.me}))
    if not deed.opens:
        return tuple(node for node in view.parties if node != view.me)
    if deed.alone:
        return ()
    confirmed = set(
        Partner.objects.filter(node__in=given.to, status=Partner.Status.CONFIRMED).values_list("node", flat=True)
    )
    if not given.to or confirmed != set(given.to):
        raise UserError(_("Choose confirmed partners, one at least."), "to")
    return tuple(sorted(confirmed))


def _refs(deed: Deed, view: View, body: Mapping[str, Any]) -> tuple[str, ...]:
    # What was known when it was said stands before it, whatever the clocks of the sides show.
    refs = {view.opening.get("act"), view.state.get("last")}
    if deed.names:
        refs.add(body.get(deed.names))
    if deed.refs is not None:
        refs.update(deed.refs(view, body))
    return tuple(sorted(ref for ref in refs if ref))


def _marking(deed: Deed, view: View, given: Given, about: Matter | None) -> str:
    if view.matter is not None and not (deed.marks and given.marking):
        return view.matter.marking
    try:
        return parse_marking(given.marking or (about.marking if about is not None else "AMBER")).value
    except MalformedError as error:
        raise UserError(str(error), "marking") from None


def _precedence(deed: Deed, view: View, given: Given) -> str:
    chosen = given.precedence or (deed.precedence if isinstance(deed.precedence, str) else deed.precedence(view))
    if chosen not in PRECEDENCES:
        raise UserError(
            _("The precedences are %(precedences)s.") % {"precedences": ", ".join(PRECEDENCES)}, "precedence"
        )
    return chosen


def _rehearse(fields: DraftFields, view: View) -> None:
    """Raises UserError with the reason for which it would be without effect as things stand."""
    try:
        act = make_act(
            type=fields.type,
            author=view.me,
            audience=fields.audience,
            matter=fields.matter or None,
            refs=fields.refs,
            issued=timezone.now(),
            marking=Marking(fields.marking),
            precedence=fields.precedence,
            exercise=fields.exercise,
            body=fields.body,
        )
    except MalformedError as error:
        raise UserError(str(error)) from None
    made = kinds.made(fields.type.partition(".")[0])
    effect = made.rule(deepcopy(dict(view.state)), act) if made is not None else None
    if effect is not None and not effect.effective:
        known = names()
        about = tuple(known.get(value, value) for value in effect.about)
        reason = _(effect.reason or "")
        raise UserError(reason % about if about else reason)


def chosen(given: Iterable[str]) -> tuple[str, ...]:
    """Nodes as people type them, in the spelling of their names."""
    return tuple(node.strip().upper() for node in given if node.strip())
