"""Assessing on several scales: the rules of an assessment with answers, and its form, API and command."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.matters.sets import arrivals
from tests.node.conftest import Person
from verbale.cli.app import app
from verbale.desk import second_factor
from verbale.knowledge import all_scales, scale_of
from verbale.matters.incident import operations
from verbale.matters.incident.kind import severities
from verbale.node.errors import UserError
from verbale.node.models import ActRecord, ApiToken, Matter, User
from verbale.node.projection import state_of
from verbale.node.registry import apply_rule
from verbale.protocol import Act, fold, make_act, matter_id

MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MATTER = matter_id("CR", "a" * 32)
GRAVE = {
    "functional-impact": "significant-critical",
    "observed-activity": "effect",
    "location": "level-2",
    "actor": "criminal",
    "information-impact": "proprietary",
    "recoverability": "supplemented",
    "cross-sector": "finance",
    "potential-impact": "high",
}
"""56.3 points: level 2, Medium."""


def assessment(place: int, author: str = "CR", **body: Any) -> Act:
    return make_act(
        type="incident.assess",
        author=author,
        audience=("CR", "LZ"),
        matter=MATTER,
        issued=MORNING + timedelta(minutes=place),
        body=body,
    )


NCISS: dict[str, Any] = {"scale": "nciss", "level": "2", "answers": GRAVE}
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "the level that follows": (NCISS, None),
    "another level than follows": (
        {**NCISS, "level": "5"},
        "On the scale CISA NCISS the answers give 56.3 points and level 2, not 5.",
    ),
    "a factor left out": (
        {**NCISS, "answers": {key: GRAVE[key] for key in GRAVE if key != "actor"}},
        "The scale CISA NCISS computes its level, and Actor characterisation is not answered.",
    ),
    "no answers at all": (
        {"scale": "nciss", "level": "2"},
        "The scale CISA NCISS computes its level, and Functional impact is not answered.",
    ),
    "a factor of no scale": (
        {**NCISS, "answers": {**GRAVE, "weather": "bad"}},
        "The scale CISA NCISS asks for no factor weather.",
    ),
    "an answer that the factor does not have": (
        {**NCISS, "answers": {**GRAVE, "actor": "martian"}},
        "The scale CISA NCISS knows no answer martian to Actor characterisation.",
    ),
    "a level that the scale does not have": ({**NCISS, "level": "9"}, "The scale CISA NCISS has no level 9."),
    "answers where the scale asks nothing": (
        {"scale": "uk-ncsc", "level": "2", "answers": {"actor": "apt"}},
        "The scale UK NCSC incident categories asks for no factor actor.",
    ),
    "a scale that asks and does not compute": (
        {"scale": "eurepoc-intensity", "level": "7", "answers": {"disruption": "yes"}},
        None,
    ),
    "and some of its answers only, or none": ({"scale": "eurepoc-intensity", "level": "7"}, None),
    "the scale of research": ({"scale": "dcid-severity", "level": "4"}, None),
    "answers that are no words": (
        {**NCISS, "answers": {**GRAVE, "actor": 7}},
        "Its content is not lawful for its type: Expected `str`, got `int` - at `$.answers[...]`.",
    ),
    "answers that are a list": (
        {**NCISS, "answers": ["apt"]},
        "Its content is not lawful for its type: Expected `object`, got `array` - at `$.answers`.",
    ),
    "more answers than any scale asks": (
        {**NCISS, "answers": {f"f{n}": "x" for n in range(61)}},
        "Its content is not lawful for its type: Expected `object` of length <= 60 - at `$.answers`.",
    ),
}


@pytest.mark.parametrize(("body", "reason"), CASES.values(), ids=CASES)
def test_rule(body: dict[str, Any], reason: str | None) -> None:
    act = assessment(0, **body)
    state, effects = fold(apply_rule, [act])
    assert (effects[act.id].sentence() or None) == reason
    assert bool(state) == (reason is None)


def test_the_state_holds_the_answers() -> None:
    act = assessment(0, **NCISS, reasons="two days")
    state, _ = fold(apply_rule, [act])
    assert state == {"severity:CR:nciss": {"level": "2", "reasons": "two days", "act": act.id, "answers": GRAVE}}


def test_several_scales_and_authors_stand_side_by_side() -> None:
    acts = [
        assessment(0, **NCISS),
        assessment(1, scale="uk-ncsc", level="2"),
        assessment(2, "LZ", scale="uk-ncsc", level="4"),
        assessment(3, scale="dcid-severity", level="4"),
    ]
    shown = severities(fold(apply_rule, acts)[0])
    assert [(item["name"], item["author"], item["code"]) for item in shown] == [
        ("CISA NCISS", "CR", "2"),
        ("DCID severity", "CR", "4"),
        ("UK NCSC incident categories", "CR", "2"),
        ("UK NCSC incident categories", "LZ", "4"),
    ]
    assert shown[0]["score"].told == "56.3"
    assert [part.answer.id for part in shown[0]["parts"]] == list(GRAVE.values())


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    scale = draw(st.sampled_from(all_scales()))
    given_ = {}
    for factor in scale.factors:
        if draw(st.integers(0, 19)):
            given_[factor.id] = draw(st.sampled_from(factor.answers)).id
    if draw(st.integers(0, 9)) == 0:
        given_[draw(st.sampled_from(["actor", "nonsense"]))] = draw(st.sampled_from(["apt", "nonsense"]))
    score = scale.score(given_)
    level = score.level.code if score and draw(st.integers(0, 4)) else draw(st.sampled_from(scale.levels)).code
    return {"scale": scale.id, "level": level, "answers": given_}


@settings(max_examples=60)
@given(st.data())
def test_order_and_repetition_of_arrival_change_nothing(data: st.DataObject) -> None:
    acts = [
        assessment(data.draw(st.integers(0, 3)), data.draw(st.sampled_from(["CR", "LZ"])), **body)
        for body in data.draw(st.lists(bodies(), min_size=1, max_size=8))
    ]
    expected = fold(apply_rule, acts)
    arrived = [act for batch in data.draw(arrivals(acts)) for act in batch]
    assert fold(apply_rule, arrived) == expected


# -- doors ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def iva(person: Person) -> User:
    return person("iva", "analyst")


@pytest.fixture
def matter(iva: User) -> Matter:
    return Matter.objects.get(pk=operations.open_incident(iva, title="Night on the grid").matter_id)


@pytest.fixture
def desk(iva: User) -> Client:
    second_factor.enrol(iva, "JBSWY3DPEHPK3PXP")
    client = Client()
    client.force_login(iva)
    return client


def fields(**further: str) -> dict[str, str]:
    return {**{f"factor-{factor}": answer for factor, answer in GRAVE.items()}, **further}


def test_the_level_follows_where_none_is_given(matter: Matter, iva: User) -> None:
    record = operations.assess(matter, iva, scale="nciss", answers=GRAVE)
    assert record.effective
    assert record.act.body["level"] == "2"
    assert state_of(matter)["severity:CR:nciss"]["answers"] == GRAVE


def test_no_level_and_none_that_follows_is_refused(matter: Matter, iva: User) -> None:
    with pytest.raises(UserError, match="to answer: Functional impact, Observed activity"):
        operations.assess(matter, iva, scale="nciss")
    with pytest.raises(UserError, match="Give the level"):
        operations.assess(matter, iva, scale="uk-ncsc")
    assert ActRecord.objects.filter(type="incident.assess").count() == 0


def test_the_form_shows_what_follows_before_anything_is_noted(matter: Matter, desk: Client) -> None:
    address = reverse("incident:assess-on", args=[matter.id, "nciss"])
    blank = desk.get(address).content.decode()
    assert blank.count("<select") == 8
    assert "style=" not in blank
    looked = desk.post(address, fields(do="look")).content.decode()
    assert "56.3 of 100 points" in looked
    assert "Medium" in looked
    assert ActRecord.objects.filter(type="incident.assess").count() == 0
    refused = desk.post(address, fields(do="note")).content.decode()
    assert "errorlist" in refused
    noted = desk.post(address, fields(do="note", reasons="Two days without payments."))
    assert noted.status_code == 302
    record = ActRecord.objects.get(type="incident.assess")
    assert (record.effective, record.act.body["answers"]) == (True, GRAVE)


def test_the_form_of_a_scale_that_does_not_compute_asks_for_the_level(matter: Matter, desk: Client) -> None:
    address = reverse("incident:assess-on", args=[matter.id, "eurepoc-intensity"])
    given_ = {"factor-disruption": "yes", "level": "5", "reasons": "x", "do": "note"}
    assert desk.post(address, given_).status_code == 302
    assert state_of(matter)["severity:CR:eurepoc-intensity"]["answers"] == {"disruption": "yes"}


@pytest.mark.parametrize("scale", ["richter", "uk-ncsc"])
def test_a_scale_without_factors_has_no_form_of_its_own(matter: Matter, desk: Client, scale: str) -> None:
    assert desk.get(reverse("incident:assess-on", args=[matter.id, scale])).status_code == 404


def test_a_dossier_that_is_closed_to_somebody_has_no_form_for_them(matter: Matter, person: Person) -> None:
    Matter.objects.filter(pk=matter.pk).update(restricted=True)
    other = person("ada", "desk")
    second_factor.enrol(other, "JBSWY3DPEHPK3PXP")
    client = Client()
    client.force_login(other)
    assert client.get(reverse("incident:assess-on", args=[matter.id, "nciss"])).status_code == 403


def test_the_dossier_shows_all_scales_with_answer_by_answer_reasons(matter: Matter, iva: User, desk: Client) -> None:
    operations.assess(matter, iva, scale="nciss", answers=GRAVE, reasons="Two days without payments.")
    operations.assess(matter, iva, scale="uk-ncsc", level="2", reasons="Banks.")
    text = re.sub(r"\s+", " ", desk.get(reverse("dossier", args=[matter.id])).content.decode())
    assert "level 2, Medium" in text
    assert "56.3 of 100 points" in text
    assert "category 2, Highly significant incident" in text
    assert "420 of 600" in text
    assert "Two days without payments." in text
    assert f"?dossier={matter.id}" in text


def test_the_api_takes_answers(matter: Matter, iva: User) -> None:
    secret = ApiToken.make(iva, "test")
    answer = Client().post(
        f"/api/v1/incident/{matter.id}/assess",
        json.dumps({"scale": "nciss", "answers": GRAVE, "reasons": "x"}),
        content_type="application/json",
        headers={"authorization": f"Bearer {secret}"},
    )
    assert (answer.status_code, answer.json()["effective"]) == (200, True)


def test_the_command_takes_answers(matter: Matter, iva: User) -> None:
    given_ = [word for pair in GRAVE.items() for word in ("--answer", "=".join(pair))]
    line = ["incident", "assess", matter.id, "--level", "nciss", "--reasons", "x", "--as", "iva", *given_, "--json"]
    ran = CliRunner().invoke(app, line)
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["effective"]
    odd = CliRunner().invoke(app, [*line, "--answer", "actor"])
    assert odd.exit_code == 1
    assert scale_of("nciss") is not None
