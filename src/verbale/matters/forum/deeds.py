"""What people do in a session: a deed for each type of act, for the organisation and for members.

What the organisation does as sequencer (introducing, issuing under symbols, silence, votes, adoption) is said at once:
it follows from the rules or is the chair's word in session, and its order is what binds. Whatever a state says, and
what convenes and closes a session, takes a second person.
"""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from verbale.matters.forum import acts, choosing, words
from verbale.matters.forum.papers import adopted_paper, draft_paper
from verbale.matters.kit.spec import Deed, Field

__all__ = ["DEEDS"]

_TEXT = Field("text", _("Text"), "act")
_DRAFT = Field("draft", _("Draft"), "act")
_ITEM = Field("item", _("Item of the agenda"), "choice", choices=choosing.items)
_LANGUAGE = Field(
    "language", _("Language"), "choice", required=False, initial=choosing.first_language, choices=choosing.languages
)
_PREAMBLE = _("Preambular paragraphs, with an empty line between them.")
_OPERATIVE = _("Operative paragraphs, with an empty line between them; they are numbered as they stand.")
_AT_ONCE: dict[str, Any] = {
    "clearance": False,
    "right": "acknowledge",
    "when": choosing.by_house,
    "refs": choosing.chain(),
}
"""What the sequencer says."""
_SPEECH = "forum/speech.html"

_OF_THE_HOUSE = (
    Deed(
        "forum.convene",
        acts.Convening,
        _("Session convened"),
        _("Convene a session"),
        opens=True,
        by="organisation",
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
        sentence=choosing.convened,
    ),
    Deed(
        "forum.member",
        acts.Member,
        _("Introduction"),
        _("Introduce a member"),
        fields=(
            Field("node", _("State or organisation"), "choice", choices=choosing.invited),
            Field(
                "name",
                _("Official short name in English"),
                required=False,
                help=_("By which the roll is called; as its credentials have it when empty."),
            ),
            Field("voting", _("It is a member, and votes"), "check", initial=True),
        ),
        complete=choosing.introduced,
        listed=False,
        sentence=choosing.member_told,
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
                initial=choosing.agenda_now,
                size=10,
                help=_("One a line, its number and its title with a bar between them: 93 | Hospitals"),
            ),
        ),
        sentence=choosing.agenda_told,
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
        fields=(_TEXT, Field("until", _("Silence until"), "moment", initial=choosing.in_span(choosing.SILENCE))),
        names="text",
        complete=choosing.with_hash("text", "draft", "document"),
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
        complete=choosing.heard_objections,
        listed=False,
        sentence=choosing.objections_told,
        **{**_AT_ONCE, "refs": choosing.chain("objections")},
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
            Field(
                "closes",
                _("Open until"),
                "moment",
                initial=choosing.in_span(choosing.ROLL_CALL),
                help=_("Or until all have voted."),
            ),
            Field(
                "first",
                _("Called first"),
                "choice",
                choices=choosing.voters,
                required=False,
                help=_("Drawn by lot here when left open (rule 87)."),
            ),
        ),
        names="proposal",
        complete=choosing.drawn,
        listed=False,
        sentence=choosing.vote_told,
        **_AT_ONCE,
    ),
    Deed(
        "forum.close-vote",
        acts.Result,
        _("Result of the vote"),
        _("Close the vote and announce the result"),
        complete=choosing.counted,
        main=True,
        sentence=choosing.result_told,
        **{**_AT_ONCE, "when": choosing.may_close_vote, "refs": choosing.chain("votes")},
    ),
    Deed(
        "forum.adopt",
        acts.Adoption,
        _("Adopted"),
        _("Adopt"),
        fields=(_TEXT, Field("symbol", _("Symbol"), help=_("Of the resolution or decision: WF/RES/81/1"))),
        names="text",
        complete=choosing.with_hash("text", "draft", "document"),
        listed=False,
        sentence=lambda act: str(act.body["symbol"]),
        paper=adopted_paper,
        **_AT_ONCE,
    ),
    Deed(
        "forum.close",
        acts.Closing,
        _("Session closed"),
        _("Close the session"),
        fields=(Field("text", _("Remarks"), "text", required=False),),
        when=lambda view: choosing.by_house(view) and "voting" not in view.state and not view.state.get("silences"),
        refs=choosing.chain(),
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
        when=choosing.speaking,
        excerpt=choosing.start,
        sentence=lambda act: gettext("on item %(item)s") % act.body,
        template=_SPEECH,
    ),
    Deed(
        "forum.document",
        acts.Document,
        _("Document"),
        _("Lay a document"),
        fields=(_ITEM, Field("title", _("Title")), Field("text", _("Text"), "text", size=20)),
        when=lambda view: choosing.heard(view) and "agenda" in view.state,
        sentence=choosing.titled,
        excerpt=choosing.start,
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
        when=choosing.drafting,
        sentence=choosing.titled,
        paper=draft_paper,
    ),
    Deed(
        "forum.sponsor",
        acts.Sponsorship,
        _("Sponsor"),
        _("Become a sponsor"),
        fields=(_DRAFT,),
        names="draft",
        listed=False,
        when=choosing.by_member,
    ),
    Deed(
        "forum.withdraw-sponsor",
        acts.Withdrawal,
        _("Sponsor no longer"),
        _("Withdraw as a sponsor"),
        fields=(_DRAFT,),
        names="draft",
        listed=False,
        when=choosing.by_member,
    ),
    Deed(
        "forum.revise",
        acts.Revision,
        _("Revised draft"),
        _("Revise our draft"),
        lead=_("It becomes the text once the organisation has issued it. Amendments to the earlier text lapse then."),
        fields=(
            _DRAFT,
            Field("title", _("Title"), initial=choosing.our_text("title")),
            Field(
                "preamble",
                _("Preamble"),
                "paragraphs",
                required=False,
                size=10,
                help=_PREAMBLE,
                initial=choosing.our_text("preamble"),
            ),
            Field(
                "operative",
                _("Operative part"),
                "paragraphs",
                size=16,
                help=_OPERATIVE,
                initial=choosing.our_text("operative"),
            ),
        ),
        names="draft",
        complete=lambda view, body: {"preamble": [], **body},
        listed=False,
        when=choosing.by_member,
        sentence=choosing.titled,
        paper=draft_paper,
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
        complete=choosing.amending,
        refs=lambda view, body: [body["version"]],
        listed=False,
        when=choosing.by_member,
        sentence=choosing.changes_told,
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
        when=choosing.by_member,
    ),
    Deed(
        "forum.object",
        acts.Objection,
        _("Objection"),
        _("Object, and break the silence"),
        fields=(Field("silence", _("Silence procedure"), "act"), Field("text", _("Why"), "text", required=False)),
        names="silence",
        listed=False,
        when=choosing.by_member,
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
        when=lambda view: choosing.by_member(view) and "voting" in view.state,
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
        complete=choosing.explaining,
        listed=False,
        when=lambda view: choosing.by_member(view) and "voting" not in view.state,
        excerpt=choosing.start,
        template=_SPEECH,
    ),
)

DEEDS = (*_OF_THE_HOUSE, *_OF_MEMBERS)
