"""The items of a plan as one person may see them: with the matters that carry them out."""

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from verbale.matters.plan.words import WHAT
from verbale.node.access import may, readable_matters
from verbale.node.registry import kind_of, lawful_body

register = template.Library()

_STARTED_BY = {
    "hotline": "hotline",
    "drill": "drill",
    "collection": "collection",
    "training": "capacity",
    "talks": "talks",
    "agreement": "agreement",
}
"""What an item is to the kind of matter that carries it out, where this node knows such a kind."""


@register.simple_tag(takes_context=True)
def items_of(context: template.Context, version: dict[str, Any]) -> list[dict[str, Any]]:
    """The items of a version with their links and with doors to what would carry them out."""
    view, user = context["view"], context["request"].user
    done = {item["key"]: item for item in view.entries("done")} if version["force"] else {}
    links: dict[str, list[dict[str, Any]]] = {}
    for link in view.entries("link"):
        links.setdefault(link["item"], []).append(link)
    wanted = [link["matter"] for found in links.values() for link in found]
    matters = {matter.id: matter for matter in readable_matters(user).filter(pk__in=wanted)}
    return [
        {
            **item,
            "what": WHAT[item["what"]],
            "done": done.get(item["key"]),
            "links": [_link(link, matters.get(link["matter"])) for link in links.get(item["key"], ())],
            "doors": _doors(item["what"], context["matter"], view.opening.get("about"), user),
        }
        for item in version["items"]
    ]


@register.simple_tag
def lawful_items(type_name: str, body: Any) -> list[dict[str, Any]]:
    """The items that an act lays down; none when its body is not lawful for its type."""
    known = lawful_body(type_name, body or {}) or {}
    return [{**item, "what": WHAT[item["what"]]} for item in known.get("items") or ()]


def _link(link: dict[str, Any], matter: Any) -> dict[str, Any]:
    if matter is None:
        return {**link, "matter": None}
    kind = kind_of(matter.kind)
    return {
        **link,
        "matter": matter,
        "title": f"{kind.label}: {matter.title}" if kind else matter.title,
        "standing": kind.standing(matter) if kind else "",
    }


def _doors(what: str, plan: Any, about: str | None, user: Any) -> list[dict[str, Any]]:
    kind = kind_of(_STARTED_BY.get(what, ""))
    found = []
    for door in kind.starts if kind is not None else ():
        if may(user, door.right):
            try:
                url = reverse(door.url)
            except NoReverseMatch:
                # A door of a kind whose page takes more than the dossier is reached from its own list.
                continue
            found.append({"url": f"{url}?about={about or plan.id}", "label": door.label})
    return found
