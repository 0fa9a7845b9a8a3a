"""Rows that are found, sorted and limited by their keys alone, and read afterwards: what a wide row costs, with its
joins, is then paid for the few that are shown."""

from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Model, QuerySet

RowT = TypeVar("RowT", bound=Model)


class _IsOneOf(Func):
    """`= ANY` of an array that is made once: of `IN` the database would believe that it holds half of the table."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def read_by_keys(rows: QuerySet[RowT], found: QuerySet[Any]) -> QuerySet[RowT]:
    """Those of `rows` that `found` (of the same model; sorted and limited as it stands) contains, in one statement.

    `rows` says what is read of each; its own conditions are asked again, so give it as few as it has.
    """
    return rows.filter(_IsOneOf(F("pk"), ArraySubquery(found.select_related(None).values("pk"))))
