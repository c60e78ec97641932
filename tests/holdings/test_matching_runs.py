"""Runs of matching on record: from real small logs, bounded, what is kept of them; and the commands."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from tests.holdings.conftest import gathered, partners, shelf
from tests.holdings.test_watched import held, hit, put
from tests.holdings.things import AMBER, GREEN, TLP, indicator, key
from tests.intel.matching_case import LOGS
from tests.node.conftest import Person, own_home, person
from verbale.cli.app import app
from verbale.holdings import watched
from verbale.holdings.matching import keeping, record, uploads
from verbale.holdings.matching import models as tables
from verbale.holdings.matching.models import MatchedIndicator, MatchedValue, MatchRun
from verbale.holdings.matching.recorded import hits_of, latest_of, seen_of
from verbale.holdings.models import Shelf
from verbale.intel.matching import Account, Hit, Matched, match
from verbale.intel.matching.indicators import Planned, Shape
from verbale.node.errors import AccessError, UserError
from verbale.node.home import Home
from verbale.node.models import AuditEntry, User

__all__ = ["gathered", "own_home", "partners", "person", "shelf"]
pytestmark = pytest.mark.django_db
HOST = "[ipv4-addr:value = '198.51.100.23']"
EVIL = "[domain-name:value = 'login.evil.example' OR domain-name:value = 'cdn.evil.example']"


def on_shelf(shelf: Shelf) -> None:
    """What the small logs hold: an address of Lazuria's, two names of Verdia's, and what cannot be looked for."""
    since = {"valid_from": "2025-01-01T00:00:00.000Z"}
    put(shelf, indicator(1, marking=AMBER, pattern=HOST, name="Control server", **since), origin="LZ")
    put(shelf, indicator(2, marking=GREEN, pattern=EVIL, name="Landing pages", **since), origin="VD")
    put(shelf, indicator(3, pattern="rule a { condition: true }", pattern_type="yara", name="Loader"), origin="LZ")
    put(shelf, indicator(4, pattern="[ipv4-addr:value = '192.0.2.99']"), origin="CR")


def looked(shelf: Shelf, *logs: str, who: str = "ada") -> MatchRun:
    run = record.begin(shelf, who=who, engine="duckdb")
    wanted = watched.indicators_of(shelf, timezone.now())
    return record.finish(run, match([LOGS / name for name in logs], wanted, memory="512MB"))


def made_up(hits: list[Hit], **more: Any) -> Matched:
    known = {"logs": [Account("/l/conn.log", "zeek", rows=9)], "indicators": Planned(Shape(), 5, 5)}
    return Matched(hits=hits, **{**known, **more})


def recorded(shelf: Shelf, hits: list[Hit], **more: Any) -> MatchRun:
    return record.finish(record.begin(shelf, who="ada", engine="duckdb"), made_up(hits, **more))


# -- what is on record ----------------------------------------------------------------------------------------------


def test_a_run_is_put_on_record_as_it_was(shelf: Shelf) -> None:
    on_shelf(shelf)
    looked(shelf, "conn.log", "dns.log", "proxy.csv")
    run = MatchRun.objects.get()
    assert (run.state, run.who, run.engine, run.folder) == ("done", "ada", "duckdb", str(LOGS))
    assert (run.log_count, run.unread, run.held, run.looked_for, run.not_looked_for) == (3, 0, 4, 3, 1)
    assert run.rows == 3 + 3 + 4
    assert run.unlooked == [[key(3), "Loader", "is written in 'yara', not as a STIX pattern"]]
    accounts = {log["name"]: log for log in run.logs}
    assert set(accounts) == {"conn.log", "dns.log", "proxy.csv"}
    assert (accounts["proxy.csv"]["bad"], accounts["conn.log"]["bad"]) == (1, 0)
    assert accounts["proxy.csv"]["unusable"] == [["Dst IP", 1]]
    # What has something amiss stands first.
    assert run.logs[0]["name"] == "proxy.csv"
    host = run.indicators.get(stix_id=key(1))
    assert (host.name, host.origin, host.marking, host.times) == ("Control server", "LZ", "AMBER", 3)
    assert (host.logs, host.log_count, host.values_count) == (["conn.log", "dns.log", "proxy.csv"], 3, 1)
    pages = run.indicators.get(stix_id=key(2))
    assert {(value.kind, value.value) for value in pages.found.all()} == {
        ("domain", "login.evil.example"), ("domain", "cdn.evil.example")
    }  # fmt: skip
    assert run.indicators.count() == run.indicator_count == 2
    assert {row["origin"]: (row["indicators"], row["times"]) for row in run.seen} == {
        "LZ": (1, 3), "VD": (1, pages.times)
    }  # fmt: skip
    assert AuditEntry.objects.filter(verb="matched own logs", who="ada").count() == 1


def test_the_hits_come_back_as_they_were_found(shelf: Shelf) -> None:
    on_shelf(shelf)
    wanted = watched.indicators_of(shelf, timezone.now())
    matched = match([LOGS / "conn.log", LOGS / "dns.log"], wanted, memory="512MB")
    run = record.finish(record.begin(shelf, who="ada", engine="duckdb"), matched)
    below = {str(LOGS / name): name for name in ("conn.log", "dns.log")}

    def plain(hit: Hit) -> Any:
        files = tuple(below.get(path, path) for path in hit.logs)
        return (*(getattr(hit, name) for name in hit.__struct_fields__ if name not in ("file", "logs")), files)

    assert [plain(one) for one in hits_of(run)] == [plain(one) for one in matched.hits] != []


def test_a_log_that_cannot_be_read_is_told(shelf: Shelf, tmp_path: Path) -> None:
    on_shelf(shelf)
    broken = tmp_path / "a.zip"
    broken.write_bytes(b"PK\x03\x04 and so on")
    run = record.begin(shelf, who="ada", engine="duckdb")
    run = record.finish(run, match([LOGS / "conn.log", broken], watched.indicators_of(shelf, timezone.now())))
    assert run.unread == 1
    assert run.logs[0]["failed"] == "is packed with zip; only gzip is unpacked here"
    assert run.logs[0]["name"].endswith("a.zip")


def test_hits_beyond_the_limit_are_counted_and_indicators_stay_whole(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "MOST_VALUES", 5)
    many = [hit(1, value=f"192.0.2.{number}", count=9) for number in range(4)]
    wide = [hit(2, value=f"198.51.100.{number}", count=2) for number in range(3)]
    run = recorded(shelf, [*many, *wide, hit(3, count=1)])
    kept = {one.stix_id: (one.whole, one.found.count(), one.values_count) for one in run.indicators.all()}
    # Two of three values would make another sighting of it: it goes in without any.
    assert kept == {key(1): (True, 4, 4), key(2): (False, 0, 3), key(3): (True, 1, 1)}
    assert (run.hit_count, run.unrecorded, run.indicator_count) == (8, 3, 3)
    assert {one.indicator for one in hits_of(run)} == {key(1), key(3)}


def test_texts_of_strangers_can_be_stored_and_shown(shelf: Shelf) -> None:
    bad = "a\x00b\u202e\ud800"
    account = Account(f"/logs/{bad}.csv", "csv", rows=1, bad=1, unusable={bad: 2}, remarks=[bad], failed=bad)
    account.example(1, bad)
    run = recorded(shelf, [hit(1, value=bad, file=account.path, logs=(account.path,), log_count=1)], logs=[account])
    found = MatchRun.objects.get(pk=run.pk)
    for text in (json.dumps(found.logs, ensure_ascii=False), MatchedValue.objects.get().value, str(found.seen)):
        assert not {"\x00", "\u202e", "\ud800"} & set(text)
    assert MatchedValue.objects.get().value == "a\\u0000b\\u202e\\ud800"


def test_only_the_latest_runs_of_a_shelf_are_kept(
    shelf: Shelf, gathered: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "MOST_RUNS", 2)
    other = recorded(gathered, [hit(1)])
    waits = MatchRun.objects.create(shelf=shelf, state="waits", at=timezone.now() - timedelta(days=9), who="ada")
    runs = [recorded(shelf, [hit(number)]) for number in range(1, 5)]
    left = set(MatchRun.objects.values_list("pk", flat=True))
    assert left == {other.pk, waits.pk, runs[2].pk, runs[3].pk}
    assert MatchedIndicator.objects.count() == MatchedValue.objects.count() == 3
    assert latest_of(shelf) == runs[3]


def test_whether_an_object_was_seen(shelf: Shelf, gathered: Shelf) -> None:
    first, second = recorded(shelf, [hit(1)]), recorded(shelf, [hit(1), hit(2)])
    assert [one.run for one in seen_of(shelf, key(1), 5)] == [second, first]
    assert [one.run for one in seen_of(shelf, key(1), 1)] == [second]
    assert seen_of(gathered, key(1), 5) == seen_of(shelf, key(9), 5) == []


# -- sightings ------------------------------------------------------------------------------------------------------


def test_sightings_from_the_record_are_those_of_the_command(shelf: Shelf) -> None:
    on_shelf(shelf)
    wanted = watched.indicators_of(shelf, timezone.now())
    matched = match([LOGS / "conn.log", LOGS / "dns.log"], wanted, memory="512MB")
    run = record.finish(record.begin(shelf, who="ada", engine="duckdb"), matched)
    keeping.keep(run, hits_of(run), marking="", who="ada")
    from_record = held(shelf)
    again = Shelf.objects.create(title="The same")
    watched.keep(again, watched.in_time(matched.hits), marking="AMBER", at=timezone.now())
    same = ("id", "count", "first_seen", "last_seen", "description", "sighting_of_ref", "object_marking_refs")
    assert (
        [{name: one[name] for name in same} for one in from_record]
        == [{name: one[name] for name in same} for one in held(again)]
        != []
    )
    run.refresh_from_db()
    assert (run.kept["by"], run.kept["marking"], run.kept["new"]) == ("ada", "AMBER", len(from_record))
    # Neither files nor rows go into what others may come to see.
    assert ".log" not in json.dumps(from_record)
    made = {one["sighting_of_ref"]: one["id"] for one in from_record}
    assert {one.stix_id: one.sighting for one in run.indicators.all()} == made


def test_sightings_are_kept_once_and_what_was_refused_can_be_tried_again(shelf: Shelf) -> None:
    run = recorded(shelf, [hit(1), hit(2, in_time=0)])
    keeping.keep(run, hits_of(run), marking="GREEN", who="ada")
    assert [one["sighting_of_ref"] for one in held(shelf)] == [key(1)]
    with pytest.raises(UserError, match="already"):
        keeping.keep(run, hits_of(run), marking="GREEN", who="ada")
    low = Shelf.objects.create(title="Low", ceiling=1)
    run = recorded(low, [hit(1, marking="GREEN")])
    assert keeping.keep(run, hits_of(run), marking="RED", who="ada").refused
    run.refresh_from_db()
    assert run.kept["refused_count"] == len(run.kept["refused"]) == 1
    assert run.indicators.get().sighting == ""
    assert keeping.keep(run, hits_of(run), marking="GREEN", who="ada").new == 1


def test_on_the_shelf_of_a_collection_our_word_is_needed(gathered: Shelf) -> None:
    run = recorded(gathered, [hit(1)])
    for word, why in (("", "Say our own marking"), ("SECRET", "no TLP")):
        with pytest.raises(UserError, match=why):
            keeping.keep(run, hits_of(run), marking=word, who="ada")
    assert held(gathered) == []
    assert keeping.keep(run, hits_of(run), marking="amber", who="ada").new == 1


# -- a log that is given ---------------------------------------------------------------------------------------------


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "analyst")


def given(shelf: Shelf, user: User, data: bytes, name: str = "conn.log", **more: Any) -> MatchRun:
    return uploads.take(shelf, name, more.pop("size", len(data)), [data[:100], data[100:]], user)


def left_behind(home: Home) -> list[str]:
    return [path.name for path in (home.path / "matching").iterdir()]


def test_a_given_log_is_looked_through_by_the_worker(shelf: Shelf, ada: User, own_home: Home) -> None:
    on_shelf(shelf)
    run = given(shelf, ada, (LOGS / "conn.log").read_bytes(), "../../etc/conn\u202e.log")
    assert (run.state, run.who) == ("waits", "ada")
    (path,) = (own_home.path / "matching").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert uploads.run_due() == 1
    run.refresh_from_db()
    assert (run.state, run.indicator_count, run.rows, run.folder) == ("done", 1, 3, "")
    assert run.logs[0]["name"] == run.indicators.get().logs[0] == "../../etc/conn.log"
    assert left_behind(own_home) == []
    assert uploads.run_due() == 0


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"PK\x03\x04zip", "packed with zip"),
        (b"\x00\x01\x02", "no log that is understood"),
        (b"PAR1 and no more", "cannot be read"),
        (b"\x1f\x8b\x08 broken", "cannot be"),
    ],
)
def test_what_is_no_log_is_refused_at_once(shelf: Shelf, ada: User, own_home: Home, data: bytes, why: str) -> None:
    with pytest.raises(UserError, match=why):
        given(shelf, ada, data)
    assert left_behind(own_home) == []
    assert not MatchRun.objects.exists()


def test_what_is_too_large_is_refused(
    shelf: Shelf, ada: User, own_home: Home, monkeypatch: pytest.MonkeyPatch, packed: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(UserError, match="larger than 32 MiB"):
        given(shelf, ada, b"x", size=uploads.MAX_BYTES + 1)
    monkeypatch.setattr(uploads, "_MAX_UNPACKED", 10_000)
    for data in (packed(b"a,b\n" * 5_000), packed(b"a,b\n" * 2_000) + packed(b"a,b\n" * 2_000)):
        with pytest.raises(UserError, match="too large once unpacked"):
            given(shelf, ada, data)
    assert given(shelf, ada, packed(b"a,b\n" * 2_000)).state == "waits"
    monkeypatch.setattr(uploads, "_MOST_WAITING", 1)
    with pytest.raises(UserError, match="wait already"):
        given(shelf, ada, b"a,b\n1,2\n")


@pytest.fixture
def packed() -> Callable[[bytes], bytes]:
    import gzip

    return gzip.compress


def test_only_who_may_import_gives_a_log(shelf: Shelf, person: Person, own_home: Home) -> None:
    with pytest.raises(AccessError):
        given(shelf, person("eve", "auditor"), b"a,b\n")


def test_a_process_that_died_leaves_a_sentence(shelf: Shelf, ada: User, own_home: Home) -> None:
    run = given(shelf, ada, (LOGS / "conn.log").read_bytes())
    MatchRun.objects.update(state="runs", leased_until=1)
    assert uploads.run_due() == 0
    run.refresh_from_db()
    assert run.state == "failed"
    assert "Give the log again" in run.failure
    # Another process has it in hand: it is left alone.
    other = given(shelf, ada, (LOGS / "conn.log").read_bytes())
    MatchRun.objects.filter(pk=other.pk).update(state="runs", leased_until=1e12)
    assert uploads.run_due() == 0
    other.refresh_from_db()
    assert other.state == "runs"


def test_a_fault_ends_one_run_and_no_other(
    shelf: Shelf, ada: User, own_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_shelf(shelf)
    first, second = given(shelf, ada, b"a,b\n1,2\n"), given(shelf, ada, (LOGS / "conn.log").read_bytes())
    finish = record.finish

    def fails(run: MatchRun, *rest: Any, **more: Any) -> MatchRun:
        if run.pk == first.pk:
            raise RuntimeError("disk")
        return finish(run, *rest, **more)

    monkeypatch.setattr(record, "finish", fails)
    assert uploads.run_due() == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("failed", "done")
    assert first.failure == "this node failed: RuntimeError; its log says more"
    assert left_behind(own_home) == []


# -- the commands ----------------------------------------------------------------------------------------------------


def run_command(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["intel", *words])
    assert done.exit_code == code, done.output + repr(done.exception)
    return done.output


def test_the_command_records_a_run_with_a_shelf_and_none_without(shelf: Shelf, tmp_path: Path) -> None:
    on_shelf(shelf)
    logs = (str(LOGS / "conn.log"), str(LOGS / "dns.log"), "--memory", "512MB")
    told = json.loads(run_command("match", *logs, "--shelf", "high-value", "--subdomains", "--keep", "--json"))
    run = MatchRun.objects.get()
    assert (told["run"], run.who, run.subdomains) == (run.pk, "operator (command line)", True)
    assert {(one["kind"], one["value"], one["count"]) for one in told["hits"]} == {
        (one.kind, one.value, one.count) for one in hits_of(run)
    }
    assert next(one for one in told["hits"] if one["kind"] == "ipv4")["log_count"] == 2
    assert run.kept["new"] == told["kept"]["new"] == 2
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("198.51.100.23\n")
    assert "run" not in json.loads(run_command("match", *logs, "--indicators", str(wanted), "--json"))
    assert MatchRun.objects.count() == 1


def test_the_commands_list_and_show(shelf: Shelf, gathered: Shelf) -> None:
    assert "No run yet" in run_command("match-runs", "list")
    on_shelf(shelf)
    run, other = looked(shelf, "conn.log", "proxy.csv"), recorded(gathered, [])
    text = run_command("match-runs", "list")
    assert "1 indicator of Lazuria was seen, 2 times, in conn.log, proxy.csv." in text
    assert text.index("Ransomware") < text.index("High value")
    assert [row["run"] for row in json.loads(run_command("match-runs", "list", "--json"))] == [other.pk, run.pk]
    (row,) = json.loads(run_command("match-runs", "list", "--shelf", "high-value", "--json"))
    assert (row["run"], row["indicators_seen"]) == (run.pk, 1)
    text = run_command("match-runs", "show", str(run.pk))
    for said in ("Control", "TLP:AMBER", "198.51.100.23", "1 row cannot be read", "Loader is written in 'yara'"):
        assert said in text
    value = json.loads(run_command("match-runs", "show", str(run.pk), "--json"))
    assert {one["id"] for one in value["indicators"]} == {key(1)}
    assert value["examples"][0]["name"] == "Loader"
    run_command("match-runs", "show", "99", code=1)


def test_limits_are_what_the_documents_say() -> None:
    assert (tables.MOST_RUNS, tables.MOST_VALUES, tables.MOST_LOGS, uploads.MAX_BYTES) == (100, 10_000, 500, 32 << 20)
    assert set(TLP) >= {"CLEAR", "RED"}
