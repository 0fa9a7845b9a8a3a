"""What is to be done today, as each app tells it: the rows of *Accueil*, and the registry of where they come from.

Each app registers its sources from `AppConfig.ready()`; *Accueil* (`openflex/dashboard`) stands above all of them.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import IntEnum
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, QuerySet, Value

from openflex.core.dates import PARIS
from openflex.core.keys import SharedKeys, looked_up_once

# Among the conditions of a source: the person whose day it is, and those who are away and in whose place they receive.
RECEIVED_FOR = SharedKeys("received_for")


class Urgency(IntEnum):
    """What comes before what; inside one, the earliest instant first."""

    LATE = 1
    TODAY = 2
    AWAITED = 3
    NEWS = 4
    AHEAD = 5


@dataclass(frozen=True)
class Asked:
    """Whose day it is: one's own, or (`is_team`) that of one's colleagues too; at most `limit` rows of each kind."""

    user_id: int
    now: datetime
    today: date
    limit: int
    is_team: bool = False


@dataclass(frozen=True)
class Act:
    """What deals with a row, on its button and its key: a dialog, a page, or (`is_post`) done at once."""

    label: str
    key: str
    url: str
    is_post: bool = False
    is_page: bool = False


@dataclass(frozen=True)
class Todo:
    """One row. `key` is the same at each drawing; `reason` is the whole sentence that says why it is there.

    `person` is whom it is on, where that is not the reader. `opens_by_post`: opening it counts as reading it.
    """

    key: str
    kind: str
    urgency: Urgency
    at: datetime
    title: str
    about: str
    reason: str
    url: str
    acts: tuple[Act, ...]
    entity_id: int | None
    person: str = ""
    text: str = ""
    opens_by_post: bool = False


@dataclass(frozen=True)
class TodoKind:
    """One kind of rows: its filter (« En souffrance »), how the rest is called (« autre opportunité en souffrance »),
    and the list where all of them stand; without one, *Accueil* narrowed to it. Where a customer waits comes first."""

    key: str
    label: str
    icon: str
    urgency: Urgency
    one_more: str
    more: str
    list_url: Callable[[Asked], str] | None = None
    has_customer: bool = True


@dataclass(frozen=True)
class Sought:
    """What a source looks for: those of `rows`, sorted by `order`, the first `limit` of each `kind` (an expression).

    `read_from`: the same rows without conditions, with what is told of each. Its scope is that of the moment it is
    read in.
    """

    rows: QuerySet[Any]
    read_from: QuerySet[Any]
    kind: Any
    order: Sequence[Any]
    limit: int


@dataclass(frozen=True)
class TodoSource:
    """Rows for those who hold `right`, read where they hold it: in the chosen entities, or (`is_everywhere`), for what
    is addressed to the person, in all of theirs.

    A row that `seek` finds bears its `todo_kind` and is told by `tell`; of a kind that is not one of `kinds` it
    stands on the agenda alone. The agenda: what stands at an hour of today (`is_on_agenda`), beside the rows, with
    `starts_at` and `ends_at`.
    """

    key: str
    right: str
    kinds: tuple[TodoKind, ...]
    seek: Callable[[Asked], Sought]
    tell: Callable[[Any, Asked], Todo]
    order: int
    is_everywhere: bool = False
    is_on_agenda: Callable[[Any, Asked], bool] | None = None


_sources: dict[str, TodoSource] = {}


def register_todos(*sources: TodoSource) -> None:
    for source in sources:
        _sources[source.key] = source


def todo_sources() -> list[TodoSource]:
    return sorted(_sources.values(), key=lambda source: source.order)


@dataclass(frozen=True)
class FoundKind:
    """How many rows of a kind there are in all, and the keys of the first of them, in order."""

    kind: str
    total: int
    keys: tuple[int, ...]


def as_sql(source_key: str, sought: Sought) -> tuple[str, tuple[Any, ...]] | None:
    """The part of this source in the one statement of `found_by`, in the scope of this moment; None where nothing can
    be found. All rows are counted and sorted by their keys alone; what stands in a row is read of the few."""
    keys = ArrayAgg("pk", order_by=list(sought.order))
    each = sought.rows.order_by().values(todo_kind=sought.kind).annotate(total=Count("pk"), keys=keys)
    each = each.annotate(first=F(f"keys__0_{sought.limit}"))
    try:
        sql, parameters = each.values_list(Value(source_key), "todo_kind", "total", "first").query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, parameters


def found_by(
    parts: Sequence[tuple[str, tuple[Any, ...]]], *, received_for: QuerySet[Any]
) -> dict[str, list[FoundKind]]:
    """What the sources found, by their keys, in one statement however many they are. `received_for`: the people whom
    `RECEIVED_FOR` stands for in any of them, looked up once."""
    if not parts:
        return {}
    found: dict[str, list[FoundKind]] = defaultdict(list)
    first, parameters = looked_up_once({RECEIVED_FOR.name: received_for})
    union = " UNION ALL ".join(f"({sql})" for sql, _ in parts)
    with connection.cursor() as cursor:
        cursor.execute(f"{first} {union}", [*parameters, *(one for _, more in parts for one in more)])
        for source_key, kind, total, keys in cursor.fetchall():
            # Where all rows are of one kind, the database answers a line for none, too.
            if total:
                found[source_key].append(FoundKind(kind, total, tuple(keys)))
    return found


def read_found(sought: Sought, found: Sequence[FoundKind]) -> list[Any]:
    """The rows of these keys, kind by kind and in order, each with its `todo_kind`; one statement, or none where
    nothing was found. What vanished in between is not there."""
    keys = [key for one in found for key in one.keys]
    by_key = {row.pk: row for row in sought.read_from.order_by().filter(pk__in=keys)} if keys else {}
    rows = []
    for one in found:
        for key in one.keys:
            if (row := by_key.get(key)) is not None:
                row.todo_kind = one.kind
                rows.append(row)
    return rows


def midnight(day: date) -> datetime:
    """What is known to the day stands at its beginning."""
    return datetime.combine(day, time.min, tzinfo=PARIS)
