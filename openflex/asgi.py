"""The asynchronous door: Daphne serves pages through it in development; websockets join it with the live layer."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openflex.settings")

application = get_asgi_application()
