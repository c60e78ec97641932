"""Rules of effect of a session. Pure: the state and the act, no clock. The rules of procedure that it names are those
of the General Assembly (A/520/Rev.20).

The organisation is the sequencer: **what binds is decided by its acts alone, which name the acts of members that they
build on.** A member that dates an act back, or signs two, changes nothing that was decided.

 1. `forum.convene` takes effect only in the matter that it opens, once, and addressed to somebody else. Its author is
    the organisation; its addressees may be introduced.
 2. Every other act takes effect only after that; its author is a party, and it is addressed to all other parties and to
    nobody else. An act that is about others names them among its `refs`.
 3. `forum.member` introduces an addressee, with its credentials, as a member or as an observer. Introduced again, its
    credentials must continue those of before. Who has not been introduced does nothing.
 4. Observers and the organisation make statements and lay documents; all else is for members.
 5. A later agenda replaces the earlier. What names an item takes effect only when the agenda has it. Statements are
    made from the opening day on, and not while a vote is open (rule 88).
 6. A symbol is given once, and a text has one. A document, draft or amendment is before the session once it has its
    symbol; an amendment, a revision or an accepted amendment gets one only once the draft has its own.
 7. The author of a draft is its main sponsor. Others become sponsors and withdraw, until voting on it has begun.
 8. Only the main sponsor revises its draft or accepts amendments, until voting has begun. The text changes when the
    organisation issues the revision or the acceptance under a symbol, and not while it is under silence. With a
    revision the amendments to the earlier text lapse.
 9. An amendment is to the version that it names, which must be the present one, and to paragraphs that it has. Not once
    voting on the draft has begun.
10. A vote is opened on a draft or an amendment before the session, on its very hash, from the opening day on, one at a
    time, with a member that may vote first on the roll. Voting on a draft begins with the first vote on it or on an
    amendment to it. All amendments are decided before the draft (rule 90), in the order that the organisation chooses;
    one about a paragraph that a carried or accepted amendment has changed falls, and is not put to the vote.
11. Those who may vote are fixed when the vote is opened. Each votes once, before the close: the first vote stands.
    Where a member signed two, the one that the organisation counts is the first that reached it.
12. `forum.close-vote` lists the votes that it counts in the order of the roll (rule 87), one a member, and the tally. A
    list or tally that does not agree with the votes is without effect. It comes when all have voted, or not before the
    moment that was named. A vote that was cast before it and is not listed is noted as missing.
13. A carried amendment becomes part of the draft. A draft is carried or rejected by its vote, for good.
14. Explanations of vote are given before the vote on the proposal is opened or after it is closed (rule 88), by those
    who may vote, and not by sponsors of the draft or the author of the amendment.
15. Silence is put on a document or a draft before the session, on its very hash, with no amendment pending, no voting
    and no other silence on it. Members object until the moment named. The organisation ends it with the objections that
    it received, or, with none, not before that moment; with none, the text is carried. One that it does not list is
    noted as missing.
16. What was carried is adopted once, under its hash and a fresh symbol.
17. The organisation closes the session, with no vote open and no silence running. Nothing takes effect after that.

State, key by key, beside `opening`, `last` and `closed` of `verbale.matters.rules` (`opening` has `body`, `session`,
`opens`, `closes`, `majority`, `languages` too):
    house               id of the organisation's latest act with effect; its next one refers to it, so that its acts are
                        a chain whose order no clock of a member can change
    member:<node>       {"act", "name", "voting", "fingerprint", "serial", "issued"}
    agenda              {"act", "items": [{"number", "title"}], "issued"}
    symbol:<symbol>     {"act", "what"}: what stands under it
    statement:<id>      {"by", "item", "issued"}
    document:<id>       {"by", "title", "item", "issued", "sha256", "symbol", "stage", "decision"}
    draft:<id>          as a document, and "version": the act whose text is amended
    text:<id>           the present text of a draft, see `text.py`
    sponsor:<draft>:<node>  {"act", "issued"}
    amendments:<draft>  ids of the amendments to the present version that have a symbol
    amendment:<id>      {"by", "draft", "version", "changes", "sha256", "text", "issued", "symbol", "stage", "decision",
                        "before": {key: text} of the paragraphs that it has changed, None while it has changed none}
    revision:<id>       {"by", "draft", "title", "preamble", "operative", "issued", "symbol"}
    acceptance:<id>     {"by", "draft", "amendment", "issued", "symbol"}
    voting              id of the vote that is open; absent when there is none
    vote:<id>           {"proposal", "what": draft|amendment, "draft", "sha256", "majority", "closes", "first", "roll",
                        "issued"}
    cast:<vote>:<node>  id of a member's first vote in it
    ballot:<id>         {"vote", "by", "choice", "issued"}: every vote that could be counted
    result:<vote>       {"act", "counted": [{"node", "choice", "ballot"}], "yes", "no", "abstain", "needed", "carried",
                        "missing": [{"node", "ballot"}], "issued"}
    silences            ids of the silences that run
    silence:<id>        {"text", "what": draft|document, "sha256", "until", "issued"}
    objector:<silence>:<node>  id of a member's first objection
    objection:<id>      {"silence", "by", "issued"}
    outcome:<silence>   {"act", "objections": [ids], "carried", "missing": [{"node", "objection"}], "issued"}
    explanation:<id>    {"by", "proposal", "when", "issued"}
    adopted:<id>        {"act", "symbol", "sha256", "decision", "title", "issued"} of a draft or document

`stage` is `tabled`, `silence`, `voting`, `carried`, `rejected`, `adopted`; of an amendment `accepted` or `lapsed` too.
`decision` is the act that carried or rejected it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from verbale.matters.forum import deciding, drafting
from verbale.matters.forum.grounds import no_item, too_early
from verbale.matters.rules import close, enter, member, open_matter
from verbale.protocol import EFFECTIVE, Act, Credentials, Effect, ProtocolError, State, gettext_noop

__all__ = ["rule", "title"]


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    effect = enter(state, act, _convene(state, act) if act.type == "forum.convene" else _other(state, act))
    if effect.effective and act.author == state["opening"]["by"]:
        state["house"] = act.id
    return effect


def title(state: Mapping[str, Any]) -> str:
    """The body and the session."""
    opening = state.get("opening")
    return str(opening["title"]) if opening else ""


def _convene(state: State, act: Act) -> Effect:
    body = act.body
    return open_matter(
        state,
        act,
        title=f"{body['body']}, {body['session']}",
        body=body["body"],
        session=body["session"],
        opens=body["opens"],
        closes=body["closes"],
        majority=body.get("majority", "simple"),
        languages=list(body["languages"]),
    )


def _other(state: State, act: Act) -> Effect:
    barred = member(state, act)
    if barred is not None:
        return barred
    house = state["opening"]["by"]
    if act.type in _OF_THE_HOUSE:
        if act.author != house:
            return Effect(gettext_noop("Only %s, whose session it is, does this."), (house,))
        return _OF_THE_HOUSE[act.type](state, act)
    if act.author == house:
        if act.type not in _SPOKEN:
            return Effect(gettext_noop("Only members do this."))
        return _OF_MEMBERS[act.type](state, act)
    person = state.get(f"member:{act.author}")
    if person is None:
        return Effect(gettext_noop("%s has not been introduced as a member of this session."), (act.author,))
    # Who votes was fixed when the vote was opened; `_vote` asks that roll.
    if not person["voting"] and act.type not in (*_SPOKEN, "forum.vote"):
        return Effect(gettext_noop("%s is an observer, which takes no part in decisions."), (act.author,))
    return _OF_MEMBERS[act.type](state, act)


def _member(state: State, act: Act) -> Effect:
    body = act.body
    node = body["node"]
    if node not in act.audience:
        return Effect(gettext_noop("%s is not among those for whom the session was convened."), (node,))
    try:
        credentials = Credentials.from_bytes(body["credentials"].encode())
    except (ProtocolError, UnicodeEncodeError) as error:
        return Effect(gettext_noop("The credentials do not hold: %s."), (str(error),))
    if credentials.node != node:
        return Effect(gettext_noop("The credentials are those of %s."), (credentials.node,))
    if credentials.revoked is not None:
        return Effect(gettext_noop("The credentials of %s are revoked."), (node,))
    before = state.get(f"member:{node}")
    serial = credentials.current.serial
    if before is not None and (
        serial < before["serial"] or credentials.keys_by_fingerprint(before["fingerprint"]) is None
    ):
        return Effect(gettext_noop("The credentials do not continue those with which %s was introduced."), (node,))
    state[f"member:{node}"] = {
        "act": act.id,
        "name": body["name"],
        "voting": body.get("voting", True),
        "fingerprint": credentials.current.fingerprint,
        "serial": serial,
        "issued": act.issued,
    }
    return EFFECTIVE


def _agenda(state: State, act: Act) -> Effect:
    items = [{"number": item["number"], "title": item["title"]} for item in act.body["items"]]
    state["agenda"] = {"act": act.id, "items": items, "issued": act.issued}
    return EFFECTIVE


def _statement(state: State, act: Act) -> Effect:
    barred = too_early(state, act) or no_item(state, act.body["item"])
    if barred is not None:
        return barred
    if "voting" in state:
        return Effect(gettext_noop("Voting has begun, and nothing interrupts it (rule 88)."))
    state[f"statement:{act.id}"] = {"by": act.author, "item": act.body["item"], "issued": act.issued}
    return EFFECTIVE


def _close(state: State, act: Act) -> Effect:
    if "voting" in state or state.get("silences"):
        return Effect(gettext_noop("A vote is open, or a silence runs."))
    return close(state, act)


_OF_THE_HOUSE: dict[str, Callable[[State, Act], Effect]] = {
    "forum.member": _member,
    "forum.agenda": _agenda,
    "forum.give-symbol": drafting.give_symbol,
    "forum.silence": deciding.put_under_silence,
    "forum.end-silence": deciding.end_silence,
    "forum.open-vote": deciding.open_vote,
    "forum.close-vote": deciding.close_vote,
    "forum.adopt": deciding.adopt,
    "forum.close": _close,
}
_OF_MEMBERS: dict[str, Callable[[State, Act], Effect]] = {
    "forum.statement": _statement,
    "forum.document": drafting.lay_document,
    "forum.draft": drafting.lay_draft,
    "forum.sponsor": drafting.sponsor,
    "forum.withdraw-sponsor": drafting.withdraw_sponsor,
    "forum.revise": drafting.revise,
    "forum.amend": drafting.amend,
    "forum.accept-amendment": drafting.accept,
    "forum.object": deciding.object_to,
    "forum.vote": deciding.cast_vote,
    "forum.explain": deciding.explain,
}
_SPOKEN = ("forum.statement", "forum.document")
