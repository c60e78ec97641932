"""Logs with a JSON object a line: Zeek's, and those in the Elastic Common Schema.

Which of the two a line is, it says itself: `@timestamp` makes it ECS, `ts` with `_path` or an end of a connection makes
it Zeek. Names with dots and objects inside one another are the same in both.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa

from . import times, zeek
from .fields import ECS, ZEEK, Field, Fields
from .limits import MAX_JSON_DEPTH, MAX_LINE_BYTES, MAX_VALUES_PER_FIELD
from .logs import Stream, blocks
from .observed import Account, Sparse, Writer

_ZEEK_MARKS: Final = ("_path", "id.orig_h", "uid", "fuid", "id")


class _Branch:
    """A node of the tree of wanted names."""

    __slots__ = ("field", "inner", "name")

    def __init__(self) -> None:
        self.name = ""
        self.field: Field | None = None
        self.inner: dict[str, _Branch] = {}


def _tree(fields: Fields) -> _Branch:
    root = _Branch()
    for name, field in fields.items():
        here = root
        for step in name.split("."):
            here = here.inner.setdefault(step, _Branch())
        here.name, here.field = name, field
    return root


_ECS_TREE: Final = _tree(ECS)
_TREES: dict[str, _Branch] = {}


def _zeek_tree(path: str) -> _Branch:
    if path not in ZEEK:
        path = ""
    if path not in _TREES:
        _TREES[path] = _tree(zeek.fields_of(path))
    return _TREES[path]


def log_name(path: Path) -> str:
    """The Zeek log that a file holds, by its name: `dns` of `dns.14:00:00-15:00:00.log.gz`."""
    found = re.match(r"[a-z0-9_]+?(?=[._-]*(?:\d{4}|\.|$))", path.name.lower())
    return found[0] if found else ""


def read(file: int, stream: Stream, account: Account, writer: Writer) -> None:
    """Read a whole file."""
    named = log_name(Path(account.path))
    seen: set[str] = set()
    for block in blocks(stream, account):
        batch, moments, rows = Sparse(), list[str | None](), 0
        numbers = block.numbers
        kept: list[int] = []
        for place, line in enumerate(block.data.split(b"\n")[:-1]):
            rows += 1
            if len(line) > MAX_LINE_BYTES:
                account.refuse(numbers[place].as_py(), f"has more than {MAX_LINE_BYTES:,} bytes")
                continue
            try:
                document = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                account.refuse(numbers[place].as_py(), f"is not JSON: {error.msg} at character {error.pos}")
                continue
            if type(document) is not dict:
                account.refuse(numbers[place].as_py(), "is JSON, but no object")
                continue
            row = len(kept)
            kept.append(place)
            if "@timestamp" in document:
                seen.add("ecs")
                moments.append(_moment(document["@timestamp"]))
                _walk(document, _ECS_TREE, row, batch, account, 0)
            elif "ts" in document and any(mark in document for mark in _ZEEK_MARKS):
                path = document.get("_path")
                path = path if isinstance(path, str) else named
                seen.add(f"zeek {path}" if path in ZEEK else "zeek")
                moments.append(_moment(document["ts"]))
                _walk(document, _zeek_tree(path), row, batch, account, 0)
                if path == "http":
                    _url(document, row, batch)
            else:
                kept.pop()
                account.refuse(numbers[place].as_py(), "is neither ECS (no @timestamp) nor Zeek (no ts)")
        account.rows += rows
        if kept:
            writer.add(
                file,
                account,
                numbers.take(pa.array(kept, pa.int64())),
                times.column(pa.array(moments, pa.string())),
                batch.columns(),
            )
    account.format = ", ".join(sorted(seen)) or "json"


def _moment(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _walk(document: dict[str, Any], tree: _Branch, row: int, batch: Sparse, account: Account, depth: int) -> None:
    if depth > MAX_JSON_DEPTH:
        return
    for key, value in document.items():
        branch = tree.inner.get(key)
        if branch is None:
            if "." not in key:
                continue
            branch = tree
            for step in key.split("."):
                inner = branch.inner.get(step)
                if inner is None:
                    break
                branch = inner
            else:
                inner = branch
            if inner is None:
                continue
        if type(value) is list:
            if len(value) > MAX_VALUES_PER_FIELD:
                name = branch.name or key
                account.unusable[name] = account.unusable.get(name, 0) + len(value) - MAX_VALUES_PER_FIELD
                value = value[:MAX_VALUES_PER_FIELD]
            for one in value:
                _take(one, branch, row, batch, account, depth)
        else:
            _take(value, branch, row, batch, account, depth)


def _take(value: Any, branch: _Branch, row: int, batch: Sparse, account: Account, depth: int) -> None:
    if type(value) is str:
        if branch.field is not None and value:
            batch.add(branch.name, branch.field, row, value)
    elif type(value) is dict:
        if branch.inner:
            _walk(value, branch, row, batch, account, depth + 1)
    elif type(value) is int and branch.field is not None:
        batch.add(branch.name, branch.field, row, str(value))


def _url(document: dict[str, Any], row: int, batch: Sparse) -> None:
    host, uri = document.get("host"), document.get("uri")
    if not isinstance(host, str) or not isinstance(uri, str) or not uri.startswith("/"):
        return
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    field = ZEEK["http"]["url"]
    batch.add("host and uri", field, row, f"http://{host}{uri}")
    ends = document.get("id")
    port = document.get("id.resp_p", ends.get("resp_p") if isinstance(ends, dict) else None)
    if type(port) is int and port != 80:
        batch.add("host and uri", field, row, f"http://{host}:{port}{uri}")
