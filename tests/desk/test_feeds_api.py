"""The REST API of the feeds: what the pages do, with the rights of the pages; a token goes in and never comes out."""

from typing import Any

import httpx
import pytest

from tests.holdings.conftest import gathered, partners, shelf
from tests.holdings.feeding import feed_of, run
from tests.holdings.other_server import NAME, ROOT, Other
from tests.holdings.test_feeds_look import HOST, RESOURCES, Server
from tests.holdings.things import indicator, key, raws
from tests.node.test_api import Caller, Calls, calling, refused
from verbale.holdings import store
from verbale.holdings.client import link, schedule, secret
from verbale.holdings.client.models import Feed
from verbale.holdings.models import Shelf
from verbale.node.models import AuditEntry, Matter

__all__ = ["calling", "gathered", "partners", "shelf"]
pytestmark = pytest.mark.django_db
FEEDS = "/holdings/feeds"
TOKEN = "s3cret-t0ken"


def fields(**more: Any) -> dict[str, Any]:
    given = {"name": "lz", "address": ROOT, "collection": NAME, "shelf": "high-value", "origin": "LZ", "token": TOKEN}
    return {**given, **more}


@pytest.fixture
def noor(calling: Calls) -> Caller:
    return calling("noor", "operator")


@pytest.fixture
def ada(calling: Calls) -> Caller:
    return calling("ada", "desk")


def test_a_feed_from_its_making_to_its_removal(noor: Caller, ada: Caller, shelf: Shelf) -> None:
    other = Other(refuses={key(1): "no"})
    assert noor.get(FEEDS).json() == []
    made = noor.post(FEEDS, fields(direction="both", interval=600)).json()
    assert (made["name"], made["has_token"], made["user"], made["interval"]) == ("lz", True, None, 600)
    assert secret.shown(Feed.objects.get().secret) == TOKEN
    path = f"{FEEDS}/{made['id']}"
    other.add(indicator(0), {**indicator(50), "pattern": ""})
    store.add(shelf, raws(indicator(1), indicator(2)), origin="CR", marking="AMBER")
    schedule.run_due(transport=other.transport)
    (told,) = ada.get(FEEDS).json()
    assert told == ada.get(path).json()
    assert (told["received"], told["sent"], told["refused_here"], told["refused_there"]) == (1, 1, 1, 1)
    assert "1 object was refused by their server" in told["standing"]
    rows = ada.get(f"{path}/refused").json()
    assert {(row["side"], row["id"]) for row in rows} == {("here", key(50)), ("there", key(1))}
    (row,) = ada.get(f"{path}/refused", side="there").json()
    assert row["why"] == "no"
    assert ada.get(f"{path}/refused", page="2").json() == []

    assert noor.post(f"{path}/run").json()["next_run"] <= noor.get(path).json()["next_run"]
    assert noor.post(f"{path}/run?again=true").status_code == 200
    assert Feed.objects.get().again == "all"
    assert noor.post(f"{path}/stop").json()["enabled"] is False
    refused(noor.post(f"{path}/run"), 422, words="start it first")
    assert noor.post(f"{path}/start").json()["enabled"] is True
    done = noor.post(f"{path}/change", {"collection": "other", "token": "n3w", "interval": 60}).json()
    assert (done["changed"], done["anew"], done["collection"]) == (["collection", "token", "interval"], True, "other")
    assert noor.post(f"{path}/change", {}).json()["changed"] == []
    assert noor.post(f"{path}/remove").json()["name"] == "lz"
    assert noor.get(path).status_code == 404
    whos = set(AuditEntry.objects.exclude(who__startswith="feed ").values_list("who", flat=True))
    assert whos == {"noor"}


def test_a_token_never_comes_out(noor: Caller, shelf: Shelf) -> None:
    made = noor.post(FEEDS, fields())
    path = f"{FEEDS}/{made.json()['id']}"
    answers = [
        made,
        noor.get(FEEDS),
        noor.get(path),
        noor.post(f"{path}/change", {"name": "b"}),
        noor.post(f"{path}/change", {"token": TOKEN + "2"}),
        noor.post(FEEDS, fields(name="b")),
        noor.post(FEEDS, fields(name="c", token=TOKEN + "\n")),
        noor.post(f"{path}/remove"),
    ]
    kept = Feed.objects.values_list("secret", flat=True)
    for answer in answers:
        assert TOKEN not in answer.content.decode()
        assert not any(text and text in answer.content.decode() for text in kept)
    assert not any(TOKEN in line.detail for line in AuditEntry.objects.all())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x\0"}, "name"),
        ({"address": "/etc"}, "address"),
        ({"kind": "misp-feed", "address": "/etc"}, "address"),
        ({"kind": "misp-feed", "address": "."}, "address"),
        ({"address": "http://cert.example/"}, "address"),
        ({"address": "https://cert.example/\0"}, "address"),
        ({"collection": ""}, "collection"),
        ({"shelf": "nowhere"}, "shelf"),
        ({"shelf": "\0"}, "shelf"),
        ({"origin": ""}, "origin"),
        ({"origin": "\0"}, "origin"),
        ({"named": ["VD"]}, "named"),
        ({"origin": "CR", "named": ["\0"]}, "named"),
        ({"marking": "PURPLE"}, "marking"),
        ({"user": "a:b"}, "user"),
        ({"token": "t\u00f6ken"}, "token"),
        ({"token": "x" * 5_000}, "token"),
        ({"interval": 5}, "interval"),
        ({"interval": 10**30}, "interval"),
        ({"direction": "sideways"}, "kind"),
    ],
)
def test_what_is_no_feed_is_refused_naming_the_field(
    noor: Caller, shelf: Shelf, change: dict[str, Any], field: str
) -> None:
    refused(noor.post(FEEDS, fields(**change)), 422, field=field)
    assert not Feed.objects.exists()
    feed = feed_of(shelf)
    if not {"kind", "shelf", "origin", "direction"} & set(change):
        refused(noor.post(f"{FEEDS}/{feed.pk}/change", change), 422, field=field)


def test_a_token_never_follows_to_another_server(noor: Caller, shelf: Shelf) -> None:
    feed = feed_of(shelf)
    refused(noor.post(f"{FEEDS}/{feed.pk}/change", {"address": "https://mine.example/"}), 422, field="token")


def test_who_does_not_see_to_partners_changes_nothing(ada: Caller, calling: Calls, shelf: Shelf) -> None:
    feed = feed_of(shelf)
    before = Feed.objects.values().get()
    path = f"{FEEDS}/{feed.pk}"
    for deed in ("run", "stop", "start", "change", "remove"):
        refused(ada.post(f"{path}/{deed}"), 403)
    refused(ada.post(FEEDS, fields(name="b")), 403)
    refused(ada.post(f"{FEEDS}/look", {"address": HOST}), 403)
    nobody = calling("nobody")
    for place in (FEEDS, path, f"{path}/refused"):
        refused(nobody.get(place), 403)
        assert Caller("").get(place).status_code == 401
    assert Feed.objects.values().get() == before


def test_the_feed_of_a_closed_collection_is_not_there(calling: Calls, gathered: Shelf) -> None:
    feed = feed_of(gathered)
    Matter.objects.filter(pk=gathered.matter).update(restricted=True)
    head = calling("h", "head")
    assert head.get(FEEDS).json() == []
    path = f"{FEEDS}/{feed.pk}"
    assert head.get(path).status_code == head.get(f"{path}/refused").status_code == 404
    for deed in ("run", "stop", "start", "change", "remove"):
        assert head.post(f"{path}/{deed}").status_code == 404
    refused(head.post(FEEDS, fields(name="b", shelf=gathered.pk)), 422, field="shelf")
    Matter.objects.filter(pk=gathered.matter).update(restricted=False)
    assert head.get(path).json()["shelf"] == gathered.pk


def test_one_looks_what_is_there(noor: Caller, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    server, made = Server(RESOURCES), link.Link.__init__

    def faked(self: link.Link, **more: Any) -> None:
        made(self, **{**more, "transport": httpx.MockTransport(server.answer)})

    monkeypatch.setattr(link.Link, "__init__", faked)
    told = noor.post(f"{FEEDS}/look", {"address": HOST, "token": TOKEN}).json()
    assert [item["id"] for item in told["roots"][0]["collections"]] == ["c1", "c2"]
    refused(noor.post(f"{FEEDS}/look", {"address": f"{HOST}/none"}), 409, words="no TAXII 2.1 server")
    refused(noor.post(f"{FEEDS}/look", {"address": "http://cert.example/"}), 422, field="address")
    refused(noor.post(f"{FEEDS}/look", {"address": HOST, "token": "t\u00f6"}), 422, field="token")
    assert not Feed.objects.exists()


def test_refused_objects_come_by_pages(noor: Caller, shelf: Shelf) -> None:
    other, feed = Other(most=500), feed_of(shelf)
    other.add(*({**indicator(number), "pattern": ""} for number in range(230)))
    run(feed, other)
    path = f"{FEEDS}/{feed.pk}/refused"
    sizes = [len(noor.get(path, page=str(number)).json()) for number in (1, 2, 3, 4, 99_999_999_999)]
    assert sizes == [100, 100, 30, 0, 0]
    assert noor.get(path, side="odd").status_code == 422
