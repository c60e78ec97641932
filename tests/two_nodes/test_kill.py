"""Nodes that are killed in the middle of the exchange: no acknowledged act is lost, none stands twice."""

import random
import statistics
import time
from pathlib import Path

import pytest

from tests.two_nodes.nodes import Issuer, Link, Node, command, pair, rows, told, wait
from verbale.protocol import Credentials, Receipt

ACTS, WAVE, KILLS = 500, 20, 8
MANY = 8_000
"""A request of more bytes carries acts; a greeting is smaller."""


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> tuple[str, str]:
    if request.param == "sqlite":
        return "", ""
    make = request.getfixturevalue("new_database")
    return make(), make()


def moments(chance: random.Random) -> list[float]:
    """When to kill, as parts of the usual time of a request: spread over it and a little beyond, in any order."""
    found = [1.15 * (place + chance.random()) / KILLS for place in range(KILLS)]
    chance.shuffle(found)
    return found


def usual(link: Link) -> float:
    """Seconds that a request with one wave of acts takes: those that catch up carry more, and take longer."""
    times = [seen.end - seen.begin for seen in link.seen if seen.status == 200 and seen.size > MANY and seen.end]
    return statistics.quantiles(times, n=4)[0] if len(times) > 1 else sum(times) or 0.2


def inside(link: Link, kills: list[float]) -> int:
    """How many of the kills fell into a request."""
    return sum(any(seen.begin <= kill <= (seen.end or kill) for seen in link.seen if seen.sent) for kill in kills)


def ids(node: Node) -> list[str]:
    return [row[0] for row in rows(node, "SELECT id FROM node_actrecord")]


def all_settled(a: Node) -> bool:
    return rows(a, "SELECT count(*) FROM node_delivery WHERE status <> 'delivered'") == [(0,)]


def check_end(a: Node, b: Node, acts: list[str], folder: Path) -> None:
    """All that must hold when everything has come to rest."""
    assert len(acts) == len(set(acts)) == ACTS
    for node in (a, b):
        held = ids(node)
        assert len(held) == ACTS
        assert set(held) == set(acts)
        indexes = [row[0] for row in rows(node, 'SELECT "index" FROM node_actrecord ORDER BY "index"')]
        assert indexes == list(range(ACTS))
        assert told(node, "register", "check") == {"entries": ACTS, "problems": []}
        folded = told(node, "matter", "refold")
        assert folded["differing"] == []
        assert folded["matters"] == 5
        assert rows(node, "SELECT sum(acts) FROM node_matter") == [(ACTS,)]
    command(b, "register", "export", folder / "lz.jsonl", "--acts")
    command(b, "verify", folder / "lz.jsonl")
    effects = "SELECT id, reason FROM node_actrecord ORDER BY id"
    assert rows(a, effects) == rows(b, effects)
    state = "SELECT matter_id, key FROM node_stateentry ORDER BY matter_id, key"
    assert rows(a, state) == rows(b, state)
    # Every receipt that A holds verifies here, too, and names the entry that B's register has.
    known = {"LZ": Credentials.from_bytes((b.home / "credentials.json").read_bytes())}
    places = dict(rows(b, 'SELECT id, "index" FROM node_actrecord'))
    kept = rows(a, "SELECT act_id, receipt FROM node_delivery WHERE node = 'LZ'")
    assert len(kept) == ACTS
    for act, data in kept:
        receipt = Receipt.from_bytes(bytes(data))
        receipt.verify(known)
        assert (receipt.leaf.act, receipt.holder, receipt.index) == (act, "LZ", places[act])
    # Attachments: one for every fifth act, whole.
    assert rows(b, "SELECT count(*) FROM node_attachment") == [(ACTS // 5,)]
    assert (
        sum(1 for path in (b.home / "blobs").rglob("*") if path.is_file() and not path.name.startswith("."))
        == ACTS // 5
    )
    for node, other in ((a, "LZ"), (b, "CR")):
        assert rows(node, f"SELECT alarm FROM node_partner WHERE node = '{other}'") == [("",)]


def report(capsys: pytest.CaptureFixture[str], who: str, link: Link, kills: list[float], began: float) -> int:
    hit = inside(link, kills)
    broken = sum(seen.sent and seen.status is None for seen in link.seen)
    with capsys.disabled():
        print(
            f"\n  {who}: {len(kills)} kills, {hit} inside a request, {broken} requests without an answer, "
            f"{len(link.seen)} requests in all, usually {usual(link) * 1000:.0f} ms, {time.monotonic() - began:.0f} s"
        )
    return hit


def test_the_recipient_is_killed(
    databases: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(f"recipient {bool(databases[0])}")
    began = time.monotonic()
    with pair(tmp_path, databases=databases, link=True) as (a, b, link):
        assert link is not None
        issuer = Issuer(a, "LZ")
        try:
            acts = issuer.issue(1, WAVE, "FLASH")
            wait("the first acts to arrive", lambda: all_settled(a))
            kills: list[float] = []
            for part in moments(chance):
                issuer.ask(len(acts) + 1, WAVE, chance.choice(["FLASH", "IMMEDIATE", "ROUTINE"]))
                request = link.next_request(MANY, 15)
                assert request is not None
                # From the moment that the request has reached the node: a part of the usual time of one.
                time.sleep(max(0.0, request.begin + part * usual(link) - time.monotonic()))
                kills.append(time.monotonic())
                b.kill()
                acts += issuer.answer()
                b.start()
                acts += issuer.issue(len(acts) + 1, WAVE, "FLASH")
                b.wait_until_up()
            acts += issuer.issue(len(acts) + 1, ACTS - len(acts), "FLASH")
            wait("everything to be settled", lambda: all_settled(a), 60)
            hit = report(capsys, f"recipient, {'PostgreSQL' if databases[0] else 'SQLite'}", link, kills, began)
            assert len(kills) == KILLS
            assert hit >= 3
            check_end(a, b, acts, tmp_path)
        finally:
            issuer.kill()


def test_the_sender_is_killed(databases: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(f"sender {bool(databases[0])}")
    began = time.monotonic()
    with pair(tmp_path, databases=databases, link=True) as (a, b, link):
        assert link is not None
        issuer = Issuer(a, "LZ")
        try:
            known = issuer.issue(1, WAVE, "FLASH")
            wait("the first acts to arrive", lambda: all_settled(a))
            kills: list[float] = []
            number = WAVE
            for part in moments(chance):
                issuer.ask(number + 1, WAVE, chance.choice(["FLASH", "IMMEDIATE", "ROUTINE"]))
                number += WAVE
                request = link.next_request(MANY, 15)
                assert request is not None
                time.sleep(max(0.0, request.begin + part * usual(link) - time.monotonic()))
                kills.append(time.monotonic())
                a.kill()
                known += issuer.answer()
                a.start()
                # Whoever issues is killed as well, now and then in the middle: what it had told is there, the rest in
                # whole or not at all.
                issuer.ask(number + 1, WAVE, "FLASH")
                number += WAVE
                if len(kills) % 3 == 0:
                    time.sleep(chance.random() * 0.8)
                    issuer.kill()
                else:
                    known += issuer.answer()
                a.wait_until_up()
            held = ids(a)
            assert set(known) <= set(held)
            assert len(held) % WAVE == 0
            issuer.issue(number + 1, ACTS - len(held), "FLASH")
            wait("everything to be settled", lambda: all_settled(a), 60)
            hit = report(capsys, f"sender, {'PostgreSQL' if databases[0] else 'SQLite'}", link, kills, began)
            assert len(kills) == KILLS
            assert hit >= 3
            check_end(a, b, ids(a), tmp_path)
        finally:
            issuer.kill()


def test_moments_cover_the_request() -> None:
    found = moments(random.Random(0))
    assert len(found) == KILLS
    assert min(found) < 0.2
    assert max(found) > 1
