"""The REST API and the commands of assistance."""

import base64
import json
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from tests.matters.test_assistance_operations import SPECIFIED, ada, arrived, asked, day, tomas
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.cli.app import app
from verbale.node.models import ApiToken, Draft, Matter, User
from verbale.node.projection import state_of

__all__ = ["ada", "tomas"]

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/assistance"
REQUEST = {"to": "LZ", "subject": "Night", "items": ["The holder", "The data"]}


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


def test_a_request_and_an_offer_are_drafted(lazuria: Peer, caller: Caller) -> None:
    told = caller.post("/requests", **REQUEST, urgency="urgent").json()
    draft = Draft.objects.get(pk=told["draft"])
    assert (draft.type, draft.precedence, told["number"]) == ("assistance.request", "PRIORITY", draft.body["number"])
    told = caller.post("/requests", **REQUEST, kind="preservation", preservation=SPECIFIED).json()
    assert Draft.objects.get(pk=told["draft"]).body["preservation"]["intention"] is True
    told = caller.post("/offers", **REQUEST, conditions="Discretion").json()
    assert Draft.objects.get(pk=told["draft"]).type == "assistance.offer"


def test_a_refusal_names_the_field(lazuria: Peer, caller: Caller) -> None:
    answer = caller.post("/requests", **{**REQUEST, "items": []})
    assert (answer.status_code, answer.json()["field"]) == (422, "items")
    matter = arrived(lazuria).id
    answer = caller.post(f"/{matter}/accept", items=[9])
    assert (answer.status_code, answer.json()) == (422, {"error": "There is no item 9.", "field": "items"})
    answer = caller.post(f"/{matter}/deliver", text="x", files=[{"name": "a", "content": "%"}])
    assert (answer.status_code, answer.json()["field"]) == (422, "files")


def test_a_request_to_us_from_end_to_end(lazuria: Peer, caller: Caller) -> None:
    matter = arrived(lazuria).id
    assert caller.post(f"/{matter}/accept", items=[1], conditions="Secret").json()["draft"]
    assert caller.post(f"/{matter}/refuse", ground="political", reasons="It is one.").json()["draft"]
    files = [{"name": "logs.csv", "media_type": "text/csv", "content": base64.b64encode(b"a,b").decode()}]
    told = caller.post(f"/{matter}/deliver", text="The logs", files=files).json()
    assert Draft.objects.get(pk=told["draft"]).body["attachments"][0]["size"] == 3
    kept = caller.post(f"/{matter}/preserve", data="Logs", until=day(70)).json()
    assert (kept["type"], kept["effective"]) == ("assistance.preserve", True)
    assert caller.post(f"/{matter}/extend", preservation=kept["id"], until=day(90)).json()["effective"]
    assert caller.post(f"/{matter}/status", text="We work on it.").json()["effective"]
    assert caller.post(f"/{matter}/close", outcome="satisfied").status_code == 422


def test_an_offer_to_us_is_taken(lazuria: Peer, caller: Caller) -> None:
    matter = arrived(lazuria, "offer").id
    assert caller.post(f"/{matter}/take", items=[2]).json()["effective"]
    assert caller.post(f"/{matter}/close", outcome="satisfied").json()["effective"]


def test_the_list_and_the_figures(lazuria: Peer, caller: Caller, ada: User, tomas: User) -> None:
    asked(ada, tomas)
    arrived(lazuria)
    rows = caller.get("/").json()
    assert {(row["asks"], row["helps"], row["owed"]["what"]) for row in rows} == {
        ("CR", "LZ", "answer"),
        ("LZ", "CR", "answer"),
    }
    assert [item["fate"] for item in rows[0]["items"]] == ["open"] * 3
    figures = caller.get("/statistics").json()
    assert [(row["partner"], row["ours"], row["waiting"]) for row in figures] == [("LZ", True, 1), ("LZ", False, 1)]


@pytest.mark.parametrize("role", ["operator", "auditor"])
def test_who_may_not_does_nothing(lazuria: Peer, person: Person, role: str) -> None:
    matter, other = arrived(lazuria).id, Caller(person("other", role))
    assert other.post("/requests", **REQUEST).status_code == 403
    expected = 404 if role == "operator" else 403
    for path, body in (("accept", {}), ("status", {"text": "x"}), ("preserve", {"data": "x", "until": day(70)})):
        assert other.post(f"/{matter}/{path}", **body).status_code == expected
    assert len(other.get("/").json()) == (0 if role == "operator" else 1)


def test_what_is_not_there_is_not_found(lazuria: Peer, caller: Caller) -> None:
    assert caller.post("/nonsense/status", text="x").status_code == 404


# -- commands ---------------------------------------------------------------------------------------------------------


def run(*arguments: str, code: int = 0) -> Any:
    result = CliRunner().invoke(app, ["assistance", *arguments])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if "--json" in arguments and code == 0 else result


@pytest.mark.usefixtures("ada")
def test_commands_draft_a_request(lazuria: Peer) -> None:
    told = run(
        "request", "--to", "LZ", "--subject", "Night", "--item", "The holder", "--as", "ada", "--submit", "--json"
    )
    assert told["status"] == "submitted"
    assert Draft.objects.get(pk=told["draft"]).body["items"] == ["The holder"]
    run("request", "--to", "XX", "--subject", "Night", "--item", "x", "--as", "ada", code=1)
    specified = [part for name in ("authority", "offence", "data", "link", "necessity") for part in (f"--{name}", name)]
    told = run(
        *("request", "--to", "LZ", "--subject", "Night", "--item", "x", "--kind", "preservation", "--as", "ada"),
        *(*specified, "--intention", "--json"),
    )
    assert Draft.objects.get(pk=told["draft"]).body["preservation"]["link"] == "link"


@pytest.mark.usefixtures("ada")
def test_commands_answer_a_request(lazuria: Peer) -> None:
    matter = arrived(lazuria)
    short = matter.id[:8]
    assert run("accept", short, "--item", "1", "--item", "3", "--as", "ada", "--json")["draft"]
    assert run("refuse", short, "--ground", "no-means", "--reasons", "None.", "--as", "ada", "--json")["draft"]
    run("accept", short, "--item", "9", "--as", "ada", code=1)
    run("extend", short, "--until", day(90), "--as", "ada", code=1)
    run("preserve", short, "--data", "Logs", "--until", day(70), "--as", "ada")
    run("extend", short, "--until", day(90), "--as", "ada")
    (kept,) = state_of(Matter.objects.get(pk=matter.id))["kept"]
    assert state_of(matter)[f"due:{kept}"] == day(90)
    assert run("list", "--as", "ada", "--json")[0]["matter"] == matter.id
    assert "Night on" in run("list", "--as", "ada").stdout
    run("accept", "nonsense", "--as", "ada", code=1)
