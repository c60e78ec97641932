"""An assessment as it prints: what is stated, each finding with its reasons, and what is unknown."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from verbale.knowledge.law import DEPENDS, ENGAGED, Assessment, Finding, Reason, the_law
from verbale.matters.assessment.reading import reading_of
from verbale.matters.assessment.words import KINDS, counted, settled_told
from verbale.matters.papers import text_paper
from verbale.paper import Paper, Piece

__all__ = ["assessment_paper"]

_MOST_ASKED = 12


def assessment_paper(state: Mapping[str, Any], marking: str, issued: str, *, exercise: bool = False) -> Paper:
    """In English, whatever the language of the reader: so are the rules."""
    with override("en"):
        title = state["opening"]["title"] if "opening" in state else _("Assessment")
        return text_paper(
            heading=_("Assessment: %(title)s") % {"title": title},
            under=_("For use in the house. It advises; a lawyer decides."),
            pieces=list(_pieces(state)),
            issued=issued,
            marking=marking,
            exercise=exercise,
        )


def _pieces(state: Mapping[str, Any]) -> Iterator[Piece]:
    reading = reading_of(state)
    if reading.found is None:
        yield Piece(_("The facts that are stated cannot stand together: %(why)s") % {"why": reading.clash})
        return
    found = reading.found
    for name, question in KINDS:
        yield Piece(str(question), "heading")
        yield Piece(counted(found.of(name)))
        for finding in found.of(name):
            if finding.status in (ENGAGED, DEPENDS):
                yield Piece("\n".join(_told(found, finding)), "small", lead=finding.conclusion.name)
    yield Piece(_("What is unknown, and would settle most"), "heading")
    asked = [f"{found.law.name(name)} ({name})" for name, _number in found.open_facts[:_MOST_ASKED]]
    yield Piece("\n".join(asked) or _("Nothing: every finding is settled."), "small")
    yield Piece(_("What is stated"), "heading")
    yield Piece("\n".join(_facts(state)) or _("No fact is stated yet."), "small")


def _told(found: Assessment, finding: Finding) -> Iterator[str]:
    law = found.law
    head = finding.sentence if finding.status == ENGAGED else _("Open whether: %(what)s") % {"what": finding.sentence}
    yield f"{finding.conclusion.name}: {finding.status}"
    yield f"{head} [{'; '.join(finding.sources)}]"
    yield from (_reason_told(reason) for reason in finding.derivation.rules)
    yield from (settled_told(settling) for settling in finding.settles)
    for seen in finding.views:
        for value, status in (seen.first, seen.second):
            yield _("On the view: %(view)s – %(status)s") % {
                "view": law.sentence(seen.position, value),
                "status": status,
            }


def _reason_told(reason: Reason) -> str:
    steps = "; ".join(step.sentence for step in reason.steps)
    return f"– {reason.says} [{'; '.join(reason.sources)}] {steps}"


def _facts(state: Mapping[str, Any]) -> Iterator[str]:
    for fact in the_law().facts.values():
        entry = state.get(f"fact:{fact.id}")
        if entry is not None and entry["value"] in ("true", "false"):
            told = fact.so if entry["value"] == "true" else fact.otherwise
            yield " – ".join(filter(None, (told, entry["evidence"], entry["source"], entry["who"])))
