"""Forms made of the fields of a deed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from verbale.matters.fields import FilesField
from verbale.matters.kit.spec import Deed, Field, View
from verbale.node.access import readable_matters
from verbale.node.models import Partner, User
from verbale.node.partners import short_name
from verbale.node.registry import all_kinds, kind_of
from verbale.protocol import PRECEDENCES, Marking

__all__ = ["DeedForm", "dossiers", "shown"]

_LONGEST = 200_000
_MOST_MATTERS = 500
_MARKINGS = [(level.value, f"TLP:{level.value}") for level in reversed(Marking)]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class _Lines(forms.CharField):
    def clean(self, value: Any) -> list[str]:
        return _lines(super().clean(value) or "")


class _Paragraphs(forms.CharField):
    def clean(self, value: Any) -> list[str]:
        text = (super().clean(value) or "").replace("\r\n", "\n")
        return [part.strip() for part in text.split("\n\n") if part.strip()]


class _Rows(forms.CharField):
    """One row a line, with a bar between the columns."""

    def __init__(self, columns: tuple[str, ...], **named: Any) -> None:
        super().__init__(**named)
        self.columns = columns

    def clean(self, value: Any) -> list[dict[str, str]]:
        return [row_of(self.columns, line) for line in _lines(super().clean(value) or "")]


def row_of(columns: tuple[str, ...], line: str) -> dict[str, str]:
    """A row from a line: `name | office`. What is left empty is left out."""
    cells = [cell.strip() for cell in line.split("|", len(columns) - 1)]
    return {name: cell for name, cell in zip(columns, cells, strict=False) if cell}


class _Day(forms.DateField):
    def clean(self, value: Any) -> str | None:
        found = super().clean(value)
        return found.isoformat() if found is not None else None


class _Moment(forms.DateTimeField):
    def clean(self, value: Any) -> str | None:
        found = super().clean(value)
        return moment_of(found) if found is not None else None


def moment_of(moment: datetime) -> str:
    """In the spelling of the acts: UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def _area(field: Field) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": field.size, **({"class": "prose"} if field.size > 12 else {})})


def _control(field: Field, view: View, user: User) -> forms.Field:
    common: dict[str, Any] = {"label": field.label, "required": field.required, "help_text": field.help}
    match field.widget:
        case "text":
            return forms.CharField(max_length=_LONGEST, widget=_area(field), **common)
        case "lines":
            return _Lines(max_length=_LONGEST, widget=_area(field), **common)
        case "paragraphs":
            return _Paragraphs(max_length=_LONGEST, widget=_area(field), **common)
        case "rows":
            return _Rows(field.columns, max_length=_LONGEST, widget=_area(field), **common)
        case "day":
            return _Day(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common)
        case "moment":
            return _Moment(
                widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"), **common
            )
        case "number":
            return forms.IntegerField(**common)
        case "check":
            return forms.BooleanField(**{**common, "required": False})
        case "choice":
            return forms.ChoiceField(choices=_choices(field, view), **common)
        case "choices":
            return forms.MultipleChoiceField(
                choices=_choices(field, view), widget=forms.CheckboxSelectMultiple, **common
            )
        case "matter":
            rows = readable_matters(user).order_by("-last_at")
            rows = rows.filter(kind=field.kind) if field.kind else rows
            found = [(matter.id, matter_shown(matter)) for matter in rows[:_MOST_MATTERS]]
            return forms.ChoiceField(choices=[*([] if field.required else [("", _("None"))]), *found], **common)
        case "files":
            return FilesField(**common)
        case "act":
            return forms.CharField(widget=forms.HiddenInput, **common)
    return forms.CharField(max_length=_LONGEST, **common)


def matter_shown(matter: Any) -> str:
    """A matter in a list of several kinds: `Talks: Ransomware against banks`."""
    kind = kind_of(matter.kind)
    return f"{kind.label}: {matter.title}" if kind else matter.title


def _choices(field: Field, view: View) -> list[tuple[str, Any]]:
    found = list(field.choices(view) if callable(field.choices) else field.choices)
    return found if field.required or field.widget == "choices" else [("", _("None")), *found]


def shown(field: Field, value: Any) -> Any:
    """A value of a body as its control takes it."""
    if value is None:
        return None
    match field.widget:
        case "lines":
            return "\n".join(value)
        case "paragraphs":
            return "\n\n".join(value)
        case "rows":
            return "\n".join(" | ".join(str(row.get(name) or "") for name in field.columns) for row in value)
        case "moment":
            return timezone.localtime(datetime.fromisoformat(value))
        case "files":
            return None
    return value


def dossiers(user: User) -> list[tuple[str, str]]:
    """What a matter can be about: no standing series, and nothing that never leaves the node. A case of which only
    parts came here stands in the list by the first of them."""
    series = [kind.name for kind in all_kinds() if kind.series or kind.private]
    rows = list(readable_matters(user).exclude(kind__in=series).order_by("-last_at")[:_MOST_MATTERS])
    found = {matter.id: matter_shown(matter) for matter in rows}
    for matter in reversed(rows):
        if matter.about_id:
            found.setdefault(matter.about_id, matter_shown(matter))
    return list(found.items())


class DeedForm(forms.Form):
    """The fields of a deed; with one that opens a matter, also to whom, about what, and how marked."""

    def __init__(self, deed: Deed, view: View, user: User, *arguments: Any, **named: Any) -> None:
        initial = dict(named.pop("initial", None) or {})
        for field in deed.fields:
            if field.name not in initial and field.initial is not None:
                value = field.initial(view) if callable(field.initial) else field.initial
                initial[field.name] = shown(field, value)
        super().__init__(*arguments, label_suffix="", initial=initial, **named)
        self.deed, self.view = deed, view
        if deed.opens and not deed.alone and deed.to is None:
            confirmed = Partner.objects.filter(status=Partner.Status.CONFIRMED).order_by("name")
            self.fields["to"] = forms.MultipleChoiceField(
                label=_("To"),
                choices=[(partner.node, short_name(partner.name)) for partner in confirmed],
                widget=forms.CheckboxSelectMultiple,
            )
        for field in deed.fields:
            self.fields[field.name] = _control(field, view, user)
        if deed.opens:
            self._add_general(deed, user)
        elif deed.marks:
            self._add_marking()

    def _add_general(self, deed: Deed, user: User) -> None:
        if deed.about:
            self.fields["about"] = forms.ChoiceField(
                label=_("Dossier that it is about"), required=False, choices=[("", _("None")), *dossiers(user)]
            )
        self._add_marking()
        if not deed.alone:
            self.fields["precedence"] = forms.ChoiceField(
                label=_("Precedence"),
                choices=[(word, word) for word in reversed(PRECEDENCES)],
                initial=deed.precedence if isinstance(deed.precedence, str) else "ROUTINE",
            )
            if not deed.exercise:
                self.fields["exercise"] = forms.BooleanField(label=_("This is an exercise"), required=False)

    def _add_marking(self) -> None:
        level = self.view.matter.marking if self.view.matter is not None else "AMBER"
        self.fields["marking"] = forms.ChoiceField(label=_("Marking"), choices=_MARKINGS, initial=level)

    def general(self) -> list[Any]:
        """The controls below the deed's own."""
        return [self[name] for name in ("about", "marking", "precedence", "exercise") if name in self.fields]

    def own(self) -> list[Any]:
        """To whom, and the visible controls of the deed's own fields."""
        names = ["to", *(field.name for field in self.deed.fields)]
        return [self[name] for name in names if name in self.fields and not self[name].is_hidden]

    def values(self) -> Mapping[str, Any]:
        """What was given in the deed's fields."""
        found = {}
        for field in self.deed.fields:
            value = self.cleaned_data.get(field.name)
            if field.widget == "files" and value:
                value = [(file.name, file.content_type or "application/octet-stream", file.read()) for file in value]
            found[field.name] = value
        return found
