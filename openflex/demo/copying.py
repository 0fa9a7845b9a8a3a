"""Rows written by COPY: quickly, and with the dates they are given, which `auto_now_add` would overwrite."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def copy_rows(rows: Sequence[models.Model]) -> None:
    """Inserts new rows of one model and gives them their keys. Checks nothing but what the database checks."""
    if not rows:
        return
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.GeneratedField)]
    json_names = {field.attname for field in fields if isinstance(field, models.JSONField)}
    names = [str(field.attname) for field in fields]
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), ", ".join(quote(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        for row, key in zip(rows, _next_keys(cursor, model, len(rows)), strict=True):
            row.pk = key
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([_stored(getattr(row, name), is_json=name in json_names) for name in names])
    for row in rows:
        row._state.adding = False


def _next_keys(cursor: Any, model: type[models.Model], count: int) -> list[int]:
    sequence = f"pg_get_serial_sequence('{model._meta.db_table}', 'id')"
    cursor.execute(f"SELECT nextval({sequence}) FROM generate_series(1, %s)", [count])  # noqa: S608
    return [key for (key,) in cursor.fetchall()]


def _stored(value: Any, *, is_json: bool) -> Any:
    if is_json:
        return json.dumps(value, ensure_ascii=False)
    return str(value) if isinstance(value, models.TextChoices) else value
