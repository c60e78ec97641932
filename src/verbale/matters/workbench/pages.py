"""Pages beside those of the kit: the whole matrix judged at once, and the assessment as it prints."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verbale import paper
from verbale.knowledge.attribution import CONSISTENCY
from verbale.matters.kit.kinds import deed_of
from verbale.matters.kit.operations import Given, matter_of, say
from verbale.matters.kit.spec import View
from verbale.matters.workbench import words
from verbale.matters.workbench.papers import assessment
from verbale.matters.workbench.weighing import hypotheses, labels, open_gaps, standing
from verbale.node.access import require
from verbale.node.errors import NodeError, UserError
from verbale.node.models import Matter
from verbale.node.web import page

__all__ = ["matrix", "pdf"]

_MARKS = {str(int(value * 100)): letter for letter, value in CONSISTENCY.items()}


def _view(request: HttpRequest, matter_id: str) -> View:
    get_object_or_404(Matter, pk=matter_id, kind="workbench")
    view = View(matter_of(request.user, matter_id, "workbench"), request.user)
    if not view.opening:
        raise Http404
    return view


@page("draft")
def matrix(request: HttpRequest, matter_id: str) -> HttpResponse:
    """One's own judgement of everything: a row an item, a column a hypothesis."""
    view = _view(request, matter_id)
    if request.method == "POST":
        try:
            number = _judge_all(request, view)
        except NodeError as error:
            messages.error(request, str(error))
        else:
            told = ngettext("%(n)s judgement is noted.", "%(n)s judgements are noted.", number) % {"n": number}
            messages.success(request, told)
            return redirect("dossier", matter_id)
    known = labels(view.state)
    return render(
        request,
        "workbench/matrix.html",
        {
            "matter": view.matter,
            "view": view,
            "hypotheses": [
                {"key": key, "label": known[key], "text": words.named(key, entry)}
                for key, entry in hypotheses(view.state)
            ],
            "rows": _rows(view, known, request.POST),
        },
    )


def _items(view: View) -> list[tuple[str, Mapping[str, Any]]]:
    return [*standing(view.state, "evidence"), *open_gaps(view.state)]


def _own(view: View, item: str) -> Mapping[str, int]:
    found: Mapping[str, Any] = view.state.get(f"judgement:{item}:{view.user.username}", {}) if view.user else {}
    return dict(found.get("values", {}))


def _rows(view: View, known: Mapping[str, str], posted: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for item, entry in _items(view):
        own, cells = _own(view, item), []
        for key, _entry in hypotheses(view.state):
            mine = str(own[key]) if key in own else ""
            options = [("", "–"), *((value, f"{letter} – {words.MARKS[letter]}") for value, letter in _MARKS.items())]
            if mine and mine not in _MARKS:
                options.append((mine, f"{mine} %"))
            cells.append(
                {
                    "name": f"{item}:{key}",
                    "label": _("%(item)s under %(hypothesis)s") % {"item": known[item], "hypothesis": known[key]},
                    "options": options,
                    "value": posted.get(f"{item}:{key}", mine),
                }
            )
        found.append({"label": known[item], "entry": entry, "cells": cells, "key": item})
    return found


def _judge_all(request: HttpRequest, view: View) -> int:
    """Say a judgement for each row that changed, all or none. Raises UserError naming the row that lacks one."""
    known, keys = labels(view.state), [key for key, _entry in hypotheses(view.state)]
    changed = []
    for item, _entry in _items(view):
        given = {key: request.POST.get(f"{item}:{key}", "").strip() for key in keys}
        own = _own(view, item)
        if not any(given.values()) or given == {key: str(own.get(key, "")) for key in keys}:
            continue
        missing = [known[key] for key in keys if not given[key]]
        if missing:
            raise UserError(
                _("%(item)s is to be judged under %(hypotheses)s, too.")
                % {"item": known[item], "hypotheses": ", ".join(missing)}
            )
        changed.append((item, [{"hypothesis": key, "value": value} for key, value in given.items()]))
    require(request.user, "draft")
    with transaction.atomic():
        for item, values in changed:
            # The state has moved on by the judgement before it.
            say(deed_of("workbench.judge"), view.matter, request.user, Given({"item": item, "values": values}))
    return len(changed)


@page("read")
def pdf(request: HttpRequest, matter_id: str) -> HttpResponse:
    """The assessment as it stands, as PDF."""
    view = _view(request, matter_id)
    assert view.matter is not None
    return HttpResponse(
        paper.to_pdf(assessment(view.state, view.matter)),
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="assessment.pdf"'},
    )
