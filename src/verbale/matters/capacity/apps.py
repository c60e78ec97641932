from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CapacityConfig(AppConfig):
    name = "verbale.matters.capacity"
    label = "capacity"
    verbose_name = _("Capacity building")

    def ready(self) -> None:
        from verbale.matters.capacity.kind import KIND
        from verbale.node.registry import register

        register(KIND)
