"""A roll call of 193 member states in memory: votes signed and folded, and every member verifying the whole result."""

import statistics
import time
from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.tables import print_table, spread
from verbale.matters.forum.tally import count
from verbale.matters.forum.text import laid, text_hash
from verbale.matters.forum.verify import lawful_rule, verify_bundle, verify_roll_call, write_bundle
from verbale.protocol import Act, Credentials, Envelope, PrivateKeys, fold, make_act, matter_id, sign_act
from verbale.protocol.credentials import _kept

__all__ = ["run"]

MEMBERS, THREADS, ROUNDS = 193, 2, 5
HOUSE, NONCE = "WF", "f" * 32
_PARAGRAPHS = ["Calls upon all Member States to protect the systems on which hospitals depend;"] * 12


class Session:
    """A session of 193 members, each with keys of its own, up to an open vote on a draft of twelve paragraphs."""

    def __init__(self) -> None:
        self.began = datetime.now(UTC) - timedelta(hours=1)
        self.nodes = [f"M{number:03}" for number in range(1, MEMBERS + 1)]
        self.keys = {node: PrivateKeys.generate() for node in (HOUSE, *self.nodes)}
        self.credentials = {
            node: Credentials.create(
                keys,
                node=node,
                name="World Forum" if node == HOUSE else f"State {node[1:]}",
                kind="organisation" if node == HOUSE else "state",
                endpoint=f"https://{node.lower()}.example",
                issued=self.began - timedelta(days=1),
            )
            for node, keys in self.keys.items()
        }
        self.acts: list[Act] = []
        self._open()

    def say(self, author: str, word: str, body: dict[str, Any], *refs: str, nonce: str | None = None) -> Act:
        act = make_act(
            type=f"forum.{word}",
            author=author,
            audience=(HOUSE, *self.nodes),
            matter=matter_id(HOUSE, NONCE),
            issued=self.began + timedelta(seconds=len(self.acts)),
            refs=refs or [act.id for act in self.acts[-1:]],
            nonce=nonce,
            body=body,
        )
        self.acts.append(act)
        return act

    def _open(self) -> None:
        day = f"{self.began:%Y-%m-%d}"
        convened = {"body": "First Committee", "session": "81st session", "languages": ["en"]}
        self.say(HOUSE, "convene", {**convened, "opens": day, "closes": day}, nonce=NONCE)
        for node in self.nodes:
            text = self.credentials[node].to_bytes().decode()
            self.say(HOUSE, "member", {"node": node, "name": f"State {node[1:]}", "credentials": text})
        self.say(HOUSE, "agenda", {"items": [{"number": "93", "title": "Information and communications technologies"}]})
        draft = {"title": "Hospitals", "preamble": _PARAGRAPHS, "operative": _PARAGRAPHS, "item": "93"}
        laid_draft = self.say(self.nodes[0], "draft", draft)
        self.say(HOUSE, "give-symbol", {"text": laid_draft.id, "symbol": "WF/81/L.1"})
        sha256 = text_hash(laid(draft["title"], draft["preamble"], draft["operative"]))
        opened = {"proposal": laid_draft.id, "sha256": sha256, "majority": "two-thirds", "first": "M077"}
        closes = f"{self.began + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
        refs = (laid_draft.id, self.acts[-1].id)
        self.vote = self.say(HOUSE, "open-vote", {**opened, "closes": closes}, *refs)

    def votes(self) -> list[Act]:
        """Of all members: two thirds yes, the rest no or abstaining."""
        choices = ("yes", "yes", "yes", "no", "yes", "abstain")
        return [
            self.say(node, "vote", {"vote": self.vote.id, "choice": choices[place % 6]}, self.vote.id)
            for place, node in enumerate(self.nodes)
        ]

    def close(self, votes: list[Act]) -> Act:
        first = self.nodes.index("M077")
        listed = [*votes[first:], *votes[:first]]
        tally = count(act.body["choice"] for act in listed)
        body = {"vote": self.vote.id, "votes": [act.id for act in listed]}
        body |= {"yes": tally.yes, "no": tally.no, "abstain": tally.abstain}
        return self.say(HOUSE, "close-vote", body, self.vote.id, *(act.id for act in votes))


def _timed(function: Any, *arguments: Any) -> tuple[float, Any]:
    began = time.perf_counter()
    found = function(*arguments)
    return time.perf_counter() - began, found


def _signed(session: Session, acts: Iterable[Act]) -> list[Envelope]:
    return [sign_act(act.canonical, session.keys[act.author]) for act in acts]


def _verified(session: Session, lines: list[bytes], pool: Executor | None = None) -> None:
    """As a member does it that has nothing but the bundle and the organisation's credentials."""
    _kept.cache_clear()  # the credentials of the others are news to each member
    if pool is None:
        result = verify_bundle(lines, {HOUSE: session.credentials[HOUSE]})
    else:
        envelopes = [Envelope.from_bytes(line) for line in lines]
        result = verify_roll_call(envelopes, {HOUSE: session.credentials[HOUSE]}, session.vote.id, pool)
    assert result.holds, result.reason
    assert result.carried
    assert len(result.counted) == MEMBERS


def run() -> None:
    made, session = _timed(Session)
    votes = session.votes()
    session.close(votes)
    signing = [_timed(_signed, session, votes)[0] for _ in range(ROUNDS + 1)][1:]
    folding = [_timed(fold, lawful_rule, session.acts)[0] for _ in range(ROUNDS + 1)][1:]
    envelopes = _signed(session, session.acts)
    lines = list(write_bundle(session.vote.id, session.credentials[HOUSE], envelopes))
    size, of_votes = sum(map(len, lines)), sum(len(line) for line in lines[-MEMBERS - 2 : -2])
    with ThreadPoolExecutor(THREADS) as pool:
        wire = [envelope.to_bytes() for envelope in envelopes]
        threaded = [_timed(_verified, session, wire, pool)[0] for _ in range(ROUNDS + 1)][1:]
    began = time.perf_counter()
    each = [_timed(_verified, session, lines)[0] for _ in session.nodes]
    total = time.perf_counter() - began
    ordered = statistics.quantiles(each, n=100)
    print_table(
        f"Roll call of {MEMBERS} members, {len(session.acts)} acts; {ROUNDS} rounds, verification once by each member",
        ["", "measured"],
        [
            [f"keys and credentials of all, {len(session.acts) - MEMBERS - 1} acts before the vote, s", f"{made:.2f}"],
            [f"all {MEMBERS} votes signed, ms", spread([value * 1000 for value in signing])],
            [f"{len(session.acts)} acts folded (credentials known), ms", spread([value * 1000 for value in folding])],
            ["bundle, bytes", f"{size:,}"],
            ["of which the votes, bytes", f"{of_votes:,}"],
            ["one member verifies the whole, 1 thread: p50, ms", f"{ordered[49] * 1000:.0f}"],
            ["one member verifies the whole, 1 thread: p99, ms", f"{ordered[98] * 1000:.0f}"],
            [f"one member verifies the whole, {THREADS} threads, ms", spread([value * 1000 for value in threaded])],
            [f"all {MEMBERS} members verify, one after another, s", f"{total:.1f}"],
        ],
        "verifies: bundle parsed, credentials of all members and both signatures of every act checked, acts folded,",
        "list and tally held against the votes. Nothing is kept from one member to the next.",
    )
