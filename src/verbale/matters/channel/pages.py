"""Pages of channels: the series with each partner, writing a note, acknowledging one."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from verbale import paper
from verbale.knowledge import FREE, Form, all_forms, form_of, norm_of
from verbale.matters.channel import operations
from verbale.matters.channel.fold import channel_id
from verbale.matters.channel.forms import NoteForm
from verbale.matters.channel.operations import FIELD_PREFIX, NoteFields
from verbale.matters.papers import paper_of
from verbale.node import drafts, sentences
from verbale.node.access import readable_acts, readable_matters, require_read
from verbale.node.drafts import DraftFields
from verbale.node.errors import NodeError
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Draft, Matter, Partner, StateEntry
from verbale.node.partners import name_of, names
from verbale.node.sharing import Share
from verbale.node.web import action, page, refusals
from verbale.protocol import Marking, make_act

__all__ = ["acknowledge", "compose", "edit", "index", "preview", "series"]

_KNOWN = ("to", "about", "answers", "norm", "language")
"""What a link may carry, and what stays when another form is chosen."""


@page("read")
def index(request: HttpRequest) -> HttpResponse:
    """The channels, latest first."""
    rows = list(readable_matters(request.user).filter(kind="channel").order_by("-last_at"))
    me = node_name()
    waiting = StateEntry.objects.filter(matter__in=rows, key__startswith="wait:").values_list("matter_id", "key")
    owed: dict[str, dict[str, int]] = {}
    for matter, key in waiting:
        side = "ours" if key.endswith(f":{me}") else "theirs"
        owed.setdefault(matter, {"ours": 0, "theirs": 0})[side] += 1
    return render(
        request,
        "channel/index.html",
        {
            "channels": [
                {"matter": row, "others": [node for node in row.parties if node != me], "owed": owed.get(row.id, {})}
                for row in rows
            ],
            "silent": Partner.objects.filter(status=Partner.Status.CONFIRMED).exclude(
                node__in={node for row in rows for node in row.parties}
            ),
        },
    )


@page("read")
def series(request: HttpRequest, matter_id: str) -> HttpResponse:
    """One channel: its notes in order."""
    matter = get_object_or_404(Matter, pk=matter_id, kind="channel")
    require_read(request.user, matter)
    rows = readable_acts(request.user).filter(matter_id=matter.id).order_by("-issued", "-id")
    shown = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(
        request,
        "channel/series.html",
        {
            "matter": matter,
            "others": [node for node in matter.parties if node != node_name()],
            "page": shown,
            "entries": sentences.timeline(list(shown), names()),
        },
    )


@page("draft")
def compose(request: HttpRequest) -> HttpResponse:
    """Write a note."""
    if request.method == "POST":
        return _save(request, None)
    form = _pack(request.GET.get("form", ""))
    return _form_page(request, NoteForm(request.user, form, initial=_initial(request, form)), None)


@page("draft")
def edit(request: HttpRequest, pk: Any) -> HttpResponse:
    """Go on writing a draft of one's own."""
    draft = get_object_or_404(drafts.visible(request.user), pk=pk)
    if draft.drafter_id != request.user.pk or draft.status not in (Draft.Status.DRAFT, Draft.Status.RETURNED):
        return redirect("draft", draft.pk)
    if request.method == "POST":
        return _save(request, draft)
    fields = operations.resume(draft)
    filled = {FIELD_PREFIX + key: value for key, value in fields.values.items()}
    initial = {**vars(fields), **filled, "text": "\n\n".join(fields.paragraphs)}
    return _form_page(request, NoteForm(request.user, _pack(fields.form), initial=initial), draft)


def _pack(identifier: str) -> Form:
    """The form that is asked for; free text when there is no such form."""
    found = form_of(identifier) or form_of(FREE)
    assert found is not None  # free text is shipped
    return found


def _initial(request: HttpRequest, form: Form) -> dict[str, Any]:
    """What a link to this page already knows: the addressee, the dossier, the note to answer, the form, a norm."""
    initial: dict[str, Any] = {"precedence": form.precedence}
    if form.reply_days is not None:
        initial["reply_by"] = timezone.localdate() + timedelta(days=form.reply_days)
    initial |= {key: request.GET[key] for key in ("to", "about", "answers") if key in request.GET}
    if answers := initial.get("answers"):
        record = readable_acts(request.user).filter(pk=answers, type__in=("channel.note", "channel.answer")).first()
        if record is not None:
            body = record.act.body
            initial |= {
                "to": record.author,
                "about": body.get("about") or "",
                "subject": _("Re: %(subject)s") % {"subject": body["subject"]},
                "marking": record.marking,
                "precedence": record.precedence,
                "exercise": record.exercise,
                "language": body.get("language", "en"),
                "text": operations.opening_of_answer(record),
            }
    elif norm := norm_of(request.GET.get("norm", "")):
        french = request.GET.get("language") == "fr" and norm.norm.in_language("fr") is not None
        language = "fr" if french else "en"
        initial |= {"language": language, "text": operations.opening_on_norm(norm, language)}
    elif about := initial.get("about"):
        matter = readable_matters(request.user).filter(pk=about).first()
        if matter is not None:
            initial |= {"subject": matter.title, "share_report": True, "exercise": matter.exercise}
            if matter.marking in Marking.__members__.values():
                initial["marking"] = matter.marking
    return initial


def _fields(form: NoteForm, draft: Draft | None) -> NoteFields:
    given = form.cleaned_data
    text = given.get("text", "").replace("\r\n", "\n")
    values = {
        name.removeprefix(FIELD_PREFIX): value.isoformat() if isinstance(value, date) else str(value or "")
        for name, value in given.items()
        if name.startswith(FIELD_PREFIX)
    }
    return NoteFields(
        to=given["to"],
        subject=given["subject"],
        paragraphs=tuple(part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()),
        form=form.pack.id,
        values={key: value.replace("\r\n", "\n") for key, value in values.items()},
        about=given["about"],
        answers=given["answers"],
        reply_by=given["reply_by"].isoformat() if given["reply_by"] else None,
        marking=given["marking"],
        precedence=given["precedence"],
        share_report=given["share_report"],
        exercise=given["exercise"],
        language=given["language"],
        files=tuple(
            (file.name, file.content_type or "application/octet-stream", file.read()) for file in given["files"]
        ),
        kept=operations.resume(draft).kept if draft is not None else (),
    )


def _save(request: HttpRequest, draft: Draft | None) -> HttpResponse:
    pack = _pack(draft.body["form"] if draft is not None else request.POST.get("form", ""))
    form = NoteForm(request.user, pack, request.POST, request.FILES)
    if form.is_valid():
        try:
            fields, _shared = operations.note_draft(_fields(form, draft), request.user, draft)
            if draft is None:
                draft = drafts.create(fields, request.user)
            else:
                drafts.update(draft, fields, request.user)
            if "submit" in request.POST:
                drafts.submit(draft, request.user)
                messages.success(request, _("The draft waits for clearance."))
        except NodeError as error:
            refusals(form, error)
        else:
            return redirect("draft", draft.pk)
    return _form_page(request, form, draft)


def _form_page(request: HttpRequest, form: NoteForm, draft: Draft | None) -> HttpResponse:
    answered = ActRecord.objects.filter(pk=form["answers"].value() or "").first()
    kept = "&".join(f"{key}={request.GET[key]}" for key in _KNOWN if key in request.GET)
    return render(
        request,
        "channel/compose.html",
        {"form": form, "draft": draft, "answered": answered, "packs": all_forms(), "kept": kept},
    )


@page("draft")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The paper as it will print, and what leaves, while one writes. Keeps nothing."""
    form = NoteForm(request.user, _pack(request.POST.get("form", "")), request.POST)
    if not form.is_valid():
        missing = [str(form.fields[name].label) for name in form.errors if name in form.fields]
        return render(request, "channel/preview.html", {"missing": missing})
    fields = replace(_fields(form, None), files=())
    try:
        made, shared = operations.note_draft(fields, request.user, keep=False)
    except NodeError as error:
        return render(request, "channel/preview.html", {"refused": str(error)})
    return render(request, "channel/preview.html", _preview(made, shared))


def _preview(made: DraftFields, shared: Share | None) -> dict[str, Any]:
    marking = Marking(made.marking)
    act = make_act(
        type=made.type,
        author=node_name(),
        audience=made.audience,
        matter=channel_id((node_name(), *made.audience)),
        issued=timezone.now(),
        body=made.body,
        marking=marking,
        precedence=made.precedence,
        exercise=made.exercise,
    )
    sheet = replace(paper_of(act), act_id="", draft=True)
    return {
        "sheet": paper.lay_out(sheet),
        "to": [name_of(node) for node in made.audience],
        "leaving": {
            "marking": marking,
            "companions": [{"label": _("Report on the incident"), "body": shared.companion.body}] if shared else [],
            "withheld": list(shared.withheld) if shared else [],
            "files": made.body["attachments"],
        },
    }


@action("acknowledge")
def acknowledge(request: HttpRequest, act_id: str) -> HttpResponse:
    """Acknowledge a note."""
    record = get_object_or_404(readable_acts(request.user), pk=act_id)
    operations.acknowledge(record, request.user, request.POST.get("text", ""))
    messages.success(request, _("%(node)s is told that the note has arrived.") % {"node": name_of(record.author)})
    return redirect("act", record.id)
