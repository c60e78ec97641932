"""Pages of the feeds: each one, how it stands and what did not arrive; made, changed, run, stopped, removed.

Who reads what came may look; who sees to partners may change. The address of another server is entered by a person: a
page never reads the disk of this machine, and an account's token is never shown again.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from verbale.desk.holdings import feed_told
from verbale.desk.holdings.feed_form import ChangeForm, MakeForm, refused
from verbale.desk.holdings.opened import open_feed, open_feeds, open_shelves
from verbale.holdings import store
from verbale.holdings.client import feeds as operations
from verbale.holdings.client.link import checked_address
from verbale.holdings.client.look import Found
from verbale.holdings.client.look import look as look_at
from verbale.holdings.client.models import Feed, Refusal
from verbale.holdings.client.secret import shown
from verbale.holdings.client.standing import standing, standing_of
from verbale.node.access import audit, may
from verbale.node.errors import NodeError
from verbale.node.identity import node_name
from verbale.node.web import action, page

__all__ = ["add", "again", "change", "feed", "feeds", "look", "remove", "run", "start", "stop"]

_A_PAGE = 50


@page()
def feeds(request: HttpRequest) -> HttpResponse:
    """All that lead to or from shelves which the person may open."""
    known = set(open_feeds(request.user).values_list("pk", flat=True))
    return render(request, "desk/feeds.html", {"feeds": [item for item in standing() if item.key in known]})


@page()
def feed(request: HttpRequest, pk: int) -> HttpResponse:
    """How one stands, what came and went, what did not arrive and why."""
    found = open_feed(request.user, pk)
    side = request.GET.get("side", "")
    side = side if side in Refusal.Side.values else ""
    rows = found.refusals.filter(side=side) if side else found.refusals.all()
    shown_page = Paginator(rows.order_by("-at", "-pk"), _A_PAGE).get_page(request.GET.get("page"))
    stands, reads = standing_of(found), may(request.user, "read")
    counts = {"here": stands.refused_here, "there": stands.refused_there, "waits": stands.waiting}
    return render(
        request,
        "desk/feed.html",
        {
            "feed": found,
            "stands": stands,
            "when": feed_told.when(found),
            "waits": feed_told.waits(found),
            "own": found.origin == node_name(),
            "page": shown_page,
            "refused": feed_told.refused_rows(found, shown_page.object_list, named=reads),
            "side": side,
            "sides": [(key, feed_told.SIDES[Refusal.Side(key)], count) for key, count in counts.items() if count],
            "all_refused": sum(counts.values()),
            "lines": feed_told.audited(found) if may(request.user, "audit") else None,
        },
    )


@page("partners")
def add(request: HttpRequest) -> HttpResponse:
    """A new feed, which runs from now on."""
    if request.method != "POST":
        form = MakeForm(request.user, initial={"shelf": request.GET.get("shelf", "")})
        return _form_page(request, form)
    form = MakeForm(request.user, request.POST)
    if form.is_valid():
        shelf = next(item for item in open_shelves(request.user) if item.pk == form.cleaned_data["shelf"])
        try:
            made = form.make(shelf, request.user.username)
        except NodeError as error:
            refused(form, error)
        else:
            return redirect("feed", made.pk)
    return _form_page(request, form)


@page("partners")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change where it leads, as whom, how often."""
    found = open_feed(request.user, pk)
    form = ChangeForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = form.change(request.user.username)
        except NodeError as error:
            refused(form, error)
        else:
            messages.success(request, _told_of(done))
            return redirect("feed", found.pk)
    return _form_page(request, form, found)


def _told_of(done: operations.Changed) -> str:
    if not done.fields:
        return _("Nothing was changed.")
    if done.anew:
        return _("It leads elsewhere now. How far it had come is forgotten: it begins anew there.")
    return _("It is changed.")


def _form_page(
    request: HttpRequest, form: Any, found: Feed | None = None, looked: dict[str, Any] | None = None
) -> HttpResponse:
    told = {"form": form, "feed": found, "token_typed": bool(request.POST.get("token")), **(looked or {})}
    return render(request, "desk/feed_form.html", told)


@page("partners")
def look(request: HttpRequest) -> HttpResponse:
    """What is there: asks the server that was typed, with the name and the token that were typed, and offers its
    collections. Nothing is kept."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    given = request.POST.copy()
    known = open_feed(request.user, int(given["feed"])) if given.get("feed", "").isdecimal() else None
    looked: dict[str, Any] = {}
    if taken := given.get("take", ""):
        # Without scripts: fills the form in with what was chosen.
        collection, _space, address = taken.partition(" ")
        given["collection"], given["address"] = unquote(collection), address
    else:
        try:
            looked = {"looked": _choices(_look(request, given, known))}
        except NodeError as error:
            looked = {"trouble": str(error)}
    if request.htmx:
        return render(request, "desk/parts/feed-found.html", looked)
    typed = {key: given.getlist(key) if key == "named" else value for key, value in given.items() if key != "token"}
    form = ChangeForm(known, initial=typed) if known else MakeForm(request.user, initial=typed)
    return _form_page(request, form, known, looked)


def _look(request: HttpRequest, given: Any, known: Feed | None) -> Found:
    """Raises NodeError."""
    user, token = given.get("user", "").strip(), given.get("token", "").strip()
    operations.checked_account(user, token)
    address = checked_address(given.get("address", ""))
    if known is not None and not token and operations.same_server(address, known.address):
        token = shown(known.secret)
    audit(request.user.username, "looked at server", detail=address)
    return look_at(address, user=user, token=token)


def _choices(found: Found) -> dict[str, Any]:
    """With what each choice fills in: by our script, and without it by the server."""
    roots = [
        {
            "root": root,
            "collections": [
                {
                    "item": item,
                    "fills": json.dumps({"id_address": root.address, "id_collection": item.id}),
                    "take": f"{quote(item.id, safe='')} {root.address}",
                }
                for item in root.collections
            ],
        }
        for root in found.roots
    ]
    return {"found": found, "roots": roots}


def _done(operation: Callable[..., None]) -> Callable[..., HttpResponse]:
    """A button that does this with a feed and comes back to its page."""

    @action("partners")
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        operation(open_feed(request.user, pk), by=request.user.username)
        return redirect("feed", pk)

    return view


run, again = _done(operations.run_soon), _done(operations.again)
stop, start = _done(operations.stop), _done(operations.start)


@page("partners")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks back, and removes it."""
    found = open_feed(request.user, pk)
    if request.method == "POST":
        operations.remove(found, by=request.user.username)
        messages.success(request, _("The feed %(name)s is removed; what it brought stays.") % {"name": found.name})
        return redirect("feeds")
    return render(
        request,
        "desk/feed_remove.html",
        {"feed": found, "refused": found.refusals.count(), "held": store.count(found.shelf)},
    )
