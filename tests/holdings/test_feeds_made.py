"""Feeds as an operator makes and sees them; the chore; and the command."""

import json
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from tests.holdings.feeding import feed_of, run
from tests.holdings.other_server import NAME, ROOT, Other
from tests.holdings.things import CLEAR, indicator, key, raws
from tests.intel.builders import attribute, event
from verbale.cli.app import app
from verbale.holdings import store
from verbale.holdings.client import feeds, link, secret
from verbale.holdings.client.models import Feed, Refusal
from verbale.holdings.client.standing import standing
from verbale.holdings.models import Entry, Shelf
from verbale.intel.misp_feed import write_feed
from verbale.node import events
from verbale.node.errors import EnvironmentFault, UserError
from verbale.node.exchange.delivery import Worker
from verbale.node.models import AuditEntry, Partner
from verbale.node.registry import all_chores, register_chore

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"address": "http://cert.example/taxii2"}, "address"),
        ({"address": "https://us:t0ken@cert.example/"}, "address"),
        ({"address": "ftp://cert.example/"}, "address"),
        ({"address": "https://cert.example/?a=b"}, "address"),
        ({"address": "https://[::1/"}, "address"),
        ({"address": "cert.example"}, "address"),
        ({"collection": ""}, "collection"),
        ({"origin": " "}, "origin"),
        ({"origin": "PN"}, "origin"),  # pending
        ({"named": ["VD"]}, "named"),
        ({"origin": "CR", "named": ["XX"]}, "named"),
        ({"origin": "CR", "direction": "both"}, "direction"),
        ({"interval": 5}, "interval"),
        ({"user": "a:b"}, "user"),
        ({"token": "a\r\nx: y"}, "token"),
        ({"token": "t\u00f6ken"}, "token"),
        ({"token": "x" * 5_000}, "token"),
        ({"user": "x" * 201}, "user"),
        ({"marking": "PURPLE"}, "marking"),
        ({"address": "https://cert.example/" + "x" * 1_000}, "address"),
        ({"collection": "x" * 301}, "collection"),
        ({"kind": "rss"}, "kind"),
        ({"kind": "misp-feed", "direction": "push"}, "direction"),
        ({"kind": "misp-feed", "address": "/no/such/folder"}, "address"),
    ],
)
def test_what_is_no_feed_is_refused(shelf: Shelf, change: dict[str, Any], field: str) -> None:
    Partner.objects.create(node="PN", name="P", kind="state", chain=b"", fingerprint="p")
    with pytest.raises(UserError) as refused:
        feed_of(shelf, **change)
    assert refused.value.field == field
    assert not Feed.objects.exists()


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000/a/", "http://localhost/a", "http://[::1]:1/a", ROOT])
def test_this_machine_is_spoken_to_without_tls(shelf: Shelf, address: str) -> None:
    assert feed_of(shelf, address=address).address == address.rstrip("/")


def test_a_name_stands_once(shelf: Shelf) -> None:
    feed_of(shelf)
    with pytest.raises(UserError, match="already"):
        feed_of(shelf)


def test_a_token_is_of_no_use_without_the_nodes_secret(shelf: Shelf, settings: Any) -> None:
    feed = feed_of(shelf)
    assert secret.shown(feed.secret) == "t0ken"
    settings.SECRET_KEY = "another"
    with pytest.raises(EnvironmentFault, match="add it again"):
        secret.shown(feed.secret)
    feed, _tally = run(feed, Other())
    assert "add it again" in feed.failure


def test_each_feed_says_how_it_stands(shelf: Shelf) -> None:
    other = Other(refuses={key(1): "no"})
    feed_of(shelf, name="a")
    both = feed_of(shelf, name="b", direction="both")
    other.add({**indicator(0), "pattern": ""})
    store.add(shelf, raws(indicator(1), indicator(2)), origin="CR", marking="AMBER")
    run(both, other)
    broken = feed_of(shelf, name="c", direction="push")
    feeds.stop(broken, by="test")
    run(broken, other.failing(["401"]))
    told = {item.name: item for item in standing()}
    assert told["a"].good
    assert told["a"].sentence == ("What Lazuria gives comes to the shelf High value; it has not come to its end yet.")
    assert not told["b"].good
    assert (told["b"].refused_here, told["b"].refused_there) == (1, 1)
    assert "the last try failed: their server refused 1 objects" in told["b"].sentence
    assert "1 object was refused by their server; 1 object of theirs was refused here." in told["b"].sentence
    assert "but this feed is stopped" in told["c"].sentence
    assert "the server does not accept the name and the token" in told["c"].sentence
    assert standing("nowhere") == []
    other.refuses.clear()
    run(both, other, again=True)
    # One of theirs is not here: that is no success, and nothing says so.
    assert {item.name: item.good for item in standing(shelf.pk)} == {"a": True, "b": False, "c": False}
    assert "it came to its end on" in next(item.sentence for item in standing() if item.name == "b")
    other.add(indicator(0, 1))
    run(both, other)
    assert {item.name: item.good for item in standing(shelf.pk)} == {"a": True, "b": True, "c": False}
    assert "all of it had arrived on" in next(item.sentence for item in standing() if item.name == "b")


def test_removing_a_feed_leaves_what_it_brought(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(indicator(0), {"type": "x"})
    run(feed, other)
    feeds.remove(feeds.named("LZ"), by="test")
    assert not Feed.objects.exists()
    assert not Refusal.objects.exists()
    assert Entry.objects.count() == 1
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "made feed",
        "exchanged intelligence",
        "removed feed",
    ]


def test_the_list_of_refused_objects_has_an_end(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verbale.holdings.client.running.MOST_REFUSALS", 5)
    other, feed = Other(most=4), feed_of(shelf)
    other.add(*({**indicator(number), "pattern": ""} for number in range(12)))
    feed, _tally = run(feed, other)
    assert (feed.refused, Refusal.objects.count()) == (12, 5)
    assert set(Refusal.objects.values_list("stix_id", flat=True)) == {key(number) for number in range(7, 12)}


def test_reasons_of_strangers_do_no_harm(shelf: Shelf) -> None:
    store.add(shelf, raws(indicator(0)), origin="CR", marking="AMBER")
    body = {
        "id": "s",
        "status": "complete",
        "success_count": 0,
        "failure_count": 1,
        "pending_count": 0,
        "failures": [{"id": key(0), "message": "a\x00b\nc \x1b[31m" + "x" * 9_000}, {"id": 7}, None, "other"],
    }
    feed = feed_of(shelf, direction="push")
    feed, _tally = run(feed, httpx.MockTransport(lambda _: httpx.Response(200, content=json.dumps(body).encode())))
    (row,) = Refusal.objects.all()
    assert row.why.startswith("ab c")
    assert len(row.why) <= 500


# -- the worker --------------------------------------------------------------------------------------------------------


def test_the_worker_does_the_chores_and_stops_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verbale.node.registry._chores", {})
    begun, ended = threading.Event(), threading.Event()

    def failing(stopping: Any) -> None:
        raise RuntimeError("a fault of a chore")

    def long(stopping: Any) -> None:
        begun.set()
        while not stopping():
            ended.wait(0.01)
        ended.set()

    register_chore("failing", failing)
    register_chore("long", long)
    assert len(all_chores()) == 2
    monkeypatch.setattr("verbale.node.exchange.delivery.close_old_connections", lambda: None)
    monkeypatch.setattr(Worker, "_run", lambda self: None)
    worker = Worker()
    worker.start()
    assert begun.wait(10)
    worker.stop()
    assert ended.is_set()


def test_chores_come_round_again_when_something_was_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[float] = []
    monkeypatch.setattr("verbale.node.registry._chores", {"look": lambda stopping: rounds.append(time.monotonic())})
    monkeypatch.setattr("verbale.node.exchange.delivery.close_old_connections", lambda: None)
    monkeypatch.setattr(Worker, "_run", lambda self: None)
    worker = Worker()
    worker.start()
    try:
        end = time.monotonic() + 10
        while len(rounds) < 2 and time.monotonic() < end:
            events.wake()
            time.sleep(0.05)
    finally:
        worker.stop()
    assert len(rounds) >= 2, "woken, they come round long before the clock has gone on"
    assert rounds[1] - rounds[0] >= 0.9, "but not for each thing that happens"


def test_feeds_are_a_chore() -> None:
    from verbale.holdings.client.schedule import run_due

    assert run_due in all_chores()


# -- the command -------------------------------------------------------------------------------------------------------


def command(*words: object, code: int = 0, **environment: str) -> str:
    done = CliRunner(env=environment).invoke(app, ["intel", *map(str, words)])
    assert done.exit_code == code, done.output + repr(done.exception)
    return done.output


def test_a_feed_is_added_run_stopped_and_removed(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Other()
    made = link.Link.__init__

    def faked(self: link.Link, **more: Any) -> None:
        made(self, **{**more, "transport": other.transport})

    monkeypatch.setattr(link.Link, "__init__", faked)
    token = tmp_path / "token"
    token.write_text("t0ken\n")
    words = ("feed", "add", "lz", ROOT, "--shelf", "high-value", "--from", "LZ", "--collection", NAME)
    assert "needs" not in command(*words, "--direction", "both", "--token-file", token)
    assert secret.shown(Feed.objects.get().secret) == "t0ken"
    command("feed", "add", "x", "http://cert.example/", "--shelf", "high-value", "--from", "LZ", code=1)
    other.add(indicator(0))
    store.add(shelf, raws(indicator(1)), origin="CR", marking="AMBER")
    assert "1 new, 0 held already, 0 refused here." in command("feed", "run", "lz")
    assert other.ids == [key(0), key(1)]
    other.add({**indicator(2), "pattern": ""})
    told = command("feed", "run", "lz", code=1)
    assert f"here: {key(2)}: " in told
    assert key(2) in command("feed", "refused", "lz")
    other.failing(["401"])
    assert "does not accept the name" in command("feed", "run", "lz", code=1)
    (row,) = json.loads(command("feeds", "--json"))
    assert (row["name"], row["received"], row["sent"], row["refused_here"]) == ("lz", 1, 1, 1)
    assert "does not accept" in row["failure"]
    assert "t0ken" not in command("feeds", "--json")
    assert "Lazuria" in command("feeds")
    command("feed", "stop", "lz")
    assert not Feed.objects.get().enabled
    command("feed", "start", "lz")
    assert json.loads(command("feed", "run", "lz", "--again", "--json", code=1))["refused"] == 1
    command("feed", "remove", "lz")
    assert "no feed named lz" in command("feed", "run", "lz", code=1)


def test_misp_feeds_come_in_and_go_out(shelf: Shelf, tmp_path: Path) -> None:
    write_feed(tmp_path / "in", [event(attribute("domain", "a.example", to_ids=True), timestamp="1700000000")])
    command(
        *("feed", "add", "misp", tmp_path / "in", "--kind", "misp-feed", "--shelf", shelf.pk),
        *("--from", "cert.example", "--marking", "CLEAR"),
    )
    command("feed", "run", "misp")
    store.add(shelf, raws(indicator(1, marking=CLEAR), indicator(2)), origin="CR", marking="AMBER")
    told = json.loads(command("feed", "write", tmp_path / "out", "--shelf", shelf.pk, "--json"))
    assert told["events"] == 2
    everything = "".join(path.read_text() for path in (tmp_path / "out").iterdir())
    assert "a.example" in everything
    assert "192.0.2.1" in everything
    assert "192.0.2.2" not in everything
    assert "192.0.2.2" not in command("feed", "write", tmp_path / "VD", "--shelf", shelf.pk, "--for", "VD")
    assert "192.0.2.2" in "".join(path.read_text() for path in (tmp_path / "VD").iterdir())
    assert "no confirmed partner" in command("feed", "write", tmp_path, "--shelf", shelf.pk, "--for", "XX", code=1)
