"""Norms and law: what is agreed, what binds whom, with sources."""

from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from verbale.desk.law import DUTIES, TYPES, between, holding_sentence, state_of_node
from verbale.desk.law.words import country_name
from verbale.knowledge import (
    NormPack,
    all_countries,
    all_norms,
    country_of,
    in_force_of,
    instrument_of,
    norm_of,
    relations,
    rows_of,
    search_instruments,
    search_norms,
)
from verbale.knowledge.instruments import library
from verbale.knowledge.norms import NamedNorm
from verbale.knowledge.translations import Translation
from verbale.node.web import page
from verbale.paper.model import LANGUAGES

__all__ = ["instrument", "law", "norm", "treaty_relations"]

_MOST_STATES = 30


@page()
def law(request: HttpRequest) -> HttpResponse:
    """All norms and instruments, or those in which the words stand that are looked for."""
    asked = request.GET.get("words", "").strip()
    found = search_norms(asked)
    return render(
        request,
        "desk/law.html",
        {
            "words": asked,
            "packs": [(pack, norms) for pack in all_norms() if (norms := _of(pack, found))],
            "instruments": [
                {"item": item, "type": TYPES[item.type], "in_force": in_force_of(item.id)}
                for item in search_instruments(asked)
            ],
        },
    )


def _of(pack: NormPack, found: list[NamedNorm]) -> list[tuple[NamedNorm, Translation | None]]:
    return _told_here([item for item in found if item.pack is pack])


def _told_here(found: list[NamedNorm]) -> list[tuple[NamedNorm, Translation | None]]:
    """Each with its translation into the language of the page, where there is one."""
    return [(item, item.norm.in_language(get_language() or "")) for item in found]


@page()
def norm(request: HttpRequest, pack: str, norm: str) -> HttpResponse:
    """One norm: what it asks for in the language of the page and in its others, guidance, kin, sources."""
    found = norm_of(f"{pack}/{norm}")
    if found is None:
        raise Http404
    named = [other for name in found.norm.kin if (other := norm_of(name))]
    naming = [other for other in search_norms("") if found.name in other.norm.kin]
    here = found.norm.in_language(get_language() or "")
    return render(
        request,
        "desk/law_norm.html",
        {
            "found": found,
            "here": here,
            "others": [item for item in found.norm.translations if item is not here],
            "citable": [language for language in LANGUAGES if language == "en" or found.norm.in_language(language)],
            "kin": _told_here([*named, *naming]),
        },
    )


@page()
def instrument(request: HttpRequest, identifier: str) -> HttpResponse:
    """One instrument: what it obliges to, who is party as far as is known, how it enters into force."""
    item = instrument_of(identifier)
    if item is None:
        raise Http404
    today = timezone.localdate()
    rows = rows_of(identifier)
    holdings = {
        holding.state: holding
        for relation in relations(rows, today)
        if relation.instrument.id == identifier
        for holding in relation.holdings
    }
    packs = library()
    return render(
        request,
        "desk/law_instrument.html",
        {
            "item": item,
            "type": TYPES[item.type],
            "in_force": in_force_of(identifier),
            "articles": [{"item": article, "kind": DUTIES[article.kind]} for article in item.articles],
            "parties": sorted(
                (
                    {"name": country_name(state), "says": holding_sentence(holding), "party": rows[state].party}
                    for state, holding in holdings.items()
                ),
                key=lambda row: row["name"],
            ),
            "as_of": packs.known[identifier],
            "complete": packs.complete[identifier],
        },
    )


@page()
def treaty_relations(request: HttpRequest) -> HttpResponse:
    """What binds any set of states on a day."""
    codes = [code for code in dict.fromkeys(request.GET.getlist("state")) if country_of(code)][:_MOST_STATES]
    asked = request.GET.get("day", "")
    wrong = ""
    try:
        day = date.fromisoformat(asked) if asked else timezone.localdate()
    except ValueError:
        day, wrong = timezone.localdate(), _("Give the day as a date, such as 2026-11-24.")
    if not codes and (own := state_of_node(settings.CONFIG.name)):
        codes = [own.code]
    places = [*codes, ""] if len(codes) >= 2 else [*codes, *[""] * (2 - len(codes))]
    return render(
        request,
        "desk/law_relations.html",
        {
            "places": places,
            "countries": all_countries(),
            "day": day,
            "wrong": wrong,
            "names": [country_name(code) for code in codes],
            "found": between(codes, day) if len(codes) >= 2 and not wrong else None,
        },
    )
