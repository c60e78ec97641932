from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransmissionConfig(AppConfig):
    name = "verbale.matters.transmission"
    label = "transmission"
    verbose_name = _("Transmissions")

    def ready(self) -> None:
        from verbale.matters.transmission.kind import KIND
        from verbale.node.registry import register

        register(KIND)
