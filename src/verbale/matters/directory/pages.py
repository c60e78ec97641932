"""Pages of directories: the contacts, those of a state, naming our own, and communication checks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verbale.matters.directory import book, operations
from verbale.matters.directory.figures import answers_of, figures
from verbale.matters.directory.forms import ImportForm, NominateForm, OpenForm, PingForm, WithdrawForm
from verbale.matters.directory.operations import SEND
from verbale.matters.directory.plot import plot_of
from verbale.matters.directory.words import ANSWERS, PING_KINDS, ROLES, days_of, duration
from verbale.node import drafts
from verbale.node.access import may, readable_acts, saw
from verbale.node.drafts import DraftFields
from verbale.node.errors import NodeError
from verbale.node.identity import node_name
from verbale.node.models import Draft, Matter, StateEntry
from verbale.node.partners import name_of, names_of
from verbale.node.projection import state_of
from verbale.node.web import action, download, page, refusals

__all__ = [
    "answers",
    "checks",
    "confirm",
    "directory",
    "edit",
    "export_csv",
    "export_vcards",
    "import_csv",
    "index",
    "nominate",
    "open_directory",
    "pong",
    "publish",
    "renew",
    "send",
    "state",
    "withdraw",
]

_A_PAGE = 100
_FILTERS = ("state", "role", "language")


def _matter(request: HttpRequest, matter_id: str) -> tuple[Matter, dict[str, Any]]:
    matter = get_object_or_404(book.readable(request.user), pk=matter_id)
    return matter, get_object_or_404(StateEntry, matter=matter, key="directory").value


# -- reading -----------------------------------------------------------------------------------------------------------


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip() for name in _FILTERS}


@page("read")
def index(request: HttpRequest) -> HttpResponse:
    """All contacts that one may read, those that fit; and the directories they stand in."""
    every, asked = book.contacts(request.user), _asked(request)
    found = book.contacts(request.user, **asked) if any(asked.values()) else every
    heads = dict(StateEntry.objects.filter(matter__kind="directory", key="directory").values_list("matter_id", "value"))
    shown = Paginator(found, _A_PAGE).get_page(request.GET.get("page"))
    query = urlencode({name: value for name, value in asked.items() if value})
    return render(
        request,
        "directory/index.html",
        {
            "directories": [
                {"matter": row, "head": heads[row.id]} for row in book.readable(request.user) if row.id in heads
            ],
            "page": shown,
            "entries": [_shown(entry) for entry in shown],
            "asked": asked,
            "query": f"&{query}" if query else "",
            "states": sorted({entry.state for entry in every}, key=name_of),
            "roles": list(ROLES.items()),
            "languages": sorted({tongue for entry in every for tongue in entry.contact.languages}),
            "any": bool(every),
        },
    )


def _shown(entry: book.Entry) -> dict[str, Any]:
    hours = entry.contact.hours
    return {
        "entry": entry,
        "contact": entry.contact,
        "role": ROLES[entry.contact.role],
        "days": days_of(hours.days) if not hours.always else "",
        "tel": "".join(letter for letter in entry.contact.telephone if letter.isdecimal() or letter == "+"),
    }


@page("read")
def directory(request: HttpRequest, matter_id: str) -> HttpResponse:
    """One directory: our contacts in it, its members, and what is still to be published."""
    matter, head = _matter(request, matter_id)
    entries, me = book.contacts(request.user, matter=matter), node_name()
    counts: dict[str, int] = {}
    for entry in entries:
        counts[entry.state] = counts.get(entry.state, 0) + 1
    keeping = head["keeper"] == me
    waiting = book.pending(matter, head) if keeping else []
    return render(
        request,
        "directory/directory.html",
        {
            "matter": matter,
            "head": head,
            "keeping": keeping,
            "member": keeping or me in head["members"],
            "ours": [_shown(entry) for entry in entries if entry.ours],
            "members": [
                {"node": node, "contacts": counts.get(node, 0), "keeps": node == head["keeper"]}
                for node in sorted({head["keeper"], *head["members"]}, key=name_of)
            ],
            "waiting": [item for item in waiting if not item.stays],
            "staying": [item for item in waiting if item.stays],
            "may_send": may(request.user, SEND),
            "drafts": drafts.visible(request.user)
            .filter(matter_id=matter.id)
            .exclude(status__in=(Draft.Status.SENT, Draft.Status.WITHDRAWN)),
        },
    )


@page("read")
def state(request: HttpRequest, matter_id: str, node: str) -> HttpResponse:
    """How to reach a state now."""
    matter, head = _matter(request, matter_id)
    if node not in (head["keeper"], *head["members"]):
        raise Http404
    now = timezone.now()
    checks_of = [
        {"ping": ping, "answer": next(item for item in ping["answers"] if item["state"] == node)}
        for ping in book.pings(matter, state_of(matter), now)
        if node in ping["to"]
    ]
    for item in checks_of:
        item["word"], item["took"] = ANSWERS[item["answer"]["word"]], duration(item["answer"]["seconds"])
    return render(
        request,
        "directory/state.html",
        {
            "matter": matter,
            "node_shown": node,
            "ours": node == node_name(),
            "entries": [_shown(entry) for entry in book.contacts(request.user, matter=matter, state=node)],
            "checks": checks_of[:5],
        },
    )


def _exported(request: HttpRequest) -> list[book.Entry]:
    chosen = request.GET.get("directory", "")
    matter = get_object_or_404(book.readable(request.user), pk=chosen) if chosen else None
    return book.contacts(request.user, matter=matter, **_asked(request))


@page("read")
def export_csv(request: HttpRequest) -> HttpResponse:
    """The contacts that fit, as CSV."""
    return download(book.csv_of(_exported(request)), "contacts.csv", "text/csv; charset=utf-8")


@page("read")
def export_vcards(request: HttpRequest) -> HttpResponse:
    """The contacts that fit, as vCards."""
    return download(book.vcards_of(_exported(request)), "contacts.vcf", "text/vcard; charset=utf-8")


# -- what goes through clearance ---------------------------------------------------------------------------------------


def _form_page(
    request: HttpRequest,
    form: Any,
    made: Callable[[dict[str, Any]], DraftFields],
    heading: str,
    *,
    matter: Matter | None = None,
    draft: Draft | None = None,
) -> HttpResponse:
    """A form that becomes a draft."""
    if request.method == "POST" and form.is_valid():
        try:
            fields = made(form.cleaned_data)
            draft = _kept(request, fields, draft)
        except NodeError as error:
            refusals(form, error)
        else:
            return redirect("draft", draft.pk)
    return render(request, "directory/form.html", {"form": form, "matter": matter, "draft": draft, "heading": heading})


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


@page("draft")
def open_directory(request: HttpRequest, draft: Draft | None = None) -> HttpResponse:
    """Open a directory of our own."""
    initial = {**draft.body, "members": draft.audience, "marking": draft.marking} if draft is not None else {}
    form = OpenForm(request.POST or None, initial=initial)
    return _form_page(
        request,
        form,
        lambda given: operations.open_draft(request.user, **given),
        _("Open a directory"),
        draft=draft,
    )


@page("draft")
def renew(request: HttpRequest, matter_id: str, draft: Draft | None = None) -> HttpResponse:
    """Change title or members of our directory."""
    matter, head = _matter(request, matter_id)
    initial = {**draft.body, "members": draft.audience, "marking": draft.marking} if draft is not None else head
    form = OpenForm(request.POST or None, initial={"marking": matter.marking, **initial})
    return _form_page(
        request,
        form,
        lambda given: operations.renew_draft(matter, request.user, **given),
        _("Title and members"),
        matter=matter,
        draft=draft,
    )


@page("draft")
def nominate(request: HttpRequest, matter_id: str, draft: Draft | None = None) -> HttpResponse:
    """Name a contact of ours, or change one."""
    matter, _head = _matter(request, matter_id)
    key = request.GET.get("key", "")
    initial: dict[str, Any] = {}
    if draft is not None:
        initial = NominateForm.initial_of(draft.body["key"], draft.body["contact"], draft.marking)
    else:
        row = StateEntry.objects.filter(matter=matter, key=f"contact:{node_name()}:{key}").first()
        if row is not None and row.value["contact"] is not None:
            initial = NominateForm.initial_of(key, row.value["contact"], row.value["marking"])
    form = NominateForm(request.POST or None, initial=initial)
    return _form_page(
        request,
        form,
        lambda _given: operations.nominate_draft(matter, request.user, **form.given()),
        _("Change a point of contact") if initial else _("Name a point of contact"),
        matter=matter,
        draft=draft,
    )


@page("draft")
def withdraw(request: HttpRequest, matter_id: str, key: str, draft: Draft | None = None) -> HttpResponse:
    """Take a contact of ours out."""
    matter, _head = _matter(request, matter_id)
    form = WithdrawForm(request.POST or None, initial=draft.body if draft is not None else {}, label_suffix="")
    return _form_page(
        request,
        form,
        lambda given: operations.withdraw_draft(matter, request.user, key=key, **given),
        _("Withdraw the contact %(key)s") % {"key": key},
        matter=matter,
        draft=draft,
    )


@action("draft")
def confirm(request: HttpRequest, matter_id: str, key: str) -> HttpResponse:
    """Confirm that an entry of ours is still right; it goes before the head of mission at once."""
    matter, _head = _matter(request, matter_id)
    draft = drafts.create(operations.confirm_draft(matter, request.user, key=key), request.user)
    drafts.submit(draft, request.user)
    messages.success(request, _("The draft waits for clearance."))
    return redirect("draft", draft.pk)


@page("draft")
def edit(request: HttpRequest, pk: Any) -> HttpResponse:
    """Go on writing a draft of one's own."""
    draft = get_object_or_404(drafts.visible(request.user), pk=pk)
    if draft.drafter_id != request.user.pk or draft.status not in (Draft.Status.DRAFT, Draft.Status.RETURNED):
        return redirect("draft", draft.pk)
    word = draft.type.partition(".")[2]
    if word == "open":
        return renew(request, draft.matter_id, draft) if draft.matter_id else open_directory(request, draft)
    if word == "nominate":
        return nominate(request, draft.matter_id, draft)
    if word == "withdraw":
        return withdraw(request, draft.matter_id, draft.body["key"], draft)
    return redirect("draft", draft.pk)


@page("draft")
def import_csv(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Contacts of ours from a CSV file: a draft for each, or none."""
    matter, _head = _matter(request, matter_id)
    form = ImportForm(request.POST or None, request.FILES or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = operations.import_csv(
                matter, request.user, given["file"].read(), marking=given["marking"], submit="submit" in request.POST
            )
        except NodeError as error:
            refusals(form, error)
        else:
            told = ngettext("%(n)s contact is drafted.", "%(n)s contacts are drafted.", len(made))
            messages.success(request, told % {"n": len(made)})
            return redirect("directory:directory", matter.id)
    return render(
        request,
        "directory/form.html",
        {"form": form, "matter": matter, "draft": None, "heading": _("Import contacts"), "upload": True},
    )


# -- what is said at once ----------------------------------------------------------------------------------------------


@action(SEND)
def publish(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Tell the members what is new."""
    matter, _head = _matter(request, matter_id)
    done = operations.publish(matter, request.user)
    told = ngettext(
        "%(n)s entry is on its way to the members.", "%(n)s entries are on their way to the members.", len(done.records)
    )
    messages.success(request, told % {"n": len(done.records)})
    if done.unreached:
        names = names_of(done.unreached)
        messages.error(request, _("Not confirmed as a partner, and not told: %(names)s.") % {"names": names})
    return redirect("directory:directory", matter.id)


@page(SEND)
def send(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Send a ping."""
    matter, head = _matter(request, matter_id)
    initial = {"deadline": timezone.localtime() + timedelta(days=1), "to": request.GET.getlist("to")}
    form = PingForm(head, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            record = operations.ping(matter, request.user, **form.cleaned_data)
        except NodeError as error:
            refusals(form, error)
        else:
            messages.success(request, _("The ping is on its way."))
            return redirect("directory:answers", record.id)
    return render(request, "directory/send.html", {"form": form, "matter": matter})


@page("read")
def checks(request: HttpRequest, matter_id: str) -> HttpResponse:
    """The pings of a directory, and how quickly each state answers."""
    matter, head = _matter(request, matter_id)
    now, told = timezone.now(), state_of(matter)
    rows = figures(told, now)
    shown = Paginator(list(book.pings(matter, told, now)), 25).get_page(request.GET.get("page"))
    return render(
        request,
        "directory/pings.html",
        {
            "matter": matter,
            "head": head,
            "page": shown,
            "pings": [{**ping, "kind": PING_KINDS[ping["kind"]], "mine": node_name() in ping["to"]} for ping in shown],
            "figures": [
                {"figure": row, "median": duration(row.median_seconds), "slowest": duration(row.slowest_seconds)}
                for row in rows
            ],
            "plot": plot_of(rows),
            "may_send": may(request.user, SEND),
        },
    )


@page("read")
def answers(request: HttpRequest, act_id: str) -> HttpResponse:
    """One ping, and what each addressee has answered."""
    record = get_object_or_404(readable_acts(request.user), pk=act_id, type="directory.ping")
    matter, _head = _matter(request, record.matter_id)
    told, now, me = state_of(matter), timezone.now(), node_name()
    if f"ping:{record.id}" not in told:
        return redirect("act", record.id)
    saw(request.user, [record])
    rows = answers_of(told, record.id, now)
    return render(
        request,
        "directory/answers.html",
        {
            "record": record,
            "matter": matter,
            "ping": told[f"ping:{record.id}"],
            "kind": PING_KINDS[told[f"ping:{record.id}"]["kind"]],
            "answers": [{**row, "told": ANSWERS[row["word"]], "took": duration(row["seconds"])} for row in rows],
            "ours": f"await:{record.id}:{me}" in told and may(request.user, SEND),
            "asked_by_us": record.author == me,
        },
    )


@action(SEND)
def pong(request: HttpRequest, act_id: str) -> HttpResponse:
    """Answer a ping."""
    record = get_object_or_404(readable_acts(request.user), pk=act_id)
    operations.pong(record, request.user, request.POST.get("text", ""))
    messages.success(request, _("%(node)s is told that we are here.") % {"node": name_of(record.author)})
    return redirect("directory:answers", record.id)
