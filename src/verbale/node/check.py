"""The node's own check of its register: nothing on the disk was changed behind its back."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Max

from verbale.node.identity import node_name, public_credentials
from verbale.node.models import ActRecord, CheckpointRecord, Partner, RegisterHead, TreeNode
from verbale.protocol import Checkpoint, Leaf, ProtocolError, parse_act, verify_checkpoint
from verbale.protocol.merkle import appended, root_of_peaks

__all__ = ["Outcome", "check_register"]

_LISTED = (
    *("type", "author", "audience", "matter_id", "about_id", "issued"),
    *("marking", "precedence", "exercise", "words"),
)
"""Columns that repeat what an act says, so that it can be found."""


@dataclass(frozen=True)
class Outcome:
    """How many entries were checked, and a sentence for each thing that is wrong."""

    entries: int
    problems: list[str]


def check_register(progress: Callable[[int, int], None] = lambda done, total: None) -> Outcome:
    """Every act parses, bears its author's signatures and stands in its place; the tree and the signed head follow from
    them."""
    problems: list[str] = []
    known = {partner.node: partner.credentials for partner in Partner.objects.all()}
    own = public_credentials()
    known[own.node] = own
    head = RegisterHead.objects.filter(pk=1).first()
    size = head.size if head else 0
    tops: list[bytes] = []
    count = 0
    # Up to the head that was read: what arrives meanwhile is not part of it.
    for record in ActRecord.objects.filter(index__lt=size).order_by("index").iterator(chunk_size=500):
        if record.index != count:
            problems.append(f"entry {count} is missing")
            break
        problems += _check_act(record, known)
        nodes = appended(count, tops, [Leaf(record.id, record.recorded_at).hash()])
        stored = TreeNode.objects.in_bulk([level << 52 | index for level, index, _hash in nodes])
        for level, index, value in nodes:
            row = stored.get(level << 52 | index)
            if row is None or bytes(row.hash) != value:
                problems.append(f"entry {count}: the stored tree differs from its acts")
        count += 1
        if count % 100 == 0:
            progress(count, size)
    if count != size:
        problems.append(f"the register should hold {size} entries and holds {count}")
    elif head is not None and bytes(head.tops) != b"".join(tops):
        problems.append("the stored tree differs from its acts at its head")
    problems += _check_head(size, root_of_peaks(tops) if count == size and size else None, known)
    last = ActRecord.objects.aggregate(last=Max("index"))["last"]
    signed = CheckpointRecord.objects.aggregate(last=Max("size"))["last"] or 0
    # Asked in this order: an act, its signed head and the head that covers it are written together.
    end = RegisterHead.objects.filter(pk=1).values_list("size", flat=True).first() or 0
    if last is not None and last >= end:
        problems.append(f"entry {last} stands beyond the end of the register")
    if signed > end:
        problems.append(f"a head of {signed} entries was signed, and the register ends at {end}: it was cut off")
    return Outcome(count, problems)


def _check_head(size: int, root: bytes | None, known: dict) -> list[str]:
    """The signed head of that size: it is there, it is ours, and it has the root that follows from the acts."""
    record = CheckpointRecord.objects.filter(pk=size).first()
    if record is None:
        return [f"there is no signed head of {size} entries"] if size else []
    try:
        checkpoint = Checkpoint.parse(record.note)
        verify_checkpoint(checkpoint, known)
    except ProtocolError as error:
        return [f"the signed head: {error}"]
    if checkpoint.node != node_name() or checkpoint.size != size or (root is not None and checkpoint.root != root):
        return ["the signed head does not follow from the acts"]
    return []


def _check_act(record: ActRecord, known: dict) -> list[str]:
    what = f"entry {record.index}, act {record.id[:12]}"
    try:
        act = parse_act(bytes(record.payload))
        if act.id != record.id:
            return [f"{what}: its content was changed"]
        author = known.get(act.author)
        if author is None:
            return [f"{what}: the credentials of {act.author} are gone"]
        author.verify_envelope(record.envelope, act.issued, what)
        listed = ActRecord.of(act, record.envelope, index=record.index, at=record.recorded_at, via=record.via)
        if any(getattr(record, name) != getattr(listed, name) for name in _LISTED):
            return [f"{what}: it is listed as something else than it is"]
    except ProtocolError as error:
        return [f"{what}: {error}"]
    except (TypeError, ValueError):
        return [f"{what}: its stored form cannot be read"]
    return []
