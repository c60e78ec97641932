"""Precedents, on rows made up in the columns of EuRepoC's tables: reading, likeness with its reasons, figures."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.knowledge.eurepoc import COLUMNS, made_up, table
from verbale.knowledge.precedents import (
    BODIES,
    TABLES,
    Asked,
    Case,
    Collection,
    Response,
    TableError,
    answers_of,
    like,
    matrix_of,
    read_tables,
    times_of,
    vocabulary,
)


def held(**changed: list[dict[str, str]]) -> Collection:
    return read_tables((f"{name}.csv", data) for name, data in made_up(**changed).items())


def case(number: str, collection: Collection) -> Case:
    return next(item for item in collection.cases if item.id == number)


# -- reading ----------------------------------------------------------------------------------------------------------


def test_the_rows_of_a_number_make_one_case() -> None:
    collection = held()
    assert [item.id for item in collection.cases] == ["1", "2", "3", "40"]
    assert collection.refused == ()
    assert case("1", collection) == Case(
        id="1",
        start="2020-03-10",
        year=2020,
        types=("Disruption", "Ransomware"),
        sectors=("Finance",),
        receivers=("Utopia",),
        regions=("EUROPE", "NATO"),
        initiators=("Ruritania",),
        categories=("Non-state-group",),
        groups=("Grey Cats",),
        issues=("Resources",),
        conflicts=("Utopia – Ruritania",),
        intensity=4,
        political=True,
        legal=False,
        attributed={"political": "2020-04-09", "industry": "2020-03-20"},
    )


def test_what_the_tables_do_not_know_stays_open() -> None:
    unknown = case("3", held())
    assert (unknown.initiators, unknown.categories, unknown.attributed) == ((), (), {})
    assert (unknown.political, unknown.legal) == (False, False)
    only_infrastructure = case("40", held())
    assert only_infrastructure.sectors == ("Health",)
    assert (only_infrastructure.political, only_infrastructure.start, only_infrastructure.year) == (None, "", None)


def test_a_table_is_known_by_its_columns_not_by_its_name() -> None:
    found = read_tables((f"dashboard_{n}.csv", data) for n, data in enumerate(made_up().values()))
    assert {item.name for item in found.tables} == set(TABLES) - {"response_details"}
    assert found.cases == held().cases


def test_the_order_of_files_and_rows_changes_nothing() -> None:
    files = list(made_up().items())
    for seed in range(5):
        mixed = random.Random(seed)
        mixed.shuffle(files)
        shuffled = []
        for name, data in files:
            head, *rows = data.decode().splitlines(keepends=True)
            mixed.shuffle(rows)
            shuffled.append((f"{name}.csv", (head + "".join(rows)).encode()))
        assert read_tables(shuffled).cases == held().cases


def test_the_table_of_details_gives_instruments() -> None:
    rows = [
        {"ID": "1", "political_response": "1", "legal_response": "0", "response_type": "Stabilising measures",
         "country_type_response": "EU", "legal_response_type_clean": ""},
        {"ID": "2", "political_response": "0", "legal_response": "1", "response_type": "",
         "country_type_response": "EU member states", "legal_response_type_clean": "Indictment"},
    ]  # fmt: skip
    found = held(response_details=rows)
    assert case("1", found).responses == (Response("political", "Stabilising measures", "EU"),)
    assert case("2", found).responses == (Response("legal", "Indictment", "EU member states"),)
    assert answers_of(found.cases).instruments == (
        (Response("legal", "Indictment", "EU member states"), 1),
        (Response("political", "Stabilising measures", "EU"), 1),
    )


ROW = {
    "ID": "7", "start_date": "2021-01-05", "industry_date": "", "political_date": "", "attacker_date": "",
    "third_party_date": "", "other_date": "", "receiver_country": "Utopia", "initiator_country": "Ruritania",
    "incident_type": "Data theft", "receiver_region": "['NATO']",
}  # fmt: skip
BAD: dict[str, tuple[dict[str, str], str]] = {
    "no number": ({"ID": ""}, "ID is no number of an incident: empty"),
    "a number that is a word": ({"ID": "seven"}, "ID is no number of an incident: seven"),
    "a day that is none": ({"start_date": "2021-02-30"}, "start_date is no day: 2021-02-30"),
    "a day written otherwise": ({"political_date": "5 May"}, "political_date is no day: 5 May"),
    "regions that are no list": ({"receiver_region": "NATO"}, "receiver_region is no list: NATO"),
    "regions that are numbers": ({"receiver_region": "[1]"}, "receiver_region is no list of words: [1]"),
    "a cell without end": (
        {"receiver_country": "x" * 2_001},
        "receiver_country has 2001 characters; the limit is 2000",
    ),
    "a null": ({"receiver_country": "a\0b"}, "receiver_country holds what is no text"),
}


@pytest.mark.parametrize(("change", "reason"), BAD.values(), ids=BAD)
def test_a_bad_row_is_named_by_file_and_line_and_leaves_no_trace(change: dict[str, str], reason: str) -> None:
    good = {**ROW, "ID": "8"}
    found = read_tables([("a.csv", table("attributions", [good, {**ROW, **change}, {**good, "ID": "9"}]))])
    assert [(row.file, row.line, row.reason) for row in found.refused] == [("a.csv", 3, reason)]
    assert [item.id for item in found.cases] == ["8", "9"]
    assert (found.tables[0].rows, found.tables[0].refused) == (3, 1)


def test_a_bad_row_of_a_known_case_leaves_no_trace_in_it() -> None:
    bad = {**ROW, "receiver_country": "Erewhon", "receiver_region": "?"}
    found = read_tables([("a.csv", table("attributions", [ROW, bad]))])
    assert found.cases[0].receivers == ("Utopia",)
    assert len(found.refused) == 1


@pytest.mark.parametrize("value", ["11.5", "-1", "16", "many"])
def test_an_intensity_off_the_scale_is_refused(value: str) -> None:
    rows = [{"ID": "1", "incident_type": "Disruption", "weighted_cyber_intensity": value}]
    (refused,) = read_tables([("t.csv", table("incident_types", rows))]).refused
    assert refused.reason == f"weighted_cyber_intensity is no whole number from 0 to 15: {value}"


def test_rows_of_another_length_and_broken_quotes_are_refused_and_reading_goes_on() -> None:
    head = b"ID,incident_type,weighted_cyber_intensity\n"
    data = head + b'1,Disruption\n2,Disruption,3,4\n3,"Dis"ruption,3\n4,Disruption,3\n5,\xff,3\n'
    found = read_tables([("t.csv", data)])
    assert [item.id for item in found.cases] == ["4"]
    assert [row.line for row in found.refused] == [2, 3, 4, 6]


def test_a_quotation_mark_without_its_fellow_names_the_lines_that_it_costs() -> None:
    head = b"ID,incident_type,weighted_cyber_intensity\n"
    found = read_tables([("t.csv", head + b'1,Disruption,3\n2,"Disruption,3\n3,Disruption,3\n')])
    assert [item.id for item in found.cases] == ["1"]
    assert [(row.line, row.reason) for row in found.refused] == [(4, "unexpected end of data, from line 3 on")]


def test_a_cell_with_line_breaks_is_one_cell() -> None:
    data = b'ID,incident_type,weighted_cyber_intensity\n1,"Dis\nruption",3\nx,Disruption,3\n'
    found = read_tables([("t.csv", data)])
    assert found.cases[0].types == ("Dis ruption",)
    assert [row.line for row in found.refused] == [4]


def test_a_file_that_is_no_table_and_a_table_given_twice_are_refused() -> None:
    with pytest.raises(TableError, match=r"x\.csv is none of EuRepoC's tables .* its columns: colour, size"):
        read_tables([("x.csv", b"colour,size\nred,3\n")])
    with pytest.raises(TableError, match="its columns: none"):
        read_tables([("x.csv", b"")])
    data = table("attributions", [ROW])
    with pytest.raises(TableError, match=r"b\.csv and a\.csv are both the table attributions"):
        read_tables([("a.csv", data), ("b.csv", data)])


@given(st.binary(max_size=400))
def test_no_bytes_behind_the_head_break_the_reader(noise: bytes) -> None:
    head = ",".join(COLUMNS["attributions"]).encode() + b"\n"
    found = read_tables([("a.csv", head + noise)])
    assert found.tables[0].rows >= len(found.cases)


# -- likeness ---------------------------------------------------------------------------------------------------------


def only(asked: Asked, item: Case) -> Any:
    (found,) = like([item], asked)
    return found


FULL = Case(
    id="1", start="2020-03-10", year=2020, types=("Disruption", "Ransomware"), sectors=("Finance",), intensity=4
)


def test_likeness_is_the_weighted_mean_of_jaccard_and_nearness() -> None:
    found = only(Asked(types=("Ransomware",), sectors=("Finance",), intensity=6, year=2022), FULL)
    weights, spans = vocabulary().weights, vocabulary().spans
    parts = {
        "types": (weights.types, 1 / 2),
        "sectors": (weights.sectors, 1.0),
        "intensity": (weights.intensity, 1 - 2 / spans.intensity),
        "year": (weights.year, 1 - 2 / spans.year),
    }
    expected = sum(weight * part for weight, part in parts.values()) / sum(weight for weight, _ in parts.values())
    assert found.likeness == pytest.approx(expected)
    assert {reason.facet: reason.part for reason in found.reasons} == {name: part for name, (_, part) in parts.items()}


def test_the_reasons_tell_what_is_shared_what_is_besides_and_what_is_not_known() -> None:
    found = only(Asked(types=("Ransomware",), categories=("State",), year=2020), FULL)
    types, categories, year = found.reasons
    assert (types.shared, types.further) == (("Ransomware",), ("Disruption",))
    assert (categories.known, categories.part) == (False, 0.0)
    assert (year.asked, year.here, year.part) == (2020, 2020, 1.0)


def test_what_shares_nothing_is_not_found_and_the_limit_holds() -> None:
    assert like([FULL], Asked(types=("Data theft",))) == []
    assert like([FULL], Asked(types=("Ransomware",)), 0.51) == []
    assert len(like([FULL], Asked(types=("Ransomware",)), 0.5)) == 1


def test_without_a_question_all_are_found_the_latest_first() -> None:
    collection = held()
    assert [item.case.id for item in like(collection.cases, Asked())] == ["2", "1", "3", "40"]


def test_only_cases_with_a_response_on_demand() -> None:
    assert [item.case.id for item in like(held().cases, Asked(answered=True))] == ["2", "1"]


WORDS = st.lists(st.sampled_from("abcd"), max_size=3, unique=True).map(tuple)


@given(WORDS, WORDS, st.none() | st.integers(0, 15), st.none() | st.integers(0, 15))
def test_likeness_lies_between_0_and_1_and_is_1_only_for_the_same(
    here: tuple[str, ...], wanted: tuple[str, ...], intensity: int | None, asked: int | None
) -> None:
    found = like([Case(id="1", types=here, intensity=intensity)], Asked(types=wanted, intensity=asked))
    for item in found:
        assert 0 < item.likeness <= 1
        same = (not wanted or set(wanted) == set(here)) and (asked is None or asked == intensity)
        assert (item.likeness == 1) == same


# -- figures ----------------------------------------------------------------------------------------------------------


def test_responses_are_counted() -> None:
    counted = answers_of(held().cases)
    assert (counted.cases, counted.political, counted.legal, counted.both, counted.none, counted.untold) == (
        4, 2, 1, 1, 1, 1,
    )  # fmt: skip


def taking(*days: int, body: str = "political") -> list[Case]:
    return [
        Case(id=str(n), start="2020-03-01", attributed={body: f"2020-03-{1 + taken:02}"})
        for n, taken in enumerate(days, 1)
    ]


def test_quartiles_lie_within_what_was_seen() -> None:
    rows = {row.of: row for row in times_of(taking(0, 2, 4, 10, 20))}
    assert set(rows) == {"first", "political"}
    row = rows["political"]
    assert (row.n, row.least, row.lower, row.median, row.upper, row.most) == (5, 0, 2.0, 4, 10.0, 20)


def test_of_one_case_the_quartiles_are_the_case() -> None:
    row = times_of(taking(7))[0]
    assert (row.n, row.lower, row.median, row.upper) == (1, 7, 7, 7)
    assert times_of([]) == []


def test_a_year_without_a_day_is_left_out_and_counted() -> None:
    cases = [
        Case(id="1", start="2020-01-01", attributed={"industry": "2020-05-05"}),
        Case(id="2", start="2020-02-02", attributed={"industry": "2021-01-01"}),
        Case(id="3", start="2020-02-02", attributed={"industry": "2020-02-03"}),
    ]
    row = next(row for row in times_of(cases) if row.of == "industry")
    assert (row.n, row.median, row.by_year_only) == (1, 1, 2)


def test_what_came_before_the_start_is_left_out_and_counted() -> None:
    row = next(row for row in times_of([Case(id="1", start="2020-02-02", attributed={"other": "2020-02-01"})]))
    assert (row.n, row.before) == (0, 1)


def test_from_the_first_word_in_public_to_the_political_one() -> None:
    cases = [
        Case(id="1", start="2020-03-01", attributed={"industry": "2020-03-05", "political": "2020-03-15"}),
        Case(id="2", start="2020-03-01", attributed={"attacker": "2020-03-20", "political": "2020-03-15"}),
    ]
    row = next(row for row in times_of(cases) if row.of == "public")
    assert (row.n, row.median, row.before) == (1, 10, 1)


def test_the_matrix_counts_each_dated_case_once_a_body() -> None:
    rows = {body: (counts, by_year) for body, counts, by_year in matrix_of(taking(0, 7, 8, 30))}
    assert rows["political"] == ((2, 2, 0, 0, 0, 0), 0)
    assert [body for body, counts, _ in matrix_of(taking(1)) if any(counts)] == ["political"]
    assert tuple(rows) == BODIES


# -- words ------------------------------------------------------------------------------------------------------------


def test_sectors_and_techniques_of_an_incident_go_over_into_the_words_of_the_tables() -> None:
    words = vocabulary()
    assert words.sectors_by(["Financial services", "water", "Hospitality and leisure"]) == (
        "Finance", "Waste Water Management", "Water",
    )  # fmt: skip
    assert words.types_by(["T1486", "T1567.002", "T9999"]) == ("Data theft", "Ransomware")
    assert words.sectors_by(["finance"]) == ("Finance",)
    assert (words.sectors_by([]), words.types_by([])) == ((), ())
