"""How the node knows agreements: their deeds, words, pages, and what waits."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from verbale.matters.agreement import acts, fold, pages, words
from verbale.matters.agreement.board import board
from verbale.matters.agreement.papers import paper_of
from verbale.matters.agreement.waiting import tasks
from verbale.matters.kit.kinds import kind
from verbale.matters.kit.spec import Deed, Field, Texts, View
from verbale.node.errors import UserError
from verbale.node.models import Partner
from verbale.node.partners import name_of
from verbale.protocol import Act

__all__ = ["KIND"]

_AFTER = (
    ("signature", _("after the last signature")),
    ("notification", _("after the last notification that internal procedures are completed")),
)
_UNITS = (("day", _("days")), ("month", _("months")))
_WHATS = (("replace", _("Replace it")), ("add", _("Add an article after it")), ("delete", _("Delete it")))


# -- what can be done now ----------------------------------------------------------------------------------------------


def _negotiable(view: View) -> bool:
    return view.ours and "authenticated" not in view.state


def _may_agree(view: View) -> bool:
    return _negotiable(view) and view.state.get(f"agreed:{view.me}", {}).get("sha256") != view.state["text"]


def _may_sign(view: View) -> bool:
    return view.ours and "authenticated" in view.state and f"signature:{view.me}" not in view.state


def _may_notify(view: View) -> bool:
    return (
        f"signature:{view.me}" in view.state
        and view.state["clause"]["after"] == "notification"
        and f"notification:{view.me}" not in view.state
    )


# -- from what is given to the body ------------------------------------------------------------------------------------


def _spelled(body: dict[str, Any], *names: str) -> dict[str, Any]:
    """The body with those texts in the one spelling in which they are hashed."""
    return {name: acts.spelled(value) if name in names else value for name, value in body.items()}


def _opening(view: View, body: dict[str, Any]) -> dict[str, Any]:
    body = _spelled(body, "title", "preamble")
    body["articles"] = [acts.spelled(item) for item in body["articles"]]
    return body


def _proposal(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """What does not belong to the change is left out: the form has a place for all of it."""
    body = _spelled(body, "heading", "text")
    target = body.get("article")
    if target == acts.CLAUSE:
        if "after" not in body:
            raise UserError(_now("Say after what it enters into force."), "after")
        drop = ("heading", "text")
    else:
        drop = ("after", "number", "unit", *(("heading",) if target == acts.PREAMBLE else ()))
        if body["what"] == "delete":
            drop = (*drop, "heading", "text")
    return {name: value for name, value in body.items() if name not in drop}


def _added(view: View, body: Mapping[str, Any]) -> Iterable[str]:
    """The proposal that added the article which is changed: it stands before this act."""
    target = str(body.get("article") or "")
    return [target] if len(target) == 64 else []


def _agreement(view: View, body: dict[str, Any]) -> dict[str, Any]:
    current = view.state.get("text")
    if body.setdefault("sha256", current) != current:
        raise UserError(_now("The text has changed meanwhile: read it anew."), "sha256")
    return body


def _signature(view: View, body: dict[str, Any]) -> dict[str, Any]:
    body.setdefault("sha256", view.state.get("text"))
    return body


# -- choices, sentences ------------------------------------------------------------------------------------------------


def _nodes(view: View) -> Iterable[tuple[str, Any]]:
    confirmed = Partner.objects.filter(status=Partner.Status.CONFIRMED).order_by("name")
    return [(node, name_of(node)) for node in (view.me, *confirmed.values_list("node", flat=True))]


def _targets(view: View) -> Iterable[tuple[str, Any]]:
    return [
        *((item["key"], item["called"]) for item in board(view.state)["articles"]),
        (acts.PREAMBLE, _("The preamble")),
        (acts.CLAUSE, _("The clause on entry into force")),
    ]


def _change_told(act: Act) -> str:
    body = act.body
    if body.get("article") == acts.CLAUSE:
        clause = {"after": body.get("after"), "number": body.get("number", 0), "unit": body.get("unit", "day")}
        return _now("Entry into force %(clause)s") % {"clause": words.clause_told(clause)}
    told = {"replace": _now("Replace"), "add": _now("Add"), "delete": _now("Delete")}[body["what"]]
    rest = " ".join(part for part in (body.get("heading", ""), body.get("text", "")) if part)
    return f"{told}: {rest}" if rest else told


def _signed(act: Act) -> str:
    capacity = words.capacity_told(act.body)
    return f"{act.body['name']}, {act.body['office']}" + (f" ({capacity})" if capacity else "")


_HASH = Field(
    "sha256",
    _("Fingerprint of the text (SHA-256)"),
    required=False,
    initial=lambda view: view.state.get("text", ""),
    help=_("Of the text as it stands now. It is refused when the text has changed meanwhile."),
)

KIND = kind(
    name="agreement",
    label=_("Agreement"),
    deeds=(
        Deed(
            "agreement.open",
            acts.Opening,
            _("Agreement proposed"),
            _("Propose an agreement"),
            lead=_("A first text. What the others want otherwise they propose article by article."),
            opens=True,
            fields=(
                Field("title", _("Title")),
                Field("preamble", _("Preamble"), "text", required=False, size=6),
                Field(
                    "articles",
                    _("Articles"),
                    "paragraphs",
                    size=16,
                    help=_("An empty line begins a new article. A first line “# Scope” is its heading."),
                ),
                Field("after", _("Enters into force"), "choice", choices=_AFTER, initial="signature"),
                Field("number", _("So many days or months"), "number", required=False, initial=30),
                Field("unit", _("Days or months"), "choice", choices=_UNITS, initial="day"),
                Field(
                    "languages",
                    _("Languages"),
                    "lines",
                    initial=["en"],
                    size=2,
                    help=_("Two letters each, such as en or fr, one a line; first that of this text."),
                ),
                Field("depositary", _("Depositary"), "choice", required=False, choices=_nodes),
            ),
            complete=_opening,
            sentence=lambda act: str(act.body["title"]),
            paper=paper_of,
        ),
        Deed(
            "agreement.propose",
            acts.Proposal,
            _("Change proposed"),
            _("Propose a change"),
            lead=_(
                "It becomes text when all parties hold it. A later proposal of ours on the same article replaces it."
            ),
            fields=(
                Field("article", _("Article"), "choice", required=False, choices=_targets),
                Field("what", _("What"), "choice", choices=_WHATS, initial="replace"),
                Field("heading", _("Heading"), required=False),
                Field("text", _("Text"), "text", required=False, size=10, help=_("Not needed to delete an article.")),
                Field(
                    "after",
                    _("Enters into force"),
                    "choice",
                    required=False,
                    choices=_AFTER,
                    help=_("Only for that clause."),
                ),
                Field("number", _("So many days or months"), "number", required=False),
                Field("unit", _("Days or months"), "choice", required=False, choices=_UNITS),
                Field("reason", _("Reason"), "text", required=False, size=3),
            ),
            when=_negotiable,
            complete=_proposal,
            refs=_added,
            sentence=_change_told,
        ),
        Deed(
            "agreement.accept",
            acts.Acceptance,
            _("Proposal accepted"),
            _("Accept it"),
            fields=(Field("proposal", _("Proposal"), "act"),),
            names="proposal",
            clearance=False,
            right="acknowledge",
            listed=False,
            when=_negotiable,
        ),
        Deed(
            "agreement.withdraw-proposal",
            acts.Withdrawal,
            _("Proposal taken back"),
            _("Take it back"),
            fields=(Field("proposal", _("Proposal"), "act"),),
            names="proposal",
            clearance=False,
            right="acknowledge",
            listed=False,
            when=_negotiable,
        ),
        Deed(
            "agreement.agree",
            acts.Agreement,
            _("Text agreed to"),
            _("Agree to the text"),
            lead=_(
                "We agree to the text as it stands, without any proposal: our own are taken back. When all have "
                "agreed, the text is authentic (Vienna Convention on the Law of Treaties, Article 10) and no longer "
                "changes."
            ),
            fields=(_HASH,),
            listed=False,
            when=_may_agree,
            complete=_agreement,
            paper=paper_of,
        ),
        Deed(
            "agreement.sign",
            acts.Signature,
            _("Signature"),
            _("Sign the agreement"),
            lead=_(
                "Who may sign without full powers: the Head of State, the Head of Government and the Minister for "
                "Foreign Affairs (Vienna Convention on the Law of Treaties, Article 7 (2) (a))."
            ),
            fields=(
                Field("name", _("Who signs")),
                Field("office", _("Office"), help=_("As it stands under the signature.")),
                Field("capacity", _("Capacity"), "choice", choices=tuple(words.CAPACITIES.items())),
                Field("full_powers", _("Full powers"), required=False, help=_("Who issued them, and when.")),
                Field("place", _("Place"), required=False),
                Field("attachments", _("The full powers themselves"), "files", required=False),
                _HASH,
            ),
            listed=False,
            when=_may_sign,
            complete=_signature,
            sentence=_signed,
            paper=paper_of,
        ),
        Deed(
            "agreement.notify",
            acts.Notification,
            _("Internal procedures completed"),
            _("Notify that our internal procedures are completed"),
            fields=(
                Field("completed", _("Completed on"), "day", initial=lambda view: view.today),
                Field("text", _("Remark"), "text", required=False),
            ),
            when=_may_notify,
            main=True,
            sentence=lambda act: str(act.body.get("text", "")),
        ),
    ),
    texts=Texts(
        many=_("Agreements"),
        empty=_("No agreement yet. A protocol that is negotiated, signed and in force would stand here; propose one."),
        standing=lambda view: words.state_of_play(view.state, timezone.localdate()),
        lead=_("What binds us and others, or is to: negotiated article by article, agreed letter by letter, signed."),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="agreement/panel.html",
    more=lambda view: board(view.state, view.me),
    tasks=tasks,
    key="a",
    urls=(
        path("<slug:matter_id>/text", pages.text, name="text"),
        path("<slug:matter_id>/text.txt", pages.plain, name="plain"),
        path("<slug:matter_id>/text.pdf", pages.pdf, name="pdf"),
    ),
)
