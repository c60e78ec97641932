"""Sources that name things, and what was read of them at one level."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from verbale.intel.correlation import Correlation, Named, Used, correlate

__all__ = ["LEVELS", "Read", "Source"]

LEVELS = {
    "cases": _("Cases"),
    "partners": _("Partners"),
    "campaigns": _("Campaigns and actors"),
}


@dataclass(frozen=True)
class Source:
    """Something that names features, as a person reads it."""

    key: str
    name: str
    url: str = ""
    ours: bool = False


@dataclass
class Read:
    """What was read at one level."""

    level: str
    sources: dict[str, Source] = field(default_factory=dict)
    named: list[Named] = field(default_factory=list)
    used: list[Used] = field(default_factory=list)
    whole: bool = True
    """Whether all reports were looked at."""
    whole_shelves: bool = True
    """Whether all was looked at that shelves hold."""

    @property
    def correlation(self) -> Correlation:
        return correlate(self.named)
