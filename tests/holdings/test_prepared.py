"""Queries made into SQL once answer as the querysets do that they were made of."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import Q

from verbale.holdings import shelves
from verbale.holdings.models import Account, Audience, Grant, Shelf
from verbale.holdings.prepared import Prepared

pytestmark = pytest.mark.django_db(transaction=True)

_FIELDS = [field.attname for field in Account._meta.concrete_fields]


def _accounts() -> list[Account]:
    made = [Account.make(name, "LZ")[0] for name in ("one", "two", "three")]
    Account.objects.filter(name="two").update(active=False, last_used=datetime(2026, 3, 1, tzinfo=UTC))
    return made


def test_values_of_all_types_come_as_the_orm_gives_them() -> None:
    _accounts()
    asked = Prepared(lambda name: Account.objects.filter(name=name).values_list(*_FIELDS), str)
    for name in ("one", "two", "three", "nobody", "\ue0000", "'; --"):
        assert asked(name) == list(Account.objects.filter(name=name).values_list(*_FIELDS)), name
    assert asked.first("two")[_FIELDS.index("last_used")] == datetime(2026, 3, 1, tzinfo=UTC)
    assert asked.first("two")[_FIELDS.index("active")] is False
    assert asked.first("nobody") is None


def test_lists_and_keys() -> None:
    account, shelf = _accounts()[0], shelves.make("Shelf")
    Audience.objects.create(shelf=shelf, rank=2, ours=True, nodes=["LZ", "VD"], key="a")
    Grant.objects.create(account=account, shelf=shelf, may_write=True)
    audiences = Prepared(lambda key: Audience.objects.filter(shelf=key).values_list("rank", "ours", "nodes"), str)
    assert audiences(shelf.pk) == [(2, True, ["LZ", "VD"])]
    granted = Prepared(
        lambda of, on: Grant.objects.filter(account=of, shelf=on).values_list("may_read", "may_write"), int, str
    )
    assert granted.first(account.pk, shelf.pk) == (True, True)
    assert granted.first(account.pk + 1, shelf.pk) is None


def test_each_value_goes_to_its_places_and_nothing_is_kept_from_the_call_before() -> None:
    shelves.make("First", alias="first")
    shelves.make("Second", alias="second")
    asked = Prepared(
        lambda name, other: Shelf.objects.filter(Q(alias=name) | Q(title=name) | Q(title=other)).values_list("title"),
        str,
        str,
    )
    assert sorted(asked("first", "Second")) == [("First",), ("Second",)]
    assert asked("First", "nothing") == [("First",)]
    assert asked("nothing", "First") == [("First",)]
    assert asked("nothing", "nothing") == []


def test_each_thread_has_its_own() -> None:
    shelves.make("Shelf", alias="there")
    asked = Prepared(lambda key: Shelf.objects.filter(alias=key).values_list("title"), str)
    assert asked("there") == [("Shelf",)]
    found: list[object] = []

    def ask() -> None:
        found.append(asked("there"))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [[("Shelf",)]]
