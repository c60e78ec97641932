"""One node of a day between ten: serves what `verbale serve` serves, and does what its driver says on standard input.

python -m tests.two_nodes.day_node PORT, with the environment of the node. Orders and answers are JSON, one a line.
"""

import json
import os
import sys
import threading
import traceback
from typing import Any


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "verbale.node.settings"
    orders, answers = sys.stdin, os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    import django

    django.setup()
    from verbale.node.setup import unlock

    unlock()
    import uvicorn

    server = uvicorn.Server(
        uvicorn.Config(
            "verbale.asgi:application", host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", lifespan="off"
        )
    )

    def obey() -> None:
        for line in orders:
            order = json.loads(line)
            try:
                answer = _ORDERS[order.pop("do")](**order)
            except Exception:
                answer = {"error": traceback.format_exc()}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
        # Its driver is gone.
        os._exit(0)

    threading.Thread(target=obey, daemon=True).start()
    server.run()


def _hello() -> str:
    return "here"


def _set_up(partners: dict[str, str], shelves: list[dict[str, Any]], readers: dict[str, list[str]]) -> dict[str, Any]:
    """Partners, shelves (those of collections with a matter), an account for each partner. Answers ids and tokens."""
    from django.db import transaction

    from verbale.holdings import accounts
    from verbale.holdings import shelves as shelving
    from verbale.node.identity import node_name
    from verbale.node.models import Matter, Partner

    with transaction.atomic():
        for node, name in partners.items():
            Partner.objects.create(
                node=node, name=name, kind="state", status=Partner.Status.CONFIRMED, chain=b"", fingerprint=node
            )
        made = {}
        for shelf in shelves:
            matter = ""
            if parties := shelf["parties"]:
                matter = Matter.objects.create(
                    id=shelf["matter"],
                    kind="collection",
                    title=shelf["alias"],
                    parties=parties,
                    marking="AMBER",
                    opened_at="2026-01-01T00:00:00Z",
                    last_at="2026-01-01T00:00:00Z",
                ).pk
            made[shelf["alias"]] = shelving.make(shelf["alias"].title(), alias=shelf["alias"], matter=matter)
        tokens = {}
        for node in partners:
            account, tokens[node] = accounts.make(node.lower(), node, by="test")
            for alias in readers:
                accounts.grant(account, made[alias], read=True, write=node in readers[alias], by="test")
    return {"tokens": tokens, "node": node_name()}


def _feeds(feeds: list[dict[str, Any]]) -> int:
    from verbale.holdings.client import feeds as roads
    from verbale.holdings.models import Shelf

    for feed in feeds:
        shelf = Shelf.objects.get(alias=feed.pop("shelf"))
        roads.make(**feed, shelf=shelf, collection=shelf.alias, interval=60, by="test")
    return len(feeds)


def _give(parcels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What our own analysts add."""
    from verbale.holdings import store
    from verbale.holdings.models import Shelf
    from verbale.node.identity import node_name

    told = []
    for parcel in parcels:
        added = store.add(
            Shelf.objects.get(alias=parcel["shelf"]),
            [text.encode() for text in parcel["raws"]],
            origin=node_name(),
            marking=parcel["marking"],
            named=parcel["named"],
        )
        told.append({"accepted": added.accepted, "same": added.same, "refused": [item.why for item in added.refused]})
    return told


def _run() -> dict[str, Any]:
    """All feeds, as the worker does when their time has come."""
    from verbale.holdings.client import schedule
    from verbale.holdings.client.models import Feed

    before = dict(Feed.objects.values_list("pk", "received"))
    sent = dict(Feed.objects.values_list("pk", "sent"))
    Feed.objects.update(next_at=0)
    ran = schedule.run_due()
    feeds = list(Feed.objects.all())
    return {
        "ran": ran,
        "received": sum(feed.received - before[feed.pk] for feed in feeds),
        "sent": sum(feed.sent - sent[feed.pk] for feed in feeds),
        "failures": {feed.name: feed.failure for feed in feeds if feed.failure},
    }


def _held() -> dict[str, Any]:
    """All rows: id, version, type, origin; and objects that are not where they should be."""
    from verbale.holdings.client.models import Refusal
    from verbale.holdings.models import Entry, Shelf
    from verbale.holdings.store import STAFF, Query, everything

    rows: dict[str, list[Any]] = {}
    shown: dict[str, list[Any]] = {}
    for shelf in Shelf.objects.all():
        rows[str(shelf.alias)] = [
            list(row)
            for row in Entry.objects.filter(audience__shelf=shelf).values_list(
                "stix_id", "version", "type", "source__origin", "audience_id"
            )
        ]
        shown[str(shelf.alias)] = [
            [item.stix_id, item.version, item.type] for item in everything(shelf, STAFF, query=Query(versions=("all",)))
        ]
    return {"rows": rows, "shown": shown, "refusals": list(Refusal.objects.values_list("stix_id", "why"))}


def _check() -> list[str]:
    """What the database says of itself, where it can be asked."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return [row[0] for row in cursor.fetchall()]


_ORDERS: dict[str, Any] = {
    "hello": _hello,
    "set_up": _set_up,
    "feeds": _feeds,
    "give": _give,
    "run": _run,
    "held": _held,
    "check": _check,
}

if __name__ == "__main__":
    main()
