"""Small laws made at random, and what they mean by trying out every case: the engine's independent judge."""

from collections.abc import Iterator, Mapping
from itertools import combinations, product

from hypothesis import strategies as st

from verbale.knowledge.law import DEPENDS, ENGAGED, NOT_ENGAGED, FactPack, Law, LawPack
from verbale.knowledge.law.book import Conclusion, Contradiction, Fact, Group, Position, Rule, View
from verbale.knowledge.packs import Source

CITED = {"doc": "para. 1"}


def fact(name: str) -> Fact:
    return Fact(id=name, group="all", question=f"Is {name} so?", so=f"{name} is so.", otherwise=f"{name} is not so.")


def conclusion(name: str, kind: str = "rule") -> Conclusion:
    return Conclusion(
        id=name, kind=kind, name=name, so=f"{name} follows.", otherwise=f"{name} does not follow.", sources=CITED
    )


def position(name: str) -> Position:
    views = [View(says=f"{name}: {word}.", sources=CITED) for word in ("so", "otherwise")]
    return Position(id=name, question=f"{name}?", so=views[0], otherwise=views[1])


def rule(name: str, then: str, *when: str) -> Rule:
    return Rule(id=name, then=then, when=list(when), says=f"{name} holds.", sources=CITED)


def law(
    facts: list[str], rules: list[Rule], positions: tuple[str, ...] = (), apart: tuple[tuple[str, ...], ...] = ()
) -> Law:
    """A law of rules, whose conclusions are those that the rules name."""
    source = [Source("Made for a test")]
    heads = list(dict.fromkeys(item.then for item in rules))
    return Law(
        [
            FactPack(
                id="facts", version=1, name="F", sources=source, groups=[Group("all", "All")], facts=[*map(fact, facts)]
            )
        ],
        [
            LawPack(
                id="rules",
                version=1,
                name="R",
                sources=source,
                documents={"doc": Source("Document")},
                positions=[*map(position, positions)],
                conclusions=[*map(conclusion, heads)],
                rules=rules,
                contradictions=[
                    Contradiction(id=f"apart-{n}", facts=list(names), says="They cannot stand together.")
                    for n, names in enumerate(apart)
                ],
            )
        ],
    )


FACTS = ["fa", "fb", "fc", "fd"]
HEADS = ["ca", "cb", "cc"]


@st.composite
def laws(draw: st.DrawFn) -> Law:
    """Rules over four facts and a position, the conclusions of which may rest on earlier ones, negated or not."""
    rules = []
    for place, head in enumerate(HEADS):
        names = [*FACTS, "pa", *HEADS[:place]]
        signed = st.sampled_from([text for name in names for text in (name, f"not {name}")])
        for number in range(draw(st.integers(1, 3))):
            body = draw(st.lists(signed, min_size=1, max_size=3, unique=True))
            rules.append(rule(f"r-{head}-{number}", head, *body))
    signed_facts = st.sampled_from([text for name in FACTS for text in (name, f"not {name}")])
    apart = draw(st.lists(st.lists(signed_facts, min_size=2, max_size=3, unique=True), max_size=2))
    return law(FACTS, rules, ("pa",), tuple(tuple(names) for names in apart))


def holds(one: Law, world: Mapping[str, bool], name: str) -> bool:
    """Whether a fact or conclusion holds when everything is known."""
    if name in world:
        return world[name]
    return any(
        all(holds(one, world, text.removeprefix("not ")) is not text.startswith("not ") for text in item.when)
        for item in one.rules_of[name]
    )


def worlds(one: Law, stated: Mapping[str, bool]) -> Iterator[dict[str, bool]]:
    """All that can be the case, as far as is stated."""
    free = sorted(one.open_names - set(stated))
    for values in product((True, False), repeat=len(free)):
        world = {**stated, **dict(zip(free, values, strict=True))}
        if not any(all(world[n] is sign for n, sign in item.literals) for item in one.contradictions.values()):
            yield world


def status(one: Law, stated: Mapping[str, bool], name: str) -> str | None:
    """None when the facts cannot stand together."""
    found = {holds(one, world, name) for world in worlds(one, stated)}
    if not found:
        return None
    return DEPENDS if len(found) == 2 else ENGAGED if found == {True} else NOT_ENGAGED


def smallest(one: Law, stated: Mapping[str, bool], name: str, wanted: str) -> set[frozenset[tuple[str, bool]]]:
    """Every smallest set of further facts that settles it as wanted, by trying out sets of growing size."""
    free = sorted(one.open_names - set(stated))
    for size in range(len(free) + 1):
        found = {
            frozenset(zip(names, values, strict=True))
            for names in combinations(free, size)
            for values in product((True, False), repeat=size)
            if status(one, {**stated, **dict(zip(names, values, strict=True))}, name) == wanted
        }
        if found:
            return found
    return set()
