"""What a run keeps on the disk: the key, the set as it stood when the run began, and the pieces that are done.

    key         the secret exponent of this run, 32 bytes
    items       one item a line, shuffled, dummies among them
    plan        JSON: how many values each step has
    <step>.N    the points of the N-th piece of a step, one behind another, and the SHA-256 of them

Everything is readable by its owner alone, and goes when the run ends. Key and set are on the disk before they are used.
A piece is not waited for: what a crash of the machine leaves of it does not fit its hash, and counts as missing.
"""

from __future__ import annotations

import contextlib
import hashlib
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

    def write(self, name: str, data: bytes, *, durable: bool = True) -> None:
        """At once or not at all; `durable`: and on the disk when this returns."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = self.path / f".{secrets.token_hex(8)}"
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if durable:
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

    def keep(self, step: str, number: int, points: bytes) -> None:
        """Keep a piece of a step."""
        self.write(f"{step}.{number}", points + hashlib.sha256(points).digest(), durable=False)

    def piece(self, step: str, number: int, size: int) -> bytes | None:
        """The points of a piece, of `size` bytes together; None when it is not there whole."""
        data = self.read(f"{step}.{number}")
        if data is None or len(data) != size + 32 or hashlib.sha256(data[:size]).digest() != data[size:]:
            return None
        return data[:size]

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
