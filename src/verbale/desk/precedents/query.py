"""What is asked for: from a form, from the API, or from a dossier."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from verbale.knowledge.precedents import Asked, Collection, vocabulary
from verbale.node.access import readable_acts, require_read
from verbale.node.identity import node_name
from verbale.node.models import Matter, User
from verbale.node.projection import state_of

__all__ = ["LEAST", "LikeForm", "of_dossier"]

LEAST = 0.4
"""Likeness below which a case is not shown, unless one asks for another limit."""
_INTENSITY_KEY = "severity:{node}:eurepoc-intensity"


class LikeForm(forms.Form):
    """What to look for. The choices are what the tables hold, so nothing is asked for that cannot be found."""

    types = forms.MultipleChoiceField(label=_("Type of incident"), required=False, widget=forms.CheckboxSelectMultiple)
    sectors = forms.MultipleChoiceField(label=_("Sector"), required=False, widget=forms.CheckboxSelectMultiple)
    categories = forms.MultipleChoiceField(
        label=_("Kind of initiator"), required=False, widget=forms.CheckboxSelectMultiple
    )
    receivers = forms.MultipleChoiceField(label=_("Receiver"), required=False)
    initiators = forms.MultipleChoiceField(label=_("Country of the initiator"), required=False)
    intensity = forms.IntegerField(label=_("Intensity, 0 to 15"), required=False, min_value=0, max_value=15)
    year = forms.IntegerField(label=_("Year"), required=False, min_value=1900, max_value=2200)
    least = forms.FloatField(
        label=_("Likeness at least"),
        required=False,
        min_value=0,
        max_value=1,
        widget=forms.NumberInput(attrs={"step": "0.05"}),
    )
    answered = forms.BooleanField(label=_("Only cases to which a response is known"), required=False)

    def __init__(self, held: Collection, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, label_suffix="", **named)
        for facet in ("types", "sectors", "categories", "receivers", "initiators"):
            words = sorted({word for case in held.cases for word in getattr(case, facet)})
            self.fields[facet].choices = [(word, word) for word in words]

    def asked(self) -> Asked:
        """Of a form that is valid."""
        given = self.cleaned_data
        words = {facet: tuple(given[facet]) for facet in ("types", "sectors", "categories", "receivers", "initiators")}
        return Asked(**words, intensity=given["intensity"], year=given["year"], answered=given["answered"])


def of_dossier(user: User, matter: Matter) -> dict[str, Any]:
    """What an incident's reports say of sectors and techniques, in the words of the tables; and our own intensity.

    Raises AccessError for a dossier that is not open to that person.
    """
    require_read(user, matter)
    sectors: list[str] = []
    techniques: list[str] = []
    records = readable_acts(user).filter(
        matter_id=matter.pk, type__in=("incident.open", "incident.report"), reason=None
    )
    for record in records.order_by("issued", "id")[:50]:
        body = record.act.body
        report = body.get("report") or {}
        sectors += [*_words(body.get("sectors")), *_words(report.get("sectors"))]
        techniques += [item["id"] for item in report.get("techniques") or ()]
    words = vocabulary()
    asked: dict[str, Any] = {"types": list(words.types_by(techniques)), "sectors": list(words.sectors_by(sectors))}
    noted = state_of(matter).get(_INTENSITY_KEY.format(node=node_name()))
    if noted:
        asked["intensity"] = int(noted["level"])
    return {facet: value for facet, value in asked.items() if value not in ([], None)}


def _words(value: Iterable[str] | None) -> list[str]:
    return list(value or ())
