"""The courtesy formulas, in the third person.

English after 5 FAH-1 H-610 (US Department of State, "Using Diplomatic Notes") and the United Nations Correspondence
Manual; French in the matching usual words. A formula takes its articles from the first word of a name, because
a caller knows "Republic of Crimson" and not its grammar.
"""

from __future__ import annotations

import re
from typing import Final

from .clean import line, lines
from .model import Paper

_ENGLISH_PREFACED: Final = frozenset({"the", "all", "his", "her", "its", "their"})
_ENGLISH_WORDS: Final = (
    "bahamas commonwealth comoros confederation democratic duchy emirate emirates empire federal federated federation"
    " gambia government grand hashemite holy islamic ivory kingdom maldives marshall netherlands people's philippines"
    " plurinational principality republic seychelles solomon state states sultanate swiss union united"
)
_ENGLISH_TAKES_ARTICLE: Final = frozenset(_ENGLISH_WORDS.split())
"""A name with one of these words, or with "of" in it, is said with "the"."""

_FRENCH_WORDS: Final = {
    "m": "bureau commonwealth consulat gouvernement grand-duché haut-commissariat ministère royaume saint-siège"
    " secrétariat sultanat",
    "f": "chancellerie commission confédération délégation direction fédération mission principauté représentation"
    " république",
    "l": "agence ambassade empire etat office organisation union émirat état",
    "p": "ambassades etats-unis missions pays-bas émirats états-unis",
}
"""First words of names by gender; "l" is either gender before a vowel, "p" the plural."""
_FRENCH_GENDER: Final = {word: gender for gender, words in _FRENCH_WORDS.items() for word in words.split()}
_FRENCH_ARTICLE: Final = re.compile(r"(?i)(le|la|les)\s+|(l)['’]\s*")
_FRENCH_VOWELS: Final = "aàâæeéèêëiîïoôœuùûüy"
# by gender; "" is a name that takes no article
_SUBJECT: Final = {"m": "Le ", "f": "La ", "l": "L'", "p": "Les ", "": ""}
_TO: Final = {"m": "au ", "f": "à la ", "l": "à l'", "p": "aux ", "": "à "}
_OF: Final = {"m": "du ", "f": "de la ", "l": "de l'", "p": "des "}


def opening(paper: Paper) -> str:
    """The opening sentence up to "has the honour to"; the first paragraph continues it."""
    if paper.language == "fr":
        return (
            f"{_french(_sender(paper), _SUBJECT)} présente ses compliments"
            f" {_french(line(paper.addressee), _TO)} et a l'honneur de"
        )
    return f"The {_sender(paper)} presents its compliments to {_english(paper.addressee)} and has the honour to"


def closing(paper: Paper) -> str:
    """The sentence that ends every note verbale."""
    if paper.language == "fr":
        return (
            f"{_french(_sender(paper), _SUBJECT)} saisit cette occasion pour lui renouveler"
            " les assurances de sa haute considération."
        )
    return (
        f"The {_sender(paper)} avails itself of this opportunity to renew to {_english(paper.addressee)}"
        " the assurances of its highest consideration."
    )


def first_paragraph(paper: Paper, text: str) -> str:
    """The opening and the text that continues it, as one paragraph; an unwritten text is shown as an ellipsis."""
    lead, text = opening(paper), lines(text) or "…"
    if paper.language == "fr" and text[0].lower() in _FRENCH_VOWELS:
        return f"{lead.removesuffix('de')}d'{text}"
    return f"{lead} {text}"


def _sender(paper: Paper) -> str:
    """`Ministry of Foreign Affairs of the Republic of Crimson`, whether or not the ministry's name says the state."""
    ministry, state = line(paper.sender_ministry), line(paper.sender_state)
    ministry = re.sub(r"^[Tt]he\s+", "", ministry)
    if not state or ministry.endswith(state):
        return ministry
    if paper.language == "fr":
        bare = "d'" if state[0].lower() in _FRENCH_VOWELS else "de "
        return f"{ministry} {_french(state, {**_OF, '': bare})}"
    return f"{ministry} of {_english_state(state)}"


def _english(name: str) -> str:
    name = line(name)
    return name if name.split(" ")[0].lower() in _ENGLISH_PREFACED else f"the {name}"


def _english_state(name: str) -> str:
    """`the Republic of Crimson`, `the Swiss Confederation`, but `Crimson`."""
    words = name.lower().replace("’", "'").split(" ")
    if words[0] == "the":
        return f"the {name[4:]}"
    takes_article = "of" in words[1:] or not _ENGLISH_TAKES_ARTICLE.isdisjoint(words)
    return f"the {name}" if takes_article else name


def _french(name: str, words: dict[str, str]) -> str:
    """`name` after that one of `words` which its gender asks for; the one for "" when nothing tells the gender."""
    article = _FRENCH_ARTICLE.match(name)
    if article:
        name = name[article.end() :]
        kind = {"le": "m", "la": "f", "les": "p", "l": "l"}[(article[1] or article[2]).lower()]
    else:
        kind = _FRENCH_GENDER.get(name.split(" ")[0].lower(), "")
    return words[kind] + name
