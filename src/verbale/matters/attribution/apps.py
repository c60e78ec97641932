from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AttributionConfig(AppConfig):
    name = "verbale.matters.attribution"
    label = "attribution"
    verbose_name = _("Joint attribution")

    def ready(self) -> None:
        from verbale.matters.attribution.kind import KIND
        from verbale.node.registry import register

        register(KIND)
