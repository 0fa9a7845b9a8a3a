"""`migrate` under an advisory lock: two replicas starting together migrate once; then new rights are handed out."""

from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from settings_admin.access.services.holdings import distribute_rights

LOCK = 7_436_118_001


class Command(DjangoMigrate):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            # A migration may wait for another replica's, and may itself be long.
            cursor.execute(
                "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0"
            )
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            try:
                super().handle(*args, **options)
                if not options["check_unapplied"] and not options["plan"] and options["migration_name"] is None:
                    distribute_rights()
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
