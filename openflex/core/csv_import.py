"""Files that people fill in and send: read line by line, as text, before anything is done with them.

A CSV file in UTF-8 or Windows-1252 (as Excel saves it in France) with `;`, `,` or tabs, or the first sheet of an XLSX
file. What a file is, its content says, never its name. Nothing in it is calculated: of a formula only the value that
was saved with it is read.
"""

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO, Final
from xml.etree.ElementTree import ParseError

import openpyxl

from openflex.core.errors import Refused
from openflex.core.french import NBSP, format_day, format_number

MAX_LINES: Final = 2000
MAX_MEGABYTES: Final = 5
# Of text, however few bytes it was packed into: a spreadsheet may say one long word a million times.
MAX_CHARACTERS: Final = 4_000_000
MAX_UNPACKED_BYTES: Final = 16 * 1024 * 1024
# Where the last line may stand, empty ones counted: at so many times the lines that are allowed.
EMPTY_BETWEEN: Final = 5
MAX_COLUMNS: Final = 60
_LAST_ROW_OF_A_SHEET: Final = 1_048_576
FIELD: Final = "file"

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_NOT_A_TABLE = "Ce fichier n’est pas un tableau lisible\u00a0: envoyez un fichier CSV ou XLSX."
_OTHER_FORMAT = "Ce fichier est d’un autre format, ou protégé par un mot de passe\u00a0: enregistrez-le en XLSX ou CSV."
# What openpyxl raises on files that are no workbooks, or broken ones.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, ParseError, OSError, EOFError, NotImplementedError, RuntimeError),
    *(KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError, RecursionError),
)


@dataclass(frozen=True)
class Column:
    """A column of the file: the word of its head, and others by which it is known."""

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    # A file without this column is refused.
    is_required: bool = False


@dataclass(frozen=True)
class Line:
    """`number` is that of the row as a spreadsheet counts them, the head being the first."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """The lines that are not empty, and the heads of columns that nobody asked for."""

    lines: list[Line]
    left_out: list[str]


def read_table(file: BinaryIO, *, size: int, columns: Sequence[Column], most: int = MAX_LINES) -> Table:
    """The file's lines, `most` of them, with the text of these columns, a column that is not there being empty.

    Raises Refused beside `file`: "too_heavy", "not_a_table", "other_format", "encoding", "no_lines", "too_many_lines",
    "too_large", "column_missing", "column_twice".
    """
    if size > MAX_MEGABYTES * 1024 * 1024:
        raise _refused("too_heavy", f"Ce fichier dépasse {MAX_MEGABYTES}{NBSP}Mo.")
    content = file.read()
    rows = _rows_of_workbook(content) if content.startswith(_ZIP) else _rows_of_csv(content)
    numbered = _filled(rows, last=most * EMPTY_BETWEEN)
    try:
        _, head = next(numbered)
    except StopIteration:
        raise _refused("no_lines", "Ce fichier est vide.") from None
    places, left_out = _places(head, columns)
    lines: list[Line] = []
    for number, row in numbered:
        if len(lines) == most:
            told = format_number(most)
            raise _refused("too_many_lines", f"Ce fichier a plus de {told} lignes\u00a0: envoyez-le en plusieurs fois.")
        lines.append(Line(number, {key: row[place] if place < len(row) else "" for key, place in places.items()}))
    if not lines:
        raise _refused("no_lines", "Ce fichier n’a aucune ligne sous ses titres de colonnes.")
    return Table(lines, left_out)


def folded(text: str) -> str:
    """By which words typed by people are compared: without accents, capitals, or more than one space."""
    bare = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return " ".join("".join(one for one in bare if not unicodedata.combining(one)).casefold().split())


def split_cell(text: str) -> list[str]:
    """The values of a cell that holds several, separated by `;`, `,`, `|` or new lines."""
    return list(dict.fromkeys(part for part in (one.strip() for one in re.split(r"[;,|\n]", text)) if part))


def _places(head: list[str], columns: Sequence[Column]) -> tuple[dict[str, int], list[str]]:
    """Where each column stands, and the heads that name none."""
    names = {folded(word): one.key for one in columns for word in (one.label, *one.aliases)}
    keys = [names.get(folded(word)) for word in head]
    labels = {one.key: one.label for one in columns}
    for key, count in Counter(keys).items():
        if key is not None and count > 1:
            raise _refused("column_twice", f"La colonne «{NBSP}{labels[key]}{NBSP}» est là deux fois.")
    places = {one.key: keys.index(one.key) for one in columns if one.key in keys}
    if missing := [one.label for one in columns if one.is_required and one.key not in places]:
        names_missing = ", ".join(f"«{NBSP}{label}{NBSP}»" for label in missing)
        many = "Il manque les colonnes" if len(missing) > 1 else "Il manque la colonne"
        raise _refused("column_missing", f"{many} {names_missing}. La première ligne porte les titres des colonnes.")
    left_out = [word for word, key in zip(head, keys, strict=True) if key is None and word]
    return {one.key: places.get(one.key, len(head)) for one in columns}, left_out


def _filled(rows: Iterable[Sequence[Any]], *, last: int) -> Iterator[tuple[int, list[str]]]:
    """The rows with something in them, as text, with their numbers."""
    characters = 0
    for number, row in enumerate(rows, start=1):
        if not any(row):
            continue
        texts = [_text(value) for value in row[:MAX_COLUMNS]]
        characters += sum(map(len, texts))
        if characters > MAX_CHARACTERS:
            raise _refused("too_large", "Ce fichier contient trop de texte pour être une liste.")
        if any(texts) and number > last:
            raise _refused("too_large", f"Ce fichier a plus de {format_number(last)} lignes, vides comprises.")
        if any(texts):
            yield number, texts


def _text(value: Any) -> str:
    """What a cell shows. Characters that show nothing (controls, changes of direction) are left out."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value).replace(".", ",")
    if isinstance(value, date):
        return format_day(value.date() if isinstance(value, datetime) else value)
    lines = (re.sub(r"\s+", " ", line) for line in str(value).splitlines())
    return "\n".join("".join(one for one in line if one.isprintable()).strip() for line in lines).strip()


# --- CSV -------------------------------------------------------------------------------------------------


def _rows_of_csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        yield from reader
    except csv.Error:
        raise _refused("not_a_table", _NOT_A_TABLE) from None


def _decoded(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark (Excel's « Texte Unicode ») or Windows-1252; raises Refused for what is no text."""
    if content.startswith(_OLE):
        raise _refused("other_format", _OTHER_FORMAT)
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(one < " " and one not in "\t\r\n" for one in text):
            break
        return text
    raise _refused("not_a_table", _NOT_A_TABLE)


def _delimiter(text: str) -> str:
    """The one that cuts the head into most columns; the semicolon where none cuts it."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(";,\t", key=lambda delimiter: len(next(csv.reader([first], delimiter=delimiter), [])))


# --- XLSX ------------------------------------------------------------------------------------------------


def _rows_of_workbook(content: bytes) -> Iterator[Sequence[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
        if "xl/workbook.xml" not in {part.filename for part in parts}:
            raise _refused("other_format", _OTHER_FORMAT)
        # What a part says of its size is all that is ever unpacked of it.
        if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
            raise _refused("too_large", "Ce classeur est trop grand une fois décompressé.")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        if not book.worksheets:
            raise _refused("no_lines", "Ce fichier est vide.")
        page = book.worksheets[0]
        # What a sheet says of its own dimensions is often wrong, and fills memory when it is.
        page.reset_dimensions()
        yield from page.iter_rows(max_col=MAX_COLUMNS, max_row=_LAST_ROW_OF_A_SHEET, values_only=True)
    except _BROKEN:
        raise _refused("not_a_table", _NOT_A_TABLE) from None


def _refused(code: str, message: str) -> Refused:
    return Refused(code, message, FIELD)
