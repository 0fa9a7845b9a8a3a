"""The one list of the application: columns (django-tables2), filters with chips (django-filter), keyset pages.

A view says what its rows, columns, filters and tabs are and calls `build_list`; everything the person chose stands
in the address. The template `lists/list.html` draws it, on a phone as cards.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zlib import crc32

import django_filters
import django_tables2 as tables
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString

from openflex.core.cells import Columns, Line, draw_lines
from openflex.core.filters import SEARCH, chip_value, draw_fields
from openflex.core.french import NO_VALUE
from openflex.core.paging import KeysetPage, decode_cursor, keyset_page, without_value

PAGE_SIZE = 30
# Stands in a row for a figure that this person may not see; exports leave its cell empty.
UNSEEN = ""
# Names in the address that are not filters.
TAB, SORT, AFTER, BEFORE = "tab", "sort", "after", "before"


@dataclass(frozen=True)
class Tab:
    """A built-in view of the list: a condition with a name and, by `count`, how many rows meet it."""

    key: str
    label: str
    condition: Q
    has_count: bool = True
    count: str = ""
    url: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class Chip:
    """One filter that is applied, and the address of the same list without it."""

    label: str
    value: str
    url: str


@dataclass(frozen=True)
class ColumnChoice:
    name: str
    label: str
    is_shown: bool


@dataclass
class ListPage:
    """What `lists/list.html` draws."""

    table: tables.Table
    lines: list[Line]
    page: KeysetPage[Any]
    filters: django_filters.FilterSet
    chips: list[Chip]
    tabs: list[Tab]
    columns: list[ColumnChoice]
    query: QueryDict
    sort: str
    search: str
    next_url: str = ""
    previous_url: str = ""
    reset_url: str = "?"
    export_query: str = ""
    hidden_fields: list[tuple[str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """What stands in the browser's bar: only what was chosen."""
        return f"?{self.query.urlencode()}" if self.query else ""

    @property
    def address_key(self) -> str:
        """The address in a few letters: the same rows have the same one."""
        return f"{crc32(self.address.encode()):x}"

    @property
    def kept_fields(self) -> list[tuple[str, str]]:
        """What a new search keeps of the address: everything but the page and the words of the last one."""
        return [
            (name, value)
            for name, values in self.query.lists()
            if name not in (SEARCH, AFTER, BEFORE)
            for value in values
        ]

    @property
    def search_note(self) -> str:
        """Why what stands in the search field searches nothing; empty when it does."""
        return " ".join(self.filters.form.errors.get(SEARCH, ()))

    @property
    def filter_fields(self) -> SafeString:
        return draw_fields(self.filters)

    @property
    def rows(self) -> list[Any]:
        return self.page.rows

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips or self.search)


class ListTable(tables.Table):
    """Base of every list's columns. A column's attrs carry its alignment and its priority on narrow screens (`cell`);
    what is sorted by is `build_list`'s to be told."""

    class Meta:
        template_name = "lists/table.html"
        orderable = False  # sorting is the page's: it must be a keyset's
        default = NO_VALUE

    def __init_subclass__(cls) -> None:
        cls.base_columns = Columns(cls.base_columns)


def cell(*classes: str, fact: str = "", priority: int = 0, head: str = "") -> dict[str, dict[str, Any]]:
    """Attributes of a column: the classes of its cells, `head` those of its head only; `fact` is its label on a phone's
    card (without one it is not on the card); a `priority` of 1 and more may hide it on a narrow desk, the highest
    first."""
    shared: dict[str, Any] = {"data-priority": priority} if priority else {}
    td = {**shared, "class": " ".join([*classes, *(["cell-fact"] if fact else [])])}
    if fact:
        td["data-label"] = fact
    th_classes = [name for name in classes if name == "num" or name.startswith("pin-")]
    return {"td": td, "th": {**shared, "class": " ".join([*th_classes, *([head] if head else [])])}}


def mean(values: Sequence[Any]) -> Any:
    """The average as a whole number, half away from zero, as everywhere."""
    if not values:
        return None
    return int((Decimal(sum(values)) / len(values)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def total(values: Sequence[Any]) -> Any:
    return sum(values[1:], values[0]) if values else None


class FigureColumn(tables.Column):
    """A figure or a date: right-aligned, written by `write`, exported as the value it is, or as `export` reads it.

    `foot` (`mean` or `total`) sums up the page under the column: of `foot_of`, an attribute of the rows, where what
    the column shows cannot be added up as it stands; `foot_label` says then what was. A first click on the head shows
    the largest first when `largest_first`. None is written as any value (« – € »); UNSEEN, what this person may not
    see, is a bare dash.
    """

    def __init__(
        self,
        write: Callable[[Any], str],
        *classes: str,
        fact: str = "",
        priority: int = 0,
        head: str = "",
        largest_first: bool = False,
        foot: Callable[[Sequence[Any]], Any] | None = None,
        foot_of: str = "",
        foot_label: str = "",
        export: Callable[[Any], Any] | None = None,
        **options: Any,
    ) -> None:
        self.write, self.largest_first, self.foot, self.export = write, largest_first, foot, export
        self.foot_of, self.foot_label = foot_of, foot_label
        super().__init__(
            attrs=cell("num", *classes, fact=fact, priority=priority, head=head),
            empty_values=(UNSEEN,),
            **options,
        )


class PartColumn(tables.TemplateColumn):
    """A cell drawn by a small template of its own; `export` reads the value that an export writes.

    `same_for` gives what the cell depends on, where that is little: rows that agree in it share one drawing.
    """

    def __init__(
        self,
        template: str,
        *,
        export: Callable[[Any], Any],
        same_for: Callable[[Any], Any] | None = None,
        **options: Any,
    ) -> None:
        self.export, self.same_for = export, same_for
        super().__init__(template_name=template, empty_values=(), **options)


def build_list(
    request: HttpRequest,
    *,
    rows: QuerySet[Any],
    table_class: type[ListTable],
    filter_class: type[django_filters.FilterSet],
    sorts: dict[str, str],
    default_sort: str,
    tabs: Sequence[Tab] = (),
    column_order: Sequence[str] = (),
    prepare: Callable[[list[Any]], None] | None = None,
    page_size: int = PAGE_SIZE,
) -> ListPage:
    """Reads the address, filters, sorts and pages `rows`.

    `sorts` maps a column to the model field it sorts by, with "-" where the column runs against it, only those this
    person may sort by; `default_sort` is a column name with "-" for descending; `column_order` the person's columns,
    all of them when empty. `prepare` makes the page's rows ready to be shown. What the address says and nobody
    offered is ignored.
    """
    query = _tidy(request.GET)
    filters = filter_class(query, queryset=apply_tab(query, rows, tabs), request=request)
    sort = _chosen_sort(query.get(SORT, ""), sorts, default_sort)
    sort_field, descending = _order(sort, sorts)
    cursor = cursor_in(request, filters.qs, sort_field)
    page = keyset_page(filters.qs, rows, field=sort_field, descending=descending, cursor=cursor, size=page_size)
    if prepare is not None:
        prepare(page.rows)
    table = table_class(page.rows)
    columns = arrange_columns(table, column_order)
    _sum_up(table, page.rows)
    _mark_sorts(query, table, sorts, sort)
    return ListPage(
        table=table,
        lines=draw_lines(table, page.rows),
        page=page,
        filters=filters,
        chips=_chips(query, filters),
        tabs=_tab_links(query, tabs),
        columns=columns,
        query=query,
        sort=sort,
        search=query.get(SEARCH, ""),
        next_url=address(query, **{AFTER: page.next_cursor, BEFORE: ""}) if page.next_cursor else "",
        previous_url=address(query, **{BEFORE: page.previous_cursor, AFTER: ""}) if page.previous_cursor else "",
        reset_url=_reset_url(query),
        export_query=address(query, **{AFTER: "", BEFORE: ""}),
        hidden_fields=[(name, value) for name in (TAB, SORT) if (value := query.get(name))],
    )


def filtered_rows(
    query: QueryDict,
    *,
    rows: QuerySet[Any],
    filter_class: type[django_filters.FilterSet],
    sorts: dict[str, str],
    default_sort: str,
    tabs: Sequence[Tab] = (),
) -> QuerySet[Any]:
    """All rows of the list as its address filters and sorts them: what an export writes."""
    kept: QuerySet[Any] = filter_class(query, queryset=apply_tab(query, rows, tabs)).qs
    sort = _chosen_sort(query.get(SORT, ""), sorts, default_sort)
    field, descending = _order(sort, sorts)
    empty = without_value(rows.model, field)
    sign = "-" if descending else ""
    # As the pages do it: what has no value comes last in both directions.
    last = [Case(When(empty, then=1), default=0)] if empty is not None else []
    return kept.order_by(*last, f"{sign}{field}", f"{sign}pk")


def apply_tab(query: QueryDict, rows: QuerySet[Any], tabs: Sequence[Tab]) -> QuerySet[Any]:
    chosen = _current_tab(query, tabs)
    return rows.filter(chosen.condition) if chosen else rows


def arrange_columns(table: tables.Table, order: Sequence[str]) -> list[ColumnChoice]:
    """Shows these columns in this order (all, when empty) and returns every column for the choice of columns."""
    names = [column.name for column in table.columns.all()]
    shown = [name for name in order if name in names] or names
    table.sequence = [*shown, *(name for name in names if name not in shown)]
    for name in names:
        if name not in shown:
            table.columns.hide(name)
    return [
        ColumnChoice(column.name, str(column.header), column.name in shown)
        for column in sorted(table.columns.all(), key=lambda column: table.sequence.index(column.name))
        if column.header
    ]


def _chosen_sort(asked: str, sorts: dict[str, str], default: str) -> str:
    return asked if asked.lstrip("-") in sorts and not asked.startswith("--") else default


def _order(sort: str, sorts: dict[str, str]) -> tuple[str, bool]:
    """The model field of a sort, and whether its largest come first."""
    field = sorts[sort.lstrip("-")]
    return field.lstrip("-"), sort.startswith("-") != field.startswith("-")


def cursor_in(request: HttpRequest, rows: QuerySet[Any], sort_field: str) -> Any:
    """Where the page starts that the address asks for; None: at the beginning."""
    for name, is_before in ((AFTER, False), (BEFORE, True)):
        if text := request.GET.get(name):
            return decode_cursor(text, rows=rows, field=sort_field, is_before=is_before)
    return None


def _tidy(query: QueryDict) -> QueryDict:
    """Without the empty boxes that a form sends too."""
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        if filled := [value for value in values if value]:
            kept.setlist(name, filled)
    return kept


def address(query: QueryDict, /, **changes: str) -> str:
    """Of the same page with these parameters set; an empty one is taken off."""
    changed = query.copy()
    for name, value in changes.items():
        if value:
            changed[name] = value
        else:
            changed.pop(name, None)
    return f"?{changed.urlencode()}"


def _reset_url(query: QueryDict) -> str:
    kept = QueryDict(mutable=True)
    for name in (TAB, SORT):
        if value := query.get(name):
            kept[name] = str(value)
    return f"?{kept.urlencode()}"


def _current_tab(query: QueryDict, tabs: Sequence[Tab]) -> Tab | None:
    return next((tab for tab in tabs if tab.key == query.get(TAB, "")), tabs[0] if tabs else None)


def _tab_links(query: QueryDict, tabs: Sequence[Tab]) -> list[Tab]:
    """A tab keeps the sort but drops filters and page: it is another view, not a filter more."""
    current = _current_tab(query, tabs)
    links = []
    for position, tab in enumerate(tabs):
        kept = QueryDict(mutable=True)
        if position:
            kept[TAB] = tab.key
        if sort := query.get(SORT):
            kept[SORT] = str(sort)
        links.append(replace(tab, url=f"?{kept.urlencode()}", is_current=tab is current))
    return links


def _mark_sorts(query: QueryDict, table: tables.Table, sorts: dict[str, str], sort: str) -> None:
    """Gives each sortable head its address and direction; a first click on figures and dates shows the largest."""
    name, descending = sort.lstrip("-"), sort.startswith("-")
    for column in table.columns:
        column.sort_url = column.sort_state = ""
        if column.name not in sorts:
            continue
        is_sorted = column.name == name
        starts_descending = getattr(column.column, "largest_first", False)
        next_descending = not descending if is_sorted else starts_descending
        column.sort_state = ("descending" if descending else "ascending") if is_sorted else "none"
        column.sort_url = address(
            query, **{SORT: f"{'-' if next_descending else ''}{column.name}", AFTER: "", BEFORE: ""}
        )


def _sum_up(table: tables.Table, rows: Sequence[Any]) -> None:
    """Gives each column its foot, written as its cells are; empty where there is nothing to sum up."""
    for column in table.columns:
        column.foot_text = column.foot_label = ""
        summary, write = getattr(column.column, "foot", None), getattr(column.column, "write", str)
        if summary is not None:
            accessor = tables.A(column.column.foot_of) if column.column.foot_of else column.accessor
            known = [one for row in rows if (one := accessor.resolve(row)) is not None and one != UNSEEN]
            if known:
                column.foot_text, column.foot_label = write(summary(known)), column.column.foot_label


def _chips(query: QueryDict, filters: django_filters.FilterSet) -> list[Chip]:
    """One chip for each filter that is set and valid, in the order of the filters, in the words of their choices."""
    chips: list[Chip] = []
    if not filters.form.is_bound:
        return chips
    filters.form.is_valid()
    for name, bound_filter in filters.filters.items():
        value = filters.form.cleaned_data.get(name)
        if name == SEARCH or value in (None, "", [], ()) or (hasattr(value, "exists") and not value):
            continue
        own = [key for key in query if key == name or key.startswith(f"{name}_m")]
        without = address(query, **dict.fromkeys([*own, AFTER, BEFORE], ""))
        chips.append(Chip(str(bound_filter.label), chip_value(bound_filter, value), without))
    return chips
