"""Signed notes, checkpoints and cosignatures after C2SP: signed-note, tlog-checkpoint, tlog-cosignature.

A checkpoint's text is `origin`, size, base64 root, and one extension line `time <RFC 3339>`. Its log signs with
Ed25519 (signature type 0x01) and ML-DSA-65 (type 0xff, as the standard gives for types without a number); both must
verify. A partner cosigns with a timestamp: Ed25519 (type 0x04) and again ML-DSA-65.
"""

import hashlib
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime

from verbale.protocol.encoding import b64, format_time, from_b64, parse_time
from verbale.protocol.errors import LimitError, MalformedError, ProofError, SignatureError
from verbale.protocol.keys import ED25519_SIGNATURE_BYTES, MLDSA65_SIGNATURE_BYTES, PrivateKeys, PublicKeys
from verbale.protocol.limits import MAX_NOTE_BYTES

__all__ = ["Checkpoint", "Cosignature", "SignedNote", "cosign", "log_name", "sign_checkpoint"]

_LOG_ED25519 = b"\x01"
_COSIGN_ED25519 = b"\x04"
_LOG_MLDSA65 = b"\xffverbale ML-DSA-65 checkpoint v1"
_COSIGN_MLDSA65 = b"\xffverbale ML-DSA-65 cosignature v1"
_SIZE = re.compile(r"0|[1-9]\d{0,15}", re.ASCII)
_NAME = re.compile(r"[^\s+]{1,100}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


def log_name(node: str) -> str:
    """The name under which a node's register signs, and the first line of its checkpoints."""
    return f"verbale/{node}"


def _key_hash(name: str, kind: bytes, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:4]


@dataclass(frozen=True)
class SignedNote:
    """A text and its signature lines as (key name, 4-byte key hash, signature bytes)."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    def render(self) -> str:
        return self.text + "\n" + "".join(_line(*signature) for signature in self.signatures)

    @classmethod
    def parse(cls, note: str) -> "SignedNote":
        """Raises MalformedError naming the line."""
        try:
            size = len(note.encode())
        except UnicodeEncodeError:
            raise MalformedError("signed note: is not UTF-8 text") from None
        if size > MAX_NOTE_BYTES:
            raise LimitError(f"signed note is larger than {MAX_NOTE_BYTES} bytes")
        text, separator, tail = note.rpartition("\n\n")
        if not separator or not tail.endswith("\n"):
            raise MalformedError("signed note: no blank line before the signatures, or the last line has no end")
        if _CONTROL.search(note):
            raise MalformedError("signed note: control characters are not allowed")
        lines = tail[:-1].split("\n")
        return cls(text + "\n", tuple(parse_signature_line(line) for line in lines))


def parse_signature_line(line: str) -> tuple[str, bytes, bytes]:
    """`— name base64(key hash ‖ signature)`. Raises MalformedError."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—" or not _NAME.fullmatch(parts[1]):
        raise MalformedError(f"signed note: {line[:40]!r} is no signature line")
    value = from_b64(parts[2], f"signed note: signature of {parts[1]}")
    if len(value) < 5:
        raise MalformedError(f"signed note: the signature of {parts[1]} is too short")
    return parts[1], value[:4], value[4:]


def _line(name: str, key_hash: bytes, signature: bytes) -> str:
    return f"— {name} {b64(key_hash + signature)}\n"


@dataclass(frozen=True)
class Checkpoint:
    """The signed head of a register."""

    node: str
    size: int
    """Number of entries."""
    root: bytes
    """Root hash, 32 bytes."""
    time: str
    """When it was signed, by the node's own clock."""
    note: SignedNote

    @property
    def signed_at(self) -> datetime:
        return parse_time(self.time, "checkpoint: time")

    def render(self) -> str:
        return self.note.render()

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Parse without verifying. Raises MalformedError naming the line."""
        note = SignedNote.parse(text)
        lines = note.text[:-1].split("\n")
        if len(lines) != 4:
            raise MalformedError(f"checkpoint: expected 4 lines (origin, size, root, time), found {len(lines)}")
        origin, size, root, time = lines
        if not origin.startswith("verbale/"):
            raise MalformedError(f"checkpoint: origin {origin[:40]!r} is not a Verbale register")
        if not _SIZE.fullmatch(size):
            raise MalformedError(f"checkpoint: size {size[:40]!r} is not a decimal number")
        if not time.startswith("time "):
            raise MalformedError("checkpoint: the fourth line must begin with 'time '")
        parse_time(time[5:], "checkpoint: time")
        return cls(origin[8:], int(size), from_b64(root, "checkpoint: root", length=32), time[5:], note)

    def verify(self, keys: PublicKeys) -> None:
        """Both signatures of the log itself, under `keys`. Raises SignatureError."""
        name, message = log_name(self.node), self.note.text.encode()
        pair = _find_pair(self.note, name, (_LOG_ED25519, _LOG_MLDSA65), keys)
        if pair is None:
            raise SignatureError(f"checkpoint of {self.node}: not signed with the keys of its node")
        keys.verify(message, *pair, f"checkpoint of {self.node}")

    def without_cosignatures(self) -> "Checkpoint":
        """The checkpoint with the lines of its own log only."""
        mine = tuple(line for line in self.note.signatures if line[0] == log_name(self.node))
        return Checkpoint(self.node, self.size, self.root, self.time, SignedNote(self.note.text, mine))

    def with_cosignatures(self, cosignatures: "list[Cosignature]") -> "Checkpoint":
        lines = [line for item in cosignatures for line in item.lines]
        note = SignedNote(self.note.text, (*self.note.signatures, *lines))
        return Checkpoint(self.node, self.size, self.root, self.time, note)

    @property
    def cosigners(self) -> tuple[str, ...]:
        """Names of the nodes whose lines stand under this checkpoint beside its own; not verified."""
        names = dict.fromkeys(name for name, _, _ in self.note.signatures if name != log_name(self.node))
        return tuple(name.removeprefix("verbale/") for name in names)

    def verify_cosignature(self, node: str, keys: PublicKeys) -> datetime:
        """When `node` cosigned this checkpoint. Raises SignatureError or ProofError."""
        pair = _find_pair(self.note, log_name(node), (_COSIGN_ED25519, _COSIGN_MLDSA65), keys)
        if pair is None:
            raise SignatureError(f"checkpoint of {self.node}: no cosignature with the keys of {node}")
        stamps = {value[:8] for value in pair}
        if len(stamps) != 1:
            raise ProofError(f"cosignature of {node}: its two halves carry different times")
        (moment,) = struct.unpack(">Q", stamps.pop())
        keys.verify(
            _cosigned(moment, self.note.text), pair[0][8:], pair[1][8:], f"cosignature of {node} on {self.node}"
        )
        try:
            return datetime.fromtimestamp(moment, UTC)
        except (OverflowError, ValueError, OSError):
            raise ProofError(f"cosignature of {node}: {moment} is no moment of the calendar") from None


@dataclass(frozen=True)
class Cosignature:
    """The two signature lines of a cosigning node."""

    node: str
    lines: tuple[tuple[str, bytes, bytes], ...]

    def to_text(self) -> str:
        return "".join(_line(*line) for line in self.lines)

    @classmethod
    def parse(cls, text: str) -> "Cosignature":
        """Two signature lines of one name. Raises MalformedError."""
        lines = tuple(parse_signature_line(line) for line in text.splitlines())
        if len(lines) != 2 or lines[0][0] != lines[1][0] or not lines[0][0].startswith("verbale/"):
            raise MalformedError("cosignature: expected two signature lines of one node")
        return cls(lines[0][0].removeprefix("verbale/"), lines)


def sign_checkpoint(node: str, size: int, root: bytes, moment: datetime, keys: PrivateKeys) -> Checkpoint:
    """A new checkpoint of `node`'s register."""
    name, time = log_name(node), format_time(moment)
    text = f"{name}\n{size}\n{b64(root)}\ntime {time}\n"
    ed25519, mldsa65 = keys.sign(text.encode())
    public = keys.public
    note = SignedNote(
        text,
        (
            (name, _key_hash(name, _LOG_ED25519, public.ed25519), ed25519),
            (name, _key_hash(name, _LOG_MLDSA65, public.mldsa65), mldsa65),
        ),
    )
    return Checkpoint(node, size, root, time, note)


def cosign(checkpoint: Checkpoint, node: str, moment: datetime, keys: PrivateKeys) -> Cosignature:
    """`node`'s cosignature. The caller has verified the checkpoint and its consistency with the last one."""
    name, seconds = log_name(node), int(moment.timestamp())
    ed25519, mldsa65 = keys.sign(_cosigned(seconds, checkpoint.note.text))
    stamp, public = struct.pack(">Q", seconds), keys.public
    return Cosignature(
        node,
        (
            (name, _key_hash(name, _COSIGN_ED25519, public.ed25519), stamp + ed25519),
            (name, _key_hash(name, _COSIGN_MLDSA65, public.mldsa65), stamp + mldsa65),
        ),
    )


def _cosigned(seconds: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _find_pair(note: SignedNote, name: str, kinds: tuple[bytes, bytes], keys: PublicKeys) -> tuple[bytes, bytes] | None:
    found = []
    extra = 0 if kinds[0] == _LOG_ED25519 else 8
    for kind, public, length in (
        (kinds[0], keys.ed25519, ED25519_SIGNATURE_BYTES + extra),
        (kinds[1], keys.mldsa65, MLDSA65_SIGNATURE_BYTES + extra),
    ):
        wanted = _key_hash(name, kind, public)
        values = [value for who, key, value in note.signatures if (who, key, len(value)) == (name, wanted, length)]
        if len(values) != 1:
            return None
        found.append(values[0])
    return found[0], found[1]
