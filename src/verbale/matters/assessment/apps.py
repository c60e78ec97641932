from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentConfig(AppConfig):
    name = "verbale.matters.assessment"
    label = "assessment"
    verbose_name = _("Assessment")

    def ready(self) -> None:
        from verbale.matters.assessment.kind import KIND
        from verbale.node.registry import register

        register(KIND)
