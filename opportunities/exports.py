"""What exports of opportunities and of *Estimations à valider* write: the columns of the list, for each of its rows."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from openflex.core.cells import values_of
from openflex.core.chunks import in_chunks
from openflex.core.dates import today_paris
from openflex.core.lists import ListTable, arrange_columns, filtered_rows
from openflex.core.xlsx import Sheet
from opportunities import lists, selectors, waiting
from opportunities.models import Opportunity, TradeIn
from opportunities.rights import EXPORT, SET_PRICE
from settings_admin.registries import ExportKind
from settings_admin.scoping import current_scope


def opportunity_rows(query: QueryDict, now: datetime) -> QuerySet[Opportunity]:
    """The rows of the list at this address, in its order."""
    return filtered_rows(
        query,
        rows=selectors.opportunity_rows(),
        filter_class=lists.OpportunityFilter,
        sorts=lists.SORTS,
        default_sort=lists.DEFAULT_SORT,
        tabs=lists.tabs(current_scope(), today=today_paris(now)),
    )


def opportunity_sheet(rows: QuerySet[Opportunity], columns: Sequence[str], now: datetime) -> Sheet:
    return _sheet("Opportunités", lists.OpportunityTable, rows, columns)


def estimate_rows(query: QueryDict, now: datetime) -> QuerySet[TradeIn]:
    """Those of *Estimations à valider* at this address, of where the reader may export what they decide."""
    return filtered_rows(
        query,
        rows=waiting.rows().filter(waiting.within(current_scope().granted(SET_PRICE))),
        filter_class=lists.TradeInFilter,
        sorts=lists.TRADE_IN_SORTS,
        default_sort=lists.TRADE_IN_DEFAULT_SORT,
    )


def estimate_sheet(rows: QuerySet[TradeIn], columns: Sequence[str], now: datetime) -> Sheet:
    return _sheet("Estimations à valider", lists.TradeInTable, rows, columns)


def _sheet(title: str, table: type[ListTable], rows: QuerySet[Any], columns: Sequence[str]) -> Sheet:
    arrange_columns(head := table([]), columns)
    names = [column.name for column in head.columns]
    total, chunks = in_chunks(rows)
    return Sheet(title, [str(head.columns[name].header) for name in names], _values(table, chunks, names), total)


def _values(table: type[ListTable], chunks: Iterator[list[Any]], names: Sequence[str]) -> Iterator[list[Any]]:
    for chunk in chunks:
        yield from values_of(table([]), chunk, names)


OPPORTUNITIES = ExportKind(
    key="opportunities",
    label="Opportunités",
    file_name="opportunites",
    right=EXPORT,
    shaped_by=("customers.view",),
    list_url="opportunities:list",
    rows=opportunity_rows,
    sheet=opportunity_sheet,
)

ESTIMATES = ExportKind(
    key="trade_ins_to_approve",
    label="Estimations à valider",
    file_name="estimations-a-valider",
    right=EXPORT,
    shaped_by=("customers.view", SET_PRICE),
    list_url="opportunities:trade_ins_to_approve",
    rows=estimate_rows,
    sheet=estimate_sheet,
)
