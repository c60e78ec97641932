"""TAXII beside the pages: its requests go straight to its server, past what only browsers need.

Django opens a thread and a database connection for each request, and asks a dozen middlewares about sessions, languages
and pages; software that polls thousands of times needs none of it. Here a few threads keep their connections.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from verbale.holdings import rows
from verbale.holdings.taxii.exchange import MAX_CONTENT_LENGTH, TAXII, Answer, Asked, Problem
from verbale.holdings.taxii.server import answer

__all__ = ["Beside"]

_PREFIX = "/taxii2/"
_THREADS = 8
_BODY_SECONDS = 120
"""So long the body of a POST may take to arrive."""
_log = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Beside:
    """An ASGI application that answers TAXII itself and hands all else on."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="taxii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_PREFIX):
            await self._application(scope, receive, send)
            return
        loop = asyncio.get_running_loop()

        def read(most: int) -> bytes:
            # Only when the server asks for it: who may not post sends nothing into our memory.
            return asyncio.run_coroutine_threadsafe(_body(receive, most), loop).result(_BODY_SECONDS)

        asked = Asked(
            scope["method"],
            scope["path"][len(_PREFIX) :],
            scope["query_string"].decode("latin-1"),
            {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
            read,
        )
        told = await loop.run_in_executor(self._pool, _answer, asked)
        headers = {
            "content-type": TAXII,
            "content-length": str(len(told.body)),
            "x-content-type-options": "nosniff",
            **told.headers,
        }
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": told.status, "headers": raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else told.body})

    def stop(self) -> None:
        """End the threads, each with its database connection."""
        together = threading.Barrier(_THREADS)
        for _ in range(_THREADS):
            self._pool.submit(_leave, together)
        self._pool.shutdown()


def _leave(together: threading.Barrier) -> None:
    # One for each thread: nobody takes a second before all have one.
    together.wait(_BODY_SECONDS)
    connection.close()


async def _body(receive: Receive, most: int) -> bytes:
    parts, size = [], 0
    while size < min(most, MAX_CONTENT_LENGTH + 1):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem(400, "Bad request", "The request did not arrive whole.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body", False):
            break
    return b"".join(parts)[:most]


def _answer(asked: Asked) -> Answer:
    try:
        if connection.connection is None:
            rows.tune(pages=5_000, megabytes=16)
        return answer(asked)
    except TimeoutError:
        return Problem(408, "Request timeout", "The request did not arrive in time.").answer
    except Exception:
        _log.exception("TAXII request failed: %s %s", asked.method, asked.path)
        connection.close()  # it may be the fault of the connection; the next request opens another
        return Problem(500, "Internal error", "This server failed; what was posted may have to be posted again.").answer
