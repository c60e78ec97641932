"""Step 1, in the house: what Crimson makes of the case before anything is said to another state.

Facts of the shipped case are stated as far as its account and report tell them; of another report nobody here knows
more than that it is one. What is not stated stays unknown, and the page asks for it.
"""

from datetime import date
from typing import Any

from verbale.demo.nodes import NodeProcess
from verbale.demo.stage import Stage

__all__ = ["judge"]

_ACCOUNT = "Account of the national CSIRT"
_FACTS: tuple[tuple[str, bool, str, str], ...] = (
    ("ict-act", True, "Systems were entered and files encrypted over the network.", _ACCOUNT),
    (
        "cross-border",
        True,
        "Traffic to the command servers was relayed through a hosting provider in Lazuria.",
        _ACCOUNT,
    ),
    (
        "intrusion",
        True,
        "The methods of the Conti campaign: stolen access, lateral movement, then encryption.",
        _ACCOUNT,
    ),
    ("intentional", True, "A ransom was asked for.", _ACCOUNT),
    ("crime-terrorism", True, "Extortion.", _ACCOUNT),
    ("service-disrupted", True, "Core systems could not be reached for nineteen hours.", _ACCOUNT),
    ("data-altered", True, "Files of three banks and a clearing house were encrypted.", _ACCOUNT),
    (
        "critical-infrastructure",
        True,
        "Banking and clearing are designated as critical.",
        "Crimson, list of critical infrastructure",
    ),
    ("physical-damage", False, "No equipment was damaged; systems were restored from copies.", _ACCOUNT),
    ("injury", False, "Nobody was hurt.", _ACCOUNT),
    (
        "non-state-actor",
        True,
        "The tools are rented out by a criminal group to its affiliates.",
        "Report imported into the dossier",
    ),
    ("from-territory", True, "The relay stands at a hosting provider in Lazuria.", _ACCOUNT),
    ("injured", True, "The banks are Crimson's.", _ACCOUNT),
    ("armed-conflict", False, "There is none.", "Ministry of Foreign Affairs, legal adviser"),
    ("consent", False, "Crimson consented to nothing of the kind.", "Ministry of Foreign Affairs, legal adviser"),
)
_NCISS = {
    "functional-impact": "denial-critical",
    "observed-activity": "effect",
    "location": "level-6",
    "actor": "criminal",
    "information-impact": "critical-data",
    "recoverability": "supplemented",
    "cross-sector": "finance",
    "potential-impact": "moderate",
}
_CRIMINALS = "A criminal group whose affiliates rent servers in Lazuria"
_STATE = "A group that acts on the instructions of a State"
_EVIDENCE: tuple[dict[str, Any], ...] = (
    {
        "text": "A ransom note with an address for payment, and talks about the sum, as in other cases of it.",
        "reliability": "B",
        "credibility": "1",
        "group": "extortion",
        "source": "National CSIRT, copies from two of the banks",
        "judged": (90, 25, 50),
    },
    {
        "text": "Loader and sequence of commands match those that the imported report describes.",
        "reliability": "B",
        "credibility": "2",
        "group": "tools",
        "source": "Report imported into the dossier",
        "judged": (85, 35, 40),
    },
    {
        "text": "The relay was paid for with a stolen card, through a reseller known for such customers.",
        "reliability": "C",
        "credibility": "3",
        "group": "infrastructure",
        "source": "Hosting provider, informal answer to the CSIRT",
        "judged": (75, 45, 60),
    },
)
_GAP = "The accounts that received the ransom lead to persons known to the police of Lazuria."


def judge(stage: Stage, a: NodeProcess, case: str, fields: dict[str, Any], default: bool) -> dict[str, str]:
    """Severity on two scales, norms and law, and who did it. Returns the matters, by kind."""
    stage.say(f"{a.side.name}: severity, norms and law, and attribution are assessed in the house.")
    if default:
        stage.do(
            a,
            f"/incident/{case}/assess",
            who="analyst",
            scale="nciss",
            answers=_NCISS,
            reasons="Clearing stood still for nineteen hours; copies were at hand.",
        )
    return {"assessment": _law(stage, a, case, fields, default), "workbench": _attribution(stage, a, case, default)}


def _law(stage: Stage, a: NodeProcess, case: str, fields: dict[str, Any], default: bool) -> str:
    opened = stage.do(a, "/assessment/open", title=f"Norms and law: {fields['title']}", about=case)
    matter = str(opened["matter"])
    for fact, value, evidence, source in _FACTS if default else _FACTS[:1]:
        told = {"fact": fact, "value": "true" if value else "false"}
        if default:
            told |= {"evidence": evidence, "source": source}
        stage.do(a, f"/assessment/{matter}/state", **told)
    stage.do(
        a,
        f"/assessment/{matter}/position",
        position="sovereignty-rule",
        view="first",
        text="Crimson holds that sovereignty can be broken by itself.",
    )
    return matter


def _attribution(stage: Stage, a: NodeProcess, case: str, default: bool) -> str:
    opened = stage.do(
        a,
        "/workbench/open",
        who="analyst",
        title="Who ran the operation?",
        question="Who ran the operation?",
        other=1,
        about=case,
    )
    matter = str(opened["matter"])
    criminals, state = (
        stage.do(a, f"/workbench/{matter}/hypothesis", who="analyst", text=text, parts=parts)["id"]
        for text, parts in ((_CRIMINALS, 2), (_STATE, 1))
    )
    keys = (criminals, state, "other")
    gap = stage.do(a, f"/workbench/{matter}/gap", who="analyst", text=_GAP, reliability="B", credibility="2")["id"]
    _judged(stage, a, matter, gap, keys, (70, 15, 20))
    for item in _EVIDENCE if default else ():
        told = {key: value for key, value in item.items() if key != "judged"}
        custody = [
            {"day": date.today().isoformat(), "who": "National CSIRT", "what": "took it in, and keeps the original"}
        ]
        evidence = stage.do(a, f"/workbench/{matter}/evidence", who="analyst", custody=custody, **told)["id"]
        _judged(stage, a, matter, evidence, keys, item["judged"])
    if default:
        stage.do(
            a,
            f"/workbench/{matter}/conclude",
            who="analyst",
            hypothesis=criminals,
            likelihood="likely",
            confidence="moderate",
            text="Motive and tools agree; nothing that was seen needs a State. No attribution to a State is made.",
        )
    return matter


def _judged(
    stage: Stage, a: NodeProcess, matter: str, item: str, keys: tuple[str, str, str], percents: tuple[int, int, int]
) -> None:
    values = [{"hypothesis": key, "value": str(percent)} for key, percent in zip(keys, percents, strict=True)]
    stage.do(a, f"/workbench/{matter}/judge", who="analyst", item=item, values=values)
