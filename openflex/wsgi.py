"""The production door for pages."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openflex.settings")

application = get_wsgi_application()

from openflex.core.memory import settle  # noqa: E402 - views import models, which are there once Django is set up

settle()
