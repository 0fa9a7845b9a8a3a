"""Fills the stock for measurements; its accounts have the demonstration's password, hence never where DEBUG is off."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from openflex.core.dates import today_paris
from openflex.demo import volume
from openflex.demo.world import world_on
from settings_admin.models import TimelineEntry
from settings_admin.scoping import unscoped
from vehicles.models import Hold, Vehicle


class Command(BaseCommand):
    help = "Fills two holdings of their own with a large stock; run again, it adds what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--vehicles", type=int, default=100_000, help="how many in all (default: 100,000)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Demonstration accounts have a known password: they are refused when DEBUG is off.")
        now = timezone.now()
        tell = self.stdout.write if options["verbosity"] else lambda text: None
        with unscoped("the volume data fills holdings of its own"):
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")
            added = volume.fill(world_on(today_paris(now), now=now), options["vehicles"], tell=tell)
        if added:
            _analyze()
        accounts = " and ".join(email for email, _, _ in volume.HOLDINGS)
        tell(f"{added} vehicles added. Sign in as {accounts}.")


def _analyze() -> None:
    """Plans need statistics, and searches an index without a backlog: vacuum clears it, but not in a transaction."""
    verb = "ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE"
    with connection.cursor() as cursor:
        for model in (Vehicle, Hold, TimelineEntry):
            cursor.execute(f"{verb} {connection.ops.quote_name(model._meta.db_table)}")
