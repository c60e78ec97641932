"""Who plays, and what they say."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from verbale.intel import Report

__all__ = [
    "CRIMSON",
    "FORUM",
    "LAZURIA",
    "PASSWORD",
    "Person",
    "Side",
    "answer_text",
    "contacts_of",
    "incident_fields",
    "note_text",
]

PASSWORD = "verbale-demo-2026"  # noqa: S105 - of a practice node that lives on this machine only


@dataclass(frozen=True)
class Person:
    username: str
    first_name: str
    last_name: str
    post: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """One state of the demonstration."""

    node: str
    name: str
    capital: str
    colour: str
    port: int
    """Wished for; another is taken when it is in use."""
    people: tuple[Person, ...]
    kind: str = "state"


def _people(*names: tuple[str, str]) -> tuple[Person, ...]:
    posts = (
        ("desk", "Desk officer, Cyber Affairs Division", ("desk",)),
        ("head", "Head of mission", ("head",)),
        ("analyst", "Analyst, national CSIRT", ("analyst",)),
        ("operator", "Operator of the node", ("operator", "auditor")),
    )
    return tuple(
        Person(username, first, last, post, roles)
        for (first, last), (username, post, roles) in zip(names, posts, strict=True)
    )


CRIMSON = Side(
    "CR",
    "Republic of Crimson",
    "Port Crimson",
    "#8a1c2b",
    8801,
    _people(("Ada", "Moreau"), ("Tomas", "Lindqvist"), ("Iva", "Petrova"), ("Noor", "Haddad")),
)
LAZURIA = Side(
    "LZ",
    "Republic of Lazuria",
    "Azurine",
    "#1d4f91",
    8802,
    _people(("Jun", "Okafor"), ("Marta", "Salas"), ("Petr", "Novak"), ("Lea", "Fontaine")),
)


FORUM = Side(
    "WF",
    "World Forum",
    "Geneva",
    "#2f6b4f",
    8803,
    (
        Person("desk", "Mira", "Anand", "Secretary of the First Committee", ("secretariat", "desk")),
        Person("head", "Olu", "Bankole", "Head of the Secretariat", ("head", "secretariat")),
        Person("operator", "Sven", "Aalto", "Operator of the node", ("operator", "auditor")),
    ),
    "organisation",
)


def contacts_of(side: Side) -> list[tuple[str, dict[str, Any]]]:
    """The points of contact that a state names, by key: a diplomatic and a technical one."""
    today = date.today().isoformat()
    head = next(person for person in side.people if person.username == "head")
    analyst = next(person for person in side.people if person.username == "analyst")
    domain = f"{side.node.lower()}.example"
    office = {"zone": "Europe/Zurich", "days": [1, 2, 3, 4, 5], "opens": "08:00", "closes": "18:00"}
    return [
        (
            "diplomatic",
            {
                "role": "diplomatic",
                "name": f"{head.first_name} {head.last_name}",
                "office": "Ministry of Foreign Affairs, Cyber Affairs Division",
                "languages": ["en", "fr"],
                "hours": office,
                "valid_from": today,
                "email": f"cyber@mfa.{domain}",
                "telephone": "+41 22 555 01 00",
            },
        ),
        (
            "technical",
            {
                "role": "technical",
                "name": f"{analyst.first_name} {analyst.last_name}",
                "office": "National CSIRT, duty officer",
                "languages": ["en"],
                "hours": {"zone": "Europe/Zurich", "always": True},
                "valid_from": today,
                "email": f"soc@csirt.{domain}",
                "telephone": "+41 22 555 01 99",
            },
        ),
    ]


def incident_fields(report: Report, default: bool) -> dict[str, Any]:
    """How Crimson's analyst tells the case. The shipped report is told as an attack on the financial sector."""
    today = date.today()
    if not default:
        return {"title": report.title, "occurred": (today - timedelta(days=2)).isoformat()}
    return {
        "title": "Ransomware against the financial sector of Crimson",
        "sectors": ["Financial services"],
        "occurred": (today - timedelta(days=2)).isoformat(),
        "account": (
            "Three commercial banks and a clearing house could not reach their core systems for nineteen hours. "
            "The national CSIRT finds the methods of the Conti campaign; traffic to the command servers was relayed "
            "through a hosting provider in Lazuria. No attribution to a State is made."
        ),
    }


def note_text(report: Report, fields: dict[str, Any]) -> list[str]:
    """Crimson's note verbale."""
    about = ", ".join(fields.get("sectors", ())).lower()
    hit = f"institutions of its {about} sector" if about else "institutions of Crimson"
    found = [f"{len(report.techniques)} techniques"] if report.techniques else []
    values = len(report.indicators) + len(report.observables)
    found += [f"{values} technical values"] if values else []
    return [
        f"inform the Ministry that, on {date.fromisoformat(fields['occurred']):%-d %B %Y}, {hit} became the target of "
        f"malicious activity using information and communications technologies, which the national CSIRT has examined "
        f"under the title “{fields['title']}”.",
        "The Ministry transmits herewith the report of the CSIRT"
        + (f" ({' and '.join(found)})" if found else "")
        + ", as far as its marking allows, so that the competent authorities of Lazuria may examine whether "
        "infrastructure on its territory is being used.",
        "Recalling paragraph 13 (c), (d) and (h) of the report A/70/174, the Ministry would be grateful for the "
        "preservation of relevant data and for an answer within seven days, and proposes that the technical points of "
        "contact of both sides speak without delay. This communication makes no statement on attribution.",
    ]


def answer_text(number: str) -> list[str]:
    """Lazuria's note in answer."""
    return [
        f"acknowledge receipt of the latter's note verbale {number} and to inform the Ministry that the competent "
        "authorities of Lazuria have begun to examine the report transmitted with it.",
        "The data named in the report have been secured with the hosting provider concerned for a period of ninety "
        "days. The technical point of contact of Lazuria is available from today at all hours.",
        "The Ministry proposes talks between the two sides in the course of the coming week.",
    ]
