"""Pages and API of what intelligence is worth: an object, a shelf, what a partner gave."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.desk.test_holdings import shown
from tests.desk.test_precedents import browser
from tests.holdings.conftest import gathered, partners, shelf
from tests.holdings.things import indicator, key, malware, moment
from tests.matters.test_feedback import fresh, say
from tests.matters.test_shelving import bundle, collection, contribute
from tests.matters.test_small_kinds import Do, ada, do, hana
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.desk.holdings import worth as telling
from verbale.desk.holdings.worth import gave_lines, worth_sentence
from verbale.holdings import store
from verbale.holdings.given import Gave
from verbale.holdings.models import Shelf
from verbale.holdings.worth import Worth
from verbale.intel.trust import Confidence, trust
from verbale.matters.collection.shelving import shelve_all
from verbale.node.models import ApiToken, Matter, User

__all__ = ["ada", "collection", "do", "gathered", "hana", "partners", "shelf"]
pytestmark = pytest.mark.django_db


def put(where: Shelf, *objects: dict[str, Any], origin: str = "CR") -> None:
    done = store.add(where, [json.dumps(item).encode() for item in objects], origin=origin, marking="AMBER")
    assert not done.refused


def micros(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, 12, tzinfo=UTC).timestamp()) * 1_000_000


LIVING = Worth(61.6, True, "", 30, micros(2031, 3, 3), micros(2021, 11, 2), None, (), ())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Worth 62 of 100; falls below 30 on 3 March 2031. Last seen on 2 November 2021."),
        (
            {"last_seen": None, "valid_until": micros(2031, 3, 3)},
            "Worth 62 of 100; its maker lets it end on 3 March 2031. Nobody has told of seeing it.",
        ),
        (
            {"active": False, "until": None, "value": 12.2, "last_seen": None},
            "Worth 12 of 100; what has fallen below 30 is no longer worth looking for. Nobody has told of seeing it.",
        ),
        (
            {"active": False, "ended": "expired", "value": 0, "valid_until": micros(2021, 5, 1), "last_seen": None},
            "Worth nothing any more: it was valid until the moment that its maker set, on 1 May 2021.",
        ),
        (
            {"active": False, "ended": "revoked", "value": 0, "last_seen": None},
            "Worth nothing any more: its maker revoked it.",
        ),
        (
            {"active": False, "ended": "false-positive", "value": 0, "refuted_by": ("LZ",), "doubted_by": ("VD",)},
            "Worth nothing any more: called a false positive by Lazuria. Last seen on 2 November 2021.",
        ),
        (
            {"doubted_by": ("VD",), "last_seen": None},
            "Worth 62 of 100; falls below 30 on 3 March 2031. Nobody has told of seeing it. Called a false positive by"
            " Verdia, which ends nothing by itself.",
        ),
    ],
)
def test_sentences_on_an_indicator(partners: None, changes: dict[str, Any], sentence: str) -> None:
    told = worth_sentence(LIVING._replace(**changes))
    assert told.replace("Republic of ", "") == sentence


def test_sentences_on_a_partner() -> None:
    confidence = Confidence(trust(10, 2), trust(0, 0), 1, 2)
    assert gave_lines(Gave(3, 0, 9, 4, 2, confidence)) == [
        "As we found, what it gives is mostly right.",
        "Of 12 things judged, 2 were false positives. With a probability of 90 %, between 58 and 94 of 100 are right.",
        "Others have judged nothing of it yet.",
        "Of no use was 1 thing; that says nothing of right and wrong.",
        "It called 2 things of its own false positives itself.",
    ]
    few = Confidence(trust(0, 0), trust(1, 0), 0, 0)
    assert gave_lines(Gave(1, 0, 1, 1, 0, few)) == [
        "We have judged nothing of it yet.",
        "Others judged too little of it to say how far it can be relied on.",
        "Of 1 thing judged, none was a false positive. With a probability of 90 %, between 22 and 98 of 100 are right.",
    ]


def test_an_object_tells_what_it_is_worth_and_who_says_so(
    collection: Matter, lazuria: Peer, verdia: Peer, do: Do, ada: User
) -> None:
    do("collection.join", collection)
    known = fresh(2, pattern="[ipv4-addr:value = '8.8.8.8']")
    act = contribute(lazuria, collection, ("a.json", bundle(fresh(1), known)))
    shelve_all()
    shelf = Shelf.objects.get(matter=collection.id)
    desk = browser(ada)
    page = shown(desk, reverse("thing", args=[shelf.pk, key(1)]))
    assert re.search(r"Worth 80 of 100; falls below 30 on \d+ \w+", page)
    assert "Nobody has said anything of it yet." in page
    assert "well known and benign" not in page
    assert f"/collection/{collection.id}/feedback/?act={act}&objects={key(1)}" in page
    assert "8.8.8.8 is well known and benign" in shown(desk, reverse("thing", args=[shelf.pk, key(2)]))
    say(lazuria, collection, "collection.feedback", act, verdict="false-positive", objects=[key(1)])
    page = shown(desk, reverse("thing", args=[shelf.pk, key(1)]))
    assert "Worth nothing any more: called a false positive by" in page
    assert "calls it a false positive" in page
    assert "false positive" in shown(desk, reverse("shelf", args=[shelf.pk]))


def test_a_shelf_of_our_own_offers_no_feedback(ada: User, shelf: Shelf) -> None:
    put(shelf, indicator(1), malware(2))
    desk = browser(ada)
    assert "/feedback/" not in shown(desk, reverse("thing", args=[shelf.pk, key(1)]))
    assert "What it is worth" not in shown(desk, reverse("thing", args=[shelf.pk, key(2, "malware")]))


def test_only_what_is_still_worth_looking_for(ada: User, shelf: Shelf) -> None:
    put(shelf, *(fresh(number, name=f"Fresh {number}") for number in range(70)), malware(500))
    put(shelf, *(indicator(number, valid_until=moment(9)) for number in range(100, 130)))
    put(shelf, *(fresh(number, name=f"Fresh {number}") for number in range(70, 75)))
    desk, seen, address = browser(ada), [], reverse("shelf", args=[shelf.pk]) + "?worth=1"
    while address:
        page = shown(desk, address)
        seen += re.findall(r">(?:Fresh|Address) (\d+)<", page)
        following = re.search(r'href="(\?type=&amp;after=-?\d+&amp;worth=1)">Next', page)
        address = reverse("shelf", args=[shelf.pk]) + following[1].replace("&amp;", "&") if following else ""
    assert seen == [str(number) for number in range(75)]
    assert "expired" in shown(desk, reverse("shelf", args=[shelf.pk]) + "?type=indicator&after=0&id=" + key(100))


def test_a_page_looks_at_so_many_and_goes_on(ada: User, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "_LOOKED_AT", 20)
    put(shelf, *(indicator(number, revoked=True) for number in range(600)), fresh(900, name="Last"))
    desk = browser(ada)
    page = shown(desk, reverse("shelf", args=[shelf.pk]) + "?worth=1")
    assert "None of the indicators looked at is still worth looking for; there are more." in page
    further = re.search(r'href="(\?worth=1&amp;after=-?\d+)"', page)
    assert further
    page = shown(desk, reverse("shelf", args=[shelf.pk]) + further[1].replace("&amp;", "&"))
    assert ">Last<" in page


def test_a_shelf_with_nothing_worth_it_says_so(ada: User, shelf: Shelf) -> None:
    put(shelf, indicator(1, revoked=True))
    page = shown(browser(ada), reverse("shelf", args=[shelf.pk]) + "?worth=1")
    assert "Nothing was deleted" in page


def test_taking_in_a_file_tells_what_is_benign(ada: User, person: Person, shelf: Shelf) -> None:
    upload = SimpleUploadedFile("a.json", bundle(indicator(1), fresh(2)))
    desk = browser(person("ines", "desk", "analyst"))
    answer = desk.post(reverse("shelf-import", args=[shelf.pk]), {"file": upload, "marking": "GREEN"}, follow=True)
    assert "192.0.2.1 is well known and benign" in answer.content.decode()
    assert store.count(shelf) == 2


def test_a_partner_page_tells_what_it_gave(
    collection: Matter, lazuria: Peer, verdia: Peer, do: Do, ada: User, person: Person
) -> None:
    desk = browser(ada)
    assert "It has contributed to no collection yet." in shown(desk, reverse("partner", args=["LZ"]))
    do("collection.join", collection)
    act = contribute(lazuria, collection, ("a.json", bundle(fresh(1), fresh(2))))
    shelve_all()
    do("collection.feedback", collection, contribution=act, verdict="confirmed", objects=[key(1)])
    page = shown(desk, reverse("partner", args=["LZ"]))
    assert "We judged too little of it to say how far it can be relied on." in page
    assert "Of 1 thing judged, none was a false positive." in page
    assert "<dt>Objects</dt><dd>2</dd><dt>Seen</dt><dd>1</dd><dt>False positives</dt><dd>0</dd>" in page
    # Who may not read the collection does not learn of it here, and who reads nothing sees no card.
    Matter.objects.filter(pk=collection.pk).update(restricted=True)
    assert "It has contributed to no collection yet." in shown(
        browser(person("bob", "desk")), reverse("partner", args=["LZ"])
    )
    assert "What it gave us" not in shown(browser(person("op", "operator")), reverse("partner", args=["LZ"]))


def test_the_api_tells_it(collection: Matter, lazuria: Peer, verdia: Peer, do: Do, ada: User, person: Person) -> None:
    do("collection.join", collection)
    act = contribute(lazuria, collection, ("a.json", bundle(fresh(1))))
    shelve_all()
    do("collection.feedback", collection, contribution=act, verdict="useful")

    def asked(who: User, node: str = "LZ") -> Any:
        token = {"HTTP_AUTHORIZATION": f"Bearer {ApiToken.make(who, 'test')}"}
        return Client().get(f"/api/v1/partners/{node}/intelligence", **token)

    told = json.loads(asked(ada).content)
    assert (told["contributions"], told["objects"], told["seen"], told["false_positives"]) == (1, 1, 0, 0)
    assert told["confidence"]["ours"] == pytest.approx(
        {"mean": 2 / 3, "low": 0.05**0.5, "high": 0.95**0.5, "right": 1, "wrong": 0, "level": "few"}
    )
    assert told["confidence"]["others"]["level"] == "none"
    assert told["sentences"][0].startswith("We judged too little")
    assert asked(ada, "XX").status_code == 404
    assert asked(person("op", "operator")).status_code == 403
