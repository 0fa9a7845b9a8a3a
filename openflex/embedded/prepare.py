"""Migrations and demonstration data in one process: Django starts once instead of twice."""

import os
import sys

import django
from django.core.management import call_command, get_commands


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openflex.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=1)
    if "--seed" in arguments and "seed_demo" in get_commands():
        call_command("seed_demo", "--if-empty")


if __name__ == "__main__":
    main(sys.argv[1:])
