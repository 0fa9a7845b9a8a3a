"""Settings of the tests: the same as everywhere, with safe values in the environment and faster choices."""

import os

os.environ.setdefault("DEBUG", "false")
os.environ.setdefault("SECRET_KEY", "tests-" + "0123456789" * 6)
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("PUBLIC_URL", "http://testserver")
os.environ.setdefault("EMAIL_URL", "memorymail://")
os.environ.setdefault("VALUATION_CLIENT_SECRET", "sandbox")

from openflex.settings import *  # noqa: F403
from openflex.settings import CACHES, DATABASES, INSTALLED_APPS, STORAGES

# A module of the tests alone: what a leaver hands over and a substitute receives, before real modules have something.
INSTALLED_APPS = [*INSTALLED_APPS, "tests.errands"]

# Served over plain HTTP on loopback, with files as they are.
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "photos": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

# Argon2 as configured, but with the least memory and time: what is tested is ours, not its cost.
PASSWORD_HASHERS = ["tests.support.hashers.CheapArgon2"]

# A worker process is not needed to see what a task does; e-mail still waits for the commit.
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True

CACHES = {**CACHES, "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DATABASES["default"]["CONN_MAX_AGE"] = 0

# pytest captures what is logged; a second copy on the terminal would hide the failure.
LOGGING_CONFIG = ""
