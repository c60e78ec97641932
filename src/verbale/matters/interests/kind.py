"""How the node knows interests: positions and red lines, which never leave it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from verbale.matters.interests import acts, fold
from verbale.matters.interests.warn import warnings
from verbale.matters.kit.kinds import kind
from verbale.matters.kit.spec import Deed, Field, Texts, View
from verbale.node.access import audit
from verbale.node.models import ActRecord, Matter, User
from verbale.protocol import Act

__all__ = ["KIND"]

_EXCERPT = 300


def _restrict(record: ActRecord, user: User) -> None:
    """A position is open to whoever took it, and to those whom that person names in the dossier."""
    matter = Matter.objects.get(pk=record.matter_id)
    matter.restricted = True
    matter.save(update_fields=["restricted"])
    matter.people.set([user])
    audit(user.username, "set need-to-know", matter_id=matter.id, detail=user.username)


def _standing(view: View) -> str:
    if not view.opening:
        return gettext("The position has not arrived, or is without effect.")
    if "closed" in view.state:
        return gettext("The position is given up; its lines hold no more.")
    number = len(list(fold.lines_of(view.state)))
    if not number:
        return gettext("The position stands. No red line is drawn.")
    return ngettext(
        "The position stands, with %(n)s red line.", "The position stands, with %(n)s red lines.", number
    ) % {"n": number}


def _open(view: View) -> bool:
    return view.open and view.opening["by"] == view.me


def _current(name: str, otherwise: Any) -> Any:
    def initial(view: View) -> Any:
        return view.state.get("position", {}).get(name, otherwise)

    return initial


def _text(act: Act) -> str:
    return " ".join(str(act.body.get("text", "")).split())[:_EXCERPT]


_CONCERNS = Field(
    "concerns",
    _("Instruments and norms that it concerns"),
    "lines",
    required=False,
    help=_("One a line: A/70/174 para. 13 (f)"),
    initial=_current("concerns", []),
)
_REMARK = Field("text", _("Why"), "text", required=False)


def _phrases(name: str, label: Any, help: Any) -> Field:
    return Field(name, label, "lines", help=help, required=False)


DEEDS = (
    Deed(
        "interests.position",
        acts.Position,
        _("Our position"),
        _("Take a position"),
        (Field("topic", _("Topic")), Field("text", _("Our position"), "text", size=10), _CONCERNS),
        lead=_("It never leaves this node. It is open to you alone until you name others in its dossier."),
        opens=True,
        alone=True,
        clearance=False,
        sentence=lambda act: str(act.body["topic"]),
        excerpt=_text,
        then=_restrict,
    ),
    Deed(
        "interests.revise",
        acts.Revision,
        _("Position revised"),
        _("Revise the position"),
        (Field("text", _("Our position"), "text", size=10, initial=_current("text", "")), _CONCERNS),
        clearance=False,
        when=_open,
        sentence=_text,
    ),
    Deed(
        "interests.red-line",
        acts.RedLine,
        _("Red line"),
        _("Draw a red line"),
        (
            Field(
                "text", _("What must not be said"), help=_("In a sentence: it stands beside a draft that crosses it.")
            ),
            _phrases("words", _("Phrases that cross it"), _("One a line. Whole words; write each form that matters.")),
            _phrases(
                "unless", _("Unless the sentence also says"), _("Phrases that take it back, such as “shall not”.")
            ),
            _phrases("when", _("When a draft says"), _("Phrases that call for those below.")),
            _phrases("required", _("It must also say"), _("Every one of them, anywhere in the draft.")),
        ),
        lead=_("Drafts of all kinds are checked against it before they are cleared."),
        clearance=False,
        when=_open,
        main=True,
        sentence=_text,
    ),
    Deed(
        "interests.withdraw-line",
        acts.LineWithdrawal,
        _("Red line withdrawn"),
        _("Withdraw the line"),
        (Field("line", _("The line"), "act"), _REMARK),
        clearance=False,
        names="line",
        when=_open,
        listed=False,
        sentence=_text,
    ),
    Deed(
        "interests.close",
        acts.Closing,
        _("Position given up"),
        _("Give up the position"),
        (_REMARK,),
        clearance=False,
        when=_open,
        sentence=_text,
    ),
)


def _more(view: View) -> Mapping[str, Any]:
    state = view.state
    if not view.opening:
        return {}
    lines = [{**line, "withdrawn": state.get(f"withdrawn:{line['key']}")} for line in view.entries("line")]
    return {
        "position": state["position"],
        "lines": [line for line in lines if not line["withdrawn"]],
        "withdrawn": [line for line in lines if line["withdrawn"]],
    }


KIND = kind(
    name="interests",
    label=_("Interests"),
    deeds=DEEDS,
    texts=Texts(
        many=_("Interests"),
        empty=_("No position yet that is open to you. What we want, and what must not be said, would stand here."),
        standing=_standing,
        lead=_(
            "Our positions and red lines. They never leave this node, and each is open only to the people named on it."
        ),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="interests/panel.html",
    more=_more,
    warn=warnings,
    private=True,
)
