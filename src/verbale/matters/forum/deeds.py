"""What people do in a session: a deed for each type of act, for the organisation and for members.

What the organisation does as sequencer (introducing, issuing under symbols, silence, votes, adoption) is said at once:
it follows from the rules or is the chair's word in session, and its order is what binds. Whatever a state says, and
what convenes and closes a session, takes a second person.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from verbale.matters.forum import acts, standing, words
from verbale.matters.forum import text as texts
from verbale.matters.forum.tally import count
from verbale.matters.kit.spec import Deed, Field, View
from verbale.node.errors import UserError
from verbale.node.models import Partner
from verbale.node.partners import short_name
from verbale.protocol import Act

__all__ = ["DEEDS"]

_SILENCE = timedelta(hours=72)
_ROLL_CALL = timedelta(minutes=15)


# -- who may do it now -------------------------------------------------------------------------------------------------


def _house(view: View) -> bool:
    return view.open and view.opening["by"] == view.me


def _heard(view: View) -> bool:
    """The organisation, members and observers."""
    return view.open and (_house(view) or f"member:{view.me}" in view.state)


def _speaking(view: View) -> bool:
    return _heard(view) and "voting" not in view.state and "agenda" in view.state


def _member(view: View) -> bool:
    entry = view.state.get(f"member:{view.me}")
    return view.open and entry is not None and bool(entry["voting"])


def _drafting(view: View) -> bool:
    return _member(view) and "agenda" in view.state


def _closing(view: View) -> bool:
    return _house(view) and "voting" in view.state


# -- choices and first values ------------------------------------------------------------------------------------------


def _items(view: View) -> Iterable[tuple[str, str]]:
    agenda = view.state.get("agenda") or {"items": ()}
    return [(row["number"], f"{row['number']}. {row['title']}") for row in agenda["items"]]


def _languages(view: View) -> Iterable[tuple[str, Any]]:
    known = dict(words.LANGUAGES)
    return [(code, known.get(code, code)) for code in view.opening.get("languages", ("en",))]


def _first_language(view: View) -> str:
    return str(view.opening.get("languages", ["en"])[0])


def _invited(view: View) -> Iterable[tuple[str, str]]:
    named = words.names_in(view.state)
    return [(node, named.get(node, node)) for node in view.others]


def _in(span: timedelta) -> Any:
    return lambda view: f"{(timezone.now() + span).astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def _voters(view: View) -> list[tuple[str, str]]:
    return [(row["node"], row["name"]) for row in standing.members(view.state) if row["voting"]]


def _agenda_now(view: View) -> list[dict[str, str]] | None:
    agenda = view.state.get("agenda")
    return list(agenda["items"]) if agenda else None


def _ours(view: View) -> dict[str, Any] | None:
    """Our latest draft that can still be revised, as it stands."""
    mine = [row for row in view.entries("draft") if row["by"] == view.me and row["stage"] in ("tabled", "silence")]
    return texts.plain(view.state[f"text:{mine[-1]['key']}"]) if mine else None


def _ours_now(part: str) -> Any:
    def value(view: View) -> Any:
        found = _ours(view)
        return found[part] if found else None

    return value


# -- completing what a person decided ----------------------------------------------------------------------------------


def _entry(view: View, identifier: str, *prefixes: str) -> Mapping[str, Any]:
    for prefix in prefixes:
        entry = view.state.get(f"{prefix}:{identifier}")
        if entry is not None:
            return dict(entry)
    raise UserError(gettext("The act that it is about has not arrived, or is without effect."))


def _introduced(view: View, body: dict[str, Any]) -> dict[str, Any]:
    node = body["node"]
    partner = Partner.objects.filter(node=node, status=Partner.Status.CONFIRMED).first()
    if partner is None:
        raise UserError(gettext("%(node)s is no confirmed partner of this node.") % {"node": node}, "node")
    before = view.state.get(f"member:{node}")
    name = body.get("name") or (before["name"] if before else short_name(partner.name))
    return {**body, "name": name, "credentials": partner.credentials.to_bytes().decode()}


def _with_hash(field: str, *prefixes: str) -> Any:
    def complete(view: View, body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "sha256": _entry(view, body[field], *prefixes)["sha256"]}

    return complete


def _drawn(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """The hash of what is voted on, and the lot."""
    found = _with_hash("proposal", "draft", "amendment")(view, body)
    voters = [node for node, _name in _voters(view)]
    if not voters:
        raise UserError(gettext("No member that may vote has been introduced."))
    return {**found, "first": found.get("first") or secrets.choice(voters)}


def _counted(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """The votes that have come, in the order of the roll, and their tally."""
    vote = view.state.get("voting")
    if vote is None:
        raise UserError(gettext("No vote is open."))
    found = [view.state.get(f"cast:{vote}:{node}") for node in view.state[f"vote:{vote}"]["roll"]]
    listed = [ballot for ballot in found if ballot is not None]
    tally = count(view.state[f"ballot:{ballot}"]["choice"] for ballot in listed)
    return {**body, "vote": vote, "votes": listed, "yes": tally.yes, "no": tally.no, "abstain": tally.abstain}


def _heard_objections(view: View, body: dict[str, Any]) -> dict[str, Any]:
    mine = [row["key"] for row in view.entries("objection") if row["silence"] == body["silence"]]
    return {**body, "objections": mine[: acts.MAX_MEMBERS]}


def _amending(view: View, body: dict[str, Any]) -> dict[str, Any]:
    changes = [
        {
            **row,
            "paragraph": str(row.get("paragraph", "")).strip().upper(),
            "action": str(row.get("action", "")).strip().lower(),
        }
        for row in body["changes"]
        if isinstance(row, Mapping)
    ]
    return {**body, "changes": changes, "version": _entry(view, body["draft"], "draft")["version"]}


def _explaining(view: View, body: dict[str, Any]) -> dict[str, Any]:
    stage = _entry(view, body["proposal"], "draft", "amendment")["stage"]
    return {**body, "when": "after" if stage in ("carried", "rejected", "adopted") else "before"}


def _chain(field: str = "") -> Any:
    """The organisation's latest act, so that its acts stand in one order; and the acts that a list names."""

    def refs(view: View, body: Mapping[str, Any]) -> Iterable[str]:
        named = [body["vote"]] if "votes" in body else []
        return [view.state.get("house", ""), *named, *(body.get(field, ()) if field else ())]

    return refs


# -- sentences ---------------------------------------------------------------------------------------------------------


def _convened(act: Act) -> str:
    return f"{act.body['body']}, {act.body['session']}"


def _member_told(act: Act) -> str:
    voting = act.body.get("voting", True)
    return gettext("%(name)s, as a member") % act.body if voting else gettext("%(name)s, as an observer") % act.body


def _agenda_told(act: Act) -> str:
    return "; ".join(f"{row['number']}. {row['title']}" for row in act.body["items"])[:500]


def _start(act: Act) -> str:
    return " ".join(act.body["text"].split())


def _titled(act: Act) -> str:
    return str(act.body["title"])


def _result_told(act: Act) -> str:
    return words.tally(act.body["yes"], act.body["no"], act.body["abstain"])


def _vote_told(act: Act) -> str:
    return gettext("until %(moment)s; %(majority)s") % {
        "moment": words.clock(act.body["closes"]),
        "majority": words.MAJORITIES[act.body["majority"]],
    }


def _changes_told(act: Act) -> str:
    return "; ".join(f"{row['paragraph']}: {words.DONE[row['action']]}" for row in act.body["changes"])


def _objections_told(act: Act) -> str:
    return "" if act.body.get("objections") else gettext("nobody objected")


_TEXT = Field("text", _("Text"), "act")
_DRAFT = Field("draft", _("Draft"), "act")
_ITEM = Field("item", _("Item of the agenda"), "choice", choices=_items)
_LANGUAGE = Field("language", _("Language"), "choice", required=False, initial=_first_language, choices=_languages)
_PREAMBLE = _("Preambular paragraphs, with an empty line between them.")
_OPERATIVE = _("Operative paragraphs, with an empty line between them; they are numbered as they stand.")
_AT_ONCE: dict[str, Any] = {"clearance": False, "right": "acknowledge", "when": _house, "refs": _chain()}
"""What the sequencer says."""
_RESOLUTION = "forum/resolution.html"
_SPEECH = "forum/speech.html"

_OF_THE_HOUSE = (
    Deed(
        "forum.convene",
        acts.Convening,
        _("Session convened"),
        _("Convene a session"),
        opens=True,
        lead=_("Those to whom it is addressed can be introduced as members or observers afterwards."),
        fields=(
            Field("body", _("Body"), help=_("First Committee, Plenary")),
            Field("session", _("Session"), help=_("81st session")),
            Field("opens", _("Opens on"), "day"),
            Field("closes", _("Last day planned"), "day"),
            Field(
                "majority",
                _("Majority that decides as a rule"),
                "choice",
                initial="simple",
                choices=tuple(words.MAJORITIES.items()),
                required=True,
            ),
            Field("languages", _("Languages"), "choices", initial=["en"], choices=words.LANGUAGES),
            Field("text", _("Remarks"), "text", required=False),
        ),
        sentence=_convened,
    ),
    Deed(
        "forum.member",
        acts.Member,
        _("Introduction"),
        _("Introduce a member"),
        fields=(
            Field("node", _("State or organisation"), "choice", choices=_invited),
            Field(
                "name",
                _("Official short name in English"),
                required=False,
                help=_("By which the roll is called; as its credentials have it when empty."),
            ),
            Field("voting", _("It is a member, and votes"), "check", initial=True),
        ),
        complete=_introduced,
        listed=False,
        sentence=_member_told,
        **_AT_ONCE,
    ),
    Deed(
        "forum.agenda",
        acts.Agenda,
        _("Agenda"),
        _("Lay the agenda"),
        lead=_("A later version replaces the earlier."),
        fields=(
            Field(
                "items",
                _("Items"),
                "rows",
                columns=("number", "title"),
                initial=_agenda_now,
                size=10,
                help=_("One a line, its number and its title with a bar between them: 93 | Hospitals"),
            ),
        ),
        sentence=_agenda_told,
        **_AT_ONCE,
    ),
    Deed(
        "forum.give-symbol",
        acts.Symbol,
        _("Issued"),
        _("Issue under a symbol"),
        fields=(_TEXT, Field("symbol", _("Symbol"), help=_("Given once, and never again: WF/81/L.4"))),
        names="text",
        listed=False,
        sentence=lambda act: str(act.body["symbol"]),
        **_AT_ONCE,
    ),
    Deed(
        "forum.silence",
        acts.Silence,
        _("Silence procedure"),
        _("Put under silence"),
        lead=_("The text is carried unless a member objects until then. The General Assembly gives 72 hours at least."),
        fields=(_TEXT, Field("until", _("Silence until"), "moment", initial=_in(_SILENCE))),
        names="text",
        complete=_with_hash("text", "draft", "document"),
        listed=False,
        sentence=lambda act: gettext("until %(moment)s") % {"moment": words.clock(act.body["until"])},
        **_AT_ONCE,
    ),
    Deed(
        "forum.end-silence",
        acts.SilenceEnd,
        _("Silence ended"),
        _("End the silence"),
        fields=(Field("silence", _("Silence procedure"), "act"),),
        names="silence",
        complete=_heard_objections,
        listed=False,
        sentence=_objections_told,
        **{**_AT_ONCE, "refs": _chain("objections")},
    ),
    Deed(
        "forum.open-vote",
        acts.Vote,
        _("Roll call opened"),
        _("Open the vote"),
        lead=_(
            "From now on nothing interrupts the vote (rule 88). The roll begins with the name that is drawn by lot."
        ),
        fields=(
            Field("proposal", _("Proposal"), "act"),
            Field(
                "majority",
                _("Majority"),
                "choice",
                initial=lambda view: view.opening.get("majority", "simple"),
                choices=tuple(words.MAJORITIES.items()),
            ),
            Field("closes", _("Open until"), "moment", initial=_in(_ROLL_CALL), help=_("Or until all have voted.")),
            Field(
                "first",
                _("Called first"),
                "choice",
                choices=_voters,
                required=False,
                help=_("Drawn by lot here when left open (rule 87)."),
            ),
        ),
        names="proposal",
        complete=_drawn,
        listed=False,
        sentence=_vote_told,
        **_AT_ONCE,
    ),
    Deed(
        "forum.close-vote",
        acts.Result,
        _("Result of the vote"),
        _("Close the vote and announce the result"),
        complete=_counted,
        main=True,
        sentence=_result_told,
        **{**_AT_ONCE, "when": _closing, "refs": _chain("votes")},
    ),
    Deed(
        "forum.adopt",
        acts.Adoption,
        _("Adopted"),
        _("Adopt"),
        fields=(_TEXT, Field("symbol", _("Symbol"), help=_("Of the resolution or decision: WF/RES/81/1"))),
        names="text",
        complete=_with_hash("text", "draft", "document"),
        listed=False,
        sentence=lambda act: str(act.body["symbol"]),
        **_AT_ONCE,
    ),
    Deed(
        "forum.close",
        acts.Closing,
        _("Session closed"),
        _("Close the session"),
        fields=(Field("text", _("Remarks"), "text", required=False),),
        when=lambda view: _house(view) and "voting" not in view.state and not view.state.get("silences"),
        refs=_chain(),
        sentence=lambda act: str(act.body.get("text", "")),
    ),
)

_OF_MEMBERS = (
    Deed(
        "forum.statement",
        acts.Statement,
        _("Statement"),
        _("Make a statement"),
        fields=(_ITEM, Field("text", _("Statement"), "text", size=20), _LANGUAGE),
        when=_speaking,
        excerpt=_start,
        sentence=lambda act: gettext("on item %(item)s") % act.body,
        template=_SPEECH,
    ),
    Deed(
        "forum.document",
        acts.Document,
        _("Document"),
        _("Lay a document"),
        fields=(_ITEM, Field("title", _("Title")), Field("text", _("Text"), "text", size=20)),
        when=lambda view: _heard(view) and "agenda" in view.state,
        sentence=_titled,
        excerpt=_start,
        template=_SPEECH,
    ),
    Deed(
        "forum.draft",
        acts.Draft,
        _("Draft resolution"),
        _("Lay a draft resolution"),
        lead=_("We become its main sponsor. It is before the session once the organisation has issued it."),
        fields=(
            _ITEM,
            Field("title", _("Title")),
            Field("preamble", _("Preamble"), "paragraphs", required=False, size=10, help=_PREAMBLE),
            Field("operative", _("Operative part"), "paragraphs", size=16, help=_OPERATIVE),
        ),
        complete=lambda view, body: {"preamble": [], **body},
        when=_drafting,
        sentence=_titled,
        template=_RESOLUTION,
    ),
    Deed(
        "forum.sponsor",
        acts.Sponsorship,
        _("Sponsor"),
        _("Become a sponsor"),
        fields=(_DRAFT,),
        names="draft",
        listed=False,
        when=_member,
    ),
    Deed(
        "forum.withdraw-sponsor",
        acts.Withdrawal,
        _("Sponsor no longer"),
        _("Withdraw as a sponsor"),
        fields=(_DRAFT,),
        names="draft",
        listed=False,
        when=_member,
    ),
    Deed(
        "forum.revise",
        acts.Revision,
        _("Revised draft"),
        _("Revise our draft"),
        lead=_("It becomes the text once the organisation has issued it. Amendments to the earlier text lapse then."),
        fields=(
            _DRAFT,
            Field("title", _("Title"), initial=_ours_now("title")),
            Field(
                "preamble",
                _("Preamble"),
                "paragraphs",
                required=False,
                size=10,
                help=_PREAMBLE,
                initial=_ours_now("preamble"),
            ),
            Field(
                "operative",
                _("Operative part"),
                "paragraphs",
                size=16,
                help=_OPERATIVE,
                initial=_ours_now("operative"),
            ),
        ),
        names="draft",
        complete=lambda view, body: {"preamble": [], **body},
        listed=False,
        when=_member,
        sentence=_titled,
        template=_RESOLUTION,
    ),
    Deed(
        "forum.amend",
        acts.Amendment,
        _("Amendment"),
        _("Propose an amendment"),
        fields=(
            _DRAFT,
            Field(
                "changes",
                _("Changes"),
                "rows",
                columns=("paragraph", "action", "text"),
                size=8,
                help=_(
                    "One a line: paragraph, add or replace or delete, and the new text, with bars between them. "
                    "PP2 is the second preambular paragraph, OP3 the third operative one, OP0 the head of that part: "
                    "OP3 | replace | Requests a report every year;"
                ),
            ),
            Field("text", _("Why"), "text", required=False),
        ),
        names="draft",
        complete=_amending,
        refs=lambda view, body: [body["version"]],
        listed=False,
        when=_member,
        sentence=_changes_told,
        template="forum/amendment.html",
    ),
    Deed(
        "forum.accept-amendment",
        acts.Acceptance,
        _("Amendment accepted"),
        _("Accept the amendment"),
        lead=_("It becomes part of our draft once the organisation has issued the new text."),
        fields=(Field("amendment", _("Amendment"), "act"),),
        names="amendment",
        listed=False,
        when=_member,
    ),
    Deed(
        "forum.object",
        acts.Objection,
        _("Objection"),
        _("Object, and break the silence"),
        fields=(Field("silence", _("Silence procedure"), "act"), Field("text", _("Why"), "text", required=False)),
        names="silence",
        listed=False,
        when=_member,
        sentence=lambda act: str(act.body.get("text", "")),
        precedence="IMMEDIATE",
    ),
    Deed(
        "forum.vote",
        acts.Ballot,
        _("Vote"),
        _("Vote"),
        lead=_("One vote, which stands."),
        fields=(
            Field("vote", _("Roll call"), "act"),
            Field("choice", _("Our vote"), "choice", choices=tuple(words.CHOICES.items())),
        ),
        names="vote",
        listed=False,
        when=lambda view: _member(view) and "voting" in view.state,
        sentence=lambda act: str(words.CHOICES[act.body["choice"]]),
        precedence="IMMEDIATE",
    ),
    Deed(
        "forum.explain",
        acts.Explanation,
        _("Explanation of vote"),
        _("Explain our vote"),
        lead=_("Before the vote or after it, and not by those who propose (rule 88)."),
        fields=(Field("proposal", _("Proposal"), "act"), Field("text", _("Explanation"), "text", size=16), _LANGUAGE),
        names="proposal",
        complete=_explaining,
        listed=False,
        when=lambda view: _member(view) and "voting" not in view.state,
        excerpt=_start,
        template=_SPEECH,
    ),
)

DEEDS = (*_OF_THE_HOUSE, *_OF_MEMBERS)
