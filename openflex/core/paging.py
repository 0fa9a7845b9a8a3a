"""Keyset pages: as fast on the thousandth page as on the first, and without counting anything.

Rows are ordered by one column and, among equals, by id; rows without a value (none, or an empty text) come last in
both directions. The place in the list is written in the address as the value and the id of a row, so that a page can
be sent to a colleague and stays the same when rows come and go before it.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connection
from django.db.models import CharField, F, Model, Q, QuerySet, Value
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from openflex.core.fields import field_of
from openflex.core.french import format_number
from openflex.core.keys import read_by_keys, sql_of

RowT = TypeVar("RowT", bound=Model)


@dataclass(frozen=True)
class Cursor:
    """Where a page starts: right after, or right before, the row that had this value and this id."""

    value: Any
    pk: int
    is_before: bool = False

    def encode(self) -> str:
        packed = json.dumps([None if self.value is None else str(self.value), self.pk], separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class KeysetPage(Generic[RowT]):
    rows: list[RowT]
    next_cursor: str
    previous_cursor: str
    is_first: bool


def decode_cursor(text: str, *, rows: QuerySet[Any], field: str, is_before: bool) -> Cursor | None:
    """The cursor written in an address; None for one that cannot be read, which then means the first page."""
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        meta = rows.model._meta
        return Cursor(_storable(meta.get_field(field), value), _storable(meta.pk, pk), is_before)
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError, FieldDoesNotExist):
        return None


def _storable(field: Any, value: Any) -> Any:
    """The value as the column could hold it; raises for one that the database would not even compare."""
    if value is None:
        if not field.null:
            raise ValueError(f"{field.name} always has a value")
        return None
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("text cannot contain NUL")
    field = getattr(field, "output_field", field)  # a generated column has the values of its expression
    value = field.to_python(value)
    field.run_validators(value)
    return value


def without_value(model: type[Model], field: str) -> Q | None:
    """The rows that have nothing in this column; None for a column that always has something."""
    column = field_of(model, field)
    if column.null:
        return Q(**{f"{field}__isnull": True})
    if isinstance(column, CharField) and column.blank:
        return Q(**{field: ""})
    return None


def keyset_page(
    rows: QuerySet[RowT],
    read_from: QuerySet[RowT] | None = None,
    *,
    field: str,
    descending: bool,
    cursor: Cursor | None,
    size: int,
) -> KeysetPage[RowT]:
    """One page of at most `size` rows; two statements at most (the rows with a value, then those without).

    `read_from`: the same rows before they were filtered, with all that is shown of each: it is read of those of the
    page alone.
    """
    is_before = cursor is not None and cursor.is_before
    found = _read(
        rows,
        rows if read_from is None else read_from,
        field=field,
        descending=descending != is_before,
        nulls_first=is_before,
        cursor=cursor,
        size=size,
    )
    has_more = len(found) > size
    found = found[:size]
    if is_before:
        found.reverse()
    if not found:
        return KeysetPage([], "", "", cursor is None)
    first, last = found[0], found[-1]
    has_next = has_more or is_before
    has_previous = has_more if is_before else cursor is not None
    return KeysetPage(
        found,
        Cursor(getattr(last, field), last.pk).encode() if has_next else "",
        Cursor(getattr(first, field), first.pk).encode() if has_previous else "",
        is_first=not has_previous,
    )


def _read(
    rows: QuerySet[RowT],
    read_from: QuerySet[RowT],
    *,
    field: str,
    descending: bool,
    nulls_first: bool,
    cursor: Cursor | None,
    size: int,
) -> list[RowT]:
    """At most size + 1 rows in reading order, from the segment the cursor stands in on to the other one."""

    def first(rows: QuerySet[RowT], by: str, place: Cursor | None, many: int) -> list[RowT]:
        order = _order(by, descending)
        keys = _after(rows, by, descending, place).order_by(*order)[:many]
        return list(read_by_keys(read_from, keys).order_by(*order))

    empty = without_value(rows.model, field)
    if empty is None:
        return first(rows, field, cursor, size + 1)
    with_value, without = rows.filter(~empty), rows.filter(empty)
    segments = (
        [("without", without), ("with", with_value)] if nulls_first else [("with", with_value), ("without", without)]
    )
    here = "without" if cursor is not None and cursor.value in (None, "") else "with"
    if cursor is not None and segments[1][0] == here:
        segments = segments[1:]
    found: list[RowT] = []
    for name, segment in segments:
        place = cursor if name == here else None
        by = field if name == "with" else "pk"
        found += first(segment, by, place, size + 1 - len(found))
        if len(found) > size:
            break
    return found


def _order(field: str, descending: bool) -> list[str]:
    sign = "-" if descending else ""
    return [f"{sign}pk"] if field == "pk" else [f"{sign}{field}", f"{sign}pk"]


def _after(rows: QuerySet[RowT], field: str, descending: bool, cursor: Cursor | None) -> QuerySet[RowT]:
    """Without an order of its own."""
    if cursor is None:
        return rows
    if field == "pk":
        return rows.filter(**{"pk__lt" if descending else "pk__gt": cursor.pk})
    lookup = TupleLessThan if descending else TupleGreaterThan
    return rows.filter(lookup(Tuple(F(field), F("pk")), (cursor.value, cursor.pk)))


COUNT_CAP = 1000


def capped_counts(rows: QuerySet[Any], conditions: Mapping[str, Q]) -> dict[str, str]:
    """How many rows meet each condition, as text: « 214 », or « 1 000+ », for nobody looks further than that.

    One statement, whose cost does not grow with the table.
    """
    if not conditions:
        return {}
    parts: list[str] = []
    params: list[Any] = []
    ones = rows.order_by().values_list(Value(1))
    for condition in conditions.values():
        sql, more = sql_of(ones.filter(condition)[: COUNT_CAP + 1])
        # By hand: Django would count by looking the few up again among all.
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS few)")  # noqa: S608 - Django's own text, values apart
        params += more
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        counts = cursor.fetchone() or ()
    return {key: _capped(count) for key, count in zip(conditions, counts, strict=True)}


def _capped(count: int) -> str:
    return f"{format_number(COUNT_CAP)}+" if count > COUNT_CAP else format_number(count)
