from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DrillConfig(AppConfig):
    name = "verbale.matters.drill"
    label = "drill"
    verbose_name = _("Drills")

    def ready(self) -> None:
        from verbale.matters.drill.kind import KIND
        from verbale.node.registry import register

        register(KIND)
