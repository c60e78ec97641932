"""Polling servers of others: nothing lost, nothing twice, at whatever moment it ends; and what it costs."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.holdings.feeding import feed_of, held, run, unhand
from tests.holdings.other_server import MEDIA, Killed, Other
from tests.holdings.things import AMBER, GREEN, RED, indicator, key, raws
from verbale.holdings import store
from verbale.holdings.client import link, poll, running, schedule
from verbale.holdings.client.models import Feed, Refusal
from verbale.holdings.models import Entry, Shelf
from verbale.holdings.store import Viewer
from verbale.intel.objects import PatternBudget

pytestmark = pytest.mark.django_db


def many(count: int, first: int = 0, **more: Any) -> list[dict[str, Any]]:
    return [indicator(number, **more) for number in range(first, first + count)]


def keys(count: int) -> list[str]:
    return [key(number) for number in range(count)]


def test_all_comes_page_by_page_and_then_what_is_new(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(230))
    feed, tally = run(feed, other)
    assert (tally.received, tally.same, tally.refused, tally.pages) == (230, 0, 0, 5)
    assert held(shelf) == keys(230)
    assert (feed.failure, feed.next, feed.received) == ("", "", 230)
    assert feed.last_success is not None
    other.add(*many(3, 230))
    other.asked.clear()
    feed, tally = run(feed, other)
    assert (tally.received, tally.same) == (3, 0)
    assert len(other.asked) == 1
    assert held(shelf) == keys(233)
    assert {row.origin for row in Entry.objects.select_related("source")} == {"LZ"}


@pytest.mark.parametrize("size", [10, 2_000])
def test_nothing_new_costs_one_small_request_whatever_there_is(
    shelf: Shelf, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, feed = Other(most=1_000), feed_of(shelf)
    other.add(*many(size))
    run(feed, other)
    other.asked.clear()
    costs = []
    closed = link.Link.close
    monkeypatch.setattr(link.Link, "close", lambda self: (costs.append((self.requests, self.bytes)), closed(self)))
    feed, tally = run(feed, other)
    assert len(other.asked) == 1
    assert costs == [(1, 2)]
    assert feed.failure == ""
    assert tally.received == tally.same == 0


def test_where_it_goes_on_is_in_the_servers_own_words(shelf: Shelf) -> None:
    other, feed = Other(now=datetime(1999, 1, 1, tzinfo=UTC)), feed_of(shelf)  # its clock is far behind ours
    other.add(*many(60))
    run(feed, other)
    other.asked.clear()
    other.add(indicator(60))
    run(feed, other)
    assert "added_after=1999-01-01T" in other.asked[0]
    assert held(shelf) == keys(61)


@pytest.mark.parametrize("moment", ["kill", "killed"])
@pytest.mark.parametrize("at", range(5))
def test_an_end_at_any_request_loses_nothing_and_doubles_nothing(shelf: Shelf, moment: str, at: int) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(230))
    with pytest.raises(Killed):
        run(feed, other.failing([""] * at + [moment]))
    assert held(shelf) == keys(50 * at)
    unhand(feed)
    other.asked.clear()
    feed, _tally = run(feed, other)
    assert held(shelf) == keys(230)
    assert feed.received == 230
    assert len(other.asked) == 5 - at  # no page is fetched that was there


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("before", [True, False])
def test_an_end_around_any_commit_leaves_store_and_place_at_one(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, at: int, before: bool
) -> None:
    other, feed, count = Other(), feed_of(shelf), 0
    other.add(*many(230))
    hold = running.Run.hold

    def dying(self: running.Run, **changes: Any) -> None:
        nonlocal count
        if count == at and before:
            raise Killed
        hold(self, **changes)
        if count == at:
            raise Killed
        count += 1

    monkeypatch.setattr(running.Run, "hold", dying)
    with pytest.raises(Killed):
        run(feed, other)
    monkeypatch.undo()
    assert held(shelf) == keys(50 * at)  # the objects of the page that was in hand are gone with its place
    unhand(feed)
    feed, _tally = run(feed, other)
    assert held(shelf) == keys(230)
    assert feed.received == 230
    assert feed.same == 0


def test_a_server_that_forgets_its_next_is_gone_on_with_by_time(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(230))
    run(feed, other.failing(["", "", "cut"]))
    other.forgets_next = True
    feed, _tally = run(feed, other)
    while feed.failure:  # this one forgets each at once
        pytest.fail(feed.failure)
    assert held(shelf) == keys(230)
    assert feed.same < 10  # the last of each page, once more


@pytest.mark.parametrize("digits", [0, 3, 6])
@pytest.mark.parametrize("dated", [True, False])
def test_a_server_without_next(shelf: Shelf, digits: int, dated: bool) -> None:
    other, feed = Other(gives_next=False, gives_dates=dated, digits=digits), feed_of(shelf)
    other.add(*many(180), apart=timedelta(milliseconds=300))
    feed, _tally = run(feed, other)
    assert feed.failure == ""
    assert held(shelf) == keys(180)


def test_more_of_one_moment_than_a_page_and_no_next_is_told(shelf: Shelf) -> None:
    other, feed = Other(gives_next=False), feed_of(shelf)
    other.add(*many(60), apart=timedelta())
    feed, _tally = run(feed, other)
    assert feed.failure == "the server says that there is more after 50 objects, and gives no way to it"
    assert feed.last_success is None


def test_a_page_that_ends_within_a_moment_loses_none_of_it(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(120), apart=timedelta())
    run(feed, other.failing(["", "cut"]))
    other.forgets_next = True
    run(feed, other)
    other.forgets_next = False
    run(feed, other)
    assert sorted(held(shelf)) == sorted(keys(120))


def test_a_moment_that_is_hardly_over_is_looked_at_again(shelf: Shelf) -> None:
    other, feed = Other(digits=0), feed_of(shelf)
    other.add(indicator(0))
    other.now -= timedelta(seconds=1)  # the answer comes within the same second
    run(feed, other)
    other.now = other.stored[0].added
    other.add(indicator(1))  # and in that second comes another
    other.now += timedelta(seconds=10)
    run(feed, other)
    assert held(shelf) == keys(2)
    feed, tally = run(feed, other)
    assert tally.same == 0  # it is over


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("cut", "other.example cannot be reached: connection refused"),
        ("lost", "other.example cannot be reached: connection reset"),
        ("half", "the answer is no TAXII envelope but something else"),
        ("401", "the server does not accept the name and the token: Unauthorized"),
        ("403", "the server does not allow this account to do this"),
        ("404", "the server has no such collection, or hides it from this account"),
        ("406", "the server does not speak TAXII 2.1"),
        ("415", "the server does not speak TAXII 2.1"),
        ("418", "the server answers 418"),
        ("302", "points to another address"),
        ("429", "it asks us to come again after 77 seconds"),
        ("500", "other.example answers 500"),
        ("503", "it asks us to come again after 77 seconds"),
    ],
)
def test_every_failure_is_told_and_the_next_run_goes_on(shelf: Shelf, fault: str, why: str) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(120))
    feed, tally = run(feed, other.failing(["", fault, fault if fault == "404" else ""]))
    assert why in feed.failure
    assert (feed.last_success, tally.received) == (None, 50)
    assert feed.failing_since is not None
    pause = feed.next_at - datetime.now(UTC).timestamp()
    assert pause == pytest.approx(77, abs=3) if "77" in why else 20 < pause < 31
    feed, _tally = run(feed, other)
    assert held(shelf) == keys(120)
    assert (feed.failure, feed.failing_since, feed.attempts) == ("", None, 0)


def test_pauses_grow_while_nothing_gets_better(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    pauses = []
    for _ in range(9):
        feed, _tally = run(feed, other.failing(["500"]))
        pauses.append(feed.next_at - datetime.now(UTC).timestamp())
    assert pauses[0] < 31
    assert 2_800 < pauses[-1] <= 3_600


def test_what_the_store_refuses_is_listed_once_with_the_reason(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(3), {**indicator(3), "pattern": ""}, {"type": "indicator"}, *many(1, 4))
    for _ in range(2):
        feed, _tally = run(feed, other, again=True)
    assert held(shelf) == [key(0), key(1), key(2), key(4)]
    refused = Refusal.objects.filter(feed=feed, side="here").order_by("stix_id")
    assert [row.stix_id for row in refused] == ["", key(3)]
    assert "pattern" in refused[1].why
    assert feed.failure == ""
    other.add(indicator(3, 5))  # mended
    run(feed, other)
    assert [row.stix_id for row in refused.all()] == [""]


def test_markings_hold_for_what_is_polled(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf, marking="RED")
    other.add(indicator(0, marking=GREEN), indicator(1, marking=AMBER), indicator(2, marking=RED), indicator(3))
    other.add(indicator(4, marking=""))
    run(feed, other)
    seen = {node: [entry.stix_id for entry in store.everything(shelf, Viewer(node))] for node in ("LZ", "VD", "OC", "")}
    assert seen == {"LZ": keys(5), "VD": [key(0), key(3)], "OC": [key(0), key(3)], "": []}


def test_our_own_that_comes_back_stays_ours(shelf: Shelf) -> None:
    store.add(shelf, raws(indicator(0), indicator(1)), origin="CR", marking="GREEN")
    other, feed = Other(), feed_of(shelf)
    other.add(indicator(0), {**indicator(1), "name": "changed there"}, indicator(2))
    feed, tally = run(feed, other)
    assert (tally.received, tally.same) == (2, 1)
    rows = Entry.objects.order_by("stix_id", "source__origin").values_list("stix_id", "source__origin")
    assert list(rows) == [(key(0), "CR"), (key(1), "CR"), (key(1), "LZ"), (key(2), "LZ")]


def test_an_answer_too_large_is_asked_for_in_smaller_parts(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "MOST_BYTES", 20_000)
    other, feed = Other(most=1_000), feed_of(shelf)
    other.add(*many(200))
    feed, _tally = run(feed, other)
    assert feed.failure == ""
    assert held(shelf) == keys(200)
    other.add({**indicator(200), "name": "x" * 30_000}, indicator(201))
    feed, _tally = run(feed, other)
    assert "sends more than 20,000 bytes" in feed.failure


def test_a_server_that_goes_round_in_circles_is_left(shelf: Shelf) -> None:
    body = json.dumps({"more": True, "next": "same", "objects": [indicator(0)]}).encode()
    last = {"x-taxii-date-added-last": "2026-01-01T00:00:00.000000Z"}
    feed = feed_of(shelf)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=last, content=body))
    feed, tally = run(feed, transport)
    assert feed.failure == "the server gives the same page again and again"
    assert tally.received == 1


def test_what_no_server_should_say(shelf: Shelf) -> None:
    for number, (body, good) in enumerate(
        [
            (b"", True),
            (b"{}", True),
            (b'{"objects": null, "more": null, "next": 7}', True),
            (b"[]", False),
            (b"<html>log in</html>", False),
            (b'{"objects": "none"}', False),
            (b'{"objects": [' + b"[" * 50_000, False),
            (b'{"objects": [{"type": "indicator"}]}', False),  # and no word of when it was added
        ]
    ):
        feed = feed_of(shelf, name=f"feed {number}")
        feed, _tally = run(feed, httpx.MockTransport(lambda _, body=body: httpx.Response(200, content=body)))  # type: ignore[misc]
        assert (feed.failure == "") == good, (body[:40], feed.failure)


def test_the_token_goes_as_entered_and_nowhere_else(shelf: Shelf) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"{}")

    run(feed_of(shelf), httpx.MockTransport(answer))
    run(feed_of(shelf, name="b", user="us"), httpx.MockTransport(answer))
    assert [request.headers["authorization"] for request in seen] == ["Bearer t0ken", "Basic dXM6dDBrZW4="]
    assert {request.headers["accept"] for request in seen} == {MEDIA}
    assert "t0ken" not in str(list(Feed.objects.values()))


def test_two_processes_never_run_one_feed_at_once(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(120))

    def second() -> None:
        unhand(feed)  # the first was thought dead
        run(feed, inner)

    inner = Other(stored=other.stored)
    asked = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        if asked == 2:
            second()
        return other.answer(request)

    run(feed, httpx.MockTransport(answer))
    found = Feed.objects.get(pk=feed.pk)
    assert held(shelf) == keys(120)
    assert (found.received, found.failure, found.lease) == (120, "", "")


def test_the_clock_runs_what_is_due_and_no_more(shelf: Shelf) -> None:
    other = Other()
    other.add(*many(10))
    feed = feed_of(shelf)
    feed_of(shelf, name="stopped")
    Feed.objects.filter(name="stopped").update(enabled=False)
    assert schedule.run_due(transport=other.transport) == 1
    assert schedule.run_due(transport=other.transport) == 0
    Feed.objects.filter(pk=feed.pk).update(next_at=0)
    assert schedule.run_due(lambda: True, transport=other.transport) == 0
    assert schedule.run_due(transport=other.transport) == 1
    Feed.objects.filter(pk=feed.pk).update(next_at=9e12)  # the clock was wrong once
    assert schedule.run_due(transport=other.transport) == 1


def test_a_long_feed_makes_room_and_goes_on(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "TURN_SECONDS", -1)
    other, feed = Other(), feed_of(shelf)
    other.add(*many(120))
    for count in (50, 100, 120):
        assert schedule.run_due(transport=other.transport) == 1
        assert held(shelf) == keys(count)
    feed.refresh_from_db()
    assert feed.last_success is not None


def test_the_feed_of_a_process_that_is_dead_is_free_at_once(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(120))
    with pytest.raises(Killed):
        run(feed, other.failing(["", "kill"]))
    here = Feed.objects.get().lease.split("/")
    for lease, free in (
        (f"elsewhere/{here[1]}/x", False),
        (f"{here[0]}/1/x", False),  # lives
        (f"{here[0]}/{2**22 + 7}/x", True),  # beyond any number of a process
        ("/".join(here), True),  # of this process, which no longer has it in hand
    ):
        Feed.objects.update(lease=lease, leased_until=time.time() + 200, next_at=0)
        assert schedule.run_due(transport=other.transport) == free
    assert held(shelf) == keys(120)


def test_no_pattern_is_refused_for_those_before_it(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verbale.holdings.adding.PatternBudget", lambda: PatternBudget(2_000))
    monkeypatch.setattr(poll, "MAX_GRAMMAR_CHARACTERS", 2_000)
    pattern = "[file:name = '{0}'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.{0}'] WITHIN 5 SECONDS"
    other, feed = Other(), feed_of(shelf)
    other.add(*({**indicator(number), "pattern": pattern.format(number)} for number in range(90)))
    feed, tally = run(feed, other)
    assert (tally.received, tally.refused, tally.pages) == (90, 0, 2)
