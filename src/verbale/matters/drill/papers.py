"""The report after a drill as it prints."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.template.defaultfilters import date as date_filter
from django.utils.translation import gettext as _
from django.utils.translation import override

from verbale.matters.drill.report import InjectRow, ObjectiveRow, report_of
from verbale.matters.drill.words import RATINGS, totals
from verbale.matters.papers import text_paper
from verbale.node.models import Matter
from verbale.node.partners import name_of
from verbale.node.projection import state_of
from verbale.paper import Paper, Piece
from verbale.protocol import Act

__all__ = ["paper_of", "report_paper"]

_LONGEST = 400
"""Characters of an observation on the one page; the acts hold the whole."""


def paper_of(act: Act) -> Paper:
    """The report as it stands now, under the act that ended the drill: observations are added after that."""
    matter = Matter.objects.filter(pk=act.matter, kind="drill").first()
    state = state_of(matter) if matter is not None else {}
    return report_paper(state, act.marking.label, act.issued, act.id)


def report_paper(state: Mapping[str, Any], marking: str, issued: str, act_id: str = "") -> Paper:
    """In English and in UTC, whatever the language and the zone of the reader: it is the same on all sides."""
    with override("en"):
        report = report_of(state)
        if report is None:
            found = [Piece(_("The drill did not begin, or its acts are not here."))]
        else:
            began = datetime.fromisoformat(state["started"]["issued"])
            found = [Piece(f"{date_filter(began, 'j F Y, H:i')} UTC. {totals(report)}")]
            told = [_inject_told(row) for row in report.injects]
            if report.skipped:
                told.append(_("Not issued: %(numbers)s.") % {"numbers": ", ".join(map(str, report.skipped))})
            found += [Piece(_("Injects, in minutes from the start"), "heading"), Piece("\n".join(told), "small")]
            found.append(Piece(_("Objectives"), "heading"))
            found += [_objective_told(row) for row in report.objectives]
        title = state["opening"]["title"] if "opening" in state else _("Drill")
        return text_paper(
            heading=_("After-action report: %(title)s") % {"title": title},
            pieces=found,
            issued=issued,
            marking=marking,
            exercise=True,
            act_id=act_id,
        )


def _inject_told(row: InjectRow) -> str:
    told = _("%(n)s. %(who)s, “%(title)s”: at %(issued)s (planned %(planned)s)") % {
        "n": row.number,
        "who": name_of(row.node),
        "title": row.title,
        "planned": row.planned,
        "issued": row.issued,
    }
    if row.answered is None:
        return f"{told}; " + _("no response in %(within)s.") % {"within": row.within}
    return f"{told}; " + _("response in %(answered)s of %(within)s.") % {
        "answered": row.answered,
        "within": row.within,
    }


def _objective_told(row: ObjectiveRow) -> Piece:
    lessons = [_lesson_told(item) for item in row.lessons] or [_("Nothing has been observed of it yet.")]
    return Piece("\n".join([row.text, *lessons]), "small", lead=row.text)


def _lesson_told(item: Mapping[str, Any]) -> str:
    told = f"{name_of(item['node'])}: {RATINGS[item['rating']]} ({item['rating']}). {_short(item['text'])}"
    if item["improvement"]:
        told += " " + _("To be done: %(what)s") % {"what": _short(item["improvement"])}
        told += f" ({item['office']})" if item["office"] else ""
    return told


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
