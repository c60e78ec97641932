"""Feeds between two running nodes that are killed over and over: no object lost, none twice, none past its marking."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.holdings.things import AMBER, GREEN, RED, indicator, key
from tests.two_nodes.nodes import Node, command, pair, rows, told, wait

THEIRS, OURS, KILLS = 12_000, 3_000, 6


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> tuple[str, str]:
    if request.param == "sqlite":
        return "", ""
    make = request.getfixturevalue("new_database")
    return make(), make()


def bundle(path: Path, things: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"type": "bundle", "id": key(1, "bundle"), "objects": things}))
    return path


def marked(number: int) -> str:
    return (GREEN, GREEN, AMBER, RED)[number % 4]


_SMALL = """
import django
django.setup()
from verbale.holdings.client import poll, push
poll.LIMIT, push.BATCH = 100, 20
from verbale.cli.app import app
app()
"""


def start_feed(node: Node) -> subprocess.Popen[bytes]:
    """The command, with pages so small that it takes seconds: else it is done before it can be killed."""
    return subprocess.Popen(
        [sys.executable, "-c", _SMALL, "intel", "feed", "run", "partner", "--json"],
        env={**node.environment(), "DJANGO_SETTINGS_MODULE": "verbale.node.settings"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def held(node: Node) -> Counter[str]:
    query = (
        "SELECT stix_id, origin FROM holdings_entry e JOIN holdings_source s ON s.id = e.source_id "
        "WHERE type = 'indicator'"
    )
    return Counter(f"{origin} {stix_id}" for stix_id, origin in rows(node, query))


@pytest.mark.postgresql
@pytest.mark.timeout(900)
def test_kills_lose_nothing_double_nothing_and_show_nothing(tmp_path: Path, databases: tuple[str, str]) -> None:
    chance = random.Random(6)
    with pair(tmp_path, databases=databases) as (a, b, _link):
        there = told(b, "intel", "shelf", "add", "Theirs")["id"]
        command(a, "intel", "shelf", "add", "Ours")
        things = [indicator(number, marking=marked(number)) for number in range(THEIRS)]
        command(b, "intel", "import", bundle(tmp_path / "b.json", things), "--shelf", there)
        things = [indicator(number, marking=marked(number)) for number in range(THEIRS, THEIRS + OURS)]
        command(a, "intel", "import", bundle(tmp_path / "a.json", things), "--shelf", "Ours", "--named", b.side.node)
        token = tmp_path / "token"
        made = told(b, "intel", "account", "add", "feed", "--node", a.side.node, "--write", there)
        token.write_text(made["token"])
        command(
            *(a, "intel", "feed", "add", "partner", f"{b.url}/taxii2/{b.side.node.lower()}/", "--shelf", "Ours"),
            *("--from", b.side.node, "--collection", there, "--direction", "both", "--token-file", token),
        )
        command(a, "intel", "feed", "stop", "partner")  # the serving process leaves it to us

        kills = 0
        for _ in range(60):
            process = start_feed(a)
            if kills < KILLS:
                before = sum(held(a).values()) + sum(held(b).values())
                # Once it moves: some moments later.
                wait(
                    "the feed to move",
                    lambda p=process, n=before: (  # type: ignore[misc]
                        p.poll() is not None or sum(held(a).values()) + sum(held(b).values()) > n
                    ),
                )
                time.sleep(chance.random() * 0.4)
                if process.poll() is None:
                    kills += 1
                    if kills % 3 == 0:
                        b.kill()
                        b.start()
                        b.wait_until_up()
                    else:
                        process.kill()
            if process.wait(timeout=300) == 0:
                break
        (feed,) = told(a, "intel", "feeds")
        assert feed["failure"] is None, feed
        seen = [number for number in range(THEIRS) if marked(number) == GREEN]
        ours = range(THEIRS, THEIRS + OURS)
        expected_here = [f"{b.side.node} {key(number)}" for number in seen]
        expected_here += [f"{a.side.node} {key(number)}" for number in ours]
        assert held(a) == Counter(expected_here)
        expected_there = [f"{b.side.node} {key(number)}" for number in range(THEIRS)]
        expected_there += [f"{a.side.node} {key(number)}" for number in ours]
        assert held(b) == Counter(expected_there)
        assert (feed["received"], feed["sent"]) == (len(seen), OURS)
        assert kills >= KILLS // 2

        # And by itself: the serving process of Crimson looks at its feeds every half minute.
        command(b, "intel", "import", bundle(tmp_path / "c.json", [indicator(90_000)]), "--shelf", there)
        command(a, "intel", "feed", "start", "partner")
        wait("the feed to run by itself", lambda: held(a)[f"{b.side.node} {key(90_000)}"] == 1, 90)
