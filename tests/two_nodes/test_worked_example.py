"""The worked example under other conditions: the same scenario with one node unreachable for half of it, with pouches
as the only link, and with acts arriving in random order, ends in the same state at every node."""

import random
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

import verbale.demo
from tests.two_nodes.nodes import Link, one_port, wait
from verbale.demo.nodes import NodeProcess
from verbale.demo.play import Played, connect, play
from verbale.demo.scenario import CRIMSON, FORUM, LAZURIA
from verbale.demo.stage import Stage
from verbale.node import register
from verbale.node.models import ActRecord, Matter
from verbale.node.projection import project, state_of
from verbale.protocol import Envelope, parse_act
from verbale.protocol.canonical import parse_object
from verbale.protocol.envelope import ACT_TYPE

REPORT = Path(verbale.demo.__file__).parent / "reports" / "conti-ransomware.json"
SIDES = (CRIMSON, LAZURIA, FORUM)


def start(
    folder: Path, *, endpoints: dict[str, str] | None = None, ports: dict[str, int] | None = None
) -> list[NodeProcess]:
    """Three nodes, confirmed partners of one another; `endpoints` are what partners are told."""
    nodes = [
        NodeProcess(
            side,
            folder / side.node.lower(),
            (ports or {}).get(side.node) or one_port(),
            endpoint=(endpoints or {}).get(side.node),
        )
        for side in SIDES
    ]
    try:
        for node in nodes:
            node.begin_set_up()
        for node in nodes:
            node.finish_set_up()
            node.start()
        for node in nodes:
            node.wait_until_up(60)
        connect(*nodes)
    except BaseException:
        for node in nodes:
            node.stop()
        raise
    return nodes


Shared = dict[str, dict[str, Any]]
"""Node to `{"state", "acts"}` of one matter: acts by id, each with whether it has effect and why not."""


def shared(nodes: list[NodeProcess], played: Played) -> dict[str, Shared]:
    """What each node holds of each matter that several hold, private parts left out."""
    found: dict[str, Shared] = {}
    for node in nodes:
        for matter in node.api("desk", "GET", "/matters"):
            acts = {}
            page = 1
            while rows := node.api("operator", "GET", f"/matters/{matter['id']}/acts?page={page}"):
                acts |= {row["id"]: (row["effective"], row["reason"]) for row in rows if row["matter"] == matter["id"]}
                page += 1
            state = node.api("desk", "GET", f"/matters/{matter['id']}")["state"]
            found.setdefault(matter["id"], {})[node.side.node] = {"kind": matter["kind"], "state": state, "acts": acts}
    return {matter: at for matter, at in found.items() if len(at) > 1}


def agree(nodes: list[NodeProcess], played: Played) -> set[str]:
    """Every matter that the parties share stands alike at all of them. Returns the kinds that were compared."""
    kinds = set()
    for at in shared(nodes, played).values():
        kind = next(iter(at.values()))["kind"]
        if kind in ("incident", "directory"):
            # The dossier has acts that stay in the house, and nominations go to the keeper alone: what both hold of it
            # is compared act by act.
            for one, other in combinations(at.values(), 2):
                both = one["acts"].keys() & other["acts"].keys()
                assert both
                assert {key: one["acts"][key] for key in both} == {key: other["acts"][key] for key in both}
            continue
        first, *rest = at.values()
        assert first["acts"], kind
        for other in rest:
            assert other["acts"] == first["acts"], kind
            assert other["state"] == first["state"], kind
        kinds.add(kind)
    return kinds


KINDS = {
    "agreement",
    "assistance",
    "capacity",
    "channel",
    "collection",
    "drill",
    "forum",
    "hotline",
    "norm",
    "plan",
    "talks",
    "transmission",
}


def types_of(played: Played) -> list[str]:
    return [act["type"] for act in played.acts]


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[NodeProcess], Played]]:
    """The example with every link up."""
    nodes = start(tmp_path_factory.mktemp("wired"))
    try:
        yield nodes, play(Stage({node.side.node: node for node in nodes}), *nodes, REPORT, True)
    finally:
        for node in nodes:
            node.stop()


def test_with_every_link_up_all_shared_matters_stand_alike(wired: tuple[list[NodeProcess], Played]) -> None:
    nodes, played = wired
    assert agree(nodes, played) == KINDS
    assert all(act["receipt"] is not False for act in played.acts)
    assert not any(
        "interests" in matter["kind"] for node in nodes[1:] for matter in node.api("desk", "GET", "/matters")
    )


def test_each_node_proves_every_act_that_it_holds(wired: tuple[list[NodeProcess], Played]) -> None:
    nodes, played = wired
    said = [act for act in played.acts if not act["type"].startswith("directory.")]
    for node in nodes:
        name = node.side.node
        rows, page = [], 1
        while found := node.api("desk", "GET", f"/cases/{played.case}/proof?page={page}"):
            rows, page = [*rows, *found], page + 1
        assert all(row["signed"] and all(item["holds"] for item in row["receipts"]) for row in rows)
        assert {row["record"]["id"] for row in rows} == {
            act["act"] for act in said if name in (act["who"], *act["to"].split(", "))
        }


def test_with_one_node_unreachable_for_half_of_it_the_end_is_the_same(
    wired: tuple[list[NodeProcess], Played], tmp_path: Path
) -> None:
    """Lazuria cannot be reached from the talks on until the norm: pouches go there, and then the link is back."""
    port = one_port()
    link = Link(port)
    nodes = start(tmp_path, endpoints={"LZ": f"http://127.0.0.1:{link.port}"}, ports={"LZ": port})
    stage = Stage({node.side.node: node for node in nodes})

    def before(step: int) -> None:
        if step == 2:
            link.cut = True
            stage.cut = {frozenset(("CR", "LZ")), frozenset(("LZ", "WF"))}
        if step == 4:
            link.cut = False
            stage.cut = set()

    try:
        played = play(stage, *nodes, REPORT, True, before=before)
        assert stage.carried > 20
        assert types_of(played) == types_of(wired[1])
        for node in nodes:
            wait(
                f"{node.side.name} to have nothing on its way",
                lambda node=node: not any(partner["waiting"] for partner in node.api("operator", "GET", "/partners")),
            )
        assert agree(nodes, played) == KINDS
    finally:
        for node in nodes:
            node.stop()
        link.close()


def test_with_pouches_as_the_only_link_the_end_is_the_same(
    wired: tuple[list[NodeProcess], Played], tmp_path: Path
) -> None:
    nodes = start(tmp_path, endpoints={side.node: "" for side in SIDES})
    names = [side.node for side in SIDES]
    stage = Stage({node.side.node: node for node in nodes}, cut={frozenset(pair) for pair in combinations(names, 2)})
    try:
        played = play(stage, *nodes, REPORT, True)
        assert stage.carried > 100
        assert types_of(played) == types_of(wired[1])
        assert agree(nodes, played) == KINDS
        for node in nodes:
            assert {row["last_contact"] for row in node.api("operator", "GET", "/partners")} == {None}
    finally:
        for node in nodes:
            node.stop()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_of_arrival_each_node_would_stand_where_it_stands(
    wired: tuple[list[NodeProcess], Played], seed: int
) -> None:
    """What a node holds arrives anew, shuffled, in batches of any size, some of it twice."""
    nodes, _played = wired
    node = nodes[seed % len(nodes)]
    chance = random.Random(seed)
    acts = []
    for line in node.download("operator", "/register/export", {"acts": "true"}).splitlines():
        entry = parse_object(line, limit=1 << 24, what="line")
        if "envelope" in entry:
            envelope = Envelope.from_json(entry["envelope"], payload_type=ACT_TYPE)
            acts.append((parse_act(envelope.payload), envelope))
    assert len(acts) > 30
    arriving = [*acts, *chance.sample(acts, len(acts) // 3)]
    chance.shuffle(arriving)
    while arriving:
        size = chance.choice((1, 1, 2, 5, 20))
        batch, arriving = {act.id: (act, envelope) for act, envelope in arriving[:size]}, arriving[size:]
        held = set(ActRecord.objects.filter(pk__in=list(batch)).values_list("pk", flat=True))
        fresh = [pair for identifier, pair in batch.items() if identifier not in held]
        if fresh:
            with transaction.atomic():
                project(register.append(fresh, via="pouch"))
    for told in node.api("operator", "GET", "/matters"):
        state = node.api("operator", "GET", f"/matters/{told['id']}")["state"]
        matter = Matter.objects.get(pk=told["id"])
        assert (matter.kind, matter.title, matter.acts) == (told["kind"], told["title"], told["acts"])
        assert state_of(matter) == state, told["kind"]
