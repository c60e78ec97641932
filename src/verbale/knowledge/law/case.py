"""A case: facts that are stated, and positions that are taken. `FACTS.yaml`, see docs/facts.md.

    title: Ransomware against the banks
    facts:
      ict-act: true
      organ: unknown        # as is all that is left out
    positions:
      sovereignty-rule: true

A file that cannot be read as meant is refused with the line and the reason; nothing of it is guessed.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import yaml

from verbale.knowledge.law.book import Law
from verbale.knowledge.law.solve import DEPENDS, ENGAGED, NOT_ENGAGED, Solver

__all__ = ["Case", "CaseError", "clash", "read_case"]

MAX_BYTES = 1 << 20

_PARTS = ("title", "source", "facts", "positions", "expect", "differs")
_STATUSES = (ENGAGED, DEPENDS, NOT_ENGAGED)


class CaseError(Exception):
    """A file of facts that is not one: names the line and the reason."""


@dataclass(frozen=True)
class Case:
    facts: Mapping[str, bool] = field(default_factory=dict)
    """All that is not in it is unknown."""
    positions: Mapping[str, bool] = field(default_factory=dict)
    title: str = ""
    source: str = ""
    expect: Mapping[str, str] = field(default_factory=dict)
    """What somebody else concluded from these facts: conclusion to status."""
    differs: Mapping[str, str] = field(default_factory=dict)
    """Where this law is known to conclude otherwise, and why."""

    @property
    def stated(self) -> dict[str, bool]:
        return {**self.facts, **self.positions}


def read_case(text: str, law: Law, name: str = "FACTS.yaml") -> Case:
    """Read a file of facts against the law. Raises CaseError."""
    return _Reader(law, name).read(text)


class _Reader:
    def __init__(self, law: Law, name: str) -> None:
        self._law, self._name = law, name

    def read(self, text: str) -> Case:
        if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
            raise CaseError(f"{self._name}: larger than {MAX_BYTES} bytes")
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except (yaml.YAMLError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            reason = getattr(error, "problem", None) or type(error).__name__
            raise self._error(mark, f"is not YAML: {reason}") from None
        if root is None:
            raise CaseError(f"{self._name}: line 1: is empty; it needs at least `facts:`")
        parts = self._mapping(root, "the file", _PARTS)
        facts = self._truths(parts.get("facts"), "facts", self._law.facts)
        positions = self._truths(parts.get("positions"), "positions", self._law.positions)
        self._check_consistent(facts, parts.get("facts"))
        conclusions = self._law.conclusions
        return Case(
            facts,
            positions,
            self._text(parts.get("title"), "title"),
            self._text(parts.get("source"), "source"),
            self._expected(parts.get("expect")),
            {
                key: self._text(node, f"differs: {key}")
                for key, node in self._mapping(parts.get("differs"), "differs", conclusions).items()
            },
        )

    def _error(self, mark: yaml.Mark | None, reason: str) -> CaseError:
        line = mark.line + 1 if mark is not None else 1
        return CaseError(f"{self._name}: line {line}: {reason}")

    def _mapping(self, node: yaml.Node | None, where: str, known: Iterable[str]) -> dict[str, yaml.Node]:
        if node is None or (isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"):
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node.start_mark, f"{where}: expected names with a value each, `name: value`")
        names, found = list(known), {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key.start_mark, f"{where}: a name is a word, not a list")
            if key.value not in names:
                raise self._error(key.start_mark, f"{where}: there is no {key.value!r}{_near(key.value, names)}")
            if key.value in found:
                raise self._error(key.start_mark, f"{where}: {key.value} stands twice")
            found[key.value] = value
        return found

    def _truths(self, node: yaml.Node | None, where: str, known: Iterable[str]) -> dict[str, bool]:
        found = {}
        for name, value in self._mapping(node, where, known).items():
            told = value.value if isinstance(value, yaml.ScalarNode) else None
            if isinstance(value, yaml.ScalarNode) and value.tag == "tag:yaml.org,2002:bool":
                found[name] = told.lower() in ("true", "yes", "on")  # type: ignore[union-attr]
            elif told != "unknown":
                shown = f"{told!r}" if told is not None else "a list"
                raise self._error(value.start_mark, f"{where}: {name}: expected true, false or unknown, found {shown}")
        return found

    def _text(self, node: yaml.Node | None, where: str) -> str:
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(node.start_mark, f"{where}: expected a text")
        return str(node.value)

    def _expected(self, node: yaml.Node | None) -> dict[str, str]:
        found = {}
        for name, value in self._mapping(node, "expect", self._law.conclusions).items():
            if not isinstance(value, yaml.ScalarNode) or value.value not in _STATUSES:
                raise self._error(value.start_mark, f"expect: {name}: expected {', '.join(_STATUSES)}")
            found[name] = str(value.value)
        return found

    def _check_consistent(self, facts: Mapping[str, bool], node: yaml.Node | None) -> None:
        if node is not None and (reason := clash(facts, self._law)):
            raise self._error(node.start_mark, f"facts: {reason}")


def clash(facts: Mapping[str, bool], law: Law) -> str:
    """Why facts cannot stand together, in a sentence; empty when they can."""
    if Solver(law).consistent(facts):
        return ""
    for item in law.contradictions.values():
        if all(facts.get(name) is sign for name, sign in item.literals):
            return f"{item.says} ({', '.join(item.facts)})"
    return "They cannot all stand together."


def _near(word: str, names: list[str]) -> str:
    close = difflib.get_close_matches(word, names, 1)
    return f"; did you mean {close[0]}?" if close else ""
