"""How the node knows joint statements on attribution: their deeds, sentences, and what waits."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from verbale.knowledge.attribution import band_with, pool_of_bands
from verbale.matters.attribution import acts, fold
from verbale.matters.attribution.fold import DISSENT, JOIN, positions, publication
from verbale.matters.attribution.judges import judges
from verbale.matters.attribution.papers import paper_of, published_paper
from verbale.matters.kit.kinds import kind
from verbale.matters.kit.spec import Deed, Field, Texts, View
from verbale.matters.kit.waiting import on_latest
from verbale.matters.likelihood import (
    BAND_WORDS,
    CONFIDENCE_WORDS,
    Bar,
    band_told,
    confidence_sentence,
    percent,
    picture,
)
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import Matter
from verbale.node.partners import Named, colour_of, name_of, names_of
from verbale.node.projection import state_of
from verbale.node.registry import Task
from verbale.protocol import Act, Marking

__all__ = ["KIND", "tasks"]

_MOST_TASKS = 200
_NAMED = 4
"""So many states are named in a sentence; of more it says how many."""
_EXCERPT = 300
_SHA256 = re.compile(r"[0-9a-f]{64}")
_band_told = lazy(band_told, str)


def _who(state: Mapping[str, Any], says: str) -> list[str]:
    return [position["by"] for position in positions(state, says)]


def _published(state: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The latest publication."""
    found = state.get(f"publication:{state.get('published')}")
    return {**found, "act": state["published"]} if found is not None else None


def _silent(state: Mapping[str, Any]) -> list[str]:
    """Who has yet to say something of the latest version."""
    spoke = {position["by"] for position in positions(state)}
    return [node for node in state["opening"]["parties"] if node not in spoke]


def _standing(view: View) -> str:
    state = view.state
    if not view.opening:
        return gettext("The proposal has not arrived, or is without effect.")
    if "closed" in state:
        return gettext("Withdrawn: nobody joins the statement any longer.")
    told = []
    if published := _published(state):
        told.append(gettext("Published under TLP:%(marking)s.") % {"marking": published["release"]})
    joined, against, silent = _who(state, JOIN), _who(state, DISSENT), _silent(state)
    told.append(
        gettext("%(joined)s of %(all)s parties join version %(n)s.")
        % {"joined": len(joined), "all": len(view.parties), "n": state[f"version:{state['latest']}"]["number"]}
    )
    if against:
        told.append(gettext("Dissent: %(who)s.") % {"who": names_of(against, _NAMED)})
    if silent:
        told.append(gettext("Still to answer: %(who)s.") % {"who": names_of(silent, _NAMED)})
    return " ".join(told)


# -- when a deed can be done -------------------------------------------------------------------------------------------


def _open(view: View) -> bool:
    return view.ours and view.open


def _joined(view: View) -> bool:
    return _open(view) and view.me in _who(view.state, JOIN)


def _can_revise(view: View) -> bool:
    return _joined(view) and "published" not in view.state


def _can_dissent(view: View) -> bool:
    return _open(view) and not (_joined(view) and view.state["joined"] == 1)


def _ceiling(state: Mapping[str, Any]) -> Marking:
    """The widest marking to which all who joined let it go."""
    return max((Marking(position["release"]) for position in positions(state, JOIN)), key=lambda level: level.rank)


def _can_publish(view: View) -> bool:
    if not _joined(view):
        return False
    before = _published(view.state)
    return before is None or _ceiling(view.state).rank < Marking(before["release"]).rank


def _can_withdraw(view: View) -> bool:
    return _open(view) and f"position:{view.me}" in view.state


# -- what the node adds ------------------------------------------------------------------------------------------------


def _latest(view: View) -> str | None:
    found: str | None = view.state.get("latest")
    return found


def _of_latest(name: str) -> Any:
    def initial(view: View) -> Any:
        return view.state.get(f"version:{_latest(view)}", {}).get(name)

    return initial


def _own(name: str, otherwise: Any = None) -> Any:
    """What we said last of that."""

    def initial(view: View) -> Any:
        return view.state.get(f"position:{view.me}", {}).get(name, otherwise)

    return initial


def _with_hash(view: View, body: dict[str, Any]) -> dict[str, Any]:
    version = view.state.get(f"version:{body['version']}")
    if version is None:
        raise UserError(gettext("There is no such version of the text here."), "version")
    return {**body, "sha256": version["sha256"]}


def _sealed(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """Hashes of what is kept back, in one spelling; each is of an item that is counted."""
    sealed = [line.lower() for line in body.get("sealed", ())]
    for line in sealed:
        if _SHA256.fullmatch(line) is None:
            raise UserError(gettext("%(line)s is no SHA-256: 64 digits from 0 to f.") % {"line": line[:80]}, "sealed")
    return {**body, "sealed": sealed, "withheld": body.get("withheld") or len(sealed)}


def _joining(view: View, body: dict[str, Any]) -> dict[str, Any]:
    return _with_hash(view, _sealed(view, body))


# -- one line of what an act says --------------------------------------------------------------------------------------


def _text(act: Act) -> str:
    return " ".join(str(act.body.get("text", "")).split())[:_EXCERPT]


def _level(act: Act) -> str:
    body = act.body
    if not body.get("likelihood"):
        return _text(act)
    told = gettext("Holds it %(words)s.") % {"words": BAND_WORDS[body["likelihood"]]}
    return f"{told} {confidence_sentence(body['confidence'])} {_text(act)}".strip()


def _begins(act: Act) -> str:
    return " ".join(" ".join(act.body["paragraphs"]).split())[:_EXCERPT]


_BANDS = tuple((code, _band_told(code)) for code in BAND_WORDS)
_MARKINGS = tuple((level.value, level.label) for level in Marking)
_VERSION = Field("version", _("The version"), "act", initial=_latest)


def _levels(*, required: bool = True, own: bool = False) -> tuple[Field, ...]:
    return (
        Field(
            "likelihood",
            _("How likely we hold the finding"),
            "choice",
            required=required,
            choices=_BANDS,
            initial=_own("likelihood") if own else None,
        ),
        Field(
            "confidence",
            _("Our confidence in that"),
            "choice",
            required=required,
            choices=tuple(CONFIDENCE_WORDS.items()),
            initial=_own("confidence") if own else None,
        ),
    )


def _shares(*, own: bool = False) -> tuple[Field, ...]:
    """What of our evidence the others get, and how far we let the text go."""

    def first(name: str, otherwise: Any) -> Any:
        return _own(name, otherwise) if own else otherwise

    return (
        Field(
            "basis",
            _("Evidence that we lay before the parties"),
            "paragraphs",
            required=False,
            help=_("An empty line between the items."),
            initial=first("basis", []),
        ),
        Field(
            "withheld",
            _("Items of evidence that we keep back"),
            "number",
            required=False,
            help=_("They are counted, and not named."),
            initial=first("withheld", 0),
        ),
        Field(
            "sealed",
            _("SHA-256 of what we keep back"),
            "lines",
            required=False,
            help=_("One a line. It says nothing of the item, and shows later that we held it at this time."),
            initial=first("sealed", []),
            size=2,
        ),
        Field(
            "release",
            _("How far the text may go with us"),
            "choice",
            choices=_MARKINGS,
            initial=first("release", Marking.AMBER.value),
        ),
        Field(
            "named",
            _("We may be named there, with our likelihood and confidence; otherwise we are counted"),
            "check",
            initial=first("named", True),
        ),
    )


def _wording(*, own: bool = False) -> tuple[Field, ...]:
    return (
        Field(
            "finding",
            _("Finding"),
            "text",
            help=_("One sentence, of which each state says how likely it holds it."),
            initial=_of_latest("finding") if own else None,
            size=2,
        ),
        Field(
            "paragraphs",
            _("Text"),
            "paragraphs",
            help=_("An empty line between the paragraphs; they are numbered in the order in which they stand."),
            initial=_of_latest("paragraphs") if own else None,
            size=16,
        ),
    )


DEEDS = (
    Deed(
        "attribution.propose",
        acts.Proposal,
        _("Joint statement"),
        _("Propose a joint attribution"),
        (
            Field("title", _("Title")),
            *_wording(),
            *_levels(),
            Field(
                "hypotheses",
                _("Other hypotheses that were considered"),
                "lines",
                required=False,
                help=_("One a line."),
            ),
            *_shares(),
        ),
        lead=_("Each state joins with a likelihood and a confidence of its own, or dissents with reasons."),
        opens=True,
        complete=_sealed,
        sentence=lambda act: str(act.body["title"]),
        excerpt=lambda act: str(act.body["finding"])[:_EXCERPT],
        paper=paper_of,
    ),
    Deed(
        "attribution.join",
        acts.Joining,
        _("Joins the statement"),
        _("Join the statement"),
        (_VERSION, *_levels(own=True), Field("text", _("Remark"), "text", required=False), *_shares(own=True)),
        lead=_("With a likelihood and a confidence of our own. It replaces what we said before."),
        names="version",
        when=_open,
        main=True,
        complete=_joining,
        sentence=_level,
    ),
    Deed(
        "attribution.dissent",
        acts.Dissent,
        _("Dissent"),
        _("Dissent"),
        (
            _VERSION,
            Field("text", _("Why"), "text", size=6),
            *_levels(required=False, own=True),
            Field("named", _("We may be named as dissenting; otherwise we are counted"), "check"),
        ),
        lead=_("We do not join this version, and say why. A publication counts every dissent."),
        names="version",
        when=_can_dissent,
        sentence=_level,
    ),
    Deed(
        "attribution.revise",
        acts.Revision,
        _("New version of the statement"),
        _("Revise the text"),
        (
            _VERSION,
            *_wording(own=True),
            *_levels(own=True),
            Field("text", _("What it changes and why"), "text", required=False),
        ),
        lead=_("Who joined the version before has to join anew."),
        names="version",
        when=_can_revise,
        sentence=_text,
        excerpt=_begins,
        paper=paper_of,
    ),
    Deed(
        "attribution.publish",
        acts.Publication,
        _("Publication"),
        _("Publish"),
        (
            _VERSION,
            Field(
                "release",
                _("How far it goes"),
                "choice",
                choices=_MARKINGS,
                initial=lambda view: _ceiling(view.state).value if _joined(view) else None,
            ),
        ),
        lead=_(
            "Its paper names who lets itself be named, and counts the others, every dissent and the evidence kept "
            "back. It goes no further than all who joined allow."
        ),
        names="version",
        when=_can_publish,
        complete=_with_hash,
        sentence=lambda act: Marking(act.body["release"]).label,
        paper=published_paper,
    ),
    Deed(
        "attribution.withdraw",
        acts.Withdrawal,
        _("Withdrawal"),
        _("Withdraw what we said"),
        (Field("text", _("Why"), "text"),),
        lead=_("It stays on record that we said it. When nobody is left who joins, the statement is at its end."),
        when=_can_withdraw,
        sentence=_text,
    ),
)


# -- the page ----------------------------------------------------------------------------------------------------------


def _more(view: View) -> Mapping[str, Any]:
    state = view.state
    if not view.opening:
        return {}
    said = list(positions(state))
    joined = list(positions(state, JOIN))
    return {
        "latest": {**state[f"version:{state['latest']}"], "act": state["latest"]},
        "positions": [_told(position) for position in said],
        "silent": _silent(state) if "closed" not in state else [],
        "earlier": [
            {**position, "number": state[f"version:{position['version']}"]["number"]}
            for position in view.entries("position")
            if position["version"] != state["latest"]
        ],
        "withdrew": view.entries("withdrew"),
        "published": _published(state),
        "ceiling": _ceiling(state) if joined else None,
        "would_tell": publication(state),
        "plot": picture(_bar(position) for position in said if position["likelihood"]),
        "pool": _pool([position["likelihood"] for position in said if position["likelihood"]]),
    }


def _told(position: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **position,
        "words": band_told(position["likelihood"]),
        "confidence_words": confidence_sentence(position["confidence"]) if position["confidence"] else "",
        "release_told": Marking(position["release"]) if position["says"] == JOIN else None,
    }


def _bar(position: Mapping[str, Any]) -> Bar:
    band = band_with(position["likelihood"])
    return Bar(
        name_of(position["by"]),
        band.low if band is not None else Fraction(0),
        band.high if band is not None else Fraction(0),
        str(BAND_WORDS[position["likelihood"]]),
        colour=colour_of(position["by"]),
    )


def _pool(codes: list[str]) -> dict[str, Any] | None:
    """Of two states or more: both pools side by side, and how far apart the states are."""
    found = pool_of_bands(codes)
    if found is None or len(codes) < 2:
        return None
    return {
        "linear": f"{BAND_WORDS[found.linear_band.code]} ({percent(found.linear)})",
        "logarithmic": f"{BAND_WORDS[found.logarithmic_band.code]} ({percent(found.logarithmic)})",
        "lowest": BAND_WORDS[found.lowest.code],
        "highest": BAND_WORDS[found.highest.code],
        "apart": found.steps > 0,
    }


# -- what waits --------------------------------------------------------------------------------------------------------


def tasks() -> Iterator[Task]:
    """Statements of which we have said nothing; and, of those that we joined, who has not answered."""
    me = node_name()
    rows = Matter.objects.filter(kind="attribution", state__key="opening").exclude(state__key="closed")
    for matter in rows.order_by("-last_at")[:_MOST_TASKS]:
        state = state_of(matter)
        silent = _silent(state)
        if me in silent:
            text = _("Join the statement of %(who)s on attribution, or dissent")
            yield on_latest(matter, state, Named(text, [state[f"version:{state['latest']}"]["by"]]), ours=True)
        others = [node for node in silent if node != me]
        if others and me in _who(state, JOIN):
            yield on_latest(matter, state, Named(_("Yet to answer our joint statement: %(who)s"), others), ours=False)


KIND = kind(
    name="attribution",
    label=_("Joint attribution"),
    deeds=DEEDS,
    texts=Texts(
        many=_("Joint attribution"),
        empty=_(
            "No joint statement yet. It would stand here with the likelihood and the confidence of each state; "
            "begin with “Propose a joint attribution”."
        ),
        standing=_standing,
        lead=_("Statements of several states on who did it; each keeps its own likelihood, confidence and dissent."),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="attribution/panel.html",
    more=_more,
    tasks=tasks,
    step=4,
    judges=judges,
)
