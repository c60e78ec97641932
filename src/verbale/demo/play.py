"""Plays the worked example, all five steps, between nodes over real HTTP: each step is one request of one person to
their own node, and what the others see has come through the exchange."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any

from verbale.demo.nodes import DemoError, NodeProcess
from verbale.demo.stage import Stage
from verbale.demo.steps import communication, cooperation, forum, norms, talks
from verbale.protocol import Credentials, verify_file

__all__ = ["Played", "connect", "play", "play_first", "write_evidence"]


@dataclass
class Played:
    """What the play left behind."""

    case: str = ""
    """The id of the dossier."""
    matters: dict[str, str] = field(default_factory=dict)
    """What was opened, by its part in the play."""
    acts: list[dict[str, Any]] = field(default_factory=list)
    """As `Stage.acts`."""
    seconds: float = 0.0


def connect(*nodes: NodeProcess) -> None:
    """Onboard each at every other: fetch credentials, read the words out, confirm."""
    for here, there in permutations(nodes, 2):
        here.api("operator", "POST", "/partners", json={"endpoint": there.url})
        # Out of band: what the operator over there reads out, not what came over the wire.
        words = there.api("operator", "GET", "/node")["words"]
        here.api("operator", "POST", f"/partners/{there.side.node}/confirm", json={"words": words})


def play_first(stage: Stage, a: NodeProcess, b: NodeProcess, report_file: Path, default: bool) -> Played:
    """Step 1 alone, between two nodes. Raises DemoError at the first thing that does not hold."""
    began = time.monotonic()
    case, _fields, judged = communication.tell(stage, a, b, report_file, default)
    return Played(case, judged, stage.acts, time.monotonic() - began)


def play(
    stage: Stage,
    a: NodeProcess,
    b: NodeProcess,
    organisation: NodeProcess,
    report_file: Path,
    default: bool,
    *,
    before: Callable[[int], None] = lambda step: None,
) -> Played:
    """The whole example; `before` is called with the number of each step. Raises DemoError at the first thing that does
    not hold."""
    began = time.monotonic()
    before(1)
    matters = {"directory": communication.open_directory(stage, a, b, organisation)}
    communication.find_contact(stage, a, b)
    case, fields, judged = communication.tell(stage, a, b, report_file, default)
    matters |= judged
    before(2)
    matters["talks"] = talks.talk(stage, a, b, case, fields)
    matters["assistance"] = talks.ask(stage, a, b, case, matters["talks"])
    before(3)
    matters["transmission"] = forum.transmit(stage, a, organisation, case, fields)
    matters["session"] = forum.hold_session(stage, a, b, organisation, case)
    before(4)
    matters["norm"] = norms.propose_norm(stage, a, b, case)
    matters["agreement"] = norms.agree_protocol(stage, a, b, case)
    before(5)
    laid = cooperation.plan(stage, a, b, case)
    matters["plan"] = str(laid["matter"])
    matters |= cooperation.carry_out(stage, a, b, case, laid, report_file)
    cooperation.close(stage, a, b, laid, matters["talks"])
    for node in (a, b, organisation):
        _proven(node, case)
    return Played(case, matters, stage.acts, time.monotonic() - began)


def _proven(node: NodeProcess, case: str) -> None:
    """Every act of the case is signed by its author and stands under receipts that verify, as the node's page tells."""
    page = 1
    while rows := node.api("desk", "GET", f"/cases/{case}/proof?page={page}"):
        for row in rows:
            if not row["signed"] or not row["receipts"] or not all(item["holds"] for item in row["receipts"]):
                raise DemoError(f"{node.side.name} cannot prove act {row['record']['id'][:12]}: {row['problem']}")
        page += 1


def write_evidence(nodes: Sequence[NodeProcess], played: Played, out: Path) -> list[Path]:
    """Pouches, receipts, register exports and credentials as files, each checked as `verbale verify` does.

    Raises DemoError naming the file that does not hold.
    """
    out.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []

    def write(name: str, data: bytes) -> None:
        (out / name).write_bytes(data)
        files.append(out / name)

    for here in nodes:
        write(f"{here.side.node}.credentials.json", here.download("operator", "/credentials"))
        write(f"{here.side.node}.register.jsonl", here.download("operator", "/register/export", {"acts": "true"}))
    for here, there in permutations(nodes, 2):
        pouch = here.download("desk", f"/partners/{there.side.node}/pouch", {"everything": "true"})
        write(f"{here.side.node}-to-{there.side.node}.pouch", pouch)
    by_name = {node.side.node: node for node in nodes}
    for number, act in enumerate(played.acts, 1):
        for holder in act["holders"]:
            data = by_name[act["who"]].download("operator", f"/acts/{act['act']}/receipt", {"holder": holder})
            write(f"{number:03}-{act['type'].replace('.', '-')}.{holder}.receipt.json", data)
    if "transmission" in played.matters:
        write("disclosure.jsonl", _attachment(nodes[-1], played.matters["transmission"]))
    trusted = {}
    for here in nodes:
        credentials = Credentials.from_bytes((out / f"{here.side.node}.credentials.json").read_bytes())
        trusted[credentials.node] = credentials
    for file in files:
        finding = verify_file(file, trusted)
        if not finding.holds:
            raise DemoError(f"{file.name} does not verify: {finding.reason}")
    return files


def _attachment(node: NodeProcess, matter: str) -> bytes:
    """The bundle of a transmission."""
    opening = node.api("desk", "GET", f"/matters/{matter}")["state"]["opening"]
    return node.download("desk", f"/files/{opening['bundle']}")
