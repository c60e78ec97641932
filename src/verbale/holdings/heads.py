"""What the store must know of an object, read from its bytes without building the rest of it."""

import re
from datetime import datetime

import msgspec

from verbale.holdings.moments import micros
from verbale.intel import BadObject

__all__ = ["Head", "read_head"]

_ID = re.compile(
    r"([a-z][a-z0-9-]{1,249})--[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII
)


class _Granular(msgspec.Struct):
    marking_ref: str = ""


class _Fields(msgspec.Struct):
    type: str
    id: str
    created: datetime | None = None
    modified: datetime | None = None
    revoked: bool = False
    spec_version: str = "2.1"
    object_marking_refs: list[str] = []
    granular_markings: list[_Granular] = []


class Head(msgspec.Struct, frozen=True):
    """`version` is None for an object that says neither when it was modified nor when it was created."""

    type: str
    id: str
    version: int | None
    revoked: bool
    markings: list[str]


_decode = msgspec.json.Decoder(_Fields).decode


def read_head(raw: bytes) -> Head:
    """Raises BadObject naming the field."""
    try:
        fields = _decode(raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadObject(str(error)) from None
    match = _ID.fullmatch(fields.id)
    if match is None:
        raise BadObject("is no STIX identifier, type--UUID", object_id=fields.id[:100], field="id")
    if match[1] != fields.type:
        raise BadObject("is not the type that the id names", object_id=fields.id, field="type")
    if fields.spec_version != "2.1":
        raise BadObject("is not 2.1, the version that is taken in here", object_id=fields.id, field="spec_version")
    moment = fields.modified or fields.created
    if moment is not None and moment.tzinfo is None:
        raise BadObject("has no time zone; STIX moments end in Z", object_id=fields.id, field="modified")
    markings = fields.object_marking_refs
    if fields.granular_markings:
        markings = [*markings, *(item.marking_ref for item in fields.granular_markings if item.marking_ref)]
    return Head(fields.type, fields.id, None if moment is None else micros(moment), fields.revoked, markings)
