"""Files of facts: what is read, and what is refused with which line and reason."""

import pytest

from verbale.knowledge.law import Case, CaseError, read_case, the_law


def refused(text: str) -> str:
    with pytest.raises(CaseError) as caught:
        read_case(text, the_law())
    return str(caught.value)


def test_facts_and_positions_are_read_and_unknown_is_left_out() -> None:
    text = (
        "title: A case\nfacts:\n  organ: true\n  knew: false\n  adopted: unknown\npositions: {sovereignty-rule: no}\n"
    )
    assert read_case(text, the_law()) == Case({"organ": True, "knew": False}, {"sovereignty-rule": False}, "A case")


def test_what_others_concluded_is_read() -> None:
    case = read_case("expect: {sovereignty: not engaged}\ndiffers: {sovereignty: They look elsewhere.}\n", the_law())
    assert case.expect == {"sovereignty": "not engaged"}
    assert case.differs == {"sovereignty": "They look elsewhere."}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "is empty"),
        ("- organ\n", 1, "expected names with a value each"),
        ("facts:\n  organ: [true\n", 3, "is not YAML"),
        ("fact:\n  organ: true\n", 1, "there is no 'fact'; did you mean facts?"),
        ("facts:\n  organ: true\n  orgam: true\n", 3, "there is no 'orgam'; did you mean organ?"),
        ("facts:\n  sovereignty-rule: true\n", 2, "facts: there is no 'sovereignty-rule'"),
        ("positions:\n  organ: true\n", 2, "positions: there is no 'organ'"),
        ("facts:\n  organ: perhaps\n", 2, "organ: expected true, false or unknown, found 'perhaps'"),
        ("facts:\n  organ: 1\n", 2, "found '1'"),
        ("facts:\n  organ: 'true'\n", 2, "found 'true'"),
        ("facts:\n  organ:\n", 2, "found ''"),
        ("facts:\n  organ: [true]\n", 2, "found a list"),
        ("facts:\n  organ: true\n  knew: true\n  organ: false\n", 4, "organ stands twice"),
        ("facts:\n  ? [organ]\n  : true\n", 2, "a name is a word"),
        ("facts: true\n", 1, "expected names with a value each"),
        ("title: [a]\n", 1, "expected a text"),
        ("expect:\n  sovereignty: maybe\n", 2, "expected engaged, depends, not engaged"),
        ("expect:\n  organ: engaged\n", 2, "there is no 'organ'"),
        ("facts: {wrong-ended: true,\n attack-imminent: true}\n", 1, "Nothing more is owed for the wrong, and"),
        ("facts: &a\n  organ: *a\n", 1, "found a list"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_as_meant_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    told = refused(text)
    assert reason in told
    assert told.startswith("FACTS.yaml: ")
    if text:
        assert f"line {line}:" in told


def test_a_huge_file_is_refused() -> None:
    assert "larger than" in refused("#" * (1 << 20) + "\n#")


def test_deep_nesting_is_refused() -> None:
    assert "FACTS.yaml: line 1:" in refused("[" * 20_000)
