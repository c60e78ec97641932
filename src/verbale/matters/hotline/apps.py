from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HotlineConfig(AppConfig):
    name = "verbale.matters.hotline"
    label = "hotline"
    verbose_name = _("Hotline")

    def ready(self) -> None:
        from verbale.matters.hotline.kind import KIND
        from verbale.node.registry import register

        register(KIND)
