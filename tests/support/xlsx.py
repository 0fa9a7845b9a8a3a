"""Reading a spreadsheet that a page sent."""

import io
from typing import Any

import openpyxl


def rows_of(response: Any) -> list[dict[str, Any]]:
    """Each row below the head, by the words of the head."""
    page = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    head, *rows = page.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]
