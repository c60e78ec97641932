"""What pages, API and command line read of directories: contacts, what is to be published, pings and their answers."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.matters.directory.acts import Contact
from verbale.matters.directory.figures import answers_of
from verbale.matters.directory.hours import Reach, reach
from verbale.matters.directory.sheets import contact_of, to_csv, to_vcards
from verbale.node.access import readable_matters
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import Matter, StateEntry, User
from verbale.node.partners import name_of
from verbale.protocol import Marking, parse_time

__all__ = [
    "STALE",
    "Entry",
    "Pending",
    "contacts",
    "csv_of",
    "directory_of",
    "entry_json",
    "is_stale",
    "pending",
    "pings",
    "readable",
    "vcards_of",
]

STALE = timedelta(days=180)
"""An entry that was confirmed longer ago is shown in red."""
_STAYS = (Marking.RED.value, Marking.AMBER_STRICT.value)
"""A contact so marked is for the keeper's eyes: it is not published."""


def readable(user: User) -> "QuerySet[Matter]":
    """The directories that a person may open, by title."""
    return readable_matters(user).filter(kind="directory").order_by("title", "id")


def directory_of(matter: Matter) -> dict[str, Any]:
    """Its title, keeper and members. Raises UserError when its opening has not arrived."""
    found = StateEntry.objects.filter(matter=matter, key="directory").values_list("value", flat=True).first()
    if found is None:
        raise UserError(_("The act that opens this directory has not arrived."))
    return dict(found)


@dataclass(frozen=True)
class Entry:
    """A contact as a person reads it."""

    matter_id: str
    directory: str
    keeper: str
    state: str
    key: str
    contact: Contact
    raw: dict[str, Any]
    """The contact as its state sent it."""
    nomination: str
    confirmed: str
    stale: bool
    reach: Reach
    later: bool
    """Valid only from a day that is still to come."""
    ours: bool
    foreign: bool
    """Published as ours, though no nomination of ours is here."""
    told: bool
    """Whether the members know of it, as far as we know."""
    stays: bool
    """Marked so that it is not published."""


def is_stale(confirmed: str, moment: datetime) -> bool:
    """Whether an entry was confirmed too long ago."""
    return moment - parse_time(confirmed, "confirmed") > STALE


def contacts(
    user: User,
    *,
    matter: Matter | None = None,
    state: str = "",
    role: str = "",
    language: str = "",
    moment: datetime | None = None,
) -> list[Entry]:
    """The contacts that stand, by state and key; those that fit."""
    moment = moment or timezone.now()
    rows = readable(user)
    if matter is not None:
        rows = rows.filter(pk=matter.pk)
    heads = dict(StateEntry.objects.filter(matter__in=rows, key="directory").values_list("matter_id", "value"))
    prefix = f"contact:{state}:" if state else "contact:"
    found = []
    entries = StateEntry.objects.filter(matter_id__in=heads, key__startswith=prefix)
    for matter_id, name, value in entries.values_list("matter_id", "key", "value"):
        _word, node, key = name.split(":", 2)
        head = heads[matter_id]
        if value["contact"] is None or node not in (head["keeper"], *head["members"]):
            continue
        entry = _entry(matter_id, head, node, key, value, moment)
        if entry is not None and _fits(entry, role, language):
            found.append(entry)
    return sorted(found, key=lambda item: (name_of(item.state).casefold(), item.state, item.key, item.directory))


def _fits(entry: Entry, role: str, language: str) -> bool:
    spoken = {tongue.partition("-")[0] for tongue in entry.contact.languages} | set(entry.contact.languages)
    return (not role or entry.contact.role == role) and (not language or language in spoken)


def _entry(
    matter_id: str, head: dict[str, Any], node: str, key: str, value: dict[str, Any], moment: datetime
) -> Entry | None:
    try:
        contact = contact_of(value["contact"])
    except msgspec.ValidationError:  # pragma: no cover - the fold takes in none that is unlawful
        return None
    hours = msgspec.to_builtins(contact.hours)
    here = reach(hours, moment)
    today = (here.local or moment).date().isoformat()
    return Entry(
        matter_id=matter_id,
        directory=head["title"],
        keeper=head["keeper"],
        state=node,
        key=key,
        contact=contact,
        raw=value["contact"],
        nomination=value["nomination"],
        confirmed=value["confirmed"],
        stale=is_stale(value["confirmed"], moment),
        reach=here,
        later=contact.valid_from > today,
        ours=node == node_name(),
        foreign=node == node_name() and not value["held"],
        told=bool(set(head["members"]) & set(value["told"])),
        stays=value["marking"] in _STAYS,
    )


def entry_json(entry: Entry) -> dict[str, Any]:
    """A contact as the API and the command line tell it."""
    here = entry.reach
    return {
        "directory": entry.matter_id,
        "state": entry.state,
        "key": entry.key,
        **msgspec.to_builtins(entry.contact),
        "nomination": entry.nomination,
        "confirmed": entry.confirmed,
        "stale": entry.stale,
        "local_time": here.local.isoformat(timespec="minutes") if here.local else None,
        "reached_now": here.now,
    }


def csv_of(entries: list[Entry]) -> bytes:
    """Those contacts as CSV."""
    return to_csv((entry.state, entry.key, entry.confirmed, entry.raw) for entry in entries)


def vcards_of(entries: list[Entry]) -> bytes:
    """Those contacts as vCards."""
    return to_vcards((entry.state, name_of(entry.state), entry.key, entry.confirmed, entry.raw) for entry in entries)


@dataclass(frozen=True)
class Pending:
    """A contact that the keeper has not told to everybody as it stands."""

    state: str
    key: str
    value: dict[str, Any]
    to: tuple[str, ...]
    stays: bool


def pending(matter: Matter, head: dict[str, Any]) -> list[Pending]:
    """What the keeper has still to tell, and whom: a withdrawal goes to those who knew of the contact."""
    found = []
    rows = StateEntry.objects.filter(matter=matter, key__startswith="contact:").order_by("key")
    for name, value in rows.values_list("key", "value"):
        _word, node, key = name.split(":", 2)
        concerned = set(head["members"])
        if value["contact"] is None:
            concerned &= set(value["reached"])
        to = sorted(concerned - set(value["told"]))
        if to and node in (head["keeper"], *head["members"]):
            found.append(Pending(node, key, value, tuple(to), value["marking"] in _STAYS))
    return found


def pings(matter: Matter, state: dict[str, Any], moment: datetime) -> Iterator[dict[str, Any]]:
    """The pings of a directory, newest first, with what became of each."""
    named = [(value["issued"], key.partition(":")[2]) for key, value in state.items() if key.startswith("ping:")]
    for _issued, identifier in sorted(named, reverse=True):
        answers = answers_of(state, identifier, moment)
        count = {word: sum(answer["word"] == word for answer in answers) for word in _WORDS}
        yield {"act": identifier, **state[f"ping:{identifier}"], "answers": answers, "count": count}


_WORDS = ("answered", "late", "missed", "waiting")


def figure_json(figure: Any) -> dict[str, Any]:
    """A row of the statistics as plain values."""
    return asdict(figure)
