"""The register, the audit trail, people and tokens, one's own settings."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verbale.node import people, register
from verbale.node.access import ROLES, audit, may, readable_acts
from verbale.node.errors import NodeError
from verbale.node.models import ActRecord, ApiToken, AuditEntry, CosignatureRecord, User
from verbale.node.partners import names
from verbale.node.register import checkpoint_text
from verbale.node.web import action, download, page, refusals
from verbale.protocol import Checkpoint

__all__ = ["audit_trail", "export_register", "people_page", "register_page", "settings_page"]


@page()
def register_page(request: HttpRequest) -> HttpResponse:
    """The register: its head, who cosigned, its latest entries."""
    head = Checkpoint.parse(register.latest_text())
    pages = Paginator(ActRecord.objects.order_by("-index"), 50)
    shown = pages.get_page(request.GET.get("page"))
    open_ids = set(readable_acts(request.user).filter(id__in=[r.id for r in shown]).values_list("id", flat=True))
    latest: dict[str, CosignatureRecord] = {}
    for row in CosignatureRecord.objects.order_by("checkpoint_id"):
        latest[row.node] = row
    return render(
        request,
        "desk/register.html",
        {
            "head": head,
            "page": shown,
            "open_ids": open_ids,
            "cosigned": [
                {"node": node, "size": row.checkpoint_id, "at": row.at, "text": checkpoint_text(row.checkpoint)}
                for node, row in sorted(latest.items())
            ],
            "names": names(),
        },
    )


@page("audit")
def export_register(request: HttpRequest) -> HttpResponse:
    """The whole register as a file that anybody can verify; with the acts themselves for whoever may audit."""
    audit(request.user.username, "exported register")
    lines = register.export(disclose=request.GET.get("acts") == "1")
    return download(b"".join(lines), "register.jsonl", "application/jsonl")


@page("audit")
def audit_trail(request: HttpRequest) -> HttpResponse:
    """Who did or read what."""
    rows = AuditEntry.objects.all()
    if who := request.GET.get("who", ""):
        rows = rows.filter(who=who)
    if verb := request.GET.get("verb", ""):
        rows = rows.filter(verb=verb)
    return render(
        request,
        "desk/audit.html",
        {
            "page": Paginator(rows, 100).get_page(request.GET.get("page")),
            "who": who,
            "verb": verb,
            "everyone": AuditEntry.objects.order_by("who").values_list("who", flat=True).distinct(),
            "verbs": AuditEntry.objects.order_by("verb").values_list("verb", flat=True).distinct(),
        },
    )


class PersonForm(forms.Form):
    """A person of this node."""

    username = forms.SlugField(label=gettext_lazy("User name"), max_length=60)
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=100)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=100)
    post = forms.CharField(label=gettext_lazy("Post"), max_length=120, required=False)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"), choices=list(ROLES.items()), widget=forms.CheckboxSelectMultiple
    )
    password = forms.CharField(
        label=gettext_lazy("First password"),
        widget=forms.PasswordInput,
        help_text=gettext_lazy("At least 12 characters. The person sets up a second factor at the first log-in."),
    )


@page()
def settings_page(request: HttpRequest) -> HttpResponse:
    """My own account; for operators, the people and tokens of the node."""
    return render(
        request,
        "desk/settings.html",
        {
            "people": User.objects.order_by("-is_active", "last_name") if may(request.user, "users") else None,
            "tokens": ApiToken.objects.filter(user=request.user).order_by("-id"),
            "role_names": ROLES,
            "new_token": request.session.pop("new_token", ""),
        },
    )


@page("users")
def people_page(request: HttpRequest) -> HttpResponse:
    """Add a person."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = people.create(by=request.user.username, **form.cleaned_data)
        except NodeError as error:
            refusals(form, error)
        else:
            messages.success(request, _("%(name)s can log in now.") % {"name": made.shown})
            return redirect("settings")
    return render(request, "desk/person_add.html", {"form": form})


@action("users")
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """A person may no longer log in; what they did stays on record."""
    person = get_object_or_404(User, pk=pk)
    people.set_active(person, active=request.POST.get("active") == "1", by=request.user.username)
    return redirect("settings")


@action()
def make_token(request: HttpRequest) -> HttpResponse:
    """A token for the REST API, shown once."""
    name = request.POST.get("name", "").strip()[:80] or _("unnamed")
    request.session["new_token"] = ApiToken.make(request.user, name)
    audit(request.user.username, "made token", detail=name)
    return redirect("settings")


@action()
def drop_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a token useless."""
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    audit(request.user.username, "dropped token", detail=token.name)
    token.delete()
    return redirect("settings")
