"""Reads of *Accueil*: the rows of all sources in order, each from where its right is held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from typing import Any, Final

from openflex.core.todos import (
    Asked,
    FoundKind,
    Sought,
    Todo,
    TodoKind,
    TodoSource,
    Urgency,
    as_sql,
    found_by,
    read_found,
    todo_sources,
)
from opportunities.rights import AS_MANAGER
from settings_admin.access.selectors.absences import received_for
from settings_admin.scoping import Reach, Scope, current_scope, scoped

# Rows of one kind beside others, and where *Accueil* is narrowed to it.
FEW, MANY = 8, 50


@dataclass(frozen=True)
class Row:
    """One thing to do, with its kind and, for those who work in several, the name of its entity."""

    todo: Todo
    kind: TodoKind
    place: str


@dataclass(frozen=True)
class Section:
    """The rows of one urgency, with what it means, and how many more of which kinds there are elsewhere."""

    urgency: Urgency
    title: str
    meaning: str
    rows: list[Row] = field(default_factory=list)
    rests: list["Rest"] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.urgency.name.lower()

    @property
    def count(self) -> int:
        return len(self.rows) + sum(rest.count for rest in self.rests)


@dataclass(frozen=True)
class Rest:
    """« et 12 autres opportunités en souffrance »; without `url`, *Accueil* narrowed to `kind` shows them."""

    kind: TodoKind
    count: int
    url: str

    @property
    def words(self) -> str:
        return self.kind.one_more if self.count == 1 else self.kind.more


@dataclass(frozen=True)
class KindCount:
    kind: TodoKind
    count: int


@dataclass(frozen=True)
class Day:
    """All of it: `counts` of every kind there is, whatever the page is narrowed to."""

    sections: list[Section]
    counts: list[KindCount]
    late: int
    agenda: list[Any]

    @property
    def total(self) -> int:
        return sum(one.count for one in self.counts)


SECTIONS: Final[dict[Urgency, tuple[str, str]]] = {
    Urgency.LATE: ("En retard", "Les clients d’abord, ce qui attend depuis le plus longtemps en tête"),
    Urgency.TODAY: ("Aujourd’hui", "Prévu ce jour, ou dont c’est le dernier jour"),
    Urgency.AWAITED: ("On vous attend", "Un collègue ne peut pas avancer sans vous"),
    Urgency.NEWS: ("À lire", "Ce qu’on vous a écrit, et que vous n’avez pas lu"),
    Urgency.AHEAD: ("À prévoir", "Rien ne presse encore, les clients d’abord, puis le plus proche"),
}


def is_of_use(scope: Scope) -> bool:
    """Somebody without any right that a source asks for has no day here."""
    return any(reach_of(source, scope) for source in todo_sources())


def may_see_team(scope: Scope) -> bool:
    return scope.allows_somewhere(AS_MANAGER)


def reach_of(source: TodoSource, scope: Scope) -> Reach:
    return (scope.widest if source.is_everywhere else scope.current) & scope.granted(source.right)


def kinds() -> dict[str, TodoKind]:
    return {kind.key: kind for source in todo_sources() for kind in source.kinds}


def day_of(asked: Asked, *, only: str = "", places: Mapping[int, str]) -> Day:
    """One statement finds what there is, and one for each source that has something reads it. `only`: a kind, of which
    more rows are shown then; `places`: the names of the person's entities."""
    rows: list[Todo] = []
    totals: dict[str, int] = {}
    agenda: list[Any] = []
    for one in _look(asked, only):
        with scoped(one.scope):
            found = read_found(one.sought, one.found)
            rows += _told(one, found)
        totals |= {kind.kind: kind.total for kind in one.found if kind.kind in one.kinds}
        if one.source.is_on_agenda:
            agenda += [row for row in found if one.source.is_on_agenda(row, asked)]
    known = kinds()
    counts = [KindCount(kind, totals[key]) for key, kind in known.items() if totals.get(key)]
    shown = [row for row in rows if only in ("", row.kind)]
    rests = [_rest(one, shown, asked) for one in counts if only in ("", one.kind.key)]
    lines = [Row(row, known[row.kind], places.get(row.entity_id or 0, "") if len(places) > 1 else "") for row in shown]
    sections = _sections(lines, [rest for rest in rests if rest.count])
    # A kind that is late stands there with all its rows; of others, those rows that are.
    late = sum(totals.get(key, 0) for key, kind in known.items() if kind.urgency == Urgency.LATE)
    late += sum(row.urgency == Urgency.LATE != known[row.kind].urgency for row in rows)
    return Day(sections, counts, late, sorted(agenda, key=lambda row: row.starts_at))


@dataclass(frozen=True)
class _Looked:
    """A source, asked in the scope it is read in, and what it found."""

    source: TodoSource
    scope: Scope
    asked: Asked
    sought: Sought
    found: list[FoundKind]

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(kind.key for kind in self.source.kinds)


def _look(asked: Asked, only: str) -> list[_Looked]:
    scope = current_scope()
    looked, parts = [], []
    for source in todo_sources():
        if not (reach := reach_of(source, scope)):
            continue
        own = replace(asked, limit=MANY) if any(kind.key == only for kind in source.kinds) else asked
        narrow = scope.narrowed(reach)
        with scoped(narrow):
            sought = source.seek(own)
            if part := as_sql(source.key, sought):
                parts.append(part)
        looked.append((source, narrow, own, sought))
    found = found_by(parts, received_for=received_for(asked.user_id, on=asked.today))
    return [_Looked(*one, found[one[0].key]) for one in looked if one[0].key in found]


def _told(one: _Looked, rows: Sequence[Any]) -> list[Todo]:
    """Of each kind as many as are shown: what an agenda reads besides is not."""
    told: list[Todo] = []
    for kind, group in groupby(rows, key=lambda row: row.todo_kind):
        if kind in one.kinds:
            told += [one.source.tell(row, one.asked) for row in islice(group, one.asked.limit)]
    return told


def _rest(one: KindCount, shown: Sequence[Todo], asked: Asked) -> Rest:
    count = one.count - sum(row.kind == one.kind.key for row in shown)
    return Rest(one.kind, count, one.kind.list_url(asked) if one.kind.list_url else "")


def _place(row: Row) -> tuple[Any, ...]:
    return row.todo.urgency, not row.kind.has_customer, row.todo.at, row.todo.key


def _sections(rows: list[Row], rests: list[Rest]) -> list[Section]:
    by_urgency = {
        urgency: list(group)
        for urgency, group in groupby(
            sorted(rows, key=_place),
            key=lambda row: row.todo.urgency,
        )
    }
    found = (
        Section(
            urgency, title, meaning, by_urgency.get(urgency, []), [one for one in rests if one.kind.urgency == urgency]
        )
        for urgency, (title, meaning) in SECTIONS.items()
    )
    return [section for section in found if section.rows or section.rests]
