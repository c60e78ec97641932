"""How the node knows capacity building: its deeds, sentences, and what waits."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from verbale.matters.capacity import acts, fold
from verbale.matters.capacity.words import TOPICS
from verbale.matters.kit.kinds import kind
from verbale.matters.kit.spec import Deed, Field, Texts, View
from verbale.node.identity import node_name
from verbale.node.models import Matter
from verbale.node.partners import Named, name_of
from verbale.node.projection import state_of
from verbale.node.registry import Task
from verbale.protocol import Act

__all__ = ["KIND", "offers", "tasks", "trained"]

_MOST_TASKS = 200
_EXCERPT = 300


def offers(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The offers in the order in which they were made, each with what was decided and reported."""
    found = []
    for name, entry in state.items():
        word, _colon, key = name.partition(":")
        if word == "offer":
            decided = state.get(f"decided:{key}")
            sides = (state["opening"]["by"], entry["by"])
            reports = [report for node in sides if (report := state.get(f"report:{key}:{node}"))]
            found.append({**entry, "key": key, "decided": decided, "reports": reports})
    return sorted(found, key=lambda offer: (offer["issued"], offer["key"]))


def trained(state: Mapping[str, Any]) -> int:
    """How many people were trained: of each offer what the needing state reports, else what the provider does."""
    return sum(offer["reports"][0]["trained"] for offer in offers(state) if offer["reports"])


def _standing(view: View) -> str:
    state = view.state
    if not view.opening:
        return gettext("The need has not arrived, or is without effect.")
    found = offers(state)
    taken = [offer for offer in found if offer["decided"] and offer["decided"]["word"] == "match"]
    undecided = [offer for offer in found if not offer["decided"]]
    told = []
    if "closed" in state:
        told.append(gettext("%(node)s closed the matter.") % {"node": name_of(state["closed"]["by"])})
    elif undecided:
        text = ngettext("%(n)s offer waits for a decision.", "%(n)s offers wait for a decision.", len(undecided))
        told.append(text % {"n": len(undecided)})
    elif not taken:
        told.append(gettext("Nobody has offered yet."))
    if taken:
        told.append(ngettext("%(n)s offer is taken.", "%(n)s offers are taken.", len(taken)) % {"n": len(taken)})
    if any(offer["reports"] for offer in taken):
        needed = view.opening["people"]
        told.append(gettext("%(n)s of %(all)s people trained.") % {"n": trained(state), "all": needed})
    return " ".join(told)


# -- when a deed can be done -------------------------------------------------------------------------------------------


def _needing(view: View) -> bool:
    return view.open and view.opening["by"] == view.me


def _other(view: View) -> bool:
    return view.ours and view.open and view.opening["by"] != view.me


def _party(view: View) -> bool:
    return view.ours


# -- one line of what an act says --------------------------------------------------------------------------------------


def _text(act: Act) -> str:
    return " ".join(str(act.body.get("text", "")).split())[:_EXCERPT]


def _on(day: str) -> str:
    """A calendar date as a person reads it: `22 February 2027`."""
    return date_format(date.fromisoformat(day), "j F Y")


def _need(act: Act) -> str:
    body = act.body
    return gettext("%(title)s: %(n)s people by %(day)s (%(topic)s)") % {
        "title": body["title"],
        "n": body["people"],
        "day": _on(body["deadline"]),
        "topic": TOPICS[body["topic"]],
    }


def _offer(act: Act) -> str:
    body = act.body
    return gettext("%(what)s by %(provider)s, %(first)s to %(last)s, %(n)s places") % {
        "what": body["what"],
        "provider": body["provider"],
        "first": _on(body["first"]),
        "last": _on(body["last"]),
        "n": body["places"],
    }


def _report(act: Act) -> str:
    body = act.body
    if not body["held"]:
        told = gettext("It was not held.")
    else:
        number = body.get("trained", 0)
        told = ngettext("It was held; %(n)s person trained.", "It was held; %(n)s people trained.", number) % {
            "n": number
        }
    return f"{told} {' '.join(str(body.get('remark', '')).split())}".strip()[:_EXCERPT]


_OFFER = Field("offer", _("The offer"), "act")
_REMARK = Field("text", _("Remark"), "text", required=False)

DEEDS = (
    Deed(
        "capacity.need",
        acts.Need,
        _("Need for capacity"),
        _("Say what we need to learn"),
        (
            Field("title", _("Title")),
            Field(
                "topic",
                _("Topic"),
                "choice",
                choices=tuple(TOPICS.items()),
                help=_("Dimensions of the Cybersecurity Capacity Maturity Model for Nations, 2021 edition."),
            ),
            Field("text", _("What is needed and for whom"), "text", size=6),
            Field("people", _("People to be trained"), "number"),
            Field("deadline", _("By"), "day"),
        ),
        lead=_("Partners to whom it goes can offer a training, an exercise or advice; we take what fits."),
        opens=True,
        sentence=_need,
    ),
    Deed(
        "capacity.offer",
        acts.Offer,
        _("Offer"),
        _("Make an offer"),
        (
            Field("what", _("What is offered")),
            Field("provider", _("Who gives it"), help=_("The institution.")),
            Field("places", _("Places"), "number"),
            Field("first", _("First day"), "day"),
            Field("last", _("Last day"), "day"),
            Field("amount", _("What we pay"), "number", required=False, help=_("In whole units of the currency.")),
            Field("currency", _("Currency"), required=False, help=_("Three letters of ISO 4217: EUR.")),
            _REMARK,
        ),
        when=_other,
        main=True,
        complete=lambda view, body: {
            **body,
            **({"currency": body["currency"].upper()} if body.get("currency") else {}),
        },
        sentence=_offer,
    ),
    Deed(
        "capacity.match",
        acts.Match,
        _("Offer taken"),
        _("Take the offer"),
        (_OFFER, _REMARK),
        names="offer",
        when=_needing,
        listed=False,
        sentence=_text,
    ),
    Deed(
        "capacity.decline",
        acts.Declination,
        _("Offer declined"),
        _("Decline the offer"),
        (_OFFER, Field("reason", _("Why"), "text")),
        names="offer",
        when=_needing,
        listed=False,
        sentence=lambda act: " ".join(str(act.body["reason"]).split())[:_EXCERPT],
    ),
    Deed(
        "capacity.report",
        acts.Report,
        _("Report on a training"),
        _("Report on it"),
        (
            _OFFER,
            Field("held", _("It was held"), "check", initial=True),
            Field("trained", _("People trained"), "number", required=False),
            Field("remark", _("Remark"), "text", required=False),
        ),
        clearance=False,
        names="offer",
        when=_party,
        listed=False,
        complete=lambda view, body: {**body, "held": bool(body.get("held"))},
        sentence=_report,
    ),
    Deed(
        "capacity.close",
        acts.Closing,
        _("Need closed"),
        _("Close the matter"),
        (_REMARK,),
        lead=_("The need is met, or is no more. Reports on what was taken can still come."),
        when=_needing,
        sentence=_text,
    ),
)


def _more(view: View) -> Mapping[str, Any]:
    if not view.opening:
        return {}
    found = []
    for offer in offers(view.state):
        taken = bool(offer["decided"]) and offer["decided"]["word"] == "match"
        mine = view.me in (offer["by"], view.opening["by"])
        found.append({**offer, "taken": taken, "can_report": taken and mine, "can_decide": not offer["decided"]})
    return {"offers": found, "topic": TOPICS[view.opening["topic"]], "trained": trained(view.state)}


def tasks() -> Iterator[Task]:
    """Offers to decide on, and trainings whose last day is over and on which we have not reported."""
    me, today = node_name(), timezone.localdate().isoformat()
    rows = Matter.objects.filter(kind="capacity", state__key__startswith="offer:").distinct()
    for matter in rows.order_by("-last_at")[:_MOST_TASKS]:
        state = state_of(matter)
        needing = state["opening"]["by"]
        for offer in offers(state):
            if not offer["decided"] and "closed" not in state and needing == me:
                yield _task(matter, offer, True, _("Take or decline the offer of %(who)s"), offer["by"])
            elif not offer["decided"] and "closed" not in state and offer["by"] == me:
                yield _task(matter, offer, False, _("%(who)s has not decided on our offer"), needing)
            elif offer["decided"] and offer["decided"]["word"] == "match" and offer["last"] < today:
                sides = {needing, offer["by"]}
                if me in sides and f"report:{offer['key']}:{me}" not in state:
                    (other,) = sides - {me}
                    yield _task(matter, offer, True, _("Report on the training with %(who)s"), other)


def _task(matter: Matter, offer: Mapping[str, Any], ours: bool, text: object, node: str) -> Task:
    return Task(
        ours=ours,
        sentence=Named(text, node),
        detail=f"{matter.title} · {offer['what']}"[:_EXCERPT],
        matter_id=matter.id,
        act_id=offer["key"],
        precedence="ROUTINE",
        since=offer["issued"],
        right="draft",
        form_url=reverse("dossier", args=[matter.id]),
        label=_("Open"),
    )


KIND = kind(
    name="capacity",
    label=_("Capacity building"),
    deeds=DEEDS,
    texts=Texts(
        many=_("Capacity building"),
        empty=_("No need yet. What a state wants to learn would stand here, with what others offer."),
        standing=_standing,
        lead=_("Needs for training, offers, and what was held."),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="capacity/panel.html",
    more=_more,
    tasks=tasks,
    step=5,
)
