"""What ten nodes find out in a day: STIX objects, each with the terms under which it is given."""

import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tests.two_nodes.day_model import ORDER, Made, Model, Terms

__all__ = ["UNVERSIONED", "Parcel", "Staff", "micros"]

TLP_2 = {
    "CLEAR": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "GREEN": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "AMBER": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "AMBER+STRICT": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "RED": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
TLP_1 = {
    "CLEAR": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "GREEN": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "AMBER": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    "RED": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}
UNVERSIONED = frozenset(("ipv4-addr", "domain-name"))
_START = datetime(2026, 3, 2, tzinfo=UTC)
_MARKINGS = {"CLEAR": 15, "GREEN": 35, "AMBER": 18, "AMBER+STRICT": 8, "RED": 9, "": 15}
_KINDS = {"indicator": 50, "malware": 12, "relationship": 15, "sighting": 8, "ipv4-addr": 10, "domain-name": 5}
_CHANGED, _REMARKED = 0.12, 0.03


class Parcel(NamedTuple):
    """What is added in one go: the same shelf, marking and names for all."""

    shelf: str
    marking: str
    named: tuple[str, ...]
    raws: list[str]


def micros(written: str) -> int:
    return (datetime.fromisoformat(written) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


class Staff:
    """The analysts of one node. What they make is told to the model before it is given."""

    def __init__(self, node: str, shelves: list[str], model: Model, chance: random.Random) -> None:
        self._node, self._shelves, self._model, self._chance = node, shelves, model, chance
        self._others = [other for other in model.nodes if other != node]
        self._before: list[tuple[dict[str, Any], Terms]] = []
        self._refs: list[str] = []
        self._clock = _START
        self._terms_of_use: dict[Terms, str] = {}

    def work(self, count: int) -> list[Parcel]:
        """So many objects, new ones and new versions of old ones."""
        parcels: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
        for _ in range(count):
            for thing, terms in self._found():
                key = (terms.shelf, terms.came_with, terms.named)
                parcels.setdefault(key, []).append(json.dumps(thing, separators=(",", ":")))
        return [Parcel(*key, raws) for key, raws in parcels.items()]

    def _found(self) -> list[tuple[dict[str, Any], Terms]]:
        self._clock += timedelta(milliseconds=self._chance.randrange(1, 5_000))
        if self._before and self._chance.random() < _CHANGED:
            return [self._changed()]
        terms = self._terms()
        thing = self._thing(self._one_of(_KINDS))
        extra = self._chance.random()
        if extra < 0.03 and terms.marking == "AMBER" and thing["type"] not in UNVERSIONED:
            return self._under_terms_of_use(thing, terms._replace(came_with="AMBER"))
        terms = self._mark(thing, terms, extra)
        self._tell(thing, terms)
        return [(thing, terms)]

    def _terms(self) -> Terms:
        shelf = self._chance.choice([self._shelves[0], *self._shelves])
        marking = self._one_of(_MARKINGS)
        came_with = self._chance.choice(ORDER) if not marking else "AMBER"
        named: tuple[str, ...] = ()
        if (marking or came_with) not in ("CLEAR", "GREEN") and self._chance.random() < 0.6:
            named = tuple(sorted(self._chance.sample(self._others, self._chance.randint(1, 3))))
        return Terms(self._node, shelf, marking, came_with, named)

    def _mark(self, thing: dict[str, Any], terms: Terms, extra: float) -> Terms:
        """Write the marking into the object, in one of the ways in which it is written."""
        if not terms.marking:
            if extra < 0.3 and "name" in thing:
                # Of a part only: the rest is as the whole parcel, and the strictest counts.
                part = self._chance.choice(ORDER)
                thing["granular_markings"] = [{"marking_ref": TLP_2[part], "selectors": ["name"]}]
                return terms._replace(came_with=max(part, terms.came_with, key=ORDER.index))
            return terms
        ids = TLP_1 if extra > 0.85 and terms.marking in TLP_1 else TLP_2
        if extra < 0.15 and "name" in thing and terms.marking != "CLEAR":
            thing["object_marking_refs"] = [TLP_2["CLEAR"]]
            thing["granular_markings"] = [{"marking_ref": ids[terms.marking], "selectors": ["name"]}]
        else:
            thing["object_marking_refs"] = [ids[terms.marking]]
        return terms

    def _under_terms_of_use(self, thing: dict[str, Any], terms: Terms) -> list[tuple[dict[str, Any], Terms]]:
        """A statement instead of a TLP marking, whose definition goes along the first time."""
        found = []
        if terms not in self._terms_of_use:
            definition = {
                "type": "marking-definition",
                "spec_version": "2.1",
                "id": f"marking-definition--{self._uuid()}",
                "created": _written(self._clock),
                "definition_type": "statement",
                "definition": {"statement": f"Terms of use of {self._node}"},
            }
            self._terms_of_use[terms] = definition["id"]  # type: ignore[assignment]
            self._tell(definition, terms)
            found.append((definition, terms))
        thing["object_marking_refs"] = [self._terms_of_use[terms]]
        self._tell(thing, terms)
        return [*found, (thing, terms)]

    def _changed(self) -> tuple[dict[str, Any], Terms]:
        place = self._chance.randrange(len(self._before))
        before, terms = self._before[place]
        thing = {**before, "modified": _written(self._clock), "description": f"Seen again {self._chance.random()}"}
        if self._chance.random() < _REMARKED / _CHANGED and terms.marking and "granular_markings" not in thing:
            terms = terms._replace(marking=self._chance.choice(ORDER))
            thing["object_marking_refs"] = [TLP_2[terms.marking]]
        if self._chance.random() < 0.1:
            thing["revoked"] = True
        self._before[place] = (thing, terms)
        self._model.make(Made(thing["id"], micros(thing["modified"]), terms))
        return thing, terms

    def _tell(self, thing: dict[str, Any], terms: Terms) -> None:
        """The model knows an object before any node does."""
        if thing["type"] in UNVERSIONED:
            self._model.make(Made(thing["id"], None, terms))
            return
        self._model.make(Made(thing["id"], micros(thing.get("modified", thing["created"])), terms))
        if thing["type"] in ("indicator", "malware"):
            self._before.append((thing, terms))
            self._refs.append(thing["id"])

    def _thing(self, kind: str) -> dict[str, Any]:
        if not self._refs and kind in ("relationship", "sighting"):
            kind = "indicator"
        thing: dict[str, Any] = {"type": kind, "spec_version": "2.1", "id": f"{kind}--{self._uuid()}"}
        number = self._chance.randrange(1 << 32)
        if kind == "ipv4-addr":
            return {**thing, "value": ".".join(str(number >> place & 255) for place in (24, 16, 8, 0))}
        if kind == "domain-name":
            return {**thing, "value": f"n{number}.{self._node.lower()}.example"}
        thing |= {"created": _written(self._clock), "modified": _written(self._clock)}
        if kind == "indicator":
            return {
                **thing,
                "name": f"Host {number}",
                "indicator_types": ["malicious-activity"],
                "pattern": f"[domain-name:value = 'n{number}.example']",
                "pattern_type": "stix",
                "valid_from": thing["created"],
            }
        if kind == "malware":
            return {**thing, "name": f"Family {number}", "is_family": True}
        if kind == "sighting":
            return {**thing, "sighting_of_ref": self._chance.choice(self._refs), "count": number % 100 + 1}
        source, target = self._chance.choice(self._refs), self._chance.choice(self._refs)
        return {**thing, "relationship_type": "related-to", "source_ref": source, "target_ref": target}

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self._chance.getrandbits(128), version=4)

    def _one_of(self, weights: dict[str, int]) -> str:
        return self._chance.choices(list(weights), list(weights.values()))[0]
