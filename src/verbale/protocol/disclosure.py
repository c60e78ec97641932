"""Disclosures: acts of a dossier as a file for somebody who was no party to them, verifiable offline.

JSON lines, each in canonical form. First a head: `{"verbale":"disclosure","v":1,"credentials":[…]}`; then one line an
act: `{"envelope":{…},"receipts":[…],"withheld":[…]}` for one that is disclosed, with receipts of nodes that hold it
and the hashes of its attachments that are held back, or `{"kept":{"act","author","issued","reason"}}` for one that is
not; last `{"end": number of acts}`.

An act that is disclosed is the one that was exchanged: it bears its author's signatures, and the receipts show since
when it stands in the registers of those who received it. Attachments are no part of an act: a file beside the
disclosure is the one that was exchanged when its hash is the one that the act names.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verbale.protocol.acts import Act, parse_act
from verbale.protocol.canonical import canonical_bytes, parse_object
from verbale.protocol.credentials import MAX_CREDENTIALS_BYTES, Credentials
from verbale.protocol.encoding import is_version_1
from verbale.protocol.envelope import ACT_TYPE, MAX_ENVELOPE_BYTES, Envelope
from verbale.protocol.errors import CredentialsError, LimitError, MalformedError, ProofError
from verbale.protocol.receipts import Receipt

__all__ = ["MAX_DISCLOSED", "Disclosed", "Disclosure", "Kept", "verify_disclosure", "write_disclosure"]

MAX_DISCLOSED = 1_000
"""Acts in one disclosure, those kept back included."""
_MOST_RECEIPTS = 32
_LINE_LIMIT = MAX_ENVELOPE_BYTES + _MOST_RECEIPTS * (64 << 10)


@dataclass(frozen=True)
class Disclosed:
    """One act that is shown."""

    act: Act
    envelope: Envelope
    receipts: tuple[Receipt, ...]
    withheld: tuple[str, ...]
    """SHA-256 of the attachments that are held back."""


@dataclass(frozen=True)
class Kept:
    """One act that is not shown, and why: its place in the dossier is told, its content is not."""

    act: str
    author: str
    issued: str
    reason: str
    """`marking` where the author's marking forbids it, `choice` where who discloses held it back."""


@dataclass(frozen=True)
class Disclosure:
    """A disclosure whose signatures and receipts hold."""

    disclosed: tuple[Disclosed, ...]
    kept: tuple[Kept, ...]
    credentials: Mapping[str, Credentials]
    """Those under which it was checked, pinned and carried."""


def write_disclosure(
    credentials: Iterable[Credentials],
    disclosed: Iterable[tuple[Envelope, Sequence[Receipt], Sequence[str]]],
    kept: Iterable[Kept],
) -> Iterator[bytes]:
    """The lines of a disclosure, each with its line end. Raises LimitError beyond MAX_DISCLOSED acts."""
    head = {"verbale": "disclosure", "v": 1, "credentials": [item.to_json() for item in credentials]}
    yield canonical_bytes(head) + b"\n"
    count = 0
    lines: list[dict[str, Any]] = [
        {
            "envelope": envelope.to_json(),
            "receipts": [receipt.to_json() for receipt in receipts],
            "withheld": sorted(withheld),
        }
        for envelope, receipts, withheld in disclosed
    ]
    lines += [{"kept": {"act": k.act, "author": k.author, "issued": k.issued, "reason": k.reason}} for k in kept]
    if len(lines) > MAX_DISCLOSED:
        raise LimitError(f"a disclosure has at most {MAX_DISCLOSED} acts, not {len(lines)}")
    for line in lines:
        yield canonical_bytes(line) + b"\n"
        count += 1
    yield canonical_bytes({"end": count}) + b"\n"


def verify_disclosure(lines: Iterable[bytes], pinned: Mapping[str, Credentials] | None = None) -> Disclosure:
    """Check every signature and receipt. Raises the protocol error of what fails, naming the line.

    Under `pinned` credentials where there are some, which the carried ones must continue; under the carried ones
    elsewhere: whether those are the right ones is for the reader to compare.
    """
    rows = iter(lines)
    head = _parse(next(rows, b""), MAX_CREDENTIALS_BYTES * 8, "line 1")
    if set(head) != {"verbale", "v", "credentials"} or head["verbale"] != "disclosure":
        raise MalformedError("line 1: this is no disclosure")
    if not is_version_1(head["v"]) or not isinstance(head["credentials"], list):
        raise MalformedError("line 1: version must be 1 and credentials a list")
    known = dict(pinned or {})
    for item in map(Credentials.from_json, head["credentials"]):
        known[item.node] = known[item.node].accept(item) if item.node in known else item
    disclosed: list[Disclosed] = []
    kept: list[Kept] = []
    for number, row in enumerate(rows, start=2):
        what = f"line {number}"
        line = _parse(row, _LINE_LIMIT, what)
        if set(line) == {"end"}:
            if type(line["end"]) is not int or line["end"] != number - 2 or next(rows, None) is not None:
                raise MalformedError(f"{what}: the disclosure does not end where it says")
            break
        if number - 1 > MAX_DISCLOSED:
            raise LimitError(f"a disclosure has at most {MAX_DISCLOSED} acts")
        if set(line) == {"kept"}:
            kept.append(_kept(line["kept"], what))
        else:
            disclosed.append(_disclosed(line, what, known))
    else:
        raise MalformedError("the disclosure is cut off: its last line is missing")
    told = [*(item.act.id for item in disclosed), *(item.act for item in kept)]
    if len(told) != len(set(told)):
        raise MalformedError("the disclosure tells one act twice")
    return Disclosure(tuple(disclosed), tuple(kept), known)


def _parse(row: bytes, limit: int, what: str) -> dict[str, Any]:
    if not row.endswith(b"\n"):
        raise MalformedError(f"{what}: has no line end")
    return parse_object(row[:-1], limit=limit, what=what)


def _kept(value: Any, what: str) -> Kept:
    if not isinstance(value, dict) or set(value) != {"act", "author", "issued", "reason"}:
        raise MalformedError(f"{what}: what is kept back has act, author, issued and reason, nothing else")
    if not all(isinstance(item, str) for item in value.values()) or not _is_hash(value["act"]):
        raise MalformedError(f"{what}: what is kept back is told in texts, and the act by its id")
    return Kept(value["act"], value["author"], value["issued"], value["reason"])


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and not value.strip("0123456789abcdef")


def _disclosed(line: dict[str, Any], what: str, known: Mapping[str, Credentials]) -> Disclosed:
    if set(line) != {"envelope", "receipts", "withheld"}:
        raise MalformedError(f"{what}: an act that is shown has envelope, receipts and withheld, nothing else")
    receipts, withheld = line["receipts"], line["withheld"]
    if not isinstance(receipts, list) or len(receipts) > _MOST_RECEIPTS:
        raise MalformedError(f"{what}: receipts must be a list of at most {_MOST_RECEIPTS}")
    if not isinstance(withheld, list) or not all(map(_is_hash, withheld)):
        raise MalformedError(f"{what}: withheld must be a list of hashes")
    envelope = Envelope.from_json(line["envelope"], payload_type=ACT_TYPE)
    act = parse_act(envelope.payload)
    author = known.get(act.author)
    if author is None:
        raise CredentialsError(f"{what}: the credentials of {act.author} are not in the disclosure")
    author.verify_envelope(envelope, act.issued, f"{what}: act {act.id[:12]}…")
    held = tuple(map(Receipt.from_json, receipts))
    for receipt in held:
        if receipt.leaf.act != act.id:
            raise ProofError(f"{what}: a receipt is for another act")
        receipt.verify(known)
    return Disclosed(act, envelope, held, tuple(withheld))
