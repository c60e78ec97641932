"""The node's own check of its register: nothing on the disk was changed behind its back."""

from collections.abc import Callable
from dataclasses import dataclass

from verbale.node.identity import public_credentials
from verbale.node.models import ActRecord, Partner, RegisterHead, TreeNode
from verbale.node.register import head_checkpoint
from verbale.protocol import Leaf, ProtocolError, parse_act, verify_checkpoint
from verbale.protocol.merkle import appended, root_of_peaks

__all__ = ["Outcome", "check_register"]


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
    for record in ActRecord.objects.order_by("index").iterator(chunk_size=500):
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
    checkpoint = head_checkpoint()
    if checkpoint.size == count and checkpoint.root != root_of_peaks(tops):
        problems.append("the signed head does not follow from the acts")
    try:
        verify_checkpoint(checkpoint, known)
    except ProtocolError as error:
        problems.append(f"the signed head: {error}")
    return Outcome(count, problems)


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
    except ProtocolError as error:
        return [f"{what}: {error}"]
    return []
