"""How the node knows channels: their acts, rules, words and pages."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from verbale.knowledge import FREE, form_of
from verbale.matters.channel import acts, fold
from verbale.matters.channel.api import router
from verbale.matters.papers import paper_of
from verbale.node.identity import node_name
from verbale.node.models import StateEntry
from verbale.node.partners import Named
from verbale.node.registry import ActType, Door, Kind, Task
from verbale.protocol import Act

__all__ = ["KIND"]

_MOST_TASKS = 500


def _note(act: Act) -> str:
    return str(act.body["subject"])


def _name(act: Act) -> str:
    form = form_of(act.body.get("form", FREE))
    return gettext("Note in answer") if act.body.get("answers") else str(form.name if form else act.body["form"])


def _excerpt(act: Act) -> str:
    return " ".join(("…", *act.body["paragraphs"]))


def _acknowledgement(act: Act) -> str:
    told = gettext("of the %(note)s") % {"note": act.body.get("note") or gettext("note")}
    return f"{told}: {act.body['text']}" if act.body.get("text") else told


def tasks() -> Iterator[Task]:
    """Notes that wait for an acknowledgement or an answer, ours to give or a partner's."""
    me = node_name()
    waiting = list(
        StateEntry.objects.filter(matter__kind="channel", key__startswith="wait:")
        .order_by("-id")
        .values_list("matter_id", "key", "value")[:_MOST_TASKS]
    )
    notes = {
        (row[0], row[1]): row[2]
        for row in StateEntry.objects.filter(
            matter_id__in={matter for matter, _, _ in waiting},
            key__in={f"note:{key.split(':')[1]}" for _, key, _ in waiting},
        ).values_list("matter_id", "key", "value")
    }
    for matter, key, owed in waiting:
        _kind, identifier, node = key.split(":", 2)
        note = notes[(matter, f"note:{identifier}")]
        ours = node == me
        if not ours and note["author"] != me:
            continue
        yield _task(matter, identifier, node, note, owed, ours)


def _task(matter: str, identifier: str, node: str, note: dict, owed: dict, ours: bool) -> Task:
    detail = f"{note['number']} · {note['subject']}"
    common = {
        "ours": ours,
        "detail": detail,
        "matter_id": note["about"] or matter,
        "act_id": identifier,
        "precedence": note["precedence"],
        "since": note["issued"],
        "due": note["reply_by"] if owed["answer"] else None,
    }
    if not ours:
        sentence = (
            _("%(node)s owes an answer to our note") if owed["answer"] else _("%(node)s has not acknowledged our note")
        )
        return Task(sentence=Named(sentence, node), **common)
    answer = reverse("channel:compose") + f"?answers={identifier}"
    if owed["ack"]:
        return Task(
            sentence=Named(_("Acknowledge the note of %(node)s"), note["author"]),
            right="acknowledge",
            post_url=reverse("channel:acknowledge", args=[identifier]),
            label=_("Acknowledge"),
            form_url=answer if owed["answer"] else "",
            **common,
        )
    return Task(
        sentence=Named(_("Answer the note of %(node)s"), note["author"]),
        right="draft",
        form_url=answer,
        label=_("Answer"),
        **common,
    )


_REPLY = Door("channel:compose", _("Answer"), "draft")

KIND = Kind(
    name="channel",
    label=_("Channel"),
    types=(
        ActType(
            "channel.note",
            acts.Note,
            _("Note verbale"),
            name_of=_name,
            sentence=_note,
            excerpt=_excerpt,
            paper=paper_of,
            reply=_REPLY,
        ),
        ActType(
            "channel.answer",
            acts.Note,
            _("Note in answer"),
            sentence=_note,
            excerpt=_excerpt,
            paper=paper_of,
            reply=_REPLY,
        ),
        ActType(
            "channel.acknowledge",
            acts.Acknowledgement,
            _("Acknowledgement"),
            clearance=False,
            sentence=_acknowledgement,
        ),
    ),
    rule=fold.rule,
    title=fold.title,
    tasks=tasks,
    series=True,
    urls="verbale.matters.channel.urls",
    edit="channel:edit",
    rail=(Door("channel:index", _("Channels"), key="c"),),
    starts=(Door("channel:compose", _("Write a note"), "draft", first=True),),
    api=router,
    step=1,
)
