"""The policy of personal data (`openflex/data_retention.yaml`), read once: what each column is, and what erasure does.

Every table of ours stands there. A table that holds personal data names each of its columns of text, days, JSON and
files; a test fails on one that is not named.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

POLICY: Final = Path(__file__).resolve().parent.parent / "data_retention.yaml"
CUSTOMER, USER, NOBODY = "customer", "user", "nobody"
_PERSONAL_KINDS: Final = (
    *(models.CharField, models.TextField, models.JSONField, models.DateField, models.FileField, models.BinaryField),
    *(models.GenericIPAddressField, ArrayField),
)


@dataclass(frozen=True)
class Table:
    """What the policy says of one table.

    `subject`: whose data it holds (`nobody`: `reason` says why none). `path`: the lookup by which its rows lead to a
    customer, "pk" for the customer's own; empty: their rows are not reached from one customer. `where`: the only rows
    that are theirs. At erasure `empty`
    columns are emptied, or, with `deletes_rows`, the rows go, and, with `forgets_history`, what their histories and
    notifications say; `kept` columns stay, each for its reason; `other` columns
    say nothing of a person by themselves. Who asks for their data gets all that is personal and what is `told` with it:
    when it was, what was answered.
    """

    label: str
    subject: str
    reason: str = ""
    basis: str = ""
    period: str = ""
    path: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    deletes_rows: bool = False
    forgets_history: bool = False
    empty: tuple[str, ...] = ()
    kept: Mapping[str, str] | None = None
    other: tuple[str, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    def rows_of(self, customers: Iterable[int]) -> Any:
        """The rows that say something of one of these."""
        model: Any = self.model
        return model.objects.filter(**{f"{self.path}__in": customers}, **self.where)

    @property
    def plural(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    @property
    def personal(self) -> tuple[str, ...]:
        """The columns that say something of the person."""
        return (*self.empty, *(self.kept or {}))

    @property
    def declared(self) -> frozenset[str]:
        return frozenset((*self.personal, *self.other))


@cache
def policy() -> dict[str, Table]:
    """Every table by its label, "customers.customer" say."""
    read = yaml.safe_load(POLICY.read_text(encoding="utf-8"))
    return {label: _table(label, rules) for label, rules in read["tables"].items()}


def _table(label: str, rules: dict[str, Any]) -> Table:
    kept = {name: str(reason) for reason, names in rules.get("kept", {}).items() for name in names}
    return Table(
        label=label,
        subject=rules.get("subject", NOBODY),
        reason=rules.get("reason", ""),
        basis=rules.get("basis", ""),
        period=rules.get("period", ""),
        path=rules.get("path", ""),
        where=rules.get("where", {}),
        deletes_rows=bool(rules.get("deletes_rows")),
        forgets_history=bool(rules.get("forgets_history")),
        empty=tuple(rules.get("empty", ())),
        kept=kept,
        other=tuple(rules.get("other", ())),
        told=tuple(rules.get("told", ())),
    )


def of_customers() -> Iterator[Table]:
    """The tables whose rows are reached from a customer; the farthest first, the customer's own last: a key that is
    emptied leads nowhere any more."""
    found = [table for table in policy().values() if table.subject == CUSTOMER and table.path]
    return iter(sorted(found, key=lambda table: (table.path == "pk", -table.path.count("__"))))


def columns_to_declare(model: type[models.Model]) -> frozenset[str]:
    """The columns that may say something of a person: text, JSON, days, files, addresses of machines. Not what is
    computed from others, nor instants, keys and figures."""
    return frozenset(
        field.name
        for field in model._meta.local_concrete_fields
        if isinstance(field, _PERSONAL_KINDS)
        and not isinstance(field, models.DateTimeField)
        and not field.is_relation
        and not field.primary_key
    )


def empty_value(field: "models.Field[Any, Any]") -> Any:
    """What stands in a column that was emptied."""
    if field.null:
        return None
    if isinstance(field, models.JSONField | ArrayField):
        return field.get_default()
    if isinstance(field, models.BooleanField):
        return False
    return ""
