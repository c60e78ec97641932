"""Rules of effect of agreements. Pure: the state and the act, no clock.

 1. `agreement.open` takes effect only in the matter that it opens, once, and addressed to somebody else. Its author and
    its addressees are the parties, for good. A depositary is one of them.
 2. Every other act takes effect only after an opening that has effect; its author is a party, and it is addressed to
    all other parties and to nobody else.
 3. What accepts or takes back a proposal names it among its `refs`.
 4. A proposal replaces or deletes an article that stands in the text, or replaces the preamble or the clause on entry
    into force; or it adds an article after another one, or at the head. One that would change nothing, names what is
    not there, or makes the text longer than MAX_PLACES places, is without effect; so is one of a party that holds
    MAX_HELD open ones already.
 5. Who proposes holds the proposal; so does each party that accepts it, once. A later proposal of the same author to
    replace or delete the same thing takes his earlier one from the table; additions stand side by side.
 6. A proposal that all parties hold becomes text. Other proposals to replace or delete the same thing then fall.
 7. Only its author takes a proposal back, while it is open.
 8. A party agrees to a text by its hash: the text as it stands, or as it once stood. It then holds no proposal any
    longer: its own are taken back. A later agreement of the same party to another text replaces its earlier one; to
    propose or to accept anything takes it back.
 9. When all parties agree to one text, it is authentic and definitive (VCLT Article 10): by rule 8 no proposal is open
    then, and no act changes it after that.
10. A party signs the authenticated text, naming its hash, once.
11. A party that has signed notifies that its internal procedures are completed, once, if the clause asks for that.

By rules 8 and 9 nobody can undo what all agreed to by an act that carries an earlier date: an acceptance that would
have changed the text before leaves it a text that once stood.

State, key by key:
    opening              as `rules.open_matter`, and "languages", "depositary"
    last                 id of the latest act with effect
    articles             [[article, revision]] in the order of the text; the revision is empty where one was deleted
    preamble             its revision
    clause               {"after", "number", "unit"}
    revision:<revision>  {"heading", "text", "by", "issued"}
    text                 hash of the text as it stands
    text:<sha256>        {"preamble", "articles": as above without deleted ones, "clause", "act", "issued"}
    table:<thing>        open proposals to replace or delete an article, the preamble or the clause
    proposal:<id>        {"by", "what", "article", "heading", "text", "clause", "reason", "issued", "held": [nodes],
                         "status": open|text|withdrawn|fell, "settled": act}
    held:<node>          open proposals that a party holds
    agreed:<node>        {"sha256", "act", "issued"}
    authenticated        {"sha256", "act", "issued"}
    signature:<node>     {"act", "name", "office", "capacity", "full_powers", "place", "issued"}
    notification:<node>  {"act", "completed", "text", "issued"}
"""

from collections.abc import Callable, Mapping
from typing import Any

from verbale.matters import rules
from verbale.matters.agreement.acts import CLAUSE, PREAMBLE, article_of, canonical_text, text_hash
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop

__all__ = ["MAX_HELD", "MAX_PLACES", "rule", "text_of", "title"]

MAX_PLACES = 200
"""Articles and places of deleted ones."""
MAX_HELD = 100
"""Open proposals of one party, so that no party can make the work of each act grow without bound."""


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    if act.type == "agreement.open":
        return _open(state, act)
    against = rules.member(state, act)
    return rules.enter(state, act, _RULES[act.type](state, act) if against is None else against)


def title(state: State) -> str:
    opening = state.get("opening")
    return str(opening["title"]) if opening else ""


def text_of(state: Mapping[str, Any], digest: str) -> str:
    """The text of that hash, letter by letter as it was hashed; empty where the matter never had it."""
    entry = state.get(f"text:{digest}")
    return _spell(state, entry) if entry else ""


def _clause(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "after": given.get("after") or "signature",
        "number": given.get("number", 0),
        "unit": given.get("unit", "day"),
    }


# -- the text ----------------------------------------------------------------------------------------------------------


def _open(state: State, act: Act) -> Effect:
    body = act.body
    depositary, languages = body.get("depositary"), body.get("languages", ["en"])
    if depositary is not None and depositary not in act.parties:
        return Effect(gettext_noop("The depositary %s is not a party."), (depositary,))
    effect = rules.open_matter(state, act, title=body["title"], languages=languages, depositary=depositary)
    if not effect.effective:
        return effect
    for place, item in enumerate(body["articles"], 1):
        heading, text = article_of(item)
        _revise(state, act, f"{act.id}:{place}", {"heading": heading, "text": text})
    _revise(state, act, f"{act.id}:0", {"text": body.get("preamble", "")})
    state["articles"] = [[str(place), f"{act.id}:{place}"] for place in range(1, len(body["articles"]) + 1)]
    state["preamble"] = f"{act.id}:0"
    state["clause"] = _clause(body)
    _set_text(state, act)
    return effect


def _revise(state: State, act: Act, revision: str, item: Mapping[str, Any], by: str = "") -> None:
    state[f"revision:{revision}"] = {
        "heading": item.get("heading", ""),
        "text": item.get("text", ""),
        "by": by or act.author,
        "issued": act.issued,
    }


def _spell(state: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    revisions = [state[f"revision:{revision}"] for _article, revision in entry["articles"]]
    return canonical_text(
        state["opening"]["title"],
        state[f"revision:{entry['preamble']}"]["text"],
        [(item["heading"], item["text"]) for item in revisions],
        entry["clause"],
        state["opening"]["languages"],
    )


def _set_text(state: State, act: Act) -> None:
    """Take down the text as it now stands, by its hash."""
    entry = {
        "preamble": state["preamble"],
        "articles": [pair for pair in state["articles"] if pair[1]],
        "clause": state["clause"],
        "act": act.id,
        "issued": act.issued,
    }
    state["text"] = text_hash(_spell(state, entry))
    if f"text:{state['text']}" not in state:
        state[f"text:{state['text']}"] = entry


def _fixed(state: State) -> Effect | None:
    if "authenticated" in state:
        return Effect(gettext_noop("All parties had agreed to the text; it no longer changes."))
    return None


# -- proposals ---------------------------------------------------------------------------------------------------------


def _propose(state: State, act: Act) -> Effect:
    body, me = act.body, act.author
    against = _fixed(state) or _against_change(state, body)
    if against is not None:
        return against
    if len(state.get(f"held:{me}", ())) >= MAX_HELD:
        return Effect(gettext_noop("%s has too many proposals open already."), (me,))
    what, article = body["what"], body.get("article")
    if what != "add":
        table = state.get(f"table:{article}", [])
        for identifier in [item for item in table if state[f"proposal:{item}"]["by"] == me]:
            _settle(state, identifier, "withdrawn", act)
        state[f"table:{article}"] = [*state.get(f"table:{article}", []), act.id]
    state[f"proposal:{act.id}"] = {
        "by": me,
        "what": what,
        "article": article,
        "heading": body.get("heading", ""),
        "text": body.get("text", ""),
        "clause": _clause(body) if article == CLAUSE else None,
        "reason": body.get("reason", ""),
        "issued": act.issued,
        "held": [me],
        "status": "open",
        "settled": None,
    }
    state[f"held:{me}"] = [*state.get(f"held:{me}", []), act.id]
    _take_back_agreement(state, me)
    return EFFECTIVE


def _against_change(state: State, change: Mapping[str, Any]) -> Effect | None:
    """Why this change cannot be made to the text as it stands."""
    what, article = change["what"], change.get("article")
    articles = dict(state["articles"])
    if what == "add":
        if article is not None and article not in articles:
            return Effect(gettext_noop("The text never had the article after which this one would stand."))
        if len(articles) >= MAX_PLACES:
            return Effect(gettext_noop("The text cannot hold another article."))
        return None
    if article == CLAUSE:
        same = _clause(change.get("clause") or change) == state["clause"]
    elif article == PREAMBLE:
        same = change.get("text", "") == state[f"revision:{state['preamble']}"]["text"]
    elif not articles.get(article):
        return Effect(gettext_noop("The text has no such article, or no longer."))
    else:
        now = state[f"revision:{articles[article]}"]
        same = what == "replace" and (change.get("heading", ""), change.get("text", "")) == (
            now["heading"],
            now["text"],
        )
    return Effect(gettext_noop("It would change nothing.")) if same else None


def _accept(state: State, act: Act) -> Effect:
    proposal, me = _open_proposal(state, act), act.author
    if isinstance(proposal, Effect):
        return proposal
    if proposal["by"] == me:
        return Effect(gettext_noop("It is %s's own proposal."), (me,))
    if me in proposal["held"]:
        return Effect(gettext_noop("%s had already accepted this proposal."), (me,))
    if len(state.get(f"held:{me}", ())) >= MAX_HELD:
        return Effect(gettext_noop("%s has too many proposals open already."), (me,))
    held = sorted({*proposal["held"], me})
    whole = held == state["opening"]["parties"]
    if whole and (against := _against_change(state, proposal)) is not None:
        return against
    identifier = act.body["proposal"]
    state[f"proposal:{identifier}"] = {**proposal, "held": held}
    state[f"held:{me}"] = [*state.get(f"held:{me}", []), identifier]
    _take_back_agreement(state, me)
    if whole:
        _settle(state, identifier, "text", act)
        _change(state, identifier, proposal, act)
    return EFFECTIVE


def _open_proposal(state: State, act: Act) -> Mapping[str, Any] | Effect:
    proposal = rules.named(state, act, "proposal", "proposal")
    if isinstance(proposal, Effect):
        return proposal
    if (against := _fixed(state)) is not None:
        return against
    if proposal["status"] != "open":
        return Effect(gettext_noop("The proposal no longer lies on the table."))
    return proposal


def _withdraw(state: State, act: Act) -> Effect:
    proposal = _open_proposal(state, act)
    if isinstance(proposal, Effect):
        return proposal
    if proposal["by"] != act.author:
        return Effect(gettext_noop("It is a proposal of %s, who alone can take it back."), (proposal["by"],))
    _settle(state, act.body["proposal"], "withdrawn", act)
    return EFFECTIVE


def _settle(state: State, identifier: str, status: str, act: Act) -> None:
    """The proposal leaves the table, and the hands of all who hold it."""
    proposal = state[f"proposal:{identifier}"]
    state[f"proposal:{identifier}"] = {**proposal, "status": status, "settled": act.id}
    for node in proposal["held"]:
        _shorten(state, f"held:{node}", identifier)
    if proposal["what"] != "add":
        _shorten(state, f"table:{proposal['article']}", identifier)


def _shorten(state: State, key: str, identifier: str) -> None:
    left = [item for item in state.get(key, ()) if item != identifier]
    if left:
        state[key] = left
    elif key in state:
        del state[key]


def _change(state: State, identifier: str, proposal: Mapping[str, Any], act: Act) -> None:
    """Make text of a proposal that all hold."""
    what, article, articles = proposal["what"], proposal["article"], state["articles"]
    if what != "delete" and article != CLAUSE:
        _revise(state, act, identifier, proposal, proposal["by"])
    if what == "add":
        place = next((at + 1 for at, (key, _revision) in enumerate(articles) if key == article), 0)
        state["articles"] = [*articles[:place], [identifier, identifier], *articles[place:]]
    elif article == CLAUSE:
        state["clause"] = proposal["clause"]
    elif article == PREAMBLE:
        state["preamble"] = identifier
    else:
        revision = identifier if what == "replace" else ""
        state["articles"] = [[key, revision if key == article else old] for key, old in articles]
    if what != "add":
        for rival in state.get(f"table:{article}", []):
            _settle(state, rival, "fell", act)
    _set_text(state, act)


# -- agreement, signature, entry into force ----------------------------------------------------------------------------


def _take_back_agreement(state: State, node: str) -> None:
    if f"agreed:{node}" in state:
        del state[f"agreed:{node}"]


def _agree(state: State, act: Act) -> Effect:
    digest, me = act.body["sha256"], act.author
    if (against := _fixed(state)) is not None:
        return against
    if f"text:{digest}" not in state:
        return Effect(gettext_noop("The agreement never had a text of this hash."))
    mine = state.get(f"agreed:{me}")
    if mine is not None and mine["sha256"] == digest:
        return Effect(gettext_noop("%s had already agreed to this very text."), (me,))
    for identifier in state.get(f"held:{me}", []):
        proposal = state[f"proposal:{identifier}"]
        if proposal["by"] == me:
            _settle(state, identifier, "withdrawn", act)
        else:
            state[f"proposal:{identifier}"] = {**proposal, "held": [node for node in proposal["held"] if node != me]}
            _shorten(state, f"held:{me}", identifier)
    state[f"agreed:{me}"] = {"sha256": digest, "act": act.id, "issued": act.issued}
    parties = state["opening"]["parties"]
    if all(state.get(f"agreed:{node}", {}).get("sha256") == digest for node in parties):
        state["authenticated"] = {"sha256": digest, "act": act.id, "issued": act.issued}
        text = state[f"text:{digest}"]
        state["text"] = digest
        for part in ("articles", "preamble", "clause"):
            state[part] = text[part]
    return EFFECTIVE


def _sign(state: State, act: Act) -> Effect:
    body, me = act.body, act.author
    authenticated = state.get("authenticated")
    if authenticated is None:
        return Effect(gettext_noop("Not all parties had agreed to the text: there is nothing yet to sign."))
    if body["sha256"] != authenticated["sha256"]:
        return Effect(gettext_noop("The hash is not that of the text that all parties agreed to."))
    if f"signature:{me}" in state:
        return Effect(gettext_noop("%s had already signed."), (me,))
    state[f"signature:{me}"] = {
        "act": act.id,
        "name": body["name"],
        "office": body["office"],
        "capacity": body["capacity"],
        "full_powers": body.get("full_powers", ""),
        "place": body.get("place", ""),
        "issued": act.issued,
    }
    return EFFECTIVE


def _notify(state: State, act: Act) -> Effect:
    me = act.author
    if f"signature:{me}" not in state:
        return Effect(gettext_noop("%s had not signed the agreement."), (me,))
    if state["clause"]["after"] != "notification":
        return Effect(gettext_noop("The agreement does not ask for a notification: it enters into force by signature."))
    if f"notification:{me}" in state:
        return Effect(gettext_noop("%s had already notified."), (me,))
    state[f"notification:{me}"] = {
        "act": act.id,
        "completed": act.body["completed"],
        "text": act.body.get("text", ""),
        "issued": act.issued,
    }
    return EFFECTIVE


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "agreement.propose": _propose,
    "agreement.accept": _accept,
    "agreement.withdraw-proposal": _withdraw,
    "agreement.agree": _agree,
    "agreement.sign": _sign,
    "agreement.notify": _notify,
}
