"""What every router of the REST API shares: who asks, and how errors are told."""

from datetime import timedelta
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.security import HttpBearer

from verbale.intel import ReportError
from verbale.node.errors import AccessError, NodeError, NotFoundError, UserError
from verbale.node.models import ActRecord, ApiToken, User
from verbale.protocol import ProtocolError

__all__ = ["TokenAuth", "act_json", "install_errors", "person"]

_USE_NOTED_EVERY = timedelta(minutes=1)


class TokenAuth(HttpBearer):
    """`Authorization: Bearer vb_…`. The token acts as its person, within that person's rights."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = (
            ApiToken.objects.select_related("user")
            .filter(digest=ApiToken.digest_of(token), user__is_active=True)
            .first()
        )
        now = timezone.now()
        if found is not None and (found.last_used is None or now - found.last_used > _USE_NOTED_EVERY):
            ApiToken.objects.filter(pk=found.pk).update(last_used=now)
        return found


def person(request: HttpRequest) -> User:
    """Who asks."""
    return request.auth.user  # type: ignore[attr-defined]


def act_json(record: ActRecord) -> dict[str, Any]:
    """An act as the API tells it."""
    act = record.act
    return {
        "id": record.id,
        "type": record.type,
        "author": record.author,
        "audience": record.audience,
        "matter": record.matter_id,
        "about": record.about_id or None,
        "refs": list(act.refs),
        "issued": record.issued,
        "recorded_at": record.recorded_at,
        "index": record.index,
        "marking": record.act.marking.label,
        "precedence": record.precedence,
        "exercise": record.exercise,
        "effective": record.effective,
        "reason": record.reason % tuple(record.about) if record.reason and record.about else record.reason,
        "body": act.body,
    }


def install_errors(api: NinjaAPI) -> None:
    """One shape for every refusal: `{"error": sentence, "field": name or ""}`."""

    def tell(kind: type[Exception], status: int) -> None:
        def handler(request: HttpRequest, error: Exception) -> HttpResponse:
            return api.create_response(
                request, {"error": str(error), "field": getattr(error, "field", "")}, status=status
            )

        api.add_exception_handler(kind, handler)

    tell(AccessError, 403)
    tell(UserError, 422)
    tell(ReportError, 422)
    tell(ProtocolError, 422)
    tell(NodeError, 409)
    tell(NotFoundError, 404)

    def unstorable(request: HttpRequest, error: Exception) -> HttpResponse:
        # U+0000 on PostgreSQL, a lone surrogate anywhere: in a path, a query or a body.
        sentence = _("a text in the request holds a character that cannot be stored")
        return api.create_response(request, {"error": sentence, "field": ""}, status=422)

    api.add_exception_handler(DataError, unstorable)
    api.add_exception_handler(UnicodeEncodeError, unstorable)
