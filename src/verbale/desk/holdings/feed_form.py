"""What a person fills in to make or change a feed."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verbale.desk.holdings.opened import open_shelves
from verbale.holdings.client import feeds
from verbale.holdings.client.feeds import Changed
from verbale.holdings.client.models import Feed
from verbale.node.identity import node_name
from verbale.node.models import Partner, User
from verbale.protocol import Marking

__all__ = ["ChangeForm", "MakeForm", "refused"]

_SERVER = "*"
"""In place of a node's name: another server, which is named."""
_FIELDS = {"interval": "minutes"}
"""Where a refusal stands, when it does not bear the name of the field that a person fills in."""


class _FeedForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("What we call it"), max_length=80, help_text=gettext_lazy("For this page and for commands.")
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=1_000,
        help_text=gettext_lazy(
            "Of the API root of a TAXII 2.1 server, https://cert.example/taxii2/root/ say, or of the folder on the web "
            "in which the manifest.json of a MISP feed is. A folder on the disk of this machine is entered by its "
            "operator, with the command verbale intel feed add."
        ),
    )
    collection = forms.CharField(
        label=gettext_lazy("Collection"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Its id or alias on the TAXII server. A MISP feed has none."),
    )
    user = forms.CharField(
        label=gettext_lazy("User name"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Without one the token goes as Bearer, with one by HTTP Basic."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    token = forms.CharField(
        label=gettext_lazy("Token or password"),
        required=False,
        max_length=4_000,
        help_text=gettext_lazy("It is kept encrypted and never shown again."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    marking = forms.ChoiceField(
        label=gettext_lazy("Marking of what bears none"),
        choices=[(level.value, level.label) for level in Marking],
        initial=Marking.AMBER.value,
    )
    named = forms.MultipleChoiceField(
        label=gettext_lazy("Who may see what is above GREEN"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only for what comes from software of our own: nobody else's is ours to name."),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes from one run to the next"), min_value=1, max_value=43_200, initial=60
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["named"].choices = _partners()

    def _common(self) -> dict[str, Any]:
        given = self.cleaned_data
        # From a page nothing on the disk of the server is read.
        return {"token": given["token"], "interval": given["minutes"] * 60, "folders": False}


class MakeForm(_FeedForm):
    """A new feed."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is there"),
        choices=[
            (Feed.Kind.TAXII, gettext_lazy("A TAXII 2.1 collection")),
            (Feed.Kind.MISP, gettext_lazy("A MISP feed")),
        ],
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("Which way it goes"),
        choices=[
            (Feed.Direction.POLL, gettext_lazy("Theirs comes to us")),
            (Feed.Direction.PUSH, gettext_lazy("Ours goes to them")),
            (Feed.Direction.BOTH, gettext_lazy("Both ways")),
        ],
        help_text=gettext_lazy("A MISP feed only comes."),
    )
    shelf = forms.ChoiceField(label=gettext_lazy("Shelf"), help_text=gettext_lazy("Where it comes to, or goes from."))
    origin = forms.ChoiceField(
        label=gettext_lazy("Who is there"),
        help_text=gettext_lazy(
            "What a partner gives counts as the partner's, and a partner is sent what it may see. What software of our "
            "own gives is ours, and it is sent everything. Any other server is sent what is CLEAR."
        ),
    )
    server = forms.CharField(
        label=gettext_lazy("Name of the other server"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Only for one that is neither a partner's nor our own; circl.lu say."),
    )

    def __init__(self, who: User, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["shelf"].choices = [(item.pk, item.title) for item in open_shelves(who)]
        self.fields["origin"].choices = [
            ("", _("choose")),
            *_partners(),
            (node_name(), _("Software of our own")),
            (_SERVER, _("Another server, by its name")),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("origin") == _SERVER:
            name = given.get("server", "")
            if not name:
                self.add_error("server", _("Say what it is called."))
            elif name == node_name() or Partner.objects.filter(pk=name).exists():
                self.add_error("server", _("This is the name of a node: choose it above."))
        return given

    def make(self, shelf: Any, by: str) -> Feed:
        """Raises UserError naming the field."""
        given = self.cleaned_data
        origin = given["server"] if given["origin"] == _SERVER else given["origin"]
        plain = {key: given[key] for key in ("kind", "direction", "address", "collection", "user", "marking", "named")}
        return feeds.make(given["name"], shelf=shelf, origin=origin, by=by, **plain, **self._common())


class ChangeForm(_FeedForm):
    """A feed that is there. What makes it another feed, its kind, its shelf and who is there, stays."""

    no_token = forms.BooleanField(label=gettext_lazy("Forget the token: it goes without one"), required=False)

    def __init__(self, feed: Feed, *arguments: Any, **named: Any) -> None:
        self._feed = feed
        initial = {
            "name": feed.name,
            "address": feed.address,
            "collection": feed.collection,
            "user": feed.user,
            "marking": feed.marking,
            "named": feed.named,
            "minutes": max(1, feed.interval // 60),
        }
        super().__init__(*arguments, **{**named, "initial": {**initial, **named.get("initial", {})}})
        if feed.origin != node_name():
            del self.fields["named"]
        if feed.kind == Feed.Kind.MISP:
            del self.fields["collection"]
        if feed.secret:
            self.fields["token"].help_text = _("One is kept; left empty, it stays. It is never shown.")
        else:
            del self.fields["no_token"]

    def change(self, by: str) -> Changed:
        """Raises UserError naming the field."""
        given = self.cleaned_data
        common = self._common()
        if given["minutes"] == self["minutes"].initial:
            # An interval that was given in seconds is not rounded by who changes something else.
            common["interval"] = self._feed.interval
        return feeds.change(
            self._feed,
            by=by,
            name=given["name"],
            address=given["address"],
            collection=given.get("collection"),
            user=given["user"],
            no_token=given.get("no_token", False),
            marking=given["marking"],
            named=given.get("named"),
            **common,
        )


def refused(form: forms.Form, error: Exception) -> None:
    """Put a refusal from below beside the field that a person filled in."""
    field = getattr(error, "field", "")
    field = _FIELDS.get(field, field)
    if field == "origin" and form.data.get("origin") == _SERVER:
        field = "server"
    form.add_error(field if field in form.fields else None, str(error))


def _partners() -> list[tuple[str, str | Promise]]:
    return list(Partner.objects.filter(status=Partner.Status.CONFIRMED).order_by("name").values_list("node", "name"))
