"""What the browser of a reader says by itself: that a message was opened."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from verbale.matters.hotline.cases import SHOWN
from verbale.matters.kit import operations
from verbale.matters.kit.kinds import deed_of
from verbale.matters.kit.operations import Given
from verbale.matters.kit.spec import View
from verbale.node.models import ActRecord, Matter, User
from verbale.node.register import lock
from verbale.node.web import action

__all__ = ["read_by", "seen"]


def read_by(matter: Matter, user: User, messages: list[str]) -> list[ActRecord]:
    """Tell the other side that these messages were opened here: those with effect, addressed to us, not told before."""
    with transaction.atomic():
        # Of two people who open the line at once one tells it: under the lock of the register the state stands still.
        lock()
        view = View(matter, user)
        unread = [
            message
            for message in dict.fromkeys(messages)
            if view.ours
            and view.state.get(f"message:{message}", {}).get("by", view.me) != view.me
            and f"read:{message}" not in view.state
        ]
        deed = deed_of("hotline.read")
        return [operations.say(deed, matter, user, Given({"message": message})) for message in unread]


@action("acknowledge")
def seen(request: HttpRequest, matter_id: str) -> HttpResponse:
    """The messages of the field `message` stand on a page that somebody looks at."""
    get_object_or_404(Matter, pk=matter_id, kind="hotline")
    matter = operations.matter_of(request.user, matter_id, "hotline")
    read_by(matter, request.user, request.POST.getlist("message")[:SHOWN])
    return HttpResponse(status=204)
