"""Addresses of a kind made with the kit."""

from django.urls import URLPattern, path

from verbale.matters.kit import pages
from verbale.matters.kit.kinds import Made

__all__ = ["patterns_of"]


def patterns_of(made: Made) -> list[URLPattern]:
    """`index`, one page named by its verb for each deed that opens, `write`, `say` and `edit`."""
    own = {"made": made}
    return [
        path("", pages.index, own, name="index"),
        *(path(f"{deed.verb}/", pages.open_matter, {**own, "deed": deed}, name=deed.verb) for deed in made.openers),
        path("drafts/<uuid:pk>/", pages.edit, own, name="edit"),
        path("<slug:matter_id>/<slug:verb>/", pages.write, own, name="write"),
        path("<slug:matter_id>/<slug:verb>/say", pages.say, own, name="say"),
    ]
