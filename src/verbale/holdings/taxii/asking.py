"""From the parameters of a URL to a query, and the value of `next` (3.4, 3.5)."""

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from verbale.holdings.moments import parse_moment
from verbale.holdings.reading import Query
from verbale.holdings.taxii.exchange import Problem

__all__ = ["MAX_PAGE", "next_of", "query_of", "versions_of"]

MAX_PAGE = 1_000
"""Objects in one answer, also when no limit is asked for."""
_MAX_VALUES = 200
"""Values in one filter."""
_NEXT = re.compile(r"(\d{1,20})\.([0-9a-f]{16})", re.ASCII)
_LIMIT = re.compile(r"\+?\d{1,18}", re.ASCII)


def query_of(text: str, *fields: str) -> Query:
    """The query of an endpoint that filters by these match fields; others it need not understand (3.4).

    Raises Problem 400 for what is malformed.
    """
    given = _parameters(text)
    query = Query(
        limit=_limit(given.get("limit")),
        ids=_values(given, "id") if "id" in fields else (),
        types=_values(given, "type") if "type" in fields else (),
        versions=versions_of(text) if "version" in fields else (),
        spec_versions=_values(given, "spec_version"),
    )
    if "next" in given:
        match = _NEXT.fullmatch(given["next"])
        # The place in the walk stands for `added_after`, which a client may repeat or leave out.
        if match is None or match[2] != _fingerprint(query):
            raise _bad("next is not what this server gave for this query; repeat the query with the same filters")
        return query.then(after=int(match[1]))
    if "added_after" in given:
        after = parse_moment(given["added_after"])
        if after is None:
            raise _bad("added_after is no timestamp such as 2026-01-31T00:00:00.000000Z")
        return query.then(after=after)
    return query


def versions_of(text: str) -> tuple[str | int, ...]:
    """The values of `match[version]`: keywords, and moments in microseconds."""
    found: list[str | int] = []
    for value in _values(_parameters(text), "version"):
        item = value if value in ("first", "last", "all") else parse_moment(value)
        if item is None:
            raise _bad(f"match[version]: {value!r:.60} is neither first, last, all nor a timestamp")
        if item in found:
            raise _bad(f"match[version] names {value!r:.60} twice")
        found.append(item)
    if "all" in found and len(found) > 1:
        raise _bad("match[version]: all stands alone")
    return tuple(found)


def next_of(query: Query, cursor: int) -> str:
    """The value with which a client goes on."""
    return f"{max(cursor, 0)}.{_fingerprint(query)}"


def _fingerprint(query: Query) -> str:
    """Of the filters, so that a walk is not gone on with under others, which would lose objects."""
    told = repr((query.ids, query.types, query.versions, query.spec_versions))
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _parameters(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=50, errors="strict")
    except ValueError:
        raise _bad("the query is not well formed") from None
    for name, value in pairs:
        if name in found and (name in ("added_after", "limit", "next") or name.startswith("match[")):
            raise _bad(f"{name!r:.60} stands more than once")
        found[name] = value
    return found


def _values(given: Mapping[str, str], field: str) -> tuple[str, ...]:
    text = given.get(f"match[{field}]")
    if text is None:
        return ()
    values = text.split(",")
    if not all(values):
        raise _bad(f"match[{field}] has an empty value")
    if len(values) > _MAX_VALUES:
        raise _bad(f"match[{field}] has more than {_MAX_VALUES} values")
    if "\0" in text:
        raise _bad(f"match[{field}] holds U+0000")
    return tuple(values)


def _limit(text: str | None) -> int:
    if text is None:
        return MAX_PAGE
    if not _LIMIT.fullmatch(text) or int(text) == 0:
        raise _bad("limit is no whole number above zero")
    return min(int(text), MAX_PAGE)


def _bad(description: str) -> Problem:
    return Problem(400, "Bad request", f"{description}.")
