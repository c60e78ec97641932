from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssistanceConfig(AppConfig):
    name = "verbale.matters.assistance"
    label = "assistance"
    verbose_name = _("Assistance")

    def ready(self) -> None:
        from verbale.matters.assistance.kind import KIND
        from verbale.node.registry import register

        register(KIND)
