"""Partners: onboarding, the out-of-band check, alarms, pouches."""

import segno
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verbale.desk.holdings.worth import gave_lines, gave_to_readable
from verbale.desk.law import binding_with
from verbale.node import partners as operations
from verbale.node import pouches
from verbale.node.access import may, readable_acts
from verbale.node.errors import NodeError, UserError
from verbale.node.identity import public_credentials
from verbale.node.models import Delivery, Partner
from verbale.node.web import action, page, refusals
from verbale.protocol import Checkpoint, Credentials, ProtocolError, fingerprint_words
from verbale.protocol.limits import MAX_PARCEL_BYTES

__all__ = ["add", "block", "confirm", "open_pouch", "own_credentials", "pack_pouch", "partner", "partners", "settle"]


class AddForm(forms.Form):
    """How one comes by a partner's credentials."""

    endpoint = forms.CharField(
        label=gettext_lazy("Address of the partner's node"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("For example https://node.mfa.example. We ask it for its credentials."),
    )
    credentials = forms.FileField(
        label=gettext_lazy("or its credentials file"),
        required=False,
        help_text=gettext_lazy("As the partner handed it over."),
    )


@page()
def partners(request: HttpRequest) -> HttpResponse:
    """All partners, and ourselves as they see us."""
    own = public_credentials().current
    words = fingerprint_words(own.fingerprint)
    return render(
        request,
        "desk/partners.html",
        {
            "partners": Partner.objects.order_by("name"),
            "own": own,
            "words": words,
            "code": segno.make(own.fingerprint).svg_data_uri(scale=3, dark="#111", light="#fff"),
            "form": AddForm(),
            "may_change": may(request.user, "partners"),
            "may_carry": may(request.user, "pouch"),
        },
    )


@page()
def partner(request: HttpRequest, node: str) -> HttpResponse:
    """One partner: how it is reached, what it holds of us, what it owes."""
    found = get_object_or_404(Partner, pk=node)
    queued = Delivery.objects.filter(node=node, status=Delivery.Status.QUEUED).count()
    gave = gave_to_readable(request.user, node) if may(request.user, "read") else None
    return render(
        request,
        "desk/partner.html",
        {
            "partner": found,
            "words": operations.words_of(found).split(),
            "code": segno.make(found.fingerprint).svg_data_uri(scale=3, dark="#111", light="#fff"),
            "head": Checkpoint.parse(found.head_note) if found.head_note else None,
            "queued": queued,
            "delivered": Delivery.objects.filter(node=node, status=Delivery.Status.DELIVERED).count(),
            "recent": readable_acts(request.user).filter(author=node).order_by("-index")[:10],
            "versions": found.credentials.identities,
            "binding": binding_with(found.name) if found.kind == "state" else None,
            "gave": gave,
            "relied_on": gave_lines(gave) if gave is not None else (),
            "may_change": may(request.user, "partners"),
            "may_carry": may(request.user, "pouch"),
        },
    )


@page("partners")
def add(request: HttpRequest) -> HttpResponse:
    """Take in a node's credentials; it is pending until its words are compared."""
    form = AddForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            if upload := form.cleaned_data["credentials"]:
                offered = Credentials.from_bytes(upload.read(1 << 25))
            elif form.cleaned_data["endpoint"]:
                offered = operations.fetch_credentials(form.cleaned_data["endpoint"])
            else:
                raise UserError(_("Give the address or the file."), "endpoint")
            found = operations.add(offered, request.user.username)
        except ProtocolError as error:
            form.add_error("credentials", str(error))
        except NodeError as error:
            refusals(form, error)
        else:
            return redirect("partner", found.pk)
    return render(request, "desk/partner_add.html", {"form": form})


@action("partners")
def confirm(request: HttpRequest, node: str) -> HttpResponse:
    """The out-of-band check."""
    found = get_object_or_404(Partner, pk=node)
    operations.confirm(found, request.POST.get("words", ""), request.user.username)
    messages.success(request, _("%(name)s is a confirmed partner. Acts can be exchanged.") % {"name": found.name})
    return redirect("partner", found.pk)


@action("partners")
def block(request: HttpRequest, node: str) -> HttpResponse:
    """Exchange nothing more."""
    found = get_object_or_404(Partner, pk=node)
    operations.block(found, request.user.username, request.POST.get("reason", ""))
    messages.success(
        request, _("Nothing is exchanged with %(name)s until it is confirmed anew.") % {"name": found.name}
    )
    return redirect("partner", found.pk)


@action("partners")
def settle(request: HttpRequest, node: str) -> HttpResponse:
    """A person has looked into the alarm."""
    found = get_object_or_404(Partner, pk=node)
    operations.settle_alarm(found, request.user.username, request.POST.get("remark", ""))
    messages.success(request, _("The alarm is settled and stands in the audit trail."))
    return redirect("partner", found.pk)


@page()
def own_credentials(request: HttpRequest) -> HttpResponse:
    """Our credentials as a file to hand over."""
    credentials = public_credentials()
    return HttpResponse(
        credentials.to_bytes() + b"\n",
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{credentials.node}.credentials.json"'},
    )


@action("pouch")
def pack_pouch(request: HttpRequest, node: str) -> HttpResponse:
    """A pouch with all that waits for a partner."""
    found = get_object_or_404(Partner, pk=node)
    data, _count = pouches.pack_pouch(found, request.user.username, everything=request.POST.get("everything") == "1")
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    return HttpResponse(
        data,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{node}-{stamp}.pouch"'},
    )


@action("pouch")
def open_pouch(request: HttpRequest) -> HttpResponse:
    """Take in a pouch that was carried here."""
    upload = request.FILES.get("pouch")
    if upload is None:
        raise UserError(_("Choose the pouch file first."))
    if upload.size > MAX_PARCEL_BYTES:
        raise UserError(_("This file is larger than a pouch can be."))
    opened = pouches.open_pouch(upload.read(), request.user.username)
    taken = sum(outcome.status == "accepted" for outcome in opened.outcomes)
    for outcome in opened.outcomes:
        if outcome.status == "refused":
            messages.error(request, outcome.reason)
    messages.success(
        request,
        ngettext("Pouch of %(node)s: %(n)s new act", "Pouch of %(node)s: %(n)s new acts", taken)
        % {"node": operations.name_of(opened.sender), "n": taken}
        + ngettext(", %(n)s receipt.", ", %(n)s receipts.", opened.receipts) % {"n": opened.receipts},
    )
    return redirect("partner", opened.sender)
