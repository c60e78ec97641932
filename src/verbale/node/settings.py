"""Django settings of a node, read from its folder (`verbale.node.home`) and a few environment variables."""

import os
from pathlib import Path

import dj_database_url
from django.utils.translation import gettext_lazy as _

from verbale.node.home import Config, Home, HomeError

HOME = Home.here()
CONFIG = HOME.config() if HOME.exists() else Config(node="XX", name="Unnamed node")
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = HOME.secret() if HOME.path.is_dir() else "no node here yet: only commands that set one up may run"
DEBUG = os.environ.get("VERBALE_DEBUG") == "1"
# Who may address a node by which name is decided by the reverse proxy in front of it.
ALLOWED_HOSTS = os.environ.get("VERBALE_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("VERBALE_ORIGINS", "").split(",") if origin]
BEHIND_TLS = CONFIG.endpoint.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "verbale.node",
    "verbale.holdings",
    "verbale.desk",
    # To add a kind of matter is to add a folder.
    *sorted(f"verbale.matters.{found.parent.name}" for found in (PACKAGE / "matters").glob("*/apps.py")),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "verbale.desk.middleware.ContentSecurityPolicy",
    "verbale.desk.middleware.SecondFactorRequired",
]

ROOT_URLCONF = "verbale.urls"
ASGI_APPLICATION = "verbale.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": [PACKAGE / "desk" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "verbale.desk.context.frame",
            ],
            "builtins": ["verbale.desk.templatetags.desk"],
        },
    }
]

if url := os.environ.get("DATABASE_URL"):
    try:
        DATABASES = {"default": dj_database_url.parse(url)}
    except ValueError:
        raise HomeError("DATABASE_URL is no address of a database, such as postgresql://node@db.example/node") from None
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME.database,
            # A file in tests as well: in memory, threads that write at once would meet locks of another kind.
            "TEST": {"NAME": HOME.path / "test.sqlite3"},
            "OPTIONS": {
                # Every write transaction takes the lock at its start: no deadlock on upgrade, and a fair wait.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # FULL: a commit is on the disk before an act is acknowledged.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    }
# In the database, so that a code used once counts as used in every process.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "node.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
# Scrypt (RFC 7914) costs an attacker memory as well as time; older hashes are renewed at log-in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_ADAPTER = "verbale.desk.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "verbale.desk.accounts.MFAAdapter"
# One period early or late, since clocks of telephones differ; a code is good once.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "activate_totp": "verbale.desk.second_factor.ActivateForm",
    "authenticate": "verbale.desk.second_factor.AuthenticateForm",
    "reauthenticate": "verbale.desk.second_factor.ReauthenticateForm",
}
MFA_TOTP_ISSUER = f"Verbale {CONFIG.node}"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEHIND_TLS

SESSION_COOKIE_NAME = f"verbale_{CONFIG.node.lower()}_session"
CSRF_COOKIE_NAME = f"verbale_{CONFIG.node.lower()}_csrf"
LANGUAGE_COOKIE_NAME = f"verbale_{CONFIG.node.lower()}_language"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

USE_I18N = True
USE_TZ = True
LANGUAGE_CODE = CONFIG.language
# The six of the United Nations; one is offered as soon as its catalogue is there.
LANGUAGES = [
    (code, name)
    for code, folder, name in (
        ("ar", "ar", _("Arabic")),
        ("zh-hans", "zh_Hans", _("Chinese")),
        ("en", "en", _("English")),
        ("fr", "fr", _("French")),
        ("ru", "ru", _("Russian")),
        ("es", "es", _("Spanish")),
    )
    if code == "en" or (PACKAGE / "locale" / folder / "LC_MESSAGES" / "django.mo").exists()
]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = CONFIG.time_zone

STATIC_URL = "/static/"
# Static files are served from the packages themselves: nothing to collect, nothing to forget.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 << 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 << 20

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("VERBALE_LOG", "INFO")},
    "loggers": {"httpx": {"level": "WARNING"}, "fontTools": {"level": "WARNING"}},
}
