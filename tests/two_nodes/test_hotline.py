"""A hotline between two live nodes: over the wire, by pouch while one of them is down, and both at once."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.two_nodes.nodes import Node, pair, rows, told, wait


def cleared(node: Node, path: str, **fields: Any) -> dict[str, Any]:
    """Draft, submit and clear by the API; the act."""
    draft = node.api("desk", "POST", path, json=fields)["draft"]
    node.api("desk", "POST", f"/drafts/{draft}/submit")
    record: dict[str, Any] = node.api("head", "POST", f"/drafts/{draft}/clear")[-1]
    return record


def open_line(a: Node, b: Node) -> str:
    matter: str = cleared(a, "/hotline/open", name="Night line", languages=["en"], desk="Operations", to=["LZ"])[
        "matter"
    ]
    wait("the proposal to arrive", lambda: rows(b, f"SELECT 1 FROM node_matter WHERE id = '{matter}'"))
    cleared(b, f"/hotline/{matter}/join", desk="Watch officer")
    wait("the line to stand open", lambda: "joined" in state(a, matter))
    return matter


def state(node: Node, matter: str) -> dict[str, Any]:
    found = rows(node, f"SELECT key, value FROM node_stateentry WHERE matter_id = '{matter}' ORDER BY key")
    return {key: json.loads(value) if isinstance(value, str) else value for key, value in found}


def acts(node: Node) -> list[tuple[Any, ...]]:
    return rows(node, "SELECT id, reason FROM node_actrecord ORDER BY id")


def settled(node: Node) -> bool:
    return rows(node, "SELECT count(*) FROM node_delivery WHERE status <> 'delivered'") == [(0,)]


def check_both(a: Node, b: Node, matter: str, count: int) -> None:
    """Both hold the same acts, once each, with the same effects, and fold them to the same state."""
    assert acts(a) == acts(b)
    assert [reason for _id, reason in acts(a)] == [None] * count
    assert state(a, matter) == state(b, matter)
    for node in (a, b):
        assert rows(node, f"SELECT acts FROM node_matter WHERE id = '{matter}'") == [(count,)]
        assert told(node, "register", "check") == {"entries": count, "problems": []}
        assert told(node, "matter", "refold")["differing"] == []


def test_messages_over_the_wire(tmp_path: Path) -> None:
    with pair(tmp_path) as (a, b, _link):
        matter = open_line(a, b)
        message = cleared(a, f"/hotline/{matter}/message", text="Your territory, our grid.")
        wait("the message to arrive", lambda: f"message:{message['id']}" in state(b, matter), 5)
        b.api("desk", "POST", f"/hotline/{matter}/read", json={"message": message["id"]})
        b.api(
            "desk", "POST", f"/hotline/{matter}/acknowledge", json={"message": message["id"], "seized": "The Minister"}
        )
        wait("the acknowledgement", lambda: f"acknowledged:{message['id']}" in state(a, matter), 5)
        test = a.api("desk", "POST", f"/hotline/{matter}/test", json={})
        wait("the test to arrive", lambda: f"owed:{test['id']}" in state(b, matter), 5)
        b.api("desk", "POST", f"/hotline/{matter}/answer-test", json={})
        wait("the answer", lambda: f"answer:{test['id']}" in state(a, matter), 5)
        (lazuria,) = [
            side for side in a.api("desk", "GET", f"/hotline/{matter}/tests")["sides"] if side["node"] == "LZ"
        ]
        assert (lazuria["on_time"], lazuria["missed"]) == (1, 0)
        assert 0 <= lazuria["median_seconds"] < 30
        wait("everything to be settled", lambda: settled(a) and settled(b))
        check_both(a, b, matter, 7)


@pytest.mark.parametrize("back", ["by pouch", "by wire"])
def test_a_pouch_while_the_other_side_is_down(tmp_path: Path, back: str) -> None:
    with pair(tmp_path, sync_seconds=2) as (a, b, _link):
        matter = open_line(a, b)
        wait("the opening to be settled", lambda: settled(a) and settled(b))
        b.stop()
        said = [cleared(a, f"/hotline/{matter}/message", text=f"Message {number}.")["id"] for number in (1, 2, 3)]
        wait("the link to be down", lambda: rows(a, "SELECT failing_since FROM node_partner") != [(None,)])

        # By hand to Lazuria, whose server is down: its operator opens the pouch, twice, and a desk officer answers.
        there = tmp_path / "to-lazuria.pouch"
        assert told(a, "pouch", "pack", "LZ", there)["acts"] == 3
        opened = told(b, "pouch", "open", there)
        assert [item["status"] for item in opened["acts"]] == ["accepted"] * 3
        assert [item["status"] for item in told(b, "pouch", "open", there)["acts"]] == ["duplicate"] * 3
        told(b, "say", "hotline.read", matter, f"message={said[0]}", "--as", "desk")
        told(b, "say", "hotline.acknowledge", matter, f"message={said[0]}", "seized=The Minister", "--as", "desk")
        if back == "by pouch":
            home = tmp_path / "to-crimson.pouch"
            assert told(b, "pouch", "pack", "CR", home)["acts"] == 2
            opened = told(a, "pouch", "open", home)
            assert [item["status"] for item in opened["acts"]] == ["accepted"] * 2
            assert opened["receipts"] == 3
            assert f"acknowledged:{said[0]}" in state(a, matter)
            assert settled(a)
        else:
            assert f"acknowledged:{said[0]}" not in state(a, matter)
            assert not settled(a)
        # One more that no pouch carries.
        said.append(cleared(a, f"/hotline/{matter}/message", text="Message 4.")["id"])

        b.commander.close()
        b.start()
        b.wait_until_up()
        wait("everything to be settled", lambda: settled(a) and settled(b), 60)
        check_both(a, b, matter, 2 + 4 + 2)
        final = state(b, matter)
        assert [key for key in final if key.startswith("message:")] == sorted(f"message:{item}" for item in said)
        assert final[f"acknowledged:{said[0]}"]["seized"] == "The Minister"
        assert {key for key in final if key.startswith("owed:")} == {f"owed:{item}" for item in said[1:]}
        # What came by pouch and again over the wire stands in the register once, by the pouch.
        via = dict(rows(b, "SELECT id, via FROM node_actrecord WHERE type = 'hotline.message'"))
        assert [via[item] for item in said] == ["pouch"] * 3 + ["exchange"]
