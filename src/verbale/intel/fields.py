"""Typed reading of one JSON object: each accessor gives the value or raises an error that names object and field.

`null` counts as absent everywhere: STIX 2.1 section 2 forbids it, but exporters write it for "no value".
"""

from __future__ import annotations

import re
from typing import Final

from .decode import JsonObject, object_name
from .errors import BadObject
from .text import clean_line, clean_text, utc_timestamp, visible_value

STIX_TYPE: Final = re.compile(r"[a-z0-9-]{3,250}", re.ASCII)
"""STIX 2.1 section 3.2, common property `type`."""

_UUID: Final = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
UUID: Final = re.compile(_UUID)
STIX_ID: Final = re.compile(rf"([a-z0-9-]{{3,250}})--{_UUID}", re.ASCII)
"""STIX 2.1 section 2.9: `type--UUID`."""


def json_kind(value: object) -> str:
    """What a JSON value is, in the words of RFC 8259, for errors."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "an array" if isinstance(value, list) else "an object"


class Node:
    """One JSON object together with the name that errors use for it.

    `prefix` is set for an object inside another that has no name of its own: its errors name the outer object and
    the path below it, such as `external_references[2].url`.
    """

    __slots__ = ("name", "prefix", "value")

    def __init__(self, value: JsonObject, name: str, prefix: str = "") -> None:
        self.value = value
        self.name = name
        self.prefix = prefix

    def fault(self, field: str, reason: str) -> BadObject:
        """The error to raise for `field` of this object."""
        # A path may hold names that the sender chose, such as the keys in `objects` of observed data.
        return BadObject(reason, object_id=self.name, field=visible_value(self.prefix + field))

    def has(self, field: str) -> bool:
        """Whether the field is there with a value."""
        return self.value.get(field) is not None

    def string(self, field: str, *, required: bool = False) -> str:
        """The field exactly as written, "" when absent."""
        value = self.value.get(field)
        if value is None:
            if required:
                raise self.fault(field, "is missing")
            return ""
        if not isinstance(value, str):
            raise self.fault(field, f"must be a string, not {json_kind(value)}")
        if required and not value.strip():
            raise self.fault(field, "is empty")
        return value

    def line(self, field: str, *, required: bool = False) -> str:
        """A name, on one line; one of control characters only is as empty as one of spaces."""
        return self._shown(field, clean_line(self.string(field, required=required)), required)

    def text(self, field: str, *, required: bool = False) -> str:
        """A description, lines kept."""
        return self._shown(field, clean_text(self.string(field, required=required)), required)

    def _shown(self, field: str, cleaned: str, required: bool) -> str:
        if required and not cleaned:
            raise self.fault(field, "is empty")
        return cleaned

    def seen_value(self, field: str, *, required: bool = False) -> str:
        """An observed value; see `visible_value`."""
        return visible_value(self.string(field, required=required))

    def items(self, field: str) -> list[object]:
        """A list field, [] when absent."""
        value = self.value.get(field)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.fault(field, f"must be a list, not {json_kind(value)}")
        return value

    def lines(self, field: str) -> list[str]:
        """A list of names; empty ones are passed over."""
        found = []
        for place, value in enumerate(self.items(field)):
            if not isinstance(value, str):
                raise self.fault(f"{field}[{place}]", f"must be a string, not {json_kind(value)}")
            if cleaned := clean_line(value):
                found.append(cleaned)
        return found

    def node(self, field: str) -> Node | None:
        """An object inside this one."""
        value = self.value.get(field)
        return None if value is None else self._inner(value, field)

    def nodes(self, field: str) -> list[Node]:
        """A list of objects inside this one; each that has an id or uuid goes by that name."""
        return [self._inner(value, f"{field}[{place}]") for place, value in enumerate(self.items(field))]

    def entries(self, field: str) -> list[tuple[str, object]]:
        """The members of an object field, none when absent."""
        inner = self.node(field)
        return [] if inner is None else list(inner.value.items())

    def _inner(self, value: object, field: str) -> Node:
        if not isinstance(value, dict):
            raise self.fault(field, f"must be an object, not {json_kind(value)}")
        own = object_name(value, "")
        return Node(value, own) if own else Node(value, self.name, f"{self.prefix}{field}.")

    def flag(self, field: str) -> bool:
        """A boolean; MISP also writes it as 0, 1, "0" and "1"."""
        value = self.value.get(field)
        if value is None or value is False or value in (0, "0", "", "false"):
            return False
        if value is True or value in (1, "1", "true"):
            return True
        raise self.fault(field, f"must be true or false, not {json_kind(value)}")

    def integer(self, field: str, low: int, high: int) -> int | None:
        """A whole number between `low` and `high`."""
        value = self.value.get(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.fault(field, f"must be a whole number, not {json_kind(value)}")
        if not low <= value <= high:
            raise self.fault(field, f"must be between {low} and {high}, not {value}")
        return value

    def timestamp(self, field: str, *, required: bool = False) -> str | None:
        """A STIX timestamp (section 2.13) in canonical form."""
        written = self.string(field, required=required)
        if not written:
            return None
        found = utc_timestamp(written, only_z=True)
        if found is None:
            raise self.fault(field, f'"{clean_line(written[:60])}" is no time in the form 2022-12-21T22:02:43.629Z')
        return found

    def identifier(self, field: str, *, required: bool = False) -> str:
        """A STIX id (section 2.9), "" when absent."""
        return self._checked_id(self.string(field, required=required), field)

    def identifiers(self, field: str) -> list[str]:
        """A list of STIX ids."""
        found = []
        for place, value in enumerate(self.items(field)):
            if not isinstance(value, str):
                raise self.fault(f"{field}[{place}]", f"must be a string, not {json_kind(value)}")
            found.append(self._checked_id(value or " ", f"{field}[{place}]"))
        return found

    def _checked_id(self, value: str, field: str) -> str:
        if value and not STIX_ID.fullmatch(value):
            raise self.fault(field, f'"{clean_line(value[:100])}" is no STIX id of the form type--UUID')
        return value
