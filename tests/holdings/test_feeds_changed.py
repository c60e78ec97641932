"""Feeds that are changed, also while a run is in hand; and those that are asked to run."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.holdings.feeding import feed_of, held, run
from tests.holdings.other_server import ROOT, Other
from tests.holdings.test_feeds_made import command
from tests.holdings.things import indicator, key, raws
from tests.intel.builders import attribute, event
from verbale.holdings import store
from verbale.holdings.client import feeds, schedule, secret
from verbale.holdings.client.models import BEGINNING, Feed, Refusal, TakenEvent
from verbale.holdings.client.running import Tally
from verbale.holdings.client.standing import described, described_one
from verbale.holdings.models import Shelf
from verbale.intel.misp_feed import write_feed
from verbale.node.errors import NotFoundError, UserError
from verbale.node.models import AuditEntry, Partner

pytestmark = pytest.mark.django_db
ELSEWHERE = "https://other.example/taxii2/else"


def many(count: int, first: int = 0) -> list[dict[str, Any]]:
    return [indicator(number) for number in range(first, first + count)]


def changed(feed: Feed, **more: Any) -> feeds.Changed:
    return feeds.change(feed, by="ada", **more)


def fresh(feed: Feed) -> Feed:
    return Feed.objects.get(pk=feed.pk)


class During:
    """A server at whose second request something happens."""

    def __init__(self, other: Other, then: Callable[[], object]) -> None:
        self._other, self._then, self._asked = other, then, 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        self._asked += 1
        if self._asked == 2:
            self._then()
        return self._other.answer(request)

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)


# -- what is changed ---------------------------------------------------------------------------------------------------


def test_a_name_and_an_interval_change_and_the_place_stays(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(60))
    before, _tally = run(feed, other)
    done = changed(feed, name="Lazuria", interval=7_200)
    assert (done.fields, done.anew) == (("name", "interval"), False)
    assert (done.feed.name, done.feed.interval) == ("Lazuria", 7_200)
    assert done.feed.after == before.after
    assert done.feed.last_success == before.last_success
    other.asked.clear()
    run(feed, other)
    assert len(other.asked) == 1


def test_a_shorter_interval_counts_at_once(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf, interval=86_400)
    run(feed, other)
    done = changed(feed, interval=60)
    assert done.feed.next_at <= time.time() + 60


@pytest.mark.parametrize("change", [{"address": ELSEWHERE}, {"collection": "other"}])
def test_elsewhere_it_begins_anew(shelf: Shelf, change: dict[str, str]) -> None:
    other = Other(refuses={key(100): "no"})
    feed = feed_of(shelf, direction="both")
    other.add(*many(60), {**indicator(61), "pattern": ""})
    store.add(shelf, raws(indicator(100), indicator(101)), origin="CR", marking="AMBER")
    before, _tally = run(feed, other)
    assert (before.after, before.shown is None, Refusal.objects.count()) != ("", True, 0)
    assert before.sent_up_to != BEGINNING
    done = changed(feed, **change)
    now = done.feed
    assert done.anew
    assert (now.after, now.next, now.reached, now.shown, now.flight, now.failure) == ("", "", "", None, None, "")
    assert (now.sent_up_to, now.last_success, now.attempts) == (BEGINNING, None, 0)
    assert not Refusal.objects.exists()
    assert now.next_at <= time.time()
    assert (now.received, now.sent) == (before.received, before.sent)
    assert len(held(shelf)) == 62


def test_a_misp_feed_that_leads_elsewhere_is_read_whole(shelf: Shelf, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_feed(
            tmp_path / name, [event(attribute("domain", f"{name}.example", to_ids=True), timestamp="1700000000")]
        )
    feed = feed_of(shelf, kind="misp-feed", address=str(tmp_path / "one"), collection="", origin="x", token="")
    run(feed, Other())
    assert TakenEvent.objects.count() == 1
    done = changed(feed, address=str(tmp_path / "two"))
    assert (done.anew, done.feed.stamp, TakenEvent.objects.count()) == (True, "", 0)
    found, _tally = run(feed, Other())
    assert (found.failure, found.stamp != "", TakenEvent.objects.count()) == ("", True, 1)


def test_another_user_or_token_forgets_nothing_and_is_tried_at_once(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(5))
    run(feed, other)
    failed, _tally = run(feed, other.failing(["401"]))
    assert failed.failure
    done = changed(feed, user="us", token="an0ther")
    assert (done.fields, done.anew) == (("user", "secret"), False)
    assert secret.shown(done.feed.secret) == "an0ther"
    assert (done.feed.after, done.feed.failure, done.feed.attempts) == (failed.after, "", 0)
    assert done.feed.next_at <= time.time()


def test_an_empty_token_keeps_the_one_that_is_there_and_no_token_forgets_it(shelf: Shelf) -> None:
    feed = feed_of(shelf)
    assert secret.shown(changed(feed, name="b").feed.secret) == "t0ken"
    done = changed(feed, no_token=True)
    assert (done.fields, done.feed.secret) == (("secret",), "")


def test_a_token_never_follows_to_another_server(shelf: Shelf) -> None:
    """Else whoever may change an address could have the token sent to themselves."""
    feed = feed_of(shelf)
    for address in ("https://mine.example/taxii2/root", "http://127.0.0.1:1/root", "https://other.example:444/x"):
        with pytest.raises(UserError, match=r"the token that is kept is for other\.example") as refused:
            changed(feed, address=address)
        assert refused.value.field == "token"
    assert fresh(feed).address == ROOT
    assert secret.shown(changed(feed, address=ELSEWHERE).feed.secret) == "t0ken"
    assert changed(feed, address="https://mine.example/a", no_token=True).feed.secret == ""
    assert secret.shown(changed(feed, address="https://cert.example/a", token="n3w").feed.secret) == "n3w"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "taken"}, "name"),
        ({"address": "http://other.example/a"}, "address"),
        ({"address": "/etc"}, "address"),
        ({"address": "https://other.example/\0"}, "address"),
        ({"collection": " "}, "collection"),
        ({"user": "a:b"}, "user"),
        ({"token": "a\nb"}, "token"),
        ({"marking": "PURPLE"}, "marking"),
        ({"named": ["VD"]}, "named"),
        ({"interval": 5}, "interval"),
    ],
)
def test_what_is_no_lawful_change_is_refused_and_changes_nothing(
    shelf: Shelf, change: dict[str, Any], field: str
) -> None:
    feed = feed_of(shelf)
    feed_of(shelf, name="taken")
    before = Feed.objects.filter(pk=feed.pk).values().get()
    with pytest.raises(UserError) as refused:
        changed(feed, **change)
    assert refused.value.field == field
    assert Feed.objects.filter(pk=feed.pk).values().get() == before
    assert not AuditEntry.objects.filter(verb="changed feed").exists()


def test_from_the_network_no_folder_of_this_machine_is_read(shelf: Shelf, tmp_path: Path) -> None:
    misp = {"kind": "misp-feed", "collection": "", "origin": "x", "token": ""}
    for place in (str(tmp_path), "~", ".", "file:///etc", f"file://{tmp_path}"):
        with pytest.raises(UserError) as refused:
            feed_of(shelf, address=place, folders=False, **misp)
        assert refused.value.field == "address"
    feed = feed_of(shelf, address="https://cert.example/feed", folders=False, **misp)
    with pytest.raises(UserError, match="verbale intel feed add"):
        changed(feed, address=str(tmp_path), folders=False)
    # What an operator entered by command stays, whoever changes something else.
    folder = feed_of(shelf, name="folder", address=str(tmp_path), **misp)
    assert changed(folder, address=str(tmp_path), name="still", folders=False).fields == ("name",)


def test_the_audit_trail_tells_what_was_and_what_is_and_no_token(shelf: Shelf) -> None:
    feed = feed_of(shelf)
    changed(feed, address=ELSEWHERE, interval=60, token="n3w", marking="tlp:green")
    changed(feed, marking="GREEN")
    changed(feed, no_token=True)
    first, second = AuditEntry.objects.filter(verb="changed feed").order_by("pk")
    assert first.who == "ada"
    assert first.detail == (
        f"LZ: address {ROOT} -> {ELSEWHERE}; another token; marking AMBER -> GREEN; interval 3600 -> 60"
    )
    assert second.detail == "LZ: no token any longer"
    everything = json.dumps(list(AuditEntry.objects.values()), default=str)
    assert "n3w" not in everything
    assert "t0ken" not in everything


def test_only_for_what_is_our_own_it_is_said_who_may_see_it(shelf: Shelf) -> None:
    feed = feed_of(shelf, origin="CR", named=["VD"])
    assert changed(feed, named=["LZ", "VD"]).feed.named == ["LZ", "VD"]
    Partner.objects.filter(pk="VD").update(status=Partner.Status.BLOCKED)
    # A name that is there already stands in no other change's way.
    assert changed(feed, named=["LZ", "VD"], name="b").fields == ("name",)
    with pytest.raises(UserError, match="VD is no confirmed partner"):
        changed(feed, named=["VD"])


def test_a_feed_that_was_removed_cannot_be_changed(shelf: Shelf) -> None:
    feed = feed_of(shelf)
    Feed.objects.all().delete()
    with pytest.raises(NotFoundError):
        changed(feed, name="b")


# -- while a run is in hand --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"address": ELSEWHERE}, {"collection": "other"}, {"token": "n3w"}, {"marking": "RED"}]
)
def test_a_run_in_hand_writes_nothing_over_a_change(shelf: Shelf, change: dict[str, str]) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(230))
    during = During(other, lambda: changed(feed, **change))
    found, _tally = run(feed, during.transport)
    anew = "token" not in change and "marking" not in change
    assert len(held(shelf)) == 50  # the page before the change
    assert (found.after, found.reached == "") == ("", anew)
    assert (found.failure, found.leased_until, found.last_success) == ("", 0, None)
    assert found.next_at <= time.time()
    assert not schedule.in_hand(found)
    if not anew:
        found, _tally = run(feed, other)
        assert (len(held(shelf)), found.failure) == (230, "")


def test_a_push_in_hand_writes_no_place_over_a_change(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf, direction="push")
    store.add(shelf, raws(*many(10)), origin="CR", marking="AMBER")
    during = During(other, lambda: changed(feed, address=ELSEWHERE))
    found, _tally = run(feed, during.transport)
    assert (found.sent_up_to, found.flight, found.sent) == (BEGINNING, None, 0)


def test_a_claim_that_is_under_way_does_not_pass_over_a_change(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading the feed and taking it: it would run with the old address."""
    other, feed = Other(), feed_of(shelf)
    other.add(*many(5))
    is_free = schedule._is_free

    def changing(found: Feed, now: float) -> bool:
        monkeypatch.setattr(schedule, "_is_free", is_free)
        changed(feed, collection="other")
        return is_free(found, now)

    monkeypatch.setattr(schedule, "_is_free", changing)
    assert schedule.run_due(transport=other.transport) == 0
    assert (other.asked, held(shelf)) == ([], [])
    found = fresh(feed)
    assert (found.collection, found.after) == ("other", "")
    schedule.run_due(transport=other.transport)
    assert "/collections/other/" in other.asked[0]


def test_a_name_changes_beside_a_run_in_hand(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(120))
    during = During(other, lambda: changed(feed, name="b", interval=7_200))
    found, _tally = run(feed, during.transport)
    assert (found.name, found.received, found.failure) == ("b", 120, "")
    assert found.next_at > time.time() + 7_000


def test_a_removed_feed_is_not_written_to(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(120), {**indicator(130), "pattern": ""})
    during = During(other, lambda: feeds.remove(fresh(feed), by="ada"))
    with pytest.raises(UserError, match="LZ has been removed"):
        run(feed, during.transport)
    assert (len(held(shelf)), Refusal.objects.count()) == (50, 0)


def test_stopping_ends_what_the_node_has_in_hand_after_the_page(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(230))
    during = During(other, lambda: feeds.stop(feed, by="ada"))
    assert schedule.run_due(transport=during.transport) == 1
    assert len(held(shelf)) == 100
    assert schedule.run_due(transport=other.transport) == 0
    feeds.start(feed, by="ada")
    assert schedule.run_due(transport=other.transport) == 1
    assert len(held(shelf)) == 230


# -- asked to run ------------------------------------------------------------------------------------------------------


def test_what_is_asked_to_run_runs_with_the_next_look_of_the_worker(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    assert schedule.run_due(transport=other.transport) == 1
    assert schedule.run_due(transport=other.transport) == 0
    feeds.run_soon(feed, by="ada")
    assert schedule.run_due(transport=other.transport) == 1
    assert schedule.run_due(transport=other.transport) == 0
    feeds.stop(feed, by="ada")
    with pytest.raises(UserError, match="is stopped: start it first"):
        feeds.run_soon(feed, by="ada")
    with pytest.raises(UserError, match="is stopped"):
        feeds.again(feed, by="ada")
    assert list(AuditEntry.objects.filter(who="ada").order_by("pk").values_list("verb", "detail")) == [
        ("asked feed to run", "LZ"),
        ("stopped feed", "LZ"),
    ]


def test_a_run_that_is_asked_for_while_one_is_in_hand_comes_after_it(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(120))
    during = During(other, lambda: feeds.run_soon(feed, by="ada"))
    assert schedule.run_due(transport=during.transport) == 1
    assert schedule.run_due(transport=other.transport) == 1
    assert schedule.run_due(transport=other.transport) == 0


def test_from_the_beginning_by_the_worker(shelf: Shelf) -> None:
    other = Other(refuses={key(900): "no"})
    feed = feed_of(shelf, direction="both")
    other.add(*many(5))
    store.add(shelf, raws(indicator(900)), origin="CR", marking="AMBER")
    schedule.run_due(transport=other.transport)
    other.refuses.clear()
    # A server restored from a back-up gives older times.
    other.now = other.stored[0].added
    other.add(indicator(77))
    feeds.run_soon(feed, by="ada")
    schedule.run_due(transport=other.transport)
    assert fresh(feed).again == ""
    assert (key(77) in held(shelf), key(900) in other.ids) == (False, False)
    feeds.again(feed, by="ada")
    schedule.run_due(transport=other.transport)
    found = fresh(feed)
    assert (found.again, found.failure) == ("", "")
    assert (key(77) in held(shelf), key(900) in other.ids) == (True, True)
    assert not Refusal.objects.exists()


def test_from_the_beginning_goes_on_after_an_end_and_begins_once(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "TURN_SECONDS", -1)
    other = Other(refuses={key(900): "no"})
    feed = feed_of(shelf, direction="both")
    other.add(*many(120))
    store.add(shelf, raws(indicator(900)), origin="CR", marking="AMBER")
    for _turn in range(6):
        schedule.run_due(transport=other.transport)
    assert fresh(feed).last_success is None
    assert fresh(feed).failure == "their server refused 1 objects"
    other.refuses.clear()
    other.asked.clear()
    feeds.again(feed, by="ada")
    for _turn in range(6):
        Feed.objects.update(next_at=0)
        schedule.run_due(transport=other.transport)
    assert sum("added_after" not in asked for asked in other.asked if "GET" in asked and "objects" in asked) == 3
    assert key(900) in other.ids
    assert fresh(feed).again == ""


def test_a_wish_that_comes_while_one_is_being_done_stays(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    other.add(*many(120))
    during = During(other, lambda: feeds.again(feed, by="ada"))
    assert schedule.run_due(transport=during.transport) == 1
    assert fresh(feed).again == "all"
    other.asked.clear()
    assert schedule.run_due(transport=other.transport) == 1
    assert "added_after" not in other.asked[0]
    assert fresh(feed).again == ""


# -- as it is told -----------------------------------------------------------------------------------------------------


def test_what_another_machine_has_in_hand_is_taken_from_it_by_a_change(shelf: Shelf) -> None:
    feed = feed_of(shelf)
    Feed.objects.update(lease="elsewhere/1/x", leased_until=time.time() + 200)
    assert schedule.in_hand(fresh(feed))
    changed(feed, collection="other")
    assert not schedule.in_hand(fresh(feed))


def test_whether_it_is_in_hand_and_when_it_runs_next(shelf: Shelf) -> None:
    other, feed = Other(), feed_of(shelf)
    seen: list[bool] = []
    other.add(*many(5))

    def tell(_tally: Tally) -> None:
        seen.append(described_one(feed)["running"])

    schedule.run(feed, tell=tell, transport=other.transport)
    assert seen == [True]
    told = described_one(feed)
    assert not told["running"]
    assert 3_500 < told["next_run"].timestamp() - time.time() <= 3_600
    Feed.objects.update(next_at=9e12)  # the clock was wrong once
    assert described_one(feed)["next_run"].timestamp() <= time.time()
    feeds.stop(feed, by="ada")
    assert described_one(feed)["next_run"] is None
    assert "t0ken" not in json.dumps(described(), default=str)
    assert Feed.objects.get().secret not in json.dumps(described(), default=str)


# -- the command -------------------------------------------------------------------------------------------------------


def test_a_feed_is_changed_by_command(shelf: Shelf, tmp_path: Path) -> None:
    feed = feed_of(shelf)
    assert command("feed", "change", "LZ").strip() == "Nothing changed."
    assert "begins anew there" in command("feed", "change", "LZ", "--collection", "other")
    assert command("feed", "change", "LZ", "--name", "lz", "--minutes", 5).strip() == "Changed."
    assert (fresh(feed).name, fresh(feed).interval, fresh(feed).collection) == ("lz", 300, "other")
    (tmp_path / "token").write_text("n3w\n")
    command("feed", "change", "lz", "--token-file", tmp_path / "token")
    assert secret.shown(fresh(feed).secret) == "n3w"
    command("feed", "change", "lz", "--no-token")
    assert fresh(feed).secret == ""
    assert "by https only" in command("feed", "change", "lz", "--address", "http://x.example/", code=1)
    assert "no feed named LZ" in command("feed", "change", "LZ", "--minutes", 5, code=1)
    own = feed_of(shelf, name="own", origin="CR", named=["VD"])
    command("feed", "change", "own", "--minutes", 5)
    assert fresh(own).named == ["VD"]
    command("feed", "change", "own", "--named", "")
    assert fresh(own).named == []
