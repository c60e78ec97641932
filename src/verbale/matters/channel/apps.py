from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelConfig(AppConfig):
    name = "verbale.matters.channel"
    label = "channel"
    verbose_name = _("Channels")

    def ready(self) -> None:
        from verbale.matters.channel.kind import KIND
        from verbale.node.registry import register

        register(KIND)
