"""How the node knows private overlaps: their deeds, sentences, what waits, and what is computed by the clock."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from verbale.intel.overlap.values import RULES
from verbale.matters.kit.kinds import kind
from verbale.matters.kit.spec import Deed, Field, Texts, View
from verbale.matters.overlap import acts, api, fold, pages, standing, words, work
from verbale.matters.overlap.private import Private
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import Draft, StateEntry, User
from verbale.node.partners import Named, name_of
from verbale.node.registry import Task, Warning
from verbale.protocol import Act, format_time

__all__ = ["KIND", "tasks", "warnings"]

_EXCERPT = 300
_MONTH = timedelta(days=30)
_MANY = 4
"""So many runs with one partner in a month are told of in a warning."""
_MOST_TASKS = 200


# -- when a deed can be done -------------------------------------------------------------------------------------------


def _asked_us(view: View) -> bool:
    return view.ours and standing.phase(view.state) == "proposed" and view.opening["by"] != view.me


def _can_cancel(view: View) -> bool:
    return view.ours and view.open and not _asked_us(view)


def _never(view: View) -> bool:
    # Computed, and then said by the clock.
    return False


# -- what the node adds ------------------------------------------------------------------------------------------------


def _proposed(view: View, body: dict[str, Any]) -> dict[str, Any]:
    if len(view.to) > 1:
        raise UserError(_("An overlap is between two sides: choose one partner."), "to")
    if body.get("most", 0) > acts.MOST:
        raise UserError(_("A side brings %(most)s values at most.") % {"most": f"{acts.MOST:,}"}, "most")
    rate = body.pop("rate", None)
    return {**body, "rules": RULES, **({"rate": int(rate)} if rate else {})}


def _accepted(view: View, body: dict[str, Any]) -> dict[str, Any]:
    if view.opening.get("rules") != RULES:
        raise UserError(_("The terms name rules for the spelling of values that this node does not have."))
    return {**body, "proposal": view.opening["act"]}


def _prepared(word: str) -> Any:
    return lambda view, body: {**body, **work.prepared(view, word)}


def _about(field: str) -> Any:
    return lambda view, body: [body[field]]


# -- one line of what an act says --------------------------------------------------------------------------------------


def _line(text: object) -> str:
    return " ".join(str(text).split())[:_EXCERPT]


def _terms(act: Act) -> str:
    body = act.body
    told = gettext("which values both hold") if body["learn"] == "values" else gettext("how many values both hold")
    return f"{body['title']}: {told}"


def _counted(act: Act) -> str:
    number = act.body["count"]
    return ngettext("%(n)s blinded value", "%(n)s blinded values", number) % {"n": f"{number:,}"}


def _found(act: Act) -> str:
    size = act.body.get("size")
    return "" if size is None else ngettext("%(n)s value in common", "%(n)s values in common", size) % {"n": size}


_REMARK = Field("text", _("Remark"), "text", required=False)
_REASON = Field("reason", _("Why"), "text")

DEEDS = (
    Deed(
        "overlap.propose",
        acts.Proposal,
        _("Private overlap proposed"),
        _("Propose a private overlap"),
        (
            Field("title", _("Title")),
            Field("text", _("What it is for"), "text", required=False),
            Field("kinds", _("What is compared"), "choices", choices=tuple(words.KINDS.items())),
            Field("since", _("Known since"), "day", required=False, help=_("All that is known, when left empty.")),
            Field(
                "learn",
                _("What is learnt"),
                "choice",
                choices=(
                    ("size", _("Only how many values both hold")),
                    ("values", _("The values that both hold")),
                ),
            ),
            Field(
                "learns",
                _("Who learns it"),
                "choice",
                choices=(("proposer", _("We alone")), ("both", _("Both, each by a run of its own"))),
            ),
            Field("tell", _("Who learns tells how many there were"), "check"),
            Field(
                "most",
                _("Values of one side, at most"),
                "number",
                initial=100_000,
                help=_("A hundred thousand take each side about ten seconds of two cores, a million two minutes."),
            ),
            Field(
                "pad",
                _("Fill up both sets with dummies to that number"),
                "check",
                help=_("Then neither side learns how large the other's set is. It costs as much as full sets."),
            ),
            Field("exact", _("No false match, for seven times the bytes of a set"), "check"),
            Field(
                "rate",
                _("Otherwise a false match in at most one run of"),
                "choice",
                required=False,
                choices=tuple((rate, f"{10**rate:,}") for rate in (6, 5, 4, 3)),
                initial=6,
            ),
        ),
        lead=_("Two sides find out what both hold, and the rest stays with each. Both must be cleared by a person."),
        opens=True,
        complete=_proposed,
        sentence=_terms,
        excerpt=lambda act: _line(act.body.get("text", "")),
        template="overlap/terms.html",
    ),
    Deed(
        "overlap.accept",
        acts.Acceptance,
        _("Private overlap accepted"),
        _("Accept"),
        (_REMARK,),
        lead=_("When it is cleared, the computation begins with the set that an analyst has chosen."),
        when=_asked_us,
        main=True,
        complete=_accepted,
        refs=lambda view, body: [view.opening["act"]],
        sentence=lambda act: _line(act.body.get("text", "")),
        template="overlap/terms.html",
    ),
    Deed(
        "overlap.decline",
        acts.Declination,
        _("Private overlap declined"),
        _("Decline"),
        (_REASON,),
        when=_asked_us,
        sentence=lambda act: _line(act.body["reason"]),
    ),
    Deed(
        "overlap.request",
        acts.Request,
        _("Blinded request"),
        _("Send the blinded request"),
        clearance=False,
        right="draft",
        refs=_about("acceptance"),
        when=_never,
        listed=False,
        complete=_prepared("request"),
        sentence=_counted,
    ),
    Deed(
        "overlap.response",
        acts.Response,
        _("Blinded response"),
        _("Send the blinded response"),
        clearance=False,
        right="draft",
        refs=_about("request"),
        when=_never,
        listed=False,
        complete=_prepared("response"),
        sentence=_counted,
    ),
    Deed(
        "overlap.result",
        acts.Result,
        _("Overlap found"),
        _("Say that the result is there"),
        clearance=False,
        right="draft",
        refs=_about("response"),
        when=_never,
        listed=False,
        complete=_prepared("result"),
        sentence=_found,
    ),
    Deed(
        "overlap.cancel",
        acts.Cancellation,
        _("Overlap called off"),
        _("Call it off"),
        (_REASON,),
        lead=_("It is said at once: the computation stops, and what was kept for it is removed."),
        clearance=False,
        right="draft",
        when=_can_cancel,
        sentence=lambda act: _line(act.body["reason"]),
    ),
)


# -- the panel ---------------------------------------------------------------------------------------------------------


def _more(view: View) -> Mapping[str, Any]:
    opening = view.opening
    if not opening or view.matter is None:
        return {}
    private = Private(view.matter.id)
    steps = standing.due(view.state, view.me)
    under_way = [(step, work.progress_of(view.matter.id, step)) for step in steps]
    other = words.other_of(view.parties, view.me)
    return {
        "kinds": [words.KINDS[item] for item in opening["kinds"]],
        "learnt": words.learnt(opening),
        "limits": words.limits(opening),
        "chosen": private.chosen(),
        "choosing": view.ours and view.open and not private.begun(),
        "bars": [{"run": step.run, "done": done, "all": pieces} for step, (done, pieces) in under_way if pieces],
        "trouble": private.trouble() if steps else None,
        "results": [
            {"run": run, "size": found["size"], "listed": found["items"] is not None, "at": found["at"]}
            for run in (1, 2)
            if (found := private.found(run)) is not None
        ],
        "partner": other,
        "runs": runs_with(other),
    }


def runs_with(node: str) -> int:
    """How many overlaps with that partner were agreed in the last thirty days."""
    since = format_time(timezone.now() - _MONTH)
    rows = StateEntry.objects.filter(matter__kind="overlap", key="accepted", matter__last_at__gte=since)
    found = [(parties, value) for parties, value in rows.values_list("matter__parties", "value")]
    return sum(node in parties and value["issued"] >= since for parties, value in found)


# -- before it leaves --------------------------------------------------------------------------------------------------


def warnings(draft: Draft, user: User) -> Iterator[Warning]:
    """What is to be thought of before terms are proposed or accepted."""
    if draft.type not in ("overlap.propose", "overlap.accept"):
        return
    if draft.type == "overlap.propose":
        other, terms = draft.audience[0] if draft.audience else "", draft.body
        we_tell = terms.get("learns") == "both"
    else:
        terms = (
            StateEntry.objects.filter(matter_id=draft.matter_id, key="opening").values_list("value", flat=True).first()
        )
        if terms is None:
            return
        other, we_tell = terms["by"], True
    if we_tell and terms.get("learn") == "values":
        yield Warning(
            gettext("%(node)s will learn of every value that both hold that we hold it.") % {"node": name_of(other)}
        )
    number = runs_with(other)
    if number >= _MANY:
        yield Warning(
            gettext(
                "There were %(n)s overlaps with %(node)s in thirty days: sets that change from run to run tell more "
                "than each run by itself."
            )
            % {"n": number, "node": name_of(other)}
        )


# -- what waits --------------------------------------------------------------------------------------------------------


def tasks() -> Iterator[Task]:
    """Proposals to answer, sets to choose, computations that failed; and what the other side owes."""
    me = node_name()
    rows = StateEntry.objects.filter(matter__kind="overlap")
    over = rows.filter(key="closed").values("matter_id")
    states: dict[str, dict[str, Any]] = {}
    open_rows = rows.exclude(matter_id__in=over).order_by("-matter__last_at")
    for matter, key, value in open_rows.values_list("matter_id", "key", "value"):
        states.setdefault(matter, {})[key] = value
    for matter, state in list(states.items())[:_MOST_TASKS]:
        opening = state.get("opening")
        if opening is None or me not in opening["parties"]:
            continue
        other = words.other_of(opening["parties"], me)
        if standing.phase(state) == "proposed":
            ours = opening["by"] != me
            sentence = _("%(who)s proposes a private overlap") if ours else _("%(who)s has a private overlap to answer")
            yield _task(matter, state, ours, Named(sentence, other), opening, "draft")
            continue
        private, due = Private(matter), standing.due(state, me)
        if due and private.chosen() is None:
            said = Named(_("Choose what goes into the overlap with %(who)s"), other)
            yield _task(matter, state, True, said, state["accepted"], "import", reverse("overlap:set", args=[matter]))
        elif due and private.trouble() is not None:
            said = Named(_("The overlap with %(who)s could not be computed"), other)
            yield _task(matter, state, True, said, state["accepted"], "import")
        for step in standing.next_of(state):
            if step.by != me:
                said = Named(_("%(who)s has its part of an overlap to compute"), step.by)
                yield _task(matter, state, False, said, state["accepted"], "read")


def _task(
    matter: str, state: dict[str, Any], ours: bool, sentence: Any, since: dict[str, Any], right: str, url: str = ""
) -> Task:
    return Task(
        ours=ours,
        sentence=sentence,
        detail=state["opening"]["title"],
        matter_id=matter,
        act_id=since["act"],
        precedence=state["opening"]["precedence"],
        since=since["issued"],
        right=right,
        form_url=url or reverse("dossier", args=[matter]),
        label=_("Open"),
    )


KIND = kind(
    name="overlap",
    label=_("Private overlap"),
    deeds=DEEDS,
    texts=Texts(
        many=_("Private overlaps"),
        empty=_("No overlap yet. What we and a partner both hold, found without showing the rest, would stand here."),
        standing=words.standing_told,
        lead=_("Two states find out which indicators both hold, or how many, and show each other nothing else."),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="overlap/panel.html",
    more=_more,
    tasks=tasks,
    step=5,
    warn=warnings,
    urls=(
        path("<slug:matter_id>/set", pages.own_set, name="set"),
        path("<slug:matter_id>/choose", pages.choose, name="choose"),
        path("<slug:matter_id>/again", pages.again, name="again"),
        path("<slug:matter_id>/found/<int:run>", pages.found, name="found"),
        path("<slug:matter_id>/found/<int:run>.txt", pages.found_list, name="found-list"),
    ),
    api=api.add,
    periodic=work.wake,
)
