"""Who sees which rows: the one layer that no query of a business table can forget.

The default manager of every `ScopedModel` adds the condition `InScope`, which is resolved when SQL is
compiled: it reads the current scope then and becomes "these entities, these points of sale", or TRUE under
`unscoped(reason)`, or raises `ScopeMissing`. So a queryset built at import, a prefetch, an update or an
aggregate are all held by the scope of the moment they run in. What is left for callers: joins through a row
that already points abroad (triggers guard money and document tables against such rows).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self, TypeVar

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import models
from django.db.models.expressions import Expression


class ScopeMissing(Exception):
    """A business table was touched where nobody said on whose behalf. A defect, never shown to a person."""


class OutOfScope(Exception):
    """A row outside the current scope was about to be written. A defect, never shown to a person."""


@dataclass(frozen=True)
class Reach:
    """A set of entities: `whole` ones, and `partial` ones of which only some points of sale belong to it.

    A row without a point of sale belongs to everyone in the entity, partial or not.
    """

    whole: frozenset[int] = frozenset()
    partial: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.whole or self.partial)

    @property
    def entities(self) -> frozenset[int]:
        return self.whole | frozenset(self.partial)

    def covers(self, entity_id: int, point_of_sale_id: int | None = None) -> bool:
        if entity_id in self.whole:
            return True
        if entity_id not in self.partial:
            return False
        return point_of_sale_id is None or point_of_sale_id in self.partial[entity_id]

    def contains(self, other: "Reach") -> bool:
        """No site of an entity is still a part of it: what has no site of its own is seen there."""
        return other.whole <= self.whole and all(
            entity in self.whole or (entity in self.partial and points <= self.partial[entity])
            for entity, points in other.partial.items()
        )

    def to_json(self) -> dict[str, Any]:
        partial = {str(entity): sorted(points) for entity, points in sorted(self.partial.items())}
        return {"whole": sorted(self.whole), "partial": partial}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Reach":
        partial = {int(entity): frozenset(points) for entity, points in stored["partial"].items()}
        return cls(frozenset(stored["whole"]), partial)

    def __or__(self, other: "Reach") -> "Reach":
        whole = self.whole | other.whole
        partial: dict[int, frozenset[int]] = {}
        for side in (self.partial, other.partial):
            for entity, points in side.items():
                if entity not in whole:
                    partial[entity] = partial.get(entity, frozenset()) | points
        return Reach(whole, partial)

    def __and__(self, other: "Reach") -> "Reach":
        partial: dict[int, frozenset[int]] = {}
        for entity in (self.entities & other.entities) - (self.whole & other.whole):
            mine, theirs = self.partial.get(entity), other.partial.get(entity)
            # None stands for "all of its points of sale".
            both = theirs if mine is None else mine if theirs is None else mine & theirs
            # An empty set stays: rows without a point of sale are still common to both.
            partial[entity] = both or frozenset()
        return Reach(self.whole & other.whole, partial)


NOWHERE = Reach()


@dataclass(frozen=True)
class Origin:
    """From which address and on which device somebody acts; empty: the application itself does."""

    ip: str | None = None
    device: str = ""


@dataclass(frozen=True)
class Scope:
    """On whose behalf the code runs.

    `widest` is everywhere this person belongs, `current` the part chosen in the top bar, `reach` the part that
    queries see now; `grants` says, for each right, where it is held, `holding_rights` which are held in the whole
    holding, in entities created tomorrow too. A merchant has no reach and no grants.
    """

    user_id: int | None = None
    holding_id: int | None = None
    merchant_id: int | None = None
    widest: Reach = NOWHERE
    current: Reach = NOWHERE
    reach: Reach = NOWHERE
    grants: Mapping[str, Reach] = field(default_factory=dict)
    holding_rights: frozenset[str] = frozenset()
    # Set while a view that promised to fetch one row has not fetched it yet: reading is refused.
    waits_for_row: str | None = None
    origin: Origin = Origin()

    def granted(self, right: str) -> Reach:
        return self.grants.get(right, NOWHERE)

    def allows(self, right: str, entity_id: int, point_of_sale_id: int | None = None) -> bool:
        return self.granted(right).covers(entity_id, point_of_sale_id)

    def allows_everywhere(self, right: str) -> bool:
        """True when the right is held on every row that queries see now."""
        return bool(self.reach) and self.granted(right).contains(self.reach)

    def allows_somewhere(self, right: str) -> bool:
        return bool(self.granted(right) & self.current)

    def narrowed(self, reach: Reach) -> Self:
        return replace(self, reach=reach, waits_for_row=None)


@dataclass(frozen=True)
class Unscoped:
    """Sees every row; the reason is read by the next engineer and by nobody else."""

    reason: str
    origin: Origin = Origin()


_current: ContextVar[Scope | Unscoped | None] = ContextVar("scope", default=None)


def current_scope() -> Scope:
    """The scope of the person on whose behalf the code runs; raises ScopeMissing outside of one."""
    scope = _current.get()
    if not isinstance(scope, Scope):
        raise ScopeMissing("no person's scope is active")
    return scope


def current_origin() -> Origin:
    """Where the person is on whose behalf the code runs, inside `unscoped` too; what histories keep of rights."""
    active = _current.get()
    return active.origin if active else Origin()


def enter(scope: Scope | Unscoped | None) -> Token[Scope | Unscoped | None]:
    return _current.set(scope)


def leave(token: Token[Scope | Unscoped | None]) -> None:
    _current.reset(token)


@contextmanager
def scoped(scope: Scope | Unscoped) -> Iterator[None]:
    token = enter(scope)
    try:
        yield
    finally:
        leave(token)


@contextmanager
def unscoped(reason: str) -> Iterator[None]:
    """For what belongs to nobody: migrations, nightly sweeps, finding out who somebody is."""
    with scoped(Unscoped(reason, current_origin())):
        yield


@contextmanager
def acting_for(*entities: Any) -> Iterator[None]:
    """The application itself works on the rows of these entities (tasks, a merchant's verb)."""
    ids = frozenset(entity.pk for entity in entities)
    reach = Reach(whole=ids)
    holding_id = entities[0].holding_id if entities else None
    with scoped(Scope(holding_id=holding_id, widest=reach, current=reach, reach=reach, origin=current_origin())):
        yield


@dataclass(frozen=True)
class Audience:
    """How a table's rows are matched with a scope, by names of its own columns; an audience left out sees nothing.

    `entity` (with `point_of_sale`): the staff of the entity. `holding`: the staff of the holding; together with
    `entity`, rows whose entity is null belong to the whole holding. `user`: one person. `merchant`: a merchant
    company's people.
    """

    entity: str | None = None
    point_of_sale: str | None = None
    holding: str | None = None
    user: str | None = None
    merchant: str | None = None

    def columns(self) -> dict[str, str]:
        return {name: column for name, column in vars(self).items() if column}


class InScope(Expression):
    """The condition itself. Compiled anew for every statement, hence never stale."""

    conditional = True

    def __init__(self, audience: Audience) -> None:
        super().__init__(output_field=models.BooleanField())
        self.names = list(audience.columns())
        self.columns: list[Any] = [models.F(column) for column in audience.columns().values()]

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.columns = list(exprs)

    @property
    def identity(self) -> tuple[Any, ...]:
        return (type(self), tuple(self.names), tuple(self.columns))

    def as_sql(self, compiler: Any, connection: Any, **extra_context: Any) -> tuple[str, tuple[Any, ...]]:
        scope = _current.get()
        if isinstance(scope, Unscoped):
            raise FullResultSet
        if scope is None:
            raise ScopeMissing("a business table was read outside a scope")
        if scope.waits_for_row:
            raise ScopeMissing(f"the view promised a row ({scope.waits_for_row}): call get_for first")
        sql = {name: compiler.compile(column)[0] for name, column in zip(self.names, self.columns, strict=True)}
        alternatives = [part for part in (_staff(scope, sql), _person(scope, sql), _merchant(scope, sql)) if part]
        if not alternatives:
            raise EmptyResultSet
        return (
            "(" + " OR ".join(text for text, _ in alternatives) + ")",
            tuple(param for _, params in alternatives for param in params),
        )


Sql = tuple[str, list[Any]]


def _staff(scope: Scope, sql: Mapping[str, str]) -> Sql | None:
    entity = _entities(scope.reach, sql) if "entity" in sql else None
    if "holding" not in sql:
        return entity
    if scope.holding_id is None:
        return None
    if "entity" not in sql:
        return f"{sql['holding']} = %s", [scope.holding_id]
    whole_holding = f"{sql['holding']} = %s AND {sql['entity']} IS NULL"
    if entity is None:
        return f"({whole_holding})", [scope.holding_id]
    return f"(({whole_holding}) OR {entity[0]})", [scope.holding_id, *entity[1]]


def _entities(reach: Reach, sql: Mapping[str, str]) -> Sql | None:
    parts: list[str] = []
    params: list[Any] = []
    point = sql.get("point_of_sale")
    whole = reach.whole if point else reach.entities
    if whole:
        parts.append(_one_of(sql["entity"], whole, params))
    if point:
        for entity, points in sorted(reach.partial.items()):
            mine = _one_of(sql["entity"], frozenset({entity}), params)
            there = f" OR {_one_of(point, points, params)}" if points else ""
            parts.append(f"({mine} AND ({point} IS NULL{there}))")
    return ("(" + " OR ".join(parts) + ")", params) if parts else None


def _one_of(column: str, ids: frozenset[int], params: list[Any]) -> str:
    params.extend(sorted(ids))
    return f"{column} = %s" if len(ids) == 1 else f"{column} IN ({', '.join(['%s'] * len(ids))})"


def _person(scope: Scope, sql: Mapping[str, str]) -> Sql | None:
    if "user" not in sql or scope.user_id is None:
        return None
    return f"{sql['user']} = %s", [scope.user_id]


def _merchant(scope: Scope, sql: Mapping[str, str]) -> Sql | None:
    if "merchant" not in sql or scope.merchant_id is None:
        return None
    return f"{sql['merchant']} = %s", [scope.merchant_id]


RowT = TypeVar("RowT", bound="ScopedModel")


class ScopedManager(models.Manager[RowT]):
    """Every query through it is held by the scope; `bulk_create` is refused rows outside of it."""

    def get_queryset(self) -> models.QuerySet[RowT]:
        return super().get_queryset().filter(InScope(self.model.audience))

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list[RowT]:
        rows = list(objs)
        for row in rows:
            check_writable(row)
        return super().bulk_create(rows, *args, **kwargs)


class ScopedModel(models.Model):
    """A table whose rows belong to somebody. Each model says to whom in `audience`; by default to nobody."""

    audience: Audience = Audience()
    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True
        # Foreign keys and refresh_from_db go through the base manager: it must be the scoped one too.
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        check_writable(self)
        super().save(*args, **kwargs)


def check_writable(row: Any) -> None:
    """Raises OutOfScope for a row that the current scope would not see, ScopeMissing outside of any scope."""
    scope = _current.get()
    if isinstance(scope, Unscoped):
        return
    if scope is None:
        raise ScopeMissing(f"a {type(row).__name__} was written outside a scope")
    columns = row.audience.columns()
    value = {name: getattr(row, attname(row, column)) for name, column in columns.items()}
    if "user" in value and value["user"] is not None and value["user"] == scope.user_id:
        return
    if "merchant" in value and value["merchant"] is not None and value["merchant"] == scope.merchant_id:
        return
    if value.get("entity") is not None:
        if scope.reach.covers(value["entity"], value.get("point_of_sale")):
            return
    elif value.get("holding") is not None and value["holding"] == scope.holding_id:
        return
    raise OutOfScope(f"a {type(row).__name__} outside the scope was about to be written")


def attname(row: Any, column: str) -> str:
    """The attribute of a row that holds a column named in its audience."""
    return str(row._meta.pk.attname if column == "pk" else row._meta.get_field(column).attname)
