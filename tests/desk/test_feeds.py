"""Pages of the feeds: what they tell, errors at their fields, who may do what, and that a token never comes out."""

import json
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.test_holdings import shown
from tests.desk.test_precedents import browser
from tests.holdings.conftest import gathered, partners, shelf
from tests.holdings.feeding import feed_of, run
from tests.holdings.other_server import NAME, ROOT, Other
from tests.holdings.test_feeds_look import HOST, RESOURCES, Server
from tests.holdings.things import indicator, key, raws
from tests.node.conftest import Person
from verbale.holdings import store
from verbale.holdings.client import feeds, link, schedule, secret
from verbale.holdings.client.models import Feed, Refusal
from verbale.holdings.models import Shelf
from verbale.node.models import AuditEntry, Matter, Partner

__all__ = ["gathered", "partners", "shelf"]
pytestmark = pytest.mark.django_db
TOKEN = "s3cret-t0ken"
HTMX = {"hx-request": "true"}


@pytest.fixture
def head(person: Person) -> Client:
    return browser(person("head", "head"))


@pytest.fixture
def operator(person: Person) -> Client:
    return browser(person("op", "operator"))


@pytest.fixture
def desk(person: Person) -> Client:
    return browser(person("ada", "desk", "analyst"))


def filled(shelf: Shelf, **more: Any) -> dict[str, Any]:
    given = {
        "kind": "taxii",
        "direction": "poll",
        "address": ROOT,
        "collection": NAME,
        "user": "us",
        "token": TOKEN,
        "shelf": shelf.pk,
        "origin": "LZ",
        "server": "",
        "marking": "GREEN",
        "minutes": "30",
        "name": "Lazuria",
    }
    return {**given, **more}


def errors(text: str) -> dict[str, str]:
    """By the field at which they stand: the list comes right before what one types into."""
    found = re.findall(r'<ul class="errorlist" id="id_(\w+)_error">(.*?)</ul>', text)
    return {name: re.sub("<[^>]+>", " ", told) for name, told in found}


# -- made --------------------------------------------------------------------------------------------------------------


def test_a_feed_is_made_on_a_page(head: Client, shelf: Shelf) -> None:
    assert f"{reverse('feed-add')}?shelf={shelf.pk}" in shown(head, reverse("shelf", args=[shelf.pk]))
    assert reverse("feed-add") in shown(head, reverse("shelves"))
    page = shown(head, f"{reverse('feed-add')}?shelf={shelf.pk}")
    assert f'<option value="{shelf.pk}" selected>High value' in page
    answer = head.post(reverse("feed-add"), filled(shelf))
    made = Feed.objects.get()
    assert answer.url == reverse("feed", args=[made.pk])
    assert (made.name, made.address, made.collection, made.user) == ("Lazuria", ROOT, NAME, "us")
    assert (made.origin, made.marking, made.interval, made.shelf) == ("LZ", "GREEN", 1_800, shelf)
    assert secret.shown(made.secret) == TOKEN
    assert AuditEntry.objects.get(verb="made feed").who == "head"
    page = shown(head, answer.url)
    assert "gives comes to the shelf High value" in page
    assert "It runs within a minute" in page


def test_software_of_our_own_and_other_servers(head: Client, shelf: Shelf) -> None:
    head.post(reverse("feed-add"), filled(shelf, name="own", origin="CR", named=["LZ", "VD"]))
    assert Feed.objects.get(name="own").named == ["LZ", "VD"]
    page = shown(head, reverse("feed", args=[Feed.objects.get(name="own").pk]))
    assert "Software of our own" in page
    assert "Lazuria, Verdia" in page or "Lazuria and Verdia" in page
    misp = {"kind": "misp-feed", "address": "https://www.circl.example/feed/", "origin": "*", "server": "circl.lu"}
    head.post(reverse("feed-add"), filled(shelf, name="circl", marking="CLEAR", **misp))
    found = Feed.objects.get(name="circl")
    assert (found.kind, found.origin, found.collection) == ("misp-feed", "circl.lu", "")
    assert "A MISP feed" in shown(head, reverse("feed", args=[found.pk]))


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({"name": ""}, "name", "required"),
        ({"name": "taken"}, "name", "already"),
        ({"address": ""}, "address", "required"),
        ({"address": "http://cert.example/"}, "address", "https only"),
        ({"address": "https://us:pw@cert.example/"}, "address", "must not hold a name or a token"),
        ({"address": "cert.example"}, "address", "is no address"),
        ({"collection": ""}, "collection", "which collection"),
        ({"user": "a:b"}, "user", "no colon"),
        ({"user": "", "token": "t\u00f6ken"}, "token", "ASCII"),
        ({"shelf": "nowhere"}, "shelf", "valid choice"),
        ({"origin": ""}, "origin", "required"),
        ({"origin": "PN"}, "origin", "valid choice"),  # pending
        ({"origin": "*"}, "server", "Say what it is called"),
        ({"origin": "*", "server": "LZ"}, "server", "name of a node"),
        ({"origin": "*", "server": "CR"}, "server", "name of a node"),
        ({"named": ["VD"]}, "named", "only for what is our own"),
        ({"origin": "CR", "named": ["XX"]}, "named", "valid choice"),
        ({"origin": "CR", "direction": "both"}, "direction", "goes one way"),
        ({"kind": "misp-feed", "direction": "push"}, "direction", "is polled"),
        ({"kind": "rss"}, "kind", "valid choice"),
        ({"marking": "PURPLE"}, "marking", "valid choice"),
        ({"minutes": "0"}, "minutes", "greater than or equal to 1"),
        ({"minutes": "99999"}, "minutes", "less than or equal to 43200"),
        ({"minutes": "soon"}, "minutes", "whole number"),
    ],
)
def test_each_error_stands_at_its_field_and_what_was_typed_is_kept(
    head: Client, shelf: Shelf, change: dict[str, Any], field: str, why: str
) -> None:
    Partner.objects.create(node="PN", name="P", kind="state", chain=b"", fingerprint="p")
    feed_of(shelf, name="taken")
    given = {**filled(shelf), **change}
    answer = head.post(reverse("feed-add"), given)
    text = re.sub(r"\s+", " ", answer.content.decode())
    assert answer.status_code == 200
    assert list(errors(text)) == [field]
    assert why in errors(text)[field]
    assert Feed.objects.count() == 1
    for name in ("name", "address", "collection", "user", "minutes"):
        if given[name]:
            assert f'value="{given[name]}"' in text
    assert TOKEN not in text
    assert "type it again" in text


@pytest.mark.parametrize("place", ["/etc", "~", ".", "../..", "file:///etc", "C:\\feeds"])
def test_no_folder_of_the_machine_is_read_from_a_page(head: Client, shelf: Shelf, place: str, tmp_path: Path) -> None:
    for address in (place, str(tmp_path)):
        answer = head.post(reverse("feed-add"), filled(shelf, kind="misp-feed", address=address))
        told = errors(re.sub(r"\s+", " ", answer.content.decode()))
        assert list(told) == ["address"]
        if "://" not in address:
            assert "verbale intel feed add" in told["address"]
    assert not Feed.objects.exists()


# -- told --------------------------------------------------------------------------------------------------------------


def test_a_page_tells_what_came_what_did_not_and_why(head: Client, desk: Client, shelf: Shelf) -> None:
    other = Other(refuses={key(1): "no <b>room</b>"})
    feed = feed_of(shelf, direction="both", token=TOKEN, user="us")
    other.add(indicator(0), {**indicator(50), "pattern": ""})
    store.add(shelf, raws(indicator(1), indicator(2)), origin="CR", marking="AMBER")
    run(feed, other)
    page = shown(head, reverse("feed", args=[feed.pk]))
    assert "1 object was refused by their server; 1 object of theirs was refused here." in page
    assert "needs a look" in page
    assert "no &lt;b&gt;room" in page
    assert f'href="{reverse("thing", args=[shelf.pk, key(1)])}">Address 1</a>' in page
    assert "us, with a password" in page
    assert "It is tried again at" in page
    here = shown(desk, reverse("feed", args=[feed.pk]) + "?side=here")
    assert "Refused here" in here
    assert "Address 1" not in here
    assert "Indicator" in here
    assert shown(desk, reverse("feed", args=[feed.pk]) + "?side=odd&page=x")
    for text in (page, here):
        assert TOKEN not in text
        assert feed.secret not in text


def test_refused_objects_come_fifty_to_a_page(head: Client, shelf: Shelf) -> None:
    other, feed = Other(most=200), feed_of(shelf)
    other.add(*({**indicator(number), "pattern": ""} for number in range(120)))
    run(feed, other)
    address = reverse("feed", args=[feed.pk])
    sizes = [shown(head, f"{address}?page={number}").count("<tr data-row") for number in (1, 2, 3)]
    assert sizes == [50, 50, 20]
    assert "Page 3 of 3" in shown(head, f"{address}?page=3&side=here")


def test_an_empty_feed_says_what_would_stand_there(desk: Client, shelf: Shelf) -> None:
    assert "No road to another server yet." in shown(desk, reverse("feeds"))
    assert "stands here with the reason" in shown(desk, reverse("feed", args=[feed_of(shelf).pk]))


def test_the_page_looks_again_while_it_waits_and_no_longer(head: Client, shelf: Shelf) -> None:
    feed, other = feed_of(shelf), Other()
    address = reverse("feed", args=[feed.pk])
    assert 'hx-trigger="every 4s"' in shown(head, address)
    assert "Run it now" not in shown(head, address)
    Feed.objects.update(lease="elsewhere/1/x", leased_until=time.time() + 100, next_at=9e12)
    page = shown(head, address)
    assert "It is being run now." in page
    assert "hx-trigger" in page
    Feed.objects.update(lease="", next_at=0)
    schedule.run_due(transport=other.transport)
    page = shown(head, address)
    assert "It runs next at" in page
    assert "and then every hour." in page
    assert "hx-trigger" not in page
    assert "Run it now" in page


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(60, "every minute"), (90, "every 90 seconds"), (3_600, "every hour"), (7_200, "every 2 hours"),
     (5_400, "every 90 minutes"), (86_400, "every day"), (172_800, "every 2 days")],
)  # fmt: skip
def test_how_often_is_said_in_words(head: Client, shelf: Shelf, seconds: int, told: str) -> None:
    feed = feed_of(shelf, interval=seconds)
    Feed.objects.update(next_at=time.time() + 50)
    assert f", and then {told}." in shown(head, reverse("feed", args=[feed.pk]))


def test_who_may_read_the_audit_trail_reads_what_was_done(head: Client, desk: Client, shelf: Shelf) -> None:
    feed, other = feed_of(shelf), Other()
    feed_of(shelf, name="LZ2")
    other.add(indicator(0))
    run(feed, other)
    feeds.change(feed, collection="other", by="bea")
    page = shown(head, reverse("feed", args=[feed.pk]))
    assert "changed feed" in page
    assert f"collection {NAME} -&gt; other" in page
    assert "1 new, 0 refused" in page
    assert "LZ2" not in page
    assert "changed feed" not in shown(desk, reverse("feed", args=[feed.pk]))


# -- done --------------------------------------------------------------------------------------------------------------


def test_run_stop_start_and_from_the_beginning(head: Client, shelf: Shelf) -> None:
    feed, other = feed_of(shelf), Other()
    schedule.run_due(transport=other.transport)
    address = reverse("feed", args=[feed.pk])

    def do(name: str) -> str:
        answer = head.post(reverse(name, args=[feed.pk]), follow=True)
        assert answer.redirect_chain[-1][0] == address
        return re.sub(r"\s+", " ", answer.content.decode())

    other.asked.clear()
    assert "It runs within a minute" in do("feed-run")
    assert other.asked == []  # no request waits for a server of others
    assert schedule.run_due(transport=other.transport) == 1
    assert "It is stopped" in do("feed-stop")
    page = shown(head, address)
    assert "Start it" in page
    assert "Run it now" not in page
    answer = head.post(
        reverse("feed-run", args=[feed.pk]), headers={"referer": f"http://testserver{address}"}, follow=True
    )
    assert "is stopped: start it first" in answer.content.decode()
    assert "It runs within a minute" in do("feed-start")
    do("feed-again")
    assert Feed.objects.get().again == "all"


def test_removing_asks_back(head: Client, shelf: Shelf) -> None:
    feed = feed_of(shelf)
    Refusal.objects.create(feed=feed, side="here", key="k", why="w", at="2026-01-01T00:00:00Z")
    page = shown(head, reverse("feed-remove", args=[feed.pk]))
    assert "Remove LZ?" in page
    assert "the list of one object" in page
    assert Feed.objects.exists()
    answer = head.post(reverse("feed-remove", args=[feed.pk]), follow=True)
    assert "is removed; what it brought stays" in answer.content.decode()
    assert not Feed.objects.exists()
    assert head.get(reverse("feed", args=[feed.pk])).status_code == 404


def test_a_feed_is_changed_on_a_page(head: Client, shelf: Shelf) -> None:
    feed, other = feed_of(shelf, token=TOKEN), Other()
    other.add(indicator(0))
    run(feed, other)
    page = shown(head, reverse("feed-change", args=[feed.pk]))
    assert TOKEN not in page
    assert "how far it had come is forgotten" in page
    given = {
        "name": "Lazuria",
        "address": ROOT,
        "collection": NAME,
        "user": "",
        "token": "",
        "marking": "AMBER",
        "minutes": "5",
    }
    answer = head.post(reverse("feed-change", args=[feed.pk]), given, follow=True)
    assert "It is changed." in answer.content.decode()
    now = Feed.objects.get()
    assert (now.name, now.interval, secret.shown(now.secret), now.after != "") == ("Lazuria", 300, TOKEN, True)
    answer = head.post(reverse("feed-change", args=[feed.pk]), {**given, "collection": "other"}, follow=True)
    assert "it begins anew there" in answer.content.decode()
    assert Feed.objects.get().after == ""
    answer = head.post(reverse("feed-change", args=[feed.pk]), {**given, "collection": "other"}, follow=True)
    assert "Nothing was changed." in answer.content.decode()
    answer = head.post(reverse("feed-change", args=[feed.pk]), {**given, "no_token": "on"}, follow=True)
    assert Feed.objects.get().secret == ""


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({"name": "taken"}, "name", "already"),
        ({"address": "/etc"}, "address", "is no address"),
        ({"address": "https://mine.example/x"}, "token", "is for other.example"),
        ({"collection": ""}, "collection", "which collection"),
        ({"user": "a:b"}, "user", "no colon"),
        ({"minutes": "0"}, "minutes", "greater than or equal"),
        ({"marking": "x"}, "marking", "valid choice"),
    ],
)
def test_errors_of_a_change_stand_at_their_fields(
    head: Client, shelf: Shelf, change: dict[str, str], field: str, why: str
) -> None:
    feed = feed_of(shelf)
    feed_of(shelf, name="taken")
    given = {
        "name": "LZ",
        "address": ROOT,
        "collection": NAME,
        "user": "",
        "token": "",
        "marking": "AMBER",
        "minutes": "60",
    }
    answer = head.post(reverse("feed-change", args=[feed.pk]), {**given, **change})
    text = re.sub(r"\s+", " ", answer.content.decode())
    assert list(errors(text)) == [field]
    assert why in errors(text)[field]
    assert not AuditEntry.objects.filter(verb="changed feed").exists()


def test_an_interval_in_seconds_is_not_rounded_by_another_change(head: Client, shelf: Shelf) -> None:
    feed = feed_of(shelf, interval=90)
    given = {
        "name": "b",
        "address": ROOT,
        "collection": NAME,
        "user": "",
        "token": "",
        "marking": "AMBER",
        "minutes": "1",
    }
    head.post(reverse("feed-change", args=[feed.pk]), given)
    assert (Feed.objects.get().name, Feed.objects.get().interval) == ("b", 90)


def test_a_folder_that_an_operator_entered_is_kept_and_not_replaced(head: Client, shelf: Shelf, tmp_path: Path) -> None:
    feed = feed_of(shelf, kind="misp-feed", address=str(tmp_path), collection="", token="")
    given = {"name": "b", "address": str(tmp_path), "user": "", "token": "", "marking": "AMBER", "minutes": "60"}
    head.post(reverse("feed-change", args=[feed.pk]), given)
    assert Feed.objects.get().name == "b"
    answer = head.post(reverse("feed-change", args=[feed.pk]), {**given, "address": "/etc"})
    assert "verbale intel feed add" in errors(re.sub(r"\s+", " ", answer.content.decode()))["address"]


# -- looked at ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """What every link of the node leads to."""
    found, made = Server(RESOURCES), link.Link.__init__

    def faked(self: link.Link, **more: Any) -> None:
        made(self, **{**more, "transport": httpx.MockTransport(found.answer)})

    monkeypatch.setattr(link.Link, "__init__", faked)
    return found


def test_one_looks_what_is_there_and_takes_it(head: Client, shelf: Shelf, server: Server) -> None:
    given = filled(shelf, address=HOST, collection="")
    answer = head.post(reverse("feed-look"), given, headers=HTMX)
    text = re.sub(r"\s+", " ", answer.content.decode())
    assert "<form" not in text
    assert "Take “High value”" in text
    assert "this account may write it" in text
    assert json.loads(re.search(r'data-fills="([^"]*)"', text)[1].replace("&quot;", '"')) == {
        "id_address": f"{HOST}/one/",
        "id_collection": "c1",
    }
    assert AuditEntry.objects.get(verb="looked at server").detail == HOST
    assert TOKEN not in text
    assert not Feed.objects.exists()


def test_without_scripts_nothing_typed_is_lost_but_the_token(head: Client, shelf: Shelf, server: Server) -> None:
    given = filled(shelf, address=HOST, collection="", origin="CR", named=["LZ"])
    text = re.sub(r"\s+", " ", head.post(reverse("feed-look"), given).content.decode())
    assert "Take “High value”" in text
    assert errors(text) == {}
    take = re.search(r'name="take" value="([^"]*)"', text)[1]
    text = re.sub(r"\s+", " ", head.post(reverse("feed-look"), {**given, "take": take}).content.decode())
    for value in (f"{HOST}/one/", "c1", "us", "30", "Lazuria"):
        assert f'value="{value}"' in text
    assert f'<option value="{shelf.pk}" selected>' in text
    assert '<option value="CR" selected>' in text
    assert re.search(r'name="named" value="LZ"[^>]*checked', text)
    assert TOKEN not in text


def test_why_nothing_is_learned_stands_there(head: Client, shelf: Shelf, server: Server) -> None:
    for address, why in (
        (f"{HOST}/none", "no TAXII 2.1 server at this address"),
        ("http://cert.example/", "https only"),
        ("/etc", "is no address"),
        ("", "is no address"),
    ):
        answer = head.post(reverse("feed-look"), filled(shelf, address=address), headers=HTMX)
        assert answer.status_code == 200
        assert why in answer.content.decode()
    assert "no colon" in head.post(reverse("feed-look"), filled(shelf, user="a:b"), headers=HTMX).content.decode()
    assert head.get(reverse("feed-look")).status_code == 405


def test_the_kept_token_is_used_to_look_and_only_at_its_own_server(head: Client, shelf: Shelf, server: Server) -> None:
    feed = feed_of(shelf, address=f"{HOST}/one", token=TOKEN)
    for address, sent in ((HOST, f"Bearer {TOKEN}"), ("https://mine.example/", None)):
        server.asked.clear()
        answer = head.post(
            reverse("feed-look"), {"feed": feed.pk, "address": address, "user": "", "token": ""}, headers=HTMX
        )
        assert server.asked
        assert {request.headers.get("authorization") for request in server.asked} == {sent}
        assert TOKEN not in answer.content.decode()
    text = head.post(reverse("feed-look"), {"feed": feed.pk, "address": HOST, "name": "LZ"}).content.decode()
    assert reverse("feed-look") in text
    assert "Change LZ" in text


# -- who may -----------------------------------------------------------------------------------------------------------

PAGES = ("feed-change", "feed-remove")
DEEDS = ("feed-run", "feed-again", "feed-stop", "feed-start", "feed-remove", "feed-change")


def test_who_does_not_see_to_partners_looks_and_changes_nothing(desk: Client, shelf: Shelf, server: Server) -> None:
    feed = feed_of(shelf, token=TOKEN)
    before = Feed.objects.values().get()
    page = shown(desk, reverse("feed", args=[feed.pk]))
    for name in (*PAGES, *DEEDS):
        assert reverse(name, args=[feed.pk]) not in page
    assert reverse("feed-add") not in shown(desk, reverse("shelves"))
    assert reverse("feed-add") not in shown(desk, reverse("feeds"))
    for name in PAGES:
        shown(desk, reverse(name, args=[feed.pk]), 403)
    shown(desk, reverse("feed-add"), 403)
    for name in DEEDS:
        assert desk.post(reverse(name, args=[feed.pk]), filled(shelf)).status_code == 403
    assert desk.post(reverse("feed-add"), filled(shelf)).status_code == 403
    assert desk.post(reverse("feed-look"), filled(shelf, address=HOST), headers=HTMX).status_code == 403
    assert Feed.objects.values().get() == before
    assert server.asked == []


def test_an_operator_sees_to_feeds_without_reading_what_came(operator: Client, shelf: Shelf) -> None:
    other = Other(refuses={key(1): "no"})
    feed = feed_of(shelf, direction="push")
    store.add(shelf, raws(indicator(1)), origin="CR", marking="AMBER")
    run(feed, other)
    assert reverse("feeds") in shown(operator, "/")
    assert reverse("feed", args=[feed.pk]) in shown(operator, reverse("feeds"))
    page = shown(operator, reverse("feed", args=[feed.pk]))
    assert "Indicator" in page
    assert "Address 1" not in page
    assert reverse("shelf", args=[shelf.pk]) not in page
    assert operator.post(reverse("feed-run", args=[feed.pk])).status_code == 302
    operator.post(reverse("feed-add"), filled(shelf))
    assert Feed.objects.filter(name="Lazuria").exists()


def test_without_any_right_nothing_is_told(shelf: Shelf, person: Person) -> None:
    feed, nobody = feed_of(shelf), browser(person("nobody"))
    for address in (reverse("feeds"), reverse("feed", args=[feed.pk]), reverse("feed-add")):
        shown(nobody, address, 403)
    stranger = Client()
    for address in (reverse("feeds"), reverse("feed", args=[feed.pk]), reverse("feed-add")):
        assert stranger.get(address).status_code == 302
    assert stranger.post(reverse("feed-stop", args=[feed.pk])).status_code == 302
    assert Feed.objects.get().enabled


def test_the_feed_of_a_closed_collection_is_not_there(
    person: Person, operator: Client, gathered: Shelf, server: Server
) -> None:
    feed = feed_of(gathered)
    Matter.objects.filter(pk=gathered.matter).update(restricted=True)
    for client in (browser(person("h", "head")), operator):
        assert "Ransomware" not in shown(client, reverse("feeds"))
        shown(client, reverse("feed", args=[feed.pk]), 404)
        for name in DEEDS:
            assert client.post(reverse(name, args=[feed.pk])).status_code == 404
        answer = client.post(reverse("feed-add"), filled(gathered))
        assert "shelf" in errors(re.sub(r"\s+", " ", answer.content.decode()))
        assert client.post(reverse("feed-look"), {"feed": feed.pk, "address": ROOT}, headers=HTMX).status_code == 404
    assert Feed.objects.get().enabled
    assert server.asked == []


def test_deeds_are_done_by_post_and_with_the_forms_own_sign(person: Person, shelf: Shelf) -> None:
    feed, user = feed_of(shelf), person("h", "head")
    client = browser(user)
    for name in set(DEEDS) - set(PAGES):
        assert client.get(reverse(name, args=[feed.pk])).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    for name in DEEDS:
        assert strict.post(reverse(name, args=[feed.pk])).status_code == 403
    assert strict.post(reverse("feed-add"), filled(shelf)).status_code == 403
    assert strict.post(reverse("feed-look"), filled(shelf)).status_code == 403
    assert Feed.objects.get().enabled


def test_no_page_has_a_script_or_a_style_of_its_own(head: Client, shelf: Shelf) -> None:
    feed = feed_of(shelf)
    addresses = [reverse("feeds"), reverse("feed-add"), *(reverse(name, args=[feed.pk]) for name in ("feed", *PAGES))]
    for address in addresses:
        page = shown(head, address)
        assert "<script>" not in page
        assert not re.search(r"\son\w+=", page)
