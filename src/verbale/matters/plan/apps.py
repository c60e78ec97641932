from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanConfig(AppConfig):
    name = "verbale.matters.plan"
    label = "plan"
    verbose_name = _("Cooperation plans")

    def ready(self) -> None:
        from verbale.matters.plan.kind import KIND
        from verbale.node.registry import register

        register(KIND)
