"""Rules of effect of a cooperation plan. Pure: the state and the act, no clock.

 1. `plan.lay` takes effect only in the matter that it opens, once, and addressed to somebody else. Its author and its
    addressees are the parties, for good; its items are version 1.
 2. Every other act takes effect only after a plan that has effect; its author is a party, and it is addressed to all
    other parties and to nobody else. After the close nothing takes effect.
 3. An act that is about a version or a link names the act that holds it among its `refs`.
 4. The owner of each item is a party.
 5. Any party amends the latest version, with all items, and they must differ from it. What amends an earlier one is
    without effect: of two amendments of the same version the first in order stands.
 6. Whoever writes a version agrees to it. A party agrees to the latest version, once, by naming the act and the hash of
    its items; another hash is without effect.
 7. A version is in force once all parties agree to it, until all agree to a later one.
 8. Any party links an item of the latest version, or of the one in force, to a matter other than the plan itself; each
    matter once to an item. Any party takes a link back. Links belong to the key of the item, through all versions.
 9. The owner of an item of the version in force says that it is done, once. When another version comes into force, what
    was done of an item that it changes or leaves out no longer counts.
10. Any party closes the plan, once.

State, key by key:
    opening                     as in `verbale.matters.rules`, and "text"
    last                        id of the latest act with effect
    latest                      id of the latest version
    version:<id>                {"by", "number", "items", "sha256", "amends", "text", "issued"}
    agreed:<version>:<node>     {"by", "act", "version", "issued"}
    tally                       how many parties agree to the latest version
    force                       id of the version in force
    link:<id>                   {"by", "item", "matter", "issued"}
    linked:<item>:<matter>      id of that link
    done:<item>                 {"by", "act", "text", "issued"}
    closed                      {"act", "by", "text", "issued"}
"""

from collections.abc import Callable, Mapping
from typing import Any

from verbale.matters.plan.acts import items_hash
from verbale.matters.rules import close, enter, member, named, open_matter
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop

__all__ = ["items_of", "rule", "title"]


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    if act.type == "plan.lay":
        return enter(state, act, _lay(state, act))
    return enter(state, act, member(state, act) or _RULES[act.type](state, act))


def title(state: State) -> str:
    """What the plan is called; empty while nothing has laid it."""
    return str(state.get("opening", {}).get("title", ""))


def items_of(state: Mapping[str, Any], version: str | None) -> dict[str, dict[str, Any]]:
    """The items of a version, by key; none when there is no such version."""
    entry = state.get(f"version:{version}") or {"items": ()}
    return {item["key"]: item for item in entry["items"]}


# -- versions ----------------------------------------------------------------------------------------------------------


def _lay(state: State, act: Act) -> Effect:
    outsider = _outsider(act.parties, act)
    # Addressed to nobody, it has a simpler fault.
    if act.audience and outsider is not None:
        return outsider
    effect = open_matter(state, act, title=act.body["title"], text=act.body.get("text", ""))
    if effect.effective:
        _put(state, act, number=1, amends=None)
    return effect


def _outsider(parties: frozenset[str] | list[str], act: Act) -> Effect | None:
    owner = next((item["owner"] for item in act.body["items"] if item["owner"] not in parties), None)
    if owner is None:
        return None
    return Effect(gettext_noop("It gives an item to %s, which is not a party to the plan."), (owner,))


def _put(state: State, act: Act, *, number: int, amends: str | None) -> None:
    items = list(act.body["items"])
    state[f"version:{act.id}"] = {
        "by": act.author,
        "number": number,
        "items": items,
        "sha256": items_hash(items),
        "amends": amends,
        "text": act.body.get("text", ""),
        "issued": act.issued,
    }
    state["latest"] = act.id
    state["tally"] = 0
    _consent(state, act, act.id)


def _latest(state: State, act: Act) -> Mapping[str, Any] | Effect:
    """The version that the act names, if it is the latest."""
    version = named(state, act, "version", "version")
    if not isinstance(version, Effect) and act.body["version"] != state["latest"]:
        return Effect(gettext_noop("A later version of the plan lies on the table."))
    return version


def _amend(state: State, act: Act) -> Effect:
    version = _latest(state, act)
    if isinstance(version, Effect):
        return version
    outsider = _outsider(state["opening"]["parties"], act)
    if outsider is not None:
        return outsider
    if list(act.body["items"]) == version["items"]:
        return Effect(gettext_noop("It changes nothing: the items are those of the version which it amends."))
    _put(state, act, number=version["number"] + 1, amends=act.body["version"])
    return EFFECTIVE


def _agree(state: State, act: Act) -> Effect:
    version, me = _latest(state, act), act.author
    if isinstance(version, Effect):
        return version
    if act.body["sha256"] != version["sha256"]:
        return Effect(gettext_noop("The hash is not that of the items of this version."))
    if f"agreed:{act.body['version']}:{me}" in state:
        return Effect(gettext_noop("%s had already agreed to this version."), (me,))
    _consent(state, act, act.body["version"])
    return EFFECTIVE


def _consent(state: State, act: Act, version: str) -> None:
    """Note that the author agrees to the latest version; when all do, it is in force."""
    me = act.author
    state[f"agreed:{version}:{me}"] = {"by": me, "act": act.id, "version": version, "issued": act.issued}
    state["tally"] += 1
    if state["tally"] < len(state["opening"]["parties"]):
        return
    before, now = items_of(state, state.get("force")), items_of(state, version)
    for key, item in before.items():
        if f"done:{key}" in state and now.get(key) != item:
            del state[f"done:{key}"]
    state["force"] = version


# -- items -------------------------------------------------------------------------------------------------------------


def _link(state: State, act: Act) -> Effect:
    version, body = named(state, act, "version", "version"), act.body
    if isinstance(version, Effect):
        return version
    if body["version"] not in (state["latest"], state.get("force")):
        return Effect(gettext_noop("That version of the plan is neither the latest nor in force."))
    key, matter = body["item"], body["matter"]
    if key not in items_of(state, body["version"]):
        return Effect(gettext_noop("That version of the plan has no item %s."), (key,))
    if matter == act.matter:
        return Effect(gettext_noop("It links the plan to itself."))
    if f"linked:{key}:{matter}" in state:
        return Effect(gettext_noop("The item is linked to this matter already."))
    state[f"link:{act.id}"] = {"by": act.author, "item": key, "matter": matter, "issued": act.issued}
    state[f"linked:{key}:{matter}"] = act.id
    return EFFECTIVE


def _unlink(state: State, act: Act) -> Effect:
    link = named(state, act, "link", "link")
    if isinstance(link, Effect):
        return link
    del state[f"link:{act.body['link']}"]
    del state[f"linked:{link['item']}:{link['matter']}"]
    return EFFECTIVE


def _done(state: State, act: Act) -> Effect:
    version, key = named(state, act, "version", "version"), act.body["item"]
    if isinstance(version, Effect):
        return version
    if act.body["version"] != state.get("force"):
        return Effect(gettext_noop("That version of the plan is not in force: not all parties agree to it."))
    item = items_of(state, state["force"]).get(key)
    if item is None:
        return Effect(gettext_noop("That version of the plan has no item %s."), (key,))
    if item["owner"] != act.author:
        return Effect(gettext_noop("The item is %s's: only its owner says that it is done."), (item["owner"],))
    if f"done:{key}" in state:
        return Effect(gettext_noop("%s had already said that the item is done."), (act.author,))
    state[f"done:{key}"] = {
        "by": act.author,
        "act": act.id,
        "text": act.body.get("text", ""),
        "issued": act.issued,
    }
    return EFFECTIVE


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "plan.agree": _agree,
    "plan.amend": _amend,
    "plan.link": _link,
    "plan.unlink": _unlink,
    "plan.done": _done,
    "plan.close": close,
}
