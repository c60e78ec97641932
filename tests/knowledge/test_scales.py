"""Severity scales: what ships, the arithmetic of a scale that computes, and packs that are refused."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from verbale.knowledge import PackError, Scale, all_scales, scale_of
from verbale.knowledge.packs import load_kind

NCISS = scale_of("nciss")
assert NCISS is not None


def answers(scale: Scale, which: int) -> dict[str, str]:
    return {factor.id: factor.answers[which].id for factor in scale.factors}


def test_four_scales_ship_and_each_names_its_sources() -> None:
    assert [scale.id for scale in all_scales()] == ["nciss", "dcid-severity", "eurepoc-intensity", "uk-ncsc"]
    assert all(scale.sources and scale.sources[0].reference for scale in all_scales())
    assert [scale.id for scale in all_scales() if scale.computes] == ["nciss"]


def test_the_eight_categories_of_nciss_have_the_weights_of_the_published_model() -> None:
    assert {factor.id: factor.weight for factor in NCISS.factors} == {
        "functional-impact": 6,
        "observed-activity": 5,
        "location": 4,
        "actor": 4,
        "information-impact": 2,
        "recoverability": 4,
        "cross-sector": 3,
        "potential-impact": 6,
    }


def test_the_least_answers_give_0_and_the_gravest_100() -> None:
    least = {factor.id: min(factor.answers, key=lambda answer: answer.points).id for factor in NCISS.factors}
    most = {factor.id: max(factor.answers, key=lambda answer: answer.points).id for factor in NCISS.factors}
    low, high = NCISS.score(least), NCISS.score(most)
    assert low is not None
    assert high is not None
    assert (low.told, low.level.code, high.told, high.level.code) == ("0.0", "0", "100.0", "5")


def test_a_case_worked_out_by_hand() -> None:
    """Ransomware in banks: 6*70 + 5*100 + 4*40 + 4*40 + 2*50 + 4*40 + 3*35 + 6*75 = 2055; least 325, greatest 3400."""
    score = NCISS.score(
        {
            "functional-impact": "significant-critical",
            "observed-activity": "effect",
            "location": "level-2",
            "actor": "criminal",
            "information-impact": "proprietary",
            "recoverability": "supplemented",
            "cross-sector": "finance",
            "potential-impact": "high",
        }
    )
    assert score is not None
    assert sum(part.points for part in score.parts) == 2055
    least = sum(factor.weight * min(answer.points for answer in factor.answers) for factor in NCISS.factors)
    most = sum(factor.weight * max(answer.points for answer in factor.answers) for factor in NCISS.factors)
    assert (least, most) == (325, 3400)
    assert score.told == "56.3"
    assert score.tenths == round(1000 * (2055 - least) / (most - least))
    assert (score.level.code, score.level.name) == ("2", "Medium")
    assert score.parts[0].points == 420
    assert score.parts[0].most == 600


@given(st.tuples(*(st.sampled_from(factor.answers) for factor in NCISS.factors)))
def test_the_score_is_the_weighted_mean_and_the_level_the_highest_that_it_reaches(chosen: tuple[Any, ...]) -> None:
    score = NCISS.score({factor.id: answer.id for factor, answer in zip(NCISS.factors, chosen, strict=True)})
    assert score is not None
    sums = [
        sum(Fraction(factor.weight) * which(answer.points for answer in factor.answers) for factor in NCISS.factors)
        for which in (min, max)
    ]
    total = sum(factor.weight * answer.points for factor, answer in zip(NCISS.factors, chosen, strict=True))
    exact = 100 * (total - sums[0]) / (sums[1] - sums[0])
    assert abs(Fraction(score.tenths, 10) - exact) <= Fraction(1, 20)
    reached = [level for level in NCISS.levels if exact >= level.at]
    assert score.level == reached[0]


def test_a_graver_answer_never_lowers_the_score() -> None:
    base = answers(NCISS, 0)
    for factor in NCISS.factors:
        scores = [
            NCISS.score({**base, factor.id: answer.id}).tenths
            for answer in sorted(factor.answers, key=lambda answer: answer.points)
        ]
        assert scores == sorted(scores)


def test_without_all_answers_there_is_no_score() -> None:
    given_ = answers(NCISS, 0)
    del given_["actor"]
    assert NCISS.score(given_) is None
    assert [factor.id for factor in NCISS.unanswered({**given_, "actor": "martian"})] == ["actor"]
    assert len(NCISS.parts(given_)) == 7


def test_a_scale_that_only_asks_has_no_score_of_its_own() -> None:
    scale = scale_of("eurepoc-intensity")
    assert scale.factors
    assert scale.score(answers(scale, 1)) is None


GOOD: dict[str, Any] = {
    "id": "own",
    "version": 1,
    "name": "Our own",
    "sources": [{"title": "a decree", "reference": "art. 4"}],
    "levels": [{"code": "b", "name": "B", "at": 50}, {"code": "a", "name": "A", "at": 0}],
    "factors": [
        {
            "id": "f",
            "name": "F",
            "question": "How?",
            "answers": [{"id": "x", "name": "X", "points": 0}, {"id": "y", "name": "Y", "points": 3}],
        }
    ],
}
BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "one code twice": (
        {"levels": [{"code": "a", "name": "A"}, {"code": "a", "name": "B"}]},
        "two levels have the same",
    ),
    "levels that do not fall": (
        {"levels": [{"code": "b", "name": "B", "at": 0}, {"code": "a", "name": "A", "at": 50}]},
        "`at` must stand at each level",
    ),
    "a level without its score": (
        {"levels": [{"code": "b", "name": "B", "at": 50}, {"code": "a", "name": "A"}]},
        "`at` must stand at each level",
    ),
    "nothing to score": ({"factors": []}, "there is no factor to score"),
    "an answer without points": (
        {"factors": [{**GOOD["factors"][0], "answers": [{"id": "x", "name": "X"}, {"id": "y", "name": "Y"}]}]},
        "each answer to f needs points",
    ),
    "points that are all the same": (
        {
            "factors": [
                {
                    **GOOD["factors"][0],
                    "answers": [{"id": "x", "name": "X", "points": 2}, {"id": "y", "name": "Y", "points": 2}],
                }
            ]
        },
        "all answers have the same points",
    ),
    "no source": ({"sources": []}, "sources"),
    "an unknown field": ({"colour": "red"}, "colour"),
}


def put(folder: Path, pack: dict[str, Any]) -> None:
    (folder / "scales").mkdir(exist_ok=True)
    (folder / "scales" / "own.yaml").write_text(yaml.safe_dump(pack), encoding="utf-8")


def test_a_state_adds_a_scale_that_computes_by_a_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, GOOD)
    monkeypatch.setenv("VERBALE_PACKS", str(tmp_path))
    own = load_kind("scales", Scale)["own"]
    assert [own.score({"f": answer}).level.code for answer in ("x", "y")] == ["a", "b"]


@pytest.mark.parametrize(("change", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_scale_is_refused_with_file_and_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], reason: str
) -> None:
    put(tmp_path, {**GOOD, **change})
    monkeypatch.setenv("VERBALE_PACKS", str(tmp_path))
    with pytest.raises(PackError, match=r"own\.yaml") as refused:
        load_kind("scales", Scale)
    assert reason in str(refused.value)
