"""MISP attribute types and the STIX 2.1 properties that say the same, both ways.

STIX does not tell a source from a destination in a single address, so several types share a property; the first of them
is what a pattern without any other hint becomes, and the label `misp:type="…"`, which misp-stix writes too, tells the
others.
"""

from __future__ import annotations

import uuid
from typing import Final

NAMESPACE: Final = uuid.UUID("0e2a2cf0-6a0d-5d31-9d1e-6f0c7b9b6b5e")
"""For ids that have to be made: version 5 of this namespace and a text that only depends on what they are made from."""

TYPE_PATHS: Final[dict[str, str]] = {
    "ip-dst": "ipv4-addr:value",
    "ip-src": "ipv4-addr:value",
    "domain": "domain-name:value",
    "hostname": "domain-name:value",
    "url": "url:value",
    "md5": "file:hashes.MD5",
    "sha1": "file:hashes.SHA-1",
    "sha256": "file:hashes.SHA-256",
    "sha512": "file:hashes.SHA-512",
    "sha3-256": "file:hashes.SHA3-256",
    "sha3-512": "file:hashes.SHA3-512",
    "ssdeep": "file:hashes.SSDEEP",
    "tlsh": "file:hashes.TLSH",
    "filename": "file:name",
    "email": "email-addr:value",
    "email-src": "email-addr:value",
    "email-dst": "email-addr:value",
    "email-reply-to": "email-addr:value",
    "email-subject": "email-message:subject",
    "email-message-id": "email-message:message_id",
    "mutex": "mutex:name",
    "regkey": "windows-registry-key:key",
    "AS": "autonomous-system:number",
    "mac-address": "mac-addr:value",
    "x509-fingerprint-md5": "x509-certificate:hashes.MD5",
    "x509-fingerprint-sha1": "x509-certificate:hashes.SHA-1",
    "x509-fingerprint-sha256": "x509-certificate:hashes.SHA-256",
}
"""Type to the property; addresses of version 6 go by `ipv6-addr:value`."""

PATH_TYPES: Final = {path: kind for kind, path in reversed(TYPE_PATHS.items())} | {"ipv6-addr:value": "ip-dst"}
"""Property to the first type that has it."""

HASH_TYPES: Final = {
    path.removeprefix("file:hashes."): kind for kind, path in TYPE_PATHS.items() if path.startswith("file:hashes.")
}
"""STIX's name of an algorithm to MISP's."""
HASH_NAMES: Final = {kind: name for name, kind in HASH_TYPES.items()}

FILE_RELATIONS: Final = {
    "name": ("filename", "filename"),
    "size": ("size-in-bytes", "size-in-bytes"),
    "mime_type": ("mimetype", "mime-type"),
    **{f"hashes.{name}": (kind, kind) for name, kind in HASH_TYPES.items()},
}
"""Property of a file to (relation, type) in MISP's object `file`."""

TRAFFIC_RELATIONS: Final = {
    "src_ref.value": ("ip-src", "ip-src"),
    "dst_ref.value": ("ip-dst", "ip-dst"),
    "src_port": ("src-port", "port"),
    "dst_port": ("dst-port", "port"),
}
"""The same of network traffic, in the object `network-connection`."""

TEMPLATES: Final = {
    "domain-ip": ("43b3b146-77eb-4931-b4cc-b66c60f28734", "11", "network"),
    "email": ("a0c666e0-fc65-4be8-b48f-3423d788b552", "19", "network"),
    "file": ("688c46fb-5edb-40a3-8273-1af7923e2215", "25", "file"),
    "network-connection": ("af16764b-f8e5-4603-9de1-de34d272f80b", "7", "network"),
    "process": ("02aeef94-ac23-455c-addb-731757ceafb5", "10", "misc"),
    "registry-key": ("8b3228ad-6d82-4fe6-b2ae-05426308f1d5", "5", "file"),
    "software": ("b1b5dc0e-73fe-443c-8d9d-0e208de3951e", "1", "misc"),
    "user-account": ("49606b06-22f0-4ac8-8eee-2f12ad46f3d3", "6", "misc"),
    "x509": ("d1ab756a-26b5-4349-9f43-765630f0911c", "14", "network"),
}
"""Name of an object to its template's uuid, version and category (https://github.com/MISP/misp-objects)."""

PATTERN_TYPES: Final = {
    "stix": "stix2-pattern",
    "yara": "yara",
    "snort": "snort",
    "suricata": "suricata",
    "sigma": "sigma",
    "zeek": "zeek",
}
"""`pattern_type` of an indicator to the type of attribute that holds a rule of that language."""

CATEGORIES: Final = {
    "AS": "Network activity",
    "campaign-name": "Attribution",
    "domain": "Network activity",
    "domain|ip": "Network activity",
    "email": "Social network",
    "email-body": "Payload delivery",
    "email-dst": "Network activity",
    "email-message-id": "Payload delivery",
    "email-reply-to": "Payload delivery",
    "email-src": "Payload delivery",
    "email-subject": "Payload delivery",
    "filename": "Payload delivery",
    "hostname": "Network activity",
    "hostname|port": "Network activity",
    "ip-dst": "Network activity",
    "ip-dst|port": "Network activity",
    "ip-src": "Network activity",
    "ip-src|port": "Network activity",
    "link": "External analysis",
    "mac-address": "Network activity",
    "mime-type": "Artifacts dropped",
    "mutex": "Artifacts dropped",
    "port": "Network activity",
    "regkey": "Persistence mechanism",
    "regkey|value": "Persistence mechanism",
    "sigma": "Payload installation",
    "snort": "Network activity",
    "stix2-pattern": "Payload installation",
    "suricata": "Network activity",
    "target-location": "Targeting data",
    "target-org": "Targeting data",
    "url": "Network activity",
    "vulnerability": "External analysis",
    "x509-fingerprint-md5": "Network activity",
    "x509-fingerprint-sha1": "Network activity",
    "x509-fingerprint-sha256": "Network activity",
    "yara": "Payload installation",
    "zeek": "Network activity",
    **dict.fromkeys(HASH_NAMES, "Payload delivery"),
    **{f"filename|{kind}": "Payload delivery" for kind in HASH_NAMES},
}
"""MISP's own default category of each type that is written; all others are of "Other"."""

GALAXIES: Final = {
    "attack-pattern": ("mitre-attack-pattern", ""),
    "course-of-action": ("mitre-course-of-action", "preventive-measure"),
    "intrusion-set": ("mitre-intrusion-set", "threat-actor"),
    "malware": ("mitre-malware", "malpedia"),
    "threat-actor": ("", "threat-actor"),
    "tool": ("mitre-tool", "tool"),
}
"""Type of STIX object to the galaxy for those with an ATT&CK id and for the others, "" for none."""

MALWARE_GALAXIES: Final = {
    "backdoor": "backdoor",
    "bot": "botnet",
    "ransomware": "ransomware",
    "remote-access-trojan": "rat",
}
"""Sort of malware to a galaxy of its own."""

CONFIDENCE_WORDS: Final = {
    95: "completely-confident",
    75: "usually-confident",
    50: "fairly-confident",
    25: "rarely-confident",
    5: "unconfident",
}
"""MISP's taxonomy `misp`, predicate `confidence-level`, to STIX confidence, as misp-stix has them."""


def made_uuid(*parts: str) -> str:
    """A UUID that depends on `parts` only."""
    return str(uuid.uuid5(NAMESPACE, "/".join(parts)))


def kept_uuid(written: str) -> str:
    """The UUID of a STIX id or MISP element where both formats take it (version 4 or 5), else one made from it."""
    found = written.rpartition("--")[2].lower()
    return found if found[14:15] in ("4", "5") and found[19:20] in ("8", "9", "a", "b") else made_uuid(written)
