"""Pages of talks: the list, the invitation, what is drafted within talks, what is said at once, and calendars."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verbale.matters.talks import cases, forms, ical, operations, standing, words
from verbale.matters.talks.operations import InviteFields
from verbale.node import drafts
from verbale.node.access import readable_acts, readable_matters, saw
from verbale.node.drafts import DraftFields
from verbale.node.errors import NodeError
from verbale.node.identity import node_name
from verbale.node.models import Draft, Matter, User
from verbale.node.web import action, download, page, refusals
from verbale.protocol import Marking

__all__ = ["accept", "agree_agenda", "calendar", "delegation", "edit", "index", "invite", "write"]

_A_PAGE = 50


def _open_talks(request: HttpRequest, matter_id: str) -> Matter:
    get_object_or_404(Matter, pk=matter_id, kind="talks")
    return operations.matter_of(request.user, matter_id)


@page("read")
def index(request: HttpRequest) -> HttpResponse:
    """The talks, latest first."""
    shown = Paginator(cases.readable(request.user), _A_PAGE).get_page(request.GET.get("page"))
    states = cases.states_of(row.id for row in shown)
    today, me = timezone.localdate(), node_name()
    rows = []
    for matter in shown:
        state = states.get(matter.id, {})
        late = [item for item in standing.commitments(state, today) if item["due"] == "overdue"]
        rows.append(
            {
                "matter": matter,
                "others": [node for node in state.get("opening", {}).get("parties", ()) if node != me],
                "play": words.state_of_play(state),
                "overdue": len(late),
            }
        )
    return render(request, "talks/index.html", {"page": shown, "rows": rows})


@page("read")
def calendar(request: HttpRequest, matter_id: str = "") -> HttpResponse:
    """The calendar of these talks, or of all that one may read."""
    if matter_id:
        matter = _open_talks(request, matter_id)
        data, name = cases.calendar_of([matter], matter.title), f"talks-{matter.id[:8]}.ics"
    else:
        data, name = cases.calendar_of(cases.readable(request.user)), "talks.ics"
    return download(data, name, ical.MEDIA_TYPE)


# -- the invitation ----------------------------------------------------------------------------------------------------


@page("draft")
def invite(request: HttpRequest) -> HttpResponse:
    """Invite to talks."""
    return _invitation(request, None)


def _invitation(request: HttpRequest, draft: Draft | None) -> HttpResponse:
    if request.method == "POST":
        form = forms.InviteForm(request.user, request.POST)
        if form.is_valid():
            given = form.cleaned_data
            names = ("subject", "times", "place", "length", "language", "text", "about", "marking", "precedence")
            try:
                fields = operations.invite_draft(
                    InviteFields(
                        to=tuple(given["to"]),
                        agenda=tuple(given["agenda"]),
                        exercise=given["exercise"],
                        **{name: given[name] for name in names},
                    ),
                    request.user,
                )
                draft = _kept(request, fields, draft)
            except NodeError as error:
                _refusals(form, error)
            else:
                return redirect("draft", draft.pk)
    else:
        initial = _drafted(draft) if draft is not None else _initial(request)
        form = forms.InviteForm(request.user, initial=initial)
    return render(request, "talks/invite.html", {"form": form, "draft": draft})


def _drafted(draft: Draft) -> dict[str, Any]:
    return {
        **draft.body,
        "to": draft.audience,
        "agenda": "\n".join(draft.body.get("agenda", ())),
        "marking": draft.marking,
        "precedence": draft.precedence,
        "exercise": draft.exercise,
    }


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What a link to this page already knows: the addressees, and the dossier with its title and marking."""
    initial: dict[str, Any] = {"to": request.GET.getlist("to")}
    matter = readable_matters(request.user).filter(pk=request.GET.get("about", "")).first()
    if matter is not None:
        others = [node for node in matter.parties if node != node_name()]
        initial |= {
            "about": matter.id,
            "subject": matter.title[:300],
            "exercise": matter.exercise,
            "to": initial["to"] or others,
        }
        if matter.marking in {level.value for level in Marking}:
            initial["marking"] = matter.marking
    return initial


def _kept(request: HttpRequest, fields: DraftFields, draft: Draft | None) -> Draft:
    """The draft as it now stands; put before the head of mission when that was pressed."""
    if draft is None:
        draft = drafts.create(fields, request.user)
    else:
        drafts.update(draft, operations.resume(draft, fields), request.user)
    if "submit" in request.POST:
        drafts.submit(draft, request.user)
        messages.success(request, _("The draft waits for clearance."))
    return draft


def _refusals(form: Any, error: NodeError) -> None:
    # A refusal about the times stands beside the first of them.
    if getattr(error, "field", "").startswith("times") and "time_1" in form.fields:
        form.add_error("time_1", str(error))
    else:
        refusals(form, error)


# -- what is drafted within talks --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Writer:
    """A page that makes one type of draft."""

    title: Any
    form: type[django_forms.Form]
    make: Callable[[Matter, User, Mapping[str, Any]], DraftFields]
    names: str = ""
    """The field of the body that names the act that it is about."""
    lead: Any = ""


_WRITERS = {
    "propose": _Writer(
        gettext_lazy("Propose other times"),
        forms.ProposeForm,
        lambda matter, user, given: operations.propose_draft(
            matter, user, **{name: given[name] for name in ("times", "place", "length", "text")}
        ),
    ),
    "decline": _Writer(
        gettext_lazy("Decline"),
        forms.DeclineForm,
        lambda matter, user, given: operations.decline_draft(matter, user, given["reason"]),
        lead=gettext_lazy("A time that was fixed falls with it. You can still propose another time later."),
    ),
    "agenda": _Writer(
        gettext_lazy("Lay an agenda"),
        forms.AgendaForm,
        lambda matter, user, given: operations.agenda_draft(matter, user, given["items"]),
    ),
    "minutes": _Writer(
        gettext_lazy("Lay minutes"),
        forms.MinutesForm,
        lambda matter, user, given: operations.minutes_draft(
            matter, user, held=given["held"].isoformat(), text=given["text"]
        ),
    ),
    "agree-minutes": _Writer(
        gettext_lazy("Agree to the minutes"),
        forms.AgreeMinutesForm,
        lambda matter, user, given: operations.agree_minutes_draft(matter, user, given["act"], given["sha256"]),
        names="minutes",
        lead=gettext_lazy("You agree to this very text. Who wants another lays minutes of their own."),
    ),
    "commit": _Writer(
        gettext_lazy("Make a commitment"),
        forms.CommitForm,
        lambda matter, user, given: operations.commit_draft(
            matter, user, text=given["text"], owner=given["owner"], deadline=given["deadline"].isoformat()
        ),
    ),
    "report": _Writer(
        gettext_lazy("Report on a commitment"),
        forms.ReportForm,
        lambda matter, user, given: operations.report_draft(
            matter, user, given["act"], status=given["status"], remark=given["remark"]
        ),
        names="commitment",
    ),
    "close": _Writer(
        gettext_lazy("Close the talks"),
        forms.CloseForm,
        lambda matter, user, given: operations.close_draft(matter, user, given["text"]),
        lead=gettext_lazy("After it only reports on commitments take effect."),
    ),
}


@page("draft")
def write(request: HttpRequest, matter_id: str, what: str) -> HttpResponse:
    """Write one act of these talks."""
    if what not in _WRITERS:
        raise Http404
    return _written(request, _open_talks(request, matter_id), what, None)


@page("draft")
def edit(request: HttpRequest, pk: Any) -> HttpResponse:
    """Go on writing a draft of one's own."""
    draft = get_object_or_404(drafts.visible(request.user), pk=pk, type__startswith="talks.")
    if draft.drafter_id != request.user.pk or draft.status not in (Draft.Status.DRAFT, Draft.Status.RETURNED):
        return redirect("draft", draft.pk)
    what = draft.type.partition(".")[2]
    if what == "invite":
        return _invitation(request, draft)
    return _written(request, _open_talks(request, draft.matter_id), what, draft)


def _written(request: HttpRequest, matter: Matter, what: str, draft: Draft | None) -> HttpResponse:
    writer = _WRITERS[what]
    if request.method == "POST":
        form = writer.form(request.POST)
        named = request.POST.get("act", "")
        if form.is_valid():
            try:
                draft = _kept(request, writer.make(matter, request.user, form.cleaned_data), draft)
            except NodeError as error:
                _refusals(form, error)
            else:
                return redirect("draft", draft.pk)
    else:
        named = draft.body.get(writer.names, "") if draft is not None else request.GET.get("act", "")
        form = writer.form(initial=_begin(request, matter, what, draft, named))
    return render(
        request,
        "talks/write.html",
        {
            "form": form,
            "draft": draft,
            "matter": matter,
            "title": writer.title,
            "lead": writer.lead,
            "named": _named(request, matter, named) if writer.names else None,
            "what": what,
        },
    )


def _named(request: HttpRequest, matter: Matter, identifier: str) -> dict[str, Any]:
    """The act that one writes about, to be read while one does."""
    record = get_object_or_404(readable_acts(request.user), pk=identifier, matter_id=matter.id)
    saw(request.user, [record])
    return {"record": record, "body": record.act.body}


def _begin(request: HttpRequest, matter: Matter, what: str, draft: Draft | None, named: str) -> dict[str, Any]:
    """What the form holds before anybody has typed."""
    if draft is not None:
        body = {**draft.body, "act": named}
        return {**body, "items": "\n".join(body["items"])} if what == "agenda" else body
    state = cases.states_of([matter.id]).get(matter.id, {})
    if what == "propose" and state.get("fixed"):
        return {"place": state["fixed"]["place"], "length": state["fixed"]["length"]}
    if what == "agenda":
        versions = standing.agenda_shown(state)
        return {"items": "\n".join(versions[0]["items"])} if versions else {}
    if what == "minutes":
        return _begin_minutes(request, state)
    if named and what == "agree-minutes":
        return {"act": named, "sha256": state.get(f"minutes:{named}", {}).get("sha256", "")}
    return {"act": named}


def _begin_minutes(request: HttpRequest, state: Mapping[str, Any]) -> dict[str, Any]:
    """The text of the minutes that one answers with others, or the agenda to write along."""
    table = state.get("table", {}).get("minutes", ())
    asked = request.GET.get("from", "")
    if asked in table:
        record = get_object_or_404(readable_acts(request.user), pk=asked)
        return {"held": record.act.body["held"], "text": record.act.body["text"]}
    agenda = next((item["items"] for item in standing.agenda_shown(state)), [])
    fixed = state.get("fixed")
    return {
        "held": words.day_of(fixed["time"]) if fixed else timezone.localdate(),
        "text": "\n\n".join(f"{number}. {text}" for number, text in enumerate(agenda, 1)),
    }


# -- said at once ------------------------------------------------------------------------------------------------------


@action("acknowledge")
def accept(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Accept a time; the choice names the proposal and the time."""
    matter = _open_talks(request, matter_id)
    proposal, _blank, time = request.POST.get("choice", "").partition(" ")
    operations.accept(matter, request.user, proposal=proposal, time=time)
    messages.success(request, _("The time is accepted, and the others are told."))
    return redirect("dossier", matter.id)


@action("acknowledge")
def agree_agenda(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Agree to a version of the agenda."""
    matter = _open_talks(request, matter_id)
    operations.agree_agenda(matter, request.user, request.POST.get("agenda", ""))
    messages.success(request, _("The agenda is agreed to, and the others are told."))
    return redirect("dossier", matter.id)


@action("acknowledge")
def delegation(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Name our delegation: one person a line, `name, office`."""
    matter = _open_talks(request, matter_id)
    members = []
    for line in request.POST.get("members", "").splitlines():
        name, _comma, office = line.partition(",")
        if line.strip():
            members.append({"name": name, "office": office})
    operations.delegation(matter, request.user, members)
    messages.success(request, _("The delegation is named, and the others are told."))
    return redirect("dossier", matter.id)
