from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OverlapConfig(AppConfig):
    name = "verbale.matters.overlap"
    label = "overlap"
    verbose_name = _("Private overlaps")

    def ready(self) -> None:
        from verbale.matters.overlap.kind import KIND
        from verbale.matters.overlap.work import wake
        from verbale.node.registry import register, register_chore

        register(KIND)
        # Beside the clock: the next step is due as soon as the other side's act is there.
        register_chore("overlap", lambda stopping: wake())
