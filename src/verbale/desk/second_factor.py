"""The second factor: when clearing, and, on a practice node, shown to whoever practises."""

import time

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import app_settings
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from verbale.node.errors import AccessError, UserError
from verbale.node.models import User

__all__ = ["check_code", "enrol", "enrolled", "practice_code", "recent", "require"]

FRESH_SECONDS = 300
MOST_WRONG = 5
"""Wrong codes in a row before one has to wait: a code has six digits."""
WRONG_SECONDS = 300


def _totp(user: User) -> Authenticator | None:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()


def enrolled(user: User) -> bool:
    """Whether a person has a second factor."""
    return Authenticator.objects.filter(
        user=user, type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    ).exists()


def enrol(user: User, secret: str) -> None:
    """Give a person a TOTP secret (base32), for set-up by an operator and for practice nodes."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret)})


def recent(request: HttpRequest) -> bool:
    """Whether this session gave a second factor again within the last minutes, with a passkey say."""
    now = time.time()
    return any(
        record.get("method") == "mfa" and record.get("reauthenticated") and now - record["at"] < FRESH_SECONDS
        for record in get_authentication_records(request)
    )


def require(request: HttpRequest, code: str) -> None:
    """A fresh second factor: a code of the authenticator app, or a recent re-authentication. Raises UserError."""
    if not recent(request):
        check_code(request.user, code)


def check_code(user: User, code: str) -> None:
    """A code of the person's authenticator app, good once. Raises UserError."""
    authenticator = _totp(user)
    if authenticator is None:
        raise AccessError(_("Set up an authenticator app, or confirm with your passkey first."))
    if not code.strip():
        raise UserError(_("Enter the code of your authenticator app."), "code")
    tries = f"verbale.second-factor.wrong?user={user.pk}"
    if cache.get(tries, 0) >= MOST_WRONG:
        raise UserError(_("Too many wrong codes. Wait some minutes, and try again."), "code")
    if not TOTP(authenticator).validate_code(code.strip()):
        cache.set(tries, cache.get(tries, 0) + 1, WRONG_SECONDS)
        raise UserError(_("This code is not valid, or has been used. Wait for the next one."), "code")
    cache.delete(tries)
    _keep_used(user, code)


def _keep_used(user: User, code: str) -> None:
    """Remember a used code for as long as it would pass: the library remembers it for one period, and accepts it for
    three."""
    periods = 2 * app_settings.TOTP_TOLERANCE + 1
    key = TOTP(Authenticator(user=user))._get_used_cache_key(code)
    cache.set(key, "y", periods * app_settings.TOTP_PERIOD)


class ActivateForm(ActivateTOTPForm):
    """Setting up an authenticator app: the code that proves it is used as well."""

    def clean_code(self) -> str:
        code = super().clean_code()
        _keep_used(self.user, code)
        return code


class AuthenticateForm(forms.AuthenticateForm):
    """The second factor at log-in: a code used there is not good for a clearance afterwards."""

    def clean_code(self) -> str:
        code = super().clean_code()
        _keep_used(self.user, code)
        return code


class ReauthenticateForm(forms.ReauthenticateForm):
    """The second factor once more: as at log-in."""

    def clean_code(self) -> str:
        code = super().clean_code()
        _keep_used(self.user, code)
        return code


def practice_code(user: User) -> str:
    """On a practice node: a code that will be accepted now. Empty elsewhere, always."""
    authenticator = _totp(user) if settings.CONFIG.practice else None
    if authenticator is None:
        return ""
    secret = decrypt(authenticator.data["secret"])
    totp = TOTP(authenticator)
    counters = sorted(yield_hotp_counters_from_time(), key=lambda counter: (counter < time.time() // 30, counter))
    for counter in counters:
        code = format_hotp_value(hotp_value(secret, counter))
        if cache.get(totp._get_used_cache_key(code)) is None:
            return code
    return ""
