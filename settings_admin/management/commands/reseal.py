"""After SECRET_KEY was changed: sealed secrets move to the new key, so that the old one can be forgotten."""

from typing import Any

from django.core.management.base import BaseCommand

from settings_admin.access.services.second_factor import reseal_second_factors


class Command(BaseCommand):
    help = "Seals the secrets of second factors with the newest key."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{reseal_second_factors()} resealed")
