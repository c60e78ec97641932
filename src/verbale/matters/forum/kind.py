"""How the node knows sessions: their deeds, how they stand, what waits."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from verbale.matters.forum import cases, fold, pages, routes, standing, words
from verbale.matters.forum.deeds import DEEDS
from verbale.matters.kit.kinds import kind
from verbale.matters.kit.spec import Texts, View
from verbale.node.identity import node_name
from verbale.node.models import StateEntry
from verbale.node.partners import name_of
from verbale.node.registry import Task

__all__ = ["KIND", "tasks"]

_MOST_TASKS = 500


def _standing(view: View) -> str:
    state, phase = view.state, standing.phase(view.state, view.today)
    if phase == "none":
        return gettext("The act that convenes the session has not arrived.")
    if phase == "closed":
        return gettext("The session is over: it was closed on %(day)s.") % {
            "day": words.calendar_day(state["closed"]["issued"])
        }
    if phase == "voting":
        board = standing.board(state, state["voting"])
        told = {"symbol": board["symbol"], "n": board["voted"], "all": len(board["rows"])}
        return gettext("A vote is open on %(symbol)s: %(n)s of %(all)s have voted.") % told
    if phase == "to-open":
        return gettext("The session opens on %(day)s.") % {"day": words.calendar_day(view.opening["opens"])}
    before = [row for row in view.entries("draft") if row["symbol"] and row["stage"] not in ("rejected", "adopted")]
    told = ngettext("%(n)s draft is before it", "%(n)s drafts are before it", len(before)) % {"n": len(before)}
    silent = len(state.get("silences", ()))
    if silent:
        told += "; " + ngettext("%(n)s text is under silence", "%(n)s texts are under silence", silent) % {"n": silent}
    return gettext("In session: %(told)s.") % {"told": told}


# -- what waits --------------------------------------------------------------------------------------------------------


def tasks() -> Iterator[Task]:
    """Votes and silences that wait for us; for the organisation, what it has to issue, close and adopt."""
    rows = StateEntry.objects.filter(matter__kind="forum")
    closed = set(rows.filter(key="closed").values_list("matter_id", flat=True))
    openings = rows.filter(key="opening").exclude(matter_id__in=closed).order_by("-id")
    for matter, opening in openings.values_list("matter_id", "value")[:_MOST_TASKS]:
        if node_name() in opening["parties"]:
            # Of the texts and votes only what waits is read; of members and ballots nothing.
            wanted = rows.filter(matter_id=matter)
            found = wanted.filter(key__in=("voting", "silences", f"member:{node_name()}")).values_list("key", "value")
            yield from _waiting(matter, opening, dict(found))


def _waiting(matter: str, opening: Mapping[str, Any], heads: Mapping[str, Any]) -> Iterator[Task]:
    house = opening["by"] == node_name()
    member = heads.get(f"member:{node_name()}")
    if "voting" in heads and (house or (member and member["voting"])):
        yield from _of_vote(matter, opening, heads["voting"], house)
    for silence in heads.get("silences", ()):
        yield from _of_silence(matter, opening, silence, house)
    if house:
        yield from _of_house(matter, opening)


def _read(matter: str, *keys: str) -> dict[str, Any]:
    return dict(StateEntry.objects.filter(matter_id=matter, key__in=keys).values_list("key", "value"))


def _task(matter: str, opening: Mapping[str, Any], act: str, since: str, **fields: Any) -> Task:
    detail = fields.pop("detail", "")
    return Task(
        detail=f"{detail} · {opening['title']}" if detail else str(opening["title"]),
        matter_id=matter,
        act_id=act,
        precedence=fields.pop("precedence", "ROUTINE"),
        since=since,
        **{"right": "draft", **fields},
    )


def _of_vote(matter: str, opening: Mapping[str, Any], vote: str, house: bool) -> Iterator[Task]:
    me = node_name()
    entry = _read(matter, f"vote:{vote}")[f"vote:{vote}"]
    title = _title_of(matter, entry["draft"], entry["what"], entry["proposal"])
    cast = StateEntry.objects.filter(matter_id=matter, key__startswith=f"cast:{vote}:").values_list("key", flat=True)
    voted = {key.rpartition(":")[2] for key in cast}
    address = reverse("dossier", args=[matter]) + "#vote"
    common: dict[str, Any] = {"detail": title, "precedence": "IMMEDIATE", "form_url": address}
    if house:
        owing = len(entry["roll"]) - len(voted)
        if owing and entry["closes"] > words.now():
            sentence = ngettext("%(n)s member has not voted", "%(n)s members have not voted", owing) % {"n": owing}
            yield _task(matter, opening, vote, entry["issued"], ours=False, sentence=sentence, detail=title)
        else:
            yield _task(
                matter, opening, vote, entry["issued"],
                ours=True, sentence=_("Close the vote"), label=_("Close it"), right="acknowledge", **common,
            )  # fmt: skip
    elif me in entry["roll"] and me not in voted:
        sentence = gettext("Vote before %(moment)s") % {"moment": words.clock(entry["closes"])}
        yield _task(
            matter, opening, vote, entry["issued"],
            ours=True, sentence=sentence, label=_("Vote"), due=entry["closes"][:10], **common,
        )  # fmt: skip


def _of_silence(matter: str, opening: Mapping[str, Any], silence: str, house: bool) -> Iterator[Task]:
    me = node_name()
    found = _read(matter, f"silence:{silence}", f"objector:{silence}:{me}", f"member:{me}")
    entry, member = found[f"silence:{silence}"], found.get(f"member:{me}")
    over = entry["until"] <= words.now()
    title = _title_of(matter, entry["text"], entry["what"], entry["text"])
    common: dict[str, Any] = {"detail": title, "form_url": reverse("dossier", args=[matter]) + "#silence"}
    if house:
        objected = StateEntry.objects.filter(matter_id=matter, key__startswith=f"objector:{silence}:").exists()
        if over or objected:
            yield _task(
                matter, opening, silence, entry["issued"],
                ours=True, sentence=_("End the silence"), label=_("End it"), right="acknowledge", **common,
            )  # fmt: skip
    elif member and member["voting"] and not over and f"objector:{silence}:{me}" not in found:
        sentence = gettext("It is carried unless somebody objects before %(moment)s") % {
            "moment": words.clock(entry["until"])
        }
        yield _task(
            matter, opening, silence, entry["issued"],
            ours=True, sentence=sentence, label=_("Read it"), due=entry["until"][:10], **common,
        )  # fmt: skip


def _of_house(matter: str, opening: Mapping[str, Any]) -> Iterator[Task]:
    """Texts that wait for a symbol, and carried ones for their adoption."""
    rows = StateEntry.objects.filter(matter_id=matter)
    stages: dict[str, str] = {}
    for prefix in ("draft", "document", "amendment", "revision", "acceptance"):
        for key, entry in rows.filter(key__startswith=f"{prefix}:").order_by("id").values_list("key", "value"):
            act = key.partition(":")[2]
            stage = entry.get("stage", "tabled")
            stages[act] = stage
            settled = stages.get(entry.get("draft", ""), "tabled") not in ("tabled", "silence")
            if entry["symbol"] is None and stage == "tabled" and not settled:
                yield _task(
                    matter, opening, act, entry["issued"],
                    ours=True,
                    sentence=gettext("Issue a text of %(node)s") % {"node": name_of(entry["by"])},
                    detail=entry.get("title", ""),
                    right="acknowledge",
                    form_url=reverse("dossier", args=[matter]) + "#unissued",
                    label=_("Issue it"),
                )  # fmt: skip
            elif stage == "carried" and prefix in ("draft", "document"):
                yield _task(
                    matter, opening, act, entry["issued"],
                    ours=True, sentence=_("Adopt what was carried"), detail=entry["title"], right="acknowledge",
                    form_url=reverse("dossier", args=[matter]) + f"#{prefix}-{act}", label=_("Adopt"),
                )  # fmt: skip


def _title_of(matter: str, draft: str, what: str, proposal: str) -> str:
    found = _read(matter, f"{'document' if what == 'document' else 'draft'}:{draft}", f"{what}:{proposal}")
    titled = next((entry["title"] for entry in found.values() if "title" in entry), "")
    symbol = (found.get(f"{what}:{proposal}") or {}).get("symbol") or ""
    return f"{symbol} {titled}".strip()


KIND = kind(
    name="forum",
    label=_("Session"),
    deeds=DEEDS,
    texts=Texts(
        many=_("Forums"),
        empty=_(
            "No session has been convened. An organisation convenes one; "
            "its members speak, draft and vote through its node."
        ),
        standing=_standing,
        lead=_("Sessions of organisations: agenda, statements, drafts and amendments, silence procedure and votes."),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="forum/panel.html",
    more=cases.context,
    tasks=tasks,
    key="f",
    step=3,
    relay="opening",
    urls=[
        path("<slug:matter_id>/members/all/", pages.members, name="members"),
        path("<slug:matter_id>/vote/<slug:vote>/verify/", pages.verify, name="verify"),
        path("<slug:matter_id>/vote/<slug:vote>/bundle/", pages.bundle, name="bundle"),
    ],
    api=routes.add,
)
