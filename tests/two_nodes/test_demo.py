"""`verbale demo` on shipped reports, and what it leaves behind: files that verify, until one byte of them changes."""

import contextlib
import fcntl
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from itertools import permutations
from pathlib import Path

import pytest

import verbale.demo
from tests.two_nodes.nodes import command
from verbale.protocol import Credentials, verify_file

REPORTS = Path(verbale.demo.__file__).parent / "reports"
BARE = {key: value for key, value in os.environ.items() if not key.startswith(("VERBALE_", "DJANGO_"))}
STEPS = {
    1: ["directory", "incident", "assessment", "workbench", "channel"],
    2: ["talks", "assistance"],
    3: ["transmission", "forum"],
    4: ["interests", "norm", "agreement"],
    5: ["plan", "hotline", "drill", "collection", "capacity"],
}
"""Kinds of matter in the order in which the steps of the example need them."""
NODES = ("CR", "LZ", "WF")


@pytest.fixture(scope="module", params=["default", "whispergate.json", "qakbot-emotet.json"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[Path]]:
    """What a demonstration printed and wrote."""
    out = tmp_path_factory.mktemp("demo") / "out"
    which = [] if request.param == "default" else ["--report", REPORTS / request.param]
    # Demonstrations wish for the same ports: one at a time among the processes of the tests.
    with (Path(tempfile.gettempdir()) / "verbale-tests-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = command(BARE, "demo", "--once", "--out", out, *which)
    return said, sorted(out.iterdir())


def test_it_prints_its_acts_and_writes_what_verifies(played: tuple[str, list[Path]]) -> None:
    said, files = played
    rows = [line for line in said.splitlines() if re.match(r"[1-9]\d* +[A-Z]{2} ", line)]
    types = [match[0] for line in rows if (match := re.search(r"[a-z]+\.[a-z-]+", line))]
    assert list(dict.fromkeys(name.partition(".")[0] for name in types)) == [
        kind for kinds in STEPS.values() for kind in kinds
    ]
    at_home = [line for line in rows if "stays in the house" in line]
    kinds_at_home = {kind for line in at_home for kind in re.findall(r"([a-z]+)\.[a-z-]+", line)}
    assert kinds_at_home == {"incident", "assessment", "workbench", "interests"}
    assert all(line.split()[-2:] == ["yes", "yes"] for line in rows if line not in at_home)
    names = {file.name for file in files}
    for node, other in permutations(NODES, 2):
        assert {f"{node}.register.jsonl", f"{node}.credentials.json", f"{node}-to-{other}.pouch"} <= names
    assert sum(name.endswith(".receipt.json") for name in names) >= len(rows) - len(at_home)
    assert "disclosure.jsonl" in names
    told = command(BARE, "verify", *files)
    assert told.count(", holds") == len(files)
    trust = [part for node in NODES for part in ("--trust", files[0].parent / f"{node}.credentials.json")]
    assert "compare" not in command(BARE, "verify", *files, *trust)


def test_no_changed_byte_survives(played: tuple[str, list[Path]], tmp_path: Path) -> None:
    """One seeded byte of each file by the command, and more of them by what the command calls; of the receipts, which
    are many and alike, some."""
    _, files = played
    receipts = [file for file in files if file.name.endswith(".receipt.json")]
    chosen = random.Random("receipts").sample(receipts, 6)
    files = [file for file in files if file not in receipts or file in chosen]
    trusted = {}
    for file in files:
        if file.name.endswith(".credentials.json"):
            credentials = Credentials.from_bytes(file.read_bytes())
            trusted[credentials.node] = credentials
    for file in files:
        chance = random.Random(f"byte of {file.name}")
        data = file.read_bytes()
        target = tmp_path / file.name

        def change(place: int, data: bytes = data, target: Path = target, chance: random.Random = chance) -> None:
            changed = bytearray(data)
            changed[place] ^= 1 << chance.randrange(8)
            target.write_bytes(changed)

        change(chance.randrange(len(data)))
        assert target.name in command(BARE, "verify", target, code=1)
        # The first and the last byte as well, and some in between; with known keys and with those of the file.
        for place in (0, len(data) - 1, *(chance.randrange(len(data)) for _ in range(12))):
            change(place)
            for known in ({}, trusted):
                finding = verify_file(target, known)
                assert not finding.holds, f"{file.name}: byte {place}"
                assert finding.reason
        for cut in (0, 1, len(data) // 2, len(data.rstrip()) - 1):
            target.write_bytes(data[:cut])
            assert not verify_file(target).holds, f"{file.name} cut to {cut} bytes"
        target.write_bytes(data + b"{}\n")
        assert not verify_file(target).holds, f"{file.name} with more at its end"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.json", b""),
        ("no-json.json", b"{"),
        ("no-report.json", b"[]"),
        ("other.json", b'{"type": "bundle", "id": "bundle--x", "objects": 7}'),
        ("bytes.json", bytes(range(256))),
    ],
)
def test_a_malformed_report_ends_it_at_once(tmp_path: Path, name: str, content: bytes) -> None:
    report = tmp_path / name
    report.write_bytes(content)
    began = time.monotonic()
    said = command(BARE, "demo", "--once", "--report", report, "--folder", tmp_path / "nodes", code=1).strip()
    assert time.monotonic() - began < 8
    assert said.startswith("verbale: ")
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "nodes").exists()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("mine")
    said = command(BARE, "demo", "--once", "--folder", tmp_path, code=1)
    assert "not empty" in said
    assert [path.name for path in tmp_path.iterdir()] == ["letters"]


def test_it_ends_its_nodes_when_it_is_interrupted(tmp_path: Path) -> None:
    """Without `--once` the nodes go on, until Ctrl-C."""
    with (Path(tempfile.gettempdir()) / "verbale-tests-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = subprocess.Popen(
            [sys.executable, "-m", "verbale", "demo"],
            env={**BARE, "COLUMNS": "200", "PYTHONUNBUFFERED": "1", "TMPDIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            assert process.stdout is not None
            said = ""
            for line in process.stdout:
                said += line
                if "log in as" in line and said.count("log in as") == 3:
                    break
            time.sleep(1)
            process.send_signal(signal.SIGINT)
            rest = process.stdout.read()
            assert process.wait(timeout=30) == 0, said + rest
            assert "Ending the nodes." in rest
            assert "Traceback" not in said + rest
        finally:
            process.kill()
            process.wait()
            left = serving(tmp_path)
            for identifier in left:
                os.kill(identifier, signal.SIGKILL)
    assert left == []
    assert list(tmp_path.glob("verbale-demo-*")) == [], "a folder that nobody asked for is left behind"


def serving(folder: Path) -> list[int]:
    """Processes of nodes that live in the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"VERBALE_HOME={folder}/".encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
    return found
