"""How the node knows hotlines: their deeds, sentences and pages."""

from typing import Any

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from verbale.matters.hotline import acts, api, cases, fold, pages, standing, waiting, words
from verbale.matters.hotline.clock import send_due
from verbale.matters.kit.kinds import kind
from verbale.matters.kit.spec import Deed, Field, Texts, View
from verbale.node.errors import UserError
from verbale.protocol import Act

__all__ = ["KIND"]

_LANGUAGES = (
    ("ar", _("Arabic")),
    ("zh", _("Chinese")),
    ("en", _("English")),
    ("fr", _("French")),
    ("ru", _("Russian")),
    ("es", _("Spanish")),
)
"""What the page offers: the official languages of the United Nations. The API and the command take any."""
_EXCERPT = 300


# -- when a deed can be done -------------------------------------------------------------------------------------------


def _standing(view: View) -> bool:
    return view.ours and standing.phase(view.state) == "open"


def _proposed_to_us(view: View) -> bool:
    return view.ours and standing.phase(view.state) == "proposed" and view.opening["by"] != view.me


def _joined(view: View) -> bool:
    """Also after the close: what was said before is still read, acknowledged and answered."""
    return view.ours and "joined" in view.state


def _can_close(view: View) -> bool:
    return view.ours and view.open


# -- what the node adds ------------------------------------------------------------------------------------------------


def _test_by_schedule(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """A test that is sent while one of ours is due by the schedule is that one."""
    due = standing.due(view.state, timezone.now())
    if due is None or due.by != view.me:
        return body
    return {**body, "schedule": due.schedule, "slot": due.slot}


def _oldest_test(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """Without saying which, one answers the test that has waited longest."""
    if body.get("test"):
        return body
    waiting_here = [item for item in view.entries("owed") if item["what"] == "test" and item["to"] == view.me]
    if not waiting_here:
        raise UserError(gettext("No test of the other side waits for an answer."))
    return {**body, "test": waiting_here[0]["key"]}


def _schedule_value(name: str, otherwise: Any) -> Any:
    def initial(view: View) -> Any:
        return view.state.get("schedule", {}).get(name, otherwise)

    return initial


def _our_desk(view: View) -> str:
    text: str = view.state.get(f"desk:{view.me}", {}).get("text", "")
    return text


# -- one line of what an act says --------------------------------------------------------------------------------------


def _text(act: Act) -> str:
    return " ".join(act.body.get("text", "").split())[:_EXCERPT]


def _opened(act: Act) -> str:
    return f"{act.body['name']}: {act.body['desk']}"


def _seized(act: Act) -> str:
    told = gettext("%(who)s is seized of it.") % {"who": act.body["seized"]}
    return f"{told} {_text(act)}".strip()


def _tested(act: Act) -> str:
    slot = act.body.get("slot")
    return gettext("by the schedule, %(slot)s") % {"slot": words.slot_told(slot)} if slot else gettext("at will")


def _scheduled(act: Act) -> str:
    return words.schedule_told({"within": 60, **act.body, "by": act.author})


_DESK = Field(
    "desk",
    _("Who mans the line on our side"),
    help=_("An office, and how it is reached when the line fails."),
    initial=_our_desk,
)
_REMARK = Field("text", _("Remark"), "text", required=False)
_MESSAGE = Field("message", _("The message"), "act")

DEEDS = (
    Deed(
        "hotline.open",
        acts.Open,
        _("Hotline proposed"),
        _("Propose a hotline"),
        (
            Field("name", _("Name of the line"), help=_("What both sides call it.")),
            Field("languages", _("Languages of the messages"), "choices", choices=_LANGUAGES, initial=["en"]),
            _DESK,
            Field("text", _("What it is for"), "text", required=False),
        ),
        lead=_("A hotline stands between two states: choose one partner. It opens when the other side joins it."),
        opens=True,
        sentence=_opened,
    ),
    Deed(
        "hotline.message",
        acts.Message,
        _("Hotline message"),
        _("Write a message"),
        (
            Field("text", _("Message"), "text", help=_("Short and plain: somebody is woken for it."), size=6),
            Field("answers", _("The message that it answers"), "act", required=False),
        ),
        names="answers",
        when=_standing,
        main=True,
        precedence="FLASH",
        sentence=_text,
    ),
    Deed(
        "hotline.join",
        acts.Join,
        _("Hotline joined"),
        _("Join the line"),
        (_DESK, _REMARK),
        when=_proposed_to_us,
        main=True,
        sentence=lambda act: str(act.body["desk"]),
    ),
    Deed(
        "hotline.test",
        acts.Test,
        _("Communication test"),
        _("Test the line"),
        clearance=False,
        right="acknowledge",
        when=_standing,
        complete=_test_by_schedule,
        refs=lambda view, body: [body["schedule"]] if body.get("schedule") else [],
        precedence="PRIORITY",
        sentence=_tested,
    ),
    Deed(
        "hotline.schedule",
        acts.Schedule,
        _("Test schedule"),
        _("Set the test schedule"),
        (
            Field("every", _("Days from one test to the next"), "number", initial=_schedule_value("every", 7)),
            Field(
                "at",
                _("Time of day in UTC"),
                help=_("Hours and minutes, 09:30 say."),
                initial=_schedule_value("at", "09:00"),
            ),
            Field("start", _("Day of the first test"), "day", initial=lambda view: view.today),
            Field(
                "within",
                _("Minutes within which the answer is due"),
                "number",
                initial=_schedule_value("within", 60),
            ),
        ),
        lead=_("Both sides send the tests in turn, we the first. It replaces the schedule that stands."),
        when=_standing,
        sentence=_scheduled,
    ),
    Deed(
        "hotline.desk",
        acts.Desk,
        _("Who mans the line"),
        _("Say who mans it"),
        (_DESK,),
        clearance=False,
        right="acknowledge",
        when=_standing,
        sentence=lambda act: str(act.body["desk"]),
    ),
    Deed(
        "hotline.close",
        acts.Close,
        _("Hotline closed"),
        _("Close the line"),
        (Field("text", _("Why"), "text", required=False),),
        lead=_("A line that the other side proposes is declined by closing it."),
        when=_can_close,
        sentence=_text,
    ),
    Deed(
        "hotline.read",
        acts.Read,
        _("Message read"),
        _("Say that it was read"),
        (_MESSAGE,),
        clearance=False,
        right="acknowledge",
        names="message",
        when=_joined,
        listed=False,
        precedence="PRIORITY",
    ),
    Deed(
        "hotline.acknowledge",
        acts.Acknowledgement,
        _("Message acknowledged"),
        _("Acknowledge"),
        (
            _MESSAGE,
            Field("seized", _("Who is seized of it"), help=_("A person or an office on our side.")),
            Field("text", _("What happens next"), "text", required=False),
        ),
        clearance=False,
        right="acknowledge",
        names="message",
        when=_joined,
        listed=False,
        precedence="IMMEDIATE",
        sentence=_seized,
    ),
    Deed(
        "hotline.answer-test",
        acts.Answer,
        _("Test answered"),
        _("Answer the test"),
        (Field("test", _("The test"), "act", required=False),),
        clearance=False,
        right="acknowledge",
        names="test",
        when=_joined,
        listed=False,
        complete=_oldest_test,
        precedence="PRIORITY",
    ),
)

KIND = kind(
    name="hotline",
    label=_("Hotline"),
    deeds=DEEDS,
    texts=Texts(
        many=_("Hotlines"),
        empty=_("No hotline yet. A line with a partner would stand here; it begins when one side proposes it."),
        standing=lambda view: words.standing_told(view.state, view.me),
        lead=_("Standing lines between two states, for what cannot wait."),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="hotline/panel.html",
    more=cases.more,
    tasks=waiting.tasks,
    key="l",
    step=5,
    urls=(path("<slug:matter_id>/seen", pages.seen, name="seen"),),
    api=api.add,
    periodic=send_due,
)
