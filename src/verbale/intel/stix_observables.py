"""Cyber observables of STIX 2.1 (section 6) as pairs of a plain type word and a value."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Final, NamedTuple

from .fields import Node
from .limits import MAX_INTEGER, MAX_NAME_CHARACTERS
from .stix_objects import StixObject
from .text import visible_value


class Seen(NamedTuple):
    """One value of an object: its type word, the value, and the path that granular markings call it by."""

    type: str
    value: str
    path: str


HASH_WORDS: Final = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-224": "sha224",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
    "SHA3-256": "sha3-256",
    "SHA3-512": "sha3-512",
    "SSDEEP": "ssdeep",
    "TLSH": "tlsh",
}
"""The hash algorithms of STIX 2.1 section 10.5."""

_ONE_VALUE: Final = {
    "directory": ("directory", "path"),
    "domain-name": ("domain", "value"),
    "email-addr": ("email", "value"),
    "ipv4-addr": ("ipv4", "value"),
    "ipv6-addr": ("ipv6", "value"),
    "mac-addr": ("mac", "value"),
    "mutex": ("mutex", "name"),
    "process": ("process", "command_line"),
    "url": ("url", "value"),
}


def values_of(obj: Node, kind: str) -> list[Seen]:
    """What was seen according to an observable of type `kind`; nothing when it carries no value of its own (a network
    flow between two addresses has those as objects of their own)."""
    if kind in _ONE_VALUE:
        word, field = _ONE_VALUE[kind]
        return _texts(obj, (word, field))
    reader = _READERS.get(kind)
    return reader(obj) if reader else []


def address_in_name(obj: StixObject) -> list[Seen]:
    """An infrastructure object whose whole name is an IP address; names in words give nothing."""
    word = ip_word(obj.string("name"))
    return [Seen(word, visible_value(obj.string("name")), "name")] if word else []


def ip_word(text: str) -> str:
    """`ipv4` or `ipv6` for an address or a network in CIDR form, "" for anything else."""
    try:
        return f"ipv{ipaddress.ip_network(text.strip(), strict=False).version}"
    except ValueError:
        return ""


def _texts(obj: Node, *fields: tuple[str, str]) -> list[Seen]:
    return [Seen(word, value, field) for word, field in fields if (value := obj.seen_value(field))]


def _hashes(obj: Node) -> list[Seen]:
    found = []
    for algorithm, digest in obj.entries("hashes"):
        if not isinstance(digest, str):
            raise obj.fault(f"hashes.{visible_value(algorithm)}", "must be a string")
        word = HASH_WORDS.get(algorithm.upper(), visible_value(algorithm.lower()))
        if value := visible_value(digest):
            found.append(Seen(word, value, f"hashes.{algorithm}"))
    return found


def _file(obj: Node) -> list[Seen]:
    return [*_texts(obj, ("filename", "name")), *_hashes(obj)]


def _artifact(obj: Node) -> list[Seen]:
    return [*_texts(obj, ("url", "url")), *_hashes(obj)]


def _autonomous_system(obj: Node) -> list[Seen]:
    number = obj.integer("number", 0, 2**32 - 1)
    return [] if number is None else [Seen("asn", f"AS{number}", "number")]


def _email_message(obj: Node) -> list[Seen]:
    return _texts(obj, ("email-message-id", "message_id"), ("email-subject", "subject"))


def _network_traffic(obj: Node) -> list[Seen]:
    ports = ((field, obj.integer(field, 0, 65535)) for field in ("src_port", "dst_port"))
    return [Seen("port", str(port), field) for field, port in ports if port is not None]


def _registry_key(obj: Node) -> list[Seen]:
    found = _texts(obj, ("registry-key", "key"))
    for place, value in enumerate(obj.nodes("values")):
        name, data = value.seen_value("name"), value.seen_value("data")
        if name or data:
            found.append(Seen("registry-value", f"{name} = {data}" if data else name, f"values.[{place}]"))
    return found


def _software(obj: Node) -> list[Seen]:
    name, version = obj.seen_value("name"), obj.seen_value("version")
    # Two properties make the value, so a marking on either is one on it; the path "" is the whole object.
    return [Seen("software", f"{name} {version}".strip(), "" if version else "name")] if name else []


def _user_account(obj: Node) -> list[Seen]:
    for field in ("account_login", "user_id", "display_name"):
        if found := _texts(obj, ("user-account", field)):
            return found
    return []


def _certificate(obj: Node) -> list[Seen]:
    named = _texts(obj, ("x509-serial", "serial_number"), ("x509-subject", "subject"), ("x509-issuer", "issuer"))
    return [*named, *(Seen(f"x509-{seen.type}", seen.value, seen.path) for seen in _hashes(obj))]


def observed_values(obj: StixObject) -> list[Seen]:
    """The observables inside an `observed-data` object, which 2.1 still reads from 2.0's times (section 4.14.1)."""
    obj.integer("number_observed", 1, MAX_INTEGER)
    found = []
    inner = obj.node("objects")
    if inner is None:
        return []
    for key in inner.value:
        if len(key) > MAX_NAME_CHARACTERS:
            raise obj.fault("objects", f"has a key of {len(key):,} characters; the limit is {MAX_NAME_CHARACTERS}")
        node = inner.node(key)
        if node is not None:
            seen = values_of(node, node.string("type"))
            found += [Seen(s.type, s.value, f"objects.{key}.{s.path}".removesuffix(".")) for s in seen]
    return found


_READERS: Final[dict[str, Callable[[Node], list[Seen]]]] = {
    "artifact": _artifact,
    "autonomous-system": _autonomous_system,
    "email-message": _email_message,
    "file": _file,
    "network-traffic": _network_traffic,
    "software": _software,
    "user-account": _user_account,
    "windows-registry-key": _registry_key,
    "x509-certificate": _certificate,
}
