"""The paragraphs of the notes of assistance, in the languages whose courtesy formulas the paper knows. Pure.

They are made of the fields, once, when the note is drafted; the first continues "has the honour to".
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

__all__ = ["LANGUAGES", "acceptance", "day", "in_words", "offer", "refusal", "request"]

LANGUAGES = ("en", "fr")

_MONTHS: Final = {
    "en": (
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    ),
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
        *("août", "septembre", "octobre", "novembre", "décembre"),
    ),
}

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "note": "note verbale {number} of {day}",
        "and": " and ",
        "item": "Item {number}: {text}",
        "request": "request the assistance of the latter's competent authorities in the following matter: {subject}.",
        "basis": "The request is made on the basis of {basis}.",
        "article": "{article} of the {instrument}",
        "asked": "The following is asked:",
        "specifies": "As Article 29 (2) of the Convention on Cybercrime provides, the request specifies:",
        "authority": "Authority seeking the preservation: {text}",
        "offence": "Offence under investigation and related facts: {text}",
        "data": "Stored computer data to be preserved: {text}",
        "link": "Relationship of the data to the offence: {text}",
        "custodian": "Custodian of the data or location of the system: {text}",
        "necessity": "Necessity of the preservation: {text}",
        "intention": (
            "The requesting side intends to submit a request for the search or similar access, seizure or similar"
            " securing, or disclosure of the data."
        ),
        "urgent": "The request is urgent and is sent by expedited means.",
        "emergency": "The request is made in an emergency and is sent by expedited means.",
        "confidential": (
            "It is asked that the fact and the subject of this request be kept confidential, except to the extent"
            " necessary for its execution."
        ),
        "reply_by": "An answer by {day} would be appreciated.",
        "whole": "inform the latter that the assistance requested in its {answered} will be given in whole.",
        "part": (
            "inform the latter that the assistance requested in its {answered} will be given in part, namely for"
            " {items}."
        ),
        "one item": "item {items}",
        "items": "items {items}",
        "conditions": "The assistance depends on the following conditions:",
        "refusal": "inform the latter that the assistance requested in its {answered} cannot be given.",
        "political": "The request concerns what is considered a political offence or an offence connected with one",
        "essential-interests": (
            "The execution of the request is considered likely to prejudice sovereignty, security, ordre public or"
            " other essential interests"
        ),
        "dual-criminality": "The condition of dual criminality is not considered fulfilled",
        "domestic-law": "The conditions of domestic law or of the applicable treaties are not fulfilled",
        "not-held": "What is asked for is not held within the jurisdiction of the requested side",
        "no-means": "The competent authorities do not have the means to execute the request",
        "offer": "offer the assistance of its competent authorities in the following matter: {subject}.",
        "offered": "The following is offered:",
    },
    "fr": {
        "note": "note verbale {number} du {day}",
        "and": " et ",
        "item": "Point {number} : {text}",
        "request": "demander l'entraide de ses autorités compétentes dans l'affaire suivante : {subject}.",
        "basis": "La demande est fondée sur : {basis}.",
        "article": "{article}, {instrument}",
        "asked": "Il est demandé ce qui suit :",
        "specifies": (
            "Conformément à l'article 29, paragraphe 2, de la Convention sur la cybercriminalité, la demande précise :"
        ),
        "authority": "Autorité qui demande la conservation : {text}",
        "offence": "Infraction faisant l'objet de l'enquête et faits qui s'y rattachent : {text}",
        "data": "Données informatiques stockées à conserver : {text}",
        "link": "Nature de leur lien avec l'infraction : {text}",
        "custodian": "Gardien des données ou emplacement du système : {text}",
        "necessity": "Nécessité de la conservation : {text}",
        "intention": (
            "La partie requérante entend soumettre une demande en vue de la perquisition ou de l'accès par un moyen"
            " similaire, de la saisie ou de l'obtention par un moyen similaire, ou de la divulgation des données."
        ),
        "urgent": "La demande est urgente et transmise par un moyen rapide.",
        "emergency": "La demande est faite dans une situation d'urgence grave et transmise par un moyen rapide.",
        "confidential": (
            "Il est demandé que le fait et l'objet de la présente demande restent confidentiels, sauf dans la mesure"
            " nécessaire à son exécution."
        ),
        "reply_by": "Une réponse d'ici au {day} serait appréciée.",
        "whole": "l'informer que l'entraide demandée dans sa {answered} sera accordée en totalité.",
        "part": "l'informer que l'entraide demandée dans sa {answered} sera accordée en partie, à savoir pour {items}.",
        "one item": "le point {items}",
        "items": "les points {items}",
        "conditions": "L'entraide est soumise aux conditions suivantes :",
        "refusal": "l'informer que l'entraide demandée dans sa {answered} ne peut être accordée.",
        "political": (
            "La demande porte sur ce qui est considéré comme une infraction de nature politique ou liée à une"
            " infraction de nature politique"
        ),
        "essential-interests": (
            "Il est estimé que le fait d'accéder à la demande risquerait de porter atteinte à la souveraineté, à la"
            " sécurité, à l'ordre public ou à d'autres intérêts essentiels"
        ),
        "dual-criminality": "La condition de double incrimination n'est pas considérée comme remplie",
        "domestic-law": "Les conditions du droit interne ou des traités applicables ne sont pas remplies",
        "not-held": "Ce qui est demandé n'est pas détenu dans la juridiction de la partie requise",
        "no-means": "Les autorités compétentes ne disposent pas des moyens d'exécuter la demande",
        "offer": "offrir l'assistance de ses autorités compétentes dans l'affaire suivante : {subject}.",
        "offered": "Il est offert ce qui suit :",
    },
}

_SPECIFIED = ("authority", "offence", "data", "link", "custodian", "necessity")


def _say(language: str, name: str, **values: object) -> str:
    return _WORDS[language][name].format(**values)


def day(text: str, language: str) -> str:
    """`24 November 2026`, of a calendar date."""
    found = date.fromisoformat(text)
    first = "1er" if language == "fr" and found.day == 1 else str(found.day)
    return f"{first} {_MONTHS[language][found.month - 1]} {found.year}"


def in_words(number: str, dated: str, language: str) -> str:
    """`note verbale A-3/2026 of 24 November 2026`"""
    return _say(language, "note", number=number, day=day(dated, language))


def _numbered(language: str, head: str, items: Sequence[str]) -> str:
    lines = [_say(language, "item", number=place, text=text) for place, text in enumerate(items, 1)]
    return "\n".join((_say(language, head), *lines))


def request(body: Mapping[str, Any]) -> list[str]:
    """The paragraphs of a request, from its other fields."""
    language, basis = body["language"], body["basis"]
    article = basis.get("article")
    rests_on = _say(language, "article", **basis) if article else basis["instrument"]
    told = [
        _say(language, "request", subject=body["subject"]),
        _say(language, "basis", basis=rests_on),
        _numbered(language, "asked", body["items"]),
    ]
    asked = body.get("preservation")
    if asked:
        lines = [_say(language, name, text=asked[name]) for name in _SPECIFIED if asked.get(name)]
        told.append("\n".join((_say(language, "specifies"), *lines, _say(language, "intention"))))
    if body["urgency"] != "ordinary":
        reason = body.get("urgency_reason", "")
        told.append(f"{_say(language, body['urgency'])}{f' {reason}' if reason else ''}")
    if body.get("confidential"):
        told.append(_say(language, "confidential"))
    return [*told, *_reply_by(body)]


def offer(body: Mapping[str, Any]) -> list[str]:
    """The paragraphs of an offer."""
    language = body["language"]
    told = [_say(language, "offer", subject=body["subject"]), _numbered(language, "offered", body["items"])]
    return [*told, *_conditions(body), *_reply_by(body)]


def acceptance(body: Mapping[str, Any]) -> list[str]:
    """The paragraphs of an acceptance."""
    language, answered, items = body["language"], body["answered"], body["items"]
    if body["extent"] == "whole":
        return [_say(language, "whole", answered=answered), *_conditions(body)]
    row = [str(number) for number in items]
    shown = row[0] if len(row) == 1 else f"{', '.join(row[:-1])}{_say(language, 'and')}{row[-1]}"
    named = _say(language, "one item" if len(row) == 1 else "items", items=shown)
    return [_say(language, "part", answered=answered, items=named), *_conditions(body)]


def refusal(body: Mapping[str, Any]) -> list[str]:
    """The paragraphs of a refusal."""
    language, article = body["language"], body.get("article")
    ground = f"{_say(language, body['ground'])}{f' ({article})' if article else ''}."
    return [_say(language, "refusal", answered=body["answered"]), ground, body["reasons"]]


def _conditions(body: Mapping[str, Any]) -> list[str]:
    given = body.get("conditions")
    return [f"{_say(body['language'], 'conditions')}\n{given}"] if given else []


def _reply_by(body: Mapping[str, Any]) -> list[str]:
    asked, language = body.get("reply_by"), body["language"]
    return [_say(language, "reply_by", day=day(asked, language))] if asked else []
