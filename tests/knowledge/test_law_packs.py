"""Packs of facts and rules: the shipped ones hold together, a state adds its own, a broken one is refused."""

from pathlib import Path

import pytest

from verbale.knowledge import PackError, check_packs
from verbale.knowledge.law import ENGAGED, Case, assess, guide, law_of, the_law
from verbale.knowledge.law.book import FactPack, LawPack
from verbale.knowledge.packs import load_kind

DOCS = Path(__file__).parents[2] / "docs"

FACTS = """
id: house-facts
version: 1
name: Facts of the house
sources: [{title: The house}]
groups: [{id: house, name: Of the house}]
facts:
  - {id: cable-cut, group: house, question: "Was a cable cut?", so: A cable was cut., otherwise: No cable was cut.}
"""
RULES = """
id: house-norms
version: 1
name: Norms of the house
sources: [{title: The house}]
documents: {house: {title: House rules}}
conclusions:
  - id: house/cables
    kind: norm
    name: Leave cables alone
    so: The norm on cables speaks of this.
    otherwise: The norm on cables does not speak of this.
    sources: {house: para. 1}
rules:
  - {id: cables, then: house/cables, when: [cable-cut, attribution], says: No cutting., sources: {house: para. 1}}
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VERBALE_PACKS", str(tmp_path))
    for kind in ("facts", "law"):
        (tmp_path / kind).mkdir()
    return tmp_path


def add(own: Path, rules: str = RULES, facts: str = FACTS) -> None:
    (own / "facts" / "house.yaml").write_text(facts, encoding="utf-8")
    (own / "law" / "house.yaml").write_text(rules, encoding="utf-8")


def test_a_new_norm_comes_with_a_pack_alone(own: Path) -> None:
    add(own)
    check_packs()
    law = law_of(load_kind("facts", FactPack), load_kind("law", LawPack))
    facts = {"cable-cut": True, "organ": True, "private-capacity": False}
    found = assess(Case(facts), law)["house/cables"]
    assert found.status == ENGAGED
    assert found.sources == ("House rules, para. 1",)
    assert found in assess(Case(facts), law).of("norm")[-1:]
    assert "`cable-cut`" in guide(law)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("when: [cable-cut, attribution]", "when: [cable-cutt]", "line 15: rule cables: cable-cutt is no fact"),
        ("then: house/cables", "then: house/cable", "line 15: rule cables: there is no conclusion"),
        ("when: [cable-cut, attribution]", "when: [house/cables]", "line 8: house/cables -> house/cables: rests"),
        ("when: [cable-cut, attribution]", "when: []", "Expected `array` of length >= 1"),
        ("sources: {house: para. 1}}", "sources: {hose: para. 1}}", "rules: cables: hose is none of the pack's"),
        ("sources: {house: para. 1}}", "sources: {}}", "house.yaml"),
        ("id: house/cables", "id: sovereignty", "house.yaml: line 8: sovereignty stands already in cyber"),
        ("kind: norm", "kind: wish", "house.yaml: line 9: Invalid enum value 'wish'"),
        ("id: cables", "id: norm-a", "house.yaml: line 15: rule norm-a stands twice"),
        ("id: house/cables", 'id: "house\\") . evil"', "house.yaml: line 8: Expected `str` matching regex"),
    ],
)  # fmt: skip
def test_a_broken_pack_of_rules_is_refused_with_the_reason(own: Path, old: str, new: str, reason: str) -> None:
    assert old in RULES
    add(own, RULES.replace(old, new))
    with pytest.raises(PackError) as caught:
        check_packs()
    assert reason in str(caught.value)


def test_a_conclusion_without_a_rule_is_refused(own: Path) -> None:
    lonely = RULES[RULES.index("  - id: house/cables") : RULES.index("rules:")].replace("house/cables", "house/ships")
    add(own, RULES.replace("rules:\n", f"{lonely}rules:\n"))
    with pytest.raises(PackError, match=r"house.yaml: line \d+: conclusion house/ships has no rule"):
        check_packs()


def test_a_fact_of_no_group_is_refused(own: Path) -> None:
    add(own, facts=FACTS.replace("group: house", "group: elsewhere"))
    with pytest.raises(PackError, match=r"house.yaml: line \d+: fact cable-cut: there is no group elsewhere"):
        check_packs()


def test_the_page_on_facts_is_up_to_date() -> None:
    assert (DOCS / "facts.md").read_text(encoding="utf-8") == guide(the_law()), (
        "run: verbale assess --guide > docs/facts.md"
    )


def test_the_page_names_every_fact_and_position() -> None:
    page = guide(the_law())
    law = the_law()
    for name in [*law.facts, *law.positions, *law.conclusions, *law.rules]:
        assert f"`{name}`" in page
