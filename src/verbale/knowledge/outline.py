"""Any pack as text for a person, and two versions of it compared entry by entry, in sentences."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from verbale.knowledge.packs import PackHead

__all__ = ["differences", "outline"]

_IDENTITIES = ("id", "key", "state", "number", "code", "language", "title", "reference")
"""Fields by which an entry of a list is known from one version to the next."""
_HEADLINES = ("name", "title", "label", "about", "obliges", "says", "text", "means")
_HEAD = ("id", "version", "name", "sources")


def outline(pack: PackHead) -> list[tuple[int, str]]:
    """What a pack holds, line by line with how far each is set in; what is as it would be anyway is left out."""
    lines = [(0, f"{pack.name} ({pack.id}, version {pack.version})")]
    for source in pack.sources:
        lines.append((1, "Source: " + ", ".join(filter(None, (source.title, source.reference, source.url)))))
    lines += _lines({key: value for key, value in _fields(pack).items() if key not in _HEAD}, 0)
    return lines


def _fields(item: msgspec.Struct) -> dict[str, Any]:
    """The fields that were given otherwise than they are by default."""
    given = {}
    for field in msgspec.structs.fields(item):
        factory = field.default_factory
        usual = field.default if factory is msgspec.NODEFAULT else factory()
        value = getattr(item, field.name)
        if value != usual:
            given[field.name] = value
    return given


def _lines(fields: dict[str, Any], depth: int) -> Iterator[tuple[int, str]]:
    for key, value in fields.items():
        label = _label(key)
        if isinstance(value, msgspec.Struct):
            yield depth, f"{label}:"
            yield from _lines(_fields(value), depth + 1)
        elif isinstance(value, dict):
            yield depth, f"{label}:"
            yield from _lines(value, depth + 1)
        elif isinstance(value, list) and any(isinstance(item, msgspec.Struct) for item in value):
            yield depth, f"{label} ({len(value)}):"
            for item in value:
                yield from _entry(item, depth + 1)
        else:
            yield depth, f"{label}: {_plain(value)}"


def _entry(item: msgspec.Struct, depth: int) -> Iterator[tuple[int, str]]:
    fields = _fields(item)
    first = next((key for key in _IDENTITIES if fields.get(key)), "")
    second = next((key for key in _HEADLINES if fields.get(key) and key != first), "")
    said = " – ".join(str(fields.pop(key)) for key in (first, second) if key) or "–"
    if all(map(_is_short, fields.values())):
        rest = ", ".join(f"{_label(key).lower()} {_plain(value)}" for key, value in fields.items())
        yield depth, f"{said}: {rest}" if rest else said
    else:
        yield depth, said
        yield from _lines(fields, depth + 1)


def _is_short(value: Any) -> bool:
    return isinstance(value, date | bool | int) or (isinstance(value, str) and len(value) < 20)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def differences(old: PackHead, new: PackHead) -> list[str]:
    """What the newer says otherwise, in sentences; empty when nothing."""
    return list(_differ("", msgspec.to_builtins(old), msgspec.to_builtins(new)))


def _differ(place: str, old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _differ(f"{place}, {_label(key).lower()}" if place else _label(key), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _differ_lists(place, old, new)
    elif old in ("", None):
        yield f"{place} was added: {_short(new)}."
    elif new in ("", None):
        yield f"{place} was removed; it was {_short(old)}."
    else:
        yield f"{place} changed from {_short(old)} to {_short(new)}."


def _differ_lists(place: str, old: list[Any], new: list[Any]) -> Iterator[str]:
    identity = next((key for key in _IDENTITIES if _tells_apart(key, old) and _tells_apart(key, new)), None)
    if identity is None:
        yield from (f"{place}: {_short(item)} was removed." for item in old if item not in new)
        yield from (f"{place}: {_short(item)} was added." for item in new if item not in old)
        if sorted(map(str, old)) == sorted(map(str, new)):
            yield f"{place}: the order changed."
        return
    before, after = ({item[identity]: item for item in items} for items in (old, new))
    for name, item in before.items():
        if name not in after:
            yield f"{place}: {name} was removed ({_headline(item, identity)})."
        else:
            yield from _differ(f"{place}, {name}", item, after[name])
    for name, item in after.items():
        if name not in before:
            yield f"{place}: {name} was added ({_headline(item, identity)})."
    shared = [name for name in before if name in after]
    if shared != [name for name in after if name in before]:
        yield f"{place}: the order changed."


def _tells_apart(key: str, items: list[Any]) -> bool:
    names = [item.get(key) for item in items if isinstance(item, dict)]
    return len(names) == len(items) and all(names) and len(set(map(str, names))) == len(names)


def _headline(item: dict[str, Any], identity: str = "") -> str:
    fields = {key: value for key, value in item.items() if value and key != identity}
    found = next((str(fields[key]) for key in _HEADLINES if key in fields), "")
    return _cut(found or ", ".join(f"{_label(key).lower()} {value}" for key, value in fields.items()))


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return f"“{_headline(value)}”"
    return f"“{_cut(value)}”" if isinstance(value, str) else _cut(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:159]}…"


def _label(key: str) -> str:
    return key.replace("_", " ").replace("-", " ").capitalize()
