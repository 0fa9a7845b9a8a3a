"""What the exports of quotations and of provider calls write: the columns of their lists, as values."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from openflex.core.cells import values_of
from openflex.core.lists import ListTable
from openflex.core.xlsx import Sheet
from quotation.lists import CallTable, QuotationTable
from quotation.models import ProviderCall, Quotation


def quotations_sheet(rows: QuerySet[Quotation]) -> Sheet:
    return Sheet("Cotations", _heads(QuotationTable), _values(QuotationTable, rows))


def calls_sheet(rows: QuerySet[ProviderCall]) -> Sheet:
    return Sheet("Appels", _heads(CallTable), _values(CallTable, rows))


def _heads(table: type[ListTable]) -> list[str]:
    return [str(column.verbose_name) for column in table.base_columns.values()]


def _values(table: type[ListTable], rows: QuerySet[Any]) -> Iterator[list[Any]]:
    names = list(table.base_columns)
    return values_of(table([]), rows.iterator(chunk_size=1000), names)
