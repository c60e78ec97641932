from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentConfig(AppConfig):
    name = "verbale.matters.incident"
    label = "incident"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        from verbale.matters.incident.kind import KIND
        from verbale.node.registry import register

        register(KIND)
