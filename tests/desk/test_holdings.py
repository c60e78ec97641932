"""Pages of what the node holds: shelves, objects, who may see them, imports, accounts, closed collections."""

import json
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.desk.test_precedents import browser
from tests.holdings.conftest import gathered, partners, shelf
from tests.holdings.feeding import feed_of
from tests.holdings.things import TLP, indicator, key
from tests.matters.test_shelving import bundle
from tests.node.conftest import Person
from verbale.demo import nodes
from verbale.holdings import store
from verbale.holdings.models import Account, Contributed, Shelf
from verbale.holdings.store import STAFF
from verbale.node.models import AuditEntry, Matter, User

__all__ = ["gathered", "partners", "shelf"]
pytestmark = pytest.mark.django_db
REPORTS = Path(nodes.__file__).parent / "reports"


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", "analyst")


def shown(client: Client, address: str, code: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == code, answer.content[:400]
    text = re.sub(r"\s+", " ", answer.content.decode())
    assert "style=" not in text
    return text


def put(shelf: Shelf, *objects: dict[str, object], origin: str = "CR") -> None:
    done = store.add(shelf, [json.dumps(item).encode() for item in objects], origin=origin, marking="AMBER")
    assert not done.refused


def test_shelves_are_listed_and_made(ada: User) -> None:
    desk = browser(ada)
    assert "No shelf yet." in shown(desk, reverse("shelves"))
    desk.post(reverse("shelf-add"), {"title": "Banks", "alias": "banks"})
    made = Shelf.objects.get(alias="banks")
    assert "0 objects" in shown(desk, reverse("shelves"))
    assert "Nothing stands here." in shown(desk, reverse("shelf", args=[made.pk]))
    desk.post(reverse("shelf-add"), {"title": " "})
    assert Shelf.objects.count() == 1


def test_an_object_tells_what_it_says_and_who_may_see_it(ada: User, gathered: Shelf) -> None:
    when = "2026-01-01T00:00:00.000Z"
    relationship = {
        "type": "relationship",
        "spec_version": "2.1",
        "id": key(9, "relationship"),
        "created": when,
        "modified": when,
        "relationship_type": "based-on",
        "source_ref": key(1),
        "target_ref": key(2),
    }
    put(gathered, indicator(1, marking=TLP["AMBER"]), indicator(2, marking=TLP["CLEAR"]), relationship)
    desk = browser(ada)
    page = shown(desk, reverse("shelf", args=[gathered.pk]))
    assert "Address 1" in page
    assert "Indicator based on indicator" in page or "indicator based on indicator" in page
    page = shown(desk, reverse("thing", args=[gathered.pk, key(1)]))
    assert "192.0.2.1" in page
    assert "Republic of Lazuria <span" in page
    seen = re.findall(r"(✓|✗)</span> (Republic of \w+|Anybody else)", page)
    assert {who: mark for mark, who in seen} == {
        "Republic of Lazuria": "✓", "Republic of Verdia": "✓", "Republic of Ochre": "✗", "Anybody else": "✗",
    }  # fmt: skip
    page = shown(desk, reverse("thing", args=[gathered.pk, key(9, "relationship")]))
    assert "Address 1" in page
    assert reverse("thing", args=[gathered.pk, key(2)]) in page
    answer = desk.get(reverse("thing-file", args=[gathered.pk, key(1)]))
    assert json.loads(answer.content)["id"] == key(1)
    shown(desk, reverse("thing", args=[gathered.pk, key(77)]), 404)


def test_a_file_is_taken_in_and_refusals_are_told(ada: User, shelf: Shelf) -> None:
    desk = browser(ada)
    broken = {**indicator(2), "valid_from": "yesterday"}
    upload = SimpleUploadedFile("a.json", bundle(indicator(1), broken))
    answer = desk.post(reverse("shelf-import", args=[shelf.pk]), {"file": upload, "marking": "GREEN"}, follow=True)
    text = answer.content.decode()
    assert "1 object is new" in text
    assert "valid_from" in text
    assert [item.stix_id for item in store.everything(shelf, STAFF)] == [key(1)]
    event = SimpleUploadedFile("m.json", (REPORTS / "cerber-ransomware.json").read_bytes())
    desk.post(reverse("shelf-import", args=[shelf.pk]), {"file": event, "marking": "GREEN"})
    assert store.count(shelf) > 5
    cut_off = SimpleUploadedFile("b.json", b'{"type": "bundle", "objects": [{')
    answer = desk.post(reverse("shelf-import", args=[shelf.pk]), {"file": cut_off, "marking": "GREEN"}, follow=True)
    assert "alarm" in answer.content.decode() or "error" in answer.content.decode()
    assert AuditEntry.objects.filter(verb="imported intelligence").exists()


def test_pages_follow_one_another(ada: User, shelf: Shelf) -> None:
    put(shelf, *(indicator(number) for number in range(120)))
    desk, seen, address = browser(ada), [], reverse("shelf", args=[shelf.pk])
    while address:
        page = shown(desk, address)
        seen += re.findall(r">Address (\d+)<", page)
        following = re.search(r'href="(\?type=&amp;after=-?\d+)">Next', page)
        address = reverse("shelf", args=[shelf.pk]) + following[1].replace("&amp;", "&") if following else ""
    assert seen == [str(number) for number in range(120)]
    assert "Address 1<" not in shown(desk, f"{reverse('shelf', args=[shelf.pk])}?type=malware")
    assert "Address 5<" in shown(desk, f"{reverse('shelf', args=[shelf.pk])}?id={key(5)}")


def test_the_shelf_of_a_closed_collection_is_not_there(ada: User, gathered: Shelf, person: Person) -> None:
    put(gathered, indicator(1))
    Contributed.objects.create(
        act="a" * 64, sha256="b" * 64, shelf=gathered, accepted=1, same=0, refused=[["x", "why"]]
    )
    Matter.objects.filter(pk=gathered.matter).update(restricted=True)
    desk = browser(person("bob", "desk"))
    assert "Ransomware" not in shown(desk, reverse("shelves"))
    for name, arguments in (
        ("shelf", [gathered.pk]),
        ("thing", [gathered.pk, key(1)]),
        ("thing-file", [gathered.pk, key(1)]),
    ):
        shown(desk, reverse(name, args=arguments), 404)


def test_accounts_are_made_by_those_who_see_to_partners(ada: User, shelf: Shelf, person: Person) -> None:
    operator = browser(person("op", "operator"))
    desk = browser(ada)
    assert "Software of partners" not in shown(desk, reverse("shelves"))
    assert desk.post(reverse("taxii-account-make"), {"name": "misp", "node": "LZ"}).status_code == 403
    head = browser(person("head", "head"))
    head.post(reverse("taxii-account-make"), {"name": "misp", "node": "LZ"})
    page = shown(head, reverse("shelves"))
    assert "misp:vx_" in page
    assert "misp:vx_" not in shown(head, reverse("shelves"))
    account = Account.objects.get()
    head.post(reverse("taxii-account-use", args=[account.pk]), {"shelf": shelf.pk, "may": "read write"})
    assert account.grants.get().may_write
    head.post(reverse("taxii-account-use", args=[account.pk]), {"active": "0"})
    account.refresh_from_db()
    assert not account.active
    assert "switched off" in shown(head, reverse("shelves"))
    operator.post(reverse("taxii-account-use", args=[account.pk]), {"active": "1"})
    account.refresh_from_db()
    assert account.active


def test_servers_of_others_are_told_where_the_shelf_is(ada: User, shelf: Shelf, gathered: Shelf) -> None:
    feed_of(shelf)
    desk = browser(ada)
    for address in (reverse("shelves"), reverse("shelf", args=[shelf.pk])):
        assert "gives comes to the shelf High value" in shown(desk, address)
    assert "comes to the shelf" not in shown(desk, reverse("shelf", args=[gathered.pk]))
