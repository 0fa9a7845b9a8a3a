"""Rows that are found, sorted and limited by their keys alone, and read afterwards: what a wide row costs, with its
joins, is then paid for the few that are shown."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, F, Func, Model, Q, QuerySet, Value
from django.db.models.functions import Cast

RowT = TypeVar("RowT", bound=Model)


class _EqualsAny(Func):
    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


class SharedKeys(Func):
    """What a statement looks up once for all of its parts (`looked_up_once`), by its name there."""

    template = "(SELECT keys FROM %(name)s)::bigint[]"
    output_field = ArrayField(BigIntegerField())

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.name = name


def is_one_of(field: str, keys: QuerySet[Any] | SharedKeys | Collection[int]) -> Q:
    """Rows whose `field` is one of these keys: an array, made once, in which each is looked up.

    Of `IN` with a query the database believes that it holds half of the table, and reads all of it; of `IN` with
    numbers each is a parameter, and a thousand of them take longer to put together than to look up.
    """
    if isinstance(keys, QuerySet):
        # Of all of them the order is of no use.
        return Q(_EqualsAny(F(field), ArraySubquery(keys if keys.query.is_sliced else keys.order_by())))
    if isinstance(keys, SharedKeys):
        return Q(_EqualsAny(F(field), keys))
    if not keys:
        return Q(pk__in=[])  # which is not even asked
    # As the database writes an array: made of a list, each key of it is looked at by three adapters.
    written = "{" + ",".join(map(str, keys)) + "}"
    return Q(_EqualsAny(F(field), Cast(Value(written), ArrayField(BigIntegerField()))))


def read_by_keys(rows: QuerySet[RowT], found: QuerySet[Any]) -> QuerySet[RowT]:
    """Those of `rows` that `found` (of the same model; sorted and limited as it stands) contains, in one statement.

    `rows` says what is read of each; its own conditions are asked again, so give it as few as it has.
    """
    return rows.filter(is_one_of("pk", found.select_related(None).values("pk")))


def read_union(parts: Iterable[QuerySet[Any, Any]], *, shared: Mapping[str, QuerySet[Any]], limit: int) -> list[int]:
    """The keys that any of `parts` finds, the largest first, in one statement. `shared`: see `looked_up_once`."""
    first, params = looked_up_once(shared)
    found = [sql_of(rows.order_by()) for rows in parts]
    union = " UNION ".join(f"({sql})" for sql, _ in found)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{first} {union} ORDER BY 1 DESC LIMIT {limit}", [*params, *(one for _, more in found for one in more)]
        )
        return [key for (key,) in cursor.fetchall()]


def looked_up_once(shared: Mapping[str, QuerySet[Any]]) -> tuple[str, list[Any]]:
    """How a statement that is put together by hand begins, and its values: the primary keys of each of `shared` are
    then looked up once, and any part may ask for them (`SharedKeys` of that name). Django knows no WITH."""
    named = {name: sql_of(rows.order_by().values("pk")) for name, rows in shared.items()}
    arrays = ", ".join(f"{name} AS (SELECT ARRAY({sql}) AS keys)" for name, (sql, _) in named.items())
    return f"WITH {arrays}", [one for _, params in named.values() for one in params]


def sql_of(rows: QuerySet[Any, Any]) -> tuple[str, tuple[Any, ...]]:
    """The statement, and its values apart, for one that is put together by hand."""
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:  # nobody's scope holds any
        return "SELECT 1 WHERE FALSE", ()
    return sql, tuple(params)
