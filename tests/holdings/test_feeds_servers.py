"""Feeds against running servers: our own over HTTP, and medallion where it is installed."""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.holdings.conftest import Software
from tests.holdings.feeding import feed_of, held, run
from tests.holdings.serving import served
from tests.holdings.things import AMBER, GREEN, RED, indicator, key, raws
from verbale.demo.nodes import free_port
from verbale.holdings import store
from verbale.holdings.client import link
from verbale.holdings.client.models import Feed, Refusal
from verbale.holdings.models import Entry, Shelf

pytestmark = pytest.mark.django_db(transaction=True)
Maker = Callable[..., Software]
_OF_THE_BENCHMARKS = Path(__file__).resolve().parents[2] / ".venv-peers" / "bin" / "python"
_MEDALLION = Path(os.environ.get("VERBALE_PEERS_PYTHON", _OF_THE_BENCHMARKS))
_SERVER = Path(__file__).resolve().parents[2] / "benchmarks/peers/medallion_server.py"


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


# -- medallion ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def medallion(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Address of the API root, and the collection."""
    if not _MEDALLION.exists():
        pytest.skip(f"medallion is not installed in {_MEDALLION.parent.parent}")
    port = free_port()
    process = subprocess.Popen(
        [str(_MEDALLION), str(_SERVER), str(port), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        collection = process.stdout.readline().split("/")[3]
        end = time.monotonic() + 20
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/", timeout=2)
                break
            except httpx.HTTPError:
                assert time.monotonic() < end, "medallion does not start"
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/bench", collection
    finally:
        process.kill()
        process.communicate()


def test_medallion_is_polled_and_pushed_to(medallion: tuple[str, str], shelf: Shelf) -> None:
    root, collection = medallion
    there = {"address": root, "collection": collection, "user": "bench", "token": "bench"}
    store.add(shelf, raws(*(indicator(number) for number in range(450))), origin="CR", marking="AMBER")
    pushed = feed_of(shelf, name="out", direction="push", **there)
    feed, tally = run(pushed, Wire())
    assert (feed.failure, tally.sent, feed.sent) == ("", 450, 450)

    # It calls it a failure when an object comes again; that it is there is seen by looking.
    Feed.objects.filter(pk=feed.pk).update(sent_up_to=-1)
    feed, tally = run(feed, Wire())
    assert (feed.failure, tally.sent, tally.not_arrived) == ("", 450, 0)

    here, wire = Shelf.objects.create(title="Here"), Wire()
    polled = feed_of(here, name="in", origin="medallion", **there)
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


def test_medallion_forgets_its_next_and_nothing_is_lost(medallion: tuple[str, str], shelf: Shelf) -> None:
    root, collection = medallion
    there = {"address": root, "collection": collection, "user": "bench", "token": "bench"}
    store.add(shelf, raws(*(indicator(number) for number in range(450))), origin="CR", marking="AMBER")
    run(feed_of(shelf, name="out", direction="push", **there), Wire())
    here = Shelf.objects.create(title="Here")
    feed = feed_of(here, name="in", origin="medallion", **there)

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
