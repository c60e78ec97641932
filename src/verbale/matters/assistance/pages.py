"""Pages of assistance: the list with its figures, asking, offering, answering, and what is said at once."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.matters.assistance import cases, operations, words
from verbale.matters.assistance.acts import GROUNDS, article_of
from verbale.matters.assistance.figures import figures
from verbale.matters.assistance.forms import SPECIFIED, AcceptForm, DeliverForm, OfferForm, RefuseForm, RequestForm
from verbale.matters.assistance.operations import OpeningFields
from verbale.node import drafts
from verbale.node.access import readable_matters
from verbale.node.drafts import DraftFields
from verbale.node.errors import NodeError, UserError
from verbale.node.identity import node_name
from verbale.node.models import Draft, Matter, StateEntry
from verbale.node.web import action, page, refusals
from verbale.protocol import Marking

__all__ = [
    "accept",
    "ask",
    "close",
    "deliver",
    "edit",
    "extend",
    "index",
    "offer",
    "preserve",
    "refuse",
    "status",
    "take",
]

_A_PAGE = 50


@page("read")
def index(request: HttpRequest) -> HttpResponse:
    """Requests and offers, ours and theirs, under the figures of how requests are answered."""
    rows = cases.readable(request.user)
    shown = Paginator(rows, _A_PAGE).get_page(request.GET.get("page"))
    states = cases.states_of(row.id for row in shown)
    every = cases.states_of(rows.values_list("id", flat=True)).values()
    return render(
        request,
        "assistance/index.html",
        {
            "figures": figures(every, node_name(), timezone.now()),
            "page": shown,
            "cases": [_case(row, states.get(row.id, {})) for row in shown],
            "node": node_name(),
        },
    )


def _case(matter: Matter, state: dict[str, Any]) -> dict[str, Any]:
    opening = state.get("opening") or {}
    return {
        "matter": matter,
        "opening": opening,
        "kind": words.KINDS.get(opening.get("kind", ""), ""),
        "play": words.state_of_play(state),
        "due": opening.get("reply_by") if state.get("owed", {}).get("what") in ("answer", "take") else None,
    }


# -- asking and offering -----------------------------------------------------------------------------------------------


@page("draft")
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for assistance."""
    return _opening_page(request, "request", None)


@page("draft")
def offer(request: HttpRequest) -> HttpResponse:
    """Offer assistance."""
    return _opening_page(request, "offer", None)


def _opening_page(request: HttpRequest, word: str, draft: Draft | None) -> HttpResponse:
    made = RequestForm if word == "request" else OfferForm
    if request.method != "POST":
        initial = _resumed(draft) if draft is not None else _initial(request)
        return _opening_form(request, word, made(request.user, initial=initial), draft)
    form = made(request.user, request.POST, request.FILES)
    if form.is_valid():
        draw = operations.request_draft if word == "request" else operations.offer_draft
        try:
            fields, _shared = draw(_fields(form.cleaned_data, draft), request.user, draft)
            draft = _kept(request, fields, draft)
        except NodeError as error:
            refusals(form, error)
        else:
            return redirect("draft", draft.pk)
    return _opening_form(request, word, form, draft)


def _opening_form(request: HttpRequest, word: str, form: Any, draft: Draft | None) -> HttpResponse:
    specified = [form[name] for name in SPECIFIED if name in form.fields]
    context = {"form": form, "draft": draft, "asking": word == "request", "specified": specified}
    return render(request, "assistance/opening.html", context)


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What a link to this page already knows: the addressee, and the dossier with its title and marking."""
    initial: dict[str, Any] = {key: request.GET[key] for key in ("to", "about") if key in request.GET}
    matter = readable_matters(request.user).filter(pk=initial.get("about", "")).first()
    if matter is not None:
        initial |= {"subject": matter.title[:300], "exercise": matter.exercise}
        if matter.marking in {level.value for level in Marking}:
            initial["marking"] = matter.marking
    return initial


def _resumed(draft: Draft) -> dict[str, Any]:
    fields = operations.resume_opening(draft)
    return {**vars(fields), "items": "\n".join(fields.items), **(fields.preservation or {})}


def _fields(given: dict[str, Any], draft: Draft | None) -> OpeningFields:
    same = ("to", "about", "kind", "subject", "marking", "language", "share_report", "exercise")
    more = ("instrument", "article", "urgency", "urgency_reason", "confidential", "conditions")
    specified = {name: given[name] for name in SPECIFIED if name in given}
    return OpeningFields(
        **{name: given[name] for name in (*same, *more) if name in given},
        items=tuple(given["items"].splitlines()),
        reply_by=given["reply_by"].isoformat() if given["reply_by"] else None,
        preservation=specified or None,
        files=_uploads(given["files"]),
        kept=operations.resume_opening(draft).kept if draft is not None else (),
    )


def _uploads(files: list[Any]) -> tuple[operations.File, ...]:
    return tuple((file.name, file.content_type or "application/octet-stream", file.read()) for file in files)


def _kept(request: HttpRequest, fields: DraftFields, draft: Draft | None) -> Draft:
    """The draft, kept, and put before the head of mission when that was asked for."""
    if draft is None:
        draft = drafts.create(fields, request.user)
    else:
        drafts.update(draft, fields, request.user)
    if "submit" in request.POST:
        drafts.submit(draft, request.user)
        messages.success(request, _("The draft waits for clearance."))
    return draft


# -- answering, through clearance --------------------------------------------------------------------------------------


@page("draft")
def accept(request: HttpRequest, matter_id: str, draft: Draft | None = None) -> HttpResponse:
    """Accept a request, whole or in part."""
    matter, opening = _case_of(request, matter_id)
    body = draft.body if draft is not None else {}
    form = AcceptForm(opening["items"], request.POST or None, initial=body)
    return _answer_page(
        request,
        matter,
        form,
        draft,
        _("Accept the request"),
        lambda given: operations.accept_draft(matter, request.user, draft=draft, **given),
    )


@page("draft")
def refuse(request: HttpRequest, matter_id: str, draft: Draft | None = None) -> HttpResponse:
    """Refuse a request."""
    matter, opening = _case_of(request, matter_id)
    grounds = []
    for ground in GROUNDS:
        article = article_of(ground, opening["kind"])
        grounds.append((ground, f"{words.GROUNDS[ground]} – {article}" if article else str(words.GROUNDS[ground])))
    form = RefuseForm(grounds, request.POST or None, initial=draft.body if draft is not None else {})
    return _answer_page(
        request,
        matter,
        form,
        draft,
        _("Refuse the request"),
        lambda given: operations.refuse_draft(matter, request.user, draft=draft, **given),
    )


@page("draft")
def deliver(request: HttpRequest, matter_id: str, draft: Draft | None = None) -> HttpResponse:
    """Hand something over."""
    matter, opening = _case_of(request, matter_id)
    initial = {**draft.body, "marking": draft.marking} if draft is not None else {"marking": matter.marking}
    form = DeliverForm(opening["items"], request.POST or None, request.FILES or None, initial=initial)
    kept = draft.body.get("attachments", ()) if draft is not None else ()

    def made(given: dict[str, Any]) -> DraftFields:
        given = {**given, "files": _uploads(given["files"])}
        return operations.deliver_draft(matter, request.user, kept=kept, **given)

    return _answer_page(request, matter, form, draft, _("Hand over"), made)


def _answer_page(
    request: HttpRequest,
    matter: Matter,
    form: Any,
    draft: Draft | None,
    heading: str,
    made: Callable[[dict[str, Any]], DraftFields],
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            draft = _kept(request, made(form.cleaned_data), draft)
        except NodeError as error:
            refusals(form, error)
        else:
            return redirect("draft", draft.pk)
    return render(
        request, "assistance/answer.html", {"form": form, "matter": matter, "draft": draft, "heading": heading}
    )


def _case_of(request: HttpRequest, matter_id: str) -> tuple[Matter, dict[str, Any]]:
    matter = get_object_or_404(cases.readable(request.user), pk=matter_id)
    return matter, get_object_or_404(StateEntry, matter=matter, key="opening").value


@page("draft")
def edit(request: HttpRequest, pk: Any) -> HttpResponse:
    """Go on writing a draft of one's own."""
    draft = get_object_or_404(drafts.visible(request.user), pk=pk)
    if draft.drafter_id != request.user.pk or draft.status not in (Draft.Status.DRAFT, Draft.Status.RETURNED):
        return redirect("draft", draft.pk)
    word = draft.type.partition(".")[2]
    if word in ("request", "offer"):
        return _opening_page(request, word, draft)
    return {"accept": accept, "refuse": refuse, "deliver": deliver}[word](request, draft.matter_id, draft)


# -- said at once ------------------------------------------------------------------------------------------------------


def _matter(request: HttpRequest, matter_id: str) -> Matter:
    return get_object_or_404(cases.readable(request.user), pk=matter_id)


def _numbers(request: HttpRequest) -> list[int]:
    return [int(text) for text in request.POST.getlist("items") if text.isdecimal()]


@action("draft")
def preserve(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Tell that data is preserved."""
    matter, given = _matter(request, matter_id), request.POST
    if not given.get("until"):
        raise UserError(_("Say until which day the data is preserved."), "until")
    operations.preserve(
        matter,
        request.user,
        data=given.get("data", ""),
        since=given.get("since", ""),
        until=given["until"],
        items=_numbers(request),
    )
    messages.success(request, _("The other side is told that the data is preserved."))
    return redirect("dossier", matter.id)


@action("draft")
def extend(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Let a preservation last longer."""
    matter, given = _matter(request, matter_id), request.POST
    operations.extend(
        matter,
        request.user,
        preservation=given.get("preservation", ""),
        until=given.get("until", ""),
        reason=given.get("reason", ""),
    )
    messages.success(request, _("The preservation is extended, and the other side is told."))
    return redirect("dossier", matter.id)


@action("draft")
def status(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Tell how the work stands."""
    matter = _matter(request, matter_id)
    operations.status(matter, request.user, request.POST.get("text", ""))
    return redirect("dossier", matter.id)


@action("draft")
def take(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Take an offer."""
    matter = _matter(request, matter_id)
    operations.take(matter, request.user, items=_numbers(request), text=request.POST.get("text", ""))
    messages.success(request, _("The offer is taken, and the other side is told."))
    return redirect("dossier", matter.id)


@action("draft")
def close(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Close the matter."""
    matter = _matter(request, matter_id)
    operations.close(matter, request.user, outcome=request.POST.get("outcome", ""), text=request.POST.get("text", ""))
    return redirect("dossier", matter.id)
