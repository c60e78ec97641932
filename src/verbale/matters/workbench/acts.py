"""Bodies of the acts of an attribution workbench. They are addressed to nobody and never leave the node.

workbench.open        opens the matter: the question, and the weight of “somebody else, or unknown” before the evidence
workbench.hypothesis  one more answer to the question, and its weight before the evidence
workbench.prior       other weights, and why
workbench.evidence    an item of evidence: what it says, how good its source is, where it comes from, who held it
workbench.gap         something that is not known and could be looked for
workbench.rate        another rating of an item of evidence or of a gap, and why
workbench.judge       how probable one analyst finds an item, or the answer to a gap, under each hypothesis
workbench.withdraw    a hypothesis, an item of evidence or a gap is taken back
workbench.conclude    what the house concludes, in words: likelihood and confidence, each by itself
workbench.close       the work is at its end

Each body may name in `about` the dossier of the incident, so that the act stands in its timeline too.
"""

from typing import Annotated, Literal

import msgspec

from verbale.matters.bodies import Attachment, Date, Hex32, Hex64, Line, ShortLine, check_days

__all__ = [
    "MAX_FILES",
    "MAX_HYPOTHESES",
    "OTHER",
    "BandCode",
    "Closing",
    "Conclusion",
    "ConfidenceCode",
    "Custody",
    "Evidence",
    "Gap",
    "Hypothesis",
    "Judgement",
    "Likelihood",
    "Opening",
    "Part",
    "Priors",
    "Rating",
    "Share",
    "Withdrawal",
]

MAX_HYPOTHESES = 20
MAX_FILES = 50
OTHER = "other"
"""The key of the hypothesis that every workbench has from its beginning: somebody else, or unknown."""

BandCode = Literal[
    "almost-no-chance", "very-unlikely", "unlikely", "roughly-even", "likely", "very-likely", "almost-certain"
]
"""Steps of the verbal scale of ICD 203; `knowledge.attribution.BANDS`."""
ConfidenceCode = Literal["low", "moderate", "high"]
Reliability = Literal["A", "B", "C", "D", "E", "F"]
Credibility = Literal["1", "2", "3", "4", "5", "6"]

_Said = Annotated[str, msgspec.Meta(min_length=1, max_length=5_000, pattern=r"\S")]
_Remark = Annotated[str, msgspec.Meta(max_length=5_000)]
_Key = Annotated[str, msgspec.Meta(pattern=r"^(other|[0-9a-f]{64})\Z")]
"""Of a hypothesis: the act that put it forward, or OTHER."""
_Parts = Annotated[int, msgspec.Meta(ge=1, le=1_000)]
_Group = Annotated[str, msgspec.Meta(max_length=100)]
_Label = Annotated[str, msgspec.Meta(max_length=10)]
"""`H1`: as its author saw it; the rules go by the key."""
_Percent = Annotated[int, msgspec.Meta(ge=1, le=99)]


class Opening(msgspec.Struct, frozen=True):
    title: Line
    question: Annotated[str, msgspec.Meta(max_length=5_000)] = ""
    other: _Parts = 1
    """The weight of OTHER before the evidence, against those of the other hypotheses."""
    about: Hex32 | None = None


class Hypothesis(msgspec.Struct, frozen=True):
    text: Line
    parts: _Parts = 1
    reason: _Remark = ""
    """Why it is one, and why of this weight."""
    about: Hex32 | None = None


class Part(msgspec.Struct, frozen=True):
    hypothesis: _Key
    parts: _Parts
    label: _Label = ""


class Priors(msgspec.Struct, frozen=True):
    priors: Annotated[list[Part], msgspec.Meta(min_length=1, max_length=MAX_HYPOTHESES + 1)]
    text: _Said
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        _once("priors", [part.hypothesis for part in self.priors])


class Custody(msgspec.Struct, frozen=True):
    """One link of the chain of custody."""

    day: Date
    who: Line
    what: Line

    def __post_init__(self) -> None:
        check_days(day=self.day)


class Evidence(msgspec.Struct, frozen=True):
    text: _Said
    reliability: Reliability
    credibility: Credibility
    group: _Group = ""
    """Items of one group come from one origin, and count once."""
    source: Annotated[str, msgspec.Meta(max_length=300)] = ""
    attachments: Annotated[list[Attachment], msgspec.Meta(max_length=MAX_FILES)] = []
    elsewhere: Annotated[list[Hex64], msgspec.Meta(max_length=MAX_FILES)] = []
    """SHA-256 of files that are kept elsewhere."""
    custody: Annotated[list[Custody], msgspec.Meta(max_length=100)] = []
    answers: Hex64 | None = None
    """The gap that it fills."""
    about: Hex32 | None = None


class Gap(msgspec.Struct, frozen=True):
    text: _Said
    """What would be seen: `The loader was signed with a stolen certificate`."""
    reliability: Reliability = "F"
    credibility: Credibility = "6"
    """Of the source that could tell."""
    about: Hex32 | None = None


class Rating(msgspec.Struct, frozen=True):
    item: Hex64
    reliability: Reliability
    credibility: Credibility
    text: _Said
    group: _Group = ""
    about: Hex32 | None = None


class Likelihood(msgspec.Struct, frozen=True):
    hypothesis: _Key
    percent: _Percent
    """How probable the item is if the hypothesis is so. Consistent is 80, neither 50, inconsistent 20."""
    label: _Label = ""


class Judgement(msgspec.Struct, frozen=True):
    item: Hex64
    analyst: ShortLine
    """The name under which the analyst is known to the node."""
    name: ShortLine
    """The name as people read it."""
    values: Annotated[list[Likelihood], msgspec.Meta(min_length=2, max_length=MAX_HYPOTHESES + 1)]
    text: _Remark = ""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        _once("values", [value.hypothesis for value in self.values])


class Withdrawal(msgspec.Struct, frozen=True):
    item: Hex64
    text: _Said
    about: Hex32 | None = None


class Share(msgspec.Struct, frozen=True):
    hypothesis: _Key
    permille: Annotated[int, msgspec.Meta(ge=0, le=1_000)]
    label: _Label = ""


class Conclusion(msgspec.Struct, frozen=True):
    hypothesis: _Key
    likelihood: BandCode
    confidence: ConfidenceCode
    text: _Said
    label: _Label = ""
    computed: Annotated[list[Share], msgspec.Meta(max_length=MAX_HYPOTHESES + 1)] = []
    """What the arithmetic gave at the time; people may conclude otherwise, and say why in `text`."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        _once("computed", [share.hypothesis for share in self.computed])


class Closing(msgspec.Struct, frozen=True):
    text: _Remark = ""
    about: Hex32 | None = None


def _once(field: str, keys: list[str]) -> None:
    if len(set(keys)) != len(keys):
        raise ValueError(f"{field}: a hypothesis stands twice")
