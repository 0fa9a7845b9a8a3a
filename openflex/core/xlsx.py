"""Spreadsheets: rows are written as they come, with memory that does not grow, and text never becomes a formula."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse

from openflex.core.dates import in_paris

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The comma stands for the reader's own separator of thousands.
_DAY, _INSTANT, _AMOUNT, _WHOLE = "dd/mm/yyyy", "dd/mm/yyyy hh:mm", "#,##0.00", "#,##0"
_MONTH = "mm/yyyy"


class Month(date):
    """A date that means its month, written 08/2027: of what no day is known."""

    @classmethod
    def of(cls, day: date | None) -> "Month | None":
        return None if day is None else cls(day.year, day.month, 1)


@dataclass(frozen=True)
class Sheet:
    """What a file holds; `total` says how many rows will come, where that is known before. `others`: the sheets behind
    this one."""

    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Any]]
    total: int | None = None
    others: "Sequence[Sheet]" = ()


def write_xlsx(sheet: Sheet) -> IO[bytes]:
    """A temporary file, rewound, that disappears when closed. Values keep their types: dates, amounts, numbers."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (handed to the response, which closes it)
    # constant_memory writes each row out as the next one starts; strings_to_* off: « =cmd » stays text.
    workbook = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": _DAY,
        },
    )
    bold = workbook.add_format({"bold": True, "bottom": 1})
    formats = {name: workbook.add_format({"num_format": name}) for name in (_AMOUNT, _WHOLE, _MONTH, _DAY, _INSTANT)}
    for one in (sheet, *sheet.others):
        page = workbook.add_worksheet(one.title[:31])
        page.freeze_panes(1, 0)
        for column, head in enumerate(one.heads):
            page.set_column(column, column, max(12, len(head) + 2))
            page.write_string(0, column, head, bold)
        for line, row in enumerate(one.rows, start=1):
            for column, value in enumerate(row):
                _write_cell(page, line, column, value, formats)
    workbook.close()
    file.seek(0)
    return file


def _write_cell(page: Any, line: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    """By type; an instant is written as a French clock shows it, for the format knows no time zone."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_string(line, column, "Oui" if value else "Non")
    elif isinstance(value, Decimal):
        page.write_number(line, column, float(value), formats[_AMOUNT])  # the format has no other number
    elif isinstance(value, int):
        page.write_number(line, column, value, formats[_WHOLE])
    elif isinstance(value, datetime):
        page.write_datetime(line, column, in_paris(value).replace(tzinfo=None), formats[_INSTANT])
    elif isinstance(value, Month):
        page.write_datetime(line, column, value, formats[_MONTH])
    elif isinstance(value, date):
        page.write_datetime(line, column, value, formats[_DAY])
    else:
        page.write_string(line, column, str(value))


def xlsx_response(sheet: Sheet, *, filename: str) -> FileResponse:
    return FileResponse(write_xlsx(sheet), as_attachment=True, filename=filename, content_type=CONTENT_TYPE)
