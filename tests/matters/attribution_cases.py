"""The kinds workbench and attribution, as `small` knows kinds; and random bodies of their acts."""

from typing import Any

from hypothesis import strategies as st

from tests.matters.small import MISSING, Case
from verbale.matters.attribution import acts as statement_acts
from verbale.matters.attribution import fold as statement_fold
from verbale.matters.workbench import acts as workbench_acts
from verbale.matters.workbench import fold as workbench_fold
from verbale.protocol import Act

__all__ = ["ATTRIBUTION", "FINDING", "OTHER_TEXT", "TEXT", "WORKBENCH"]

FINDING = "The attack on the banks was carried out by unit 7 of the armed forces of Lazuria."
TEXT = ["We have looked into the attack.", "We hold unit 7 responsible for it."]
OTHER_TEXT = ["We have looked into the attack of 24 November.", "We hold unit 7 responsible for it."]


def _workbench(draw: st.DrawFn, word: str, body: dict[str, Any], found: list[Act]) -> dict[str, Any]:
    known = [act.id for act in found if act.type == "workbench.hypothesis"]
    key = draw(st.sampled_from(["other", *known * 4, MISSING]))
    if word == "prior":
        body["priors"] = [{"hypothesis": key, "parts": draw(st.integers(1, 3))}]
    elif word == "judge":
        other = draw(st.sampled_from(["other", *known]))
        keys = sorted({key, other, "other"} | set(known[:1]))
        body["values"] = [{"hypothesis": one, "percent": draw(st.sampled_from([20, 50, 80]))} for one in keys][:3]
        body["analyst"] = draw(st.sampled_from(["ada", "bo"]))
        if len(body["values"]) < 2:
            body["values"] = [{"hypothesis": "other", "percent": 20}, {"hypothesis": MISSING, "percent": 80}]
    elif word == "conclude":
        body["hypothesis"] = key
    elif word == "rate":
        body |= {"reliability": draw(st.sampled_from("AB")), "group": draw(st.sampled_from(["", "vendor"]))}
    elif word == "evidence":
        gaps = [act.id for act in found if act.type == "workbench.gap"]
        body["answers"] = draw(st.sampled_from([None, *gaps * 2]))
        if body["answers"] is None:
            del body["answers"]
    return body


def _attribution(draw: st.DrawFn, word: str, body: dict[str, Any], found: list[Act]) -> dict[str, Any]:
    if word in ("propose", "revise"):
        body["paragraphs"] = draw(st.sampled_from([TEXT, OTHER_TEXT]))
    if word in ("propose", "join"):
        body["release"] = draw(st.sampled_from(["CLEAR", "CLEAR", "GREEN", "RED"]))
        body["named"] = draw(st.booleans())
    if word in ("join", "publish"):
        right = [
            statement_acts.text_hash(act.body["finding"], act.body["paragraphs"])
            for act in found
            if act.id == body["version"] and "paragraphs" in act.body
        ]
        body["sha256"] = draw(st.sampled_from([*right * 5, MISSING]))
    if word in ("join", "revise", "dissent"):
        body["likelihood"] = draw(st.sampled_from(["likely", "unlikely"]))
    if word == "publish":
        body["release"] = draw(st.sampled_from(["CLEAR", "GREEN", "RED"]))
    return body


WORKBENCH = Case(
    "workbench",
    "open",
    {
        "open": workbench_acts.Opening,
        "hypothesis": workbench_acts.Hypothesis,
        "prior": workbench_acts.Priors,
        "evidence": workbench_acts.Evidence,
        "gap": workbench_acts.Gap,
        "rate": workbench_acts.Rating,
        "judge": workbench_acts.Judgement,
        "withdraw": workbench_acts.Withdrawal,
        "conclude": workbench_acts.Conclusion,
        "close": workbench_acts.Closing,
    },
    workbench_fold.title,
    {
        "open": {"title": "Who attacked the banks", "question": "Who ran the operation?", "other": 2},
        "hypothesis": {"text": "Unit 7 of the armed forces of Lazuria", "parts": 2},
        "prior": {"priors": [{"hypothesis": "other", "parts": 3}], "text": "Many others could."},
        "evidence": {
            "text": "The loader was signed with a certificate of the unit.",
            "reliability": "B",
            "credibility": "2",
            "group": "vendor",
            "source": "Report of a vendor",
            "elsewhere": [MISSING],
            "custody": [{"day": "2026-11-20", "who": "CERT Crimson", "what": "imaged the mail server"}],
        },
        "gap": {"text": "The payments went to an account of the unit.", "reliability": "C", "credibility": "3"},
        "rate": {"item": MISSING, "reliability": "A", "credibility": "1", "text": "Confirmed by others."},
        "judge": {
            "item": MISSING,
            "analyst": "ada",
            "name": "Ada Byron",
            "values": [{"hypothesis": "other", "percent": 20}, {"hypothesis": MISSING, "percent": 80}],
        },
        "withdraw": {"item": MISSING, "text": "A forgery."},
        "conclude": {
            "hypothesis": "other",
            "likelihood": "likely",
            "confidence": "low",
            "text": "The evidence is thin.",
            "computed": [{"hypothesis": "other", "permille": 700}],
        },
        "close": {},
    },
    {
        "rate": ("item", ("evidence", "gap")),
        "judge": ("item", ("evidence", "gap")),
        "withdraw": ("item", ("hypothesis", "evidence", "gap")),
    },
    alone=True,
    often=("hypothesis", "evidence", "gap", "judge"),
    drawn=_workbench,
)

ATTRIBUTION = Case(
    "attribution",
    "propose",
    {
        "propose": statement_acts.Proposal,
        "join": statement_acts.Joining,
        "dissent": statement_acts.Dissent,
        "revise": statement_acts.Revision,
        "publish": statement_acts.Publication,
        "withdraw": statement_acts.Withdrawal,
    },
    statement_fold.title,
    {
        "propose": {
            "title": "On the attack on the banks",
            "finding": FINDING,
            "paragraphs": TEXT,
            "likelihood": "very-likely",
            "confidence": "moderate",
            "hypotheses": ["A criminal group"],
            "basis": ["The certificate of the loader."],
            "withheld": 3,
            "sealed": [MISSING],
            "release": "CLEAR",
        },
        "join": {
            "version": MISSING,
            "sha256": statement_acts.text_hash(FINDING, TEXT),
            "likelihood": "likely",
            "confidence": "low",
            "withheld": 1,
            "release": "CLEAR",
        },
        "dissent": {"version": MISSING, "text": "The certificate had been stolen."},
        "revise": {
            "version": MISSING,
            "finding": FINDING,
            "paragraphs": OTHER_TEXT,
            "likelihood": "very-likely",
            "confidence": "moderate",
            "text": "The day was missing.",
        },
        "publish": {"version": MISSING, "sha256": statement_acts.text_hash(FINDING, TEXT), "release": "CLEAR"},
        "withdraw": {"text": "We know better now."},
    },
    dict.fromkeys(("join", "dissent", "revise", "publish"), ("version", ("propose", "revise"))),
    often=("join",) * 3,
    drawn=lambda draw, word, body, found: _without_half(_attribution(draw, word, body, found), word),
)


def _without_half(body: dict[str, Any], word: str) -> dict[str, Any]:
    """A dissent gives likelihood and confidence, or neither."""
    return {**body, "confidence": "low"} if word == "dissent" else body
