"""Live notices: rows that anyone can read later, and a nudge for those who wait now.

Within one process waiting streams are woken at once; from other processes (a command, a worker) they hear at their next
look into the table.
"""

import asyncio
import threading
from collections.abc import Callable

from django.db import transaction

from verbale.node.models import Notice

__all__ = ["note", "subscribe", "unsubscribe", "wake"]

_lock = threading.Lock()
_waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
_listeners: list[Callable[[], None]] = []


def note(topic: str, *, matter_id: str = "", act_id: str = "", node: str = "", precedence: str = "") -> None:
    """Record that something happened, and wake the waiting once it is committed."""
    Notice.objects.create(topic=topic, matter_id=matter_id, act_id=act_id, node=node, precedence=precedence)
    transaction.on_commit(wake)


def wake() -> None:
    """Nudge every waiting stream and listener of this process."""
    with _lock:
        streams, listeners = list(_waiting.items()), list(_listeners)
    for event, loop in streams:
        if not loop.is_closed():
            loop.call_soon_threadsafe(event.set)
    for listener in listeners:
        listener()


def subscribe() -> asyncio.Event:
    """An event of the running loop that `wake` sets."""
    event = asyncio.Event()
    with _lock:
        _waiting[event] = asyncio.get_running_loop()
    return event


def unsubscribe(event: asyncio.Event) -> None:
    with _lock:
        _waiting.pop(event, None)


def listen(listener: Callable[[], None]) -> None:
    """Call `listener` whenever something is committed: the delivery worker waits so."""
    with _lock:
        _listeners.append(listener)
