"""The curve of tension: by hand, in whatever order, never raised by cooperation, with two thresholds a level."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from verbale.knowledge import (
    Coding,
    Curve,
    Event,
    EventScale,
    MeasurePack,
    PackError,
    all_event_scales,
    all_measures,
    check_packs,
    code,
    coding,
    curve_of,
    form_of,
    reads_body,
)
from verbale.knowledge.packs import load_kind

START = datetime(2026, 1, 1, tzinfo=UTC)
HALF = coding().half_life_days
SHIPPED = Path(__file__).parents[2] / "src/verbale/knowledge/packs"


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def curve(*events: tuple[float, float], until: float) -> Curve:
    return curve_of(
        [Event(day(at), value, key=str(place)) for place, (at, value) in enumerate(events)], coding(), day(until)
    )


class TestByHand:
    def test_nothing_said_is_calm(self) -> None:
        empty = curve(until=10)
        assert (empty.tension, empty.level.code, empty.entered, empty.trend) == (0.0, "calm", None, "steady")

    def test_conflict_raises_and_wears_off_by_half(self) -> None:
        one = curve((0, -8), until=3 * HALF)
        assert one.at(day(-1)) == 0
        assert [one.at(day(HALF * n)) for n in range(4)] == pytest.approx([8, 4, 2, 1])

    def test_what_comes_later_is_added_to_what_is_left(self) -> None:
        two = curve((0, -8), (HALF, -5.8), until=HALF)
        assert two.points[1].before == pytest.approx(4)
        assert two.tension == pytest.approx(9.8)

    def test_cooperation_takes_tension_away_and_is_not_saved_up(self) -> None:
        assert curve((0, -8), (HALF, 3), until=HALF).tension == pytest.approx(1)
        assert curve((0, -8), (HALF, 7), until=HALF).tension == 0
        assert curve((0, 10), (0.5, 10), (1, -2), until=1).tension == pytest.approx(2)

    def test_events_of_one_moment_are_one(self) -> None:
        assert curve((1, 7), (1, -9), until=1).tension == pytest.approx(2)
        assert len(curve((1, 7), (1, -9), until=1).points) == 1

    def test_what_is_dated_later_does_not_count_yet(self) -> None:
        assert curve((5, -8), until=4.9).points == ()
        assert curve((5, -8), until=5).tension == 8

    @pytest.mark.parametrize(
        ("events", "trend"),
        [(((0, -8),), "falling"), (((15, -8),), "rising"), (((0, -2),), "steady")],
    )
    def test_the_trend_is_against_a_week_before(self, events: tuple[tuple[float, float], ...], trend: str) -> None:
        assert curve(*events, until=20).trend == trend


class TestThresholds:
    def test_a_level_is_entered_at_its_threshold(self) -> None:
        assert curve((0, -3.99), until=0).crossings == ()
        (crossing,) = curve((0, -4), until=0).crossings
        assert (crossing.before.code, crossing.after.code, crossing.rising, crossing.keys) == (
            "calm", "strained", True, ("0",),
        )  # fmt: skip

    def test_several_at_once_are_one_crossing(self) -> None:
        (crossing,) = curve((0, -10), (0, -10), until=0).crossings
        assert (crossing.before.code, crossing.after.code) == ("calm", "critical")
        assert crossing.keys == ("0", "1")

    def test_a_level_is_left_below_the_lower_threshold_only(self) -> None:
        standing = curve((0, -4), (1, 1), until=1)
        assert standing.tension < 4
        assert standing.level.code == "strained"
        gone = curve((0, -4), (1, 2.5), until=1)
        assert (gone.level.code, gone.entered.rising if gone.entered else None) == ("calm", False)

    def test_it_wears_off_level_by_level_at_the_hour_it_falls(self) -> None:
        worn = curve((0, -10), (0, -10), until=200)
        assert [crossing.after.code for crossing in worn.crossings] == ["critical", "tense", "strained", "calm"]
        for crossing in worn.crossings[1:]:
            assert worn.at(crossing.moment) == pytest.approx(crossing.before.leave)
            assert crossing.keys == ()
        assert worn.crossings[-1].moment == pytest.approx(
            day(HALF * 3.321928094887362), abs=timedelta(seconds=1)
        )  # log2(20 / 2) half-lives

    def test_what_hovers_about_a_threshold_rings_once(self) -> None:
        about = curve((0, -4.1), *((n, 0.4 if n % 2 else -0.5) for n in range(1, 12)), until=12)
        assert [crossing.after.code for crossing in about.crossings] == ["strained"]

    def test_the_level_of_an_earlier_moment(self) -> None:
        risen = curve((0, -5), (10, -8), until=12)
        assert [risen.level_at(day(at)).code for at in (-1, 0, 9, 10, 12)] == [
            "calm", "strained", "strained", "tense", "tense",
        ]  # fmt: skip


_events = st.lists(
    st.builds(
        Event,
        st.integers(0, 60 * 24).map(lambda hours: START + timedelta(hours=hours)),
        st.integers(-100, 100).map(lambda tenth: tenth / 10),
        key=st.text("abcdef", min_size=4, max_size=4),
    ),
    max_size=25,
)
_UNTIL = day(90)


@given(_events, st.randoms())
def test_the_order_in_which_events_are_given_does_not_matter(events: list[Event], random: Any) -> None:
    mixed = list(events)
    random.shuffle(mixed)
    one, other = curve_of(events, coding(), _UNTIL), curve_of(mixed, coding(), _UNTIL)
    assert [(p.moment, p.before, p.tension) for p in one.points] == [
        (p.moment, p.before, p.tension) for p in other.points
    ]
    assert [(c.moment, c.after) for c in one.crossings] == [(c.moment, c.after) for c in other.crossings]


@given(_events, st.integers(0, 60 * 24), st.integers(0, 100))
def test_a_cooperative_event_never_raises_tension_and_conflict_never_lowers_it(
    events: list[Event], hour: int, tenth: int
) -> None:
    at, plain = START + timedelta(hours=hour), curve_of(events, coding(), _UNTIL)
    kind = curve_of([*events, Event(at, tenth / 10)], coding(), _UNTIL)
    unkind = curve_of([*events, Event(at, -tenth / 10)], coding(), _UNTIL)
    for number in range(0, 91, 3):
        assert kind.at(day(number)) <= plain.at(day(number)) + 1e-9
        assert unkind.at(day(number)) >= plain.at(day(number)) - 1e-9


@given(_events)
def test_it_never_falls_below_nought_and_only_ever_decays_between_events(events: list[Event]) -> None:
    found = curve_of(events, coding(), _UNTIL)
    for point, following in pairwise(found.points):
        assert following.before <= point.tension
        assert point.tension >= 0
    levels = [coding().levels.index(crossing.after) for crossing in found.crossings]
    before = [coding().levels.index(crossing.before) for crossing in found.crossings]
    assert before == [0, *levels][: len(before)]
    assert [crossing.moment for crossing in found.crossings] == sorted(crossing.moment for crossing in found.crossings)


class TestPacks:
    def test_the_shipped_ones_are_whole_and_name_their_sources(self) -> None:
        packs = check_packs()
        for kind in ("event-scales", "event-codings", "measures"):
            assert packs[kind]
            assert all(pack.sources for pack in packs[kind])

    @pytest.mark.parametrize(
        ("identifier", "value"),
        [("010", 0.0), ("0214", 3.4), ("036", 4.0), ("057", 8.0), ("064", 7.0), ("114", -2.0), ("125", -5.0),
         ("131", -5.8), ("155", -7.2), ("176", -7.0), ("0874", 10.0), ("204", -10.0), ("99", None)],
    )  # fmt: skip
    def test_values_of_the_scale(self, identifier: str, value: float | None) -> None:
        (scale,) = all_event_scales()
        assert scale.value(identifier) == value

    def test_measures_are_all_there_and_their_forms_exist(self) -> None:
        numbers = {pack.id: [measure.number for measure in pack.measures] for pack in all_measures()}
        assert numbers == {"osce": [str(n) for n in range(1, 17)], "un": [str(n) for n in range(1, 9)]}
        for pack in all_measures():
            for measure in pack.measures:
                assert measure.reference
                for door in measure.doors:
                    kind, _colon, name = door.partition(":")
                    assert kind != "form" or form_of(name) is not None

    def test_no_rule_is_hidden_behind_an_earlier_one(self) -> None:
        rules = coding().rules
        for place, rule in enumerate(rules):
            for earlier in rules[:place]:
                unconditional = not (earlier.where or earlier.filled or earlier.markings or earlier.precedences)
                hidden = [name for name in rule.types if unconditional and earlier.names(name)]
                assert not hidden, (hidden, earlier.types)


class TestCoding:
    @pytest.mark.parametrize(
        ("act_type", "body", "expected"),
        [
            ("channel.note", {"form": "note-verbale"}, "010"),
            ("channel.note", {"form": "demarche", "values": {"consequence": " "}}, "114"),
            ("channel.note", {"form": "demarche", "values": {"consequence": "Measures follow."}}, "131"),
            ("channel.note", {"form": "incident-notification"}, "064"),
            ("channel.answer", {"form": "demarche"}, "114"),
            ("talks.report", {"status": "dropped"}, "120"),
            ("talks.report", {"status": "open"}, "010"),
            ("assistance.refuse", {"ground": "political"}, "121"),
            ("assistance.refuse", {"ground": "not-held"}, "010"),
            ("capacity.report", {"held": True}, "070"),
            ("agreement.sign", {}, "057"),
            ("directory.ping", {}, ""),
            ("drill.inject", {}, ""),
        ],
    )
    def test_an_act_is_the_event_that_the_first_rule_says(self, act_type: str, body: Any, expected: str) -> None:
        found = code(act_type, body)
        assert found is not None
        assert (found.code, bool(found.because)) == (expected, True)
        assert (found.value is None) == (expected == "")

    def test_what_no_rule_knows_is_not_coded(self) -> None:
        assert code("weather.report", {}) is None
        assert code("talksx.invite", {}) is None

    @pytest.mark.parametrize("odd", [{}, {"form": 3}, {"form": ["demarche"]}, {"form": "demarche", "values": "x"},
                                     {"values": {"consequence": []}}, {"form": None, "values": None}])  # fmt: skip
    def test_an_odd_body_of_a_stranger_is_coded_all_the_same(self, odd: dict[str, Any]) -> None:
        found = code("channel.note", odd)
        assert found is not None
        assert found.code in ("010", "114")

    def test_which_acts_must_be_opened_to_be_coded(self) -> None:
        assert reads_body("channel.note")
        assert not reads_body("talks.invite")

    def test_marking_and_precedence_may_decide(self) -> None:
        source = yaml.safe_load((SHIPPED / "event-codings/verbale.yaml").read_text())
        first = {
            "types": ["channel.note"],
            "markings": ["RED"],
            "precedences": ["FLASH"],
            "code": "139",
            "because": "x",
        }
        own = msgspec.convert({**source, "rules": [first, *source["rules"]]}, Coding)
        fits = own.rule_of("channel.note", {}, marking="RED", precedence="FLASH")
        assert fits is not None
        assert fits.code == "139"
        other = own.rule_of("channel.note", {}, marking="RED", precedence="ROUTINE")
        assert other is not None
        assert other.code == "010"


def _broken(kind: str, name: str, **changes: Any) -> dict[str, Any]:
    source: dict[str, Any] = yaml.safe_load((SHIPPED / kind / f"{name}.yaml").read_text())
    return {**source, "version": 99, **changes}


ONE = {"code": "01", "name": "x", "value": 1}
MEASURE = {"number": "1", "name": "x", "says": "x", "reference": "x"}
LEVELS = [
    {"code": "calm", "name": "Calm", "enter": 0, "leave": 0},
    {"code": "tense", "name": "Tense", "enter": 5, "leave": 3},
]


@pytest.mark.parametrize(
    ("kind", "shape", "content", "reason"),
    [
        ("event-scales", EventScale, _broken("event-scales", "cameo", codes=[{"code": "01", "name": "x"}]),
         "01 has no value"),
        ("event-scales", EventScale, _broken("event-scales", "cameo", codes=[{"code": "01", "name": "x", "value": 11}]),
         r"<= 10.* at `\$\.codes\[0\]\.value`"),
        ("event-scales", EventScale, _broken("event-scales", "cameo", codes=[ONE] * 2),
         "a code stands twice"),
        ("event-codings", Coding, _broken("event-codings", "verbale", scale="weis"), "there is no event scale weis"),
        ("event-codings", Coding,
         _broken("event-codings", "verbale", rules=[{"types": ["talks.invite"], "code": "999", "because": "x"}]),
         r"rule 1 \(talks\.invite\): 999 is no code of cameo"),
        ("event-codings", Coding,
         _broken("event-codings", "verbale", rules=[{"types": ["talks.invite"], "code": "036", "because": ""}]),
         "because"),
        ("event-codings", Coding, _broken("event-codings", "verbale", levels=[LEVELS[0], {**LEVELS[1], "leave": 5}]),
         "tense must be left below where it is entered"),
        ("event-codings", Coding, _broken("event-codings", "verbale", levels=[LEVELS[1], LEVELS[0]]),
         "the first is where there is no tension"),
        ("event-codings", Coding,
         _broken("event-codings", "verbale", levels=[*LEVELS, {"code": "worse", "name": "W", "enter": 5, "leave": 4}]),
         "worse must be entered and left above tense"),
        ("event-codings", Coding, _broken("event-codings", "verbale", half_life_days=0), "half_life_days"),
        ("measures", MeasurePack,
         _broken("measures", "un", measures=[{**MEASURE, "doors": ["/x"]}]),
         r"doors"),
    ],
)  # fmt: skip
def test_a_broken_pack_is_refused_with_its_file_and_the_reason(
    kind: str, shape: Any, content: dict[str, Any], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / kind).mkdir()
    (tmp_path / kind / "own.yaml").write_text(yaml.safe_dump(content))
    monkeypatch.setenv("VERBALE_PACKS", str(tmp_path))
    with pytest.raises(PackError, match=rf"^own\.yaml: .*{reason}"):
        load_kind(kind, shape)
    with pytest.raises(PackError, match=r"^own\.yaml: "):
        check_packs()


def test_a_state_puts_its_own_thresholds_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "event-codings").mkdir()
    (tmp_path / "event-codings/own.yaml").write_text(yaml.safe_dump(_broken("event-codings", "verbale", levels=LEVELS)))
    monkeypatch.setenv("VERBALE_PACKS", str(tmp_path))
    own = load_kind("event-codings", Coding)["verbale"]
    assert curve_of([Event(START, -5)], own, START).level.code == "tense"
