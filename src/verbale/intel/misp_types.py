"""MISP attribute types (MISP core format, section 2.4 "Attribute") in the words of a `Report`.

A type not listed here is not an error: MISP adds types with every release, and a reader that refuses them would refuse
tomorrow's events. It is reported as not understood.
"""

from __future__ import annotations

from typing import Final

HASHES: Final = frozenset(
    {
        "authentihash",
        "cdhash",
        "hassh-md5",
        "hasshserver-md5",
        "imphash",
        "impfuzzy",
        "ja3-fingerprint-md5",
        "jarm-fingerprint",
        "md5",
        "pehash",
        "sha1",
        "sha224",
        "sha256",
        "sha3-224",
        "sha3-256",
        "sha3-384",
        "sha3-512",
        "sha384",
        "sha512",
        "sha512/224",
        "sha512/256",
        "ssdeep",
        "telfhash",
        "tlsh",
        "vhash",
    }
)

OBSERVABLE_WORDS: Final[dict[str, str]] = {
    **{name: name for name in HASHES},
    "AS": "asn",
    "bic": "bic",
    "bank-account-nr": "bank-account",
    "btc": "btc",
    "cc-number": "card-number",
    "chrome-extension-id": "chrome-extension",
    "dash": "dash",
    "dns-soa-email": "email",
    "domain": "domain",
    "eml": "filename",
    "email": "email",
    "email-dst": "email",
    "email-message-id": "email-message-id",
    "email-reply-to": "email",
    "email-src": "email",
    "email-subject": "email-subject",
    "email-attachment": "filename",
    "filename": "filename",
    "github-username": "user-account",
    "hostname": "domain",
    "http-method": "http-method",
    "iban": "iban",
    "ip-dst": "ip",
    "ip-src": "ip",
    "jabber-id": "jabber",
    "mac-address": "mac",
    "mac-eui-64": "mac",
    "mobile-application-id": "mobile-application",
    "mutex": "mutex",
    "named pipe": "named-pipe",
    "pdb": "pdb",
    "phone-number": "phone-number",
    "port": "port",
    "process-state": "process",
    "regkey": "registry-key",
    "registry-value": "registry-value",
    "ssh-fingerprint": "ssh-fingerprint",
    "telegram-id": "telegram",
    "twitter-id": "user-account",
    "uri": "uri",
    "url": "url",
    "user-agent": "user-agent",
    "whois-registrant-email": "email",
    "windows-scheduled-task": "scheduled-task",
    "windows-service-displayname": "windows-service",
    "windows-service-name": "windows-service",
    "x509-fingerprint-md5": "x509-md5",
    "x509-fingerprint-sha1": "x509-sha1",
    "x509-fingerprint-sha256": "x509-sha256",
    "xmr": "xmr",
}
"""Type to plain word. `registry-value` is no type of MISP's but the second half of one. `ip` becomes ipv4 or ipv6 by
the value."""

COMPOSITES: Final = {
    **{f"filename|{name}": ("filename", name) for name in HASHES},
    "domain|ip": ("domain", "ip-dst"),
    "hostname|port": ("hostname", "port"),
    "ip-dst|port": ("ip-dst", "port"),
    "ip-src|port": ("ip-src", "port"),
    "mac-address|ip": ("mac-address", "ip-dst"),
    "malware-sample": ("filename", "md5"),
    "regkey|value": ("regkey", "registry-value"),
}
"""Types whose value is two values joined by `|`, as the pair of their types."""

PATTERNS: Final = frozenset({"bro", "kusto-query", "sigma", "snort", "stix2-pattern", "suricata", "yara", "zeek"})
"""Types whose value is a rule for a detector rather than a thing seen."""

REMARKS: Final = frozenset({"comment", "text", "other"})
REFERENCES: Final = frozenset({"link"})

TARGETS: Final = frozenset({"target-external", "target-machine", "target-org", "target-user", "target-email"})
"""Category "Targeting data": who was hit, by name."""

PASSED_OVER: Final = frozenset(
    {
        "anonymised",
        "boolean",
        "counter",
        "cpe",
        "datetime",
        "favicon-mmh3",
        "first-name",
        "float",
        "full-name",
        "gender",
        "hex",
        "integer",
        "last-name",
        "middle-name",
        "mime-type",
        "size-in-bytes",
        "whois-creation-date",
        "whois-registrant-name",
        "whois-registrant-org",
        "whois-registrar",
        "x509-fingerprint",
    }
)
"""Properties of something else (a size, a date, a person's name), which are no observables in themselves."""

THREAT_LEVELS: Final = {"1": "high", "2": "medium", "3": "low", "4": "undefined"}
ANALYSIS_STATES: Final = {"0": "initial", "1": "ongoing", "2": "completed"}
DISTRIBUTIONS: Final = {
    "0": "your organisation only",
    "1": "this community only",
    "2": "connected communities",
    "3": "all communities",
    "4": "a sharing group",
}
"""MISP core format, section 2.2 "Event": threat_level_id, analysis, distribution."""
