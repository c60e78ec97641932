"""How the node knows assessments: facts stated in the house, and what the law makes of them. They never leave it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from verbale.knowledge.law import as_json, clash, the_law
from verbale.matters.assessment import acts, fold, pages
from verbale.matters.assessment.judges import judges
from verbale.matters.assessment.reading import reading_of
from verbale.matters.assessment.words import KINDS, STATUSES, VALUES, VIEWS, counted
from verbale.matters.kit import operations
from verbale.matters.kit.kinds import kind
from verbale.matters.kit.spec import Deed, Field, Texts, View
from verbale.node.api import person
from verbale.node.errors import UserError
from verbale.protocol import Act

__all__ = ["KIND"]

_MOST_ASKED = 8
"""Questions that are asked at the head of the page; all facts stand in the form."""


def _open(view: View) -> bool:
    return view.open and view.opening["by"] == view.me


def _standing(view: View) -> str:
    if not view.opening:
        return gettext("The assessment has not been opened, or its opening is without effect.")
    number = len(fold.facts_of(view.state))
    told = ngettext("%(n)s fact is stated", "%(n)s facts are stated", number) % {"n": number}
    if "closed" in view.state:
        return gettext("%(told)s. The assessment is done.") % {"told": told}
    if fold.facts_of(view.state) and (reason := clash(_known(view), the_law())):
        return gettext("%(told)s, and they cannot stand together: %(why)s") % {"told": told, "why": reason}
    return gettext("%(told)s; all else is unknown. It advises; a lawyer decides.") % {"told": told}


def _known(view: View) -> dict[str, bool]:
    return {name: value for name, value in fold.facts_of(view.state).items() if name in the_law().facts}


def _facts(view: View) -> Iterator[tuple[str, str]]:
    for fact in the_law().facts.values():
        yield fact.id, fact.question


def _positions(view: View) -> Iterator[tuple[str, str]]:
    for position in the_law().positions.values():
        yield position.id, position.question


def _signed(view: View, body: dict[str, Any]) -> dict[str, Any]:
    if view.user is not None:
        body["who"] = (view.user.get_full_name() or view.user.username)[:200]
    return body


def _stated(view: View, body: dict[str, Any]) -> dict[str, Any]:
    law = the_law()
    name = body.get("fact")
    if name not in law.facts:
        raise UserError(gettext("There is no fact %(name)s in the packs.") % {"name": name}, "fact")
    facts = {known: value for known, value in _known(view).items() if known != name}
    if body.get("value") in ("true", "false"):
        facts[name] = body["value"] == "true"
    if reason := clash(facts, law):
        raise UserError(gettext("It cannot stand with what is stated: %(why)s") % {"why": reason}, "value")
    return _signed(view, body)


def _taken(view: View, body: dict[str, Any]) -> dict[str, Any]:
    if body.get("position") not in the_law().positions:
        told = {"name": body.get("position")}
        raise UserError(gettext("There is no position %(name)s in the packs.") % told, "position")
    return _signed(view, body)


def _statement_told(act: Act) -> str:
    law, body = the_law(), act.body
    fact = law.facts.get(body["fact"])
    if fact is None:
        return f"{body['fact']}: {VALUES[body['value']]}"
    if body["value"] == "unknown":
        return gettext("Not known: %(question)s") % {"question": fact.question}
    return fact.so if body["value"] == "true" else fact.otherwise


def _position_told(act: Act) -> str:
    body = act.body
    position = the_law().positions.get(body["position"])
    if position is None:
        return f"{body['position']}: {VIEWS[body['view']]}"
    if body["view"] == "none":
        return gettext("No view taken: %(question)s") % {"question": position.question}
    return (position.so if body["view"] == "first" else position.otherwise).says


def _text(act: Act) -> str:
    return " ".join(str(act.body.get("text", "")).split())[:300]


_REMARK = Field("text", _("Remark"), "text", required=False)

DEEDS = (
    Deed(
        "assessment.open",
        acts.Opening,
        _("Assessment"),
        _("Assess a case"),
        (Field("title", _("What is assessed")),),
        lead=_("Norms, law and responses, from facts that are stated with their evidence. It never leaves this node."),
        opens=True,
        alone=True,
        clearance=False,
        sentence=lambda act: str(act.body["title"]),
    ),
    Deed(
        "assessment.state",
        acts.Statement,
        _("Fact stated"),
        _("State a fact"),
        (
            Field("fact", _("Question"), "choice", choices=_facts),
            Field("value", _("Answer"), "choice", choices=tuple(VALUES.items())),
            Field("evidence", _("Evidence"), "text", required=False, help=_("What it rests on, in a sentence or two.")),
            Field("source", _("Source"), required=False, help=_("Report and page, or who said so.")),
        ),
        lead=_("True and false are findings. What nobody looked into is not known."),
        clearance=False,
        when=_open,
        main=True,
        complete=_stated,
        sentence=_statement_told,
        excerpt=lambda act: " ".join(str(act.body.get("evidence", "")).split())[:300],
    ),
    Deed(
        "assessment.position",
        acts.PositionTaken,
        _("Position taken"),
        _("Take a position"),
        (
            Field("position", _("Question on which states publicly differ"), "choice", choices=_positions),
            Field("view", _("View of our State"), "choice", choices=tuple(VIEWS.items())),
            _REMARK,
        ),
        lead=_("A switch, never the truth: both views go on being shown."),
        clearance=False,
        when=_open,
        complete=_taken,
        sentence=_position_told,
        excerpt=_text,
    ),
    Deed(
        "assessment.note",
        acts.Note,
        _("Note on the assessment"),
        _("Add a note"),
        (Field("text", _("Note"), "text"),),
        clearance=False,
        when=_open,
        complete=_signed,
        sentence=_text,
    ),
    Deed(
        "assessment.close",
        acts.Closing,
        _("Assessment closed"),
        _("Close the assessment"),
        (_REMARK,),
        clearance=False,
        when=_open,
        sentence=_text,
    ),
)


def _more(view: View) -> Mapping[str, Any]:
    if not view.opening:
        return {}
    law, reading = the_law(), reading_of(view.state)
    facts = {item["key"]: item for item in view.entries("fact")}
    told: dict[str, Any] = {
        "reading": reading,
        "can_state": _open(view),
        "facts": [
            {**facts[fact.id], "fact": fact, "says": _said(fact, facts[fact.id]["value"])}
            for fact in law.facts.values()
            if fact.id in facts
        ],
        "positions": [
            {"position": position, "taken": view.state.get(f"position:{position.id}", {}).get("view", "none")}
            for position in law.positions.values()
        ],
        "notes": view.entries("note"),
        "statuses": STATUSES,
    }
    if reading.found is not None:
        told["blocks"] = [
            {"question": question, "answer": counted(reading.found.of(name)), "findings": reading.found.of(name)}
            for name, question in KINDS
        ]
        asked = [(name, number) for name, number in reading.found.open_facts if name in law.facts]
        told["asked"] = [{"fact": law.facts[name], "bears": number} for name, number in asked[:_MOST_ASKED]]
    return told


def _said(fact: Any, value: str) -> str:
    return str({"true": fact.so, "false": fact.otherwise}.get(value, fact.question))


def _api(router: Any) -> None:
    @router.get("/{matter}/findings", summary="What the law makes of the facts", url_name="assessment-findings")
    def findings(request: HttpRequest, matter: str) -> dict[str, Any]:
        view = View(operations.matter_of(person(request), matter, "assessment"))
        reading = reading_of(view.state)
        if reading.found is None:
            raise UserError(gettext("The facts cannot stand together: %(why)s") % {"why": reading.clash})
        return {
            **as_json(reading.found),
            "title": view.opening.get("title", ""),
            "not known to the packs": reading.foreign,
        }


KIND = kind(
    name="assessment",
    label=_("Assessment"),
    deeds=DEEDS,
    texts=Texts(
        many=_("Legal assessments"),
        empty=_(
            "No assessment yet. Which norms a case engages, what international law says of it and what may be done "
            "would stand here; it begins with the facts of the case."
        ),
        standing=_standing,
        lead=_(
            "Facts stated with their evidence, and what follows from them, with reasons. It advises; a lawyer decides."
        ),
    ),
    rule=fold.rule,
    panel="assessment/panel.html",
    more=_more,
    urls=(path("<slug:matter_id>/assessment.pdf", pages.pdf, name="pdf"),),
    api=_api,
    step=1,
    private=True,
    judges=judges,
)
