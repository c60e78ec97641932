"""Rules of effect of a joint statement on attribution. Pure: the state and the act, no clock.

 1. `attribution.propose` takes effect only in the matter that it opens, once, and addressed to somebody else. Its
    author and its addressees are the parties, for good; its text is version 1, which its author joins by it.
 2. Every other act takes effect only after a proposal that has effect; its author is a party, and it is addressed to
    all other parties and to nobody else.
 3. An act that is about a version names the act that holds it among its `refs`, and the version is the latest.
 4. A party joins the latest version by its hash, with a likelihood, a confidence and a release of its own. It may do
    so again with others, which replaces what it said before, a dissent too; it must change something.
 5. A party dissents from the latest version with its reasons, which replaces what it said before; it must change
    something. The only one that has joined cannot: it withdraws.
 6. A party that has joined the latest version revises it; finding or text must change. It joins the new version by that
    act, as far as it let the one before go. What others said of the version before does not carry over. After the first
    publication nobody revises.
 7. A party that has joined the latest version publishes it, by its hash, under a marking that no party that has joined
    finds too wide. A later publication goes further than the one before.
 8. What a publication tells is fixed by it: who joined and is named, how many others joined, who dissents and is named,
    how many others dissent, and how many items of evidence are kept back.
 9. A party withdraws what it said, of whichever version, before the publication or after; that stays on record. When
    nobody is left who has joined the latest version, the matter is closed, and nothing takes effect.

State, key by key:
    opening             as in `verbale.matters.rules`, and "hypotheses"
    last                id of the latest act with effect
    latest              id of the latest version
    joined              how many parties have joined the latest version
    version:<id>        {"by", "number", "finding", "paragraphs", "sha256", "revises", "text", "issued"}
    position:<node>     {"by", "act", "version", "says": "join" or "dissent", "likelihood", "confidence", "text",
                        "named", "issued"}, and of who joins "basis", "withheld", "sealed", "release"; likelihood and
                        confidence are None where a dissent does not give them
    withdrew:<node>     {"by", "act", "says", "version", "text", "issued"}: the latest withdrawal of that node
    publication:<id>    {"by", "version", "sha256", "release", "named", "unnamed", "dissent", "unnamed_dissent",
                        "withheld", "sealed", "issued"}; "named" and "dissent" are lists of {"by", "likelihood",
                        "confidence"}
    published           id of the latest publication
    closed              {"act", "by", "text", "issued"}
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from verbale.matters.attribution.acts import text_hash
from verbale.matters.rules import close, enter, member, named, open_matter
from verbale.protocol import EFFECTIVE, Act, Effect, Marking, State, gettext_noop

__all__ = ["positions", "publication", "rule", "title"]

JOIN, DISSENT = "join", "dissent"


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    if act.type == "attribution.propose":
        return enter(state, act, _propose(state, act))
    return enter(state, act, member(state, act) or _RULES[act.type](state, act))


def title(state: State) -> str:
    """What the statement is called; empty while nothing has proposed it."""
    return str(state.get("opening", {}).get("title", ""))


def positions(state: Mapping[str, Any], says: str = "") -> Iterator[Mapping[str, Any]]:
    """What the parties say of the latest version, by party; `join` or `dissent` alone when told so."""
    for node in state["opening"]["parties"]:
        position = state.get(f"position:{node}")
        if position is not None and position["version"] == state["latest"] and says in ("", position["says"]):
            yield position


def publication(state: Mapping[str, Any]) -> dict[str, Any]:
    """What a publication of the latest version tells, as things stand."""
    joined, against = list(positions(state, JOIN)), list(positions(state, DISSENT))
    return {
        "named": [_level(position) for position in joined if position["named"]],
        "unnamed": sum(not position["named"] for position in joined),
        "dissent": [_level(position) for position in against if position["named"]],
        "unnamed_dissent": sum(not position["named"] for position in against),
        "withheld": sum(position["withheld"] for position in joined),
        "sealed": sum(len(position["sealed"]) for position in joined),
    }


def _level(position: Mapping[str, Any]) -> dict[str, Any]:
    return {name: position[name] for name in ("by", "likelihood", "confidence")}


def _propose(state: State, act: Act) -> Effect:
    effect = open_matter(state, act, title=act.body["title"], hypotheses=list(act.body.get("hypotheses", ())))
    if effect.effective:
        _lay(state, act, number=1, revises=None)
        _take(state, act, act.id, JOIN)
    return effect


# -- versions ----------------------------------------------------------------------------------------------------------


def _lay(state: State, act: Act, *, number: int, revises: str | None) -> None:
    body = act.body
    state[f"version:{act.id}"] = {
        "by": act.author,
        "number": number,
        "finding": body["finding"],
        "paragraphs": list(body["paragraphs"]),
        "sha256": text_hash(body["finding"], body["paragraphs"]),
        "revises": revises,
        "text": "" if revises is None else body.get("text", ""),
        "issued": act.issued,
    }
    state["latest"] = act.id
    state["joined"] = 0


def _latest(state: State, act: Act, *, by_hash: bool = False) -> dict[str, Any] | Effect:
    """The version that the act names, if it is the latest and the hash is its own."""
    version = named(state, act, "version", "version")
    if isinstance(version, Effect):
        return version
    if act.body["version"] != state["latest"]:
        return Effect(gettext_noop("A later version of the text lies on the table."))
    if by_hash and act.body["sha256"] != version["sha256"]:
        return Effect(gettext_noop("The hash is not that of the text of this version."))
    return dict(version)


def _has_joined(state: State, node: str) -> bool:
    position = state.get(f"position:{node}")
    return position is not None and position["says"] == JOIN and position["version"] == state["latest"]


def _revise(state: State, act: Act) -> Effect:
    version, me = _latest(state, act), act.author
    if isinstance(version, Effect):
        return version
    if "published" in state:
        return Effect(gettext_noop("The statement has been published: its text no longer changes."))
    if not _has_joined(state, me):
        return Effect(gettext_noop("%s has not joined this version: only who joined it revises it."), (me,))
    if (act.body["finding"], list(act.body["paragraphs"])) == (version["finding"], version["paragraphs"]):
        return Effect(gettext_noop("It changes nothing: the text is that of the version which it revises."))
    before = state[f"position:{me}"]
    _lay(state, act, number=version["number"] + 1, revises=act.body["version"])
    _take(state, act, act.id, JOIN, keep={name: before[name] for name in ("text", *_OF_JOINING, "named")})
    return EFFECTIVE


# -- what each says ----------------------------------------------------------------------------------------------------

_OF_JOINING = ("basis", "withheld", "sealed", "release")
_EMPTY: Mapping[str, Any] = {"basis": [], "withheld": 0, "sealed": [], "release": Marking.AMBER.value}


def _said(act: Act, version: str, says: str, keep: Mapping[str, Any] | None) -> dict[str, Any]:
    body = act.body
    own: Mapping[str, Any] = keep or {
        "text": body.get("text", ""),
        "named": body.get("named", says == JOIN),
        **({name: body.get(name, empty) for name, empty in _EMPTY.items()} if says == JOIN else {}),
    }
    return {
        "by": act.author,
        "version": version,
        "says": says,
        "likelihood": body.get("likelihood"),
        "confidence": body.get("confidence"),
        **own,
    }


def _take(state: State, act: Act, version: str, says: str, keep: Mapping[str, Any] | None = None) -> bool:
    """Note what the author says of the latest version; False when it had said that very thing."""
    key = f"position:{act.author}"
    after, before = _said(act, version, says, keep), state.get(key)
    if before is not None and {name: before[name] for name in before if name not in ("act", "issued")} == after:
        return False
    state["joined"] += (says == JOIN) - _has_joined(state, act.author)
    state[key] = {**after, "act": act.id, "issued": act.issued}
    return True


def _join(state: State, act: Act) -> Effect:
    version = _latest(state, act, by_hash=True)
    if isinstance(version, Effect):
        return version
    if not _take(state, act, act.body["version"], JOIN):
        return Effect(gettext_noop("%s had already joined in these very terms."), (act.author,))
    return EFFECTIVE


def _dissent(state: State, act: Act) -> Effect:
    version, me = _latest(state, act), act.author
    if isinstance(version, Effect):
        return version
    if _has_joined(state, me) and state["joined"] == 1:
        return Effect(gettext_noop("%s is the only one that has joined: it withdraws instead of dissenting."), (me,))
    if not _take(state, act, act.body["version"], DISSENT):
        return Effect(gettext_noop("%s had already dissented in these very terms."), (me,))
    return EFFECTIVE


def _withdraw(state: State, act: Act) -> Effect:
    me = act.author
    position = state.get(f"position:{me}")
    if position is None:
        return Effect(gettext_noop("%s has said nothing of the statement that it could withdraw."), (me,))
    state["joined"] -= _has_joined(state, me)
    del state[f"position:{me}"]
    state[f"withdrew:{me}"] = {
        "by": me,
        "act": act.id,
        "says": position["says"],
        "version": position["version"],
        "text": act.body["text"],
        "issued": act.issued,
    }
    return close(state, act) if not state["joined"] else EFFECTIVE


# -- beyond the parties ------------------------------------------------------------------------------------------------


def _publish(state: State, act: Act) -> Effect:
    version, me = _latest(state, act, by_hash=True), act.author
    if isinstance(version, Effect):
        return version
    if not _has_joined(state, me):
        return Effect(gettext_noop("%s has not joined this version: only who joined it publishes it."), (me,))
    reach = Marking(act.body["release"])
    before = state.get(f"publication:{state.get('published')}")
    if before is not None and reach.rank >= Marking(before["release"]).rank:
        return Effect(gettext_noop("It goes no further than the publication before."))
    for position in positions(state, JOIN):
        release = Marking(position["release"])
        if release.rank > reach.rank:
            return Effect(gettext_noop("%s lets it go no further than %s."), (position["by"], release.label))
    state["published"] = act.id
    state[f"publication:{act.id}"] = {
        "by": me,
        "version": act.body["version"],
        "sha256": version["sha256"],
        "release": reach.value,
        **publication(state),
        "issued": act.issued,
    }
    return EFFECTIVE


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "attribution.join": _join,
    "attribution.dissent": _dissent,
    "attribution.revise": _revise,
    "attribution.publish": _publish,
    "attribution.withdraw": _withdraw,
}
