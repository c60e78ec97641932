"""What a run keeps on the disk: the key, the set as it stood when the run began, and the pieces that are done.

    key         the secret exponent of this run, 32 bytes
    items       one item a line, shuffled, dummies among them
    plan        JSON: how many values each step has
    <step>.N    the points of the N-th piece of a step, one behind another

Everything is readable by its owner alone, and goes when the run ends. A file appears whole or not at all; a piece of
the wrong length, as a crash of the machine can leave one, counts as missing.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from pathlib import Path
from shutil import rmtree

__all__ = ["Folder"]


class Folder:
    """The folder of one side of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, data: bytes) -> None:
        """Durably, and at once or not at all."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = self.path / f".{secrets.token_hex(8)}"
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.path / name)

    def read(self, name: str) -> bytes | None:
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None

    def plan(self) -> dict[str, int]:
        """How many pieces each step has; empty when there is nothing to read."""
        try:
            found = json.loads((self.path / "plan").read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return {str(step): int(pieces) for step, pieces in found.items()}

    def note(self, steps: dict[str, int]) -> None:
        """Note how many pieces each of these steps has, so that whoever looks knows how far it is."""
        plan = self.plan()
        if {**plan, **steps} != plan:
            self.write("plan", json.dumps({**plan, **steps}).encode())

    def pieces(self, step: str, size: int, count: int, width: int) -> set[int]:
        """Which pieces of a step are there whole: `size` points of `width` bytes each, the last one shorter."""
        found = set()
        for number in range((count + size - 1) // size):
            with contextlib.suppress(FileNotFoundError):
                there = (self.path / f"{step}.{number}").stat().st_size
                if there == width * (min(count, (number + 1) * size) - number * size):
                    found.add(number)
        return found

    def done(self, *steps: str) -> tuple[int, int]:
        """Pieces of these steps that are done, and that they have; of no step that has not begun."""
        plan = {step: pieces for step, pieces in self.plan().items() if step in steps}
        try:
            names = [entry.name for entry in os.scandir(self.path)]
        except FileNotFoundError:
            return 0, 0
        there = sum(name.partition(".")[0] in plan for name in names if "." in name)
        return min(there, sum(plan.values())), sum(plan.values())

    def forget(self) -> None:
        """Remove it all, the key first."""
        with contextlib.suppress(FileNotFoundError):
            key = self.path / "key"
            # What the disk keeps of a file that is removed is beyond us; at least its blocks do not hold the key.
            with key.open("r+b") as file:
                file.write(bytes(key.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            key.unlink()
        rmtree(self.path, ignore_errors=True)
