"""The tests of the node and of the matters once more, on a real PostgreSQL server."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.postgresql
@pytest.mark.parametrize("folder", ["tests/node", "tests/matters"])
def test_everything_holds_on_postgresql_as_well(folder: str, new_database: Callable[[], str]) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("VERBALE_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:xdist", "-p", "no:cacheprovider", folder],
        cwd=_ROOT,
        env={**environment, "DATABASE_URL": new_database()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
