"""One spelling for each value, so that two nodes that hold the same thing hold the same text.

A value that goes into an overlap is `kind:value`. Who spells it otherwise misses the match, so the rules are part of
the protocol; `RULES` numbers them, and the terms of a run name the number.

Every kind: Unicode NFC, no blank at the ends, no control character; defanged writing is undone (`hxxp`, `[.]`, `(.)`,
`[dot]`, `[:]`, `[://]`, `[@]`, `[at]`). Then:

    ipv4, ipv6      `ipaddress`' compressed form; a network has its host bits cleared and its length behind it, one of
                    a single address is that address; an IPv4 address mapped into IPv6 is the IPv4 address; no zone
    domain          lower case, no dot at the end, IDNA 2008 A-labels for what is not ASCII; no wildcard, no address
    url             scheme and host in lower case, host as a domain or address, no default port, no fragment, `/` for
                    an empty path, escapes of unreserved characters undone and others with capitals (RFC 3986 section
                    6.2.2); the rest, the query above all, as it is
    email           lower case throughout, domain as above
    md5 … sha512    lower-case hex of the right length
    cve             upper case
    mutex           as it is: names of mutexes differ by case
    registry-key    lower case, the short names of the hives written out
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import idna

from ..pattern_values import any_of, word_of
from ..text import visible_value

__all__ = ["KINDS", "LONGEST", "RULES", "Refused", "Value", "normal", "of_lines", "of_pattern", "split"]

RULES: Final = 1
"""Number of these rules; changes whenever one of them does."""
LONGEST: Final = 4_000
"""Characters of a value."""


class Value(NamedTuple):
    kind: str
    value: str

    @property
    def item(self) -> str:
        """As it goes into the protocol."""
        return f"{self.kind}:{self.value}"


class Refused(NamedTuple):
    """A line that gives no value."""

    line: int
    """From 1."""
    text: str
    why: str


class _No(ValueError):
    """Why a text is no value of its kind."""


_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_FANGS: Final = (
    (re.compile(r"\[://\]|\[:\]//", re.ASCII), "://"),
    (re.compile(r"^(f?)hxxp(s?)(?=:)", re.ASCII | re.IGNORECASE), r"\1http\2"),
    (re.compile(r"^fxp(s?)(?=:)", re.ASCII | re.IGNORECASE), r"ftp\1"),
    (re.compile(r"\s*(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\})\s*", re.ASCII | re.IGNORECASE), "."),
    (re.compile(r"\s*(?:\[@\]|\(@\)|\[at\]|\(at\)|\{at\})\s*", re.ASCII | re.IGNORECASE), "@"),
    (re.compile(r"\[:\]", re.ASCII), ":"),
)
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_HEX: Final = re.compile(r"[0-9a-f]+", re.ASCII)
_CVE: Final = re.compile(r"CVE-\d{4}-\d{4,19}", re.ASCII)
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})", re.ASCII)
_UNRESERVED: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_PORTS: Final = {"http": 80, "https": 443, "ftp": 21, "ftps": 990}
_HASHES: Final = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
_HIVES: Final = {
    "hklm": "hkey_local_machine",
    "hkcu": "hkey_current_user",
    "hkcr": "hkey_classes_root",
    "hku": "hkey_users",
    "hkcc": "hkey_current_config",
}


def _refanged(text: str) -> str:
    for pattern, plain in _FANGS:
        text = pattern.sub(plain, text)
    return text


def _address(text: str) -> Value:
    try:
        if "/" in text:
            network = ipaddress.ip_network(text, strict=False)
            if network.prefixlen == network.max_prefixlen:
                return _one_address(network.network_address)
            return Value(f"ipv{network.version}", str(network))
        return _one_address(ipaddress.ip_address(text))
    except ValueError:
        raise _No("is no IP address or network") from None


def _one_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Value:
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id:
            raise _No("names a zone, which means something on one machine only")
        if address.ipv4_mapped is not None:
            return Value("ipv4", str(address.ipv4_mapped))
    return Value(f"ipv{address.version}", str(address))


def _ip(text: str) -> Value:
    return _address(_refanged(text).strip("[]"))


def _host(text: str) -> str:
    host = text.removesuffix(".").lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise _No("is no domain name that IDNA 2008 allows") from None
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise _No("is no domain name")
    return host


def _domain(text: str) -> Value:
    host = _host(_refanged(text))
    if host.rpartition(".")[2].isdigit():
        raise _No("is an address, or part of one")
    return Value("domain", host)


def _unescaped(part: str) -> str:
    def written(found: re.Match[str]) -> str:
        byte = int(found.group(1), 16)
        return chr(byte) if byte in _UNRESERVED else f"%{byte:02X}"

    return _ESCAPE.sub(written, part)


def _url(text: str) -> Value:
    try:
        split = urlsplit(_refanged(text))
        port, host = split.port, split.hostname
    except ValueError:
        raise _No("is no URL") from None
    if not split.scheme or not host or " " in split.netloc:
        raise _No("is no URL with a scheme and a host")
    try:
        address = _address(host)
        shown = f"[{address.value}]" if address.kind == "ipv6" else address.value
    except _No:
        shown = _host(host)
    user = f"{split.netloc.rpartition('@')[0]}@" if "@" in split.netloc else ""
    at = "" if port is None or port == _PORTS.get(split.scheme) else f":{port}"
    query = f"?{_unescaped(split.query)}" if split.query else ""
    return Value("url", f"{split.scheme}://{user}{shown}{at}{_unescaped(split.path) or '/'}{query}")


def _email(text: str) -> Value:
    local, at, host = _refanged(text).rpartition("@")
    if not at or not local or any(blank in local for blank in " \t"):
        raise _No("is no e-mail address")
    return Value("email", f"{local.lower()}@{_host(host)}")


def _digest(kind: str) -> Callable[[str], Value]:
    def read(text: str) -> Value:
        found = text.lower()
        if len(found) != _HASHES[kind] or not _HEX.fullmatch(found):
            raise _No(f"is no {kind.upper()} of {_HASHES[kind]} hexadecimal digits")
        return Value(kind, found)

    return read


def _cve(text: str) -> Value:
    found = text.upper()
    if not _CVE.fullmatch(found):
        raise _No("is no CVE id")
    return Value("cve", found)


def _registry_key(text: str) -> Value:
    hive, bar, rest = text.lower().strip("\\").partition("\\")
    return Value("registry-key", f"{_HIVES.get(hive, hive)}{bar}{rest}")


_READERS: Final[dict[str, Callable[[str], Value]]] = {
    "ipv4": _ip,
    "ipv6": _ip,
    "domain": _domain,
    "url": _url,
    "email": _email,
    **{kind: _digest(kind) for kind in _HASHES},
    "cve": _cve,
    "mutex": lambda text: Value("mutex", text),
    "registry-key": _registry_key,
}
KINDS: Final = tuple(_READERS)
"""The kinds of values that can be compared, in the words of a `Report`."""
_ALIASES: Final = {
    "domain-name": "domain",
    "email-addr": "email",
    "hostname": "domain",
    "ip": "ipv4",
    "ip-dst": "ipv4",
    "ip-src": "ipv4",
    "ipv4-addr": "ipv4",
    "ipv6-addr": "ipv6",
    "regkey": "registry-key",
    "sha-1": "sha1",
    "sha-256": "sha256",
    "sha-512": "sha512",
    "vulnerability": "cve",
    "windows-registry-key": "registry-key",
}


def _read(kind: str, text: str) -> Value:
    kind = _ALIASES.get(kind, kind)
    reader = _READERS.get(kind)
    if reader is None:
        raise _No(f"is of the kind {visible_value(kind)[:40]}, which cannot be compared")
    value = unicodedata.normalize("NFC", text).strip()
    if not value:
        raise _No("is empty")
    if len(value) > LONGEST:
        raise _No(f"has {len(value):,} characters; the limit is {LONGEST:,}")
    if _CONTROL.search(value):
        raise _No("holds a control character")
    found = reader(value)
    if _CONTROL.search(found.value):
        raise _No("holds a control character")
    return Value(found.kind, unicodedata.normalize("NFC", found.value))


def normal(kind: str, text: str) -> Value | None:
    """The value in its one spelling; None for what is none, or of a kind that cannot be compared."""
    try:
        return _read(kind, text)
    except _No:
        return None


def split(item: str) -> Value:
    """The value of an item of the protocol."""
    kind, _colon, value = item.partition(":")
    return Value(kind, value)


# -- lists of an analyst -----------------------------------------------------------------------------------------------


def _guessed(text: str) -> str:
    plain = _refanged(text)
    for kind, length in _HASHES.items():
        if len(plain) == length and _HEX.fullmatch(plain.lower()):
            return kind
    if _CVE.fullmatch(plain.upper()):
        return "cve"
    if "://" in plain:
        return "url"
    if "@" in plain:
        return "email"
    if plain.upper().startswith(("HKEY_", "HKLM\\", "HKCU\\", "HKCR\\", "HKU\\", "HKCC\\")):
        return "registry-key"
    try:
        return _address(plain.strip("[]")).kind
    except _No:
        return "domain"


def of_lines(text: str) -> Iterator[Value | Refused]:
    """The values of a list: one a line, `kind,value` or the value alone, whose kind is then guessed.

    Empty lines, lines that begin with `#`, and a head `kind,value` or `type,value` say nothing. Quotes of CSV are
    taken away.
    """
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#") or (number == 1 and line.lower() in ("kind,value", "type,value")):
            continue
        first, comma, rest = line.partition(",")
        kind = first.strip().strip('"').lower()
        known = comma and (kind in _READERS or kind in _ALIASES)
        given = (rest if known else line).strip()
        if len(given) > 1 and given[0] == given[-1] == '"':
            given = given[1:-1].replace('""', '"')
        try:
            yield _read(kind if known else _guessed(given), given)
        except _No as no:
            yield Refused(number, visible_value(given)[:100], str(no))


# -- simple patterns ---------------------------------------------------------------------------------------------------


def of_pattern(pattern: str) -> list[Value]:
    """The values of a STIX pattern that looks for nothing but one of several values, all of which can be compared; of
    any other pattern none."""
    found = [normal(word_of(each.path), str(each.value)) for each in any_of(pattern)]
    return [value for value in found if value is not None] if None not in found else []


def items(values: Iterable[Value]) -> list[str]:
    """The items of the protocol, each once, in the order of the alphabet."""
    return sorted({value.item for value in values})
