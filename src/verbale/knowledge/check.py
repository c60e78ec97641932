"""All packs at once: what `verbale packs` shows and checks."""

from verbale.knowledge.events import Coding, EventScale
from verbale.knowledge.forms import Form
from verbale.knowledge.measures import MeasurePack
from verbale.knowledge.packs import PackHead, load_kind
from verbale.knowledge.precedents.vocabulary import Vocabulary
from verbale.knowledge.scales import Scale
from verbale.knowledge.scenarios import Scenario
from verbale.knowledge.sectors import SectorPack

__all__ = ["check_packs"]

_KINDS: dict[str, type[PackHead]] = {
    "event-codings": Coding,
    "event-scales": EventScale,
    "forms": Form,
    "measures": MeasurePack,
    "precedents": Vocabulary,
    "scales": Scale,
    "scenarios": Scenario,
    "sectors": SectorPack,
}


def check_packs() -> dict[str, list[PackHead]]:
    """Load every pack anew; kind to its packs, by id. Raises PackError at the first that is wrong."""
    return {kind: [pack for _id, pack in sorted(load_kind(kind, shape).items())] for kind, shape in _KINDS.items()}
