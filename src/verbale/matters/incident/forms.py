"""Forms of incidents."""

from django import forms
from django.utils.translation import gettext_lazy as _

from verbale.intel.limits import MAX_BYTES
from verbale.knowledge import Answer, Scale, all_scales, all_sectors
from verbale.protocol import Marking

__all__ = ["AssessForm", "ImportForm", "ReportForm", "ScaleForm"]

_MARKINGS = [("", _("as the report is marked")), *((level.value, f"TLP:{level.value}") for level in Marking)]


class ReportForm(forms.Form):
    """A report file."""

    report = forms.FileField(
        label=_("Report"),
        help_text=_("A STIX 2.1 bundle (Attack Flow included) or a MISP event, as JSON, at most %(mib)s MiB.")
        % {"mib": MAX_BYTES >> 20},
    )

    def clean_report(self) -> object:
        upload = self.cleaned_data["report"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(
                _("The file has %(size)s bytes; the limit is %(limit)s.") % {"size": upload.size, "limit": MAX_BYTES}
            )
        return upload


class ImportForm(ReportForm):
    """Opens an incident, from a report or from what one was told."""

    report = forms.FileField(label=_("Report"), required=False, help_text=ReportForm.base_fields["report"].help_text)
    title = forms.CharField(
        label=_("Title of the case"),
        max_length=300,
        required=False,
        help_text=_("As the house will call it. Without one, the report's own title stands."),
    )
    occurred = forms.DateField(
        label=_("Noticed on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    sectors = forms.MultipleChoiceField(
        label=_("Sectors affected"), required=False, widget=forms.CheckboxSelectMultiple
    )
    account = forms.CharField(
        label=_("What happened"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 5})
    )
    marking = forms.ChoiceField(label=_("Marking"), required=False, choices=_MARKINGS)
    exercise = forms.BooleanField(label=_("This is an exercise"), required=False)

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, label_suffix="", **named)
        self.fields["sectors"].choices = [(sector.name, _(sector.name)) for sector in all_sectors()]

    def clean_report(self) -> object:
        return super().clean_report() if self.cleaned_data.get("report") else None

    def clean(self) -> None:
        if not self.cleaned_data.get("report") and not self.cleaned_data.get("title") and not self.errors:
            self.add_error("title", _("Give a report, or a title at least."))


class AssessForm(forms.Form):
    """A level of a scale, chosen in one list; the value is `scale:level`."""

    level = forms.ChoiceField(label=_("Severity"))
    reasons = forms.CharField(label=_("Reasons"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)
        self.fields["level"].choices = [
            (scale.name, [(f"{scale.id}:{level.code}", f"{level.code} – {level.name}") for level in scale.levels])
            for scale in all_scales()
            if not scale.computes
        ]


class ScaleForm(forms.Form):
    """One scale with its factors. Where the scale computes, all of them are to be answered and no level is asked."""

    reasons = forms.CharField(label=_("Reasons"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, scale: Scale, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, label_suffix="", **named)
        self.scale = scale
        asked: dict[str, forms.Field] = {}
        for factor in scale.factors:
            asked[f"factor-{factor.id}"] = forms.ChoiceField(
                label=factor.name,
                help_text=factor.question,
                required=scale.computes,
                choices=[("", "–"), *((answer.id, _told(answer)) for answer in factor.answers)],
            )
        if not scale.computes:
            asked["level"] = forms.ChoiceField(
                label=_("Severity"), choices=[(level.code, f"{level.code} – {level.name}") for level in scale.levels]
            )
        self.fields = {**asked, **self.fields}

    @property
    def answers(self) -> dict[str, str]:
        """Factor to answer, of what was answered."""
        given = ((factor.id, self.cleaned_data.get(f"factor-{factor.id}")) for factor in self.scale.factors)
        return {factor: answer for factor, answer in given if answer}


def _told(answer: Answer) -> str:
    return answer.name if answer.points is None else f"{answer.name} ({answer.points})"
