"""A TAXII 2.1 server of somebody else's making, in this process: with quirks, and with faults at chosen requests."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx

MEDIA = "application/taxii+json;version=2.1"
ROOT = "https://other.example/taxii2/root"
NAME = "c0ffee00-0000-4000-8000-000000000001"


@dataclass
class Stored:
    added: datetime
    thing: dict[str, Any]


class Killed(BaseException):
    """As if the process had ended: nothing catches it, nothing is tidied up."""


@dataclass
class Other:
    """`faults` has one word for each request, in order: see `_fault`."""

    most: int = 50
    """Objects in one answer, whatever is asked for."""
    digits: int = 6
    """Of its times of addition; it cuts off the others."""
    gives_next: bool = True
    gives_dates: bool = True
    forgets_next: bool = False
    now: datetime = datetime(2026, 3, 1, microsecond=3, tzinfo=UTC)
    refuses: dict[str, str] = field(default_factory=dict)
    """Ids of objects that it does not take, with the reason."""
    decides_after: int = 0
    """How often the status is asked for before it is complete."""
    says: str = "all"
    """What a status lists: `all`, `counts` or, of the failures, `nothing`."""
    again_is_failure: bool = False
    largest: int = 1 << 20
    loses: set[str] = field(default_factory=set)
    """Ids of objects that it swallows while it counts them as failed."""
    faults: Iterator[str] = field(default_factory=lambda: iter(()))
    stored: list[Stored] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Method and path with query of each request."""
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    _open: dict[str, int] = field(default_factory=dict)
    _walks: dict[str, int] = field(default_factory=dict)

    # -- what a test does with it --------------------------------------------------------------------------------------

    def add(self, *things: dict[str, Any], apart: timedelta = timedelta(microseconds=7)) -> None:
        for thing in things:
            self.now += apart
            self.stored.append(Stored(self._cut(self.now), thing))

    @property
    def ids(self) -> list[str]:
        return [one.thing["id"] for one in self.stored]

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def failing(self, words: Iterable[str]) -> "Other":
        self.faults = iter(words)
        return self

    # -- as a server ---------------------------------------------------------------------------------------------------

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.raw_path.decode()}")
        self.now += timedelta(seconds=1)
        fault = next(self.faults, "")
        refused = _fault(fault, before=True)
        if refused is not None:
            return refused
        answer = self._route(request)
        if "date" not in answer.headers:
            answer.headers["date"] = format_datetime(self.now, usegmt=True)
        lost = _fault(fault, before=False)
        if fault == "half":
            lost = httpx.Response(answer.status_code, headers={"content-type": MEDIA}, content=answer.content[:-9])
        return lost or answer

    def _cut(self, moment: datetime) -> datetime:
        step = 10 ** (6 - self.digits)
        return moment.replace(microsecond=moment.microsecond // step * step)

    def _text(self, moment: datetime) -> str:
        text = moment.strftime("%Y-%m-%dT%H:%M:%S.%f")
        return (text[: 20 + self.digits] if self.digits else text[:19]) + "Z"

    def _route(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("accept") != MEDIA:
            return _json({"title": "Not acceptable"}, 406)
        path = request.url.path.removeprefix("/taxii2/root")
        if path == "/":
            return _json({"title": "Other", "versions": [MEDIA], "max_content_length": self.largest})
        if path == f"/collections/{NAME}/objects/":
            return self._post(request) if request.method == "POST" else self._page(request, manifest=False)
        if path == f"/collections/{NAME}/manifest/":
            return self._page(request, manifest=True)
        if (match := re.fullmatch(r"/status/(.+)/", path)) and match[1] in self.statuses:
            return self._status(match[1])
        return _json({"title": "Not found"}, 404)

    def _page(self, request: httpx.Request, *, manifest: bool) -> httpx.Response:
        given = dict(request.url.params)
        found = sorted(self.stored, key=lambda one: one.added)
        if "match[id]" in given:
            found = [one for one in found if one.thing["id"] in given["match[id]"].split(",")]
        if after := given.get("added_after"):
            found = [one for one in found if one.added > datetime.fromisoformat(after)]
        start = 0
        if token := given.get("next"):
            if token not in self._walks or self.forgets_next:
                self._walks.clear()
                return _json({"title": "next is not known"}, 400)
            start = self._walks[token]
        count = min(self.most, int(given.get("limit", self.most)))
        page = found[start : start + count]
        more = len(found) > start + count
        told: dict[str, Any] = {"more": more} if page else {}
        if page:
            told["objects"] = [
                {"id": one.thing["id"], "date_added": self._text(one.added)} if manifest else one.thing for one in page
            ]
        if more and self.gives_next:
            told["next"] = f"w{len(self._walks)}"
            self._walks[told["next"]] = start + count
        answer = _json(told)
        if page and self.gives_dates:
            answer.headers["x-taxii-date-added-first"] = self._text(page[0].added)
            answer.headers["x-taxii-date-added-last"] = self._text(page[-1].added)
        return answer

    def _post(self, request: httpx.Request) -> httpx.Response:
        if len(request.content) > self.largest:
            return _json({"title": "Too large"}, 413)
        things = json.loads(request.content)["objects"]
        if any(thing["id"] in self.refuses and self.refuses[thing["id"]] == "422" for thing in things):
            return _json({"title": "Unprocessable", "description": "one of them is odd"}, 422)
        successes, failures = [], []
        for thing in things:
            told = {"id": thing["id"], "version": thing.get("modified", "")}
            held = any(one.thing == thing for one in self.stored)
            if thing["id"] in self.refuses:
                failures.append({**told, "message": self.refuses[thing["id"]]})
            elif thing["id"] in self.loses or (held and self.again_is_failure):
                failures.append({**told, "message": "Unable to process object"})
            else:
                successes.append(told)
                if not held:
                    self.add(thing)
        key = f"s{len(self.statuses)}"
        status: dict[str, Any] = {
            "id": key,
            "status": "complete",
            "total_count": len(things),
            "success_count": len(successes),
            "failure_count": len(failures),
            "pending_count": 0,
        }
        if self.says == "all":
            status |= {"successes": successes, "failures": failures}
        self.statuses[key] = status
        self._open[key] = self.decides_after
        return self._status(key, 202)

    def _status(self, key: str, code: int = 200) -> httpx.Response:
        self._open[key] -= 1
        if self._open[key] < 0:
            return _json(self.statuses[key], code)
        total = self.statuses[key]["total_count"]
        told = {"id": key, "status": "pending", "total_count": total, "pending_count": total}
        return _json({**told, "success_count": 0, "failure_count": 0}, code)


def _json(told: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, headers={"content-type": MEDIA}, content=json.dumps(told).encode())


def _fault(word: str, *, before: bool) -> httpx.Response | None:
    """`cut` and `kill` before the server has heard; `lost` and `killed` after it did what was asked; else a status."""
    if before:
        if word == "cut":
            raise httpx.ConnectError("connection refused")
        if word == "kill":
            raise Killed
        if word.isdigit():
            headers = {"retry-after": "77"} if word in ("429", "503") else {}
            return httpx.Response(int(word), headers=headers, content=b"<html>no</html>")
    else:
        if word == "lost":
            raise httpx.ReadError("connection reset")
        if word == "killed":
            raise Killed
    return None
