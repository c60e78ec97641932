"""Parcels and pouches: acts and attachments, sealed to one or many nodes and signed by the sender.

Layout of the bytes, the same on the wire (a parcel) and in a carried file (a pouch):

    b"verbale-parcel/1\\n"
    header     canonical JSON, one line, "\\n"
    ciphertext AES-256-GCM of the frames, header["size"] + 16 bytes
    trailer    Ed25519 signature (64) and ML-DSA-65 signature (3309) over
               PAE("application/vnd.verbale.parcel", header line ‖ SHA-256(ciphertext))

A fresh content key is wrapped for each recipient with HPKE (RFC 9180, ML-KEM-768+X25519); the header without its wraps
is the HPKE info, the whole header the associated data of the content. The sender's signature lets a changed pouch be
refused by whoever cannot open it. Frames: one kind byte, an 8-byte big-endian length, the content.
"""

import hashlib
import re
import secrets
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from verbale.protocol.acts import is_node, new_nonce
from verbale.protocol.canonical import canonical_bytes, parse_object
from verbale.protocol.credentials import Credentials
from verbale.protocol.encoding import b64, format_time, from_b64, is_version_1, parse_time
from verbale.protocol.envelope import MAX_ENVELOPE_BYTES, Envelope, pae
from verbale.protocol.errors import CredentialsError, LimitError, MalformedError, SealError
from verbale.protocol.keys import ED25519_SIGNATURE_BYTES, MLDSA65_SIGNATURE_BYTES, PrivateKeys, PublicKeys
from verbale.protocol.limits import (
    MAX_ATTACHMENT_BYTES,
    MAX_AUDIENCE,
    MAX_HEADER_BYTES,
    MAX_PARCEL_BYTES,
    MAX_PARCEL_FRAMES,
)

__all__ = ["Contents", "SealedParcel", "seal"]

MAGIC = b"verbale-parcel/1\n"
PARCEL_TYPE = "application/vnd.verbale.parcel"
_TRAILER_BYTES = ED25519_SIGNATURE_BYTES + MLDSA65_SIGNATURE_BYTES
_TAG_BYTES = 16
_FRAME = struct.Struct(">cQ")
_MANIFEST_BYTES = 8 << 20


@dataclass(frozen=True)
class Contents:
    """What is inside: a manifest (free JSON of the exchange), envelopes of acts, attachments."""

    manifest: Mapping[str, Any] = field(default_factory=dict)
    envelopes: tuple[Envelope, ...] = ()
    attachments: tuple[bytes, ...] = ()

    def to_bytes(self) -> bytes:
        return b"".join(self._frames())

    def _frames(self) -> Iterator[bytes]:
        for kind, content in (
            (b"M", canonical_bytes(dict(self.manifest))),
            *((b"E", envelope.to_bytes()) for envelope in self.envelopes),
            *((b"A", attachment) for attachment in self.attachments),
        ):
            yield _FRAME.pack(kind, len(content))
            yield content

    @classmethod
    def from_bytes(cls, data: bytes) -> "Contents":
        """Raises MalformedError or LimitError naming the frame."""
        manifests: list[dict[str, Any]] = []
        envelopes: list[Envelope] = []
        attachments: list[bytes] = []
        position, count = 0, 0
        while position < len(data):
            count += 1
            if count > MAX_PARCEL_FRAMES:
                raise LimitError(f"parcel: more than {MAX_PARCEL_FRAMES} frames")
            if position + _FRAME.size > len(data):
                raise MalformedError(f"parcel: frame {count} is cut off")
            kind, length = _FRAME.unpack_from(data, position)
            position += _FRAME.size
            content = data[position : position + length]
            if len(content) != length:
                raise MalformedError(f"parcel: frame {count} is cut off")
            position += length
            if kind == b"M":
                manifests.append(parse_object(content, limit=_MANIFEST_BYTES, what="parcel: manifest"))
            elif kind == b"E":
                if length > MAX_ENVELOPE_BYTES:
                    raise LimitError(f"parcel: frame {count} exceeds {MAX_ENVELOPE_BYTES} bytes for an act")
                envelopes.append(Envelope.from_bytes(content))
            elif kind == b"A":
                if length > MAX_ATTACHMENT_BYTES:
                    raise LimitError(f"parcel: an attachment exceeds {MAX_ATTACHMENT_BYTES} bytes")
                attachments.append(content)
            else:
                raise MalformedError(f"parcel: frame {count} is of unknown kind {kind!r}")
        if len(manifests) != 1:
            raise MalformedError(f"parcel: expected one manifest, found {len(manifests)}")
        return cls(manifests[0], tuple(envelopes), tuple(attachments))


@dataclass(frozen=True)
class SealedParcel:
    """A parcel as its bytes say, not yet verified or opened."""

    header: Mapping[str, Any]
    header_line: bytes
    ciphertext: bytes
    ed25519: bytes
    mldsa65: bytes

    @property
    def sender(self) -> str:
        return str(self.header["from"])

    @property
    def recipients(self) -> tuple[str, ...]:
        return tuple(item["node"] for item in self.header["to"])

    @property
    def id(self) -> str:
        return str(self.header["id"])

    def to_bytes(self) -> bytes:
        return MAGIC + self.header_line + b"\n" + self.ciphertext + self.ed25519 + self.mldsa65

    @classmethod
    def from_bytes(cls, data: bytes) -> "SealedParcel":
        """Parse without verifying. Raises MalformedError or LimitError."""
        if len(data) > MAX_PARCEL_BYTES:
            raise LimitError(f"parcel has {len(data)} bytes; the limit is {MAX_PARCEL_BYTES}")
        if not data.startswith(MAGIC):
            raise MalformedError("this is no Verbale parcel or pouch")
        end = data.find(b"\n", len(MAGIC), len(MAGIC) + MAX_HEADER_BYTES + 1)
        if end < 0:
            raise MalformedError(f"parcel: no header line within {MAX_HEADER_BYTES} bytes")
        line = data[len(MAGIC) : end]
        header = parse_object(line, limit=MAX_HEADER_BYTES, what="parcel header")
        _check_header(header)
        cipher_end = end + 1 + header["size"] + _TAG_BYTES
        if len(data) != cipher_end + _TRAILER_BYTES:
            raise MalformedError(f"parcel: expected {cipher_end + _TRAILER_BYTES} bytes, found {len(data)}")
        middle = cipher_end + ED25519_SIGNATURE_BYTES
        return cls(header, line, data[end + 1 : cipher_end], data[cipher_end:middle], data[middle:])

    def carried_credentials(self) -> Credentials | None:
        """The sender's credentials, when the header carries them (a pouch does). Verified as a chain."""
        carried = self.header.get("credentials")
        if carried is None:
            return None
        credentials = Credentials.from_json(carried)
        if credentials.node != self.sender:
            raise CredentialsError(f"parcel from {self.sender} carries the credentials of {credentials.node}")
        return credentials

    def verify(self, sender: Credentials) -> None:
        """The sender's signatures, by keys in force at the header's time. Raises SignatureError or CredentialsError."""
        keys = sender.keys_by_fingerprint(self.header["key"])
        if keys is None or sender.node != self.sender:
            raise CredentialsError(f"parcel from {self.sender}: signed with keys that are not in its credentials")
        keys.verify(
            _signed(self.header_line, self.ciphertext), self.ed25519, self.mldsa65, f"parcel from {self.sender}"
        )
        sender.check_in_force(keys, self.header["at"], f"parcel from {self.sender}")

    def open(self, node: str, generations: Iterable[PrivateKeys]) -> Contents:
        """Unseal and parse. Raises SealError when not sealed to these keys, MalformedError when damaged inside."""
        by_key = {keys.public.fingerprint(node): keys for keys in generations}
        for item in self.header["to"]:
            if item["node"] == node and item["key"] in by_key:
                wrapped = from_b64(item["wrap"], "parcel header: wrap")
                content_key = by_key[item["key"]].unwrap(wrapped, _info(self.header))
                break
        else:
            named = ", ".join(self.recipients)
            raise SealError(f"this parcel is sealed to {named}, not to the keys of {node}")
        try:
            nonce = from_b64(self.header["nonce"], "parcel header: nonce", length=12)
            plain = AESGCM(content_key).decrypt(nonce, self.ciphertext, self.header_line)
        except (InvalidTag, ValueError):
            raise SealError("the parcel was changed after it was sealed") from None
        return Contents.from_bytes(plain)


def seal(
    contents: Contents,
    *,
    sender: str,
    keys: PrivateKeys,
    recipients: Mapping[str, PublicKeys],
    moment: datetime,
    credentials: Credentials | None = None,
) -> SealedParcel:
    """Seal to `recipients` (node name to keys) and sign. With `credentials` of the sender it is a pouch."""
    if not 1 <= len(recipients) <= MAX_AUDIENCE:
        raise LimitError(f"a parcel has 1 to {MAX_AUDIENCE} recipients, not {len(recipients)}")
    plain = contents.to_bytes()
    content_key, nonce = AESGCM.generate_key(256), secrets.token_bytes(12)
    header: dict[str, Any] = {
        "v": 1,
        "id": new_nonce(),
        "from": sender,
        "key": keys.public.fingerprint(sender),
        "at": format_time(moment),
        "size": len(plain),
        "nonce": b64(nonce),
        "to": [{"node": node, "key": public.fingerprint(node)} for node, public in sorted(recipients.items())],
    }
    if credentials is not None:
        header["credentials"] = credentials.to_json()
    info = _info(header)
    for item in header["to"]:
        item["wrap"] = b64(recipients[item["node"]].wrap(content_key, info))
    line = canonical_bytes(header)
    ciphertext = AESGCM(content_key).encrypt(nonce, plain, line)
    if len(ciphertext) > MAX_PARCEL_BYTES - MAX_HEADER_BYTES or len(line) > MAX_HEADER_BYTES:
        raise LimitError(f"parcel would have {len(ciphertext)} bytes; the limit is {MAX_PARCEL_BYTES}")
    ed25519, mldsa65 = keys.sign(_signed(line, ciphertext))
    return SealedParcel(header, line, ciphertext, ed25519, mldsa65)


def _info(header: Mapping[str, Any]) -> bytes:
    bare = {**header, "to": [{"node": item["node"], "key": item["key"]} for item in header["to"]]}
    return b"verbale-parcel/1 content key\0" + hashlib.sha256(canonical_bytes(bare)).digest()


def _signed(header_line: bytes, ciphertext: bytes) -> bytes:
    return pae(PARCEL_TYPE, header_line + hashlib.sha256(ciphertext).digest())


def _check_header(header: Mapping[str, Any]) -> None:
    expected = {"v", "id", "from", "key", "at", "size", "nonce", "to"}
    if set(header) - {"credentials"} != expected or not is_version_1(header["v"]):
        raise MalformedError("parcel header: must have exactly " + ", ".join(sorted(expected)) + ", version 1")
    if not isinstance(header["from"], str) or not is_node(header["from"]):
        raise MalformedError("parcel header: from must name a node")
    for name, digits in (("id", 32), ("key", 64)):
        if not isinstance(header[name], str) or not re.fullmatch(f"[0-9a-f]{{{digits}}}", header[name]):
            raise MalformedError(f"parcel header: {name} must be {digits} hex digits")
    from_b64(header["nonce"], "parcel header: nonce", length=12)
    if type(header["size"]) is not int or not 0 <= header["size"] <= MAX_PARCEL_BYTES:
        raise MalformedError(f"parcel header: size must be between 0 and {MAX_PARCEL_BYTES}")
    parse_time(header["at"], "parcel header: at")
    to = header["to"]
    if not isinstance(to, list) or not 1 <= len(to) <= MAX_AUDIENCE:
        raise MalformedError(f"parcel header: to must list 1 to {MAX_AUDIENCE} recipients")
    for item in to:
        if not isinstance(item, dict) or set(item) != {"node", "key", "wrap"}:
            raise MalformedError("parcel header: each recipient must have exactly node, key, wrap")
        if not all(isinstance(value, str) for value in item.values()) or not is_node(item["node"]):
            raise MalformedError("parcel header: a recipient's node, key and wrap must be text")
