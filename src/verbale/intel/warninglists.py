"""Warning lists: values that are well known and benign, and that nobody should be made to block.

The format is MISP's (https://github.com/MISP/misp-warninglists, schema.json): a name, a type of matching, the types of
attributes that it is about, the entries. A few small lists ship with Verbale; an operator adds MISP's by putting their
folder `lists` on the path. All lists are matched at once: a value costs a few look-ups, however many entries there are.

- `string`: the whole value, without regard to case
- `substring`: any part of it
- `hostname`: the host of a name, address or URL, or a domain above it
- `cidr`: an address or network inside an entry
- `regex`: found anywhere in it; written with or without the slashes of PCRE
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec

from .limits import MAX_BYTES
from .misp_types import COMPOSITES
from .text import clean_line

SHIPPED: Final = Path(__file__).parent / "warning_lists"

_PLAIN_WORDS: Final = {"ipv4": "ip-dst", "ipv6": "ip-dst", "ip": "ip-dst", "asn": "AS", "mac": "mac-address"}
"""Words of a `Report`'s observables for MISP's types, where they differ."""
_GRAM: Final = 3
"""Substrings are looked up by their first three characters."""
_PCRE: Final = re.compile(r"/(?P<body>.*)/(?P<flags>[imsux]*)", re.DOTALL)


class WarningList(msgspec.Struct, frozen=True, kw_only=True):
    """One list as MISP writes it. Without `matching_attributes` it is about every type."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=250)]
    description: str
    version: int
    type: Literal["string", "substring", "hostname", "cidr", "regex"] = "string"
    entries: list[str] = msgspec.field(name="list")
    matching_attributes: frozenset[str] = frozenset()
    category: str = ""


class Hit(NamedTuple):
    """`value` of type `kind` is on the list called `name` by its `entry`; `reason` is the list's own description."""

    kind: str
    value: str
    name: str
    entry: str
    reason: str


class BadList(ValueError):
    """A file that is no warning list; the message names file and fault."""


def read_list(data: bytes, name: str = "") -> WarningList:
    """One `list.json`; `name` is the file's, for the error."""
    if len(data) > MAX_BYTES:
        raise BadList(f"{name}: has {len(data):,} bytes; the limit is {MAX_BYTES:,}")
    try:
        return msgspec.json.decode(data, type=WarningList)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadList(f"{name}: {clean_line(str(error))[:200]}") from None


def read_folders(*folders: Path) -> list[WarningList]:
    """Every `list.json` below the folders, in the order of their paths; of two lists with one name the later counts."""
    found: dict[str, WarningList] = {}
    for folder in folders:
        for path in sorted(folder.glob("**/list.json")):
            made = read_list(path.read_bytes(), str(path))
            found[made.name] = made
    return list(found.values())


def shipped_lists() -> list[WarningList]:
    """The lists that come with Verbale."""
    return read_folders(SHIPPED)


class WarningLists:
    """Lists made ready for matching. `faults` names entries that could not be used, one sentence each."""

    def __init__(self, lists: Iterable[WarningList]) -> None:
        self.lists = list(lists)
        self.faults: list[str] = []
        self._texts: dict[str, list[int]] = {}
        self._hosts: dict[str, list[int]] = {}
        self._networks: dict[tuple[int, int], dict[int, list[int]]] = {}
        self._parts: dict[str, list[tuple[str, int]]] = {}
        self._patterns: list[tuple[re.Pattern[str], str, int]] = []
        add = {
            "string": self._add_text,
            "substring": self._add_part,
            "hostname": self._add_host,
            "cidr": self._add_network,
            "regex": self._add_pattern,
        }
        self._about: dict[str, frozenset[str] | None] = {}
        for place, warning_list in enumerate(self.lists):
            self._note_types(warning_list)
            adder = add[warning_list.type]
            for entry in warning_list.entries:
                if not entry.strip() or not adder(entry.strip(), place):
                    self.faults.append(f'{warning_list.name}: the entry "{clean_line(entry[:80])}" cannot be used')

    def benign(self, values: Iterable[tuple[str, str]]) -> list[Hit]:
        """The hits of (type, value) pairs, in their order; the type is MISP's, or a plain word such as `ipv4`."""
        return [hit for kind, value in values for hit in self._hits(kind, value)]

    def _hits(self, kind: str, value: str) -> Iterator[Hit]:
        seen: set[int] = set()
        for part_kind, part in _parts_of(_PLAIN_WORDS.get(kind, kind), value):
            for place, entry in self._found(frozenset({part_kind, kind}), part):
                found = self.lists[place]
                wanted = found.matching_attributes
                if place not in seen and (not wanted or part_kind in wanted or kind in wanted):
                    seen.add(place)
                    yield Hit(kind, value, found.name, entry, found.description)

    def _note_types(self, warning_list: WarningList) -> None:
        """Which types of attributes all the lists of one sort are about; None when one of them is about all."""
        known = self._about.setdefault(warning_list.type, frozenset())
        everything = known is None or not warning_list.matching_attributes
        self._about[warning_list.type] = (
            None if everything else (known or frozenset()) | warning_list.matching_attributes
        )

    def _asked(self, sort: str, kinds: frozenset[str]) -> bool:
        """Whether any list of this sort can be about a value of these types; saves the work of looking for nothing."""
        about = self._about.get(sort, frozenset())
        return about is None or not about.isdisjoint(kinds)

    def _found(self, kinds: frozenset[str], value: str) -> Iterator[tuple[int, str]]:
        lowered = value.lower()
        yield from ((place, value) for place in self._texts.get(lowered, ()))
        if self._asked("hostname", kinds):
            yield from self._found_hosts(lowered)
        if self._asked("cidr", kinds):
            yield from self._found_networks(value)
        if self._asked("substring", kinds):
            for start in range(len(lowered)):
                for entry, place in self._parts.get(lowered[start : start + _GRAM], ()):
                    if lowered.startswith(entry, start):
                        yield place, entry
        if self._asked("regex", kinds):
            for pattern, entry, place in self._patterns:
                if pattern.search(value):
                    yield place, entry

    def _found_hosts(self, lowered: str) -> Iterator[tuple[int, str]]:
        name = host_of(lowered) if self._hosts else ""
        while name:
            yield from ((place, name) for place in self._hosts.get(name, ()))
            name = name.partition(".")[2]

    def _found_networks(self, value: str) -> Iterator[tuple[int, str]]:
        # An address is of digits, `a` to `f`, colons and dots; names are told from it before the parser is asked.
        if not self._networks or not (value[:1].isalnum() or value[:1] == ":") or not ({".", ":"} & set(value[:5])):
            return
        try:
            network = ip_network(value, strict=False)
        except ValueError:
            return
        number, bits = int(network.network_address), network.max_prefixlen
        for (version, length), known in self._networks.items():
            if version == network.version and length <= network.prefixlen:
                for place in known.get(number >> (bits - length), ()):
                    yield place, f"{ip_network((number >> (bits - length) << (bits - length), length))}"

    def _add_text(self, entry: str, place: int) -> bool:
        self._texts.setdefault(entry.lower(), []).append(place)
        return True

    def _add_host(self, entry: str, place: int) -> bool:
        self._hosts.setdefault(entry.lower().strip("."), []).append(place)
        return True

    def _add_network(self, entry: str, place: int) -> bool:
        try:
            network = ip_network(entry, strict=False)
        except ValueError:
            return False
        known = self._networks.setdefault((network.version, network.prefixlen), {})
        shift = network.max_prefixlen - network.prefixlen
        known.setdefault(int(network.network_address) >> shift, []).append(place)
        return True

    def _add_part(self, entry: str, place: int) -> bool:
        lowered = entry.lower()
        if len(lowered) < _GRAM:
            return False  # a part of one or two characters would be in everything
        self._parts.setdefault(lowered[:_GRAM], []).append((lowered, place))
        return True

    def _add_pattern(self, entry: str, place: int) -> bool:
        match = _PCRE.fullmatch(entry)
        flags = re.IGNORECASE if match and "i" in match["flags"] else re.NOFLAG
        try:
            self._patterns.append((re.compile(match["body"] if match else entry, flags), entry, place))
        except (re.error, RecursionError):
            return False
        return True


def host_of(value: str) -> str:
    """The host in a name, an e-mail address or a URL, in lower case; "" where there is none."""
    if "://" in value:
        try:
            return (urlsplit(value).hostname or "").rstrip(".").lower()
        except ValueError:
            return ""
    return value.rpartition("@")[2].partition("/")[0].partition(":")[0].rstrip(".").lower()


def _parts_of(kind: str, value: str) -> Iterator[tuple[str, str]]:
    stripped = value.strip()
    if kind in COMPOSITES and "|" in stripped:
        left, _, right = stripped.partition("|")
        for part_kind, part in zip(COMPOSITES[kind], (left, right), strict=True):
            if part.strip():
                yield part_kind, part.strip()
    else:
        yield kind, stripped
