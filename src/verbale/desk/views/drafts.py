"""Drafts: the page that shows exactly what leaves, and the decisions on it."""

import difflib
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verbale import paper
from verbale.desk import second_factor
from verbale.desk.views.acts import DOCX
from verbale.node import drafts
from verbale.node.access import may, readable_matters
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Draft, Matter
from verbale.node.partners import names
from verbale.node.registry import act_type, all_kinds, kind_of
from verbale.node.web import action, page
from verbale.protocol import Marking, make_act

__all__ = ["clear", "draft", "draft_pdf", "give_back", "paper_of_draft", "submit", "withdraw"]


def _draft(request: HttpRequest, pk: Any) -> Draft:
    return get_object_or_404(drafts.visible(request.user), pk=pk)


def paper_of_draft(found: Draft) -> paper.Paper | None:
    """The draft as it will print; the number of its act is not known yet."""
    known = act_type(found.type)
    if known is None or known.paper is None:
        return None
    from dataclasses import replace

    from django.utils import timezone

    act = make_act(
        type=found.type,
        author=node_name(),
        audience=found.audience,
        matter=found.matter_id,
        issued=timezone.now(),
        body=found.body,
        marking=Marking(found.marking),
        precedence=found.precedence,
        exercise=found.exercise,
    )
    return replace(known.paper(act), act_id="", draft=found.status != Draft.Status.SENT)


@page("read")
def draft(request: HttpRequest, pk: Any) -> HttpResponse:
    """A draft as it stands, with what leaves the house."""
    found = _draft(request, pk)
    if found.status == Draft.Status.SENT:
        return redirect("act", found.act_id)
    sheet = paper_of_draft(found)
    mine = found.drafter_id == request.user.pk
    about = Matter.objects.filter(pk=found.about_id).first() if found.about_id else None
    return render(
        request,
        "desk/draft.html",
        {
            "draft": found,
            "label": drafts.label_of(found),
            "sheet": paper.lay_out(sheet) if sheet else None,
            "template": known.template if (known := act_type(found.type)) else "",
            "body": found.body,
            "about": about,
            "leaving": leaving(found, about),
            "warnings": [item for kind in all_kinds() if kind.warn for item in kind.warn(found, request.user)],
            "changes": _changes(found),
            "mine": mine,
            "open": mine and found.status in (Draft.Status.DRAFT, Draft.Status.RETURNED),
            "may_decide": not mine and found.status == Draft.Status.SUBMITTED and may(request.user, "clear"),
            "fresh": second_factor.recent(request),
            "edit_url": _edit_url(found),
        },
    )


def _edit_url(found: Draft) -> str:
    from django.urls import reverse

    kind = kind_of(found.type)
    return reverse(kind.edit, args=[found.pk]) if kind and kind.edit else ""


def leaving(found: Draft, about: Matter | None) -> dict[str, Any]:
    """What leaves the house: recipients, what the marking lets them do, what goes along, what is held back and why."""
    marking = Marking(found.marking)
    companions = [
        {"label": str(known.label) if (known := act_type(item["type"])) else item["type"], "body": item["body"]}
        for item in found.companions
    ]
    withheld: list[Any] = []
    if about is not None and found.companions:
        kind = kind_of(about.kind)
        shared = kind.share(about, marking, False) if kind else None
        withheld = list(shared.withheld) if shared else []
    return {
        "marking": marking,
        "companions": companions,
        "withheld": withheld,
        "files": found.body.get("attachments", ()),
    }


def _changes(found: Draft) -> list[dict[str, str]]:
    """What changed since the version that was last put before the head of mission, line by line."""
    versions = list(found.versions.order_by("-version")[:2])
    if found.status == Draft.Status.SUBMITTED and len(versions) == 2:
        before, after = versions[1].body, versions[0].body
    elif found.status == Draft.Status.RETURNED and versions:
        before, after = versions[0].body, found.body
    else:
        return []
    lines = difflib.ndiff(_lines(before), _lines(after))
    return [{"sign": line[0], "text": line[2:]} for line in lines if line[0] in "+-" and line[2:].strip()]


# What the form or the house fills in, or says what the paragraphs say as well.
_NOT_WRITTEN = frozenset({"letterhead", "addressee", "date", "form", "style", "heading", "values", "language", "about"})


def _lines(value: Any) -> list[str]:
    """The texts of a body, one a line, in their order."""
    if isinstance(value, dict):
        return [line for key, part in value.items() if key not in _NOT_WRITTEN for line in _lines(part)]
    if isinstance(value, list):
        return [line for part in value for line in _lines(part)]
    return str(value).splitlines() if isinstance(value, str | int) else []


@page("read")
def draft_pdf(request: HttpRequest, pk: Any) -> HttpResponse:
    """The draft as PDF, marked as a draft."""
    sheet = paper_of_draft(_draft(request, pk))
    if sheet is None:
        raise Http404
    return HttpResponse(paper.to_pdf(sheet), content_type="application/pdf")


@page("read")
def draft_docx(request: HttpRequest, pk: Any) -> HttpResponse:
    """The draft as an editable document."""
    sheet = paper_of_draft(_draft(request, pk))
    if sheet is None:
        raise Http404
    return HttpResponse(
        paper.to_docx(sheet), content_type=DOCX, headers={"Content-Disposition": 'attachment; filename="draft.docx"'}
    )


@action("draft")
def submit(request: HttpRequest, pk: Any) -> HttpResponse:
    """Put the draft before the head of mission."""
    found = _draft(request, pk)
    drafts.submit(found, request.user)
    messages.success(request, _("The draft waits for clearance. You will see here when it is decided."))
    return redirect("draft", found.pk)


@action("clear")
def clear(request: HttpRequest, pk: Any) -> HttpResponse:
    """Clear and send."""
    found = _draft(request, pk)
    second_factor.require(request, request.POST.get("code", ""))
    read = request.POST.get("version", "")
    records = drafts.clear(found, request.user, version=int(read) if read.isdecimal() else 0)
    known = names()
    to = ", ".join(known.get(node, node) for node in records[-1].audience)
    messages.success(
        request,
        ngettext("Cleared and on its way to %(to)s.", "Cleared and on their way to %(to)s: %(n)s acts.", len(records))
        % {"to": to, "n": len(records)},
    )
    return redirect("dossier", _where(request, records[-1]))


def _where(request: HttpRequest, record: ActRecord) -> str:
    """The matter whose page tells what became of a draft: the dossier for notes in a series, where it stands here."""
    own = kind_of(record.type)
    about = readable_matters(request.user).filter(pk=record.about_id).first() if record.about_id else None
    return about.id if about is not None and (own is None or own.series) else record.matter_id


@action("clear")
def give_back(request: HttpRequest, pk: Any) -> HttpResponse:
    """Return with remarks."""
    found = _draft(request, pk)
    drafts.give_back(found, request.user, request.POST.get("remarks", ""))
    messages.success(request, _("Returned to %(drafter)s with your remarks.") % {"drafter": found.drafter.shown})
    return redirect("desk")


@action("draft")
def withdraw(request: HttpRequest, pk: Any) -> HttpResponse:
    """Take a draft back."""
    drafts.withdraw(_draft(request, pk), request.user)
    messages.success(request, _("The draft is withdrawn; nothing has left."))
    return redirect("desk")
