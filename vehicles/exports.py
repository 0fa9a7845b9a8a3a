"""What an export of the stock writes: the columns of the list, as values, for every row the list would show."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from openflex.core.cells import values_of
from openflex.core.chunks import in_chunks
from openflex.core.dates import today_paris
from openflex.core.lists import TAB, arrange_columns, filtered_rows
from openflex.core.xlsx import Sheet
from settings_admin.registries import ExportKind
from settings_admin.scoping import Scope, current_scope
from vehicles import lists, selectors
from vehicles.models import Vehicle

# Columns of the screen that say nothing on paper.
_ONLY_ON_SCREEN = ("actions",)


def stock_rows(query: QueryDict, now: datetime) -> QuerySet[Vehicle]:
    """The rows of the list at this address, in its order."""
    return filtered_rows(
        query,
        rows=selectors.vehicle_rows(now=now),
        filter_class=lists.VehicleFilter,
        sorts=lists.sorts_for(current_scope(), tab=query.get(TAB, "")),
        default_sort=lists.DEFAULT_SORT,
        tabs=lists.tabs(today_paris(now)),
    )


def stock_sheet(rows: QuerySet[Vehicle], columns: Sequence[str], now: datetime) -> Sheet:
    """The filtered rows in the person's columns, read in chunks as the sheet is written."""
    arrange_columns(head := lists.VehicleTable([]), columns)
    names = [column.name for column in head.columns if column.name not in _ONLY_ON_SCREEN]
    # What a figure is worth stands beside it in a file too: HT or TTC, of the market or of the sandbox.
    for figure, basis in (("purchase_price", "purchase_basis"), ("market_position", "market_source")):
        if figure in names and basis not in names:
            names.insert(names.index(figure) + 1, basis)
    heads = [str(head.columns[name].header) for name in names]
    total, chunks = in_chunks(rows)
    return Sheet("Véhicules", heads, _values(chunks, names, scope=current_scope(), today=today_paris(now)), total)


def _values(chunks: Iterator[list[Vehicle]], names: Sequence[str], *, scope: Scope, today: date) -> Iterator[list[Any]]:
    for chunk in chunks:
        selectors.show_to(chunk, scope=scope, today=today)
        yield from values_of(lists.VehicleTable([]), chunk, names)


STOCK = ExportKind(
    key="vehicles",
    label="Véhicules",
    file_name="vehicules",
    right="vehicles.export",
    shaped_by=("vehicles.see_margin", "vehicles.see_market_value"),
    list_url="vehicles:list",
    rows=stock_rows,
    sheet=stock_sheet,
)
