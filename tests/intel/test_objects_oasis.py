"""OASIS's own cases: what their validator accepts and refuses by its MUST checks, and where this one differs.

The differences stand in `docs/stix-validation.md`, each with the clause that rules; the list there is exact.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from verbale.intel import ReportError
from verbale.intel.objects import check, check_bundle

LINES = (Path(__file__).parent / "data" / "oasis_cases.jsonl").read_text(encoding="utf-8").splitlines()
CASES: list[dict[str, Any]] = [json.loads(line) for line in LINES[1:]]
PAGE = (Path(__file__).parents[2] / "docs" / "stix-validation.md").read_text(encoding="utf-8")


def fault(case: dict[str, Any]) -> str:
    """Why the case is refused, "" when it is accepted."""
    if "text" in case:
        return _fault(case["text"].encode())
    found = case["object"] if isinstance(case["object"], list) else [case["object"]]
    return next(filter(None, (_fault(json.dumps(obj, ensure_ascii=False).encode()) for obj in found)), "")


def _fault(raw: bytes) -> str:
    try:
        if b'"bundle"' in raw[:60] or json.loads(raw).get("type") == "bundle":
            refused = check_bundle(raw).refusals
            return str(refused[0].error) if refused else ""
        check(raw)
    except (ReportError, json.JSONDecodeError) as error:
        return str(error)
    return ""


def told_differences() -> Counter[tuple[str, str]]:
    """(`accepted` or `refused` here, name of OASIS's test) of each row of the page's table, as often as it says."""
    rows = re.findall(r"^\| (accepted|refused) \| [^|]+ \| ([^|]+) \|", PAGE, re.MULTILINE)
    told: Counter[tuple[str, str]] = Counter()
    for verdict, tests in rows:
        for name, times in re.findall(r"`([^`]+)`(?: ×(\d+))?", tests):
            told[verdict, name] += int(times or 1)
    return told


def test_the_differences_are_exactly_those_of_the_page() -> None:
    found: Counter[tuple[str, str]] = Counter()
    for case in CASES:
        accepted = not fault(case)
        if accepted != case["must"]:
            found["accepted" if accepted else "refused", case["tests"][0]] += 1
    assert found == told_differences()


def test_the_numbers_of_the_page() -> None:
    assert f"{len(CASES)} objects" in PAGE
    assert f"{sum(told_differences().values())} of them" in PAGE


@pytest.mark.parametrize("accepted", [True, False])
def test_there_are_many_cases_of_either_sort(accepted: bool) -> None:
    assert sum(case["must"] is accepted for case in CASES) > 150
