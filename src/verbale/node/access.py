"""Who may do and see what: roles, need-to-know, four eyes."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from verbale.node.errors import AccessError
from verbale.node.models import ActRecord, AuditEntry, Matter, ReadMark, User

__all__ = [
    "ROLES",
    "audit",
    "closed_matters",
    "may",
    "may_read",
    "readable_acts",
    "readable_matters",
    "require",
    "require_read",
    "saw",
]

ROLES = {
    "desk": _("Desk officer"),
    "analyst": _("Analyst"),
    "legal": _("Legal adviser"),
    "negotiator": _("Negotiator"),
    "head": _("Head of mission"),
    "secretariat": _("Secretariat"),
    "auditor": _("Auditor"),
    "operator": _("Operator"),
}

# What each role may do. One row a right; who reads it knows the whole of it.
RIGHTS = {
    "read": {"desk", "analyst", "legal", "negotiator", "head", "secretariat", "auditor"},
    "draft": {"desk", "analyst", "legal", "negotiator", "head", "secretariat"},
    "import": {"desk", "analyst"},
    "acknowledge": {"desk", "head", "secretariat", "negotiator"},
    "clear": {"head"},
    "restrict": {"head", "desk"},
    "partners": {"operator", "head"},
    "pouch": {"desk", "operator", "head"},
    "audit": {"auditor", "head"},
    "users": {"operator"},
}


def may(user: User, right: str) -> bool:
    """Whether a person's roles give a right."""
    return user.is_authenticated and user.has_role(*RIGHTS[right])


def require(user: User, right: str) -> None:
    """Raises AccessError naming the roles that could."""
    if not may(user, right):
        roles = ", ".join(str(ROLES[role]) for role in ROLES if role in RIGHTS[right])
        raise AccessError(
            _("%(shown)s may not do this; it takes one of: %(roles)s") % {"shown": user.shown, "roles": roles}
        )


def closed_matters(user: User) -> "QuerySet[Matter]":
    """The ids of the matters that a person may not open: restricted to others, or about one that is."""
    restricted = Matter.objects.filter(restricted=True).exclude(people=user).values("id")
    return Matter.objects.filter(Q(pk__in=restricted) | Q(about_id__in=restricted)).values("id")


def readable_matters(user: User) -> "QuerySet[Matter]":
    """The matters that a person may open. The auditor reads who did what, and restricted matters too."""
    if not may(user, "read"):
        return Matter.objects.none()
    if user.has_role("auditor"):
        return Matter.objects.all()
    return Matter.objects.exclude(pk__in=closed_matters(user))


class Acts(QuerySet["ActRecord"]):
    """Acts that one person may read."""

    def of(self, matter: Matter) -> "Acts":
        """Those of a matter, and those that stand elsewhere and are about it."""
        return self.filter(Q(matter_id=matter.pk) | Q(about_id=matter.pk))

    def latest_of(self, matter: Matter, limit: int, before: str = "") -> list[ActRecord]:
        """The latest acts of a matter and about it, oldest first; with `before` (an `order_key`), those before it.

        Two looks into two indexes: what it costs does not grow with the dossier.
        """
        issued, _space, identifier = before.partition(" ")
        rows = self.filter(Q(issued__lt=issued) | Q(issued=issued, id__lt=identifier)) if before else self
        found = {
            record.pk: record
            for side in (Q(matter_id=matter.pk), Q(about_id=matter.pk))
            for record in rows.filter(side).order_by("-issued", "-id")[:limit]
        }
        return sorted(found.values(), key=lambda record: record.order_key)[-limit:]


def readable_acts(user: User) -> Acts:
    """The acts that a person may open: of a matter that is open to them, and about one that is."""
    acts = Acts(ActRecord)
    if not may(user, "read"):
        return acts.none()
    if user.has_role("auditor"):
        return acts
    closed = closed_matters(user)
    return acts.exclude(Q(matter_id__in=closed) | Q(about_id__in=closed))


def may_read(user: User, matter: Matter) -> bool:
    return readable_matters(user).filter(pk=matter.pk).exists()


def require_read(user: User, matter: Matter) -> None:
    """Raises AccessError that does not tell what the matter is about."""
    if not may_read(user, matter):
        raise AccessError(_("This matter is open only to the people named on it."))


def saw(user: User, records: list[ActRecord]) -> None:
    """Note that a person opened acts; every reading of a RED act goes into the audit trail."""
    known = set(ReadMark.objects.filter(user=user, act_id__in=[r.id for r in records]).values_list("act_id", flat=True))
    ReadMark.objects.bulk_create(
        [ReadMark(user=user, act_id=record.id) for record in records if record.id not in known], ignore_conflicts=True
    )
    AuditEntry.objects.bulk_create(
        [
            AuditEntry(who=user.username, verb="read", matter_id=record.matter_id, act_id=record.id, detail="TLP:RED")
            for record in records
            if record.marking == "RED"
        ]
    )


def audit(who: str, verb: str, *, matter_id: str = "", act_id: str = "", detail: str = "") -> None:
    """Add a line to the trail of who did what."""
    AuditEntry.objects.create(who=who, verb=verb, matter_id=matter_id, act_id=act_id, detail=detail)
