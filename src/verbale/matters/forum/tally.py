"""Counting a vote: rules 82 to 86 of the rules of procedure of the General Assembly (A/520/Rev.20). Pure.

Decisions are taken by a majority of the members present and voting, important ones by two thirds of them (83, 85).
"Present and voting" are those who say yes or no; who abstains counts as not voting (86). An equal division carries
nothing. Consensus is that nobody says no.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Tally", "count", "roll_call", "roll_key"]


@dataclass(frozen=True)
class Tally:
    yes: int
    no: int
    abstain: int

    @property
    def voting(self) -> int:
        """Members present and voting."""
        return self.yes + self.no

    def needed(self, majority: str) -> int:
        """How many say yes when it is carried, of those who vote; at least one."""
        least = {
            "simple": self.voting // 2 + 1,
            "two-thirds": -(-2 * self.voting // 3),
            "consensus": self.voting,
        }[majority]
        return max(1, least)

    def carried(self, majority: str) -> bool:
        return self.yes >= self.needed(majority)


def count(choices: Iterable[str]) -> Tally:
    found = list(choices)
    return Tally(found.count("yes"), found.count("no"), found.count("abstain"))


def roll_key(name: str, node: str) -> tuple[str, str]:
    """By which names are put in English alphabetical order: accents, case and marks do not count."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return "".join(letter for letter in plain.casefold() if letter.isalnum() or letter == " "), node


def roll_call(names: Mapping[str, str], first: str) -> list[str]:
    """The nodes in the order in which they are called: alphabetical, beginning with the one drawn by lot (rule 87)."""
    nodes = sorted(names, key=lambda node: roll_key(names[node], node))
    start = nodes.index(first)
    return [*nodes[start:], *nodes[:start]]
