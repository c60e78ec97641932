"""MISP tags and galaxy clusters: what they say of a report beyond its attributes.

A cluster may stand as a tag (`misp-galaxy:mitre-attack-pattern="Phishing - T1566"`), as a `GalaxyCluster`, or as both
on the same element; the two are one and the same, and the cluster, which says more, is read first.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from .collect import ReferenceList, Texts, web_address
from .fields import Node, json_kind
from .limits import MAX_NAME_CHARACTERS
from .model import Actor, Marking, Named, Reference, Technique
from .techniques import TechniqueList, split_cluster_value, tactic_name, unique
from .text import clean_line
from .tlp import combined, strictest, tlp_word

_GALAXY_TAG: Final = re.compile(r'misp-galaxy:(?P<type>[^=]+)="(?P<value>.*)"', re.IGNORECASE | re.DOTALL)

_ACTORS: Final[dict[str, Literal["threat-actor", "intrusion-set", "campaign"]]] = {
    "threat-actor": "threat-actor",
    "microsoft-activity-group": "threat-actor",
    "360net-threat-actor": "threat-actor",
    "mitre-intrusion-set": "intrusion-set",
    "mitre-enterprise-attack-intrusion-set": "intrusion-set",
    "mitre-mobile-attack-intrusion-set": "intrusion-set",
    "mitre-ics-groups": "intrusion-set",
    "mitre-campaign": "campaign",
}
_MALWARE: Final = {
    "android": "",
    "backdoor": "backdoor",
    "banker": "banker",
    "botnet": "bot",
    "cryptominers": "cryptominer",
    "exploit-kit": "exploit-kit",
    "malpedia": "",
    "mitre-enterprise-attack-malware": "",
    "mitre-ics-software": "",
    "mitre-malware": "",
    "mitre-mobile-attack-malware": "",
    "ransomware": "ransomware",
    "rat": "remote-access-trojan",
    "stealer": "stealer",
    "uavs": "",
}
"""Galaxy to the sort of malware that it lists, "" for galaxies of all sorts."""
_TOOLS: Final = frozenset({"tool", "mitre-tool", "mitre-enterprise-attack-tool", "mitre-mobile-attack-tool"})
_SECTORS: Final = frozenset({"sector"})
_COUNTRIES: Final = frozenset({"country", "target-information"})
_REGIONS: Final = frozenset({"region"})
_COURSES: Final = frozenset(
    {
        "mitre-course-of-action",
        "mitre-enterprise-attack-course-of-action",
        "mitre-mobile-attack-course-of-action",
        "preventive-measure",
    }
)
_TECHNIQUE_WORDS: Final = ("attack-pattern", "mitre-ics-techniques")


class Cluster(NamedTuple):
    """One galaxy cluster: its galaxy's type, its value, and what the cluster object adds to a bare tag."""

    type: str
    value: str
    description: str
    id: str
    marking: Marking
    external_ids: list[str]
    synonyms: list[str]
    tactics: list[str]
    refs: list[str]


class TagReader:
    """Sorts the tags and clusters of an event, its attributes and objects into the lists of a `Report`."""

    def __init__(self, own: Marking, texts: Texts, references: ReferenceList) -> None:
        self._own = own
        self._texts = texts
        self._references = references
        self.techniques = TechniqueList(own)
        self.actors: dict[tuple[str, str], Actor] = {}
        self.malware: dict[str, Named] = {}
        self.tools: dict[str, Named] = {}
        self.courses: dict[str, Named] = {}
        self.clusters = 0

    def read(self, node: Node, source_id: str, marking: Marking) -> None:
        """Reads `Galaxy` and `Tag` of one element whose marking is `marking`."""
        seen: set[tuple[str, str]] = set()
        for cluster in [*clusters_of(node, source_id, marking), *tags_as_clusters(node, source_id, marking)]:
            key = (cluster.type, cluster.value.lower())
            if key not in seen:
                seen.add(key)
                self.clusters += 1
                self._take(cluster)
        for name in tag_names(node):
            if tlp_word_of_tag(name) is None and _GALAXY_TAG.fullmatch(name) is None:
                self._texts.add("labels", clean_line(name), source_id, marking)

    def add_actor(self, actor: Actor) -> None:
        """One more actor, told by kind and name; the first mention counts, with the strictest marking of all."""
        key = (actor.kind, actor.name.lower())
        known = self.actors.get(key)
        if known is not None:
            actor = Actor(
                known.name,
                known.kind,
                known.aliases or actor.aliases,
                known.description or actor.description,
                known.id,
                combined([known.marking, actor.marking], self._own),
            )
        self.actors[key] = actor

    def _take(self, cluster: Cluster) -> None:
        kind, name = cluster.type, cluster.value
        if any(word in kind for word in _TECHNIQUE_WORDS):
            self._take_technique(cluster)
        elif kind in _ACTORS:
            plain = _without_attack_id(name)
            actor = Actor(plain, _ACTORS[kind], cluster.synonyms, cluster.description, cluster.id, cluster.marking)
            self.add_actor(actor)
        elif kind in _MALWARE:
            self._name(self.malware, cluster, [_MALWARE[kind]] if _MALWARE[kind] else [])
        elif kind in _TOOLS:
            self._name(self.tools, cluster, [])
        elif kind in _COURSES:
            self._name(self.courses, cluster, [])
        elif kind in _SECTORS:
            self._texts.add("sectors", name, cluster.id, cluster.marking)
        elif kind in _COUNTRIES:
            self._texts.add("countries", name, cluster.id, cluster.marking)
        elif kind in _REGIONS:
            self._texts.add("regions", name, cluster.id, cluster.marking)
        else:
            self._texts.add("labels", f"{kind}: {name}", cluster.id, cluster.marking)
        for ref in cluster.refs:
            if url := web_address(ref):
                self._references.add(Reference(name[:MAX_NAME_CHARACTERS], url, "", cluster.id, cluster.marking))

    def _take_technique(self, cluster: Cluster) -> None:
        name, written = split_cluster_value(cluster.value)
        ids = [split_cluster_value(known)[1] for known in cluster.external_ids]
        known = written or next((known for known in ids if known), "")
        if not known:
            self._texts.warn(cluster.id, f'the technique "{cluster.value}" has no ATT&CK id', cluster.marking)
            return
        self.techniques.add(
            Technique(known, name, cluster.tactics, cluster.description, None, cluster.id, cluster.marking)
        )

    def _name(self, found: dict[str, Named], cluster: Cluster, kinds: list[str]) -> None:
        name = _without_attack_id(cluster.value)
        known = found.get(name.lower())
        if known is None:
            found[name.lower()] = Named(name, kinds, cluster.description, cluster.id, cluster.marking)
            return
        found[name.lower()] = Named(
            name=known.name,
            kinds=unique([*known.kinds, *kinds]),
            description=known.description or cluster.description,
            id=known.id,
            marking=combined([known.marking, cluster.marking], self._own),
        )


def tag_names(node: Node) -> list[str]:
    """The names in `Tag` (MISP core format, section 2.3 "Tag") of an event, attribute or object."""
    return [tag.line("name", required=True) for tag in node.nodes("Tag")]


def tlp_of(node: Node) -> Marking:
    """The strictest TLP tag on an element itself."""
    return strictest(tlp_word_of_tag(name) for name in tag_names(node))


def tlp_word_of_tag(name: str) -> str | None:
    """`tlp:white` as CLEAR; None for a tag of another taxonomy, `tlp:ex:chr` and the like included."""
    return tlp_word(name) if name.strip().lower().startswith("tlp:") else None


def clusters_of(node: Node, source_id: str, marking: Marking) -> list[Cluster]:
    """The clusters in `Galaxy` of an element."""
    found = []
    for galaxy in node.nodes("Galaxy"):
        kind = _kind(galaxy)
        for cluster in galaxy.nodes("GalaxyCluster"):
            found.append(_cluster(cluster, _kind(cluster) or kind, source_id, marking))
    return found


def _kind(node: Node) -> str:
    kind = node.line("type").lower()
    if len(kind) > MAX_NAME_CHARACTERS:
        raise node.fault("type", f"has {len(kind):,} characters; the limit is {MAX_NAME_CHARACTERS}")
    return kind


def _cluster(node: Node, kind: str, source_id: str, marking: Marking) -> Cluster:
    meta = _Meta(node)
    phases = [phase.split(":")[-1] for phase in meta.texts("kill_chain")]
    return Cluster(
        type=kind,
        value=node.line("value", required=True),
        description=node.text("description"),
        id=node.line("uuid")[:MAX_NAME_CHARACTERS] or source_id,
        marking=marking,
        external_ids=meta.texts("external_id"),
        synonyms=meta.texts("synonyms"),
        tactics=[tactic_name(phase) for phase in phases],
        refs=meta.texts("refs"),
    )


class _Meta:
    """`meta` of a cluster: an object of lists, or of plain texts in older exports, or an empty list for "nothing"."""

    def __init__(self, cluster: Node) -> None:
        meta = cluster.value.get("meta")
        self._node = None if meta == [] else cluster.node("meta")

    def texts(self, field: str) -> list[str]:
        if self._node is None:
            return []
        value = self._node.value.get(field)
        if isinstance(value, str):
            return [clean_line(value)]
        if value is not None and not isinstance(value, list):
            raise self._node.fault(field, f"must be a list, not {json_kind(value)}")
        return self._node.lines(field)


def tags_as_clusters(node: Node, source_id: str, marking: Marking) -> list[Cluster]:
    found = []
    for name in tag_names(node):
        match = _GALAXY_TAG.fullmatch(name)
        if match is not None:
            value = clean_line(match["value"])
            found.append(Cluster(match["type"].strip().lower(), value, "", source_id, marking, [], [], [], []))
    return found


def _without_attack_id(value: str) -> str:
    """`Emotet - S0367` as `Emotet`: MITRE's galaxies put the id behind the name."""
    return re.sub(r"\s+-\s+[CGMS]\d{4}$", "", value)
