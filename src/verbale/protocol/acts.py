"""Acts: what a node says to an audience, in canonical form, with an id.

An act is a JSON object with the fields of `Act`. Its canonical form (RFC 8785) is what is signed and stored; its
id is the SHA-256 of that form, in hex. Fields of a newer version are kept: they stay in `canonical` and are named
in `unknown`, so an act is forwarded intact by a node that does not understand all of it.
"""

import hashlib
import itertools
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

from verbale.protocol.canonical import canonical_bytes, parse_object
from verbale.protocol.encoding import format_time, parse_time
from verbale.protocol.errors import LimitError, MalformedError
from verbale.protocol.limits import MAX_ACT_BYTES, MAX_AUDIENCE, MAX_REFS
from verbale.protocol.marking import Marking

__all__ = [
    "PRECEDENCES",
    "Act",
    "act_id",
    "is_node",
    "make_act",
    "matter_id",
    "new_nonce",
    "parse_act",
    "standing_matter_id",
]

VERSION = 1
PRECEDENCES = ("FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE")
# \Z, for $ would let a line end follow.
NODE_PATTERN = r"^[A-Z][A-Z0-9-]{1,23}\Z"

_NODE = re.compile(NODE_PATTERN, re.ASCII)
_NodeName = Annotated[str, msgspec.Meta(pattern=NODE_PATTERN)]
_Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
_Hex64 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
_TypeName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+\Z", max_length=64)]
_Precedence = Annotated[str, msgspec.Meta(pattern=r"^(FLASH|IMMEDIATE|PRIORITY|ROUTINE)\Z")]


class _Fields(msgspec.Struct, frozen=True):
    v: int
    type: _TypeName
    author: _NodeName
    audience: tuple[_NodeName, ...]
    matter: _Hex32
    refs: tuple[_Hex64, ...]
    issued: str
    marking: Marking
    precedence: _Precedence
    exercise: bool
    nonce: _Hex32
    body: dict[str, Any]


_KNOWN = frozenset(_Fields.__struct_fields__)


class Act(_Fields, frozen=True):
    """One typed statement of one node. Made by `parse_act` and `make_act` only, which check it."""

    canonical: bytes
    """The canonical form: the bytes that are signed and stored."""
    id: str
    """SHA-256 of `canonical`, 64 hex digits."""
    unknown: tuple[str, ...]
    """Names of top-level fields that this version does not know."""

    @property
    def issued_at(self) -> datetime:
        """The moment of issue by the author's clock, aware, UTC."""
        return parse_time(self.issued, "issued")

    @property
    def order(self) -> tuple[str, str]:
        """The tie-break among acts that do not refer to each other: time of issue, then id."""
        return (self.issued, self.id)

    @property
    def parties(self) -> frozenset[str]:
        """Author and audience."""
        return frozenset((self.author, *self.audience))


def act_id(canonical: bytes) -> str:
    """SHA-256 in hex. The 128-bit nonce inside keeps an id from confirming a guess of the content."""
    return hashlib.sha256(canonical).hexdigest()


def is_node(text: str) -> bool:
    """Whether `text` can name a node: 2 to 24 capital letters, digits and hyphens, a letter first."""
    return _NODE.fullmatch(text) is not None


def new_nonce() -> str:
    """128 fresh random bits, in hex."""
    return secrets.token_hex(16)


def matter_id(author: str, nonce: str) -> str:
    """The id of a matter that `author` opens with the act of that nonce.

    Nobody else can make an act that opens it: the id commits to its author. 32 hex digits.
    """
    return hashlib.sha256(f"verbale/matter/v1\0{author}\0{nonce}".encode()).hexdigest()[:32]


def standing_matter_id(kind: str, parties: Iterable[str]) -> str:
    """The id of the one standing matter of its kind among `parties`, the same whoever speaks first."""
    names = "\0".join(sorted(set(parties)))
    return hashlib.sha256(f"verbale/standing/v1\0{kind}\0{names}".encode()).hexdigest()[:32]


def parse_act(canonical: bytes) -> Act:
    """The act whose canonical form is given. Raises MalformedError naming the field, or LimitError."""
    return _checked(parse_object(canonical, limit=MAX_ACT_BYTES, what="act"), canonical)


def make_act(
    *,
    type: str,
    author: str,
    audience: Iterable[str],
    matter: str | None,
    issued: datetime,
    body: Mapping[str, Any],
    refs: Iterable[str] = (),
    marking: Marking = Marking.AMBER,
    precedence: str = "ROUTINE",
    exercise: bool = False,
    nonce: str | None = None,
) -> Act:
    """A new act. `matter=None` opens a matter of its own, whose id follows from author and nonce.

    Raises MalformedError or LimitError when a field is not lawful.
    """
    nonce = nonce or new_nonce()
    fields: dict[str, Any] = {
        "v": VERSION,
        "type": type,
        "author": author,
        "audience": sorted(set(audience) - {author}),
        "matter": matter or matter_id(author, nonce),
        "refs": sorted(set(refs)),
        "issued": format_time(issued),
        "marking": marking.value,
        "precedence": precedence,
        "exercise": exercise,
        "nonce": nonce,
        "body": dict(body),
    }
    # Read back, so that the author folds the very values that everybody else parses (lists for tuples, say).
    return parse_act(canonical_bytes(fields))


def _checked(fields: dict[str, Any], canonical: bytes) -> Act:
    try:
        known = msgspec.convert(fields, _Fields)
    except msgspec.ValidationError as error:
        raise MalformedError(f"act: {error}") from None
    if known.v < 1:
        raise MalformedError(f"act: version {known.v} does not exist")
    if len(known.audience) > MAX_AUDIENCE:
        raise LimitError(f"act: audience of {len(known.audience)}; the limit is {MAX_AUDIENCE}")
    if len(known.refs) > MAX_REFS:
        raise LimitError(f"act: {len(known.refs)} refs; the limit is {MAX_REFS}")
    for name, values in (("audience", known.audience), ("refs", known.refs)):
        if any(a >= b for a, b in itertools.pairwise(values)):
            raise MalformedError(f"act: {name} must be sorted and without repetition")
    if known.author in known.audience:
        raise MalformedError("act: the author is not part of its own audience")
    parse_time(known.issued, "act: issued")
    return Act(
        v=known.v,
        type=known.type,
        author=known.author,
        audience=known.audience,
        matter=known.matter,
        refs=known.refs,
        issued=known.issued,
        marking=known.marking,
        precedence=known.precedence,
        exercise=known.exercise,
        nonce=known.nonce,
        body=known.body,
        canonical=canonical,
        id=act_id(canonical),
        unknown=() if len(fields) == len(_KNOWN) else tuple(sorted(fields.keys() - _KNOWN)),
    )
