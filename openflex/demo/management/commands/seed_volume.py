"""Fills stock, customers, opportunities and the audit log for measurements.

Its accounts have the demonstration's password, hence never where DEBUG is off.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from customers.models import Customer
from openflex.core.dates import today_paris
from openflex.demo import volume, volume_log
from openflex.demo.volume_customers import fill_customers
from openflex.demo.volume_opportunities import fill_opportunities
from openflex.demo.world import world_on
from opportunities.models import Comment, Offer, Opportunity
from settings_admin.models import AccessLog, TimelineEntry, User
from settings_admin.scoping import unscoped
from vehicles.models import Hold, Vehicle


class Command(BaseCommand):
    help = "Fills two holdings of their own with a large stock and its audit log; run again, it adds what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--vehicles", type=int, default=100_000, help="how many in all (default: 100,000)")
        parser.add_argument("--accesses", type=int, default=200_000, help="in the audit log (default: 200,000)")
        parser.add_argument("--changes", type=int, default=50_000, help="in the audit log (default: 50,000)")
        parser.add_argument("--customers", type=int, help="how many in all (default: two for each vehicle)")
        parser.add_argument("--opportunities", type=int, help="how many in all (default: one for two vehicles)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Demonstration accounts have a known password: they are refused when DEBUG is off.")
        now = timezone.now()
        tell = self.stdout.write if options["verbosity"] else lambda text: None
        with unscoped("the volume data fills holdings of its own"):
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")
            world = world_on(today_paris(now), now=now)
            added = volume.fill(world, options["vehicles"], tell=tell)
            logged = 0
            for email, share in volume.SHARES.items():
                logged += volume_log.fill(
                    world,
                    User.objects.get(email=email),
                    accesses=options["accesses"] * share // 100,
                    changes=options["changes"] * share // 100,
                    tell=tell,
                )
            customers = options["customers"] if options["customers"] is not None else 2 * options["vehicles"]
            more = fill_customers(world, volume.shares(), customers, tell=tell)
            wanted = options["opportunities"] if options["opportunities"] is not None else options["vehicles"] // 2
            talks = fill_opportunities(world, volume.shares(), wanted, tell=tell) if customers else 0
        if added or logged or more or talks:
            _analyze()
        accounts = " and ".join(email for email, _, _ in volume.HOLDINGS)
        tell(f"{added} vehicles, {more} customers and {talks} opportunities added. Sign in as {accounts}.")


def _analyze() -> None:
    """Plans need statistics, and searches an index without a backlog: vacuum clears it, but not in a transaction."""
    verb = "ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE"
    with connection.cursor() as cursor:
        for model in (Customer, Vehicle, Hold, Opportunity, Offer, Comment, TimelineEntry, AccessLog):
            cursor.execute(f"{verb} {connection.ops.quote_name(model._meta.db_table)}")
