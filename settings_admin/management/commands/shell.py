"""`shell` on somebody's behalf: it refuses to start without saying whose rows it may touch."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.shell import Command as DjangoShell

from settings_admin.models import Entity
from settings_admin.scoping import acting_for, unscoped


class Command(DjangoShell):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--entity", type=int, help="works on the rows of this entity only")
        parser.add_argument("--unscoped", metavar="REASON", help="works on every row, for this reason")

    def handle(self, **options: Any) -> None:
        if bool(options["entity"]) == bool(options["unscoped"]):
            raise CommandError("Say whose rows: --entity ID, or --unscoped REASON for all of them.")
        if options["unscoped"]:
            with unscoped(options["unscoped"]):
                super().handle(**options)
            return
        with unscoped("finding the entity"):
            entity = Entity.objects.filter(pk=options["entity"]).first()
        if entity is None:
            raise CommandError(f"There is no entity {options['entity']}.")
        with acting_for(entity):
            super().handle(**options)
