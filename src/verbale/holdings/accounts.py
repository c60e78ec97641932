"""Accounts of partners' software, and what each may do with which shelf."""

from datetime import timedelta
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.holdings.models import Account, Grant, Shelf
from verbale.holdings.prepared import Prepared
from verbale.holdings.viewing import parties_of
from verbale.node.access import audit
from verbale.node.errors import UserError
from verbale.node.models import Matter, Partner

__all__ = ["Rights", "account_of", "close", "grant", "make", "rights", "shelves_of"]

_USE_NOTED_EVERY = timedelta(minutes=1)
_NAME_CHARACTERS = 80


_OF_ACCOUNT = [field.attname for field in Account._meta.concrete_fields]
_account = Prepared(
    lambda digest: Account.objects.filter(
        digest=digest,
        active=True,
        node__in=Partner.objects.filter(status=Partner.Status.CONFIRMED).values("node"),
    ).values_list(*_OF_ACCOUNT),
    str,
)
_granted = Prepared(
    lambda account, shelf: Grant.objects.filter(account=account, shelf=shelf).values_list("may_read", "may_write"),
    int,
    str,
)


class Rights(NamedTuple):
    """What an account may do with a shelf. With neither, the shelf does not exist for it."""

    read: bool
    write: bool

    def __bool__(self) -> bool:
        return self.read or self.write


def make(name: str, node: str, *, by: str) -> tuple[Account, str]:
    """An account for the software of a confirmed partner, and its token, which is seen this once."""
    if not name or len(name) > _NAME_CHARACTERS or ":" in name or not name.isprintable():
        raise UserError(_("an account's name has 1 to 80 characters, none of them a colon"), "name")
    if not Partner.objects.filter(pk=node, status=Partner.Status.CONFIRMED).exists():
        raise UserError(_("%(node)s is no confirmed partner") % {"node": node}, "node")
    if Account.objects.filter(name=name).exists():
        raise UserError(_("there is an account named %(name)s already") % {"name": name}, "name")
    account, token = Account.make(name, node)
    audit(by, "made TAXII account", detail=f"{name} of {node}")
    return account, token


def grant(account: Account, shelf: Shelf, *, read: bool, write: bool, by: str) -> None:
    """What the account may do with the shelf from now on."""
    Grant.objects.update_or_create(account=account, shelf=shelf, defaults={"may_read": read, "may_write": write})
    told = " and ".join(word for word, given in (("read", read), ("write", write)) if given) or "nothing"
    audit(by, "changed TAXII rights", detail=f"{account.name}: {told} on {shelf.title}")


def close(account: Account, *, by: str) -> None:
    """It comes in no longer; what it gave stays."""
    Account.objects.filter(pk=account.pk).update(active=False)
    audit(by, "closed TAXII account", detail=account.name)


def account_of(token: str, name: str | None = None) -> Account | None:
    """The account of a token, if it is in use, its partner is confirmed, and it has the name that was given."""
    row = _account.first(Account.digest_of(token))
    account = Account.from_db(DEFAULT_DB_ALIAS, _OF_ACCOUNT, row) if row else None
    if account is None or name not in (None, account.name):
        return None
    now = timezone.now()
    if account.last_used is None or now - account.last_used > _USE_NOTED_EVERY:
        Account.objects.filter(pk=account.pk).update(last_used=now)
    return account


def rights(account: Account, shelf: Shelf) -> Rights:
    """What an account may do with a shelf: all with that of a collection of which its node is a party."""
    if shelf.matter and account.node in parties_of(shelf):
        return Rights(read=True, write=True)
    found = _granted.first(account.pk, shelf.pk)
    return Rights(*found) if found else Rights(read=False, write=False)


def shelves_of(account: Account) -> list[tuple[Shelf, Rights]]:
    """The shelves that exist for an account, in an order that does not change."""
    granted = {key: Rights(*may) for key, *may in account.grants.values_list("shelf_id", "may_read", "may_write")}
    serving: QuerySet[Shelf] = Shelf.objects.exclude(matter="")
    parties = dict(Matter.objects.filter(pk__in=serving.values("matter")).values_list("id", "parties"))
    found = []
    for shelf in Shelf.objects.order_by("made_at", "id"):
        may = granted.get(shelf.pk, Rights(read=False, write=False))
        if shelf.matter and account.node in parties.get(shelf.matter, ()):
            may = Rights(read=True, write=True)
        if may:
            found.append((shelf, may))
    return found
