"""Nodes as processes, a link between them that sees each request, and the commands of the operator."""

import contextlib
import json
import random
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg

from verbale.demo.nodes import DemoError, NodeProcess, free_port
from verbale.demo.play import connect
from verbale.demo.scenario import CRIMSON, LAZURIA

__all__ = [
    "Commanded",
    "Commander",
    "Issuer",
    "Link",
    "command",
    "one_port",
    "pair",
    "rows",
    "send_note",
    "told",
    "wait",
]

_HERE = Path(__file__).resolve().parent


def one_port() -> int:
    """A free port below those that the system gives to outgoing connections, so it stays free while a node is down."""
    return next(port for port in iter(lambda: random.randrange(20_000, 30_000), 0) if free_port(port) == port)


def wait(what: str, holds: Callable[[], Any], seconds: float = 30.0) -> Any:
    """The first true value of `holds`."""
    end = time.monotonic() + seconds
    while not (value := holds()):
        assert time.monotonic() < end, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)
    return value


# -- the operator ---------------------------------------------------------------------------------------------------


class Commander:
    """A process of a node that runs commands one after another, without starting Python for each."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._process: subprocess.Popen[str] | None = None

    def run(self, arguments: list[str]) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, str(_HERE / "commander.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env={**self._environment, "COLUMNS": "200"},
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        code, said, refused = json.loads(self._process.stdout.readline())
        return code, said, refused

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


class Node(NodeProcess):
    """A node with a commander; close it before the database is changed behind its back."""

    @cached_property
    def commander(self) -> Commander:
        return Commander(self.environment())


Commanded = NodeProcess | Commander | dict[str, str]
"""Who runs a command: a node, a commander of one, or whoever has this environment."""


def command(node: Commanded, *arguments: object, code: int = 0) -> str:
    """Run `verbale …` as an operator of the node. Returns standard output; with another `code`, standard error."""
    words = [str(item) for item in arguments]
    if isinstance(node, Node):
        node = node.commander
    if isinstance(node, Commander):
        ended, said, refused = node.run(words)
    else:
        done = subprocess.run(
            [sys.executable, "-m", "verbale", *words],
            env={**(node if isinstance(node, dict) else node.environment()), "COLUMNS": "200"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        ended, said, refused = done.returncode, done.stdout, done.stderr
    told = f"verbale {' '.join(words)[:500]}\n{said[:3000]}\n{refused[:6000]}"
    assert "Traceback" not in said + refused, told
    assert ended == code, told
    return said if code == 0 else refused


def told(node: Commanded, *arguments: object) -> Any:
    """What `verbale … --json` prints."""
    return json.loads(command(node, *arguments, "--json"))


def rows(node: NodeProcess, query: str) -> list[tuple[Any, ...]]:
    """Ask a node's database directly, behind its back."""
    if node.database_url:
        with psycopg.connect(node.database_url) as connection:
            return connection.execute(query).fetchall()
    with contextlib.closing(
        sqlite3.connect(f"file:{node.home}/node.sqlite3?mode=ro", uri=True, timeout=30)
    ) as database:
        return database.execute(query).fetchall()


def send_note(node: NodeProcess, to: str, subject: str, precedence: str = "ROUTINE") -> str:
    """Draft, submit and clear a note by the API of a running node; returns the act."""
    draft = node.api(
        "desk",
        "POST",
        "/channel/notes",
        json={
            "to": to,
            "subject": subject,
            "paragraphs": [f"inform the Ministry of {subject}."],
            "precedence": precedence,
        },
    )["draft"]
    node.api("desk", "POST", f"/drafts/{draft}/submit")
    identifier: str = node.api("head", "POST", f"/drafts/{draft}/clear")[-1]["id"]
    return identifier


class Issuer:
    """A process beside the node that issues acts with the node's own services, as a command or a second host would."""

    def __init__(self, node: NodeProcess, to: str) -> None:
        self._node, self._to = node, to
        self._process: subprocess.Popen[str] | None = None

    def ask(self, first: int, count: int, precedence: str = "ROUTINE") -> None:
        """Order acts numbered from `first`; `answer` waits for them."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, str(_HERE / "issuer.py"), self._to],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=self._node.environment(),
            )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([first, count, precedence]) + "\n")
        self._process.stdin.flush()

    def answer(self) -> list[str]:
        """Ids of the acts, durable now. Empty when the process died first."""
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line.endswith("\n") else []

    def issue(self, first: int, count: int, precedence: str = "ROUTINE") -> list[str]:
        """Issue acts, and wait until they are durable."""
        self.ask(first, count, precedence)
        made = self.answer()
        assert len(made) == count, "the issuer died"
        return made

    def kill(self) -> None:
        """SIGKILL; the next order starts a new process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()
            self._process = None


# -- the link -------------------------------------------------------------------------------------------------------


@dataclass
class Seen:
    """One request on the link."""

    size: int
    begin: float
    sent: bool = False
    """Whether it reached the node whole."""
    end: float | None = None
    status: int | None = None


@dataclass
class Link:
    """What partners take for the node: forwards requests to it, and notes when each began and ended."""

    target: int
    """Port of the node itself."""
    seen: list[Seen] = field(default_factory=list)
    cut: bool = False
    """Whether nothing comes through."""

    def __post_init__(self) -> None:
        link = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._forward()

            def do_POST(self) -> None:
                self._forward()

            def _forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                seen = Seen(len(body), time.monotonic())
                link._note(seen)
                try:
                    if link.cut:
                        raise OSError("the link is cut")
                    with contextlib.closing(HTTPConnection("127.0.0.1", link.target, timeout=60)) as node:
                        node.request(
                            self.command, self.path, body, {"content-type": self.headers.get("content-type", "")}
                        )
                        seen.sent = True
                        answer = node.getresponse()
                        content = answer.read()
                        seen.status = answer.status
                except (OSError, HTTPException):
                    # The node or the link is gone: so is the connection.
                    self.close_connection = True
                    with contextlib.suppress(OSError):
                        self.connection.shutdown(socket.SHUT_RDWR)
                    return
                finally:
                    seen.end = time.monotonic()
                with contextlib.suppress(OSError):
                    self.send_response(answer.status)
                    for name in ("content-type",):
                        self.send_header(name, answer.getheader(name, ""))
                    self.send_header("content-length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A killed node breaks its connections: that is what the tests do."""

        self._server = Server(("127.0.0.1", one_port()), Handler)
        self._news = threading.Condition()
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def _note(self, seen: Seen) -> None:
        with self._news:
            self.seen.append(seen)
            self._news.notify_all()

    def next_request(self, least: int, seconds: float) -> Seen | None:
        """The next request of at least so many bytes that begins from now on; None when none comes in time."""
        start, end = len(self.seen), time.monotonic() + seconds
        with self._news:
            while True:
                for seen in self.seen[start:]:
                    if seen.size >= least:
                        return seen
                start = len(self.seen)
                if not self._news.wait(max(0.0, end - time.monotonic())) and time.monotonic() >= end:
                    return None

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


# -- two of them ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def pair(
    folder: Path, *, sync_seconds: int = 60, databases: tuple[str, str] = ("", ""), link: bool = False
) -> Iterator[tuple[Node, Node, Link | None]]:
    """Crimson and Lazuria, running and confirmed with each other; with `link`, Crimson reaches Lazuria through one."""
    a = Node(CRIMSON, folder / "cr", one_port(), databases[0])
    b = Node(LAZURIA, folder / "lz", one_port(), databases[1])
    between = Link(b.port) if link else None
    served = b.port
    try:
        if between is not None:
            b.port = between.port  # what its credentials say
        for node in (a, b):
            node.begin_set_up(sync_seconds=sync_seconds)
        for node in (a, b):
            node.finish_set_up()
        b.port = served
        for node in (a, b):
            node.start()
        for node in (a, b):
            node.wait_until_up()
        connect(a, b)
        yield a, b, between
    finally:
        for node in (a, b):
            node.commander.close()
            with contextlib.suppress(DemoError):
                node.stop()
        if between is not None:
            between.close()
