"""Rows that are found, sorted and limited by their keys alone, and read afterwards: what a wide row costs, with its
joins, is then paid for the few that are shown."""

from collections.abc import Collection
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, F, Func, Model, Q, QuerySet, Value

RowT = TypeVar("RowT", bound=Model)


class _EqualsAny(Func):
    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def is_one_of(field: str, keys: QuerySet[Any] | Collection[int]) -> Q:
    """Rows whose `field` is one of these keys: an array, made once, in which each is looked up.

    Of `IN` with a query the database believes that it holds half of the table, and reads all of it; of `IN` with
    numbers each is a parameter, and a thousand of them take longer to put together than to look up.
    """
    if isinstance(keys, QuerySet):
        # Of all of them the order is of no use.
        return Q(_EqualsAny(F(field), ArraySubquery(keys if keys.query.is_sliced else keys.order_by())))
    if not keys:
        return Q(pk__in=[])  # which is not even asked
    return Q(_EqualsAny(F(field), Value(list(keys), output_field=ArrayField(BigIntegerField()))))


def read_by_keys(rows: QuerySet[RowT], found: QuerySet[Any]) -> QuerySet[RowT]:
    """Those of `rows` that `found` (of the same model; sorted and limited as it stands) contains, in one statement.

    `rows` says what is read of each; its own conditions are asked again, so give it as few as it has.
    """
    return rows.filter(is_one_of("pk", found.select_related(None).values("pk")))
