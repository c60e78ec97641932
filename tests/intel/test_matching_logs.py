"""Logs of each format in the one shape, and what becomes of rows that cannot be read."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.intel.matching_case import LOGS
from verbale.intel.matching import Account, Field, MatchingError
from verbale.intel.matching import limits as _limits
from verbale.intel.matching.fields import COMMON, ECS, ZEEK, column_field
from verbale.intel.matching.jsonlines import log_name
from verbale.intel.matching.kinds import FIELD_KINDS, normal
from verbale.intel.matching.logs import recognise
from verbale.intel.matching.observed import _normalised
from verbale.intel.matching.stage import stage
from verbale.intel.matching.times import column, micros

Rows = list[dict[str, Any]]
Staged = Callable[..., tuple[Account, Rows]]


@pytest.fixture
def staged(tmp_path: Path) -> Staged:
    def run(path: Path, **more: Any) -> tuple[Account, Rows]:
        (account,) = stage([path], tmp_path / "observed.parquet", **more)
        return account, pq.read_table(tmp_path / "observed.parquet").to_pylist()

    return run


def values(rows: Rows, place: int | None = None) -> set[tuple[str, str, str]]:
    return {(row["kind"], row["value"], row["role"]) for row in rows if place in (None, row["place"])}


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


ZEEK_HEAD = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
CONN = "#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.resp_h\n#types\ttime\tstring\taddr\taddr\n"


# -- Zeek -----------------------------------------------------------------------------------------------------------


def test_zeek_connections(staged: Staged) -> None:
    account, rows = staged(LOGS / "conn.log")
    assert (account.format, account.rows, account.bad, account.unusable) == ("zeek conn", 3, 0, {})
    assert values(rows, 9) == {
        ("ipv4", "10.1.4.7", "src"),
        ("ipv4", "198.51.100.23", "dst"),
        ("port", "49152", "src"),
        ("port", "443", "dst"),
        ("protocol", "tcp", ""),
    }
    assert ("ipv6", "2001:db8::53", "dst") in values(rows, 11)
    assert {row["time"] for row in rows if row["place"] == 9} == {1_763_629_200_096_535}
    assert {row["net"] for row in rows if row["value"] == "198.51.100.23"} == {"c6336417"}


def test_zeek_names_and_answers(staged: Staged) -> None:
    account, rows = staged(LOGS / "dns.log")
    assert {("domain", "login.evil.example", ""), ("domain", "cdn.evil.example", "answer")} <= values(rows, 9)
    assert ("ipv4", "198.51.100.23", "answer") in values(rows, 9)
    assert not [row for row in rows if row["place"] == 10 and row["role"] == "answer"]
    assert account.unusable == {}  # an answer in words is no fault


def test_zeek_requests_become_addresses(staged: Staged) -> None:
    _, rows = staged(LOGS / "http.log")
    assert {
        ("url", "http://files.evil.example:8080/drop/stage2.bin?id=7", ""),
        ("url", "http://files.evil.example/drop/stage2.bin?id=7", ""),
        ("url", "http://portal.example.org/", "referrer"),
        ("domain", "files.evil.example", "dst"),
        ("request", "/drop/stage2.bin?id=7", ""),
        ("user-agent", "curl/8.5.0", ""),
        ("file-name", "stage2.bin", "dst"),
    } <= values(rows, 9)
    assert ("url", "http://www.example.org/", "") in values(rows, 10)


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("files", ("sha256", "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592", "")),
        ("files", ("ipv4", "203.0.113.77", "src")),
        ("ssl", ("domain", "login.evil.example", "dst")),
        ("ssl", ("cert-sha256", "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2, "")),
        ("x509", ("cert-serial", "03A1B2C3D4", "")),
        ("x509", ("cert-issuer", "CN=R3,O=Example CA", "")),
        ("smtp", ("email", "ben@ministry.example", "to")),
        ("smtp", ("email", "billing@evil.example", "from")),
        ("smtp", ("subject", "Invoice 7", "")),
        ("smtp", ("ipv4", "192.0.2.25", "")),
    ],
)
def test_zeek_logs_by_their_tables(staged: Staged, log: str, expected: tuple[str, str, str]) -> None:
    account, rows = staged(LOGS / f"{log}.log")
    assert expected in values(rows)
    assert account.format == f"zeek {log}"


def test_of_an_unknown_zeek_log_the_ends_are_read(staged: Staged) -> None:
    account, rows = staged(LOGS / "weird.log")
    assert ("ipv4", "198.51.100.23", "dst") in values(rows)
    assert account.remarks == ["of the log 'weird' only the ends of connections are read"]


def test_zeek_in_json_is_the_same(staged: Staged) -> None:
    account, rows = staged(LOGS / "zeek.json")
    assert account.format == "zeek conn, zeek dns, zeek files, zeek http"
    _, conn = staged(LOGS / "conn.log")
    assert values(rows, 1) == values(conn, 9)
    _, files = staged(LOGS / "files.log")
    assert values(rows, 4) == {one for one in values(files) if one[0] not in ("sha1", "sha256")}
    _, http = staged(LOGS / "http.log")
    assert {one for one in values(rows, 3) if one[0] == "url"} == {
        one for one in values(http, 9) if one[0] == "url" and not one[2]
    }


def test_zeek_headers_may_come_again(staged: Staged, tmp_path: Path) -> None:
    other = CONN.replace("id.orig_h\tid.resp_h", "id.resp_h\tid.orig_h")
    text = f"{ZEEK_HEAD}{CONN}1.0\tC1\t10.0.0.1\t10.0.0.2\n#close\tx\n{ZEEK_HEAD}{other}2.0\tC2\t10.0.0.3\t10.0.0.4\n"
    account, rows = staged(write(tmp_path / "two.log", text))
    assert account.rows == 2
    assert {("ipv4", "10.0.0.1", "src"), ("ipv4", "10.0.0.3", "dst")} <= values(rows)
    assert {row["place"] for row in rows} == {8, 17}


def test_zeek_bad_rows_are_counted_and_named(staged: Staged, tmp_path: Path) -> None:
    text = f"{ZEEK_HEAD}{CONN}1.0\tC1\t10.0.0.1\t10.0.0.2\nshort\n\nyesterday\tC3\t10.0.0.5\tnowhere\n"
    account, rows = staged(write(tmp_path / "bad.log", text))
    assert (account.rows, account.bad, account.timeless, account.unusable) == (3, 1, 1, {"id.resp_h": 1})
    assert [(one.row, one.reason) for one in account.examples] == [
        (9, "has 1 fields instead of 4"),
        (11, "id.resp_h is 'nowhere'"),
    ]
    assert {row["place"] for row in rows} == {8, 11}


def test_zeek_rows_before_any_header(staged: Staged, tmp_path: Path) -> None:
    path = write(tmp_path / "headless.log", f"1.0\tC1\n{ZEEK_HEAD}{CONN}1.0\tC1\t10.0.0.1\t10.0.0.2\n")
    account, rows = staged(path, format="zeek")
    assert (account.rows, account.bad) == (2, 1)
    assert len(rows) == 2


# -- ECS ------------------------------------------------------------------------------------------------------------


def test_ecs_events(staged: Staged) -> None:
    account, rows = staged(LOGS / "ecs.ndjson")
    assert (account.format, account.rows, account.bad, account.unusable) == ("ecs", 6, 0, {})
    assert {
        ("ipv4", "198.51.100.23", "dst"),
        ("mac", "00:00:5e:00:53:23", "src"),
        ("asn", "64500", "dst"),
        ("cert-sha256", "6e1a9c3c9cd7b8e9f3e9f2b4c0a91b7c9d5d1f0a2b3c4d5e6f708192a3b4c5d6", ""),
        ("ja3", "d4e5b18d6b55c71272893221c96ba240", ""),
    } <= values(rows, 1)
    # Names with dots and objects inside one another are the same.
    assert {("domain", "login.evil.example", ""), ("ipv4", "198.51.100.23", "answer")} <= values(rows, 2)
    assert ("ipv6", "fd00::8", "") in values(rows, 4)
    assert ("command-line", "powershell.exe -NoP -Enc SQBFAFgA", "") in values(rows, 4)
    assert ("file-name", "invoice.docm", "attachment") in values(rows, 6)
    times = {row["place"]: row["time"] for row in rows}
    assert times[3] == 1_763_629_261_000_000
    assert times[4] == micros("2026-11-20T08:02:00Z")


def test_json_bad_rows_are_counted_and_named(staged: Staged, tmp_path: Path) -> None:
    good = json.dumps({"@timestamp": "2026-11-20T09:00:00Z", "source": {"ip": "10.0.0.1"}})
    path = write(tmp_path / "x.json", f'{good}\n{{"a": \n[1]\n\n{{"source": {{"ip": "10.0.0.1"}}}}\n{good}\n')
    account, rows = staged(path)
    assert (account.rows, account.bad) == (5, 3)
    assert [one.row for one in account.examples] == [2, 3, 5]
    assert [one.reason.split(":")[0] for one in account.examples] == [
        "is not JSON",
        "is JSON, but no object",
        "is neither ECS (no @timestamp) nor Zeek (no ts)",
    ]
    assert {row["place"] for row in rows} == {1, 6}


def test_odd_json_is_no_crash(staged: Staged, tmp_path: Path) -> None:
    deep: Any = "10.0.0.1"
    for _ in range(200):
        deep = {"source": deep}
    odd = [
        {"@timestamp": None, "source": "10.0.0.1", "destination": {"ip": {"ip": "10.0.0.2"}}},
        {"@timestamp": {}, "source": {"ip": [[["10.0.0.1"]], None, True, 5, "10.0.0.9"]}},
        {"@timestamp": "never", "source.ip.x": "10.0.0.1", "source.": "x", ".": 1},
        {"@timestamp": 10**30, **deep},
        {"ts": "x", "uid": 5, "id": {"orig_h": "10.0.0.8"}, "_path": ["conn"]},
        {"ts": True, "_path": "http", "host": 5, "uri": [], "id": 7, "id.resp_p": "x"},
    ]
    account, rows = staged(write(tmp_path / "odd.json", "".join(json.dumps(one) + "\n" for one in odd)))
    assert (account.rows, account.bad, account.timeless) == (6, 0, 6)
    assert {row["value"] for row in rows} == {"10.0.0.9", "10.0.0.8"}


@pytest.mark.parametrize(
    ("name", "log"),
    [
        ("dns.log", "dns"),
        ("dns.14:00:00-15:00:00.log.gz", "dns"),
        ("conn_20261120.log", "conn"),
        ("known_hosts.log", "known_hosts"),
        ("smb_files.2026-11-20.json", "smb_files"),
    ],
)
def test_a_zeek_log_is_known_by_its_name(name: str, log: str) -> None:
    assert log_name(Path(name)) == log


# -- CSV and Parquet ------------------------------------------------------------------------------------------------


def test_csv_by_common_names(staged: Staged) -> None:
    account, rows = staged(LOGS / "proxy.csv")
    assert (account.rows, account.bad, account.unusable) == (4, 1, {"Dst IP": 1})
    assert sorted((one.row, one.reason) for one in account.examples) == [
        (2, "Dst IP is 'not-an-address'"),
        (3, "has 2 fields instead of 6"),
    ]
    assert {
        ("ipv4", "198.51.100.23", "dst"),
        ("url", "https://login.evil.example/", ""),
        ("user-agent", "Mozilla/5.0 (X11, Linux)", ""),
    } <= values(rows, 1)
    assert {("url", "https://www.example.org/a,b", ""), ("user-agent", "two\nlines", "")} <= values(rows, 4)
    assert {row["time"] for row in rows if row["place"] == 1} == {micros("2026-11-20T09:00:00Z")}


def test_csv_with_named_columns_and_bytes_that_are_no_text(staged: Staged, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes(b"\xef\xbb\xbfwhen;a;a;note\n5;10.0.0.1;x.example;\xff\n6;10.0.0.2;y\xff.example;z\n")
    account, rows = staged(path, columns={"a": Field("ip", "dst"), "a (3)": Field("domain"), "when": Field("time")})
    assert values(rows) == {("ipv4", "10.0.0.1", "dst"), ("ipv4", "10.0.0.2", "dst"), ("domain", "x.example", "")}
    assert {row["time"] for row in rows} == {5_000_000, 6_000_000}
    assert account.unusable == {"a (3)": 1}


def test_many_bad_rows_of_csv_keep_the_numbers_right(staged: Staged, tmp_path: Path) -> None:
    lines = [f"10.0.{n // 250}.{n % 250}" if n % 7 else "a,b" for n in range(1, 3_000)]
    account, rows = staged(write(tmp_path / "x.csv", "ip\n" + "\n".join(lines) + "\n"))
    assert account.rows == 2_999
    assert account.bad == len([line for line in lines if line == "a,b"])
    assert all(lines[row["place"] - 1] == row["value"] for row in rows)
    assert len(rows) == account.rows - account.bad


def test_parquet_with_types_lists_and_objects(staged: Staged, tmp_path: Path) -> None:
    moment = datetime(2026, 11, 20, 9, tzinfo=UTC)
    table = pa.table(
        {
            "timestamp": pa.array([moment, None], pa.timestamp("ms", "UTC")),
            "source": pa.array([{"ip": "10.0.0.1", "port": 5}, {"ip": None, "port": None}]),
            "dst_ip": pa.array(["10.0.0.2", "10.0.0.3"]).dictionary_encode(),
            "dst_port": pa.array([443.0, None]),
            "domain": pa.array([["a.example", "-"], ["b.example"]]),
            "md5": pa.array([bytes.fromhex("d41d8cd98f00b204e9800998ecf8427e"), b"not a hash"]),
            "other": pa.array([1, 2]),
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")
    account, rows = staged(tmp_path / "x.parquet")
    assert values(rows, 1) == {
        ("ipv4", "10.0.0.1", "src"),
        ("port", "5", "src"),
        ("ipv4", "10.0.0.2", "dst"),
        ("port", "443", "dst"),
        ("domain", "a.example", ""),
        ("md5", "d41d8cd98f00b204e9800998ecf8427e", ""),
    }
    assert values(rows, 2) == {("ipv4", "10.0.0.3", "dst"), ("domain", "b.example", "")}
    assert (account.rows, account.timeless, account.unusable) == (2, 1, {"md5": 1})
    assert {row["time"] for row in rows} == {micros("2026-11-20T09:00:00Z"), None}


def test_columns_of_no_known_name_are_named_in_the_reason(staged: Staged, tmp_path: Path) -> None:
    account, _ = staged(write(tmp_path / "x.csv", "foo,bar\n1,2\n"))
    assert "its columns are foo, bar" in account.failed
    account, _ = staged(write(tmp_path / "x.csv", "foo,bar\n1,2\n"), columns={"baz": Field("ip")})
    assert account.failed == "has none of the columns baz"


# -- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["conn.log", "ecs.ndjson", "proxy.csv"])
def test_packed_is_the_same(staged: Staged, tmp_path: Path, name: str) -> None:
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress((LOGS / name).read_bytes()))
    account, rows = staged(LOGS / name)
    same, packed_rows = staged(packed)
    assert packed_rows == rows
    assert (same.rows, same.bad, same.values) == (account.rows, account.bad, account.values)


@pytest.mark.parametrize("name", ["conn.log", "ecs.ndjson", "proxy.csv"])
def test_a_broken_file_tells_and_does_not_stop_the_others(tmp_path: Path, name: str) -> None:
    data = gzip.compress((LOGS / name).read_bytes() * 50)
    broken = tmp_path / f"{name}.gz"
    broken.write_bytes(data[: len(data) // 2])
    accounts = stage([broken, LOGS / "dns.log"], tmp_path / "observed.parquet")
    assert accounts[0].failed.startswith("cannot be read to its end")
    assert accounts[1].rows == 3


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x28\xb5\x2f\xfd....", "packed with zstd"),
        (b"PK\x03\x04....", "packed with zip"),
        (b"\x1f\x8bnonsense", "cannot be unpacked"),
        (b"[{}]", "one JSON array"),
        (b"\x00\x01\x02", "no log that is understood"),
    ],
)
def test_what_is_no_log(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(MatchingError, match=why):
        recognise(path)
    (account,) = stage([path], tmp_path / "observed.parquet")
    assert why in account.failed


def test_broken_parquet_and_empty_files(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1" + b"x" * 50)
    (tmp_path / "b.log").write_bytes(b"")
    accounts = stage([tmp_path / "a.parquet", tmp_path / "b.log"], tmp_path / "observed.parquet")
    assert all(account.failed for account in accounts)
    assert pq.read_table(tmp_path / "observed.parquet").num_rows == 0


def test_lines_longer_than_the_limit_are_bad_rows(
    staged: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from verbale.intel.matching import jsonlines, logs

    monkeypatch.setattr(logs, "MAX_LINE_BYTES", 200)
    monkeypatch.setattr(jsonlines, "MAX_LINE_BYTES", 200)
    monkeypatch.setattr(logs.blocks, "__defaults__", (300,))
    good = json.dumps({"@timestamp": "2026-11-20T09:00:00Z", "source": {"ip": "10.0.0.1"}})
    for size in (150, 250, 2_000):
        text = f"{good}\n{json.dumps({'x': 'y' * size})}\n{good}\r\n"
        account, rows = staged(write(tmp_path / "x.json", text))
        assert (account.rows, account.bad) == (3, 1), size
        assert account.examples[0].row == 2
        assert {row["place"] for row in rows} == {1, 3}


def test_lines_that_are_not_utf8_are_bad_rows(staged: Staged, tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(f"{ZEEK_HEAD}{CONN}1.0\tC1\t10.0.0.1\t10.0.0.2\n".encode() + b"1.0\t\xff\t10.0.0.3\t10.0.0.4\n")
    account, rows = staged(path)
    assert (account.rows, account.bad) == (2, 1)
    assert account.examples[0].reason == "is not UTF-8: byte 4 of the line is 0xff"
    assert {row["place"] for row in rows} == {8}


def test_too_many_values_in_a_list_are_counted(staged: Staged, tmp_path: Path) -> None:
    many = [f"10.{n // 65536}.{n // 256 % 256}.{n % 256}" for n in range(_limits.MAX_VALUES_PER_FIELD + 5)]
    event = {"@timestamp": "2026-11-20T09:00:00Z", "related": {"ip": many}}
    account, rows = staged(write(tmp_path / "x.json", json.dumps(event) + "\n"))
    assert account.unusable == {"related.ip": 5}
    assert len(rows) == _limits.MAX_VALUES_PER_FIELD
    zeek = ZEEK_HEAD + "#path\tdns\n#fields\tts\tanswers\n#types\ttime\tvector[string]\n" + f"1.0\t{','.join(many)}\n"
    account, rows = staged(write(tmp_path / "x.log", zeek))
    assert account.unusable == {"answers": 5}
    assert len(rows) == _limits.MAX_VALUES_PER_FIELD


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from(["zeek", "json", "csv"]))
@example(b"#fields\tts\tid.orig_h\n#\n\n1\t2", "zeek")
@example(b'"', "csv")
@example(b"ip\n\xff\xfe\x00", "csv")
@example(b"#separator \n#fields\n1", "zeek")
@example(b"#separator ab\n#fieldsabts\n1", "zeek")
def test_no_bytes_stop_the_reading(tmp_path: Path, data: bytes, format: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    accounts = stage([path, LOGS / "conn.log"], tmp_path / "observed.parquet", format=format)
    assert accounts[0].bad <= accounts[0].rows
    if format == "zeek":
        assert accounts[1].rows == 3


# -- times, kinds, tables -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "1763629200.096535",
        "1763629200096.535",
        "1763629200096535",
        "1763629200096535000",
        "2025-11-20T09:00:00.096535Z",
        "2025-11-20T09:00:00.0965351234Z",
        "2025-11-20T10:00:00.096535+01:00",
        "2025-11-20 09:00:00.096535",
        "2025/11/20 09:00:00.096535",
    ],
)
def test_one_time_written_in_many_ways(written: str) -> None:
    assert micros(written) == 1_763_629_200_096_535
    assert column(pa.array([written, written])).to_pylist() == [1_763_629_200_096_535] * 2
    assert column(pa.array([written, "never"])).to_pylist() == [1_763_629_200_096_535, None]


def test_columns_of_times_by_type() -> None:
    moment = datetime(2025, 11, 20, 9, tzinfo=UTC)
    expected = [1_763_629_200_000_000, None]
    for kind in (pa.timestamp("s"), pa.timestamp("ns", "Europe/Paris")):
        assert column(pa.array([moment, None], kind)).to_pylist() == expected
    assert column(pa.array([1_763_629_200.0, float("nan")])).to_pylist() == expected
    assert column(pa.array([1_763_629_200, None])).to_pylist() == expected
    assert column(pa.array([moment.date(), None])).to_pylist() == [1_763_596_800_000_000, None]
    assert column(pa.array([None, None], pa.string())).to_pylist() == [None, None]


_ODD = st.sampled_from(
    ["1.2.3.4", "01.2.3.4", "256.1.1.1", "::1", "a.example", "A.example", "a.1", "http://a.example/x", "http://A/",
     "http://a:80/", "http://a/x#y", "443", "65536", "00", "d41d8cd98f00b204e9800998ecf8427e", "TCP", " a", "é",
     "a_.example.", "a" * 254 + ".b", "x" * 9_000, "a@b.example", "\n", ""]
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(FIELD_KINDS)), st.lists(st.one_of(_ODD, st.text(max_size=12)), min_size=1, max_size=8))
def test_a_whole_column_is_as_each_of_its_values(kind: str, texts: list[str]) -> None:
    found = _normalised(kind, pa.array(texts, pa.string()))
    for place, text in enumerate(texts):
        one = normal(kind, text)
        assert found.good[place].as_py() is (one is not None)
        if one is not None:
            assert (found.kinds[place].as_py(), found.values[place].as_py()) == (one.kind, one.value)
            assert found.nets[place].as_py() == (one.net or None)


def test_names_of_columns() -> None:
    assert column_field("Src IP") == Field("ip", "src")
    assert column_field("destination.ip") == Field("ip", "dst")
    assert column_field("id.orig_h") == Field("ip", "src")
    assert column_field("bytes") is None


def test_the_documentation_prints_the_tables() -> None:
    text = (Path(__file__).parents[2] / "docs/intelligence-matching.md").read_text()
    for log, table in ZEEK.items():
        assert f"`{log}`" in text, log
        for name in table:
            assert f"`{name}`" in text, (log, name)
    for name in ECS:
        last = name.split(".")[-1]
        assert last in text, name
    for name in COMMON:
        assert f"`{name}`" in text, name
