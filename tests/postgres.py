"""A PostgreSQL server of the tests' own: made in a temporary folder, on a free port of 127.0.0.1, ended with them."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from verbale.demo.nodes import free_port

__all__ = ["binaries", "holds_on_postgresql", "server"]

_ROOT = Path(__file__).resolve().parents[1]


def binaries() -> Path | None:
    """The folder of Debian's newest PostgreSQL server, if one is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _as_owner() -> list[str]:
    """PostgreSQL will not run as root: it runs as its own user then."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Yields a URL prefix; add a database's name. Databases are made with `createdb`, see `database`."""
    folder = Path(tempfile.mkdtemp(prefix="verbale-postgresql-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    where, port = binaries(), free_port()
    assert where is not None, "PostgreSQL is not installed"
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    quiet = {"stdout": subprocess.DEVNULL, "cwd": "/", "env": environment}
    subprocess.run(
        [
            *_as_owner(),
            str(where / "initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            "verbale",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "-N",
        ],
        check=True,
        **quiet,
    )
    process = subprocess.Popen(
        [
            *_as_owner(),
            str(where / "postgres"),
            *("-D", str(folder / "data"), "-h", "127.0.0.1", "-p", str(port), "-k", str(folder)),
            # Tests kill our processes and never this one: it need not wait for the disk, least of all to empty tables.
            *("-c", "fsync=off"),
            # Ten nodes at once, each with a thread for every request.
            *("-c", "max_connections=400"),
        ],
        stderr=subprocess.DEVNULL,
        **quiet,
    )
    try:
        for _attempt in range(200):
            if (
                subprocess.run(
                    [str(where / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)], check=False
                ).returncode
                == 0
            ):
                break
            time.sleep(0.1)
        yield f"postgresql://verbale@127.0.0.1:{port}/"
    finally:
        # Its "fast" end: whoever is still connected is not waited for.
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def holds_on_postgresql(folder: str, url: str) -> None:
    """Run the tests of a folder that touch the database in a process of their own, on the database at `url`."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("VERBALE_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:xdist", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-m", "django_db", folder],
        cwd=_ROOT,
        env={**environment, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
