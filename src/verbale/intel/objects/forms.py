"""The data types of STIX 2.1 section 2 as constrained Python types, each with the sentence that an error shows.

A form is a regular expression, because msgspec checks one while it reads; `RULES` keeps for each expression the rule in
words and its clause.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

from msgspec import Meta

from ..limits import MAX_INTEGER, MAX_NAME_CHARACTERS
from ..stix_types import DOMAIN_TYPES, META_TYPES, OBSERVABLE_TYPES, RELATION_TYPES

RULES: Final[dict[str, tuple[str, str]]] = {}
"""Regular expression to (rule, clause)."""


def _form(expression: str, rule: str, clause: str) -> Meta:
    whole = rf"\A(?:{expression})\Z"
    RULES[whole] = (rule, clause)
    return Meta(pattern=whole)


_UUID: Final = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
TYPE_NAME: Final = rf"(?=.{{3,{MAX_NAME_CHARACTERS}}}(?:--|\Z))[a-z][a-z0-9]*+(?:-[a-z0-9]++)*+-?"
"""Section 3.1 and 11.2.1: begins with a letter, words parted by one hyphen, 3 to 250 characters."""
PROPERTY_NAME: Final = rf"[a-z][a-z0-9_]{{2,{MAX_NAME_CHARACTERS - 1}}}"
"""Section 3.1 and 11.1.1."""

_DAY: Final = (
    r"(?:(?!0000)\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
    r"|02-(?:0[1-9]|1\d|2[0-8]))"
    r"|(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29)"
)
_CLOCK: Final = r"T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)"
_LANGUAGE: Final = (
    r"(?i:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+|i-[a-z]{2,8})"
)


def _ref(*types: str) -> Meta:
    words = " or ".join(filter(None, [", ".join(types[:-1]), types[-1]]))
    return _form(f"(?:{'|'.join(types)})--{_UUID}", f"must be the id of an object of type {words}", "2.9 and 3.3")


def _ref_not(*types: str, reason: str, clause: str) -> Meta:
    return _form(
        f"(?!(?:{'|'.join(types)})--){TYPE_NAME}--{_UUID}", f"must be an id of the form type--UUID, {reason}", clause
    )


def own_id(kind: str) -> Meta:
    """The form of the id of an object of type `kind`."""
    return _form(f"{kind}--{_UUID}", f'must be "{kind}--" and an RFC 4122 UUID', "2.9")


_Item = TypeVar("_Item")
_Key = TypeVar("_Key")

# Section 2
Some = Annotated[list[_Item], Meta(min_length=1)]
"""A list, which is never empty (section 2.12)."""
Filled = Annotated[dict[_Key, _Item], Meta(min_length=1)]
"""A dictionary, which is never empty (section 2.3)."""
Timestamp = Annotated[
    str, _form(rf"{_DAY}{_CLOCK}(?:\.\d+)?Z", "must be a time in the form 2016-01-20T12:31:12.123Z, in UTC", "2.16.1")
]
Stamp = Annotated[
    str,
    _form(
        rf"{_DAY}{_CLOCK}\.\d{{3,}}Z",
        "must be a time in the form 2016-01-20T12:31:12.123Z, in UTC and at least to the millisecond",
        "3.2",
    ),
]
"""`created` and `modified`."""
AnyRef = Annotated[str, _form(f"{TYPE_NAME}--{_UUID}", "must be an id of the form type--UUID (RFC 4122)", "2.9")]
Integer = Annotated[int, Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)]
Natural = Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
Count = Annotated[int, Meta(ge=0, le=999_999_999)]
Positive = Annotated[int, Meta(ge=1, le=999_999_999)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Port = Annotated[int, Meta(ge=0, le=65_535)]
Language = Annotated[str, _form(_LANGUAGE, "must be a language code of RFC 5646", "3.2")]
Hex = Annotated[str, _form(r"(?:[0-9a-f]{2})+", "must be an even number of hexadecimal digits in lower case", "2.8")]
Binary = Annotated[
    str,
    _form(
        r"(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?",
        "must be base64 (RFC 4648)",
        "2.1",
    ),
]
TypeName = Annotated[str, _form(TYPE_NAME, "must be a type name: a-z, 0-9 and single hyphens, 3 to 250 long", "3.1")]
PropertyName = Annotated[
    str, _form(PROPERTY_NAME, "must be a property name: a-z, 0-9 and _, a letter first, 3 to 250 long", "3.1")
]
DictionaryKey = Annotated[
    str,
    _form(rf"[a-zA-Z0-9_-]{{1,{MAX_NAME_CHARACTERS}}}", "must be a dictionary key: a-z, A-Z, 0-9, - and _", "2.3"),
]
HashName = Annotated[
    str,
    _form(
        rf"[a-zA-Z0-9_-]{{3,{MAX_NAME_CHARACTERS}}}",
        "must be the name of a hash algorithm: a-z, A-Z, 0-9, - and _, at least 3 long",
        "2.7",
    ),
]
RelationshipType = Annotated[str, _form(r"[a-z0-9-]+", "must be of a-z, 0-9 and hyphens", "5.1.2")]
Selector = Annotated[
    str,
    _form(
        r"(?:id|[a-z0-9_-]{3,249}(?:\.(?:\[\d{1,9}\]|[a-zA-Z0-9_-]{1,250}))*)",
        "must be a selector such as external_references.[0].source_name",
        "7.2.3.1",
    ),
]

# Section 6
IPv4 = Annotated[
    str,
    _form(
        r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:/(?:3[0-2]|[12]?\d))?",
        "must be an IPv4 address or network in CIDR notation",
        "6.8.1",
    ),
]
Mac = Annotated[
    str, _form(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", "must be a MAC-48 address such as 00:00:ab:cd:ef:01", "6.10.1")
]
_ATOM: Final = r"""[^\s.\x00-\x20\x7f/\\:@?#\[\]<>()"',;=+&!|^`{}~%]"""
DomainName = Annotated[
    str,
    _form(
        rf"(?=.{{1,254}}\Z){_ATOM}{{1,63}}+(?:\.{_ATOM}{{1,63}}+)*+\.?|\.",
        "must be a domain name: labels of 1 to 63 characters, 253 in all",
        "6.4.1",
    ),
]
EmailAddress = Annotated[
    str,
    _form(
        r"""(?:[^\s<>"@\x00-\x20\x7f]+|"[^"\r\n]*")@[^\s<>@\x00-\x20\x7f]+""",
        "must be an address such as jane.smith@example.com, without a display name",
        "6.5.1",
    ),
]
Url = Annotated[
    str,
    _form(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20\x7f]+", "must be a URL (RFC 3986) with its scheme", "6.15.1"),
]
_CPE_PART: Final = r"""(?:(?:\?*+|\*?)(?:[a-zA-Z0-9\-._]|\\[\\*?!"#$%&'()+,/:;<=>@\[\]^`{|}~])++(?:\?++|\*)?|[*\-])"""
Cpe = Annotated[
    str,
    _form(
        rf"cpe:2\.3:[aho*\-](?::{_CPE_PART}){{5}}:(?:[a-zA-Z]{{2,3}}(?:-(?:[a-zA-Z]{{2}}|\d{{3}}))?|[*\-])"
        rf"(?::{_CPE_PART}){{4}}",
        "must be a CPE 2.3 name",
        "6.14.1",
    ),
]
RegistryKey = Annotated[
    str,
    _form(
        r"(?!(?i:HKLM|HKCC|HKCR|HKCU|HKU)(?:\\|\Z))(?s:.*)",
        "must name the hive in full, such as HKEY_LOCAL_MACHINE",
        "6.17.1",
    ),
]

# References to certain types
MarkingRef = Annotated[str, _ref("marking-definition")]
SoftwareRef = Annotated[str, _ref("software")]
SampleRef = Annotated[str, _ref("file", "artifact")]
AnalysedRef = Annotated[str, _ref("file", "artifact", "network-traffic")]
ObservedDataRef = Annotated[str, _ref("observed-data")]
WhereRef = Annotated[str, _ref("identity", "location")]
ArtifactRef = Annotated[str, _ref("artifact")]
FileRef = Annotated[str, _ref("file")]
DirectoryRef = Annotated[str, _ref("directory")]
EntryRef = Annotated[str, _ref("file", "directory")]
ResolvedRef = Annotated[str, _ref("ipv4-addr", "ipv6-addr", "domain-name")]
MacRef = Annotated[str, _ref("mac-addr")]
AsRef = Annotated[str, _ref("autonomous-system")]
EmailRef = Annotated[str, _ref("email-addr")]
AccountRef = Annotated[str, _ref("user-account")]
EndRef = Annotated[str, _ref("ipv4-addr", "ipv6-addr", "mac-addr", "domain-name")]
TrafficRef = Annotated[str, _ref("network-traffic")]
ProcessRef = Annotated[str, _ref("process")]

EndOfRelationship = Annotated[
    str,
    _ref_not(*RELATION_TYPES, *META_TYPES, "bundle", reason="of a domain object or an observable", clause="5.1.2"),
]
SightedRef = Annotated[
    str,
    _ref_not(*RELATION_TYPES, *META_TYPES, *OBSERVABLE_TYPES, "bundle", reason="of a domain object", clause="5.2.1"),
]
SeenRef = Annotated[
    str,
    _ref_not(*DOMAIN_TYPES, *META_TYPES, "bundle", reason="of an observable or a relationship", clause="4.14.1"),
]
TranslatedRef = Annotated[
    str, _ref_not("bundle", "language-content", reason="of the object that is translated", clause="7.1.1")
]
PartRef = Annotated[str, _ref_not("bundle", reason="of a STIX object", clause="8.2")]
