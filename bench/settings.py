"""Production's settings on loopback: no TLS stands in front, and the files made ready lie in the bench's own folder."""

from pathlib import Path

from openflex.settings import *  # noqa: F403
from openflex.settings import BASE_DIR, INSTALLED_APPS

SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
STATIC_ROOT = Path(BASE_DIR) / ".data" / "bench" / "static"
INSTALLED_APPS = [*INSTALLED_APPS, "bench.apps.BenchConfig"]
