"""Dossiers: the list, and the one page that tells a case."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from verbale.node import drafts, sentences
from verbale.node.access import audit, readable_acts, readable_matters, require_read, saw
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import ActFile, ActRecord, Attachment, Draft, Matter, ReadMark, User
from verbale.node.partners import names
from verbale.node.registry import act_type, all_kinds, kind_of
from verbale.node.web import action, page

__all__ = ["dossier", "dossiers", "need_to_know", "printed"]

_A_PAGE = 60


@page("read")
def dossiers(request: HttpRequest) -> HttpResponse:
    """All matters that are dossiers, latest first, by kind and party."""
    series = [kind.name for kind in all_kinds() if kind.series]
    rows = readable_matters(request.user).exclude(kind__in=series).order_by("-last_at")
    if party := request.GET.get("party"):
        # A JSON list of names in quotes: on both databases a look into its text finds the name and nothing else.
        rows = rows.filter(parties__icontains=f'"{party}"')
    pages = Paginator(rows, 50)
    return render(
        request, "desk/dossiers.html", {"page": pages.get_page(request.GET.get("page")), "party": party or ""}
    )


@page("read")
def dossier(request: HttpRequest, matter_id: str) -> HttpResponse:
    """One case."""
    matter = get_object_or_404(Matter, pk=matter_id)
    require_read(request.user, matter)
    return render(request, "desk/dossier.html", _told(request, matter))


@page("read")
def printed(request: HttpRequest, matter_id: str) -> HttpResponse:
    """The dossier as a minister can read it on paper."""
    matter = get_object_or_404(Matter, pk=matter_id)
    require_read(request.user, matter)
    return render(request, "desk/dossier_print.html", _told(request, matter, everything=True))


def _told(request: HttpRequest, matter: Matter, *, everything: bool = False) -> dict[str, Any]:
    rows = readable_acts(request.user).of(matter).order_by("issued", "id")
    all_rows = rows
    filters = {"kind": request.GET.get("kind", ""), "party": request.GET.get("party", "")}
    if filters["kind"]:
        rows = rows.filter(type=filters["kind"])
    if filters["party"]:
        rows = rows.filter(author=filters["party"])
    pages = Paginator(rows, _A_PAGE if not everything else 10_000)
    # The newest stand last and are what one came for: the last page is the first that is shown.
    shown = pages.get_page(request.GET.get("page") or pages.num_pages)
    records = list(shown)
    known = names()
    entries = sentences.timeline(records, known)
    unread = set(
        ReadMark.objects.filter(user=request.user, act_id__in=[r.id for r in records]).values_list("act_id", flat=True)
    )
    for entry in entries:
        entry["fresh"] = entry["record"].via != "issued" and entry["record"].id not in unread
    saw(request.user, records)
    kind = kind_of(matter.kind)
    files = list(ActFile.objects.filter(act__in=all_rows).select_related("act").order_by("act__issued"))
    held = set(Attachment.objects.filter(pk__in=[file.sha256 for file in files]).values_list("pk", flat=True))
    return {
        "matter": matter,
        "kind": kind,
        "page": shown,
        "entries": entries,
        "filters": filters,
        "types": _types(matter),
        "papers": [entry for entry in entries if entry["paper"]],
        "files": [{"file": file, "held": file.sha256 in held} for file in _once(files)],
        "drafts": drafts.visible(request.user)
        .filter(about_id=matter.id)
        .exclude(status__in=(Draft.Status.SENT, Draft.Status.WITHDRAWN)),
        "proof": next(
            (
                {"record": record, "sentences": sentences.proof_sentences(record, known, node_name())}
                for record in reversed(records)
                if record.audience
            ),
            None,
        ),
        "people": User.objects.filter(is_active=True).order_by("last_name", "username"),
        "named": set(matter.people.values_list("pk", flat=True)),
        "parties": matter.parties,
        "all_parties": sorted({*matter.parties, *(node for r in records for node in (r.author, *r.audience))}),
        **(kind.context(matter) if kind else {}),
    }


def _types(matter: Matter) -> list[tuple[str, str]]:
    found = ActRecord.objects.filter(Q(matter_id=matter.id) | Q(about_id=matter.id)).values_list("type", flat=True)
    return [(name, str(known.label) if (known := act_type(name)) else name) for name in sorted(set(found.distinct()))]


def _once(files: list[ActFile]) -> list[ActFile]:
    """Each file once, however many acts name it."""
    return list({file.sha256: file for file in files}.values())


@action("restrict")
def need_to_know(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Open a matter to all who may read, or to the people named only."""
    matter = get_object_or_404(Matter, pk=matter_id)
    require_read(request.user, matter)
    chosen = list(User.objects.filter(pk__in=request.POST.getlist("people"), is_active=True))
    restricted = request.POST.get("restricted") == "1"
    if restricted and request.user not in chosen:
        raise UserError(_("You would lock yourself out: name yourself as well."))
    matter.restricted = restricted
    matter.save(update_fields=["restricted"])
    matter.people.set(chosen if restricted else [])
    told = ", ".join(person.username for person in chosen) if restricted else "all who may read"
    audit(request.user.username, "set need-to-know", matter_id=matter.id, detail=told)
    messages.success(request, _("Who may open this dossier has been set."))
    return redirect("dossier", matter.id)
