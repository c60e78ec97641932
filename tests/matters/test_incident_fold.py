"""The rules of effect of an incident, as a table. `tests/matters/test_fold_properties.py` has what always holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from verbale.matters.incident.fold import closed_by, title
from verbale.node.registry import apply_rule
from verbale.protocol import Act, Effect, fold, make_act, matter_id, ordered

MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NONCE = "a" * 32
MATTER = matter_id("CR", NONCE)
NIGHT = {"title": "Night on the grid"}


def act(place: int, author: str, word: str, body: dict[str, Any] | None = None, **fields: Any) -> Act:
    usual: dict[str, Any] = {
        "open": NIGHT,
        "report": NIGHT,
        "assess": {"scale": "uk-ncsc", "level": "2"},
        "remark": {"text": "seen"},
    }
    return make_act(
        **{
            "type": f"incident.{word}",
            "author": author,
            "audience": ("CR", "LZ"),
            "matter": MATTER,
            "issued": MORNING + timedelta(minutes=place),
            "body": body or usual.get(word, {"reason": "done"}),
            "nonce": NONCE if (author, word) == ("CR", "open") else None,
            **fields,
        }
    )


Line = tuple[str, str] | tuple[str, str, dict[str, Any]]
OK = None
CR_CLOSED, LZ_CLOSED = "CR had closed the incident.", "LZ had closed the incident."

CASES: dict[str, list[tuple[Line, str | None]]] = {
    "1: who made the matter's id opens it": [(("CR", "open"), OK)],
    "1: nobody else opens it": [(("LZ", "open"), "It claims to open this matter, whose id is not of its making.")],
    "1: others report on it before it was opened here": [(("LZ", "report"), OK), (("CR", "open"), OK)],
    "2: the first account gives the title": [
        (("CR", "report", {"title": "First"}), OK),
        (("LZ", "report", {"title": "Second"}), OK),
    ],
    "3: each closes for itself": [(("CR", "close"), OK), (("LZ", "close"), OK)],
    "3: what was not closed is not reopened": [(("CR", "reopen"), "CR had not closed the incident.")],
    "3: nobody reopens for another": [(("CR", "close"), OK), (("LZ", "reopen"), "LZ had not closed the incident.")],
    "3: it closes once": [(("CR", "close"), OK), (("CR", "close"), CR_CLOSED)],
    "3: it reopens once": [
        (("CR", "close"), OK),
        (("CR", "reopen"), OK),
        (("CR", "reopen"), "CR had not closed the incident."),
    ],
    "3: reopened, it may close again": [(("CR", "close"), OK), (("CR", "reopen"), OK), (("CR", "close"), OK)],
    "4: while closed, its author's reports are without effect": [(("LZ", "close"), OK), (("LZ", "report"), LZ_CLOSED)],
    "4: and its assessments": [(("LZ", "close"), OK), (("LZ", "assess"), LZ_CLOSED)],
    "4: another's are not": [(("LZ", "close"), OK), (("CR", "report"), OK), (("CR", "assess"), OK)],
    "4: remarks always take effect": [(("CR", "close"), OK), (("CR", "remark"), OK)],
    "4: reopened, they take effect again": [(("LZ", "close"), OK), (("LZ", "reopen"), OK), (("LZ", "report"), OK)],
    "5: a scale that no pack knows": [
        (("CR", "assess", {"scale": "richter", "level": "9"}), "No pack of this node knows the scale richter.")
    ],
    "5: a level that the scale does not have": [
        (("CR", "assess", {"scale": "uk-ncsc", "level": "9"}), "The scale UK NCSC incident categories has no level 9.")
    ],
    "an unknown type": [
        (
            ("CR", "later-version"),
            "This node does not know acts of type incident.later-version; it keeps them as they are.",
        )
    ],
    "a body without title": [
        (
            ("CR", "report", {"account": "x"}),
            "Its content is not lawful for its type: Object missing required field `title`.",
        )
    ],
    "a reason that is empty": [
        (
            ("CR", "close", {"reason": ""}),
            "Its content is not lawful for its type: Expected `str` of length >= 1 - at `$.reason`.",
        )
    ],
    "a day that is not in the calendar": [
        (
            ("CR", "report", {**NIGHT, "occurred": "2026-02-30"}),
            "Its content is not lawful for its type: occurred: 2026-02-30 is no day of the calendar.",
        )
    ],
}


def told(lines: list[Line]) -> tuple[dict[str, Any], list[Effect]]:
    acts = [act(place, *line) for place, line in enumerate(lines)]
    state, effects = fold(apply_rule, acts)
    assert [item.id for item in ordered(acts)] == [item.id for item in acts]
    return state, [effects[item.id] for item in acts]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_rule(case: list[tuple[Line, str | None]]) -> None:
    _, effects = told([line for line, _ in case])
    assert [effect.sentence() or None for effect in effects] == [reason for _, reason in case]


def test_an_unlawful_act_leaves_no_trace_in_the_state() -> None:
    state, _ = told(
        [("LZ", "open"), ("CR", "report", {"account": "x"}), ("CR", "assess", {"scale": "x", "level": "y"})]
    )
    assert state == {}


def test_accounts_stand_in_order_and_the_first_gives_the_title() -> None:
    acts = [act(0, "CR", "open"), act(1, "LZ", "report", {"title": "Other"}), act(2, "CR", "remark")]
    state, _ = fold(apply_rule, reversed(acts))
    assert state == {"title": "Night on the grid", "accounts": [acts[0].id, acts[1].id]}
    assert title(state) == "Night on the grid"


def test_an_account_that_refers_to_a_later_one_stands_behind_it() -> None:
    later = act(9, "LZ", "report", {"title": "The later one"})
    early = act(0, "CR", "report", refs=(later.id,))
    assert title(fold(apply_rule, [early, later])[0]) == "The later one"


def test_a_later_assessment_of_the_same_author_and_scale_replaces_the_earlier() -> None:
    lines = [("CR", {"level": "3", "scale": "uk-ncsc"}), ("LZ", {"level": "4", "scale": "uk-ncsc"})]
    acts = [act(place, who, "assess", body) for place, (who, body) in enumerate(lines)]
    last = act(5, "CR", "assess", {"scale": "uk-ncsc", "level": "1", "reasons": "worse than thought"})
    state, _ = fold(apply_rule, [last, *acts])
    assert state == {
        "severity:CR:uk-ncsc": {"level": "1", "reasons": "worse than thought", "act": last.id},
        "severity:LZ:uk-ncsc": {"level": "4", "reasons": "", "act": acts[1].id},
    }


def test_who_considers_it_closed_is_told() -> None:
    state, _ = told([("LZ", "close"), ("CR", "close", {"reason": "all is well"}), ("LZ", "reopen")])
    assert closed_by(state) == ["CR"]
    assert state["closed:CR"]["reason"] == "all is well"
    assert title(state) == ""
