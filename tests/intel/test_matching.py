"""The match on DuckDB against a naive one, the whole road from files to sightings, and the command."""

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.intel.builders import TLP1, TLP2, ref, sdo
from tests.intel.matching_case import (
    IN_MANY_LOGS,
    LOGS,
    Seen,
    case_indicators,
    case_observed,
    found_in_logs,
    naive,
    plainly,
    write_observed,
)
from verbale.cli import intel_match
from verbale.intel import read_report
from verbale.intel.matching import (
    Indicator,
    MatchingError,
    hit_rows,
    indicator_of_stix,
    match,
    plain_indicator,
    read_indicators,
    sightings,
    tellings,
)
from verbale.intel.matching.engines import DuckDb
from verbale.intel.matching.expression import hits
from verbale.intel.matching.indicators import lay_out
from verbale.intel.matching.run import Hit

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
US = ref("identity", 7)


@pytest.fixture(scope="module")
def duckdb(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with DuckDb(tmp_path_factory.mktemp("duckdb"), memory="512MB", threads=1) as engine:
        yield engine


def found_by(
    engine: Any, folder: Path, seen: list[Seen], indicators: list[Indicator], *, subdomains: bool
) -> list[tuple[object, ...]]:
    write_observed(folder / "observed.parquet", seen)
    planned = lay_out(indicators, folder, subdomains=subdomains)
    engine.hold(folder)
    return plainly(engine.run(hits(planned.shape)))


@pytest.mark.parametrize("subdomains", [False, True])
def test_every_way_of_matching(duckdb: Any, tmp_path: Path, subdomains: bool) -> None:
    found = found_by(duckdb, tmp_path, case_observed(), case_indicators(), subdomains=subdomains)
    assert found == naive(case_observed(), case_indicators(), subdomains=subdomains)
    names = {row[0] for row in found}
    assert names == {one.id for one in case_indicators()} - {"not"}


def test_each_case_by_hand(duckdb: Any, tmp_path: Path) -> None:
    """What the naive matcher says is held to figures that were worked out on paper."""
    found = {row[0]: row for row in found_by(duckdb, tmp_path, case_observed(), case_indicators(), subdomains=False)}
    assert found["is"] == ("is", "domain", "evil.example", 2_500_000, 2_500_000, 2, 2, 3)
    assert found["window"][5:7] == (2, 1)
    assert found["net"][2] == "198.51.100.23"
    assert found["net6"][2] == "2001:db9::1"
    assert found["role"][5] == 1
    assert found["and"] == (
        *("and", "all of", "dst ipv4 = 198.51.100.23 and dst port = 443"),
        *(1_000_000, 1_000_000, 1, 1, 1),
    )
    assert found["plain"] == (
        *("plain", "md5", "9e107d9d372bb6826bd81d3542a419d6", 400_000, 500_000, 2, 2),
        (1 << 40) + 1,
    )


def test_the_logs_of_a_hit_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    assert found_in_logs(DuckDb(tmp_path, memory="512MB", threads=1), tmp_path) == IN_MANY_LOGS


NAMES = ("evil.example", "a.evil.example", "b.a.evil.example", "notevil.example", "x.example")
ADDRESSES = ("198.51.100.23", "198.51.100.24", "198.51.101.23", "10.0.0.1")

_OBSERVED = st.one_of(
    st.tuples(st.just("domain"), st.sampled_from(NAMES), st.sampled_from(("", "answer"))),
    st.tuples(st.just("ipv4"), st.sampled_from(ADDRESSES), st.sampled_from(("src", "dst"))),
    st.tuples(st.just("ipv6"), st.sampled_from(("2001:db8::1", "2001:db9::1")), st.sampled_from(("src", "dst"))),
    st.tuples(st.just("port"), st.sampled_from(("80", "443")), st.just("dst")),
)


@st.composite
def rows(draw: st.DrawFn) -> list[Seen]:
    seen = []
    for place in range(1, draw(st.integers(0, 8)) + 1):
        time = draw(st.one_of(st.none(), st.integers(0, 5)))
        for kind, value, role in draw(st.lists(_OBSERVED, max_size=4, unique=True)):
            seen.append(Seen(place, time, kind, value, role))
    return seen


_COMPARISONS = st.one_of(
    st.sampled_from(NAMES).map(lambda name: f"domain-name:value = '{name}'"),
    st.sampled_from(ADDRESSES).map(lambda one: f"ipv4-addr:value = '{one}'"),
    st.tuples(st.sampled_from(("src", "dst")), st.sampled_from(ADDRESSES)).map(
        lambda both: f"network-traffic:{both[0]}_ref.value = '{both[1]}'"
    ),
    st.tuples(st.sampled_from(ADDRESSES), st.integers(8, 32)).map(
        lambda both: f"ipv4-addr:value ISSUBSET '{both[0]}/{both[1]}'"
    ),
    st.integers(24, 40).map(lambda bits: f"ipv6-addr:value ISSUBSET '2001:db8::/{bits}'"),
    st.sampled_from(("%evil%", "a.%", "_.evil.example", "%")).map(lambda text: f"domain-name:value LIKE '{text}'"),
    st.sampled_from(("^a", "evil", "x|b")).map(lambda text: f"domain-name:value MATCHES '{text}'"),
    st.sampled_from(("80", "443")).map(lambda port: f"network-traffic:dst_port = {port}"),
)
_INNER = st.recursive(
    _COMPARISONS,
    lambda inner: st.tuples(inner, st.sampled_from(("AND", "OR")), inner).map(
        lambda both: f"({both[0]} {both[1]} {both[2]})"
    ),
    max_leaves=4,
)
_PATTERNS = st.tuples(_INNER, st.integers(1, 3)).map(
    lambda both: f"[{both[0]}]" if both[1] == 1 else f"([{both[0]}]) REPEATS {both[1]} TIMES"
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows(), st.lists(_PATTERNS, max_size=5), st.booleans(), st.one_of(st.none(), st.integers(0, 5)))
def test_duckdb_finds_what_trying_everything_finds(
    duckdb: Any, seen: list[Seen], patterns: list[str], subdomains: bool, since: int | None
) -> None:
    indicators = [Indicator(f"i{number}", pattern, since=since) for number, pattern in enumerate(patterns)]
    with tempfile.TemporaryDirectory() as folder:
        found = found_by(duckdb, Path(folder), seen, indicators, subdomains=subdomains)
    assert found == naive(seen, indicators, subdomains=subdomains)


# -- the whole road -------------------------------------------------------------------------------------------------


def bundle(path: Path, *objects: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"type": "bundle", "id": ref("bundle"), "objects": list(objects)}))
    return path


def stix_indicator(number: int, pattern: str, **more: Any) -> dict[str, Any]:
    common = {"pattern": pattern, "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z"}
    return sdo("indicator", number, **{**common, **more})


def test_from_logs_to_hits(tmp_path: Path) -> None:
    indicators = bundle(
        tmp_path / "bundle.json",
        stix_indicator(1, "[domain-name:value = 'login.evil.example']", name="Log-in page"),
        stix_indicator(2, "[url:value = 'http://files.evil.example:8080/drop/stage2.bin?id=7']"),
        stix_indicator(3, "[x509-certificate:serial_number = '03:A1:B2:C3:D4']"),
        stix_indicator(4, "[file:hashes.MD5 = '9e107d9d372bb6826bd81d3542a419d6']", valid_until="2026-01-02T00:00:00Z"),
        stix_indicator(5, "[email-message:from_ref.value = 'billing@evil.example']"),
        stix_indicator(6, "rule x { condition: true }", pattern_type="yara"),
    )
    logs = sorted(path for path in LOGS.iterdir() if path.suffix != ".csv")
    matched = match(logs, read_indicators(indicators, origin="beta"), memory="512MB")
    seen: dict[str, set[str]] = {}
    for hit in matched.hits:
        seen.setdefault(hit.indicator[-36:-28], set()).add(Path(hit.file).name)
    assert seen.keys() == {"00000001", "00000002", "00000003", "00000004", "00000005"}
    by_row = {(Path(hit.file).name, hit.row, hit.count) for hit in matched.hits if hit.indicator == ref("indicator", 1)}
    # dns, ssl, x509 and zeek.json once, ecs.ndjson twice
    assert by_row == {("dns.log", 9, 6)}
    assert all(hit.in_time == 0 for hit in matched.hits if hit.indicator == ref("indicator", 4))
    assert [one.reason for one in matched.indicators.examples] == ["is written in 'yara', not as a STIX pattern"]
    assert not [account for account in matched.logs if account.failed or account.bad]


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, float, float]] = []
    match(
        [LOGS / "conn.log"],
        [Indicator("i", "[ipv4-addr:value = '10.1.4.7']")],
        memory="512MB",
        progress=lambda step, done, whole: told.append((step, done, whole)),
    )
    read = [one for one in told if one[0] == "logs"]
    assert read[-1][1] == read[-1][2] == (LOGS / "conn.log").stat().st_size


def test_of_too_many_hits_the_rest_is_said_to_be_more() -> None:
    wanted = [Indicator(f"i{number}", "[ipv4-addr:value = '10.1.4.7']") for number in range(5)]
    assert len(match([LOGS / "conn.log"], wanted, memory="512MB", limit=3).hits) == 3
    assert match([LOGS / "conn.log"], wanted, memory="512MB", limit=3).more
    assert not match([LOGS / "conn.log"], wanted, memory="512MB", limit=5).more


def test_nothing_to_look_for_is_no_error(tmp_path: Path) -> None:
    matched = match([LOGS / "conn.log"], [], memory="512MB")
    assert matched.hits == []
    assert matched.logs[0].rows == 3


# -- indicators from files ------------------------------------------------------------------------------------------


def test_of_a_bundle_the_newest_version_counts_and_markings_are_read(tmp_path: Path) -> None:
    statement = sdo(
        "marking-definition", 9, modified=None, definition_type="statement", definition={"statement": "ours"}
    )
    path = bundle(
        tmp_path / "b.json",
        stix_indicator(1, "[domain-name:value = 'old.example']"),
        stix_indicator(1, "[domain-name:value = 'new.example']", modified="2026-11-24T13:00:00Z"),
        stix_indicator(
            2, "[domain-name:value = 'a.example']", object_marking_refs=[TLP2["AMBER+STRICT"], TLP1["GREEN"]]
        ),
        stix_indicator(3, "[domain-name:value = 'b.example']", object_marking_refs=[ref("marking-definition", 9)]),
        stix_indicator(4, "[domain-name:value = 'c.example']", object_marking_refs=[ref("marking-definition", 55)]),
        stix_indicator(
            5,
            "[domain-name:value = 'd.example']",
            object_marking_refs=[TLP2["CLEAR"]],
            granular_markings=[{"marking_ref": TLP2["RED"], "selectors": ["pattern"]}],
        ),
        stix_indicator(6, "[domain-name:value = 'e.example']", revoked=True),
        statement,
        sdo("ipv4-addr", 1, value="198.51.100.1"),
        {"type": "x-odd", "id": 5},
    )
    found = list(read_indicators(path, origin="beta", marking="GREEN"))
    assert [one.pattern for one in found][:1] == ["[domain-name:value = 'new.example']"]
    assert [one.marking for one in found] == ["GREEN", "AMBER+STRICT", "AMBER", "AMBER", "RED", "GREEN"]
    assert {one.origin for one in found} == {"beta"}
    assert [one.revoked for one in found] == [False] * 5 + [True]
    assert found[0].since == 1_767_225_600_000_000


def test_a_broken_indicator_is_named(tmp_path: Path) -> None:
    path = bundle(tmp_path / "b.json", {"type": "indicator", "id": ref("indicator"), "pattern": 5})
    with pytest.raises(MatchingError, match=r"b\.json: objects\[0\] cannot be read"):
        list(read_indicators(path))


def test_misp_events_give_plain_values(tmp_path: Path) -> None:
    event = {
        "Event": {
            "uuid": "5c1b7d6e-0000-4000-8000-000000000001",
            "info": "case",
            "date": "2026-11-20",
            "Attribute": [
                {"uuid": "5c1b7d6e-0000-4000-8000-000000000002", "type": "ip-dst", "category": "Network activity",
                 "value": "198.51.100.23", "to_ids": True},
                {"uuid": "5c1b7d6e-0000-4000-8000-000000000003", "type": "md5", "category": "Payload delivery",
                 "value": "9e107d9d372bb6826bd81d3542a419d6", "to_ids": True},
            ],
        }
    }  # fmt: skip
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event))
    matched = match([LOGS / "conn.log", LOGS / "files.log"], read_indicators(path), memory="512MB")
    assert {hit.kind for hit in matched.hits} == {"ipv4", "md5"}


def test_json_that_is_neither(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"a": 1}')
    with pytest.raises(MatchingError, match="neither a STIX bundle nor MISP"):
        list(read_indicators(path))


def test_plain_lines_and_csv(tmp_path: Path) -> None:
    path = tmp_path / "values.txt"
    path.write_text(
        "# of a partner\nkind,value\nhxxps://evil[.]example/x\n198.51.100.0/24\n\ndomain,login[.]evil.example\n"
        'file-name,"a, b.exe"\nmeaningless\nemail,billing@evil.example\n'
    )
    found = list(read_indicators(path, marking="RED"))
    assert [(one.kind, one.value) for one in found] == [
        ("", "https://evil.example/x"),
        ("", "198.51.100.0/24"),
        ("domain", "login.evil.example"),
        ("file-name", "a, b.exe"),
        ("", "meaningless"),
        ("email", "billing@evil.example"),
    ]
    assert {one.marking for one in found} == {"RED"}
    assert [one.id for one in found] == [one.id for one in read_indicators(path)]
    matched = match([LOGS / "conn.log", LOGS / "smtp.log"], found, memory="512MB")
    assert {(hit.kind, hit.value) for hit in matched.hits} == {
        ("ipv4", "198.51.100.23"),
        ("email", "billing@evil.example"),
    }
    assert [one.reason for one in matched.indicators.examples] == [
        "is 'meaningless', which is no kind of value that is known here"
    ]


def test_one_object_of_a_store() -> None:
    raw = json.dumps(stix_indicator(3, "[domain-name:value = 'a.example']", object_marking_refs=[TLP2["GREEN"]]))
    found = indicator_of_stix(raw.encode(), origin="gamma")
    assert (found.id, found.marking, found.origin) == (ref("indicator", 3), "GREEN", "gamma")


def test_an_empty_pattern_is_told_not_lost() -> None:
    raw = json.dumps(stix_indicator(3, "")).encode()
    matched = match([LOGS / "conn.log"], [indicator_of_stix(raw)], memory="512MB")
    assert matched.indicators.unlooked == 1


# -- sightings ------------------------------------------------------------------------------------------------------


def hit(number: int = 1, **more: Any) -> Hit:
    fields = {
        "indicator": ref("indicator", number),
        "name": "",
        "marking": "GREEN",
        "origin": "beta",
        "kind": "domain",
        "value": "evil.example",
        "first": 1_763_629_200_096_535,
        "last": 1_763_629_260_500_000,
        "count": 2,
        "in_time": 2,
        "file": "/logs/secret-host/conn.log",
        "row": 12,
    }
    return Hit(**{**fields, **more})


def test_a_sighting_is_valid_stix_and_tells_nothing_of_the_logs() -> None:
    (found,) = sightings([hit(), hit(kind="url", value="http://evil.example/")], identity=US, marking="AMBER", at=NOW)
    assert found["sighting_of_ref"] == ref("indicator", 1)
    assert found["where_sighted_refs"] == [US]
    assert found["count"] == 4
    assert (found["first_seen"], found["last_seen"]) == ("2025-11-20T09:00:00.096Z", "2025-11-20T09:01:00.500Z")
    assert found["object_marking_refs"] == [TLP2["AMBER"]]
    assert "secret-host" not in json.dumps(found)
    identity = sdo("identity", 7, name="Us")
    of = stix_indicator(1, "[domain-name:value = 'evil.example']")
    data = json.dumps({"type": "bundle", "id": ref("bundle"), "objects": [identity, of, found]}).encode()
    assert read_report(data).object_counts["sighting"] == 1


@pytest.mark.parametrize(
    ("theirs", "ours", "told"),
    [
        ("GREEN", "CLEAR", "GREEN"),
        ("GREEN", "AMBER", "AMBER"),
        ("RED", "AMBER", "RED"),
        (None, "CLEAR", "AMBER"),
        (None, "RED", "RED"),
        ("AMBER+STRICT", "AMBER", "AMBER+STRICT"),
    ],
)
def test_the_stricter_marking_counts(theirs: str | None, ours: str, told: str) -> None:
    (found,) = sightings([hit(marking=theirs)], identity=US, marking=ours, at=NOW)
    assert found["object_marking_refs"] == [TLP2[told]]
    (telling,) = tellings([hit(marking=theirs)], identity=US, marking=ours, at=NOW)
    assert telling.marking == told


def test_the_same_sighting_has_the_same_id() -> None:
    one, other = (sightings([hit()], identity=US, marking="AMBER", at=at)[0] for at in (NOW, datetime.now(UTC)))
    assert one["id"] == other["id"]
    assert sightings([hit(count=3)], identity=US, marking="AMBER", at=NOW)[0]["id"] != one["id"]


def test_times_of_any_size_can_be_written() -> None:
    (found,) = sightings([hit(first=-(2**62), last=2**62, count=2**40)], identity=US, marking="AMBER", at=NOW)
    assert found["first_seen"] == "0001-01-01T00:00:00.000Z"
    assert found["last_seen"].startswith("9999-12-31")
    assert found["count"] == 999_999_999
    (timeless,) = sightings([hit(first=None, last=None)], identity=US, marking="AMBER", at=NOW)
    assert "first_seen" not in timeless


def test_each_partner_is_told_of_its_own_indicators_only() -> None:
    told = tellings(
        [hit(1), hit(2, origin="gamma", marking="RED"), hit(3, origin=""), hit(4)], identity=US, marking="GREEN", at=NOW
    )
    assert [(one.origin, one.marking, one.count) for one in told] == [("beta", "GREEN", 4), ("gamma", "RED", 2)]
    assert [one["sighting_of_ref"] for one in told[0].sightings] == [ref("indicator", 1), ref("indicator", 4)]
    assert told[0].last == 1_763_629_260_500_000


def test_rows_of_a_table_cannot_turn_the_direction_of_writing() -> None:
    (row,) = hit_rows([hit(value="a\u202eexe.doc", name="x\u202ey", file="/l\x1b[2J")])
    assert row["value"] == "a\\u202eexe.doc"
    assert "\u202e" not in row["name"]
    assert "\x1b" not in row["file"]


def test_a_plain_value_of_two_partners_is_two_indicators() -> None:
    assert plain_indicator("domain", "a.example", origin="beta") != plain_indicator("domain", "a.example")


# -- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def run() -> Any:
    app = typer.Typer()
    app.callback()(lambda: None)
    intel_match.install(app)
    return lambda *arguments: CliRunner().invoke(app, ["match", *map(str, arguments)])


def test_the_command_tells_a_table_and_writes_files(run: Any, tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("198.51.100.23\nnonsense\n")
    out, said = tmp_path / "hits.json", tmp_path / "sightings.json"
    done = run(
        *(LOGS, "--indicators", wanted, "--origin", "beta", "--marking", "green", "--memory", "512MB"),
        *("--out", out, "--sightings", said, "--identity", US),
    )
    assert done.exit_code == 0, done.output
    assert "198.51.100.23" in done.output
    assert "1 indicators are not matched here, because" in done.output
    assert "proxy.csv" in done.output
    assert json.loads(out.read_text())["hits"][0]["origin"] == "beta"
    (sighting,) = json.loads(said.read_text())["objects"]
    assert sighting["object_marking_refs"] == [TLP2["AMBER"]]


def test_the_command_gives_json_alone(run: Any, tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("ip,198.51.100.23\n")
    done = run(LOGS / "conn.log", "--indicators", wanted, "--json", "--memory", "512MB")
    value = json.loads(done.stdout)
    assert [row["count"] for row in value["hits"]] == [1]
    assert value["logs"][0]["rows"] == 3


def test_the_command_names_columns(run: Any, tmp_path: Path) -> None:
    log, wanted = tmp_path / "own.csv", tmp_path / "wanted.txt"
    log.write_text("seen at;peer\n2026-11-20T09:00:00Z;198.51.100.23\n")
    wanted.write_text("198.51.100.23\n")
    done = run(log, "--indicators", wanted, "--json", "--memory", "512MB")
    assert done.exit_code == 1
    assert "no column with a name that is known" in json.loads(done.stdout)["logs"][0]["failed"]
    done = run(
        *(log, "--indicators", wanted, "--json", "--memory", "512MB", "--column", "peer=ip:dst"),
        *("--column", "seen at=time"),
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["hits"][0]["first"] == "2026-11-20T09:00:00.000Z"


@pytest.mark.parametrize(
    "wrong",
    [
        ("--engine", "abacus"),
        ("--format", "pcap"),
        ("--column", "a=b"),
        ("--marking", "PINK"),
        ("--sightings", "/tmp/x.json"),
    ],
)
def test_wrong_usage(run: Any, tmp_path: Path, wrong: tuple[str, str]) -> None:
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("198.51.100.23\n")
    assert run(LOGS / "conn.log", "--indicators", wanted, *wrong).exit_code == 2
