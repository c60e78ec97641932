"""What we make of a case: one page, its PDF, the API and the command."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from typer.testing import CliRunner

from tests.desk.test_precedents import browser, tables
from tests.node.conftest import Person
from tests.node.world import Peer
from tests.own_packs import packs_in
from verbale.cli.app import app
from verbale.demo import nodes
from verbale.desk.judgement import judgement_of
from verbale.matters.incident import operations as incidents
from verbale.matters.kit import operations
from verbale.matters.kit.kinds import deed_of
from verbale.matters.kit.operations import Given
from verbale.node import precedents
from verbale.node.errors import AccessError
from verbale.node.home import Home
from verbale.node.models import ActRecord, ApiToken, Matter, User
from verbale.node.projection import state_of
from verbale.node.services import receive

__all__ = ["tables"]
pytestmark = pytest.mark.django_db
REPORT = Path(nodes.__file__).parent / "reports" / "conti-ransomware.json"


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", "analyst", first_name="Ada", last_name="Byron")


@pytest.fixture
def fiction(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The packs of the demonstration, in which Crimson and Lazuria are states."""
    with packs_in(nodes._PACKS, monkeypatch):
        yield


@pytest.fixture
def case(ada: User) -> Matter:
    """The demonstration's incident, from its real report."""
    opened = incidents.import_report(
        REPORT.read_bytes(), REPORT.name, ada, title="Banks", sectors=["Financial services"]
    )
    return Matter.objects.get(pk=opened.matter_id)


def say(user: User, name: str, matter: Matter | None = None, /, about: str = "", **values: Any) -> ActRecord:
    return operations.say(deed_of(name), matter, user, Given(values, about=about))


@pytest.fixture
def judged(ada: User, case: Matter) -> dict[str, Matter]:
    """Severity, law and attribution, as an analyst and an adviser put them in."""
    incidents.assess(case, ada, scale="uk-ncsc", level="3", reasons="Clearing stood still.")
    law = Matter.objects.get(pk=say(ada, "assessment.open", title="Law of it", about=case.id).matter_id)
    for fact, value in (
        ("ict-act", "true"),
        ("cross-border", "true"),
        ("crime-terrorism", "true"),
        ("injured", "true"),
    ):
        say(ada, "assessment.state", law, fact=fact, value=value, evidence="By the report.")
    bench = Matter.objects.get(
        pk=say(ada, "workbench.open", title="Who?", question="Who ran it?", other=1, about=case.id).matter_id
    )
    for text in ("Criminals for money", "A group of a State"):
        say(ada, "workbench.hypothesis", bench, text=text, parts=1)
    for deed, text, values in (
        ("evidence", "A ransom was asked for.", ("C", "I", "N")),
        ("gap", "The accounts lead to known criminals.", ("80", "10", "20")),
    ):
        item = say(ada, f"workbench.{deed}", bench, text=text, reliability="B", credibility="2").id
        rows = [{"hypothesis": key, "value": value} for key, value in zip(("H1", "H2", "H0"), values, strict=True)]
        say(ada, "workbench.judge", bench, item=item, values=rows)
    return {"assessment": law, "workbench": bench}


def shown(client: Client, case: str) -> str:
    answer = client.get(reverse("judgement", args=[case]))
    assert answer.status_code == 200, answer.content[:500]
    text = re.sub(r"\s+", " ", answer.content.decode())
    assert "style=" not in text
    return text


def part(user: User, case: str, key: str) -> Any:
    return next(item for item in judgement_of(user, case).parts if item.key == key)


def test_a_case_of_which_nothing_was_judged_says_so_and_where_to_begin(ada: User, case: Matter) -> None:
    page = shown(browser(ada), case.id)
    assert page.count("Not answered yet.") >= 4
    assert f"/assessment/open/?about={case.id}" in page
    assert f"/workbench/open/?about={case.id}" in page
    assert "Not assessed by us on the scale CISA NCISS." in page
    assert "no table of precedents has been imported here" in page


def test_all_engines_answer_on_one_page(ada: User, case: Matter, judged: dict[str, Matter]) -> None:
    page = shown(browser(ada), case.id)
    assert "UK NCSC incident categories: category 3, significant incident." in page
    assert "Clearing stood still." in page
    assert "“Criminals for money” is the most likely" in page
    assert "Cooperate against crime and terrorism" in page
    assert "A/70/174, para. 13 (d)" in page
    assert "Countermeasures" in page
    assert "Our view:" in page or "One view:" in page
    assert "If E1 said the opposite" in page or "Without E1" in page
    # What is unknown, by question, each with the place where it is answered.
    assert "Norms, law, and what may be done" in page
    assert "bears on" in page
    assert "The accounts lead to known criminals." in page
    assert "expected to tell" in page
    assert "It is so</button>" in page
    for matter in judged.values():
        assert f"/dossiers/{matter.id}/" in page


def test_findings_are_those_of_the_assessment_itself(ada: User, case: Matter, judged: dict[str, Matter]) -> None:
    from verbale.matters.assessment.reading import reading_of

    found = reading_of(state_of(judged["assessment"])).found
    assert found is not None
    for kind in ("norm", "rule", "option"):
        told = {point.name: str(point.tag) for point in part(ada, case.id, kind).points}
        assert told == {
            item.conclusion.name: item.status for item in found.of(kind) if item.status in ("engaged", "depends")
        }


def test_a_question_is_answered_in_place_and_the_page_comes_back(
    ada: User, case: Matter, judged: dict[str, Matter]
) -> None:
    client, url = browser(ada), reverse("judgement", args=[case.id])
    asked = part(ada, case.id, "norm").unknown[0]
    press = asked.presses[0]
    answer = client.post(press.url, {**press.values, "next": f"{url}#unknown"})
    assert (answer.status_code, answer.url) == (302, f"{url}#unknown")
    assert state_of(judged["assessment"])[f"fact:{press.values['fact']}"]["value"] == "true"
    assert asked.question not in {item.question for item in part(ada, case.id, "norm").unknown}
    # An address elsewhere is not followed.
    other = part(ada, case.id, "norm").unknown[0].presses[0]
    answer = client.post(other.url, {**other.values, "next": "https://elsewhere.example/"})
    assert answer.url == reverse("dossier", args=[judged["assessment"].id])


@pytest.mark.usefixtures("fiction")
def test_treaties_bind_both_sides_and_what_is_not_known_is_asked(ada: User, case: Matter, lazuria: Peer) -> None:
    _act, envelope = lazuria.note("1/2026", body={"about": case.id, "subject": "About it"})
    receive([envelope], via="exchange")
    _invited, envelope = lazuria.act(
        "talks.invite", {"subject": "Talks", "times": ["2027-01-05T09:00:00Z"], "place": "by video", "about": case.id}
    )
    receive([envelope], via="exchange")
    told = part(ada, case.id, "treaties")
    assert "Budapest Convention" in told.answer
    convention = next(point for point in told.points if point.name == "Convention on Cybercrime")
    assert any("Article 29" in ground.says for ground in convention.grounds)
    assert any("dual criminality" in under.says for ground in convention.grounds for under in ground.under)
    assert any("Malabo" in item.url or "malabo" in item.url for item in told.unknown)
    assert not any("not a party" in item.question for item in told.unknown)


def test_precedents_stand_beside_it_once_they_are_imported(
    ada: User, case: Matter, own_home: Home, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERBALE_HOME", str(own_home.path))
    precedents.import_tables([tables], "operator")
    told = part(ada, case.id, "precedents")
    assert "like case" in told.answer
    assert all("alike" in str(point.tag) for point in told.points)
    assert shown(browser(ada), case.id).count("alike") == len(told.points)


def test_it_prints(ada: User, case: Matter, judged: dict[str, Matter]) -> None:
    answer = browser(ada).get(reverse("judgement-pdf", args=[case.id]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    reader = PdfReader(BytesIO(answer.content))
    assert len(reader.pages) <= 14
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    for told in (
        "Assessment of the case: Banks",
        "How grave is it?",
        "Who did it, and how sure are we?",
        "Which norms does it engage?",
        "What does international law say of it?",
        "What may be done about it?",
        "What is unknown, and would settle it",
        "A/70/174",
        "TLP:",
    ):
        assert told in text, told


def test_the_api_and_the_command_tell_the_same(
    ada: User, case: Matter, judged: dict[str, Matter], own_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"HTTP_AUTHORIZATION": f"Bearer {ApiToken.make(ada, 'test')}"}
    told = Client().get(f"/api/v1/cases/{case.id}/assessment", **headers).json()
    assert [item["key"] for item in told["questions"]] == [
        "severity", "attribution", "norm", "rule", "option", "treaties", "precedents"
    ]  # fmt: skip
    assert any(item["question"] == "Norms, law, and what may be done" for item in told["unknown"])
    monkeypatch.setenv("VERBALE_HOME", str(own_home.path))
    run = CliRunner().invoke(app, ["judgement", case.id[:8], "--as", "ada", "--json", "--pdf", str(tmp_path / "a.pdf")])
    assert run.exit_code == 0, run.output
    assert json.loads(run.stdout) == told
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    run = CliRunner().invoke(app, ["judgement", case.id[:8], "--as", "ada"])
    assert "What is unknown, and would settle it" in run.output


def test_it_is_for_those_who_may_open_the_dossier(
    ada: User, case: Matter, judged: dict[str, Matter], person: Person
) -> None:
    case.restricted = True
    case.save()
    stranger = person("bob", "desk")
    with pytest.raises(AccessError):
        judgement_of(stranger, case.id)
    assert browser(stranger).get(reverse("judgement", args=[case.id])).status_code == 403
    assert browser(ada).get(reverse("judgement", args=["0" * 32])).status_code == 404
