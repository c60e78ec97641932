"""People: made by an operator, let in with a password and a second factor, deactivated rather than deleted."""

import hashlib
import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.core.context import request_context
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, format_hotp_value, hotp_value
from allauth.mfa.totp.views import ActivateTOTPView
from cryptography.fernet import InvalidToken
from django.contrib.auth import authenticate
from django.core.cache.backends import db as cache_in_database
from django.test import RequestFactory

from tests.node.conftest import Person
from verbale.desk import second_factor
from verbale.node import people
from verbale.node.access import ROLES
from verbale.node.errors import AccessError, UserError
from verbale.node.models import ApiToken, AuditEntry, User

pytestmark = pytest.mark.django_db

PASSWORD = "seven grey herons"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def made(**changes: Any) -> User:
    return people.create(**{"username": "ada", "password": PASSWORD, "roles": ["desk"], "by": "noor", **changes})


def trail() -> list[tuple[str, str, str]]:
    return list(AuditEntry.objects.order_by("id").values_list("who", "verb", "detail"))


# -- making people ----------------------------------------------------------------------------------------------------


def test_a_person_who_was_added_can_log_in_and_has_their_roles() -> None:
    made(roles=["desk", "analyst"], first_name="Ada", last_name="Moreau", post="Desk officer")
    ada = authenticate(username="ada", password=PASSWORD)
    assert ada is not None
    assert (ada.roles, ada.shown, ada.post) == (["desk", "analyst"], "Ada Moreau", "Desk officer")
    assert (ada.is_staff, ada.is_superuser) == (False, False)
    assert trail() == [("noor", "added person", "ada: desk, analyst")]


def test_a_person_without_a_name_is_shown_by_their_username() -> None:
    assert made().shown == "ada"


@pytest.mark.parametrize("role", ROLES)
def test_every_role_can_be_given(role: str) -> None:
    assert made(roles=iter([role])).has_role(role)


def test_a_password_is_kept_as_a_hash_that_costs_memory() -> None:
    assert made().password.startswith("scrypt$")
    assert PASSWORD not in User.objects.get().password


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no role": ({"roles": []}, "roles", "found none"),
    "a role that is none": ({"roles": ["admin"]}, "roles", "found admin"),
    "a role that is none beside one that is": ({"roles": ["desk", "Head"]}, "roles", "found Head"),
    "a role as people say it": ({"roles": ["Head of mission"]}, "roles", "found Head of mission"),
    "no username": ({"username": ""}, "username", "blank"),
    "a username with a space": ({"username": "ada moreau"}, "username", "valid username"),
    "a username with markup": ({"username": "<ada>"}, "username", "valid username"),
    "a username too long": ({"username": "a" * 151}, "username", "150"),
    "no password": ({"password": ""}, "password", "12"),
    "a short password": ({"password": "grey heron7"}, "password", "12"),
    "a common password": ({"password": "qwerty123456"}, "password", "common"),
    "the username as password": ({"username": "adamoreau.lz", "password": "adamoreau.lz"}, "password", "similar"),
    "the name as password": ({"last_name": "Montgomery-Ray", "password": "montgomery-ray"}, "password", "similar"),
}


@pytest.mark.parametrize(("changes", "field", "message"), REFUSED.values(), ids=REFUSED)
def test_a_person_is_refused_naming_the_field(changes: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        made(**changes)
    assert caught.value.field == field
    assert (User.objects.count(), trail()) == (0, [])


def test_a_username_is_given_once() -> None:
    made()
    with pytest.raises(UserError, match="ada already") as caught:
        made(roles=["head"])
    assert caught.value.field == "username"
    assert User.objects.get().roles == ["desk"]


# -- passwords, deactivation ------------------------------------------------------------------------------------------


def test_a_new_password_replaces_the_old() -> None:
    people.set_password(made(), "eight grey herons", by="noor")
    assert authenticate(username="ada", password="eight grey herons") is not None
    assert authenticate(username="ada", password=PASSWORD) is None
    assert trail()[-1] == ("noor", "set password", "ada")


@pytest.mark.parametrize("password", ["", "short", "qwerty123456"])
def test_a_weak_new_password_changes_nothing(password: str) -> None:
    ada = made()
    with pytest.raises(UserError) as caught:
        people.set_password(ada, password, by="noor")
    assert caught.value.field == "password"
    assert authenticate(username="ada", password=PASSWORD) is not None
    assert [verb for _who, verb, _detail in trail()] == ["added person"]


def test_no_password_stands_in_the_trail() -> None:
    people.set_password(made(), "eight grey herons", by="noor")
    assert not any("heron" in detail for _who, _verb, detail in trail())


def test_who_was_deactivated_stays_known_and_may_nothing_until_let_in_again() -> None:
    ada = made()
    people.set_active(ada, active=False, by="noor")
    assert authenticate(username="ada", password=PASSWORD) is None
    assert not User.objects.get().has_role("desk")
    people.set_active(ada, active=True, by="noor")
    assert authenticate(username="ada", password=PASSWORD) is not None
    assert User.objects.get().has_role("desk")
    assert [verb for _who, verb, _detail in trail()] == ["added person", "deactivated person", "activated person"]


# -- tokens -----------------------------------------------------------------------------------------------------------


def test_of_a_token_only_the_digest_is_stored(person: Person) -> None:
    token = ApiToken.make(person("ada", "desk"), "a script")
    row = ApiToken.objects.values().get()
    assert row["digest"] == ApiToken.digest_of(token) == hashlib.sha256(token.encode()).hexdigest()
    assert not any(token in str(value) or token.removeprefix("vb_") in str(value) for value in row.values())
    assert (row["name"], row["may_clear"], row["last_used"]) == ("a script", False, None)


def test_no_two_tokens_are_alike(person: Person) -> None:
    ada = person("ada", "desk")
    tokens = {ApiToken.make(ada, "a script") for _ in range(20)}
    assert len(tokens) == 20
    assert all(token.startswith("vb_") and len(token) == 46 for token in tokens)


# -- the second factor ------------------------------------------------------------------------------------------------


class Clock:
    """The time, standing still until it is moved; in the middle of the first seconds of a period of thirty."""

    def __init__(self) -> None:
        self.now = float(time.time() // 30 * 30 + 1)

    def code(self, ahead: int = 0, secret: str = SECRET) -> str:
        """What the authenticator app shows, now or some periods from now."""
        return format_hotp_value(hotp_value(secret, int(self.now) // 30 + ahead))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", lambda: clock.now)
    monkeypatch.setattr(cache_in_database, "tz_now", lambda: datetime.fromtimestamp(clock.now, UTC))
    return clock


@pytest.fixture
def tomas(person: Person) -> User:
    tomas = person("tomas", "head")
    second_factor.enrol(tomas, SECRET)
    return tomas


def accepted(user: User, code: str) -> bool:
    try:
        second_factor.check_code(user, code)
    except UserError as error:
        assert error.field == "code"
        return False
    return True


def test_who_was_enrolled_has_a_second_factor(person: Person, tomas: User) -> None:
    assert second_factor.enrolled(tomas)
    assert not second_factor.enrolled(person("ada", "desk"))


@pytest.mark.parametrize(
    ("ahead", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)], ids=lambda value: str(value)
)
def test_a_code_is_good_one_period_early_or_late(clock: Clock, tomas: User, ahead: int, good: bool) -> None:
    assert accepted(tomas, clock.code(ahead)) is good


def test_spaces_around_a_code_do_not_matter(clock: Clock, tomas: User) -> None:
    assert accepted(tomas, f"  {clock.code()}\n")


@pytest.mark.parametrize("ahead", [-1, 0, 1])
@pytest.mark.parametrize("seconds", [0, 1, 29, 31, 45, 61, 88, 91, 200])
def test_a_code_is_good_once(clock: Clock, tomas: User, ahead: int, seconds: int) -> None:
    """It would pass for three periods: it is remembered for as long."""
    code = clock.code(ahead)
    assert accepted(tomas, code)
    clock.now += seconds
    assert not accepted(tomas, code)


@pytest.mark.parametrize("seconds", [0, 31, 61, 88])
@pytest.mark.parametrize("view", [AuthenticateView, ReauthenticateView])
def test_a_code_used_to_log_in_is_not_good_to_clear(
    clock: Clock, tomas: User, rf: RequestFactory, view: type, seconds: int
) -> None:
    code = clock.code(1)
    with request_context(rf.post("/")):
        assert view().get_form_class()(user=tomas, data={"code": code}).is_valid()
    clock.now += seconds
    assert not accepted(tomas, code)


def test_the_next_code_is_good_after_one_was_used(clock: Clock, tomas: User) -> None:
    assert accepted(tomas, clock.code())
    clock.now += 30
    assert accepted(tomas, clock.code())


def test_a_code_used_by_one_person_is_not_used_up_for_another(clock: Clock, tomas: User, person: Person) -> None:
    other = person("other", "head")
    second_factor.enrol(other, SECRET)
    assert accepted(tomas, clock.code())
    assert accepted(other, clock.code())


@pytest.mark.parametrize("code", ["", "  ", "0", "abcdef", "12345", "1234567", "١٢٣٤٥٦", "\0", "x" * 10_000])
def test_what_is_no_code_is_refused(clock: Clock, tomas: User, code: str) -> None:
    assert not accepted(tomas, code)


def test_after_five_wrong_codes_the_right_one_has_to_wait(clock: Clock, tomas: User, person: Person) -> None:
    for _ in range(second_factor.MOST_WRONG):
        assert not accepted(tomas, "000000" if clock.code() != "000000" else "000001")
    with pytest.raises(UserError, match="Too many wrong codes"):
        second_factor.check_code(tomas, clock.code())
    other = person("other", "head")
    second_factor.enrol(other, SECRET)
    assert accepted(other, clock.code())  # nobody else is held up
    clock.now += second_factor.WRONG_SECONDS + 1
    assert accepted(tomas, clock.code())


def test_the_code_that_sets_up_the_app_is_not_good_to_clear(clock: Clock, person: Person, rf: RequestFactory) -> None:
    new = person("new", "head")
    request = rf.post("/")
    request.session = {SECRET_SESSION_KEY: SECRET}
    request.user = new
    with request_context(request):
        form = ActivateTOTPView().get_form_class()(user=new, data={"code": clock.code()})
        assert form.is_valid(), form.errors
    second_factor.enrol(new, SECRET)
    assert not accepted(new, clock.code())


def test_a_wrong_code_uses_nothing_up(clock: Clock, tomas: User) -> None:
    assert not accepted(tomas, f"{(int(clock.code()) + 1) % 10**6:06}")
    assert accepted(tomas, clock.code())


def test_without_an_authenticator_no_code_is_good(clock: Clock, person: Person) -> None:
    with pytest.raises(AccessError, match="Set up an authenticator app"):
        second_factor.check_code(person("ada", "head"), clock.code())


def test_to_enrol_again_replaces_the_secret(clock: Clock, tomas: User) -> None:
    other = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    second_factor.enrol(tomas, other)
    assert Authenticator.objects.count() == 1
    assert not accepted(tomas, clock.code())
    assert accepted(tomas, clock.code(secret=other))


def test_the_secret_is_encrypted_in_the_database(clock: Clock, tomas: User, settings: Any) -> None:
    assert SECRET not in json.dumps(Authenticator.objects.values_list("data", flat=True).get())
    settings.SECRET_KEY = "of another node"
    with pytest.raises(InvalidToken):
        second_factor.check_code(tomas, clock.code())


# -- practice nodes ---------------------------------------------------------------------------------------------------


def test_a_node_that_is_no_practice_node_shows_no_code(clock: Clock, tomas: User, settings: Any) -> None:
    assert settings.CONFIG.practice is False
    assert second_factor.practice_code(tomas) == ""


def test_a_practice_node_shows_codes_that_are_accepted(clock: Clock, tomas: User, settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, practice=True)
    shown = [second_factor.practice_code(tomas)]
    assert accepted(tomas, shown[0])
    clock.now += 30
    shown.append(second_factor.practice_code(tomas))
    assert accepted(tomas, shown[1])
    assert shown[0] != shown[1]


def test_a_practice_node_shows_no_code_that_was_used(clock: Clock, tomas: User, settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, practice=True)
    shown = []
    while code := second_factor.practice_code(tomas):
        assert accepted(tomas, code)
        shown.append(code)
    assert shown == [clock.code(0), clock.code(1), clock.code(-1)]


def test_a_practice_node_shows_nothing_to_who_has_no_authenticator(person: Person, settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, practice=True)
    assert second_factor.practice_code(person("ada", "head")) == ""
