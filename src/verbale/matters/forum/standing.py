"""How a session stands, read from its state: members, documents by symbol, drafts with sponsors and amendments, votes.

Pure, and in data: words are the pages' business.
"""

import re
from collections.abc import Mapping
from typing import Any

from verbale.matters.forum import text as texts
from verbale.matters.forum.grounds import pending
from verbale.matters.forum.tally import count, roll_key

__all__ = ["board", "documents", "drafts", "members", "next_symbol", "phase", "silences", "statements", "votes"]

State = Mapping[str, Any]


def _entries(state: State, prefix: str) -> list[tuple[str, dict[str, Any]]]:
    """The entries `<prefix>:<rest>`, by rest, the earliest first."""
    start = f"{prefix}:"
    found = [(key[len(start) :], value) for key, value in state.items() if key.startswith(start)]
    return sorted(found, key=lambda item: (str(item[1].get("issued", "")), item[0]))


def phase(state: State, today: str) -> str:
    """`none` before it is convened, then `to-open`, `open`, `voting` or `closed`; `today` is a calendar date."""
    if "opening" not in state:
        return "none"
    if "closed" in state:
        return "closed"
    if "voting" in state:
        return "voting"
    return "to-open" if today < state["opening"]["opens"] else "open"


def members(state: State) -> list[dict[str, Any]]:
    """Members and observers in English alphabetical order, each with `node`."""
    found = [{**entry, "node": node} for node, entry in _entries(state, "member")]
    return sorted(found, key=lambda item: roll_key(item["name"], item["node"]))


def statements(state: State) -> list[dict[str, Any]]:
    """Each with `act`, in the order in which they were made."""
    return [{**entry, "act": act} for act, entry in _entries(state, "statement")]


def documents(state: State) -> list[dict[str, Any]]:
    """What has been issued, by symbol: `{"symbol", "what", "act", "title", "by"}`. `L.9` stands before `L.10`."""
    found = []
    for symbol, entry in state.items():
        if not symbol.startswith("symbol:"):
            continue
        what, act = entry["what"], entry["act"]
        source = "draft" if what == "adopted" and f"draft:{act}" in state else "document" if what == "adopted" else what
        known = state[f"{source}:{act}"]
        title = known.get("title") or state[f"draft:{known['draft']}"]["title"]
        row = {"symbol": symbol.partition(":")[2], "what": what, "act": act, "title": title, "by": known["by"]}
        if what == "adopted":
            row["title"], row["adopted"] = state[f"adopted:{act}"]["title"], state[f"adopted:{act}"]["act"]
        found.append(row)
    return sorted(found, key=lambda row: _natural(row["symbol"]))


def _natural(symbol: str) -> list[tuple[int, int, str]]:
    parts = re.findall(r"\d+|\D+", symbol)
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts]


def next_symbol(state: State, prefix: str) -> str:
    """`WF/1/L.4` when `WF/1/L.` is the prefix and 3 is the highest number given so far."""
    taken = [key[len(f"symbol:{prefix}") :] for key in state if key.startswith(f"symbol:{prefix}")]
    numbers = [int(match[0]) for item in taken if (match := re.match(r"[0-9]{1,6}", item))]
    return f"{prefix}{max(numbers, default=0) + 1}"


def drafts(state: State) -> list[dict[str, Any]]:
    """Drafts in the order in which they were laid.

    Each with `act`, `sponsors` (the main one first), `text` (numbered paragraphs), `amendments` (each with `act` and
    `rows`), `pending`, and the `revisions` and `acceptances` that have no symbol yet.
    """
    sponsors: dict[str, list[str]] = {}
    for key in state:
        if key.startswith("sponsor:"):
            _, draft, node = key.split(":")
            sponsors.setdefault(draft, []).append(node)
    amendments: dict[str, list[dict[str, Any]]] = {}
    for act, entry in _entries(state, "amendment"):
        text = state[f"text:{entry['draft']}"]
        rows = _against(text, entry) if entry["version"] == state[f"draft:{entry['draft']}"]["version"] else []
        fallen = entry["stage"] == "tabled" and bool(rows) and texts.conflict(text, entry["changes"]) is not None
        amendments.setdefault(entry["draft"], []).append({**entry, "act": act, "rows": rows, "fallen": fallen})
    waiting: dict[str, dict[str, list[dict[str, Any]]]] = {"revision": {}, "acceptance": {}}
    for prefix, found in waiting.items():
        for act, entry in _entries(state, prefix):
            if entry["symbol"] is None:
                found.setdefault(entry["draft"], []).append({**entry, "act": act})
    return [
        {
            **entry,
            "act": act,
            "sponsors": sorted(sponsors.get(act, []), key=lambda node, by=entry["by"]: (node != by, node)),
            "text": texts.numbered(state[f"text:{act}"]),
            "amendments": amendments.get(act, []),
            "pending": pending(state, act),
            "revisions": waiting["revision"].get(act, []),
            "acceptances": waiting["acceptance"].get(act, []),
        }
        for act, entry in _entries(state, "draft")
    ]


def _against(text: Mapping[str, Any], amendment: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each change of an amendment beside the paragraph that it changes: `{"paragraph", "action", "before", "text"}`."""
    standing = {item["key"]: item["text"] for item in text["paragraphs"]}
    before = standing if amendment["before"] is None else amendment["before"]
    return [{**change, "before": before.get(change["paragraph"])} for change in amendment["changes"]]


def silences(state: State) -> list[dict[str, Any]]:
    """The latest first, each with `act`, `title`, `objectors` and its `outcome`, None while it runs."""
    objectors: dict[str, list[str]] = {}
    for key in state:
        if key.startswith("objector:"):
            _, silence, node = key.split(":")
            objectors.setdefault(silence, []).append(node)
    return [
        {
            **entry,
            "act": act,
            "title": state[f"{entry['what']}:{entry['text']}"]["title"],
            "symbol": state[f"{entry['what']}:{entry['text']}"]["symbol"],
            "objectors": sorted(objectors.get(act, [])),
            "outcome": state.get(f"outcome:{act}"),
        }
        for act, entry in reversed(_entries(state, "silence"))
    ]


def votes(state: State) -> list[str]:
    """Ids of the votes, the latest first."""
    return [act for act, _ in reversed(_entries(state, "vote"))]


def board(state: State, vote: str) -> dict[str, Any]:
    """A vote as it stands.

    `rows` in the order of the roll, each `{"node", "name", "choice", "counted"}`, the choice None while there is none;
    `tally`, `needed`, `carried` of what is counted, or of what has come while it is open.
    """
    entry, result = state[f"vote:{vote}"], state.get(f"result:{vote}")
    counted = {row["node"]: row["choice"] for row in result["counted"]} if result else {}
    rows = []
    for node in entry["roll"]:
        ballot = state.get(f"ballot:{state.get(f'cast:{vote}:{node}')}")
        choice = counted.get(node) or (ballot["choice"] if ballot else None)
        rows.append(
            {
                "node": node,
                "name": state[f"member:{node}"]["name"],
                "choice": choice,
                "counted": node in counted or (result is None and choice is not None),
            }
        )
    tally = count(row["choice"] for row in rows if row["counted"])
    proposal = state[f"{entry['what']}:{entry['proposal']}"]
    return {
        **entry,
        "act": vote,
        "title": state[f"draft:{entry['draft']}"]["title"],
        "symbol": proposal["symbol"],
        "rows": rows,
        "tally": tally,
        "needed": tally.needed(entry["majority"]),
        "carried": tally.carried(entry["majority"]),
        "result": result,
        "voted": tally.voting + tally.abstain,
        "missing": [row["node"] for row in result["missing"]] if result else [],
    }
