"""The form of a note: only what a person must decide."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from verbale.knowledge import FREE, Field, Form
from verbale.matters.channel.operations import FIELD_PREFIX
from verbale.matters.fields import FilesField
from verbale.node.access import readable_matters
from verbale.node.models import Partner, User
from verbale.node.partners import short_name
from verbale.node.registry import all_kinds
from verbale.protocol import PRECEDENCES, Marking

__all__ = ["NoteForm"]

_MARKINGS = [(level.value, f"TLP:{level.value}") for level in reversed(Marking)]
_PRECEDENCES = [
    ("ROUTINE", _("ROUTINE – in the ordinary course")),
    ("PRIORITY", _("PRIORITY – today")),
    ("IMMEDIATE", _("IMMEDIATE – within the hour")),
    ("FLASH", _("FLASH – now; interrupts whoever is on duty")),
]
assert [value for value, _label in reversed(_PRECEDENCES)] == list(PRECEDENCES)


class NoteForm(forms.Form):
    """A note verbale, or a note in answer."""

    to = forms.ChoiceField(label=_("To"))
    subject = forms.CharField(label=_("Subject"), max_length=300, help_text=_("For the registry; it is not printed."))
    text = forms.CharField(
        label=_("Text"),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("Goes on after “has the honour to”. An empty line begins a new paragraph."),
    )
    about = forms.ChoiceField(label=_("Dossier"), required=False)
    share_report = forms.BooleanField(
        label=_("Send the report along, as far as the marking allows"), required=False, initial=False
    )
    reply_by = forms.DateField(
        label=_("Answer asked for by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave empty when none is expected."),
    )
    marking = forms.ChoiceField(label=_("Marking"), choices=_MARKINGS, initial="AMBER")
    precedence = forms.ChoiceField(label=_("Precedence"), choices=_PRECEDENCES, initial="ROUTINE")
    language = forms.ChoiceField(label=_("Language"), choices=[("en", _("English")), ("fr", _("French"))], initial="en")
    exercise = forms.BooleanField(label=_("This is an exercise"), required=False)
    files = FilesField(label=_("Enclosures"), required=False)
    answers = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, user: User, form: Form, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, label_suffix="", **named)
        self.pack = form
        if form.id != FREE:
            del self.fields["text"]
            for item in form.fields:
                self.fields[FIELD_PREFIX + item.key] = _control(item)
        confirmed = Partner.objects.filter(status=Partner.Status.CONFIRMED).order_by("name")
        self.fields["to"].choices = [("", _("Choose a partner")), *((p.node, short_name(p.name)) for p in confirmed)]
        self.fields["about"].choices = [("", _("None")), *_dossiers(user)]

    @property
    def filled(self) -> list[forms.BoundField]:
        """The form's own fields, as the page shows them."""
        return [self[name] for name in self.fields if name.startswith(FIELD_PREFIX)]


def _control(item: Field) -> forms.Field:
    common = {"label": _(item.label), "help_text": _(item.help) if item.help else "", "required": item.required}
    if item.kind == "choice":
        return forms.ChoiceField(choices=[("", "–"), *((choice, _(choice)) for choice in item.choices)], **common)
    if item.kind == "date":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common)
    rows = {"text": 3, "lines": 4, "prose": 12}.get(item.kind)
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput
    return forms.CharField(max_length=item.most, widget=widget, **common)


def _dossiers(user: User) -> Iterable[tuple[str, str]]:
    series = [kind.name for kind in all_kinds() if kind.series]
    rows = readable_matters(user).exclude(kind__in=series).order_by("-last_at")[:500]
    return [(matter.id, matter.title) for matter in rows]
