"""A migrated database to copy: running the migrations takes longer than most tests.

It is made once for each state of the migrations and stays in `.data/test`; a run begins with a copy of it.
What tests commit is deleted again by `empty_tables`.
"""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from tests.support.rows import filled_tables

ROOT = Path(settings.BASE_DIR)
PREFIX = "migrated_"


def use_migrated_template() -> None:
    """Every test database of this process is a copy of the template, which must exist (`make_migrated_template`)."""
    connection.settings_dict["TEST"]["TEMPLATE"] = _name()


def make_migrated_template() -> None:
    """Makes the template of today's migrations when it is not there, and drops those of other days."""
    name = _name()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        found = {row[0] for row in cursor.fetchall()}
        for old in found - {name}:
            cursor.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
        if name in found:
            return
        cursor.execute(f'CREATE DATABASE "{_UNFINISHED}"')
    _migrate(_UNFINISHED)
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{_UNFINISHED}" RENAME TO "{name}"')


def empty_tables(*_: Any) -> None:
    """Deletes what a test committed. What the migrations filled stays.

    In the place of Django's flush, which makes the file of each of a hundred tables anew, and all permissions: half a
    second for a test that wrote into ten of them.
    """
    filled = filled_tables()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # in any order, whoever points at whom
        for table in filled:
            cursor.execute(f'DELETE FROM "{table}"')


# Under this name until all of its migrations ran: what an interrupted run leaves is dropped by the next.
_UNFINISHED = f"{PREFIX}unfinished"


def _migrate(name: str) -> None:
    own: Any = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def _name() -> str:
    """Of what decides the tables: the migrations, the settings, and the locked libraries with theirs."""
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("openflex/*/migrations/*.py")]):
        digest.update(path.read_bytes())
    for name in ("requirements.lock", "openflex/settings.py", "openflex/settings_test.py"):
        digest.update((ROOT / name).read_bytes())
    return f"{PREFIX}{digest.hexdigest()[:16]}"
