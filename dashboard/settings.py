"""Settings of the dashboard: production unless the environment says otherwise (.env.example)."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from dashboard import env, logs, sign_on
from dashboard.allauth_settings import *  # noqa: F403 - settings are names in this module
from dashboard.database import database
from dashboard.roblox_settings import *  # noqa: F403 - as above

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR") or BASE_DIR / "var").absolute()
KEYS_DIR = DATA_DIR / "keys"

DEBUG = env.flag("DEBUG", default=False)
# The page that shows the parts of pages is for who builds them.
STYLEGUIDE = DEBUG


# Keys. Where the environment is silent, what `setup` generated in KEYS_DIR is used; the text of
# the rings is read by secretsapp.rules.keys alone.

SECRET_KEY = env.secret("SECRET_KEY") or env.secret_file(
    KEYS_DIR / "secret_key", "SECRET_KEY", missing=""
)
MASTER_KEYS, MASTER_KEYS_FILE = env.secret("MASTER_KEYS"), env.file_named("MASTER_KEYS")
AUDIT_KEYS, AUDIT_KEYS_FILE = env.secret("AUDIT_KEYS"), env.file_named("AUDIT_KEYS")
CHECKPOINT_KEYS = env.secret("CHECKPOINT_KEYS")
CHECKPOINT_KEYS_FILE = env.file_named("CHECKPOINT_KEYS")


# Where the dashboard stands.

# Where SITE_URL is not set, links lead to the port of this machine on which Sealroom was started
# last. A port is all that is noted: no host is ever believed for it.
PORT_FILE = DATA_DIR / "port"
_NOTED_PORT = env.noted_port(PORT_FILE)
SITE_URL = env.base_url("SITE_URL", default=f"http://127.0.0.1:{_NOTED_PORT or 8000}")
SITE_URL_IS_SET = env.text("SITE_URL") is not None
SITE_URL_SOURCE = (
    "SITE_URL" if SITE_URL_IS_SET else "the last start here" if _NOTED_PORT else "the default"
)
_SITE = urlsplit(SITE_URL)
_SITE_HOST = _SITE.hostname or ""
_LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]


def _own_hosts() -> list[str]:
    if env.is_loopback(_SITE_HOST):
        return _LOOPBACK_HOSTS
    return [_SITE_HOST]


ALLOWED_HOSTS = env.items("ALLOWED_HOSTS") or _own_hosts()
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")
ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"


# Witnesses of the log, and whom it is told to: into which networks beside the internet anything may
# be sent, and who vouches for hosts there.
CHANNEL_NETWORKS = env.networks("CHANNEL_NETWORKS")
CHANNEL_AUTHORITIES = env.certificates("CHANNEL_AUTHORITIES")


# What Django runs.

INSTALLED_APPS = [
    "secretsapp.apps.SecretsAppConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "secretsapp.apps.SecondFactorsConfig",
    "csp",
    "django_htmx",
]

MIDDLEWARE = [
    "secretsapp.web.observing.ObservingMiddleware",
    "secretsapp.web.middleware.ForwardedSchemeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "secretsapp.web.middleware.NoStoreMiddleware",
    "secretsapp.web.middleware.MachinesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Outside of all that refuses an upload unread.
    "secretsapp.web.uploads.UploadMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "secretsapp.web.signing_in.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "secretsapp.web.htmx.SignInMiddleware",
    "secretsapp.web.middleware.ActorMiddleware",
    "secretsapp.web.middleware.KnownDeviceMiddleware",
    "secretsapp.web.middleware.LastActiveMiddleware",
    "secretsapp.web.middleware.RefusalMiddleware",
    "secretsapp.web.factor_gate.FactorGateMiddleware",
    "secretsapp.web.confirming.ConfirmingMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

_LOADERS = [
    "secretsapp.adapters.templates.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", _LOADERS)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {
                name: f"secretsapp.web.templatetags.{name}"
                for name in (
                    "channels",
                    "due",
                    "groups",
                    "invitations",
                    "log",
                    "markup",
                    "sealroom",
                )
            },
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# What is kept.
_DATABASE_PASSWORD = env.secret("DATABASE_PASSWORD")
DATABASES = {
    "default": database(
        env.secret("DATABASE_URL"),
        sqlite_file=DATA_DIR / "sealroom.sqlite3",
        password=_DATABASE_PASSWORD,
    ),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "secretsapp.adapters.cache.JsonCache"}}

# Nothing that arrives is written to a file on its way in; values are at most 1,024 bytes. Only an
# import has larger files (`secretsapp/web/uploads.py`), and a tick and a host for each of 500 rows.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1100

# Mail: for links to set a password and for notices, where a server for it is given; otherwise
# admins copy the links, and nothing is queued.
# What a library would send by itself goes nowhere then.

EMAIL_HOST = env.text("MAIL_HOST") or ""
EMAIL_PORT = env.port("MAIL_PORT", default=587)
EMAIL_HOST_USER = env.text("MAIL_USER") or ""
EMAIL_HOST_PASSWORD = env.secret("MAIL_PASSWORD") or ""
EMAIL_USE_SSL = EMAIL_PORT == 465
# Without encryption a password link could be read on its way; on this machine there is no way.
EMAIL_USE_TLS = not EMAIL_USE_SSL and not env.is_loopback(EMAIL_HOST)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM") or f"sealroom@{_SITE_HOST}"
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.dummy.EmailBackend"
)


# Transport: everything follows from SITE_URL, which is plain HTTP on loopback alone.

_HTTPS = _SITE.scheme == "https"
# A browser takes a cookie of this prefix only over HTTPS and from this very host.
_COOKIE_PREFIX = "__Host-" if _HTTPS else ""

SECURE_SSL_REDIRECT = _HTTPS
# Machines ask these beside the server, where there is no HTTPS.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_HTTPONLY = True

# HSTS for the domain's other hosts, and in browsers' preload lists, is the owner's to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

_FROM_HERE = ["connect-src", "font-src", "form-action", "manifest-src", "script-src", "style-src"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **{each: [NONE] for each in ("default-src", "base-uri", "frame-ancestors")},
        **{each: [SELF] for each in _FROM_HERE},
        # Bootstrap's style sheet draws its icons from data: addresses.
        "img-src": [SELF, "data:"],
    },
}


# Sessions: encrypted with the master keys, over after some hours, when idle, or with the browser.

SESSION_ENGINE = "secretsapp.adapters.sessions"
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}sessionid"
SESSION_COOKIE_AGE = env.whole("SESSION_HOURS", default=12, least=1, most=720) * 3600
SESSION_IDLE_MINUTES = env.whole("SESSION_IDLE_MINUTES", default=120, least=10, most=43_200)
SESSION_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"


# People and sign-in.

AUTH_USER_MODEL = "secretsapp.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
_VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATORS}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATORS}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATORS}.NumericPasswordValidator"},
]
LOGIN_URL = LOGOUT_REDIRECT_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

# Who signs people in beside their password, or instead of it.
SSO_PROVIDERS = sign_on.providers(env.items("SSO_PROVIDERS"))
PASSWORD_SIGN_IN = sign_on.password_sign_in(
    env.flag("PASSWORD_SIGN_IN", default=True), SSO_PROVIDERS
)

ACCOUNT_DEFAULT_HTTP_PROTOCOL = _SITE.scheme
MIGRATION_MODULES = {"mfa": "secretsapp.factor_migrations"}
DEVICE_COOKIE_NAME = f"{_COOKIE_PREFIX}device"


# Static files: served by the dashboard itself, collected or straight from the checkout.

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "collected"
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    # No file is ever kept; this stands where a library would ask for a place.
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "dashboard.assets.CollectedWhereFound"},
}


# Language and time: one language, and times in UTC.

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"


# Passwords are taken as they are; `doctor` tells of blanks around them.

PADDED_SETTINGS = env.padded(
    DATABASE_PASSWORD=_DATABASE_PASSWORD, MAIL_PASSWORD=EMAIL_HOST_PASSWORD
)


# What an operator watches: without a token or an address nothing is told to anyone.

LOG_FORMAT = env.choice("LOG_FORMAT", ("line", "json"), default="line")
METRICS_TOKEN = env.token("METRICS_TOKEN") or ""
CHECKPOINT_TOKEN = env.token("CHECKPOINT_TOKEN") or ""
CHECKPOINT_MINUTES = env.whole("CHECKPOINT_MINUTES", default=60, least=1, most=10_080)
SENTRY_DSN = env.text("SENTRY_DSN") or ""


# Errors and log: neither carries what a request brought.

DEFAULT_EXCEPTION_REPORTER = "secretsapp.adapters.reports.QuietReporter"
DEFAULT_EXCEPTION_REPORTER_FILTER = "secretsapp.adapters.reports.HideEverythingFilter"

LOGGING = logs.configuration(LOG_FORMAT, debug=DEBUG)
