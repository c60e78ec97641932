"""HTTP face of the TAXII server."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from verbale.holdings.taxii.exchange import TAXII, Answer, Asked, Problem
from verbale.holdings.taxii.server import answer

__all__ = ["taxii"]


@csrf_exempt  # No cookie counts here: every request carries the token of an account.
def taxii(request: HttpRequest, path: str = "") -> HttpResponse:
    """Any request under `/taxii2/`."""

    def read(most: int) -> bytes:
        try:
            # As a stream: Django's limit on bodies in memory is for forms.
            return request.read(most)
        except OSError:
            raise Problem(400, "Bad request", "The request did not arrive whole.") from None

    asked = Asked(
        request.method or "GET",
        path,
        request.META.get("QUERY_STRING", ""),
        {name.lower(): value for name, value in request.headers.items()},
        read,
    )
    return _response(answer(asked))


def _response(told: Answer) -> HttpResponse:
    return HttpResponse(told.body, status=told.status, content_type=TAXII, headers=dict(told.headers))
