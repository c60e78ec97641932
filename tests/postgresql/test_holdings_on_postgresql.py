"""The tests of the holdings that touch the database once more, on a real PostgreSQL server."""

from collections.abc import Callable

import pytest

from tests.postgres import holds_on_postgresql


@pytest.mark.postgresql
@pytest.mark.timeout(1500)
def test_everything_holds_on_postgresql_as_well(new_database: Callable[[], str]) -> None:
    holds_on_postgresql("tests/holdings", new_database())
