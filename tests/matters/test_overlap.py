"""Private overlaps as people use them: our node against a peer that speaks the protocol, pages, API, command, what
waits, what may go in, and what is refused."""

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from typer.testing import CliRunner

from tests.matters.test_small_kinds import client_of, do, matter_of, opened, shown, told
from tests.matters.test_small_kinds import theirs as their_act
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.intel.overlap import run
from verbale.intel.overlap.run import Client, Server, Terms
from verbale.matters.kit import operations
from verbale.matters.kit.kinds import deed_of, standing_of
from verbale.matters.kit.operations import Given
from verbale.matters.kit.spec import View
from verbale.matters.overlap import kind, sources, work
from verbale.matters.overlap.private import Private
from verbale.node import attachments, drafts
from verbale.node.errors import AccessError, ClearanceError, UserError
from verbale.node.home import Home
from verbale.node.models import ActRecord, ApiToken, AuditEntry, Draft, Matter, User
from verbale.node.projection import attachments_of, state_of
from verbale.node.services import Outgoing, issue, receive
from verbale.protocol import Marking

__all__ = ["do"]

pytestmark = pytest.mark.django_db

OURS = ["domain:evil.example", "domain:ours.example", "ipv4:198.51.100.7", "ipv4:198.51.100.8"]
THEIRS = ["domain:evil.example", "domain:theirs.example", "ipv4:198.51.100.7"]
BOTH = ["domain:evil.example", "ipv4:198.51.100.7"]
LINES = "\n".join(item.replace(":", ",", 1) for item in OURS)
TERMS: dict[str, Any] = {
    "title": "Of the night on the grid",
    "kinds": ["ipv4", "domain"],
    "learn": "values",
    "learns": "proposer",
    "most": 100,
}


@pytest.fixture(autouse=True)
def home(own_home: Home) -> Home:
    """A folder of our own: what stands there is looked at."""
    return own_home


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", "analyst")


@pytest.fixture
def hana(person: Person) -> User:
    return person("hana", "head")


class Other:
    """The peer's side of a run, computed with the engine alone."""

    def __init__(self, peer: Peer, matter: Matter, folder: Path) -> None:
        self.peer, self.matter, self.folder = peer, matter, folder

    @property
    def terms(self) -> Terms:
        opening = state_of(self.matter)["opening"]
        return Terms(opening["learn"] == "values", opening["most"], opening["exact"], opening["rate"], opening["pad"])

    def say(self, word: str, files: list[bytes], **body: Any) -> ActRecord:
        state = state_of(self.matter)
        refs = {state["opening"]["act"], state["last"]}
        refs |= {value for name, value in body.items() if name in ("acceptance", "request", "response")}
        named = [dict(attachments.describe(data, f"{word}.psi", work.MEDIA_TYPE)) for data in files]
        if files:
            body["attachments"] = named
        act, envelope = self.peer.act(
            f"overlap.{word}", body, matter=self.matter.id, refs=refs, marking=Marking(self.matter.marking)
        )
        (outcome,) = receive([envelope], files, via="exchange")
        assert outcome.status == "accepted", outcome
        return ActRecord.objects.get(pk=act.id)

    def respond(self, run: int = 1, **changes: Any) -> ActRecord:
        request = state_of(self.matter)[f"request:{run}"]
        server = Server(self.folder / f"server-{run}", self.terms)
        server.begin(THEIRS)
        parts = [attachments.load(sha256) for sha256 in request["files"]]
        answer = server.answer([part for part in parts if part is not None])
        body = {"request": request["act"], "answers": request["sha256"], "count": answer.count,
                "setup": len(answer.setup), **changes}  # fmt: skip
        return self.say("response", [*answer.setup, *answer.response], **body)

    def request(self, run: int = 1, **changes: Any) -> ActRecord:
        self.client = Client(self.folder / f"client-{run}", self.terms)
        self.client.begin(THEIRS)
        count, parts = self.client.request()
        sha256 = hashlib.sha256(b"".join(parts)).hexdigest()
        accepted = state_of(self.matter)["accepted"]["act"]
        return self.say(
            "request", parts, **{"acceptance": accepted, "run": run, "count": count, "sha256": sha256, **changes}
        )

    def result(self, run: int = 1, **body: Any) -> Any:
        response = state_of(self.matter)[f"response:{run}"]
        files = [data for sha256 in response["files"] if (data := attachments.load(sha256)) is not None]
        found = self.client.result(files[: response["setup"]], files[response["setup"] :], response["count"])
        self.say("result", [], response=response["act"], **body)
        return found


@pytest.fixture
def proposed(do: Any, lazuria: Peer, tmp_path: Path) -> Any:
    """We propose; the peer accepts."""

    def made(**terms: Any) -> tuple[Matter, Other]:
        matter = matter_of(do("overlap.propose", **{**TERMS, **terms}))
        their_act(lazuria, matter, "overlap.accept", proposal=state_of(matter)["opening"]["act"])
        return matter, Other(lazuria, matter, tmp_path)

    return made


def view(matter: Matter) -> View:
    return View(Matter.objects.get(pk=matter.id))


def put_in(matter: Matter, who: User, text: str = LINES) -> None:
    work.choose(view(matter), who, work.gathered(view(matter), holdings=False, text=text).items)


# -- the whole of it ---------------------------------------------------------------------------------------------------


def test_we_learn_the_values_that_both_hold(proposed: Any, ada: User, home: Home) -> None:
    matter, other = proposed()
    assert told("overlap", True) == ["Choose what goes into the overlap with Lazuria"]
    assert work.run_due() == []
    put_in(matter, ada)
    (record,) = work.run_due()
    assert (record.type, record.reason, record.act.body["count"]) == ("overlap.request", None, 4)
    assert told("overlap", False) == ["Lazuria has its part of an overlap to compute"]
    other.respond()
    (record,) = work.run_due()
    assert (record.type, record.act.body.get("size")) == ("overlap.result", None)
    state = state_of(matter)
    assert "closed" in state
    assert standing_of(matter) == "It is done: who was to learn has learnt."
    found = Private(matter.id).found(1)
    assert found is not None
    assert (found["size"], found["items"]) == (2, BOTH)
    assert told("overlap", True) == told("overlap", False) == []
    # Nothing stays but what was learnt; and it stands in no act.
    kept = sorted(path.name for path in (home.path / "overlap" / matter.id).iterdir())
    assert kept == ["found.1", "lock", "set.json"]
    assert stat.S_IMODE((home.path / "overlap" / matter.id / "found.1").stat().st_mode) == 0o600
    acts = b"".join(bytes(row.payload) for row in ActRecord.objects.all())
    assert not any(item.partition(":")[2].encode() in acts for item in [*OURS, *THEIRS])


def test_the_transcript_stands_in_the_register_with_its_files(proposed: Any, ada: User) -> None:
    matter, other = proposed()
    put_in(matter, ada)
    work.run_due()
    other.respond()
    request, response = (
        ActRecord.objects.get(type=f"overlap.{word}", matter_id=matter.id).act for word in ("request", "response")
    )
    data = [attachments.load(item["sha256"]) for item in attachments_of(request)]
    assert hashlib.sha256(b"".join(part or b"" for part in data)).hexdigest() == request.body["sha256"]
    assert response.body["answers"] == request.body["sha256"]
    assert len(attachments_of(response)) == 2


def test_of_a_size_nothing_but_the_size_is_learnt_and_told(proposed: Any, ada: User) -> None:
    matter, other = proposed(learn="size", tell=True)
    put_in(matter, ada)
    work.run_due()
    other.respond()
    (record,) = work.run_due()
    assert record.act.body["size"] == 2
    assert standing_of(matter) == "It is done: who was to learn has learnt. Both hold 2 values."
    found = Private(matter.id).found(1)
    assert found is not None
    assert (found["size"], found["items"]) == (2, None)
    page = shown(client_of(ada), f"/dossiers/{matter.id}/")
    assert "Crimson learns how many values both hold, and not which." in page
    assert f"/overlap/{matter.id}/found/1" not in page


def test_both_learn_each_in_a_run_of_its_own(proposed: Any, ada: User) -> None:
    matter, other = proposed(learns="both", pad=True, most=50)
    put_in(matter, ada)
    (record,) = work.run_due()
    assert record.act.body["count"] == 50
    other.request(run=2)
    (record,) = work.run_due()
    assert (record.type, record.act.body["count"]) == ("overlap.response", 50)
    assert not Private(matter.id).run(2).exists()
    assert other.result(run=2).items == BOTH
    other.respond()
    work.run_due()
    assert "closed" in state_of(matter)
    found = Private(matter.id).found(1)
    assert found is not None
    assert found["items"] == BOTH


def test_we_answer_what_another_side_proposes(do: Any, ada: User, lazuria: Peer, tmp_path: Path) -> None:
    matter, _record = opened(lazuria, "overlap.propose", **TERMS)
    assert told("overlap", True) == ["Lazuria proposes a private overlap"]
    draft = operations.draft(deed_of("overlap.accept"), matter, ada, Given())
    page = shown(client_of(ada), f"/drafts/{draft.pk}/")
    assert "Lazuria learns which values both hold, and of no other value of Crimson what it is." in page
    put_in(matter, ada)
    assert work.run_due() == []
    do("overlap.accept", matter)
    other = Other(lazuria, matter, tmp_path)
    other.request()
    (record,) = work.run_due()
    assert record.type == "overlap.response"
    assert record.effective
    assert other.result().items == BOTH
    assert Private(matter.id).found(1) is None
    work.tidy()
    assert Private(matter.id).items() == []


# -- people decide -----------------------------------------------------------------------------------------------------


def test_nothing_is_computed_before_both_sides_were_cleared(do: Any, ada: User, hana: User, lazuria: Peer) -> None:
    draft = operations.draft(deed_of("overlap.propose"), None, ada, Given(TERMS, ("LZ",)))
    drafts.submit(draft, ada)
    with pytest.raises(AccessError):
        drafts.clear(draft, ada)
    matter = matter_of(drafts.clear(draft, hana)[-1])
    put_in(matter, ada)
    assert work.run_due() == []
    with pytest.raises(ClearanceError):
        issue(Outgoing("overlap.propose", TERMS, ("LZ",)))
    matter, _record = opened(lazuria, "overlap.propose", **TERMS)
    with pytest.raises(ClearanceError):
        issue(Outgoing("overlap.accept", {"proposal": state_of(matter)["opening"]["act"]}, ("LZ",), matter.id))


def test_nobody_says_by_hand_what_is_computed(proposed: Any, ada: User) -> None:
    matter, _other = proposed()
    put_in(matter, ada)
    for word in ("request", "response", "result"):
        with pytest.raises(UserError, match="computed first"):
            operations.say(deed_of(f"overlap.{word}"), matter, ada, Given())


def test_only_who_imports_chooses_the_set_and_reads_what_was_learnt(proposed: Any, ada: User, person: Person) -> None:
    matter, other = proposed()
    legal = person("lea", "legal")
    with pytest.raises(AccessError):
        put_in(matter, legal)
    put_in(matter, ada)
    work.run_due()
    other.respond()
    work.run_due()
    browser = client_of(legal)
    for address in ("set", "found/1", "found/1.txt"):
        assert browser.get(f"/overlap/{matter.id}/{address}").status_code == 403
    assert browser.post(f"/overlap/{matter.id}/choose").status_code == 403
    page = shown(browser, f"/dossiers/{matter.id}/")
    assert "Both hold 2 values" not in page
    assert "4 values go in" not in page
    page = shown(client_of(ada), f"/overlap/{matter.id}/found/1")
    assert "evil.example" in page
    assert "ours.example" not in page
    listed = client_of(ada).get(f"/overlap/{matter.id}/found/1.txt").content.decode()
    assert listed == "domain,evil.example\nipv4,198.51.100.7\n"
    assert AuditEntry.objects.filter(who="ada", verb="read", detail="overlap, run 1").count() == 2


def test_a_set_that_is_too_large_empty_or_begun_is_refused(proposed: Any, ada: User) -> None:
    matter, _other = proposed(most=3)
    with pytest.raises(UserError, match="The set has 4 values; no more than 3 were agreed"):
        put_in(matter, ada)
    with pytest.raises(UserError, match="would be empty"):
        put_in(matter, ada, "md5,d41d8cd98f00b204e9800998ecf8427e")
    put_in(matter, ada, "ipv4,198.51.100.7")
    put_in(matter, ada, "ipv4,198.51.100.8")
    work.run_due()
    with pytest.raises(UserError, match="the set stands"):
        put_in(matter, ada, "ipv4,198.51.100.7")


def test_an_overlap_is_with_one_partner(ada: User, lazuria: Peer, verdia: Peer) -> None:
    with pytest.raises(UserError, match="choose one partner"):
        operations.draft(deed_of("overlap.propose"), None, ada, Given(TERMS, ("LZ", "VD")))


def test_a_cancellation_removes_what_was_kept(proposed: Any, do: Any, ada: User) -> None:
    matter, _other = proposed()
    put_in(matter, ada)
    work.run_due()
    assert (Private(matter.id).run(1) / "key").exists()
    do("overlap.cancel", matter, reason="Changed our mind.")
    work.tidy()
    private = Private(matter.id)
    assert not private.run(1).exists()
    assert private.items() == []
    assert standing_of(matter) == "Crimson called it off."
    assert not private.busy()


def test_a_computation_stops_when_it_was_called_off_meanwhile(
    proposed: Any, lazuria: Peer, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter, other = proposed()
    put_in(matter, ada)
    monkeypatch.setattr(work, "_A_NOTICE", 0.0)
    monkeypatch.setattr(run, "A_PIECE", 1)
    monkeypatch.setattr(run.os, "cpu_count", lambda: 1)
    told_: list[int] = []

    def meanwhile(done: int, pieces: int) -> None:
        told_.append(done)
        if done == 2:
            other.say("cancel", [], reason="Not any more.")

    assert work.run_due(meanwhile) == []
    assert told_ == [0, 1, 2]
    assert standing_of(matter) == "Lazuria called it off."
    assert not Private(matter.id).busy()


def test_before_it_leaves_a_draft_says_what_it_gives_away(
    proposed: Any, ada: User, hana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed()
    monkeypatch.setattr(kind, "_MANY", 1)
    draft = operations.draft(deed_of("overlap.propose"), None, ada, Given({**TERMS, "learns": "both"}, ("LZ",)))
    drafts.submit(draft, ada)
    page = shown(client_of(hana), f"/drafts/{draft.pk}/").replace("&#x27;", "'")
    assert "Lazuria will learn of every value that both hold that we hold it." in page
    assert "Lazuria learns which values both hold, and of no other value of Crimson what it is." in page
    assert "one that puts in guesses learns which of them the other holds" in page
    assert "There were 1 overlaps with Lazuria in thirty days" in page
    assert kind.runs_with("VD") == 0
    alone = operations.draft(deed_of("overlap.propose"), None, ada, Given(TERMS, ("LZ",)))
    assert len(list(kind.warnings(alone, hana))) == 1


# -- what may go in ----------------------------------------------------------------------------------------------------


def _incident(
    author: Peer | None, marking: Marking, value: str, audience: tuple[str, ...] = (), report: str | None = None
) -> str:
    digest = {"title": "R", "format": "STIX 2.1", "indicators": [{"kind": "ipv4", "value": value}], "marking": report}
    body = {"title": "Case", "report": digest}
    if author is None:
        return issue(Outgoing("incident.open", body, (), marking=marking)).matter_id
    act, envelope = author.act("incident.open", body, marking=marking, audience=("CR", *audience))
    receive([envelope], via="exchange")
    return act.matter


def test_only_what_may_be_shared_with_the_partner_goes_in(lazuria: Peer, verdia: Peer) -> None:
    _incident(None, Marking.AMBER, "198.51.100.1")
    _incident(None, Marking.RED, "198.51.100.2")
    _incident(None, Marking.AMBER, "198.51.100.3", report="RED")
    _incident(None, Marking.AMBER, "198.51.100.4", report="of another house")
    _incident(verdia, Marking.AMBER, "198.51.100.5")
    _incident(verdia, Marking.GREEN, "198.51.100.6")
    _incident(verdia, Marking.AMBER, "198.51.100.7", ("LZ",))
    _incident(lazuria, Marking.RED, "198.51.100.8")
    closed = _incident(None, Marking.GREEN, "198.51.100.9")
    Matter.objects.filter(pk=closed).update(restricted=True)

    def found(ceiling: Marking = Marking.AMBER, since: str | None = None, kind: str = "ipv4") -> set[int]:
        values = sources.own_values([kind], since, "LZ", ceiling)
        return {int(value.value.rpartition(".")[2]) for value in values}

    assert found() == {1, 6, 7, 8}
    assert found(Marking.GREEN) == {6, 7, 8}
    assert found(Marking.RED) == {1, 2, 3, 4, 6, 7, 8}
    assert found(since="2999-01-01") == found(kind="domain") == set()


def test_patterns_and_odd_values_of_reports(lazuria: Peer) -> None:
    report = {
        "title": "R",
        "format": "STIX 2.1",
        "indicators": [
            {"kind": "stix-pattern", "value": "[domain-name:value='Evil.example' OR ipv4-addr:value='198.51.100.7']"},
            {"kind": "yara", "value": "rule x {}"},
            {"kind": "ipv4", "value": "no address"},
        ],
        "observables": [{"kind": "domain", "value": "ours[.]example"}],
    }  # fmt: skip
    issue(Outgoing("incident.open", {"title": "Case", "report": report}, ()))
    found = {value.item for value in sources.own_values(("ipv4", "domain"), None, "LZ", Marking.AMBER)}
    assert found == {"domain:evil.example", "ipv4:198.51.100.7", "domain:ours.example"}


# -- what can go wrong -------------------------------------------------------------------------------------------------


def test_a_process_that_dies_in_between_is_followed_by_one_that_goes_on(
    proposed: Any, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter, other = proposed()
    put_in(matter, ada)

    def die(*arguments: Any, **named: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(work, "_say", die)
        with pytest.raises(KeyboardInterrupt):
            work.run_due()
    said = Private(matter.id).said(1, "request")
    assert said is not None
    (record,) = work.run_due()
    assert record.act.body["sha256"] == said["sha256"]
    other.respond()
    # After the result was said and before the key was removed.
    with monkeypatch.context() as patch:
        patch.setattr(work, "tidy", lambda: None)
        work.run_due()
    assert Private(matter.id).run(1).exists()
    work.tidy()
    assert not Private(matter.id).busy()


def test_two_processes_do_not_compute_the_same(proposed: Any, ada: User) -> None:
    matter, _other = proposed()
    put_in(matter, ada)
    ((_matter, step),) = work.steps_due()
    with Private(matter.id).computing() as mine:
        assert mine
        assert work.take(matter.id, step) is None
    assert work.take(matter.id, step) is not None
    assert work.take(matter.id, step) is None


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ("bytes", "the request is not the one that its act names"),
        ("points", "the request holds what is no blinded value"),
        ("missing", "a file of the other side has not arrived"),
    ],
)
def test_a_request_that_is_not_as_agreed_waits_for_a_person(
    do: Any, ada: User, lazuria: Peer, tmp_path: Path, home: Home, spoil: str, why: str
) -> None:
    matter, _record = opened(lazuria, "overlap.propose", **TERMS)
    put_in(matter, ada)
    do("overlap.accept", matter)
    other = Other(lazuria, matter, tmp_path)
    if spoil == "points":
        from private_set_intersection.python import Request

        parts = [Request(reveal_intersection=True, encrypted_elements=[b"x"]).SerializeToString()]
        accepted = state_of(matter)["accepted"]["act"]
        sha256 = hashlib.sha256(parts[0]).hexdigest()
        other.say("request", parts, acceptance=accepted, run=1, count=1, sha256=sha256)
    else:
        other.request(**({"sha256": "1" * 64} if spoil == "bytes" else {}))
    if spoil == "missing":
        attachments.path_of(state_of(matter)["request:1"]["files"][0]).unlink()
    assert work.run_due() == []
    assert work.run_due() == []
    trouble = Private(matter.id).trouble()
    assert trouble is not None
    assert trouble["why"] == why
    assert told("overlap", True) == ["The overlap with Lazuria could not be computed"]
    browser = client_of(ada)
    assert why in shown(browser, f"/dossiers/{matter.id}/")
    assert browser.post(f"/overlap/{matter.id}/again").status_code == 302
    assert Private(matter.id).trouble() is None
    work.run_due()
    assert Private(matter.id).trouble() is not None


def test_terms_with_rules_of_spelling_that_we_do_not_have_are_not_accepted(do: Any, ada: User, lazuria: Peer) -> None:
    matter, _record = opened(lazuria, "overlap.propose", **{**TERMS, "rules": 2})
    with pytest.raises(UserError, match="rules for the spelling"):
        operations.draft(deed_of("overlap.accept"), matter, ada, Given())


def test_the_clock_begins_what_is_due(proposed: Any, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    monkeypatch.setattr(work.threading.Thread, "start", lambda thread: begun.append(thread.name))
    matter, _other = proposed()
    work.wake()
    assert begun == []
    put_in(matter, ada)
    work.wake()
    assert begun == ["overlap"]


# -- pages, API, command -----------------------------------------------------------------------------------------------


def test_pages_open_at_every_stage(proposed: Any, do: Any, ada: User, lazuria: Peer) -> None:
    browser = client_of(ada)
    assert 'class="empty"' in shown(browser, "/overlap/")
    shown(browser, "/overlap/propose/")
    matter, other = proposed(text="For the night on the grid.")
    page = shown(browser, f"/dossiers/{matter.id}/")
    assert "Crimson learns which values both hold, and of no other value of Lazuria what it is." in page
    assert "one that puts in guesses learns which of them the other holds" in page
    shown(browser, f"/overlap/{matter.id}/set")
    counted = browser.post(f"/overlap/{matter.id}/set", {"holdings": "on"})
    assert 'class="empty"' in counted.content.decode()
    counted = browser.post(f"/overlap/{matter.id}/set", {"text": f"{LINES}\nmd5,abc\ncve-2020-0601"})
    page = counted.content.decode()
    assert "4 values" in page
    assert "is no MD5 of 32 hexadecimal digits" in page
    assert "One line is of a kind that is not compared." in page
    assert Private(matter.id).chosen() is None
    chosen = browser.post(f"/overlap/{matter.id}/choose", follow=True)
    assert "4 values go in" in chosen.content.decode()
    assert (Private(matter.id).items(), Private(matter.id).looked()) == (OURS, [])
    chosen = browser.post(f"/overlap/{matter.id}/choose", follow=True)
    assert "The set would be empty." in chosen.content.decode()
    work.run_due()
    other.respond()
    ((_matter, step),) = work.steps_due()
    private = Private(matter.id)
    client = Client(private.run(1), other.terms)
    client.folder.note({"result": 4})
    client.folder.write("result.0", b"x")
    assert work.progress_of(matter.id, step) == (1, 4)
    page = shown(browser, f"/dossiers/{matter.id}/")
    assert "1 of 4 parts are computed." in page
    assert '<progress id="bar-1" value="1" max="4">' in page
    work.run_due()
    page = shown(browser, f"/dossiers/{matter.id}/")
    assert "Both hold 2 values, as was found" in page
    assert f"/overlap/{matter.id}/found/1" in page
    for record in ActRecord.objects.filter(matter_id=matter.id):
        shown(browser, f"/acts/{record.id}/")
    shown(browser, f"/dossiers/{matter.id}/print/")
    shown(browser, "/")
    assert browser.get(f"/overlap/{matter.id}/found/2").status_code == 404


def test_a_list_comes_as_a_file_too(proposed: Any, ada: User, tmp_path: Path) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    matter, _other = proposed()
    browser = client_of(ada)
    for content, told_ in ((b"\xff\xfe\x00", "not text in UTF-8"), (LINES.encode(), "4 values")):
        given = {"file": SimpleUploadedFile("list.csv", content)}
        answer = browser.post(f"/overlap/{matter.id}/set", given)
        assert told_ in answer.content.decode()
    assert Private(matter.id).looked() == OURS


def test_after_the_computation_has_begun_nothing_more_is_counted(proposed: Any, ada: User) -> None:
    matter, _other = proposed()
    put_in(matter, ada)
    work.run_due()
    page = client_of(ada).post(f"/overlap/{matter.id}/set", {"text": LINES}).content.decode()
    assert "The computation has begun: the set stands." in page
    assert Private(matter.id).looked() == []


def test_an_act_with_an_odd_body_harms_no_page(proposed: Any, ada: User, lazuria: Peer) -> None:
    matter, _other = proposed()
    browser = client_of(ada)
    for word in ("propose", "accept", "decline", "request", "response", "result", "cancel"):
        _act, envelope = lazuria.act(f"overlap.{word}", {"text": 7, "attachments": "x"}, matter=matter.id)
        receive([envelope], via="exchange")
        odd = ActRecord.objects.latest("index")
        assert not odd.effective
        shown(browser, f"/acts/{odd.id}/")
    shown(browser, f"/dossiers/{matter.id}/")
    shown(browser, "/")
    assert work.run_due() == []


def test_api_and_command(proposed: Any, ada: User, lazuria: Peer, tmp_path: Path) -> None:
    token = {"HTTP_AUTHORIZATION": f"Bearer {ApiToken.make(ada, 'test')}"}

    def asked(path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
        address = f"/api/v1/overlap{path}"
        browser = Browser()
        answer = (
            browser.get(address, **token)
            if body is None
            else browser.post(address, json.dumps(body), "application/json", **token)
        )
        assert answer.status_code == status, answer.content
        return answer.json()

    asked("/propose", {**TERMS, "rate": "6", "to": ["LZ"]})
    assert Draft.objects.get(type="overlap.propose").body["rate"] == 6
    matter, other = proposed()
    assert asked(f"/{matter.id}/progress") == {
        "chosen": None, "steps": [{"run": 1, "step": "request", "done": 0, "of": 0}], "trouble": None, "found": [],
    }  # fmt: skip
    done = asked(f"/{matter.id}/set", {"holdings": False, "text": f"{LINES}\nmd5,abc"})
    assert (done["count"], [item["line"] for item in done["refused"]]) == (4, [5])
    asked(f"/{matter.id}/found/1", status=422)

    from verbale.cli.app import app

    def ran(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, ["overlap", *words])
        assert result.exit_code == code, result.output
        return result.output

    listed = tmp_path / "list.csv"
    listed.write_text(LINES)
    looked = json.loads(ran("set", matter.id, "--file", str(listed), "--look", "--as", "ada", "--json"))
    assert looked["count"] == 4
    assert "4 values go in" in ran("set", matter.id, "--file", str(listed), "--no-holdings", "--as", "ada")
    assert "overlap.request said" in ran("run", matter.id[:8])
    assert "Nothing is due here." in ran("run")
    other.respond()
    (record,) = json.loads(ran("run", "--json"))
    assert record["type"] == "overlap.result"
    assert json.loads(ran("found", matter.id, "--as", "ada", "--json"))["items"] == BOTH
    assert "Both hold 2 values." in ran("found", matter.id, "--as", "ada")
    assert asked(f"/{matter.id}/found/1")["items"] == BOTH
    assert asked(f"/{matter.id}/progress")["found"] == [1]


def test_who_may_not_open_the_dossier_does_not_open_the_overlap(proposed: Any, ada: User, person: Person) -> None:
    matter, _other = proposed()
    Matter.objects.filter(pk=matter.id).update(restricted=True)
    matter.people.set([ada])
    browser = client_of(person("bo", "desk"))
    for address in (f"/dossiers/{matter.id}/", f"/overlap/{matter.id}/set"):
        assert browser.get(address).status_code == 403
    assert browser.post(f"/overlap/{matter.id}/again").status_code == 403
