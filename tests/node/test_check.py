"""The node's own check of its register: each way to change the database behind its back is noticed."""

from collections.abc import Callable

import pytest

from tests.node.world import Peer
from verbale.node.check import check_register
from verbale.node.models import ActRecord, CheckpointRecord, Partner, RegisterHead, TreeNode
from verbale.node.register import receipts_for
from verbale.node.services import Outgoing, issue, issue_many, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(lazuria: Peer) -> None:
    """Nine acts, one of them a partner's."""
    issue_many([Outgoing("incident.remark", {"text": f"remark {number}"}) for number in range(8)])
    receive([lazuria.note()[1]], via="exchange")


def test_a_sound_register_has_no_problems(register: None) -> None:
    outcome = check_register()
    assert (outcome.entries, outcome.problems) == (9, [])


def test_an_empty_register_is_sound(db: None) -> None:
    assert check_register().problems == []


def test_progress_is_told(db: None) -> None:
    issue_many([Outgoing("incident.remark", {"text": str(number)}) for number in range(250)])
    told: list[tuple[int, int]] = []
    check_register(lambda done, total: told.append((done, total)))
    assert told == [(100, 250), (200, 250)]


def test_it_grows_soundly_after_receipts_and_reading(register: None) -> None:
    receipts_for(list(ActRecord.objects.all()))
    issue(Outgoing("incident.remark", {"text": "more"}))
    assert check_register().problems == []


def payload() -> None:
    row = ActRecord.objects.get(index=3)
    ActRecord.objects.filter(pk=row.pk).update(payload=bytes(row.payload).replace(b"remark 3", b"remark 4"))


def garbled_payload() -> None:
    ActRecord.objects.filter(index=3).update(payload=b"\xff\x00")


def payload_and_id() -> None:
    """An act put in the place of another: its signatures are those of the other."""
    import hashlib

    row = ActRecord.objects.get(index=3)
    changed = bytes(row.payload).replace(b"remark 3", b"remark 4")
    ActRecord.objects.filter(pk=row.pk).update(payload=changed, id=hashlib.sha256(changed).hexdigest())


def signatures() -> None:
    other = ActRecord.objects.get(index=4)
    ActRecord.objects.filter(index=3).update(signatures=other.signatures)


def garbled_signatures() -> None:
    ActRecord.objects.filter(index=3).update(signatures=b"[]")


def unreadable_signatures() -> None:
    ActRecord.objects.filter(index=3).update(signatures=b"\xff{")


def time_of_recording() -> None:
    ActRecord.objects.filter(index=3).update(recorded_at="2020-01-01T00:00:00.000Z")


def order() -> None:
    ActRecord.objects.filter(index=3).update(index=1_000)
    ActRecord.objects.filter(index=4).update(index=3)
    ActRecord.objects.filter(index=1_000).update(index=4)


def tree_node() -> None:
    TreeNode.objects.filter(id=1 << 52).update(hash=bytes(32))


def missing_tree_node() -> None:
    TreeNode.objects.filter(id=2).delete()


def missing_act() -> None:
    ActRecord.objects.filter(index=3).delete()


def missing_last_act() -> None:
    ActRecord.objects.filter(index=8).delete()


def truncated_head() -> None:
    RegisterHead.objects.update(size=8)


def truncated_with_its_last_act() -> None:
    """As if the last act had never been, but for the head that was signed over it."""
    from verbale.protocol import Leaf
    from verbale.protocol.merkle import appended

    tops: list[bytes] = []
    rows = ActRecord.objects.filter(index__lt=8).order_by("index")
    appended(0, tops, [Leaf(row.id, row.recorded_at).hash() for row in rows])
    ActRecord.objects.filter(index=8).delete()
    RegisterHead.objects.update(size=8, tops=b"".join(tops))


def missing_head() -> None:
    RegisterHead.objects.all().delete()


def changed_tops() -> None:
    RegisterHead.objects.update(tops=bytes(64))


def missing_checkpoint() -> None:
    CheckpointRecord.objects.filter(size=9).delete()


def changed_checkpoint() -> None:
    row = CheckpointRecord.objects.get(size=9)
    CheckpointRecord.objects.filter(size=9).update(note=row.note.replace("\ntime 2", "\ntime 3"))


def checkpoint_of_another_size() -> None:
    CheckpointRecord.objects.filter(size=9).update(note=CheckpointRecord.objects.get(size=8).note)


def forgotten_author() -> None:
    Partner.objects.all().delete()


def uninvited_act() -> None:
    row = ActRecord.objects.get(index=8)
    row.pk, row.index = "0" * 64, 9
    row.save(force_insert=True)


def listed_as_another_type() -> None:
    ActRecord.objects.filter(index=3).update(type="incident.close")


def listed_in_another_matter() -> None:
    ActRecord.objects.filter(index=3).update(matter_id="0" * 32)


def listed_under_a_lower_marking() -> None:
    """So that its reading would not be logged."""
    ActRecord.objects.filter(index=3).update(marking="CLEAR")


def listed_under_another_author() -> None:
    ActRecord.objects.filter(index=3).update(author="LZ")


TAMPERINGS: list[Callable[[], None]] = [
    payload, garbled_payload, payload_and_id, signatures, garbled_signatures, unreadable_signatures,
    time_of_recording, order, tree_node, missing_tree_node, missing_act, missing_last_act, truncated_head,
    truncated_with_its_last_act, missing_head, changed_tops, missing_checkpoint, changed_checkpoint,
    checkpoint_of_another_size, forgotten_author, uninvited_act, listed_as_another_type, listed_in_another_matter,
    listed_under_a_lower_marking, listed_under_another_author,
]  # fmt: skip


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_it_is_noticed(register: None, tamper: Callable[[], None]) -> None:
    tamper()
    problems = check_register().problems
    assert problems
    assert all(isinstance(problem, str) and problem for problem in problems)
