"""Rules of STIX 2.1 that bind several properties of one object together; forms of single ones stand in the structs.

Each rule takes an object whose struct was read without fault, so the kinds of its values are known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import AddressValueError, IPv6Address
from typing import Any, Final

import msgspec

from ..stix_patterns import pattern_fault
from ..stix_types import DOMAIN_TYPES, META_TYPES, RELATION_TYPES
from ..tlp import TLP_EXTENSION
from .charsets import CHARACTER_SETS
from .faults import Breach
from .forms import RULES, TYPE_NAME, DomainName, EmailAddress, IPv4, Mac, Url
from .parts import Observable
from .predefined import PREDEFINED
from .reading import breach_of

Object = dict[str, Any]
"""One JSON object whose kinds were checked by its struct."""

_ORDER: Final[dict[str, tuple[tuple[str, str, bool, str], ...]]] = {
    "campaign": (("first_seen", "last_seen", False, "4.2.1"),),
    "indicator": (("valid_from", "valid_until", True, "4.7.1"),),
    "infrastructure": (("first_seen", "last_seen", False, "4.8.1"),),
    "intrusion-set": (("first_seen", "last_seen", False, "4.9.1"),),
    "malware": (("first_seen", "last_seen", False, "4.11.1"),),
    "observed-data": (("first_observed", "last_observed", False, "4.14.1"),),
    "threat-actor": (("first_seen", "last_seen", False, "4.17.1"),),
    "relationship": (("start_time", "stop_time", True, "5.1.2"),),
    "sighting": (("first_seen", "last_seen", False, "5.2.1"),),
    "network-traffic": (("start", "end", False, "6.12.1"),),
}
"""Type to (earlier, later, must be later rather than not earlier, clause)."""

_ENCODED: Final = {"directory": ("path", "path_enc", "6.3.1"), "file": ("name", "name_enc", "6.7.1")}
"""Type to text, the name of its encoding, clause."""

_HASH_FORMS: Final = {
    "MD5": re.compile(r"[a-fA-F0-9]{32}"),
    "SHA-1": re.compile(r"[a-fA-F0-9]{40}"),
    "SHA-256": re.compile(r"[a-fA-F0-9]{64}"),
    "SHA-512": re.compile(r"[a-fA-F0-9]{128}"),
    "SHA3-256": re.compile(r"[a-fA-F0-9]{64}"),
    "SHA3-512": re.compile(r"[a-fA-F0-9]{128}"),
    "SSDEEP": re.compile(r"[a-zA-Z0-9/+:.]{1,150}"),
    "TLSH": re.compile(r"(?:T1)?[a-fA-F0-9]{70}", re.ASCII),
}
"""Section 10.7. TLSH has had the prefix T1 since its version 4."""

_CVE: Final = re.compile(r"CVE-\d{4}-(?:0\d{3}|[1-9]\d{3,})", re.ASCII)
_CAPEC: Final = re.compile(r"CAPEC-\d+", re.ASCII)

_TLP_1: Final = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "white",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
}
_TLP_1_CREATED: Final = "2017-01-20T00:00:00.000Z"
_TLP_2: Final = {
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "clear",
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "green",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "amber",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "amber+strict",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "red",
}

_COMMON: Final = frozenset(Observable.__struct_fields__) | {"type", "id", "spec_version"}
_OWN: Final = {
    "process": ("6.13", True),
    "user-account": ("6.16", True),
    "windows-registry-key": ("6.17", False),
    "x509-certificate": ("6.18", False),
}
"""Types of which at least one property of their own must be there, and whether an extension serves instead."""

_CONTRIBUTING: Final = {
    "artifact": {"hashes", "payload_bin"},
    "email-message": {"from_ref", "subject", "body"},
    "user-account": {"account_type", "user_id", "account_login"},
    "windows-registry-key": {"key", "values"},
    "x509-certificate": {"hashes", "serial_number"},
    "process": set[str](),
}
"""The properties of which a UUIDv5 may be made, where all of them are optional (section 2.9)."""

_EXTENSION_ID: Final = re.compile(
    r"extension-definition--[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
)
_EXTENSION_NAME: Final = re.compile(r"(?=.{3,250}\Z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*-ext")
_EXTENSION_TYPES: Final = frozenset(
    {"new-sdo", "new-sco", "new-sro", "property-extension", "toplevel-property-extension"}
)
_TYPE: Final = re.compile(TYPE_NAME)


def ordered(earlier: str, later: str, *, strictly: bool) -> bool:
    """Whether two well-formed timestamps stand in this order; texts compare as times once the `Z` is off."""
    if len(earlier) == len(later) or earlier[:19] != later[:19]:
        if earlier == later:
            return not strictly
        return earlier < later
    first, second = earlier[19:-1].rstrip("0"), later[19:-1].rstrip("0")
    first, second = first.rstrip("."), second.rstrip(".")
    return first < second or (not strictly and first == second)


def check_order(kind: str, value: Object) -> None:
    """`modified` not before `created` (section 3.2), and what the type's own section orders."""
    created, modified = value.get("created"), value.get("modified")
    if created != modified and created and modified and not ordered(created, modified, strictly=False):
        raise Breach("modified", "must not be earlier than created", "3.2")
    for before, after, strictly, clause in _ORDER.get(kind, ()):
        start, end = value.get(before), value.get(after)
        if start and end and not ordered(start, end, strictly=strictly):
            words = "must be later than" if strictly else "must not be earlier than"
            raise Breach(after, f"{words} {before}", clause)


def check_hashes(hashes: dict[str, str], path: str) -> None:
    """Each digest in the form of its algorithm (section 2.7)."""
    for name, digest in hashes.items():
        form = _HASH_FORMS.get(name)
        if form is not None and form.fullmatch(digest) is None:
            raise Breach(f"{path}.{name}", f"must be a {name} digest", "2.7")


def check_references(references: list[Object]) -> None:
    """Section 2.5.2, and the forms of CVE and CAPEC numbers (sections 4.1.1 and 4.19.1)."""
    for place, reference in enumerate(references):
        path = f"external_references[{place}]"
        number = reference.get("external_id")
        if number is None and "url" not in reference and "description" not in reference:
            raise Breach(path, "must have a description, a url or an external_id", "2.5.2")
        if "hashes" in reference:
            for name in reference["hashes"]:
                if name not in _HASH_FORMS:
                    raise Breach(f"{path}.hashes", "must be of the algorithms in hash-algorithm-ov", "2.5.1")
            check_hashes(reference["hashes"], f"{path}.hashes")
        if number is not None and (number[:1] == "C" or reference["source_name"] in ("cve", "capec")):
            _check_number(reference["source_name"], number, path)


def _check_number(source: str, number: str, path: str) -> None:
    for name, form, clause in (("cve", _CVE, "4.19.1"), ("capec", _CAPEC, "4.1.1")):
        if (form.fullmatch(number) is not None) != (source == name):
            if source == name:
                raise Breach(f"{path}.external_id", f"must be a {name.upper()} number", clause)
            raise Breach(f"{path}.source_name", f'must be "{name}" with a {name.upper()} number', clause)


def check_extensions(kind: str, value: Object) -> None:
    """Section 3.2, `extensions`; what STIX itself defines is checked property by property (section 3.10)."""
    known = PREDEFINED.get(kind, {})
    for name, content in value["extensions"].items():
        path = f"extensions.{name}"
        if name in known:
            _check_predefined(content, path, *known[name])
        elif _EXTENSION_ID.fullmatch(name):
            told = content.get("extension_type")
            if not isinstance(told, str) or told not in _EXTENSION_TYPES:
                raise Breach(f"{path}.extension_type", "must be one of extension-type-enum", "3.2")
            check_names(content, f"{path}.", "7.3.2.1")
        elif _EXTENSION_NAME.fullmatch(name):
            check_names(content, f"{path}.", "11.3.1")
        else:
            raise Breach(path, "must be the id of an extension definition or a name that ends in -ext", "3.2")


def _check_predefined(content: Object, path: str, struct: type[msgspec.Struct], clause: str) -> None:
    try:
        msgspec.convert(content, struct)
    except msgspec.ValidationError as error:
        raise breach_of(error, path, f"{clause}.1") from None
    fields = set(struct.__struct_fields__)
    own = content.keys() & (fields - {"pe_type"})
    if not own:
        raise Breach(path, "must have at least one property of the extension", clause)
    check_names(content.keys() - fields, f"{path}.", "11.3.1")
    for part in _inner_hashes(content):
        check_hashes(part, path)
    stamp = content.get("time_date_stamp")
    if stamp is not None and "." in stamp:
        raise Breach(f"{path}.time_date_stamp", "must be precise to the second", "6.7.6.1")


def _inner_hashes(content: Object) -> Iterable[dict[str, str]]:
    if "file_header_hashes" in content:
        yield content["file_header_hashes"]
    parts = [
        content.get("optional_header", {}),
        *content.get("sections", ()),
        *content.get("alternate_data_streams", ()),
    ]
    yield from (part["hashes"] for part in parts if "hashes" in part)


_NAME: Final = re.compile(r"[a-z][a-z0-9_]{2,249}")
_HEX: Final = re.compile(r"(?:[0-9a-f]{2})+")
_RESERVED: Final = frozenset({"severity", "username", "phone_number", "phone_numbers", "action"})


def check_names(names: Iterable[str], path: str, clause: str = "3.1") -> None:
    """Names of properties that the standard does not define; `id` is the one shorter than three letters."""
    for name in names:
        if _NAME.fullmatch(name) is None and name != "id":
            raise Breach(
                f"{path}{name}", "must be named with a-z, 0-9 and _, a letter first, 3 to 250 characters", clause
            )


def check_custom(value: Object, names: Iterable[str]) -> None:
    """Properties beyond those of the type (sections 3.1, 3.8 and 11.1.1)."""
    for name in names:
        if name in _RESERVED:
            raise Breach(name, "is a reserved name", "3.8")
        if name == "defanged":
            raise Breach(name, "is for observables only", "3.2")
        if name.endswith("_hex") and not (isinstance(value[name], str) and _HEX.fullmatch(value[name])):
            raise Breach(name, "must be an even number of hexadecimal digits in lower case", "2.8")
        if name.endswith("_bin") and not isinstance(value[name], str):
            raise Breach(name, "must be base64 text", "2.1")
    check_names(names, "", "11.1.1")


def check_id_version(kind: str, value: Object) -> None:
    """Section 2.9: without contributing properties the UUID must be a random one."""
    contributing = _CONTRIBUTING.get(kind)
    if contributing is not None and not contributing & value.keys() and value["id"][len(kind) + 16] != "4":
        raise Breach("id", "must have a UUIDv4, as the object has no property that a UUIDv5 is made of", "2.9")


def check_own_property(kind: str, value: Object) -> None:
    clause, extension_serves = _OWN[kind]
    if not (value.keys() - _COMMON or (extension_serves and "extensions" in value)):
        raise Breach("", "must have at least one property of its type", clause)


def _location(value: Object) -> None:
    point = ("latitude" in value, "longitude" in value)
    if point[0] != point[1]:
        raise Breach("latitude", "must be there exactly when longitude is", "4.10.1")
    if "precision" in value and not point[0]:
        raise Breach("precision", "needs latitude and longitude", "4.10.1")
    if not point[0] and "region" not in value and "country" not in value:
        raise Breach("", "must have a region, a country or latitude and longitude", "4.10")


def _malware(value: Object) -> None:
    if value["is_family"] and "name" not in value:
        raise Breach("name", "must be there for a malware family", "4.11.1")


def _malware_analysis(value: Object) -> None:
    if "result" not in value and "analysis_sco_refs" not in value:
        raise Breach("", "must have a result or analysis_sco_refs", "4.12")


def _indicator(value: Object) -> None:
    if value["pattern_type"] == "stix":
        fault = pattern_fault(value["pattern"])
        if fault:
            raise Breach("pattern", fault, "9")


def _observed_data(value: Object) -> None:
    if ("objects" in value) == ("object_refs" in value):
        raise Breach("object_refs", "must be there exactly when objects is not", "4.14")
    if "object_refs" in value:
        if all(ref.startswith(("relationship--", "sighting--")) for ref in value["object_refs"]):
            raise Breach("object_refs", "must name at least one observable", "4.14.1")
        return
    container = value["objects"]
    for key, part in container.items():
        _check_contained(container, part, f"objects.{key}")


def _check_contained(container: Object, part: Object, path: str) -> None:
    """Sections 2.9 and 2.13. The objects may be as STIX 2.0 wrote them, so only what both versions ask is asked."""
    kind = part.get("type")
    if not isinstance(kind, str) or _TYPE.fullmatch(kind) is None:
        raise Breach(f"{path}.type", "must be a type name", "2.13")
    if kind in DOMAIN_TYPES or kind in RELATION_TYPES or kind in META_TYPES or kind in ("bundle", "action"):
        raise Breach(f"{path}.type", "must be an observable", "4.14.1")
    for name, found in part.items():
        if name.endswith(("_ref", "_refs")) and name != "object_marking_refs":
            for ref in found if isinstance(found, list) else [found]:
                if ref not in container:
                    raise Breach(f"{path}.{name}", "must be the key of an object beside it", "2.13")


def _marking_definition(value: Object) -> None:
    own = value["id"]
    if own in value.get("object_marking_refs", ()):
        raise Breach("object_marking_refs", "must not name the marking itself", "3.2")
    if any(marking.get("marking_ref") == own for marking in value.get("granular_markings", ())):
        raise Breach("granular_markings", "must not name the marking itself", "3.2")
    kind, content = value.get("definition_type"), value.get("definition")
    if "extensions" in value:
        level = value["extensions"].get(TLP_EXTENSION, {}).get("tlp_2_0")
        if own in _TLP_2 and level is not None and level != _TLP_2[own]:
            raise Breach(f"extensions.{TLP_EXTENSION}", f"must be {_TLP_2[own]} in the marking of this id", "7.2.1")
        if kind is None and content is None:
            return
    if kind is None or content is None:
        raise Breach(
            "definition", "must be there with definition_type, unless an extension defines the marking", "7.2.1.1"
        )
    if kind == "statement" and not isinstance(content.get("statement"), str):
        raise Breach("definition.statement", "must be a text", "7.2.1.3")
    if (kind == "tlp") != (own in _TLP_1) or (kind == "tlp" and content != {"tlp": _TLP_1.get(own)}):
        raise Breach("definition", "must be one of the four TLP markings as the standard writes them", "7.2.1.4")
    if kind == "tlp" and value["created"] != _TLP_1_CREATED:
        raise Breach("created", f"must be {_TLP_1_CREATED} in a TLP marking", "7.2.1.4")


def _extension_definition(value: Object) -> None:
    if "extension_properties" in value and "toplevel-property-extension" not in value["extension_types"]:
        raise Breach("extension_properties", "is for toplevel-property-extension only", "7.3.1")


def _artifact(value: Object) -> None:
    if ("payload_bin" in value) == ("url" in value):
        raise Breach("payload_bin", "must be there exactly when url is not", "6.1.1")
    if "url" in value and "hashes" not in value:
        raise Breach("hashes", "must be there with url", "6.1.1")
    if "url" in value and _URL.fullmatch(value["url"]) is None:
        raise Breach("url", "must be a URL with its scheme", "6.1.1")
    if "decryption_key" in value and "encryption_algorithm" not in value:
        raise Breach("decryption_key", "must not be there without encryption_algorithm", "6.1.1")


def _email_message(value: Object) -> None:
    forbidden = "body" if value["is_multipart"] else "body_multipart"
    if forbidden in value:
        words = "true" if value["is_multipart"] else "false"
        raise Breach(forbidden, f"must not be there when is_multipart is {words}", "6.6.1")
    for place, part in enumerate(value.get("body_multipart", ())):
        if ("body" in part) == ("body_raw_ref" in part):
            raise Breach(f"body_multipart[{place}]", "must have one of body and body_raw_ref", "6.6.2")


def _file(value: Object) -> None:
    if "hashes" not in value and "name" not in value:
        raise Breach("", "must have hashes or a name", "6.7")


def _network_traffic(value: Object) -> None:
    if "src_ref" not in value and "dst_ref" not in value:
        raise Breach("src_ref", "must be there if dst_ref is not", "6.12")
    if "end" in value and value.get("is_active"):
        raise Breach("end", "must not be there when is_active is true", "6.12.1")


def _registry_key(value: Object) -> None:
    for place, part in enumerate(value.get("values", ())):
        if not part.keys() & {"name", "data", "data_type"}:
            raise Breach(f"values[{place}]", "must have a name, data or data_type", "6.17.2")
        check_names(part.keys(), f"values[{place}].")


def _certificate(value: Object) -> None:
    extensions = value.get("x509_v3_extensions")
    if extensions is not None:
        check_names(extensions.keys(), "x509_v3_extensions.")


def _pattern_of(form: Any) -> tuple[re.Pattern[str], str, str]:
    expression = form.__metadata__[0].pattern
    return (re.compile(expression), *RULES[expression])


_URL: Final = _pattern_of(Url)[0]
_VALUE_FORMS: Final = {
    "ipv4-addr": _pattern_of(IPv4),
    "mac-addr": _pattern_of(Mac),
    "domain-name": _pattern_of(DomainName),
    "email-addr": _pattern_of(EmailAddress),
    "url": _pattern_of(Url),
}


def _value(value: Object) -> None:
    """The form of `value`, unless it was defanged (section 3.2) and so no longer has it."""
    if value.get("defanged") is True:
        return
    form, rule, clause = _VALUE_FORMS[value["type"]]
    if form.fullmatch(value["value"]) is None:
        raise Breach("value", rule, clause)


def _ipv6(value: Object) -> None:
    if value.get("defanged") is True:
        return
    address, slash, length = value["value"].partition("/")
    plain = not slash or (length.isascii() and length.isdigit() and length == str(int(length)) and int(length) <= 128)
    try:
        IPv6Address(address)
        fits = "%" not in address
    except AddressValueError:
        fits = False
    if not plain or not fits:
        raise Breach("value", "must be an IPv6 address or network in CIDR notation", "6.9.1")


CHECKS: Final[dict[str, Callable[[Object], None]]] = {
    "artifact": _artifact,
    "domain-name": _value,
    "email-addr": _value,
    "email-message": _email_message,
    "extension-definition": _extension_definition,
    "file": _file,
    "indicator": _indicator,
    "ipv4-addr": _value,
    "ipv6-addr": _ipv6,
    "location": _location,
    "mac-addr": _value,
    "malware": _malware,
    "malware-analysis": _malware_analysis,
    "marking-definition": _marking_definition,
    "network-traffic": _network_traffic,
    "observed-data": _observed_data,
    "url": _value,
    "windows-registry-key": _registry_key,
    "x509-certificate": _certificate,
}
"""Type to the rule of its own section."""


def check_observable(kind: str, value: Object) -> None:
    """What all observables have in common."""
    if kind in _OWN:
        check_own_property(kind, value)
    check_id_version(kind, value)
    if "hashes" in value:
        check_hashes(value["hashes"], "hashes")
    if kind in _ENCODED:
        text, encoding, clause = _ENCODED[kind]
        if encoding in value:
            if text not in value:
                raise Breach(encoding, f"must not be there without {text}", "3.1")
            if value[encoding].lower() not in CHARACTER_SETS:
                raise Breach(encoding, "must be the IANA name of a character set", clause)
