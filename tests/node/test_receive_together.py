"""Several deliveries at the same moment, as threads with connections of their own: exactly once in the register."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from tests.node.world import Peer
from verbale.node.check import check_register
from verbale.node.models import ActRecord, CheckpointRecord, Matter, RegisterHead
from verbale.node.projection import state_of
from verbale.node.registry import apply_rule
from verbale.node.services import Outgoing, issue, receive
from verbale.protocol import fold

pytestmark = pytest.mark.django_db(transaction=True)


def together(jobs: list[Callable[[], object]]) -> list[object]:
    """Run all at once; returns what each gave, and raises what one of them raised."""
    start, results, errors = threading.Barrier(len(jobs)), [None] * len(jobs), []

    def work(place: int) -> None:
        try:
            start.wait(10)
            results[place] = jobs[place]()
        except Exception as error:  # shown by the main thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if errors:
        raise errors[0]
    return list(results)


def sound(entries: int) -> None:
    """The register holds that many acts, unbroken, and the projection is that of a fold."""
    assert ActRecord.objects.count() == RegisterHead.objects.get().size == entries
    assert check_register().problems == []
    for matter in Matter.objects.all():
        records = list(ActRecord.objects.filter(matter_id=matter.id))
        state, effects = fold(apply_rule, [record.act for record in records])
        assert state_of(matter) == state
        assert {record.id: record.reason for record in records} == {
            key: effect.reason for key, effect in effects.items()
        }
        assert matter.acts == len(records)


def test_one_batch_delivered_eight_times_at_once_is_kept_once() -> None:
    lazuria = Peer("LZ", "Republic of Lazuria").befriend()
    batch = [lazuria.note(f"{number}/2026")[1] for number in range(6)]
    outcomes = together([lambda: receive(batch, via="exchange")] * 8)
    told = Counter(outcome.status for result in outcomes for outcome in result)
    assert told == {"accepted": 6, "duplicate": 42}
    for result in outcomes:
        for outcome in result:
            assert outcome.receipt.leaf.act == outcome.act
    sound(6)


def test_overlapping_batches_in_any_order_are_kept_once() -> None:
    lazuria = Peer("LZ", "Republic of Lazuria").befriend()
    notes = [lazuria.note(f"{number}/2026")[1] for number in range(8)]
    batches = [notes, notes[::-1], notes[2:6], [*notes[4:], notes[0]]]
    outcomes = together([lambda batch=batch: receive(batch, via="exchange") for batch in batches])
    assert sum(outcome.status == "accepted" for result in outcomes for outcome in result) == 8
    sound(8)


def test_sayings_and_receipts_at_once_stand_one_after_another() -> None:
    lazuria = Peer("LZ", "Republic of Lazuria").befriend()
    notes = [lazuria.note(f"{number}/2026")[1] for number in range(6)]
    together(
        [
            *(lambda note=note: receive([note], via="exchange") for note in notes),
            *(lambda text=text: issue(Outgoing("incident.remark", {"text": text})) for text in "abcdef"),
        ]
    )
    sound(12)
    assert CheckpointRecord.objects.order_by("-size").first().size == 12
    assert sorted(ActRecord.objects.values_list("index", flat=True)) == list(range(12))
