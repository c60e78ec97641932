"""When the server itself fails, nothing is reported as done, and it recovers by itself."""

from collections.abc import Callable

import pytest
import requests
from django.db import DatabaseError

from tests.holdings.conftest import MEDIA, Software
from tests.holdings.serving import served
from tests.holdings.things import indicator
from verbale.holdings.models import Entry, Given, Shelf

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_fault_while_storing_is_a_server_error_and_stores_neither_objects_nor_a_status(
    software: Callable[..., Software], shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = software("LZ", shelf, write=True)
    headers = {"Accept": MEDIA, "Content-Type": MEDIA, "Authorization": mine.basic}
    with served() as address:
        url = f"{address}/taxii2/cr/collections/{shelf.pk}/objects/"

        def fail(**_named: object) -> None:
            raise DatabaseError("the disk is full")

        with monkeypatch.context() as broken:
            broken.setattr(Given.objects, "create", fail)
            answer = requests.post(url, json={"objects": [indicator(1)]}, headers=headers, timeout=20)
        assert answer.status_code == 500
        assert answer.headers["content-type"] == MEDIA
        assert "disk" not in answer.text
        assert not Entry.objects.exists()
        assert requests.get(url, headers=headers, timeout=20).json() == {}
        answer = requests.post(url, json={"objects": [indicator(1)]}, headers=headers, timeout=20)
        assert (answer.status_code, answer.json()["success_count"]) == (202, 1)
