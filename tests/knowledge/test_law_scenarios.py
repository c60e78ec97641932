"""Scenarios of the Cyber Law Toolkit, encoded by hand: the engine concludes as what was read of their analysis does."""

from pathlib import Path

import pytest

from verbale.knowledge.law import Case, assess, read_case, the_law

FOLDER = Path(__file__).parent / "scenarios"
PAGE = Path(__file__).parents[2] / "docs" / "law-scenarios.md"
FILES = sorted(FOLDER.glob("*.yaml"))


def case_of(file: Path) -> Case:
    return read_case(file.read_text(encoding="utf-8"), the_law(), file.name)


def test_there_are_ten_scenarios_and_more() -> None:
    assert {"S01", "S02", "S03", "S05", "S06", "S07", "S08", "S09", "S11", "S12", "S14", "S15", "S21"} <= {
        file.stem.partition("-")[0] for file in FILES
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_engine_concludes_as_the_analysis_does(file: Path) -> None:
    case = case_of(file)
    found = assess(case, the_law(), settle=False)
    agreed = {name: status for name, status in case.expect.items() if name not in case.differs}
    assert {name: found[name].status for name in agreed} == agreed


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_file_has_its_source_and_states_what_it_expects(file: Path) -> None:
    case = case_of(file)
    assert f"Scenario {file.stem[1:3]}" in case.source
    assert len(case.expect) >= 4
    assert file.stem in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_page_says_read_where_the_file_does(file: Path) -> None:
    source = case_of(file).source
    table = PAGE.read_text(encoding="utf-8").partition("Read, and outside the law pack:")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table if line.startswith("| S")]
    ((_, _, how, compared),) = [row for row in rows if file.stem in row[0].split(", ")]
    read = "Analysis read" in source
    assert read != ("Of the analysis nothing was found" in source)
    assert how.startswith("analysis" if read else "facts")
    assert (compared == "none") != read
    assert "https://" in source


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_difference_is_one_and_is_explained(file: Path) -> None:
    case = case_of(file)
    found = assess(case, the_law(), settle=False)
    page = PAGE.read_text(encoding="utf-8")
    for name in case.differs:
        assert found[name].status != case.expect[name]
        assert f"{file.stem}, `{name}`" in page
