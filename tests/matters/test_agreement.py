"""An agreement between our node and Lazuria: operations, pages, API, what waits, paper."""

import hashlib
import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.matters.agreement.acts import text_hash
from verbale.matters.agreement.fold import text_of
from verbale.matters.agreement.papers import paper_of
from verbale.matters.agreement.waiting import tasks
from verbale.matters.kit.kinds import deed_of, standing_of
from verbale.matters.kit.operations import Given, draft, say
from verbale.node import drafts
from verbale.node.errors import AccessError, UserError
from verbale.node.models import ActRecord, ApiToken, Draft, Matter, User
from verbale.node.projection import refold, state_of
from verbale.node.services import receive
from verbale.paper import to_docx, to_pdf

pytestmark = pytest.mark.django_db

Do = Callable[..., ActRecord]
OPENING = {
    "title": "Protocol on the exchange of information",
    "preamble": "The Parties,\r\nwishing to keep the peace, ",
    "articles": ["# Scope\nIt applies to both.", "They exchange what they know."],
    "after": "signature",
    "number": 30,
    "unit": "day",
    "languages": ["en", "fr"],
}
SIGNATURE = {"name": "A. Roe", "office": "Minister for Foreign Affairs", "capacity": "foreign-minister"}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session["second_factor"] = True
    session.save()
    return client


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "negotiator")


@pytest.fixture
def do(ada: User, person: Person) -> Do:
    """Does a deed of Ada's; what needs clearance is cleared by the head of mission."""
    head = person("hana", "head")

    def done(verb: str, matter: Matter | None = None, to: tuple[str, ...] = (), **values: Any) -> ActRecord:
        deed, given = deed_of(f"agreement.{verb}"), Given(values, to=to)
        if not deed.clearance:
            return say(deed, matter, ada, given)
        made = draft(deed, matter, ada, given)
        drafts.submit(made, ada)
        return drafts.clear(made, head)[-1]

    return done


@pytest.fixture
def matter(do: Do, lazuria: Peer) -> Matter:
    """A protocol that we proposed to Lazuria."""
    return Matter.objects.get(pk=do("open", to=("LZ",), **OPENING).matter_id)


def theirs(peer: Peer, matter: Matter, word: str, **body: Any) -> ActRecord:
    """An act of the peer in that matter, received, with effect."""
    state = state_of(matter)
    refs = {state["opening"]["act"], state["last"], *([body["proposal"]] if "proposal" in body else [])}
    act, envelope = peer.act(f"agreement.{word}", body, matter=matter.id, refs=refs)
    (outcome,) = receive([envelope], via="exchange")
    assert outcome.status == "accepted", outcome
    record = ActRecord.objects.get(pk=act.id)
    assert record.effective, record.reason
    matter.refresh_from_db()
    return record


def told(ours: bool) -> list[str]:
    return [str(task.sentence) for task in tasks() if task.ours is ours]


def signed(do: Do, lazuria: Peer, matter: Matter) -> None:
    do("agree", matter)
    theirs(lazuria, matter, "agree", sha256=state_of(matter)["text"])
    do("sign", matter, **SIGNATURE)
    theirs(lazuria, matter, "sign", sha256=state_of(matter)["text"], **SIGNATURE)


# -- the course of things ----------------------------------------------------------------------------------------------


def test_a_whole_course(do: Do, lazuria: Peer, matter: Matter) -> None:
    assert told(True) + told(False) == []
    change = theirs(lazuria, matter, "propose", what="replace", article="2", text="They exchange it at once.")
    assert told(True) == ["Answer the proposals that Lazuria holds"]
    assert standing_of(matter).startswith("1 proposal is on the table.")
    do("accept", matter, proposal=change.id)
    own = do("propose", matter, what="add", article="2", heading="Costs", text="Each bears its own.")
    assert told(False) == ["Lazuria has not answered our proposals"]
    theirs(lazuria, matter, "accept", proposal=own.id)
    text = text_of(state_of(matter), state_of(matter)["text"])
    assert "Article 2\nThey exchange it at once.\n\nArticle 3. Costs\nEach bears its own." in text
    theirs(lazuria, matter, "agree", sha256=text_hash(text))
    assert told(True) == ["Agree to the text as it stands, as Lazuria did, or propose a change"]
    assert standing_of(matter) == "No proposal is on the table. Agreed to the text as it stands: Lazuria."
    do("agree", matter)
    assert told(True) == ["Sign the agreement"]
    do("sign", matter, sha256=text_hash(text), **SIGNATURE)
    assert told(False) == ["Lazuria has not signed yet"]
    assert "Still to sign: Lazuria." in standing_of(matter)
    theirs(lazuria, matter, "sign", sha256=text_hash(text), **SIGNATURE)
    assert told(True) + told(False) == []
    day = datetime.now(UTC).date() + timedelta(days=30)
    assert standing_of(matter) == (
        f"It is signed by all. It enters into force on {day.day} {day:%B %Y}, 30 days after the last signature."
    )
    assert not ActRecord.objects.filter(matter_id=matter.id, reason__isnull=False).exists()
    before = state_of(matter)
    assert refold(matter) == before


def test_with_notification(do: Do, lazuria: Peer) -> None:
    opening = {**OPENING, "after": "notification", "number": 0}
    matter = Matter.objects.get(pk=do("open", to=("LZ",), **opening).matter_id)
    signed(do, lazuria, matter)
    assert told(True) == ["Notify when our internal procedures are completed"]
    do("notify", matter, completed="2026-12-01")
    assert told(False) == ["Lazuria has not notified that its internal procedures are completed"]
    assert "Still to notify that its internal procedures are completed: Lazuria." in standing_of(matter)
    theirs(lazuria, matter, "notify", completed="2026-12-01")
    assert "It has been in force since" in standing_of(matter)


# -- what is given, and what is refused --------------------------------------------------------------------------------


def test_texts_are_spelled_as_they_are_hashed(matter: Matter) -> None:
    state = state_of(matter)
    assert state[f"revision:{state['preamble']}"]["text"] == "The Parties,\nwishing to keep the peace,"


def test_what_does_not_belong_to_a_change_is_left_out(do: Do, matter: Matter) -> None:
    record = do("propose", matter, what="delete", article="1", heading="x", text="y", number=3, unit="day")
    assert record.act.body == {"what": "delete", "article": "1", "about": None}
    record = do("propose", matter, what="replace", article="clause", text="y", after="notification", number=2)
    assert record.act.body == {
        "what": "replace", "article": "clause", "after": "notification", "number": 2, "about": None,
    }  # fmt: skip
    with pytest.raises(UserError, match="Say after what") as caught:
        do("propose", matter, what="replace", article="clause")
    assert caught.value.field == "after"


def test_an_added_article_is_referred_to(do: Do, lazuria: Peer, matter: Matter) -> None:
    added = do("propose", matter, what="add", article="1", text="New.")
    theirs(lazuria, matter, "accept", proposal=added.id)
    change = do("propose", matter, what="delete", article=added.id)
    assert added.id in change.act.refs


def test_what_would_be_without_effect_is_refused(do: Do, lazuria: Peer, matter: Matter) -> None:
    with pytest.raises(UserError, match="there is nothing yet to sign"):
        do("sign", matter, **SIGNATURE)
    with pytest.raises(UserError, match="The text has changed meanwhile"):
        do("agree", matter, sha256="f" * 64)
    own = do("propose", matter, what="delete", article="1")
    with pytest.raises(UserError, match="It is Crimson's own proposal"):
        do("accept", matter, proposal=own.id)
    with pytest.raises(UserError, match="The depositary VD is not a party"):
        do("open", to=("LZ",), **OPENING, depositary="VD")
    with pytest.raises(UserError, match="full_powers"):
        do("sign", matter, **{**SIGNATURE, "capacity": "full-powers"})


def test_rights(matter: Matter, person: Person) -> None:
    with pytest.raises(AccessError):
        draft(
            deed_of("agreement.propose"), matter, person("aude", "auditor"), Given({"what": "delete", "article": "1"})
        )
    with pytest.raises(AccessError):
        say(deed_of("agreement.accept"), matter, person("anna", "analyst"), Given({"proposal": "0"}))


# -- pages, paper, API -------------------------------------------------------------------------------------------------


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    text = answer.content.decode()
    assert " style=" not in text
    return html.unescape(text)


def test_the_panel_shows_the_text_with_its_brackets(ada: User, do: Do, lazuria: Peer, matter: Matter) -> None:
    change = theirs(lazuria, matter, "propose", what="replace", article="2", text="At once.", reason="Time is short.")
    own = do("propose", matter, what="add", article="1", text="New.")
    desk = client_of(ada)
    text = shown(desk, address_of(matter))
    assert "Article 1. Scope" in text
    assert "Because: Time is short." in text
    assert "2 of 4 parts without brackets, 50 %" in text
    assert f"/agreement/{matter.id}/accept/say" in text
    assert f"/agreement/{matter.id}/withdraw-proposal/say" in text
    answer = desk.post(f"/agreement/{matter.id}/accept/say", {"act": change.id})
    assert answer.status_code == 302
    assert state_of(matter)[f"proposal:{change.id}"]["status"] == "text"
    desk.post(f"/agreement/{matter.id}/withdraw-proposal/say", {"act": own.id})
    assert state_of(matter)[f"proposal:{own.id}"]["status"] == "withdrawn"
    assert "4 of 4 parts without brackets, 100 %" in shown(desk, address_of(matter))
    assert "At once." in shown(desk, f"{address_of(matter)}print/")


def address_of(matter: Matter) -> str:
    return reverse("dossier", args=[matter.id])


def test_the_forms_do_their_deeds(ada: User, lazuria: Peer, matter: Matter) -> None:
    desk = client_of(ada)
    link = f"/agreement/{matter.id}/propose/?what=replace&article=2&text=They+exchange+what+they+know."
    assert "They exchange what they know.</textarea>" in shown(desk, link)
    answer = desk.post(link, {"what": "replace", "article": "2", "text": "At once.\r\nAll of it."})
    assert answer.status_code == 302
    page = shown(desk, answer.headers["Location"])
    assert "At once." in page
    # Written on, the form has what was given.
    found = re.search(r'href="(/agreement/drafts/[^"]+)"', page)
    assert found is not None
    assert "At once.\nAll of it.</textarea>" in shown(desk, found[1])
    answer = desk.post(
        "/agreement/open/",
        {**OPENING, "articles": "# Scope\r\nBoth.\r\n\r\nMore.", "languages": "en", "to": ["LZ"], "marking": "AMBER",
         "precedence": "ROUTINE"},
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    page = shown(desk, answer.headers["Location"])
    assert "Article 1. Scope" in page
    assert "30 days after the last signature" in page
    found = re.search(r'href="(/agreement/drafts/[^"]+)"', page)
    assert found is not None
    assert "# Scope\nBoth.\n\nMore.</textarea>" in shown(desk, found[1])


def test_the_page_of_signature_shows_exactly_what_is_signed(ada: User, do: Do, lazuria: Peer, matter: Matter) -> None:
    desk = client_of(ada)
    address = f"/agreement/{matter.id}/text"
    assert f"/agreement/{matter.id}/agree/?sha256=" in shown(desk, address)
    assert f"/agreement/{matter.id}/sign/" not in shown(desk, address)
    do("agree", matter)
    theirs(lazuria, matter, "agree", sha256=state_of(matter)["text"])
    text = shown(desk, address)
    digest = state_of(matter)["text"]
    assert f"/agreement/{matter.id}/sign/?sha256={digest}" in text
    assert f"SHA-256 of the text:<br>{digest}" in text
    plain = desk.get(f"{address}.txt").content
    assert hashlib.sha256(plain).hexdigest() == digest
    assert b"It applies to both." in plain
    assert desk.get(f"{address}.pdf").content.startswith(b"%PDF")
    form = shown(desk, f"/agreement/{matter.id}/sign/?sha256={digest}")
    assert digest in form
    answer = desk.post(f"/agreement/{matter.id}/sign/", {**SIGNATURE, "sha256": digest})
    assert answer.status_code == 302, answer.content.decode()
    page = shown(desk, answer.headers["Location"])
    assert "A. Roe" in page
    assert "It applies to both." in page
    signed_text = shown(desk, address_of(matter))
    assert "The authentic text" in signed_text


def test_the_papers(do: Do, lazuria: Peer, matter: Matter) -> None:
    opening = ActRecord.objects.get(matter_id=matter.id, type="agreement.open")
    signed(do, lazuria, matter)
    acts = ActRecord.objects.filter(
        matter_id=matter.id, type__in=("agreement.open", "agreement.agree", "agreement.sign")
    )
    assert acts.count() == 5
    for record in acts:
        paper = paper_of(record.act)
        assert paper.heading == OPENING["title"]
        assert "Article 1. Scope\nIt applies to both." in paper.paragraphs[0]
        assert ("For Crimson:" in paper.paragraphs[0]) is (record.type == "agreement.sign")
        assert to_pdf(paper).startswith(b"%PDF")
        assert to_docx(paper).startswith(b"PK")
    # Laid but unknown here: the paper says so.
    Matter.objects.filter(pk=matter.id).update(kind="gone")
    late = ActRecord.objects.filter(matter_id=matter.id, type="agreement.agree").first()
    assert late is not None
    assert "This node does not hold the text." in paper_of(late.act).paragraphs[0]
    assert "Article 1. Scope" in paper_of(opening.act).paragraphs[0]


def test_nothing_crashes_on_a_matter_without_an_opening(ada: User, lazuria: Peer) -> None:
    bodies = {
        "agreement.agree": {"sha256": "f" * 64},
        "agreement.sign": {"nonsense": 1},
        "agreement.open": {"articles": 3},
        "agreement.propose": {"what": 1},
    }
    made = [lazuria.act(name, body, matter="e" * 32) for name, body in bodies.items()]
    receive([envelope for _act, envelope in made], via="exchange")
    matter = Matter.objects.get(pk="e" * 32)
    desk = client_of(ada)
    shown(desk, address_of(matter))
    shown(desk, "/agreement/")
    shown(desk, f"{address_of(matter)}print/")
    assert desk.get(f"/agreement/{matter.id}/text").status_code == 404
    assert list(tasks()) == []


def test_the_list(ada: User, matter: Matter, lazuria: Peer) -> None:
    text = shown(client_of(ada), "/agreement/")
    assert "Protocol on the exchange of information" in text
    assert "Nobody has agreed to the text as it stands yet." in text


def test_the_api(ada: User, lazuria: Peer, matter: Matter) -> None:
    client = Client(headers={"authorization": f"Bearer {ApiToken.make(ada, 'tests')}"}, raise_request_exception=False)

    def post(path: str, **body: Any) -> Any:
        return client.post(f"/api/v1/agreement{path}", json.dumps(body), "application/json")

    told = post("/open", to=["LZ"], **OPENING).json()
    assert Draft.objects.get(pk=told["draft"]).body["articles"] == OPENING["articles"]
    told = client.get(f"/api/v1/agreement/{matter.id}").json()
    assert told["standing"].startswith("No proposal is on the table.")
    change = theirs(lazuria, matter, "propose", what="delete", article="1")
    assert post(f"/{matter.id}/accept", proposal=change.id).status_code == 200
    assert state_of(matter)[f"proposal:{change.id}"]["status"] == "text"
    answer = post(f"/{matter.id}/sign", **SIGNATURE)
    assert answer.status_code == 422
    assert "there is nothing yet to sign" in answer.json()["error"]
