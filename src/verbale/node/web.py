"""What views share: who may come in, and errors of the floors below told as messages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme

from verbale.intel import ReportError
from verbale.node.access import require
from verbale.node.errors import AccessError, NodeError
from verbale.node.partners import looked_up_once
from verbale.protocol import ProtocolError

__all__ = ["action", "download", "onward", "page", "refusals"]


def download(data: bytes, name: str, media_type: str = "application/json") -> HttpResponse:
    """A file to keep. Whole, not as a stream: an ASGI server would read a synchronous stream whole all the same."""
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(data, content_type=media_type, headers=headers)


View = Callable[..., HttpResponse]


def page(right: str | None = None) -> Callable[[View], View]:
    """A page for people with that right; whoever lacks it is told which roles have it."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def inner(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            if "%00" in request.META.get("QUERY_STRING", ""):
                # No text of ours holds U+0000, and PostgreSQL takes none.
                return HttpResponse(status=400)
            try:
                if right is not None:
                    require(request.user, right)
                with looked_up_once():
                    return view(request, *arguments, **named)
            except AccessError as error:
                return render(request, "desk/refused.html", {"reason": str(error)}, status=403)

        return inner

    return decorate


def action(right: str | None = None) -> Callable[[View], View]:
    """A page's deed: POST only; a refusal becomes a message on the page that one came from."""

    def decorate(view: View) -> View:
        @page(right)
        @wraps(view)
        def inner(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            if request.method != "POST":
                return HttpResponse(status=405, headers={"Allow": "POST"})
            try:
                return view(request, *arguments, **named)
            except AccessError:
                raise
            except (NodeError, ProtocolError, ReportError) as error:
                messages.error(request, str(error))
                return redirect(_back(request))

        return inner

    return decorate


def onward(request: HttpRequest, otherwise: str) -> str:
    """Where a deed leads: to the address on this node that its form names as `next`, or else to `otherwise`."""
    named = request.POST.get("next", "")
    return named if named and url_has_allowed_host_and_scheme(named, allowed_hosts=None) else otherwise


def _back(request: HttpRequest) -> str:
    """The page that the form stood on, on this node; the desk otherwise."""
    came_from = request.headers.get("referer", "")
    lawful = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from if lawful else "/"


def refusals(form: Any, error: Exception) -> None:
    """Put a refusal from below beside the field that it names, or over the form."""
    name = getattr(error, "field", "")
    form.add_error(name if name in form.fields else None, str(error))
