"""Two rules that hold on every page: nothing from elsewhere runs, and nobody works without a second factor."""

from collections.abc import Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from verbale.desk.second_factor import enrolled

__all__ = ["ContentSecurityPolicy", "SecondFactorRequired"]

_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)
_OPEN = ("/accounts/", "/exchange/", "/taxii2/", "/api/", "/static/", "/i18n/")


class _Both:
    """A middleware for sync and async alike, so that the live stream stays async all the way."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest):
        if iscoroutinefunction(self):
            return self._later(request)
        return self.before(request) or self.after(self.get_response(request))

    async def _later(self, request: HttpRequest) -> HttpResponse:
        early = await sync_to_async(self.before)(request)
        return early or self.after(await self.get_response(request))

    def before(self, request: HttpRequest) -> HttpResponse | None:
        return None

    def after(self, response: HttpResponse) -> HttpResponse:
        return response


class ContentSecurityPolicy(_Both):
    """Scripts, styles and frames come from this node or not at all."""

    def after(self, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response


class SecondFactorRequired(_Both):
    """Whoever has no second factor yet is led to set one up before anything else."""

    def before(self, request: HttpRequest) -> HttpResponse | None:
        if request.path.startswith(_OPEN) or not request.user.is_authenticated:
            return None
        if request.session.get("second_factor"):
            return None
        if enrolled(request.user):
            request.session["second_factor"] = True
            return None
        return redirect(reverse("mfa_activate_totp"))
