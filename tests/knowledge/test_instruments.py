"""Who is bound by what on a day: by table, against the status tables, and as properties of random instruments."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.own_packs import packs_in
from tests.shared import SHARED
from verbale.knowledge import Instrument, Stand, all_instruments, country_named, country_of, instrument_of, relations
from verbale.knowledge.instruments import Delay, EntryRule, Library, PartyPack, enters, entry_of, library, rows_of
from verbale.knowledge.instruments.relations import stand_of

TABLE = SHARED / "treaties" / "ets185-first-parties.csv"
ORDER = [Stand.NOT_PARTY, Stand.SIGNED, Stand.CONSENTED, Stand.BOUND]


def relation(identifier: str, day: date, *states: str) -> Any:
    return next(item for item in relations(states, day) if item.instrument.id == identifier)


def stand(identifier: str, state: str, day: date) -> Stand:
    return stand_of(library(), library().instruments[identifier], state, day).stand


class TestEntryIntoForce:
    @pytest.mark.parametrize(
        ("delay", "day", "expected"),
        [
            # Budapest, Article 36: states of the chart.
            (Delay(months=3, first_of_month=True), date(2006, 10, 12), date(2007, 2, 1)),
            (Delay(months=3, first_of_month=True), date(2012, 11, 30), date(2013, 3, 1)),
            (Delay(months=3, first_of_month=True), date(2024, 6, 20), date(2024, 10, 1)),
            (Delay(months=3, first_of_month=True), date(2024, 7, 29), date(2024, 11, 1)),
            (Delay(months=3, first_of_month=True), date(2003, 12, 1), date(2004, 4, 1)),
            (Delay(months=3), date(2023, 11, 30), date(2024, 2, 29)),
            (Delay(days=30), date(2023, 5, 9), date(2023, 6, 8)),
            (Delay(days=30), date(1979, 12, 28), date(1980, 1, 27)),
            (Delay(days=90), date(2026, 1, 1), date(2026, 4, 1)),
        ],
    )
    def test_delays(self, delay: Delay, day: date, expected: date) -> None:
        assert delay.after(day) == expected

    def test_five_states_three_of_them_members(self) -> None:
        budapest = instrument_of("ets-185")
        assert budapest is not None
        assert budapest.entry is not None
        consents = [(state, row.party.consent) for state, row in rows_of("ets-185").items() if row.party.consent]
        assert entry_of(budapest.entry, consents) == budapest.in_force == date(2004, 7, 1)
        five = sorted(consents, key=lambda item: item[1])[:5]
        assert entry_of(budapest.entry, five) == date(2004, 7, 1)
        assert entry_of(budapest.entry, five[:4]) is None

    def test_members_are_counted_apart(self) -> None:
        rule = EntryRule(consents=2, among=["FRA"], among_at_least=1, delay=Delay(days=1), reference="Article 1")
        days = [("USA", date(2020, 1, 1)), ("JPN", date(2020, 2, 1))]
        assert entry_of(rule, days) is None
        assert entry_of(rule, [*days, ("FRA", date(2020, 3, 1))]) == date(2020, 3, 2)

    def test_an_organisation_adds_nothing(self) -> None:
        rule = EntryRule(consents=2, not_counted=["EUE"], delay=Delay(days=1), reference="Article 65")
        assert entry_of(rule, [("EUE", date(2020, 1, 1)), ("FRA", date(2020, 2, 1))]) is None

    def test_who_consents_before_entry_is_bound_with_it_and_later_by_its_own_delay(self) -> None:
        rule = EntryRule(consents=2, delay=Delay(days=90), later=Delay(days=30), reference="Article 65")
        in_force = date(2026, 4, 1)
        assert enters(rule, in_force, date(2025, 1, 1)) == in_force
        assert enters(rule, in_force, date(2026, 3, 1)) == in_force
        assert enters(rule, in_force, date(2026, 3, 20)) == date(2026, 4, 19)
        assert enters(rule, None, date(2026, 3, 20)) is None
        assert enters(None, in_force, date(2026, 3, 20)) is None

    @pytest.mark.parametrize("item", [item for item in all_instruments() if item.status], ids=lambda item: item.id)
    def test_stated_days_are_those_of_the_instruments_own_rule(self, item: Instrument) -> None:
        """An instrument with enough known consents enters into force by its rule not before the day that is stated."""
        if item.entry is None or item.status is None:
            pytest.skip("its rule cannot be computed")
        computed = entry_of(
            item.entry, [(party.state, party.consent) for party in item.status.parties if party.consent]
        )
        if computed is not None and item.in_force is not None:
            assert computed == item.in_force if item.status.complete else computed >= item.in_force
        checked = 0
        for party in item.status.parties:
            if party.consent and party.in_force and item.entry.later:
                assert party.in_force == enters(item.entry, item.in_force, party.consent)
                checked += 1
        assert checked or item.id != "ets-185"


@pytest.mark.skipif(not TABLE.exists(), reason=f"there is no status table {TABLE} on this machine")
class TestAgainstTheStatusTable:
    @pytest.fixture
    def rows(self) -> list[dict[str, str]]:
        with TABLE.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def test_each_row(self, rows: list[dict[str, str]]) -> None:
        assert len(rows) >= 19
        for row in rows:
            country = country_named(row["state"])
            assert country is not None, row
            party = rows_of("ets-185")[country.code].party
            signed = date.fromisoformat(row["signature"])
            assert party.signed == signed
            assert stand("ets-185", country.code, signed - timedelta(1)) is Stand.NOT_PARTY
            assert stand("ets-185", country.code, signed) is Stand.SIGNED
            if not row["ratification"]:
                # The table is of 3 December 2015.
                assert stand("ets-185", country.code, date(2015, 12, 3)) is Stand.SIGNED
                continue
            consent, bound = (date.fromisoformat(row[name]) for name in ("ratification", "entry_into_force"))
            assert (party.consent, party.in_force) == (consent, bound)
            assert stand("ets-185", country.code, bound - timedelta(1)) is Stand.CONSENTED
            assert stand("ets-185", country.code, bound) is Stand.BOUND

    def test_its_members_of_the_council_of_europe_are_ours(self, rows: list[dict[str, str]]) -> None:
        budapest = instrument_of("ets-185")
        assert budapest is not None
        assert budapest.entry is not None
        for row in rows:
            country = country_named(row["state"])
            assert country is not None
            assert (country.code in budapest.entry.among) == (row["coe_member"] == "yes")

    def test_the_rule_alone_gives_the_days_of_the_table(self, rows: list[dict[str, str]]) -> None:
        budapest = instrument_of("ets-185")
        assert budapest is not None
        assert budapest.entry is not None
        given = [
            (country.code, date.fromisoformat(row["ratification"]))
            for row in rows
            if row["ratification"] and (country := country_named(row["state"]))
        ]
        in_force = entry_of(budapest.entry, given)
        assert in_force == date(2004, 7, 1)
        for row in rows:
            if row["ratification"]:
                computed = enters(budapest.entry, in_force, date.fromisoformat(row["ratification"]))
                assert computed == date.fromisoformat(row["entry_into_force"]), row


class TestRelations:
    @pytest.mark.parametrize(
        ("identifier", "day", "states", "expected", "since"),
        [
            ("ets-185", date(2026, 11, 24), ("FRA", "DEU"), "binds", date(2009, 7, 1)),
            ("ets-185", date(2009, 6, 30), ("FRA", "DEU"), "signed", None),
            ("ets-185", date(2001, 11, 22), ("FRA", "DEU"), "apart", None),
            ("ets-185", date(2026, 11, 24), ("FRA", "DEU", "IRL"), "signed", None),
            ("ets-185", date(2026, 11, 24), ("FRA", "BRA", "GHA", "JPN"), "binds", date(2023, 3, 1)),
            ("ets-185", date(2026, 11, 24), ("FRA", "NOR"), "not known", None),
            ("ets-185", date(2026, 11, 24), ("TUV", "NRU"), "not known", None),
            # Known not to be party then, whatever is not known of the other.
            ("ets-185", date(2010, 1, 1), ("BRA", "NOR"), "apart", None),
            ("cets-224", date(2026, 11, 24), ("FRA", "DEU"), "signed", None),
            ("cets-224", date(2026, 11, 24), ("JPN", "SRB"), "signed", None),
            ("cets-224", date(2025, 11, 14), ("FRA", "IND"), "apart", None),
            ("cets-224", date(2025, 11, 15), ("FRA", "IND"), "not known", None),
            ("un-cybercrime", date(2026, 1, 1), ("FRA", "CHN"), "signed", None),
            ("un-charter", date(2026, 11, 24), ("CHE", "SSD"), "binds", date(2011, 7, 14)),
            ("un-charter", date(2002, 9, 9), ("CHE", "FRA"), "apart", None),
            ("un-charter", date(2024, 1, 1), ("VAT", "ITA"), "apart", None),
            ("malabo", date(2026, 11, 24), ("GHA", "SEN"), "binds", date(2023, 6, 8)),
            ("malabo", date(2026, 11, 24), ("GHA", "BEN"), "not known", None),
            ("arab-convention", date(2026, 11, 24), ("QAT", "EGY"), "binds", None),
            ("arab-convention", date(2015, 6, 1), ("QAT", "EGY"), "not known", None),
            ("arab-convention", date(2010, 1, 1), ("QAT", "EGY"), "apart", None),
            ("ets-189", date(2026, 11, 24), ("BEN", "FRA"), "binds", None),
            ("vclt", date(1995, 8, 10), ("URY", "UZB"), "signed", None),
            ("vclt", date(1995, 8, 11), ("URY", "UZB"), "binds", date(1995, 8, 11)),
            ("state-responsibility", date(2026, 11, 24), ("FRA", "DEU"), "text", None),
        ],
    )  # fmt: skip
    def test_table(
        self, identifier: str, day: date, states: tuple[str, ...], expected: str, since: date | None
    ) -> None:
        found = relation(identifier, day, *states)
        assert (found.stand, found.since) == (expected, since)

    def test_a_state_that_no_list_names_is_not_known_and_never_not_party(self) -> None:
        for item in all_instruments():
            complete = library().complete[item.id]
            days = [date(1900, 1, 1), date(2004, 7, 1), date(2026, 11, 24), date(2100, 1, 1)]
            for day in days:
                if item.binding and (complete is None or day > complete):
                    assert stand(item.id, "XQQ", day) is Stand.NOT_KNOWN

    def test_what_it_obliges_stands_with_article_and_source(self) -> None:
        found = relation("ets-185", date(2026, 11, 24), "FRA", "DEU")
        kinds = {article.kind: article.number for article in found.instrument.articles}
        assert kinds["preservation"] == "29"
        assert kinds["contact-point"] == "35"
        assert kinds["extradition"] == "24"
        assert found.instrument.sources[0].reference.startswith("ETS No. 185")

    def test_a_reservation_stands_with_its_state(self) -> None:
        found = relation("ets-185", date(2026, 11, 24), "AUT", "FRA")
        (austria,) = [item for item in found.holdings if item.state == "AUT"]
        assert austria.party is not None
        assert [item.article for item in austria.party.reservations] == ["29"]

    def test_every_party_is_a_state_that_a_pack_names(self) -> None:
        for item in all_instruments():
            assert all(country_of(state) for state in rows_of(item.id))
        assert len(rows_of("un-charter")) == 193


def test_dates_of_membership_agree_with_the_first_votes() -> None:
    """A member votes from its admission on: no vote long before, and for most the first within two years."""
    folder = SHARED / "unga-votes"
    if not folder.exists():
        pytest.skip(f"there are no voting records {folder} on this machine")
    first = _first_votes(folder)
    # The records know these under codes that a predecessor had, or give the seat's later holder alone.
    apart = {"China", "Germany", "Yemen"}
    compared = 0
    for state, row in rows_of("un-charter").items():
        country = country_of(state)
        assert country is not None
        assert row.party.in_force is not None
        vote = next((first[name] for name in (country.name, *country.also) if name in first), None)
        if vote is None or country.name in apart:
            continue
        # The records date a roll call within its session, some weeks off at most.
        assert vote >= row.party.in_force - timedelta(70), country.name
        compared += 1
    assert compared > 150


def _first_votes(folder: Path) -> dict[str, date]:
    import gzip

    with gzip.open(folder / "un_roll_calls.csv.gz", "rt", encoding="utf-8", newline="") as file:
        days = {float(row["rcid"]): date.fromisoformat(row["date"]) for row in csv.DictReader(file)}
    first: dict[str, date] = {}
    with gzip.open(folder / "un_votes.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day = days.get(float(row["rcid"]))
            if day is not None and day < first.get(row["country"], date.max):
                first[row["country"]] = day
    return first


# -- properties -----------------------------------------------------------------------------------------------------

STATES = ["FRA", "DEU", "BRA", "JPN", "GHA", "QAT"]
_days = st.dates(date(1990, 1, 1), date(2030, 12, 31))


@st.composite
def _parties(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows whose dates do not contradict each other; no withdrawal."""
    rows = []
    for state in draw(st.lists(st.sampled_from(STATES), unique=True)):
        signed, consent = sorted([draw(_days), draw(_days)])
        row: dict[str, Any] = {"state": state}
        if draw(st.booleans()):
            row["signed"] = signed
        if draw(st.booleans()):
            row["consent"] = consent
        rows.append(row)
    return rows


_delays = st.builds(Delay, months=st.integers(0, 6), days=st.integers(0, 120), first_of_month=st.booleans())
_rules = st.builds(
    EntryRule, consents=st.integers(1, 4), delay=_delays, later=_delays | st.none(), reference=st.just("Article 1")
)


def _library(rows: list[dict[str, Any]], rule: EntryRule, complete: date | None, more: list[dict[str, Any]]) -> Library:
    source = [{"title": "Made up"}]
    instrument = msgspec.convert(
        {
            "id": "made-up", "version": 1, "name": "Made up", "short": "Made up", "type": "convention", "about": "x",
            "concluded": date(1990, 1, 1), "sources": source, "entry": msgspec.to_builtins(rule),
            "articles": [{"number": "1", "kind": "assistance", "obliges": "x"}],
            "status": {"as_of": complete or date(2031, 1, 1), "complete": complete is not None, "coverage": "x",
                       "parties": rows},
        },
        Instrument,
    )  # fmt: skip
    packs = {}
    if more:
        pack = {"id": "more", "version": 1, "name": "More", "sources": source, "instrument": "made-up",
                "as_of": date(2031, 6, 1), "coverage": "x", "parties": more}  # fmt: skip
        packs["more"] = msgspec.convert(pack, PartyPack)
    return Library.of({"made-up": instrument}, packs)


@given(_parties(), _parties(), _rules, st.lists(_days, min_size=2, max_size=8))
def test_as_days_go_by_a_state_only_comes_nearer_to_being_bound(
    rows: list[dict[str, Any]], more: list[dict[str, Any]], rule: EntryRule, days: list[date]
) -> None:
    packs = _library(rows, rule, None, more)
    named = {row["state"] for row in (*rows, *more) if len(row) > 1}
    for state in STATES:
        stands = [stand_of(packs, packs.instruments["made-up"], state, day).stand for day in sorted(days)]
        newest = next((row for row in (*more, *rows) if row["state"] == state), {})
        if state not in named or len(newest) == 1:
            assert set(stands) == {Stand.NOT_KNOWN}
        else:
            ranks = [ORDER.index(item) for item in stands]
            assert ranks == sorted(ranks)


@given(_parties(), _rules, _days, st.permutations(STATES), st.data())
def test_the_order_of_states_and_of_rows_does_not_matter(
    rows: list[dict[str, Any]], rule: EntryRule, day: date, states: list[str], data: st.DataObject
) -> None:
    packs = _library(rows, rule, None, [])
    other = _library(data.draw(st.permutations(rows)), rule, None, [])
    some = states[: data.draw(st.integers(1, len(states)))]
    (one,) = relations(some, day, packs)
    (two,) = relations([*reversed(some), *some], day, other)
    assert one.holdings == two.holdings
    assert (one.stand, one.since) == (two.stand, two.since)


@given(_parties(), _rules, _days, _days)
def test_not_party_is_said_only_of_who_a_row_or_a_complete_list_says_it(
    rows: list[dict[str, Any]], rule: EntryRule, day: date, complete: date
) -> None:
    for packs, whole in ((_library(rows, rule, None, []), None), (_library(rows, rule, complete, []), complete)):
        for state in STATES:
            found = stand_of(packs, packs.instruments["made-up"], state, day).stand
            row = next((row for row in rows if row["state"] == state), None)
            if row is None:
                expected = Stand.NOT_PARTY if whole is not None and day <= whole else Stand.NOT_KNOWN
                assert found is expected
            elif found is Stand.NOT_PARTY:
                assert all(day < row[name] for name in ("signed", "consent") if name in row)


@given(_parties(), _rules, _days, st.lists(st.sampled_from(STATES), min_size=1, unique=True))
def test_it_binds_all_exactly_when_it_binds_each(
    rows: list[dict[str, Any]], rule: EntryRule, day: date, states: list[str]
) -> None:
    packs = _library(rows, rule, None, [])
    (found,) = relations(states, day, packs)
    each = [stand_of(packs, packs.instruments["made-up"], state, day) for state in states]
    assert (found.stand == "binds") == all(item.stand is Stand.BOUND for item in each)
    if found.stand == "binds":
        assert found.since == max(item.since for item in each if item.since)
        assert found.since <= day


def test_who_withdrew_is_bound_no_longer() -> None:
    rule = EntryRule(consents=1, delay=Delay(days=1), later=Delay(days=1), reference="Article 1")
    packs = _library([{"state": "FRA", "consent": date(2000, 1, 1), "withdrawn": date(2010, 1, 1)}], rule, None, [])
    item = packs.instruments["made-up"]
    assert stand_of(packs, item, "FRA", date(2000, 1, 1)).stand is Stand.CONSENTED
    assert stand_of(packs, item, "FRA", date(2009, 12, 31)).stand is Stand.BOUND
    assert stand_of(packs, item, "FRA", date(2010, 1, 1)).stand is Stand.WITHDRAWN


class TestTheDemo:
    @pytest.fixture(autouse=True)
    def _packs(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        import verbale.demo.nodes as nodes

        with packs_in(nodes._PACKS, monkeypatch):
            yield

    def test_the_fictional_states_are_bound_and_said_to_be_fictional(self) -> None:
        crimson, lazuria = country_named("Republic of Crimson"), country_named("republic of lazuria")
        assert crimson is not None
        assert lazuria is not None
        found = relation("ets-185", date(2026, 11, 24), crimson.code, lazuria.code)
        assert (found.stand, found.since) == ("binds", date(2011, 6, 1))
        assert all(item.party and "fictional" in item.party.note for item in found.holdings)

    def test_without_its_packs_nobody_knows_them(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        with packs_in(tmp_path, monkeypatch):
            assert country_named("Republic of Crimson") is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("France", "FRA"), ("french republic", "FRA"), ("Republic of Türkiye", "TUR"), ("Turkey", "TUR"),
        ("Cote d’Ivoire", "CIV"), ("  Viet   Nam ", "VNM"), ("Czech Republic", "CZE"), ("Fran", None), ("FR", None),
        ("Korea", None), ("", None),
    ],
)  # fmt: skip
def test_a_state_is_found_by_its_name_and_never_guessed(name: str, code: str | None) -> None:
    found = country_named(name)
    assert (found.code if found else None) == code
