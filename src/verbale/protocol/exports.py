"""Register exports: a whole register as a file, which anybody can check without a node.

JSON lines, each in canonical form. First a head: `{"verbale":"register-export","v":1,"checkpoint","credentials":[…]}`;
then one line an entry: `{"leaf":{…}}`, with `"envelope"` beside it where the act itself is disclosed; last
`{"end": number of entries}`. The entries' leaf hashes must give the checkpoint's root.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verbale.protocol.acts import Act, parse_act
from verbale.protocol.canonical import canonical_bytes, parse_object
from verbale.protocol.credentials import MAX_CREDENTIALS_BYTES, Credentials
from verbale.protocol.encoding import is_version_1
from verbale.protocol.envelope import ACT_TYPE, MAX_ENVELOPE_BYTES, Envelope
from verbale.protocol.errors import CredentialsError, MalformedError, ProofError
from verbale.protocol.merkle import appended, root_of_peaks
from verbale.protocol.notes import Checkpoint
from verbale.protocol.receipts import Leaf, verify_checkpoint

__all__ = ["ExportSummary", "verify_export", "write_export"]

_HEAD_LIMIT = MAX_CREDENTIALS_BYTES
_LINE_LIMIT = MAX_ENVELOPE_BYTES + 1024


@dataclass(frozen=True)
class ExportSummary:
    """What a verified export shows."""

    checkpoint: Checkpoint
    entries: int
    disclosed: int
    """How many entries carry their act."""
    credentials: Mapping[str, Credentials]
    """Those that the signatures were checked under, pinned and carried."""


def write_export(
    checkpoint: Checkpoint, credentials: Iterable[Credentials], entries: Iterable[tuple[Leaf, Envelope | None]]
) -> Iterator[bytes]:
    """The lines of an export, each with its line end."""
    head = {
        "verbale": "register-export",
        "v": 1,
        "checkpoint": checkpoint.render(),
        "credentials": [item.to_json() for item in credentials],
    }
    yield canonical_bytes(head) + b"\n"
    count = 0
    for leaf, envelope in entries:
        line: dict[str, Any] = {"leaf": leaf.to_json()}
        if envelope is not None:
            line["envelope"] = envelope.to_json()
        yield canonical_bytes(line) + b"\n"
        count += 1
    yield canonical_bytes({"end": count}) + b"\n"


def verify_export(lines: Iterable[bytes], pinned: Mapping[str, Credentials] | None = None) -> ExportSummary:
    """Recompute the root from the entries and check every signature. Raises the protocol error of what fails.

    Signatures are checked under `pinned` credentials where there are some, which the carried ones must continue, and
    under the carried ones elsewhere: whether those are the right ones is for the reader to compare.
    """
    rows = iter(lines)
    head = _parse(next(rows, b""), _HEAD_LIMIT, "line 1")
    if set(head) != {"verbale", "v", "checkpoint", "credentials"} or head["verbale"] != "register-export":
        raise MalformedError("line 1: this is no register export")
    if (
        not is_version_1(head["v"])
        or not isinstance(head["credentials"], list)
        or not isinstance(head["checkpoint"], str)
    ):
        raise MalformedError("line 1: version must be 1, credentials a list, checkpoint text")
    known = dict(pinned or {})
    for item in map(Credentials.from_json, head["credentials"]):
        known[item.node] = known[item.node].accept(item) if item.node in known else item
    checkpoint = Checkpoint.parse(head["checkpoint"])
    verify_checkpoint(checkpoint, known)
    tops: list[bytes] = []
    count = disclosed = 0
    for number, row in enumerate(rows, start=2):
        line = _parse(row, _LINE_LIMIT, f"line {number}")
        if set(line) == {"end"}:
            if type(line["end"]) is not int or line["end"] != count or next(rows, None) is not None:
                raise MalformedError(f"line {number}: the export does not end where it says")
            break
        disclosed += _verify_entry(line, f"line {number}", tops, count, known)
        count += 1
    else:
        raise MalformedError("the export is cut off: its last line is missing")
    if count != checkpoint.size:
        raise ProofError(f"the checkpoint covers {checkpoint.size} entries, the file holds {count}")
    if root_of_peaks(tops) != checkpoint.root:
        raise ProofError("the entries do not give the checkpoint's root: the register was rewritten")
    return ExportSummary(checkpoint, count, disclosed, known)


def _parse(row: bytes, limit: int, what: str) -> dict[str, Any]:
    if not row.endswith(b"\n"):
        raise MalformedError(f"{what}: has no line end")
    return parse_object(row[:-1], limit=limit, what=what)


def _verify_entry(
    line: dict[str, Any], what: str, tops: list[bytes], count: int, known: Mapping[str, Credentials]
) -> bool:
    if "leaf" not in line or set(line) - {"leaf", "envelope"}:
        raise MalformedError(f"{what}: an entry has a leaf and perhaps an envelope, nothing else")
    leaf = Leaf.from_json(line["leaf"])
    appended(count, tops, [leaf.hash()])
    if "envelope" not in line:
        return False
    envelope = Envelope.from_json(line["envelope"], payload_type=ACT_TYPE)
    act: Act = parse_act(envelope.payload)
    if act.id != leaf.act:
        raise ProofError(f"{what}: the act beside the leaf is not the one that it commits to")
    author = known.get(act.author)
    if author is None:
        raise CredentialsError(f"{what}: the credentials of {act.author} are not in the export")
    author.verify_envelope(envelope, act.issued, f"{what}: act {act.id[:12]}…")
    return True
