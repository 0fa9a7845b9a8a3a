"""Writes `docs/rights.md` anew, after rights, routes or their words have changed."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from settings_admin.access import rights_doc


class Command(BaseCommand):
    help = "Writes docs/rights.md, the document of who may do what."

    def handle(self, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / rights_doc.PATH
        path.write_text(rights_doc.text(), encoding="utf-8")
        self.stdout.write(f"{rights_doc.PATH} written")
