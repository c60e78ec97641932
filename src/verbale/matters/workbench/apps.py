from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkbenchConfig(AppConfig):
    name = "verbale.matters.workbench"
    label = "workbench"
    verbose_name = _("Attribution workbench")

    def ready(self) -> None:
        from verbale.matters.workbench.kind import KIND
        from verbale.node.registry import register

        register(KIND)
