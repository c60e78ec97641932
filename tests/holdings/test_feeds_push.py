"""Pushing to servers of others: what the reader may see and no more; nothing counts as arrived that did not."""

import json
from typing import Any

import pytest

from tests.holdings.feeding import feed_of, run, unhand
from tests.holdings.other_server import Killed, Other
from tests.holdings.things import AMBER, GREEN, RED, TLP, indicator, key, raws
from verbale.holdings import store
from verbale.holdings.client import push
from verbale.holdings.client.models import Feed, Refusal
from verbale.holdings.models import Shelf
from verbale.node.models import Matter, Partner

pytestmark = pytest.mark.django_db


def many(count: int, first: int = 0, **more: Any) -> list[dict[str, Any]]:
    return [indicator(number, **more) for number in range(first, first + count)]


def keys(*numbers: int) -> list[str]:
    return [key(number) for number in numbers]


def pushing(shelf: Shelf, **more: Any) -> Feed:
    return feed_of(shelf, **{"direction": "push", **more})


def posts(other: Other) -> int:
    return sum(line.startswith("POST") for line in other.asked)


def refusals(feed: Feed) -> dict[str, tuple[str, str]]:
    return {row.stix_id: (row.side, row.why) for row in Refusal.objects.filter(feed=feed)}


def ours(shelf: Shelf, *things: dict[str, Any], **more: Any) -> None:
    store.add(shelf, raws(*things), **{"origin": "CR", "marking": "AMBER", **more})


def test_all_that_the_partner_may_see_arrives_and_nothing_else(shelf: Shelf) -> None:
    for number, marking in enumerate(TLP.values()):
        ours(shelf, indicator(number, marking=marking))
        ours(shelf, indicator(10 + number, marking=marking), named=["LZ"])
        ours(shelf, indicator(20 + number, marking=marking), named=["VD"])
        ours(shelf, indicator(30 + number, marking=marking), origin="VD")
        ours(shelf, indicator(40 + number, marking=marking), origin="LZ")
    other, feed = Other(), pushing(shelf)
    feed, tally = run(feed, other)
    assert sorted(other.ids) == sorted(keys(0, 1, *range(10, 15), 20, 21, 30, 31))
    assert (feed.failure, tally.sent, tally.not_arrived, feed.sent) == ("", 11, 0, 11)
    stranger, named = Other(), pushing(shelf, name="b", origin="cert.example")
    run(named, stranger)
    assert sorted(stranger.ids) == sorted(keys(0, 10, 20, 30, 40))
    own, software = Other(), pushing(shelf, name="c", origin="CR")
    run(software, own)
    assert len(own.ids) == 25


def test_nothing_new_costs_nothing(shelf: Shelf) -> None:
    ours(shelf, *many(500))
    other, feed = Other(), pushing(shelf)
    run(feed, other)
    assert posts(other) == 3
    other.asked.clear()
    ours(shelf, *many(100, 1_000, marking=RED))  # hidden: not even a request tells of it
    feed, _tally = run(feed, other)
    assert other.asked == []
    assert feed.failure == ""
    ours(shelf, indicator(600))
    run(feed, other)
    assert (other.ids[-1], posts(other)) == (key(600), 1)


@pytest.mark.parametrize("direction", ["push", "poll", "both"])
def test_a_partner_that_is_confirmed_no_longer_gets_and_gives_nothing(shelf: Shelf, direction: str) -> None:
    ours(shelf, indicator(0))
    other, feed = Other(), pushing(shelf, direction=direction)
    Partner.objects.filter(pk="LZ").update(status=Partner.Status.BLOCKED)
    feed, _tally = run(feed, other)
    assert (other.asked, feed.failure) == ([], "Republic of Lazuria is no confirmed partner")


@pytest.mark.parametrize("says", ["all", "nothing"])
def test_what_their_server_refuses_is_told_with_its_reason_and_is_no_success(shelf: Shelf, says: str) -> None:
    ours(shelf, *many(40))
    other, feed = Other(refuses={key(7): "no room", key(23): "422"}, says=says), pushing(shelf)
    feed, tally = run(feed, other)
    assert set(other.ids) == set(keys(*(number for number in range(40) if number not in (7, 23))))
    assert (tally.sent, tally.not_arrived) == (38, 2)
    told = refusals(feed)
    assert told[key(23)] == ("there", "Unprocessable: one of them is odd")
    assert told[key(7)] == (
        "there",
        "no room" if says == "all" else "the server counts it as failed and does not say why",
    )
    assert (feed.failure, feed.last_success) == ("their server refused 2 objects", None)

    other.asked.clear()
    feed, _tally = run(feed, other)  # nothing new: the two are known, and listed
    assert other.asked == []
    assert len(refusals(feed)) == 2

    other.refuses.clear()
    feed, tally = run(feed, other, again=True)
    assert (tally.sent, tally.not_arrived) == (2, 0)
    assert refusals(feed) == {}
    assert sorted(other.ids) == sorted(keys(*range(40)))


def test_a_server_that_only_counts_is_believed_only_where_the_counts_prove_it(shelf: Shelf) -> None:
    ours(shelf, *many(8))
    other, feed = Other(says="counts"), pushing(shelf)
    feed, tally = run(feed, other)
    assert (posts(other), tally.sent, feed.failure) == (1, 8, "")
    ours(shelf, *many(8, 8))
    other.refuses[key(11)] = "no"
    feed, tally = run(feed, other)
    assert (tally.sent, tally.not_arrived) == (7, 1)
    assert list(refusals(feed)) == [key(11)]


def test_an_object_that_a_server_swallows_is_never_a_success(shelf: Shelf) -> None:
    ours(shelf, *many(3))
    other, feed = Other(loses={key(1)}), pushing(shelf)
    feed, tally = run(feed, other)
    assert (tally.sent, tally.not_arrived, feed.last_success) == (2, 1, None)
    assert list(refusals(feed)) == [key(1)]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"status": "done"}', b"<html>thanks</html>"])
def test_an_answer_that_says_nothing_is_no_success(shelf: Shelf, body: bytes) -> None:
    import httpx

    ours(shelf, indicator(0))
    feed = pushing(shelf)
    feed, tally = run(feed, httpx.MockTransport(lambda request: httpx.Response(200, content=body or b"")))
    assert feed.failure == "the server does not say what became of the objects that it was given"
    assert (tally.sent, feed.sent_up_to, feed.last_success) == (0, push.Query().after, None)


def test_an_undecided_server_is_waited_for(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "_PAUSES", (0.0,))
    ours(shelf, *many(450))
    other, feed = Other(decides_after=4), pushing(shelf)
    feed, tally = run(feed, other)
    assert (tally.sent, feed.failure, posts(other)) == (450, "", 3)


@pytest.mark.parametrize("forgets", [False, True])
def test_what_is_undecided_for_long_holds_the_place_and_is_told(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, forgets: bool
) -> None:
    monkeypatch.setattr(push, "_PAUSES", (0.0,))
    monkeypatch.setattr(push, "PATIENCE_SECONDS", 0.0)
    ours(shelf, *many(250))
    other, feed = Other(decides_after=3, refuses={key(9): "odd"}), pushing(shelf)
    feed, tally = run(feed, other)
    assert (tally.sent, tally.waiting, feed.last_success) == (0, 200, None)
    assert feed.failure == "their server has not decided about 200 objects"
    assert {side for side, _why in refusals(feed).values()} == {"waits"}
    feed, tally = run(feed, other)
    assert (tally.waiting, feed.sent, posts(other)) == (200, 0, 1)
    if forgets:
        other.statuses.clear()
        other.decides_after = 0
    else:
        other.decides_after = 0
        other._open = dict.fromkeys(other.statuses, 0)
    feed, tally = run(feed, other)
    assert (tally.sent, tally.not_arrived, feed.sent) == (249, 1, 249)
    assert refusals(feed) == {key(9): ("there", "odd")}
    assert sorted(other.ids) == sorted(keys(*(number for number in range(250) if number != 9)))


@pytest.mark.parametrize("again_is_failure", [False, True])
@pytest.mark.parametrize("moment", ["kill", "killed", "lost", "cut", "503", "half"])
@pytest.mark.parametrize("at", range(4))
def test_an_end_at_any_request_loses_nothing_and_claims_nothing(
    shelf: Shelf, at: int, moment: str, again_is_failure: bool
) -> None:
    ours(shelf, *many(450))
    other, feed = Other(again_is_failure=again_is_failure, largest=1 << 20), pushing(shelf)
    other.failing([""] * at + [moment])
    if moment.startswith("kill"):
        with pytest.raises(Killed):
            run(feed, other)
        unhand(feed)
    else:
        feed, _tally = run(feed, other)
        assert (feed.failure != "") == (at > 0 or moment != "half")  # half of the API root is a guess at its limit
        assert (feed.last_success is None) == (feed.failure != "")
    feed.refresh_from_db()
    assert feed.sent <= len(other.ids)
    feed, _tally = run(feed, other)
    assert other.ids == keys(*range(450))
    assert (feed.failure, feed.sent, refusals(feed)) == ("", 450, {})


def test_parcels_keep_to_what_the_server_takes(shelf: Shelf) -> None:
    ours(shelf, *many(100), {**indicator(100), "name": "x" * 9_000})
    other, feed = Other(largest=8_000), pushing(shelf)
    feed, tally = run(feed, other)
    assert len(other.ids) == 100
    assert (tally.sent, tally.not_arrived) == (100, 1)
    assert "and the server takes 8,000" in refusals(feed)[key(100)][1]


def test_what_came_from_there_does_not_go_back_and_both_ways_end(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf, direction="both")
    other.add(*many(30))
    ours(shelf, *many(30, 100))
    for _ in range(2):
        feed, _tally = run(feed, other)
        assert feed.failure == ""
    assert other.ids == keys(*range(30), *range(100, 130))
    assert (feed.received, feed.sent) == (30, 30)
    other.asked.clear()
    feed, _tally = run(feed, other)
    assert len(other.asked) == 1


def test_a_new_party_of_a_collection_gets_what_came_before(gathered: Shelf) -> None:
    Matter.objects.update(parties=["CR", "VD"])
    ours(gathered, *many(5, marking=AMBER), *many(5, 10, marking=GREEN))
    other, feed = Other(), pushing(gathered)
    run(feed, other)
    assert other.ids == keys(*range(10, 15))
    Matter.objects.update(parties=["CR", "LZ", "VD"])
    feed, _tally = run(feed, other)
    assert sorted(other.ids) == sorted(keys(*range(5), *range(10, 15)))
    assert feed.failure == ""


def test_versions_and_a_shelf_that_changes_while_it_is_pushed(shelf: Shelf) -> None:
    ours(shelf, *many(5))
    other, feed = Other(), pushing(shelf)
    run(feed, other)
    ours(shelf, indicator(2, 4), indicator(3, marking=RED, day=6))
    run(feed, other)
    assert [(one.thing["id"], one.thing["modified"][:10]) for one in other.stored[5:]] == [(key(2), "2026-01-05")]
    assert json.loads(raws(indicator(2, 4))[0]) == other.stored[5].thing
    assert GREEN in other.stored[5].thing["object_marking_refs"]
