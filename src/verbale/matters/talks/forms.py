"""Forms of talks: only what a person must decide."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from verbale.matters.talks import words
from verbale.matters.talks.acts import BY_VIDEO, LONGEST_MINUTES, MAX_TIMES
from verbale.node.access import readable_matters
from verbale.node.models import Partner, User
from verbale.node.partners import short_name
from verbale.node.registry import all_kinds
from verbale.protocol import PRECEDENCES, Marking

__all__ = [
    "AgendaForm",
    "AgreeMinutesForm",
    "CloseForm",
    "CommitForm",
    "DeclineForm",
    "InviteForm",
    "MinutesForm",
    "ProposeForm",
    "ReportForm",
]

_MARKINGS = [(level.value, f"TLP:{level.value}") for level in reversed(Marking)]
_FEWEST_TIMES = 4
_LANGUAGES = [
    ("ar", _("Arabic")),
    ("zh", _("Chinese")),
    ("en", _("English")),
    ("fr", _("French")),
    ("ru", _("Russian")),
    ("es", _("Spanish")),
]


class _Form(forms.Form):
    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, label_suffix="", **named)


class _Lines(forms.CharField):
    """Several texts, one a line."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in (super().clean(value) or "").splitlines() if line.strip()]


class _Day(forms.DateField):
    def __init__(self, **named: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **named)


class _TimesForm(_Form):
    """Times as one types them, in the zone of the house."""

    place = forms.CharField(label=_("Place"), max_length=300, help_text=_("A place, or “by video”."))
    length = forms.IntegerField(label=_("Length in minutes"), min_value=5, max_value=14 * 24 * 60, initial=60)

    def __init__(self, *arguments: object, **named: object) -> None:
        initial = dict(named.pop("initial", None) or {})
        times = [_typed(time) for time in initial.pop("times", ())]
        initial.setdefault("place", BY_VIDEO)
        initial["place"] = words.place_shown(initial["place"])
        super().__init__(*arguments, initial=initial, **named)
        posted = sum(name.startswith("time_") for name in self.data)
        self.time_names = [f"time_{n}" for n in range(1, min(max(_FEWEST_TIMES, len(times), posted), MAX_TIMES) + 1)]
        for place, name in enumerate(self.time_names):
            self.fields[name] = forms.DateTimeField(
                label=_("Time %(n)s") % {"n": place + 1},
                required=place == 0,
                initial=times[place] if place < len(times) else None,
                widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
                help_text=_("In the time of %(zone)s.") % {"zone": timezone.get_current_timezone_name()}
                if not place
                else "",
            )

    @property
    def times(self) -> list[Any]:
        """The controls of the times, for the page."""
        return [self[name] for name in self.time_names]

    def clean(self) -> Mapping[str, Any]:
        found = self.cleaned_data
        found["times"] = tuple(found[name] for name in self.time_names if found.get(name))
        if found.get("place", "").casefold() == words.place_shown(BY_VIDEO).casefold():
            found["place"] = BY_VIDEO
        return found


def _typed(time: str) -> datetime:
    return timezone.localtime(datetime.fromisoformat(time))


class InviteForm(_TimesForm):
    """An invitation."""

    to = forms.MultipleChoiceField(label=_("To"), widget=forms.CheckboxSelectMultiple)
    subject = forms.CharField(label=_("What the talks are about"), max_length=300)
    about = forms.ChoiceField(label=_("Dossier"), required=False)
    agenda = _Lines(
        label=_("Draft of the agenda"),
        required=False,
        max_length=30_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One item a line. Leave empty to agree on it later."),
    )
    text = forms.CharField(
        label=_("Words with the invitation"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    language = forms.ChoiceField(label=_("Language of the talks"), choices=_LANGUAGES, initial="en")
    marking = forms.ChoiceField(label=_("Marking"), choices=_MARKINGS, initial="AMBER")
    precedence = forms.ChoiceField(
        label=_("Precedence"), choices=[(word, word) for word in reversed(PRECEDENCES)], initial="ROUTINE"
    )
    exercise = forms.BooleanField(label=_("This is an exercise"), required=False)

    def __init__(self, user: User, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)
        confirmed = Partner.objects.filter(status=Partner.Status.CONFIRMED).order_by("name")
        self.fields["to"].choices = [(partner.node, short_name(partner.name)) for partner in confirmed]
        series = [kind.name for kind in all_kinds() if kind.series]
        rows = readable_matters(user).exclude(kind__in=[*series, "talks"]).order_by("-last_at")[:500]
        self.fields["about"].choices = [("", _("None")), *((matter.id, matter.title) for matter in rows)]


class ProposeForm(_TimesForm):
    """Other times."""

    text = forms.CharField(
        label=_("Remark"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 3})
    )


class DeclineForm(_Form):
    reason = forms.CharField(label=_("Reason"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 4}))


class AgendaForm(_Form):
    items = _Lines(
        label=_("Agenda"),
        max_length=30_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("One item a line."),
    )


class MinutesForm(_Form):
    held = _Day(label=_("Day of the talks"))
    text = forms.CharField(
        label=_("Text of the minutes"),
        max_length=LONGEST_MINUTES,
        widget=forms.Textarea(attrs={"rows": 24, "class": "prose"}),
        help_text=_("An empty line begins a new paragraph. The others agree to this very text."),
    )


class AgreeMinutesForm(_Form):
    act = forms.CharField(widget=forms.HiddenInput)
    sha256 = forms.CharField(widget=forms.HiddenInput)


class CommitForm(_Form):
    text = forms.CharField(label=_("What we promise to do"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 4}))
    owner = forms.CharField(label=_("Who sees to it"), max_length=300, help_text=_("An office, or a person."))
    deadline = _Day(label=_("By"))


class ReportForm(_Form):
    act = forms.CharField(widget=forms.HiddenInput)
    status = forms.ChoiceField(label=_("How it stands"), choices=list(words.STATUSES.items()), initial="done")
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 4})
    )


class CloseForm(_Form):
    text = forms.CharField(
        label=_("Outcome"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 5})
    )
