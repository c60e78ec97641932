"""How the node knows cooperation plans: their deeds, sentences, and what waits."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from verbale.matters.kit.kinds import kind
from verbale.matters.kit.spec import Deed, Field, Texts, View
from verbale.matters.plan import acts, fold
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import Matter
from verbale.node.partners import Named, name_of, names, names_of
from verbale.node.projection import state_of
from verbale.node.registry import Task, kind_of
from verbale.protocol import Act

__all__ = ["KIND", "SOON", "tasks"]

SOON = timedelta(days=30)
"""So long before its day an item of ours stands on the desk."""
_MOST_TASKS = 200
_EXCERPT = 300


def _agreed(state: Mapping[str, Any], version: str) -> list[str]:
    start = f"agreed:{version}:"
    return sorted(name[len(start) :] for name in state if name.startswith(start))


def _standing(view: View) -> str:
    state = view.state
    if not view.opening:
        return gettext("The plan has not arrived, or is without effect.")
    items = fold.items_of(state, state.get("force"))
    done = sum(f"done:{key}" in state for key in items)
    if "closed" in state:
        told = gettext("%(node)s closed the plan.") % {"node": name_of(state["closed"]["by"])}
        return f"{told} {_count(done, items)}" if items else told
    told_of = [_count(done, items)] if items else []
    late = [key for key, item in items.items() if f"done:{key}" not in state and item["deadline"] < view.today]
    if late:
        told_of.append(gettext("Overdue: %(items)s.") % {"items": ", ".join(late)})
    if state["latest"] != state.get("force"):
        agreed = _agreed(state, state["latest"])
        owing = names_of(node for node in view.parties if node not in agreed)
        number = state[f"version:{state['latest']}"]["number"]
        told_of.append(
            gettext("Version %(n)s lies on the table; still to agree: %(who)s.") % {"n": number, "who": owing}
        )
    return " ".join(told_of)


def _count(done: int, items: Mapping[str, Any]) -> str:
    return gettext("The plan is in force; %(done)s of %(all)s items are done.") % {"done": done, "all": len(items)}


# -- when a deed can be done -------------------------------------------------------------------------------------------


def _open(view: View) -> bool:
    return view.ours and view.open


def _can_agree(view: View) -> bool:
    return _open(view) and f"agreed:{view.state['latest']}:{view.me}" not in view.state


def _in_force(view: View) -> bool:
    return _open(view) and "force" in view.state


# -- what the node adds ------------------------------------------------------------------------------------------------


def _latest(view: View) -> str | None:
    found: str | None = view.state.get("latest")
    return found


def _latest_items(view: View) -> list[dict[str, Any]]:
    return list(fold.items_of(view.state, _latest(view)).values())


def _items_known(view: View) -> list[tuple[str, str]]:
    """The items in force and on the table, as they are chosen from."""
    known = {**fold.items_of(view.state, view.state.get("force")), **fold.items_of(view.state, _latest(view))}
    return [(key, f"{key}: {item['text'][:80]}") for key, item in known.items()]


def _items(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """Items with a key each, and with the owner by its node: people write the name of a state too."""
    nodes = {name.casefold(): node for node, name in names().items()}
    taken = {item.get("key") for item in body["items"]}
    free = (str(number) for number in range(1, len(body["items"]) + acts.MAX_ITEMS) if str(number) not in taken)
    found = []
    for item in body["items"]:
        owner = str(item.get("owner", ""))
        made = {**item, "key": item.get("key") or next(free), "owner": nodes.get(owner.casefold(), owner.upper())}
        missing = next((name for name in ("what", "text", "owner", "deadline") if not made.get(name)), None)
        if missing is not None:
            raise UserError(
                gettext("Item %(key)s: %(field)s is missing.") % {"key": made["key"], "field": missing}, "items"
            )
        found.append({**made, "what": str(made["what"]).casefold()})
    return {**body, "items": found}


def _with_hash(view: View, body: dict[str, Any]) -> dict[str, Any]:
    version = view.state.get(f"version:{body['version']}")
    if version is None:
        raise UserError(gettext("There is no such version of the plan here."), "version")
    return {**body, "sha256": version["sha256"]}


def _linked(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """A matter that never leaves this node tells the others nothing, and its id is not theirs to know."""
    found = Matter.objects.filter(pk=body["matter"]).first()
    known = kind_of(found.kind) if found is not None else None
    if known is not None and known.private:
        raise UserError(gettext("That matter never leaves this node: the others could not open it."), "matter")
    return body


# -- one line of what an act says --------------------------------------------------------------------------------------


def _text(act: Act) -> str:
    return " ".join(str(act.body.get("text", "")).split())[:_EXCERPT]


def _told_items(act: Act) -> str:
    return "; ".join(f"{item['key']}: {item['text']}" for item in act.body["items"])[:_EXCERPT]


def _of_item(act: Act) -> str:
    told = gettext("Item %(item)s") % {"item": act.body["item"]}
    return f"{told}: {_text(act)}" if _text(act) else told


_VERSION = Field("version", _("The version"), "act", initial=_latest)
_ITEM = Field("item", _("Item"), "choice", choices=_items_known)
_REMARK = Field("text", _("Remark"), "text", required=False)
_HELP = _(
    "One a line: what, text, who sees to it, day. What is one of hotline, drill, collection, training, talks, "
    "agreement and other; the day is written 2026-12-20."
)

DEEDS = (
    Deed(
        "plan.lay",
        acts.Plan,
        _("Cooperation plan"),
        _("Lay a cooperation plan"),
        (
            Field("title", _("Title")),
            Field(
                "items",
                _("Items"),
                "rows",
                columns=("what", "text", "owner", "deadline"),
                help=_HELP,
                size=8,
            ),
            Field("text", _("Introduction"), "text", required=False),
        ),
        lead=_("What we and our partners will do together after a case. It is in force once all agree to it."),
        opens=True,
        complete=_items,
        sentence=lambda act: str(act.body["title"]),
        excerpt=_told_items,
        template="plan/act.html",
    ),
    Deed(
        "plan.agree",
        acts.Agreement,
        _("Agreement to the plan"),
        _("Agree to the plan"),
        (_VERSION,),
        lead=_("We agree to these very items. The plan is in force once all parties do."),
        names="version",
        when=_can_agree,
        listed=False,
        complete=_with_hash,
    ),
    Deed(
        "plan.amend",
        acts.Amendment,
        _("Plan amended"),
        _("Amend the plan"),
        (
            _VERSION,
            Field(
                "items",
                _("Items"),
                "rows",
                columns=("key", "what", "text", "owner", "deadline"),
                initial=_latest_items,
                help=_("As they stand; the first column names the item through all versions, so leave it as it is."),
                size=10,
            ),
            Field("text", _("What it changes and why"), "text", required=False),
        ),
        lead=_("The plan in force stands until all parties agree to the amended one."),
        names="version",
        when=_open,
        complete=_items,
        sentence=_text,
        excerpt=_told_items,
        template="plan/act.html",
    ),
    Deed(
        "plan.link",
        acts.Link,
        _("Item linked"),
        _("Link a matter"),
        (_VERSION, _ITEM, Field("matter", _("The matter by which it is carried out"), "matter")),
        clearance=False,
        names="version",
        when=_open,
        listed=False,
        complete=_linked,
        sentence=_of_item,
    ),
    Deed(
        "plan.unlink",
        acts.Unlink,
        _("Link taken back"),
        _("Take the link back"),
        (Field("link", _("The link"), "act"),),
        clearance=False,
        names="link",
        when=_open,
        listed=False,
    ),
    Deed(
        "plan.done",
        acts.Done,
        _("Item done"),
        _("Say that it is done"),
        (
            Field("version", _("The version"), "act", initial=lambda view: view.state.get("force")),
            _ITEM,
            Field("text", _("What came of it"), "text", required=False),
        ),
        clearance=False,
        names="version",
        when=_in_force,
        listed=False,
        sentence=_of_item,
    ),
    Deed(
        "plan.close",
        acts.Closing,
        _("Plan closed"),
        _("Close the plan"),
        (_REMARK,),
        when=_open,
        sentence=_text,
    ),
)


def _more(view: View) -> Mapping[str, Any]:
    """The version in force, and the latest where that is another."""
    state = view.state
    if not view.opening:
        return {}
    force, latest = state.get("force"), state["latest"]
    found = []
    for key in dict.fromkeys(key for key in (force, latest) if key):
        agreed = _agreed(state, key)
        silent = [node for node in view.parties if node not in agreed]
        found.append({**state[f"version:{key}"], "act": key, "force": key == force, "agreed": agreed, "silent": silent})
    return {"shown": found}


def tasks() -> Iterator[Task]:
    """Plans to agree to; items of ours that fall due; items of others that are overdue."""
    me, today = node_name(), timezone.localdate()
    soon = (today + SOON).isoformat()
    rows = Matter.objects.filter(kind="plan", state__key="opening").exclude(state__key="closed")
    for matter in rows.order_by("-last_at")[:_MOST_TASKS]:
        state = state_of(matter)
        if me not in state["opening"]["parties"]:
            continue
        yield from _agreement(matter, state, me)
        for key, item in fold.items_of(state, state.get("force")).items():
            if f"done:{key}" in state:
                continue
            ours = item["owner"] == me
            if item["deadline"] <= (soon if ours else (today - timedelta(days=1)).isoformat()):
                sentence = _("Carry out what we took on in the plan") if ours else _("%(who)s is late with its item")
                yield _task(
                    matter,
                    state,
                    state["force"],
                    ours,
                    Named(sentence, [item["owner"]]),
                    item["text"],
                    item["deadline"],
                )


def _agreement(matter: Matter, state: Mapping[str, Any], me: str) -> Iterator[Task]:
    latest = state["latest"]
    if latest == state.get("force"):
        return
    agreed = _agreed(state, latest)
    silent = [node for node in state["opening"]["parties"] if node not in agreed]
    title = fold.title(dict(state))
    if me in silent:
        author = state[f"version:{latest}"]["by"]
        yield _task(matter, state, latest, True, Named(_("Agree to the plan of %(who)s, or amend it"), [author]), title)
    elif silent:
        yield _task(matter, state, latest, False, Named(_("Yet to agree to the plan: %(who)s"), silent), title)


def _task(
    matter: Matter,
    state: Mapping[str, Any],
    act: str,
    ours: bool,
    sentence: object,
    detail: str,
    due: str | None = None,
) -> Task:
    return Task(
        ours=ours,
        sentence=sentence,
        detail=detail[:_EXCERPT],
        matter_id=matter.id,
        act_id=act,
        precedence=state["opening"]["precedence"],
        since=state[f"version:{act}"]["issued"],
        due=due,
        right="draft",
        form_url=reverse("dossier", args=[matter.id]),
        label=_("Open"),
    )


KIND = kind(
    name="plan",
    label=_("Cooperation plan"),
    deeds=DEEDS,
    texts=Texts(
        many=_("Cooperation plans"),
        empty=_(
            "No plan yet. What is to be done together after a case would stand here; begin with a plan of a few items."
        ),
        standing=_standing,
        lead=_("What the parties will do together after a case, and how it stands."),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="plan/panel.html",
    more=_more,
    tasks=tasks,
    step=5,
)
