"""How the node knows drills: their deeds, words, pages, and what waits."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from verbale.knowledge import Scenario, all_scenarios, scenario_of
from verbale.matters.drill import acts, fold, pages, words
from verbale.matters.drill.acts import commitment
from verbale.matters.drill.board import board
from verbale.matters.drill.papers import paper_of
from verbale.matters.drill.secrets import expected_of, plan_of, reveal
from verbale.matters.drill.waiting import tasks
from verbale.matters.kit.forms import moment_of
from verbale.matters.kit.kinds import kind
from verbale.matters.kit.spec import Deed, Field, Texts, View
from verbale.node.access import readable_acts
from verbale.node.errors import UserError
from verbale.node.models import Partner
from verbale.node.partners import name_of, names, names_of
from verbale.node.sentences import label_of
from verbale.protocol import Act, new_nonce

__all__ = ["KIND"]

_RECENT = timedelta(days=14)


# -- what can be done now ----------------------------------------------------------------------------------------------


def _directs(view: View) -> bool:
    return view.opening.get("by") == view.me


def _may_answer(view: View, says: str) -> bool:
    before = view.state.get(f"answer:{view.me}", {}).get("says")
    return view.ours and view.open and not _directs(view) and "started" not in view.state and before != says


def _may_start(view: View) -> bool:
    return (
        view.open
        and _directs(view)
        and "started" not in view.state
        and all(view.state.get(f"answer:{node}", {}).get("says") == "accept" for node in view.others)
    )


def _may_observe(view: View) -> bool:
    return view.ours and "closed" in view.state and "started" in view.state


def _runs(view: View) -> bool:
    return view.ours and view.open and "started" in view.state


# -- from what is given to the body ------------------------------------------------------------------------------------


def _schedule(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """The body: the scenario's own parts copied, its injects as hashes."""
    scenario = scenario_of(body["scenario"])
    if scenario is None:
        raise UserError(_now("This node has no scenario %(name)s.") % {"name": body["scenario"]}, "scenario")
    seed = new_nonce()
    return {
        **body,
        "version": scenario.version,
        "situation": scenario.about.strip(),
        "minutes": scenario.minutes,
        "roles": _roles(scenario, body["roles"]),
        "objectives": [{"id": item.id, "text": item.text} for item in scenario.objectives],
        "injects": [commitment(reveal(scenario, seed, number)) for number in range(1, len(scenario.injects) + 1)],
        "seed": seed,
    }


def _roles(scenario: Scenario, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {name.casefold(): node for node, name in names().items()}
    players = {}
    for row in given:
        typed = str(row.get("node", ""))
        players[str(row.get("role", ""))] = known.get(typed.casefold(), typed.upper())
    wanted = {item.id for item in scenario.roles}
    if set(players) != wanted or len(given) != len(wanted):
        raise UserError(_now("Say who plays each of: %(roles)s.") % {"roles": ", ".join(sorted(wanted))}, "roles")
    return [{"role": item.id, "name": item.name, "node": players[item.id]} for item in scenario.roles]


def _inject(view: View, body: dict[str, Any]) -> dict[str, Any]:
    if not _directs(view):
        raise UserError(_now("%(who)s directs the drill, and nobody else.") % {"who": name_of(view.opening["by"])})
    found = plan_of(view.state)
    if not found:
        raise UserError(_now("The scenario is no longer here as it was when the drill was scheduled."), "number")
    number = body["number"]
    if not 1 <= number <= len(found):
        raise UserError(_now("The drill has no inject %(n)s.") % {"n": number}, "number")
    return {**body, **found[number - 1]}


def _response(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """The acts must be here, and marked as exercise: a real note is no answer to an inject."""
    if view.user is not None:
        held = readable_acts(view.user).filter(pk__in=body.get("acts", []), exercise=True)
        if held.count() != len(set(body.get("acts", []))):
            raise UserError(_now("Name acts that this node holds and that are marked as an exercise."), "acts")
    return body


def _end(view: View, body: dict[str, Any]) -> dict[str, Any]:
    plan = view.state.get("plan", {})
    scenario = scenario_of(str(plan.get("scenario")))
    if scenario is None or not plan_of(view.state):
        # Whoever no longer has the scenario ends the drill all the same.
        return body
    issued = [number for number in range(1, plan["injects"] + 1) if f"given:{number}" in view.state]
    return {**body, "expected": [expected_of(scenario, plan["seed"], number) for number in issued]}


# -- choices, sentences ------------------------------------------------------------------------------------------------


def _scenarios(view: View) -> Iterable[tuple[str, Any]]:
    return [(item.id, item.name) for item in all_scenarios()]


def _players(view: View) -> list[dict[str, Any]]:
    """A first guess: the roles of the first scenario, by us and the first partner."""
    scenario = next(iter(all_scenarios()), None)
    partner = Partner.objects.filter(status=Partner.Status.CONFIRMED).order_by("name").first()
    nodes = [view.me, partner.node if partner is not None else view.me]
    return [
        {"role": item.id, "node": name_of(nodes[place % 2])}
        for place, item in enumerate(scenario.roles if scenario is not None else ())
    ]


def _exchanged(view: View) -> Iterable[tuple[str, Any]]:
    """Exercise acts of our own of late, outside drills."""
    if view.user is None:
        return []
    rows = readable_acts(view.user).filter(exercise=True, author=view.me, recorded_at__gte=timezone.now() - _RECENT)
    rows = rows.exclude(type__startswith="drill.").order_by("-issued")[:50]
    return [
        (record.pk, f"{label_of(record)} → {names_of(record.audience)}, {words.when(record.issued)}") for record in rows
    ]


def _objectives(view: View) -> Iterable[tuple[str, Any]]:
    return [(item["id"], item["text"]) for item in view.state.get("plan", {}).get("objectives", ())]


def _soon(view: View) -> str:
    return moment_of(timezone.now().replace(minute=0, second=0) + timedelta(days=7))


def _scheduled(act: Act) -> str:
    return f"{act.body['title']}: {words.when(act.body['start'])}"


def _injected(act: Act) -> str:
    return f"{act.body['number']}. {act.body['title']}"


def _observed(act: Act) -> str:
    return f"{words.RATINGS[act.body['rating']]}: {act.body['text']}"


KIND = kind(
    name="drill",
    label=_("Drill"),
    deeds=(
        Deed(
            "drill.schedule",
            acts.Schedule,
            _("Drill scheduled"),
            _("Schedule a drill"),
            lead=_(
                "We direct it. The others see the situation and the objectives, and each inject only when it comes."
            ),
            opens=True,
            exercise=True,
            fields=(
                Field("title", _("Title")),
                Field("scenario", _("Scenario"), "choice", choices=_scenarios),
                Field("start", _("Start"), "moment", initial=_soon),
                Field(
                    "roles",
                    _("Who plays which role"),
                    "rows",
                    columns=("role", "node"),
                    initial=_players,
                    size=3,
                    help=_("One role a line, a bar, and the state that plays it."),
                ),
            ),
            complete=_schedule,
            sentence=_scheduled,
            excerpt=lambda act: str(act.body["situation"]),
            template="drill/schedule.html",
        ),
        Deed(
            "drill.accept",
            acts.Acceptance,
            _("Takes part"),
            _("Take part"),
            clearance=False,
            right="acknowledge",
            exercise=True,
            main=True,
            when=lambda view: _may_answer(view, "accept"),
        ),
        Deed(
            "drill.decline",
            acts.Declination,
            _("Takes no part"),
            _("Decline"),
            fields=(Field("reason", _("Reason"), "text"),),
            exercise=True,
            when=lambda view: _may_answer(view, "decline"),
            sentence=lambda act: str(act.body["reason"]),
        ),
        Deed(
            "drill.start",
            acts.Start,
            _("Drill begun"),
            _("Begin the drill"),
            clearance=False,
            right="acknowledge",
            exercise=True,
            main=True,
            when=_may_start,
        ),
        Deed(
            "drill.inject",
            acts.InjectBody,
            _("Inject"),
            _("Issue an inject"),
            fields=(Field("number", _("Number"), "number"),),
            clearance=False,
            right="acknowledge",
            exercise=True,
            listed=False,
            when=lambda view: _directs(view) and _runs(view),
            complete=_inject,
            sentence=_injected,
            excerpt=lambda act: str(act.body["text"]),
            template="drill/inject.html",
        ),
        Deed(
            "drill.respond",
            acts.Response,
            _("Response to an inject"),
            _("Respond"),
            fields=(
                Field("inject", _("Inject"), "act"),
                Field("text", _("What was done"), "text", size=6),
                Field(
                    "acts",
                    _("Acts exchanged for it, marked as exercise"),
                    "choices",
                    required=False,
                    choices=_exchanged,
                ),
            ),
            names="inject",
            clearance=False,
            right="acknowledge",
            exercise=True,
            listed=False,
            when=_runs,
            complete=_response,
            sentence=lambda act: str(act.body["text"]),
            template="drill/response.html",
        ),
        Deed(
            "drill.end",
            acts.End,
            _("Drill ended"),
            _("End the drill"),
            lead=_(
                "Before the start this calls it off. Else the others then read what good responses would have been."
            ),
            fields=(Field("text", _("Remark"), "text", required=False),),
            clearance=False,
            right="acknowledge",
            exercise=True,
            when=lambda view: view.open and _directs(view),
            complete=_end,
            sentence=lambda act: str(act.body.get("text", "")),
            paper=paper_of,
        ),
        Deed(
            "drill.lesson",
            acts.Lesson,
            _("Observation"),
            _("Note an observation"),
            lead=_("Ratings are those of the Homeland Security Exercise and Evaluation Program (FEMA, January 2020)."),
            fields=(
                Field("objective", _("Objective"), "choice", choices=_objectives),
                Field("rating", _("How it went"), "choice", choices=tuple(words.RATINGS.items())),
                Field("text", _("What we observed"), "text", size=6),
                Field("improvement", _("What is to be done"), "text", required=False, size=3),
                Field("office", _("Who sees to it"), required=False),
            ),
            exercise=True,
            main=True,
            when=_may_observe,
            sentence=_observed,
        ),
    ),
    texts=Texts(
        many=_("Drills"),
        empty=_(
            "No drill yet. A joint exercise with a scenario, its injects and its report would stand here; schedule one."
        ),
        standing=lambda view: words.state_of_play(view.state),
        lead=_("Joint exercises over the real channels, every act of which is marked as an exercise."),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="drill/panel.html",
    more=lambda view: board(view.state, view.me),
    tasks=tasks,
    urls=(
        path("<slug:matter_id>/report", pages.report, name="report"),
        path("<slug:matter_id>/report.pdf", pages.pdf, name="report-pdf"),
        path("<slug:matter_id>/issue/<int:number>", pages.issue, name="issue"),
    ),
)
