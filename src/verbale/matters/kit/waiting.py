"""What waits in matters whose text goes through versions: each party agrees to the latest, or lays another."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from verbale.node.models import Matter
from verbale.node.registry import Task

__all__ = ["on_latest"]


def on_latest(matter: Matter, state: Mapping[str, Any], sentence: object, *, ours: bool) -> Task:
    """A task about the latest version: `latest`, `version:<act>` and `opening` of the state."""
    act = state["latest"]
    return Task(
        ours=ours,
        sentence=sentence,
        detail=state["opening"]["title"],
        matter_id=matter.id,
        act_id=act,
        precedence=state["opening"]["precedence"],
        since=state[f"version:{act}"]["issued"],
        right="draft",
        form_url=reverse("dossier", args=[matter.id]),
        label=_("Read it"),
    )
