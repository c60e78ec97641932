"""From the state of a workbench to what its evidence says. Pure: `knowledge.attribution` does the arithmetic.

What several analysts judge is weighed together by the mean of their likelihoods; what each of them comes to alone, by
what that one judged, stands beside it. A hypothesis that an analyst has not judged is taken by the mean of those that
were: the item then says nothing for or against it, and it counts as not judged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from verbale.knowledge import attribution
from verbale.knowledge.attribution import (
    Case,
    Change,
    Confidence,
    Expectation,
    Inconsistency,
    Item,
    Overturning,
    Pool,
    Posterior,
    Question,
    Standing,
)
from verbale.matters.workbench.acts import OTHER

__all__ = [
    "Analyst",
    "Outline",
    "Row",
    "Weighing",
    "case_of",
    "hypotheses",
    "labels",
    "open_gaps",
    "outline",
    "standing",
    "weigh",
]

_State = Mapping[str, Any]


def standing(state: _State, prefix: str) -> list[tuple[str, Mapping[str, Any]]]:
    """What has been put forward and not withdrawn, by number: key and entry."""
    start = f"{prefix}:"
    found = [
        (name.removeprefix(start), entry)
        for name, entry in state.items()
        if name.startswith(start) and f"withdrawn:{name.removeprefix(start)}" not in state
    ]
    return sorted(found, key=lambda item: item[1]["number"])


def hypotheses(state: _State) -> list[tuple[str, Mapping[str, Any]]]:
    """Those that stand, by number; somebody else comes last."""
    found = standing(state, "hypothesis")
    return [item for item in found if item[0] != OTHER] + [item for item in found if item[0] == OTHER]


def open_gaps(state: _State) -> list[tuple[str, Mapping[str, Any]]]:
    return [item for item in standing(state, "gap") if f"filled:{item[0]}" not in state]


def labels(state: _State) -> dict[str, str]:
    """`H1`, `E3`, `G2`, by key; withdrawn ones too."""
    letters = {"hypothesis": "H", "evidence": "E", "gap": "G"}
    return {
        name.partition(":")[2]: f"{letters[kind]}{entry['number']}"
        for name, entry in state.items()
        if (kind := name.partition(":")[0]) in letters
    }


def judgements(state: _State) -> dict[str, list[Mapping[str, Any]]]:
    """By item, each by analyst."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for name in sorted(state):
        if name.startswith("judgement:"):
            found.setdefault(state[name]["item"], []).append(state[name])
    return found


def likelihoods(judgement: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Fraction] | None:
    """Of the hypotheses that stand; None when none of them was judged."""
    given = {key: Fraction(judgement["values"][key], 100) for key in keys if key in judgement["values"]}
    if not given:
        return None
    mean = sum(given.values(), Fraction(0)) / len(given)
    return {key: given.get(key, mean) for key in keys}


def case_of(state: _State, analyst: str = "") -> Case | None:
    """The case as it stands, of all analysts or of one; None while there is but one hypothesis."""
    rows = hypotheses(state)
    if len(rows) < 2:
        return None
    keys = [key for key, _entry in rows]
    judged = judgements(state)
    items = []
    for key, entry in standing(state, "evidence"):
        found = _joint(judged.get(key, ()), keys, analyst)
        if found is not None:
            trust = attribution.trust(entry["reliability"], entry["credibility"])
            items.append(Item(key, found, trust, entry["group"]))
    return Case(
        tuple(attribution.Hypothesis(key, Fraction(entry["parts"])) for key, entry in rows),
        tuple(items),
    )


def _joint(judged: Iterable[Mapping[str, Any]], keys: list[str], analyst: str) -> dict[str, Fraction] | None:
    given = [
        found
        for judgement in judged
        if analyst in ("", judgement["analyst"]) and (found := likelihoods(judgement, keys)) is not None
    ]
    return attribution.joint(given) if given else None


@dataclass(frozen=True)
class Row:
    """An item of evidence, or a gap, in the matrix."""

    key: str
    entry: Mapping[str, Any]
    judged: list[Mapping[str, Any]]
    marks: list[dict[str, Any]]
    """By hypothesis: `grades` of the analysts without repetition, mean `percent`, or None where nobody judged it."""
    complete: bool
    """Whether somebody judged it under each hypothesis that stands."""
    strength: Fraction = Fraction(1)
    """How far it moves odds at most, its source considered."""
    counted: bool = False
    stronger: tuple[str, ...] = ()
    """Items of its group that count in its place."""
    removed: Change | None = None
    flipped: Change | None = None
    expectation: Expectation | None = None
    """Of a gap that has been judged."""


@dataclass(frozen=True)
class Analyst:
    """What one analyst comes to alone."""

    name: str
    posterior: Posterior
    judged: int


@dataclass(frozen=True)
class Outline:
    """What the evidence says, in short: as much as a list or the desk needs of each workbench."""

    case: Case
    posterior: Posterior
    unjudged: list[str]
    """Items that nobody has judged under every hypothesis."""

    @property
    def judged(self) -> bool:
        """Whether any evidence has been judged."""
        return bool(self.case.items)


@dataclass(frozen=True)
class Weighing(Outline):
    """All that the page tells of the evidence."""

    priors: Mapping[str, Fraction]
    rows: list[Row]
    gaps: list[Row]
    """The most telling first; those that nobody has judged last."""
    heuer: Mapping[str, Inconsistency]
    least: tuple[str, ...]
    removed: Overturning | None
    flipped: Overturning | None
    margin: tuple[str, str, Fraction]
    confidence: Confidence
    analysts: list[Analyst] = field(default_factory=list)
    pool: Pool | None = None
    """Of two analysts or more."""


def outline(state: _State) -> Outline | None:
    """None while there is but one hypothesis."""
    case = case_of(state)
    if case is None:
        return None
    known: dict[str, set[str]] = {}
    for item, given in judgements(state).items():
        known[item] = {key for one in given for key in one["values"]}
    evidence = [key for key, _entry in standing(state, "evidence")]
    unjudged = [key for key in evidence if not known.get(key, set()).issuperset(case.keys)]
    return Outline(case, attribution.posterior(case), unjudged)


def weigh(state: _State) -> Weighing | None:
    """All that the page tells; None while there is but one hypothesis."""
    short = outline(state)
    if short is None:
        return None
    case, judged = short.case, judgements(state)
    counted = {key: group.counted for group in attribution.groups_of(case) for key in (i.key for i in group.items)}
    found = attribution.changes(case)
    changes = {(change.item, change.how): change for change in found}
    rows = [_row(case, key, entry, judged.get(key, []), counted, changes) for key, entry in standing(state, "evidence")]
    gaps = [_gap(case, key, entry, judged.get(key, [])) for key, entry in open_gaps(state)]
    gaps.sort(key=lambda row: (-row.expectation.bits if row.expectation else 1, row.entry["number"]))
    analysts = _analysts(state, judged)
    pool = attribution.pool({one.name: one.posterior for one in analysts}) if len(analysts) > 1 else None
    questions = [row.expectation for row in gaps if row.expectation is not None]
    return Weighing(
        case=case,
        posterior=short.posterior,
        unjudged=short.unjudged,
        priors=attribution.posterior(Case(case.hypotheses)).shares,
        rows=rows,
        gaps=gaps,
        heuer=attribution.inconsistency(case),
        least=attribution.least_inconsistent(case),
        removed=attribution.overturning(case, "removed"),
        flipped=attribution.overturning(case, "flipped"),
        margin=attribution.margin(case),
        confidence=attribution.confidence(
            case, Standing(len(short.unjudged), questions, pool is not None and pool.split, found)
        ),
        analysts=analysts,
        pool=pool,
    )


def _marks(case: Case, judged: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for key in case.keys:
        given = [Fraction(one["values"][key], 100) for one in judged if key in one["values"]]
        grades = sorted({attribution.grade(value) for value in given})
        mean = sum(given, Fraction(0)) / len(given) if given else None
        found.append({"grades": grades, "percent": round(mean * 100) if mean is not None else None})
    return found


def _row(
    case: Case,
    key: str,
    entry: Mapping[str, Any],
    judged: list[Mapping[str, Any]],
    counted: Mapping[str, tuple[str, ...]],
    changes: Mapping[tuple[str, str], Change],
) -> Row:
    marks = _marks(case, judged)
    item = next((item for item in case.items if item.key == key), None)
    return Row(
        key=key,
        entry=entry,
        judged=judged,
        marks=marks,
        complete=all(mark["grades"] for mark in marks),
        strength=attribution.strength(attribution.reported(item, case.keys)) if item else Fraction(1),
        counted=key in counted.get(key, ()),
        stronger=() if key in counted.get(key, (key,)) else counted[key],
        removed=changes.get((key, "removed")),
        flipped=changes.get((key, "flipped")),
    )


def _gap(case: Case, key: str, entry: Mapping[str, Any], judged: list[Mapping[str, Any]]) -> Row:
    marks = _marks(case, judged)
    found = _joint(judged, list(case.keys), "")
    trust = attribution.trust(entry["reliability"], entry["credibility"])
    told = attribution.expectation(case, Question(key, found, trust)) if found is not None else None
    return Row(key, entry, judged, marks, all(mark["grades"] for mark in marks), expectation=told)


def _analysts(state: _State, judged: Mapping[str, list[Mapping[str, Any]]]) -> list[Analyst]:
    known = {key for key, _entry in standing(state, "evidence")}
    # The latest name under which one judged; two people of one name are told apart by their own.
    names: dict[str, tuple[str, str]] = {}
    for item in known:
        for one in judged.get(item, ()):
            names[one["analyst"]] = max(names.get(one["analyst"], ("", "")), (one["issued"], one["name"]))
    shown = [name for _issued, name in names.values()]
    found = []
    for analyst, (_issued, name) in sorted(names.items()):
        case = case_of(state, analyst)
        if case is not None and case.items:
            told = name if shown.count(name) == 1 else f"{name} ({analyst})"
            found.append(Analyst(told, attribution.posterior(case), len(case.items)))
    return found
