"""Packs as files: a broken one is refused with file, line and reason; one is added, shown and compared by commands."""

import json
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.own_packs import packs_in, put
from verbale.cli.app import app
from verbale.knowledge import (
    PackError,
    all_norms,
    check_packs,
    check_values,
    find_pack,
    form_of,
    instrument_of,
    norm_of,
    outline,
    relations,
    render,
    search_norms,
    taxonomy_of,
)
from verbale.knowledge.check import KINDS

NORM = """\
id: our-norms
version: 1
name: Norms of the Southern Union
short: Southern norm
about: Agreed by three states that do not exist.
adopted: 2026-05-01
sources:
  - title: Southern Union, Declaration of Vale
    reference: SU/2026/4, para. 2
norms:
  - id: hospitals
    title: Hospitals are spared
    about: No operation touches a hospital.
    reference: SU/2026/4, para. 2 (a)
    kin: [un-11/f]
"""
INSTRUMENT = """\
id: southern-compact
version: 1
name: Southern Compact on Assistance
short: Southern Compact
type: convention
about: Three states help each other.
concluded: 2025-01-10
sources: [{title: Southern Compact, reference: Article 3}]
entry: {consents: 2, delay: {days: 30}, later: {days: 30}, reference: Article 9}
articles:
  - {number: "3", kind: assistance, obliges: To help within a day.}
status:
  as_of: 2026-01-01
  complete: true
  coverage: All three.
  parties:
    - {state: CHL, consent: 2025-02-01}
    - {state: PER, consent: 2025-03-01}
    - {state: BOL, signed: 2025-01-10}
"""
FORM = """\
id: condolence
version: 1
name: Letter of condolence
sources: [{title: Our protocol department}]
style: note
about: Says that one is sorry.
fields: [{key: loss, label: What was lost}]
paragraphs: {en: [{text: "express their sympathy for {loss}."}]}
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with packs_in(tmp_path / "own", monkeypatch) as folder:
        yield folder


def command(*arguments: object, code: int = 0) -> str:
    answer = CliRunner().invoke(app, ["packs", *map(str, arguments)])
    assert answer.exit_code == code, answer.output
    return answer.output


class TestByAPackAlone:
    def test_a_new_norm(self, own: Path) -> None:
        assert norm_of("our-norms/hospitals") is None
        put(own, "norms", "ours", NORM)
        found = norm_of("our-norms/hospitals")
        assert found is not None
        assert found.called == "Southern norm (hospitals)"
        assert found.sources[0].reference == "SU/2026/4, para. 2"
        assert [item.name for item in search_norms("HOSPITAL spared")] == ["our-norms/hospitals"]

    def test_a_new_instrument(self, own: Path) -> None:
        put(own, "instruments", "ours", INSTRUMENT)
        assert instrument_of("southern-compact") is not None

        def stand(day: date, *states: str) -> str:
            return next(r.stand for r in relations(states, day) if r.instrument.id == "southern-compact")

        # The second consent, of 1 March, and thirty days.
        assert stand(date(2025, 3, 30), "CHL", "PER") == "signed"
        assert stand(date(2025, 3, 31), "CHL", "PER") == "binds"
        assert stand(date(2025, 3, 31), "CHL", "BOL") == "signed"
        assert stand(date(2025, 3, 31), "CHL", "ARG") == "apart"
        assert stand(date(2026, 1, 2), "CHL", "ARG") == "not known"

    def test_a_new_form(self, own: Path) -> None:
        put(own, "forms", "ours", FORM)
        form = form_of("condolence")
        assert form is not None
        assert check_values(form, {"loss": "the archive"}) == {}
        said = render(form, {"loss": "the archive"}, language="en", state="A", partner="B")
        assert said == ["express their sympathy for the archive."]

    def test_a_new_party_of_a_shipped_instrument(self, own: Path) -> None:
        put(
            own,
            "parties",
            "tonga",
            "id: tonga\nversion: 1\nname: Tonga joins\nsources: [{title: Depositary notification}]\n"
            "instrument: ets-185\nas_of: 2026-11-01\ncoverage: Tonga.\n"
            "parties:\n  - {state: TON, consent: 2026-10-20, by: accession}\n",
        )
        check_packs()
        found = {r.instrument.id: r for r in relations(["TON", "FRA"], date(2027, 1, 31))}
        assert found["ets-185"].stand == "signed"
        assert {r.instrument.id: r for r in relations(["TON", "FRA"], date(2027, 2, 1))}["ets-185"].stand == "binds"


BROKEN = [
    ("norms", NORM, "version: 1\n", "version: 0\n", 2, "version"),
    ("norms", NORM, "adopted: 2026-05-01", "adopted: last May", 6, "adopted"),
    ("norms", NORM, "    about: No operation touches a hospital.\n", "", 11, "missing required field `about`"),
    ("norms", NORM, "    kin:", "    kine:", 15, "unknown field `kine`"),
    ("norms", NORM, "    title: Hospitals are spared", "    title: One\n    id: clinics", 13, "id stands twice"),
    ("norms", NORM, "[un-11/f]", "[un-11/z]", 15, "un-11/z as kin, and there is no such norm"),
    ("norms", NORM, "  - id: hospitals\n", "  - id: hospitals\n    title: 'x\n", 12, "is not YAML"),
    ("norms", NORM, "sources:\n", "sources: []\nother:\n", 7, "sources"),
    ("instruments", INSTRUMENT, "kind: assistance", "kind: friendship", 11, "friendship"),
    ("instruments", INSTRUMENT, 'number: "3"', 'number: "three"', 11, "number"),
    ("instruments", INSTRUMENT, "state: BOL", "state: CHL", 19, "the state stands twice"),
    ("instruments", INSTRUMENT, "state: BOL", "state: bol", 19, "state"),
    ("instruments", INSTRUMENT, "state: BOL", "state: XQQ", 19, "no pack of kind countries has the code XQQ"),
    ("instruments", INSTRUMENT, "consent: 2025-03-01", "consent: 2025-03-01, in_force: 2025-04-02", 18,
     "by Article 9 it would be 2025-03-31"),
    ("instruments", INSTRUMENT, "consent: 2025-03-01", "consent: 2025-03-01, in_force: 2025-03-30", 18,
     "before the instrument itself"),
    ("instruments", INSTRUMENT, "consent: 2025-03-01", "consent: 2025-03-01, signed: 2025-03-02", 18,
     "consent before signature"),
    ("instruments", INSTRUMENT, "concluded: 2025-01-10", "concluded: 2025-01-10\nbinding: false", 8, "not a treaty"),
    ("instruments", INSTRUMENT, "consents: 2", "consents: 2, among: [CHL], among_at_least: 2", 9, "fewer states"),
    ("forms", FORM, "{loss}", "{lost}", 8, "no field for lost"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "old", "new", "line", "reason"), BROKEN)
def test_a_broken_pack_is_refused_with_file_line_and_reason(
    kind: str, text: str, old: str, new: str, line: int, reason: str, own: Path
) -> None:
    assert old in text
    put(own, kind, "ours", text)
    check_packs()
    put(own, kind, "ours", text.replace(old, new, 1))
    with pytest.raises(PackError) as refusal:
        check_packs()
    said = str(refusal.value)
    assert said.startswith(f"ours.yaml: line {line}: "), said
    assert reason in said
    assert said.replace("\n", " ")[:40] in " ".join(command("check", code=1).split())


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("instrument: nothing\nas_of: 2026-01-01\n", 5, "there is no instrument nothing"),
        ("instrument: state-responsibility\nas_of: 2026-01-01\n", 5, "not a treaty"),
        ("instrument: un-cybercrime\nas_of: 2026-01-01\n", 9, "before the instrument itself"),
        ("instrument: ets-185\nas_of: 2026-01-01\n", 9, "Article 36"),
    ],
)
def test_parties_that_do_not_fit_their_instrument(text: str, line: int, reason: str, own: Path) -> None:
    head = "id: more\nversion: 1\nname: More parties\nsources: [{title: Depositary}]\n"
    rows = "coverage: One.\nparties:\n  - {state: TON, consent: 2020-01-15, in_force: 2020-02-01}\n"
    put(own, "parties", "more", head + text + rows)
    with pytest.raises(PackError) as refusal:
        check_packs()
    assert str(refusal.value).startswith(f"more.yaml: line {line}: "), str(refusal.value)
    assert reason in str(refusal.value)


def test_what_is_no_yaml_at_all(own: Path) -> None:
    for text in ("", "[]", "- a\n- b\n", "\x00", "a: &x [*x]", "? [1, 2]\n: 3\n", "[" * 5_000):
        put(own, "norms", "ours", text)
        with pytest.raises(PackError, match=r"^ours\.yaml: "):
            check_packs()
    (own / "norms" / "ours.yaml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(PackError, match="is not YAML"):
        check_packs()


class TestShipped:
    def test_they_are_whole_and_name_their_sources(self) -> None:
        packs = check_packs()
        assert packs.keys() == KINDS.keys()
        for kind in ("norms", "instruments", "taxonomies", "countries"):
            assert packs[kind]
            for pack in packs[kind]:
                assert all(source.title for source in pack.sources)

    def test_every_kind_is_documented(self) -> None:
        text = (Path(__file__).parents[2] / "docs" / "packs.md").read_text(encoding="utf-8")
        assert not [kind for kind in KINDS if f"| `{kind}` |" not in text]

    def test_the_eleven_norms_each_with_paragraph_and_guidance(self) -> None:
        (pack,) = [pack for pack in all_norms() if pack.id == "un-11"]
        assert [norm.id for norm in pack.norms] == list("abcdefghijk")
        for norm in pack.norms:
            assert norm.reference == f"A/70/174, para. 13 ({norm.id})"
            assert all(item.reference.startswith("A/76/135, paras. ") for item in norm.guidance)
            assert norm.guidance

    def test_the_guidance_runs_through_the_report_without_a_gap(self) -> None:
        (pack,) = [pack for pack in all_norms() if pack.id == "un-11"]
        ranges = [
            tuple(map(int, norm.guidance[0].reference.removeprefix("A/76/135, paras. ").split("-")))
            for norm in pack.norms
        ]
        assert ranges[0][0] == 19
        assert ranges[-1][1] == 68
        assert all(after[0] == before[1] + 1 for before, after in pairwise(ranges))

    @pytest.mark.parametrize(
        ("pack", "count"), [("paris-call", 9), ("gcsc", 8), ("asean", 3), ("oas", 6), ("african-position", 9)]
    )
    def test_other_norms(self, pack: str, count: int) -> None:
        assert [len(item.norms) for item in all_norms() if item.id == pack] == [count]

    def test_the_words_of_icd_203_cover_one_to_ninety_nine_without_a_gap(self) -> None:
        taxonomy = taxonomy_of("icd-203")
        assert taxonomy is not None
        group = taxonomy.group("likelihood")
        assert group is not None
        bounds = [(term.low, term.high) for term in group.terms]
        assert bounds == [(1, 5), (5, 20), (20, 45), (45, 55), (55, 80), (80, 95), (95, 99)]

    @pytest.mark.parametrize(
        ("taxonomy", "group", "codes"),
        [
            ("tlp", "label", ["TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"]),
            ("pap", "level", ["PAP:RED", "PAP:AMBER", "PAP:GREEN", "PAP:CLEAR"]),
            ("admiralty", "reliability", list("ABCDEF")),
            ("admiralty", "credibility", list("123456")),
        ],
    )
    def test_taxonomies(self, taxonomy: str, group: str, codes: list[str]) -> None:
        found = taxonomy_of(taxonomy)
        assert found is not None
        terms = found.group(group)
        assert terms is not None
        assert [term.code for term in terms.terms] == codes


class TestCommands:
    def test_show_tells_a_pack_and_its_sources(self) -> None:
        text = command("show", "norms/un-11")
        for said in ("A/70/174, para. 13 (a)-(k)", "No misuse of territory", "A/76/135, paras. 29-30"):
            assert said in text
        assert json.loads(command("show", "ets-185", "--json"))["kind"] == "instruments"
        assert "Complete: no" in command("show", "ets-185")
        assert "Binding: no" in command("show", "state-responsibility")

    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_every_shipped_pack_has_an_outline(self, kind: str) -> None:
        for pack in check_packs()[kind]:
            lines = outline(pack)
            assert lines[0][1].startswith(pack.name)
            assert any(line.startswith("Source: ") for _depth, line in lines)

    def test_what_is_not_there(self) -> None:
        assert "there is no pack norms/nothing" in command("show", "norms/nothing", code=1)
        assert "there is no kind nothing" in command("show", "nothing/un-11", code=1)
        assert "there is no file" in command("diff", "a.yaml", "b.yaml", code=1)

    def test_add_checks_and_copies(self, own: Path, tmp_path: Path) -> None:
        file = tmp_path / "draft.yaml"
        file.write_text(NORM)
        assert "say which it is" in command("add", file, code=1)
        assert "there is no kind rules" in command("add", file, "--kind", "rules", code=1)
        told = json.loads(command("add", file, "--kind", "norms", "--json"))
        assert told == {"id": "our-norms", "version": 1, "file": str(own / "norms" / "our-norms-1.yaml")}
        assert find_pack("our-norms")[0] == "norms"
        assert "is there already" in command("add", file, "--kind", "norms", code=1)

    def test_a_broken_one_leaves_nothing_behind(self, own: Path, tmp_path: Path) -> None:
        file = tmp_path / "norms" / "draft.yaml"
        file.parent.mkdir()
        for text, reason in (
            (NORM.replace("version: 1", "version: x"), "line 2"),
            (NORM.replace("11/f", "11/z"), "kin"),
        ):
            file.write_text(text)
            assert reason in command("add", file, code=1)
            assert not list(own.rglob("*.yaml"))
        assert norm_of("our-norms/hospitals") is None

    def test_without_a_folder_it_says_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("VERBALE_PACKS", raising=False)
        file = tmp_path / "norms" / "draft.yaml"
        file.parent.mkdir()
        file.write_text(NORM)
        assert "VERBALE_PACKS" in command("add", file, code=1)

    def test_diff_of_two_files_in_sentences(self, tmp_path: Path) -> None:
        old, new = (tmp_path / "instruments" / name for name in ("old.yaml", "new.yaml"))
        old.parent.mkdir()
        old.write_text(INSTRUMENT)
        new.write_text(
            INSTRUMENT.replace("version: 1", "version: 2")
            .replace("within a day", "within an hour")
            .replace("{state: BOL, signed: 2025-01-10}", "{state: BOL, signed: 2025-01-10, consent: 2026-02-01}")
            .replace("    - {state: PER, consent: 2025-03-01}\n", "")
            + "    - {state: ECU, signed: 2025-01-10}\n"
        )
        found = json.loads(command("diff", old, new, "--json"))
        assert found == [
            "Version changed from 1 to 2.",
            "Articles, 3, obliges changed from “To help within a day.” to “To help within an hour.”.",
            "Status, parties: PER was removed (consent 2025-03-01, by ratification).",
            "Status, parties, BOL, consent was added: “2026-02-01”.",
            "Status, parties: ECU was added (signed 2025-01-10, by ratification).",
        ]
        assert "They say the same." in command("diff", old, old)

    def test_diff_of_the_states_own_against_the_shipped(self, own: Path) -> None:
        assert "no newer version" in command("diff", "norms/gcsc", code=1)
        shipped = Path(__file__).parents[2] / "src/verbale/knowledge/packs/norms/gcsc.yaml"
        text = shipped.read_text(encoding="utf-8")
        put(own, "norms", "gcsc", text.replace("version: 1", "version: 2").replace("Basic cyber hygiene", "Hygiene"))
        assert json.loads(command("diff", "norms/gcsc", "--json")) == [
            "Version changed from 1 to 2.",
            "Norms, 7, title changed from “Basic cyber hygiene” to “Hygiene”.",
        ]
