"""What an export of the audit log writes."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from openflex.core.cells import values_of
from openflex.core.chunks import in_chunks
from openflex.core.lists import filtered_rows
from openflex.core.xlsx import Sheet
from settings_admin.audit import lists, selectors
from settings_admin.audit.history import make_ready
from settings_admin.audit.models import AuditLine
from settings_admin.registries import ExportKind
from settings_admin.scoping import current_scope


def log_rows(query: QueryDict, now: datetime) -> QuerySet[AuditLine]:
    return filtered_rows(
        query,
        rows=selectors.audit_lines(current_scope()),
        filter_class=lists.AuditFilter,
        sorts=lists.SORTS,
        default_sort=lists.DEFAULT_SORT,
        tabs=lists.tabs(),
    )


def log_sheet(rows: QuerySet[AuditLine], columns: Sequence[str], now: datetime) -> Sheet:
    """All columns of the screen, and the device beside the address."""
    table = lists.AuditTable([])
    heads = [str(column.header) for column in table.columns]
    total, chunks = in_chunks(rows)
    return Sheet("Journal d’audit", [*heads, "Appareil"], _values(chunks), total)


def _values(chunks: Iterator[list[AuditLine]]) -> Iterator[list[Any]]:
    table = lists.AuditTable([])
    names = [column.name for column in table.columns]
    for chunk in chunks:
        make_ready(chunk, scope=current_scope())
        for line, values in zip(chunk, values_of(table, chunk, names), strict=True):
            yield [*values, line.device]


AUDIT_LOG = ExportKind(
    key="audit",
    label="Journal d’audit",
    file_name="journal-d-audit",
    right=selectors.AUDIT,
    shaped_by=(),
    list_url="audit:log",
    rows=log_rows,
    sheet=log_sheet,
)
