"""What the exports of quotations and of provider calls write: the columns of their lists, as values, of every row that
the list would show."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from openflex.core.cells import values_of
from openflex.core.chunks import in_chunks
from openflex.core.lists import ListTable, filtered_rows
from openflex.core.xlsx import Sheet
from quotation import lists, selectors
from quotation.models import ProviderCall, Quotation
from settings_admin.registries import ExportKind
from settings_admin.scoping import current_scope

MANAGE = "quotation.manage"


def quotation_rows(query: QueryDict, now: datetime) -> QuerySet[Quotation]:
    return filtered_rows(
        query,
        rows=selectors.quotation_rows(),
        filter_class=lists.QuotationFilter,
        sorts=lists.SORTS,
        default_sort=lists.DEFAULT_SORT,
        tabs=lists.tabs_for(current_scope()),
    )


def call_rows(query: QueryDict, now: datetime) -> QuerySet[ProviderCall]:
    return filtered_rows(
        query,
        rows=lists.call_rows(),
        filter_class=lists.CallFilter,
        sorts=lists.CALL_SORTS,
        default_sort=lists.DEFAULT_CALL_SORT,
    )


def quotations_sheet(rows: QuerySet[Quotation], columns: Sequence[str], now: datetime) -> Sheet:
    return _sheet("Cotations", lists.QuotationTable, rows)


def calls_sheet(rows: QuerySet[ProviderCall], columns: Sequence[str], now: datetime) -> Sheet:
    return _sheet("Appels", lists.CallTable, rows)


def _sheet(title: str, table: type[ListTable], rows: QuerySet[Any]) -> Sheet:
    heads = [str(column.verbose_name) for column in table.base_columns.values()]
    total, chunks = in_chunks(rows)
    return Sheet(title, heads, _values(table, chunks), total)


def _values(table: type[ListTable], chunks: Iterator[list[Any]]) -> Iterator[list[Any]]:
    names = list(table.base_columns)
    for chunk in chunks:
        yield from values_of(table([]), chunk, names)


QUOTATIONS = ExportKind(
    key="quotations",
    label="Cotations",
    file_name="cotations",
    right="quotation.use",
    # Whoever may see everybody's had them in the file.
    shaped_by=(MANAGE,),
    list_url="quotation:list",
    rows=quotation_rows,
    sheet=quotations_sheet,
)
CALLS = ExportKind(
    key="provider_calls",
    label="Appels au fournisseur de cotes",
    file_name="appels",
    right="settings.consumption",
    shaped_by=(),
    list_url="quotation:consumption",
    rows=call_rows,
    sheet=calls_sheet,
)
