"""The platform: settings and doors, the kernel (`core`), and what every domain app stands on."""

from openflex.celery import app as celery_app

__all__ = ["celery_app"]
