"""Loading packs: YAML files with a schema, a version and sources.

Shipped packs stand in `verbale/knowledge/packs/<kind>/`; a state adds its own under the folder that VERBALE_PACKS
names, in the same shape. A pack of the same id replaces the shipped one when its version is higher. A broken pack is
refused with its file, the line, and the reason.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import yaml

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML that was built without libyaml: the same, ten times slower
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

__all__ = ["PackError", "PackHead", "Source", "load_kind", "own_folder", "read_pack", "where"]

_SHIPPED = Path(__file__).resolve().parent / "packs"
_MAX_BYTES = 4 << 20
_IDENTITIES = ("id", "key", "state", "number", "code", "country", "language")
"""Fields by which a message names an entry of a list: `injects.first-report: …`."""

P = TypeVar("P", bound="PackHead")


class PackError(Exception):
    """A pack that cannot be read: names the file, the line and the field."""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a pack's content comes from."""

    title: str
    reference: str = ""
    """Document symbol and paragraph, or edition."""
    url: str = ""


_Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}\Z")]
"""ISO 639."""


class PackHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every pack begins with."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,60}\Z")]
    version: Annotated[int, msgspec.Meta(ge=1)]
    name: str
    sources: Annotated[list[Source], msgspec.Meta(min_length=1)]
    titles: dict[_Language, Annotated[str, msgspec.Meta(min_length=1, max_length=500)]] = {}
    """What the text is called in its other languages, where its publisher has it; by language."""


def own_folder() -> Path | None:
    """The folder of the state's own packs, when one is named."""
    own = os.environ.get("VERBALE_PACKS")
    return Path(own) if own else None


def load_kind(kind: str, shape: type[P], *, own: bool = True) -> dict[str, P]:
    """Every pack of a kind by id; with `own=False` those that are shipped. Raises PackError."""
    found: dict[str, P] = {}
    for file in _files(kind, own):
        pack = read_pack(file, shape)
        known = found.get(pack.id)
        if known is not None and known.version == pack.version:
            raise PackError(f"{file.name}: pack {pack.id} version {pack.version} stands in two files")
        if known is None or pack.version > known.version:
            found[pack.id] = pack
    return found


def _files(kind: str, own: bool) -> Iterator[Path]:
    yield from sorted((_SHIPPED / kind).glob("*.yaml"))
    folder = own_folder() if own else None
    if folder is not None:
        yield from sorted((folder / kind).glob("*.yaml"))


def where(kind: str, identifier: str, place: str = "") -> str:
    """`own.yaml: line 12`: where a place of a pack stands, for what is wrong only beside other packs."""
    found = ("", 0, 1)
    for file in _files(kind, own=True):
        root, value = _parse(file.read_text(encoding="utf-8"))
        if root is not None and value["id"] == identifier and value["version"] > found[1]:
            found = (file.name, value["version"], _line_of(root, list(place.split("."))))
    return f"{found[0]}: line {found[2]}"


def read_pack(file: Path, shape: type[P]) -> P:
    """One pack. Raises PackError with file, line and reason."""
    if file.stat().st_size > _MAX_BYTES:
        raise PackError(f"{file.name}: larger than {_MAX_BYTES} bytes")
    try:
        root, value = _parse(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise PackError(f"{file.name}: is not YAML: {error}") from None
    except yaml.YAMLError as error:
        raise PackError(f"{file.name}: {_not_yaml(error)}") from None
    except RecursionError:
        raise PackError(f"{file.name}: is not YAML that can be read: nested too deeply") from None
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        reason = str(error)
        line = _line_of(root, _path_in(reason)) if root is not None else 1
        raise PackError(f"{file.name}: line {line}: {reason}") from None


class _Loader(_SafeLoader):
    """YAML's safe subset; a key that stands twice is an error, not the last one's silent victory."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _parse(text: str) -> tuple[yaml.Node | None, Any]:
    """The tree with its lines, and the value."""
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        return root, loader.construct_document(root) if root is not None else None
    finally:
        loader.dispose()


def _not_yaml(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or str(error)
    # What runs on to the end began somewhere, and that is where it is mended.
    mark = getattr(error, "context_mark" if "end of stream" in problem else "problem_mark", None)
    where = f"line {mark.line + 1}: " if mark is not None else ""
    return f"{where}is not YAML: {problem}"


_AT = re.compile(r" - at `\$([^`]*)`\Z")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
_SAID = re.compile(r"^([\w-]+(?:\.[\w-]+)*): ")
"""A rule of a pack begins its reason with the place that it is about: `injects.first-report: …`."""
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")


def _path_in(reason: str) -> list[str | int]:
    """Where in the pack: what msgspec says, and after it what the rule itself says."""
    at = _AT.search(reason)
    steps = [int(index) if index else name for name, index in _STEP.findall(at[1])] if at else []
    said = _SAID.match(reason)
    unknown = _UNKNOWN.search(reason)
    return [*steps, *(said[1].split(".") if said else []), *([unknown[1]] if unknown else [])]


def _line_of(node: yaml.Node, path: list[str | int]) -> int:
    """The line of a place in the tree, or of the nearest that exists on the way to it."""
    line: int = node.start_mark.line + 1
    for step in path:
        found = _step(node, step)
        if found is None:
            break
        line, node = found
    return line


def _step(node: yaml.Node, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
        return None
    if not isinstance(node, yaml.SequenceNode):
        return None
    if isinstance(step, int):
        child = node.value[step] if step < len(node.value) else None
    else:
        # The last of that name: where one stands twice, the second is the one too many.
        child = next((item for item in reversed(node.value) if _is_named(item, step)), None)
    return (child.start_mark.line + 1, child) if child is not None else None


def _is_named(node: yaml.Node, name: str) -> bool:
    return isinstance(node, yaml.MappingNode) and any(
        key.value in _IDENTITIES and getattr(value, "value", None) == name for key, value in node.value
    )
