"""A private overlap between two live nodes: over the wire, killed in the middle of it, and by pouch."""

from pathlib import Path
from typing import Any

from tests.two_nodes.nodes import Node, command, pair, rows, told, wait
from tests.two_nodes.test_hotline import check_both, cleared, settled, state

MANY = 40_000
BOTH = ["domain:evil.example", "ipv4:198.51.100.7"]
OURS = "evil[.]example\n198.51.100.7\nours.example\n"
THEIRS = "hxxp://theirs.example/\nEVIL.example\n198.51.100.7/32\ntheirs.example\n"


def agreed(a: Node, b: Node, **terms: Any) -> str:
    """An overlap that Crimson proposes and Lazuria accepts, each cleared by a second person."""
    fields = {"title": "Of the night on the grid", "kinds": ["ipv4", "domain"], "learn": "values",
              "learns": "proposer", "most": 100_000, **terms}  # fmt: skip
    matter: str = cleared(a, "/overlap/propose", to=["LZ"], **fields)["matter"]
    wait("the proposal to arrive", lambda: rows(b, f"SELECT 1 FROM node_matter WHERE id = '{matter}'"))
    cleared(b, f"/overlap/{matter}/accept")
    wait("the acceptance", lambda: "accepted" in state(a, matter))
    return matter


def put_in(node: Node, matter: str, text: str) -> int:
    answer = node.api("desk", "POST", f"/overlap/{matter}/set", json={"holdings": False, "text": text})
    return int(answer["count"])


def kept(node: Node, matter: str) -> set[str]:
    """What the node keeps to itself of an overlap."""
    folder = node.home / "overlap" / matter
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def pieces(node: Node, matter: str, step: str) -> dict[str, bytes]:
    folder = node.home / "overlap" / matter / "1"
    return {path.name: path.read_bytes() for path in folder.glob(f"{step}.*")}


def test_a_node_that_is_killed_while_it_computes_goes_on_from_there(tmp_path: Path) -> None:
    with pair(tmp_path) as (a, b, _link):
        matter = agreed(a, b, tell=True)
        assert put_in(a, matter, OURS + "".join(f"host-{number}.example\n" for number in range(MANY))) == MANY + 3
        assert put_in(b, matter, THEIRS) == 3

        # What is due by the clock begins when a node starts.
        a.stop()
        a.start()
        wait("the computation to begin", lambda: len(pieces(a, matter, "request")) >= 3)
        a.kill()
        first = pieces(a, matter, "request")
        key = (a.home / "overlap" / matter / "1" / "key").read_bytes()
        assert 3 <= len(first) < (MANY + 3) / 2_000
        assert "request:1" not in state(b, matter)

        a.start()
        a.wait_until_up()
        wait("progress to be told", lambda: a.api("desk", "GET", f"/overlap/{matter}/progress")["steps"])
        wait("the request to arrive", lambda: "request:1" in state(b, matter), 90)
        assert (a.home / "overlap" / matter / "1" / "key").read_bytes() == key
        last = pieces(a, matter, "request")
        assert {name: last[name] for name in first} == first
        assert len(last) == 21

        command(b, "overlap", "run", matter)
        wait("the response to arrive", lambda: "response:1" in state(a, matter))
        command(a, "overlap", "run", matter)
        wait("the result to arrive", lambda: "closed" in state(b, matter))
        assert a.api("desk", "GET", f"/overlap/{matter}/found/1")["items"] == BOTH
        assert state(b, matter)["result:1"]["size"] == 2
        # Neither key nor set is kept; what was learnt is the proposer's alone.
        assert kept(a, matter) == {"found.1", "lock", "set.json"}
        command(b, "overlap", "run")
        assert kept(b, matter) == {"lock", "set.json"}
        wait("everything to be settled", lambda: settled(a) and settled(b))
        check_both(a, b, matter, 5)


def test_both_learn_and_the_transcript_goes_by_pouch(tmp_path: Path) -> None:
    with pair(tmp_path, sync_seconds=2) as (a, b, _link):
        matter = agreed(a, b, learns="both", most=50, pad=True)
        assert put_in(a, matter, OURS) == put_in(b, matter, THEIRS) == 3
        wait("the acceptance to be settled", lambda: settled(a) and settled(b))
        b.stop()
        command(a, "overlap", "run", matter)
        command(b, "overlap", "run", matter)

        def carry(sender: Node, to: str, receiver: Node, number: int) -> None:
            pouch = tmp_path / f"{number}.pouch"
            told(sender, "pouch", "pack", to, pouch)
            opened = told(receiver, "pouch", "open", pouch)
            assert {item["status"] for item in opened["acts"]} <= {"accepted", "duplicate"}

        carry(a, "LZ", b, 1)
        assert state(b, matter)["request:1"]["count"] == 50
        command(b, "overlap", "run", matter)
        carry(b, "CR", a, 2)
        assert {"response:1", "request:2"} <= set(state(a, matter))
        command(a, "overlap", "run", matter)
        carry(a, "LZ", b, 3)
        command(b, "overlap", "run", matter)
        for node, run in ((a, 1), (b, 2)):
            assert told(node, "overlap", "found", matter, "--as", "desk") == {
                "size": 2, "items": BOTH, "at": told(node, "overlap", "found", matter, "--as", "desk")["at"],
            }, run  # fmt: skip
        b.commander.close()
        b.start()
        b.wait_until_up()
        wait("everything to be settled", lambda: settled(a) and settled(b), 60)
        wait("the end to arrive", lambda: "closed" in state(a, matter))
        check_both(a, b, matter, 8)
        command(a, "overlap", "run")
        assert kept(a, matter) == kept(b, matter) - {"found.2"} | {"found.1"} == {"found.1", "lock", "set.json"}
