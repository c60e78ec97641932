"""The live stream: server-sent events that tell a page what happened, within what its reader may know."""

import asyncio
import json
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from verbale.node import events, sentences
from verbale.node.access import may, readable_acts
from verbale.node.models import ActRecord, Notice, User
from verbale.node.partners import names

__all__ = ["live"]

_HEARTBEAT_SECONDS = 15.0
_LOOK_SECONDS = 1.0
"""How long another process's notice may go unheard."""
_MOST = 200


async def live(request: HttpRequest) -> HttpResponse:
    """`id`, and `data` as JSON: topic, matter, act, precedence, and a sentence where there is one to say."""
    user = await request.auser()
    if not user.is_authenticated:
        return HttpResponse(status=403)
    asked = request.headers.get("last-event-id") or request.GET.get("since", "")
    last = int(asked) if asked.isdecimal() else await sync_to_async(_latest)()
    return StreamingHttpResponse(
        _stream(user, last, get_language()),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(user: User, last: int, language: str) -> AsyncIterator[bytes]:
    event = events.subscribe()
    quiet = 0.0
    try:
        yield b": hello\n\n"
        while True:
            event.clear()
            told, last = await sync_to_async(_after)(user, last, language)
            for chunk in told:
                yield chunk
            quiet = 0.0 if told else quiet
            try:
                await asyncio.wait_for(event.wait(), _LOOK_SECONDS)
            except TimeoutError:
                quiet += _LOOK_SECONDS
                if quiet >= _HEARTBEAT_SECONDS:
                    quiet = 0.0
                    yield b": still here\n\n"
    finally:
        events.unsubscribe(event)


def _latest() -> int:
    return Notice.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _after(user: User, last: int, language: str) -> tuple[list[bytes], int]:
    try:
        rows = list(Notice.objects.filter(id__gt=last).order_by("id")[:_MOST])
        if not rows:
            return [], last
        user.refresh_from_db()
        if not user.is_active:
            return [], rows[-1].id
        acts = readable_acts(user).in_bulk([row.act_id for row in rows if row.act_id])
        with override(language):
            known = names()
            told = [_told(row, acts.get(row.act_id), known, user) for row in rows]
        return [chunk for chunk in told if chunk], rows[-1].id
    finally:
        # The stream lives long; a database connection should not be held for as long.
        connection.close()


def _told(row: Notice, record: ActRecord | None, known: dict[str, str], user: User) -> bytes | None:
    if row.act_id and record is None:
        return None
    said = ""
    if record is not None and row.topic == "arrived":
        said = _("%(label)s arrived from %(node)s") % {
            "label": sentences.label_of(record),
            "node": known.get(record.author, record.author),
        }
    elif record is not None and row.topic == "delivered":
        said = _("%(label)s delivered to %(node)s, receipt verified") % {
            "label": sentences.label_of(record),
            "node": known.get(row.node, row.node),
        }
    elif row.topic == "alarm":
        said = _("Alarm about %(node)s: open its page") % {"node": known.get(row.node, row.node)}
    elif row.topic == "draft" and not may(user, "read"):
        return None
    data = {
        "topic": row.topic,
        "matter": row.matter_id,
        "about": record.about_id if record else "",
        "act": row.act_id,
        "precedence": row.precedence,
        "said": said,
        "url": f"/acts/{row.act_id}/" if row.act_id else "",
    }
    return f"id: {row.id}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
