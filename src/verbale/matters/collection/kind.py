"""How the node knows intelligence collections: their deeds, sentences, and what waits."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from verbale.matters.collection import acts, fold
from verbale.matters.collection.counting import count
from verbale.matters.collection.feedback import given_with, standing_verdicts
from verbale.matters.collection.shelving import shelve_all
from verbale.matters.collection.warn import warnings
from verbale.matters.kit.kinds import kind
from verbale.matters.kit.spec import Deed, Field, Texts, View
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import ActFile, StateEntry
from verbale.node.partners import name_of
from verbale.node.registry import Task
from verbale.protocol import Act, Marking, format_time

__all__ = ["KIND", "tasks"]

_INVITED = timedelta(days=14)
"""So long it stands on the desk that a collection is open to us; who does not join by then does not want to."""
_MOST_TASKS = 200
_VERDICTS: dict[acts.Verdict, Any] = {
    "useful": _("Useful"),
    "no-use": _("Of no use"),
    "false-positive": _("False positive"),
    "confirmed": _("Confirmed: own analysts saw it"),
}
_EXCERPT = 300


def _contributions(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """In the order in which they came, each with what was seen of it and whether it was withdrawn."""
    found = []
    for name, entry in state.items():
        word, _colon, key = name.partition(":")
        if word == "contribution":
            found.append(
                {**entry, "key": key, "withdrawn": state.get(f"withdrawn:{key}"), "seen": state.get(f"seen:{key}")}
            )
    return sorted(found, key=lambda item: (item["issued"], item["key"]))


def _totals(contributions: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """Objects by type, over all that has not been withdrawn."""
    totals: dict[str, int] = {}
    for item in contributions:
        if not item["withdrawn"]:
            for row in item["objects"]:
                totals[row["type"]] = totals.get(row["type"], 0) + row["count"]
    return sorted(totals.items(), key=lambda row: (-row[1], row[0]))


def _members(state: Mapping[str, Any]) -> list[str]:
    return sorted(name.partition(":")[2] for name in state if name.startswith("member:"))


def _standing(view: View) -> str:
    state = view.state
    if not view.opening:
        return gettext("The opening has not arrived, or is without effect.")
    members, number = _members(state), state["contributions"]
    told = []
    if "closed" in state:
        told.append(gettext("%(node)s closed the collection.") % {"node": name_of(state["closed"]["by"])})
    told.append(gettext("%(n)s of %(all)s parties take part.") % {"n": len(members), "all": len(view.parties)})
    told.append(ngettext("%(n)s contribution.", "%(n)s contributions.", number) % {"n": number})
    seen = sum(value["times"] for name, value in state.items() if name.startswith("seen:"))
    if seen:
        told.append(ngettext("Seen %(n)s time.", "Seen %(n)s times.", seen) % {"n": seen})
    return " ".join(told)


# -- when a deed can be done -------------------------------------------------------------------------------------------


def _takes_part(view: View) -> bool:
    return view.ours and view.open and f"member:{view.me}" in view.state


def _rates(view: View) -> bool:
    """After the close, too."""
    return view.ours and f"member:{view.me}" in view.state


def _can_join(view: View) -> bool:
    return view.ours and view.open and f"member:{view.me}" not in view.state


def _opened_it(view: View) -> bool:
    return view.open and view.opening["by"] == view.me


# -- what the node adds ------------------------------------------------------------------------------------------------


def _counted(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """With the objects of its files by type; what their own markings do not allow is refused."""
    given = [
        (str(item["name"]), view.files[item["sha256"]])
        for item in body.get("attachments", ())
        if item["sha256"] in view.files
    ]
    # A file marked above the act must not leave under it.
    marking = Marking(view.marking or (view.matter.marking if view.matter else "AMBER"))
    ceiling = Marking(view.opening["ceiling"])
    return {**body, "objects": count(given, min(marking, ceiling, key=lambda level: level.rank))}


def _rated(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """An object that did not come with the contribution is a slip of the pen, where this node can tell."""
    wanted = body.get("objects", [])
    if wanted and view.matter is not None:
        held = given_with(view.matter.id, body["contribution"], wanted)
        if strangers := [item for item in wanted if held is not None and item not in held]:
            raise UserError(gettext("%(id)s did not come with this contribution.") % {"id": strangers[0]}, "objects")
    return body


# -- one line of what an act says --------------------------------------------------------------------------------------


def _text(act: Act) -> str:
    return " ".join(str(act.body.get("text", "")).split())[:_EXCERPT]


def _contributed(act: Act) -> str:
    objects = ", ".join(f"{row['count']} × {row['type']}" for row in act.body.get("objects", ()))
    return f"{act.body['title']} ({objects})"[:_EXCERPT] if objects else str(act.body["title"])


def _sighted(act: Act) -> str:
    number = act.body["count"]
    told = ngettext("Seen %(n)s time, last on %(day)s", "Seen %(n)s times, last on %(day)s", number) % {
        "n": number,
        "day": date_format(date.fromisoformat(act.body["day"]), "j F Y"),
    }
    return f"{told}: {_text(act)}" if _text(act) else told


def _judged(act: Act) -> str:
    verdict, number = act.body["verdict"], len(act.body.get("objects", ()))
    told = str(_VERDICTS[verdict])
    if number:
        told = ngettext("%(verdict)s (%(n)s object)", "%(verdict)s (%(n)s objects)", number) % {
            "verdict": told,
            "n": number,
        }
    return f"{told}: {_text(act)}" if _text(act) else told


_CONTRIBUTION = Field("contribution", _("The contribution"), "act")
_REMARK = Field("text", _("Remark"), "text", required=False)

DEEDS = (
    Deed(
        "collection.open",
        acts.Collection,
        _("Intelligence collection"),
        _("Open an intelligence collection"),
        (
            Field("title", _("Title")),
            Field("purpose", _("What it is for"), "text"),
            Field("wanted", _("What is wanted"), "lines", help=_("One thing a line.")),
            Field(
                "ceiling",
                _("Highest marking"),
                "choice",
                choices=tuple((level.value, level.label) for level in reversed(Marking)),
                initial=Marking.AMBER.value,
                help=_("Nothing marked above it comes in. It is not below the marking of the collection itself."),
            ),
        ),
        lead=_("Those to whom it goes can join it, and hand in reports as STIX 2.1, MISP or text."),
        opens=True,
        sentence=lambda act: str(act.body["title"]),
        excerpt=lambda act: " ".join(str(act.body["purpose"]).split())[:_EXCERPT],
    ),
    Deed(
        "collection.join",
        acts.Joining,
        _("Joined the collection"),
        _("Join the collection"),
        (_REMARK,),
        when=_can_join,
        main=True,
        sentence=_text,
    ),
    Deed(
        "collection.contribute",
        acts.Contribution,
        _("Contribution"),
        _("Contribute"),
        (
            Field("title", _("Title")),
            Field("text", _("What it is and where it comes from"), "text", required=False),
            Field(
                "attachments",
                _("Files"),
                "files",
                required=False,
                help=_(
                    "STIX 2.1 and MISP files are read, and their objects counted; other files go along as they are."
                ),
            ),
        ),
        lead=_("It goes to all parties under the marking that you choose."),
        marks=True,
        when=_takes_part,
        main=True,
        complete=_counted,
        sentence=_contributed,
        excerpt=_text,
    ),
    Deed(
        "collection.sighting",
        acts.Sighting,
        _("Sighting"),
        _("Report a sighting"),
        (
            _CONTRIBUTION,
            Field("count", _("How often it was seen"), "number", initial=1),
            Field("day", _("Last seen on"), "day", initial=lambda view: view.today),
            _REMARK,
        ),
        lead=_("It tells the other parties that something of this contribution was seen at our side."),
        names="contribution",
        when=_takes_part,
        listed=False,
        sentence=_sighted,
    ),
    Deed(
        "collection.feedback",
        acts.Feedback,
        _("Feedback"),
        _("Say what it is worth"),
        (
            _CONTRIBUTION,
            Field("verdict", _("What it is worth"), "choice", choices=tuple(_VERDICTS.items())),
            Field(
                "objects",
                _("Only these objects of it"),
                "lines",
                required=False,
                help=_("Their STIX ids, one a line, 50 at most; the contribution as a whole when there are none."),
            ),
            _REMARK,
        ),
        lead=_("It tells the other parties. What you say later of the same takes its place."),
        names="contribution",
        when=_rates,
        listed=False,
        complete=_rated,
        sentence=_judged,
    ),
    Deed(
        "collection.withdraw",
        acts.Withdrawal,
        _("Contribution withdrawn"),
        _("Withdraw it"),
        (_CONTRIBUTION, Field("reason", _("Why"), "text")),
        lead=_("It is said at once, so that what is wrong does not stay in use."),
        clearance=False,
        names="contribution",
        when=lambda view: view.ours,
        listed=False,
        sentence=lambda act: " ".join(str(act.body["reason"]).split())[:_EXCERPT],
    ),
    Deed(
        "collection.close",
        acts.Closing,
        _("Collection closed"),
        _("Close the collection"),
        (_REMARK,),
        when=_opened_it,
        sentence=_text,
    ),
)


def _more(view: View) -> Mapping[str, Any]:
    if not view.opening:
        return {}
    found = _contributions(view.state)
    files: dict[str, list[ActFile]] = {}
    for file in ActFile.objects.filter(act_id__in=[item["key"] for item in found]).order_by("id"):
        files.setdefault(file.act_id, []).append(file)
    sightings: dict[str, list[dict[str, Any]]] = {}
    for row in view.entries("sighting"):
        sightings.setdefault(row["contribution"], []).append(row)
    feedback: dict[str, list[dict[str, Any]]] = {}
    for row in view.entries("feedback"):
        feedback.setdefault(row["contribution"], []).append({**row, "said": _VERDICTS[row["verdict"]]})
    verdicts = standing_verdicts(view.state)
    return {
        "contributions": [
            {
                **item,
                "enclosed": files.get(item["key"], ()),
                "sightings": sightings.get(item["key"], ()),
                "feedback": feedback.get(item["key"], ()),
                "worth": _worth(verdicts.get(item["key"])),
                "mine": item["by"] == view.me,
            }
            for item in found
        ],
        "totals": _totals(found),
        "members": _members(view.state),
        "ceiling": view.opening["ceiling"],
    }


def _worth(counts: Mapping[str, Any] | None) -> list[str]:
    """What the parties hold a contribution for, in words."""
    if counts is None:
        return []
    whole, objects = counts["whole"], counts["objects"]
    return [
        text(number) % {"n": number}
        for numbers, texts in ((whole, _BY_PARTIES), (objects, _OF_OBJECTS))
        for verdict, text in texts.items()
        if (number := numbers.get(verdict, 0))
    ]


_BY_PARTIES: dict[acts.Verdict, Callable[[int], str]] = {
    "confirmed": lambda n: ngettext("%(n)s party confirms it.", "%(n)s parties confirm it.", n),
    "useful": lambda n: ngettext("%(n)s party finds it useful.", "%(n)s parties find it useful.", n),
    "no-use": lambda n: ngettext("%(n)s party has no use for it.", "%(n)s parties have no use for it.", n),
    "false-positive": lambda n: ngettext(
        "%(n)s party calls it a false positive.", "%(n)s parties call it a false positive.", n
    ),
}
_OF_OBJECTS: dict[acts.Verdict, Callable[[int], str]] = {
    "confirmed": lambda n: ngettext("%(n)s object of it was confirmed.", "%(n)s objects of it were confirmed.", n),
    "useful": lambda n: ngettext("%(n)s object of it was useful.", "%(n)s objects of it were useful.", n),
    "no-use": lambda n: ngettext("%(n)s object of it was of no use.", "%(n)s objects of it were of no use.", n),
    "false-positive": lambda n: ngettext(
        "%(n)s object of it was called a false positive.", "%(n)s objects of it were called false positives.", n
    ),
}


def tasks() -> Iterator[Task]:
    """Collections that were opened to us lately and that we have not joined."""
    me = node_name()
    since = format_time(timezone.now() - _INVITED)
    rows = StateEntry.objects.filter(matter__kind="collection")
    joined = rows.filter(key__in=("closed", f"member:{me}")).values("matter_id")
    recent = rows.filter(key="opening", matter__opened_at__gte=since).exclude(matter_id__in=joined)
    for matter, opening in recent.order_by("-id").values_list("matter_id", "value")[:_MOST_TASKS]:
        if me in opening["parties"]:
            yield Task(
                ours=True,
                sentence=_Asked(opening["by"]),
                detail=opening["title"],
                matter_id=matter,
                act_id=opening["act"],
                precedence=opening["precedence"],
                since=opening["issued"],
                right="draft",
                form_url=reverse("dossier", args=[matter]),
                label=_("Open"),
            )


class _Asked:
    """Put into words when it is shown, by the name of the state then."""

    def __init__(self, node: str) -> None:
        self.node = node

    def __str__(self) -> str:
        return gettext("%(who)s opens an intelligence collection to us") % {"who": name_of(self.node)}


KIND = kind(
    name="collection",
    label=_("Intelligence collection"),
    deeds=DEEDS,
    texts=Texts(
        many=_("Intelligence collections"),
        empty=_("No collection yet. What is gathered together with partners would stand here."),
        standing=_standing,
        lead=_("What partners gather together: what is wanted, what came in, and where it was seen."),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="collection/panel.html",
    more=_more,
    tasks=tasks,
    step=5,
    warn=warnings,
    periodic=shelve_all,
)
