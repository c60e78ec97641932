"""A session of the World Forum, act by act: the organisation WF, the members CR, LZ, VD and AB, the observer OB."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from verbale.matters.forum.tally import count
from verbale.matters.forum.text import changes_hash, document_hash
from verbale.matters.forum.verify import lawful_rule
from verbale.protocol import (
    Act,
    Credentials,
    Effect,
    Envelope,
    PrivateKeys,
    fold,
    make_act,
    matter_id,
    sign_act,
)

MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NONCE = "a" * 32
SESSION = matter_id("WF", NONCE)
MISSING = "f" * 64
HOUSE = "WF"
NAMES = {"CR": "Crimson", "LZ": "Lazuria", "VD": "Verdia", "AB": "Ábria", "OB": "Ochre Order"}
ROLL = ["AB", "CR", "LZ", "VD"]
"""In English alphabetical order."""
PARTIES = ("AB", "CR", "LZ", "OB", "VD")
SYMBOL, OTHER_SYMBOL = "WF/1/L.1", "WF/1/L.2"
CLOSES = "2026-11-24T18:00:00Z"
LATER = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
TITLE, PREAMBLE = "Protection of hospitals", ["Recalling its resolutions,", "Alarmed by attacks,"]
OPERATIVE = ["Calls upon States to protect hospitals;", "Requests a report;", "Decides to remain seized."]
CHANGES = [{"paragraph": "OP2", "action": "replace", "text": "Requests a report every year;"}]


@cache
def keys(node: str, generation: int = 0) -> PrivateKeys:
    return PrivateKeys.generate()


@cache
def credentials(node: str) -> Credentials:
    return Credentials.create(
        keys(node),
        node=node,
        name=NAMES.get(node, "World Forum"),
        kind="organisation" if node == HOUSE else "state",
        endpoint="",
        issued=MORNING - timedelta(days=9),
    )


@cache
def rotated(node: str) -> Credentials:
    return credentials(node).succeed(keys(node), issued=MORNING - timedelta(days=1), new=keys(node, 1))


def credentials_text(node: str) -> str:
    return credentials(node).to_bytes().decode()


def lawful(word: str, author: str = "CR") -> dict[str, Any]:
    """A body that is lawful for its type, about acts that are not there."""
    return {
        "convene": {
            "body": "First Committee",
            "session": "1st session",
            "opens": "2026-11-24",
            "closes": "2026-12-04",
            "languages": ["en", "fr"],
        },
        "member": {"node": author, "name": NAMES.get(author, author), "credentials": credentials_text("CR")},
        "agenda": {"items": [{"number": "1", "title": "Organisation"}, {"number": "5 (a)", "title": "Hospitals"}]},
        "give-symbol": {"text": MISSING, "symbol": SYMBOL},
        "silence": {"text": MISSING, "sha256": MISSING, "until": CLOSES},
        "end-silence": {"silence": MISSING, "objections": []},
        "open-vote": {
            "proposal": MISSING,
            "sha256": MISSING,
            "majority": "simple",
            "closes": CLOSES,
            "first": "CR",
        },
        "close-vote": {"vote": MISSING, "votes": [], "yes": 0, "no": 0, "abstain": 0},
        "adopt": {"text": MISSING, "sha256": MISSING, "symbol": "WF/RES/1/1"},
        "close": {},
        "statement": {"item": "5 (a)", "text": "We are alarmed."},
        "document": {"title": "Report", "text": "All is well.", "item": "1"},
        "draft": {"title": TITLE, "preamble": PREAMBLE, "operative": OPERATIVE, "item": "5 (a)"},
        "sponsor": {"draft": MISSING},
        "withdraw-sponsor": {"draft": MISSING},
        "revise": {"draft": MISSING, "title": TITLE, "preamble": [], "operative": ["Decides."]},
        "amend": {"draft": MISSING, "version": MISSING, "changes": CHANGES},
        "accept-amendment": {"amendment": MISSING},
        "object": {"silence": MISSING},
        "vote": {"vote": MISSING, "choice": "yes"},
        "explain": {"proposal": MISSING, "when": "before", "text": "Because."},
    }[word]


_ABOUT = ("text", "silence", "proposal", "vote", "draft", "version", "amendment")


def named_in(body: dict[str, Any]) -> set[str]:
    """The acts that a body is about."""
    found = [*(body.get(name) for name in _ABOUT), *body.get("votes", ()), *body.get("objections", ())]
    return {item for item in found if isinstance(item, str) and re.fullmatch("[0-9a-f]{64}", item)} - {MISSING}


class Story:
    """Acts in the order in which they are said, a minute apart, each after the one before and what it names."""

    def __init__(self, *, members: bool = True, agenda: bool = True, **opening: Any) -> None:
        self.acts: list[Act] = []
        self.opening = self.say(HOUSE, "convene", nonce=NONCE, **opening)
        if members:
            for node in NAMES:
                self.introduce(node, voting=node != "OB")
        if agenda:
            self.say(HOUSE, "agenda")

    def say(self, author: str, word: str, *, refs: tuple[str, ...] | None = None, **body: Any) -> str:
        fields: dict[str, Any] = {
            name: body.pop(name) for name in ("audience", "matter", "nonce", "issued") if name in body
        }
        body = {**lawful(word), **body}
        if refs is None:
            refs = (*named_in(body), *(act.id for act in self.acts[-1:]))
        act = make_act(
            **{
                "type": f"forum.{word}",
                "author": author,
                "audience": tuple(node for node in (HOUSE, *PARTIES) if node != author),
                "matter": SESSION,
                "refs": refs,
                "issued": MORNING + timedelta(minutes=len(self.acts)),
                "body": body,
                **fields,
            }
        )
        self.acts.append(act)
        return act.id

    # -- shorter -------------------------------------------------------------------------------------------------------

    def introduce(self, node: str, **body: Any) -> str:
        fields = {"node": node, "name": NAMES.get(node, node), "credentials": credentials_text(node), **body}
        return self.say(HOUSE, "member", **fields)

    def draft(self, symbol: str | None = SYMBOL, author: str = "CR", **body: Any) -> str:
        made = self.say(author, "draft", **body)
        if symbol:
            self.say(HOUSE, "give-symbol", text=made, symbol=symbol)
        return made

    def document(self, symbol: str | None = OTHER_SYMBOL) -> str:
        made = self.say("LZ", "document")
        if symbol:
            self.say(HOUSE, "give-symbol", text=made, symbol=symbol)
        return made

    def amend(self, draft: str, author: str = "LZ", symbol: str | None = "WF/1/L.9", **body: Any) -> str:
        fields = {"draft": draft, "version": self.state[f"draft:{draft}"]["version"], **body}
        made = self.say(author, "amend", **fields)
        if symbol:
            self.say(HOUSE, "give-symbol", text=made, symbol=symbol)
        return made

    def open(self, proposal: str, majority: str = "simple", **body: Any) -> str:
        state = self.state
        entry = state.get(f"draft:{proposal}") or state.get(f"amendment:{proposal}") or {"sha256": MISSING}
        fields = {"proposal": proposal, "sha256": entry["sha256"], "majority": majority, "first": "CR", **body}
        return self.say(HOUSE, "open-vote", **fields)

    def cast(self, vote: str, **choices: str) -> dict[str, str]:
        """Votes by node; the ids of them."""
        return {node: self.say(node, "vote", vote=vote, choice=choice) for node, choice in choices.items()}

    def count(self, vote: str, ballots: dict[str, str], **body: Any) -> str:
        """Close the vote on these ballots, told truly unless `body` says otherwise."""
        roll = self.state[f"vote:{vote}"]["roll"]
        listed = [ballots[node] for node in roll if node in ballots]
        by_id = {act.id: act for act in self.acts}
        tally = count(by_id[item].body["choice"] for item in listed)
        fields = {"vote": vote, "votes": listed, "yes": tally.yes, "no": tally.no, "abstain": tally.abstain, **body}
        return self.say(HOUSE, "close-vote", issued=fields.pop("issued", LATER), **fields)

    def decide(self, proposal: str, majority: str = "simple", **choices: str) -> str:
        """A whole vote, by all four members when not said otherwise; the id of the act that opens it."""
        choices = choices or {"AB": "abstain", "CR": "yes", "LZ": "yes", "VD": "no"}
        vote = self.open(proposal, majority)
        self.count(vote, self.cast(vote, **choices))
        return vote

    def silence(self, text: str, **body: Any) -> str:
        entry = self.state.get(f"draft:{text}") or self.state[f"document:{text}"]
        return self.say(HOUSE, "silence", **{"text": text, "sha256": entry["sha256"], **body})

    @property
    def folded(self) -> tuple[dict[str, Any], dict[str, Effect]]:
        return fold(lawful_rule, self.acts)

    @property
    def state(self) -> dict[str, Any]:
        return self.folded[0]

    def fate(self, place: int = -1) -> str:
        """Why the act at that place is without effect; empty when it has effect."""
        return self.folded[1][self.acts[place].id].sentence()

    def signed(self) -> list[Envelope]:
        return [sign_act(act.canonical, keys(act.author)) for act in self.acts]


__all__ = [
    "CHANGES", "CLOSES", "HOUSE", "LATER", "MISSING", "MORNING", "NAMES", "NONCE", "OPERATIVE", "OTHER_SYMBOL",
    "PARTIES", "PREAMBLE", "ROLL", "SESSION", "SYMBOL", "TITLE", "Story", "changes_hash", "credentials",
    "credentials_text", "document_hash", "keys", "lawful", "named_in", "rotated",
]  # fmt: skip
