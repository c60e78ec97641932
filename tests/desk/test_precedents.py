"""Precedents at a node: the import, the page, the API, the command; and with the real tables where they are at hand."""

import gzip
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from tests.knowledge.eurepoc import made_up, table
from tests.node.conftest import Person
from tests.shared import SHARED
from verbale.cli.app import app
from verbale.desk import second_factor
from verbale.desk.precedents.told import look
from verbale.knowledge.precedents import Asked
from verbale.matters.incident import operations
from verbale.node import precedents
from verbale.node.errors import UserError
from verbale.node.home import Home
from verbale.node.models import ApiToken, AuditEntry, Matter, User

pytestmark = pytest.mark.django_db
REAL = SHARED / "eurepoc"


@pytest.fixture
def home(own_home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("VERBALE_HOME", str(own_home.path))
    return own_home


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    folder.mkdir()
    for place, (name, data) in enumerate(made_up().items()):
        if place % 2:
            (folder / f"{name}.csv").write_bytes(data)
        else:
            (folder / f"{name}.csv.gz").write_bytes(gzip.compress(data))
    (folder / "SOURCE.md").write_text("where from", encoding="utf-8")
    return folder


@pytest.fixture
def imported(home: Home, tables: Path) -> Home:
    precedents.import_tables([tables], "operator")
    return home


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk")


@pytest.fixture
def desk(ada: User) -> Client:
    return browser(ada)


def browser(user: User) -> Client:
    second_factor.enrol(user, "JBSWY3DPEHPK3PXP")
    client = Client()
    client.force_login(user)
    return client


def shown(client: Client, query: str = "") -> str:
    answer = client.get(reverse("precedents") + query)
    assert answer.status_code == 200, answer.content[:500]
    text = re.sub(r"\s+", " ", answer.content.decode())
    assert "style=" not in text
    assert "<style" not in text
    return text


def run(*line: str) -> Any:
    return CliRunner().invoke(app, ["precedents", *line])


# -- import -----------------------------------------------------------------------------------------------------------


def test_one_command_imports_a_folder_and_tells_what_it_read(home: Home, tables: Path) -> None:
    ran = run("import", str(tables))
    assert ran.exit_code == 0, ran.output
    assert "attributions: 3 rows of 2 incidents, 0 refused (attributions.csv.gz" in ran.stdout
    assert "4 cases are held." in ran.stdout
    assert "Not given: response_details." in ran.stdout
    assert [item.id for item in precedents.collection().cases] == ["1", "2", "3", "40"]
    entry = AuditEntry.objects.get(verb="imported precedents")
    assert entry.who == "operator (command line)"


def test_importing_again_changes_no_byte_and_other_tables_take_its_place(home: Home, tables: Path) -> None:
    precedents.import_tables([tables], "x")
    before = home.precedents.read_bytes()
    precedents.import_tables([tables], "x")
    assert home.precedents.read_bytes() == before
    precedents.import_tables([tables / "critical_infrastructure.csv"], "x")
    assert [item.id for item in precedents.collection().cases] == ["1", "40"]
    assert not [file for file in home.path.iterdir() if file.name.startswith(".precedents")]


def test_bad_rows_are_named_and_counted(home: Home, tables: Path) -> None:
    rows = [{"ID": "1", "incident_type": "Disruption", "weighted_cyber_intensity": "99"}] * 25
    (tables / "incident_types.csv").unlink(missing_ok=True)
    (tables / "incident_types.csv.gz").write_bytes(gzip.compress(table("incident_types", rows)))
    ran = run("import", str(tables))
    assert ran.exit_code == 0
    assert "incident_types: 25 rows of 0 incidents, 25 refused" in ran.stdout
    assert "Not taken in: incident_types.csv.gz, line 2: weighted_cyber_intensity is no whole number" in ran.stdout
    assert "25 rows were not taken in; --json names them all." in ran.stdout
    told = json.loads(run("import", str(tables), "--json").stdout)
    assert [row["line"] for row in told["refused"]] == list(range(2, 27))


def test_what_cannot_be_imported_leaves_what_was_held(imported: Home, tmp_path: Path) -> None:
    before = imported.precedents.read_bytes()
    odd = tmp_path / "odd"
    odd.mkdir()
    with pytest.raises(UserError, match=r"There is no \.csv"):
        precedents.import_tables([odd], "x")
    (odd / "a.csv").write_text("colour\nred\n")
    with pytest.raises(UserError, match="is none of EuRepoC's tables"):
        precedents.import_tables([odd], "x")
    (odd / "a.csv").write_bytes(table("critical_infrastructure", [{"id": "x"}]))
    with pytest.raises(UserError, match="No row of these tables"):
        precedents.import_tables([odd], "x")
    (odd / "a.csv").unlink()
    (odd / "a.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(UserError, match=r"a\.csv\.gz cannot be read"):
        precedents.import_tables([odd], "x")
    (odd / "a.csv.gz").write_bytes(gzip.compress(made_up()["attributions"])[:-9])
    with pytest.raises(UserError, match=r"a\.csv\.gz cannot be read"):
        precedents.import_tables([odd], "x")
    assert imported.precedents.read_bytes() == before


def test_a_file_that_unpacks_without_end_is_refused(
    imported: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precedents, "MAX_BYTES", 1 << 20)
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(b"x" * (2 << 20)))
    with pytest.raises(UserError, match=r"bomb\.csv\.gz has more than"):
        precedents.import_tables([tmp_path / "bomb.csv.gz"], "x")


def test_a_collection_of_another_version_says_what_to_do(imported: Home) -> None:
    imported.precedents.write_text("{}")
    with pytest.raises(UserError, match="import the tables again"):
        precedents.collection()


# -- page -------------------------------------------------------------------------------------------------------------


def test_without_an_import_the_page_says_what_would_stand_there(home: Home, desk: Client) -> None:
    text = shown(desk)
    assert "verbale precedents import" in text
    assert 'href="/precedents/"' in text


def test_the_page_shows_like_cases_reasons_figures_and_pictures(imported: Home, desk: Client) -> None:
    text = shown(desk, "?types=Ransomware&sectors=Finance&receivers=Utopia&look=1")
    assert "1 case is like this." in text
    assert "A political response is known to 1, a legal one to 0" in text
    assert "Type of incident: Ransomware in both; besides Disruption." in text
    assert "Receiver: Utopia in both." in text
    assert "30 days" in text
    assert 'type="search" value=""' in text
    assert text.count("<svg") >= 3
    assert "As a table" in text
    assert "Unknown" not in text


def test_all_cases_stand_there_without_a_question(imported: Home, desk: Client) -> None:
    text = shown(desk)
    assert "4 cases are held." in text
    assert "Of 1 the tables do not say." in text
    assert ">40</a>" in text


def test_nothing_alike_is_said(imported: Home, desk: Client) -> None:
    assert "No case is that much alike." in shown(desk, "?types=Ransomware&year=2200&least=1&look=1")


@pytest.mark.parametrize("query", ["?intensity=99", "?year=x", "?types=nonsense", "?least=7", "?page=999"])
def test_odd_questions_break_nothing(imported: Home, desk: Client, query: str) -> None:
    assert "<h1>" in shown(desk, query)


def test_figures_in_pictures_are_written_the_same_in_every_language(imported: Home, desk: Client) -> None:
    answer = desk.get(reverse("precedents"), headers={"accept-language": "fr"}).content.decode()
    values = re.findall(r'(?: x| x1| x2| fill-opacity|translate)(?:="|\()([^")]*)', answer)
    assert len(values) > 50
    for value in values:
        assert re.fullmatch(r"[-0-9. ]+", value), value


def test_one_case_has_a_page(imported: Home, desk: Client) -> None:
    text = desk.get(reverse("precedent", args=[1])).content.decode()
    assert "Grey Cats" in text
    assert "There was a political response." in text
    assert "2020-04-09" in text
    undated = desk.get(reverse("precedent", args=[40])).content.decode()
    assert "The tables do not say whether there was a response." in undated
    assert desk.get(reverse("precedent", args=[999])).status_code == 404


def test_who_may_not_read_sees_nothing(imported: Home, person: Person) -> None:
    operator = browser(person("olaf", "operator"))
    assert operator.get(reverse("precedents")).status_code == 403
    assert operator.get(reverse("precedent", args=[1])).status_code == 403


# -- from a dossier ---------------------------------------------------------------------------------------------------


@pytest.fixture
def matter(ada: User) -> Matter:
    record = operations.open_incident(ada, title="Night in the banks", sectors=["Financial services"])
    return Matter.objects.get(pk=record.matter_id)


def test_a_dossier_fills_the_question_with_its_sectors_and_our_intensity(
    imported: Home, desk: Client, ada: User, matter: Matter
) -> None:
    operations.assess(matter, ada, scale="eurepoc-intensity", level="4", reasons="x")
    text = shown(desk, f"?dossier={matter.id}")
    assert "Cases like this one" in text
    assert "Night in the banks" in text
    assert re.search(r'name="sectors" value="Finance"[^>]*checked', text)
    assert re.search(r'name="intensity" value="4"', text)
    assert "Intensity: 4 in both." in text
    # What the person then asks for counts, and not the dossier.
    asked = shown(desk, f"?dossier={matter.id}&types=Ransomware&look=1")
    assert not re.search(r'name="sectors" value="Finance"[^>]*checked', asked)


def test_a_dossier_that_says_nothing_says_so(imported: Home, desk: Client, ada: User) -> None:
    record = operations.open_incident(ada, title="Something")
    assert "name no sector and no technique" in shown(desk, f"?dossier={record.matter_id}")


def test_a_dossier_that_is_closed_to_somebody_tells_them_nothing(
    imported: Home, person: Person, matter: Matter
) -> None:
    Matter.objects.filter(pk=matter.pk).update(restricted=True)
    other = person("bo", "desk")
    answer = browser(other).get(reverse("precedents") + f"?dossier={matter.id}")
    assert answer.status_code == 403
    assert b"Night in the banks" not in answer.content
    assert api(other, f"/like?dossier={matter.id}")[0] == 403


# -- API and command --------------------------------------------------------------------------------------------------


def api(user: User, address: str) -> tuple[int, Any]:
    secret = ApiToken.make(user, "test")
    answer = Client().get(f"/api/v1/precedents{address}", headers={"authorization": f"Bearer {secret}"})
    return answer.status_code, answer.json()


def test_the_api_tells_like_cases_and_figures(imported: Home, ada: User) -> None:
    status, told = api(ada, "/like?types=Ransomware&sectors=Finance&least=0.3")
    assert status == 200
    assert told["found"] == 1
    (only,) = told["cases"]
    assert (only["id"], only["likeness"]) == ("1", round((4 * 0.5 + 3) / 7, 4))
    assert only["because"] == ["Type of incident: Ransomware in both; besides Disruption.", "Sector: Finance in both."]
    assert only["days"] == {"political": 30, "industry": 10}
    assert told["answers"]["political"] == 1
    assert {row["of"]: row["median"] for row in told["days"]}["public"] == 20


def test_the_api_tells_what_is_held_and_one_case(imported: Home, ada: User) -> None:
    status, told = api(ada, "")
    assert (status, told["cases"], told["refused_rows"], len(told["tables"])) == (200, 4, 0, 6)
    assert api(ada, "/2")[1]["receivers"] == ["Erewhon"]
    assert api(ada, "/999")[0] == 404
    assert api(ada, "/like?intensity=99")[0] == 422


def test_the_api_without_an_import(home: Home, ada: User) -> None:
    assert api(ada, "/like")[0] == 404


def test_the_command_finds_like_cases(imported: Home) -> None:
    ran = run("like", "--type", "Ransomware", "--sector", "financial-services", "--least", "0.3")
    assert ran.exit_code == 0, ran.output
    assert "71%  EuRepoC 1, 2020-03-10: Disruption, Ransomware, against Utopia" in ran.stdout
    assert "Sector: Finance in both." in ran.stdout
    assert "1 cases: 1 with a political response" in ran.stdout
    told = json.loads(run("like", "--type", "Ransomware", "--json").stdout)
    assert [item["id"] for item in told["cases"]] == ["1"]


def test_the_command_refuses_words_that_no_case_has(imported: Home) -> None:
    assert "no case has Sorcery among its types" in run("like", "--type", "Sorcery").stderr
    refused = run("like", "--sector", "sorcery")
    assert refused.exit_code == 1
    assert "no sector of the tables answers to sorcery; there are: Chemicals" in refused.stderr


def test_the_command_without_an_import(home: Home) -> None:
    ran = run("like", "--type", "Ransomware")
    assert (ran.exit_code, "verbale precedents import" in ran.stderr) == (1, True)


# -- the real tables --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not REAL.is_dir(), reason=f"EuRepoC's tables are not in {REAL}")
def test_the_real_tables_are_read_whole_and_searched_in_under_200_ms(home: Home, desk: Client) -> None:
    began = time.perf_counter()
    held = precedents.import_tables([REAL], "x", lambda read, took: print(f"{read.name}: {read.rows:,} ({took:.2f} s)"))
    print(f"{len(held.cases):,} cases in {time.perf_counter() - began:.1f} s; {len(held.refused)} rows refused")
    assert {item.name: (item.rows, item.incidents) for item in held.tables} == {
        "attributions": (5_858, 2_276),
        "responses": (6_395, 2_465),
        "initiators": (7_394, 2_465),
        "conflict_issues": (6_322, 2_465),
        "critical_infrastructure": (10_918, 1_053),
        "incident_types": (6_395, 2_465),
    }
    assert (len(held.cases), len(held.refused)) == (2_706, 0)
    assert (sum(bool(case.political) for case in held.cases), sum(bool(case.legal) for case in held.cases)) == (142, 78)
    asked = Asked(types=("Ransomware",), sectors=("Finance",), receivers=("Germany",), intensity=4, year=2022)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        outcome = look(precedents.collection(), asked, 0.3)
        took.append(time.perf_counter() - began)
    began = time.perf_counter()
    shown(desk, "?types=Ransomware&sectors=Finance&intensity=4&look=1")
    print(f"search {min(took) * 1000:.0f} ms, {len(outcome.found)} found; page {time.perf_counter() - began:.2f} s")
    assert outcome.found
    assert min(took) < 0.2
