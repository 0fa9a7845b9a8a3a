"""Files that people send: whatever program saved them they are read alike, and what is no list is refused."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflex.core import csv_import
from openflex.core.csv_import import Column, folded, read_table, split_cell
from openflex.core.errors import Refused

COLUMNS = (Column("name", "Nom", is_required=True), Column("city", "Ville", ("Commune",)))
LINES = [("Léa d’Été", "Chalon"), ("ZOÉ €uro", "")]


def read(content):
    return read_table(io.BytesIO(content), size=len(content), columns=COLUMNS)


def cells(content):
    return [(line.cells["name"], line.cells["city"]) for line in read(content).lines]


def text(delimiter=";", lines=LINES, end="\r\n"):
    return end.join(delimiter.join(line) for line in [("Nom", "Ville"), *lines]) + end


def workbook(*rows, head=("Nom", "Ville")):
    book = openpyxl.Workbook()
    for row in (head, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content, **parts):
    """The same workbook with other parts in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.pop(name, old.read(name)))
        for name, part in parts.items():
            new.writestr(name, part)
    return out.getvalue()


def refusal(content):
    with pytest.raises(Refused) as refused:
        read(content)
    assert refused.value.field == "file"
    return refused.value.code


# --- What is read --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_csv_as_programs_save_it(delimiter, encoding, end):
    assert cells(text(delimiter, end=end).encode(encoding)) == LINES


def test_a_workbook_reads_as_its_csv():
    assert cells(workbook(*LINES)) == LINES


def test_only_the_first_sheet_is_read():
    book = openpyxl.load_workbook(io.BytesIO(workbook(*LINES)))
    book.create_sheet("Aide").append(["Autre chose"])
    out = io.BytesIO()
    book.save(out)
    assert cells(out.getvalue()) == LINES


def test_lines_are_numbered_as_a_spreadsheet_shows_them():
    content = b'\r\n;;\r\nNom;Ville\r\nA;1\r\n\r\n;\r\n"B\nB";2\r\n'
    assert [(line.number, line.cells["name"]) for line in read(content).lines] == [(4, "A"), (7, "B\nB")]
    rows = [(None, None), ("A", "1"), (None, None), ("B", "2")]
    assert [line.number for line in read(workbook(*rows)).lines] == [3, 5]


def test_heads_are_known_in_any_order_case_and_by_their_other_names():
    table = read("COMMUNE ;Matricule;nom\nChalon;12;Léa\n".encode())
    assert table.lines[0].cells == {"name": "Léa", "city": "Chalon"}
    assert table.left_out == ["Matricule"]


def test_a_column_that_is_not_there_is_empty_and_a_short_line_too():
    assert cells(b"Nom\nA\n") == [("A", "")]
    assert cells(b"Nom;Ville\nA\n") == [("A", "")]


def test_quotes_hold_delimiters():
    assert cells(b'Nom;Ville\n"Dupont; fils";"dit ""le Bon"""\n') == [("Dupont; fils", 'dit "le Bon"')]


def test_values_of_a_workbook_read_as_they_are_shown():
    rows = [(612345678, 12.0), (1.5, True), (date(2026, 11, 24), None)]
    assert cells(workbook(*rows)) == [("612345678", "12"), ("1,5", "Oui"), ("24/11/2026", "")]


def test_a_formula_is_not_calculated():
    """What nobody has calculated yet has no value; one that was saved with its value gives it."""
    assert cells(workbook(("A", "=1+1"))) == [("A", "")]
    content = workbook(("A", "=1+1"))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>1+1</f><v></v>" in sheet or "<f>1+1</f><v />" in sheet or "<f>1+1</f><v/>" in sheet
    calculated = sheet.replace("<v></v>", "<v>2</v>").replace("<v />", "<v>2</v>").replace("<v/>", "<v>2</v>")
    assert cells(repacked(content, **{"xl/worksheets/sheet1.xml": calculated})) == [("A", "2")]


def test_what_shows_nothing_is_left_out():
    assert cells("Nom;Ville\n\u202eA\u200b\u00a0 B\u00ad;C\n".encode()) == [("A B", "C")]
    assert cells(workbook(("A_x0000_B", "C"))) in ([("AB", "C")], [("A_x0000_B", "C")])


@given(
    st.lists(
        st.tuples(st.text("aé€;,\"' \t\n=", min_size=1).filter(str.strip), st.text("bç;,\"' ")), min_size=1, max_size=5
    )
)
def test_whatever_is_written_is_read_again(lines):
    import csv

    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows([("Nom", "Ville"), *lines])
    assert cells(out.getvalue().encode()) == [(csv_import._text(name), csv_import._text(city)) for name, city in lines]


# --- What is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_lines"),
        (b"\n \n;;\n", "no_lines"),
        (b"Nom;Ville\n", "no_lines"),
        (b"Nom;Ville\n;\n", "no_lines"),
        (b"Ville\nChalon\n", "column_missing"),
        (b"Nom;Ville;Commune\nA;B;C\n", "column_twice"),
        (b"%PDF-1.7\n\x00\x01\x02", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not_a_table"),
        (b"\xff\xfeN", "not_a_table"),
        (b"Nom;Ville\n\x81;\x8d\n", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an .xls, or a workbook with a password", "other_format"),
        (b"PK\x03\x04 cut off", "not_a_table"),
        (b"Nom;Ville\nA;" + b"x" * 200_000, "not_a_table"),
    ],
)
def test_what_is_no_list_is_refused(content, code):
    assert refusal(content) == code


def test_another_archive_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert refusal(out.getvalue()) == "other_format"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("broken", [b"", b"<", b"<a/>", b"\x00"])
def test_a_broken_workbook_is_refused(part, broken):
    assert refusal(repacked(workbook(*LINES), **{part: broken})) in ("not_a_table", "no_lines")


def test_two_thousand_lines_and_not_one_more():
    lines = [(f"N{number}", "") for number in range(csv_import.MAX_LINES)]
    assert len(cells(text(lines=lines).encode())) == csv_import.MAX_LINES
    assert refusal(text(lines=[*lines, ("one more", "")]).encode()) == "too_many_lines"
    assert refusal(workbook(*lines, ("one more", ""))) == "too_many_lines"


def test_a_heavy_file_is_refused_before_it_is_read():
    class Unread:
        def read(self):
            raise AssertionError("it was read")

    with pytest.raises(Refused, match="dépasse 5"):
        read_table(Unread(), size=csv_import.MAX_MEGABYTES * 1024 * 1024 + 1, columns=COLUMNS)


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    bomb = repacked(workbook(*LINES), **{"xl/media/image1.png": b"0" * (csv_import.MAX_UNPACKED_BYTES + 1)})
    assert len(bomb) < 100_000
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *args, **options: pytest.fail("it was opened"))
    assert refusal(bomb) == "too_large"


def test_one_long_word_said_a_thousand_times_is_refused():
    assert refusal(workbook(*[("x" * 30_000, "")] * 200)) == "too_large"


def test_a_stray_cell_far_below_or_far_right_fills_no_memory():
    book = openpyxl.load_workbook(io.BytesIO(workbook(*LINES)))
    book.active.cell(1_048_576, 1).number_format = "0.00"
    book.active.cell(1, 16_384).number_format = "0.00"
    out = io.BytesIO()
    book.save(out)
    assert cells(out.getvalue()) == LINES
    book.active.cell(1_048_576, 1).value = "lost"
    out = io.BytesIO()
    book.save(out)
    assert refusal(out.getvalue()) == "too_large"


def test_entities_of_xml_are_not_expanded():
    """A thousand million laughs in a kilobyte: the parser itself says no."""
    entities = "".join(f'<!ENTITY {name} "{f"&{inner};" * 60}">' for inner, name in ("ab", "bc", "cd", "de", "ef"))
    laughs = (
        f'<!DOCTYPE x [<!ENTITY a "{"a" * 100}">{entities}]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>Nom</t></is></c><c r="B1" t="inlineStr"><is><t>&f;</t></is></c>'
        "</row></sheetData></worksheet>"
    )
    assert refusal(repacked(workbook(*LINES), **{"xl/worksheets/sheet1.xml": laughs})) == "not_a_table"


# --- Words ---------------------------------------------------------------------------------------------------


def test_names_are_compared_without_accents_and_capitals():
    assert folded("  Société  d’Été ") == folded("SOCIETE D'ETE")
    assert folded("Nord 1") != folded("Nord 2")


def test_a_cell_of_several_values():
    assert split_cell("Vendeur; Comptabilité,Vendeur|  \nPréparation") == ["Vendeur", "Comptabilité", "Préparation"]
