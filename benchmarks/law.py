"""An assessment with all facts but forty stated, and with none: every norm, rule and response, with what settles it."""

import random
import statistics
import time

from benchmarks.tables import print_table, spread
from verbale.knowledge.law import Case, assess, the_law
from verbale.knowledge.law.solve import Solver

__all__ = ["run"]

CASES = 20
UNKNOWN = 40


def run() -> None:
    law = the_law()
    cases = [case for seed in range(CASES) if Solver(law).consistent((case := _drawn(seed)).facts)]
    assess(cases[0], law)
    rows = []
    for label, settle in (("reasons alone", False), ("reasons, and what would settle each", True)):
        taken = [_timed(case, settle) for case in cases]
        rows.append([f"{UNKNOWN} facts unknown, {label}, ms", spread(taken), f"{max(taken):.0f}"])
    empty = [_timed(Case(), True) for _round in range(5)]
    rows.append([f"all {len(law.facts)} facts unknown, ms", spread(empty), f"{max(empty):.0f}"])
    print_table(
        f"Assessment: {len(law.conclusions)} conclusions, {len(law.rules)} rules; {len(cases)} cases drawn at random",
        ["", "median (smallest - largest)", "worst"],
        rows,
        "each as a person asks for it: program ground anew, positions open, views compared, derivations made.",
        f"median conclusions left open: {statistics.median(_left(case) for case in cases):.0f}.",
    )


def _drawn(seed: int) -> Case:
    drawn = random.Random(seed)
    names = sorted(the_law().facts)
    return Case({name: drawn.random() < 0.5 for name in drawn.sample(names, len(names) - UNKNOWN)})


def _left(case: Case) -> int:
    return sum(finding.status == "depends" for finding in assess(case, the_law(), settle=False).findings.values())


def _timed(case: Case, settle: bool) -> float:
    began = time.perf_counter()
    assess(case, the_law(), settle=settle)
    return (time.perf_counter() - began) * 1000
