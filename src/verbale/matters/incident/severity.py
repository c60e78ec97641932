"""How grave an incident is: documented scales side by side, never one magic number."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verbale.knowledge import Scale, all_scales, scale_of
from verbale.node.identity import node_name
from verbale.node.judged import Ground, Judged, Point, Unknown
from verbale.node.models import Matter
from verbale.node.partners import name_of
from verbale.node.projection import state_of
from verbale.protocol import State

__all__ = ["judges", "severities"]


def severities(state: State) -> list[dict[str, Any]]:
    """Every assessment that stands, scale by scale: its level, its score and what each answer adds to it."""
    found = []
    for key in sorted(state):
        if not key.startswith("severity:"):
            continue
        _kind, author, scale_id = key.split(":", 2)
        scale, noted = scale_of(scale_id), state[key]
        answers = noted.get("answers", {})
        found.append(
            {
                "author": author,
                "scale": scale,
                "name": scale.name if scale else scale_id,
                "code": noted["level"],
                "level": scale.level(noted["level"]) if scale else None,
                "reasons": noted["reasons"],
                "score": scale.score(answers) if scale else None,
                "parts": scale.parts(answers) if scale else (),
            }
        )
    return sorted(found, key=lambda item: (item["name"], item["author"]))


def judges(matter: Matter) -> Iterator[Judged]:
    """Each assessment that stands with its reasons, and the scales on which we have not assessed it."""
    found = severities(state_of(matter))
    ours = {item["scale"].id for item in found if item["scale"] and item["author"] == node_name()}
    yield Judged(
        10,
        "severity",
        gettext_lazy("How grave is it?"),
        "; ".join(_level(item) for item in found) + "." if found else "",
        tuple(_point(item) for item in found),
        note=_("Scales stand side by side; nothing averages them."),
        unknown=tuple(_asked(matter, scale) for scale in all_scales() if scale.id not in ours),
        url=f"{reverse('dossier', args=[matter.id])}#panel",
        label=gettext_lazy("Assess its severity"),
    )


def _level(item: dict[str, Any]) -> str:
    scale, level = item["scale"], item["level"]
    if scale is None or level is None:
        return f"{item['name']}: {item['code']}"
    told = {"scale": scale.name, "word": _(scale.word), "code": level.code, "name": level.name.lower()}
    return _("%(scale)s: %(word)s %(code)s, %(name)s") % told


def _point(item: dict[str, Any]) -> Point:
    scale, level, score = item["scale"], item["level"], item["score"]
    parts = [
        Ground(
            f"{part.factor.name}: {part.answer.name}"
            + (" – " + _("%(points)s of %(most)s points") % {"points": part.points, "most": part.most} if score else "")
        )
        for part in item["parts"]
    ]
    return Point(
        item["name"],
        item["reasons"],
        tag=f"{_(scale.word)} {item['code']}" if scale else item["code"],
        sure=True,
        grounds=(
            *([Ground(f"{level.name}: {level.means}")] if level and level.means else ()),
            *parts,
            Ground(_("Assessed by %(who)s.") % {"who": name_of(item["author"])}),
        ),
        sources=tuple(" ".join(filter(None, (source.title, source.reference))) for source in scale.sources)
        if scale
        else (),
    )


def _asked(matter: Matter, scale: Scale) -> Unknown:
    number = len(scale.factors)
    asked = ngettext("%(n)s question", "%(n)s questions", number) % {"n": number} if number else ""
    return Unknown(
        _("Not assessed by us on the scale %(scale)s.") % {"scale": scale.name},
        bears=asked,
        url=reverse("incident:assess-on", args=[matter.id, scale.id])
        if number
        else f"{reverse('dossier', args=[matter.id])}#panel",
        label=gettext_lazy("Assess on it"),
    )
