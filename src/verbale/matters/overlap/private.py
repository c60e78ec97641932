"""What this node keeps to itself of an overlap: the set that it puts in, the work under way, and what it learnt.

Files in the folder `overlap/<matter>` of the node's home, readable by its owner alone; never in an act:

    set             the items that we put in, one a line, as an analyst chose them
    set.json        how many they are, who chose them and when
    looked          items that an analyst has counted, and not put in yet
    <run>/          the work of a run, see `verbale.intel.overlap.folder`; gone when our part of it is done
    found.<run>     JSON: what we learnt
    trouble         JSON: why the last try failed, and of which step
    lock            held by the process that computes
"""

import contextlib
import fcntl
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from verbale.intel.overlap.folder import Folder

__all__ = ["Private"]

_WORDS = ("request", "response", "result")


class Private:
    """The folder of one overlap."""

    def __init__(self, matter_id: str) -> None:
        self.path: Path = settings.HOME.path / "overlap" / matter_id
        self._folder = Folder(self.path)

    @classmethod
    def all(cls) -> list[str]:
        """The matters of which there is a folder."""
        root = settings.HOME.path / "overlap"
        return sorted(entry.name for entry in root.iterdir() if entry.is_dir()) if root.is_dir() else []

    def run(self, run: int) -> Path:
        return self.path / str(run)

    # -- the set -------------------------------------------------------------------------------------------------------

    def look(self, items: Sequence[str]) -> None:
        """Keep what was counted, until it is put in or something else is counted."""
        self._folder.write("looked", "\n".join(items).encode())

    def looked(self) -> list[str]:
        """What was counted last."""
        return self._lines("looked")

    def choose(self, items: Sequence[str], told: dict[str, Any]) -> None:
        """Keep the set that goes in."""
        self._folder.write("set", "\n".join(items).encode())
        self._write("set.json", told)
        (self.path / "looked").unlink(missing_ok=True)

    def chosen(self) -> dict[str, Any] | None:
        """How many they are, who chose them and when; None before somebody has."""
        return self._read("set.json")

    def items(self) -> list[str]:
        return self._lines("set")

    def begun(self) -> bool:
        """Whether a run with it has begun: then it stands."""
        return any((self.run(run) / "items").exists() or self.said(run) is not None for run in (1, 2))

    def busy(self) -> bool:
        """Whether there is anything that goes when the overlap is over."""
        names = (
            "set",
            "looked",
            *(f"{run}" for run in (1, 2)),
            *(f"{run}.{word}" for run in (1, 2) for word in _WORDS),
        )
        return any((self.path / name).exists() for name in names)

    # -- the work ------------------------------------------------------------------------------------------------------

    def prepare(self, run: int, word: str, body: dict[str, Any]) -> None:
        """Keep what is to be said next, until it is."""
        self._write(f"{run}.{word}", body)

    def said(self, run: int, word: str = "") -> dict[str, Any] | None:
        """What is to be said next in a run."""
        for name in (word,) if word else _WORDS:
            found = self._read(f"{run}.{name}")
            if found is not None:
                return found
        return None

    def trouble(self) -> dict[str, Any] | None:
        return self._read("trouble")

    def note_trouble(self, run: int, word: str, why: str) -> None:
        self._write("trouble", {"run": run, "word": word, "why": why})

    def no_trouble(self) -> None:
        (self.path / "trouble").unlink(missing_ok=True)

    @contextlib.contextmanager
    def computing(self) -> Iterator[bool]:
        """Whether this process is the one that computes; for as long as it does."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.path / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def forget_run(self, run: int) -> None:
        """Our part of a run is over: remove its key, its set, its pieces."""
        Folder(self.run(run)).forget()
        for word in _WORDS:
            (self.path / f"{run}.{word}").unlink(missing_ok=True)

    def forget(self) -> None:
        """The overlap is over: what was learnt stays, and nothing else."""
        for run in (1, 2):
            self.forget_run(run)
        for name in ("set", "looked", "trouble"):
            (self.path / name).unlink(missing_ok=True)

    # -- what was learnt -----------------------------------------------------------------------------------------------

    def learn(self, run: int, size: int, items: list[str] | None, moment: str) -> None:
        self._write(f"found.{run}", {"size": size, "items": items, "at": moment})

    def found(self, run: int) -> dict[str, Any] | None:
        """`{"size", "items", "at"}`; `items` is null where only the size was to be learnt."""
        return self._read(f"found.{run}")

    def _lines(self, name: str) -> list[str]:
        data = self._folder.read(name)
        return data.decode().split("\n") if data else []

    def _write(self, name: str, value: Any) -> None:
        self._folder.write(name, json.dumps(value, ensure_ascii=False).encode())

    def _read(self, name: str) -> Any:
        data = self._folder.read(name)
        return json.loads(data) if data is not None else None
