"""Dossiers: the list, and the one page that tells a case."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from verbale.node import drafts, sentences
from verbale.node.access import audit, may, readable_acts, readable_matters, require_read, saw
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import ActFile, ActRecord, Attachment, Draft, Matter, ReadMark, User
from verbale.node.partners import names
from verbale.node.registry import Door, Kind, act_type, all_kinds, kind_of
from verbale.node.web import action, page

__all__ = ["dossier", "dossiers", "need_to_know", "printed"]

_A_PAGE = 60
_MOST_FILES = 200


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
    return render(request, "desk/dossier_print.html", _told(request, matter, most=10_000))


def _told(request: HttpRequest, matter: Matter, *, most: int = _A_PAGE) -> dict[str, Any]:
    rows = readable_acts(request.user)
    filters = {"kind": request.GET.get("kind", ""), "party": request.GET.get("party", "")}
    if filters["kind"]:
        rows = rows.filter(type=filters["kind"])
    if filters["party"]:
        rows = rows.filter(author=filters["party"])
    # The newest are what one came for; earlier ones are a link away. One more tells whether there are any.
    records = rows.latest_of(matter, most + 1, request.GET.get("before", ""))
    earlier = records[1].order_key if len(records) > most else ""
    records = records[-most:]
    known = names()
    entries = sentences.timeline(records, known)
    unread = set(
        ReadMark.objects.filter(user=request.user, act_id__in=[r.id for r in records]).values_list("act_id", flat=True)
    )
    for entry in entries:
        entry["fresh"] = entry["record"].via != "issued" and entry["record"].id not in unread
    saw(request.user, records)
    others = _others(request.user, matter, records)
    for entry in entries:
        entry["of"] = others.get(entry["record"].matter_id)
    kind = kind_of(matter.kind)
    belongs = Q(act__matter_id=matter.id) | Q(act__about_id=matter.id)
    files = list(ActFile.objects.filter(belongs).select_related("act").order_by("-id")[:_MOST_FILES])[::-1]
    held = set(Attachment.objects.filter(pk__in=[file.sha256 for file in files]).values_list("pk", flat=True))
    return {
        "matter": matter,
        "kind": kind,
        "entries": entries,
        "earlier": earlier,
        "paged": "before" in request.GET,
        "filters": filters,
        "types": _types(request.user, matter),
        "starts": _starts(request.user, kind),
        "papers": [entry for entry in entries if entry["paper"]],
        "files": [{"file": file, "held": file.sha256 in held} for file in _once(files)],
        "drafts": drafts.visible(request.user)
        .filter(Q(about_id=matter.id) | Q(matter_id=matter.id))
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


def _others(user: User, matter: Matter, records: list[ActRecord]) -> dict[str, Matter]:
    """The matters about a dossier to which acts of its timeline belong; a series of notes is none to go to."""
    series = [kind.name for kind in all_kinds() if kind.series]
    found = {record.matter_id for record in records} - {matter.id}
    return {row.id: row for row in readable_matters(user).filter(pk__in=found).exclude(kind__in=series)}


def _starts(user: User, kind: Kind | None) -> list[Door]:
    """What a person can begin from a dossier, the first thing first; from what is no case, only that."""
    if kind is None or kind.series or kind.private:
        return []
    doors = [door for each in sorted(all_kinds(), key=lambda each: each.step) for door in each.starts]
    doors = [door for door in doors if door.offered and may(user, door.right) and (door.first or kind.case)]
    return sorted(doors, key=lambda door: not door.first)


def _types(user: User, matter: Matter) -> list[tuple[str, str]]:
    """What the timeline can be filtered by: the acts of the kind, and whatever else is about the matter."""
    kind = kind_of(matter.kind)
    found = {item.name: str(item.label) for item in kind.types} if kind else {}
    for name in readable_acts(user).filter(about_id=matter.id).values_list("type", flat=True).distinct():
        known = act_type(name)
        found[name] = str(known.label) if known else name
    return sorted(found.items(), key=lambda item: item[1])


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
