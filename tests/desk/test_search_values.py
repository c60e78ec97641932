"""Who named a value: over shelves and dossiers, for whom they are open; page, API, command."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from tests.desk.test_precedents import browser
from tests.holdings.conftest import gathered, partners, shelf
from tests.holdings.things import AMBER, CLEAR, RED, indicator, key, malware, raws
from tests.node.conftest import Person
from verbale.cli.app import app
from verbale.desk.holdings import search as searching
from verbale.desk.holdings.search import search
from verbale.holdings import store, terms
from verbale.holdings.models import Shelf
from verbale.matters.incident.operations import import_report
from verbale.node.errors import AccessError, UserError
from verbale.node.models import ApiToken, Matter, User

__all__ = ["gathered", "partners", "shelf"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", "analyst")


def put(shelf: Shelf, *things: dict[str, Any], origin: str = "CR", marking: str = "AMBER") -> None:
    assert not store.add(shelf, raws(*things), origin=origin, marking=marking).refused


def reported(user: User, *things: dict[str, Any], title: str = "Banks") -> Matter:
    bundle = {"type": "bundle", "id": key(1, "bundle"), "objects": list(things)}
    return Matter.objects.get(pk=import_report(json.dumps(bundle).encode(), "b.json", user, title=title).matter_id)


def shown(client: Client, value: str) -> str:
    answer = client.get(reverse("holdings-search"), {"value": value})
    assert answer.status_code == 200, answer.content[:400]
    text = re.sub(r"\s+", " ", answer.content.decode())
    assert "style=" not in text
    return text


def api(user: User, value: str, code: int = 200) -> Any:
    headers = {"HTTP_AUTHORIZATION": f"Bearer {ApiToken.make(user, 'test')}"}
    answer = Client().get("/api/v1/holdings/search", {"value": value}, **headers)
    assert answer.status_code == code, answer.content
    return answer.json()


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["intel", "search", *words])
    assert done.exit_code == code, done.output + repr(done.exception)
    return done.output


def test_a_value_is_found_in_any_spelling_with_who_gave_it(ada: User, shelf: Shelf, gathered: Shelf) -> None:
    name = "[domain-name:value = 'Evil.Example']"
    put(shelf, indicator(1, marking=CLEAR, pattern=name, name="The loader's"))
    put(gathered, indicator(2, marking=AMBER, pattern=name), origin="LZ")
    put(gathered, indicator(3))
    found = search(ada, " hxxp://evil[.]example/ ")
    assert found.nothing
    found = search(ada, "EVIL[.]example.")
    assert [(item.shelf, item.origin, item.marking, item.entries) for item in found.givers] == [
        (shelf, "CR", "CLEAR", 1),
        (gathered, "LZ", "AMBER", 1),
    ]
    assert [(item.stix_id, item.title, item.origins) for item in found.things] == [
        (key(2), "Address 2", ("LZ",)),
        (key(1), "The loader's", ("CR",)),
    ]
    assert found.givers[0].since <= found.givers[1].since
    page = shown(browser(ada), "evil.example")
    assert reverse("thing", args=[gathered.pk, key(2)]) in page
    assert "Republic of Lazuria" in page or "Lazuria" in page
    assert "TLP:CLEAR" in page
    assert "Who named this value?" in browser(ada).get(reverse("shelves")).content.decode()


def test_versions_are_told_apart(ada: User, shelf: Shelf) -> None:
    put(shelf, indicator(1), indicator(2, 1), indicator(2, 2, revoked=True))
    put(shelf, indicator(1, 3, pattern="[ipv4-addr:value = '198.51.100.1']"))
    (old,) = search(ada, "192.0.2.1").things
    assert (old.still, old.version.day) == (False, 4)
    (new,) = search(ada, "198.51.100.1").things
    assert new.still
    (gone,) = search(ada, "192.0.2.2").things
    assert (gone.revoked, gone.version.day) == (True, 3)
    page = shown(browser(ada), "192.0.2.1")
    assert "an earlier version" in page
    store.remove(shelf, key(1), store.STAFF)
    assert search(ada, "192.0.2.1").nothing


def test_techniques_names_and_ids_are_found(ada: User, shelf: Shelf) -> None:
    attack = [{"source_name": "mitre-attack", "external_id": "T1486"}]
    put(shelf, indicator(1, external_references=attack), malware(2))
    assert [item.stix_id for item in search(ada, "t1486").things] == [key(1)]
    assert [item.stix_id for item in search(ada, " address 2 ").things] == [key(2, "malware")]
    found = search(ada, key(1))
    assert [item.stix_id for item in found.things] == [key(1)]
    assert [(item.origin, item.entries) for item in found.givers] == [("CR", 1)]
    assert search(ada, key(99)).nothing
    assert api(ada, "T1486")["objects"][0]["page"] == reverse("thing", args=[shelf.pk, key(1)])


def test_dossiers_whose_reports_name_it(ada: User, person: Person, shelf: Shelf) -> None:
    matter = reported(ada, indicator(7))
    told = api(ada, "192.0.2.7")
    assert told["dossiers"] == [
        {"id": matter.id, "title": "Banks", "reported_by": ["CR"], "since": told["dossiers"][0]["since"]}
    ]
    assert told["objects"] == []
    page = shown(browser(ada), "192.0.2.7")
    assert reverse("dossier", args=[matter.id]) in page
    matter.restricted = True
    matter.save()
    bob = person("bob", "desk")
    assert search(bob, "192.0.2.7").nothing
    assert "Banks" not in shown(browser(bob), "192.0.2.7")


def test_the_shelf_of_a_closed_collection_tells_nothing(ada: User, person: Person, gathered: Shelf) -> None:
    put(gathered, indicator(1, marking=RED))
    put(gathered, indicator(1, 2, pattern="[ipv4-addr:value = '198.51.100.1']"))
    Matter.objects.filter(pk=gathered.matter).update(restricted=True)
    bob = person("bob", "desk")
    for asked in ("192.0.2.1", "198.51.100.1", key(1)):
        found = search(bob, asked)
        assert found.nothing
        assert (found.things, found.more) == ([], False)
        assert "Ransomware" not in shown(browser(bob), asked)
        assert search(person(f"auditor {asked}", "auditor"), asked).givers


def test_who_may_not_read_may_not_ask(person: Person, shelf: Shelf) -> None:
    with pytest.raises(AccessError):
        search(person("op", "operator"), "192.0.2.1")
    assert Client().get(reverse("holdings-search")).status_code == 302


def test_a_question_that_is_none_is_refused(ada: User, db: None) -> None:
    for wrong in ("", "  ", "x" * 5_000):
        with pytest.raises(UserError):
            search(ada, wrong)
    assert "4,000 characters" in shown(browser(ada), "x" * 5_000)
    api(ada, "x" * 5_000, 422)


def test_no_more_than_so_many_are_listed_and_what_is_missing_is_said(
    ada: User, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_MOST", 3)
    put(shelf, *(indicator(256 * number + 5) for number in range(5)))
    found = search(ada, "192.0.2.5")
    assert ([item.stix_id for item in found.things], found.more) == ([key(1029), key(773), key(517)], True)
    assert found.givers[0].entries == 5
    assert "Only the latest stand here" in shown(browser(ada), "192.0.2.5")
    put(shelf, indicator(6))
    monkeypatch.setattr(terms, "catch_up", lambda: False)
    assert search(ada, "192.0.2.6").behind == 1
    assert "1 object is not looked through yet" in shown(browser(ada), "192.0.2.6")


def test_the_command_tells_the_same(ada: User, gathered: Shelf) -> None:
    put(gathered, indicator(1, name="[bold]x"), origin="LZ")
    reported(ada, indicator(1))
    told = json.loads(run("192.0.2.1", "--json"))
    assert [item["id"] for item in told["objects"]] == [key(1)]
    assert told["dossiers"] == []
    said = run("192.0.2.1", "--as", "ada")
    assert "named by CR" in said
    assert "[bold]x" in said
    assert "Nobody named it here" in run("192.0.2.99")
    Matter.objects.filter(pk=gathered.matter).update(restricted=True)
    assert json.loads(run("192.0.2.1", "--as", "ada", "--json"))["objects"] == []
