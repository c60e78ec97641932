"""Checking files with no node and no database: a pouch, a receipt, a register export, a credentials file.

The outcome is a list of sentences: what holds, or the one thing that does not. Signatures are checked under credentials
that the caller trusts, or else those that the file carries; then the fingerprint to compare is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verbale.protocol.credentials import MAX_CREDENTIALS_BYTES, Credentials
from verbale.protocol.disclosure import verify_disclosure
from verbale.protocol.errors import CredentialsError, LimitError, MalformedError, ProtocolError
from verbale.protocol.exports import verify_export
from verbale.protocol.limits import MAX_PARCEL_BYTES
from verbale.protocol.notes import Checkpoint
from verbale.protocol.parcel import MAGIC, SealedParcel
from verbale.protocol.receipts import Receipt, verify_checkpoint
from verbale.protocol.words import fingerprint_words

__all__ = ["Finding", "verify_file"]


@dataclass(frozen=True)
class Finding:
    """The outcome for one file."""

    kind: str
    """`receipt`, `pouch`, `register-export`, `disclosure`, `checkpoint`, `credentials` or `unknown`."""
    holds: bool
    shown: tuple[str, ...]
    """Sentences on what is proven."""
    reason: str | None = None
    """Why it does not hold."""
    assumed: Mapping[str, str] = field(default_factory=dict)
    """Node to fingerprint, for credentials that came with the file and still need to be compared out of band."""


def verify_file(path: Path, trusted: Mapping[str, Credentials] | None = None) -> Finding:
    """Check the file at `path`. Never raises for what the file holds; OSError when it cannot be read."""
    kind = "unknown"
    try:
        kind = _kind(path)
        shown, carried = _CHECKS[kind](path, dict(trusted or {}))
    except ProtocolError as error:
        return Finding(kind, False, (), str(error))
    assumed = {node: item.current.fingerprint for node, item in carried.items() if node not in (trusted or {})}
    return Finding(kind, True, tuple(shown), None, assumed)


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(64)
        if start.startswith(MAGIC):
            return "pouch"
        if start.startswith(b"verbale/"):
            return "checkpoint"
        if start.startswith(b'{"chain":'):
            return "credentials"
        if start.startswith(b'{"credentials":'):
            return "disclosure"
        if start.startswith(b'{"checkpoint":'):
            # Both begin alike, since canonical JSON sorts its keys; what tells them apart ends the first line.
            file.seek(0)
            head = file.readline(MAX_CREDENTIALS_BYTES).rstrip()
            return "register-export" if head.endswith(b'"verbale":"register-export"}') else "receipt"
    return "unknown"


Outcome = tuple[list[str], Mapping[str, Credentials]]


def _check_receipt(path: Path, trusted: dict[str, Credentials]) -> Outcome:
    receipt = Receipt.from_bytes(_read(path, MAX_CREDENTIALS_BYTES))
    carried = {item.node: item for item in receipt.credentials}
    known = _merge(trusted, carried)
    receipt.verify(known)
    shown = [
        f"{receipt.holder} holds act {receipt.leaf.act} since {receipt.leaf.at}, "
        f"as entry {receipt.index} of a register of {receipt.checkpoint.size}."
    ]
    cosigners = receipt.checkpoint.cosigners
    if cosigners:
        shown.append(f"The head of that register is cosigned by {', '.join(cosigners)}.")
    return shown, {node: known[node] for node in (receipt.holder, *cosigners)}


def _check_export(path: Path, trusted: dict[str, Credentials]) -> Outcome:
    with path.open("rb") as file:
        summary = verify_export(iter(lambda: file.readline(MAX_CREDENTIALS_BYTES), b""), trusted)
    head = summary.checkpoint
    shown = [
        f"The register of {head.node} has {summary.entries} entries; they give the root signed at {head.time}.",
        f"{summary.disclosed} of its acts are disclosed, and each is signed by its author.",
    ]
    return shown, summary.credentials


def _check_disclosure(path: Path, trusted: dict[str, Credentials]) -> Outcome:
    with path.open("rb") as file:
        found = verify_disclosure(iter(lambda: file.readline(MAX_PARCEL_BYTES), b""), trusted)
    shown = [
        f"{len(found.disclosed)} acts are shown, each signed by its author, with "
        f"{sum(len(item.receipts) for item in found.disclosed)} receipts of nodes that hold them; "
        f"{len(found.kept)} are kept back."
    ]
    return shown, found.credentials


def _check_pouch(path: Path, trusted: dict[str, Credentials]) -> Outcome:
    parcel = SealedParcel.from_bytes(_read(path, MAX_PARCEL_BYTES))
    carried = parcel.carried_credentials()
    known = _merge(trusted, {parcel.sender: carried} if carried else {})
    if parcel.sender not in known:
        raise CredentialsError(f"the credentials of {parcel.sender} are neither in the file nor given")
    parcel.verify(known[parcel.sender])
    shown = [
        f"{parcel.sender} sealed this pouch for {', '.join(parcel.recipients)} at {parcel.header['at']}; "
        "nothing in it has changed since."
    ]
    return shown, {parcel.sender: known[parcel.sender]}


def _check_credentials(path: Path, trusted: dict[str, Credentials]) -> Outcome:
    credentials = Credentials.from_bytes(_read(path, MAX_CREDENTIALS_BYTES))
    latest = _merge(trusted, {credentials.node: credentials})[credentials.node].current
    now = credentials.current
    shown = [
        f"{now.name} ({now.node}), version {now.serial}, endpoint {now.endpoint or 'none'}.",
        "Fingerprint in words: " + " ".join(fingerprint_words(now.fingerprint)) + ".",
    ]
    if latest.revoked is not None:
        raise CredentialsError(f"{latest.node} revoked these credentials on {latest.issued}: {latest.revoked}")
    return shown, {credentials.node: credentials}


def _check_checkpoint(path: Path, trusted: dict[str, Credentials]) -> Outcome:
    try:
        checkpoint = Checkpoint.parse(_read(path, MAX_CREDENTIALS_BYTES).decode())
    except UnicodeDecodeError:
        raise MalformedError("checkpoint: is not UTF-8 text") from None
    verify_checkpoint(checkpoint, trusted)
    return [f"{checkpoint.node} signed a register of {checkpoint.size} entries at {checkpoint.time}."], {}


def _check_unknown(path: Path, trusted: dict[str, Credentials]) -> Outcome:
    raise MalformedError(
        "this is neither a pouch, a receipt, a register export, a disclosure, a checkpoint nor credentials"
    )


_CHECKS = {
    "pouch": _check_pouch,
    "receipt": _check_receipt,
    "register-export": _check_export,
    "disclosure": _check_disclosure,
    "credentials": _check_credentials,
    "checkpoint": _check_checkpoint,
    "unknown": _check_unknown,
}


def _merge(trusted: dict[str, Credentials], carried: Mapping[str, Credentials]) -> dict[str, Credentials]:
    """Carried credentials are used where none are trusted, and must continue the trusted ones where some are."""
    merged = dict(trusted)
    for node, offered in carried.items():
        merged[node] = trusted[node].accept(offered) if node in trusted else offered
    return merged


def _read(path: Path, limit: int) -> bytes:
    if path.stat().st_size > limit:
        raise LimitError(f"the file has {path.stat().st_size} bytes; the limit is {limit}")
    return path.read_bytes()
