"""Rules of effect of a session. Pure: the state and the act, no clock. Rules named are those of procedure of the General
Assembly (A/520/Rev.20).

The organisation is the sequencer: **what binds is decided by its acts alone, which name the acts of members that they
build on.** A member that dates an act back, or signs two, changes nothing that was decided; `test_forum_fold.py` holds it.

 1. `forum.convene` takes effect only in the matter that it opens, once, and addressed to somebody else. Its author is
    the organisation; its addressees may be introduced.
 2. Every other act takes effect only after that; its author is a party, and it is addressed to all other parties and to
    nobody else. An act that is about others names them among its `refs`.
 3. `forum.member` introduces an addressee, with its credentials, as a member or as an observer. Introduced again, its
    credentials must continue those of before. Who has not been introduced does nothing.
 4. Observers and the organisation make statements and lay documents; all else is for members.
 5. A later agenda replaces the earlier. What names an item takes effect only when the agenda has it. Statements are made
    from the opening day on, and not while a vote is open (rule 88).
 6. A symbol is given once, and a text has one. A document, draft or amendment is before the session once it has its
    symbol; an amendment, a revision or an accepted amendment gets one only once the draft has its own.
 7. The author of a draft is its main sponsor. Others become sponsors and withdraw, until voting on it has begun.
 8. Only the main sponsor revises its draft or accepts amendments, until voting has begun. The text changes when the
    organisation issues the revision or the acceptance under a symbol, and not while it is under silence. With a revision
    the amendments to the earlier text lapse.
 9. An amendment is to the version that it names, which must be the present one, and to paragraphs that it has. Not once
    voting on the draft has begun.
10. A vote is opened on a draft or an amendment before the session, on its very hash, from the opening day on, one at a
    time, with a member that may vote first on the roll. Voting on a draft begins with the first vote on it or on an
    amendment to it. All amendments are decided before the draft (rule 90), in the order that the organisation chooses; one
    about a paragraph that a carried or accepted amendment has changed falls, and is not put to the vote.
11. Those who may vote are fixed when the vote is opened. Each votes once, before the close: the first vote stands. Where
    a member signed two, the one that the organisation counts is the first that reached it.
12. `forum.close-vote` lists the votes that it counts in the order of the roll (rule 87), one a member, and the tally. A
    list or tally that does not agree with the votes is without effect. It comes when all have voted, or not before the
    moment that was named. A vote that was cast before it and is not listed is noted as missing.
13. A carried amendment becomes part of the draft. A draft is carried or rejected by its vote, for good.
14. Explanations of vote are given before the vote on the proposal is opened or after it is closed (rule 88), by those
    who may vote, and not by sponsors of the draft or the author of the amendment.
15. Silence is put on a document or a draft before the session, on its very hash, with no amendment pending, no voting
    and no other silence on it. Members object until the moment named. The organisation ends it with the objections that
    it received, or, with none, not before that moment; with none, the text is carried. One that it does not list is noted
    as missing.
16. What was carried is adopted once, under its hash and a fresh symbol.
17. The organisation closes the session, with no vote open and no silence running. Nothing takes effect after that.

State, key by key (beside `opening`, `last` and `closed` of `verbale.matters.rules`; `opening` has `body`, `session`, `opens`,
`closes`, `majority`, `languages` too):
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
    amendment:<id>      {"by", "draft", "version", "changes", "sha256", "text", "issued", "symbol", "stage", "decision"}
    revision:<id>       {"by", "draft", "title", "preamble", "operative", "issued", "symbol"}
    acceptance:<id>     {"by", "draft", "amendment", "issued", "symbol"}
    voting              id of the vote that is open; absent when there is none
    vote:<id>           {"proposal", "what": draft|amendment, "draft", "sha256", "majority", "closes", "first", "roll", "issued"}
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

from verbale.matters.forum import text as texts
from verbale.matters.forum.tally import count, roll_call
from verbale.matters.rules import close, enter, member, named, open_matter
from verbale.protocol import EFFECTIVE, Act, Credentials, Effect, ProtocolError, State, gettext_noop

__all__ = ["pending", "rule", "title"]


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


def _of(state: State, act: Act, field: str, *prefixes: str) -> tuple[str, Mapping[str, Any]] | Effect:
    """Which of these the act named in `field` is, and its entry; or why there is none."""
    identifier = act.body[field]
    found = next((prefix for prefix in prefixes if f"{prefix}:{identifier}" in state), prefixes[0])
    entry = named(state, act, field, found)
    return entry if isinstance(entry, Effect) else (found, entry)


def _change(state: State, key: str, **fields: Any) -> None:
    state[key] = {**state[key], **fields}


def _no_item(state: State, item: str) -> Effect | None:
    agenda = state.get("agenda")
    if agenda is not None and any(row["number"] == item for row in agenda["items"]):
        return None
    return Effect(gettext_noop("The agenda has no item %s."), (item,))


def _fixed(draft: Mapping[str, Any]) -> Effect | None:
    """Why a draft takes no change any more: voting has begun (rule 88)."""
    if draft["stage"] in ("tabled", "silence"):
        return None
    return Effect(gettext_noop("Voting on this draft has begun, or it has been decided."))


def _too_early(state: State, act: Act) -> Effect | None:
    opens = state["opening"]["opens"]
    return Effect(gettext_noop("The session opens on %s."), (opens,)) if act.issued[:10] < opens else None


# -- who is there, and what is on the agenda ----------------------------------------------------------------------------


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
    barred = _too_early(state, act) or _no_item(state, act.body["item"])
    if barred is not None:
        return barred
    if "voting" in state:
        return Effect(gettext_noop("Voting has begun, and nothing interrupts it (rule 88)."))
    state[f"statement:{act.id}"] = {"by": act.author, "item": act.body["item"], "issued": act.issued}
    return EFFECTIVE


# -- texts ---------------------------------------------------------------------------------------------------------------


def _document(state: State, act: Act) -> Effect:
    body = act.body
    barred = _no_item(state, body["item"])
    if barred is not None:
        return barred
    state[f"document:{act.id}"] = _tabled(act, texts.document_hash(body["title"], body["text"]))
    return EFFECTIVE


def _draft(state: State, act: Act) -> Effect:
    body = act.body
    barred = _no_item(state, body["item"])
    if barred is not None:
        return barred
    text = texts.laid(body["title"], body["preamble"], body["operative"])
    state[f"text:{act.id}"] = text
    state[f"draft:{act.id}"] = {**_tabled(act, texts.text_hash(text)), "version": act.id}
    state[f"sponsor:{act.id}:{act.author}"] = {"act": act.id, "issued": act.issued}
    return EFFECTIVE


def _tabled(act: Act, sha256: str) -> dict[str, Any]:
    return {
        "by": act.author,
        "title": act.body["title"],
        "item": act.body["item"],
        "issued": act.issued,
        "sha256": sha256,
        "symbol": None,
        "stage": "tabled",
        "decision": None,
    }


def _sponsor(state: State, act: Act) -> Effect:
    draft = named(state, act, "draft", "draft")
    if isinstance(draft, Effect):
        return draft
    key = f"sponsor:{act.body['draft']}:{act.author}"
    if key in state:
        return Effect(gettext_noop("%s is a sponsor of this draft already."), (act.author,))
    fixed = _fixed(draft)
    if fixed is not None:
        return fixed
    state[key] = {"act": act.id, "issued": act.issued}
    return EFFECTIVE


def _withdraw_sponsor(state: State, act: Act) -> Effect:
    draft = named(state, act, "draft", "draft")
    if isinstance(draft, Effect):
        return draft
    key = f"sponsor:{act.body['draft']}:{act.author}"
    if draft["by"] == act.author:
        return Effect(gettext_noop("%s is the main sponsor, in whose name the draft stands."), (act.author,))
    if key not in state:
        return Effect(gettext_noop("%s is no sponsor of this draft."), (act.author,))
    fixed = _fixed(draft)
    if fixed is not None:
        return fixed
    del state[key]
    return EFFECTIVE


def _revise(state: State, act: Act) -> Effect:
    draft, body = named(state, act, "draft", "draft"), act.body
    if isinstance(draft, Effect):
        return draft
    if draft["by"] != act.author:
        return Effect(gettext_noop("It is %s's draft: only the main sponsor does this."), (draft["by"],))
    fixed = _fixed(draft)
    if fixed is not None:
        return fixed
    state[f"revision:{act.id}"] = {
        "by": act.author,
        "draft": body["draft"],
        "title": body["title"],
        "preamble": list(body["preamble"]),
        "operative": list(body["operative"]),
        "issued": act.issued,
        "symbol": None,
    }
    return EFFECTIVE


def _amend(state: State, act: Act) -> Effect:
    draft, body = named(state, act, "draft", "draft"), act.body
    if isinstance(draft, Effect):
        return draft
    fixed = _fixed(draft)
    if fixed is not None:
        return fixed
    if body["version"] not in act.refs:
        return Effect(gettext_noop("It does not refer to the act that it is about."))
    if body["version"] != draft["version"]:
        return Effect(gettext_noop("It is not to the present version of the draft."))
    barred = _cannot(state, body["draft"], body["changes"])
    if barred is not None:
        return barred
    state[f"amendment:{act.id}"] = {
        "by": act.author,
        "draft": body["draft"],
        "version": body["version"],
        "changes": [
            {"paragraph": item["paragraph"], "action": item["action"], "text": item.get("text", "")}
            for item in body["changes"]
        ],
        "sha256": texts.changes_hash(body["changes"]),
        "text": body.get("text", ""),
        "issued": act.issued,
        "symbol": None,
        "stage": "tabled",
        "decision": None,
    }
    return EFFECTIVE


def _cannot(state: State, draft: str, changes: list[dict[str, Any]]) -> Effect | None:
    """Why these changes cannot be made to the text as it stands."""
    found = texts.conflict(state[f"text:{draft}"], changes)
    if found is None:
        return None
    key, there = found
    if there:
        return Effect(gettext_noop("Another amendment has changed paragraph %s, so this one falls (rule 90)."), (key,))
    return Effect(gettext_noop("The text has no paragraph %s."), (key,))


def _accept(state: State, act: Act) -> Effect:
    amendment = named(state, act, "amendment", "amendment")
    if isinstance(amendment, Effect):
        return amendment
    draft = state[f"draft:{amendment['draft']}"]
    if draft["by"] != act.author:
        return Effect(gettext_noop("It is %s's draft: only the main sponsor does this."), (draft["by"],))
    barred = _fixed(draft) or _not_open(draft, amendment)
    if barred is not None:
        return barred
    state[f"acceptance:{act.id}"] = {
        "by": act.author,
        "draft": amendment["draft"],
        "amendment": act.body["amendment"],
        "issued": act.issued,
        "symbol": None,
    }
    return EFFECTIVE


def _not_open(draft: Mapping[str, Any], amendment: Mapping[str, Any]) -> Effect | None:
    if amendment["stage"] != "tabled" or amendment["version"] != draft["version"]:
        return Effect(gettext_noop("The amendment has been decided, or the text that it amends has been replaced."))
    return None


def _give_symbol(state: State, act: Act) -> Effect:
    found = _of(state, act, "text", "document", "draft", "amendment", "revision", "acceptance")
    if isinstance(found, Effect):
        return found
    prefix, entry = found
    identifier, symbol = act.body["text"], act.body["symbol"]
    if entry["symbol"] is not None:
        return Effect(gettext_noop("It has been issued already, as %s."), (entry["symbol"],))
    barred = _taken(state, symbol)
    if barred is None and prefix in _ISSUED:
        draft = state[f"draft:{entry['draft']}"]
        if draft["symbol"] is None:
            return Effect(gettext_noop("The draft itself has not been issued yet."))
        barred = _fixed(draft)
        if barred is None and draft["stage"] == "silence" and prefix != "amendment":
            return Effect(gettext_noop("The text is under silence, and does not change."))
        barred = barred or _ISSUED[prefix](state, act, entry)
    if barred is not None:
        return barred
    _change(state, f"{prefix}:{identifier}", symbol=symbol)
    state[f"symbol:{symbol}"] = {"act": identifier, "what": prefix}
    return EFFECTIVE


def _taken(state: State, symbol: str) -> Effect | None:
    if f"symbol:{symbol}" in state:
        return Effect(gettext_noop("The symbol %s has been given already."), (symbol,))
    return None


def _issue_amendment(state: State, act: Act, entry: Mapping[str, Any]) -> Effect | None:
    key = f"draft:{entry['draft']}"
    barred = _not_open(state[key], entry) or _cannot(state, entry["draft"], entry["changes"])
    if barred is not None:
        return barred
    listed = f"amendments:{entry['draft']}"
    state[listed] = [*state.get(listed, []), act.body["text"]]
    return None


def _issue_revision(state: State, act: Act, entry: Mapping[str, Any]) -> Effect | None:
    draft = entry["draft"]
    for identifier in state.get(f"amendments:{draft}", []):
        if state[f"amendment:{identifier}"]["stage"] == "tabled":
            _change(state, f"amendment:{identifier}", stage="lapsed")
    state[f"amendments:{draft}"] = []
    text = texts.laid(entry["title"], entry["preamble"], entry["operative"])
    state[f"text:{draft}"] = text
    _change(state, f"draft:{draft}", title=entry["title"], sha256=texts.text_hash(text), version=act.id)
    return None


def _issue_acceptance(state: State, act: Act, entry: Mapping[str, Any]) -> Effect | None:
    draft, identifier = entry["draft"], entry["amendment"]
    amendment = state[f"amendment:{identifier}"]
    barred = _not_open(state[f"draft:{draft}"], amendment) or _cannot(state, draft, amendment["changes"])
    if barred is not None:
        return barred
    _make_part(state, identifier)
    _change(state, f"amendment:{identifier}", stage="accepted", decision=act.body["text"])
    return None


def _make_part(state: State, identifier: str) -> None:
    """The amendment becomes part of its draft."""
    amendment = state[f"amendment:{identifier}"]
    draft = amendment["draft"]
    text = texts.amended(state[f"text:{draft}"], amendment["changes"], identifier)
    state[f"text:{draft}"] = text
    _change(state, f"draft:{draft}", sha256=texts.text_hash(text))


_ISSUED: dict[str, Callable[[State, Act, Mapping[str, Any]], Effect | None]] = {
    "amendment": _issue_amendment,
    "revision": _issue_revision,
    "acceptance": _issue_acceptance,
}


def pending(state: Mapping[str, Any], draft: str) -> list[str]:
    """Ids of the amendments that have to be decided before the draft; those that fell are none."""
    found = []
    for identifier in state.get(f"amendments:{draft}", []):
        entry = state[f"amendment:{identifier}"]
        if entry["stage"] == "tabled" and texts.conflict(state[f"text:{draft}"], entry["changes"]) is None:
            found.append(identifier)
    return found


# -- silence -------------------------------------------------------------------------------------------------------------


def _ready(state: State, act: Act, field: str, prefix: str, entry: Mapping[str, Any]) -> Effect | None:
    """Why a draft or document cannot be put to a decision."""
    if entry["symbol"] is None:
        return Effect(gettext_noop("It has not been issued under a symbol."))
    if entry["sha256"] != act.body["sha256"]:
        return Effect(gettext_noop("The hash is not that of the text as it stands."))
    if prefix == "draft" and pending(state, act.body[field]):
        return Effect(gettext_noop("Amendments to it are to be decided first (rule 90)."))
    return None


def _silence(state: State, act: Act) -> Effect:
    found = _of(state, act, "text", "draft", "document")
    if isinstance(found, Effect):
        return found
    prefix, entry = found
    body = act.body
    if entry["stage"] != "tabled":
        return Effect(gettext_noop("It is under silence, being voted on, or decided already."))
    barred = _ready(state, act, "text", prefix, entry)
    if barred is not None:
        return barred
    if body["until"][:19] <= act.issued[:19]:
        return Effect(gettext_noop("It would end before it begins."))
    _change(state, f"{prefix}:{body['text']}", stage="silence")
    state[f"silence:{act.id}"] = {
        "text": body["text"],
        "what": prefix,
        "sha256": body["sha256"],
        "until": body["until"],
        "issued": act.issued,
    }
    state["silences"] = [*state.get("silences", []), act.id]
    return EFFECTIVE


def _object(state: State, act: Act) -> Effect:
    silence = named(state, act, "silence", "silence")
    if isinstance(silence, Effect):
        return silence
    identifier = act.body["silence"]
    # Both are UTC, one to the millisecond: to the second they compare as text.
    if f"outcome:{identifier}" in state or act.issued[:19] > silence["until"][:19]:
        return Effect(gettext_noop("The silence was over."))
    # An objection once more says nothing new and does no harm; each that reached the organisation can be listed by it.
    state[f"objection:{act.id}"] = {"silence": identifier, "by": act.author, "issued": act.issued}
    state.setdefault(f"objector:{identifier}:{act.author}", act.id)
    return EFFECTIVE


def _end_silence(state: State, act: Act) -> Effect:
    silence, body = named(state, act, "silence", "silence"), act.body
    if isinstance(silence, Effect):
        return silence
    identifier, listed = body["silence"], body.get("objections", [])
    if f"outcome:{identifier}" in state:
        return Effect(gettext_noop("The silence was over."))
    if not listed and act.issued[:19] < silence["until"][:19]:
        return Effect(gettext_noop("The silence runs until %s."), (silence["until"],))
    for objection in listed:
        entry = state.get(f"objection:{objection}") if objection in act.refs else None
        if entry is None or entry["silence"] != identifier:
            return Effect(gettext_noop("It lists an act that is no objection to this silence."))
    heard = {state[f"objection:{objection}"]["by"] for objection in listed}
    carried = not listed
    state[f"outcome:{identifier}"] = {
        "act": act.id,
        "objections": list(listed),
        "carried": carried,
        "missing": [
            {"node": node, "objection": state[f"objector:{identifier}:{node}"]}
            for node in state["opening"]["parties"]
            if node not in heard and f"objector:{identifier}:{node}" in state
        ],
        "issued": act.issued,
    }
    state["silences"] = [item for item in state["silences"] if item != identifier]
    stage, decision = ("carried", act.id) if carried else ("tabled", None)
    _change(state, f"{silence['what']}:{silence['text']}", stage=stage, decision=decision)
    return EFFECTIVE


# -- votes ---------------------------------------------------------------------------------------------------------------


def _open_vote(state: State, act: Act) -> Effect:
    found = _of(state, act, "proposal", "draft", "amendment")
    if isinstance(found, Effect):
        return found
    prefix, entry = found
    body = act.body
    proposal = body["proposal"]
    barred = _too_early(state, act)
    if barred is not None:
        return barred
    if "voting" in state:
        return Effect(gettext_noop("Voting has begun, and nothing interrupts it (rule 88)."))
    draft_id = proposal if prefix == "draft" else entry["draft"]
    draft = state[f"draft:{draft_id}"]
    if draft["stage"] not in ("tabled", "voting"):
        return Effect(gettext_noop("The draft is under silence, or decided already."))
    barred = _ready(state, act, "proposal", prefix, entry)
    if barred is None and prefix == "amendment":
        barred = _not_open(draft, entry) or _cannot(state, draft_id, entry["changes"])
    if barred is not None:
        return barred
    people = {node: state.get(f"member:{node}") for node in state["opening"]["parties"]}
    names = {node: person["name"] for node, person in people.items() if person is not None and person["voting"]}
    if body["first"] not in names:
        return Effect(gettext_noop("%s, drawn to be called first, has no vote."), (body["first"],))
    state[f"vote:{act.id}"] = {
        "proposal": proposal,
        "what": prefix,
        "draft": draft_id,
        "sha256": body["sha256"],
        "majority": body["majority"],
        "closes": body["closes"],
        "first": body["first"],
        "roll": roll_call(names, body["first"]),
        "issued": act.issued,
    }
    state["voting"] = act.id
    _change(state, f"draft:{draft_id}", stage="voting")
    return EFFECTIVE


def _vote(state: State, act: Act) -> Effect:
    vote = named(state, act, "vote", "vote")
    if isinstance(vote, Effect):
        return vote
    identifier, me = act.body["vote"], act.author
    if me not in vote["roll"]:
        return Effect(gettext_noop("%s had no vote when this one was opened."), (me,))
    if f"result:{identifier}" in state:
        return Effect(gettext_noop("It came after the vote was closed, and was not counted."))
    # Every one leaves a trace, also the second: a member that dates another vote back must not undo the organisation's
    # list, which may hold the one that by the dates is the second.
    state[f"ballot:{act.id}"] = {
        "vote": identifier,
        "by": me,
        "choice": act.body["choice"],
        "issued": act.issued,
    }
    if f"cast:{identifier}:{me}" in state:
        return Effect(gettext_noop("%s had already voted; the first vote stands."), (me,))
    state[f"cast:{identifier}:{me}"] = act.id
    return EFFECTIVE


def _close_vote(state: State, act: Act) -> Effect:
    vote, body = named(state, act, "vote", "vote"), act.body
    if isinstance(vote, Effect):
        return vote
    identifier, roll = body["vote"], vote["roll"]
    if f"result:{identifier}" in state:
        return Effect(gettext_noop("This vote has been closed already."))
    counted = _counted(state, act, identifier)
    if isinstance(counted, Effect):
        return counted
    voted = [row["node"] for row in counted]
    if voted != [node for node in roll if node in set(voted)]:
        return Effect(gettext_noop("The votes are not listed in the order of the roll, each member once."))
    tally = count(row["choice"] for row in counted)
    if (tally.yes, tally.no, tally.abstain) != (body["yes"], body["no"], body["abstain"]):
        said = f"{body['yes']}-{body['no']}-{body['abstain']}"
        found = f"{tally.yes}-{tally.no}-{tally.abstain}"
        return Effect(gettext_noop("The tally is said to be %s, and the votes that it lists give %s."), (said, found))
    if len(voted) < len(roll) and act.issued[:19] < vote["closes"][:19]:
        return Effect(gettext_noop("The vote is open until %s while members have not voted."), (vote["closes"],))
    carried = tally.carried(vote["majority"])
    state[f"result:{identifier}"] = {
        "act": act.id,
        "counted": counted,
        "yes": tally.yes,
        "no": tally.no,
        "abstain": tally.abstain,
        "needed": tally.needed(vote["majority"]),
        "carried": carried,
        "missing": [
            {"node": node, "ballot": state[f"cast:{identifier}:{node}"]}
            for node in roll
            if node not in set(voted) and f"cast:{identifier}:{node}" in state
        ],
        "issued": act.issued,
    }
    del state["voting"]
    if carried and vote["what"] == "amendment":
        _make_part(state, vote["proposal"])
    stage = "carried" if carried else "rejected"
    _change(state, f"{vote['what']}:{vote['proposal']}", stage=stage, decision=act.id)
    return EFFECTIVE


def _counted(state: State, act: Act, vote: str) -> list[dict[str, str]] | Effect:
    rows = []
    for identifier in act.body["votes"]:
        if identifier not in act.refs:
            return Effect(gettext_noop("It does not refer to every vote that it lists."))
        ballot = state.get(f"ballot:{identifier}")
        if ballot is None or ballot["vote"] != vote:
            return Effect(gettext_noop("It lists an act that is no vote in this roll call: %s."), (identifier,))
        rows.append({"node": ballot["by"], "choice": ballot["choice"], "ballot": identifier})
    return rows


def _explain(state: State, act: Act) -> Effect:
    found = _of(state, act, "proposal", "draft", "amendment")
    if isinstance(found, Effect):
        return found
    prefix, entry = found
    me, proposal, when = act.author, act.body["proposal"], act.body["when"]
    sponsors = entry["by"] == me if prefix == "amendment" else f"sponsor:{proposal}:{me}" in state
    if sponsors:
        return Effect(gettext_noop("%s proposes it, and who proposes does not explain its vote (rule 88)."), (me,))
    if "voting" in state:
        return Effect(gettext_noop("Voting has begun, and nothing interrupts it (rule 88)."))
    decided = entry["stage"] in ("carried", "rejected", "adopted")
    if decided != (when == "after"):
        return Effect(
            gettext_noop("The vote on it has been taken: it is explained after the vote.")
            if decided
            else gettext_noop("The vote on it has not been taken: it is explained before the vote.")
        )
    state[f"explanation:{act.id}"] = {"by": me, "proposal": proposal, "when": when, "issued": act.issued}
    return EFFECTIVE


# -- adoption, and the end -----------------------------------------------------------------------------------------------


def _adopt(state: State, act: Act) -> Effect:
    found = _of(state, act, "text", "draft", "document")
    if isinstance(found, Effect):
        return found
    prefix, entry = found
    body = act.body
    if entry["stage"] == "adopted":
        return Effect(gettext_noop("It has been adopted already."))
    if entry["stage"] != "carried":
        return Effect(gettext_noop("No vote and no silence has carried it."))
    if entry["sha256"] != body["sha256"]:
        return Effect(gettext_noop("The hash is not that of the text as it stands."))
    barred = _taken(state, body["symbol"])
    if barred is not None:
        return barred
    _change(state, f"{prefix}:{body['text']}", stage="adopted")
    state[f"symbol:{body['symbol']}"] = {"act": body["text"], "what": "adopted"}
    state[f"adopted:{body['text']}"] = {
        "act": act.id,
        "symbol": body["symbol"],
        "sha256": body["sha256"],
        "decision": entry["decision"],
        "title": entry["title"],
        "issued": act.issued,
    }
    return EFFECTIVE


def _close(state: State, act: Act) -> Effect:
    if "voting" in state or state.get("silences"):
        return Effect(gettext_noop("A vote is open, or a silence runs."))
    return close(state, act)


_OF_THE_HOUSE: dict[str, Callable[[State, Act], Effect]] = {
    "forum.member": _member,
    "forum.agenda": _agenda,
    "forum.give-symbol": _give_symbol,
    "forum.silence": _silence,
    "forum.end-silence": _end_silence,
    "forum.open-vote": _open_vote,
    "forum.close-vote": _close_vote,
    "forum.adopt": _adopt,
    "forum.close": _close,
}
_OF_MEMBERS: dict[str, Callable[[State, Act], Effect]] = {
    "forum.statement": _statement,
    "forum.document": _document,
    "forum.draft": _draft,
    "forum.sponsor": _sponsor,
    "forum.withdraw-sponsor": _withdraw_sponsor,
    "forum.revise": _revise,
    "forum.amend": _amend,
    "forum.accept-amendment": _accept,
    "forum.object": _object,
    "forum.vote": _vote,
    "forum.explain": _explain,
}
_SPOKEN = ("forum.statement", "forum.document")
