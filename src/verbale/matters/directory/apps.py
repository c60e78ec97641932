from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    name = "verbale.matters.directory"
    label = "directory"
    verbose_name = _("Directories")

    def ready(self) -> None:
        from verbale.matters.directory.kind import KIND
        from verbale.node.registry import register

        register(KIND)
