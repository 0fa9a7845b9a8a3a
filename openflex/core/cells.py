"""The cells of a list. What a column does is found out once for the page, not for each of its cells.

django-tables2 asks each cell anew for its column, its attributes and the signature of its function, and hands a
cell's template every context processor: four fifths of the time of a page of rows.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from html import escape
from operator import attrgetter, methodcaller
from typing import Any

import django_tables2 as tables
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString

Reader = Callable[[Any], Any]


class Columns(OrderedDict[str, Any]):
    """Those of a class of tables, of which each table has copies. What they hold themselves no table changes."""

    def __deepcopy__(self, memo: dict[int, Any]) -> OrderedDict[str, Any]:
        return OrderedDict((name, copy(column)) for name, column in self.items())


@dataclass(frozen=True)
class Line:
    """One row of the page, and its cells as they stand in the page: joined here, for the loop of a template over some
    seven hundred cells took a third of the page's time."""

    record: Any
    cells: SafeString


def draw_lines(table: tables.Table, rows: Iterable[Any]) -> list[Line]:
    """The rows in the table's visible columns, ready for `lists/table.html`, and these columns with them."""
    columns = list(table.columns)
    if not columns:  # a list that is shown as cards
        return [Line(row, SafeString()) for row in rows]
    for column in columns:
        _write_attributes(column)
    drawers = [_drawer(column, table) for column in columns]
    # The attributes of a column are the same in each row: only what changes is filled in for each of them.
    cells = "".join(f"<td {_braced(column.td)}>{{}}</td>" for column in columns)
    return [Line(row, SafeString(cells.format(*[_escaped(draw(row)) for draw in drawers]))) for row in rows]


def _escaped(text: Any) -> str:
    """As `conditional_escape`, for what a cell may be: that asks of each text whether it is translated later."""
    return text if isinstance(text, SafeString) else escape(str(text))


def _write_attributes(column: Any) -> None:
    """Of its head, its cells and its foot, as a template writes them: django-tables2 puts all of them together anew
    whenever one is asked for."""
    attributes = column.attrs
    column.th, column.td = attributes["th"].as_html(), attributes["td"].as_html()


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def values_of(table: tables.Table, rows: Iterable[Any], names: Iterable[str]) -> Iterator[list[Any]]:
    """What an export writes of each row: values, not their text; None where there is nothing."""
    readers = [_exporter(table.columns[name], table) for name in names]
    return ([read(row) for read in readers] for row in rows)


def _drawer(column: Any, table: tables.Table) -> Reader:
    template_name = getattr(column.column, "template_name", None)
    if template_name is not None:
        draw_part = _part_drawer(get_template(template_name))
        same_for = getattr(column.column, "same_for", None)
        return draw_part if same_for is None else _once_for_each(same_for, draw_part)
    read = _reader(column, table)
    write, empty, nothing = getattr(column.column, "write", str), column.column.empty_values, column.default

    def draw(row: Any) -> Any:
        value = read(row)
        return nothing if value in empty else write(value)

    return draw


def _part_drawer(template: Any) -> Reader:
    """One context for all rows: what a part includes is looked up once."""
    context = Context({"record": None})

    def draw(row: Any) -> SafeString:
        context["record"] = row
        drawn: SafeString = template.template.render(context)
        return drawn

    return draw


def _once_for_each(same_for: Reader, draw_part: Reader) -> Reader:
    """Rows for which `same_for` says the same have the same cell: drawn once for the page."""
    drawn: dict[Any, SafeString] = {}

    def draw(row: Any) -> SafeString:
        key = same_for(row)
        if key not in drawn:
            drawn[key] = draw_part(row)
        return drawn[key]

    return draw


def _exporter(column: Any, table: tables.Table) -> Reader:
    export: Reader | None = getattr(column.column, "export", None)
    return export or _reader(column, table)


def _reader(column: Any, table: tables.Table) -> Reader:
    """The column's value of a row; of a field with choices, the words of the choice."""
    name = str(column.accessor)
    if _has_choices(table._meta.model, name):
        return methodcaller(f"get_{name}_display")
    return attrgetter(name)


def _has_choices(model: type[Model], name: str) -> bool:
    try:
        return bool(getattr(model._meta.get_field(name), "choices", None))
    except FieldDoesNotExist:
        return False
