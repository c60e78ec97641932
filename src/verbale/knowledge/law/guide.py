"""`docs/facts.md`, made from the packs: the form of a file of facts, with every fact and position it knows."""

from collections.abc import Iterator

from verbale.knowledge.law.book import Law

__all__ = ["guide"]

_HEAD = """# Facts of a case: FACTS.yaml

<!-- Made by `verbale assess --guide > docs/facts.md`; a test holds that it is up to date. Do not edit it by hand. -->

A file of facts says what is known of a case. `verbale assess FACTS.yaml` answers which norms it engages, which rules
of international law, and which responses are lawfully open, each as *engaged*, *depends* or *not engaged*, with
reasons and sources; `--json` gives the same to a machine. It needs no node. It advises; a lawyer decides.

```yaml
title: Ransomware against the banks        # any text
source: Report 12/2026, in our own words   # any text, may be left out
facts:
  ict-act: true             # it is so
  private-capacity: false   # it is not so
  organ: unknown            # nobody knows; the same as leaving it out
positions:                  # where states publicly differ, the view of your own; left out, both are worked out
  sovereignty-rule: true    # the first view of the table below; false is the second
expect:                     # may be left out: what somebody else concluded
  sovereignty: depends      # the command says where it concludes otherwise
differs:                    # may be left out: why, where that is known
  sovereignty: The other took entry without effects for a breach.
```

- **Whose eyes.** A case is told by the *injured State*: the one that the conduct harmed. *The State* in a question is
  the other one, whose responsibility or help is in question. The same event is told again, in another file, for
  another pair of States.
- **True and false are findings, not absence of news.** What nobody looked into is unknown. What is false matters: as
  long as it is unknown whether the injured State had consented, the act cannot be found wrongful.
- **`engaged`**: it follows whatever the unknown facts turn out to be. **`not engaged`**: it cannot follow.
  **`depends`**: it can go either way, and the smallest sets of facts that would settle it are named.
- A norm is *engaged* when what happened is what it speaks of; a rule when the case fulfils its conditions, so that it
  is broken or applies; a response when its conditions are met.
- **Positions** are switches, never truths. Where the views lead to different ends, both ends are shown, the State's
  own first.
- A file is refused, with line and reason, when it is not YAML, names what is not known, states anything but `true`,
  `false` or `unknown`, says a thing twice, or states facts that cannot stand together.
- Facts and rules come from the packs `facts/` and `law/`; a state's own packs (`VERBALE_PACKS`) add to this list.
"""


def guide(law: Law) -> str:
    """The page as it should stand in `docs/facts.md`."""
    return "\n".join(_lines(law))


def _lines(law: Law) -> Iterator[str]:
    yield _HEAD
    yield f"## Facts ({len(law.facts)})"
    for group in law.groups.values():
        facts = [fact for fact in law.facts.values() if fact.group == group.id]
        if facts:
            yield f"\n### {group.name}\n"
            yield "| fact | question | when it is true |"
            yield "|---|---|---|"
            for fact in facts:
                more = f" *{_cell(fact.help)}*" if fact.help else ""
                yield f"| `{fact.id}` | {_cell(fact.question)}{more} | {_cell(fact.so)} |"
    if law.contradictions:
        yield "\n### What cannot stand together\n"
        for item in law.contradictions.values():
            yield f"- {item.says} (`{'`, `'.join(item.facts)}`)"
    yield f"\n## Positions ({len(law.positions)})\n"
    yield "Named are some who have said so publicly; never all who do.\n"
    yield "| position | question | `true` | `false` |"
    yield "|---|---|---|---|"
    for position in law.positions.values():
        views = " | ".join(
            _cell(f"{view.says} {view.held}".strip()) + f" [{_cell('; '.join(law.cited(view)))}]"
            for view in (position.so, position.otherwise)
        )
        yield f"| `{position.id}` | {_cell(position.question)} | {views} |"
    yield "\n## Conclusions\n"
    yield "| conclusion | kind | name | sources |"
    yield "|---|---|---|---|"
    for kind in ("norm", "rule", "option", "element"):
        for conclusion in law.conclusions.values():
            if conclusion.kind == kind:
                told = _cell("; ".join(law.cited(conclusion)))
                yield f"| `{conclusion.id}` | {kind} | {_cell(conclusion.name)} | {told} |"
    yield f"\n## Rules ({len(law.rules)})\n"
    yield "A conclusion follows when all that stands under *when* holds; *not x* means that x is not so.\n"
    yield "| rule | then | when | in words | sources |"
    yield "|---|---|---|---|---|"
    for rule in law.rules.values():
        when = ", ".join(f"`{item}`" for item in rule.when)
        yield f"| `{rule.id}` | `{rule.then}` | {when} | {_cell(rule.says)} | {_cell('; '.join(law.cited(rule)))} |"
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
