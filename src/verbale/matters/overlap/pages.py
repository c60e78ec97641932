"""Pages beside those of the kit: what we put in, and what we learnt. Both are this node's own, and leave it never."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verbale.intel.overlap.values import split
from verbale.matters.kit.operations import matter_of
from verbale.matters.kit.spec import View
from verbale.matters.overlap import words, work
from verbale.matters.overlap.private import Private
from verbale.node.access import audit
from verbale.node.errors import UserError
from verbale.node.models import Matter
from verbale.node.web import action, download, page, refusals

__all__ = ["again", "choose", "found", "found_list", "own_set", "result_of"]

_LONGEST = 8_000_000
_LARGEST = 32 << 20
_A_PAGE = 200
_SHOWN_REFUSED = 50


class SetForm(forms.Form):
    """What goes in."""

    holdings = forms.BooleanField(label=gettext_lazy("Our own values, as far as we may share them"), required=False)
    file = forms.FileField(label=gettext_lazy("A list, one value a line"), required=False)
    text = forms.CharField(
        label=gettext_lazy("More values, one a line"),
        required=False,
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def lines(self) -> str:
        """The lines of both. Raises UserError."""
        given = self.cleaned_data.get("file")
        if given is None:
            return str(self.cleaned_data["text"])
        if given.size > _LARGEST:
            raise UserError(_("The list is larger than 32 MiB."), "file")
        try:
            return f"{given.read().decode('utf-8-sig')}\n{self.cleaned_data['text']}"
        except UnicodeDecodeError:
            raise UserError(_("The list is not text in UTF-8."), "file") from None


def _view(request: HttpRequest, matter_id: str) -> View:
    get_object_or_404(Matter, pk=matter_id, kind="overlap")
    return View(matter_of(request.user, matter_id, "overlap"), request.user)


@page("import")
def own_set(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Count what would go in. What was counted last can be put in, and nothing that nobody has counted."""
    view = _view(request, matter_id)
    if not view.opening or not view.ours or view.matter is None:
        raise Http404
    form = SetForm(request.POST or None, request.FILES or None, initial={"holdings": True}, label_suffix="")
    private, looked = Private(view.matter.id), None
    if request.method == "POST" and form.is_valid():
        try:
            if not view.open or private.begun():
                raise UserError(_("The computation has begun: the set stands."))
            looked = work.gathered(view, holdings=form.cleaned_data["holdings"], text=form.lines())
            private.look(sorted(looked.items))
        except UserError as error:
            refusals(form, error)
    return render(request, "overlap/set.html", {"view": view, "matter": view.matter, "form": form, **_shown(looked)})


@action("import")
def choose(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Put in what was counted last."""
    view = _view(request, matter_id)
    assert view.matter is not None
    number = work.choose(view, request.user, Private(view.matter.id).looked())
    messages.success(request, ngettext("%(n)s value goes in.", "%(n)s values go in.", number) % {"n": number})
    return redirect("dossier", matter_id)


def _shown(chosen: work.Chosen | None) -> dict[str, Any]:
    if chosen is None:
        return {}
    counts = [(words.KINDS[kind], number) for kind, number in chosen.counts.most_common()]
    return {
        "looked": chosen,
        "counts": counts,
        "number": len(chosen.items),
        "refused": chosen.refused[:_SHOWN_REFUSED],
        "more_refused": max(0, len(chosen.refused) - _SHOWN_REFUSED),
    }


@action("import")
def again(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Try once more what failed."""
    view = _view(request, matter_id)
    assert view.matter is not None
    work.again(view.matter.id, request.user)
    return redirect("dossier", matter_id)


def result_of(view: View, run: int, who: str) -> dict[str, Any]:
    """What was learnt in a run, its reading noted. Raises UserError when nothing was."""
    assert view.matter is not None
    result = Private(view.matter.id).found(run)
    if result is None:
        raise UserError(_("This node has learnt nothing in this run."))
    audit(who, "read", matter_id=view.matter.id, detail=f"overlap, run {run}")
    return result


@page("import")
def found(request: HttpRequest, matter_id: str, run: int) -> HttpResponse:
    """The values that both hold."""
    view = _view(request, matter_id)
    try:
        result = result_of(view, run, request.user.username)
    except UserError:
        raise Http404 from None
    shown = Paginator(result["items"] or (), _A_PAGE).get_page(request.GET.get("page"))
    rows = [(words.KINDS.get(value.kind, value.kind), value.value) for value in map(split, shown)]
    context = {"view": view, "matter": view.matter, "run": run, "result": result, "page": shown, "rows": rows}
    return render(request, "overlap/found.html", context)


@page("import")
def found_list(request: HttpRequest, matter_id: str, run: int) -> HttpResponse:
    """The same as a list, `kind,value` a line."""
    view = _view(request, matter_id)
    try:
        result = result_of(view, run, request.user.username)
    except UserError:
        raise Http404 from None
    lines = "".join(f"{kind},{value}\n" for kind, value in map(split, result["items"] or ()))
    return download(lines.encode(), f"overlap-{matter_id[:8]}-{run}.txt", "text/plain; charset=utf-8")
