"""What an export of the customers writes: the columns of the list, as values, of every row that the list would show."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO, Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone

from customers import lists, selectors
from customers.models import Customer
from customers.registry import photos_of
from customers.services.import_lines import COLUMNS, JudgedLine, Problem
from customers.services.imports import OWN_HEADS
from openflex.core import private_files
from openflex.core.cells import values_of
from openflex.core.chunks import in_chunks
from openflex.core.facts import field_label, field_text
from openflex.core.fields import field_of
from openflex.core.french import long_instant
from openflex.core.lists import arrange_columns, filtered_rows
from openflex.core.retention import Table, of_customers
from openflex.core.xlsx import Sheet
from settings_admin.records.selectors import HistoryLine
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


def model_sheet() -> Sheet:
    """An empty sheet with the columns of the import."""
    return Sheet("Clients", [column.label for column in COLUMNS], [])


def refused_sheet(lines: Sequence[JudgedLine]) -> Sheet:
    """The refused lines as they were sent, each with why: corrected, the same file can be sent again."""
    heads = [*(column.label for column in COLUMNS), *OWN_HEADS]
    rows = [
        [*(one.line.cells.get(column.key, "") for column in COLUMNS), one.number, _why(one.problems)] for one in lines
    ]
    return Sheet("Lignes refusées", heads, rows)


def _why(problems: Sequence[Problem]) -> str:
    return " ".join(f"{one.label}\u00a0: {one.message}" if one.column else one.message for one in problems)


# --- Everything about one customer ----------------------------------------------------------------------


def dossier(customer: Customer) -> list[dict[str, Any]]:
    """What is kept of one customer and of the files that were merged into theirs, table by table as the policy of
    personal data lists them, then the history, in words: what somebody gets who asks for their data (RGPD art. 15
    and 20)."""
    files = selectors.pks_of_files(customer)
    parts = []
    for table in reversed(list(of_customers())):
        rows = list(table.rows_of(files).order_by("pk"))
        title = str(table.model._meta.verbose_name_plural)
        if table.path == "pk":
            parts.append({"title": title, "rows": _facts(table, [row for row in rows if row.pk == customer.pk])})
            title, rows = "fiches fusionnées avec celle-ci", [row for row in rows if row.pk != customer.pk]
        parts.append({"title": title, "rows": _facts(table, rows)})
    history = [
        {"le": long_instant(line.at), "par": line.actor, "quoi": line.sentence, **_changes(line)}
        for line in selectors.in_words(selectors.history_of(customer)[:MOST_LINES])
    ]
    return [*parts, {"title": "historique", "rows": history}]


def _facts(table: Table, rows: Sequence[Any]) -> list[dict[str, str]]:
    names = [name for name in table.told if name not in table.personal]
    columns = [field_of(table.model, name) for name in (*names, *table.personal)]
    return [{field_label(column): _said(column, getattr(row, column.name)) for column in columns} for row in rows]


MOST_LINES = 10_000


def _said(column: Any, value: Any) -> str:
    return str(value or "") if column.is_relation else field_text(column, value)


def _changes(line: HistoryLine) -> dict[str, str]:
    return {change.label: f"{change.old} → {change.new}" for change in line.changes}


def dossier_file(customer: Customer) -> IO[bytes]:
    """A ZIP of two files that say the same, for machines and for people, and of the photos.

    It lies in a file without a name, gone once it is closed: photos are not held in memory. A photo that the storage
    has no more is left out.
    """
    parts = [part for part in dossier(customer) if part["rows"]]
    told = json.dumps({part["title"]: part["rows"] for part in parts}, ensure_ascii=False, indent=2)
    page = render_to_string("customers/dossier.html", {"customer": customer, "parts": parts})
    packed = tempfile.TemporaryFile()  # noqa: SIM115 - whoever hands it out closes it
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("donnees.json", told)
        archive.writestr("donnees.html", page)
        for file in photos_of(customer):
            if private_files.exists(file.name, place="photos"):
                # Compressed already.
                entry = zipfile.ZipInfo(file.path, date_time=timezone.localtime().timetuple()[:6])
                with private_files.read(file.name, place="photos") as photo, archive.open(entry, "w") as place:
                    shutil.copyfileobj(photo, place)
    packed.seek(0)
    return packed
