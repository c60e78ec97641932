"""From the button at A to the screen at B: two node processes on this machine, real HTTP, B's live stream."""

import dataclasses
import json
import random
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pyotp

from benchmarks.tables import print_table, spread
from verbale.demo.nodes import NodeProcess, free_port
from verbale.demo.play import connect
from verbale.demo.scenario import CRIMSON, LAZURIA, PASSWORD

__all__ = ["run"]

MESSAGES, WARM_UP = 150, 10
_PAUSE = (0.05, 0.35)
"""Seconds between one arrival and the next press, by chance, so that no timer of the nodes falls into step."""


def run() -> None:
    folder = Path(tempfile.mkdtemp(prefix="verbale-bench-"))
    a, b = (NodeProcess(side, folder / side.node, free_port()) for side in (CRIMSON, LAZURIA))
    try:
        for side in (a, b):
            side.begin_set_up(sync_seconds=300)
        for side in (a, b):
            side.finish_set_up()
            side.start()
        for side in (a, b):
            side.wait_until_up()
        connect(a, b)
        _report(_measure(a, b))
    finally:
        for side in (a, b):
            side.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclasses.dataclass
class _Press:
    answered: float
    """Milliseconds until A's own answer to the button."""
    shown: float
    """Milliseconds until B's stream told of it."""


class _Screen(threading.Thread):
    """B's page, as far as the network goes: a logged-in session that follows the live stream."""

    def __init__(self, node: NodeProcess) -> None:
        super().__init__(daemon=True)
        self._http = httpx.Client(base_url=node.url, timeout=30)
        self._log_in(node, "desk")
        self._arrivals: dict[str, float] = {}
        self._changed = threading.Condition()
        self._open = threading.Event()
        self._ended = False

    def _log_in(self, node: NodeProcess, who: str) -> None:
        self._post("/accounts/login/", login=who, password=PASSWORD)
        answer = self._post("/accounts/2fa/authenticate/", code=pyotp.TOTP(node.totp[who]).now())
        assert answer.headers["location"] == "/", f"the log-in at B leads to {answer.headers['location']}"

    def _post(self, path: str, **fields: str) -> httpx.Response:
        self._http.get(path).raise_for_status()
        token = next(value for name, value in self._http.cookies.items() if name.endswith("_csrf"))
        answer = self._http.post(path, data={**fields, "csrfmiddlewaretoken": token})
        assert answer.status_code == 302, f"B answers {answer.status_code} to {path}"
        return answer

    def run(self) -> None:
        try:
            with self._http.stream("GET", "/live", timeout=None) as stream:
                stream.raise_for_status()
                for line in stream.iter_lines():
                    now = time.perf_counter()
                    self._open.set()
                    if line.startswith("data:"):
                        told = json.loads(line[5:])
                        if told["topic"] == "arrived":
                            with self._changed:
                                self._arrivals[told["act"]] = now
                                self._changed.notify_all()
        except httpx.HTTPError:
            if not self._ended:
                raise

    def begin(self) -> None:
        self.start()
        assert self._open.wait(20), "B's live stream does not open"

    def end(self) -> None:
        self._ended = True
        self._http.close()

    def arrival(self, act: str) -> float:
        with self._changed:
            assert self._changed.wait_for(lambda: act in self._arrivals, 20), f"act {act[:12]} did not arrive"
            return self._arrivals[act]


def _measure(a: NodeProcess, b: NodeProcess) -> list[_Press]:
    drafts = [_submitted(a, b, number) for number in range(MESSAGES + WARM_UP)]
    screen = _Screen(b)
    screen.begin()
    presses = []
    try:
        with httpx.Client(
            base_url=f"{a.url}/api/v1", headers={"Authorization": f"Bearer {a.tokens['head']}"}, timeout=30
        ) as button:
            for draft in drafts:
                time.sleep(random.uniform(*_PAUSE))
                pressed = time.perf_counter()
                answer = button.post(f"/drafts/{draft}/clear")
                answered = time.perf_counter()
                answer.raise_for_status()
                sent: list[dict[str, Any]] = answer.json()
                shown = screen.arrival(sent[-1]["id"])
                presses.append(_Press((answered - pressed) * 1000, (shown - pressed) * 1000))
    finally:
        screen.end()
    return presses[WARM_UP:]


def _submitted(a: NodeProcess, b: NodeProcess, number: int) -> str:
    note = {
        "to": b.side.node,
        "subject": f"Hotline message {number}",
        "paragraphs": ["inform the Ministry that the hotline is being measured and that no answer is expected."],
        "precedence": "FLASH",
    }
    draft: str = a.api("desk", "POST", "/channel/notes", json=note)["draft"]
    a.api("desk", "POST", f"/drafts/{draft}/submit")
    return draft


def _report(presses: list[_Press]) -> None:
    rows = []
    for name, values in (
        ("A answers its own button", [press.answered for press in presses]),
        ("B's live stream tells it", [press.shown for press in presses]),
    ):
        rows.append([name, spread(values, 0), f"{_percentile(values, 90):,.0f}", f"{_percentile(values, 99):,.0f}"])
    print_table(
        f"Button to screen, ms: {len(presses)} FLASH messages between two node processes over HTTP",
        ["from the clearing request at A until", "median", "90th percentile", "99th percentile"],
        rows,
        "Both nodes, this measurement and its client share the cores of this machine.",
        "Target: median under 250 ms.",
    )


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
