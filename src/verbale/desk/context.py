"""What the frame of every page shows: rail, link health, register's head, alarms."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from verbale.desk.second_factor import practice_code
from verbale.node.access import ROLES, may
from verbale.node.models import CosignatureRecord, Draft, Notice, Partner, RegisterHead
from verbale.node.partners import short_name
from verbale.node.registry import all_kinds

__all__ = ["frame"]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of the base page. Costs a handful of small queries, and none for whoever has not logged in."""
    config = settings.CONFIG
    common = {
        "node": config.node,
        "node_name": config.name,
        "node_short": short_name(config.name),
        "node_colour": config.colour,
        "practice": config.practice,
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        pending = _pending_user(request)
        return {**common, "practice_code": practice_code(pending) if pending and config.practice else ""}
    head = RegisterHead.objects.filter(pk=1).first()
    links = list(Partner.objects.exclude(status=Partner.Status.PENDING).order_by("name"))
    return {
        **common,
        "rail": _rail(request),
        "roles_shown": ", ".join(str(ROLES[role]) for role in user.roles if role in ROLES),
        "register_size": head.size if head else 0,
        "cosigners": CosignatureRecord.objects.values("node").distinct().count(),
        "links": links,
        "alarms": [partner for partner in links if partner.alarm],
        "to_clear": Draft.objects.filter(status=Draft.Status.SUBMITTED).exclude(drafter=user).count()
        if may(user, "clear")
        else 0,
        "last_notice": Notice.objects.order_by("-id").values_list("id", flat=True).first() or 0,
        "practice_code": practice_code(user) if config.practice else "",
    }


def _pending_user(request: HttpRequest) -> Any:
    """Whoever has given the password and is asked for the second factor."""
    from allauth.account.internal.stagekit import unstash_login

    session = getattr(request, "session", None)
    if session is None or "account_login" not in session:
        return None
    login = unstash_login(request, peek=True)
    return login.user if login else None


def _rail(request: HttpRequest) -> list[dict[str, Any]]:
    """The entries, in groups: the house, then what each step of a case takes, then the node."""
    user = request.user
    kinds = sorted(all_kinds(), key=lambda kind: kind.step or 9)
    groups = [
        [("desk", _("Desk"), "d", True), ("dossiers", _("Dossiers"), "o", may(user, "read"))],
        *(
            [
                (door.url, door.label, door.key, may(user, door.right))
                for kind in kinds
                for door in kind.rail
                if among(kind)
            ]
            for among in (
                lambda kind: kind.step in (1, 2),
                lambda kind: kind.step in (3, 4),
                lambda kind: kind.step == 5,
                lambda kind: not kind.step,
            )
        ),
        [
            ("partners", _("Partners"), "p", True),
            ("register", _("Register"), "r", True),
            ("audit", _("Audit trail"), "u", may(user, "audit")),
            ("settings", _("Settings"), "s", True),
            ("help", _("Help"), "h", True),
        ],
    ]
    groups[0].append(("stories", _("Cases"), "e", may(user, "read")))
    groups[0].append(("precedents", _("Precedents"), "", may(user, "read")))
    groups[0].append(("shelves", _("Intelligence"), "v", may(user, "read")))
    # Who sees to partners without reading what they give comes to the feeds by a road of their own.
    groups[-1].insert(1, ("feeds", _("Feeds"), "", may(user, "partners") and not may(user, "read")))
    groups[2].append(("law", _("Norms and law"), "w", True))
    shown = []
    for group in groups:
        first = bool(shown)
        for name, label, key, allowed in group:
            if allowed:
                address = reverse(name)
                here = request.path == address if address == "/" else request.path.startswith(address)
                shown.append({"url": address, "label": label, "key": key, "here": here, "group": first})
                first = False
    return shown
