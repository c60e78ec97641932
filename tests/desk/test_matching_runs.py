"""Pages and API of the runs of matching: what they tell, what is done from them, and who may see and do it."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from typer.testing import CliRunner

from tests.desk.test_holdings import shown
from tests.desk.test_precedents import browser
from tests.holdings.conftest import gathered, partners, shelf
from tests.holdings.test_matching_runs import looked, on_shelf, recorded
from tests.holdings.test_watched import held, hit, put
from tests.holdings.things import AMBER, indicator, key
from tests.intel.matching_case import LOGS
from tests.matters.test_collection_seen import joined, laid
from tests.matters.test_shelving import collection
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.cli.app import app
from verbale.desk.matching import operations
from verbale.holdings.matching import record, uploads
from verbale.holdings.matching.models import MatchRun
from verbale.holdings.models import Shelf
from verbale.intel.matching import Account
from verbale.node.errors import AccessError, UserError
from verbale.node.home import Home
from verbale.node.models import ActRecord, ApiToken, Draft, Matter, User

__all__ = ["collection", "gathered", "joined", "partners", "shelf"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", "analyst")


def text_of(page: str) -> str:
    """What a person reads in the main part."""
    main = page.partition('<main id="main">')[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", main)))


def page_of(run: MatchRun) -> str:
    return reverse("match-run", args=[run.pk])


# -- what is told ----------------------------------------------------------------------------------------------------


def test_without_a_run_the_pages_say_what_would_stand_there(ada: User, shelf: Shelf) -> None:
    desk = browser(ada)
    assert "No logs have been looked through yet." in shown(desk, reverse("match-runs"))
    assert "Nobody has looked through our logs" in shown(desk, reverse("shelf", args=[shelf.pk]))
    assert reverse("match-runs") in shown(desk, reverse("shelves"))
    shown(desk, reverse("match-run", args=[1]), 404)
    shown(desk, f"/holdings/matching/{10**30}/", 404)


def test_a_run_is_told_in_sentences_and_rows(ada: User, shelf: Shelf) -> None:
    on_shelf(shelf)
    run = looked(shelf, "conn.log", "dns.log", "proxy.csv")
    desk = browser(ada)
    stood_out = "1 indicator of Lazuria was seen, 3 times, in conn.log, dns.log, proxy.csv."
    for address in (reverse("match-runs"), page_of(run), reverse("shelf", args=[shelf.pk])):
        assert stood_out in shown(desk, address)
    page = shown(desk, page_of(run))
    text = text_of(page)
    for said in (
        "198.51.100.23 IPv4, first in conn.log, row 9", "login.evil.example domain, first in dns.log, row 9",
        "TLP:AMBER", "Lazuria", "Verdia", "DuckDB",
        "3 looked for, of 4", "Zeek conn", "10, of which 1 could not be read", "1 row cannot be read.",
        "1 value is none of its field's kind (Dst IP 1).",
        "1 indicator was not looked for, and why", "It is written in 'yara', not as a STIX pattern.",
        "This shelf serves no collection: there is nobody to tell.", str(LOGS),
    ):  # fmt: skip
        assert said in text, said
    for number in (1, 2, 3):
        assert reverse("thing", args=[shelf.pk, key(number)]) in page
    # Ids are for links and never for people, nor is JSON.
    assert not re.search(r"indicator--|\{|[0-9a-f]{8}-[0-9a-f]{4}", text)


def test_a_run_that_saw_nothing_says_so(ada: User, shelf: Shelf) -> None:
    run = recorded(shelf, [])
    text = text_of(shown(browser(ada), page_of(run)))
    assert "Nothing was seen: 9 rows in 1 log against 5 indicators." in text
    assert "There is nothing to put on the shelf." in text
    assert "Put the sightings on the shelf" not in text


def test_what_was_cut_is_said(ada: User, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "MOST_VALUES", 2)
    logs = [Account(f"/l/{number}.log", "zeek", rows=1) for number in range(130)]
    logs[77].failed = "cannot be read to its end: the disk is gone"
    hits = [hit(1), *(hit(2, value=f"198.51.100.{number}", count=1) for number in range(3))]
    run = recorded(shelf, hits, logs=logs, more=True)
    put(shelf, indicator(1), indicator(2))
    text = text_of(shown(browser(ada), page_of(run)))
    assert "1 log could not be read to its end: what stands in the rest of it is not known." in text
    assert text.index("77.log") < text.index("0.log")
    assert "There were more hits than a match hands on" in text
    assert "The values of 3 hits are not on record" in text
    assert "3 values are not shown" in text
    assert "30 more logs were read" in text


def test_what_was_seen_outside_its_validity_is_marked(ada: User, shelf: Shelf) -> None:
    run = recorded(shelf, [hit(1, in_time=0), hit(2, count=5), hit(3, first=None, last=None, in_time=0)])
    text = text_of(shown(browser(ada), page_of(run)))
    assert text.count("seen only outside its validity") == 1
    assert text.count("2 of them while it was valid") == 1
    assert text.count("no longer on the shelf") == 3


def test_many_indicators_stand_on_several_pages(ada: User, shelf: Shelf) -> None:
    run = recorded(shelf, [hit(number, value=f"192.0.2.{number % 250}", name=f"N{number}.") for number in range(120)])
    desk, seen = browser(ada), []
    for number in (1, 2, 3):
        seen += re.findall(r"<strong>N(\d+)\.</strong>", shown(desk, f"{page_of(run)}?page={number}"))
    assert sorted(map(int, seen)) == list(range(120))


def test_an_object_tells_that_it_was_seen_in_our_logs(ada: User, shelf: Shelf) -> None:
    on_shelf(shelf)
    run = looked(shelf, "conn.log", "dns.log")
    desk = browser(ada)
    page = shown(desk, reverse("thing", args=[shelf.pk, key(1)]))
    assert "Seen in our logs" in page
    assert "2 times, in conn.log, dns.log" in page
    assert page_of(run) in page
    assert "Seen in our logs" not in shown(desk, reverse("thing", args=[shelf.pk, key(4)]))


def test_the_list_is_newest_first_and_by_shelf(ada: User, shelf: Shelf) -> None:
    other = Shelf.objects.create(title="Banks")
    first, second = recorded(shelf, [hit(1)]), recorded(other, [])
    MatchRun.objects.filter(pk=first.pk).update(at=timezone.now() - timedelta(days=2))
    desk = browser(ada)
    page = shown(desk, reverse("match-runs"))
    assert page.index(page_of(second)) < page.index(page_of(first))
    page = shown(desk, f"{reverse('match-runs')}?shelf={shelf.pk}")
    assert page_of(first) in page
    assert page_of(second) not in page
    assert "--shelf high-value" in text_of(page)


# -- who may see it --------------------------------------------------------------------------------------------------


def test_runs_of_a_closed_collection_are_not_there(ada: User, gathered: Shelf, person: Person) -> None:
    put(gathered, indicator(1, marking=AMBER), origin="LZ")
    run = recorded(gathered, [hit(1)])
    desk, api = browser(ada), token_of(ada)
    assert page_of(run) in shown(desk, reverse("match-runs"))
    Matter.objects.filter(pk=gathered.matter).update(restricted=True)
    assert page_of(run) not in shown(desk, reverse("match-runs"))
    shown(desk, page_of(run), 404)
    for name in ("match-keep", "match-tell"):
        assert desk.post(reverse(name, args=[run.pk]), {"k-own_marking": "AMBER"}).status_code == 404
    assert api.get("/api/v1/holdings/matching").json() == []
    assert api.get(f"/api/v1/holdings/matching/{run.pk}").status_code == 404
    assert api.get("/api/v1/holdings/matching?shelf=Ransomware").status_code == 404
    assert api.post(f"/api/v1/holdings/matching/{run.pk}/keep", {"own_marking": "AMBER"}).status_code == 404
    Matter.objects.get(pk=gathered.matter).people.add(ada)
    shown(desk, page_of(run))


def test_who_has_no_right_sees_and_does_nothing(shelf: Shelf, person: Person, own_home: Home) -> None:
    run = recorded(shelf, [hit(1)])
    operator = browser(person("op", "operator"))
    for address in (reverse("match-runs"), page_of(run)):
        assert operator.get(address).status_code == 403
    assert token_of(User.objects.get(username="op")).get("/api/v1/holdings/matching").status_code == 403
    # An auditor reads, and puts nothing on a shelf.
    auditor = browser(person("eve", "auditor"))
    page = shown(auditor, page_of(run))
    assert "Put the sightings on the shelf" not in page
    assert "Look through a log" not in shown(auditor, reverse("match-runs"))
    for name, fields in (("match-keep", {}), ("match-tell", {})):
        assert auditor.post(reverse(name, args=[run.pk]), fields).status_code == 403
    upload = {"shelf": shelf.pk, "file": SimpleUploadedFile("a.csv", b"ip\n192.0.2.1\n")}
    assert auditor.post(reverse("match-give"), upload).status_code == 403
    api = token_of(User.objects.get(username="eve"))
    assert api.post(f"/api/v1/holdings/matching/{run.pk}/keep", {}).status_code == 403
    run.refresh_from_db()
    assert (run.kept, held(shelf), MatchRun.objects.count()) == (None, [], 1)


# -- what is done from it --------------------------------------------------------------------------------------------


def test_sightings_are_put_on_the_shelf_from_the_page(ada: User, shelf: Shelf) -> None:
    on_shelf(shelf)
    run = looked(shelf, "conn.log", "dns.log")
    desk = browser(ada)
    assert "Put the sightings on the shelf" in shown(desk, page_of(run))
    answer = desk.post(reverse("match-keep", args=[run.pk]), {"k-own_marking": "GREEN"}, follow=True)
    assert "2 sightings are on the shelf now." in answer.content.decode()
    page = shown(desk, page_of(run))
    assert "2 sightings were put on the shelf by ada, under TLP:GREEN" in page
    assert "Put the sightings on the shelf" not in page
    for one in held(shelf):
        assert reverse("thing", args=[shelf.pk, one["id"]]) in page
    answer = desk.post(reverse("match-keep", args=[run.pk]), {"k-own_marking": "GREEN"}, follow=True)
    assert "have been put on the shelf already" in answer.content.decode()
    # The same by the command are the same sightings.
    words = ["intel", "match", str(LOGS / "conn.log"), str(LOGS / "dns.log"), "--shelf", "high-value"]
    done = CliRunner().invoke(app, [*words, "--memory", "512MB", "--keep", "--own-marking", "GREEN", "--json"])
    assert json.loads(done.stdout)["kept"] == {"new": 0, "same": 2, "refused": []}
    assert len(held(shelf)) == 2


def test_on_the_shelf_of_a_collection_one_chooses_who_sees_it(ada: User, gathered: Shelf) -> None:
    run = recorded(gathered, [hit(1)])
    desk = browser(ada)
    assert "sees them at once" in shown(desk, page_of(run))
    desk.post(reverse("match-keep", args=[run.pk]), {"k-own_marking": ""})
    assert held(gathered) == []
    desk.post(reverse("match-keep", args=[run.pk]), {"k-own_marking": "AMBER"})
    assert len(held(gathered)) == 1


LOG = "seen,peer\n2026-02-02T09:00:00Z,192.0.2.1\n2026-02-03T09:00:00Z,192.0.2.1\n"
WORDS = ("--column", "peer=ip:dst", "--column", "seen=time", "--memory", "512MB")


def drafts_told() -> list[tuple[Any, ...]]:
    made = Draft.objects.filter(type="collection.sighting").order_by("updated_at")
    return [(one.matter_id, one.audience, one.marking, one.body) for one in made]


def test_drafts_from_the_page_are_those_of_the_command(
    joined: Matter, lazuria: Peer, ada: User, tmp_path: Any, person: Person
) -> None:
    laid(joined, lazuria, indicator(1, marking=AMBER))
    log = tmp_path / "own.csv"
    log.write_text(LOG)
    words = ["intel", "match", str(log), *WORDS, "--shelf", "Ransomware"]
    assert CliRunner().invoke(app, words).exit_code == 0
    run, before = MatchRun.objects.get(), ActRecord.objects.count()
    desk = browser(ada)
    assert "Draft what Lazuria can be told" in shown(desk, page_of(run))
    answer = desk.post(reverse("match-tell", args=[run.pk]), {"t-own_marking": "AMBER"}, follow=True)
    assert "1 draft is ready; it leaves when a second person clears it." in answer.content.decode()
    # Nothing left.
    assert ActRecord.objects.count() == before
    draft = Draft.objects.get(type="collection.sighting")
    page = shown(desk, page_of(run))
    assert reverse("draft", args=[draft.pk]) in page
    assert "a draft, which nobody has submitted yet" in page
    assert "can be told</button>" not in page
    answer = desk.post(reverse("match-tell", args=[run.pk]), {"t-own_marking": "AMBER"}, follow=True)
    assert "has been drafted already" in answer.content.decode()
    assert Draft.objects.filter(type="collection.sighting").count() == 1
    done = CliRunner().invoke(app, [*words, "--tell", "--as", "ada"])
    assert done.exit_code == 0, done.output
    from_page, from_command = drafts_told()
    assert from_page == from_command
    assert from_page[3]["count"] == 2
    assert "own.csv" not in json.dumps(from_page)


def test_who_may_not_draft_there_is_not_asked_to(joined: Matter, lazuria: Peer, ada: User, person: Person) -> None:
    shelf, _act = laid(joined, lazuria, indicator(1, marking=AMBER))
    run = recorded(shelf, [hit(1)])
    eve = person("eve", "auditor")
    assert "can be told</button>" not in shown(browser(eve), page_of(run))
    with pytest.raises(AccessError):
        operations.tell(run, eve, marking="")
    run.refresh_from_db()
    assert run.told is None
    waits = MatchRun.objects.create(shelf=shelf, state="waits", at=timezone.now(), who="ada", upload_name="a.log")
    with pytest.raises(UserError, match="not been looked through yet"):
        operations.tell(waits, ada, marking="")


def test_what_could_not_be_drafted_is_said_and_can_be_tried_again(
    collection: Matter, lazuria: Peer, ada: User, person: Person
) -> None:
    shelf, _act = laid(collection, lazuria, indicator(1, marking=AMBER))
    run = recorded(shelf, [hit(1)])
    desk = browser(ada)
    page = desk.post(reverse("match-tell", args=[run.pk]), {"t-own_marking": "AMBER"}, follow=True).content.decode()
    assert "Nothing could be drafted" in page
    assert "has not joined" in page
    assert "can be told</button>" in page


def test_a_draft_about_what_is_closed_is_not_named(joined: Matter, lazuria: Peer, ada: User, person: Person) -> None:
    shelf, _act = laid(joined, lazuria, indicator(1, marking=AMBER))
    run = recorded(shelf, [hit(1)])
    operations.tell(run, ada, marking="")
    draft = Draft.objects.get(type="collection.sighting")
    Draft.objects.filter(pk=draft.pk).update(status="withdrawn")
    assert "withdrawn" in text_of(shown(browser(ada), page_of(run)))
    api = token_of(ada)
    assert api.get(f"/api/v1/holdings/matching/{run.pk}").json()["told"]["drafts"] == [str(draft.pk)]
    Draft.objects.filter(pk=draft.pk).update(about_id="f" * 32)
    Matter.objects.create(
        id="f" * 32, kind="incident", title="Closed", restricted=True, parties=[], marking="RED",
        opened_at="2026-01-01T00:00:00Z", last_at="2026-01-01T00:00:00Z",
    )  # fmt: skip
    assert str(draft.pk) not in shown(browser(ada), page_of(run))
    assert api.get(f"/api/v1/holdings/matching/{run.pk}").json()["told"]["drafts"] == []


def test_a_log_is_given_on_the_page(ada: User, shelf: Shelf, own_home: Home) -> None:
    on_shelf(shelf)
    desk = browser(ada)
    assert "Look through a log" in shown(desk, reverse("match-runs"))
    upload = SimpleUploadedFile("conn.log", (LOGS / "conn.log").read_bytes())
    answer = desk.post(reverse("match-give"), {"shelf": shelf.pk, "file": upload}, follow=True)
    run = MatchRun.objects.get()
    assert answer.redirect_chain[-1][0] == page_of(run)
    assert "conn.log waits for the node&#x27;s worker" in answer.content.decode()
    # What is not done is not the last run of a shelf.
    assert "Nobody has looked through" in shown(desk, reverse("shelf", args=[shelf.pk]))
    uploads.run_due()
    assert "1 indicator of Lazuria was seen, once, in conn.log." in shown(desk, page_of(run))
    broken = SimpleUploadedFile("a.zip", b"PK\x03\x04")
    answer = desk.post(
        reverse("match-give"),
        {"shelf": shelf.pk, "file": broken},
        follow=True,
        headers={"referer": "/holdings/matching/"},
    )
    assert "packed with zip" in answer.content.decode()
    desk.post(reverse("match-give"), {"shelf": "nonsense", "file": upload})
    assert MatchRun.objects.count() == 1
    MatchRun.objects.update(state="failed", failure="the disk is full.")
    assert "It could not be done: the disk is full." in shown(desk, page_of(run))


# -- the API ---------------------------------------------------------------------------------------------------------


class Api:
    """A program with a person's token."""

    def __init__(self, token: str) -> None:
        self._client, self._headers = Client(), {"authorization": f"Bearer {token}"}

    def get(self, path: str) -> Any:
        return self._client.get(path, headers=self._headers)

    def post(self, path: str, fields: Any) -> Any:
        return self._client.post(path, json.dumps(fields), content_type="application/json", headers=self._headers)

    def give(self, shelf: str, log: SimpleUploadedFile) -> Any:
        return self._client.post("/api/v1/holdings/matching", {"shelf": shelf, "log": log}, headers=self._headers)


def token_of(user: User) -> Api:
    return Api(ApiToken.make(user, "test"))


def test_the_api_tells_keeps_and_takes_a_log(ada: User, shelf: Shelf, own_home: Home) -> None:
    on_shelf(shelf)
    run = looked(shelf, "conn.log", "dns.log")
    api = token_of(ada)
    (row,) = api.get("/api/v1/holdings/matching?shelf=high-value").json()
    assert (row["run"], row["by"], row["indicators_seen"]) == (run.pk, "ada", 2)
    assert row["sentence"].startswith("1 indicator of")
    value = api.get(f"/api/v1/holdings/matching/{run.pk}").json()
    host = next(one for one in value["indicators"] if one["id"] == key(1))
    assert (host["count"], host["logs"], host["values"][0]["value"]) == (2, ["conn.log", "dns.log"], "198.51.100.23")
    assert value["examples"][0]["reason"] == "is written in 'yara', not as a STIX pattern"
    answer = api.post(f"/api/v1/holdings/matching/{run.pk}/keep", {"own_marking": "GREEN"})
    assert answer.json() == {"new": 2, "same": 0, "refused": []}
    answer = api.post(f"/api/v1/holdings/matching/{run.pk}/keep", {})
    assert (answer.status_code, "already" in answer.json()["error"]) == (422, True)
    answer = api.post(f"/api/v1/holdings/matching/{run.pk}/tell", {})
    assert (answer.status_code, "nobody to tell" in answer.json()["error"]) == (422, True)
    assert api.post(f"/api/v1/holdings/matching/{run.pk}/keep", {"own_marking": "SECRET"}).status_code == 422
    given = api.give("high-value", SimpleUploadedFile("conn.log", (LOGS / "conn.log").read_bytes()))
    assert given.json()["state"] == "waits"
    uploads.run_due()
    assert api.get(f"/api/v1/holdings/matching/{given.json()['run']}").json()["hits"] == 1
    assert api.get("/api/v1/holdings/matching?page=99").json() == []
    assert api.get("/api/v1/holdings/matching/99").status_code == 404
