"""A day of exchange between ten nodes, short: killed in the middle, links cut, nothing lost, doubled or leaked."""

from pathlib import Path

import pytest

from tests.two_nodes.day import Day

TICKS, OBJECTS, KILLS, FAILURES = 10, 12, 8, 8


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def server(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""


def test_nothing_is_lost_and_nothing_leaks(tmp_path: Path, server: str) -> None:
    day = Day(tmp_path, seed=6, server=server)
    try:
        day.set_up()
        day.run(TICKS, lambda tick: OBJECTS, kills=KILLS, failures=FAILURES)
        told = day.reckon()
    finally:
        day.close()
    print(told)
    assert told.leaked == []
    assert told.lost == []
    assert told.doubled == []
    assert told.other == []
    assert told.objects > TICKS * OBJECTS * 10 * 0.9
    assert told.kills == KILLS
    assert told.kills_inside >= KILLS // 2
    assert told.checked > 1_000
