"""Rules of effect of a directory. Pure: the state and the act, no clock; a ping's deadline is held against `issued`.

 1. A directory is opened by the act from whose author and nonce its id follows: that author is its keeper, its
    addressees are the members, at least one.
 2. The keeper alone renews it: a renewal names the nonce of the first opening, so that whoever joins later can check
    it. Title and members are those of the opening that stands last.
 3. Every other act refers to an opening that has arrived, and is by the keeper or a member as of then.
 4. A state names, changes, confirms and withdraws only contacts of its own: whose they are is who speaks.
 5. A nomination, a confirmation and a withdrawal go to the keeper alone; the keeper's own go to whomever it tells.
 6. The nomination that stands last is the contact, also after a withdrawal. A state has at most 50 contacts.
 7. A confirmation takes effect for the nomination that stands, and not for a contact that was withdrawn or that
    nobody named.
 8. Only a contact that stands can be withdrawn, once.
 9. Only the keeper publishes, and only contacts of members and its own, referring to the nomination.
10. Where the state's nominations have arrived, a publication takes effect only if it names the one that stands, says
    what the state said, and does not hide or invent a withdrawal.
11. Where they have not (at other members), the publication is taken over; an older nomination does not come back once
    a newer was published, and under one nomination the contact does not change.
12. A ping goes to members or the keeper only, at least one; its deadline is later than its issue; its number is used
    once by each author.
13. A pong takes effect only when the ping that it names has arrived with effect and is among its `refs`, by an
    addressee, to the author of the ping, and once each.
14. A pong issued after the deadline counts, as late.

State, key by key:
    directory               {"title", "text", "keeper", "members", "openings": ids, "nonce": of the first, "issued"}
    contact:<state>:<key>   {"nomination", "nominated", "contact": None once withdrawn, "marking", "held": whether the
                             nomination itself is here, "confirmation", "confirmed", "withdrawal", "withdrawn",
                             "published": the latest publication, "told": nodes that know how it stands,
                             "reached": nodes that know of it at all}
    keys:<state>            the keys of its contacts, in the order of the first nominations
    nomination:<id>         `<state>:<key>`
    ping:<id>               {"author", "to", "number", "kind", "deadline", "issued", "text", "precedence"}
    number:<author>:<number>  id of the ping
    pong:<ping>:<node>      {"act", "issued", "late", "text"}
    await:<ping>:<node>      deadline; absent once the node has answered
"""

from collections.abc import Callable
from typing import Any

from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop, matter_id

__all__ = ["MAX_CONTACTS", "rule", "title"]

MAX_CONTACTS = 50
"""Contacts of one state."""


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    if act.type == "directory.open":
        return _open(state, act)
    directory = state.get("directory")
    if directory is None or not set(directory["openings"]) & set(act.refs):
        return Effect(gettext_noop("It refers to no opening of the directory that has arrived with effect."))
    if act.author != directory["keeper"] and act.author not in directory["members"]:
        return Effect(gettext_noop("%s is no member of this directory."), (act.author,))
    return _RULES[act.type](state, act, directory)


def _open(state: State, act: Act) -> Effect:
    first = act.body.get("renews") or act.nonce
    if matter_id(act.author, first) != act.matter:
        return Effect(gettext_noop("It claims to open this directory, whose id is not of its making."))
    if not act.audience:
        return Effect(gettext_noop("A directory needs at least one member besides its keeper."))
    before = state.get("directory")
    state["directory"] = {
        "title": act.body["title"],
        "text": act.body.get("text", ""),
        "keeper": act.author,
        "members": list(act.audience),
        "openings": [*(before["openings"] if before else []), act.id],
        "nonce": first,
        "issued": before["issued"] if before else act.issued,
    }
    return EFFECTIVE


# -- contacts ----------------------------------------------------------------------------------------------------------


def _address(act: Act, directory: dict[str, Any]) -> Effect | None:
    """Rule 5: why it went to the wrong nodes, if so."""
    keeper = directory["keeper"]
    if act.author != keeper and act.audience != (keeper,):
        return Effect(gettext_noop("It is not addressed to %s alone, who keeps the directory."), (keeper,))
    return None


def _nominate(state: State, act: Act, directory: dict[str, Any]) -> Effect:
    wrong = _address(act, directory)
    if wrong is not None:
        return wrong
    key = act.body["key"]
    keys = state.get(f"keys:{act.author}", [])
    if key not in keys and len(keys) >= MAX_CONTACTS:
        return Effect(
            gettext_noop("%s has %s contacts already; there is no place for more."), (act.author, str(len(keys)))
        )
    _enter(state, act.author, key, act.id, act.issued, act.body["contact"], act.marking.value, held=True)
    name = f"contact:{act.author}:{key}"
    state[name] = _after(act, directory, state[name])
    return EFFECTIVE


def _enter(
    state: State, node: str, key: str, nomination: str, issued: str, contact: Any, marking: str, *, held: bool
) -> None:
    """A nomination stands from here on."""
    name = f"contact:{node}:{key}"
    before = state.get(name)
    keys = state.get(f"keys:{node}", [])
    if key not in keys:
        state[f"keys:{node}"] = [*keys, key]
    state[f"nomination:{nomination}"] = f"{node}:{key}"
    state[name] = {
        "nomination": nomination,
        "nominated": issued,
        "contact": contact,
        "marking": marking,
        "held": held,
        "confirmation": None,
        "confirmed": issued,
        "withdrawal": None,
        "withdrawn": None,
        "published": before["published"] if before else None,
        "told": [],
        "reached": before["reached"] if before else [],
    }


def _joined(one: list[str], other: Any) -> list[str]:
    return sorted({*one, *other})


def _standing(state: State, node: str, key: str) -> dict[str, Any] | Effect:
    """The contact that stands, or why there is none."""
    entry = state.get(f"contact:{node}:{key}")
    if entry is None:
        return Effect(gettext_noop("%s has named no contact %s that has arrived."), (node, key))
    if entry["withdrawn"] is not None:
        return Effect(gettext_noop("%s had withdrawn the contact %s."), (node, key))
    return dict(entry)


def _confirm(state: State, act: Act, directory: dict[str, Any]) -> Effect:
    entry = _address(act, directory) or _standing(state, act.author, act.body["key"])
    if isinstance(entry, Effect):
        return entry
    if act.body["nomination"] != entry["nomination"]:
        return Effect(gettext_noop("It confirms an entry that is not the one that stands."))
    state[f"contact:{act.author}:{act.body['key']}"] = _after(
        act, directory, {**entry, "confirmation": act.id, "confirmed": act.issued}
    )
    return EFFECTIVE


def _withdraw(state: State, act: Act, directory: dict[str, Any]) -> Effect:
    entry = _address(act, directory) or _standing(state, act.author, act.body["key"])
    if isinstance(entry, Effect):
        return entry
    state[f"contact:{act.author}:{act.body['key']}"] = _after(
        act, directory, {**entry, "contact": None, "withdrawal": act.id, "withdrawn": act.issued}
    )
    return EFFECTIVE


def _after(act: Act, directory: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """An entry after a further word of its state: whoever was told before has not been told this."""
    told = list(act.audience) if act.author == directory["keeper"] else []
    return {**entry, "told": told, "reached": _joined(entry["reached"], told)}


# -- publication -------------------------------------------------------------------------------------------------------


def _publish(state: State, act: Act, directory: dict[str, Any]) -> Effect:
    body = act.body
    node, key, nomination = body["state"], body["key"], body["nomination"]
    if act.author != directory["keeper"]:
        return Effect(gettext_noop("Only %s, who keeps the directory, publishes."), (directory["keeper"],))
    if node != directory["keeper"] and node not in directory["members"]:
        return Effect(gettext_noop("%s is no member of this directory."), (node,))
    if nomination not in act.refs:
        return Effect(gettext_noop("It does not refer to the nomination that it publishes."))
    known, name = state.get(f"nomination:{nomination}"), f"contact:{node}:{key}"
    entry = state.get(name)
    refusal = _contradicts(known, entry, body)
    if refusal is not None:
        return refusal
    if known is None:
        keys = state.get(f"keys:{node}", [])
        if key not in keys and len(keys) >= MAX_CONTACTS:
            return Effect(
                gettext_noop("%s has %s contacts already; there is no place for more."), (node, str(len(keys)))
            )
        _enter(state, node, key, nomination, body["nominated"], body.get("contact"), act.marking.value, held=False)
    entry = dict(state[name])
    if not entry["held"]:
        confirmed = body.get("confirmed")
        if confirmed is not None and confirmed >= entry["confirmed"]:
            entry |= {"confirmation": body["confirmation"], "confirmed": confirmed}
        if body.get("withdrawal") is not None:
            entry |= {"contact": None, "withdrawal": body["withdrawal"], "withdrawn": body["withdrawn"]}
    says_all = (body.get("confirmation"), body.get("withdrawal")) == (entry["confirmation"], entry["withdrawal"])
    state[name] = {
        **entry,
        "published": act.id,
        "told": _joined(entry["told"], act.audience) if says_all else entry["told"],
        "reached": _joined(entry["reached"], act.audience),
    }
    return EFFECTIVE


def _contradicts(known: str | None, entry: dict[str, Any] | None, body: dict[str, Any]) -> Effect | None:
    """Rules 10 and 11: why a publication is not what the state said, as far as it is known here, if so."""
    node, nomination, withdrawal = body["state"], body["nomination"], body.get("withdrawal")
    if known is None:
        if entry is not None and entry["held"]:
            return Effect(gettext_noop("It publishes a nomination of %s that has not arrived."), (node,))
        return None
    if known != f"{node}:{body['key']}" or entry is None:
        return Effect(gettext_noop("The nomination that it names is of another contact."))
    if entry["nomination"] != nomination:
        return Effect(gettext_noop("A newer nomination of %s had replaced the one that it publishes."), (node,))
    if entry["withdrawal"] is not None and entry["withdrawal"] != withdrawal:
        return Effect(gettext_noop("%s had withdrawn the contact %s."), (node, body["key"]))
    if entry["withdrawal"] is None and withdrawal is not None:
        if entry["held"]:
            return Effect(gettext_noop("%s has not withdrawn the contact %s."), (node, body["key"]))
        return None
    if body.get("contact") != entry["contact"]:
        return Effect(gettext_noop("It does not say what %s nominated."), (node,))
    return None


# -- communication checks ----------------------------------------------------------------------------------------------


def _ping(state: State, act: Act, directory: dict[str, Any]) -> Effect:
    body = act.body
    if not act.audience:
        return Effect(gettext_noop("A ping needs somebody to answer it."))
    for node in act.audience:
        if node != directory["keeper"] and node not in directory["members"]:
            return Effect(gettext_noop("%s is no member of this directory."), (node,))
    if body["deadline"] <= act.issued:
        return Effect(gettext_noop("Its deadline had passed when it was issued."))
    if f"number:{act.author}:{body['number']}" in state:
        return Effect(gettext_noop("%s had already used the number %s."), (act.author, body["number"]))
    state[f"number:{act.author}:{body['number']}"] = act.id
    state[f"ping:{act.id}"] = {
        "author": act.author,
        "to": list(act.audience),
        "number": body["number"],
        "kind": body["kind"],
        "deadline": body["deadline"],
        "issued": act.issued,
        "text": body.get("text", ""),
        "precedence": act.precedence,
    }
    for node in act.audience:
        state[f"await:{act.id}:{node}"] = body["deadline"]
    return EFFECTIVE


def _pong(state: State, act: Act, directory: dict[str, Any]) -> Effect:
    identifier = act.body["ping"]
    if identifier not in act.refs:
        return Effect(gettext_noop("It does not refer to the ping that it answers."))
    ping = state.get(f"ping:{identifier}")
    if ping is None:
        return Effect(gettext_noop("The ping that it answers has not arrived, or is without effect."))
    if act.author not in ping["to"]:
        return Effect(gettext_noop("The ping was not addressed to %s."), (act.author,))
    if ping["author"] not in act.audience:
        return Effect(gettext_noop("It is not addressed to %s, who sent the ping."), (ping["author"],))
    if f"pong:{identifier}:{act.author}" in state:
        return Effect(gettext_noop("%s had already answered the ping."), (act.author,))
    state[f"pong:{identifier}:{act.author}"] = {
        "act": act.id,
        "issued": act.issued,
        "late": act.issued > ping["deadline"],
        "text": act.body.get("text", ""),
    }
    del state[f"await:{identifier}:{act.author}"]
    return EFFECTIVE


_RULES: dict[str, Callable[[State, Act, dict[str, Any]], Effect]] = {
    "directory.nominate": _nominate,
    "directory.withdraw": _withdraw,
    "directory.confirm": _confirm,
    "directory.publish": _publish,
    "directory.ping": _ping,
    "directory.pong": _pong,
}


def title(state: State) -> str:
    """As its keeper calls it."""
    directory = state.get("directory")
    return str(directory["title"]) if directory else ""
