"""The command `verbale intel`: bundles in and out, shelves, accounts."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from tests.holdings.conftest import MEDIA
from tests.holdings.things import AMBER, GREEN, RED, indicator, key
from verbale.cli.app import app
from verbale.demo import nodes
from verbale.holdings.models import Account, Entry, Shelf
from verbale.node.models import AuditEntry

pytestmark = pytest.mark.django_db
REPORTS = Path(nodes.__file__).parent / "reports"


def run(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["intel", *map(str, words)])
    assert done.exit_code == code, done.output + repr(done.exception)
    return done.output


def bundle(path: Path, *things: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"type": "bundle", "id": key(1, "bundle"), "objects": list(things)}, indent=2))
    return path


def exported(path: Path) -> list[str]:
    return [thing["id"] for thing in json.loads(path.read_bytes()).get("objects", [])]


def test_a_bundle_goes_in_and_comes_out_as_its_reader_may_see_it(shelf: Shelf, tmp_path: Path) -> None:
    file = bundle(
        tmp_path / "a.json", indicator(1), indicator(2, marking=RED), indicator(3, marking=""), indicator(1, 3)
    )
    told = json.loads(run("import", file, "--shelf", "high-value", "--marking", "TLP:GREEN", "--json"))
    noticed = told.pop("first_benign")
    assert told == {"accepted": 4, "same": 0, "refused": 0, "first_refused": [], "not_taken": [], "benign": 4}
    assert {(item["stix_id"], item["value"]) for item in noticed} == {(key(n), f"192.0.2.{n}") for n in (1, 2, 3)}
    assert "0 new, 4 held already" in run("import", file, "--shelf", shelf.pk, "--marking", "GREEN")
    ours, theirs, every = tmp_path / "ours.json", tmp_path / "theirs.json", tmp_path / "every.json"
    run("export", ours, "--shelf", "High value")
    run("export", theirs, "--shelf", "High value", "--for", "LZ")
    run("export", every, "--shelf", "High value", "--all-versions")
    assert exported(ours) == [key(2), key(3), key(1)]
    assert exported(theirs) == [key(3), key(1)]
    assert exported(every) == [key(1), key(2), key(3), key(1)]
    assert "there already" in run("export", ours, "--shelf", "High value", code=1)
    run("export", ours, "--shelf", "High value", "--force")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "every.json", "ours.json", "theirs.json"]
    verbs = list(AuditEntry.objects.values_list("verb", flat=True))
    assert verbs.count("exported intelligence") == 4
    assert verbs.count("imported intelligence") == 2


def test_a_misp_event_goes_in_as_the_objects_that_it_makes(shelf: Shelf, tmp_path: Path) -> None:
    told = json.loads(run("import", REPORTS / "cerber-ransomware.json", "--shelf", "high-value", "--json"))
    assert told["accepted"] > 5
    assert Entry.objects.filter(type="report").count() == 1
    odd = tmp_path / "odd.json"
    odd.write_text('{"a": 1}')
    assert "no STIX bundle" in run("import", odd, "--shelf", "high-value", code=1)


def test_what_is_refused_is_named_with_place_and_reason(shelf: Shelf, tmp_path: Path) -> None:
    things = [indicator(number) if number % 2 else {**indicator(number), "pattern": ""} for number in range(60)]
    reasons = tmp_path / "refused.jsonl"
    said = run("import", bundle(tmp_path / "a.json", *things), "--shelf", shelf.pk, "--refused", reasons, code=1)
    assert "30 new, 0 held already, 30 refused" in said
    assert "and 10 more" in said
    lines = [json.loads(line) for line in reasons.read_text().splitlines()]
    assert [line["place"] for line in lines] == list(range(0, 60, 2))
    assert all("pattern" in line["why"] for line in lines)


def test_a_file_cut_off_keeps_what_stood_before_and_fails(shelf: Shelf, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    whole = bundle(tmp_path / "b.json", *(indicator(number) for number in range(5_050))).read_bytes()
    file.write_bytes(whole[:-200])
    assert "the file ends" in run("import", file, "--shelf", shelf.pk, code=1)
    assert Entry.objects.count() == 5_000  # the parts that were whole; importing again adds the rest
    run("import", tmp_path / "b.json", "--shelf", shelf.pk)
    assert Entry.objects.count() == 5_050


def test_named_nodes_see_what_is_marked_above(shelf: Shelf, tmp_path: Path) -> None:
    file = bundle(
        tmp_path / "a.json", indicator(1, marking=AMBER), indicator(2, marking=RED), indicator(3, marking=GREEN)
    )
    run("import", file, "--shelf", shelf.pk, "--named", "LZ")
    for node, number in (("LZ", 3), ("VD", 1)):
        out = tmp_path / f"{node}.json"
        run("export", out, "--shelf", shelf.pk, "--for", node)
        assert len(exported(out)) == number
    assert "no confirmed partner" in run("export", tmp_path / "x.json", "--shelf", shelf.pk, "--for", "XX", code=1)
    assert not (tmp_path / "x.json").exists()


def test_shelves_are_made_and_listed(partners: None) -> None:
    made = json.loads(run("shelf", "add", "Ransomware", "--alias", "ransom", "--ceiling", "AMBER", "--json"))
    (told,) = json.loads(run("shelves", "--json"))
    assert (told["id"], told["alias"], told["ceiling"], told["entries"]) == (made["id"], "ransom", "TLP:AMBER", 0)
    assert "Ransomware" in run("shelves")
    for words in (
        ("Other", "--alias", "ransom"),
        ("Other", "--alias", "No Good"),
        ("",),
        ("Other", "--ceiling", "BLUE"),
    ):
        run("shelf", "add", *words, code=1)
    assert Shelf.objects.count() == 1


def test_an_account_is_made_given_rights_and_closed(shelf: Shelf) -> None:
    other = Shelf.objects.create(title="Other")
    token = run("account", "add", "opencti", "--node", "LZ", "--read", "high-value", "--write", "Other").strip()

    def ask(path: str = "") -> Any:
        return Client().get(
            f"/taxii2/cr/collections/{path}", headers={"accept": MEDIA, "authorization": f"Bearer {token}"}
        )

    found = {one["id"]: (one["can_read"], one["can_write"]) for one in ask().json()["collections"]}
    assert found == {shelf.pk: (True, False), other.pk: (True, True)}
    run("account", "grant", "opencti", "--shelf", "Other", "--no-read")
    assert ask(f"{other.pk}/").status_code == 404
    (told,) = json.loads(run("account", "list", "--json"))
    assert (told["name"], told["node"], told["active"]) == ("opencti", "LZ", True)
    assert token not in run("account", "list")
    run("account", "close", "opencti")
    assert ask().status_code == 401
    for words in (("opencti", "--node", "LZ"), ("a:b", "--node", "LZ"), ("new", "--node", "XX")):
        run("account", "add", *words, code=1)
    assert Account.objects.count() == 1
