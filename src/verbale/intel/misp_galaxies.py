"""MISP galaxy clusters as the STIX objects that they name."""

from __future__ import annotations

import re
from typing import Any, Final

from .fields import Node
from .misp_map import made_uuid
from .misp_tags import Cluster, clusters_of, tags_as_clusters

Json = dict[str, Any]

_KINDS: Final[tuple[tuple[str, str], ...]] = (
    ("attack-pattern", "attack-pattern"),
    ("mitre-ics-techniques", "attack-pattern"),
    ("course-of-action", "course-of-action"),
    ("preventive-measure", "course-of-action"),
    ("intrusion-set", "intrusion-set"),
    ("mitre-ics-groups", "intrusion-set"),
    ("threat-actor", "threat-actor"),
    ("microsoft-activity-group", "threat-actor"),
    ("mitre-campaign", "campaign"),
    ("ransomware", "malware"),
    ("malware", "malware"),
    ("mitre-ics-software", "malware"),
    ("malpedia", "malware"),
    ("backdoor", "malware"),
    ("banker", "malware"),
    ("botnet", "malware"),
    ("android", "malware"),
    ("stealer", "malware"),
    ("rat", "malware"),
    ("cryptominers", "malware"),
    ("tool", "tool"),
)
"""What a galaxy's type has in it, or is for words of three letters and four, to the type of its clusters."""
_SORTS: Final = {
    "backdoor": "backdoor",
    "botnet": "bot",
    "ransomware": "ransomware",
    "rat": "remote-access-trojan",
}
_ATTACK_ID: Final = re.compile(r"\s+-\s+(?P<id>[TSGCM]A?\d{4}(?:\.\d{3})?)$")


class Clusters:
    """The objects of clusters; `when` and `maker` are the event's, as clusters have neither."""

    def __init__(self, when: str, maker: str) -> None:
        self._when = when
        self._maker = maker

    def of(self, node: Node, marked: Json) -> list[Json]:
        """Of one element, each cluster once; the object of a cluster carries more than that of a bare tag."""
        found: dict[str, Json] = {}
        for cluster in [*clusters_of(node, "", None), *tags_as_clusters(node, "", None)]:
            made = self._made(cluster, marked)
            if made is not None:
                found.setdefault(made["id"], made)
        return list(found.values())

    def _made(self, cluster: Cluster, marked: Json) -> Json | None:
        kind = kind_of(cluster.type)
        if not kind:
            return None
        match = _ATTACK_ID.search(cluster.value)
        name = cluster.value[: match.start()] if match else cluster.value
        attack = (
            match["id"] if match else next((i for i in cluster.external_ids if _ATTACK_ID.fullmatch(f" - {i}")), "")
        )
        references = [{"source_name": "mitre-attack", "external_id": attack}] if attack else []
        references += [{"source_name": "misp-galaxy", "url": url} for url in cluster.refs if url]
        fields: Json = {
            "name": name,
            "labels": [f'misp:galaxy="{cluster.type}"'] if '"' not in cluster.type else [],
            "description": cluster.description,
            "aliases": [word for word in cluster.synonyms if word and word != name],
            "external_references": references,
        }
        if kind == "malware":
            fields["is_family"] = True
            fields["malware_types"] = [_SORTS[cluster.type]] if cluster.type in _SORTS else []
        if kind == "course-of-action":
            fields.pop("aliases")
        made: Json = {
            "type": kind,
            "spec_version": "2.1",
            "id": f"{kind}--{made_uuid(kind, (attack or name).lower())}",
            "created": self._when,
            "modified": self._when,
        }
        if self._maker:
            made["created_by_ref"] = self._maker
        return made | {field: value for field, value in fields.items() if value not in ("", [])} | marked


def kind_of(galaxy: str) -> str:
    """The STIX type of a galaxy's clusters, "" for galaxies of sectors, countries and other words."""
    for word, kind in _KINDS:
        if galaxy == word or (len(word) > 4 and word in galaxy):
            return kind
    return ""
