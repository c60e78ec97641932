"""Who names what, out of the reports that a person may read and of the shelves that they may open.

Three levels, never mixed: cases, partners, campaigns. What a partner reports on a case is in both by nature, so a pair
of the two would say nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse

from verbale.desk.intelligence.shelved import read_shelves
from verbale.desk.intelligence.sources import LEVELS, Read, Source
from verbale.intel.correlation import TECHNIQUE, Feature, Named, Used
from verbale.intel.digests import listed, values_of
from verbale.knowledge.attack import Known, known_techniques
from verbale.node.access import readable_acts, readable_matters
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, User
from verbale.node.partners import name_of

__all__ = ["LEVELS", "MOST_REPORTS", "Read", "Source", "features_of", "read", "reports_of"]

MOST_REPORTS = 2_000
"""The latest reports that are looked at for one page."""
_ACCOUNTS = ("incident.open", "incident.report")


def read(user: User, level: str) -> Read:
    """What the reports say that a person may read, and the shelves that they may open, by the sources of one level."""
    found = Read(level)
    titles = dict(readable_matters(user).filter(kind="incident").values_list("id", "title"))
    records, found.whole = reports_of(user)
    for record, report in records:
        sources = list(_sources(level, record.matter_id, record.author, titles, report))
        for source in sources:
            found.sources.setdefault(source.key, source)
        for feature in features_of(report):
            found.named += [Named(source.key, feature) for source in sources]
        for identifier, name, tactics in _techniques(report):
            found.used += [Used(source.key, identifier, name, tactics) for source in sources]
    read_shelves(found, user)
    return found


def reports_of(user: User) -> tuple[Iterator[tuple[ActRecord, dict[str, Any]]], bool]:
    """The latest reports that a person may read, with their acts, and whether these are all."""
    records = readable_acts(user).filter(type__in=_ACCOUNTS, reason=None).order_by("-issued", "-id")
    rows = list(records[: MOST_REPORTS + 1])
    pairs = ((record, record.act.body.get("report")) for record in rows[:MOST_REPORTS])
    return ((record, report) for record, report in pairs if isinstance(report, dict)), len(rows) <= MOST_REPORTS


def _sources(level: str, matter: str, author: str, titles: dict[str, str], report: dict[str, Any]) -> Iterator[Source]:
    if level == "cases":
        yield Source(matter, titles.get(matter) or matter[:12], reverse("dossier", args=[matter]))
    elif level == "partners":
        ours = author == node_name()
        yield Source(author, name_of(author), "" if ours else reverse("partner", args=[author]), ours)
    else:
        for actor in listed(report, "actors"):
            name = " ".join(str(actor.get("name", "")).split())
            if name:
                yield Source(name.casefold(), name)


def _techniques(report: dict[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Id, name and tactics: as the report says, or as ATT&CK has them where it does not."""
    for item in listed(report, "techniques"):
        identifier = str(item.get("id", ""))
        if identifier:
            known = known_techniques().get(identifier, Known("", ()))
            tactics = tuple(map(str, item.get("tactics") or ()))
            yield identifier, known.name or str(item.get("name", "")), tactics or known.tactics


def features_of(report: Mapping[str, Any]) -> Iterator[Feature]:
    """What a report names."""
    for value in values_of(report):
        yield Feature(value.kind, value.value)
    for item in listed(report, "techniques"):
        if item.get("id"):
            yield Feature(TECHNIQUE, str(item["id"]))
    for item in (*listed(report, "malware"), *listed(report, "tools")):
        name = " ".join(str(item.get("name", "")).split()).casefold()
        if name:
            yield Feature("software", name)
