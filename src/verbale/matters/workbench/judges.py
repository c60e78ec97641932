"""What a workbench says of a case: who did it and how sure we are, in the shape of all kinds."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verbale.matters.workbench import words
from verbale.matters.workbench.plot import plot_of, probability
from verbale.matters.workbench.weighing import Row, Weighing, hypotheses, labels, weigh
from verbale.node.judged import Ground, Judged, Point, Unknown
from verbale.node.models import Matter
from verbale.node.projection import state_of

__all__ = ["judges"]

_ORDER = 20


def judges(matter: Matter) -> Iterator[Judged]:
    """The answer, the hypotheses with what stands for them, what would overturn it, and what is not known."""
    state = state_of(matter)
    if "opening" not in state:
        return
    found, known = weigh(state), labels(state)
    yield Judged(
        _ORDER,
        "attribution",
        gettext_lazy("Who did it, and how sure are we?"),
        _answer(state, found),
        points=tuple(_points(state, found, known)) if found is not None else (),
        unknown=tuple(_gap(matter, row) for row in found.gaps) if found is not None else (),
        note=_("Likelihood and confidence are kept apart (ICD 203, 2015). The numbers advise; people conclude."),
        url=reverse("dossier", args=[matter.id]),
        label=gettext_lazy("The attribution workbench"),
        plot=plot_of(state, found) if found is not None else None,
    )


def _answer(state: Mapping[str, Any], found: Weighing | None) -> str:
    concluded = "conclusion" in state
    told = [words.concluded(state)] if concluded else [words.answer(state, found)]
    if found is not None and found.judged:
        # What the house concluded brings its own confidence.
        told.append(words.rests_told(found) if concluded else words.confidence_told(found))
        if concluded and words.moved(state["conclusion"], found):
            told.append(_("What the evidence says has changed since."))
    return " ".join(told)


def _points(state: Mapping[str, Any], found: Weighing, known: Mapping[str, str]) -> Iterator[Point]:
    leader = found.posterior.leader
    for key, entry in hypotheses(state):
        against = found.heuer[key].count
        yield Point(
            f"{known[key]} {words.named(key, entry)}",
            ngettext("%(n)s item of evidence stands against it.", "%(n)s items of evidence stand against it.", against)
            % {"n": against},
            tag=probability(found, key),
            sure=key == leader,
            grounds=tuple(_bearing(row, key, found) for row in found.rows),
        )
    if found.judged and leader is not None:
        told = [
            words.overturning_told(case, how, state)
            for how, case in (("removed", found.removed), ("flipped", found.flipped))
        ]
        grounds = [words.ground_told(ground, state) for ground in found.confidence.grounds]
        yield Point(
            _("What would overturn it"),
            " ".join(told),
            grounds=tuple(Ground(line) for line in grounds),
        )


def _bearing(row: Row, key: str, found: Weighing) -> Ground:
    mark = row.marks[found.case.keys.index(key)]
    grades = " / ".join(str(words.MARKS[grade]) for grade in mark["grades"]) or _("not judged")
    told = f"{row.entry['text']} ({row.entry['reliability']}{row.entry['credibility']}): {grades}"
    return Ground(told, sources=(row.entry["source"],) if row.entry.get("source") else ())


def _gap(matter: Matter, row: Row) -> Unknown:
    bears = ""
    if row.expectation is not None:
        bears = _("expected to tell %(bits)s") % {"bits": words.bits_told(row.expectation.bits)}
    return Unknown(
        row.entry["text"],
        bears=bears,
        url=f"{reverse('workbench:write', args=[matter.id, 'evidence'])}?answers={row.key}",
        label=gettext_lazy("Answer it with evidence"),
    )
