"""Stories and random sets of acts for the small kinds: norm, plan, capacity, collection, interests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from verbale.matters.capacity import acts as capacity_acts
from verbale.matters.capacity import fold as capacity_fold
from verbale.matters.collection import acts as collection_acts
from verbale.matters.collection import fold as collection_fold
from verbale.matters.interests import acts as interests_acts
from verbale.matters.interests import fold as interests_fold
from verbale.matters.norm import acts as norm_acts
from verbale.matters.norm import fold as norm_fold
from verbale.matters.plan import acts as plan_acts
from verbale.matters.plan import fold as plan_fold
from verbale.node.registry import apply_rule
from verbale.protocol import Act, Effect, Marking, State, fold, make_act, matter_id

MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NONCE = "a" * 32
MATTER = matter_id("CR", NONCE)
MISSING = "f" * 64
STIX_IDS = [f"indicator--00000000-0000-4000-8000-00000000000{number}" for number in range(1, 4)]
OTHER_MATTER, THIRD_MATTER = "1" * 32, "2" * 32

TEXT = ["States answer a request for assistance within 72 hours.", "They say who answers it."]
OTHER_TEXT = ["States answer a request for assistance within 24 hours.", "They say who answers it."]
ITEMS = [
    {"key": "1", "what": "hotline", "text": "Open a hotline", "owner": "CR", "deadline": "2026-12-20"},
    {"key": "drill", "what": "drill", "text": "Hold a drill", "owner": "LZ", "deadline": "2027-03-01"},
]
OTHER_ITEMS = [ITEMS[0], {**ITEMS[1], "deadline": "2027-04-01"}]


@dataclass(frozen=True)
class Case:
    """One kind as the tests know it."""

    name: str
    opens: str
    """The word of the act that opens."""
    bodies: dict[str, type]
    """By word."""
    title: Callable[[State], str]
    lawful: dict[str, dict[str, Any]]
    names: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """By word: the field that names an act, and the words of the acts that it can name."""
    alone: bool = False
    often: tuple[str, ...] = ()
    """Words that are drawn more often, so that what needs them is reached."""
    after_close: tuple[str, ...] = ()
    """What takes effect after the close, too."""
    drawn: Callable[[st.DrawFn, str, dict[str, Any], list[Act]], dict[str, Any]] = lambda draw, word, body, found: body
    """Makes a random body of the lawful one."""

    @property
    def later(self) -> list[str]:
        return [word for word in self.bodies if word != self.opens]


class Story:
    """Acts of one matter in the order in which they are said, a minute apart, each referring to the one before."""

    def __init__(self, case: Case, *parties: str, **opening: Any) -> None:
        self.case = case
        self.parties = parties or (("CR",) if case.alone else ("CR", "LZ"))
        self.acts: list[Act] = []
        self.opening = self.say("CR", case.opens, nonce=NONCE, **opening)

    def say(self, author: str, word: str, *, refs: tuple[str, ...] | None = None, **body: Any) -> str:
        fields = {name: body.pop(name) for name in ("audience", "nonce", "issued", "marking") if name in body}
        body = {**self.case.lawful[word], **body}
        body = {name: value for name, value in body.items() if value is not None}
        named = self.case.names.get(word)
        known = (body[named[0]],) if named else ()
        act = make_act(
            **{
                "type": f"{self.case.name}.{word}",
                "author": author,
                "audience": tuple(node for node in self.parties if node != author),
                "matter": MATTER,
                "refs": (*known, *(act.id for act in self.acts[-1:])) if refs is None else refs,
                "issued": MORNING + timedelta(minutes=len(self.acts)),
                "body": body,
                **fields,
            }
        )
        self.acts.append(act)
        return act.id

    @property
    def folded(self) -> tuple[dict[str, Any], dict[str, Effect]]:
        return fold(apply_rule, self.acts)

    @property
    def state(self) -> dict[str, Any]:
        return self.folded[0]

    def fate(self, place: int = -1) -> str:
        """Why the act at that place is without effect; empty when it has effect."""
        return self.folded[1][self.acts[place].id].sentence()


@st.composite
def act_sets(draw: st.DrawFn, case: Case, most: int = 20) -> list[Act]:
    """Acts of all types by parties and others, about acts that are there or not, some unlawful, some misaddressed."""
    parties = ("CR",) if case.alone else draw(st.sampled_from([("CR", "LZ", "VD"), ("CR", "LZ")]))
    seldom = ("close", "withdraw")
    often = [*case.bodies, *(word for word in case.later if word not in seldom), *case.names, *case.often]
    found: list[Act] = []
    for number in range(draw(st.integers(1, most))):
        word = draw(st.sampled_from(often)) if found else case.opens
        author = draw(st.sampled_from([*parties * 6, "VD"])) if found else "CR"
        body = dict(case.lawful[word])
        refs = draw(st.sets(st.sampled_from([*(act.id for act in found), MISSING]), max_size=2))
        if word in case.names:
            name, words = case.names[word]
            fitting = [act.id for act in found if act.type.partition(".")[2] in words]
            body[name] = draw(st.sampled_from([*fitting * 6, MISSING]))
            if body[name] != MISSING and draw(st.integers(0, 9)):
                refs.add(body[name])
        body = case.drawn(draw, word, body, found)
        if found and draw(st.integers(0, 5)):
            refs.add(found[0].id)
        oddity = draw(st.sampled_from([""] * 24 + ["unlawful", "unknown type", "misaddressed"]))
        opens = word == case.opens and (not found or not draw(st.integers(0, 5)))
        found.append(
            make_act(
                type=f"{case.name}.{'later-version' if oddity == 'unknown type' else word}",
                author="CR" if opens else author,
                audience=("CR", "UN") if oddity == "misaddressed" else parties,
                matter=MATTER,
                refs=refs,
                issued=MORNING + timedelta(minutes=number if draw(st.integers(0, 2)) else draw(st.integers(0, 5))),
                marking=draw(st.sampled_from([Marking.GREEN, Marking.AMBER, Marking.RED])),
                nonce=NONCE if opens else f"{number:032x}",
                body={"nonsense": 1} if oddity == "unlawful" else body,
            )
        )
    return found


# -- the kinds ---------------------------------------------------------------------------------------------------------


def _norm(draw: st.DrawFn, word: str, body: dict[str, Any], found: list[Act]) -> dict[str, Any]:
    if word in ("propose", "revise"):
        body["paragraphs"] = draw(st.sampled_from([TEXT, OTHER_TEXT, TEXT[:1]]))
    elif word == "agree":
        right = [
            norm_acts.text_hash(act.body["paragraphs"])
            for act in found
            if act.id == body["version"] and "paragraphs" in act.body
        ]
        body["sha256"] = draw(st.sampled_from([*right * 5, MISSING]))
    elif word == "comment":
        body["paragraph"] = draw(st.sampled_from([None, 1, 2, 3]))
    return body


def _plan(draw: st.DrawFn, word: str, body: dict[str, Any], found: list[Act]) -> dict[str, Any]:
    if word in ("lay", "amend"):
        stranger = [{**ITEMS[0], "owner": "UN"}]
        body["items"] = draw(st.sampled_from([ITEMS, ITEMS, OTHER_ITEMS, OTHER_ITEMS, ITEMS[:1], stranger]))
    elif word == "agree":
        right = [
            plan_acts.items_hash(act.body["items"])
            for act in found
            if act.id == body["version"] and "items" in act.body
        ]
        body["sha256"] = draw(st.sampled_from([*right * 5, MISSING]))
    elif word in ("link", "done"):
        body["item"] = draw(st.sampled_from(["1", "drill", "drill", "nothing"]))
        if word == "link":
            body["matter"] = draw(st.sampled_from([OTHER_MATTER, THIRD_MATTER, MATTER]))
    return body


def _capacity(draw: st.DrawFn, word: str, body: dict[str, Any], found: list[Act]) -> dict[str, Any]:
    return {**body, "trained": draw(st.integers(0, 20))} if word == "report" else body


def _collection(draw: st.DrawFn, word: str, body: dict[str, Any], found: list[Act]) -> dict[str, Any]:
    if word == "open":
        body["ceiling"] = draw(st.sampled_from(["AMBER", "GREEN", "RED", "RED"]))
    elif word == "sighting":
        body |= {"count": draw(st.integers(1, 9)), "day": draw(st.sampled_from(["2026-11-20", "2026-11-22"]))}
    elif word == "feedback":
        body["verdict"] = draw(st.sampled_from(collection_acts.VERDICTS))
        body["objects"] = draw(st.lists(st.sampled_from(STIX_IDS), unique=True))
    return body


def _interests(draw: st.DrawFn, word: str, body: dict[str, Any], found: list[Act]) -> dict[str, Any]:
    return {**body, "text": draw(st.sampled_from(["Yes.", "No."]))} if word == "revise" else body


NORM = Case(
    "norm",
    "propose",
    {
        "propose": norm_acts.Proposal,
        "sponsor": norm_acts.Sponsorship,
        "withdraw-sponsor": norm_acts.Sponsorship,
        "comment": norm_acts.Comment,
        "revise": norm_acts.Revision,
        "agree": norm_acts.Agreement,
        "object": norm_acts.Objection,
        "withdraw": norm_acts.Withdrawal,
    },
    norm_fold.title,
    {
        "propose": {
            "title": "An answer in time",
            "paragraphs": TEXT,
            "rationale": "Requests went unanswered.",
            "builds_on": [{"source": "A/70/174 para. 13 (h)", "title": "Respond to requests for assistance"}],
        },
        "sponsor": {},
        "withdraw-sponsor": {},
        "comment": {"version": MISSING, "text": "Working hours?", "paragraph": 1},
        "revise": {"version": MISSING, "paragraphs": OTHER_TEXT, "text": "Sooner."},
        "agree": {"version": MISSING, "sha256": norm_acts.text_hash(TEXT)},
        "object": {"version": MISSING, "reason": "Too soon."},
        "withdraw": {},
    },
    dict.fromkeys(("comment", "revise", "agree", "object"), ("version", ("propose", "revise"))),
    often=("agree",) * 3,
    drawn=_norm,
)
PLAN = Case(
    "plan",
    "lay",
    {
        "lay": plan_acts.Plan,
        "agree": plan_acts.Agreement,
        "amend": plan_acts.Amendment,
        "link": plan_acts.Link,
        "unlink": plan_acts.Unlink,
        "done": plan_acts.Done,
        "close": plan_acts.Closing,
    },
    plan_fold.title,
    {
        "lay": {"title": "After the night on the grid", "items": ITEMS},
        "agree": {"version": MISSING, "sha256": plan_acts.items_hash(ITEMS)},
        "amend": {"version": MISSING, "items": OTHER_ITEMS},
        "link": {"version": MISSING, "item": "1", "matter": OTHER_MATTER},
        "unlink": {"link": MISSING},
        "done": {"version": MISSING, "item": "1", "text": "It rings."},
        "close": {},
    },
    {
        **dict.fromkeys(("agree", "amend", "link", "done"), ("version", ("lay", "amend"))),
        "unlink": ("link", ("link",)),
    },
    often=("agree", "done") * 4,
    drawn=_plan,
)
CAPACITY = Case(
    "capacity",
    "need",
    {
        "need": capacity_acts.Need,
        "offer": capacity_acts.Offer,
        "match": capacity_acts.Match,
        "decline": capacity_acts.Declination,
        "report": capacity_acts.Report,
        "close": capacity_acts.Closing,
    },
    capacity_fold.title,
    {
        "need": {
            "title": "Forensics of industrial control systems",
            "topic": "knowledge",
            "text": "Our response team has no one for it.",
            "people": 12,
            "deadline": "2027-06-30",
        },
        "offer": {
            "what": "A course of five days",
            "provider": "Lazurian Cyber Academy",
            "places": 10,
            "first": "2027-03-01",
            "last": "2027-03-05",
            "amount": 40_000,
            "currency": "EUR",
        },
        "match": {"offer": MISSING},
        "decline": {"offer": MISSING, "reason": "The days do not suit."},
        "report": {"offer": MISSING, "held": True, "trained": 9, "remark": "Good."},
        "close": {},
    },
    dict.fromkeys(("match", "decline", "report"), ("offer", ("offer",))),
    after_close=("report",),
    drawn=_capacity,
)
COLLECTION = Case(
    "collection",
    "open",
    {
        "open": collection_acts.Collection,
        "join": collection_acts.Joining,
        "contribute": collection_acts.Contribution,
        "withdraw": collection_acts.Withdrawal,
        "sighting": collection_acts.Sighting,
        "feedback": collection_acts.Feedback,
        "close": collection_acts.Closing,
    },
    collection_fold.title,
    {
        "open": {
            "title": "Ransomware against banks",
            "purpose": "To find the rest of the infrastructure.",
            "wanted": ["Domains", "Hashes of loaders"],
            "ceiling": "AMBER",
        },
        "join": {},
        "contribute": {
            "title": "Loaders of November",
            "text": "Two of them.",
            "objects": [{"type": "file", "count": 2}],
        },
        "withdraw": {"contribution": MISSING, "reason": "A false positive."},
        "sighting": {"contribution": MISSING, "count": 3, "day": "2026-11-20"},
        # What an author can say of its own too.
        "feedback": {"contribution": MISSING, "verdict": "false-positive", "text": "A resolver of ours."},
        "close": {},
    },
    dict.fromkeys(("withdraw", "sighting", "feedback"), ("contribution", ("contribute",))),
    after_close=("withdraw", "feedback"),
    drawn=_collection,
)
INTERESTS = Case(
    "interests",
    "position",
    {
        "position": interests_acts.Position,
        "revise": interests_acts.Revision,
        "red-line": interests_acts.RedLine,
        "withdraw-line": interests_acts.LineWithdrawal,
        "close": interests_acts.Closing,
    },
    interests_fold.title,
    {
        "position": {"topic": "Attribution", "text": "Each state attributes for itself.", "concerns": ["A/76/135"]},
        "revise": {"text": "Attribution is a national decision."},
        "red-line": {"text": "No body that attributes.", "words": ["attribution mechanism"], "unless": ["no"]},
        "withdraw-line": {"line": MISSING},
        "close": {},
    },
    {"withdraw-line": ("line", ("red-line",))},
    alone=True,
    drawn=_interests,
)
CASES = (NORM, PLAN, CAPACITY, COLLECTION, INTERESTS)
