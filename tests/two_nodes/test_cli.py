"""The commands of `verbale` on a real node's folder: what they say to an operator, and how they refuse."""

import contextlib
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
import pytest

import verbale.demo
from tests.two_nodes.nodes import Commander, command, one_port, told
from verbale.node.home import Home

REPORTS = Path(verbale.demo.__file__).parent / "reports"
BARE = {key: value for key, value in os.environ.items() if not key.startswith(("VERBALE_", "DJANGO_", "DATABASE_"))}
PASSPHRASE = "for the operator's commands"
_commanders: list[Commander] = []


@dataclass
class House:
    """A node's folder, and what its operator needs to command it."""

    home: Path
    environment: dict[str, str]
    totp: dict[str, str] = field(default_factory=dict)
    words: str = ""
    commander: Commander = field(init=False)

    def __post_init__(self) -> None:
        self.commander = Commander(self.environment)
        _commanders.append(self.commander)


def init(folder: Path, node: str, name: str) -> House:
    """Set up a node and its people by command."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    environment = {
        **BARE,
        "VERBALE_HOME": str(folder / "node"),
        "VERBALE_PASSPHRASE_FILE": str(secret),
        "VERBALE_PASSWORD": "correct horse battery",
    }
    house = House(folder / "node", environment)
    made = told(environment, "init", "--state", node, "--name", name, "--capital", "Somewhere")
    assert made["node"] == node
    house.words = made["words"]
    for username, role in (("ada", "desk"), ("tomas", "head"), ("iva", "analyst"), ("noor", "operator")):
        person = told(house.commander, "user", "add", username, "--role", role, "--totp")
        assert person["roles"] == [role]
        house.totp[username] = person["totp"]
    return house


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    """Two nodes without any network, that know each other by file."""
    folder = tmp_path_factory.mktemp("cli")
    try:
        a = init(folder / "a", "CR", "Republic of Crimson")
        b = init(folder / "b", "LZ", "Republic of Lazuria")
        for here, there, node in ((a, b, "LZ"), (b, a, "CR")):
            file = folder / f"{node}.json"
            command(there.environment, "credentials", "export", file)
            added = told(here.environment, "partner", "add", file)
            assert (added["node"], added["status"]) == (node, "pending")
            assert added["words"] == there.words
            assert told(here.environment, "partner", "confirm", node, "--words", there.words)["status"] == "confirmed"
        yield a, b
    finally:
        for commander in _commanders:
            commander.close()


def sentence(house: House | dict[str, str], *arguments: object, code: int = 1) -> str:
    """What a refused command says: one sentence on standard error."""
    said = command(house.commander if isinstance(house, House) else house, *arguments, code=code).strip()
    assert said.startswith("verbale: "), said
    assert len(said.splitlines()) == 1, said
    assert len(said) > len("verbale: ") + 8, said
    assert not re.search(r"Error\b|object at 0x|<class", said), said
    return said.removeprefix("verbale: ")


def draft(house: House, **changes: str) -> dict[str, Any]:
    fields = {"to": "LZ", "subject": "Port calls", "text": "inform the Ministry.\n\nSecond paragraph.", "as": "ada"}
    return told(
        house.environment, "note", "draft", *(p for key, v in {**fields, **changes}.items() for p in (f"--{key}", v))
    )


# -- what works -----------------------------------------------------------------------------------------------------


def test_a_case_by_command(houses: tuple[House, House], tmp_path: Path) -> None:
    a, b = houses
    here, there = a.commander, b.commander
    people = told(here, "user", "list")
    assert [(row["username"], row["roles"], row["active"]) for row in people] == [
        ("ada", ["desk"], True),
        ("iva", ["analyst"], True),
        ("noor", ["operator"], True),
        ("tomas", ["head"], True),
    ]
    assert [row["status"] for row in told(here, "partner", "list")] == ["confirmed"]
    own = told(here, "credentials", "show")
    assert (own["node"], own["version"], own["words"], own["revoked"]) == ("CR", 1, a.words, None)

    report = REPORTS / "swift-heist.json"
    assert told(here, "read", report)["title"]
    opened = told(here, "incident", "import", report, "--as", "iva", "--title", "Heist", "--sector", "Banking")
    assert opened["type"] == "incident.open"
    dossier = opened["matter"]
    assessed = told(
        here, "incident", "assess", dossier[:8], "--level", "uk-ncsc:3", "--reasons", "Grave.", "--as", "iva"
    )
    assert assessed["effective"]

    made = draft(a, about=dossier[:10], precedence="immediate")
    assert made["status"] == "draft"
    waiting = told(here, "note", "drafts", "--as", "tomas")
    assert [row["draft"] for row in waiting] == [made["draft"]]
    command(here, "note", "submit", made["draft"][:8], "--as", "ada")
    clear = ("note", "clear", made["draft"][:8], "--as")
    code = pyotp.TOTP(a.totp["tomas"])
    wrong = str((int(code.now()) + 1) % 1_000_000).zfill(6)
    if wrong not in {code.at(0), code.now()}:
        assert "not valid" in sentence(a, *clear, "tomas", "--code", wrong)
    assert "may not" in sentence(a, *clear, "ada", "--code", pyotp.TOTP(a.totp["ada"]).now()).lower()
    now = code.now()
    (sent,) = told(here, *clear, "tomas", "--code", now)
    assert sent["type"] == "channel.note"
    assert sent["precedence"] == "IMMEDIATE"
    # A code is good once, and a note leaves once.
    sentence(a, *clear, "tomas", "--code", now)
    assert told(here, "note", "drafts", "--as", "tomas") == []

    matters = told(here, "matter", "list", "--as", "ada")
    assert {row["kind"] for row in matters} == {"incident", "channel"}
    assert [row["id"] for row in told(here, "matter", "list", "--kind", "incident", "--as", "ada")] == [dossier]
    shown = told(here, "matter", "show", dossier[:8], "--as", "ada")
    assert [act["type"] for act in shown["acts"]] == ["incident.open", "incident.assess", "channel.note"]
    assert "Port calls" in command(here, "matter", "show", dossier[:8], "--as", "ada")
    assert told(here, "matter", "refold")["differing"] == []
    for ending, magic in ((".pdf", b"%PDF"), (".docx", b"PK")):
        command(here, "note", "print", sent["id"][:10], tmp_path / f"note{ending}", "--as", "ada")
        assert (tmp_path / f"note{ending}").read_bytes().startswith(magic)

    head = told(here, "register", "head")
    assert head["size"] == 3
    assert head["checkpoint"].startswith("verbale/CR\n3\n")
    assert told(here, "register", "check") == {"entries": 3, "problems": []}
    assert told(here, "register", "export", tmp_path / "bare.jsonl")["entries"] == 3
    assert told(here, "register", "export", tmp_path / "full.jsonl", "--acts")["entries"] == 3
    command(here, "register", "receipt", sent["id"][:10], tmp_path / "own.json")

    (queued,) = told(here, "outbox", "list")
    assert (queued["act"], queued["to"], queued["status"]) == (sent["id"], "LZ", "queued")
    assert told(here, "outbox", "deliver")["exchanges"] == 0  # no endpoint: by pouch only
    packed = told(here, "pouch", "pack", "LZ", tmp_path / "there.pouch")
    assert packed["acts"] == 1
    opened = told(there, "pouch", "open", tmp_path / "there.pouch")
    assert [(item["act"], item["status"]) for item in opened["acts"]] == [(sent["id"], "accepted")]
    acknowledged = told(there, "note", "acknowledge", sent["id"][:10], "--as", "ada")
    assert acknowledged["type"] == "channel.acknowledge"
    sentence(b, "note", "acknowledge", sent["id"][:10], "--as", "ada")
    assert told(there, "pouch", "pack", "CR", tmp_path / "back.pouch")["acts"] == 1
    opened = told(here, "pouch", "open", tmp_path / "back.pouch")
    assert (opened["receipts"], [item["status"] for item in opened["acts"]]) == (1, ["accepted"])
    assert told(here, "outbox", "list") == []
    command(here, "register", "receipt", sent["id"][:10], tmp_path / "theirs.json", "--holder", "LZ")
    files = ["bare.jsonl", "full.jsonl", "own.json", "theirs.json", "there.pouch", "back.pouch"]
    findings = told(BARE, "verify", *(tmp_path / name for name in files))
    assert [item["holds"] for item in findings] == [True] * len(files)
    kinds = ["register-export", "register-export", "receipt", "receipt", "pouch", "pouch"]
    assert [item["kind"] for item in findings] == kinds

    copied = told(here, "backup", tmp_path / "copy")
    assert copied["acts"] == 4
    copy = {**a.environment, "VERBALE_HOME": str(tmp_path / "copy")}
    assert told(copy, "register", "check") == {"entries": 4, "problems": []}
    assert told(copy, "register", "head") == told(here, "register", "head")
    assert told(BARE, "packs", "check")["scales"] >= 1
    assert told(BARE, "packs", "list")
    token = told(here, "token", "make", "ada")["token"]
    assert token.startswith("vb_")
    command(here, "migrate")


def test_text_is_for_people(houses: tuple[House, House]) -> None:
    """The same commands without --json."""
    a, _ = houses
    for arguments in (
        ("user", "list"),
        ("partner", "list"),
        ("credentials", "show"),
        ("matter", "list", "--as", "ada"),
        ("note", "drafts", "--as", "ada"),
        ("register", "head"),
        ("register", "check"),
        ("outbox", "list"),
        ("packs", "list"),
        ("read", REPORTS / "qakbot-emotet.json"),
    ):
        said = command(a.commander, *arguments)
        assert said.strip()
        assert not said.lstrip().startswith(("{", "[{"))


# -- what is refused ------------------------------------------------------------------------------------------------


def test_without_a_node(tmp_path: Path) -> None:
    nowhere = {**BARE, "VERBALE_HOME": str(tmp_path / "nothing"), "VERBALE_PASSPHRASE": "x"}
    for arguments in (
        ("user", "list"),
        ("partner", "list"),
        ("credentials", "show"),
        ("register", "head"),
        ("outbox", "list"),
        ("pouch", "pack", "LZ", tmp_path / "p"),
        ("matter", "list", "--as", "ada"),
        ("note", "drafts", "--as", "ada"),
        ("incident", "import", REPORTS / "swift-heist.json", "--as", "iva"),
        ("backup", tmp_path / "copy"),
        ("serve", "--port", one_port()),
        ("worker",),
        ("migrate",),
    ):
        assert "verbale init" in sentence(nowhere, *arguments)
    assert not (tmp_path / "nothing").exists()
    assert "verbale init" in sentence(BARE, "--home", tmp_path / "nothing", "user", "list")


def test_init_refuses(tmp_path: Path, houses: tuple[House, House]) -> None:
    fresh = {**BARE, "VERBALE_HOME": str(tmp_path / "new"), "VERBALE_PASSPHRASE": "enough"}
    good = {"--state": "CR", "--name": "Republic of Crimson"}

    def arguments(**changes: str) -> list[str]:
        return ["init", *(p for k, v in {**good, **{f"--{k}": v for k, v in changes.items()}}.items() for p in (k, v))]

    for changes in (
        {"state": "cr"},
        {"state": ""},
        {"state": "C" * 25},
        {"name": " "},
        {"name": "n" * 201},
        {"kind": "empire"},
        {"colour": "red"},
        {"endpoint": "mfa.example"},
        {"time_zone": ""},
    ):
        named = {key.replace("_", "-"): value for key, value in changes.items()}
        sentence(fresh, *arguments(**named))
        assert not (tmp_path / "new" / "config.json").exists()
    sentence({**BARE, "VERBALE_HOME": str(tmp_path / "new")}, *arguments())
    sentence({**fresh, "VERBALE_PASSPHRASE": ""}, *arguments())
    assert not (tmp_path / "new" / "config.json").exists()
    sentence({**fresh, "VERBALE_PASSPHRASE_FILE": str(tmp_path / "none")}, *arguments())
    (tmp_path / "file").write_text("not a folder")
    sentence({**fresh, "VERBALE_HOME": str(tmp_path / "file" / "node")}, *arguments())
    assert "already" in sentence(houses[0], *arguments())


def test_keys_that_do_not_open(houses: tuple[House, House], tmp_path: Path) -> None:
    a, _ = houses
    wrong = {key: value for key, value in a.environment.items() if key != "VERBALE_PASSPHRASE_FILE"}
    needs_keys = (
        ("pouch", "pack", "LZ", tmp_path / "p.pouch"),
        ("incident", "import", REPORTS / "swift-heist.json", "--as", "iva"),
        ("serve", "--port", one_port()),
        ("worker",),
        ("credentials", "rotate"),
        ("credentials", "revoke", "--reason", "lost", "--yes"),
    )
    for arguments in needs_keys:
        assert "passphrase" in sentence({**wrong, "VERBALE_PASSPHRASE": "wrong"}, *arguments)
    assert "passphrase" in sentence(wrong, *needs_keys[0])
    assert "passphrase" in sentence({**wrong, "VERBALE_PASSPHRASE_FILE": str(tmp_path / "none")}, *needs_keys[0])
    assert not (tmp_path / "p.pouch").exists()
    # What needs no keys works without them.
    assert told(wrong, "partner", "list")
    copy = tmp_path / "copy"
    shutil.copytree(a.home, copy)
    there = {**a.environment, "VERBALE_HOME": str(copy)}
    (copy / "keys.json").chmod(0o644)
    assert "chmod 600" in sentence(there, *needs_keys[0])
    (copy / "keys.json").chmod(0o600)
    for content in (b"", b"{}", b"\xff\xfe", b'{"verbale":"keystore"}'):
        (copy / "keys.json").write_bytes(content)
        sentence(there, *needs_keys[0])
    (copy / "keys.json").unlink()
    sentence(there, *needs_keys[0])


def test_a_damaged_folder(houses: tuple[House, House], tmp_path: Path) -> None:
    a, _ = houses

    def copy(name: str) -> tuple[Path, dict[str, str]]:
        target = tmp_path / name
        shutil.copytree(a.home, target)
        return target, {**a.environment, "VERBALE_HOME": str(target)}

    folder, there = copy("config")
    for content in ("", "{", "[]", '{"node": "CR"}', '{"node": "CR", "name": "x", "colour_": "y"}'):
        (folder / "config.json").write_text(content)
        assert "config.json" in sentence(there, "user", "list")
    (folder / "config.json").write_bytes(b"\xff\xfe")
    sentence(there, "user", "list")
    folder, there = copy("credentials")
    for content in (b"", b"{}", b"\xff"):
        (folder / "credentials.json").write_bytes(content)
        sentence(there, "credentials", "show")
        sentence(there, "register", "check")
    (folder / "credentials.json").unlink()
    sentence(there, "credentials", "show")
    for url in ("nonsense", "mongo://x/y", "postgresql://[", "postgresql://host:port/name"):
        assert "DATABASE_URL" in sentence({**a.environment, "DATABASE_URL": url}, "user", "list")


def test_a_damaged_database(houses: tuple[House, House], tmp_path: Path) -> None:
    a, _ = houses
    folder = tmp_path / "database"
    shutil.copytree(a.home, folder)
    there = {**a.environment, "VERBALE_HOME": str(folder)}
    for file in folder.glob("node.sqlite3*"):
        file.unlink()
    # An empty database, and one that is none.
    for arguments in (("user", "list"), ("register", "head"), ("serve", "--port", one_port()), ("worker",)):
        sentence(there, *arguments)
    for file in folder.glob("node.sqlite3*"):
        file.unlink()
    (folder / "node.sqlite3").write_bytes(b"this is no database" * 500)
    for arguments in (("user", "list"), ("serve", "--port", one_port()), ("backup", tmp_path / "of-it")):
        sentence(there, *arguments)
    unreachable = {**a.environment, "DATABASE_URL": f"postgresql://verbale@127.0.0.1:{one_port()}/none"}
    for arguments in (("user", "list"), ("serve", "--port", one_port()), ("outbox", "list")):
        sentence(unreachable, *arguments)


def test_a_changed_register_is_found(houses: tuple[House, House], tmp_path: Path) -> None:
    """Behind the node's back: `register check` exits 1 and names the entry."""
    a, _ = houses
    told(a.commander, "incident", "import", REPORTS / "swift-heist.json", "--as", "iva")
    copy = tmp_path / "copy"
    shutil.copytree(a.home, copy)
    there = House(copy, {**a.environment, "VERBALE_HOME": str(copy)})
    said = {}
    for change in (
        "UPDATE node_actrecord SET recorded_at = '2020-01-01T00:00:00.000Z' WHERE \"index\" = 0",
        "UPDATE node_actrecord SET payload = replace(payload, 'a', 'b') WHERE \"index\" = 0",
        "UPDATE node_actrecord SET payload = x'00' WHERE \"index\" = 0",
        "UPDATE node_actrecord SET signatures = x'5b5d' WHERE \"index\" = 0",
        "UPDATE node_actrecord SET signatures = x'ff' WHERE \"index\" = 0",
        "UPDATE node_treenode SET hash = zeroblob(32) WHERE id = 0",
        "UPDATE node_registerhead SET size = size + 1",
        "UPDATE node_registerhead SET size = 0, tops = x''",
        "UPDATE node_registerhead SET tops = zeroblob(64)",
        "DELETE FROM node_treenode",
        "UPDATE node_checkpointrecord SET note = 'nothing'",
        "DELETE FROM node_checkpointrecord",
    ):
        with contextlib.closing(sqlite3.connect(copy / "node.sqlite3", isolation_level=None)) as database:
            database.execute(change)
            said[change] = sentence(there, "register", "check")
            with contextlib.closing(sqlite3.connect(a.home / "node.sqlite3")) as whole:
                whole.backup(database)
        assert told(there.commander, "register", "check")["problems"] == []
    there.commander.close()
    assert all("entry 0" in text for change, text in said.items() if '"index" = 0' in change)


def test_people_are_refused(houses: tuple[House, House]) -> None:
    a, _ = houses
    assert "roles" in sentence(a, "user", "add", "x", "--role", "king")
    assert "already" in sentence(a, "user", "add", "ada", "--role", "desk")
    weak = {**a.environment, "VERBALE_PASSWORD": "short"}
    sentence(weak, "user", "add", "eve", "--role", "desk")
    sentence({**a.environment, "VERBALE_PASSWORD": ""}, "user", "add", "eve", "--role", "desk")
    assert "eve" not in command(a.commander, "user", "list")
    for name in ("", "with space", "n" * 200, "a/b", "\x1b[31mred"):
        sentence(a, "user", "add", name, "--role", "desk")
    for arguments in (("user", "password", "nobody"), ("user", "deactivate", "nobody"), ("token", "make", "nobody")):
        assert "nobody" in sentence(a, *arguments)
    sentence(a, "user", "reset-factor", "nobody")
    told(a.commander, "user", "add", "gone", "--role", "desk")
    command(a.commander, "user", "deactivate", "gone")
    assert "gone" in sentence(a, "matter", "list", "--as", "gone")


def test_partners_are_refused(houses: tuple[House, House], tmp_path: Path) -> None:
    a, b = houses
    own = tmp_path / "own.json"
    command(a.commander, "credentials", "export", own)
    assert "itself" in sentence(a, "partner", "add", own)
    for name, content in (("empty", b""), ("text", b"hello"), ("bytes", bytes(range(256))), ("list", b"[]")):
        (tmp_path / name).write_bytes(content)
        sentence(a, "partner", "add", tmp_path / name)
    sentence(a, "partner", "add", tmp_path / "none")
    sentence(a, "partner", "add", tmp_path)
    sentence(a, "partner", "add", f"http://127.0.0.1:{one_port()}")
    sentence(a, "partner", "add", "http://")
    sentence(a, "partner", "add", "http://[")

    for arguments in (
        ("partner", "confirm", "XX", "--words", "one two"),
        ("partner", "block", "XX", "--reason", "r"),
        ("partner", "settle", "XX", "--remark", "r"),
        ("pouch", "pack", "XX", tmp_path / "x"),
    ):
        assert "XX" in sentence(a, *arguments)
    assert "words" in sentence(a, "partner", "confirm", "LZ", "--words", a.words)
    sentence(a, "partner", "confirm", "LZ", "--words", "")
    sentence(a, "partner", "settle", "LZ", "--remark", " ")
    # Other keys under a known name.
    false = init(tmp_path / "false", "LZ", "Republic of Lazuria")
    command(false.environment, "credentials", "export", tmp_path / "false.json")
    copy = tmp_path / "copy"
    shutil.copytree(a.home, copy)
    there = {**a.environment, "VERBALE_HOME": str(copy)}
    assert "do not continue the pinned ones" in sentence(there, "partner", "add", tmp_path / "false.json")
    assert "do not continue" in told(there, "partner", "list")[0]["alarm"]
    # A blocked one gets nothing.
    command(there, "partner", "block", "LZ", "--reason", "to try it")
    sentence(there, "pouch", "pack", "LZ", tmp_path / "x")
    # Somebody who is no partner.
    command(false.environment, "partner", "add", own)
    command(false.environment, "partner", "confirm", "CR", "--words", a.words)
    told(false.environment, "pouch", "pack", "CR", tmp_path / "false.pouch")
    sentence(a, "pouch", "open", tmp_path / "false.pouch")
    assert "LZ" in sentence(b, "pouch", "open", tmp_path / "false.pouch")


def test_work_is_refused(houses: tuple[House, House], tmp_path: Path) -> None:
    a, _ = houses
    for arguments in (
        ("matter", "show", "ffffffff", "--as", "ada"),
        ("matter", "show", "", "--as", "ada"),
        ("matter", "show", "'; --", "--as", "ada"),
        ("note", "submit", "ffffffff", "--as", "ada"),
        ("note", "clear", "ffffffff", "--as", "tomas", "--code", "123456"),
        ("note", "return", "ffffffff", "--remarks", "r", "--as", "tomas"),
        ("note", "acknowledge", "ffffffff", "--as", "ada"),
        ("note", "print", "ffffffff", tmp_path / "x.pdf", "--as", "ada"),
        ("incident", "assess", "ffffffff", "--level", "uk-ncsc:3", "--reasons", "r", "--as", "iva"),
        ("register", "receipt", "ffffffff", tmp_path / "x"),
        ("matter", "list", "--as", "nobody"),
        ("note", "drafts", "--as", ""),
    ):
        sentence(a, *arguments)
    note = {"--to": "LZ", "--subject": "s", "--text": "t", "--as": "ada"}
    for changes in (
        {"--to": "XX"},
        {"--to": ""},
        {"--subject": ""},
        {"--subject": "s" * 3000},
        {"--text": ""},
        {"--text": "@" + str(tmp_path / "none.txt")},
        {"--text": "@" + str(tmp_path)},
        {"--marking": "PURPLE"},
        {"--precedence": "SOON"},
        {"--reply-by": "tomorrow"},
        {"--reply-by": "2001-01-01"},
        {"--reply-by": "2001-02-31"},
        {"--about": "ffffffff"},
        {"--answers": "ffffffff"},
        {"--as": "noor"},
        {"--as": "nobody"},
    ):
        sentence(a, "note", "draft", *(part for pair in {**note, **changes}.items() for part in pair))
    (tmp_path / "latin").write_bytes("é".encode("latin-1"))
    sentence(a, "note", "draft", *(p for i in {**note, "--text": "@" + str(tmp_path / "latin")}.items() for p in i))
    assert told(a.commander, "note", "drafts", "--as", "ada") == []
    made = draft(a)["draft"]
    sentence(a, "note", "clear", made, "--as", "tomas", "--code", pyotp.TOTP(a.totp["tomas"]).now())
    command(a.commander, "note", "submit", made, "--as", "ada")
    sentence(a, "note", "submit", made, "--as", "ada")
    for code in ("", "abc", "000000000", "12345", "１２３４５６"):
        sentence(a, "note", "clear", made, "--as", "tomas", "--code", code)
    sentence(a, "note", "clear", made, "--as", "iva", "--code", pyotp.TOTP(a.totp["iva"]).now())
    sentence(a, "note", "clear", made, "--as", "ada", "--code", pyotp.TOTP(a.totp["ada"]).now())
    sentence(a, "note", "return", made, "--remarks", " ", "--as", "tomas")
    command(a.commander, "note", "return", made, "--remarks", "Shorter.", "--as", "tomas")
    assert told(a.commander, "note", "drafts", "--as", "ada")[0]["remarks"] == "Shorter."
    assert told(a.commander, "outbox", "list") == []


def test_files_are_refused(houses: tuple[House, House], tmp_path: Path) -> None:
    a, _ = houses
    bad = {
        "empty": b"",
        "text": b"hello",
        "half": b'{"type": "bundle"',
        "bytes": bytes(range(256)),
        "deep": b"[" * 100_000 + b"]" * 100_000,
        "number": b"7",
        "pouch": b"VERBALE",
        "checkpoint": b"verbale/CR\n1\n",
        "export": b'{"checkpoint":"x"}\n',
        "credentials": b'{"chain":[]}',
        "lone": b'{"chain":"\\ud800"}',
    }
    for name, content in bad.items():
        file = tmp_path / name
        file.write_bytes(content)
        sentence(BARE, "read", file)
        assert name in sentence(BARE, "verify", file)
        sentence(a, "incident", "import", file, "--as", "iva")
        sentence(a, "pouch", "open", file)
    sentence(BARE, "verify", REPORTS / "swift-heist.json", "--trust", tmp_path / "text")
    report = REPORTS / "swift-heist.json"
    for changes in (("--occurred", "yesterday"), ("--marking", "PURPLE"), ("--as", "noor")):
        sentence(a, "incident", "import", report, *(() if changes[0] == "--as" else ("--as", "iva")), *changes)
    # Where nothing can be written.
    nowhere = tmp_path / "none" / "file"
    for arguments in (
        ("credentials", "export", nowhere),
        ("register", "export", nowhere),
        ("pouch", "pack", "LZ", nowhere),
        ("register", "export", tmp_path),
        ("backup", tmp_path),
        ("backup", tmp_path / "text" / "copy"),
    ):
        sentence(a, *arguments)


def test_wrong_usage_is_told_apart(tmp_path: Path) -> None:
    """Exit code 2, by the command line itself, before anything is touched."""
    for arguments in (
        ("nonsense",),
        ("user", "add"),
        ("read", tmp_path / "none"),
        ("read", tmp_path),
        ("verify",),
        ("verify", tmp_path / "none"),
        ("demo", "--report", tmp_path / "none"),
        ("note", "draft", "--to", "LZ"),
        ("incident", "import", tmp_path / "none", "--as", "iva"),
        ("serve", "--port", "many"),
        ("pouch", "open", tmp_path / "none"),
    ):
        assert command(BARE, *arguments, code=2).strip()


def test_serving_where_somebody_serves(houses: tuple[House, House]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = subprocess.run(
            [sys.executable, "-m", "verbale", "serve", "--port", str(taken.getsockname()[1])],
            env=houses[0].environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in (1, 3)
        assert "address already in use" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_the_folder_is_private(houses: tuple[House, House]) -> None:
    home = Home(houses[0].home)
    assert home.path.stat().st_mode & 0o077 == 0
    for file in (home.keystore, home.path / "secret"):
        assert file.stat().st_mode & 0o077 == 0
    assert PASSPHRASE not in json.dumps(json.loads(home.config_file.read_text()))
