"""Loads the demonstration: accounts whose password everybody knows, hence never where DEBUG is off."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from openflex.core.dates import today_paris
from openflex.demo.parts import (
    customers,
    days,
    notifications,
    opportunities,
    organisation,
    people,
    quotations,
    vehicles,
)
from openflex.demo.world import NotSeedable, world_on
from settings_admin.models import Holding, User
from settings_admin.scoping import unscoped

# In this order: each part finds in the world what those before it made. Modules add theirs at the end.
PARTS = (
    organisation.seed,
    people.seed,
    vehicles.seed,
    quotations.seed,
    customers.seed,
    notifications.seed,
    opportunities.seed,
    days.seed,
)


class Command(BaseCommand):
    help = "Loads the demonstration data: two holdings, their people and their stock."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there is a holding already")
        parser.add_argument(
            "--at", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the day it is in the data (default: today)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Demonstration accounts have a known password: they are refused when DEBUG is off.")
        now = timezone.now()
        try:
            world = world_on(options["at"] or today_paris(now), now=now)
        except NotSeedable as error:
            raise CommandError(str(error)) from error
        with unscoped("the demonstration makes every holding"), transaction.atomic():
            if options["if_empty"] and Holding.objects.exists():
                return
            if User.objects.filter(email=people.STAFF["admin"].email).exists():
                raise CommandError("The demonstration data is already there: bin/dev --reset starts over.")
            for seed_part in PARTS:
                seed_part(world)
        if options["verbosity"]:
            self.stdout.write(f"Demonstration data loaded, as of {world.today}.")
