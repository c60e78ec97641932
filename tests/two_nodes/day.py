"""A day of exchange between ten nodes, each with a home, a database and a process of its own.

Every node's analysts add objects, its feeds poll and push, links fail, and nodes are killed in the middle of it. Beside
them, software of each partner reads what each server shows, and every answer is held against the model.
"""

import asyncio
import base64
import contextlib
import json
import os
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psycopg

from tests.two_nodes.day_model import Edge, Model
from tests.two_nodes.day_things import UNVERSIONED, Parcel, Staff, micros
from tests.two_nodes.nodes import one_port, wait
from verbale.node.home import Config, Home
from verbale.node.setup import create_home

__all__ = ["COLLECTIONS", "NAMES", "Day", "Told"]

NAMES = ("AUREA", "BRANT", "CORVA", "DELTIA", "ESKER", "FENNIA", "GRAVIA", "HELDER", "ISARIA", "JUTIA")
COLLECTIONS = {"grid": NAMES[:5], "ports": (NAMES[3], NAMES[5], NAMES[6])}
"""Shelves that serve collections, with their parties; the first of them is polled and pushed to by the others."""
POOL = "pool"
"""The shelf that every node opens to all of its partners."""
OPEN = (NAMES[1], NAMES[9])
"""The first pushes to the second as to a server of which it knows nothing."""
_MEDIA = "application/taxii+json;version=2.1"
_PASSPHRASE = "of the tests only"
_REPOSITORY = Path(__file__).resolve().parents[2]


class Died(Exception):
    """The process ended before it answered."""


# -- a node ------------------------------------------------------------------------------------------------------------


class Wire:
    """What partners take for the address of a node: hands bytes on, until it is cut. All wires run in one thread."""

    _loop: asyncio.AbstractEventLoop | None = None

    def __init__(self, target: int) -> None:
        self.target, self.port = target, one_port()
        self.bytes = self.requests = self.open = self.broken = 0
        self.cut = False
        self.cut_after: int | None = None
        """Bytes of answers that still come through before the link fails once, in the middle of an answer."""
        self._writers: set[asyncio.StreamWriter] = set()
        if Wire._loop is None:
            Wire._loop = asyncio.new_event_loop()
            threading.Thread(target=Wire._loop.run_forever, daemon=True).start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", self.port), Wire._loop
        ).result(10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self._writers.add(writer)
        try:
            if self.cut:
                return
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            self._writers.add(back)
            ways = [
                asyncio.ensure_future(self._pump(reader, back, asking=True)),
                asyncio.ensure_future(self._pump(there, writer, asking=False)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            back.close()
            self._writers.discard(back)
        except OSError:
            pass
        finally:
            self.open -= 1
            self._writers.discard(writer)
            writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, asking: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                if asking:
                    self.requests += len(re.findall(rb" HTTP/1\.1\r\n", data))
                elif self.cut_after is not None:
                    if len(data) > self.cut_after:
                        data, self.cut_after = data[: self.cut_after], None
                        writer.write(data)
                        self.broken += 1
                        return
                    self.cut_after -= len(data)
                self.bytes += len(data)
                writer.write(data)
                await writer.drain()

    def fail(self, *, down: bool) -> None:
        """Cut the link, or mend it."""
        assert Wire._loop is not None
        self.cut = down
        if down:
            self.broken += self.open > 0
            Wire._loop.call_soon_threadsafe(lambda: [writer.close() for writer in list(self._writers)])

    def close(self) -> None:
        assert Wire._loop is not None
        Wire._loop.call_soon_threadsafe(self._server.close)
        self.fail(down=True)


@dataclass
class TenNode:
    """One of the ten."""

    name: str
    home: Path
    database_url: str = ""
    """Empty for SQLite."""
    port: int = field(default_factory=one_port)
    tokens: dict[str, str] = field(default_factory=dict)
    """Of the accounts of its partners."""
    owed: list[Parcel] = field(default_factory=list)
    """What its analysts have added and it has not acknowledged."""
    busy: str = ""
    """The order in hand."""
    starts: int = 0
    _process: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        self.wire = Wire(self.port)
        self._turn = threading.Lock()

    def environment(self) -> dict[str, str]:
        keep = {
            key: value for key, value in os.environ.items() if not key.startswith(("VERBALE_", "DJANGO_", "DATABASE_"))
        }
        path = os.pathsep.join([str(_REPOSITORY), str(_REPOSITORY / "src")])
        own = {"VERBALE_HOME": str(self.home), "VERBALE_PASSPHRASE": _PASSPHRASE, "VERBALE_LOG": "ERROR"}
        if self.database_url:
            own["DATABASE_URL"] = self.database_url
        return {**keep, **own, "PYTHONPATH": path}

    def start(self) -> None:
        self.starts += 1
        with (self.home / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.two_nodes.day_node", str(self.port)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=self.environment(),
                cwd=_REPOSITORY,
            )

    def wait_until_up(self) -> None:
        self.ask("hello")
        wait(f"{self.name} to serve", self._answers, 60)

    def _answers(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/taxii2/", timeout=5).status_code == 401
        return False

    def ask(self, do: str, **named: Any) -> Any:
        """Raises Died."""
        with self._turn:
            process = self._process
            if process is None:
                raise Died(self.name)
            assert process.stdin is not None
            assert process.stdout is not None
            self.busy = do
            try:
                process.stdin.write(json.dumps({"do": do, **named}) + "\n")
                process.stdin.flush()
                line = process.stdout.readline()
            except OSError:
                line = ""
            finally:
                self.busy = ""
        if not line.endswith("\n"):
            assert process.poll() in (None, -signal.SIGKILL), self.log()
            raise Died(self.name)
        answer = json.loads(line)
        assert not (isinstance(answer, dict) and "error" in answer), f"{self.name}: {answer['error']}"
        return answer

    def log(self) -> str:
        return f"{self.name}: {(self.home / 'log.txt').read_text(errors='replace')[-3000:]}"

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            with self._turn:
                for pipe in (process.stdin, process.stdout):
                    with contextlib.suppress(OSError):
                        pipe.close()  # type: ignore[union-attr]

    def close(self) -> None:
        self.kill()
        self.wire.close()


# -- the day -----------------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What the day came to."""

    objects: int = 0
    rows: int = 0
    exchange_requests: int = 0
    exchange_bytes: int = 0
    checked: int = 0
    """Answers held against the model."""
    shown: int = 0
    """Objects in them."""
    kills: int = 0
    kills_inside: int = 0
    """While the node served a request or ran a feed."""
    link_failures: int = 0
    leaked: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    rounds_to_rest: int = 0
    seconds: float = 0
    set_up_seconds: float = 0


class Road(NamedTuple):
    """A feed of one node to another."""

    owner: str
    other: str
    shelf: str
    direction: str
    origin: str

    @property
    def edges(self) -> list[Edge]:
        found = []
        if self.direction != "push":
            found.append(Edge(self.other, self.owner, self.shelf, self.owner))
        if self.direction != "poll":
            found.append(Edge(self.owner, self.other, self.shelf, self.other if self.origin == self.other else ""))
        return found


def _roads(chance: random.Random) -> list[Road]:
    """Each node polls its neighbour and two others, and pushes to one; a collection meets at its first party."""
    roads = [Road(*OPEN, POOL, "push", "Open exchange")]
    for place, name in enumerate(NAMES):
        neighbour = NAMES[place - 1]
        others = [other for other in NAMES if other != name]
        polled = [neighbour, *chance.sample([other for other in others if other != neighbour], 2)]
        roads += [Road(name, other, POOL, "poll", other) for other in polled]
        pushed = chance.choice([other for other in others if (name, other) != OPEN])
        roads.append(Road(name, pushed, POOL, "push", pushed))
    for shelf, (host, *guests) in COLLECTIONS.items():
        roads += [Road(guest, host, shelf, "both", host) for guest in guests]
    return roads


class Day:
    """Ten nodes, and what is done with them. On SQLite, or on databases of the PostgreSQL server at that URL prefix."""

    def __init__(self, folder: Path, seed: int, server: str = "") -> None:
        self.folder, self.chance, self.told = folder, random.Random(seed), Told()
        self._server = server
        self._roads = _roads(self.chance)
        self.model = Model(NAMES, COLLECTIONS, [edge for road in self._roads for edge in road.edges])
        self.nodes: dict[str, TenNode] = {}
        self.staff = {
            name: Staff(name, self._shelves(name), self.model, random.Random(f"{seed} {name}")) for name in NAMES
        }
        self._reader = _Reader(self)

    @staticmethod
    def _shelves(name: str) -> list[str]:
        return [POOL, *(shelf for shelf, parties in COLLECTIONS.items() if name in parties)]

    # -- from nothing to ten nodes -------------------------------------------------------------------------------------

    def set_up(self) -> None:
        began = time.monotonic()
        for name in NAMES:
            url = f"{self._server}day_{name.lower()}" if self._server else ""
            self.nodes[name] = TenNode(name, self.folder / name.lower(), url)
            create_home(Home(self.nodes[name].home), Config(name, f"Republic of {name.title()}"), _PASSPHRASE)
        first, *others = self.nodes.values()
        self._create(first, "template0")
        subprocess.run(
            [sys.executable, "-m", "verbale", "migrate"],
            env=first.environment(),
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=300,
        )
        for node in others:
            if self._server:
                self._create(node, f"day_{first.name.lower()}")
            else:
                shutil.copy(Home(first.home).database, Home(node.home).database)
        self._each(lambda node: (node.start(), node.wait_until_up()), at_once=3)
        for node in self.nodes.values():
            shelves = [
                {"alias": shelf, "parties": COLLECTIONS.get(shelf, ()), "matter": shelf.encode().hex().ljust(32, "0")}
                for shelf in self._shelves(node.name)
            ]
            partners = {name: f"Republic of {name.title()}" for name in NAMES if name != node.name}
            writers = [road.owner for road in self._roads if road.direction == "push" and road.other == node.name]
            made = node.ask("set_up", partners=partners, shelves=shelves, readers={POOL: writers})
            node.tokens = made["tokens"]
        for node in self.nodes.values():
            node.ask("feeds", feeds=[self._feed(road) for road in self._roads if road.owner == node.name])
        self.told.set_up_seconds = time.monotonic() - began

    def _create(self, node: TenNode, template: str) -> None:
        if self._server:
            with psycopg.connect(f"{self._server}postgres", autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "day_{node.name.lower()}" WITH (FORCE)')
                connection.execute(f'CREATE DATABASE "day_{node.name.lower()}" TEMPLATE "{template}"')

    def _feed(self, road: Road) -> dict[str, Any]:
        there = self.nodes[road.other]
        return {
            "name": f"{road.direction} {road.shelf} {road.origin}",
            "shelf": road.shelf,
            "address": f"http://127.0.0.1:{there.wire.port}/taxii2/{road.other.lower()}",
            "origin": road.origin,
            "direction": road.direction,
            "user": road.owner.lower(),
            "token": there.tokens[road.owner],
        }

    def _each(self, work: Any, at_once: int = len(NAMES)) -> None:
        """Do it with all nodes, side by side; the first failure comes out."""
        todo: queue.SimpleQueue[TenNode] = queue.SimpleQueue()
        for node in self.nodes.values():
            todo.put(node)
        failures: list[BaseException] = []

        def run() -> None:
            with contextlib.suppress(queue.Empty):
                while not failures:
                    node = todo.get_nowait()
                    try:
                        work(node)
                    except BaseException as error:
                        failures.append(error)

        threads = [threading.Thread(target=run) for _ in range(at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    # -- the day itself ------------------------------------------------------------------------------------------------

    def run(self, ticks: int, objects_at: Any, *, kills: int, failures: int) -> None:
        """`objects_at` gives how many objects a node makes in a tick. Kills and failures of links fall into random
        ticks."""
        began = time.monotonic()
        self._reader.start()
        killed = Counter(self.chance.randrange(1, ticks) for _ in range(kills))
        failed = Counter(self.chance.randrange(1, ticks) for _ in range(failures))
        for tick in range(ticks):
            for name, node in self.nodes.items():
                node.owed += self.staff[name].work(objects_at(tick))
            self._tick(killed[tick], failed[tick])
        self._rest()
        self._reader.stop()
        self.told.seconds = time.monotonic() - began

    def _tick(self, kills: int, failures: int) -> list[dict[str, Any]]:
        """A quarter of an hour: what was found is added, then all feeds run, all nodes at once."""
        done: list[dict[str, Any]] = []
        down = self.chance.sample(list(self.nodes.values()), min(failures, len(self.nodes)))
        for place, node in enumerate(down):
            if place % 2:
                node.wire.cut_after = self.chance.randrange(200, 20_000)
            else:
                node.wire.fail(down=True)
            self.told.link_failures += 1
        victims = self.chance.sample(list(self.nodes.values()), min(kills, len(self.nodes)))
        hunters = [threading.Thread(target=self._hunt, args=(node, self.chance.random())) for node in victims]
        for hunter in hunters:
            hunter.start()

        def work(node: TenNode) -> None:
            with contextlib.suppress(Died):
                self._pay(node)
                done.append(node.ask("run"))

        self._each(work)
        for hunter in hunters:
            hunter.join()
        for node in down:
            node.wire.fail(down=False)
        for node in victims:
            node.start()
        for node in victims:
            node.wait_until_up()
            self._pay(node)
        return done

    def _pay(self, node: TenNode) -> None:
        """Add what the analysts of a node have; what was not acknowledged is added again."""
        owed = list(node.owed)
        if owed:
            answers = node.ask("give", parcels=[parcel._asdict() for parcel in owed])
            self.told.other += [f"{node.name} refuses {why}" for told in answers for why in told["refused"]]
            del node.owed[: len(owed)]

    def _hunt(self, node: TenNode, when: float) -> None:
        """Kill a node while it serves a partner or runs a feed, some moment after that began."""
        end = time.monotonic() + 3
        serving = when < 0.5
        while time.monotonic() < end and not (node.wire.open if serving else node.busy):
            time.sleep(0.001)
        time.sleep(when * 0.3)
        inside = bool(node.wire.open or node.busy)
        node.kill()
        self.told.kills += 1
        self.told.kills_inside += inside

    def _rest(self, most: int = 20) -> None:
        """Run the feeds until there is nothing left to exchange."""
        for number in range(most):
            done = self._tick(0, 0)
            failures = {name: why for item in done for name, why in item["failures"].items()}
            if (
                len(done) == len(self.nodes)
                and not failures
                and not any(item["received"] + item["sent"] for item in done)
            ):
                self.told.rounds_to_rest = number + 1
                return
        self.told.other.append(f"no rest after {most} rounds: {failures}")

    # -- the reckoning -------------------------------------------------------------------------------------------------

    def reckon(self) -> Told:
        """Hold what each node has, and what each server shows to each partner, against the model."""
        told, model = self.told, self.model
        told.objects = len(model.made)
        told.exchange_requests = sum(node.wire.requests for node in self.nodes.values())
        told.exchange_bytes = sum(node.wire.bytes for node in self.nodes.values())
        held: dict[tuple[str, str], set[tuple[str, int | None]]] = {}
        origins: dict[tuple[str, str], set[tuple[str, int | None, str]]] = {}
        for name, node in self.nodes.items():
            assert not node.owed
            found = node.ask("held")
            told.other += [f"{name} keeps as refused {item}" for item in found["refusals"]]
            told.other += [f"{name}: {line}" for line in node.ask("check") if line != "ok"]
            for shelf in self._shelves(name):
                rows = [
                    (key, None if kind in UNVERSIONED else version, origin, audience)
                    for key, version, kind, origin, audience in found["rows"][shelf]
                ]
                told.rows += len(rows)
                held[name, shelf] = {row[:2] for row in rows}
                origins[name, shelf] = {row[:3] for row in rows}
                told.doubled += [f"{name} has {row} {n} times" for row, n in Counter(rows).items() if n > 1]
                shown = Counter(
                    (key, None if kind in UNVERSIONED else version) for key, version, kind in found["shown"][shelf]
                )
                told.doubled += [f"{name} shows {row} {n} times" for row, n in shown.items() if n > 1]
                lacking, too_much = model.amiss(name, shelf, held[name, shelf])
                told.lost += lacking
                told.leaked += too_much
        for edge in model.edges:
            told.lost += model.left_behind(edge, origins[edge.source, edge.shelf], held[edge.target, edge.shelf])
        self._reader.look_at_all(held)
        return told

    def close(self) -> None:
        self._reader.stop()
        for node in self.nodes.values():
            node.close()


class _Reader:
    """Software of every partner, that reads all that each server shows it, and holds every answer against the model."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._http = httpx.Client(timeout=60)
        self._after: dict[tuple[str, str, str], str] = {}
        self._chance = random.Random(1)
        self._done = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._go_round, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _roads(self) -> list[tuple[str, str, str]]:
        """Server, shelf, viewer."""
        return [
            (server, shelf, viewer)
            for server in NAMES
            for shelf in (POOL, *COLLECTIONS)
            for viewer in NAMES
            if viewer != server
        ]

    def _go_round(self) -> None:
        while not self._done.is_set():
            for road in self._roads():
                if self._done.is_set():
                    return
                if road[2] not in COLLECTIONS.get(road[1], NAMES) and self._chance.random() < 0.9:
                    continue  # what is not there is asked for now and then
                try:
                    self._look(*road)
                except httpx.HTTPError:
                    continue  # it was killed
                except Exception as error:
                    self._day.told.other.append(f"the reader failed on {road}: {error!r}")
                    return
            self._done.wait(1)

    def _look(self, server: str, shelf: str, viewer: str) -> None:
        road = (server, shelf, viewer)
        params = {"match[version]": "all", "limit": "1000"}
        if road in self._after:
            params["added_after"] = self._after[road]
        answer = self._get(server, f"{shelf}/objects/", viewer, params)
        if answer is None or answer.status_code == 404:
            return
        self._judge(server, shelf, viewer, answer)
        if last := answer.headers.get("x-taxii-date-added-last"):
            self._after[road] = last
        if self._day.model.made:
            self._probe(server, shelf, viewer)

    def look_at_all(self, held: dict[tuple[str, str], set[tuple[str, int | None]]]) -> None:
        """At rest, each server shows each partner exactly what it may see of what is there, objects and manifest."""
        model, told = self._day.model, self._day.told
        for server, shelf, viewer in self._roads():
            # The shelf of a collection is not there for others.
            there = held.get((server, shelf), ()) if viewer in COLLECTIONS.get(shelf, NAMES) else ()
            wanted = {key for key in there if viewer in model.seers(model.made[key].terms, server)}
            shown = self._all(server, shelf, viewer, "objects")
            listed = self._all(server, shelf, viewer, "manifest")
            told.lost += [f"{server} does not show {viewer} {key} on {shelf}" for key in wanted - shown]
            told.leaked += [f"{server} shows {viewer} {key} on {shelf}" for key in shown - wanted]
            told.other += [f"{server} lists otherwise than it shows {viewer}: {key}" for key in shown ^ listed]

    def _all(self, server: str, shelf: str, viewer: str, what: str) -> set[tuple[str, int | None]]:
        params = {"match[version]": "all", "limit": "1000"}
        found: set[tuple[str, int | None]] = set()
        while True:
            answer = self._get(server, f"{shelf}/{what}/", viewer, params)
            if answer is None or answer.status_code == 404:
                return found
            found |= self._judge(server, shelf, viewer, answer)
            told = answer.json()
            if not told.get("more"):
                return found
            params = {**params, "next": told["next"]}

    def _judge(self, server: str, shelf: str, viewer: str, answer: httpx.Response) -> set[tuple[str, int | None]]:
        assert answer.status_code == 200, answer.text
        found = [_named(thing) for thing in answer.json().get("objects", ())]
        day = self._day
        day.told.leaked += day.model.leaks(server, shelf, viewer, found)
        day.told.doubled += [f"{server} shows {viewer} {key} twice" for key, n in Counter(found).items() if n > 1]
        day.told.shown += len(found)
        return set(found)

    def _probe(self, server: str, shelf: str, viewer: str) -> None:
        """By its id, an object that a viewer may not see is as one that there is not."""
        made = self._chance.choice(list(self._day.model.by_id.values()))
        if any(one.terms.shelf == shelf and viewer in self._day.model.seers(one.terms, server) for one in made):
            return
        hidden = self._get(server, f"{shelf}/objects/{made[0].id}/", viewer, {})
        none = self._get(server, f"{shelf}/objects/{made[0].id[:-4]}0000/", viewer, {})
        if hidden is not None and none is not None and _bare(hidden) != _bare(none):
            self._day.told.leaked.append(f"{server} hints at {made[0]} to {viewer}: {hidden.text}")

    def _get(self, server: str, path: str, viewer: str, params: dict[str, str]) -> httpx.Response | None:
        node = self._day.nodes[server]
        name = base64.b64encode(f"{viewer.lower()}:{node.tokens[viewer]}".encode()).decode()
        self._day.told.checked += 1
        return self._http.get(
            f"http://127.0.0.1:{node.port}/taxii2/{server.lower()}/collections/{path}",
            params=params,
            headers={"authorization": f"Basic {name}", "accept": _MEDIA},
        )


def _bare(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    return answer.status_code, answer.content, sorted((k, v) for k, v in answer.headers.items() if k != "date")


def _named(thing: dict[str, Any]) -> tuple[str, int | None]:
    """Of an object or a record of the manifest."""
    if thing["id"].partition("--")[0] in UNVERSIONED:
        return thing["id"], None
    return thing["id"], micros(thing.get("modified") or thing.get("version") or thing["created"])
