"""What an export of the opportunities writes: the columns of the list, for every row the list would show."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from openflex.core.cells import values_of
from openflex.core.chunks import in_chunks
from openflex.core.dates import today_paris
from openflex.core.lists import arrange_columns, filtered_rows
from openflex.core.xlsx import Sheet
from opportunities import lists, selectors
from opportunities.models import Opportunity
from opportunities.rights import EXPORT
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
    arrange_columns(head := lists.OpportunityTable([]), columns)
    names = [column.name for column in head.columns]
    total, chunks = in_chunks(rows)
    return Sheet("Opportunités", [str(head.columns[name].header) for name in names], _values(chunks, names), total)


def _values(chunks: Iterator[list[Opportunity]], names: Sequence[str]) -> Iterator[list[Any]]:
    for chunk in chunks:
        yield from values_of(lists.OpportunityTable([]), chunk, names)


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
