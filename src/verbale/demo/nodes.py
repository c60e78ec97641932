"""Nodes as processes: set up, started, asked over HTTP, ended by whoever started them."""

import contextlib
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx

from verbale.demo.scenario import PASSWORD, Side

__all__ = ["DemoError", "NodeProcess", "free_port"]


class DemoError(Exception):
    """A step that did not hold."""


_PACKS = Path(__file__).resolve().parent / "packs"
_reserved: list[IO[str]] = []


def _reserve(port: int) -> bool:
    """Keep a port for this process while it lives: its server listens only seconds after the port was chosen."""
    folder = Path(tempfile.gettempdir()) / f"verbale-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = (folder / f"{port}.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return False
    _reserved.append(lock)
    return True


def free_port(wished: int = 0) -> int:
    """The wished port of 127.0.0.1 if nobody has it, else a free one."""
    if wished and not _reserve(wished):
        wished = 0
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wished))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class NodeProcess:
    """One node with a folder, a database and a process of its own."""

    side: Side
    home: Path
    port: int
    database_url: str = ""
    endpoint: str | None = None
    """What partners are told as its address, when that is not `url`: a forwarder, or empty where there is no link."""
    tokens: dict[str, str] = field(default_factory=dict)
    totp: dict[str, str] = field(default_factory=dict)
    # One client for all requests: each new one would read the machine's certificates again.
    _http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))
    _process: subprocess.Popen[bytes] | None = None
    _setting_up: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """Environment of every process of this node."""
        keep = {
            key: value for key, value in os.environ.items() if not key.startswith(("VERBALE_", "DJANGO_", "DATABASE_"))
        }
        own = {
            "VERBALE_HOME": str(self.home),
            "VERBALE_PASSPHRASE_FILE": str(self._passphrase_file()),
            # What the fictional states are party to, so that their pages have something to say.
            "VERBALE_PACKS": str(_PACKS),
        }
        if self.database_url:
            own["DATABASE_URL"] = self.database_url
        return {**keep, **own}

    def _passphrase_file(self) -> Path:
        file = self.home.with_name(f"{self.home.name}.passphrase")
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as out:
                out.write(secrets.token_urlsafe(24))
        return file

    def begin_set_up(self, *, sync_seconds: int = 60) -> None:
        """Start setting up; `finish_set_up` waits for it. Several nodes are set up side by side."""
        order = {
            "config": {
                "node": self.side.node,
                "name": self.side.name,
                "kind": self.side.kind,
                "endpoint": self.endpoint if self.endpoint is not None else self.url,
                "capital": self.side.capital,
                "colour": self.side.colour,
                "practice": True,
                "sync_seconds": sync_seconds,
            },
            "people": [asdict(person) for person in self.side.people],
            "password": PASSWORD,
        }
        self._setting_up = subprocess.Popen(
            [sys.executable, "-m", "verbale.demo.node_setup"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self.environment(),
        )
        assert self._setting_up.stdin is not None  # a pipe was asked for
        self._setting_up.stdin.write(json.dumps(order).encode())
        self._setting_up.stdin.close()

    def finish_set_up(self) -> None:
        """Raises DemoError when the node could not be set up; its process has said why on standard error."""
        assert self._setting_up is not None  # begin_set_up came first
        assert self._setting_up.stdout is not None
        answer = self._setting_up.stdout.read()
        if self._setting_up.wait() != 0:
            raise DemoError(f"{self.side.name} could not be set up")
        made = json.loads(answer)
        self.tokens, self.totp = made["tokens"], made["totp"]

    def start(self) -> None:
        """Start serving; `wait_until_up` tells when it does."""
        log = (self.home / "log.txt").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "verbale", "serve", "--port", str(self.port)],
            stdout=log,
            stderr=log,
            env=self.environment(),
        )
        log.close()

    def wait_until_up(self, seconds: float = 30.0) -> None:
        """Raises DemoError when the node does not answer in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self._process is not None  # start came first
            if self._process.poll() is not None:
                break
            with contextlib.suppress(httpx.HTTPError):
                if self._http.get(f"{self.url}/exchange/v1/credentials", timeout=2).status_code == 200:
                    return
            time.sleep(0.05)
        tail = (self.home / "log.txt").read_text(errors="replace")[-2000:]
        raise DemoError(f"{self.side.name} does not answer on {self.url}:\n{tail}")

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End in order."""
        if self._setting_up is not None and self._setting_up.poll() is None:
            self._setting_up.kill()
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=8)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def api(self, who: str, method: str, path: str, **named: Any) -> Any:
        """Ask the REST API as a person. Raises DemoError with the node's own sentence when it refuses."""
        answer = self._http.request(
            method, f"{self.url}/api/v1{path}", headers={"Authorization": f"Bearer {self.tokens[who]}"}, **named
        )
        if answer.status_code >= 400:
            try:
                reason = answer.json().get("error") or answer.text
            except ValueError:
                reason = answer.text[:300]
            raise DemoError(f"{self.side.name} refuses {method} {path}: {reason}")
        return answer.json()

    def download(self, who: str, path: str, params: Mapping[str, str] | None = None) -> bytes:
        """The bytes of a file that the API hands out."""
        answer = self._http.get(
            f"{self.url}/api/v1{path}",
            headers={"Authorization": f"Bearer {self.tokens[who]}"},
            params=dict(params or {}),
        )
        if answer.status_code != 200:
            raise DemoError(f"{self.side.name} does not hand out {path}: {answer.text[:300]}")
        return answer.content
