from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgreementConfig(AppConfig):
    name = "verbale.matters.agreement"
    label = "agreement"
    verbose_name = _("Agreements")

    def ready(self) -> None:
        from verbale.matters.agreement.kind import KIND
        from verbale.node.registry import register

        register(KIND)
