"""The production door for pages."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openflex.settings")

pages = get_wsgi_application()

from openflex.core.memory import collect_between_pages, settle  # noqa: E402 - views import models, there by now

settle()
application = collect_between_pages(pages)
