"""The words around the formulas, by language: labels, months, numbers."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Words:
    """One language's labels; those with braces are filled in with `str.format`."""

    region: str
    """ISO 3166-1, for the spelling that the formulas use."""
    form: str
    number: str
    of_continuation: str
    references: dict[str, str]
    """By form: how the note that is referred to is introduced."""
    initials: str
    seal: str
    signed: str
    """What stands over a name in the place of a signature that was given."""
    name_office: str
    """What stands under the line on which one signs."""
    enclosure: str
    enclosures: str
    page: str
    """With `{page}` and `{pages}`, which the two formats fill in themselves."""
    draft: str
    watermark: str
    verify: str
    title: str
    months: tuple[str, ...]
    date: str


EXERCISE: Final = "EXERCISE EXERCISE EXERCISE"
"""Not translated: the word is said thrice, and the same, in every language."""

WORDS: Final = {
    "en": Words(
        region="GB",
        form="Note verbale",
        number="No. {number}",
        of_continuation="{state}, Note verbale No. {number}",
        references={
            "note-verbale": "Reference: {reference}",
            "acknowledgement": "In acknowledgement of: {reference}",
            "answer": "In reply to: {reference}",
        },
        initials="Initials",
        seal="Seal",
        signed="(Signed)",
        name_office="Name and office",
        enclosure="Enclosure:",
        enclosures="Enclosures:",
        page="Page {page} of {pages}",
        draft="DRAFT - not cleared",
        watermark="DRAFT",
        verify="Verbale act {act} - verify with: verbale verify",
        title="{marking} Note verbale No. {number} of {sender} to {addressee}",
        months=(
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ),
        date="{place}, {day} {month} {year}",
    ),
    "fr": Words(
        region="FR",
        form="Note verbale",
        number="N° {number}",
        of_continuation="{state}, Note verbale n° {number}",
        references={
            "note-verbale": "Référence\xa0: {reference}",
            "acknowledgement": "Accusé de réception\xa0: {reference}",
            "answer": "En réponse à\xa0: {reference}",
        },
        initials="Paraphe",
        seal="Sceau",
        signed="(Signé)",
        name_office="Nom et qualité",
        enclosure="Pièce jointe\xa0:",
        enclosures="Pièces jointes\xa0:",
        page="Page {page} sur {pages}",
        draft="PROJET - non approuvé",
        watermark="PROJET",
        verify="Acte Verbale {act} - à vérifier par\xa0: verbale verify",
        title="{marking} Note verbale n° {number}, {sender}, destinataire\xa0: {addressee}",
        months=(
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ),
        date="{place}, le {day} {month} {year}",
    ),
}


def dateline(language: str, place: str, date: datetime.date) -> str:
    """`Port Crimson, 12 March 2026`; in French the first of a month is `1er`."""
    words = WORDS[language]
    day = "1er" if language == "fr" and date.day == 1 else str(date.day)
    text = words.date.format(place=place, day=day, month=words.months[date.month - 1], year=date.year)
    return text.removeprefix(", ")
