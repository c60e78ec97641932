"""Pages beside those of the deeds: who is introduced, and a vote verified in the reader's own node."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verbale.matters.forum import cases, operations, words
from verbale.matters.forum.operations import Introduction
from verbale.matters.kit.operations import matter_of
from verbale.matters.kit.spec import View
from verbale.node.access import require
from verbale.node.errors import AccessError, NodeError
from verbale.node.models import Matter, Partner
from verbale.node.partners import short_name
from verbale.node.web import page

__all__ = ["bundle", "members", "verify"]

_ROLES = ("", "member", "observer")


def _session(request: HttpRequest, matter_id: str) -> Matter:
    get_object_or_404(Matter, pk=matter_id, kind="forum")
    return matter_of(request.user, matter_id, "forum")


@page("acknowledge")
def members(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Introduce members and observers, many at once; the organisation's."""
    matter = _session(request, matter_id)
    view = View(matter, request.user)
    if view.opening.get("by") != view.me:
        raise AccessError(_("Only the organisation whose session it is introduces members."))
    if request.method == "POST":
        require(request.user, "acknowledge")
        wanted = [
            Introduction(node, request.POST.get(f"name-{node}", "").strip(), request.POST[f"role-{node}"] == "member")
            for node in view.others
            if request.POST.get(f"role-{node}", "") in _ROLES[1:]
        ]
        try:
            made = operations.introduce(matter, request.user, wanted)
        except NodeError as error:
            messages.error(request, str(error))
            return redirect("forum:members", matter.id)
        told = ngettext("%(n)s has been introduced.", "%(n)s have been introduced.", len(made)) % {"n": len(made)}
        messages.success(request, told)
        return redirect("dossier", matter.id)
    return render(request, "forum/members.html", {"matter": matter, "rows": _rows(view)})


def _rows(view: View) -> list[dict[str, object]]:
    partners = {
        partner.node: partner
        for partner in Partner.objects.filter(node__in=view.others, status=Partner.Status.CONFIRMED)
    }
    rows = []
    for node in view.others:
        entry, partner = view.state.get(f"member:{node}"), partners.get(node)
        rows.append(
            {
                "node": node,
                "name": entry["name"] if entry else short_name(partner.name) if partner else node,
                "role": "" if entry is None else "member" if entry["voting"] else "observer",
                "known": partner is not None,
                "renewed": bool(entry and partner and partner.fingerprint != entry["fingerprint"]),
            }
        )
    return rows


@page("read")
def verify(request: HttpRequest, matter_id: str, vote: str) -> HttpResponse:
    """The result of a vote, computed here from the signed acts in our own register."""
    matter = _session(request, matter_id)
    view = View(matter, request.user)
    get_object_or_404(matter.state, key=f"vote:{vote}")
    checked = operations.verify(matter, request.user, vote)
    names = words.names_in(view.state)
    result = checked.result
    failure = result.failure
    about = tuple(names.get(value, value) for value in failure.about) if failure else ()
    return render(
        request,
        "forum/verify.html",
        {
            "matter": matter,
            "board": cases.board_shown(view, vote, names),
            "result": result,
            "reason": (_(failure.reason or "") % about if about else _(failure.reason or "")) if failure else "",
            "said": words.tally(result.tally.yes, result.tally.no, result.tally.abstain),
            "majority": words.MAJORITIES.get(result.majority, ""),
            "counted": [(names.get(node, node), words.CHOICES[choice]) for node, choice in result.counted],
            "absent": ", ".join(names.get(node, node) for node in result.absent),
            "uncounted": ", ".join(names.get(node, node) for node in result.uncounted),
            "ours_left_out": view.me in result.uncounted,
            "compared": ", ".join(names.get(node, node) for node in checked.compared),
            "introduced": ", ".join(names.get(node, node) for node in checked.introduced),
            "house": names.get(result.organisation, result.organisation),
        },
    )


@page("read")
def bundle(request: HttpRequest, matter_id: str, vote: str) -> HttpResponse:
    """The vote as a file, to be verified by anybody."""
    matter = _session(request, matter_id)
    try:
        data = operations.bundle(matter, request.user, vote)
    except NodeError as error:
        messages.error(request, str(error))
        return redirect("dossier", matter.id)
    return HttpResponse(
        data,
        content_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="roll-call-{vote[:12]}.jsonl"'},
    )
