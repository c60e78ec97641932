"""Texts of drafts, and what amendments make of them. Pure.

A text is `{"title", "paragraphs": [{"key", "text", "by", "changed"}]}`. A paragraph's key is its place in the version
that was laid, `PP3` or `OP2`, and stays when others come or go before it: amendments to the same version mean the same
paragraphs whatever is carried first. One added after `OP2` is `OP2.1`. `by` is the amendment that made the paragraph
what it is, None as laid; `changed` tells whether one replaced or deleted it. A deleted paragraph stays, with the text
None, so that what is added after it still has its place.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from verbale.protocol import canonical_bytes

__all__ = [
    "amended",
    "changes_hash",
    "conflict",
    "document_hash",
    "laid",
    "numbered",
    "plain",
    "text_hash",
]

PARTS = ("PP", "OP")


def laid(title: str, preamble: Sequence[str], operative: Sequence[str]) -> dict[str, Any]:
    """The text of a version as its author lays it."""
    return {
        "title": title,
        "paragraphs": [
            {"key": f"{part}{number}", "text": text, "by": None, "changed": False}
            for part, texts in zip(PARTS, (preamble, operative), strict=True)
            for number, text in enumerate(texts, 1)
        ],
    }


def conflict(text: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> tuple[str, bool] | None:
    """The first paragraph for which the changes cannot be made, and whether it is there: then another amendment has
    changed it, so that the adoption of that one implies the rejection of this (rule 90). None when all can be made."""
    found = {item["key"]: item for item in text["paragraphs"]}
    for change in changes:
        key = change["paragraph"]
        if key.endswith("P0"):
            continue
        if key not in found:
            return key, False
        if change["action"] != "add" and found[key]["changed"]:
            return key, True
    return None


def amended(text: Mapping[str, Any], changes: Sequence[Mapping[str, Any]], by: str) -> dict[str, Any]:
    """The text with the changes made by the amendment of that id; `conflict` has been asked before."""
    paragraphs = [dict(item) for item in text["paragraphs"]]
    for change in changes:
        key, action = change["paragraph"], change["action"]
        if action == "add":
            place = _after(paragraphs, key)
            new = {"key": _fresh(paragraphs, key), "text": change["text"], "by": by, "changed": False}
            paragraphs.insert(place, new)
            continue
        place = next(index for index, item in enumerate(paragraphs) if item["key"] == key)
        text_now = change["text"] if action == "replace" else None
        paragraphs[place] = {"key": key, "text": text_now, "by": by, "changed": True}
    return {"title": text["title"], "paragraphs": paragraphs}


def _after(paragraphs: Sequence[Mapping[str, Any]], key: str) -> int:
    """Where a paragraph goes that is added after `key`: behind those that were added there before."""
    if key == "PP0":
        place = 0
    elif key == "OP0":
        place = sum(item["key"].startswith("PP") for item in paragraphs)
    else:
        place = 1 + next(index for index, item in enumerate(paragraphs) if item["key"] == key)
    if "." not in key:
        while place < len(paragraphs) and paragraphs[place]["key"].startswith(f"{key}."):
            place += 1
    return place


def _fresh(paragraphs: Sequence[Mapping[str, Any]], key: str) -> str:
    base = key.partition(".")[0]
    taken = [int(item["key"].partition(".")[2]) for item in paragraphs if item["key"].startswith(f"{base}.")]
    return f"{base}.{max(taken, default=0) + 1}"


def numbered(text: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The paragraphs that stand, each with its `part` and its `number` in it as it would print."""
    result: list[dict[str, Any]] = []
    for part in PARTS:
        standing = [item for item in text["paragraphs"] if item["key"].startswith(part) and item["text"] is not None]
        result.extend({**item, "part": part, "number": number} for number, item in enumerate(standing, 1))
    return result


def plain(text: Mapping[str, Any]) -> dict[str, Any]:
    """`{"title", "preamble", "operative"}`: what is read and hashed, whatever way it came about."""
    found = numbered(text)
    return {
        "title": text["title"],
        "preamble": [item["text"] for item in found if item["part"] == "PP"],
        "operative": [item["text"] for item in found if item["part"] == "OP"],
    }


def text_hash(text: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of `plain`, in hex."""
    return _hash(plain(text))


def changes_hash(changes: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of the canonical JSON of the changes of an amendment, in hex."""
    return _hash(
        [{"paragraph": item["paragraph"], "action": item["action"], "text": item.get("text", "")} for item in changes]
    )


def document_hash(title: str, text: str) -> str:
    """SHA-256 of the canonical JSON `{"text", "title"}`, in hex."""
    return _hash({"title": title, "text": text})


def _hash(value: Any) -> str:
    return hashlib.sha256(canonical_bytes(value)).hexdigest()
