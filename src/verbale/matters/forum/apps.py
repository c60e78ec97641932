from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ForumConfig(AppConfig):
    name = "verbale.matters.forum"
    label = "forum"
    verbose_name = _("Forums")

    def ready(self) -> None:
        from verbale.matters.forum.kind import KIND
        from verbale.node.registry import register

        register(KIND)
