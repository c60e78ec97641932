"""How the node knows transmissions: their deeds, words, and what waits."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from verbale.matters.kit.kinds import kind
from verbale.matters.kit.spec import Deed, Field, Texts, View
from verbale.matters.transmission import acts, choosing, fold, pages, reading
from verbale.node import attachments
from verbale.node.access import readable_matters
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import StateEntry
from verbale.node.partners import name_of, names_of
from verbale.node.registry import Task
from verbale.protocol import Act

__all__ = ["KIND", "tasks"]


def _complete(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """The bundle of what was chosen of the dossier; all that may be shown when nothing was."""
    dossier = readable_matters(view.user).filter(pk=body.get("about") or "").first() if view.user else None
    if dossier is None:
        raise UserError(gettext("Name the dossier that is transmitted."), "about")
    chosen, files = body.pop("acts", None), body.pop("files", None)
    if body.pop("without_files", False):
        files = []
    found = choosing.choices(dossier, view.user, view.to)  # type: ignore[arg-type]
    data, told, enclosed = choosing.bundle_of(found, acts=chosen, files=files)
    bundle = attachments.describe(data, "disclosure.jsonl", choosing.BUNDLE)
    attachments.store([data])
    described = [attachments.describe(content, name, media) for name, media, content in enclosed]
    return {**body, **told, "bundle": bundle["sha256"], "attachments": [bundle, *described]}


def _sending(act: Act) -> str:
    shown, kept = len(act.body["shown"]), len(act.body.get("kept", ()))
    told = ngettext("%(n)s act shown", "%(n)s acts shown", shown) % {"n": shown}
    if kept:
        told += ", " + ngettext("%(n)s kept back", "%(n)s kept back", kept) % {"n": kept}
    return f"{act.body['title']}: {told}"


def _standing(view: View) -> str:
    opening = view.opening
    if not opening:
        return gettext("The transmission itself has not arrived.")
    seized = [entry["key"] for entry in view.entries("seized")]
    if not seized:
        return gettext("Transmitted by %(by)s; not acknowledged yet.") % {"by": name_of(opening["by"])}
    return gettext("Transmitted by %(by)s; acknowledged by %(who)s.") % {
        "by": name_of(opening["by"]),
        "who": names_of(seized),
    }


def _more(view: View) -> Mapping[str, Any]:
    opening = view.opening
    return {
        "read": reading.read(opening["bundle"]) if opening else None,
        "seized": view.entries("seized"),
    }


def tasks() -> Iterator[Task]:
    """Transmissions that wait for an acknowledgement."""
    me = node_name()
    rows = StateEntry.objects.filter(matter__kind="transmission")
    seized = set(rows.filter(key__startswith="seized:").values_list("matter_id", "key"))
    for matter, opening in rows.filter(key="opening").order_by("-id").values_list("matter_id", "value")[:500]:
        waiting = [
            node for node in opening["parties"] if node != opening["by"] and (matter, f"seized:{node}") not in seized
        ]
        common: dict[str, Any] = {
            "detail": opening["title"],
            "matter_id": matter,
            "act_id": opening["act"],
            "precedence": opening["precedence"],
            "since": opening["issued"],
        }
        if me in waiting:
            yield Task(
                ours=True,
                sentence=gettext("Acknowledge the dossier that %(node)s transmits") % {"node": name_of(opening["by"])},
                right="acknowledge",
                form_url=reverse("transmission:write", args=[matter, "acknowledge"]),
                label=_("Acknowledge"),
                **common,
            )
        elif opening["by"] == me and waiting:
            sentence = gettext("%(node)s has not acknowledged our transmission")
            yield Task(ours=False, sentence=sentence % {"node": names_of(waiting)}, **common)


KIND = kind(
    name="transmission",
    label=_("Transmission"),
    deeds=(
        Deed(
            "transmission.send",
            acts.Sending,
            _("Dossier transmitted"),
            _("Transmit the dossier"),
            opens=True,
            lead=_(
                "Acts of the dossier, with proof that they are those that were exchanged, as far as markings allow."
            ),
            fields=(
                Field("title", _("Title"), help=_("As its reader shall see it.")),
                Field("text", _("Cover note"), "text", required=False),
                Field(
                    "acts",
                    _("Acts to show"),
                    "lines",
                    required=False,
                    help=_("Their ids; all that may be shown when empty."),
                ),
                Field(
                    "files",
                    _("Attachments to send along"),
                    "lines",
                    required=False,
                    help=_("Their hashes; all of the acts shown when empty."),
                ),
                Field("without_files", _("Hold back every attachment"), "check", required=False),
            ),
            complete=_complete,
            sentence=_sending,
            template="transmission/act.html",
        ),
        Deed(
            "transmission.acknowledge",
            acts.Acknowledgement,
            _("Transmission acknowledged"),
            _("Acknowledge"),
            clearance=False,
            right="acknowledge",
            main=True,
            fields=(
                Field("seized", _("Which office is seized of it")),
                Field("text", _("Remark"), "text", required=False),
            ),
            when=lambda view: view.ours and view.opening.get("by") != view.me and f"seized:{view.me}" not in view.state,
            sentence=lambda act: str(act.body["seized"]),
        ),
    ),
    texts=Texts(
        many=_("Transmissions"),
        empty=_("No dossier has been transmitted. From its page one shows its acts to an organisation or a state."),
        standing=_standing,
    ),
    rule=fold.rule,
    panel="transmission/panel.html",
    more=_more,
    tasks=tasks,
    step=3,
    urls=[
        path("send/", pages.compose, name="compose"),
        path("<slug:matter_id>/shown/<slug:act>/", pages.shown, name="shown"),
    ],
)
