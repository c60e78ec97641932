"""Who did it: competing hypotheses, evidence, and what the one says of the other. Pure, and exact where it can be.

docs/attribution.md has the method with its formulas and sources. It advises; people conclude.
"""

from verbale.knowledge.attribution.asking import Expectation, Question, expectation, ranked
from verbale.knowledge.attribution.confidence import Confidence, Ground, Standing, confidence
from verbale.knowledge.attribution.heuer import Inconsistency, grade, inconsistency, least_inconsistent
from verbale.knowledge.attribution.model import Case, CaseError, Hypothesis, Item
from verbale.knowledge.attribution.pooling import (
    LevelPool,
    Pool,
    joint,
    linear_pool,
    logarithmic_pool,
    pool,
    pool_of_bands,
)
from verbale.knowledge.attribution.posterior import Group, Posterior, groups_of, posterior, reported, strength
from verbale.knowledge.attribution.scales import (
    BANDS,
    CONFIDENCE,
    CONSISTENCY,
    CREDIBILITY,
    RELIABILITY,
    Band,
    band_of,
    band_with,
    trust,
)
from verbale.knowledge.attribution.sensitivity import Change, Overturning, changes, margin, overturning

__all__ = [
    "BANDS",
    "CONFIDENCE",
    "CONSISTENCY",
    "CREDIBILITY",
    "RELIABILITY",
    "Band",
    "Case",
    "CaseError",
    "Change",
    "Confidence",
    "Expectation",
    "Ground",
    "Group",
    "Hypothesis",
    "Inconsistency",
    "Item",
    "LevelPool",
    "Overturning",
    "Pool",
    "Posterior",
    "Question",
    "Standing",
    "band_of",
    "band_with",
    "changes",
    "confidence",
    "expectation",
    "grade",
    "groups_of",
    "inconsistency",
    "joint",
    "least_inconsistent",
    "linear_pool",
    "logarithmic_pool",
    "margin",
    "overturning",
    "pool",
    "pool_of_bands",
    "posterior",
    "ranked",
    "reported",
    "strength",
    "trust",
]
