"""A node in a temporary folder with a process of its own, which calls functions of these benches and answers with JSON.

Django reads its settings once a process: each database gets a process, and rounds on several are called in turn.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["Scratch", "node"]


class Scratch:
    """The near end of such a process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def call(self, function: Callable[..., Any], **named: Any) -> Any:
        """Run a module's function over there; its result comes back through JSON."""
        assert self._process.stdin is not None  # pipes were asked for
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([function.__module__, function.__qualname__, named]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{function.__qualname__} failed; its process has said why on standard error")
        return json.loads(answer)


@contextlib.contextmanager
def node(database_url: str = "") -> Iterator[Scratch]:
    """A node of its own, on SQLite unless a URL is given. Process and folder are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="verbale-bench-"))
    own = {"VERBALE_HOME": str(folder / "node"), "VERBALE_PASSPHRASE": "of the bench only", "VERBALE_LOG": "ERROR"}
    keep = {key: value for key, value in os.environ.items() if not key.startswith(("VERBALE_", "DJANGO_", "DATABASE_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.scratch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**keep, **own, "DATABASE_URL": database_url} if database_url else {**keep, **own},
    )
    try:
        yield Scratch(process)
    finally:
        with contextlib.suppress(OSError):
            process.communicate(timeout=10)  # the end of its input ends it
        if process.poll() is None:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _serve() -> None:
    """The far end."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "verbale.node.settings"
    from benchmarks.material import READER
    from verbale.node.home import Config, Home
    from verbale.node.setup import create_home, prepare_database

    answers, sys.stdout = sys.stdout, sys.stderr
    create_home(Home.here(), Config(READER, "Republic of Crimson"), os.environ["VERBALE_PASSPHRASE"])
    import django

    django.setup()
    prepare_database()
    for line in sys.stdin:
        module, name, named = json.loads(line)
        print(json.dumps(getattr(import_module(module), name)(**named)), file=answers, flush=True)


if __name__ == "__main__":
    _serve()
