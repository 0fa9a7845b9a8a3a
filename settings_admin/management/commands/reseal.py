"""After SECRET_KEY was changed: sealed secrets move to the new key, so that the old one can be forgotten."""

from typing import Any

from django.core.management.base import BaseCommand

from settings_admin.access.services.second_factor import reseal_second_factors
from settings_admin.registries import resealers
from settings_admin.scoping import unscoped


class Command(BaseCommand):
    help = "Seals with the newest key what the database keeps sealed: second factors, credentials of the modules."

    def handle(self, **options: Any) -> None:
        with unscoped("secrets of everybody move to another key"):
            moved = [reseal() for reseal in (reseal_second_factors, *resealers())]
        self.stdout.write(f"{sum(moved)} resealed")
