"""The workbench and joint statements as people use them: pages, matrix, papers, API, command, what waits."""

import hashlib
import io
import json
from typing import Any

import pypdf
import pytest
from django.test import Client
from typer.testing import CliRunner

from tests.matters.attribution_cases import ATTRIBUTION, FINDING, OTHER_TEXT, TEXT, WORKBENCH
from tests.matters.small import Case
from tests.matters.test_small_kinds import ada, do, hana, matter_of, opened, opening, theirs, told
from tests.matters.test_talks_pages import client_of, shown
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.matters.attribution.acts import text_hash
from verbale.matters.incident.operations import open_incident
from verbale.matters.kit import operations
from verbale.matters.kit.kinds import deed_of, standing_of
from verbale.matters.kit.operations import Given
from verbale.matters.workbench.weighing import weigh
from verbale.node import attachments
from verbale.node.errors import AccessError, UserError
from verbale.node.models import ActRecord, ApiToken, Delivery, Draft, Matter, User
from verbale.node.projection import state_of
from verbale.node.registry import paper_of
from verbale.node.services import receive
from verbale.paper import Piece, to_docx, to_pdf

__all__ = ["ada", "do", "hana"]

pytestmark = pytest.mark.django_db

Do = Any
each = pytest.mark.parametrize("case", [WORKBENCH, ATTRIBUTION], ids=lambda case: case.name)


def given_of(case: Case) -> dict[str, Any]:
    return opening(case)


# -- what holds for each kind ------------------------------------------------------------------------------------------


@each
def test_its_pages_open_and_its_list_says_what_would_stand_there(case: Case, ada: User, lazuria: Peer) -> None:
    desk = client_of(ada)
    page = shown(desk, f"/{case.name}/")
    assert 'class="empty"' in page
    assert f"/{case.name}/{case.opens}/" in page
    shown(desk, f"/{case.name}/{case.opens}/")


@each
def test_a_matter_shows_its_panel_and_every_page_of_its_deeds(case: Case, ada: User, do: Do) -> None:
    record = do(f"{case.name}.{case.opens}", **given_of(case))
    desk, matter = client_of(ada), matter_of(record)
    page = shown(desk, f"/dossiers/{matter.id}/")
    assert standing_of(matter) in page.replace("&#x27;", "'").replace("&quot;", '"')
    assert case.title(state_of(matter)) in shown(desk, f"/{case.name}/")
    assert shown(desk, f"/dossiers/{matter.id}/print/")
    assert shown(desk, f"/acts/{record.id}/")
    for word in case.later:
        shown(desk, f"/{case.name}/{matter.id}/{word}/")


@each
def test_an_act_with_an_odd_body_harms_no_page(case: Case, ada: User, do: Do, lazuria: Peer) -> None:
    matter = matter_of(do(f"{case.name}.{case.opens}", **given_of(case)))
    desk = client_of(ada)
    for word in case.bodies:
        for body in ({"text": 7, "version": []}, {"values": [1], "priors": {}, "likelihood": {}, "computed": "x"}):
            _act, envelope = lazuria.act(f"{case.name}.{word}", body, matter=matter.id)
            receive([envelope], via="exchange")
            odd = ActRecord.objects.latest("index")
            assert not odd.effective
            shown(desk, f"/acts/{odd.id}/")
    shown(desk, f"/dossiers/{matter.id}/")
    shown(desk, "/")


@each
def test_a_matter_about_a_closed_dossier_is_closed_too(case: Case, ada: User, do: Do, person: Person) -> None:
    incident = matter_of(open_incident(ada, title="Quiet"))
    matter = matter_of(do(f"{case.name}.{case.opens}", about=incident.id, **given_of(case)))
    incident.restricted = True
    incident.save()
    incident.people.set([ada])
    other = client_of(person("bo", "desk"))
    assert other.get(f"/dossiers/{matter.id}/").status_code == 403
    assert matter.title not in shown(other, f"/{case.name}/")
    if case is WORKBENCH:
        assert other.get(f"/workbench/{matter.id}/matrix").status_code == 403
        assert other.get(f"/workbench/{matter.id}/assessment.pdf").status_code == 403


@each
def test_who_may_not_draft_opens_nothing(case: Case, person: Person, lazuria: Peer) -> None:
    auditor = person("otto", "auditor")
    act = operations.say if case.alone else operations.draft
    with pytest.raises(AccessError):
        act(deed_of(f"{case.name}.{case.opens}"), None, auditor, Given(given_of(case), () if case.alone else ("LZ",)))
    assert client_of(auditor).get(f"/{case.name}/{case.opens}/").status_code == 403


@each
def test_api_and_command_open_a_matter(case: Case, ada: User, lazuria: Peer) -> None:
    token = {"HTTP_AUTHORIZATION": f"Bearer {ApiToken.make(ada, 'test')}"}
    body = {**given_of(case), **({} if case.alone else {"to": ["LZ"]})}
    answer = Client().post(f"/api/v1/{case.name}/{case.opens}", json.dumps(body), "application/json", **token)
    assert answer.status_code == 200, answer.content
    assert Draft.objects.filter(type=f"{case.name}.{case.opens}").exists() != case.alone
    assert Client().get(f"/api/v1/{case.name}/", **token).status_code == 200
    from verbale.cli.app import app

    listed = CliRunner().invoke(app, ["deeds", case.name, "--json"])
    assert listed.exit_code == 0, listed.output
    assert {item["type"] for item in json.loads(listed.output)} == {f"{case.name}.{word}" for word in case.bodies}


# -- the workbench -----------------------------------------------------------------------------------------------------


def say(user: User, name: str, matter: Matter, /, **values: Any) -> ActRecord:
    matter.refresh_from_db()
    record = operations.say(deed_of(name), matter, user, Given(values))
    assert record.effective, record.reason
    return record


def rows(*values: str) -> list[dict[str, str]]:
    """What an analyst types: of H1, H2, and so on, and of H0 last."""
    names = [*(f"H{number}" for number in range(1, len(values))), "H0"]
    return [{"hypothesis": name, "value": value} for name, value in zip(names, values, strict=True)]


EVIDENCE = {"text": "The loader was signed by the unit.", "reliability": "A", "credibility": "1"}


@pytest.fixture
def bench(ada: User, do: Do) -> Matter:
    """A question with two hypotheses beside somebody else."""
    found = matter_of(do("workbench.open", title="Who attacked the banks", question="Who ran it?", other=1))
    say(ada, "workbench.hypothesis", found, text="Unit 7", parts=1)
    say(ada, "workbench.hypothesis", found, text="A criminal group", parts=1)
    return found


def test_it_never_leaves_the_node(bench: Matter, lazuria: Peer) -> None:
    assert bench.parties == ["CR"]
    assert not Delivery.objects.exists()


def test_evidence_is_kept_judged_and_weighed(bench: Matter, ada: User, person: Person) -> None:
    content = b"the loader"
    files = [("loader.bin", "application/octet-stream", content)]
    custody = [{"day": "2026-11-20", "who": "CERT Crimson", "what": "imaged the mail server"}]
    one = say(ada, "workbench.evidence", bench, **EVIDENCE, attachments=files, custody=custody, group="vendor")
    digest = hashlib.sha256(content).hexdigest()
    assert one.act.body["attachments"][0]["sha256"] == digest
    assert attachments.load(digest) == content
    assert told("workbench", True) == ["Judge 1 item of evidence"]
    assert "1 item of evidence is to be judged." in standing_of(bench)
    judgement = say(ada, "workbench.judge", bench, item=one.id, values=rows("C", "i", "20 %"), text="It is theirs.")
    assert [value["percent"] for value in judgement.act.body["values"]] == [80, 20, 20]
    assert (judgement.act.body["analyst"], judgement.act.body["name"]) == ("ada", "Ada Byron")
    assert told("workbench", True) == []
    desk = client_of(ada)
    page = shown(desk, f"/dossiers/{bench.id}/")
    assert "“Unit 7” is the most likely: likely (63 %)." in page
    assert "Low confidence." in page
    assert digest in page
    assert f"/files/{digest}" in page or "loader.bin" in page
    assert "imaged the mail server" in page
    assert "It rests on a single item: without E1 another answer comes out." in page
    assert "Without E1, no hypothesis would lead." in page
    assert one.id not in page.replace(f"item-{one.id}", "").replace(f"/acts/{one.id}", "").replace(f"act={one.id}", "")
    shown(desk, f"/acts/{judgement.id}/")
    # An item of the same group counts once, and the page says where.
    two = say(ada, "workbench.evidence", bench, **{**EVIDENCE, "reliability": "C"}, group="vendor")
    say(ada, "workbench.judge", bench, item=two.id, values=rows("C", "I", "I"))
    page = shown(desk, f"/dossiers/{bench.id}/")
    assert "(63 %)" in page
    assert "counts in E1" in page


def test_the_numbers_of_the_page_are_those_of_the_method(bench: Matter, ada: User) -> None:
    one = say(ada, "workbench.evidence", bench, **EVIDENCE)
    say(ada, "workbench.judge", bench, item=one.id, values=rows("C", "I", "I"))
    found = weigh(state_of(bench))
    assert found is not None
    # Trust 0.95 x 0.95; mean likelihood 0.4: 0.761 against 0.2195 each.
    sure = 0.95 * 0.95
    strong, weak = sure * 0.8 + (1 - sure) * 0.4, sure * 0.2 + (1 - sure) * 0.4
    (first, *_others) = found.case.keys
    assert float(found.posterior.shares[first]) == pytest.approx(strong / (strong + 2 * weak))


def test_the_matrix_is_judged_at_once_and_only_what_changed_is_said(bench: Matter, ada: User) -> None:
    one = say(ada, "workbench.evidence", bench, **EVIDENCE)
    two = say(ada, "workbench.evidence", bench, **{**EVIDENCE, "text": "It ran at night."})
    gap = say(ada, "workbench.gap", bench, text="The money went to the unit.")
    desk, address = client_of(ada), f"/workbench/{bench.id}/matrix"
    page = shown(desk, address)
    assert "The money went to the unit." in page
    keys = [key for key in state_of(bench) if key.startswith("hypothesis:")]
    names = [key.removeprefix("hypothesis:") for key in keys]
    answer = desk.post(address, {f"{one.id}:{name}": "80" for name in names[:2]})
    assert answer.status_code == 200
    assert "E1 is to be judged under" in answer.content.decode()
    given = {f"{item}:{name}": "80" if name == "other" else "20" for item in (one.id, gap.id) for name in names}
    answer = desk.post(address, {**given, **{f"{two.id}:{name}": "" for name in names}}, follow=True)
    assert "2 judgements are noted." in answer.content.decode()
    assert f"judgement:{two.id}:ada" not in state_of(bench)
    answer = desk.post(address, given, follow=True)
    assert "0 judgements are noted." in answer.content.decode()
    assert '<option value="80" selected>' in shown(desk, address)
    answer = desk.post(address, {f"{one.id}:{name}": "150" for name in names})
    assert "a percentage from 1 to 99" in answer.content.decode()


def test_what_is_not_known_is_ranked_and_answered(bench: Matter, ada: User) -> None:
    dull = say(ada, "workbench.gap", bench, text="It rained.", reliability="A", credibility="1")
    sharp = say(ada, "workbench.gap", bench, text="The money went to the unit.", reliability="A", credibility="1")
    say(ada, "workbench.judge", bench, item=dull.id, values=rows("50", "50", "51"))
    say(ada, "workbench.judge", bench, item=sharp.id, values=rows("95", "5", "5"))
    page = shown(client_of(ada), f"/dossiers/{bench.id}/")
    assert page.index("The money went to the unit.") < page.index("It rained.")
    assert "Expected to tell 0.00 bits." in page
    assert f"answers={sharp.id}" in page
    say(ada, "workbench.evidence", bench, **EVIDENCE, answers=sharp.id)
    page = shown(client_of(ada), f"/dossiers/{bench.id}/")
    assert "fills G2" in page
    with pytest.raises(UserError, match="The gap has been filled"):
        say(ada, "workbench.evidence", bench, **EVIDENCE, answers=sharp.id)


def test_analysts_stand_side_by_side_and_dissent_is_told(bench: Matter, ada: User, person: Person) -> None:
    one = say(ada, "workbench.evidence", bench, **EVIDENCE)
    say(ada, "workbench.judge", bench, item=one.id, values=rows("90", "10", "10"))
    bo = person("bo", "analyst", first_name="Bo", last_name="Lin")
    say(bo, "workbench.judge", bench, item=one.id, values=rows("10", "90", "10"), text="A false flag.")
    page = shown(client_of(ada), f"/dossiers/{bench.id}/")
    for text in ("They come to different answers.", "Ada Byron", "Bo Lin", "Linear pool", "Logarithmic pool", "Range"):
        assert text in page
    assert "<strong>C/I</strong>" in page
    assert "Analysts come to different answers." in page


def test_two_analysts_of_one_name_are_told_apart(bench: Matter, ada: User, person: Person) -> None:
    one = say(ada, "workbench.evidence", bench, **EVIDENCE)
    for name in ("lin", "lin2"):
        user = person(name, "analyst", first_name="Bo", last_name="Lin")
        say(user, "workbench.judge", bench, item=one.id, values=rows("90", "10", "10"))
    found = weigh(state_of(bench))
    assert found is not None
    assert [analyst.name for analyst in found.analysts] == ["Bo Lin (lin)", "Bo Lin (lin2)"]


def test_a_hypothesis_put_forward_later_counts_as_not_judged(bench: Matter, ada: User) -> None:
    one = say(ada, "workbench.evidence", bench, **EVIDENCE)
    say(ada, "workbench.judge", bench, item=one.id, values=rows("C", "I", "I"))
    before = weigh(state_of(bench))
    third = say(ada, "workbench.hypothesis", bench, text="Another unit", parts=1)
    after = weigh(state_of(bench))
    assert before is not None
    assert after is not None
    assert (before.unjudged, after.unjudged) == ([], [one.id])
    # For it the item says what it says on average: nothing for or against.
    assert after.case.items[0].likelihoods[third.id] * 3 == sum(before.case.items[0].likelihoods.values())
    say(ada, "workbench.withdraw", bench, item=third.id, text="Disbanded.")
    again = weigh(state_of(bench))
    assert again is not None
    assert again.posterior == before.posterior
    assert "Disbanded." in shown(client_of(ada), f"/dossiers/{bench.id}/")


def test_the_house_concludes_and_the_page_says_when_the_evidence_has_moved(bench: Matter, ada: User) -> None:
    one = say(ada, "workbench.evidence", bench, **EVIDENCE)
    say(ada, "workbench.judge", bench, item=one.id, values=rows("C", "I", "I"))
    desk = client_of(ada)
    form = shown(desk, f"/workbench/{bench.id}/conclude/")
    assert '<option value="likely" selected>likely (55–80 %)</option>' in form
    assert '<option value="low" selected>' in form
    done = say(
        ada, "workbench.conclude", bench, hypothesis="H1", likelihood="likely", confidence="low", text="One item alone."
    )
    assert sum(share["permille"] for share in done.act.body["computed"]) in (999, 1000, 1001)
    assert standing_of(bench) == "Concluded: “Unit 7” is likely. Low confidence."
    shown(desk, f"/acts/{done.id}/")
    say(ada, "workbench.prior", bench, priors=[{"hypothesis": "H2", "parts": "9"}], text="It has done so before.")
    assert "What the evidence says has changed since." in standing_of(bench)
    say(ada, "workbench.close", bench)
    assert "The work is closed." in standing_of(bench)
    page = shown(desk, f"/dossiers/{bench.id}/")
    assert f"/workbench/{bench.id}/evidence/" not in page


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("judge", {"values": rows("C", "maybe", "I")}, "H2 takes C, N, I or a percentage from 1 to 99."),
        ("judge", {"values": rows("C", "100", "I")}, "H2 takes C, N, I"),
        ("judge", {"values": [{"hypothesis": "H9", "value": "C"}]}, "H9 is no hypothesis here; there are H1, H2, H0."),
        ("judge", {"values": rows("C", "I", "I")[:1]}, "length"),
        (
            "prior",
            {"priors": [{"hypothesis": "H1", "parts": "many"}], "text": "x"},
            "H1 takes a whole number up to 1000.",
        ),
        ("prior", {"priors": [{"hypothesis": "H1", "parts": "1" * 5000}], "text": "x"}, "H1 takes a whole number"),
        ("judge", {"values": rows("C", "9" * 5000, "I")}, "H2 takes C, N, I"),
        ("judge", {"values": rows("C", "0", "I")}, "H2 takes C, N, I"),
        ("prior", {"priors": [{"hypothesis": "H1", "parts": "1"}], "text": "x"}, "It changes no weight."),
        ("evidence", {**EVIDENCE, "elsewhere": ["abc"]}, "abc is no SHA-256"),
        ("conclude", {"hypothesis": "H7", "likelihood": "likely", "confidence": "low", "text": "x"}, "no hypothesis"),
    ],
)
def test_what_is_mistyped_is_refused_with_the_reason(
    bench: Matter, ada: User, name: str, values: dict[str, Any], reason: str
) -> None:
    item = say(ada, "workbench.evidence", bench, **EVIDENCE)
    values = {**values, **({"item": item.id} if name == "judge" else {})}
    with pytest.raises(UserError, match=reason):
        say(ada, f"workbench.{name}", bench, **values)


def test_the_assessment_prints(bench: Matter, ada: User) -> None:
    one = say(ada, "workbench.evidence", bench, **EVIDENCE, elsewhere=["a" * 64])
    say(ada, "workbench.judge", bench, item=one.id, values=rows("C", "I", "I"))
    say(ada, "workbench.gap", bench, text="The money went to the unit.")
    answer = client_of(ada).get(f"/workbench/{bench.id}/assessment.pdf")
    assert answer["content-type"] == "application/pdf"
    text = " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages).split())
    for part in (
        "Attribution assessment: Who attacked the banks",
        "Who ran it?",
        "E1 (A1). The loader was signed by the unit.",
        "What would overturn it",
        "The money went to the unit.",
        "TLP:AMBER",
    ):
        assert part in text, part


def test_one_judges_from_the_command_line(bench: Matter, ada: User) -> None:
    from verbale.cli.app import app

    item = say(ada, "workbench.evidence", bench, **EVIDENCE)
    values = ["values=H1 | C", "values=h2 | 30", "values=H0 | I"]
    done = CliRunner().invoke(
        app, ["say", "workbench.judge", bench.id, f"item={item.id[:12]}", *values, "--as", "ada", "--json"]
    )
    assert done.exit_code == 0, done.output
    (judgement,) = [value for name, value in state_of(bench).items() if name.startswith("judgement:")]
    assert sorted(judgement["values"].values()) == [20, 30, 80]


def test_a_page_with_a_hundred_items_opens_soon(bench: Matter, ada: User) -> None:
    import time

    state = dict(state_of(bench))
    keys = [key.removeprefix("hypothesis:") for key in state if key.startswith("hypothesis:")]
    for number in range(100):
        key = f"{number:064x}"
        state[f"evidence:{key}"] = {
            "number": number + 1, "text": "x", "reliability": "ABCDEF"[number % 6], "credibility": str(number % 6 + 1),
            "group": f"g{number % 30}" if number % 2 else "", "source": "", "files": [], "elsewhere": [], "custody": [],
            "answers": None, "issued": "2026-11-24T08:00:00Z",
        }  # fmt: skip
        state[f"judgement:{key}:ada"] = {
            "act": key, "item": key, "analyst": "ada", "name": "Ada", "text": "", "issued": "2026-11-24T08:00:00Z",
            "values": {one: 1 + (7 * number + 31 * place) % 99 for place, one in enumerate(keys)},
        }  # fmt: skip
    start = time.perf_counter()
    found = weigh(state)
    assert time.perf_counter() - start < 2  # on a machine that does other things as well
    assert found is not None
    assert len(found.rows) == 100


# -- the statement -----------------------------------------------------------------------------------------------------


def statement(do: Do, **changes: Any) -> Matter:
    return matter_of(do("attribution.propose", **{**opening(ATTRIBUTION), **changes}))


def pieces(record: ActRecord) -> str:
    sheet = paper_of(record.act)
    assert sheet is not None
    assert to_docx(sheet)
    return " | ".join(item.text if isinstance(item, Piece) else item for item in sheet.paragraphs)


def test_a_statement_is_joined_by_others_with_their_own_level(do: Do, ada: User, lazuria: Peer) -> None:
    matter = statement(do)
    version = state_of(matter)["latest"]
    assert told("attribution", False) == ["Yet to answer our joint statement: Lazuria"]
    assert standing_of(matter) == "1 of 2 parties join version 1. Still to answer: Lazuria."
    theirs(
        lazuria,
        matter,
        "attribution.join",
        version=version,
        sha256=text_hash(FINDING, TEXT),
        likelihood="unlikely",
        confidence="high",
        withheld=2,
        sealed=["b" * 64],
        release="GREEN",
    )
    page = shown(client_of(ada), f"/dossiers/{matter.id}/")
    assert "Likelihood: unlikely (20–45 %)." in page
    assert "The states are apart: from unlikely to very likely." in page
    assert "<svg" in page
    assert "Linear pool" in page
    assert "b" * 64 not in page
    assert "2 items of evidence kept back, 1 of them sealed by its hash" in page
    assert told("attribution", False) == []


def test_a_statement_of_others_waits_for_us_and_we_dissent(do: Do, ada: User, lazuria: Peer) -> None:
    matter, record = opened(lazuria, "attribution.propose", **{**opening(ATTRIBUTION), "withheld": 5})
    assert told("attribution", True) == ["Join the statement of Lazuria on attribution, or dissent"]
    page = shown(client_of(ada), f"/attribution/{matter.id}/dissent/")
    assert "very likely (80–95 %)" in page
    dissent = do("attribution.dissent", matter, version=record.id, text="The certificate had been stolen.")
    assert standing_of(matter) == "1 of 2 parties join version 1. Dissent: Crimson."
    page = shown(client_of(ada), f"/acts/{dissent.id}/")
    assert "The certificate had been stolen." in page
    assert told("attribution", True) == []
    # Nothing of what the form leaves empty stands in the act.
    assert "likelihood" not in dissent.act.body
    page = shown(client_of(ada), f"/dossiers/{matter.id}/")
    assert "It does not say how likely it holds the finding." in page


def test_it_is_published_as_far_as_all_let_it_and_its_paper_names_only_who_lets_itself_be_named(
    do: Do, ada: User, lazuria: Peer
) -> None:
    matter = statement(do, release="GREEN", named=True)
    version = state_of(matter)["latest"]
    theirs(
        lazuria,
        matter,
        "attribution.join",
        version=version,
        sha256=text_hash(FINDING, TEXT),
        likelihood="likely",
        confidence="low",
        named=False,
        withheld=2,
        release="GREEN",
        basis=["What our source in the ministry told."],
    )
    with pytest.raises(UserError, match=r"lets it go no further than TLP:GREEN"):
        operations.draft(deed_of("attribution.publish"), matter, ada, Given({"version": version, "release": "CLEAR"}))
    draft = operations.draft(
        deed_of("attribution.publish"), matter, ada, Given({"version": version, "release": "GREEN"})
    )
    page = shown(client_of(ada), f"/drafts/{draft.pk}/")
    assert "1 state joins that is not named." in page
    record = do("attribution.publish", matter, version=version, release="GREEN")
    sheet = paper_of(record.act)
    assert sheet is not None
    assert (sheet.marking, sheet.heading) == ("TLP:GREEN", "On the attack on the banks")
    text = pieces(record)
    assert FINDING in text
    assert "Crimson holds the finding to be: very likely (80–95 %). It says so with moderate confidence." in text
    assert "1 state joins that is not named." in text
    assert "5 items of evidence are kept back." in text
    # Neither the name of who is counted nor any evidence, laid before the parties or kept back.
    assert "Lazuria" not in text.replace(FINDING, "")
    assert "ministry" not in text
    assert "certificate" not in text
    assert "f" * 64 not in text
    assert to_pdf(sheet)
    assert "Published under TLP:GREEN." in standing_of(matter)
    page = shown(client_of(ada), f"/dossiers/{matter.id}/")
    assert "published it" in page
    assert f"/attribution/{matter.id}/revise/" not in page
    # What is said later changes nothing of what was told.
    theirs(lazuria, matter, "attribution.withdraw", text="We know better now.")
    assert pieces(record) == text
    page = shown(client_of(ada), f"/dossiers/{matter.id}/")
    assert "joined, and withdrew" in page


def test_a_revision_prints_and_asks_everybody_anew(do: Do, ada: User, lazuria: Peer) -> None:
    matter = statement(do)
    version = state_of(matter)["latest"]
    form = shown(client_of(ada), f"/attribution/{matter.id}/revise/")
    assert TEXT[0] in form
    assert '<option value="very-likely" selected>' in form
    record = do(
        "attribution.revise",
        matter,
        version=version,
        finding=FINDING,
        paragraphs=OTHER_TEXT,
        likelihood="likely",
        confidence="low",
        text="The day was missing.",
    )
    sheet = paper_of(record.act)
    assert sheet is not None
    assert (sheet.heading, sheet.reference) == (
        "On the attack on the banks",
        "Joint statement, version 2, by Crimson",
    )
    assert "The day was missing." in pieces(record)
    first = paper_of(ActRecord.objects.get(pk=version).act)
    assert first is not None
    assert first.reference == "Joint statement proposed by Crimson, version 1"
    assert state_of(matter)["position:CR"]["likelihood"] == "likely"


def test_hashes_of_what_is_kept_back_are_counted(ada: User, lazuria: Peer) -> None:
    values = {**opening(ATTRIBUTION), "sealed": ["A" * 64, "b" * 64], "withheld": None}
    draft = operations.draft(deed_of("attribution.propose"), None, ada, Given(values, ("LZ",)))
    assert (draft.body["withheld"], draft.body["sealed"]) == (2, ["a" * 64, "b" * 64])
    with pytest.raises(UserError, match="is no SHA-256"):
        operations.draft(deed_of("attribution.propose"), None, ada, Given({**values, "sealed": ["x"]}, ("LZ",)))
    with pytest.raises(UserError, match="more hashes than items"):
        operations.draft(deed_of("attribution.propose"), None, ada, Given({**values, "withheld": 1}, ("LZ",)))
