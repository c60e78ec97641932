"""Credentials: a node's signed identity document, its versions as a chain, rotation and revocation.

Rules, in the order in which they are checked:
1. The first version has serial 1 and no predecessor, and is signed by its own keys.
2. Each later version names the SHA-256 of its predecessor, has the next serial, and is issued later.
3. Each later version is signed by its predecessor's keys; when it brings new keys, by those as well.
4. Node name and kind never change.
5. After a revocation nothing follows.
A partner pins a chain after an out-of-band comparison of the fingerprint; what it is offered afterwards must extend it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from verbale.protocol.acts import NODE_PATTERN
from verbale.protocol.canonical import canonical_bytes, parse_object
from verbale.protocol.encoding import format_time, is_version_1, parse_time
from verbale.protocol.envelope import CREDENTIALS_TYPE, Envelope, sign
from verbale.protocol.errors import ChangedKeysError, CredentialsError, LimitError, MalformedError
from verbale.protocol.keys import PrivateKeys, PublicKeys
from verbale.protocol.limits import MAX_CHAIN

__all__ = ["Credentials", "Identity", "KINDS"]

KINDS = ("state", "organisation")
_MAX_DOCUMENT_BYTES = 32_768
MAX_CREDENTIALS_BYTES = MAX_CHAIN * 64_000
_KEPT_BYTES = 64_000


class _Document(msgspec.Struct, frozen=True):
    v: Annotated[int, msgspec.Meta(ge=1)]
    node: Annotated[str, msgspec.Meta(pattern=NODE_PATTERN)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    kind: Annotated[str, msgspec.Meta(pattern=r"^(state|organisation)\Z")]
    serial: Annotated[int, msgspec.Meta(ge=1, le=MAX_CHAIN)]
    issued: str
    endpoint: Annotated[str, msgspec.Meta(max_length=500)]
    keys: dict[str, str]
    previous: str | None
    revoked: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] | None


@dataclass(frozen=True)
class Identity:
    """One version of a node's identity document."""

    node: str
    name: str
    """The formal name, as it stands in notes: `Republic of Crimson`."""
    kind: str
    """`state` or `organisation`."""
    serial: int
    issued: str
    endpoint: str
    """Base URL of the node's exchange, without trailing slash; empty for a node reached by pouch only."""
    keys: PublicKeys
    previous: str | None
    """SHA-256 of the preceding version's payload, hex; None for the first."""
    revoked: str | None
    """The reason, when this version revokes the credentials; else None."""

    def payload(self) -> bytes:
        return canonical_bytes(
            {
                "v": 1,
                "node": self.node,
                "name": self.name,
                "kind": self.kind,
                "serial": self.serial,
                "issued": self.issued,
                "endpoint": self.endpoint,
                "keys": self.keys.to_json(),
                "previous": self.previous,
                "revoked": self.revoked,
            }
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 over name and keys; the same until the keys rotate. 64 hex digits."""
        return self.keys.fingerprint(self.node)

    @classmethod
    def parse(cls, payload: bytes) -> "Identity":
        """Raises MalformedError naming the field."""
        fields = parse_object(payload, limit=_MAX_DOCUMENT_BYTES, what="identity document")
        try:
            read = msgspec.convert(fields, _Document)
        except msgspec.ValidationError as error:
            raise MalformedError(f"identity document: {error}") from None
        parse_time(read.issued, "identity document: issued")
        return cls(
            read.node,
            read.name,
            read.kind,
            read.serial,
            read.issued,
            read.endpoint,
            PublicKeys.from_json(read.keys),
            read.previous,
            read.revoked,
        )


@dataclass(frozen=True)
class Credentials:
    """A verified chain of identity documents. Every constructor verifies; an instance is always sound."""

    links: tuple[Envelope, ...]
    identities: tuple[Identity, ...]

    # -- making -----------------------------------------------------------------------------------------------

    @classmethod
    def create(
        cls, keys: PrivateKeys, *, node: str, name: str, kind: str, endpoint: str, issued: datetime
    ) -> "Credentials":
        """The first version, signed by its own keys."""
        first = Identity(node, name, kind, 1, format_time(issued), endpoint, keys.public, None, None)
        return cls.from_links([sign(CREDENTIALS_TYPE, first.payload(), keys)])

    def succeed(
        self,
        old: PrivateKeys,
        *,
        issued: datetime,
        new: PrivateKeys | None = None,
        endpoint: str | None = None,
        name: str | None = None,
        revoked: str | None = None,
    ) -> "Credentials":
        """The chain with a further version: new keys (a rotation), another endpoint or name, or a revocation."""
        now = self.current
        link = Identity(
            now.node,
            now.name if name is None else name,
            now.kind,
            now.serial + 1,
            format_time(issued),
            now.endpoint if endpoint is None else endpoint,
            now.keys if new is None else new.public,
            hashlib.sha256(self.links[-1].payload).hexdigest(),
            revoked,
        )
        signers = (old,) if new is None else (old, new)
        return self.from_links([*self.links, sign(CREDENTIALS_TYPE, link.payload(), *signers)])

    # -- reading ----------------------------------------------------------------------------------------------

    @classmethod
    def from_links(cls, links: Sequence[Envelope]) -> "Credentials":
        """Verify a chain by the rules of this module. Raises CredentialsError, SignatureError or MalformedError."""
        if not links:
            raise CredentialsError("credentials: the chain is empty")
        if len(links) > MAX_CHAIN:
            raise LimitError(f"credentials: {len(links)} versions; the limit is {MAX_CHAIN}")
        identities: list[Identity] = []
        for envelope in links:
            here = Identity.parse(envelope.payload)
            what = f"credentials of {here.node}, version {here.serial}"
            _check_succession(identities[-1] if identities else None, here, links, what)
            signer = identities[-1].keys if identities else here.keys
            envelope.verify(signer, what)
            rotates = here.keys != signer
            if len(envelope.pairs) != 1 + rotates:
                raise CredentialsError(f"{what}: {'new keys must' if rotates else 'only a rotation may'} sign as well")
            if rotates:
                envelope.verify(here.keys, what, pair=1)
            identities.append(here)
        return cls(tuple(links), tuple(identities))

    @classmethod
    def from_json(cls, value: Any) -> "Credentials":
        if not isinstance(value, dict) or set(value) != {"verbale", "v", "chain"} or value["verbale"] != "credentials":
            raise MalformedError("credentials must be an object with exactly verbale, v, chain")
        if not is_version_1(value["v"]) or not isinstance(value["chain"], list):
            raise MalformedError("credentials: version must be 1 and chain a list")
        return cls.from_links([Envelope.from_json(item, payload_type=CREDENTIALS_TYPE) for item in value["chain"]])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Credentials":
        """From the canonical JSON of a credentials file. The last few chains are kept: the same bytes verify once."""
        return _kept(bytes(data)) if len(data) <= _KEPT_BYTES else _read(data)

    def to_json(self) -> dict[str, Any]:
        return {"verbale": "credentials", "v": 1, "chain": [link.to_json() for link in self.links]}

    def to_bytes(self) -> bytes:
        return canonical_bytes(self.to_json())

    @property
    def current(self) -> Identity:
        return self.identities[-1]

    @property
    def node(self) -> str:
        return self.current.node

    @property
    def revoked(self) -> str | None:
        """The reason of the revocation, or None while the credentials are good."""
        return self.current.revoked

    def keys_by_ids(self, ids: tuple[str, str]) -> PublicKeys | None:
        """The keys of this chain that have these signature key ids, newest first."""
        for identity in reversed(self.identities):
            if identity.keys.signature_ids == ids:
                return identity.keys
        return None

    def keys_by_fingerprint(self, fingerprint: str) -> PublicKeys | None:
        for identity in reversed(self.identities):
            if identity.fingerprint == fingerprint:
                return identity.keys
        return None

    def verify_envelope(self, envelope: Envelope, issued: str, what: str) -> None:
        """A single-pair envelope was signed by keys in force at `issued`. Raises SignatureError or CredentialsError."""
        if len(envelope.pairs) != 1:
            raise CredentialsError(f"{what}: exactly one pair of signatures is expected")
        pair = envelope.pairs[0]
        keys = self.keys_by_ids((pair.ed25519_id, pair.mldsa65_id))
        if keys is None:
            raise ChangedKeysError(f"{what}: signed with keys that are not in the credentials of {self.node}")
        envelope.verify(keys, what)
        self.check_in_force(keys, issued, what)

    def check_in_force(self, keys: PublicKeys, moment: str, what: str) -> None:
        """Keys of this chain sign until the version that replaces or revokes them. Raises CredentialsError.

        There is no lower bound: what claims to be older than its keys harms nobody but its author.
        """
        last = max(identity.serial for identity in self.identities if identity.keys == keys)
        for identity in self.identities:
            if identity.issued <= moment and identity.serial > last:
                raise CredentialsError(f"{what}: signed with keys that {self.node} had replaced on {identity.issued}")
        if self.revoked is not None and self.current.issued <= moment:
            raise CredentialsError(f"{what}: signed with keys that {self.node} had revoked on {self.current.issued}")

    def accept(self, offered: "Credentials") -> "Credentials":
        """The chain to pin after `offered` arrived: the longer one, if it extends this one.

        Raises ChangedKeysError when it does not: the partner's keys changed without a signed rotation.
        """
        mine, theirs = [[link.payload for link in chain.links] for chain in (self, offered)]
        shorter = min(len(mine), len(theirs))
        if mine[:shorter] != theirs[:shorter]:
            raise ChangedKeysError(
                f"{offered.node} presents credentials that do not continue the pinned ones "
                f"(pinned fingerprint {self.current.fingerprint[:16]}…, offered {offered.current.fingerprint[:16]}…). "
                "Do not trust them before the partner has confirmed the change by another road."
            )
        return offered if len(theirs) > len(mine) else self


def _read(data: bytes) -> Credentials:
    return Credentials.from_json(
        parse_object(data.removesuffix(b"\n"), limit=MAX_CREDENTIALS_BYTES, what="credentials")
    )


# A function of the bytes alone, so what it gave once it gives again; a refusal is not kept.
_kept = lru_cache(maxsize=256)(_read)


def _check_succession(before: Identity | None, here: Identity, links: Sequence[Envelope], what: str) -> None:
    if before is None:
        if here.serial != 1 or here.previous is not None:
            raise CredentialsError(f"{what}: the chain must begin with version 1")
        return
    if before.revoked is not None:
        raise CredentialsError(f"{what}: nothing can follow a revocation")
    if (here.node, here.kind) != (before.node, before.kind):
        raise CredentialsError(f"{what}: node and kind cannot change")
    if here.serial != before.serial + 1:
        raise CredentialsError(f"{what}: expected version {before.serial + 1}")
    if here.previous != hashlib.sha256(links[before.serial - 1].payload).hexdigest():
        raise CredentialsError(f"{what}: does not continue version {before.serial}")
    if here.issued <= before.issued:
        raise CredentialsError(f"{what}: must be issued later than version {before.serial}")
