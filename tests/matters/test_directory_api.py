"""The REST API and the commands of directories."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from tests.matters.test_directory_fold import CONTACT
from tests.matters.test_directory_operations import (
    HEAD,
    ROW,
    ada,
    arrived_directory,
    cleared,
    forum,
    own_directory,
    pinged,
    published,
    said,
    soon,
    tomas,
)
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.cli.app import app
from verbale.matters.directory import operations
from verbale.node.models import ActRecord, ApiToken, Draft, User

__all__ = ["ada", "forum", "tomas"]

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/directory"


class Caller:
    def __init__(self, user: User) -> None:
        self._client = Client(headers={"authorization": f"Bearer {ApiToken.make(user, 'tests')}"})

    def get(self, path: str) -> Any:
        return self._client.get(ROOT + path)

    def post(self, path: str, **body: Any) -> Any:
        return self._client.post(ROOT + path, json.dumps(body), "application/json")


@pytest.fixture
def caller(ada: User) -> Caller:
    return Caller(ada)


def test_contacts_are_drafted_listed_and_exported(
    forum: Peer, lazuria: Peer, caller: Caller, ada: User, tomas: User
) -> None:
    matter = arrived_directory(forum, "LZ")
    assert caller.get("/").json()[0]["keeper"] == "WF"
    told = caller.post(f"/{matter.id}/nominate", key="diplomatic-1", contact=CONTACT).json()
    assert (told["type"], told["to"]) == ("directory.nominate", ["WF"])
    assert Draft.objects.get(pk=told["draft"]).body["contact"] == CONTACT
    cleared(operations.nominate_draft(matter, ada, key="diplomatic-1", contact=CONTACT), ada, tomas)
    assert caller.post(f"/{matter.id}/confirm", key="diplomatic-1").json()["type"] == "directory.confirm"
    assert caller.post(f"/{matter.id}/withdraw", key="diplomatic-1").json()["type"] == "directory.withdraw"
    published(forum, matter)
    rows = caller.get("/contacts").json()
    assert [(row["state"], row["name"], row["stale"]) for row in rows] == [
        ("CR", CONTACT["name"], False),
        ("LZ", CONTACT["name"], False),
    ]
    assert caller.get(f"/contacts?state=LZ&role=technical&directory={matter.id}").json() == []
    assert caller.get("/contacts.csv?state=CR").content.count(b"\r\n") == 2
    assert caller.get("/contacts.vcf").content.count(b"BEGIN:VCARD") == 2


def test_a_refusal_names_the_field(forum: Peer, caller: Caller) -> None:
    matter = arrived_directory(forum)
    answer = caller.post(f"/{matter.id}/nominate", key="a", contact={**CONTACT, "telephone": "020"})
    assert (answer.status_code, answer.json()["field"]) == (422, "telephone")
    answer = caller.post(f"/{matter.id}/import", csv=f"{HEAD}\n{ROW.replace('Nairobi', 'Atlantis')}")
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("Row 2, column zone: ")
    answer = caller.post(f"/{matter.id}/pings", deadline="2026-11-24T10:00:00")
    assert (answer.status_code, answer.json()["field"]) == (422, "deadline")
    assert caller.post("/nonsense/publish").status_code == 404
    assert caller.post(f"/{matter.id}/publish").status_code == 422


def test_a_keeper_opens_publishes_and_pings(
    lazuria: Peer, verdia: Peer, caller: Caller, ada: User, tomas: User
) -> None:
    assert caller.post("/", title="Ours", members=["LZ"]).json()["type"] == "directory.open"
    matter = own_directory(ada, tomas)
    assert caller.post(f"/{matter.id}/renew", title="Ours", members=["LZ", "VD"]).json()["to"] == ["LZ", "VD"]
    said(lazuria, matter, "nominate", {"key": "diplomatic-1", "contact": CONTACT})
    assert len(caller.post(f"/{matter.id}/publish").json()["acts"]) == 1
    ping = caller.post(f"/{matter.id}/pings", deadline=soon().isoformat(), kind="unscheduled").json()
    assert ping["effective"]
    (row,) = caller.get(f"/{matter.id}/pings").json()
    assert (row["act"], row["count"]["waiting"]) == (ping["id"], 1)
    assert caller.get(f"/{matter.id}/statistics").json()[0]["waiting"] == 1


def test_a_member_imports_and_answers(forum: Peer, caller: Caller) -> None:
    matter = arrived_directory(forum)
    assert len(caller.post(f"/{matter.id}/import", csv=f"{HEAD}\n{ROW}").json()["drafts"]) == 1
    ping = pinged(forum, matter)
    assert caller.post(f"/pings/{ping.id}/pong", text="Here.").json()["effective"]
    assert caller.post(f"/pings/{ping.id}/pong").status_code == 422


def test_an_operator_reads_nothing(forum: Peer, person: Person) -> None:
    matter = arrived_directory(forum)
    caller = Caller(person("oleg", "operator"))
    assert caller.get("/").json() == caller.get("/contacts").json() == []
    assert caller.get(f"/{matter.id}/pings").status_code == 404
    assert caller.post("/", title="x", members=["WF"]).status_code == 403


# -- commands ---------------------------------------------------------------------------------------------------------


def run(*arguments: str, code: int = 0) -> Any:
    result = CliRunner().invoke(app, ["directory", *arguments])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if "--json" in arguments and code == 0 else result


@pytest.mark.usefixtures("ada")
def test_commands_of_a_member(forum: Peer, lazuria: Peer, tmp_path: Path) -> None:
    run("ping", "--as", "ada", code=1)
    matter = arrived_directory(forum, "LZ")
    published(forum, matter)
    named = ("--key", "diplomatic-1", "--role", "diplomatic", "--name", "Desk", "--email", "a@b.example", "--as", "ada")
    told = run("nominate", *named, "--zone", "Africa/Nairobi", "--submit", "--json")
    assert (told["status"], told["to"]) == ("submitted", ["WF"])
    run("nominate", *named, "--zone", "Atlantis", code=1)
    assert run("list", "--as", "ada", "--json")[0]["state"] == "LZ"
    assert "LZ" in run("list", "--as", "ada", "--directory", matter.id[:8]).stdout
    ping = pinged(forum, matter)
    assert run("pong", ping.id[:12], "--as", "ada", "--json")["effective"]
    run("pong", ping.id[:12], "--as", "ada", code=1)
    run("pong", "nonsense", "--as", "ada", code=1)
    run("confirm", "diplomatic-1", "--as", "ada", code=1)
    run("withdraw", "diplomatic-1", "--as", "ada", code=1)
    run("publish", "--as", "ada", code=1)
    file = tmp_path / "contacts.csv"
    run("export", "--as", "ada", "-o", str(file))
    assert file.read_bytes().startswith(b"state,key")
    assert "BEGIN:VCARD" in run("export", "--as", "ada", "--format", "vcf").stdout
    assert len(run("export", "--as", "ada", "--json")) == 1
    run("export", "--as", "ada", "--format", "pdf", code=1)
    run("import", str(file), "--as", "ada", code=1)
    file.write_text(f"{HEAD}\n{ROW}")
    assert len(run("import", str(file), "--as", "ada", "--json")["drafts"]) == 1


def test_commands_of_a_keeper(lazuria: Peer, ada: User, tomas: User) -> None:
    told = run("open", "--title", "Ours", "--member", "LZ", "--as", "ada", "--json")
    assert Draft.objects.get(pk=told["draft"]).audience == ["LZ"]
    matter = own_directory(ada, tomas)
    said(lazuria, matter, "nominate", {"key": "diplomatic-1", "contact": CONTACT})
    assert "1 published" in run("publish", "--as", "ada").stdout
    assert "Ping 1/" in run("ping", "--as", "ada", "--deadline", soon().isoformat()).stdout
    assert run("ping", "--as", "ada", "--to", "LZ", "--json")["audience"] == ["LZ"]
    run("ping", "--as", "ada", "--deadline", "2026-11-24T10:00", code=1)
    run("ping", "--as", "ada", "--deadline", "soon", code=1)
    assert run("stats", "--as", "ada", "--json")[0]["waiting"] == 2
    assert "LZ" in run("stats", "--as", "ada").stdout
    own_directory(ada, tomas)
    run("ping", "--as", "ada", code=1)
    assert ActRecord.objects.filter(type="directory.ping").count() == 2
