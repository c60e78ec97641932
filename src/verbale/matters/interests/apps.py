from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InterestsConfig(AppConfig):
    name = "verbale.matters.interests"
    label = "interests"
    verbose_name = _("Interests")

    def ready(self) -> None:
        from verbale.matters.interests.kind import KIND
        from verbale.node.registry import register

        register(KIND)
