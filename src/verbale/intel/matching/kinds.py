"""Kinds of observed values, and the one way to write each, so that a log and an indicator can be compared as text.

| kind | written as |
|---|---|
| `ipv4`, `ipv6` | as `inet_ntop` writes it; an IPv4 address mapped into IPv6 is IPv4 |
| `domain` | lower case, no dot at the end, international names as their `xn--` form |
| `url` | scheme and host in lower case, no default port, no fragment, `/` for an empty path |
| `email` | lower case |
| `md5`, `sha1`, `sha256`, `sha512`, the same of certificates (`cert-…`), `ja3`, `ja3s` | lower-case hexadecimal |
| `mac` | lower case, colons |
| `port`, `asn` | decimal digits |
| `protocol` | lower case |
| `cert-serial` | upper-case hexadecimal digits without colons |
| `file-name`, `path`, `command-line`, `user-agent` and the other texts of `TEXTS` | as it is, in Unicode's form NFC |

Three more words stand in tables of fields only, where the value decides: `ip`, `host` (an address or a domain) and
`hash` (by its length).
"""

from __future__ import annotations

import re
import socket
import unicodedata
from collections.abc import Callable
from typing import Final, NamedTuple

from .limits import MAX_VALUE_CHARACTERS


class Normal(NamedTuple):
    """A value in its normal form; `net` are the address's bits as hexadecimal digits, "" for what is no address."""

    kind: str
    value: str
    net: str = ""


_LABEL: Final = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
)
_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30})://([^/?#]*)([^#]*)")
_AUTHORITY: Final = re.compile(r"(?:([^@]*)@)?(\[[0-9A-Fa-f:.]+\]|[^:@]*)(?::([0-9]*))?")
_PORTS: Final = {"http": "80", "https": "443", "ftp": "21", "ws": "80", "wss": "443"}
_EMAIL: Final = re.compile(r"[^@\s<>]{1,256}@[^@\s<>]{1,255}")
_HEX: Final = re.compile(r"[0-9a-f]+")
_MAC: Final = re.compile(r"[0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){5}")
_MAPPED: Final = "00000000000000000000ffff"

HASH_DIGITS: Final = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
_HASH_OF: Final = {digits: name for name, digits in HASH_DIGITS.items()}
LOWERED: Final = frozenset({"domain", "email", "protocol", "mac", *HASH_DIGITS})
"""Kinds of which the normal form is in lower case, so that a pattern on them must not mind the case."""


def address(text: str) -> Normal | None:
    """An IP address, or None."""
    try:
        return Normal("ipv4", text, socket.inet_pton(socket.AF_INET, text).hex())
    except (OSError, ValueError, UnicodeError):
        pass
    if ":" not in text:
        return None
    try:
        packed = socket.inet_pton(socket.AF_INET6, text.partition("%")[0].strip("[]"))
    except (OSError, ValueError, UnicodeError):
        return None
    digits = packed.hex()
    if digits.startswith(_MAPPED):
        return Normal("ipv4", socket.inet_ntop(socket.AF_INET, packed[12:]), digits[24:])
    return Normal("ipv6", socket.inet_ntop(socket.AF_INET6, packed), digits)


def network(text: str) -> tuple[str, list[str]] | None:
    """A network in CIDR form as (kind, prefixes of its addresses' `net`), or None.

    A prefix ends at a hexadecimal digit; a network of which the length is no multiple of four has up to eight.
    """
    base, slash, length = text.partition("/")
    found = address(base)
    if found is None or not slash or not re.fullmatch(r"[0-9]{1,3}", length):
        return None
    bits = int(length)
    if found.kind == "ipv4" and ":" in base:
        bits -= 96
    if not 0 <= bits <= 4 * len(found.net):
        return None
    whole, rest = divmod(bits, 4)
    if not rest:
        return found.kind, [found.net[:whole]]
    first = int(found.net[whole], 16) & (0xF << (4 - rest)) & 0xF
    return found.kind, [found.net[:whole] + f"{digit:x}" for digit in range(first, first + (1 << (4 - rest)))]


def _ip(kind: str) -> Callable[[str], Normal | None]:
    def normal(text: str) -> Normal | None:
        found = address(text)
        return found if found is not None and kind in (found.kind, "ip") else None

    return normal


def _domain(text: str) -> Normal | None:
    name = text.rstrip(".").lower()
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    # A name that ends in a number is none, but perhaps half an address.
    if not _LABEL.fullmatch(name) or name.rpartition(".")[2].isdigit():
        return None
    return Normal("domain", name)


def _host(text: str) -> Normal | None:
    return address(text) or _domain(text)


def _url(text: str) -> Normal | None:
    match = _URL.match(text)
    if match is None:
        return None
    scheme, authority, rest = match.groups()
    scheme = scheme.lower()
    parts = _AUTHORITY.fullmatch(authority)
    if parts is not None:
        user, host, port = parts.groups()
        host = host.lower().rstrip(".")
        if not host.isascii():
            named = _domain(host)
            host = named.value if named is not None else host
        authority = (f"{user}@" if user is not None else "") + host
        if port and port != _PORTS.get(scheme):
            authority += f":{port}"
    if not rest.startswith("/"):
        rest = f"/{rest}"
    return Normal("url", f"{scheme}://{authority}{rest}")


def _email(text: str) -> Normal | None:
    inner = text[text.rfind("<") + 1 :].rstrip("> ") if text.endswith(">") else text
    return Normal("email", inner.lower()) if _EMAIL.fullmatch(inner) else None


def _digits(kind: str, length: int) -> Callable[[str], Normal | None]:
    def normal(text: str) -> Normal | None:
        digits = text.lower().replace(":", "") if kind.startswith("cert") else text.lower()
        return Normal(kind, digits) if len(digits) == length and _HEX.fullmatch(digits) else None

    return normal


def _hash(text: str) -> Normal | None:
    digits = text.lower()
    kind = _HASH_OF.get(len(digits))
    return Normal(kind, digits) if kind and _HEX.fullmatch(digits) else None


def _mac(text: str) -> Normal | None:
    digits = text.lower()
    if not _MAC.fullmatch(digits):
        return None
    digits = digits.replace(":", "").replace("-", "")
    return Normal("mac", ":".join(digits[place : place + 2] for place in range(0, 12, 2)))


def _number(kind: str, highest: int) -> Callable[[str], Normal | None]:
    def normal(text: str) -> Normal | None:
        digits = text.upper().removeprefix("AS") if kind == "asn" else text
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 10) or int(digits) > highest:
            return None
        return Normal(kind, str(int(digits)))

    return normal


def _serial(text: str) -> Normal | None:
    digits = text.replace(":", "").lower()
    return Normal("cert-serial", digits.upper()) if _HEX.fullmatch(digits) else None


def _lowered(kind: str) -> Callable[[str], Normal | None]:
    return lambda text: Normal(kind, text.lower())


def _as_it_is(kind: str) -> Callable[[str], Normal | None]:
    return lambda text: Normal(kind, text if text.isascii() else unicodedata.normalize("NFC", text))


TEXTS: Final = (
    "file-name",
    "path",
    "command-line",
    "user-agent",
    "request",
    "user",
    "registry-key",
    "subject",
    "message-id",
    "mutex",
    "cert-subject",
    "cert-issuer",
)

_NORMAL: Final[dict[str, Callable[[str], Normal | None]]] = {
    "ip": _ip("ip"),
    "ipv4": _ip("ipv4"),
    "ipv6": _ip("ipv6"),
    "domain": _domain,
    "host": _host,
    "url": _url,
    "email": _email,
    "hash": _hash,
    "mac": _mac,
    "port": _number("port", 65_535),
    "asn": _number("asn", 2**32 - 1),
    "protocol": _lowered("protocol"),
    "cert-serial": _serial,
    "ja3": _digits("ja3", 32),
    "ja3s": _digits("ja3s", 32),
    **{name: _digits(name, digits) for name, digits in HASH_DIGITS.items()},
    **{f"cert-{name}": _digits(f"cert-{name}", HASH_DIGITS[name]) for name in ("md5", "sha1", "sha256")},
    **{name: _as_it_is(name) for name in TEXTS},
}

FIELD_KINDS: Final = frozenset(_NORMAL)
"""What may stand in a table of fields."""

KINDS: Final = FIELD_KINDS - {"ip", "host", "hash"}
"""What an observed value can be."""


def normal(kind: str, text: str) -> Normal | None:
    """`text` in the normal form of `kind` (one of `FIELD_KINDS`), or None when it is no such value."""
    text = text.strip()
    if not text or len(text) > MAX_VALUE_CHARACTERS:
        return None
    return _NORMAL[kind](text)


_REFANGED: Final = ((re.compile(r"\[\.\]|\(\.\)|\{\.\}|\[dot\]", re.IGNORECASE), "."), (re.compile(r"\[:\]"), ":"))


def refanged(text: str) -> str:
    """A value as it was before somebody made it harmless: `hxxps://evil[.]example` as `https://evil.example`."""
    for found, plain in _REFANGED:
        text = found.sub(plain, text)
    text = re.sub(r"\[@\]|\[at\]", "@", text, flags=re.IGNORECASE)
    return re.sub(r"^h(?:xx|XX|tt|\*\*)p(s?)(?=://|\[)", r"http\1", text)


def guessed(text: str) -> str | None:
    """The kind of a plain value that came without one; None when nothing fits. A lone word is never a domain."""
    if "://" in text:
        return "url" if _url(text) else None
    if network(text) is not None or address(text) is not None:
        return "ip"
    if _hash(text) is not None:
        return "hash"
    if "@" in text:
        return "email" if _email(text) else None
    return "domain" if "." in text and _domain(text) else None
