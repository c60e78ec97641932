"""`verbale say` and `verbale deeds`: every deed of every kind made with the kit, from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.cli.app import app
from verbale.matters.kit.kinds import made
from verbale.matters.kit.spec import WIDGETS
from verbale.node.models import ActRecord, Draft, Matter, User
from verbale.node.registry import act_type, all_kinds

pytestmark = pytest.mark.django_db
KINDS = [found for kind in all_kinds() if (found := made(kind.name)) is not None]
DEEDS = [deed for kind in KINDS for deed in kind.deeds]


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", "analyst")


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
def test_every_deed_is_a_type_with_body_label_and_fields_of_that_body(deed: Any) -> None:
    known = act_type(deed.name)
    assert known is not None
    assert known.body is deed.body
    assert str(deed.label)
    assert str(deed.do)
    assert deed.clearance or deed.right in ("acknowledge", "draft")
    for field in deed.fields:
        assert field.widget in WIDGETS
        assert str(field.label)
    if deed.names:
        assert deed.names in deed.body.__struct_fields__
        assert deed.field(deed.names) is not None
    assert "about" in deed.body.__struct_fields__


def test_deeds_are_listed_with_their_fields() -> None:
    told = json.loads(run("deeds", "--json"))
    assert {row["type"] for row in told} == {deed.name for deed in DEEDS}
    assert "hotline.message" in run("deeds", "hotline")
    assert "The message that it answers" in run("deeds", "hotline.message")
    assert "names no kind" in run("deeds", "nonsense", code=1)


def test_a_matter_is_opened_by_a_draft(lazuria: Peer, ada: User) -> None:
    said = run(
        "say", "hotline.open", "-", "name=The line", "languages=en", "desk=Duty officer",
        "--as", "ada", "--to", "lz", "--precedence", "immediate", "--submit",
    )  # fmt: skip
    draft = Draft.objects.get()
    assert str(draft.pk)[:8] in said
    assert (draft.status, draft.audience, draft.precedence) == ("submitted", ["LZ"], "IMMEDIATE")
    assert draft.body["languages"] == ["en"]


def test_what_needs_no_clearance_is_said_at_once_and_texts_come_from_files(ada: User, tmp_path: Path) -> None:
    text = tmp_path / "position.txt"
    text.write_text("We seek notice.\n", encoding="utf-8")
    told = json.loads(run("say", "interests.position", "-", "topic=Notice", f"text=@{text}", "--as", "ada", "--json"))
    assert (told["effective"], told["body"]["text"]) == (True, "We seek notice.")
    matter = Matter.objects.get()
    run(
        "say", "interests.red-line", matter.id[:8], "text=Never", "words=never ever", "words=by no means", "--as", "ada"
    )
    assert ActRecord.objects.get(type="interests.red-line").act.body["words"] == ["never ever", "by no means"]


def test_rows_and_numbers_are_typed(lazuria: Peer, ada: User) -> None:
    run(
        "say", "capacity.need", "-", "title=Training", "topic=knowledge", "text=Handlers", "people=12",
        "deadline=2027-03-01", "--as", "ada", "--to", "LZ",
    )  # fmt: skip
    assert Draft.objects.get().body["people"] == 12
    run(
        "say", "plan.lay", "-", "title=Plan", "items=hotline | Open a line | LZ | 2027-01-01",
        "items=other | Something else | CR | 2027-02-01", "--as", "ada", "--to", "LZ",
    )  # fmt: skip
    items = Draft.objects.get(type="plan.lay").body["items"]
    assert [(item["what"], item["owner"]) for item in items] == [("hotline", "LZ"), ("other", "CR")]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("hotline.open", "-", "colour=red"), "is no field of hotline.open"),
        (("hotline.open", "-", "name"), "is no field of hotline.open"),
        (("hotline.open", "abc", "name=x"), "opens a matter"),
        (("hotline.message", "-", "text=x"), "belongs in a matter"),
        (("hotline.message", "abc", "text=x"), "names no matter"),
        (("nonsense.do", "-"), "there is no act nonsense.do"),
        (("capacity.need", "-", "people=many"), "is no whole number"),
        (("capacity.need", "-", "people=1", "people=2"), "is given twice"),
        (("collection.contribute", "abc", "attachments=/nowhere"), "there is no file"),
        (("interests.position", "-", "topic=x"), "is missing"),
        (("hotline.open", "-", "name=x", "languages=en", "desk=y"), "Choose confirmed partners"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    ada: User, arguments: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run("say", *arguments, "--as", "ada", code=1)
    assert reason in said + capsys.readouterr().err
    assert not ActRecord.objects.exists()
    assert not Draft.objects.exists()
