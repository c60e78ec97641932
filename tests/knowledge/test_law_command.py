"""`verbale assess`: works on a file alone, without a node."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from verbale.cli.app import app

FACTS = "title: The case\nfacts: {organ: true, private-capacity: false, cross-border: true}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "FACTS.yaml"
    path.write_text(FACTS, encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["assess", *arguments], env={"COLUMNS": "200", "VERBALE_HOME": "/nowhere"})


def test_it_tells_status_reasons_sources_and_what_would_settle(file: Path) -> None:
    told = run(str(file))
    assert told.exit_code == 0, told.output
    assert "The case" in told.output
    assert "engaged  Attribution to the State (attribution)" in told.output
    assert "+ The conduct of an organ of the State, acting as such, is the State's." in told.output
    assert "Articles on State responsibility, Art. 4" in told.output
    assert "depends  Sovereignty (sovereignty)" in told.output
    assert "engaged if: " in told.output
    assert "one view: Sovereignty is a rule of its own" in told.output
    assert "What would settle most" in told.output
    assert "a lawyer decides" in told.output


def test_json_is_for_machines(file: Path) -> None:
    told = json.loads(run(str(file), "--json").output)
    statuses = {item["id"]: item["status"] for item in told["rules"]}
    assert statuses["attribution"] == "engaged"
    assert statuses["sovereignty"] == "depends"
    assert {item["id"] for item in told["norms"]} == {f"un-11/{letter}" for letter in "abcdefghijk"}
    assert "countermeasures" in {item["id"] for item in told["options"]}


def test_a_bad_file_is_refused_with_line_and_reason(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("facts:\n  orgam: true\n", encoding="utf-8")
    told = run(str(bad))
    assert told.exit_code == 1
    assert "bad.yaml: line 2: facts: there is no 'orgam'; did you mean organ?" in told.output


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(b"\xff\xfe\x00")
    assert run(str(bad)).exit_code == 1


def test_what_others_concluded_is_held_against_it(file: Path) -> None:
    file.write_text(FACTS + "expect: {attribution: not engaged}\n", encoding="utf-8")
    told = run(str(file))
    assert told.exit_code == 1
    assert "attribution: expected not engaged, found engaged" in told.output
    file.write_text(
        FACTS + "expect: {attribution: not engaged}\ndiffers: {attribution: They doubt it.}\n", encoding="utf-8"
    )
    told = run(str(file))
    assert told.exit_code == 0
    assert "Others conclude otherwise: They doubt it." in told.output


def test_the_guide_and_the_program_need_no_file() -> None:
    assert run("--guide").output.startswith("# Facts of a case")
    assert 'h("attribution") :- h("organ"), not h("private-capacity").' in run("--program").output
    assert run().exit_code == 2
