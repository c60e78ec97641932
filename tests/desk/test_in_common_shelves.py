"""What shelves have in common with one another and with dossiers, for whom they are open."""

import json
from typing import Any

import pytest
from django.urls import reverse

from tests.desk.test_in_common import api, shown
from tests.desk.test_precedents import browser
from tests.desk.test_search_values import put, reported
from tests.holdings.conftest import gathered, partners, shelf
from tests.holdings.things import GREEN, indicator, key, malware, moment
from tests.node.conftest import Person
from verbale.desk.intelligence.named import read
from verbale.holdings import store, ties
from verbale.holdings.models import Shelf
from verbale.intel.correlation import Feature
from verbale.node.models import Matter, User

__all__ = ["gathered", "partners", "shelf"]
pytestmark = pytest.mark.django_db
ATTACK = [{"source_name": "mitre-attack", "external_id": "T1486"}]


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", "analyst")


def actor(number: int, name: str, kind: str = "intrusion-set", marking: str = GREEN) -> dict[str, Any]:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": key(number, kind),
        "created": moment(0),
        "modified": moment(0),
        "name": name,
        "object_marking_refs": [marking],
    }


def tie(number: int, source: str, verb: str, target: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "relationship",
        "spec_version": "2.1",
        "id": key(number, "relationship"),
        "created": moment(0),
        "modified": moment(0),
        "relationship_type": verb,
        "source_ref": source,
        "target_ref": target,
        "object_marking_refs": [GREEN],
        **more,
    }


def by_feature(user: User, level: str) -> dict[str, set[str]]:
    return {item.feature.value: set(item.sources) for item in read(user, level).correlation.shared}


def test_a_shelf_is_a_source_beside_the_dossiers(ada: User, shelf: Shelf, gathered: Shelf) -> None:
    case = reported(ada, indicator(1), indicator(2))
    put(shelf, indicator(1), indicator(3), indicator(4))
    put(gathered, indicator(3), indicator(5), origin="LZ")
    found = by_feature(ada, "cases")
    assert found == {
        "192.0.2.1": {case.id, f"shelf:{shelf.pk}"},
        "192.0.2.3": {f"shelf:{shelf.pk}", f"shelf:{gathered.pk}"},
    }
    known = read(ada, "cases")
    assert known.whole_shelves
    assert known.correlation.sources == 3
    assert known.sources[f"shelf:{gathered.pk}"].name == "Ransomware"
    page = shown(browser(ada), reverse("in-common"))
    assert reverse("shelf", args=[shelf.pk]) in page
    assert "192.0.2.3" in page


def test_what_was_changed_or_revoked_is_no_longer_named(ada: User, shelf: Shelf, gathered: Shelf) -> None:
    put(shelf, indicator(1), indicator(2))
    put(gathered, indicator(1), indicator(2))
    assert set(by_feature(ada, "cases")) == {"192.0.2.1", "192.0.2.2"}
    put(shelf, indicator(1, 1, pattern="[ipv4-addr:value = '198.51.100.1']"), indicator(2, 1, revoked=True))
    assert by_feature(ada, "cases") == {}


def test_origins_are_partners(ada: User, shelf: Shelf, gathered: Shelf) -> None:
    reported(ada, indicator(1))
    put(shelf, indicator(1), origin="VD")
    put(shelf, indicator(2), origin="VD")
    put(gathered, indicator(2), origin="VD")
    put(gathered, indicator(2, 1), origin="misp.example")
    found = by_feature(ada, "partners")
    assert found == {"192.0.2.1": {"CR", "VD"}, "192.0.2.2": {"VD", "misp.example"}}
    sources = read(ada, "partners").sources
    assert (sources["VD"].url, sources["misp.example"].url) == (reverse("partner", args=["VD"]), "")
    assert sources["CR"].ours


def test_techniques_of_shelves_stand_in_the_matrix(ada: User, shelf: Shelf) -> None:
    put(shelf, indicator(1, external_references=ATTACK))
    (used,) = read(ada, "cases").used
    assert (used.source, used.id) == (f"shelf:{shelf.pk}", "T1486")
    assert "impact" in used.tactics
    assert "High value" in shown(browser(ada), reverse("techniques"))


def test_actors_name_what_relationships_tie_to_them(ada: User, shelf: Shelf, gathered: Shelf) -> None:
    bear, campaign = key(1, "intrusion-set"), key(2, "campaign")
    put(shelf, actor(1, "Busy Bear"), indicator(1), indicator(2), indicator(9), malware(3))
    put(
        gathered,
        actor(2, "Winter", "campaign"),
        indicator(257),
        tie(1, key(1), "indicates", bear),
        tie(2, bear, "uses", key(3, "malware")),
        tie(3, key(257), "indicates", campaign),
        tie(4, key(9), "related-to", campaign),
        tie(5, campaign, "attributed-to", bear),
        tie(6, key(2), "indicates", campaign, revoked=True),
    )
    found = read(ada, "campaigns")
    named = {(item.source, item.feature) for item in found.named}
    assert named == {
        ("busy bear", Feature("ipv4", "192.0.2.1")),
        ("busy bear", Feature("software", "address 3")),
        ("winter", Feature("ipv4", "192.0.2.1")),
    }
    assert by_feature(ada, "campaigns") == {"192.0.2.1": {"busy bear", "winter"}}
    assert found.sources["winter"].url == reverse("thing", args=[gathered.pk, campaign])
    assert found.whole_shelves


@pytest.mark.parametrize("level", ["cases", "partners", "campaigns"])
def test_the_shelf_of_a_closed_collection_is_neither_named_nor_counted(
    ada: User, person: Person, shelf: Shelf, gathered: Shelf, level: str
) -> None:
    # With the shelf hidden there must be the same as if it held nothing.
    put(shelf, actor(1, "Busy Bear"), indicator(1), tie(1, key(1), "indicates", key(1, "intrusion-set")))
    bob = person("bob", "desk")
    before = read(bob, level)
    secret = [actor(2, "Winter", "campaign"), indicator(257, external_references=ATTACK), indicator(4)]
    put(
        gathered,
        *secret,
        tie(2, key(257), "indicates", key(2, "campaign")),
        tie(3, key(257), "indicates", key(1, "intrusion-set")),
        tie(4, key(4), "indicates", key(1, "intrusion-set")),
        origin="LZ",
    )
    assert len(read(bob, level).named) > len(before.named)
    Matter.objects.filter(pk=gathered.matter).update(restricted=True)
    after = read(bob, level)
    assert (after.sources, set(after.named), after.used) == (before.sources, set(before.named), before.used)
    assert after.whole_shelves


@pytest.mark.parametrize(
    ("limit", "level"),
    [
        ("MOST_SHARED", "cases"),
        ("MOST_ASKED", "cases"),
        ("MOST_ROWS", "partners"),
        ("MOST_ACTORS", "campaigns"),
        ("MOST_TIES", "campaigns"),
    ],
)
def test_what_was_not_looked_at_is_said(
    ada: User, shelf: Shelf, gathered: Shelf, limit: str, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported(ada, indicator(1), indicator(2))
    put(shelf, actor(1, "A"), actor(2, "B"), indicator(1), indicator(2))
    put(gathered, indicator(1), indicator(2), origin="LZ")
    put(gathered, *(tie(number, key(number), "indicates", key(number, "intrusion-set")) for number in (1, 2)))
    assert read(ada, level).whole_shelves
    monkeypatch.setattr(ties, limit, 1)
    assert not read(ada, level).whole_shelves
    assert "hold more than was looked at" in shown(browser(ada), f"{reverse('in-common')}?by={level}")
    assert api(ada, f"/in-common/{level}")["all_shelves_read"] is False


def test_odd_objects_break_nothing(ada: User, shelf: Shelf) -> None:
    odd = tie(1, key(1), "indicates", key(7, "campaign"))
    put(shelf, odd, tie(2, key(7, "campaign"), "uses", key(7, "campaign")), actor(7, "​", "campaign"))
    for level in ("cases", "partners", "campaigns"):
        read(ada, level)
    assert json.dumps([item.stix_id for item in store.everything(shelf, store.STAFF)])
