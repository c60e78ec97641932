"""Rules of effect of talks. Pure: the state and the act, no clock.

 1. `talks.invite` takes effect only in the matter that it opens, once, and addressed to somebody else. Its author and
    its addressees are the parties, for good.
 2. Every other act takes effect only after an invitation that has effect; its author is a party, and it is addressed to
    all other parties and to nobody else.
 3. An act that is about another one (a proposal, an agenda, a text of minutes, a commitment) names it among its `refs`.
 4. The invitation is a proposal of times and place; so is each `talks.propose`. Its author is taken to accept all of
    its times. A later proposal of the same author takes the earlier one from the table.
 5. A party accepts a time by naming a proposal of another party that lies on the table and one of its times; to accept
    a time twice is without effect. It may accept several times.
 6. A time is fixed when all parties accept the same time of the same proposal. All proposals then leave the table; who
    wants another time proposes anew, and until that is accepted by all the fixed time stands.
 7. A time that is fixed by a proposal made after the earlier one had begun is a further meeting; otherwise it is the
    same meeting, moved.
 8. A party other than the one that invited declines: what it had accepted is taken back, its own proposals leave the
    table, and a fixed time that, by the date of the act, is still to come falls. It declines once; to propose or to
    accept again is to come after all.
 9. Each party names its own delegation; a later one replaces it.
10. Whoever writes a version of the agenda agrees to it. A later version of the same author takes the earlier one from
    the table. The agenda is agreed when all parties agree to one version; all other versions then leave the table.
11. Whoever writes a text of minutes agrees to it. A party agrees to minutes on the table by naming the act and the hash
    of its text; another hash is without effect. Minutes are agreed when all parties have agreed to the same hash; other
    texts about the same day then leave the table. A later text of the same author about the same day takes his earlier
    one from the table, and he no longer agrees to it.
12. A commitment binds its author alone, and only the author reports on it. A later report replaces the earlier.
13. Any party closes the talks, once. After that only reports take effect: commitments outlive the talks.

State, key by key:
    opening             {"act", "by", "parties", "subject", "about", "language", "issued", "precedence"}
    last                id of the latest act with effect
    table               {"times": [ids], "agenda": [ids], "minutes": [ids]}: what lies on the table
    proposal:<id>       {"by", "times", "place", "length", "issued", "accepted": {time: [nodes]}, "answered": [nodes]}
    fixed               {"proposal", "uid", "sequence", "time", "place", "length", "issued"}
    fell                as `fixed`, and "by": the time that fell when a party declined; absent once another is fixed
    earlier             earlier meetings, each as `fixed`
    declined:<node>     {"act", "reason", "issued"}
    delegation:<node>   {"act", "members", "issued"}
    agenda:<id>         {"by", "items", "issued", "agreed": [nodes]}
    agenda              id of the agreed version
    minutes:<id>        {"by", "held", "sha256", "issued"}
    agreed:<sha256>     nodes that have agreed to the text of that hash
    minutes             ids of the agreed minutes, in the order in which they were agreed
    commitment:<id>     {"by", "text", "owner", "deadline", "issued", "status", "remark", "reported", "report"}
    due:<id>            deadline of a commitment that is open
    owed                [{"node", "what": time|agenda|minutes, "act"}]: who has to move; absent when nobody has
    closed              {"act", "by", "text", "issued"}
"""

from collections.abc import Callable
from typing import Any

from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop, matter_id

__all__ = ["rule", "title"]


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    effect = _invite(state, act) if act.type == "talks.invite" else _other(state, act)
    if effect.effective:
        state["last"] = act.id
        _note_owed(state)
    return effect


def title(state: State) -> str:
    """What the talks are about."""
    opening = state.get("opening")
    return str(opening["subject"]) if opening else ""


def _others(act: Act) -> list[str]:
    return sorted(act.parties - {act.author})


def _invite(state: State, act: Act) -> Effect:
    if matter_id(act.author, act.nonce) != act.matter:
        return Effect(gettext_noop("It claims to open this matter, whose id is not of its making."))
    if "opening" in state:
        return Effect(gettext_noop("The talks had already been opened."))
    if not _others(act):
        return Effect(gettext_noop("Talks need another party: the invitation is addressed to nobody."))
    body = act.body
    state["opening"] = {
        "act": act.id,
        "by": act.author,
        "parties": sorted(act.parties),
        "subject": body["subject"],
        "about": body.get("about"),
        "language": body.get("language", "en"),
        "issued": act.issued,
        "precedence": act.precedence,
    }
    state["table"] = {"times": [], "agenda": [], "minutes": []}
    _lay_proposal(state, act)
    if body.get("agenda"):
        _lay_agenda(state, act, body["agenda"])
    return EFFECTIVE


def _other(state: State, act: Act) -> Effect:
    opening = state.get("opening")
    if opening is None:
        return Effect(gettext_noop("The invitation to these talks has not arrived, or is without effect."))
    if act.author not in opening["parties"]:
        return Effect(gettext_noop("%s is not a party to these talks."), (act.author,))
    if sorted(act.parties) != opening["parties"]:
        return Effect(gettext_noop("It is not addressed to all other parties of the talks, and to nobody else."))
    if "closed" in state and act.type != "talks.report":
        return Effect(gettext_noop("%s had closed the talks."), (state["closed"]["by"],))
    return _RULES[act.type](state, act)


def _table(state: State, name: str) -> list[str]:
    found: list[str] = state["table"][name]
    return found


def _set_table(state: State, name: str, ids: list[str]) -> None:
    state["table"] = {**state["table"], name: ids}


def _named(act: Act, field: str) -> str | Effect:
    """The act that this one is about, or why that cannot be told."""
    identifier: str = act.body[field]
    if identifier not in act.refs:
        return Effect(gettext_noop("It does not refer to the act that it is about."))
    return identifier


# -- time and place ----------------------------------------------------------------------------------------------------


def _lay_proposal(state: State, act: Act) -> None:
    body, me = act.body, act.author
    left = []
    for identifier in _table(state, "times"):
        proposal = state[f"proposal:{identifier}"]
        if proposal["by"] == me:
            continue
        left.append(identifier)
        state[f"proposal:{identifier}"] = {**proposal, "answered": sorted({*proposal["answered"], me})}
    state[f"proposal:{act.id}"] = {
        "by": me,
        "times": list(body["times"]),
        "place": body["place"],
        "length": body.get("length", 60),
        "issued": act.issued,
        "accepted": {},
        "answered": [],
    }
    _set_table(state, "times", [*left, act.id])


def _propose(state: State, act: Act) -> Effect:
    _lay_proposal(state, act)
    _come_after_all(state, act.author)
    return EFFECTIVE


def _accept(state: State, act: Act) -> Effect:
    identifier, time, me = _named(act, "proposal"), act.body["time"], act.author
    if isinstance(identifier, Effect):
        return identifier
    proposal = state.get(f"proposal:{identifier}")
    if proposal is None:
        return Effect(gettext_noop("The proposal has not arrived, or is without effect."))
    if identifier not in _table(state, "times"):
        return Effect(gettext_noop("The proposal no longer lies on the table."))
    if proposal["by"] == me:
        return Effect(gettext_noop("It is %s's own proposal."), (me,))
    if time not in proposal["times"]:
        return Effect(gettext_noop("The time %s is not among those of the proposal."), (time,))
    accepted = proposal["accepted"].get(time, [])
    if me in accepted:
        return Effect(gettext_noop("%s had already accepted this time."), (me,))
    accepted = sorted({*accepted, me})
    proposal = {
        **proposal,
        "accepted": {**proposal["accepted"], time: accepted},
        "answered": sorted({*proposal["answered"], me}),
    }
    state[f"proposal:{identifier}"] = proposal
    _come_after_all(state, me)
    if {proposal["by"], *accepted} == set(state["opening"]["parties"]):
        _fix(state, identifier, proposal, time, act)
    return EFFECTIVE


def _fix(state: State, identifier: str, proposal: dict[str, Any], time: str, act: Act) -> None:
    before = state.get("fixed") or state.get("fell")
    # Both are UTC, one to the millisecond: to the second they compare as text.
    moved = before is not None and proposal["issued"][:19] < before["time"][:19]
    if "fixed" in state and not moved:
        state["earlier"] = [*state.get("earlier", []), state["fixed"]]
    state["fixed"] = {
        "proposal": identifier,
        "uid": before["uid"] if moved else identifier,
        "sequence": before["sequence"] + 1 if moved else 0,
        "time": time,
        "place": proposal["place"],
        "length": proposal["length"],
        "issued": act.issued,
    }
    if "fell" in state:
        del state["fell"]
    _set_table(state, "times", [])


def _come_after_all(state: State, node: str) -> None:
    if f"declined:{node}" in state:
        del state[f"declined:{node}"]


def _decline(state: State, act: Act) -> Effect:
    me = act.author
    if me == state["opening"]["by"]:
        return Effect(gettext_noop("%s had invited: who invites closes the talks, and does not decline."), (me,))
    if f"declined:{me}" in state:
        return Effect(gettext_noop("%s had already declined."), (me,))
    left = []
    for identifier in _table(state, "times"):
        proposal = state[f"proposal:{identifier}"]
        if proposal["by"] == me:
            continue
        left.append(identifier)
        kept = {time: [node for node in nodes if node != me] for time, nodes in proposal["accepted"].items()}
        state[f"proposal:{identifier}"] = {
            **proposal,
            "accepted": {time: nodes for time, nodes in kept.items() if nodes},
            "answered": sorted({*proposal["answered"], me}),
        }
    _set_table(state, "times", left)
    fixed = state.get("fixed")
    if fixed is not None and act.issued[:19] < fixed["time"][:19]:
        state["fell"] = {**fixed, "sequence": fixed["sequence"] + 1, "issued": act.issued, "by": me}
        del state["fixed"]
    state[f"declined:{me}"] = {"act": act.id, "reason": act.body["reason"], "issued": act.issued}
    return EFFECTIVE


# -- delegations, agenda, minutes --------------------------------------------------------------------------------------


def _delegation(state: State, act: Act) -> Effect:
    state[f"delegation:{act.author}"] = {"act": act.id, "members": act.body["members"], "issued": act.issued}
    return EFFECTIVE


def _lay_agenda(state: State, act: Act, items: list[str]) -> None:
    left = [item for item in _table(state, "agenda") if state[f"agenda:{item}"]["by"] != act.author]
    state[f"agenda:{act.id}"] = {
        "by": act.author,
        "items": list(items),
        "issued": act.issued,
        "agreed": [act.author],
    }
    _set_table(state, "agenda", [*left, act.id])


def _agenda(state: State, act: Act) -> Effect:
    _lay_agenda(state, act, act.body["items"])
    return EFFECTIVE


def _agree_agenda(state: State, act: Act) -> Effect:
    identifier, me = _named(act, "agenda"), act.author
    if isinstance(identifier, Effect):
        return identifier
    agenda = state.get(f"agenda:{identifier}")
    if agenda is None:
        return Effect(gettext_noop("That version of the agenda has not arrived, or is without effect."))
    if me in agenda["agreed"]:
        return Effect(gettext_noop("%s had already agreed to this version of the agenda."), (me,))
    if identifier not in _table(state, "agenda"):
        return Effect(gettext_noop("That version of the agenda no longer lies on the table."))
    agreed = sorted({*agenda["agreed"], me})
    state[f"agenda:{identifier}"] = {**agenda, "agreed": agreed}
    if agreed == state["opening"]["parties"]:
        state["agenda"] = identifier
        _set_table(state, "agenda", [])
    return EFFECTIVE


def _minutes(state: State, act: Act) -> Effect:
    me, held, digest = act.author, act.body["held"], act.body["sha256"]
    if any(state[f"minutes:{item}"]["sha256"] == digest for item in state.get("minutes", [])):
        return Effect(gettext_noop("Minutes of this very text are agreed already."))
    if me in state.get(f"agreed:{digest}", []):
        return Effect(gettext_noop("%s had already agreed to this very text."), (me,))
    left = []
    for item in _table(state, "minutes"):
        entry = state[f"minutes:{item}"]
        if entry["by"] == me and entry["held"] == held:
            state[f"agreed:{entry['sha256']}"] = [node for node in state[f"agreed:{entry['sha256']}"] if node != me]
        else:
            left.append(item)
    state[f"minutes:{act.id}"] = {"by": me, "held": held, "sha256": digest, "issued": act.issued}
    _lay_minutes(state, [*left, act.id])
    _consent(state, act.id, me)
    return EFFECTIVE


def _lay_minutes(state: State, ids: list[str]) -> None:
    """These texts lie on the table. Nobody is held to one that left it without being agreed."""
    before = {state[f"minutes:{item}"]["sha256"] for item in _table(state, "minutes")}
    kept = {state[f"minutes:{item}"]["sha256"] for item in (*ids, *state.get("minutes", []))}
    for digest in before - kept:
        del state[f"agreed:{digest}"]
    _set_table(state, "minutes", ids)


def _agree_minutes(state: State, act: Act) -> Effect:
    identifier, me = _named(act, "minutes"), act.author
    if isinstance(identifier, Effect):
        return identifier
    entry = state.get(f"minutes:{identifier}")
    if entry is None:
        return Effect(gettext_noop("Those minutes have not arrived, or are without effect."))
    if act.body["sha256"] != entry["sha256"]:
        return Effect(gettext_noop("The hash is not that of the text of those minutes."))
    if me in state.get(f"agreed:{entry['sha256']}", []):
        return Effect(gettext_noop("%s had already agreed to this very text."), (me,))
    if identifier not in _table(state, "minutes"):
        return Effect(gettext_noop("Those minutes no longer lie on the table."))
    _consent(state, identifier, me)
    return EFFECTIVE


def _consent(state: State, identifier: str, node: str) -> None:
    """Note that a node agrees to a text; when all do, the minutes are agreed and rival texts leave the table."""
    entry = state[f"minutes:{identifier}"]
    digest = entry["sha256"]
    agreed = sorted({*state.get(f"agreed:{digest}", []), node})
    state[f"agreed:{digest}"] = agreed
    if agreed != state["opening"]["parties"]:
        return
    state["minutes"] = [*state.get("minutes", []), identifier]
    rivals = [(item, state[f"minutes:{item}"]) for item in _table(state, "minutes")]
    _lay_minutes(
        state,
        [item for item, other in rivals if other["held"] != entry["held"] and other["sha256"] != digest],
    )


# -- commitments, and the end ------------------------------------------------------------------------------------------


def _commit(state: State, act: Act) -> Effect:
    body = act.body
    state[f"commitment:{act.id}"] = {
        "by": act.author,
        "text": body["text"],
        "owner": body["owner"],
        "deadline": body["deadline"],
        "issued": act.issued,
        "status": "open",
        "remark": "",
        "reported": None,
        "report": None,
    }
    state[f"due:{act.id}"] = body["deadline"]
    return EFFECTIVE


def _report(state: State, act: Act) -> Effect:
    identifier, status = _named(act, "commitment"), act.body["status"]
    if isinstance(identifier, Effect):
        return identifier
    entry = state.get(f"commitment:{identifier}")
    if entry is None:
        return Effect(gettext_noop("The commitment has not arrived, or is without effect."))
    if entry["by"] != act.author:
        return Effect(gettext_noop("It is %s's commitment: only its author reports on it."), (entry["by"],))
    state[f"commitment:{identifier}"] = {
        **entry,
        "status": status,
        "remark": act.body.get("remark", ""),
        "reported": act.issued,
        "report": act.id,
    }
    if status == "open":
        state[f"due:{identifier}"] = entry["deadline"]
    elif f"due:{identifier}" in state:
        del state[f"due:{identifier}"]
    return EFFECTIVE


def _close(state: State, act: Act) -> Effect:
    state["closed"] = {"act": act.id, "by": act.author, "text": act.body.get("text", ""), "issued": act.issued}
    return EFFECTIVE


def _note_owed(state: State) -> None:
    """Who has to answer what lies on the table."""
    owed: list[dict[str, str]] = []
    if "closed" not in state:
        parties = state["opening"]["parties"]
        for what, key in (("times", "time"), ("agenda", "agenda"), ("minutes", "minutes")):
            for identifier in _table(state, what):
                done = _answered(state, what, identifier)
                owed.extend({"node": node, "what": key, "act": identifier} for node in parties if node not in done)
    if owed:
        state["owed"] = owed
    elif "owed" in state:
        del state["owed"]


def _answered(state: State, what: str, identifier: str) -> set[str]:
    if what == "times":
        proposal = state[f"proposal:{identifier}"]
        return {proposal["by"], *proposal["answered"]}
    if what == "agenda":
        return set(state[f"agenda:{identifier}"]["agreed"])
    return set(state[f"agreed:{state[f'minutes:{identifier}']['sha256']}"])


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "talks.propose": _propose,
    "talks.accept": _accept,
    "talks.decline": _decline,
    "talks.delegation": _delegation,
    "talks.agenda": _agenda,
    "talks.agree-agenda": _agree_agenda,
    "talks.minutes": _minutes,
    "talks.agree-minutes": _agree_minutes,
    "talks.commit": _commit,
    "talks.report": _report,
    "talks.close": _close,
}
