"""What the standard only advises (SHOULD): never a reason to refuse, often worth telling to the analyst who writes.

Words outside of the open vocabularies of section 10, kill chains not in lower case, indicators without a name, ids of
observables that two makers would make differently, properties without an extension that defines them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ..stix_types import OBSERVABLE_TYPES
from .domain import ALL as DOMAIN
from .observables import ALL as OBSERVABLES

_VOCABULARIES: Final = {
    "10.1": "unix windows-local windows-domain ldap tacacs radius nis openid facebook skype twitter kavi",
    "10.2": "accidental coercion dominance ideology notoriety organizational-gain personal-gain personal-satisfaction "
    "revenge unpredictable",
    "10.3": "individual club contest team organization government",
    "10.6": "suspicious-activity malware-analysis unspecified",
    "10.7": "MD5 SHA-1 SHA-256 SHA-512 SHA3-256 SHA3-512 SSDEEP TLSH",
    "10.8": "individual group system organization class unknown",
    "10.9": "applescript bash c c++ c# go java javascript lua objective-c perl php powershell python ruby scala swift "
    "typescript visual-basic x86-32 x86-64",
    "10.10": "anomalous-activity anonymization benign compromised malicious-activity attribution unknown",
    "10.11": "agriculture aerospace automotive chemical commercial communications construction defense education "
    "energy entertainment financial-services government emergency-services government-local government-national "
    "government-public-services government-regional healthcare hospitality-leisure infrastructure dams nuclear water "
    "insurance manufacturing mining non-profit pharmaceuticals retail technology telecommunications transportation "
    "utilities",
    "10.12": "amplification anonymization botnet command-and-control control-system exfiltration firewall "
    "hosting-malware hosting-target-lists phishing reconnaissance routers-switches staging workstation unknown",
    "10.13": "accesses-remote-machines anti-debugging anti-disassembly anti-emulation anti-memory-forensics "
    "anti-sandbox anti-vm captures-input-peripherals captures-output-peripherals captures-system-state-data "
    "cleans-traces-of-infection commits-fraud communicates-with-c2 compromises-data-availability "
    "compromises-data-integrity compromises-system-availability controls-local-machine degrades-security-software "
    "degrades-system-updates determines-c2-server emails-spam escalates-privileges evades-av exfiltrates-data "
    "fingerprints-host hides-artifacts hides-executing-code infects-files infects-remote-machines "
    "installs-other-components persists-after-system-reboot prevents-artifact-access prevents-artifact-deletion "
    "probes-network-environment self-modifies steals-authentication-credentials violates-system-operational-integrity",
    "10.14": "malicious suspicious benign unknown",
    "10.15": "adware backdoor bot bootkit ddos downloader dropper exploit-kit keylogger ransomware "
    "remote-access-trojan resource-exploitation rogue-security-software rootkit screen-capture spyware trojan "
    "unknown virus webshell wiper worm",
    "10.19": "stix pcre sigma snort suricata yara",
    "10.20": "alpha arm ia-64 mips powerpc sparc x86 x86-64",
    "10.21": "africa eastern-africa middle-africa northern-africa southern-africa western-africa americas "
    "latin-america-caribbean south-america caribbean central-america northern-america asia central-asia eastern-asia "
    "southern-asia south-eastern-asia western-asia europe eastern-europe northern-europe southern-europe "
    "western-europe oceania australia-new-zealand melanesia micronesia polynesia antarctica",
    "10.22": "threat-report attack-pattern campaign identity indicator intrusion-set malware observed-data "
    "threat-actor tool vulnerability",
    "10.23": "activist competitor crime-syndicate criminal hacker insider-accidental insider-disgruntled nation-state "
    "sensationalist spy terrorist unknown",
    "10.24": "agent director independent infrastructure-architect infrastructure-operator malware-author sponsor",
    "10.25": "none minimal intermediate advanced expert innovator strategic",
    "10.26": "denial-of-service exploitation information-gathering network-capture credential-exploitation "
    "remote-access vulnerability-scanning unknown",
}
"""Section to the words of its open vocabulary."""
_WORDS: Final = {section: frozenset(words.split()) for section, words in _VOCABULARIES.items()}

_USES: Final = {
    "artifact": {"hashes": "10.7"},
    "file": {"hashes": "10.7"},
    "grouping": {"context": "10.6"},
    "identity": {"identity_class": "10.8", "sectors": "10.11"},
    "indicator": {"indicator_types": "10.10", "pattern_type": "10.19"},
    "infrastructure": {"infrastructure_types": "10.12"},
    "intrusion-set": {"primary_motivation": "10.2", "secondary_motivations": "10.2", "resource_level": "10.3"},
    "location": {"region": "10.21"},
    "malware": {
        "architecture_execution_envs": "10.20",
        "capabilities": "10.13",
        "implementation_languages": "10.9",
        "malware_types": "10.15",
    },
    "malware-analysis": {"result": "10.14"},
    "report": {"report_types": "10.22"},
    "threat-actor": {
        "personal_motivations": "10.2",
        "primary_motivation": "10.2",
        "resource_level": "10.3",
        "roles": "10.24",
        "secondary_motivations": "10.2",
        "sophistication": "10.25",
        "threat_actor_types": "10.23",
    },
    "tool": {"tool_types": "10.26"},
    "user-account": {"account_type": "10.1"},
    "x509-certificate": {"hashes": "10.7"},
}
_FIELDS: Final = {
    str(struct.__struct_config__.tag): frozenset(struct.__struct_fields__) | {"type"}
    for struct in (*DOMAIN, *OBSERVABLES)
}
_PLAIN: Final = re.compile(r"[a-z0-9-]+")


class Remark(NamedTuple):
    """`text` is the rest of a sentence that begins with the property, as in `InvalidObject`."""

    field: str
    text: str
    clause: str


def remarks(value: dict[str, Any]) -> list[Remark]:
    """Of one object that `check` accepted, as a dictionary."""
    return [*_words(value), *_kill_chains(value), *_ids(value), *_own_properties(value), *_indicator(value)]


def _words(value: dict[str, Any]) -> Iterator[Remark]:
    for field, section in _USES.get(value["type"], {}).items():
        found = value.get(field, ())
        for word in [found] if isinstance(found, str) else found:
            if word not in _WORDS[section]:
                yield Remark(field, f'has "{word}", which is not in the vocabulary', section)


def _kill_chains(value: dict[str, Any]) -> Iterator[Remark]:
    for place, phase in enumerate(value.get("kill_chain_phases", ())):
        for field in ("kill_chain_name", "phase_name"):
            if not _PLAIN.fullmatch(phase[field]):
                text = "should be in lower case, with hyphens between words"
                yield Remark(f"kill_chain_phases[{place}].{field}", text, "2.11")


def _ids(value: dict[str, Any]) -> Iterator[Remark]:
    observable = value["type"] in OBSERVABLE_TYPES
    version = value["id"].rpartition("--")[2][14]
    if observable and version != "5" and value["type"] != "process":
        yield Remark("id", "should have a UUIDv5, so that others who saw the same make the same id", "2.9")
    elif not observable and version != "4":
        yield Remark("id", "should have a UUIDv4", "2.9")


def _own_properties(value: dict[str, Any]) -> Iterator[Remark]:
    extensions = value.get("extensions", {}).values()
    if any(part.get("extension_type") == "toplevel-property-extension" for part in extensions):
        return
    for name in value.keys() - _FIELDS.get(value["type"], value.keys()):
        yield Remark(name, "is no property of the standard and no extension defines it", "11.1")


def _indicator(value: dict[str, Any]) -> Iterator[Remark]:
    if value["type"] == "indicator":
        for field in ("name", "description"):
            if field not in value:
                yield Remark(field, "should be there, to help others understand the indicator", "4.7.1")
