"""Pages of what the node holds: shelves, what stands on one, one object and who may see it, imports, accounts."""

from datetime import UTC, datetime
from itertools import islice

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verbale.desk.holdings.described import TYPE_NAMES, facts_of, links_of, name_of_type, parsed, title_of
from verbale.desk.holdings.opened import open_shelves
from verbale.desk.holdings.search import search as search_for
from verbale.desk.holdings.worth import said_of, short_worth, worth_sentence, worthy_page
from verbale.desk.intelligence.named import MOST_REPORTS
from verbale.desk.matching.told import seen_before, stood_out
from verbale.holdings import accounts, bulk, store
from verbale.holdings import shelves as shelving
from verbale.holdings.benign import benign_in
from verbale.holdings.client.standing import standing
from verbale.holdings.contributed import File, objects_in
from verbale.holdings.matching.recorded import latest_of, seen_of
from verbale.holdings.models import Account, Contributed, Shelf, Source
from verbale.holdings.store import STAFF, Query, Viewer
from verbale.holdings.worth import Judge
from verbale.node.access import audit, may, readable_matters
from verbale.node.errors import UserError
from verbale.node.models import Matter, Partner, User
from verbale.node.web import action, download, page
from verbale.protocol import Marking

__all__ = ["account_make", "account_use", "add", "import_file", "search", "shelf", "shelves", "thing", "thing_file"]

_A_PAGE = 50
_MOST_TOLD = 200
_BENIGN_TOLD = 10
_RUNS_TOLD = 5


def _shelf(user: User, key: str) -> Shelf:
    found = get_object_or_404(Shelf, pk=key)
    if found.matter and not readable_matters(user).filter(pk=found.matter).exists():
        raise Http404
    return found


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1_000_000, UTC)


class ShelfForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    description = forms.CharField(label=gettext_lazy("What stands on it"), required=False, max_length=2_000)
    alias = forms.CharField(
        label=gettext_lazy("Short name"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Letters a to z, digits, hyphens: for addresses and commands."),
    )


class ImportForm(forms.Form):
    """A file for a shelf of our own."""

    file = forms.FileField(label=gettext_lazy("File"), help_text=gettext_lazy("A STIX 2.1 bundle or a MISP event."))
    marking = forms.ChoiceField(
        label=gettext_lazy("Marking of what bears none"),
        choices=[(level.value, level.label) for level in Marking],
        initial=Marking.AMBER.value,
    )


@page("read")
def shelves(request: HttpRequest) -> HttpResponse:
    """All shelves; accounts of partners' software for those who may see to them."""
    opened = open_shelves(request.user)
    matters = Matter.objects.in_bulk([item.matter for item in opened if item.matter])
    rows = []
    for item in opened:
        matter = matters.get(item.matter)
        parties = matter.parties if matter else ()
        rows.append({"shelf": item, "matter": matter, "count": store.count(item), "parties": parties})
    keys = {item.pk for item in opened}
    seen_to = may(request.user, "partners")
    return render(
        request,
        "desk/shelves.html",
        {
            "rows": rows,
            "form": ShelfForm(),
            "accounts": Account.objects.order_by("node", "name") if seen_to else None,
            "confirmed": Partner.objects.filter(status=Partner.Status.CONFIRMED).order_by("name"),
            "new_token": request.session.pop("taxii_token", ""),
            "feeds": [item for item in standing() if item.shelf in keys],
        },
    )


@page("read")
def search(request: HttpRequest) -> HttpResponse:
    """Who named a value: on all shelves that the person may open, and in dossiers."""
    asked = request.GET.get("value", "").strip()
    found, wrong = None, ""
    if asked:
        try:
            found = search_for(request.user, asked)
        except UserError as error:
            wrong = str(error)
    return render(
        request, "desk/value.html", {"asked": asked, "found": found, "wrong": wrong, "most_reports": MOST_REPORTS}
    )


@action("import")
def add(request: HttpRequest) -> HttpResponse:
    """A shelf of our own."""
    form = ShelfForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A shelf needs a title."))
        return redirect("shelves")
    made = shelving.make(**form.cleaned_data)
    audit(request.user.username, "made shelf", detail=made.title)
    return redirect("shelf", made.pk)


@page("read")
def shelf(request: HttpRequest, key: str) -> HttpResponse:
    """What stands on one shelf, page by page."""
    found = _shelf(request.user, key)
    kind, after = request.GET.get("type", ""), request.GET.get("after", "")
    asked = Query(limit=_A_PAGE, types=(kind,) if kind else ())
    if after.lstrip("-").isdecimal() and len(after) < 20:
        asked = asked.then(after=int(after))
    if wanted := request.GET.get("id", "").strip():
        asked = asked.then(ids=(wanted[:300],))
    judge, worthy = Judge(found), request.GET.get("worth") == "1"
    shown = worthy_page(found, judge, asked) if worthy else store.page(found, STAFF, asked)
    origins = dict(Source.objects.filter(pk__in={item.source for item in shown.entries}).values_list("pk", "origin"))
    last_run = latest_of(found)
    told = Contributed.objects.filter(shelf=found).exclude(refused=[]).order_by("-id")[:20]
    return render(
        request,
        "desk/shelf.html",
        {
            "shelf": found,
            "matter": Matter.objects.filter(pk=found.matter).first() if found.matter else None,
            "entries": [
                {
                    "held": item,
                    "title": title_of(parsed(item.raw)),
                    "type": name_of_type(item.type),
                    "origin": origins[item.source],
                    "added": _moment(item.added),
                    "worth": short_worth(worth) if (worth := judge.worth(item)) is not None else "",
                }
                for item in shown.entries
            ],
            "more": shown.cursor if shown.more else None,
            "types": sorted(TYPE_NAMES.items(), key=lambda row: str(row[1])),
            "kind": kind,
            "wanted": wanted,
            "worthy": worthy,
            "count": store.count(found),
            "refused": [line for done in told for line in done.refused][:_MOST_TOLD],
            "form": ImportForm(),
            "feeds": standing(found.pk),
            "paged": bool(after),
            "last_run": last_run,
            "last_seen": stood_out(last_run) if last_run is not None else "",
        },
    )


@action("import")
def import_file(request: HttpRequest, key: str) -> HttpResponse:
    """Take in a file of our own."""
    found, form = _shelf(request.user, key), ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(" ".join(errors) for errors in form.errors.values()))
        return redirect("shelf", found.pk)
    upload = form.cleaned_data["file"]
    raws, untaken = objects_in(File("", upload.name, upload.read()))
    accepted = same = 0
    refused = list(untaken)
    benign = list(islice(benign_in(raws), _MOST_TOLD))
    for done in bulk.take_in(found, raws, marking=form.cleaned_data["marking"]):
        accepted, same = accepted + done.accepted, same + done.same
        refused += [[item.id or str(item.index + 1), item.why] for item in done.refused]
    audit(request.user.username, "imported intelligence", detail=f"{upload.name} to {found.title}: {accepted} new")
    told = ngettext("%(n)s object is new", "%(n)s objects are new", accepted) % {"n": accepted}
    messages.success(request, _("%(new)s, %(same)s were held already.") % {"new": told, "same": same})
    for item in benign[:_BENIGN_TOLD]:
        told = {"value": item.value, "list": item.list_name, "why": item.reason}
        messages.warning(request, _("%(value)s is well known and benign: list “%(list)s”. %(why)s") % told)
    if len(benign) > _BENIGN_TOLD:
        messages.warning(request, _("More values in it are well known and benign; each object's page says so."))
    for identifier, why in refused[:20]:
        messages.error(request, f"{identifier}: {why}")
    if len(refused) > 20:
        messages.error(request, _("%(n)s more were refused.") % {"n": len(refused) - 20})
    return redirect("shelf", found.pk)


@page("read")
def thing(request: HttpRequest, key: str, stix_id: str) -> HttpResponse:
    """One object: what it says, its versions, who may see it."""
    found = _shelf(request.user, key)
    held = store.get(found, STAFF, stix_id)
    if held is None:
        raise Http404
    value = parsed(held.raw)
    links = links_of(value)
    titles = {
        item.stix_id: title_of(parsed(item.raw))
        for item in store.page(found, STAFF, Query(ids=tuple({ref for _how, ref in links}), limit=_MOST_TOLD)).entries
    }
    source = Source.objects.get(pk=held.source)
    judge = Judge(found)
    worth = judge.worth(held)
    confirmed = Partner.objects.filter(status=Partner.Status.CONFIRMED).order_by("name")
    return render(
        request,
        "desk/thing.html",
        {
            "shelf": found,
            "held": held,
            "title": title_of(value),
            "type": name_of_type(held.type),
            "facts": facts_of(value),
            "mentioned": [{"how": how, "id": ref, "title": titles.get(ref, "")} for how, ref in links[:_MOST_TOLD]],
            "source": source,
            "matter": Matter.objects.filter(pk=found.matter).first() if found.matter else None,
            "worth": worth_sentence(worth) if worth is not None else "",
            "said": said_of(judge, held)[:_MOST_TOLD],
            "benign": list(benign_in([held.raw])),
            "in_our_logs": seen_before(seen_of(found, stix_id, _RUNS_TOLD)),
            "versions": [_moment(item.version) for item in store.versions(found, STAFF, stix_id, Query()).entries],
            "seen_by": [
                {"partner": partner, "sees": store.get(found, Viewer(partner.node), stix_id) is not None}
                for partner in confirmed
            ],
            "public": store.get(found, Viewer(), stix_id) is not None,
        },
    )


@page("read")
def thing_file(request: HttpRequest, key: str, stix_id: str) -> HttpResponse:
    """The object as it is held."""
    held = store.get(_shelf(request.user, key), STAFF, stix_id)
    if held is None:
        raise Http404
    return download(held.raw, f"{stix_id}.json", "application/stix+json;version=2.1")


@action("partners")
def account_make(request: HttpRequest) -> HttpResponse:
    """An account for a partner's software; its token is shown once."""
    made, token = accounts.make(
        request.POST.get("name", "").strip(), request.POST.get("node", ""), by=request.user.username
    )
    request.session["taxii_token"] = f"{made.name}:{token}"
    return redirect("shelves")


@action("partners")
def account_use(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch an account off or on, or say what it may do with a shelf."""
    found = get_object_or_404(Account, pk=pk)
    if "active" in request.POST:
        found.active = request.POST["active"] == "1"
        found.save(update_fields=["active"])
        audit(
            request.user.username, "switched TAXII account", detail=f"{found.name}: {'on' if found.active else 'off'}"
        )
    elif key := request.POST.get("shelf", ""):
        given = request.POST.get("may", "")
        accounts.grant(
            found,
            get_object_or_404(Shelf, pk=key),
            read="read" in given,
            write="write" in given,
            by=request.user.username,
        )
    return redirect("shelves")
