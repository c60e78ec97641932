"""What two live nodes notice about each other: rewritten registers, other keys, a link that is down, a pouch."""

import contextlib
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from tests.two_nodes.nodes import Issuer, command, pair, rows, send_note, told, wait
from verbale.demo.nodes import DemoError, NodeProcess
from verbale.demo.scenario import LAZURIA


def partner(node: NodeProcess) -> dict[str, Any]:
    """The one partner of a running node."""
    (found,) = node.api("operator", "GET", "/partners")
    return found


def holds(node: NodeProcess, act: str) -> bool:
    with contextlib.suppress(DemoError):
        return bool(node.api("desk", "GET", f"/acts/{act}"))
    return False


def delivered(node: NodeProcess, act: str) -> bool:
    return all(
        item["status"] == "delivered" and item["receipt_verified"]
        for item in node.api("desk", "GET", f"/acts/{act}")["deliveries"]
    )


def arrives(here: NodeProcess, there: NodeProcess, act: str, seconds: float = 30.0) -> None:
    """The act is in the other register, and its receipt is back."""
    wait(f"act {act[:8]} to arrive", lambda: holds(there, act) and delivered(here, act), seconds)


def checkpoint(node: NodeProcess) -> tuple[int, set[str]]:
    """Size of the latest signed head, and who cosigned it."""
    head = node.api("operator", "GET", "/register")
    names = [line.split()[1] for line in head["checkpoint"].splitlines() if line.startswith("— ")]
    return int(head["checkpoint"].splitlines()[1]), {name.removeprefix("verbale/") for name in names} - {node.side.node}


def cosigned(node: NodeProcess) -> bool:
    return bool(checkpoint(node)[1])


def held_head(node: NodeProcess) -> str:
    """The head of its partner that a node accepted last."""
    return str(rows(node, "SELECT head_note FROM node_partner")[0][0])


def copy_database(source: Path, target: Path) -> None:
    """Of a node that is down, with nobody in its database."""
    target.mkdir(exist_ok=True)
    for file in target.glob("node.sqlite3*"):
        file.unlink()
    for file in source.glob("node.sqlite3*"):
        shutil.copy2(file, target / file.name)


def restart(node: NodeProcess) -> None:
    node.stop()
    node.start()
    node.wait_until_up()


# -- registers ------------------------------------------------------------------------------------------------------


def test_cosignatures_come_back_on_both_sides(tmp_path: Path) -> None:
    with pair(tmp_path, sync_seconds=1) as (a, b, _):
        for here, there, subject in ((a, b, "one"), (b, a, "two"), (a, b, "three")):
            arrives(here, there, send_note(here, there.side.node, subject))
        wait("both heads to be cosigned", lambda: cosigned(a) and cosigned(b))
        assert checkpoint(a) == (3, {"LZ"})
        assert checkpoint(b) == (3, {"CR"})
        for node in (a, b):
            command(node, "register", "export", tmp_path / f"{node.side.node}.jsonl")
            command(node, "credentials", "export", tmp_path / f"{node.side.node}.json")
        trust = [part for node in ("CR", "LZ") for part in ("--trust", tmp_path / f"{node}.json")]
        for node in ("CR", "LZ"):
            said = told(a, "verify", tmp_path / f"{node}.jsonl", *trust)
            assert said["holds"]
            assert said["assumed"] == {}
        assert partner(a)["alarm"] == partner(b)["alarm"] == ""


@pytest.mark.parametrize("more", [1, 5], ids=["shorter than it was", "longer than it was"])
def test_a_rewritten_register_is_noticed(tmp_path: Path, more: int) -> None:
    with pair(tmp_path, sync_seconds=1) as (a, b, _):
        arrives(a, b, send_note(a, "LZ", "the first"))
        wait("the heads to be told", lambda: cosigned(a) and cosigned(b))
        b.stop()
        b.commander.close()
        copy_database(b.home, tmp_path / "old")
        b.start()
        b.wait_until_up()
        for number in range(3):
            arrives(b, a, send_note(b, "CR", f"what was said {number}"))
        wait("the heads to be told", lambda: cosigned(a) and cosigned(b))
        before = held_head(a)
        assert before.splitlines()[1] == "4"
        b.stop()
        b.commander.close()
        copy_database(tmp_path / "old", b.home)
        b.start()
        b.wait_until_up()
        other = Issuer(b, "CR")
        try:
            acts = other.issue(100, more)
        finally:
            other.kill()
        alarm = wait("the alarm", lambda: partner(a)["alarm"])
        assert "does not continue the one it showed before" in alarm
        assert "not cosigned" in alarm
        time.sleep(1.5)  # further exchanges
        assert held_head(a) == before
        size, cosigners = checkpoint(b)
        assert size == 1 + more
        assert cosigners == set()
        assert not any(holds(a, act) for act in acts), "acts of a node with a rewritten register were taken in"
        wait("B to be told why", lambda: told(b, "partner", "list")[0]["last_failure"])
        assert told(a, "register", "check")["problems"] == []
        # A person looks into it; the alarm comes back as long as the cause is there.
        command(a, "partner", "settle", "LZ", "--remark", "They say that they lost a disk.")
        assert "does not continue" in wait("the alarm again", lambda: partner(a)["alarm"], 60)


# -- keys -----------------------------------------------------------------------------------------------------------


def test_rotated_keys_are_taken_over(tmp_path: Path) -> None:
    with pair(tmp_path, sync_seconds=2) as (a, b, _):
        arrives(a, b, send_note(a, "LZ", "before"))
        before = partner(a)["fingerprint"]
        # First the rotated node speaks first, then its partner.
        for version, order in ((2, ((b, a), (a, b))), (3, ((a, b), (b, a)))):
            assert f"Version {version}" in command(b, "credentials", "rotate")
            restart(b)
            for here, there in (*order, *order):
                arrives(here, there, send_note(here, there.side.node, "after"))
            new = told(b, "credentials", "show")
            assert new["version"] == version
            assert partner(a)["fingerprint"] == new["fingerprint"] != before
            assert partner(a)["status"] == "confirmed"
            assert partner(a)["alarm"] == partner(b)["alarm"] == ""
            before = new["fingerprint"]
        wait("both heads to be cosigned", lambda: cosigned(a) and cosigned(b))
        for node in (a, b):
            assert told(node, "register", "check")["problems"] == []


def test_acts_between_rotation_and_restart_hold(tmp_path: Path) -> None:
    """The command says: restart the processes that serve. What they sign until then must not be void."""
    with pair(tmp_path, sync_seconds=1) as (a, b, _):
        arrives(a, b, send_note(a, "LZ", "before"))
        # A rotation that was cut off after the new keys were saved: the old ones are still those of the node.
        shutil.copytree(b.home, tmp_path / "copy")
        environment = {**b.environment(), "VERBALE_HOME": str(tmp_path / "copy")}
        command(environment, "credentials", "rotate")
        shutil.copy2(tmp_path / "copy" / "keys.json", b.home / "keys.json")
        restart(b)
        for here, there in ((b, a), (a, b)):
            arrives(here, there, send_note(here, there.side.node, "after a rotation that was cut off"))
        command(b, "credentials", "rotate")
        for here, there in ((a, b), (b, a)):
            arrives(here, there, send_note(here, there.side.node, "in between"))
        restart(b)
        for here, there in ((b, a), (a, b)):
            arrives(here, there, send_note(here, there.side.node, "after"))
        wait("both heads to be cosigned", lambda: cosigned(a) and cosigned(b))
        assert partner(a)["alarm"] == partner(b)["alarm"] == ""
        for node in (a, b):
            assert told(node, "register", "check")["problems"] == []
            command(node, "register", "export", tmp_path / f"{node.side.node}.jsonl", "--acts")
            command(node, "verify", tmp_path / f"{node.side.node}.jsonl")


def test_another_node_of_the_same_name_is_refused_loudly(tmp_path: Path) -> None:
    with pair(tmp_path, sync_seconds=2) as (a, b, _):
        arrives(a, b, send_note(a, "LZ", "to the true one"))
        pinned = partner(a)["fingerprint"]
        b.stop()
        false = NodeProcess(LAZURIA, tmp_path / "false", b.port)
        try:
            false.begin_set_up(sync_seconds=2)
            false.finish_set_up()
            false.start()
            false.wait_until_up()
            # 1. A sends: the other one cannot open the parcel, and settles nothing.
            waiting = send_note(a, "LZ", "for the true one only")
            wait("a try", lambda: partner(a)["last_failure"])
            assert not delivered(a, waiting)
            assert not holds(false, waiting)
            # 2. Somebody at A takes in its credentials anew.
            said = command(a, "partner", "add", false.url, code=1)
            assert "do not continue the pinned ones" in said
            assert "do not continue the pinned ones" in partner(a)["alarm"]
            command(a, "partner", "settle", "LZ", "--remark", "Somebody tries.")
            assert partner(a)["alarm"] == ""
            # 3. It sends to A, with A's true credentials in its hands.
            words = told(a, "credentials", "show")["words"]
            command(false, "partner", "add", a.url)
            command(false, "partner", "confirm", "CR", "--words", words)
            forged = send_note(false, "CR", "from the false one")
            alarm = wait("the alarm", lambda: partner(a)["alarm"])
            assert "keys that are not the pinned ones" in alarm
            failure = wait("the refusal", lambda: partner(false)["last_failure"])
            assert "refuses" in failure
            assert not holds(a, forged)
            # 4. By pouch.
            command(false, "pouch", "pack", "CR", tmp_path / "false.pouch")
            assert "LZ" in command(a, "pouch", "open", tmp_path / "false.pouch", code=1)
            assert not holds(a, forged)
        finally:
            false.stop()
        assert partner(a)["fingerprint"] == pinned
        b.start()
        b.wait_until_up()
        arrives(a, b, waiting, 40)
        arrives(b, a, send_note(b, "CR", "from the true one"))


# -- the link -------------------------------------------------------------------------------------------------------


def queue(node: NodeProcess) -> list[tuple[str, int, float]]:
    """Act, attempts, next try of what waits."""
    return rows(node, "SELECT act_id, attempts, next_at FROM node_delivery WHERE status = 'queued' ORDER BY id")


def test_an_unreachable_partner(tmp_path: Path) -> None:
    with pair(tmp_path, sync_seconds=5, link=True) as (a, b, link):
        assert link is not None
        b.stop()
        first = send_note(a, "LZ", "routine, first")
        pauses: dict[int, float] = {}

        def four_tries() -> bool:
            ((_, attempts, due),) = queue(a)
            if attempts and attempts not in pauses:
                pauses[attempts] = due - time.time()
            return attempts >= 4

        wait("four tries", four_tries)
        assert set(pauses) == {1, 2, 3, 4}
        for attempts, pause in pauses.items():
            assert 0.7 * 0.5 * 2**attempts - 0.5 < pause <= 0.5 * 2**attempts
        assert partner(a)["last_failure"]
        assert partner(a)["failing_since"]
        assert {item["attempts"] >= 4 for item in told(a, "outbox", "list")} == {True}
        others = [send_note(a, "LZ", f"routine {number}") for number in range(2)]
        flash = send_note(a, "LZ", "flash, last", "FLASH")
        immediate = send_note(a, "LZ", "immediate", "IMMEDIATE")
        # While the server of A is down, everything becomes due at the same time as B comes back.
        a.stop()
        time.sleep(max(0.0, max(due for _, _, due in queue(a)) - time.time()))
        b.start()
        b.wait_until_up()
        a.start()
        a.wait_until_up()
        for act in (first, *others, flash, immediate):
            arrives(a, b, act)
        order = [row[0] for row in rows(b, 'SELECT id FROM node_actrecord ORDER BY "index"')]
        assert order == [flash, immediate, first, *others]
        assert partner(a)["failing_since"] is None
        assert partner(a)["last_failure"] == ""


def test_a_partner_that_is_down_for_long(tmp_path: Path) -> None:
    with pair(tmp_path, sync_seconds=2, link=True) as (a, b, link):
        assert link is not None
        wait("the first greeting", lambda: rows(a, "SELECT head_note FROM node_partner WHERE head_note <> ''"))
        b.stop()
        wait("a failure", lambda: partner(a)["failing_since"])
        time.sleep(2.5)
        # Without anything to deliver, a greeting every now and then, and not one every half second.
        before = len(link.seen)
        time.sleep(6)
        assert 1 <= len(link.seen) - before <= 4
        waiting = [send_note(a, "LZ", f"routine {number}") for number in range(3)]
        wait("four tries", lambda: all(attempts >= 4 for _, attempts, _ in queue(a)), 40)
        longest = max(due for _, _, due in queue(a)) - time.time()
        assert longest > 4
        b.start()
        b.wait_until_up()
        # What waits goes when the link is back, not at the end of the pause of each: that may be a quarter of an hour.
        for act in waiting:
            arrives(a, b, act, 4)


def test_by_pouch_when_there_is_no_link(tmp_path: Path) -> None:
    with pair(tmp_path, sync_seconds=5, link=True) as (a, b, link):
        assert link is not None
        arrives(a, b, send_note(a, "LZ", "over the wire"))
        b.stop()
        acts = [send_note(a, "LZ", f"by pouch {number}") for number in range(3)]
        there, back = tmp_path / "there.pouch", tmp_path / "back.pouch"
        packed = told(a, "pouch", "pack", "LZ", there)
        assert packed["acts"] == 3
        assert [item["act"] for item in told(a, "outbox", "list")] == acts  # packing ends nothing
        command(a, "verify", there)
        broken = bytearray(there.read_bytes())
        broken[len(broken) // 2] ^= 1
        (tmp_path / "broken.pouch").write_bytes(broken)
        command(b, "pouch", "open", tmp_path / "broken.pouch", code=1)
        command(a, "pouch", "open", there, code=1)  # not for A itself
        opened = told(b, "pouch", "open", there)
        assert [(item["act"], item["status"]) for item in opened["acts"]] == [(act, "accepted") for act in acts]
        again = told(b, "pouch", "open", there)
        assert [item["status"] for item in again["acts"]] == ["duplicate"] * 3
        packed = told(b, "pouch", "pack", "CR", back)
        assert packed["acts"] == 0
        opened = told(a, "pouch", "open", back)
        assert opened["receipts"] == 3
        assert told(a, "outbox", "list") == []
        assert told(a, "pouch", "open", back)["receipts"] == 0
        attempts = "SELECT id, attempts, status FROM node_delivery ORDER BY id"
        settled = rows(a, attempts)
        assert {status for _, _, status in settled} == {"delivered"}
        # The link is back.
        start = len(link.seen)
        b.start()
        b.wait_until_up()
        arrives(a, b, send_note(a, "LZ", "over the wire again"))
        time.sleep(1)
        assert rows(a, attempts)[:4] == settled
        notice = "SELECT act_id FROM node_notice WHERE topic = 'arrived'"
        arrived = [row[0] for row in rows(b, notice)]
        assert len(arrived) == len(set(arrived)) == 5
        with_acts = [seen for seen in link.seen[start:] if seen.sent and seen.status == 200 and seen.size > 20_000]
        assert len(with_acts) <= 1, "acts of the pouch went over the wire again"
        for node in (a, b):
            assert told(node, "register", "check") == {"entries": 5, "problems": []}
            assert partner(node)["alarm"] == ""
        via = dict(rows(b, "SELECT id, via FROM node_actrecord"))
        assert {via[act] for act in acts} == {"pouch"}
