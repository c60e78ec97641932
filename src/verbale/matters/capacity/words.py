"""What the parts of capacity building are called."""

from django.utils.translation import gettext_lazy as _

__all__ = ["TOPICS"]

TOPICS = {
    "policy": _("Policy and strategy (D1)"),
    "culture": _("Culture and society (D2)"),
    "knowledge": _("Knowledge and capabilities (D3)"),
    "legal": _("Legal and regulatory frameworks (D4)"),
    "standards": _("Standards and technologies (D5)"),
}
"""The dimensions of the CMM, 2021 edition, by its numbers."""
