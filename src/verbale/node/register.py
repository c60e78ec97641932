"""The register as it is stored: appending under one lock, signed heads, proofs and receipts.

`append` runs inside the caller's transaction, so an act, its entry, its projection and its deliveries are on the disk
together or not at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from verbale.node.identity import local
from verbale.node.models import ActRecord, CheckpointRecord, CosignatureRecord, Partner, RegisterHead, TreeNode
from verbale.protocol import (
    Act,
    Checkpoint,
    Cosignature,
    Credentials,
    Envelope,
    Leaf,
    ProofError,
    Receipt,
    format_time,
    sign_checkpoint,
    verify_checkpoint,
    write_export,
)
from verbale.protocol.merkle import (
    EMPTY_ROOT,
    Coordinate,
    appended,
    consistency_plan,
    evaluate,
    inclusion_plan,
    root_of_peaks,
    root_plan,
)

__all__ = [
    "append",
    "carried",
    "checkpoint_text",
    "consistency",
    "export",
    "head_checkpoint",
    "known_credentials",
    "latest_text",
    "lock",
    "receipt_for",
    "receipts_for",
    "root_at",
    "size",
    "store_cosignature",
]

_LEVEL = 52


def append(
    items: Sequence[tuple[Act, Envelope]], *, via: str, now: datetime | None = None, head: RegisterHead | None = None
) -> list[ActRecord]:
    """Append acts that are verified and not yet held; returns their rows. Must run in a transaction.

    A new head is signed for the whole batch: one checkpoint, whatever the number of acts. `head` is what `lock` gave in
    this transaction, when the caller holds it already.
    """
    head = head or lock()
    at = format_time(now or timezone.now())
    start = head.size
    records = [
        ActRecord.of(act, envelope, index=start + offset, at=at, via=via)
        for offset, (act, envelope) in enumerate(items)
    ]
    for record, (act, _) in zip(records, items, strict=True):
        record._act = act  # parsed already
    tops = [bytes(head.tops)[place : place + 32] for place in range(0, len(head.tops), 32)]
    nodes = appended(start, tops, [Leaf(record.id, at).hash() for record in records])
    ActRecord.objects.bulk_create(records)
    TreeNode.objects.bulk_create([TreeNode(id=level << _LEVEL | index, hash=value) for level, index, value in nodes])
    head.size, head.tops = start + len(records), b"".join(tops)
    head.save(update_fields=["size", "tops"])
    _sign_head(head.size, root_of_peaks(tops), now or timezone.now())
    return records


def lock() -> RegisterHead:
    """Hold the register's head until the end of the transaction: nobody else appends meanwhile."""
    head = RegisterHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        RegisterHead.objects.get_or_create(pk=1)
        head = RegisterHead.objects.select_for_update().get(pk=1)
    return head


def _sign_head(size: int, root: bytes, moment: datetime) -> Checkpoint:
    identity = local()
    checkpoint = sign_checkpoint(identity.node, size, root, moment, identity.keys)
    CheckpointRecord.objects.create(size=size, note=checkpoint.render())
    return checkpoint


def size() -> int:
    """Number of entries."""
    return RegisterHead.objects.filter(pk=1).values_list("size", flat=True).first() or 0


def _nodes(coordinates: Sequence[Coordinate]) -> list[bytes]:
    ids = [level << _LEVEL | index for level, index in coordinates]
    found = dict(TreeNode.objects.filter(id__in=ids).values_list("id", "hash"))
    return [bytes(found[identifier]) for identifier in ids]


def root_at(entries: int) -> bytes:
    """The root over the first `entries` entries."""
    return evaluate(root_plan(entries), _nodes)[0] if entries else EMPTY_ROOT


def consistency(old: int, new: int) -> list[bytes]:
    """Consistency proof between two sizes. Raises ProofError when there is none."""
    return evaluate(consistency_plan(old, new), _nodes)


def head_checkpoint() -> Checkpoint:
    """The latest signed head, without cosignatures. An empty register signs its empty tree once."""
    record = CheckpointRecord.objects.order_by("-size").first()
    if record is None:
        with transaction.atomic():
            lock()
            record = CheckpointRecord.objects.order_by("-size").first()
            if record is None:
                return _sign_head(0, EMPTY_ROOT, timezone.now())
    return Checkpoint.parse(record.note)


def checkpoint_text(record: CheckpointRecord) -> str:
    """A checkpoint with the cosignatures that came back."""
    cosignatures = [Cosignature.parse(item.text) for item in record.cosignatures.order_by("node")]
    return Checkpoint.parse(record.note).with_cosignatures(cosignatures).render()


def latest_text() -> str:
    """The latest signed head with its cosignatures."""
    record = CheckpointRecord.objects.order_by("-size").first()
    return checkpoint_text(record) if record is not None else head_checkpoint().render()


def carried(receipt: bytes) -> bytes:
    """A partner's receipt as a file that anybody can check: with the credentials of those who signed it."""
    bare, known = Receipt.from_bytes(receipt), known_credentials()
    names = (bare.holder, *bare.checkpoint.cosigners)
    return replace(bare, credentials=tuple(known[name] for name in names if name in known)).to_bytes()


def export(*, disclose: bool) -> Iterator[bytes]:
    """The lines of a register export under the latest head, cosigned as far as it is; with the acts if `disclose`."""
    with transaction.atomic():
        text = latest_text()
        checkpoint = Checkpoint.parse(text)
        rows = ActRecord.objects.filter(index__lt=checkpoint.size).order_by("index")
        entries = (
            (Leaf(row.id, row.recorded_at), row.envelope if disclose else None) for row in rows.iterator(chunk_size=500)
        )
        yield from write_export(checkpoint, known_credentials().values(), entries)


def _best_checkpoint(index: int) -> CheckpointRecord:
    """The earliest head that covers the entry and carries a cosignature, else the earliest that covers it."""
    covering = CheckpointRecord.objects.filter(size__gt=index).order_by("size")
    return covering.filter(cosignatures__isnull=False).first() or covering[0]


def receipts_for(records: Sequence[ActRecord]) -> dict[str, Receipt]:
    """Receipts for rows of this register under its latest head, by act id; without credentials, as on the wire."""
    head = head_checkpoint()
    plans = {record.id: inclusion_plan(record.index, head.size) for record in records}
    wanted = list({place for plan in plans.values() for group in plan for place in group})
    found = dict(zip(wanted, _nodes(wanted), strict=True)) if wanted else {}
    return {
        record.id: Receipt(
            Leaf(record.id, record.recorded_at),
            record.index,
            tuple(evaluate(plans[record.id], lambda places: [found[place] for place in places])),
            head,
        )
        for record in records
    }


def receipt_for(record: ActRecord) -> Receipt:
    """Our own receipt for an act, as a file: under a cosigned head where there is one, with credentials."""
    checkpoint_record = _best_checkpoint(record.index)
    checkpoint = Checkpoint.parse(checkpoint_text(checkpoint_record))
    proof = evaluate(inclusion_plan(record.index, checkpoint.size), _nodes)
    known = known_credentials()
    carried = tuple(known[node] for node in (checkpoint.node, *checkpoint.cosigners) if node in known)
    return Receipt(Leaf(record.id, record.recorded_at), record.index, tuple(proof), checkpoint, carried)


def known_credentials() -> dict[str, Credentials]:
    """Credentials of this node and of every confirmed partner, by name."""
    known = {partner.node: partner.credentials for partner in Partner.objects.exclude(status=Partner.Status.PENDING)}
    identity = local()
    known[identity.node] = identity.credentials
    return known


def store_cosignature(partner: Partner, entries: int, cosignature: Cosignature) -> bool:
    """Keep a partner's cosignature on our head of that size. Returns whether it is new.

    Raises SignatureError or CredentialsError when it does not verify, ProofError when we signed no such head.
    """
    record = CheckpointRecord.objects.filter(size=entries).first()
    if record is None or cosignature.node != partner.node:
        raise ProofError(f"{partner.node} cosigned a head of {entries} entries that this node did not sign")
    if record.cosignatures.filter(node=partner.node).exists():
        return False
    own = local().credentials
    checkpoint = Checkpoint.parse(record.note).with_cosignatures([cosignature])
    verify_checkpoint(checkpoint, {own.node: own, partner.node: partner.credentials})
    CosignatureRecord.objects.get_or_create(
        checkpoint=record, node=partner.node, defaults={"text": cosignature.to_text(), "at": timezone.now()}
    )
    return True
