"""Norms, rules of law and lawful responses: what the facts of a case engage, with reasons, and what is still open.

    law = the_law()                                    # all packs of kinds `facts` and `law`, checked together
    case = read_case(path.read_text(), law)            # or Case(facts={"organ": True}, positions={})
    found = assess(case, law)
    found["sovereignty"].status                        # ENGAGED, DEPENDS or NOT_ENGAGED
    found["sovereignty"].derivation                    # the reasons as a tree of sentences with sources
    found["sovereignty"].settles                       # with DEPENDS: the smallest sets of facts that settle it

Facts are true, false or unknown. Rules are Answer Set Programming, one labelled rule for each sentence that a source
supports; unknown facts and positions not taken are choices. It advises; a lawyer decides.
"""

from verbale.knowledge.law.assess import Assessment, Finding, as_json, assess
from verbale.knowledge.law.book import Conclusion, Fact, FactPack, Law, LawPack, Position, Rule, law_of, the_law
from verbale.knowledge.law.case import Case, CaseError, clash, read_case
from verbale.knowledge.law.derive import Reason, Step
from verbale.knowledge.law.guide import guide
from verbale.knowledge.law.solve import DEPENDS, ENGAGED, NOT_ENGAGED, Settling, program

__all__ = [
    "DEPENDS",
    "ENGAGED",
    "NOT_ENGAGED",
    "Assessment",
    "Case",
    "CaseError",
    "Conclusion",
    "Fact",
    "FactPack",
    "Finding",
    "Law",
    "LawPack",
    "Position",
    "Reason",
    "Rule",
    "Settling",
    "Step",
    "as_json",
    "assess",
    "clash",
    "guide",
    "law_of",
    "program",
    "read_case",
    "the_law",
]
