"""Rules of effect of a norm proposal. Pure: the state and the act, no clock.

 1. `norm.propose` takes effect only in the matter that it opens, once, and addressed to somebody else. Its author and
    its addressees are the parties, for good; its author is the first sponsor, and its text is version 1.
 2. Every other act takes effect only after a proposal that has effect; its author is a party, and it is addressed to
    all other parties and to nobody else.
 3. An act that is about a version names the act that holds it among its `refs`.
 4. A party sponsors the proposal once, and not while it objects. A sponsor withdraws its sponsorship; the last one
    cannot: it withdraws the proposal.
 5. A comment is about any version, and about a paragraph that this version has.
 6. A sponsor revises the latest version, and the text must differ from it. What revises an earlier one is without
    effect: of two revisions of the same version the first in order stands.
 7. Whoever writes a version agrees to it. A party agrees to the latest version, once, by naming the act and the hash of
    its text; another hash is without effect. Agreement to an earlier version does not carry over.
 8. A party that is no sponsor objects to the latest version, once to each; it then no longer agrees to it. The
    objection stands, through later versions too, until the party agrees to one, which takes it back.
 9. The text is adopted when all parties agree to the latest version. After that nothing takes effect.
10. The only sponsor withdraws the proposal; while there are several, each withdraws its sponsorship. After that nothing
    takes effect.

State, key by key:
    opening                     as in `verbale.matters.rules`, and "rationale", "builds_on"
    last                        id of the latest act with effect
    latest                      id of the latest version
    version:<id>                {"by", "number", "paragraphs", "sha256", "revises", "text", "issued"}
    agreed:<version>:<node>     {"by", "act", "version", "issued"}
    tally                       how many parties agree to the latest version
    objection:<node>            {"by", "act", "version", "reason", "issued"}
    sponsor:<node>              {"by", "act", "text", "issued"}
    sponsors                    how many there are
    comment:<id>                {"by", "version", "paragraph", "text", "issued"}
    adopted                     {"version", "sha256", "act", "issued"}
    closed                      {"act", "by", "text", "issued"}: the end, by adoption or withdrawal
"""

from collections.abc import Callable
from typing import Any

from verbale.matters.norm.acts import text_hash
from verbale.matters.rules import close, enter, member, named, open_matter
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop

__all__ = ["rule", "title"]


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    return enter(state, act, _propose(state, act) if act.type == "norm.propose" else _other(state, act))


def title(state: State) -> str:
    """What the norm is called; empty while nothing has proposed it."""
    return str(state.get("opening", {}).get("title", ""))


def _propose(state: State, act: Act) -> Effect:
    body = act.body
    effect = open_matter(
        state,
        act,
        title=body["title"],
        rationale=body.get("rationale", ""),
        builds_on=list(body.get("builds_on", ())),
    )
    if effect.effective:
        state["sponsors"] = 0
        _add_sponsor(state, act, "")
        _lay(state, act, number=1, revises=None)
    return effect


def _other(state: State, act: Act) -> Effect:
    outside = member(state, act, after_close=True)
    if outside is not None:
        return outside
    if "adopted" in state:
        return Effect(gettext_noop("The text had been adopted."))
    if "closed" in state:
        return Effect(gettext_noop("%s had withdrawn the proposal."), (state["closed"]["by"],))
    return _RULES[act.type](state, act)


# -- versions ----------------------------------------------------------------------------------------------------------


def _lay(state: State, act: Act, *, number: int, revises: str | None) -> None:
    paragraphs = list(act.body["paragraphs"])
    state[f"version:{act.id}"] = {
        "by": act.author,
        "number": number,
        "paragraphs": paragraphs,
        "sha256": text_hash(paragraphs),
        "revises": revises,
        "text": "" if revises is None else act.body.get("text", ""),
        "issued": act.issued,
    }
    state["latest"] = act.id
    state["tally"] = 0
    _consent(state, act, act.id)


def _latest(state: State, act: Act) -> dict[str, Any] | Effect:
    """The version that the act names, if it is the latest."""
    version = named(state, act, "version", "version")
    if isinstance(version, Effect):
        return version
    if act.body["version"] != state["latest"]:
        return Effect(gettext_noop("A later version of the text lies on the table."))
    return dict(version)


def _revise(state: State, act: Act) -> Effect:
    if f"sponsor:{act.author}" not in state:
        return Effect(gettext_noop("%s is not a sponsor: only sponsors revise the text."), (act.author,))
    version = _latest(state, act)
    if isinstance(version, Effect):
        return version
    if list(act.body["paragraphs"]) == version["paragraphs"]:
        return Effect(gettext_noop("It changes nothing: the text is that of the version which it revises."))
    _lay(state, act, number=version["number"] + 1, revises=act.body["version"])
    return EFFECTIVE


def _comment(state: State, act: Act) -> Effect:
    version = named(state, act, "version", "version")
    if isinstance(version, Effect):
        return version
    paragraph = act.body.get("paragraph")
    if paragraph is not None and paragraph > len(version["paragraphs"]):
        return Effect(gettext_noop("That version has no paragraph %s."), (str(paragraph),))
    state[f"comment:{act.id}"] = {
        "by": act.author,
        "version": act.body["version"],
        "paragraph": paragraph,
        "text": act.body["text"],
        "issued": act.issued,
    }
    return EFFECTIVE


# -- for and against ---------------------------------------------------------------------------------------------------


def _consent(state: State, act: Act, version: str) -> None:
    """Note that the author agrees to the latest version; when all do, it is adopted."""
    me = act.author
    state[f"agreed:{version}:{me}"] = {"by": me, "act": act.id, "version": version, "issued": act.issued}
    state["tally"] += 1
    if f"objection:{me}" in state:
        del state[f"objection:{me}"]
    if state["tally"] == len(state["opening"]["parties"]):
        state["adopted"] = {
            "version": version,
            "sha256": state[f"version:{version}"]["sha256"],
            "act": act.id,
            "issued": act.issued,
        }
        close(state, act)


def _agree(state: State, act: Act) -> Effect:
    version, me = _latest(state, act), act.author
    if isinstance(version, Effect):
        return version
    if act.body["sha256"] != version["sha256"]:
        return Effect(gettext_noop("The hash is not that of the text of this version."))
    if f"agreed:{act.body['version']}:{me}" in state:
        return Effect(gettext_noop("%s had already agreed to this version."), (me,))
    _consent(state, act, act.body["version"])
    return EFFECTIVE


def _object(state: State, act: Act) -> Effect:
    version, me = _latest(state, act), act.author
    if isinstance(version, Effect):
        return version
    identifier = act.body["version"]
    if f"sponsor:{me}" in state:
        return Effect(gettext_noop("%s is a sponsor: it withdraws its sponsorship before it objects."), (me,))
    before = state.get(f"objection:{me}")
    if before is not None and before["version"] == identifier:
        return Effect(gettext_noop("%s had already objected to this version."), (me,))
    if f"agreed:{identifier}:{me}" in state:
        del state[f"agreed:{identifier}:{me}"]
        state["tally"] -= 1
    state[f"objection:{me}"] = {
        "by": me,
        "act": act.id,
        "version": identifier,
        "reason": act.body["reason"],
        "issued": act.issued,
    }
    return EFFECTIVE


# -- sponsors ----------------------------------------------------------------------------------------------------------


def _add_sponsor(state: State, act: Act, text: str) -> None:
    me = act.author
    state[f"sponsor:{me}"] = {"by": me, "act": act.id, "text": text, "issued": act.issued}
    state["sponsors"] += 1


def _sponsor(state: State, act: Act) -> Effect:
    me = act.author
    if f"sponsor:{me}" in state:
        return Effect(gettext_noop("%s is a sponsor already."), (me,))
    if f"objection:{me}" in state:
        return Effect(gettext_noop("%s objects to the text: it agrees to it before it sponsors it."), (me,))
    _add_sponsor(state, act, act.body.get("text", ""))
    return EFFECTIVE


def _withdraw_sponsor(state: State, act: Act) -> Effect:
    me = act.author
    if f"sponsor:{me}" not in state:
        return Effect(gettext_noop("%s is not a sponsor."), (me,))
    if state["sponsors"] == 1:
        return Effect(gettext_noop("%s is the last sponsor: it can only withdraw the proposal."), (me,))
    del state[f"sponsor:{me}"]
    state["sponsors"] -= 1
    return EFFECTIVE


def _withdraw(state: State, act: Act) -> Effect:
    me = act.author
    if f"sponsor:{me}" not in state:
        return Effect(gettext_noop("%s is not a sponsor: only the last sponsor withdraws the proposal."), (me,))
    if state["sponsors"] > 1:
        return Effect(gettext_noop("There are other sponsors: %s can only withdraw its own sponsorship."), (me,))
    return close(state, act)


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "norm.sponsor": _sponsor,
    "norm.withdraw-sponsor": _withdraw_sponsor,
    "norm.comment": _comment,
    "norm.revise": _revise,
    "norm.agree": _agree,
    "norm.object": _object,
    "norm.withdraw": _withdraw,
}
