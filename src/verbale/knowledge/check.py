"""All packs at once: what `verbale packs` lists, checks, shows and adds."""

import shutil
from pathlib import Path

from verbale.knowledge.countries import CountryPack
from verbale.knowledge.events import Coding, EventScale
from verbale.knowledge.forms import Form
from verbale.knowledge.instruments import Instrument, Library, PartyPack
from verbale.knowledge.law.book import FactPack, LawPack, law_of
from verbale.knowledge.measures import MeasurePack
from verbale.knowledge.norms import NormPack
from verbale.knowledge.packs import PackError, PackHead, load_kind, own_folder, read_pack, where
from verbale.knowledge.precedents.vocabulary import Vocabulary
from verbale.knowledge.scales import Scale
from verbale.knowledge.scenarios import Scenario
from verbale.knowledge.sectors import SectorPack
from verbale.knowledge.taxonomies import Taxonomy

__all__ = ["KINDS", "add_pack", "check_packs", "compare_files", "find_pack", "kind_of_file"]

KINDS: dict[str, type[PackHead]] = {
    "countries": CountryPack,
    "event-codings": Coding,
    "event-scales": EventScale,
    "facts": FactPack,
    "forms": Form,
    "instruments": Instrument,
    "law": LawPack,
    "measures": MeasurePack,
    "norms": NormPack,
    "parties": PartyPack,
    "precedents": Vocabulary,
    "scales": Scale,
    "scenarios": Scenario,
    "sectors": SectorPack,
    "taxonomies": Taxonomy,
}


def check_packs() -> dict[str, list[PackHead]]:
    """Load every pack anew; kind to its packs, by id. Raises PackError at the first that is wrong.

    What one pack says of another is checked as well: the parties of an instrument, the codes of states, norms that are
    named as kin.
    """
    found = {kind: [pack for _id, pack in sorted(load_kind(kind, shape).items())] for kind, shape in KINDS.items()}
    instruments = {pack.id: pack for pack in found["instruments"] if isinstance(pack, Instrument)}
    parties = {pack.id: pack for pack in found["parties"] if isinstance(pack, PartyPack)}
    # The rules of one pack name facts and conclusions of others: only together can they be checked.
    law_of(
        {pack.id: pack for pack in found["facts"] if isinstance(pack, FactPack)},
        {pack.id: pack for pack in found["law"] if isinstance(pack, LawPack)},
    )
    _check_norms([pack for pack in found["norms"] if isinstance(pack, NormPack)])
    _check_states(
        [pack for pack in found["countries"] if isinstance(pack, CountryPack)], Library.of(instruments, parties)
    )
    return found


def _check_norms(packs: list[NormPack]) -> None:
    names = {f"{pack.id}/{norm.id}" for pack in packs for norm in pack.norms}
    for pack in packs:
        for norm in pack.norms:
            for kin in norm.kin:
                if kin not in names:
                    at = where("norms", pack.id, f"norms.{norm.id}.kin")
                    raise PackError(f"{at}: norm {norm.id} names {kin} as kin, and there is no such norm")


def _check_states(packs: list[CountryPack], library: Library) -> None:
    codes = {country.code for pack in packs for country in pack.countries}
    for identifier, rows in library.rows.items():
        for state, row in rows.items():
            if state not in codes:
                kind, place = ("instruments", f"status.parties.{state}")
                if row.by != identifier:
                    kind, place = ("parties", f"parties.{state}")
                raise PackError(f"{where(kind, row.by, place)}: no pack of kind countries has the code {state}")


def kind_of_file(file: Path, kind: str = "") -> str:
    """The kind that was named, or that of the folder in which the file stands. Raises PackError."""
    found = kind or file.resolve().parent.name
    if found not in KINDS:
        said = f"there is no kind {kind}" if kind else "its folder names no kind of pack, so say which it is"
        raise PackError(f"{file.name}: {said}: {', '.join(KINDS)}")
    return found


def compare_files(old: Path, new: Path, kind: str = "") -> tuple[PackHead, PackHead]:
    """Two files of one kind, read. Raises PackError."""
    for file in (old, new):
        if not file.is_file():
            raise PackError(f"there is no file {file}")
    shape = KINDS[kind_of_file(old, kind)]
    return read_pack(old, shape), read_pack(new, shape)


def find_pack(name: str, *, own: bool = True) -> tuple[str, PackHead]:
    """The pack of `kind/id`, or of `id` where one kind alone has it. Raises PackError."""
    kind, _slash, identifier = name.rpartition("/")
    if kind and kind not in KINDS:
        raise PackError(f"there is no kind {kind}: {', '.join(KINDS)}")
    found = []
    for item in [kind] if kind else KINDS:
        packs = load_kind(item, KINDS[item], own=own)
        if identifier in packs:
            found.append((item, packs[identifier]))
    if not found:
        raise PackError(f"there is no pack {name}; see verbale packs list")
    if len(found) > 1:
        raise PackError(f"several kinds have it: {', '.join(f'{item}/{identifier}' for item, _pack in found)}")
    return found[0]


def add_pack(file: Path, kind: str = "") -> tuple[PackHead, Path]:
    """Check a file and put it among the state's own packs; nothing stays when anything is wrong. Raises PackError."""
    kind = kind_of_file(file, kind)
    pack = read_pack(file, KINDS[kind])
    folder = own_folder()
    if folder is None:
        raise PackError("there is no folder of own packs: name one in VERBALE_PACKS, for the node as well")
    known = load_kind(kind, KINDS[kind]).get(pack.id)
    if known is not None and known.version >= pack.version:
        raise PackError(
            f"{file.name}: version {known.version} of {kind}/{pack.id} is there already; a higher version replaces it"
        )
    target = folder / kind / f"{pack.id}-{pack.version}.yaml"
    if target.exists():
        raise PackError(f"{target} is there already")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    try:
        check_packs()
    except PackError:
        target.unlink()
        raise
    return pack, target
