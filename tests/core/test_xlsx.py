"""Spreadsheets: text stays text whatever it looks like, and values keep their types."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from openflex.core.xlsx import CONTENT_TYPE, Sheet, write_xlsx, xlsx_response


def cells_of(rows, heads=("A", "B")):
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(Sheet("Feuille", heads, rows)).read()))
    return list(book.active.iter_rows(min_row=2))


HOSTILE = [
    "=1+1", "=cmd|' /C calc'!A0", "+33612345678", "-2+3", "@SUM(A1)", "\t=1", "http://example.test/", "mailto:a@b.test",
    "{=1}", "00123", "1e9", "12/03/2026", "<b>gras</b>", "\u202e renversé", "'quoted",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text(text):
    ((cell,),) = cells_of([[text]], heads=("A",))
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


@pytest.mark.parametrize(
    ("value", "read", "kind", "form"),
    [
        (Decimal("9394.20"), 9394.2, "n", "#,##0.00"),
        (Decimal("0"), 0, "n", "#,##0.00"),
        (89632, 89632, "n", "#,##0"),
        (date(2026, 11, 24), datetime(2026, 11, 24), "d", "dd/mm/yyyy"),  # noqa: DTZ001  (a sheet has no zone)
        (True, "Oui", "s", "General"),
        (False, "Non", "s", "General"),
        (None, None, "n", "General"),
        ("", None, "n", "General"),
    ],
)
def test_values_keep_their_types(value, read, kind, form):
    ((cell, _),) = cells_of([[value, "x"]])
    assert (cell.value, cell.data_type, cell.number_format) == (read, kind, form)


def test_an_instant_is_written_as_a_french_clock_shows_it():
    ((cell, _),) = cells_of([[datetime(2026, 11, 24, 9, 0, tzinfo=UTC), "x"]])
    assert cell.value == datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001
    assert cell.number_format == "dd/mm/yyyy hh:mm"


def test_heads_are_text_and_stay_in_sight():
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(Sheet("Véhicules", ("=A", "B"), [])).read()))
    page = book.active
    assert (page.title, page["A1"].value, page["A1"].data_type, page.freeze_panes) == ("Véhicules", "=A", "s", "A2")


def test_rows_are_taken_one_by_one():
    taken = []

    def rows():
        for number in range(3):
            taken.append(number)
            yield [number, "x"]

    assert len(cells_of(rows())) == 3
    assert taken == [0, 1, 2]


def test_the_answer_is_a_file_to_keep():
    response = xlsx_response(Sheet("F", ("A",), [["x"]]), filename="véhicules.xlsx")
    assert response["Content-Type"] == CONTENT_TYPE
    assert response["Content-Disposition"].startswith("attachment;")
    assert b"".join(response.streaming_content).startswith(b"PK")


def test_sheets_stand_behind_each_other():
    first = Sheet("Un", ["A"], ([number] for number in range(3)), others=[Sheet("Deux", ["B"], [["=1"]])])
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(first).read()))
    assert {page.title: list(page.values) for page in book} == {
        "Un": [("A",), (0,), (1,), (2,)],
        "Deux": [("B",), ("=1",)],
    }
    assert book["Deux"]["A2"].data_type == "s"
