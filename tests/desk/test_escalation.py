"""How relations stand: each act type is coded, the page empty and full, closed matters, alert, API and command."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation
from typer.testing import CliRunner

from tests.node.conftest import Person
from tests.node.world import Peer, note_body, now
from verbale.desk import relations, second_factor
from verbale.desk.relations.measures import menu
from verbale.desk.work import work_of
from verbale.knowledge import all_measures, code
from verbale.matters.channel.fold import channel_id
from verbale.node.models import ActRecord, ApiToken, Matter, User
from verbale.node.registry import all_kinds
from verbale.node.services import Clearance, Outgoing, issue

pytestmark = pytest.mark.django_db
WARNING = {"form": "demarche", "values": {"consequence": "Measures follow."}}
"""-5.8"""
COMPLAINT = {"form": "demarche"}
"""-2.0"""
NOTIFICATION = {"form": "incident-notification"}
"""+7.0"""


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk")


@pytest.fixture
def desk(ada: User) -> Client:
    return browser(ada)


def browser(user: User) -> Client:
    second_factor.enrol(user, "JBSWY3DPEHPK3PXP")
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client


def page(client: Client, query: str = "", node: str = "LZ") -> str:
    answer = client.get(reverse("partner-escalation", args=[node]) + query)
    assert answer.status_code == 200, (answer.status_code, answer.content[:500])
    text = answer.content.decode()
    assert "<style" not in text
    assert "style=" not in text
    assert not re.search(r"<script(?![^>]*src=)", text)
    return text


_numbers = iter(range(1, 1_000_000))


def heard(peer: Peer, body: dict[str, Any], *, days_ago: float = 1, **fields: Any) -> ActRecord:
    """A note of a partner, as of some days ago."""
    made = peer.note(f"{next(_numbers)}/2026", body=body, issued=now() - timedelta(days=days_ago), **fields)
    (result,) = peer.send([made])
    assert result["status"] == "accepted", result
    return ActRecord.objects.get(pk=made[0].id)


def said(peer: Peer, body: dict[str, Any], **fields: Any) -> ActRecord:
    """A note of our own to a partner."""
    lawful = note_body(f"{next(_numbers)}/2026", **body)
    lawful["letterhead"] = {**lawful["letterhead"], "state": "Republic of Crimson", "short": "CR"}
    outgoing = Outgoing(
        type="channel.note", audience=(peer.node,), matter=channel_id(("CR", peer.node)), body=lawful, **fields
    )
    return issue(outgoing, clearance=Clearance("ada", "tomas"))


def test_every_act_type_of_the_installed_kinds_is_coded_or_left_out_with_a_reason() -> None:
    missing = [item.name for kind in all_kinds() for item in kind.types if code(item.name, {}) is None]
    assert not missing, f"no rule in event-codings/verbale.yaml for {', '.join(missing)}"


class TestThePage:
    def test_empty(self, lazuria: Peer, desk: Client) -> None:
        text = page(desk)
        assert "Nothing that has passed between us and Lazuria bears on how relations stand." in text
        assert "No act has passed between the two in this period." in text
        assert "<polyline" not in text
        assert reverse("partner-escalation", args=["LZ"]) in desk.get(reverse("partner", args=["LZ"])).content.decode()

    def test_full(self, lazuria: Peer, desk: Client) -> None:
        first = heard(lazuria, WARNING, days_ago=3)
        heard(lazuria, {**COMPLAINT, "subject": "<b>bold</b>"}, days_ago=2)
        ours = said(lazuria, NOTIFICATION)
        text = page(desk)
        assert re.search(r"<svg direction=\"ltr\".*<polyline points=\"[0-9., ]+\"", text, re.DOTALL)
        assert text.count('width="3"') == 3
        for part in ("131", "Threaten non-force", "-5.8", "A démarche is a formal complaint.", "064", "+7.0",
                     "Goldstein", "Schrodt", f'href="{reverse("act", args=[first.id])}"',
                     f'href="{reverse("act", args=[ours.id])}"', "rose to strained", "eased to calm"):  # fmt: skip
            assert part in text, part
        assert "Relations with Lazuria are calm; they became so Today" not in text
        assert "Relations with Lazuria are calm; they became so today." in text
        assert "<b>bold</b>" not in text

    def test_the_period(self, lazuria: Peer, desk: Client) -> None:
        old = heard(lazuria, WARNING, days_ago=60)
        link = f'href="{reverse("act", args=[old.id])}"'
        assert link not in page(desk, "?days=30")
        assert link in page(desk, "?days=90")
        assert link in page(desk, "?days=365")
        assert link in page(desk, "?days=nonsense")
        assert "aria-current" in page(desk, "?days=30")
        assert "<polyline" in page(desk, "?days=30"), "what is left of it is seen"

    def test_exercises_and_acts_without_effect_are_listed_and_do_not_count(self, lazuria: Peer, desk: Client) -> None:
        heard(lazuria, WARNING, exercise=True)
        twice = heard(lazuria, {**WARNING, "answers": "a" * 64}, days_ago=0.5)
        ActRecord.objects.filter(pk=twice.pk).update(reason="The number had been used.")
        text = page(desk)
        assert "It is an exercise, and never counts." in text
        assert "It is without effect: The number had been used." in text
        assert text.count("uncounted") == 2
        assert "<polyline" not in text
        assert "Nothing that has passed" in text

    def test_an_act_of_a_type_that_nobody_knows_stands_uncoded(self, lazuria: Peer, desk: Client) -> None:
        made = lazuria.act("weather.report", {"odd": [1, {"deep": None}]})
        lazuria.send([made])
        ActRecord.objects.filter(pk=made[0].id).update(reason=None)
        text = page(desk)
        assert "The coding has no rule for acts of this type" in text
        assert "not coded" in text

    def test_what_passes_between_others_or_with_another_does_not_count(
        self, lazuria: Peer, verdia: Peer, desk: Client
    ) -> None:
        heard(verdia, WARNING)
        assert "Nothing that has passed" in page(desk)
        assert "strained" in page(desk, node="VD")

    def test_a_closed_matter_does_not_leak(self, lazuria: Peer, person: Person, desk: Client, ada: User) -> None:
        record = heard(lazuria, WARNING)
        assert "strained" in page(desk)
        assert relations.alerts(ada)
        Matter.objects.filter(pk=record.matter_id).update(restricted=True)
        text = page(desk)
        assert record.id not in text
        assert "Nothing that has passed" in text
        assert relations.alerts(ada) == [], "what the desk remembers is of those who may read the matter"
        Matter.objects.get(pk=record.matter_id).people.add(ada)
        assert "became so" in page(desk)

    def test_it_takes_the_right_to_read(self, lazuria: Peer, person: Person) -> None:
        operator = person("noor", "operator")
        assert browser(operator).get(reverse("partner-escalation", args=["LZ"])).status_code == 403
        assert relations.alerts(operator) == []

    def test_nobody_of_that_name(self, desk: Client) -> None:
        assert desk.get(reverse("partner-escalation", args=["QQ"])).status_code == 404

    def test_a_date_put_forward_counts_from_when_it_came(self, lazuria: Peer, ada: User) -> None:
        record = heard(lazuria, WARNING, days_ago=1)
        ActRecord.objects.filter(pk=record.pk).update(issued="2999-01-01T00:00:00.000Z")
        relation = relations.relation_with(ada, "LZ", now=now() + timedelta(seconds=1))
        assert relation.curve.tension == pytest.approx(5.8, abs=0.01)

    def test_right_to_left(self, lazuria: Peer, desk: Client, settings: Any) -> None:
        heard(lazuria, WARNING)
        settings.LANGUAGES = [("ar", "Arabic"), ("en", "English")]
        desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
        text = page(desk)
        assert 'dir="rtl"' in text
        assert '<svg direction="ltr"' in text
        assert "<bdi>-5.8</bdi>" in text

    def test_numbers_of_the_plot_have_a_point_in_every_language(
        self, lazuria: Peer, desk: Client, settings: Any
    ) -> None:
        heard(lazuria, WARNING)
        settings.LANGUAGES = [("fr", "French"), ("en", "English")]
        desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
        with translation.override("fr"):
            text = page(desk)
        assert 'lang="fr"' in text
        drawn = text[text.index('<svg direction="ltr"') :].split("</svg>")[0]
        assert not re.search(r'\b(?:x|y|x1|x2|y1|y2|height)="[0-9]+,', drawn)

    def test_many_acts_come_in_pages(self, lazuria: Peer, desk: Client) -> None:
        lazuria.send([lazuria.note(f"{next(_numbers)}/2026", body=COMPLAINT) for _ in range(55)])
        assert page(desk).count("<tr data-row") == 50
        assert page(desk, "?page=2&days=30").count("<tr data-row") == 5
        assert "critical" in page(desk)


class TestTheMenu:
    def test_each_measure_is_there_with_its_source_and_opens_its_form(self, lazuria: Peer, desk: Client) -> None:
        text = page(desk)
        for part in ("PC.DEC/1202, para. 13", "A/78/265, Annex B, CBM 2", "A/79/214, Annex B, CBM 8", "OSCE CBM 3",
                     f'{reverse("talks:invite")}?to=LZ',
                     f"{reverse('channel:compose')}?form=request-for-information&amp;to=LZ"):  # fmt: skip
            assert part in text, part
        for url in set(re.findall(r'href="([^"]*[?&;]to=LZ)"', text)):
            answer = desk.get(url.replace("&amp;", "&"))
            assert answer.status_code == 200, url
            assert re.search(r'value="LZ"[^>]*(selected|checked)', answer.content.decode()), url

    def test_a_measure_is_told_in_the_language_of_the_page_and_says_that_it_is_ours(
        self, lazuria: Peer, ada: User, settings: Any
    ) -> None:
        settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]
        (measure,) = [m for pack in all_measures() for m in pack.measures if m.reference == "A/78/265, Annex B, CBM 2"]
        arabic = measure.in_language("ar")
        assert arabic is not None
        with translation.override("ar"):
            entries = {entry.name: entry for _pack, found in menu(ada, lazuria.partner) for entry in found}
            shown = render_to_string("desk/parts/measure.html", {"entry": entries["UN CBM 2"]})
            untold = render_to_string("desk/parts/measure.html", {"entry": entries["OSCE CBM 3"]})
            ours = translation.gettext("Translation of Verbale, not official.")
        assert f'<strong lang="ar" dir="rtl">{arabic.title}</strong>' in shown
        assert ours in shown
        assert '<strong lang="en" dir="ltr">' in untold
        assert ours not in untold

    def test_every_door_leads_to_a_page_or_is_not_shown(self, lazuria: Peer, ada: User, desk: Client) -> None:
        ways = [way for _pack, entries in menu(ada, lazuria.partner) for entry in entries for way in entry.ways]
        assert ways
        for url in {way.url for way in ways}:
            assert desk.get(url).status_code == 200, url

    def test_a_ping_goes_to_the_directory_that_the_partner_is_in(self, lazuria: Peer, ada: User) -> None:
        def pings() -> list[str]:
            ways = [way for _pack, entries in menu(ada, lazuria.partner) for entry in entries for way in entry.ways]
            return [way.url for way in ways if way.label == "Send a ping"]

        assert pings() == []
        opening = Outgoing(type="directory.open", audience=("LZ",), body={"title": "Ours", "text": ""})
        record = issue(opening, clearance=Clearance("ada", "tomas"))
        assert pings() == [f"{reverse('directory:send', args=[record.matter_id])}?to=LZ"] * 2

    def test_who_may_not_write_and_who_is_not_confirmed_has_no_buttons(self, lazuria: Peer, person: Person) -> None:
        auditor = person("aud", "auditor")
        labels = {
            str(way.label) for _p, entries in menu(auditor, lazuria.partner) for entry in entries for way in entry.ways
        }
        assert labels <= {"Capacity building", "Directory"}, "pages that one may read"
        partner = lazuria.partner
        partner.status = "blocked"
        assert not any(entry.ways for _p, entries in menu(person("eva", "desk"), partner) for entry in entries)


class TestTheAlert:
    def _lines(self, user: User) -> list[str]:
        sentences = [str(task.sentence) for task in work_of(user).todo]
        return [sentence for sentence in sentences if sentence.startswith("Relations")]

    def test_the_desk_rings_when_a_threshold_is_crossed_and_is_quiet_when_it_eases(
        self, lazuria: Peer, ada: User, desk: Client
    ) -> None:
        assert self._lines(ada) == []
        heard(lazuria, COMPLAINT, days_ago=2)
        assert self._lines(ada) == []
        heard(lazuria, WARNING, days_ago=1)
        (line,) = self._lines(ada)
        assert line.startswith("Relations with Lazuria became strained on ")
        text = desk.get(reverse("desk")).content.decode()
        assert line in text
        assert f'href="{reverse("partner-escalation", args=["LZ"])}"' in text
        said(lazuria, NOTIFICATION)
        assert self._lines(ada) == []

    def test_the_gravest_rings_loudest(self, lazuria: Peer, ada: User) -> None:
        for _ in range(4):
            heard(lazuria, WARNING)
        (task,) = [task for task in work_of(ada).todo if "critical" in str(task.sentence)]
        assert task.precedence == "IMMEDIATE"

    @pytest.mark.parametrize(("later", "rings"), [(13, True), (16, False)])
    def test_it_rings_for_a_fortnight(self, lazuria: Peer, ada: User, later: int, rings: bool) -> None:
        for _ in range(4):
            heard(lazuria, WARNING, days_ago=1)
        at: datetime = now() + timedelta(days=later - 1)
        found = relations.alerts(ada, now=at)
        assert bool(found) == rings


class TestTheOtherDoors:
    def _api(self, user: User, query: str = "", node: str = "LZ") -> Any:
        secret = ApiToken.make(user, "test")
        return Client().get(f"/api/v1/partners/{node}/escalation{query}", headers={"authorization": f"Bearer {secret}"})

    def test_the_api(self, lazuria: Peer, ada: User) -> None:
        record = heard(lazuria, WARNING)
        heard(lazuria, COMPLAINT, exercise=True)
        told = self._api(ada, "?days=30").json()
        assert (told["level"], told["trend"], told["days"]) == ("strained", "rising", 30)
        assert told["tension"] == pytest.approx(5.8 * 2 ** (-1 / 30), abs=0.01)
        assert told["crossings"][0]["acts"] == [record.id]
        assert [(act["code"], act["value"], act["counts"]) for act in told["acts"]] in (
            [("131", -5.8, True), ("114", -2.0, False)],
            [("114", -2.0, False), ("131", -5.8, True)],
        )
        assert {measure["name"] for measure in told["measures"]} >= {"OSCE CBM 16", "UN CBM 8"}
        assert any("Goldstein" in source for source in told["method"]["sources"])

    def test_the_api_refuses(self, lazuria: Peer, ada: User, person: Person) -> None:
        assert self._api(ada, node="QQ").status_code == 404
        assert self._api(ada, "?days=0").status_code == 422
        assert self._api(person("noor", "operator")).status_code == 403

    def test_the_command(self, lazuria: Peer, ada: User) -> None:
        from verbale.cli.app import app

        heard(lazuria, WARNING)
        run = CliRunner().invoke(app, ["partner", "escalation", "LZ", "--as", "ada", "--json"])
        assert run.exit_code == 0, run.output
        assert json.loads(run.stdout)["level"] == "strained"
        run = CliRunner().invoke(app, ["partner", "escalation", "LZ", "--as", "ada"])
        assert run.exit_code == 0, run.output
        assert "Relations with Lazuria are strained" in run.stdout
        run = CliRunner().invoke(app, ["partner", "escalation", "QQ", "--as", "ada"])
        assert run.exit_code == 1
