"""Decay of indicators: the formula of the papers, what refreshes and what ends."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from verbale.intel.decay import FILES, NETWORK, PHISHING, Facts, Model, Score, base_score, ends_at, model_for, score

DAY = 86_400_000_000
NOW = 1_795_521_600_000_000
MODELS = st.sampled_from([NETWORK, PHISHING, FILES])


def worth(days: float, model: Model = NETWORK, **fields: object) -> Score:
    return score(Facts(NOW, **fields), model, NOW + round(days * DAY))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "value"),
    [(0, 80), (30, 40), (120, 0), (500, 0), (7.5, 60), (67.5, 20)],
)
def test_the_formula(days: float, value: float) -> None:
    # 80 · (1 - (days / 120)^(1/2))
    assert worth(days).value == pytest.approx(value)


def test_active_above_the_threshold() -> None:
    assert worth(46).active
    assert not worth(47).active  # 80 · (1 - (46.875 / 120)^(1/2)) = 30


def test_a_sighting_refreshes() -> None:
    assert worth(40, sightings=(NOW + 30 * DAY,)) == worth(10)
    assert worth(40, sightings=(NOW + 50 * DAY,)) == worth(40)  # not yet
    assert worth(40, sightings=(NOW - 50 * DAY,)) == worth(40)  # before it was made


@pytest.mark.parametrize(
    ("fields", "ended"),
    [
        ({"revoked": True}, "revoked"),
        ({"valid_until": NOW + 10 * DAY}, "expired"),
        ({"false_positives": (NOW + DAY,)}, "false-positive"),
        ({"false_positives": (NOW + 2 * DAY,), "sightings": (NOW + DAY,)}, "false-positive"),
        ({"false_positives": (NOW + DAY,), "sightings": (NOW + 2 * DAY,)}, ""),
        ({"false_positives": (NOW + 11 * DAY,)}, ""),
        ({"valid_until": NOW + 11 * DAY}, ""),
    ],
)
def test_what_ends_an_indicator(fields: dict[str, object], ended: str) -> None:
    found = worth(10, **fields)
    assert found.ended == ended
    assert (found.value == 0) == bool(ended)
    assert found.active is not bool(ended)


@given(
    MODELS,
    st.none() | st.floats(0, 100),
    st.integers(-400, 400),
    st.integers(0, 400),
    st.lists(st.integers(0, 400), max_size=3),
)
def test_between_nothing_and_its_base_and_never_rising_by_itself(
    model: Model, base: float | None, day: int, more: int, seen: list[int]
) -> None:
    facts = Facts(NOW, base, tuple(NOW + n * DAY for n in seen if n <= day))
    early, late = (score(facts, model, NOW + n * DAY).value for n in (day, day + more))
    assert 0 <= late <= early <= (model.default_base if base is None else base)


@given(MODELS, st.none() | st.floats(0, 100), st.integers(0, 800))
def test_it_is_active_until_it_ends_and_not_after(model: Model, base: float | None, day: int) -> None:
    facts, now = Facts(NOW, base), NOW + day * DAY
    end = ends_at(facts, model, now)
    assert (end is not None) == score(facts, model, now).active
    if end is not None:
        assume(end - now > 2_000_000)
        assert score(facts, model, end - 1_000_000).active
        assert not score(facts, model, end + 1_000_000).active


def test_an_end_that_is_set_comes_first() -> None:
    assert ends_at(Facts(NOW, valid_until=NOW + DAY), NETWORK, NOW) == NOW + DAY
    assert ends_at(Facts(NOW, 80), NETWORK, NOW) == NOW + round(120 * (1 - 30 / 80) ** 2 * DAY)


@pytest.mark.parametrize(
    ("quality", "source", "base"),
    [(80, 40, 60), (80, None, 80), (None, 40, 40), (None, None, None), (300, -5, 50)],
)
def test_base_score(quality: float | None, source: float | None, base: float | None) -> None:
    assert base_score(quality, source) == base


def test_base_score_with_weights() -> None:
    assert base_score(100, 0, quality_weight=3, source_weight=1) == 75
    assert base_score(100, 0, quality_weight=0, source_weight=1) == 0


@pytest.mark.parametrize(
    ("kinds", "model"), [({"sha256", "filename"}, FILES), ({"sha256", "ip-dst"}, NETWORK), (set(), NETWORK)]
)
def test_model(kinds: set[str], model: Model) -> None:
    assert model_for(frozenset(kinds)) == model
    assert model_for(frozenset(kinds), phishing=True) == PHISHING
