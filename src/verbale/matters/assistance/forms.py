"""Forms of assistance: only what a person must decide."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from verbale.matters.assistance import words
from verbale.matters.fields import FilesField
from verbale.node.access import readable_matters
from verbale.node.models import Partner, User
from verbale.node.partners import short_name
from verbale.node.registry import all_kinds
from verbale.protocol import Marking

__all__ = ["AcceptForm", "DeliverForm", "OfferForm", "RefuseForm", "RequestForm", "SPECIFIED"]

SPECIFIED = ("authority", "offence", "data", "link", "custodian", "necessity", "intention")
"""The fields that Article 29 (2) asks a request for preservation for."""

_MARKINGS = [(level.value, f"TLP:{level.value}") for level in reversed(Marking)]
_LANGUAGES = [("en", _("English")), ("fr", _("French"))]


def _day(**named: Any) -> forms.DateField:
    return forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **named)


def _text(rows: int = 3, most: int = 20_000, **named: Any) -> forms.CharField:
    return forms.CharField(max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **named)


class OpeningForm(forms.Form):
    """What a request and an offer have in common."""

    to = forms.ChoiceField(label=_("To"))
    about = forms.ChoiceField(label=_("Dossier"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=list(words.KINDS.items()))
    subject = forms.CharField(label=_("Subject"), max_length=300)
    items = _text(5, 50_000, label=_("Items"), help_text=_("One a line; they are numbered from 1."))
    reply_by = _day(label=_("Answer asked for by"), help_text=_("Leave empty when no day matters."))
    marking = forms.ChoiceField(label=_("Marking"), choices=_MARKINGS, initial="AMBER")
    language = forms.ChoiceField(label=_("Language"), choices=_LANGUAGES, initial="en")
    share_report = forms.BooleanField(label=_("Send the report along, as far as the marking allows"), required=False)
    exercise = forms.BooleanField(label=_("This is an exercise"), required=False)
    files = FilesField(label=_("Enclosures"), required=False)

    def __init__(self, user: User, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, label_suffix="", **named)
        confirmed = Partner.objects.filter(status=Partner.Status.CONFIRMED).order_by("name")
        self.fields["to"].choices = [("", _("Choose a partner")), *((p.node, short_name(p.name)) for p in confirmed)]
        self.fields["about"].choices = [("", _("None")), *_dossiers(user)]


class RequestForm(OpeningForm):
    """A request for assistance."""

    instrument = forms.CharField(
        label=_("Legal basis"),
        max_length=300,
        required=False,
        help_text=_("Left empty: the Convention on Cybercrime; for mitigation, norm 13 (h) of A/70/174."),
    )
    article = forms.CharField(label=_("Article"), max_length=300, required=False)
    urgency = forms.ChoiceField(label=_("Urgency"), choices=list(words.URGENCIES.items()), initial="ordinary")
    urgency_reason = _text(2, 2_000, label=_("Why it is urgent"), required=False)
    confidential = forms.BooleanField(
        label=_("To be kept confidential, the fact of the request included (Article 27 (8))"), required=False
    )
    authority = forms.CharField(label=_("Authority seeking the preservation"), max_length=300, required=False)
    offence = _text(label=_("Offence under investigation, and the facts in short"), required=False)
    data = _text(2, label=_("Data to be preserved"), required=False)
    link = _text(2, label=_("How the data relates to the offence"), required=False)
    custodian = _text(
        2, 2_000, label=_("Who holds the data, or where the system stands, as far as known"), required=False
    )
    necessity = _text(2, label=_("Why the preservation is necessary"), required=False)
    intention = forms.BooleanField(
        label=_("A request for search, seizure or disclosure of the data is going to follow"), required=False
    )


class OfferForm(OpeningForm):
    """An offer of assistance."""

    conditions = _text(2, 2_000, label=_("Conditions"), required=False)


class _WithItems(forms.Form):
    """What names items of a request by their numbers."""

    items = forms.TypedMultipleChoiceField(
        label=_("Items"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, items: list[str], *arguments: object, **named: object) -> None:
        super().__init__(*arguments, label_suffix="", **named)
        self.fields["items"].choices = [(place, f"{place}. {text}") for place, text in enumerate(items, 1)]


class AcceptForm(_WithItems):
    """An acceptance."""

    conditions = _text(3, 2_000, label=_("Conditions"), required=False)

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)
        self.fields["items"].help_text = _("Tick none to accept the whole.")


class RefuseForm(forms.Form):
    """A refusal."""

    ground = forms.ChoiceField(label=_("Ground"))
    article = forms.CharField(
        label=_("Article"),
        max_length=300,
        required=False,
        help_text=_("Left empty: the article of the Convention that stands beside the ground."),
    )
    reasons = _text(5, 5_000, label=_("Reasons"))

    def __init__(self, grounds: Iterable[tuple[str, str]], *arguments: object, **named: object) -> None:
        super().__init__(*arguments, label_suffix="", **named)
        self.fields["ground"].choices = list(grounds)


class DeliverForm(_WithItems):
    """A delivery."""

    text = _text(5, label=_("What is handed over"))
    conditions = _text(
        2,
        2_000,
        label=_("Conditions of use"),
        required=False,
        help_text=_("Confidentiality, limits of use (Article 28)."),
    )
    marking = forms.ChoiceField(label=_("Marking"), choices=_MARKINGS)
    files = FilesField(label=_("Enclosures"), required=False)

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)
        self.fields["items"].help_text = _("Those that are met by it; none for what goes beyond them.")


def _dossiers(user: User) -> Iterable[tuple[str, str]]:
    series = [kind.name for kind in all_kinds() if kind.series]
    rows = readable_matters(user).exclude(kind__in=[*series, "assistance"]).order_by("-last_at")[:500]
    return [(matter.id, matter.title) for matter in rows]
