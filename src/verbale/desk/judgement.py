"""What we make of a case: what its matters judge, what binds both sides, how like cases were answered, what is unknown.

Each kind of matter gives its own part by `Kind.judges`; nothing is computed here that its own page does not show.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verbale.desk.law.between import Between, Standing, between
from verbale.desk.law.states import state_of_node
from verbale.desk.law.words import country_name
from verbale.desk.precedents.query import LEAST, of_dossier
from verbale.desk.precedents.told import look
from verbale.desk.precedents.words import BODY_NAMES, days_told, reason_told
from verbale.desk.story import Case, case_of
from verbale.knowledge.precedents import Asked, Found
from verbale.node import precedents
from verbale.node.access import may
from verbale.node.identity import node_name
from verbale.node.judged import Ground, Judged, Point, Unknown
from verbale.node.models import User
from verbale.node.partners import name_of
from verbale.node.registry import Door, kind_of

__all__ = ["Judgement", "judgement_of"]

_TREATIES, _PRECEDENTS = 40, 50
_MOST_LIKE = 5
_BEGUN = (
    (20, gettext_lazy("Who did it, and how sure are we?"), "workbench"),
    (30, gettext_lazy("Which norms and rules of law does it engage, and what may be done?"), "assessment"),
)
"""Questions that are asked of every case, and the kind of matter in which they are answered."""


@dataclass(frozen=True)
class Judgement:
    """All of it, in the order in which one asks."""

    case: Case
    parts: list[Judged]
    begun: dict[int, Door]
    """By the place of a question that nobody has begun to answer: where one begins."""

    @property
    def unknown(self) -> list[tuple[Any, tuple[Unknown, ...]]]:
        """What is not known, under the question that it bears on."""
        return [(part.bears or part.question, part.unknown) for part in self.parts if part.unknown]

    @property
    def open(self) -> int:
        return sum(len(asked) for _question, asked in self.unknown)


def judgement_of(user: User, case: str) -> Judgement:
    """What we make of a case. Raises as `case_of`."""
    found = case_of(user, case)
    parts = [
        judged
        for matter in found.matters
        if (kind := kind_of(matter.kind)) is not None
        for judged in kind.judges(matter)
    ]
    begun: dict[int, Door] = {}
    for order, question, name in _BEGUN:
        if all(matter.kind != name for matter in found.matters):
            parts.append(Judged(order, name, question))
            kind = kind_of(name)
            door = next(iter(kind.starts), None) if kind is not None else None
            if door is not None and found.matter is not None and may(user, door.right):
                begun[order] = door
    parts += [*_treaties(found), *_precedents(user, found)]
    return Judgement(found, sorted(parts, key=lambda part: part.order), begun)


# -- treaties ----------------------------------------------------------------------------------------------------------


def _treaties(found: Case) -> Iterator[Judged]:
    question = gettext_lazy("What binds both sides?")
    own = state_of_node(settings.CONFIG.name)
    nodes = {node for matter in found.matters for node in matter.parties} - {node_name()}
    found_states = (state_of_node(name_of(node)) for node in sorted(nodes))
    states = [state.code for state in found_states if state is not None]
    if own is None or not states:
        yield Judged(_TREATIES, "treaties", question)
        return
    told = between([own.code, *states], timezone.localdate())
    yield Judged(
        _TREATIES,
        "treaties",
        question,
        _bound(told),
        points=tuple(_instrument(item, told) for item in (*told.binds, *told.signed, *told.apart)),
        unknown=tuple(_not_known(item) for item in told.unknown),
        note=_("As the packs know it; what they do not know is not known, and never taken for not being a party."),
        url=f"{reverse('law-relations')}?" + "&".join(f"state={code}" for code in told.states),
        label=gettext_lazy("Treaty relations"),
    )


def _bound(told: Between) -> str:
    number = len(told.binds)
    among = ", ".join(country_name(code) for code in told.states)
    names = ", ".join(item.instrument.short or item.instrument.name for item in told.binds)
    if not number:
        return _("No instrument is known to bind %(among)s together today.") % {"among": among}
    return ngettext(
        "%(n)s instrument binds %(among)s together today: %(names)s.",
        "%(n)s instruments bind %(among)s together today: %(names)s.",
        number,
    ) % {"n": number, "among": among, "names": names}


def _instrument(item: Standing, told: Between) -> Point:
    binds = item in told.binds
    tag = _("binds") if binds else _("signed by all, binding on some at most") if item in told.signed else _("apart")
    duties = [
        Ground(
            _("Article %(number)s, %(duty)s: %(says)s")
            % {"number": duty.article.number, "duty": str(duty.label).lower(), "says": duty.article.obliges},
            under=tuple(Ground(_("Reserved: %(what)s") % {"what": said}) for said in duty.reservations),
        )
        for duty in (item.duties if binds else ())
    ]
    return Point(
        item.instrument.name,
        tag=tag,
        sure=binds,
        grounds=(*(Ground(line.sentence) for line in item.lines), *duties),
        sources=tuple(" ".join(filter(None, (s.title, s.reference))) for s in item.instrument.sources),
    )


def _not_known(item: Standing) -> Unknown:
    return Unknown(
        _("Whether %(name)s binds both sides.") % {"name": item.instrument.name},
        help=" ".join(line.sentence for line in item.lines),
        url=reverse("law-instrument", args=[item.instrument.id]),
        label=gettext_lazy("What is known of it"),
    )


# -- precedents --------------------------------------------------------------------------------------------------------


def _precedents(user: User, found: Case) -> Iterator[Judged]:
    question, url = gettext_lazy("How were like cases answered?"), f"{reverse('precedents')}?dossier={found.case}"
    held = precedents.collection()
    known = of_dossier(user, found.matter) if held is not None and found.matter is not None else {}
    if held is None or not known:
        missing = (
            _("How like cases were answered: no table of precedents has been imported here.")
            if held is None
            else _("How like cases were answered: the dossier names no sector, technique or intensity to go by.")
        )
        asked = Unknown(missing, url=reverse("precedents") if held is None else url, label=gettext_lazy("Precedents"))
        yield Judged(_PRECEDENTS, "precedents", question, unknown=(asked,))
        return
    given = {facet: tuple(value) if isinstance(value, list) else value for facet, value in known.items()}
    outcome = look(held, Asked(**given), LEAST)
    told = {
        "like": ngettext("%(n)s like case", "%(n)s like cases", len(outcome.found)) % {"n": len(outcome.found)},
        "answered": sum(case.answered for case in outcome.cases),
    }
    yield Judged(
        _PRECEDENTS,
        "precedents",
        question,
        _("%(like)s; to %(answered)s of them a political or legal response is known.") % told,
        points=tuple(_like(item) for item in outcome.found[:_MOST_LIKE]),
        note=_("What others did is no rule; the tables tell what was made public."),
        url=url,
        label=gettext_lazy("Precedents like it"),
    )


def _like(item: Found) -> Point:
    case = item.case
    answers = [
        _("Response, %(kind)s: %(instrument)s") % {"kind": answer.kind, "instrument": answer.instrument}
        for answer in case.responses
    ]
    times = [
        _("Attributed by %(who)s after %(days)s.") % {"who": BODY_NAMES[body], "days": days_told(days)}
        for body, days in case.days.items()
    ]
    return Point(
        _("Case %(id)s") % {"id": case.id},
        ", ".join(filter(None, (case.start or str(case.year or ""), *case.receivers[:3], *case.types[:2]))),
        tag=_("%(percent)s alike") % {"percent": f"{item.likeness:.0%}"},
        sure=case.answered,
        grounds=tuple(Ground(line) for line in (*answers, *times, *map(reason_told, item.reasons))),
    )
