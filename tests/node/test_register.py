"""The register: appending, proofs that the protocol library accepts, cosignatures, exports, and what they cost."""

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.node.world import US, Peer, now
from verbale.node import register
from verbale.node.identity import local
from verbale.node.models import ActRecord, CheckpointRecord, CosignatureRecord, TreeNode
from verbale.node.services import Outgoing, issue, issue_many, receive
from verbale.protocol import (
    Checkpoint,
    Envelope,
    Leaf,
    ProofError,
    ProtocolError,
    Receipt,
    cosign,
    make_act,
    verify_checkpoint,
    verify_export,
)
from verbale.protocol.envelope import ACT_TYPE, SignaturePair
from verbale.protocol.merkle import MemoryTree, verify_consistency

pytestmark = pytest.mark.django_db

BLANK = SignaturePair("0" * 16, bytes(64), "1" * 16, bytes(3309))


def remarks(count: int) -> list[ActRecord]:
    return issue_many([Outgoing("incident.remark", {"text": str(number)}) for number in range(count)])


def blank_acts(count: int) -> Iterator[tuple]:
    """Acts whose signatures nobody asks for here."""
    for number in range(count):
        body = {"text": str(number)}
        act = make_act(type="incident.remark", author="LZ", audience=[US], matter=None, issued=now(), body=body)
        yield act, Envelope(ACT_TYPE, act.canonical, (BLANK,))


def append(count: int) -> list[ActRecord]:
    with transaction.atomic():
        return register.append(list(blank_acts(count)), via="exchange")


def memory_tree() -> MemoryTree:
    rows = ActRecord.objects.order_by("index")
    return MemoryTree(Leaf(row.id, row.recorded_at).hash() for row in rows)


def ours() -> dict:
    credentials = local().credentials
    return {credentials.node: credentials}


def test_what_is_appended_can_be_read_again() -> None:
    (record,) = remarks(1)
    row = ActRecord.objects.get(pk=record.id)
    assert row.act.body == {"text": "0"}
    assert row.envelope == record.envelope
    assert (row.index, register.size()) == (0, 1)


def test_an_empty_register_has_a_signed_head() -> None:
    head = register.head_checkpoint()
    assert head.size == 0
    verify_checkpoint(head, ours())
    assert register.head_checkpoint().render() == head.render()
    assert verify_export(register.export(disclose=True), ours()).entries == 0


@pytest.mark.parametrize("batches", [(1,) * 7, (7,), (3, 1, 4), (2, 2, 2, 1), (8, 8, 1)])
def test_the_head_is_that_of_the_tree_whatever_the_batches(batches: tuple[int, ...]) -> None:
    for count in batches:
        append(count)
    head = register.head_checkpoint()
    assert (head.size, head.root) == (sum(batches), memory_tree().root())
    verify_checkpoint(head, ours())
    assert TreeNode.objects.count() == 2 * head.size - head.size.bit_count()


def test_consistency_is_proven_between_all_pairs_of_sizes_up_to_40() -> None:
    append(40)
    roots = [memory_tree().root(size) for size in range(41)]
    assert [register.root_at(size) for size in range(41)] == roots
    for old, new in itertools.combinations_with_replacement(range(41), 2):
        verify_consistency(old, roots[old], new, roots[new], register.consistency(old, new))


def test_there_is_no_proof_backwards() -> None:
    append(3)
    with pytest.raises(ProofError):
        register.consistency(3, 2)


@pytest.mark.parametrize("size", [1, 2, 3, 8, 13])
def test_every_receipt_verifies_with_the_protocol_alone(size: int) -> None:
    records = append(size)
    for identifier, receipt in register.receipts_for(records).items():
        read = Receipt.from_json(receipt.to_json())
        assert (read.leaf.act, read.holder, read.credentials) == (identifier, US, ())
        read.verify(ours())


def test_a_receipt_as_a_file_carries_what_is_needed_to_check_it() -> None:
    record = remarks(3)[1]
    receipt = Receipt.from_bytes(register.receipt_for(record).to_bytes())
    receipt.verify({item.node: item for item in receipt.credentials})


def test_receipts_of_no_acts_are_none() -> None:
    assert register.receipts_for([]) == {}


def test_a_proof_reads_few_nodes_of_a_large_register(monkeypatch: pytest.MonkeyPatch) -> None:
    append(1_000)
    asked: list[int] = []
    honest = register._nodes
    monkeypatch.setattr(register, "_nodes", lambda places: asked.append(len(places)) or honest(places))
    for index in (0, 1, 499, 511, 512, 998, 999):
        register.receipt_for(ActRecord.objects.get(index=index)).verify(ours())
    for old in (1, 7, 511, 512, 999):
        register.consistency(old, 1_000)
    assert len(asked) == 12
    assert max(asked) <= 20  # two a level of a tree of ten


def test_a_proof_at_5000_entries_asks_the_database_for_few_nodes() -> None:
    """Counted in the SQL itself: one look-up, of at most two nodes a level of a tree of thirteen."""
    append(5_000)
    records = {index: ActRecord.objects.get(index=index) for index in (0, 4_095, 4_096, 4_999)}
    register.head_checkpoint()
    table = TreeNode._meta.db_table
    for proof in (
        *(lambda record=record: register.receipts_for([record]) for record in records.values()),
        *(lambda old=old: register.consistency(old, 5_000) for old in (1, 4_095, 4_097, 4_999)),
    ):
        with CaptureQueriesContext(connection) as queries:
            proof()
        asked = [query["sql"] for query in queries if table in query["sql"]]
        assert len(asked) == 1
        within = re.search(r" IN \(([^)]*)\)", asked[0])
        assert within is not None
        assert 1 <= len(within[1].split(",")) <= 26
    for identifier, receipt in register.receipts_for(list(records.values())).items():
        assert receipt.leaf.act == identifier
        receipt.verify(ours())


def test_a_receipt_costs_as_many_queries_in_a_large_register_as_in_a_small_one() -> None:
    def cost() -> int:
        record = ActRecord.objects.order_by("index")[0]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            register.receipts_for([record])
        return len(queries)

    append(2)
    small = cost()
    append(600)
    assert cost() == small <= 2


def test_to_append_costs_as_many_queries_in_a_large_register_as_in_a_small_one() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            append(1)
        return len(queries)

    append(1)
    small = cost()
    append(500)
    assert cost() == small


# -- exports ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("disclose", [True, False])
def test_an_export_verifies_offline(lazuria: Peer, disclose: bool) -> None:
    remarks(4)
    receive([lazuria.note()[1]], via="exchange")
    summary = verify_export(register.export(disclose=disclose))
    assert (summary.entries, summary.disclosed) == (5, 5 if disclose else 0)
    assert set(summary.credentials) == {US, "LZ"}


def test_an_export_is_cosigned_as_far_as_the_register_is(lazuria: Peer) -> None:
    issue(Outgoing("incident.remark", {"text": "x"}))
    lazuria.send([])
    lazuria.send([])
    assert verify_export(register.export(disclose=True)).checkpoint.cosigners == ("LZ",)


@pytest.mark.parametrize("spoil", ["a line less", "a line twice", "lines exchanged", "another act"])
def test_a_changed_export_does_not_verify(spoil: str) -> None:
    remarks(4)
    lines = list(register.export(disclose=True))
    changed = {
        "a line less": [*lines[:2], *lines[3:]],
        "a line twice": [*lines[:2], lines[1], *lines[2:]],
        "lines exchanged": [lines[0], lines[2], lines[1], *lines[3:]],
        "another act": [line.replace(b'"act":"', b'"act":"0', 1)[:-1] + b"\n" for line in lines],
    }[spoil]
    with pytest.raises(ProtocolError):
        verify_export(changed)


# -- cosignatures -----------------------------------------------------------------------------------------------------


def stored_head() -> Checkpoint:
    return Checkpoint.parse(CheckpointRecord.objects.order_by("-size")[0].note)


def test_a_cosignature_that_verifies_is_kept_and_shown(lazuria: Peer) -> None:
    record = remarks(1)[0]
    head = stored_head()
    assert register.store_cosignature(lazuria.partner, 1, cosign(head, "LZ", now(), lazuria.keys))
    verify_checkpoint(Checkpoint.parse(register.latest_text()), {**ours(), "LZ": lazuria.credentials})
    assert register.receipt_for(record).checkpoint.cosigners == ("LZ",)


def test_a_cosignature_is_kept_once(lazuria: Peer) -> None:
    remarks(1)
    told = cosign(stored_head(), "LZ", now(), lazuria.keys)
    assert register.store_cosignature(lazuria.partner, 1, told)
    assert not register.store_cosignature(lazuria.partner, 1, told)
    assert CosignatureRecord.objects.count() == 1


def test_a_receipt_stands_under_the_earliest_cosigned_head(lazuria: Peer) -> None:
    first, _ = remarks(1)[0], remarks(1)
    register.store_cosignature(lazuria.partner, 2, cosign(stored_head(), "LZ", now(), lazuria.keys))
    remarks(1)
    receipt = register.receipt_for(first)
    assert (receipt.checkpoint.size, receipt.checkpoint.cosigners) == (2, ("LZ",))


def _wrong_keys(head: Checkpoint, peer: Peer):
    return 1, cosign(head, "LZ", now(), Peer("LZ", "Republic of Lazuria").keys)


def _another_name(head: Checkpoint, peer: Peer):
    return 1, cosign(head, "VD", now(), peer.keys)


def _no_such_head(head: Checkpoint, peer: Peer):
    return 7, cosign(head, "LZ", now(), peer.keys)


def _another_head(head: Checkpoint, peer: Peer):
    return 1, cosign(peer.head(), "LZ", now(), peer.keys)


def _ourselves(head: Checkpoint, peer: Peer):
    return 1, cosign(head, US, now(), local().keys)


def _after_a_rotation(head: Checkpoint, peer: Peer):
    old = peer.keys
    peer.rotate()
    peer.befriend()
    return 1, cosign(head, "LZ", now() + timedelta(seconds=2), old)


@pytest.mark.parametrize(
    "bend", [_wrong_keys, _another_name, _no_such_head, _another_head, _ourselves, _after_a_rotation]
)
def test_a_cosignature_that_does_not_hold_is_not_kept(lazuria: Peer, bend) -> None:
    remarks(1)
    entries, told = bend(stored_head(), lazuria)
    with pytest.raises(ProtocolError):
        register.store_cosignature(lazuria.partner, entries, told)
    assert not CosignatureRecord.objects.exists()


def test_a_partners_receipt_becomes_a_file_that_stands_by_itself(lazuria: Peer) -> None:
    act, _ = lazuria.note()
    lazuria.record(act)
    carried = Receipt.from_bytes(register.carried(lazuria.receipt(act.id).to_bytes()))
    assert [item.node for item in carried.credentials] == ["LZ"]
    carried.verify({item.node: item for item in carried.credentials})
