from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OverlapConfig(AppConfig):
    name = "verbale.matters.overlap"
    label = "overlap"
    verbose_name = _("Private overlaps")

    def ready(self) -> None:
        from verbale.matters.overlap.kind import KIND
        from verbale.node.registry import register

        register(KIND)
