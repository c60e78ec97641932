"""How the node knows hotlines: their acts and rules."""

from django.utils.translation import gettext_lazy as _

from verbale.matters.hotline import acts, fold
from verbale.node.registry import ActType, Kind

__all__ = ["KIND"]

KIND = Kind(
    name="hotline",
    label=_("Hotline"),
    types=(
        ActType("hotline.open", acts.Open, _("Hotline proposed")),
        ActType("hotline.join", acts.Join, _("Hotline joined")),
        ActType("hotline.desk", acts.Desk, _("Who mans the line"), clearance=False),
        ActType("hotline.message", acts.Message, _("Hotline message")),
        ActType("hotline.read", acts.Read, _("Message read"), clearance=False),
        ActType("hotline.acknowledge", acts.Acknowledgement, _("Message acknowledged"), clearance=False),
        ActType("hotline.schedule", acts.Schedule, _("Test schedule")),
        ActType("hotline.test", acts.Test, _("Communication test"), clearance=False),
        ActType("hotline.answer-test", acts.Answer, _("Test answered"), clearance=False),
        ActType("hotline.close", acts.Close, _("Hotline closed")),
    ),
    rule=fold.rule,
    title=fold.title,
)
