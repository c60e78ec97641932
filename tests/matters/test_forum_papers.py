"""Draft resolutions and adopted texts on paper."""

import io
import time
from datetime import timedelta

import docx
import pypdf
import pytest

from tests.matters.forum_story import OPERATIVE, PREAMBLE, TITLE
from tests.matters.forum_world import Forum, client_of, lawful_draft
from tests.matters.test_papers import told
from tests.node.conftest import Person
from tests.node.world import now
from verbale.matters.forum.papers import lead_of
from verbale.node.models import ActRecord
from verbale.node.registry import paper_of
from verbale.paper import Paper, Piece, to_docx, to_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum(db: None) -> Forum:
    return Forum()


def sheet_of(act: str) -> Paper:
    sheet = paper_of(ActRecord.objects.get(pk=act).act)
    assert sheet is not None
    return sheet


def resolution(sheet: Paper) -> list[str]:
    """Preamble and operative part as printed, without small print."""
    return told(sheet, "text")


PRINTED = [*PREAMBLE, *(f"{number}. {text}" for number, text in enumerate(OPERATIVE, 1))]


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("Recalling its resolution 70/237,", "Recalling"),
        ("Recalling also the Charter,", "Recalling also"),
        ("Deeply concerned that hospitals fail,", "Deeply concerned"),
        ("Bearing in mind that", "Bearing in mind"),
        ("Noting with grave concern the harm,", "Noting with grave concern"),
        ("Calls upon States to help;", "Calls upon"),
        ("Requests a report;", "Requests"),
        ("The General Assembly,", "The General Assembly,"),
        ("Réaffirmant la Charte,", "Réaffirmant"),
        ("Ссылаясь на свою резолюцию,", "Ссылаясь"),
        ("إذ تشير إلى قرارها", ""),
        ("回顾其决议,", ""),
        ("(a) Hospitals;", ""),
        ("x" * 100, ""),
        ("", ""),
    ],
)
def test_what_stands_in_italics(text: str, lead: str) -> None:
    assert lead_of(text) == lead


def test_a_draft_prints_as_a_resolution(forum: Forum, person: Person) -> None:
    draft = forum.draft()
    forum.say("VD", "sponsor", draft=draft)
    sheet = sheet_of(draft)
    assert (sheet.heading, sheet.number) == (TITLE, "WF/81/L.1")
    assert sheet.reference == "Draft resolution · First Committee, 81st session · item 5 of the agenda"
    assert told(sheet)[0] == "Sponsors: Lazuria, Verdia"
    assert resolution(sheet) == PRINTED
    leads = [item.lead for item in sheet.paragraphs if isinstance(item, Piece) and item.kind == "text"]
    assert leads == [text.split()[0] if not text.startswith("Calls") else "Calls upon" for text in PREAMBLE + OPERATIVE]
    text = " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(to_pdf(sheet))).pages).split())
    assert "WF/81/L.1" in text
    assert f"{PREAMBLE[-1]} 1. {OPERATIVE[0]}" in text
    written = [paragraph.text for paragraph in docx.Document(io.BytesIO(to_docx(sheet))).paragraphs]
    assert f"1.\t{OPERATIVE[0]}" in written
    desk = client_of(person("ada", "desk"))
    page = desk.get(f"/acts/{draft}/").content.decode()
    assert "<strong>WF/81/L.1</strong>" in page
    assert "<i>Calls upon</i>" in page
    answer = desk.get(f"/acts/{draft}/paper.pdf")
    assert answer.headers["content-disposition"] == 'inline; filename="LZ-WF-81-L.1.pdf"'


def test_a_revision_prints_under_its_own_symbol(forum: Forum) -> None:
    draft = forum.draft()
    body = {"title": "Protection of all hospitals", "preamble": [], "operative": ["Decides so."]}
    revision = forum.say("LZ", "revise", draft=draft, **body).id
    assert sheet_of(revision).number == ""
    forum.say("WF", "give-symbol", text=revision, symbol="WF/81/L.1/Rev.1")
    sheet = sheet_of(revision)
    assert (sheet.heading, sheet.number) == (body["title"], "WF/81/L.1/Rev.1")
    assert sheet.reference.startswith("Revised draft resolution · ")
    assert sheet.reference.endswith("item 5 of the agenda")
    assert resolution(sheet) == ["1. Decides so."]
    # the draft stays what was laid
    assert resolution(sheet_of(draft)) == PRINTED


def test_an_adopted_text_prints_with_its_vote(forum: Forum) -> None:
    draft = forum.draft()
    amendment = forum.amend(draft)
    for proposal in (amendment, draft):
        vote = forum.open(proposal, minutes=0)
        for node in ("LZ", "VD"):
            forum.say(node, "vote", vote=vote, choice="yes")
        forum.close(vote)
    digest = forum.state[f"draft:{draft}"]["sha256"]
    adopted = forum.say("WF", "adopt", text=draft, sha256=digest, symbol="WF/RES/81/1").id
    sheet = sheet_of(adopted)
    assert (sheet.heading, sheet.number) == (TITLE, "WF/RES/81/1")
    assert sheet.reference == "Adopted · First Committee, 81st session · item 5 of the agenda"
    assert told(sheet)[-2:] == [
        f"SHA-256 of title and text: {digest}",
        "Adopted by a recorded vote: 2 in favour, 0 against, 0 abstentions.",
    ]
    assert resolution(sheet) != PRINTED
    assert to_pdf(sheet).startswith(b"%PDF")


def test_a_document_adopted_by_silence_prints(forum: Forum) -> None:
    document = forum.say("VD", "document", title="A programme", text="One.\n\nTwo.", item="5").id
    forum.say("WF", "give-symbol", text=document, symbol="WF/81/1")
    digest = forum.state[f"document:{document}"]["sha256"]
    until = now() + timedelta(seconds=1)
    silence = forum.say("WF", "silence", text=document, sha256=digest, until=f"{until:%Y-%m-%dT%H:%M:%SZ}").id
    time.sleep(1)
    forum.say("WF", "end-silence", silence=silence, objections=[])
    adopted = forum.say("WF", "adopt", text=document, sha256=digest, symbol="WF/DEC/81/1").id
    sheet = sheet_of(adopted)
    assert (sheet.heading, resolution(sheet)) == ("A programme", ["One.", "Two."])
    assert told(sheet)[-1] == "Adopted without objection, under the silence procedure."


def test_what_is_adopted_and_not_here_says_so(forum: Forum) -> None:
    draft = forum.draft()
    for text in (draft, "f" * 64):
        act, _envelope = forum.make("WF", "adopt", text=text, sha256="0" * 64, symbol="WF/RES/81/9")
        sheet = paper_of(act)
        assert sheet is not None
        assert told(sheet) == ["This node does not hold the text."]
    act, _envelope = forum.make("LZ", "draft", **lawful_draft(preamble=[]))
    sheet = paper_of(act)
    assert sheet is not None
    assert (sheet.number, told(sheet)[0]) == ("", "Sponsors: Lazuria")
