"""Pages of every kind made with the kit: its list, a page for each deed, and what is said by one press."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from verbale.matters.kit import operations
from verbale.matters.kit.forms import DeedForm, shown
from verbale.matters.kit.kinds import Made, deed_of
from verbale.matters.kit.operations import Given
from verbale.matters.kit.spec import Deed, View
from verbale.matters.kit.typed import typed
from verbale.node import drafts
from verbale.node.access import readable_acts, readable_matters, require, saw
from verbale.node.errors import NodeError
from verbale.node.identity import node_name
from verbale.node.models import Draft, Matter, StateEntry
from verbale.node.web import action, onward, page, refusals
from verbale.protocol import Marking

__all__ = ["edit", "index", "open_matter", "say", "views_of", "write"]

_A_PAGE = 50


@page("read")
def index(request: HttpRequest, made: Made) -> HttpResponse:
    """The matters of a kind, latest first."""
    rows = readable_matters(request.user).filter(kind=made.name).order_by("-last_at")
    shown_page = Paginator(rows, _A_PAGE).get_page(request.GET.get("page"))
    views = views_of(shown_page, request.user)
    return render(
        request,
        "kit/index.html",
        {
            "made": made,
            "page": shown_page,
            "rows": [
                {
                    "matter": view.matter,
                    "others": [node for node in view.matter.parties if node != node_name()],
                    "standing": made.texts.standing(view),
                }
                for view in views
            ],
        },
    )


def views_of(matters: Any, user: Any) -> list[View]:
    """Matters with their states, read at once."""
    found = list(matters)
    states: dict[str, dict[str, Any]] = {matter.id: {} for matter in found}
    rows = StateEntry.objects.filter(matter_id__in=list(states)).values_list("matter_id", "key", "value")
    for matter_id, key, value in rows.iterator():
        states[matter_id][key] = value
    views = [View(matter, user) for matter in found]
    for view in views:
        view.__dict__["state"] = states[view.matter.id]  # type: ignore[union-attr]
    return views


@page("read")
def open_matter(request: HttpRequest, made: Made, deed: Deed) -> HttpResponse:
    """Open a matter by a deed."""
    require(request.user, deed.right)
    return _written(request, made, deed, None, None)


@page("read")
def write(request: HttpRequest, matter_id: str, verb: str, made: Made) -> HttpResponse:
    """Do a deed within a matter."""
    deed = next((item for item in made.deeds if item.verb == verb and not item.opens), None)
    if deed is None:
        raise Http404
    get_object_or_404(Matter, pk=matter_id, kind=made.name)
    require(request.user, deed.right)
    return _written(request, made, deed, operations.matter_of(request.user, matter_id, made.name), None)


@page("draft")
def edit(request: HttpRequest, pk: Any, made: Made) -> HttpResponse:
    """Go on writing a draft of one's own."""
    draft = get_object_or_404(drafts.visible(request.user), pk=pk, type__startswith=f"{made.name}.")
    if draft.drafter_id != request.user.pk or draft.status not in (Draft.Status.DRAFT, Draft.Status.RETURNED):
        return redirect("draft", draft.pk)
    matter = operations.matter_of(request.user, draft.matter_id, made.name) if draft.matter_id else None
    return _written(request, made, deed_of(draft.type), matter, draft)


def _written(request: HttpRequest, made: Made, deed: Deed, matter: Matter | None, draft: Draft | None) -> HttpResponse:
    view = View(matter, request.user)
    if request.method == "POST":
        form = DeedForm(deed, view, request.user, request.POST, request.FILES)
        if form.is_valid():
            try:
                return _done(request, deed, matter, form, draft)
            except NodeError as error:
                refusals(form, error)
    else:
        form = DeedForm(deed, view, request.user, initial=_initial(request, deed, draft))
    named = form["act"].value() if "act" in form.fields else form[deed.names].value() if deed.names else ""
    return render(
        request,
        "kit/write.html",
        {
            "form": form,
            "made": made,
            "deed": deed,
            "draft": draft,
            "matter": matter,
            "named": _named(request, matter, named) if named else None,
        },
    )


def _done(request: HttpRequest, deed: Deed, matter: Matter | None, form: DeedForm, draft: Draft | None) -> HttpResponse:
    chosen = form.cleaned_data
    values = dict(form.values())
    for field in deed.fields:
        if draft is not None and field.widget == "files" and not values[field.name]:
            values[field.name] = draft.body.get(field.name)
    given = Given(
        values=values,
        to=tuple(chosen.get("to") or ()),
        marking=chosen.get("marking", ""),
        precedence=chosen.get("precedence", ""),
        exercise=chosen.get("exercise", False),
        about=chosen.get("about", ""),
    )
    if not deed.clearance:
        record = operations.say(deed, matter, request.user, given)
        messages.success(request, said(deed, bool(record.audience)))
        return redirect("dossier", record.matter_id)
    if draft is None:
        draft = operations.draft(deed, matter, request.user, given)
    else:
        fields = operations.draft_fields(deed, matter, request.user, given)
        drafts.update(draft, operations.resume(draft, fields), request.user)
    if "submit" in request.POST:
        drafts.submit(draft, request.user)
        messages.success(request, _("The draft waits for clearance."))
    return redirect("draft", draft.pk)


def said(deed: Deed, left: bool) -> str:
    """What a person reads after a deed that needed no clearance."""
    if left:
        return _("%(label)s: done, and the others are told.") % {"label": deed.label}
    return _("%(label)s: done.") % {"label": deed.label}


def _initial(request: HttpRequest, deed: Deed, draft: Draft | None) -> dict[str, Any]:
    """What the page already knows: a draft, or the link that led here."""
    if draft is not None:
        known = {field.name: shown(field, draft.body.get(field.name)) for field in deed.fields}
        return {
            **{name: value for name, value in known.items() if value is not None},
            "to": draft.audience,
            "about": draft.body.get("about") or "",
            "marking": draft.marking,
            "precedence": draft.precedence,
            "exercise": draft.exercise,
        }
    initial: dict[str, Any] = {
        field.name: request.GET[field.name] for field in deed.fields if field.name in request.GET
    }
    if deed.names and "act" in request.GET:
        initial[deed.names] = request.GET["act"]
    if not deed.opens:
        return initial
    initial["to"] = request.GET.getlist("to")
    case, rows = request.GET.get("about", ""), readable_matters(request.user)
    matter = rows.filter(pk=case).first() or (
        rows.filter(about_id=case).order_by("opened_at").first() if case else None
    )
    if matter is not None:
        initial |= {"about": case, "exercise": matter.exercise}
        initial["to"] = initial["to"] or [node for node in matter.parties if node != node_name()]
        if matter.marking in {level.value for level in Marking}:
            initial["marking"] = matter.marking
        if deed.field("title") is not None:
            initial.setdefault("title", matter.title[:300])
    return initial


def _named(request: HttpRequest, matter: Matter | None, identifier: str) -> Any:
    """The act that one writes about, to be read while one does."""
    rows = readable_acts(request.user).filter(matter_id=matter.id if matter is not None else "")
    record = rows.filter(pk=identifier).first()
    if record is not None:
        saw(request.user, [record])
    return record


@action("read")
def say(request: HttpRequest, matter_id: str, verb: str, made: Made) -> HttpResponse:
    """What takes no field and no clearance, said by one press; `act` names what it is about."""
    deed = next((item for item in made.deeds if item.verb == verb and not item.opens and not item.clearance), None)
    if deed is None:
        raise Http404
    get_object_or_404(Matter, pk=matter_id, kind=made.name)
    matter = operations.matter_of(request.user, matter_id, made.name)
    posted = {field: request.POST.getlist(field.name) for field in deed.fields if field.name in request.POST}
    values = {field.name: typed(field, texts) for field, texts in posted.items() if field.widget != "files"}
    if deed.names and "act" in request.POST:
        values[deed.names] = request.POST["act"]
    operations.say(deed, matter, request.user, Given(values))
    messages.success(request, said(deed, True))
    return redirect(onward(request, reverse("dossier", args=[matter.id])))
