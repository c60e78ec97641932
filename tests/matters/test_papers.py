"""What kinds print: minutes, versions of a norm; and that no body of a stranger breaks a page that prints."""

import io
from typing import Any

import docx
import pypdf
import pytest
from django.test import Client
from django.utils import timezone

from tests.matters.test_small_kinds import Do, do, hana, matter_of, opened
from tests.matters.test_small_kinds import theirs as theirs_of
from tests.matters.test_talks_operations import ada, clear, day, invitation, talks, theirs
from tests.matters.test_talks_pages import client_of, shown
from tests.node.world import Peer
from verbale.matters.norm.acts import text_hash as norm_hash
from verbale.matters.talks import operations
from verbale.matters.talks.acts import text_hash
from verbale.node.models import ActRecord, Matter, User
from verbale.node.registry import all_kinds, paper_of
from verbale.node.services import receive
from verbale.paper import Paper, Piece, to_docx, to_pdf
from verbale.protocol import make_act

__all__ = ["ada", "clear", "do", "hana", "talks"]

pytestmark = pytest.mark.django_db

MINUTES = "1. The delegations met.\n\n2. They agreed\nto meet again."


@pytest.fixture
def desk(ada: User) -> Client:
    return client_of(ada)


def sheet_of(record: ActRecord) -> Paper:
    sheet = paper_of(record.act)
    assert sheet is not None
    return sheet


def told(sheet: Paper, kind: str = "") -> list[str]:
    found = [item for item in sheet.paragraphs if isinstance(item, Piece)]
    return [" ".join((f"{item.number} " + item.text).split()) for item in found if item.kind == kind or not kind]


def of_pdf(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages).split())


# -- minutes -----------------------------------------------------------------------------------------------------------


def test_minutes_print_with_day_parties_text_and_fingerprint(desk: Client, talks: Matter, lazuria: Peer) -> None:
    digest = text_hash(MINUTES)
    laid = theirs(lazuria, talks, "minutes", held="2026-12-03", text=MINUTES, sha256=digest)
    sheet = sheet_of(laid)
    assert (sheet.heading, sheet.reference, sheet.style) == ("Minutes", "of the talks of 3 December 2026", "text")
    assert told(sheet) == [
        "Parties: Crimson, Lazuria",
        "Subject: The night on the grid",
        "1. The delegations met.",
        "2. They agreed to meet again.",
        f"SHA-256 of the text: {digest}",
        "Agreed to by Lazuria; still to agree: Crimson.",
    ]
    answer = desk.get(f"/acts/{laid.id}/paper.pdf")
    assert answer.headers["content-disposition"] == f'inline; filename="LZ-{laid.id[:12]}.pdf"'
    printed = of_pdf(answer.content)
    assert "Minutes of the talks of 3 December 2026" in printed
    assert digest in printed
    written = docx.Document(io.BytesIO(desk.get(f"/acts/{laid.id}/paper.docx").content))
    assert "2. They agreed\nto meet again." in [paragraph.text for paragraph in written.paragraphs]
    page = shown(desk, f"/acts/{laid.id}/")
    assert '<h2 class="form">Minutes</h2>' in page
    assert "They agreed<br>to meet again." in page
    assert "<svg" not in page[page.index('<article class="paper') : page.index("</article>")]
    assert f"/acts/{laid.id}/paper.pdf" in shown(desk, f"/dossiers/{talks.id}/")


def test_agreed_minutes_say_who_agreed(talks: Matter, lazuria: Peer, ada: User, clear: Any) -> None:
    laid = theirs(lazuria, talks, "minutes", held=day(0), text=MINUTES, sha256=text_hash(MINUTES))
    clear(operations.agree_minutes_draft(talks, ada, laid.id))
    assert told(sheet_of(laid))[-1] == "Agreed to by all parties: Crimson, Lazuria."


def test_minutes_without_effect_and_of_unknown_talks_print_without_agreement(talks: Matter, lazuria: Peer) -> None:
    body = {"held": day(0), "text": MINUTES, "sha256": text_hash(MINUTES)}
    theirs(lazuria, talks, "minutes", **body)
    again, envelope = lazuria.act("talks.minutes", body, matter=talks.id)
    receive([envelope], via="exchange")
    assert not ActRecord.objects.get(pk=again.id).effective
    elsewhere, _envelope = lazuria.act("talks.minutes", body, matter="b" * 32)
    for act in (again, elsewhere):
        sheet = paper_of(act)
        assert sheet is not None
        assert told(sheet)[-1].startswith("SHA-256")
    assert told(paper_of(elsewhere) or sheet)[0] == "Parties: Crimson, Lazuria"


def test_minutes_of_talks_in_french_and_in_a_language_unknown_here(ada: User, clear: Any, lazuria: Peer) -> None:
    for language, printed in (("fr", "fr"), ("de", "en")):
        record = clear(operations.invite_draft(invitation(language=language), ada))
        matter = Matter.objects.get(pk=record.matter_id)
        laid = theirs(lazuria, matter, "minutes", held=day(0), text="Fait.", sha256=text_hash("Fait."))
        assert sheet_of(laid).language == printed
        assert to_pdf(sheet_of(laid)).startswith(b"%PDF")


def test_minutes_in_arabic(talks: Matter, lazuria: Peer, desk: Client) -> None:
    text = "اجتمع الوفدان"
    laid = theirs(lazuria, talks, "minutes", held=day(0), text=text, sha256=text_hash(text))
    assert 'dir="rtl"' in shown(desk, f"/acts/{laid.id}/")
    assert to_docx(sheet_of(laid)).startswith(b"PK")


# -- norms -------------------------------------------------------------------------------------------------------------

NORM = {
    "title": "Hospitals are left alone",
    "paragraphs": ["States do not attack hospitals.", "They say so."],
    "rationale": "Lives depend on it.\n\nIt has been said before.",
    "builds_on": [{"source": "A/70/174 para. 13 (f)", "title": "Critical infrastructure"}, {"source": "IHL"}],
}


def test_a_norm_prints_with_numbers_reasons_and_sources(do: Do, lazuria: Peer, desk: Client) -> None:
    matter, proposed = opened(lazuria, "norm.propose", **NORM)
    sheet = sheet_of(proposed)
    assert (sheet.heading, sheet.reference) == (NORM["title"], "Norm proposal of Lazuria, version 1")
    texts = [
        "1. States do not attack hospitals.",
        "2. They say so.",
        "Why it is proposed",
        "Lives depend on it.",
        "It has been said before.",
        "What it builds on",
        "A/70/174 para. 13 (f): Critical infrastructure",
        "IHL",
        f"SHA-256 of the list of paragraphs: {norm_hash(NORM['paragraphs'])}",
    ]
    assert told(sheet) == texts
    assert told(sheet, "heading") == ["Why it is proposed", "What it builds on"]
    assert "1. States do not attack hospitals. 2. They say so." in of_pdf(to_pdf(sheet))
    assert "1. States do not attack hospitals." in shown(desk, f"/acts/{proposed.id}/")
    # A revision takes from the proposal what it does not say itself.
    revised = theirs_of(
        lazuria, matter, "norm.revise", version=proposed.id, paragraphs=["Never."], text="Shorter is better."
    )
    sheet = sheet_of(revised)
    assert (sheet.heading, sheet.reference) == (NORM["title"], "Norm proposal, version 2, by Lazuria")
    assert told(sheet)[:6] == [
        "1. Never.",
        "What this version changes, and why",
        "Shorter is better.",
        "What it builds on",
        texts[6],
        "IHL",
    ]
    # So does one that is not yet an act, which has the number that it will have.
    draft = make_act(
        type="norm.revise",
        author="CR",
        audience=("LZ",),
        matter=matter.id,
        issued=timezone.now(),
        body={"version": revised.id, "paragraphs": ["Nowhere."]},
    )
    coming = paper_of(draft)
    assert coming is not None
    assert coming.reference == "Norm proposal, version 3, by Crimson"


def test_a_revision_of_an_unknown_norm_prints_what_it_says(lazuria: Peer) -> None:
    act, _envelope = lazuria.act("norm.revise", {"version": "f" * 64, "paragraphs": ["Never."]}, matter="a" * 32)
    sheet = paper_of(act)
    assert sheet is not None
    assert (sheet.heading, sheet.reference) == ("Norm proposal", "Norm proposal, a later version, by Lazuria")
    assert told(sheet)[0] == "1. Never."


def test_a_norm_of_ours_is_read_as_it_prints_before_it_leaves(do: Do, desk: Client) -> None:
    record = do("norm.propose", **NORM)
    assert told(sheet_of(record))[0] == "1. States do not attack hospitals."
    assert matter_of(record).kind == "norm"


# -- whatever a body holds ---------------------------------------------------------------------------------------------

ODD: list[dict[str, Any]] = [
    {},
    {"letterhead": 1, "paragraphs": 2, "text": 3, "title": 4, "articles": 5, "sha256": 6, "held": 7},
    {"letterhead": {}, "paragraphs": [1], "text": [], "title": {}, "articles": [[]], "builds_on": ["x"], "held": "x"},
    {"paragraphs": [], "builds_on": [{"source": 1}], "version": [], "sha256": "f" * 64, "held": "2026-02-30"},
]


def test_no_unlawful_body_breaks_a_page_that_prints(desk: Client, lazuria: Peer, talks: Matter) -> None:
    printing = [item.name for kind in all_kinds() for item in kind.types if item.paper is not None]
    assert {"channel.note", "agreement.open", "talks.minutes", "norm.propose", "norm.revise"} <= set(printing)
    sent = [lazuria.act(name, body, matter=talks.id) for name in printing for body in ODD]
    receive([envelope for _act, envelope in sent], via="exchange")
    received = 0
    for act, _envelope in sent:
        if paper_of(act) is None and ActRecord.objects.filter(pk=act.id).exists():
            received += 1
            shown(desk, f"/acts/{act.id}/")
            assert desk.get(f"/acts/{act.id}/paper.pdf").status_code == 404
            assert desk.get(f"/acts/{act.id}/paper.docx").status_code == 404
    assert received > len(printing)
    # what does not print is not offered as a paper either
    page = shown(desk, f"/dossiers/{talks.id}/")
    assert not [act.id for act, _envelope in sent if paper_of(act) is None and f"/acts/{act.id}/paper.pdf" in page]


def test_a_note_in_an_unknown_language_with_an_odd_number_prints(desk: Client, lazuria: Peer) -> None:
    act, envelope = lazuria.note('1"\n2/x', body={"language": "de", "style": "plain", "heading": "Non-Paper"})
    receive([envelope], via="exchange")
    answer = desk.get(f"/acts/{act.id}/paper.pdf")
    assert answer.headers["content-disposition"] == 'inline; filename="LZ-1-2-x.pdf"'
    page = shown(desk, f"/acts/{act.id}/")
    paper = page[page.index('<article class="paper') : page.index("</article>")]
    assert '<h2 class="form">Non-Paper</h2>' in paper
    assert "<svg" not in paper
    letter, envelope = lazuria.note("3/2026")
    receive([envelope], via="exchange")
    page = shown(desk, f"/acts/{letter.id}/")
    assert "<svg" in page[page.index('<article class="paper') : page.index("</article>")]
    # its own direction, whatever that of the page around it
    assert 'lang="en" dir="ltr"' in paper
