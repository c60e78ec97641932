"""What the reports that a person may read have in common: pages, levels, need-to-know, API."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.test_precedents import browser
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.demo import nodes
from verbale.desk.intelligence.named import read
from verbale.desk.intelligence.plot import graph
from verbale.intel.correlation import Feature
from verbale.matters.incident.operations import import_report
from verbale.node.models import ApiToken, Matter, User
from verbale.node.services import receive

pytestmark = pytest.mark.django_db
REPORTS = Path(nodes.__file__).parent / "reports"


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", "analyst")


def put(user: User, name: str, title: str) -> Matter:
    record = import_report((REPORTS / name).read_bytes(), name, user, title=title)
    return Matter.objects.get(pk=record.matter_id)


@pytest.fixture
def cases(ada: User) -> dict[str, Matter]:
    return {
        "banks": put(ada, "conti-ransomware.json", "Banks"),
        "ports": put(ada, "conti-cisa-alert.json", "Ports"),
        "mail": put(ada, "qakbot-emotet.json", "Mail"),
    }


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content[:400]
    text = re.sub(r"\s+", " ", answer.content.decode())
    assert "style=" not in text
    return text


def api(user: User, path: str, code: int = 200) -> Any:
    headers = {"HTTP_AUTHORIZATION": f"Bearer {ApiToken.make(user, 'test')}"}
    answer = Client().get(f"/api/v1{path}", **headers)
    assert answer.status_code == code
    return answer.json()


def test_with_no_report_the_pages_say_what_would_stand_there(ada: User) -> None:
    assert "Nothing is named by more than one." in shown(browser(ada), reverse("in-common"))
    assert "No report names a technique." in shown(browser(ada), reverse("techniques"))


def test_two_reports_on_one_campaign_share_its_techniques(ada: User, cases: dict[str, Matter]) -> None:
    found = read(ada, "cases").correlation
    by_pair = {(pair.first, pair.second): pair for pair in found.pairs}
    banks, ports = sorted((cases["banks"].id, cases["ports"].id))
    both = by_pair[banks, ports].shared
    ours = {item.id for item in read(ada, "cases").used if item.source == cases["banks"].id}
    theirs = {item.id for item in read(ada, "cases").used if item.source == cases["ports"].id}
    assert {item.value for item in both if item.kind == "technique"} == ours & theirs != set()
    page = shown(browser(ada), reverse("in-common"))
    assert "T1486" in page
    assert "<svg" in page
    for matter in (cases["banks"], cases["ports"]):
        assert reverse("dossier", args=[matter.id]) in page
    drawn = graph(read(ada, "cases"), found)
    assert drawn is not None
    assert len(drawn["lines"]) == sum(
        len(item.sources)
        for item in found.shared
        if item.feature.value in {dot.told.split(": ", 1)[1] for dot in drawn["features"]}
    )


def test_values_are_compared_in_one_spelling(ada: User) -> None:
    bundle = """{"type": "bundle", "id": "bundle--%s", "objects": [{"type": "indicator", "spec_version": "2.1",
    "id": "indicator--%s", "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z",
    "pattern": "[domain-name:value = '%s']", "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z"}]}"""
    for number, name in enumerate(("Evil.Example", "evil.example.")):
        identifier = f"5a0c1b52-0000-4000-8000-00000000000{number}"
        import_report((bundle % (identifier, identifier, name)).encode(), "b.json", ada, title=f"Case {number}")
    (item,) = read(ada, "cases").correlation.shared
    assert item.feature == Feature("domain", "evil.example")
    assert "evil.example" in shown(browser(ada), reverse("in-common"))


def test_the_matrix_counts_and_marks(ada: User, cases: dict[str, Matter]) -> None:
    page = shown(browser(ada), f"{reverse('techniques')}?mark={cases['banks'].id}")
    assert "Impact" in page
    assert "Data Encrypted for Impact" in page
    assert "named by Banks" in page
    columns = api(ada, "/techniques/cases")
    impact = next(column for column in columns if column["tactic"] == "impact")
    encrypted = next(cell for cell in impact["techniques"] if cell["id"] == "T1486")
    assert {"Banks", "Ports"} <= set(encrypted["sources"])


def test_campaigns_and_partners_are_levels_of_their_own(ada: User, cases: dict[str, Matter], lazuria: Peer) -> None:
    _opened, envelope = lazuria.act(
        "incident.open",
        {"title": "Theirs", "report": {"title": "R", "format": "MISP", "techniques": [{"id": "T1486", "name": "x"}]}},
    )
    receive([envelope], via="exchange")
    partners = read(ada, "partners")
    assert {"CR", "LZ"} == set(partners.sources)
    assert Feature("technique", "T1486") in {item.feature for item in partners.correlation.shared}
    assert "Lazuria" in shown(browser(ada), f"{reverse('in-common')}?by=partners")
    put(ada, "swift-heist.json", "Heist")
    told = api(ada, "/in-common/campaigns")
    assert told["level"] == "campaigns"
    api(ada, "/in-common/anything", 422)


def test_a_closed_dossier_is_neither_named_nor_counted(ada: User, cases: dict[str, Matter], person: Person) -> None:
    bob = person("bob", "desk")
    before = len(read(bob, "cases").sources)
    cases["ports"].restricted = True
    cases["ports"].save()
    found = read(bob, "cases")
    assert len(found.sources) == before - 1
    assert cases["ports"].id not in found.sources
    page = shown(browser(bob), reverse("in-common"))
    assert "Ports" not in page
    assert "Ports" not in shown(browser(bob), reverse("techniques"))
