"""What an assessment says of a case: its findings in the shape of all kinds, and the facts that would settle most."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verbale.knowledge.law import DEPENDS, ENGAGED, NOT_ENGAGED, Assessment, Finding
from verbale.matters.assessment.grounds import grounds_of
from verbale.matters.assessment.reading import reading_of
from verbale.matters.assessment.words import KINDS, STATUSES, counted, settled_told, sides_of
from verbale.node.judged import Judged, Point, Press, Unknown
from verbale.node.models import Matter
from verbale.node.projection import state_of

__all__ = ["judges"]

_ORDER = 30
_MOST_ASKED = 10


def judges(matter: Matter) -> Iterator[Judged]:
    """One answer for the norms, one for the law, one for what may be done."""
    state = state_of(matter)
    if "opening" not in state:
        return
    reading = reading_of(state)
    url = reverse("dossier", args=[matter.id])
    for place, (kind, question) in enumerate(KINDS):
        told: dict[str, Any] = {"url": url, "label": gettext_lazy("The assessment of norms and law")}
        if reading.found is None:
            answer = _("The facts that are stated cannot stand together: %(why)s") % {"why": reading.clash}
        else:
            findings = reading.found.of(kind)
            answer = counted(findings)
            told["points"] = tuple(
                _point(item) for status in (ENGAGED, DEPENDS) for item in findings if item.status == status
            )
            told["rest"] = _rest(findings)
            # What is unknown bears on all three; it is asked once.
            if place == 0:
                told["unknown"] = tuple(_asked(matter, reading.found))
                told["bears"] = gettext_lazy("Norms, law, and what may be done")
        yield Judged(_ORDER + place, kind, question, answer, note=_note(), **told)


def _note() -> str:
    return _("Rules applied to the facts that are stated; all else is unknown. It advises; a lawyer decides.")


def _rest(findings: list[Finding]) -> str:
    out = [item.conclusion.name for item in findings if item.status == NOT_ENGAGED]
    return _("Not engaged: %(names)s.") % {"names": ", ".join(out)} if out else ""


def _point(finding: Finding) -> Point:
    said = finding.sentence
    return Point(
        finding.conclusion.name,
        said if finding.status == ENGAGED else _("Open whether: %(what)s") % {"what": said},
        tag=STATUSES[finding.status],
        sure=finding.status == ENGAGED,
        sources=finding.sources,
        grounds=grounds_of(finding),
        sides=tuple(sides_of(seen) for seen in finding.views),
        settles=tuple(settled_told(settling) for settling in finding.settles),
    )


def _asked(matter: Matter, found: Assessment) -> Iterator[Unknown]:
    law = found.law
    open_facts = [(name, number) for name, number in found.open_facts if name in law.facts]
    for name, number in open_facts[:_MOST_ASKED]:
        fact = law.facts[name]
        yield Unknown(
            fact.question,
            bears=ngettext("bears on %(n)s finding", "bears on %(n)s findings", number) % {"n": number},
            help=fact.help,
            presses=_presses(matter, name),
            url=f"{reverse('assessment:write', args=[matter.id, 'state'])}?fact={name}",
            label=gettext_lazy("Answer with evidence"),
        )


def _presses(matter: Matter, fact: str) -> tuple[Press, ...]:
    url = reverse("assessment:say", args=[matter.id, "state"])
    answers = (("true", gettext_lazy("It is so")), ("false", gettext_lazy("It is not so")))
    return tuple(Press(label, url, {"fact": fact, "value": value}) for value, label in answers)
