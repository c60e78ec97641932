"""New keys, another endpoint, revocation: each a further version of our credentials, signed by the last keys."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from verbale.node.access import audit
from verbale.node.errors import EnvironmentFault, UserError
from verbale.node.identity import Identity, local, reload
from verbale.protocol import Credentials, PrivateKeys, parse_time

__all__ = ["change_endpoint", "revoke", "rotate"]

_WHO = "operator (command line)"
_GRACE = timedelta(seconds=2)
"""New keys come into force a little later than they are published: what a serving process is signing with the old ones
at that moment stays good."""


def rotate() -> Credentials:
    """Replace the keys. The old ones stay in the keystore, to open what was sealed to them."""
    identity, home = local(), settings.HOME
    passphrase = home.passphrase()
    if passphrase is None:
        raise EnvironmentFault("the passphrase of the private keys is not set")
    new = PrivateKeys.generate()
    # Keys first: credentials that name keys which nobody holds would lock the node out.
    identity.keystore.rotated(new).save(home.keystore, passphrase)
    made = identity.credentials.succeed(identity.keys, issued=_moment(identity, _GRACE), new=new)
    return _publish(made, "rotated keys")


def change_endpoint(address: str) -> Credentials:
    """Tell partners another address."""
    if address and not address.startswith(("https://", "http://")):
        raise UserError("the endpoint is an address such as https://node.mfa.example", "endpoint")
    identity = local()
    made = identity.credentials.succeed(identity.keys, issued=_moment(identity), endpoint=address)
    settings.HOME.save_config(replace(settings.CONFIG, endpoint=address))
    return _publish(made, "changed endpoint")


def revoke(reason: str) -> Credentials:
    """Declare the keys void, for good."""
    if not reason.strip():
        raise UserError("say why the credentials are revoked", "reason")
    identity = local()
    return _publish(
        identity.credentials.succeed(identity.keys, issued=_moment(identity), revoked=reason.strip()), "revoked"
    )


def _moment(identity: Identity, ahead: timedelta = timedelta()) -> datetime:
    """From when the next version counts: from now, but later than the last one."""
    last = parse_time(identity.credentials.current.issued, "issued")
    return max(timezone.now() + ahead, last + timedelta(milliseconds=1))


def _publish(made: Credentials, verb: str) -> Credentials:
    home = settings.HOME
    partial = home.credentials.with_suffix(".new")
    partial.write_bytes(made.to_bytes() + b"\n")
    partial.replace(home.credentials)
    reload()
    audit(_WHO, verb, detail=f"version {made.current.serial} {made.current.fingerprint}")
    return made
