"""Loading packs: YAML files with a schema, a version and sources.

Shipped packs stand in `verbale/knowledge/packs/<kind>/`; a state adds its own under the folder that VERBALE_PACKS
names, in the same shape. A pack of the same id replaces the shipped one when its version is higher.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import yaml

__all__ = ["PackError", "PackHead", "Source", "load_kind"]

_SHIPPED = Path(__file__).resolve().parent / "packs"
_MAX_BYTES = 4 << 20

P = TypeVar("P", bound="PackHead")


class PackError(Exception):
    """A pack that cannot be read: names the file and the field."""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a pack's content comes from."""

    title: str
    reference: str = ""
    """Document symbol and paragraph, or edition."""
    url: str = ""


class PackHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every pack begins with."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,60}\Z")]
    version: Annotated[int, msgspec.Meta(ge=1)]
    name: str
    sources: Annotated[list[Source], msgspec.Meta(min_length=1)]


def load_kind(kind: str, shape: type[P]) -> dict[str, P]:
    """Every pack of a kind by id. Raises PackError."""
    found: dict[str, P] = {}
    for file in _files(kind):
        pack = _load(file, shape)
        known = found.get(pack.id)
        if known is not None and known.version == pack.version:
            raise PackError(f"{file.name}: pack {pack.id} version {pack.version} stands in two files")
        if known is None or pack.version > known.version:
            found[pack.id] = pack
    return found


def _files(kind: str) -> Iterator[Path]:
    yield from sorted((_SHIPPED / kind).glob("*.yaml"))
    if own := os.environ.get("VERBALE_PACKS"):
        yield from sorted((Path(own) / kind).glob("*.yaml"))


def _load(file: Path, shape: type[P]) -> P:
    if file.stat().st_size > _MAX_BYTES:
        raise PackError(f"{file.name}: larger than {_MAX_BYTES} bytes")
    try:
        return msgspec.convert(yaml.safe_load(file.read_text(encoding="utf-8")), shape)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PackError(f"{file.name}: is not YAML: {error}") from None
    except msgspec.ValidationError as error:
        raise PackError(f"{file.name}: {error}") from None
