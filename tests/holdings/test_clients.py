"""Software of others against a running server: OASIS's taxii2-client, and the ways of OpenCTI and MISP to poll.

The connector of OpenCTI (`external-import/taxii2`) and the import module of MISP (`misp-modules`, taxii21) need
their platforms to run; both ask through taxii2-client, and their sequences of requests are repeated here step by step.
"""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from taxii2client.common import TokenAuth
from taxii2client.v21 import ApiRoot, Collection, Server, as_pages

from tests.holdings.conftest import MEDIA, Software
from tests.holdings.serving import served
from tests.holdings.things import AMBER, GREEN, indicator, key, malware, moment, raws
from verbale.holdings import store
from verbale.holdings.models import Shelf

pytestmark = pytest.mark.django_db(transaction=True)
Maker = Callable[..., Software]


@pytest.fixture
def address(transactional_db: None) -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture
def stocked(shelf: Shelf) -> Shelf:
    things = [indicator(number, marking=AMBER if number % 5 == 4 else GREEN) for number in range(250)]
    store.add(shelf, raws(*things, malware(900)), origin="CR", marking="AMBER")
    return shelf


SHOWN = [key(number) for number in range(250) if number % 5 != 4] + [key(900, "malware")]


def server(address: str, mine: Software) -> Server:
    return Server(f"{address}/taxii2/", user=mine.account.name, password=mine.token)


def ids(envelope: dict[str, Any]) -> list[str]:
    return [thing["id"] for thing in envelope.get("objects", [])]


def test_taxii2_client_finds_reads_writes_and_deletes(address: str, software: Maker, stocked: Shelf) -> None:
    found = server(address, software("LZ", stocked, write=True))
    assert found.title
    root: ApiRoot = found.default
    assert root.url == f"{address}/taxii2/cr/"
    assert root.versions == [MEDIA]
    assert root.max_content_length > 0
    (collection,) = root.collections
    assert (collection.id, collection.can_read, collection.can_write) == (stocked.pk, True, True)

    assert ids(collection.get_objects()) == SHOWN
    assert ids(collection.get_objects(type="malware")) == [key(900, "malware")]
    assert ids(collection.get_objects(id=[key(1), key(2)])) == [key(1), key(2)]
    assert ids(collection.get_object(key(1))) == [key(1)]
    assert ids(collection.get_manifest(id=key(1))) == [key(1)]
    pages = list(as_pages(collection.get_objects, per_request=30))
    assert [one for page in pages for one in ids(page)] == SHOWN
    assert {len(page["objects"]) for page in pages[:-1]} == {30}

    status = collection.add_objects({"objects": [indicator(901), indicator(901, 3), {**indicator(902), "pattern": ""}]})
    assert (status.status, status.success_count, status.failure_count) == ("complete", 2, 1)
    assert status.failures[0]["id"] == key(902)
    status.refresh()
    assert status.total_count == 3
    assert collection.object_versions(key(901))["versions"] == [moment(0), moment(3)]
    collection.delete_object(key(901))
    with pytest.raises(requests.HTTPError, match="404"):
        collection.get_object(key(901))
    with pytest.raises(requests.HTTPError, match="403"):
        collection.delete_object(key(1))


def test_a_wrong_token_is_told(address: str, software: Maker, shelf: Shelf) -> None:
    mine = software("LZ", shelf)
    with pytest.raises(requests.HTTPError, match="401"):
        Server(f"{address}/taxii2/", user=mine.account.name, password="wrong").refresh()
    Server(f"{address}/taxii2/", auth=TokenAuth(mine.token)).refresh()


class OpenCti:
    """One run after another of OpenCTI's connector: find the collection by its title, then page by `next`."""

    def __init__(self, server: Server, title: str, limit: int) -> None:
        self.server, self.title, self.limit = server, title, limit
        self.last_run: int | None = None

    def run(self) -> list[dict[str, Any]]:
        now = datetime.now(UTC)
        filters: dict[str, Any] = {"limit": self.limit}
        if self.last_run is None:
            filters["added_after"] = datetime.now() - timedelta(hours=24)
        else:
            at = datetime.fromtimestamp(self.last_run, tz=UTC)
            filters["added_after"] = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        root = next(root for root in self.server.api_roots if root.url.split("/")[-2] == "cr")
        collection = next(one for one in root.collections if one.title == self.title)
        objects: list[dict[str, Any]] = []
        response = collection.get_objects(**filters)
        if response.get("objects"):
            assert response["objects"][0]["spec_version"] == "2.1"  # else it would page as in TAXII 2.0
            while True:
                objects += response["objects"]
                if response.get("more") is not True:
                    break
                filters.pop("added_after", None)
                filters["next"] = response["next"]
                response = collection.get_objects(**filters)
        self.last_run = int(now.timestamp())
        return objects


def test_opencti_polls_everything_and_then_what_is_new(address: str, software: Maker, stocked: Shelf) -> None:
    connector = OpenCti(server(address, software("LZ", stocked)), "High value", limit=70)
    assert [thing["id"] for thing in connector.run()] == SHOWN
    connector.last_run = int(datetime.now(UTC).timestamp()) + 1  # the second has passed
    store.add(stocked, raws(indicator(500)), origin="CR", marking="AMBER")
    assert connector.run() == []  # it was added in the second before
    connector.last_run = int((datetime.now(UTC) - timedelta(minutes=5)).timestamp())
    assert key(500) in [thing["id"] for thing in connector.run()]


def misp(url: str, mine: Software, limit: int, **asked: str) -> list[dict[str, Any]]:
    """What the import module of MISP fetches: a collection by its address, always STIX 2.1, pages of 100."""
    collection = Collection(url, user=mine.account.name, password=mine.token)
    pages = as_pages(collection.get_objects, per_request=min(100, limit), spec_version="2.1", **asked)
    return list(itertools.islice(itertools.chain.from_iterable(page.get("objects", []) for page in pages), limit))


def test_misp_imports_a_collection(address: str, software: Maker, stocked: Shelf) -> None:
    mine = software("LZ", stocked)
    url = f"{address}/taxii2/cr/collections/{stocked.pk}/"
    assert [thing["id"] for thing in misp(url, mine, 1000)] == SHOWN
    assert len(misp(url, mine, 150)) == 150
    assert [thing["id"] for thing in misp(url, mine, 1000, type="malware,report")] == [key(900, "malware")]
    assert [thing["id"] for thing in misp(url, mine, 1000, id=f"{key(3)},{key(4)}", version="all")] == [key(3)]
    assert misp(url, mine, 1000, added_after="2099-01-01T00:00:00Z") == []


def test_a_cut_connection_stores_nothing_and_says_nothing_good(address: str, software: Maker, shelf: Shelf) -> None:
    import socket

    mine = software("LZ", shelf, write=True)
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as link:
        link.sendall(
            f"POST /taxii2/cr/collections/{shelf.pk}/objects/ HTTP/1.1\r\nHost: {host}\r\nAccept: {MEDIA}\r\n"
            f"Content-Type: {MEDIA}\r\nAuthorization: {mine.basic}\r\nContent-Length: 5000\r\n\r\n"
            '{"objects":['.encode()
        )
    collection = Collection(f"{address}/taxii2/cr/collections/{shelf.pk}/", user=mine.account.name, password=mine.token)
    assert collection.get_objects() == {}


def test_a_body_without_a_length_is_bounded_too(
    address: str, software: Maker, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verbale.holdings.taxii.exchange.MAX_CONTENT_LENGTH", 1000)
    monkeypatch.setattr("verbale.holdings.taxii.asgi.MAX_CONTENT_LENGTH", 1000)
    mine = software("LZ", shelf, write=True)
    url = f"{address}/taxii2/cr/collections/{shelf.pk}/objects/"
    headers = {"Accept": MEDIA, "Content-Type": MEDIA, "Authorization": mine.basic}
    for size, status in ((100, 422), (3000, 413)):
        answer = requests.post(url, data=iter([b"x" * size]), headers=headers, timeout=20)
        assert answer.status_code == status


def test_pages_of_the_node_are_still_served_beside(address: str) -> None:
    assert requests.get(f"{address}/accounts/login/", timeout=20).status_code == 200
    assert requests.head(f"{address}/taxii2/", timeout=20).status_code == 401
