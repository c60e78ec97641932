"""Whatever fails, and however often: at the end both sides hold what they should, once."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.holdings.feeding import feed_of, held, run, unhand
from tests.holdings.other_server import Killed, Other
from tests.holdings.things import TLP, indicator, key, raws
from verbale.holdings import store
from verbale.holdings.client import push
from verbale.holdings.client.models import Feed, Refusal
from verbale.holdings.models import Entry, Shelf
from verbale.holdings.store import Viewer

pytestmark = pytest.mark.django_db

FAULTS = ["", "", "", "cut", "kill", "killed", "lost", "half", "500", "503", "429", "302"]
SERVERS = st.builds(
    Other,
    most=st.integers(5, 30),
    digits=st.sampled_from([0, 3, 6]),
    gives_next=st.booleans(),
    gives_dates=st.booleans(),
)


def runs_with(*faults: str) -> st.SearchStrategy[list[tuple[int, list[str], bool]]]:
    """New objects, what fails, whether the server forgets."""
    words = st.lists(st.sampled_from([*FAULTS, *faults]), max_size=8)
    return st.lists(st.tuples(st.integers(0, 25), words, st.booleans()), max_size=6)


_quick = settings(
    phases=[Phase.generate],
    report_multiple_bugs=False,
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@_quick
@given(other=SERVERS, runs=runs_with("400", "404"))
def test_polling_ends_with_the_same_store(shelf: Shelf, other: Other, runs: list[tuple[int, list[str], bool]]) -> None:
    Feed.objects.all().delete()
    Entry.objects.all().delete()
    feed, count = feed_of(shelf), 0
    for new, faults, forgets in runs:
        other.add(*(indicator(number) for number in range(count, count + new)), apart=timedelta(milliseconds=400))
        count += new
        if forgets:
            other._walks.clear()
        with suppress(Killed):
            run(feed, other.failing(faults))
        unhand(feed)
    feed, _tally = run(feed, other.failing(()))
    assert feed.failure == ""
    assert sorted(held(shelf)) == sorted(key(number) for number in range(count))
    assert Entry.objects.count() == count
    assert feed.received == count
    assert not Refusal.objects.exists()


MARKINGS = [*TLP.values(), ""]
PUSHED = st.builds(
    Other,
    decides_after=st.integers(0, 2),
    says=st.sampled_from(["all", "counts", "nothing"]),
    again_is_failure=st.booleans(),
    largest=st.sampled_from([3_000, 1 << 20]),
)


@_quick
@given(
    other=PUSHED,
    runs=runs_with(),
    shift=st.integers(0, 5),
    refused=st.frozensets(st.integers(0, 149), max_size=4),
    unprocessable=st.frozensets(st.integers(0, 149), max_size=2),
)
def test_pushing_ends_with_all_there_or_told(
    shelf: Shelf,
    other: Other,
    runs: list[tuple[int, list[str], bool]],
    shift: int,
    refused: frozenset[int],
    unprocessable: frozenset[int],
) -> None:
    Feed.objects.all().delete()
    Entry.objects.all().delete()
    feed, count = feed_of(shelf, direction="push"), 0
    other.refuses = {key(number): "no" for number in refused} | {key(number): "422" for number in unprocessable}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(push, "_PAUSES", (0.0,))
        patch.setattr(push, "PATIENCE_SECONDS", 0.0)
        patch.setattr(push, "BATCH", 20)
        for new, faults, forgets in runs:
            things = [
                indicator(number, marking=MARKINGS[(number * number + shift) % 6])
                for number in range(count, count + new)
            ]
            store.add(shelf, raws(*things), origin="CR", marking="RED")
            count += new
            if forgets:
                other.statuses.clear()
            before = Feed.objects.get().last_success
            with suppress(Killed):
                _feed, tally = run(feed, other.failing(faults))
                if Feed.objects.get().last_success != before:
                    assert tally.not_arrived == tally.waiting == 0
            unhand(feed)
            assert Feed.objects.get().sent <= len(other.ids)
        for _ in range(200):
            feed, tally = run(feed, other.failing(()))
            if feed.failure == "":
                break
    assert feed.failure == ""
    visible = {entry.stix_id for entry in store.everything(shelf, Viewer("LZ"))}
    there = other.ids
    assert len(there) == len(set(there)) == feed.sent
    not_there = set(Refusal.objects.filter(side="there").values_list("stix_id", flat=True))
    assert set(there) | not_there == visible
    assert set(there) & not_there == set()
    assert not_there == {stix_id for stix_id in visible if stix_id in other.refuses}
    assert not Refusal.objects.filter(side="waits").exists()
