"""TAXII 2.1 over HTTP beside medallion and OpenTAXII: the same objects, one process each, one connection."""

import bisect
import contextlib
import http.client
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.environment import peers_python
from benchmarks.tables import print_table
from verbale.demo.nodes import NodeProcess, free_port
from verbale.demo.scenario import CRIMSON

__all__ = ["FILLED", "objects", "run"]

_HERE = Path(__file__).resolve().parent
_MEDIA = "application/taxii+json;version=2.1"
OBJECTS = int(os.environ.get("VERBALE_BENCH_TAXII_OBJECTS", "2000"))
"""For the three; medallion's time for them grows with their square."""
MORE = int(os.environ.get("VERBALE_BENCH_TAXII_MORE", "8000"))
"""Added to those at the end."""
THEN = int(os.environ.get("VERBALE_BENCH_TAXII_THEN", "8000"))
"""Added after these."""
LARGE = int(os.environ.get("VERBALE_BENCH_TAXII_LARGE", "1000000"))
"""For Verbale alone."""
_A_POST = 500
_PAGE, _FIRST, _WALK = "page of 100", "first page of 100", "all in pages of 100, a page"
_ASKED, _SECONDS = 300, 20.0
"""Requests of one kind, and when no more are begun."""
_UNSEEN = 2_000
FILLED = 1 << 40
"""Where the numbers of the objects begin with which a node is filled."""
_WORDS = (
    "beacon",
    "loader",
    "bank",
    "phishing",
    "payroll",
    "ministry",
    "tunnel",
    "dropper",
    "stealer",
    "proxy",
    "relay",
)
_GREEN = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"
_RED = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"


def objects(count: int, *, first: int = 0, hidden: bool = False) -> Iterator[bytes]:
    """Indicators, malware and relationships of about 600 bytes, the same each time; `hidden`: every other RED."""
    chance = random.Random(first)

    def new(kind: str, **more: Any) -> bytes:
        made = {
            "type": kind,
            "spec_version": "2.1",
            "id": f"{kind}--{uuid.UUID(int=chance.getrandbits(128), version=4)}",
            "created": "2026-03-01T08:00:00.000Z",
            "modified": "2026-03-01T08:00:00.000Z",
            **more,
        }
        return json.dumps(made, separators=(",", ":")).encode()

    for number in range(count):
        marking = {"object_marking_refs": [_RED if hidden and number % 2 else _GREEN]}
        text = " ".join(chance.choices(_WORDS, k=30))
        match number % 10:
            case 0:
                yield new("malware", name=f"Family {number}", is_family=True, description=text, **marking)
            case 1:
                ends = [
                    f"{kind}--{uuid.UUID(int=chance.getrandbits(128), version=4)}" for kind in ("indicator", "malware")
                ]
                yield new(
                    "relationship",
                    relationship_type="indicates",
                    source_ref=ends[0],
                    target_ref=ends[1],
                    description=text,
                    **marking,
                )
            case _:
                address = f"{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
                yield new(
                    "indicator",
                    name=f"Address {number}",
                    description=text,
                    pattern=f"[ipv4-addr:value = '10.{address}']",
                    pattern_type="stix",
                    valid_from="2026-03-01T08:00:00Z",
                    **marking,
                )


@dataclass
class _Server:
    """A running server, as a client knows it."""

    name: str
    port: int
    path: str
    """Of the collection."""
    authorization: str
    process: Any = None
    taken: dict[str, list[float]] = field(default_factory=dict)
    """Milliseconds of each request, by what was asked."""
    added: list[float] = field(default_factory=list)
    """Objects a second: the first, those on top, and the others after these."""

    def __post_init__(self) -> None:
        self._link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        self._headers = {"Accept": _MEDIA}
        if self.authorization:
            self._headers["Authorization"] = self.authorization

    def ask(self, method: str, rest: str, body: bytes | None = None) -> Any:
        headers = {**self._headers, **({"Content-Type": _MEDIA} if body is not None else {})}
        self._link.request(method, f"{self.path}{rest}", body, headers)
        answer = self._link.getresponse()
        data = answer.read()
        if answer.status not in (200, 202):
            raise RuntimeError(f"{self.name} answers {answer.status} to {method} {rest}: {data[:300]!r}")
        return data

    def time(self, what: str, requests: Callable[[], Iterator[str]], good: Callable[[Any], bool]) -> None:
        """Time requests one after another until there are enough or time is up."""
        taken = self.taken.setdefault(what, [])
        end = time.perf_counter() + _SECONDS
        while len(taken) < _ASKED and time.perf_counter() < end:
            for rest in requests():
                began = time.perf_counter()
                data = self.ask("GET", rest)
                taken.append((time.perf_counter() - began) * 1000)
                if not good(json.loads(data)):
                    raise RuntimeError(f"{self.name} gives something else for {rest}: {data[:300]!r}")
                if len(taken) >= _ASKED or time.perf_counter() >= end:
                    break

    def time_walks(self) -> None:
        """Time walks over all there is, in pages of 100, each page where the last ended."""
        pages, firsts, means = (self.taken.setdefault(what, []) for what in (_PAGE, _FIRST, _WALK))
        end = time.perf_counter() + _SECONDS
        while len(pages) < _ASKED and time.perf_counter() < end:
            walk: list[float] = []
            rest = "objects/?limit=100"
            while rest:
                began = time.perf_counter()
                data = self.ask("GET", rest)
                walk.append((time.perf_counter() - began) * 1000)
                told = json.loads(data)
                if not told["objects"]:
                    raise RuntimeError(f"{self.name} gives nothing for {rest}")
                rest = f"objects/?limit=100&next={told['next']}" if told.get("more") else ""
                if time.perf_counter() > end + _SECONDS:
                    break  # the mean of what was walked is told then
            pages += walk
            firsts.append(walk[0])
            means.append(statistics.fmean(walk))

    def reconnect(self) -> None:
        """With the next request."""
        self._link.close()

    def missing(self, stix_id: str) -> float:
        """Milliseconds until the server says that there is no such object."""
        began = time.perf_counter()
        self._link.request("GET", f"{self.path}objects/{stix_id}/", headers=self._headers)
        answer = self._link.getresponse()
        answer.read()
        taken = (time.perf_counter() - began) * 1000
        if answer.status != 404:
            raise RuntimeError(f"{self.name} answers {answer.status} for an object that is not to be seen")
        return taken


def run() -> None:
    folder = Path(tempfile.mkdtemp(prefix="verbale-bench-taxii-"))
    try:
        with contextlib.ExitStack() as stack:
            servers = [
                stack.enter_context(_ours(folder)),
                stack.enter_context(_peer("medallion", folder)),
                stack.enter_context(_peer("opentaxii", folder)),
            ]
            made = list(objects(OBJECTS))
            for server in servers:
                _measure(server, made)
            _report(servers)
        if LARGE:
            _large(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _add(server: _Server, made: list[bytes]) -> None:
    began = time.perf_counter()
    for start in range(0, len(made), _A_POST):
        body = b'{"objects":[' + b",".join(made[start : start + _A_POST]) + b"]}"
        told = json.loads(server.ask("POST", "objects/", body))
        if told.get("failure_count"):
            raise RuntimeError(f"{server.name} refuses objects: {told['failures'][:1]}")
    server.added.append(len(made) / (time.perf_counter() - began))


def _measure(server: _Server, made: list[bytes]) -> None:
    _add(server, made)
    ids = [json.loads(raw)["id"] for raw in made]
    chance = random.Random(1)
    server.time_walks()
    server.time("by type", lambda: iter(["objects/?match[type]=malware&limit=100"]), lambda told: bool(told["objects"]))
    server.time(
        "by id",
        lambda: iter([f"objects/?match[id]={chance.choice(ids)}"]),
        lambda told: len(told["objects"]) == 1,
    )
    server.time("manifest of 100", lambda: iter(["manifest/?limit=100"]), lambda told: bool(told["objects"]))
    server.time(
        "nothing new",
        lambda: iter(["objects/?added_after=2099-01-01T00:00:00.000000Z"]),
        lambda told: not told.get("objects"),
    )
    _add(server, list(objects(MORE, first=1 << 41)))
    _add(server, list(objects(THEN, first=1 << 42)))


@contextlib.contextmanager
def _ours(folder: Path) -> Iterator[_Server]:
    home = folder / f"node-{uuid.uuid4().hex[:6]}" / "cr"
    node = NodeProcess(CRIMSON, home, free_port())
    try:
        node.begin_set_up(sync_seconds=300)
        node.finish_set_up()
        shelf, token = _node(node, "account").split()
        node.start()
        node.wait_until_up()
        server = _Server("Verbale", node.port, f"/taxii2/cr/collections/{shelf}/", f"Bearer {token}", node)
        yield server
    finally:
        node.stop()


def _node(node: NodeProcess, *words: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.taxii_node", *map(str, words)],
        env=node.environment(),
        cwd=_HERE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout.strip()


@contextlib.contextmanager
def _peer(name: str, folder: Path) -> Iterator[_Server]:
    port = free_port()
    place = folder / name
    place.mkdir()
    process = subprocess.Popen(
        [str(peers_python()), str(_HERE / "peers" / f"{name}_server.py"), str(port), str(place)],
        stdout=subprocess.PIPE,
        stderr=(place / "log.txt").open("w"),
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
    )
    try:
        assert process.stdout is not None
        path, _space, authorization = process.stdout.readline().strip().partition(" ")
        if not path:
            raise RuntimeError(f"{name} does not start: {(place / 'log.txt').read_text()[-1500:]}")
        for _attempt in range(100):
            with contextlib.suppress(OSError):
                http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
                break
            time.sleep(0.1)
        yield _Server(name, port, path, authorization, process)
    finally:
        process.kill()
        process.communicate()


# -- telling -----------------------------------------------------------------------------------------------------------


def _p(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def _ms(values: list[float]) -> str:
    return f"{_p(values, 50):,.2f} / {_p(values, 99):,.2f} ({len(values)})"


def _report(servers: list[_Server]) -> None:
    ours, *others = servers
    rows = []
    for place, what in enumerate((f"first {OBJECTS:,}", f"{MORE:,} on top", f"another {THEN:,}")):
        fastest = max(other.added[place] for other in others)
        told = [f"{server.added[place]:,.0f}" for server in servers]
        rows.append([f"add, objects/s: {what}", *told, f"{ours.added[place] / fastest:,.1f}x"])
    for what, taken in ours.taken.items():
        best = min(_p(other.taken[what], 50) for other in others)
        rows.append([what, *(_ms(server.taken[what]) for server in servers), f"{best / _p(taken, 50):,.0f}x"])
    print_table(
        f"TAXII 2.1, {OBJECTS:,} objects, posted {_A_POST} at a time; ms: median / 99th percentile (requests)",
        ["", *(server.name for server in servers), "to the faster"],
        rows,
        "Verbale: SQLite, synchronous=FULL, token, audiences, STIX 2.1 validation. medallion: in memory, none of it.",
        "OpenTAXII: SQLite, public collection, its answer to POST mended.",
    )


def _large(folder: Path) -> None:
    rows, unseen = [], []
    for count in (1_000, LARGE):
        sized, hidden = _sized(folder, count)
        rows.append(sized)
        unseen.append(hidden)
    print_table(
        "Verbale by size; half of the objects are RED and not for this reader; ms: median / 99th percentile (requests)",
        ["objects", "imported/s", "page of 100", "by type", "manifest", "nothing new", "server, MB"],
        rows,
        "Pages begin anywhere. Memory of the serving process before and after these requests.",
    )
    print_table(
        "The same, asked for one object by its id that this reader may not see, and for one that is not there; ms",
        ["objects", "hidden", "not there", "hidden is slower"],
        unseen,
        f"In turn, {_UNSEEN:,} of each. `hidden is slower`: of all pairs of a hidden and an absent one, the share in",
        "which the hidden one took longer; 0.50 tells nothing.",
    )


def _sized(folder: Path, count: int) -> tuple[list[str], list[str]]:
    with _ours(folder) as server:
        rate = float(_node(server.process, "fill", server.path.split("/")[-2], count))
        while int(_node(server.process, "behind")):
            time.sleep(5)  # the node indexes what came, and answers meanwhile all the same
        idle = _memory(server)
        chance, pages = random.Random(2), _places(server)
        something, nothing = lambda told: bool(told["objects"]), lambda told: not told.get("objects")
        server.time("page", lambda: iter([chance.choice(pages)]), something)
        server.time("type", lambda: iter(["objects/?match[type]=malware&limit=100"]), something)
        server.time("manifest", lambda: iter(["manifest/?limit=100"]), something)
        server.time("new", lambda: iter(["objects/?added_after=2099-01-01T00:00:00.000000Z"]), nothing)
        row = [
            f"{count:,}",
            f"{rate:,.0f}",
            *(_ms(server.taken[what]) for what in ("page", "type", "manifest", "new")),
            f"{idle:,.0f} -> {_memory(server):,.0f}",
        ]
        return row, [f"{count:,}", *_unseen(server, count)]


def _unseen(server: _Server, count: int) -> list[str]:
    every = max(count // (2 * _UNSEEN), 1) * 2
    made = objects(count, first=FILLED, hidden=True)
    red = [json.loads(raw)["id"] for number, raw in enumerate(made) if number % every == 1][:_UNSEEN]
    absent = [f"{one.partition('--')[0]}--{uuid.uuid4()}" for one in red]
    hidden_ms, absent_ms = [], []
    server.reconnect()  # it was idle while these were made
    for one, other in zip(red, absent, strict=True):
        hidden_ms.append(server.missing(one))
        absent_ms.append(server.missing(other))
    ordered = sorted(absent_ms)
    slower = sum(bisect.bisect_left(ordered, value) for value in hidden_ms) / (len(hidden_ms) * len(absent_ms))
    return [_ms(hidden_ms), _ms(absent_ms), f"{slower:.3f}"]


def _places(server: _Server) -> list[str]:
    """Requests for pages that begin all over the shelf."""
    bounds = []
    first = json.loads(server.ask("GET", "manifest/?limit=1"))["objects"][0]["date_added"]
    started = time.strptime(first[:19], "%Y-%m-%dT%H:%M:%S")
    begin = time.mktime(started) - time.timezone
    span = max(time.time() - begin, 1)
    for number in range(200):
        at = begin + span * number / 200 * 0.9
        text = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(at))}.{int(at % 1 * 1e6):06d}Z"
        rest = f"objects/?limit=100&added_after={text}"
        if json.loads(server.ask("GET", rest)).get("objects"):
            bounds.append(rest)
    return bounds or ["objects/?limit=100"]


def _memory(server: _Server) -> float:
    status = Path(f"/proc/{server.process._process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


if __name__ == "__main__":
    run()
