"""What an export of the customers writes: the columns of the list, as values, of every row that the list would show."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from customers import lists, selectors
from customers.models import Customer
from openflex.core.cells import values_of
from openflex.core.chunks import in_chunks
from openflex.core.lists import arrange_columns, filtered_rows
from openflex.core.xlsx import Sheet
from settings_admin.registries import ExportKind
from settings_admin.scoping import current_scope


def customer_rows(query: QueryDict, now: datetime) -> QuerySet[Customer]:
    """The rows of the list at this address, in its order."""
    return filtered_rows(
        query,
        rows=selectors.listed_rows(),
        filter_class=lists.CustomerFilter,
        sorts=lists.SORTS,
        default_sort=lists.DEFAULT_SORT,
        tabs=lists.tabs(current_scope().user_id or 0),
    )


def customer_sheet(rows: QuerySet[Customer], columns: Sequence[str], now: datetime) -> Sheet:
    arrange_columns(head := lists.CustomerTable([]), columns)
    names = [column.name for column in head.columns]
    heads = [str(head.columns[name].header) for name in names]
    total, chunks = in_chunks(rows)
    return Sheet("Clients", heads, _values(chunks, names), total)


def _values(chunks: Iterator[list[Customer]], names: Sequence[str]) -> Iterator[list[Any]]:
    for chunk in chunks:
        yield from values_of(lists.CustomerTable([]), chunk, names)


CUSTOMERS = ExportKind(
    key="customers",
    label="Clients",
    file_name="clients",
    right="customers.export",
    shaped_by=(),
    list_url="customers:list",
    rows=customer_rows,
    sheet=customer_sheet,
)
