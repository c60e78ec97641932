"""Norms and law on the desk: pages empty and full, what binds a partner and us, API."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from tests.node.conftest import Person
from tests.node.world import Peer
from tests.own_packs import packs_in, put
from verbale.cli.app import app
from verbale.demo import nodes
from verbale.desk import second_factor
from verbale.desk.law import DUTIES, TYPES, binding_with, state_of_node
from verbale.knowledge import all_instruments, all_norms
from verbale.knowledge.instruments import Duty
from verbale.node.home import Home
from verbale.node.models import ApiToken, Partner, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "legal")


@pytest.fixture
def desk(ada: User) -> Client:
    second_factor.enrol(ada, "JBSWY3DPEHPK3PXP")
    client = Client(raise_request_exception=True)
    client.force_login(ada)
    return client


@pytest.fixture
def fiction(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The packs of the demonstration: Crimson, which we are, and Lazuria are states."""
    with packs_in(nodes._PACKS, monkeypatch):
        yield


def page(client: Client, address: str, code: int = 200, language: str = "en") -> str:
    answer = client.get(address, HTTP_ACCEPT_LANGUAGE=language)
    assert answer.status_code == code, (answer.status_code, answer.content[:500])
    text = answer.content.decode()
    assert "<style" not in text
    assert "style=" not in text
    assert not re.search(r"<script(?![^>]*src=)", text)
    return re.sub(r"\s+", " ", text)


def api(user: User, path: str, code: int = 200) -> Any:
    headers = {"HTTP_AUTHORIZATION": f"Bearer {ApiToken.make(user, 'test')}"}
    answer = Client().get(f"/api/v1{path}", **headers)
    assert answer.status_code == code, answer.content[:500]
    return answer.json()


def test_every_duty_and_type_has_words() -> None:
    assert set(DUTIES) == set(get_args(Duty))
    assert {item.type for item in all_instruments()} <= set(TYPES)


class TestPages:
    def test_the_rail_leads_to_norms_and_law(self, desk: Client) -> None:
        assert f'href="{reverse("law")}"' in page(desk, "/")

    def test_all_of_them_with_their_sources(self, desk: Client) -> None:
        text = page(desk, reverse("law"))
        for pack in all_norms():
            assert all(reverse("law-norm", args=[pack.id, norm.id]) in text for norm in pack.norms)
        for item in all_instruments():
            assert reverse("law-instrument", args=[item.id]) in text
        assert "A/70/174, para. 13 (c)" in text
        assert "In force since 1 July 2004" in text

    def test_search_finds_and_says_when_nothing_is_found(self, desk: Client) -> None:
        text = page(desk, reverse("law") + "?words=preservation+sixty")
        assert reverse("law-instrument", args=["ets-185"]) in text
        assert reverse("law-instrument", args=["un-charter"]) not in text
        assert "No norm holds all of these words." in text
        text = page(desk, reverse("law") + "?words=zzzz")
        assert "No instrument holds all of these words." in text
        assert "&lt;b&gt;" in page(desk, reverse("law") + "?words=<b>")

    def test_each_norm_and_each_instrument_has_its_page(self, desk: Client) -> None:
        for pack in all_norms():
            for norm in pack.norms:
                assert norm.reference.replace("'", "&#x27;") in page(desk, reverse("law-norm", args=[pack.id, norm.id]))
        for item in all_instruments():
            text = page(desk, reverse("law-instrument", args=[item.id]))
            assert item.articles[0].number in text
            if item.binding and item.status and not item.status.complete:
                assert "does not mean that it is not party" in text
        assert "A/76/135, paras. 29-30" in page(desk, reverse("law-norm", args=["un-11", "c"]))
        # Kin are named from both ends.
        assert reverse("law-norm", args=["gcsc", "8"]) in page(desk, reverse("law-norm", args=["un-11", "c"]))
        assert reverse("law-norm", args=["un-11", "c"]) in page(desk, reverse("law-norm", args=["gcsc", "8"]))

    def test_what_is_not_there_is_not_found(self, desk: Client) -> None:
        page(desk, reverse("law-norm", args=["un-11", "z"]), 404)
        page(desk, reverse("law-instrument", args=["nothing"]), 404)

    def test_who_has_not_logged_in_sees_nothing(self) -> None:
        assert Client().get(reverse("law")).status_code == 302


class TestRelations:
    def test_before_anything_is_chosen_it_says_what_would_stand_there(self, desk: Client) -> None:
        text = page(desk, reverse("law-relations"))
        assert "Choose at least two states" in text
        assert text.count("<select") == 2

    def test_what_binds_two_states_on_a_day(self, desk: Client) -> None:
        text = page(desk, reverse("law-relations") + "?state=FRA&state=DEU&day=2026-11-24")
        assert "What binds France, Germany on 24 November 2026" in text
        assert '<span class="good">since 1 July 2009</span>' in text
        assert "Germany is bound since 1 July 2009." in text
        assert "France signed on 25 October 2025 and is not bound." in text
        assert "That does not mean that it is not party." in text
        assert text.count("<select") == 3

    def test_what_is_unknown_is_not_said_to_be_apart(self, desk: Client) -> None:
        text = page(desk, reverse("law-relations") + "?state=FRA&state=NOR&day=2026-11-24")
        assert "Norway is not known" in text
        assert "Norway is not party" not in text
        assert "Norway was not party" not in text

    def test_reservations_stand_at_the_article(self, desk: Client) -> None:
        text = page(desk, reverse("law-relations") + "?state=FRA&state=AUT&day=2026-11-24")
        assert "<strong>Reservation.</strong> Austria: Refuses preservation" in text

    @pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "0", "2026-11-24T00:00", "99999-01-01"])
    def test_a_day_that_is_none_is_told(self, desk: Client, day: str) -> None:
        assert "Give the day as a date" in page(desk, reverse("law-relations") + f"?state=FRA&state=DEU&day={day}")

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_days_at_the_ends_of_the_calendar(self, desk: Client, day: str) -> None:
        page(desk, reverse("law-relations") + f"?state=FRA&state=DEU&day={day}")

    def test_codes_that_no_pack_knows_and_the_same_twice(self, desk: Client) -> None:
        assert "Choose at least two" in page(desk, reverse("law-relations") + "?state=FRA&state=FRA&state=XQQ&state=")
        many = "&".join(f"state={code}" for code in ("FRA", "DEU", "BRA", "JPN"))
        assert page(desk, reverse("law-relations") + f"?{many}").count("<select") == 5


class TestPartner:
    def test_what_binds_both(self, desk: Client, lazuria: Peer, fiction: None) -> None:
        text = page(desk, reverse("partner", args=["LZ"]))
        assert "What binds both" in text
        assert "Lazuria is bound since 1 June 2011." in text
        assert "A fictional state of the demonstration." in text
        assert "<strong>Reservation.</strong> Lazuria" in text
        assert reverse("law-relations") + "?state=XCR&amp;state=XLZ" in text
        assert "other instruments it is not known; that does not mean" in text
        assert page(desk, reverse("law-relations")).count("selected") == 1

    def test_nothing_is_guessed_of_who_is_which_state(self, desk: Client, lazuria: Peer) -> None:
        text = page(desk, reverse("partner", args=["LZ"]))
        assert "No pack of kind countries knows a state named Republic of Crimson" in text
        assert "Choose the states yourself" in text

    def test_a_partner_that_no_pack_names(self, desk: Client, verdia: Peer, fiction: None) -> None:
        text = page(desk, reverse("partner", args=["VD"]))
        assert "No pack of kind countries knows a state named Republic of Verdia" in text

    def test_an_organisation_is_not_asked_what_binds_it(self, desk: Client, lazuria: Peer, fiction: None) -> None:
        Partner.objects.filter(pk="LZ").update(kind="organisation")
        assert "What binds both" not in page(desk, reverse("partner", args=["LZ"]))

    def test_a_node_is_a_state_by_its_name_alone(self, fiction: None) -> None:
        found = state_of_node("Republic of Crimson")
        assert found is not None
        assert found.code == "XCR"
        # Node ids are not codes: our node is CR, which ISO gives to Costa Rica.
        assert state_of_node("CR") is None
        assert binding_with("Republic of Nowhere").found is None

    def test_a_state_names_a_node_in_a_pack_of_its_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with packs_in(tmp_path, monkeypatch) as folder:
            put(
                folder,
                "countries",
                "ours",
                "id: ours\nversion: 1\nname: Names that nodes go by\nsources: [{title: Our protocol department}]\n"
                "countries: [{code: FRA, name: France, also: [Quai d'Orsay]}]\n",
            )
            found = state_of_node("Quai d’Orsay")
            assert found is not None
            assert found.code == "FRA"


class TestApi:
    def test_norms(self, ada: User) -> None:
        told = api(ada, "/norms?q=territory")
        assert "un-11/c" in [item["id"] for item in told]
        one = api(ada, "/norms/un-11/c")
        assert one["reference"] == "A/70/174, para. 13 (c)"
        assert one["sources"][0]["url"]
        assert len(api(ada, "/norms")) == sum(len(pack.norms) for pack in all_norms())
        assert api(ada, "/norms/un-11/z", 404)["error"] == "There is no such norm."

    def test_instruments(self, ada: User) -> None:
        told = {item["id"]: item for item in api(ada, "/instruments")}
        assert told["ets-185"]["in_force"] == "2004-07-01"
        assert told["ets-185"]["coverage"]["complete"] is False
        assert told["state-responsibility"]["parties"] == []
        (france,) = [row for row in told["ets-185"]["parties"] if row["state"] == "FRA"]
        assert (france["name"], france["in_force"], france["by_pack"]) == ("France", "2006-05-01", "ets-185")
        assert api(ada, "/instruments/cets-224")["in_force"] is None
        assert api(ada, "/instruments/nothing", 404)["error"] == "There is no such instrument."

    def test_relations(self, ada: User) -> None:
        told = api(ada, "/instruments/relations?state=fra&state=DEU&day=2026-11-24")
        binds = {item["instrument"]: item for item in told["binds"]}
        assert binds.keys() == {"ets-185", "un-charter"}
        assert binds["ets-185"]["since"] == "2009-07-01"
        (preservation,) = [item for item in binds["ets-185"]["obliges"] if item["kind"] == "preservation"]
        assert preservation["article"] == "29"
        assert "sixty days" in preservation["says"]
        assert "vclt" in [item["instrument"] for item in told["not_known"]]
        assert [item["instrument"] for item in told["texts"]] == ["state-responsibility"]
        (germany,) = [
            row
            for item in told["not_known"]
            if item["instrument"] == "un-cybercrime"
            for row in item["states"]
            if row["code"] == "DEU"
        ]
        assert germany["stand"] == "not known"

    @pytest.mark.parametrize(
        ("query", "reason"),
        [
            ("state=FRA", "Give at least two states."),
            ("state=FRA&state=fra", "Give at least two states."),
            ("state=FRA&state=XQQ", "No pack knows a state of the code XQQ."),
            ("state=FRA&state=Germany", "No pack knows a state of the code GERMANY."),
        ],
    )
    def test_what_is_refused(self, ada: User, query: str, reason: str) -> None:
        assert api(ada, f"/instruments/relations?{query}", 422)["error"] == reason

    def test_a_day_that_is_none(self, ada: User) -> None:
        api(ada, "/instruments/relations?state=FRA&state=DEU&day=soon", 422)
        api(ada, "/instruments/relations", 422)


def test_the_command_tells_what_binds_states_on_a_day(own_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBALE_HOME", str(own_home.path))

    def run(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["relations", *arguments])
        assert done.exit_code == code, done.output
        return re.sub(r"\s+", " ", done.output)

    told = json.loads(run("France", "JPN", "--on", "2012-11-01", "--json"))
    assert "ets-185" in [item["instrument"] for item in told["binds"]]
    told = json.loads(run("France", "JPN", "--on", "2012-10-31", "--json"))
    assert "ets-185" in [item["instrument"] for item in told["signed"]]
    assert "Japan is bound since 1 November 2012." in run("FRA", "JPN", "--on", "2024-01-01")
    assert "no state that the packs know" in run("FRA", "Atlantis", code=1)
    assert "two states or more" in run("FRA", "France", code=1)


def test_titles_in_other_languages_stand_beside_a_text(desk: Client) -> None:
    shown = page(desk, reverse("law-instrument", args=["un-charter"]))
    assert 'lang="fr" dir="auto">Charte des Nations Unies' in shown
    assert "Arabic" in shown
    assert "Rapport du Groupe d’experts gouvernementaux" in page(desk, reverse("law-norm", args=["un-11", "c"]))
