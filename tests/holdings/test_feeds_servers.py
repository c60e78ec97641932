"""Feeds against running servers: our own over HTTP, medallion and OpenTAXII."""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from benchmarks.environment import peers_python

from tests.holdings.conftest import Software
from tests.holdings.feeding import feed_of, held, run
from tests.holdings.serving import served
from tests.holdings.things import AMBER, GREEN, RED, indicator, key, raws
from verbale.demo.nodes import free_port
from verbale.holdings import store
from verbale.holdings.client import link
from verbale.holdings.client.models import Feed, Refusal
from verbale.holdings.client.standing import standing
from verbale.holdings.models import Entry, Shelf

pytestmark = pytest.mark.django_db(transaction=True)
Maker = Callable[..., Software]
_PEERS = Path(__file__).resolve().parents[2] / "benchmarks" / "peers"


class Wire(httpx.HTTPTransport):
    """The real one, which counts."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[str] = []
        self.bytes = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        self.requests.append(f"{request.method} {request.url.path.rstrip('/').rpartition('/')[2]}")
        self.bytes += int(answer.headers.get("content-length", 0))
        return answer


def feed_to(server: str, mine: Software, there: Shelf, here: Shelf, **more: Any) -> Feed:
    return feed_of(
        here,
        **{
            "name": here.title,
            "address": f"{server}/taxii2/cr/",
            "collection": there.pk,
            "user": mine.account.name,
            "token": mine.token,
            **more,
        },
    )


@pytest.fixture
def address(transactional_db: None) -> Iterator[str]:
    with served() as address:
        yield address


def test_our_own_server_is_polled_over_http(address: str, software: Maker, shelf: Shelf) -> None:
    """The server's node and ours are one here; that of the server reads as LZ."""
    things = [indicator(number, marking=RED if number % 10 == 0 else GREEN) for number in range(2_500)]
    store.add(shelf, raws(*things), origin="CR", marking="AMBER")
    here, wire = Shelf.objects.create(title="Here"), Wire()
    feed, tally = run(feed_to(address, software("LZ", shelf), shelf, here, origin="VD"), wire)
    assert (feed.failure, tally.pages) == ("", 3)
    assert held(here) == [key(number) for number in range(2_500) if number % 10]
    for count in (2_500, 6_000):
        wire.requests.clear()
        wire.bytes = 0
        feed, tally = run(feed, wire)
        assert (wire.requests, wire.bytes, feed.failure) == (["GET objects"], 2, "")
        more = [indicator(number) for number in range(count, count + 3_500)]
        store.add(shelf, raws(*more), origin="CR", marking="AMBER")
        run(feed, wire)


def test_our_own_server_is_pushed_to_over_http(address: str, software: Maker, shelf: Shelf) -> None:
    here, wire = Shelf.objects.create(title="Here"), Wire()
    store.add(here, raws(*(indicator(number, marking=GREEN) for number in range(500))), origin="CR", marking="AMBER")
    store.add(here, raws(*(indicator(number, marking=AMBER) for number in range(500, 600))), origin="CR", marking="RED")
    mine = software("LZ", shelf, write=True)
    Shelf.objects.filter(pk=shelf.pk).update(ceiling=1)
    feed, tally = run(feed_to(address, mine, shelf, here, direction="push"), wire)
    assert (feed.failure, tally.sent) == ("", 500)
    assert sorted(held(shelf)) == sorted(key(number) for number in range(500))
    store.add(here, raws(indicator(700, marking=AMBER)), origin="CR", marking="RED", named=["LZ"])
    feed, tally = run(feed, wire)
    assert (tally.sent, tally.not_arrived) == (0, 1)
    (refusal,) = Refusal.objects.filter(feed=feed)
    assert (refusal.stix_id, refusal.side) == (key(700), "there")
    assert "TLP:GREEN, the strictest that this shelf takes in" in refusal.why


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"token": "wrong"}, "does not accept the name and the token"),
        ({"collection": "nowhere"}, "has no such collection"),
        ({"address": "http://127.0.0.1:1/taxii2/cr"}, "cannot be reached"),
    ],
)
def test_what_is_entered_wrongly_is_told(
    address: str, software: Maker, shelf: Shelf, change: dict[str, str], why: str
) -> None:
    feed = feed_to(address, software("LZ", shelf), shelf, Shelf.objects.create(title="Here"), **change)
    feed, _tally = run(feed, Wire())
    assert why in feed.failure


def test_a_server_that_drips_is_left(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(link, "SECONDS", 0.5)
    listening = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def drip() -> None:
        side, _ = listening.accept()
        with side:
            side.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
            while not done.wait(0.05):
                try:
                    side.sendall(b" ")
                except OSError:
                    return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    start = time.monotonic()
    feed, _tally = run(feed_of(shelf, address=f"http://127.0.0.1:{listening.getsockname()[1]}/x"), Wire())
    done.set()
    thread.join(5)
    listening.close()
    assert "sends too slowly" in feed.failure
    assert time.monotonic() - start < 5


# -- servers of others -------------------------------------------------------------------------------------------------


@contextmanager
def _running(name: str, folder: Path) -> Iterator[dict[str, Any]]:
    """What a feed must be told of it."""
    port = free_port()
    process = subprocess.Popen(
        [str(peers_python()), str(_PEERS / f"{name}_server.py"), str(port), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={key: value for key, value in os.environ.items() if not key.startswith("PYTHON")},
    )
    try:
        assert process.stdout is not None
        path, _space, authorization = process.stdout.readline().strip().partition(" ")
        root, collection = path.rstrip("/").split("/collections/")
        end = time.monotonic() + 20
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/", timeout=2)
                break
            except httpx.HTTPError:
                assert time.monotonic() < end, f"{name} does not start"
                time.sleep(0.05)
        account = {"user": "bench", "token": "bench"} if authorization else {"token": ""}
        yield {"address": f"http://127.0.0.1:{port}{root}", "collection": collection, **account}
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def medallion(tmp_path: Path) -> Iterator[dict[str, Any]]:
    with _running("medallion", tmp_path) as told:
        yield told


def test_medallion_is_polled_and_pushed_to(medallion: dict[str, Any], shelf: Shelf) -> None:
    store.add(shelf, raws(*(indicator(number) for number in range(450))), origin="CR", marking="AMBER")
    pushed = feed_of(shelf, name="out", direction="push", **medallion)
    feed, tally = run(pushed, Wire())
    assert (feed.failure, tally.sent, feed.sent) == ("", 450, 450)

    # It calls it a failure when an object comes again; that it is there is seen by looking.
    Feed.objects.filter(pk=feed.pk).update(sent_up_to=-1)
    feed, tally = run(feed, Wire())
    assert (feed.failure, tally.sent, tally.not_arrived) == ("", 450, 0)

    here, wire = Shelf.objects.create(title="Here"), Wire()
    polled = feed_of(here, name="in", origin="medallion", **medallion)
    feed, tally = run(polled, wire)
    assert (feed.failure, tally.received) == ("", 450)
    assert sorted(held(here)) == sorted(key(number) for number in range(450))
    wire.requests.clear()
    wire.bytes = 0
    feed, tally = run(feed, wire)
    assert (feed.failure, tally.received, wire.requests) == ("", 0, ["GET objects"])
    assert wire.bytes < 400
    store.add(shelf, raws(indicator(3, 9)), origin="CR", marking="AMBER")
    run(pushed, Wire())
    feed, tally = run(feed, wire)
    assert (feed.failure, tally.received) == ("", 1)
    assert Entry.objects.filter(audience__shelf=here).count() == 451


def test_medallion_forgets_its_next_and_nothing_is_lost(medallion: dict[str, Any], shelf: Shelf) -> None:
    store.add(shelf, raws(*(indicator(number) for number in range(450))), origin="CR", marking="AMBER")
    run(feed_of(shelf, name="out", direction="push", **medallion), Wire())
    here = Shelf.objects.create(title="Here")
    feed = feed_of(here, name="in", origin="medallion", **medallion)

    class Cut(Wire):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if len(self.requests) == 2:
                raise httpx.ConnectError("cut")
            return super().handle_request(request)

    feed, _tally = run(feed, Cut())
    assert feed.failure
    Feed.objects.filter(pk=feed.pk).update(next="00000000-0000-4000-8000-000000000000")
    feed, _tally = run(feed, Wire())
    assert feed.failure == ""
    assert sorted(held(here)) == sorted(key(number) for number in range(450))


def test_opentaxii_takes_what_is_pushed_and_what_it_spoils_is_told(tmp_path: Path, shelf: Shelf) -> None:
    """OpenTAXII 0.9.3 answers with the type of an object in the place of its `spec_version`: none of it is STIX 2.1."""
    store.add(shelf, raws(*(indicator(number) for number in range(450))), origin="CR", marking="AMBER")
    here = Shelf.objects.create(title="Here")
    with _running("opentaxii", tmp_path) as there:
        feed, tally = run(feed_of(shelf, name="out", direction="push", **there), Wire())
        assert (feed.failure, tally.sent, tally.not_arrived) == ("", 450, 0)
        feed, tally = run(feed_of(here, name="in", origin="theirs", **there), Wire())
    assert (tally.received, tally.refused) == (0, 450)
    assert all("spec_version" in row.why for row in Refusal.objects.filter(feed=feed))
    (told,) = standing(here.pk)
    assert not told.good
    assert "all of it had arrived" not in told.sentence
    assert "450 objects of theirs were refused here" in told.sentence
