"""How the node knows norm proposals: their deeds, sentences, and what waits."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from verbale.matters.kit.kinds import kind
from verbale.matters.kit.spec import Deed, Field, Texts, View
from verbale.matters.kit.waiting import on_latest
from verbale.matters.norm import acts, fold, standing
from verbale.matters.norm.papers import paper_of
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import Matter
from verbale.node.partners import Named, name_of, names_of
from verbale.node.projection import state_of
from verbale.node.registry import Task
from verbale.protocol import Act

__all__ = ["KIND", "tasks"]

_MOST_TASKS = 200
_NAMED = 4
"""So many states are named in a sentence; of more it says how many."""
_EXCERPT = 300


def _standing(view: View) -> str:
    state = view.state
    if not view.opening:
        return gettext("The proposal has not arrived, or is without effect.")
    number = state[f"version:{state['latest']}"]["number"]
    if "adopted" in state:
        return gettext("Adopted by all parties: version %(n)s.") % {"n": number}
    if "closed" in state:
        return gettext("%(node)s withdrew the proposal.") % {"node": name_of(state["closed"]["by"])}
    told = [
        gettext("Version %(n)s lies on the table; %(agreed)s of %(all)s parties agree to it.")
        % {"n": number, "agreed": len(standing.agreed(state)), "all": len(view.parties)}
    ]
    against, silent = standing.objecting(state), standing.silent(state)
    if against:
        told.append(gettext("Against it: %(who)s.") % {"who": names_of(against, _NAMED)})
    if silent:
        told.append(gettext("Still to answer: %(who)s.") % {"who": names_of(silent, _NAMED)})
    return " ".join(told)


# -- when a deed can be done -------------------------------------------------------------------------------------------


def _open(view: View) -> bool:
    return view.ours and view.open


def _sponsors(view: View) -> bool:
    return _open(view) and f"sponsor:{view.me}" in view.state


def _can_sponsor(view: View) -> bool:
    return _open(view) and not _sponsors(view) and f"objection:{view.me}" not in view.state


def _can_agree(view: View) -> bool:
    return _open(view) and f"agreed:{view.state['latest']}:{view.me}" not in view.state


def _can_object(view: View) -> bool:
    before = view.state.get(f"objection:{view.me}", {})
    return _open(view) and not _sponsors(view) and before.get("version") != view.state["latest"]


def _last_sponsor(view: View) -> bool:
    return _sponsors(view) and view.state["sponsors"] == 1


def _one_of_several_sponsors(view: View) -> bool:
    return _sponsors(view) and view.state["sponsors"] > 1


# -- what the node adds ------------------------------------------------------------------------------------------------


def _latest(view: View) -> str | None:
    found: str | None = view.state.get("latest")
    return found


def _latest_paragraphs(view: View) -> list[str]:
    return list(view.state.get(f"version:{_latest(view)}", {}).get("paragraphs", ()))


def _with_hash(view: View, body: dict[str, Any]) -> dict[str, Any]:
    version = view.state.get(f"version:{body['version']}")
    if version is None:
        raise UserError(gettext("There is no such version of the text here."), "version")
    return {**body, "sha256": version["sha256"]}


def _on_the_whole(view: View, body: dict[str, Any]) -> dict[str, Any]:
    # Whoever counts from nought means the whole, not a paragraph.
    if body.get("paragraph") == 0:
        return {name: value for name, value in body.items() if name != "paragraph"}
    return body


# -- one line of what an act says --------------------------------------------------------------------------------------


def _text(act: Act) -> str:
    return " ".join(str(act.body.get("text", "")).split())[:_EXCERPT]


def _comment(act: Act) -> str:
    number = act.body.get("paragraph")
    place = gettext("On paragraph %(n)s") % {"n": number} if number else gettext("On the whole")
    return f"{place}: {_text(act)}"


def _begins(act: Act) -> str:
    return " ".join(" ".join(act.body["paragraphs"]).split())[:_EXCERPT]


_VERSION = Field("version", _("The version"), "act", initial=_latest)
_REMARK = Field("text", _("Remark"), "text", required=False)


def _paragraphs(**more: Any) -> Field:
    return Field(
        "paragraphs",
        _("Text"),
        "paragraphs",
        help=_("An empty line between the paragraphs; they are numbered in the order in which they stand."),
        size=16,
        **more,
    )


DEEDS = (
    Deed(
        "norm.propose",
        acts.Proposal,
        _("Norm proposal"),
        _("Propose a norm"),
        (
            Field("title", _("Title")),
            _paragraphs(),
            Field("rationale", _("Why it is proposed"), "text", required=False, size=6),
            Field(
                "builds_on",
                _("What it builds on"),
                "rows",
                required=False,
                columns=("source", "title"),
                help=_("One a line: A/70/174 para. 13 (h) | Respond to requests for assistance"),
            ),
        ),
        lead=_("A text of conduct between states. Those to whom it goes comment on it, agree to it or object."),
        opens=True,
        sentence=lambda act: str(act.body["title"]),
        excerpt=_begins,
        paper=paper_of,
    ),
    Deed(
        "norm.agree",
        acts.Agreement,
        _("Agreement to the text"),
        _("Agree to the text"),
        (_VERSION,),
        lead=_("We agree to this very text. It is adopted when all parties agree to the same version."),
        names="version",
        when=_can_agree,
        main=True,
        complete=_with_hash,
    ),
    Deed(
        "norm.comment",
        acts.Comment,
        _("Comment"),
        _("Comment"),
        (
            _VERSION,
            Field(
                "paragraph",
                _("Paragraph"),
                "number",
                required=False,
                help=_("Its number; left empty, the comment is on the whole text."),
            ),
            Field("text", _("Comment"), "text", size=6),
        ),
        names="version",
        when=_open,
        complete=_on_the_whole,
        sentence=_comment,
    ),
    Deed(
        "norm.revise",
        acts.Revision,
        _("New version of the text"),
        _("Revise the text"),
        (
            _VERSION,
            _paragraphs(initial=_latest_paragraphs),
            Field("text", _("What it changes and why"), "text", required=False),
        ),
        lead=_("Agreement to the version before does not carry over: every party has to agree anew."),
        names="version",
        when=_sponsors,
        sentence=_text,
        excerpt=_begins,
        paper=paper_of,
    ),
    Deed(
        "norm.object",
        acts.Objection,
        _("Objection"),
        _("Object"),
        (_VERSION, Field("reason", _("Why"), "text")),
        lead=_("We cannot agree to this version. The objection stands until we agree to a version."),
        names="version",
        when=_can_object,
        sentence=lambda act: " ".join(str(act.body["reason"]).split())[:_EXCERPT],
    ),
    Deed(
        "norm.sponsor",
        acts.Sponsorship,
        _("Sponsorship"),
        _("Sponsor the proposal"),
        (_REMARK,),
        when=_can_sponsor,
        sentence=_text,
    ),
    Deed(
        "norm.withdraw-sponsor",
        acts.Sponsorship,
        _("Sponsorship withdrawn"),
        _("Withdraw our sponsorship"),
        (_REMARK,),
        when=_one_of_several_sponsors,
        sentence=_text,
    ),
    Deed(
        "norm.withdraw",
        acts.Withdrawal,
        _("Proposal withdrawn"),
        _("Withdraw the proposal"),
        (_REMARK,),
        when=_last_sponsor,
        sentence=_text,
    ),
)


def _more(view: View) -> Mapping[str, Any]:
    state = view.state
    if not view.opening:
        return {}
    beside = standing.comments(state)
    versions = standing.versions(state)
    return {
        "latest": versions[0],
        "paragraphs": [
            {"number": number, "text": text, "comments": beside.get(number, ())}
            for number, text in enumerate(versions[0]["paragraphs"], 1)
        ],
        "elsewhere": beside.get(0, ()),
        "versions": [version for version in versions if version["revised"] is not None],
        "sponsors": standing.sponsors(state),
        "agreed": standing.agreed(state),
        "objections": view.entries("objection"),
        "silent": standing.silent(state) if "closed" not in state else (),
    }


def tasks() -> Iterator[Task]:
    """Texts to which we have neither agreed nor objected; and, for those that we sponsor, who has not answered."""
    me = node_name()
    rows = Matter.objects.filter(kind="norm", state__key="opening").exclude(state__key="closed")
    for matter in rows.order_by("-last_at")[:_MOST_TASKS]:
        state = state_of(matter)
        silent, latest = standing.silent(state), state["latest"]
        if me in silent:
            text = _("Agree to the text of %(who)s, or object")
            yield on_latest(matter, state, Named(text, [state[f"version:{latest}"]["by"]]), ours=True)
        others = [node for node in silent if node != me]
        if others and f"sponsor:{me}" in state:
            yield on_latest(matter, state, Named(_("Yet to answer our text: %(who)s"), others), ours=False)


KIND = kind(
    name="norm",
    label=_("Norm proposal"),
    deeds=DEEDS,
    texts=Texts(
        many=_("Norm proposals"),
        empty=_(
            "No norm has been proposed yet. A proposal would stand here with who agrees; begin with “Propose a norm”."
        ),
        standing=_standing,
        lead=_("Texts of conduct between states, from the first proposal to the adopted version."),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="norm/panel.html",
    more=_more,
    tasks=tasks,
    step=4,
)
