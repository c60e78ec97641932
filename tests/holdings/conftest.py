"""A node with two partners, a shelf, and software of the partners that comes to the TAXII server."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from verbale.holdings import accounts
from verbale.holdings.models import Account, Shelf
from verbale.node.models import Matter, Partner

MEDIA = "application/taxii+json;version=2.1"


@pytest.fixture
def partners(db: None) -> None:
    for node, name in (("LZ", "Republic of Lazuria"), ("VD", "Republic of Verdia"), ("OC", "Republic of Ochre")):
        Partner.objects.create(
            node=node, name=name, kind="state", status=Partner.Status.CONFIRMED, chain=b"", fingerprint=node * 32
        )


@pytest.fixture
def shelf(partners: None) -> Shelf:
    return Shelf.objects.create(title="High value", description="Checked by hand", alias="high-value")


@pytest.fixture
def gathered(partners: None) -> Shelf:
    """The shelf of a collection of ours with LZ and VD."""
    matter = Matter.objects.create(
        id="c" * 32,
        kind="collection",
        title="Ransomware",
        parties=["CR", "LZ", "VD"],
        marking="AMBER",
        opened_at="2026-01-01T00:00:00Z",
        last_at="2026-01-01T00:00:00Z",
    )
    return Shelf.objects.create(title="Ransomware", matter=matter.pk)


@dataclass
class Software:
    """A partner's software: asks over HTTP with the token of its account."""

    account: Account
    token: str
    client: Client

    @property
    def basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self.account.name}:{self.token}".encode()).decode()

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.client.get(path, headers={"accept": MEDIA, "authorization": self.basic, **headers})

    def post(self, path: str, body: Any, content_type: str = MEDIA, **headers: str) -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body)
        given = {"accept": MEDIA, "authorization": self.basic, **headers}
        return self.client.post(path, data, content_type=content_type, headers=given)

    def delete(self, path: str) -> HttpResponse:
        return self.client.delete(path, headers={"accept": MEDIA, "authorization": self.basic})


@pytest.fixture
def software(partners: None) -> Callable[..., Software]:
    """Makes accounts: `software("LZ", shelf, write=True)`."""

    def make(node: str, *shelves: Shelf, read: bool = True, write: bool = False, name: str = "") -> Software:
        account, token = accounts.make(name or f"{node} {timezone.now().timestamp()}", node, by="test")
        for shelf in shelves:
            accounts.grant(account, shelf, read=read, write=write, by="test")
        return Software(account, token, Client())

    return make
