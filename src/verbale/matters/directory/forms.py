"""Forms of directories: only what a person must decide."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from verbale.matters.directory.words import PING_KINDS, ROLES, WEEKDAYS
from verbale.node.identity import node_name
from verbale.node.models import Partner
from verbale.node.partners import name_of, short_name

__all__ = ["ImportForm", "NominateForm", "OpenForm", "PingForm", "WithdrawForm"]

_MARKINGS = [
    ("AMBER", _("TLP:AMBER – the members, each inside its own state")),
    ("GREEN", _("TLP:GREEN – the community")),
    ("CLEAR", _("TLP:CLEAR – no limit on disclosure")),
    ("AMBER+STRICT", _("TLP:AMBER+STRICT – the keeper alone; it is not published")),
]
_PRECEDENCES = [
    ("ROUTINE", _("ROUTINE – in the ordinary course")),
    ("PRIORITY", _("PRIORITY – today")),
    ("IMMEDIATE", _("IMMEDIATE – within the hour")),
    ("FLASH", _("FLASH – now; interrupts whoever is on duty")),
]


class OpenForm(forms.Form):
    """A directory of our own."""

    title = forms.CharField(label=_("Title"), max_length=200)
    text = forms.CharField(
        label=_("What it is for"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    members = forms.MultipleChoiceField(label=_("Members"), widget=forms.CheckboxSelectMultiple)
    marking = forms.ChoiceField(label=_("Marking"), choices=_MARKINGS[:3], initial="AMBER")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, label_suffix="", **named)
        rows = Partner.objects.filter(status=Partner.Status.CONFIRMED).order_by("name")
        self.fields["members"].choices = [(row.node, short_name(row.name)) for row in rows]


class NominateForm(forms.Form):
    """One contact of ours."""

    key = forms.SlugField(
        label=_("Key"),
        max_length=40,
        help_text=_("Small letters, digits and hyphens; the same key changes the same contact: diplomatic-1."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=list(ROLES.items()))
    name = forms.CharField(
        label=_("Name"), max_length=200, help_text=_("A person, or the desk that is always staffed.")
    )
    office = forms.CharField(label=_("Office"), max_length=200, required=False)
    languages = forms.CharField(
        label=_("Languages"), max_length=100, initial="en", help_text=_("By code, the preferred one first: fr en.")
    )
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    telephone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
        help_text=_("With the code of the country: +254 20 318 888."),
    )
    secure = forms.CharField(
        label=_("Secure address"), max_length=200, required=False, help_text=_("On a protected channel.")
    )
    always = forms.BooleanField(label=_("Reached day and night, all week"), required=False)
    zone = forms.CharField(label=_("Time zone"), max_length=60, help_text=_("As the IANA names it: Africa/Nairobi."))
    days = forms.MultipleChoiceField(
        label=_("Days"),
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        initial=["1", "2", "3", "4", "5"],
    )
    opens = forms.TimeField(
        label=_("From"), initial="09:00", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes = forms.TimeField(
        label=_("Until"),
        initial="17:00",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("By the clock there; an earlier time is on the next day."),
    )
    valid_from = forms.DateField(
        label=_("Valid from"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    marking = forms.ChoiceField(label=_("Marking"), choices=_MARKINGS, initial="AMBER")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, label_suffix="", **named)

    def given(self) -> dict[str, Any]:
        """The arguments of `operations.nominate_draft`."""
        data = self.cleaned_data
        return {
            "key": data["key"],
            "marking": data["marking"],
            "contact": {
                **{name: data[name].strip() for name in ("role", "name", "office", "email", "telephone", "secure")},
                "languages": data["languages"].replace(",", " ").split(),
                "valid_from": data["valid_from"].isoformat(),
                "hours": {
                    "zone": data["zone"].strip(),
                    "always": data["always"],
                    "days": sorted(int(day) for day in data["days"]),
                    "opens": data["opens"].strftime("%H:%M"),
                    "closes": data["closes"].strftime("%H:%M"),
                },
            },
        }

    @staticmethod
    def initial_of(key: str, contact: dict[str, Any], marking: str) -> dict[str, Any]:
        """What the form shows of a contact that stands."""
        hours = contact["hours"]
        flat = {name: contact.get(name, "") for name in ("role", "name", "office", "email", "telephone", "secure")}
        return {
            **flat,
            "key": key,
            "marking": marking,
            "languages": " ".join(contact.get("languages", ["en"])),
            "valid_from": contact["valid_from"],
            "always": hours.get("always", False),
            "zone": hours["zone"],
            "days": [str(day) for day in hours.get("days", [1, 2, 3, 4, 5])],
            "opens": hours.get("opens", "09:00"),
            "closes": hours.get("closes", "17:00"),
        }


class WithdrawForm(forms.Form):
    """Why a contact goes."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class ImportForm(forms.Form):
    """A file of contacts."""

    file = forms.FileField(label=_("CSV file"), help_text=_("UTF-8, with the names of the columns in its first row."))
    marking = forms.ChoiceField(label=_("Marking"), choices=_MARKINGS, initial="AMBER")


class PingForm(forms.Form):
    """A communication check."""

    to = forms.MultipleChoiceField(
        label=_("To"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Nobody chosen: all whom we can reach."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=list(PING_KINDS.items()))
    deadline = forms.DateTimeField(
        label=_("Answer asked for by"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    precedence = forms.ChoiceField(label=_("Precedence"), choices=_PRECEDENCES, initial="ROUTINE")
    text = forms.CharField(label=_("Text"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, head: dict[str, Any], *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, label_suffix="", **named)
        circle = sorted({head["keeper"], *head["members"]} - {node_name()})
        confirmed = set(
            Partner.objects.filter(node__in=circle, status=Partner.Status.CONFIRMED).values_list("node", flat=True)
        )
        self.fields["to"].choices = [(node, name_of(node)) for node in circle if node in confirmed]

    def clean_deadline(self) -> datetime:
        return self.cleaned_data["deadline"].astimezone(UTC)
