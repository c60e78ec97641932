"""What the digest of a report names. It stands in an act, and acts come from strangers: whatever it holds is looked at
before it is believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .overlap.values import Value, normal, of_pattern

__all__ = ["listed", "values_of"]


def listed(report: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The items of one of its lists."""
    found = report.get(name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def values_of(report: Mapping[str, Any]) -> Iterator[Value]:
    """The values of its indicators and observables in their one spelling; some twice."""
    for item in (*listed(report, "indicators"), *listed(report, "observables")):
        kind, text = item.get("kind"), item.get("value")
        if isinstance(kind, str) and isinstance(text, str):
            found = of_pattern(text) if kind == "stix-pattern" else [normal(kind, text)]
            yield from (value for value in found if value is not None)
