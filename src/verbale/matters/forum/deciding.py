"""Rules of effect on decisions: silence, roll calls, explanations of vote, adoption. Pure; see `fold.py`."""

from collections.abc import Mapping
from typing import Any

from verbale.matters.forum.grounds import cannot, change, make_part, not_open, one_of, pending, taken, too_early
from verbale.matters.forum.tally import count, roll_call
from verbale.matters.rules import named
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop

__all__ = [
    "adopt",
    "cast_vote",
    "close_vote",
    "end_silence",
    "explain",
    "object_to",
    "open_vote",
    "put_under_silence",
]


def _ready(state: State, act: Act, field: str, prefix: str, entry: Mapping[str, Any]) -> Effect | None:
    """Why a draft or document cannot be put to a decision."""
    if entry["symbol"] is None:
        return Effect(gettext_noop("It has not been issued under a symbol."))
    if entry["sha256"] != act.body["sha256"]:
        return Effect(gettext_noop("The hash is not that of the text as it stands."))
    if prefix == "draft" and pending(state, act.body[field]):
        return Effect(gettext_noop("Amendments to it are to be decided first (rule 90)."))
    return None


def put_under_silence(state: State, act: Act) -> Effect:
    found = one_of(state, act, "text", "draft", "document")
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
    change(state, f"{prefix}:{body['text']}", stage="silence")
    state[f"silence:{act.id}"] = {
        "text": body["text"],
        "what": prefix,
        "sha256": body["sha256"],
        "until": body["until"],
        "issued": act.issued,
    }
    state["silences"] = [*state.get("silences", []), act.id]
    return EFFECTIVE


def object_to(state: State, act: Act) -> Effect:
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


def end_silence(state: State, act: Act) -> Effect:
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
    change(state, f"{silence['what']}:{silence['text']}", stage=stage, decision=decision)
    return EFFECTIVE


# -- votes -------------------------------------------------------------------------------------------------------------


def open_vote(state: State, act: Act) -> Effect:
    found = one_of(state, act, "proposal", "draft", "amendment")
    if isinstance(found, Effect):
        return found
    prefix, entry = found
    body = act.body
    proposal = body["proposal"]
    barred = too_early(state, act)
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
        barred = not_open(draft, entry) or cannot(state, draft_id, entry["changes"])
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
    change(state, f"draft:{draft_id}", stage="voting")
    return EFFECTIVE


def cast_vote(state: State, act: Act) -> Effect:
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


def close_vote(state: State, act: Act) -> Effect:
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
        make_part(state, vote["proposal"])
    stage = "carried" if carried else "rejected"
    change(state, f"{vote['what']}:{vote['proposal']}", stage=stage, decision=act.id)
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


def explain(state: State, act: Act) -> Effect:
    found = one_of(state, act, "proposal", "draft", "amendment")
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


def adopt(state: State, act: Act) -> Effect:
    found = one_of(state, act, "text", "draft", "document")
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
    barred = taken(state, body["symbol"])
    if barred is not None:
        return barred
    change(state, f"{prefix}:{body['text']}", stage="adopted")
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
