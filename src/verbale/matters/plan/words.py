"""What the parts of a plan are called."""

from django.utils.translation import gettext_lazy as _

__all__ = ["WHAT"]

WHAT = {
    "hotline": _("hotline"),
    "drill": _("joint drill"),
    "collection": _("intelligence collection"),
    "training": _("training"),
    "talks": _("talks"),
    "agreement": _("agreement"),
    "other": _("other"),
}
