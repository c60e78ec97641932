from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TalksConfig(AppConfig):
    name = "verbale.matters.talks"
    label = "talks"
    verbose_name = _("Talks")

    def ready(self) -> None:
        from verbale.matters.talks.kind import KIND
        from verbale.node.registry import register

        register(KIND)
