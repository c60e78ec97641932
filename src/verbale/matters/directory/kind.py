"""How the node knows directories: their acts, rules, words, pages, and what waits."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from verbale.matters.directory import acts, book, fold
from verbale.matters.directory.api import router
from verbale.matters.directory.operations import SEND
from verbale.matters.directory.words import PING_KINDS, ROLES
from verbale.node.identity import node_name
from verbale.node.models import Matter, StateEntry
from verbale.node.partners import name_of
from verbale.node.registry import ActType, Door, Kind, Task
from verbale.node.sentences import clock
from verbale.protocol import Act, parse_time

__all__ = ["KIND", "tasks"]

_MOST_TASKS = 500


# -- one line of what an act says --------------------------------------------------------------------------------------


def _nomination(act: Act) -> str:
    contact = act.body["contact"]
    return f"{contact['name']}, {ROLES[contact['role']]} ({act.body['key']})"


def _withdrawal(act: Act) -> str:
    reason = act.body.get("reason")
    return f"{act.body['key']}: {reason}" if reason else str(act.body["key"])


def _publication(act: Act) -> str:
    body, contact = act.body, act.body.get("contact")
    told = f"{name_of(body['state'])} · {body['key']}"
    return f"{told}: {contact['name']}" if contact else gettext("%(what)s, withdrawn") % {"what": told}


def _ping(act: Act) -> str:
    body = act.body
    told = gettext("%(number)s, %(kind)s, answer asked for by %(when)s") % {
        "number": body["number"],
        "kind": PING_KINDS[body["kind"]],
        "when": clock(parse_time(body["deadline"], "deadline")),
    }
    return f"{told}: {body['text']}" if body.get("text") else told


# -- what waits --------------------------------------------------------------------------------------------------------


class _Said:
    """A sentence put into words when it is shown, by the name of the node and the zone of the reader then."""

    def __init__(self, sentence: object, node: str, moment: str) -> None:
        self.sentence, self.node, self.moment = sentence, node, moment

    def __str__(self) -> str:
        when = clock(parse_time(self.moment, "deadline"))
        return str(self.sentence) % {"node": name_of(self.node), "when": when}


class _Counted:
    """A sentence about a number."""

    def __init__(self, one: str, many: str, count: int) -> None:
        self.one, self.many, self.count = one, many, count

    def __str__(self) -> str:
        return ngettext(self.one, self.many, self.count) % {"n": self.count}


def tasks() -> Iterator[Task]:
    """Pings that wait for an answer, ours or a member's; what the keeper has to publish; entries of ours gone stale."""
    rows = StateEntry.objects.filter(matter__kind="directory")
    heads = dict(rows.filter(key="directory").values_list("matter_id", "value"))
    yield from _pings(rows)
    for matter in Matter.objects.filter(pk__in=heads):
        head = heads[matter.id]
        if head["keeper"] == node_name():
            yield from _to_publish(matter, head)
        yield from _stale(matter, head)


def _pings(rows: Any) -> Iterator[Task]:
    me = node_name()
    waiting = list(
        rows.filter(key__startswith="await:").order_by("-id").values_list("matter_id", "key", "value")[:_MOST_TASKS]
    )
    wanted = {f"ping:{key.split(':')[1]}" for _matter, key, _due in waiting}
    found = {row[0]: row[1] for row in rows.filter(key__in=wanted).values_list("key", "value")}
    unanswered: dict[tuple[str, str], int] = {}
    for matter, key, deadline in waiting:
        _word, identifier, node = key.split(":", 2)
        ping = found[f"ping:{identifier}"]
        if node == me:
            yield _task(
                matter,
                identifier,
                ping,
                ours=True,
                sentence=_Said(_("Answer the ping of %(node)s, due %(when)s"), ping["author"], deadline),
                right=SEND,
                post_url=reverse("directory:pong", args=[identifier]),
                label=_("Answer the ping"),
            )
        elif ping["author"] == me:
            unanswered[(matter, identifier)] = unanswered.get((matter, identifier), 0) + 1
    for (matter, identifier), count in unanswered.items():
        sentence = _Counted("%(n)s member has not answered our ping", "%(n)s members have not answered our ping", count)
        yield _task(
            matter,
            identifier,
            found[f"ping:{identifier}"],
            ours=False,
            sentence=sentence,
            form_url=reverse("directory:answers", args=[identifier]),
            label=_("Open"),
        )


def _task(matter: str, identifier: str, ping: Mapping[str, Any], **fields: Any) -> Task:
    deadline = timezone.localtime(parse_time(ping["deadline"], "deadline"))
    return Task(
        detail=f"{ping['number']} · {PING_KINDS[ping['kind']]}",
        matter_id=matter,
        act_id=identifier,
        precedence=ping["precedence"],
        since=ping["issued"],
        due=deadline.date().isoformat(),
        **fields,
    )


def _to_publish(matter: Matter, head: Mapping[str, Any]) -> Iterator[Task]:
    items = [item for item in book.pending(matter, dict(head)) if not item.stays]
    if items:
        yield Task(
            ours=True,
            sentence=_Counted("Publish %(n)s entry to the members", "Publish %(n)s entries to the members", len(items)),
            detail=head["title"],
            matter_id=matter.id,
            act_id=head["openings"][-1],
            precedence="ROUTINE",
            since=min(
                max(item.value[name] for name in ("nominated", "confirmed", "withdrawn") if item.value[name])
                for item in items
            ),
            right=SEND,
            post_url=reverse("directory:publish", args=[matter.id]),
            label=_("Publish what is new"),
        )


def _stale(matter: Matter, head: Mapping[str, Any]) -> Iterator[Task]:
    me, now = node_name(), timezone.now()
    rows = StateEntry.objects.filter(matter=matter, key__startswith=f"contact:{me}:").order_by("key")
    for name, value in rows.values_list("key", "value"):
        if value["held"] and value["contact"] is not None and book.is_stale(value["confirmed"], now):
            key = name.rpartition(":")[2]
            yield Task(
                ours=True,
                sentence=_("Confirm that our point of contact is still right"),
                detail=f"{key} · {value['contact']['name']} · {head['title']}",
                matter_id=matter.id,
                act_id=value["nomination"],
                precedence="ROUTINE",
                since=value["confirmed"],
                right="draft",
                post_url=reverse("directory:confirm", args=[matter.id, key]),
                label=_("Confirm"),
            )


def context(matter: Matter) -> Mapping[str, Any]:
    """What the panel of the dossier shows."""
    head = StateEntry.objects.filter(matter=matter, key="directory").values_list("value", flat=True).first()
    rows = StateEntry.objects.filter(matter=matter, key__startswith="contact:").values_list("value", flat=True)
    return {"head": head, "contacts": sum(value["contact"] is not None for value in rows)}


KIND = Kind(
    name="directory",
    label=_("Directory"),
    types=(
        ActType(
            "directory.open",
            acts.Opening,
            _("Directory opened"),
            name_of=lambda act: gettext("Directory renewed") if act.body.get("renews") else gettext("Directory opened"),
            sentence=lambda act: str(act.body["title"]),
            template="directory/act_open.html",
        ),
        ActType(
            "directory.nominate",
            acts.Nomination,
            _("Point of contact named"),
            sentence=_nomination,
            template="directory/act_contact.html",
        ),
        ActType(
            "directory.withdraw",
            acts.Withdrawal,
            _("Point of contact withdrawn"),
            sentence=_withdrawal,
            template="directory/act_word.html",
        ),
        ActType(
            "directory.confirm",
            acts.Confirmation,
            _("Point of contact confirmed"),
            sentence=lambda act: str(act.body["key"]),
            template="directory/act_word.html",
        ),
        ActType(
            "directory.publish",
            acts.Publication,
            _("Point of contact published"),
            clearance=False,
            sentence=_publication,
            template="directory/act_contact.html",
        ),
        ActType(
            "directory.ping",
            acts.Ping,
            _("Ping"),
            clearance=False,
            sentence=_ping,
            template="directory/act_ping.html",
        ),
        ActType(
            "directory.pong",
            acts.Pong,
            _("Answer to a ping"),
            clearance=False,
            sentence=lambda act: str(act.body.get("text", "")),
        ),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="directory/panel.html",
    context=context,
    tasks=tasks,
    urls="verbale.matters.directory.urls",
    edit="directory:edit",
    rail=(Door("directory:index", _("Directory"), key="i"),),
    api=router,
    step=1,
)
