"""One settings file for every process. Each value that differs between installations comes from the
environment through the strict readers of `openflex.env`; `docs/operations.md` lists them."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF

from openflex import env
from openflex.core.logs import configure_logging

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "1.80"

# --- What the installation decides ---------------------------------------------------------------
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.secret(
    "SECRET_KEY", default="development-only" if DEBUG else env.REQUIRED, minimum_length=0 if DEBUG else 50
)
# Keys that were replaced: what they signed or sealed is still read, nothing new is.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.text("PUBLIC_URL", default="http://127.0.0.1:8000" if DEBUG else env.REQUIRED).rstrip("/")
REDIS_URL = env.text("REDIS_URL")
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", default=0)

DATABASES: dict[str, dict[str, Any]] = {"default": env.database("DATABASE_URL")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False  # verbs open their own transactions, reads need none
DATABASES["default"]["OPTIONS"] = {
    # A page that waits longer than this has lost its reader; long commands raise it for themselves.
    "options": "-c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
    # A page reads few rows: to start helpers for them, or to compile their conditions, takes longer than it saves.
    " -c max_parallel_workers_per_gather=0 -c jit=off",
}
if env.flag("DATABASE_POOL", default=False):  # web processes only: workers and commands hold one connection
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": env.number("DATABASE_POOL_SIZE", default=8)}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

VALUATION_PROVIDER = {
    "name": env.text("VALUATION_NAME", default="Autovista"),
    "base_url": env.text("VALUATION_URL", default=""),
    "client_id": env.text("VALUATION_CLIENT_ID", default="openflex"),
    "client_secret": env.secret("VALUATION_CLIENT_SECRET", default="sandbox" if DEBUG else ""),
    "is_sandbox": env.flag("VALUATION_IS_SANDBOX", default=DEBUG),
    "daily_quota": env.number("VALUATION_DAILY_QUOTA", default=500),
    # What one page waits for the provider in all. A page never takes longer than 8 s: the rest is our own share.
    "budget": env.seconds("VALUATION_BUDGET", default=7.3, minimum=0.5, maximum=7.5),
    # Of each call, within what is left of it: until the connection stands, and between two pieces of an answer.
    "connect_timeout": env.seconds("VALUATION_CONNECT_TIMEOUT", default=2.0, minimum=0.1, maximum=7.5),
    "read_timeout": env.seconds("VALUATION_READ_TIMEOUT", default=3.0, minimum=0.1, maximum=7.5),
}

# --- Applications --------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    # Cotton and partials each bring an app that sets the loaders by itself; together they need ours (TEMPLATES).
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "django_prometheus",
    "django_structlog",
    "pgtrigger",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "openflex.core",
    "settings_admin",
    "openflex.live",
    "customers",
    "vehicles",
    "quotation",
    "openflex.notifications",
    "opportunities",
    "openflex.dashboard",
    "openflex.search",
    "openflex.demo",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "openflex.core.http.NulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "openflex.core.requests_log.RequestLogMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "settings_admin.access.middleware.SessionMiddleware",
    "settings_admin.access.middleware.ScopeMiddleware",
    "settings_admin.access.middleware.ShownScopeMiddleware",
    "settings_admin.access.middleware.SecondFactorMiddleware",
    "openflex.core.http.RefusalMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "openflex.urls"
WSGI_APPLICATION = "openflex.wsgi.application"
ASGI_APPLICATION = "openflex.asgi.application"

_LOADERS: list[Any] = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
if not DEBUG:
    _LOADERS = [("django.template.loaders.cached.Loader", _LOADERS)]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", _LOADERS)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "settings_admin.access.shell.shell",
                "openflex.notifications.shell.bell",
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "django.templatetags.static",
                "openflex.core.templatetags.openflex",
                "openflex.core.templatetags.charts",
            ],
        },
    },
]
COTTON_DIR = "components"
FORM_RENDERER = "openflex.core.forms.FormRenderer"

# --- People --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "settings_admin.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "landing"
ACCOUNT_ADAPTER = "settings_admin.access.sign_in.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "settings_admin.access.sign_in.SignInForm",
    "reset_password": "settings_admin.access.sign_in.AskForPasswordForm",
    "reset_password_from_key": "settings_admin.access.sign_in.NewPasswordForm",
    "change_password": "settings_admin.access.sign_in.ChangeMyPasswordForm",
    "reauthenticate": "settings_admin.access.sign_in.ConfirmPasswordForm",
    "user_token": "settings_admin.access.sign_in.LinkForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by invitation, never by signing up
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password, a second factor: the person is told by e-mail
# The address is a column of the person. allauth's own generator would keep copies in a table of its own, by which
# an address that was replaced could still sign in.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_SESSION_REMEMBER = None  # the person decides, by a box
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PUBLIC_URL and PUBLIC_URL.startswith("https") else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_ADAPTER = "settings_admin.access.sign_in.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "settings_admin.access.sign_in.SignInCodeForm",
    "reauthenticate": "settings_admin.access.sign_in.ConfirmCodeForm",
    "activate_totp": "settings_admin.access.sign_in.ActivateSecondFactorForm",
}
MFA_TOTP_ISSUER = "OpenFlex"
MFA_TOTP_TOLERANCE = 1  # a telephone may be half a minute early or late
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # whoever opened the invitation has shown that the address is theirs
ACCOUNT_RATE_LIMITS = {
    # `docs/operations.md` says what each limit protects; the keys count the address typed, known or not.
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/5m/key,20/h/key",
    "login_failed_before_lock": "4/5m/key",  # one less than above: the next one closes the account
    "lock_told": "1/h/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
}
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_NAME = "openflex_session"
CSRF_COOKIE_NAME = "openflex_csrf"
CSRF_FAILURE_VIEW = "openflex.core.views.csrf_failure"

# --- Words, time, files --------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "openflex.core.formats"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # No address leads there: a view hands the files out. Pages and workers see the same folder.
    "exports": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": env.text("EXPORTS_DIR", default=str(BASE_DIR / ".data" / "exports")),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "photos": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": env.text("PHOTOS_DIR", default=str(BASE_DIR / ".data" / "photos")),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "openflex.core.static_files.JoiningStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# --- Trade --------------------------------------------------------------------------------------
VAT_RATE = Decimal("0.20")

NOTIFICATION_DIGEST_HOUR = env.number("NOTIFICATION_DIGEST_HOUR", default=8, minimum=0, maximum=23)  # in France

# --- Machinery -----------------------------------------------------------------------------------
CACHES = {
    "default": {
        "BACKEND": "openflex.core.redis_cache.RedisCache",
        "LOCATION": REDIS_URL,
        # A Redis that hangs is one that is down.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    },
    # What {% cache %} has drawn of things that never change, each process its own; 200 KB a piece at most. While
    # templates are being written, all is drawn each time.
    "template_fragments": {
        "BACKEND": f"django.core.cache.backends.{'dummy.DummyCache' if DEBUG else 'locmem.LocMemCache'}",
        "LOCATION": "template_fragments",
        "OPTIONS": {"MAX_ENTRIES": 64},
    },
}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}

if DEBUG and not env.text("EMAIL_URL", default=""):
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"  # read on the page /courriels/
    EMAIL_FILE_PATH = env.text("OUTBOX_DIR", default=str(BASE_DIR / ".data" / "dev" / "outbox"))
else:
    vars().update(environ.Env.email_url_config(env.text("EMAIL_URL")))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default="OpenFlex <ne-pas-repondre@openflex.invalid>")

# --- Security ------------------------------------------------------------------------------------
SECURE_COOKIES = not DEBUG
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked inside the network, without TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 0 if DEBUG else 60 * 60 * 24 * 365
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
# A name put on the browsers' list comes off it in months only: somebody must want that.
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # it asks for the preloading that is a choice here
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "accelerometer", "gyroscope")
}

# --- Watching ------------------------------------------------------------------------------------
LOGGING = configure_logging(json=not DEBUG)
LOGGING_CONFIG = "logging.config.dictConfig"
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
PROMETHEUS_EXPORT_MIGRATIONS = False
SENTRY_DSN = env.text("SENTRY_DSN", default="")
if SENTRY_DSN:
    import sentry_sdk

    sentry_sdk.init(
        dsn=SENTRY_DSN,
        release=VERSION,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
    )
