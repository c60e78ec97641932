"""TLP 2.0: five labels, and what each lets a recipient do."""

import pytest

from verbale.protocol import MalformedError, Marking, may_disclose, parse_marking


@pytest.mark.parametrize(
    ("text", "marking"),
    [
        ("TLP:RED", Marking.RED),
        ("red", Marking.RED),
        (" tlp:amber+strict ", Marking.AMBER_STRICT),
        ("AMBER", Marking.AMBER),
        ("TLP:GREEN", Marking.GREEN),
        ("CLEAR", Marking.CLEAR),
        ("TLP:WHITE", Marking.CLEAR),
    ],
)
def test_a_marking_is_understood(text: str, marking: Marking) -> None:
    assert parse_marking(text) is marking


@pytest.mark.parametrize("text", ["", "TLP:", "TLP:BLUE", "AMBER STRICT", "TLP:TLP:RED", "RED\0"])
def test_what_is_no_marking_is_refused(text: str) -> None:
    with pytest.raises(
        MalformedError, match=r"is no TLP 2.0 marking; the markings are CLEAR, GREEN, AMBER, AMBER\+STRICT"
    ):
        parse_marking(text)


def test_markings_rank_from_clear_to_red() -> None:
    assert [marking.value for marking in sorted(Marking, key=lambda item: item.rank)] == [
        "CLEAR",
        "GREEN",
        "AMBER",
        "AMBER+STRICT",
        "RED",
    ]
    assert Marking.AMBER_STRICT.label == "TLP:AMBER+STRICT"


@pytest.mark.parametrize(
    ("marking", "in_community", "outside"),
    [
        (Marking.RED, False, False),
        (Marking.AMBER_STRICT, False, False),
        (Marking.AMBER, False, False),
        (Marking.GREEN, True, False),
        (Marking.CLEAR, True, True),
    ],
)
def test_what_a_recipient_may_pass_on(marking: Marking, in_community: bool, outside: bool) -> None:
    def may(recipient: str, *, holder: str = "LAZURIA") -> bool:
        return may_disclose(
            marking,
            author="CRIMSON",
            holder=holder,
            recipient=recipient,
            audience=("LAZURIA", "VERMILION"),
            community={"FORUM"},
        )

    assert may("FORUM") == in_community
    assert may("OCHRE") == outside
    assert may("VERMILION"), "the audience holds it anyway"
    assert may("CRIMSON"), "the author wrote it"
    assert may("LAZURIA"), "inside its own state"
    assert may("OCHRE", holder="CRIMSON"), "the author is not bound by its own marking"
