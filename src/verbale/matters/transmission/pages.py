"""Pages of a transmission: choosing what is shown, and reading an act that was."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from verbale import paper
from verbale.matters.kit import operations
from verbale.matters.kit.kinds import deed_of
from verbale.matters.kit.operations import Given
from verbale.matters.transmission import choosing, reading
from verbale.node import drafts
from verbale.node.access import readable_matters, saw
from verbale.node.errors import NodeError, UserError
from verbale.node.models import Matter, Partner
from verbale.node.registry import act_type
from verbale.node.web import page
from verbale.protocol import Marking

__all__ = ["compose", "shown"]


@page("draft")
def compose(request: HttpRequest) -> HttpResponse:
    """Choose act by act and file by file what an organisation or a state is shown of a dossier."""
    asked = request.POST if request.method == "POST" else request.GET
    dossier = get_object_or_404(readable_matters(request.user), pk=asked.get("about", ""))
    # Whoever is no party to the dossier is whom it can be shown to; an organisation first ("organisation", "state").
    partners = Partner.objects.filter(status=Partner.Status.CONFIRMED).order_by("kind", "name")
    parties = choosing.parties_of(dossier, request.user)
    strangers = [partner for partner in partners if partner.node not in parties]
    to = tuple(asked.getlist("to")) or tuple(
        partner.node for partner in strangers[:1] if partner.kind == "organisation"
    )
    problem = ""
    if request.method == "POST":
        try:
            return _drafted(request, dossier, to)
        except NodeError as error:
            problem = str(error)
    found = choosing.choices(dossier, request.user, to)
    saw(request.user, [choice.record for choice in found])
    return render(
        request,
        "transmission/compose.html",
        {
            "dossier": dossier,
            "partners": strangers,
            "to": to,
            "choices": found,
            "chosen": set(asked.getlist("acts")),
            "files": set(asked.getlist("files")),
            "first": request.method != "POST",
            "problem": problem,
            "markings": [level.value for level in reversed(Marking)],
            "marking": asked.get("marking") or "AMBER",
            "title": asked.get("title", dossier.title),
            "text": asked.get("text", ""),
        },
    )


def _drafted(request: HttpRequest, dossier: Matter, to: tuple[str, ...]) -> HttpResponse:
    files = request.POST.getlist("files")
    acts = request.POST.getlist("acts")
    if not acts:
        # To the deed an empty list means all that may be shown; on this page it means none.
        raise UserError(_("Nothing of this dossier is to be shown: choose one act at least."), "acts")
    values: dict[str, Any] = {
        "title": request.POST.get("title", ""),
        "text": request.POST.get("text", ""),
        "acts": acts,
        "files": files,
        "without_files": not files,
    }
    given = Given(values, to, request.POST.get("marking", ""), about=dossier.id, exercise=dossier.exercise)
    draft = operations.draft(deed_of("transmission.send"), None, request.user, given)
    if "submit" in request.POST:
        drafts.submit(draft, request.user)
    return redirect("draft", draft.pk)


@page("read")
def shown(request: HttpRequest, matter_id: str, act: str) -> HttpResponse:
    """An act out of a bundle, with what is proven about it."""
    get_object_or_404(Matter, pk=matter_id, kind="transmission")
    matter = operations.matter_of(request.user, matter_id, "transmission")
    bundle = matter.state.filter(key="opening").values_list("value", flat=True).first()
    entries = reading.read(bundle["bundle"]).entries if bundle else []
    entry = next((item for item in entries if item["record"].id == act), None)
    if entry is None:
        raise Http404
    record = entry["record"]
    known = act_type(record.type)
    sheet = None
    if known is not None and known.paper is not None:
        try:
            sheet = paper.lay_out(known.paper(record.act))
        except (KeyError, TypeError, ValueError, AttributeError):
            # Its body is not lawful for its type: what it is called is all that can be shown.
            sheet = None
    return render(
        request,
        "transmission/shown.html",
        {
            "matter": matter,
            "record": record,
            "entry": entry,
            "sheet": sheet,
            "template": known.template if known else "",
            "body": record.act.body,
        },
    )
