"""What the page of a session shows, in plain values for its template."""

from collections.abc import Mapping
from typing import Any

from verbale.matters.forum import standing, words
from verbale.matters.kit.spec import View
from verbale.node.identity import public_credentials
from verbale.node.models import ActRecord

__all__ = ["board_shown", "context"]

_MOST_STATEMENTS = 300
_EXCERPT = 280


def context(view: View) -> Mapping[str, Any]:
    """Of the panel, beside what the kit gives it; under one name, for the page of a matter has its own."""
    return {"forum": _session(view) if view.opening else {"there": False}}


def _session(view: View) -> dict[str, Any]:
    state = view.state
    names = words.names_in(state)
    me = state.get(f"member:{view.me}")
    house = view.opening["by"]
    return {
        "there": True,
        "names": names,
        "house": house,
        "ours": house == view.me,
        "me": view.me,
        "role": me,
        "voting_member": bool(me and me["voting"]),
        # Whoever votes with keys that were given out as ours could vote in our name.
        "false_keys": bool(me) and public_credentials().keys_by_fingerprint(me["fingerprint"]) is None,
        "is_open": view.open,
        "agenda": _agenda(view, names),
        "documents": [
            {**row, "label": words.WHAT[row["what"]], "author": names.get(row["by"], row["by"])}
            for row in standing.documents(state)
        ],
        "drafts": [_draft(view, draft, names) for draft in standing.drafts(state)],
        "unissued": _unissued(view, names),
        "votes": [board_shown(view, vote, names) for vote in standing.votes(state)],
        "silences": [_silence(view, item, names) for item in standing.silences(state)],
        "members": [{**row, "label": names[row["node"]]} for row in standing.members(state)],
        "awaited": [names.get(node, node) for node in view.parties if node != house and f"member:{node}" not in state],
    }


def symbols(view: View) -> dict[str, str]:
    """The next symbols of each sort: `WF/81/L.4`, `WF/81/7`, `WF/RES/81/2`."""
    house, session = view.opening["by"], words.number(view.opening["session"]) or "1"
    return {
        "limited": standing.next_symbol(view.state, f"{house}/{session}/L."),
        "document": standing.next_symbol(view.state, f"{house}/{session}/"),
        "adopted": standing.next_symbol(view.state, f"{house}/RES/{session}/"),
    }


def _revised(view: View, symbol: str | None) -> str:
    """The next revision of a draft: `WF/81/L.4/Rev.1`."""
    return standing.next_symbol(view.state, f"{symbol}/Rev.") if symbol else ""


def _agenda(view: View, names: Mapping[str, str]) -> dict[str, Any] | None:
    agenda = view.state.get("agenda")
    if agenda is None:
        return None
    made = standing.statements(view.state)[-_MOST_STATEMENTS:]
    records = ActRecord.objects.in_bulk([item["act"] for item in made])
    by_item: dict[str, list[dict[str, Any]]] = {}
    for item in made:
        record = records.get(item["act"])
        text = " ".join(record.act.body["text"].split()) if record is not None else ""
        excerpt = text if len(text) <= _EXCERPT else f"{text[: _EXCERPT - 1]}…"
        by_item.setdefault(item["item"], []).append(
            {**item, "name": names.get(item["by"], item["by"]), "excerpt": excerpt}
        )
    rows = [{**row, "statements": by_item.pop(row["number"], [])} for row in agenda["items"]]
    # Statements stay where they were made, also when a later agenda has dropped the item.
    return {"rows": rows, "others": [item for found in by_item.values() for item in found]}


def _draft(view: View, draft: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    open_to_change = draft["stage"] in ("tabled", "silence") and view.open
    main = draft["by"] == view.me
    return {
        **draft,
        "label": words.STAGES[draft["stage"]],
        "author": names.get(draft["by"], draft["by"]),
        "sponsored": ", ".join(names.get(node, node) for node in draft["sponsors"]),
        "preamble": [item for item in draft["text"] if item["part"] == "PP"],
        "operative": [item for item in draft["text"] if item["part"] == "OP"],
        "amendments": [_amendment(view, item, draft, names) for item in draft["amendments"]],
        "main": main,
        "can_change": open_to_change,
        "can_sponsor": open_to_change and view.me not in draft["sponsors"],
        "can_withdraw": open_to_change and view.me in draft["sponsors"] and not main,
        "can_explain": view.me not in draft["sponsors"] and "voting" not in view.state,
        "can_vote": draft["symbol"] is not None and draft["stage"] in ("tabled", "voting") and not draft["pending"],
        "can_silence": draft["symbol"] is not None and draft["stage"] == "tabled" and not draft["pending"],
        "adopted": view.state.get(f"adopted:{draft['act']}"),
        "adopt_as": symbols(view)["adopted"],
        "explanations": [
            {**entry, "name": names.get(entry["by"], entry["by"])}
            for entry in view.entries("explanation")
            if entry["proposal"] == draft["act"]
        ],
    }


def _amendment(view: View, item: dict[str, Any], draft: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    tabled = item["stage"] == "tabled" and not item["fallen"] and item["version"] == draft["version"]
    return {
        **item,
        "label": words.STAGES[item["stage"]],
        "author": names.get(item["by"], item["by"]),
        "rows": [{**row, "label": words.ACTIONS[row["action"]]} for row in item["rows"] or item["changes"]],
        "can_accept": tabled and draft["by"] == view.me and draft["stage"] == "tabled",
        "can_vote": tabled and item["symbol"] is not None and draft["stage"] in ("tabled", "voting"),
        "can_explain": item["by"] != view.me and "voting" not in view.state and item["stage"] in (
            "tabled", "carried", "rejected",
        ),
    }  # fmt: skip


def _unissued(view: View, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What waits for a symbol, each with the one to suggest; for the organisation."""
    next_ones = symbols(view)
    found = []
    for prefix in ("document", "draft", "amendment", "revision", "acceptance"):
        for entry in view.entries(prefix):
            draft = view.state[f"draft:{entry['draft']}"] if "draft" in entry else None
            late = draft is not None and draft["stage"] not in ("tabled", "silence")
            if entry["symbol"] is not None or late or entry.get("stage", "tabled") != "tabled":
                continue
            if prefix in ("revision", "acceptance"):
                suggested = _revised(view, draft["symbol"] if draft else None)
            else:
                suggested = next_ones["document" if prefix == "document" else "limited"]
            found.append(
                {
                    "act": entry["key"],
                    "label": words.WHAT[prefix],
                    "title": entry.get("title") or (draft["title"] if draft else ""),
                    "author": names.get(entry["by"], entry["by"]),
                    "issued": entry["issued"],
                    "symbol": suggested,
                    "waits": draft is not None and draft["symbol"] is None,
                }
            )
    return found


def board_shown(view: View, vote: str, names: Mapping[str, str]) -> dict[str, Any]:
    """A vote as a board of states: who said what, the tally, and the majority that is needed."""
    board = standing.board(view.state, vote)
    tally = board["tally"]
    rows = [
        {**row, "label": names.get(row["node"], row["name"]), "said": words.CHOICES.get(row["choice"], "")}
        for row in board["rows"]
    ]
    mine = next((row for row in rows if row["node"] == view.me), None)
    return {
        **board,
        "rows": rows,
        "majority_shown": words.MAJORITIES[board["majority"]],
        "said": words.tally(tally.yes, tally.no, tally.abstain),
        "open": board["result"] is None,
        "first_name": names.get(board["first"], board["first"]),
        "mine": mine,
        "can_vote": board["result"] is None and mine is not None and mine["choice"] is None and view.open,
        "over": board["closes"] <= words.now(),
        "left_out": ", ".join(names.get(node, node) for node in board["missing"]),
        "closes_shown": words.clock(board["closes"]),
    }


def _silence(view: View, item: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    outcome = item["outcome"]
    return {
        **item,
        "objected": ", ".join(names.get(node, node) for node in item["objectors"]),
        "can_object": outcome is None and view.me not in item["objectors"] and item["until"] >= words.now(),
        "can_end": outcome is None and (bool(item["objectors"]) or item["until"] <= words.now()),
        "left_out": ", ".join(names.get(row["node"], row["node"]) for row in outcome["missing"]) if outcome else "",
        "until_shown": words.clock(item["until"]),
        "can_adopt": bool(outcome and outcome["carried"] and item["what"] == "document")
        and f"adopted:{item['text']}" not in view.state,
        "adopt_as": symbols(view)["adopted"],
    }
