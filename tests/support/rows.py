"""Rows put back as they were, in one statement a table, keys included."""

import json
from collections.abc import Callable, Hashable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection, models, transaction

# Filled by the migrations, and there before any test.
_OF_MIGRATIONS = frozenset(
    {"django_content_type", "auth_permission", "django_migrations", "settings_admin_distributedright"}
)


def filled_tables() -> set[str]:
    """The tables that have rows, but for those that the migrations filled."""
    names = [model._meta.db_table for model in _models()]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{name}' FROM \"{name}\" LIMIT 1)" for name in names))
        return {row[0] for row in cursor.fetchall()}


# Who looked at what, and the session of who did.
_OF_LOOKING = frozenset({"django_session", "usersessions_usersession", "settings_admin_accesslog"})


def fingerprints(*, but: tuple[str, ...] = ()) -> dict[str, str]:
    """Of each table, what it holds, leaving these columns aside: two that are equal have the same rows. In one
    statement."""
    names = [model._meta.db_table for model in _models() if model._meta.db_table not in _OF_LOOKING]
    row = "(to_jsonb(t) - %(but)s::text[])::text"
    marks = (
        f"SELECT '{name}', md5(coalesce(string_agg({row}, '|' ORDER BY {row}), '')) FROM \"{name}\" t" for name in names
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(marks), {"but": list(but)})
        return dict(cursor.fetchall())


@dataclass(frozen=True)
class Rows:
    """What some tables hold: an INSERT for each, those that others point at first."""

    statements: list[tuple[str, str]]

    @classmethod
    def of(cls, tables: set[str]) -> "Rows":
        kept = []
        with connection.cursor() as cursor:
            for model in _in_order([model for model in _models() if model._meta.db_table in tables]):
                table = model._meta.db_table
                cursor.execute(f'SELECT jsonb_agg(t) FROM "{table}" t')
                columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields if not field.generated)
                read = f'SELECT {columns} FROM jsonb_populate_recordset(NULL::"{table}", %s)'
                sql = f'INSERT INTO "{table}" ({columns}) {read}'
                (found,) = cursor.fetchone()
                kept.append((sql, found if isinstance(found, str) else json.dumps(found)))
        return cls(kept)

    def put_back(self) -> None:
        """As they were: no trigger changes them or adds to them, no key is looked up again."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for sql, rows in self.statements:
                cursor.execute(sql, [rows])
            cursor.execute("SET LOCAL session_replication_role = origin")


T = TypeVar("T")
_kept: dict[Hashable, tuple[Any, Rows]] = {}


def on_stage(name: Hashable, build: Callable[[], T]) -> T:
    """What `build` makes, with its rows in an empty database: made once by a process, put back as it was for each test
    after."""
    if name in _kept:
        made, rows = _kept[name]
        rows.put_back()
        return deepcopy(made)
    before = filled_tables()
    made = build()
    # Rows that were there before are another fixture's: what is built beside them is not this alone.
    if not before:
        _kept[name] = (made, Rows.of(filled_tables()))
    return deepcopy(made)


def _models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.db_table not in _OF_MIGRATIONS
    ]


def _in_order(found: list[type[models.Model]]) -> list[type[models.Model]]:
    """Each after those it points at."""
    placed: list[type[models.Model]] = []
    waiting = list(found)
    while waiting:
        ready = [
            model
            for model in waiting
            if not any(
                field.related_model in waiting and field.related_model is not model
                for field in model._meta.concrete_fields
                if field.is_relation
            )
        ]
        if not ready:
            raise AssertionError(f"these point at each other: {waiting}")
        placed += ready
        waiting = [model for model in waiting if model not in ready]
    return placed
