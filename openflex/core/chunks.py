"""Reading many rows in their order: short statements, and memory that does not grow with the rows."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

RowT = TypeVar("RowT", bound=Model)
CHUNK = 1000


def in_chunks(rows: QuerySet[RowT], *, size: int = CHUNK) -> tuple[int, Iterator[list[RowT]]]:
    """How many rows there are now, and these rows in their order, `size` at a time.

    Only the ids are read at once: no cursor stays open over a long export. A row that is gone, or is not the
    person's any more, when its turn comes is left out.
    """
    ids = list(rows.prefetch_related(None).values_list("pk", flat=True))
    return len(ids), _chunks(rows.order_by(), ids, size)


def _chunks(rows: QuerySet[RowT], ids: list[Any], size: int) -> Iterator[list[RowT]]:
    for start in range(0, len(ids), size):
        wanted = ids[start : start + size]
        found = {row.pk: row for row in rows.filter(pk__in=wanted)}
        yield [found[pk] for pk in wanted if pk in found]
