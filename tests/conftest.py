"""Fixtures that all tests may use."""

import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests import postgres

_LONG = ("tests/postgresql/", "tests/two_nodes/", "tests/browser/")
"""Few tests, and minutes each."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first: else one process is left alone with them at the end, and the others wait."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """URL prefix of a running server."""
    if postgres.binaries() is None:
        pytest.fail("PostgreSQL is not installed: apt-get install postgresql (./run test does it when it is root)")
    with postgres.server() as prefix:
        yield prefix


@pytest.fixture
def new_database(postgresql_server: str) -> Callable[[], str]:
    """Makes empty databases and gives their URLs."""

    def make() -> str:
        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(postgresql_server + "postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return postgresql_server + name

    return make
