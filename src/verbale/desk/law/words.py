"""Treaty relations in words."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verbale.knowledge import Holding, Stand, country_of

__all__ = ["DUTIES", "TYPES", "country_name", "holding_sentence"]

DUTIES = {
    "assistance": gettext_lazy("Mutual assistance"),
    "preservation": gettext_lazy("Preservation of data"),
    "disclosure": gettext_lazy("Disclosure of data"),
    "emergency": gettext_lazy("Help in an emergency"),
    "extradition": gettext_lazy("Extradition"),
    "consultation": gettext_lazy("Consultation"),
    "contact-point": gettext_lazy("Point of contact"),
    "spontaneous-information": gettext_lazy("Spontaneous information"),
    "joint-investigation": gettext_lazy("Joint investigation"),
    "access": gettext_lazy("Access to data"),
    "criminalisation": gettext_lazy("Criminal law"),
    "protection": gettext_lazy("Protection"),
    "cooperation": gettext_lazy("Co-operation"),
    "capacity": gettext_lazy("Capacity"),
    "settlement": gettext_lazy("Settlement of disputes"),
    "restraint": gettext_lazy("Restraint"),
    "self-defence": gettext_lazy("Self-defence"),
    "responsibility": gettext_lazy("Responsibility"),
    "response": gettext_lazy("Lawful responses"),
    "treaty-law": gettext_lazy("Law of treaties"),
}
"""In the order in which a desk officer looks for them."""
TYPES = {
    "convention": gettext_lazy("Convention"),
    "protocol": gettext_lazy("Protocol"),
    "charter": gettext_lazy("Charter"),
    "articles": gettext_lazy("Not a treaty"),
}
_BY = {
    "ratification": gettext_lazy("by ratification"),
    "acceptance": gettext_lazy("by acceptance"),
    "approval": gettext_lazy("by approval"),
    "accession": gettext_lazy("by accession"),
    "succession": gettext_lazy("by succession"),
    "signature": gettext_lazy("by signature"),
}


def country_name(code: str) -> str:
    """The short name of a state; its code where no pack names it."""
    country = country_of(code)
    return country.name if country else code


def holding_sentence(holding: Holding) -> str:
    """`France is bound since 1 May 2006.`"""
    names = {
        "state": country_name(holding.state),
        "since": _day(holding.since),
        "coming": _day(holding.coming),
        "as_of": _day(holding.as_of),
        "by": _BY[holding.party.by] if holding.party else "",
    }
    return _sentence(holding) % names


def _sentence(holding: Holding) -> str:
    if holding.stand is Stand.BOUND:
        if holding.since is None:
            return _("%(state)s is bound; since when is not known.")
        return _("%(state)s is bound since %(since)s.")
    if holding.stand is Stand.CONSENTED:
        if holding.coming is None:
            return _("%(state)s consented %(by)s on %(since)s; it will be bound when the instrument enters into force.")
        return _("%(state)s consented %(by)s on %(since)s and will be bound from %(coming)s.")
    if holding.stand is Stand.SIGNED:
        return _("%(state)s signed on %(since)s and is not bound.")
    if holding.stand is Stand.WITHDRAWN:
        return _("%(state)s withdrew and is bound no longer since %(since)s.")
    if holding.stand is Stand.NOT_PARTY:
        if holding.party is None:
            return _("%(state)s is not party: it is not on the complete list of %(as_of)s.")
        return _("%(state)s was not party on that day.")
    return _unknown(holding)


def _unknown(holding: Holding) -> str:
    if holding.party is not None:
        return _("%(state)s: whether it was bound on that day is not known.")
    if holding.as_of is None:
        return _("%(state)s is not known: there is no list of parties.")
    return _("%(state)s is not known: the list of %(as_of)s does not say. That does not mean that it is not party.")


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else ""
