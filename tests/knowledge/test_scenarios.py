"""Scenarios: the shipped one loads, and what a wrong one is refused for."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from verbale.knowledge import all_scenarios, check_packs, scenario_of
from verbale.knowledge import scenarios as module
from verbale.knowledge.scenarios import Scenario

FILE = Path(module.__file__).parent / "packs" / "scenarios" / "ransomware-financial.yaml"


def given() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def test_the_shipped_scenario_is_found_and_checked() -> None:
    scenario = scenario_of("ransomware-financial")
    assert scenario is not None
    assert scenario in all_scenarios()
    assert "ransomware-financial" in {pack.id for pack in check_packs()["scenarios"]}
    assert scenario.role("affected") is not None
    assert scenario.role("nobody") is None
    assert scenario_of("nothing") is None
    assert all(item.expect and item.within for item in scenario.injects)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda pack: pack["injects"][0].update(to="nobody"), "there is no role nobody"),
        (lambda pack: pack["injects"][0].update(objective="nothing"), "there is no objective nothing"),
        (lambda pack: pack["injects"][1].update(at=121), "after the end, at 120 minutes"),
        (lambda pack: pack["injects"][0].update(at=16), "stands after one that is later"),
        (lambda pack: pack["injects"][1].update(id="first-report"), "injects: two of one id"),
        (lambda pack: pack["roles"].append({"id": "affected", "name": "x"}), "two roles or two objectives"),
        (lambda pack: pack["roles"].append({"id": "idle", "name": "x"}), "no inject goes to idle"),
        (lambda pack: pack["objectives"].append({"id": "idle", "text": "x"}), "no inject serves idle"),
        (lambda pack: pack["injects"][0].pop("expect"), "missing required field `expect`"),
        (lambda pack: pack["injects"][0].update(expect=""), "length >= 1"),
        (lambda pack: pack["injects"][0].update(within=0), ">= 1"),
        (lambda pack: pack.update(injects=[]), "length >= 1"),
        (lambda pack: pack.update(sources=[]), "length >= 1"),
        (lambda pack: pack.update(more=1), "unknown field `more`"),
    ],
)
def test_what_a_wrong_scenario_is_refused_for(change: Any, reason: str) -> None:
    pack = deepcopy(given())
    msgspec.convert(pack, Scenario)
    change(pack)
    with pytest.raises(msgspec.ValidationError, match=reason):
        msgspec.convert(pack, Scenario)
