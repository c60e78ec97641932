"""People of a node: made by an operator, deactivated rather than deleted."""

from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from verbale.node.access import ROLES, audit
from verbale.node.errors import UserError
from verbale.node.models import User

__all__ = ["create", "set_active", "set_password"]


def create(
    *,
    username: str,
    password: str,
    roles: Iterable[str],
    by: str,
    first_name: str = "",
    last_name: str = "",
    post: str = "",
) -> User:
    """A new person. Raises UserError naming the field."""
    chosen = list(roles)
    unknown = [role for role in chosen if role not in ROLES]
    if unknown or not chosen:
        raise UserError(
            _("the roles are %(roles)s; found %(found)s")
            % {"roles": ", ".join(ROLES), "found": ", ".join(unknown) or "none"},
            "roles",
        )
    if User.objects.filter(username=username).exists():
        raise UserError(_("there is a person named %(username)s already") % {"username": username}, "username")
    person = User(username=username, first_name=first_name, last_name=last_name, roles=chosen, post=post)
    try:
        User._meta.get_field("username").clean(username, person)
    except ValidationError as error:
        raise UserError(" ".join(error.messages), "username") from None
    _check_password(password, person)
    person.set_password(password)
    person.save()
    audit(by, "added person", detail=f"{username}: {', '.join(chosen)}")
    return person


def set_password(person: User, password: str, *, by: str) -> None:
    """A new password, given by an operator."""
    _check_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    audit(by, "set password", detail=person.username)


def _check_password(password: str, person: User) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise UserError(" ".join(error.messages), "password") from None


def set_active(person: User, *, active: bool, by: str) -> None:
    """Let a person log in, or no longer."""
    person.is_active = active
    person.save(update_fields=["is_active"])
    audit(by, "activated person" if active else "deactivated person", detail=person.username)
