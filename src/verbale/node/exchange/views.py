"""HTTP face of the exchange."""

from django.http import HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from verbale.node.exchange.client import CONTENT_TYPE
from verbale.node.exchange.server import Refusal, answer
from verbale.node.identity import public_credentials
from verbale.protocol.limits import MAX_PARCEL_BYTES

__all__ = ["credentials", "exchange"]


@csrf_exempt  # No cookie counts here: the parcel is signed by its sender.
@require_POST
def exchange(request: HttpRequest) -> HttpResponse:
    """One parcel in, one parcel out; a refusal is JSON with one sentence."""
    try:
        length = int(request.headers.get("content-length") or 0)
    except ValueError:
        length = 0
    try:
        if length > MAX_PARCEL_BYTES:
            raise Refusal(413, f"A parcel has at most {MAX_PARCEL_BYTES} bytes.")
        # Read as a stream: Django's limit on bodies in memory is for forms.
        data = request.read(MAX_PARCEL_BYTES + 1)
        return HttpResponse(answer(data), content_type=CONTENT_TYPE)
    except Refusal as refusal:
        return JsonResponse({"error": refusal.reason}, status=refusal.status)
    except RawPostDataException:
        return JsonResponse({"error": "The parcel did not arrive whole."}, status=400)


@require_GET
def credentials(request: HttpRequest) -> HttpResponse:
    """This node's public credentials."""
    return HttpResponse(public_credentials().to_bytes(), content_type="application/json")
