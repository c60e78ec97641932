"""Fixtures that all tests may use."""

import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests import postgres


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
