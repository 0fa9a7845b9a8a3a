"""What is to be done today, as each app tells it: the rows of *Accueil*, and the registry of where they come from.

Each app registers its sources from `AppConfig.ready()`; *Accueil* (`openflex/dashboard`) stands above all of them.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import IntEnum
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import JSONObject, RowNumber

from openflex.core.dates import PARIS
from openflex.core.keys import read_by_keys


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


@dataclass
class Found:
    """The rows of a source, and of each kind how many there are in all; `agenda`: what stands at an hour of today,
    beside the rows, with `starts_at` and `ends_at`."""

    rows: list[Todo] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    agenda: Sequence[Any] = ()


@dataclass(frozen=True)
class TodoSource:
    """Rows for those who hold `right`, read where they hold it: in the chosen entities, or (`is_everywhere`), for what
    is addressed to the person, in all of theirs. `find` costs one statement, whatever it finds."""

    key: str
    right: str
    kinds: tuple[TodoKind, ...]
    find: Callable[[Asked], Found]
    order: int
    is_everywhere: bool = False


_sources: dict[str, TodoSource] = {}


def register_todos(*sources: TodoSource) -> None:
    for source in sources:
        _sources[source.key] = source


def todo_sources() -> list[TodoSource]:
    return sorted(_sources.values(), key=lambda source: source.order)


# Added to each row by `first_of_each`.
KIND: Final = "todo_kind"


def first_of_each(
    rows: QuerySet[Any], read_from: QuerySet[Any], *, kind: Any, order: Sequence[Any], limit: int
) -> Sequence[Any]:
    """The first `limit` rows of each kind (`kind`: an expression), with `todo_kind`, `nth` of it (from 1) and
    `of_kind`, how many there are of it in all; one statement.

    All of them are sorted and counted by their keys alone; what stands in a row is read of the few, out of
    `read_from`: the same rows without conditions, with what is told of each.
    """
    narrow = rows.order_by().annotate(**{KIND: kind})
    nth = Window(RowNumber(), partition_by=F(KIND), order_by=list(order))
    few = narrow.annotate(nth=nth).filter(nth__lte=limit)
    counts = narrow.values(KIND).annotate(n=Count("pk")).values(json=JSONObject(kind=F(KIND), n=F("n")))
    found = list(read_by_keys(read_from, few).annotate(**{KIND: kind}, counts=ArraySubquery(counts)).order_by(*order))
    totals = {row["kind"]: row["n"] for row in found[0].counts} if found else {}
    met: Counter[str] = Counter()
    for row in found:
        met[row.todo_kind] += 1
        row.nth, row.of_kind = met[row.todo_kind], totals[row.todo_kind]
    return found


def gathered(rows: Sequence[Any], tell: Callable[[Any], Todo]) -> Found:
    """The rows of `first_of_each`, told."""
    return Found([tell(row) for row in rows], {row.todo_kind: row.of_kind for row in rows})


def midnight(day: date) -> datetime:
    """What is known to the day stands at its beginning."""
    return datetime.combine(day, time.min, tzinfo=PARIS)
