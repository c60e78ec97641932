"""An assessment as people use it: the page that asks and answers, the paper, the API."""

import json
from typing import Any

import pytest

from tests.matters.test_talks_pages import client_of, shown
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.matters.assessment.papers import assessment_paper
from verbale.matters.assessment.reading import reading_of
from verbale.matters.incident.operations import open_incident
from verbale.matters.kit import operations
from verbale.matters.kit.kinds import deed_of, standing_of
from verbale.matters.kit.operations import Given
from verbale.node.errors import AccessError, UserError
from verbale.node.models import ActRecord, ApiToken, Matter, User
from verbale.node.projection import state_of
from verbale.node.services import Outgoing, issue
from verbale.protocol import Marking

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", first_name="Ada", last_name="Byron")


def say(user: User, word: str, matter: Matter | None = None, /, about: str = "", **values: Any) -> ActRecord:
    return operations.say(deed_of(f"assessment.{word}"), matter, user, Given(values, about=about))


@pytest.fixture
def matter(ada: User) -> Matter:
    return Matter.objects.get(pk=say(ada, "open", title="The night on the grid").matter_id)


def test_an_empty_page_asks_what_would_settle_most(ada: User, matter: Matter) -> None:
    page = shown(client_of(ada), f"/dossiers/{matter.id}/")
    assert "Which norms does it engage?" in page
    assert "What does international law say of it?" in page
    assert "What may be done about it?" in page
    assert "What is unknown, and would settle most?" in page
    assert "No fact is stated yet." in page
    assert "It is so</button>" in page
    assert "0 facts are stated" in standing_of(matter)


def test_a_question_is_answered_in_place(ada: User, matter: Matter) -> None:
    desk = client_of(ada)
    page = shown(desk, f"/dossiers/{matter.id}/")
    url = page[page.index('action="/assessment/') :].split('"')[1]
    assert desk.post(url, {"fact": "organ", "value": "true"}).status_code == 302
    assert desk.post(url, {"fact": "private-capacity", "value": "false"}).status_code == 302
    entry = state_of(matter)["fact:organ"]
    assert (entry["value"], entry["who"]) == ("true", "Ada Byron")
    page = shown(desk, f"/dossiers/{matter.id}/")
    assert "An organ of the State did it." in page
    assert "The conduct is that of the State." in page
    assert "Ada Byron" in page
    found = reading_of(state_of(matter)).found
    assert found is not None
    assert found["attribution"].status == "engaged"


def test_a_fact_has_its_evidence_and_is_changed(ada: User, matter: Matter) -> None:
    say(ada, "state", matter, fact="knew", value="true", evidence="They answered us.", source="Note 12/2026")
    desk = client_of(ada)
    page = shown(desk, f"/dossiers/{matter.id}/")
    assert "They answered us." in page
    assert "Note 12/2026" in page
    shown(desk, f"/assessment/{matter.id}/state/?fact=knew&value=false")
    say(ada, "state", matter, fact="knew", value="unknown")
    found = reading_of(state_of(matter)).found
    assert found is not None
    assert found["un-11/c"].status == "depends"


def test_both_views_stand_side_by_side_the_own_one_first(ada: User, matter: Matter) -> None:
    say(ada, "position", matter, position="sovereignty-rule", view="second")
    page = shown(client_of(ada), f"/dossiers/{matter.id}/")
    block = page[page.index('id="views"') :]
    first, second = (
        block.index("no rule of its own below intervention"),
        block.index("Sovereignty is a rule of its own"),
    )
    assert first < second
    assert "Our view:" in block
    assert "Take no view" in block


@pytest.mark.parametrize(
    ("word", "values", "reason"),
    [
        ("state", {"fact": "nothing", "value": "true"}, "There is no fact nothing in the packs."),
        ("position", {"position": "nothing", "view": "first"}, "There is no position nothing in the packs."),
        (
            "state",
            {"fact": "wrong-ended", "value": "true"},
            "It cannot stand with what is stated: Nothing more is owed",
        ),
        ("state", {"fact": "knew", "value": "unknown"}, "It takes back what was never said."),
    ],
)
def test_what_cannot_be_is_refused(ada: User, matter: Matter, word: str, values: dict[str, Any], reason: str) -> None:
    say(ada, "state", matter, fact="attack-imminent", value="true")
    with pytest.raises(UserError, match=reason):
        say(ada, word, matter, **values)


def test_a_page_shows_what_came_from_a_house_with_other_packs(ada: User, matter: Matter) -> None:
    # Through the register itself, as an older or newer version of this node may have said it.
    for fact, value in (("later-fact", "true"), ("wrong-ended", "true"), ("attack-imminent", "true")):
        state = state_of(matter)
        body = {"fact": fact, "value": value}
        record = issue(
            Outgoing("assessment.state", body, (), matter.id, (state["last"],), Marking.AMBER, "ROUTINE", False)
        )
        assert record.effective
    page = shown(client_of(ada), f"/dossiers/{matter.id}/")
    assert "later-fact" in page
    assert "The facts cannot stand together:" in page
    assert "cannot stand together" in standing_of(matter)
    assert client_of(ada).get(f"/assessment/{matter.id}/assessment.pdf").status_code == 200


def test_it_stands_in_the_dossier_that_it_is_about_and_leaves_to_nobody(ada: User, lazuria: Peer) -> None:
    incident = open_incident(ada, title="Night on the grid")
    record = say(ada, "open", title="Law", about=incident.matter_id)
    assert record.audience == []
    assert "Law" in shown(client_of(ada), f"/dossiers/{incident.matter_id}/")


def test_who_may_only_read_has_no_buttons(person: Person, matter: Matter) -> None:
    reader = person("rita", "auditor")
    page = shown(client_of(reader), f"/dossiers/{matter.id}/")
    assert "Which norms does it engage?" in page
    assert "It is so</button>" not in page
    with pytest.raises(AccessError):
        say(reader, "state", matter, fact="organ", value="true")


def test_after_the_close_it_is_read_only(ada: User, matter: Matter) -> None:
    say(ada, "close", matter)
    page = shown(client_of(ada), f"/dossiers/{matter.id}/")
    assert "The assessment is done." in page
    assert "It is so</button>" not in page


def test_it_prints(ada: User, matter: Matter) -> None:
    say(ada, "state", matter, fact="organ", value="true", evidence="Seen in the logs.")
    say(ada, "state", matter, fact="private-capacity", value="false")
    answer = client_of(ada).get(f"/assessment/{matter.id}/assessment.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    sheet = assessment_paper(state_of(matter), "TLP:AMBER", "2026-11-24T08:00:00Z")
    text = "\n".join(piece.text for piece in sheet.paragraphs)  # type: ignore[union-attr]
    assert "The conduct is that of the State." in text
    assert "An organ of the State did it. – Seen in the logs. – Ada Byron" in text
    assert "What is unknown, and would settle most" in text
    assert shown(client_of(ada), f"/dossiers/{matter.id}/print/")


def test_the_api_gives_the_findings(ada: User, matter: Matter) -> None:
    desk = client_of(ada)
    headers = {"authorization": f"Bearer {ApiToken.make(ada, 'test')}"}
    said = desk.post(
        f"/api/v1/assessment/{matter.id}/state",
        json.dumps({"fact": "organ", "value": "true"}),
        content_type="application/json",
        headers=headers,
    )
    assert said.status_code == 200, said.content
    told = desk.get(f"/api/v1/assessment/{matter.id}/findings", headers=headers).json()
    assert told["title"] == "The night on the grid"
    assert told["facts"]["organ"] is True
    assert {item["id"] for item in told["norms"]} >= {"un-11/a", "un-11/k"}
