"""Scenarios of joint exercises: objectives, roles, and the injects of the master scenario events list.

The form follows the Homeland Security Exercise and Evaluation Program (FEMA, January 2020): each inject goes to a role
at a planned time, says what the player learns, and what a good response would be; each serves an objective.
"""

from functools import cache
from itertools import pairwise
from typing import Annotated

import msgspec

from verbale.knowledge.packs import PackHead, load_kind

__all__ = ["Inject", "Objective", "Role", "Scenario", "all_scenarios", "scenario_of"]

Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,40}\Z")]
_Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=5_000)]


class Objective(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Key
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


class Role(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Key
    name: _Line
    about: str = ""


class Inject(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    id: Key
    at: Annotated[int, msgspec.Meta(ge=0, le=14 * 24 * 60)]
    """Minutes from the start."""
    to: Key
    """The role that learns of it."""
    title: _Line
    text: _Text
    expect: _Text
    """What a good response is; not shown to who plays before the end."""
    within: Annotated[int, msgspec.Meta(ge=1, le=14 * 24 * 60)]
    """Minutes in which a response is expected."""
    objective: Key


class Scenario(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    about: _Text
    """The situation at the start, as all who take part know it."""
    minutes: Annotated[int, msgspec.Meta(ge=1, le=14 * 24 * 60)]
    objectives: Annotated[list[Objective], msgspec.Meta(min_length=1, max_length=20)]
    roles: Annotated[list[Role], msgspec.Meta(min_length=1, max_length=20)]
    injects: Annotated[list[Inject], msgspec.Meta(min_length=1, max_length=100)]

    def __post_init__(self) -> None:
        """Injects stand in the order of time, go to roles that exist and serve objectives that exist."""
        roles, objectives = {item.id for item in self.roles}, {item.id for item in self.objectives}
        if len(roles) != len(self.roles) or len(objectives) != len(self.objectives):
            raise ValueError("two roles or two objectives of one id")
        if len({item.id for item in self.injects}) != len(self.injects):
            raise ValueError("injects: two of one id")
        for item in self.injects:
            if item.to not in roles:
                raise ValueError(f"injects.{item.id}: there is no role {item.to}")
            if item.objective not in objectives:
                raise ValueError(f"injects.{item.id}: there is no objective {item.objective}")
            if item.at > self.minutes:
                raise ValueError(f"injects.{item.id}: after the end, at {self.minutes} minutes")
        for one, two in pairwise(self.injects):
            if one.at > two.at:
                raise ValueError(f"injects.{two.id}: stands after one that is later")
        if idle := objectives - {item.objective for item in self.injects}:
            raise ValueError(f"objectives: no inject serves {', '.join(sorted(idle))}")
        if unused := roles - {item.to for item in self.injects}:
            raise ValueError(f"roles: no inject goes to {', '.join(sorted(unused))}")

    def role(self, identifier: str) -> Role | None:
        return next((item for item in self.roles if item.id == identifier), None)


@cache
def _scenarios() -> dict[str, Scenario]:
    return load_kind("scenarios", Scenario)


def scenario_of(identifier: str) -> Scenario | None:
    """The scenario of that pack id."""
    return _scenarios().get(identifier)


def all_scenarios() -> list[Scenario]:
    """Every scenario, by name."""
    return sorted(_scenarios().values(), key=lambda scenario: scenario.name)
