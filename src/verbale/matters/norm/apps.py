from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NormConfig(AppConfig):
    name = "verbale.matters.norm"
    label = "norm"
    verbose_name = _("Norm proposals")

    def ready(self) -> None:
        from verbale.matters.norm.kind import KIND
        from verbale.node.registry import register

        register(KIND)
