"""What a joint statement says of a case, in the shape of all kinds: each state's own level, and dissent."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verbale.matters.attribution.fold import JOIN, positions
from verbale.matters.likelihood import band_told, confidence_sentence
from verbale.node.judged import Ground, Judged, Point
from verbale.node.models import Matter
from verbale.node.partners import name_of
from verbale.node.projection import state_of
from verbale.node.registry import kind_of

__all__ = ["judges"]

_ORDER = 25


def judges(matter: Matter) -> Iterator[Judged]:
    """How the statement stands, and what each party says of its latest version."""
    state = state_of(matter)
    if "opening" not in state:
        return
    kind, version = kind_of("attribution"), state[f"version:{state['latest']}"]
    yield Judged(
        _ORDER,
        f"joint-{matter.id[:8]}",
        gettext_lazy("What do states say of it together?"),
        f"“{version['finding']}” {kind.standing(matter) if kind else ''}".strip(),
        points=tuple(_point(position) for position in positions(state)),
        url=reverse("dossier", args=[matter.id]),
        label=gettext_lazy("The joint statement"),
    )


def _point(position: Mapping[str, Any]) -> Point:
    joins = position["says"] == JOIN
    level = band_told(position["likelihood"]) if position["likelihood"] else ""
    sure = confidence_sentence(position["confidence"]) if position["confidence"] else ""
    return Point(
        name_of(position["by"]),
        " ".join(filter(None, (f"{level}." if level else "", sure))),
        tag=_("joins") if joins else _("dissents"),
        sure=joins,
        grounds=(Ground(position["text"]),) if position.get("text") else (),
    )
