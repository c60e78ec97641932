"""What the browser of a reader says by itself: that a message was opened."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from verbale.matters.hotline.cases import SHOWN
from verbale.matters.kit import operations
from verbale.matters.kit.kinds import deed_of
from verbale.node.access import audit, require
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Matter, StateEntry, User
from verbale.node.register import lock
from verbale.node.services import Outgoing, issue_many
from verbale.node.web import action
from verbale.protocol import Marking

__all__ = ["read_by", "seen"]


def read_by(matter: Matter, user: User, messages: list[str]) -> list[ActRecord]:
    """Tell the other side that these messages were opened here: those with effect, addressed to us, not told before.

    All at once, and with a look at a few keys of the state: a person who comes back finds many.
    """
    deed, me = deed_of("hotline.read"), node_name()
    require(user, deed.right)
    asked = [f"{word}:{message}" for message in messages for word in ("message", "read")]
    with transaction.atomic():
        # Of two people who open the line at once one tells it: under the lock of the register the state stands still.
        lock()
        rows = StateEntry.objects.filter(matter=matter, key__in=["opening", "last", *asked])
        state = dict(rows.values_list("key", "value"))
        opening = state.get("opening") or {"parties": []}
        if me not in opening["parties"]:
            return []
        unread = [
            message
            for message in dict.fromkeys(messages)
            if state.get(f"message:{message}", {"by": me})["by"] != me and f"read:{message}" not in state
        ]
        records = issue_many(
            [
                Outgoing(
                    deed.name,
                    {"message": message, "about": opening["about"]},
                    tuple(node for node in opening["parties"] if node != me),
                    matter.id,
                    tuple({opening["act"], state["last"], message}),
                    Marking(matter.marking),
                    str(deed.precedence),
                    matter.exercise,
                )
                for message in unread
            ]
        )
        for record in records:
            audit(user.username, deed.verb, matter_id=matter.id, act_id=record.id)
    return records


@action("acknowledge")
def seen(request: HttpRequest, matter_id: str) -> HttpResponse:
    """The messages of the field `message` stand on a page that somebody looks at."""
    get_object_or_404(Matter, pk=matter_id, kind="hotline")
    matter = operations.matter_of(request.user, matter_id, "hotline")
    read_by(matter, request.user, request.POST.getlist("message")[:SHOWN])
    return HttpResponse(status=204)
