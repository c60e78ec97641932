"""What there is on a server: found at whatever address of it one knows, and no harm from what it says."""

import base64
import json
from collections.abc import Callable
from itertools import chain, repeat
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tests.holdings.conftest import Software
from tests.holdings.serving import served
from tests.holdings.test_feeds_made import command
from verbale.holdings.client import link, look
from verbale.holdings.client.link import Trouble
from verbale.holdings.models import Shelf
from verbale.node.errors import UserError

MEDIA = "application/taxii+json;version=2.1"
HOST = "https://cert.example"
DISCOVERY = {"title": "CERT", "default": f"{HOST}/one/", "api_roots": [f"{HOST}/one/", "/two/"]}
ONE = {"title": "The first", "versions": [MEDIA], "max_content_length": 1_000}
COLLECTIONS = {
    "collections": [
        {"id": "c1", "alias": "high", "title": "High value", "description": "By hand", "can_read": True},
        {"id": "c2", "title": "Inbox", "can_read": False, "can_write": True},
    ]
}
RESOURCES = {
    "/taxii2/": DISCOVERY,
    "/one/": ONE,
    "/one/collections/": COLLECTIONS,
    "/two/": {**ONE, "title": "The second"},
    "/two/collections/": {},
}


class Server:
    """Answers with what is given for a path; 404 else."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._told = told
        self.asked: list[httpx.Request] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        told = self._told.get(request.url.path)
        if isinstance(told, httpx.Response):
            return told
        if isinstance(told, Exception):
            raise told
        if told is None:
            return httpx.Response(404, content=json.dumps({"title": "Not found"}).encode())
        return httpx.Response(200, headers={"content-type": MEDIA}, content=json.dumps(told).encode())

    @property
    def paths(self) -> list[str]:
        return [request.url.path for request in self.asked]

    def look(self, address: str = HOST, **more: str) -> look.Found:
        return look.look(address, transport=httpx.MockTransport(self.answer), **more)


@pytest.mark.parametrize("address", [HOST, f"{HOST}/", f"{HOST}/taxii2", f"{HOST}/taxii2/"])
def test_by_the_address_of_the_server_all_its_roots_are_found(address: str) -> None:
    server = Server(RESOURCES)
    found = server.look(address)
    assert found.title == "CERT"
    assert [(root.address, root.title) for root in found.roots] == [
        (f"{HOST}/one/", "The first"),
        (f"{HOST}/two/", "The second"),
    ]
    high, inbox = found.roots[0].collections
    assert (high.id, high.alias, high.title, high.description) == ("c1", "high", "High value", "By hand")
    assert (high.reads, high.writes, inbox.reads, inbox.writes) == (True, False, False, True)
    assert found.roots[1].collections == ()
    assert len(server.asked) == 5


@pytest.mark.parametrize("address", [f"{HOST}/one", f"{HOST}/one/collections", f"{HOST}/one/collections/c1/"])
def test_by_the_address_of_a_root_or_a_collection_that_root_is_found(address: str) -> None:
    server = Server(RESOURCES)
    (root,) = server.look(address).roots
    assert (root.address, len(root.collections)) == (f"{HOST}/one/", 2)
    assert server.paths == ["/one/", "/one/collections/"]


def test_a_server_whose_discovery_is_at_its_top_is_found_too() -> None:
    found = Server({**RESOURCES, "/taxii2/": None, "/": DISCOVERY}).look()
    assert len(found.roots) == 2


def test_name_and_token_go_as_in_a_feed() -> None:
    server = Server(RESOURCES)
    server.look(f"{HOST}/one", token="t0ken")
    server.look(f"{HOST}/one", user="us", token="t0ken")
    sent = {request.headers["authorization"] for request in server.asked}
    assert sent == {"Bearer t0ken", "Basic " + base64.b64encode(b"us:t0ken").decode()}
    assert {request.headers["accept"] for request in server.asked} == {MEDIA}


def test_the_token_goes_to_no_other_server() -> None:
    others = ["https://mine.example/one/", "http://cert.example/one/", "https://cert.example:444/x/", "//mine.example/"]
    server = Server({**RESOURCES, "/taxii2/": {**DISCOVERY, "api_roots": ["/one/", *others]}})
    found = server.look(token="t0ken")
    assert [root.address for root in found.roots] == [f"{HOST}/one/"]
    assert len(found.elsewhere) == 4
    assert {request.url.host for request in server.asked} == {"cert.example"}


@pytest.mark.parametrize(
    "address", ["http://cert.example/", "cert.example", "file:///etc/passwd", "https://a:b@c.example"]
)
def test_what_is_no_address_is_not_asked(address: str) -> None:
    server = Server(RESOURCES)
    with pytest.raises(UserError) as refused:
        server.look(address)
    assert refused.value.field == "address"
    assert server.asked == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx.Response(401, content=b'{"title": "Who are you?"}'), "does not accept the name and the token: Who are"),
        (httpx.Response(403), "does not allow this account to ask: Forbidden"),
        (httpx.Response(404, content=b"<html>"), "no TAXII 2.1 server at this address: it answers 404, Not Found"),
        (httpx.Response(406), "it answers 406"),
        (
            httpx.Response(200, content=b"<html>hello", headers={"content-type": "text/html"}),
            "something else (text/html",
        ),
        (httpx.Response(200, content=b"[1, 2]"), "something else (no type)"),
        (httpx.Response(200, content=b"\xff\xfe\x00"), "something else"),
        (httpx.Response(200, content=b"[" * 100_000), "something else"),
        (httpx.Response(200, content=b'{"hello": 1}'), "neither a TAXII server's nor an API root's"),
        (httpx.Response(200, content=b" " * (2 << 20)), "sends more than 1,048,576 bytes"),
        (httpx.Response(302, headers={"location": "https://mine.example/"}), "points to another address"),
        (httpx.Response(500, content=b'{"title": "a\\nb"}'), "answers 500: a b"),
        (httpx.Response(503, headers={"retry-after": "9"}), "come again after 9 seconds"),
        (httpx.ConnectError("refused"), "cannot be reached"),
    ],
)
def test_why_nothing_is_learned_is_told(answer: Any, why: str) -> None:
    with pytest.raises(Trouble) as trouble:
        Server({"/x/": answer}).look(f"{HOST}/x")
    assert why in str(trouble.value)


@pytest.mark.parametrize(
    "told",
    [
        {"api_roots": None, "title": "x"},
        {"api_roots": []},
        {"api_roots": [None, 7, "", " ", "a\nb", "https://[::1/", "x" * 2_000], "default": {}},
        {"api_roots": {"a": 1}, "versions": 7},
        {"versions": None, "title": {"a": 1}},
    ],
)
def test_odd_servers_do_no_harm(told: dict[str, Any]) -> None:
    try:
        found = Server({"/taxii2/": told}).look()
    except Trouble:
        return
    assert all(root.collections == () for root in found.roots)


def test_odd_collections_do_no_harm() -> None:
    listed = [
        None,
        7,
        {"title": "no id"},
        {"id": 5},
        {"id": ""},
        {"id": "a\0b"},
        {"id": "x" * 400},
        {"id": "ok", "title": {"a": 1}, "alias": 3, "description": ["x"], "can_read": "yes", "can_write": 1},
        {"id": "long", "title": "a\x1b[31m\n b" * 100, "description": "y" * 9_000},
    ]
    (root,) = Server({"/one/": ONE, "/one/collections/": {"collections": listed}}).look(f"{HOST}/one").roots
    ok, long = root.collections
    assert (ok.id, ok.title, ok.alias, ok.description, ok.reads, ok.writes) == ("ok", "ok", "", "", False, False)
    assert len(long.title) <= 200
    assert long.title.isprintable()
    assert len(long.description) <= 500
    for odd in (7, None, "x", {"a": 1}):
        (root,) = Server({"/one/": ONE, "/one/collections/": {"collections": odd}}).look(f"{HOST}/one").roots
        assert root.collections == ()


def test_a_root_that_fails_hides_no_other() -> None:
    found = Server({**RESOURCES, "/one/collections/": httpx.Response(403)}).look()
    first, second = found.roots
    assert "does not allow this account" in first.trouble
    assert (first.title, second.trouble) == ("The first", "")


def test_there_is_an_end_to_roots_collections_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    roots = [f"/r{number}/" for number in range(30)]
    many = {"collections": [{"id": f"c{number}"} for number in range(500)]}
    told: dict[str, Any] = {"/taxii2/": {"api_roots": roots}}
    for root in roots:
        told |= {root: ONE, f"{root}collections/": many}
    server = Server(told)
    found = server.look()
    assert (len(found.roots), found.more) == (look.MOST_ROOTS, 20)
    assert (len(found.roots[0].collections), found.roots[0].more) == (look.MOST_COLLECTIONS, 300)
    assert len(server.asked) == 21
    server = Server(told)
    clock = chain([0.0, 0.0], repeat(20.0))
    monkeypatch.setattr(look, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert {root.trouble for root in server.look().roots} == {"it was not asked: the server has taken too long already"}
    assert len(server.asked) == 1


# -- our own server, and the command -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_our_own_server_is_looked_at_over_http(
    transactional_db: None, software: Callable[..., Software], shelf: Shelf
) -> None:
    mine = software("LZ", shelf, write=True)
    Shelf.objects.create(title="Not for them")
    with served() as address:
        (root,) = look.look(address, user=mine.account.name, token=mine.token).roots
        assert root.address == f"{address}/taxii2/cr/"
        (there,) = root.collections
        assert (there.id, there.alias, there.title, there.reads, there.writes) == (
            *(shelf.pk, "high-value", "High value"),
            *(True, True),
        )
        with pytest.raises(Trouble, match="does not accept the name and the token"):
            look.look(address, user=mine.account.name, token="wrong")
        nobody = software("VD")
        assert look.look(address, token=nobody.token).roots[0].collections == ()


@pytest.mark.django_db
def test_one_looks_by_command(monkeypatch: pytest.MonkeyPatch) -> None:
    server, made = Server(RESOURCES), link.Link.__init__

    def faked(self: link.Link, **more: Any) -> None:
        made(self, **{**more, "transport": httpx.MockTransport(server.answer)})

    monkeypatch.setattr(link.Link, "__init__", faked)
    told = command("feed", "look", HOST, VERBALE_FEED_TOKEN="t0ken")
    assert f"{HOST}/one/" in told
    assert "c1 high  High value (read)" in told
    assert "t0ken" not in told
    assert server.asked[0].headers["authorization"] == "Bearer t0ken"
    read = json.loads(command("feed", "look", HOST, "--json"))
    assert read["roots"][0]["collections"][1]["id"] == "c2"
    assert "no TAXII 2.1 server" in command("feed", "look", f"{HOST}/none", code=1)
