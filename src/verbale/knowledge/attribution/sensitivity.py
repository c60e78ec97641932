"""What would overturn it: items that change the answer when they fall away, or turn out to say the opposite."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import log

from verbale.knowledge.attribution.model import Case
from verbale.knowledge.attribution.posterior import (
    Group,
    Posterior,
    Vector,
    combined,
    groups_of,
    of_scores,
    posterior,
    report_of,
    scores,
    strength,
)

__all__ = ["FLIPPED", "LARGEST_SET", "REMOVED", "Change", "Overturning", "changes", "margin", "overturning"]

REMOVED, FLIPPED = "removed", "flipped"
LARGEST_SET = 5
"""Sets of more items are not looked for: what takes that many to fall stands on more than its items."""
_LARGEST_GROUP = 12
"""Of a group, so many items are looked at, the strongest; the number of their sets stays small."""


@dataclass(frozen=True)
class Change:
    """What comes out when one item falls away, or says the opposite."""

    item: str
    how: str
    """REMOVED or FLIPPED."""
    after: Posterior
    overturns: bool
    """Whether another hypothesis leads then, or several do."""
    rewords: bool
    """Whether the hypothesis that leads now has another word of the verbal scale then."""


@dataclass(frozen=True)
class Overturning:
    """A smallest set of items without which, or with the opposite of which, another hypothesis leads."""

    how: str
    items: tuple[str, ...]
    after: Posterior


def margin(case: Case) -> tuple[str, str, Fraction]:
    """The hypothesis that leads, the next, and the odds between them: so many times would the priors have to be
    otherwise. Of several that lead, the first by key."""
    shares = posterior(case).shares
    first, second = sorted(shares, key=lambda key: (-shares[key], key))[:2]
    return first, second, shares[first] / shares[second]


def changes(case: Case) -> list[Change]:
    """Each item, removed and flipped; by item."""
    now = posterior(case)
    groups = groups_of(case)
    whole = scores(case, [group.likelihood for group in groups])
    found = []
    for group in groups:
        # Of what the groups multiply to, all but this one.
        others = [score // value for score, value in zip(whole, group.likelihood, strict=True)]
        reports = _reports(case, group)
        for item in group.items:
            for how in (REMOVED, FLIPPED):
                vector = _changed(reports, {item.key}, how)
                if vector == group.likelihood:
                    after = now
                else:
                    own = vector or (1,) * len(others)
                    after = of_scores(case.keys, [one * two for one, two in zip(others, own, strict=True)])
                found.append(
                    Change(
                        item=item.key,
                        how=how,
                        after=after,
                        overturns=after.leaders != now.leaders,
                        rewords=any(after.band(key) != now.band(key) for key in now.leaders),
                    )
                )
    return sorted(found, key=lambda change: (change.item, change.how != REMOVED))


def overturning(case: Case, how: str, most: int = LARGEST_SET) -> Overturning | None:
    """The smallest set of items, up to `most`, without which (or with the opposite of which) the hypothesis that leads
    no longer leads alone; of several such sets one that goes farthest. None when there is no such set, or no leader.

    For each hypothesis that could take over, groups add up their logarithms of odds: the best set of each size
    is found group by group, without trying all sets of all items.
    """
    now = posterior(case)
    leader = now.leader
    if leader is None:
        return None
    groups = groups_of(case)
    options = [list(_options(case, group, how, most)) for group in groups]
    for size in range(1, most + 1):
        found = []
        for rival in case.keys:
            if rival == leader:
                continue
            items = _best(case, groups, options, leader, rival, size)
            changed = case.without(*items) if how == REMOVED else case.flipping(*items)
            after = posterior(changed)
            if after.shares[rival] >= after.shares[leader]:
                found.append((-after.odds(rival, leader), items, after))
        if found:
            _odds, items, after = min(found, key=lambda item: item[:2])
            return Overturning(how, items, after)
    return None


def _reports(case: Case, group: Group) -> dict[str, tuple[Vector, Vector]]:
    """By item of a group: what is reported, and what would be if the item were flipped."""
    return {item.key: (report_of(item, case.keys), report_of(item.flipped(), case.keys)) for item in group.items}


def _changed(reports: Mapping[str, tuple[Vector, Vector]], items: set[str], how: str) -> Vector | None:
    """The likelihood of a group in which some items are removed or flipped; None when nothing is left of it."""
    left = {key: pair[key in items] for key, pair in reports.items() if key not in items or how == FLIPPED}
    return combined(left)[1] if left else None


def _options(case: Case, group: Group, how: str, most: int) -> Iterator[tuple[tuple[str, ...], Vector | None]]:
    """What can become of a group by a change of a few of its items."""
    reports = _reports(case, group)

    def reach(key: str) -> tuple[Fraction, str]:
        now, flipped = map(strength, reports[key])
        return (-(max(now, flipped) if how == FLIPPED else now), key)

    strongest = sorted(sorted(reports, key=reach)[:_LARGEST_GROUP])
    for size in range(1, min(most, len(strongest)) + 1):
        for chosen in combinations(strongest, size):
            yield chosen, _changed(reports, set(chosen), how)


def _best(
    case: Case,
    groups: list[Group],
    options: list[list[tuple[tuple[str, ...], Vector | None]]],
    leader: str,
    rival: str,
    size: int,
) -> tuple[str, ...]:
    """The items, up to `size`, whose change helps the rival most against the leader."""
    first, second = case.keys.index(leader), case.keys.index(rival)

    def leaning(vector: Vector | None) -> float:
        return log(vector[second] / vector[first]) if vector is not None else 0.0

    best: dict[int, tuple[float, tuple[str, ...]]] = {0: (0.0, ())}
    for group, changed in zip(groups, options, strict=True):
        before = leaning(group.likelihood)
        gains: dict[int, tuple[float, tuple[str, ...]]] = {}
        for items, vector in changed:
            _keep(gains, len(items), (leaning(vector) - before, items))
        reached = dict(best)
        for number, (gain, items) in best.items():
            for more, (further, others) in gains.items():
                if further > 0 and number + more <= size:
                    _keep(reached, number + more, (gain + further, (*items, *others)))
        best = reached
    _gain, items = max(best.values(), key=lambda item: (item[0], -len(item[1])))
    return tuple(sorted(items))


def _keep(found: dict[int, tuple[float, tuple[str, ...]]], number: int, offered: tuple[float, tuple[str, ...]]) -> None:
    known = found.get(number)
    if known is None or (-offered[0], offered[1]) < (-known[0], known[1]):
        found[number] = offered
