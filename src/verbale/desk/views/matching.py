"""Pages of the runs of matching: the list, one run, what is made of it, and a log given to be looked through."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verbale.desk.holdings.described import parsed, title_of
from verbale.desk.holdings.opened import open_shelves
from verbale.desk.matching import operations, told
from verbale.holdings import store
from verbale.holdings.matching import keeping, uploads
from verbale.holdings.matching.models import MOST_RUNS, MatchRun
from verbale.holdings.models import Shelf
from verbale.holdings.store import STAFF, Query
from verbale.node.access import may
from verbale.node.errors import NotFoundError
from verbale.node.models import User
from verbale.node.web import action, page
from verbale.protocol import Marking

__all__ = ["LogForm", "WordForm", "give", "keep", "run", "runs", "tell"]

_RUNS_A_PAGE = 25
_A_PAGE = 50
_LOGS_SHOWN = 100
_ENGINES = {"duckdb": "DuckDB", "spark": "Apache Spark"}


class LogForm(forms.Form):
    """A small log of our own."""

    shelf = forms.ChoiceField(label=gettext_lazy("For the indicators of"))
    file = forms.FileField(
        label=gettext_lazy("Log"),
        help_text=gettext_lazy("Zeek, ECS in JSON, CSV or Parquet; up to 32 MiB, also packed with gzip."),
    )

    def __init__(self, *arguments: Any, shelves: list[Shelf], **named: Any) -> None:
        super().__init__(*arguments, **named)
        field = self.fields["shelf"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(item.pk, item.title) for item in shelves]


class WordForm(forms.Form):
    """Our own marking on what happens at ours."""

    own_marking = forms.ChoiceField(label=gettext_lazy("Our own marking"), required=False)

    def __init__(self, *arguments: Any, needed: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        field = self.fields["own_marking"]
        assert isinstance(field, forms.ChoiceField)
        none = [("", _("Choose"))] if needed else []
        field.choices = [*none, *((level.value, level.label) for level in Marking)]
        field.required = needed
        if needed:
            field.help_text = _("Whom it lets see the sightings on this shelf, sees them at once.")
        else:
            self.initial.setdefault("own_marking", Marking.AMBER.value)


def _run(user: User, number: int) -> MatchRun:
    try:
        return operations.open_run(user, number)
    except NotFoundError:
        raise Http404 from None


@page("read")
def runs(request: HttpRequest) -> HttpResponse:
    """The list, newest first."""
    opened = open_shelves(request.user)
    rows = operations.open_runs(request.user)
    wanted = next((item for item in opened if item.pk == request.GET.get("shelf")), None)
    if wanted is not None:
        rows = rows.filter(shelf=wanted)
    shown = Paginator(rows, _RUNS_A_PAGE).get_page(request.GET.get("page"))
    people = told.people(item.who for item in shown)
    return render(
        request,
        "desk/match_runs.html",
        {
            "page": shown,
            "query": f"&shelf={wanted.pk}" if wanted else "",
            "rows": [{"run": item, "sentence": told.stood_out(item), "who": people[item.who]} for item in shown],
            "shelves": opened,
            "wanted": wanted,
            "log_form": _log_form(request.user, opened, wanted),
            "most_runs": MOST_RUNS,
            "command": "verbale intel match /var/log/zeek",
            "option": "--shelf",
            "named": (wanted.alias or wanted.pk) if wanted else "…",
        },
    )


def _log_form(user: User, shelves: list[Shelf], wanted: Shelf | None = None) -> LogForm | None:
    if not shelves or not may(user, "import"):
        return None
    return LogForm(shelves=shelves, initial={"shelf": wanted.pk if wanted else shelves[0].pk}, label_suffix="")


@action("import")
def give(request: HttpRequest) -> HttpResponse:
    """A log for the node's worker to look through."""
    form = LogForm(request.POST, request.FILES, shelves=open_shelves(request.user))
    if not form.is_valid():
        messages.error(request, " ".join(" ".join(errors) for errors in form.errors.values()))
        return redirect("match-runs")
    shelf, upload = Shelf.objects.get(pk=form.cleaned_data["shelf"]), form.cleaned_data["file"]
    made = uploads.take(shelf, upload.name, upload.size, upload.chunks(), request.user)
    return redirect("match-run", made.pk)


@page("read")
def run(request: HttpRequest, number: int) -> HttpResponse:
    """One run."""
    user = request.user
    found = _run(user, number)
    shown = Paginator(operations.indicators_of(found), _A_PAGE).get_page(request.GET.get("page"))
    rows = told.indicator_rows(shown)
    ids = {*(row["row"].stix_id for row in rows), *(one[0] for one in found.unlooked)}
    titles = _titles(found.shelf, ids)
    for row in rows:
        row["title"] = titles.get(row["row"].stix_id, "")
    tellable = operations.partners_to_tell(found)
    may_keep = keeping.may_keep(found) and may(user, "import") and operations.has_seen_in_time(found)
    may_tell = operations.may_tell(found, user)
    return render(
        request,
        "desk/match_run.html",
        {
            "run": found,
            "shelf": found.shelf,
            "sentence": told.stood_out(found),
            "engine": _ENGINES.get(found.engine, found.engine),
            "cut": told.cut_lines(found),
            "page": shown,
            "rows": rows,
            "logs": [
                {**log, "lines": told.log_lines(log), "shown": told.format_said(log)}
                for log in found.logs[:_LOGS_SHOWN]
            ],
            "logs_left": found.log_count - min(len(found.logs), _LOGS_SHOWN),
            "unlooked": [
                {"id": identifier, "title": titles.get(identifier, ""), "name": name, "why": why}
                for identifier, name, why in found.unlooked
            ],
            "unlooked_left": found.not_looked_for - len(found.unlooked),
            "who": told.people([found.who])[found.who],
            "kept": told.kept_lines(found),
            "kept_at": told.moment_of(found.kept),
            "keep_form": WordForm(needed=keeping.needs_word(found.shelf), prefix="k", label_suffix="")
            if may_keep
            else None,
            "told_at": told.moment_of(found.told),
            "told_by": told.people([found.told["by"]])[found.told["by"]] if found.told else "",
            "drafts": told.drafts_of(found, user),
            "tell_form": WordForm(needed=False, prefix="t", label_suffix="") if may_tell else None,
            "tellable": tellable,
        },
    )


def _titles(shelf: Shelf, ids: set[str]) -> dict[str, str]:
    """What is still on the shelf, by what it is called."""
    held = store.page(shelf, STAFF, Query(ids=tuple(sorted(ids)), limit=max(1, len(ids)))).entries if ids else []
    return {item.stix_id: title_of(parsed(item.raw)) for item in held}


def _word(request: HttpRequest, prefix: str, *, needed: bool) -> str | None:
    form = WordForm(request.POST, needed=needed, prefix=prefix)
    if form.is_valid():
        return str(form.cleaned_data["own_marking"])
    messages.error(request, _("Choose our own marking: it decides who sees what is told."))
    return None


@action("import")
def keep(request: HttpRequest, number: int) -> HttpResponse:
    """Put the sightings on the shelf."""
    found = _run(request.user, number)
    marking = _word(request, "k", needed=keeping.needs_word(found.shelf))
    if marking is not None:
        kept = operations.keep_as(found, request.user, marking=marking)
        messages.success(
            request,
            ngettext("%(n)s sighting is on the shelf now.", "%(n)s sightings are on the shelf now.", kept.new)
            % {"n": kept.new},
        )
    return redirect("match-run", number)


@action("draft")
def tell(request: HttpRequest, number: int) -> HttpResponse:
    """Draft what partners can be told."""
    found = _run(request.user, number)
    marking = _word(request, "t", needed=False)
    if marking is not None:
        ready = operations.tell(found, request.user, marking=marking)
        if ready.drafts:
            messages.success(
                request,
                ngettext(
                    "%(n)s draft is ready; it leaves when a second person clears it.",
                    "%(n)s drafts are ready; they leave when a second person clears them.",
                    len(ready.drafts),
                )
                % {"n": len(ready.drafts)},
            )
        else:
            messages.error(request, _("Nothing could be drafted; the reasons stand below."))
    return redirect("match-run", number)
