"""The files behind photos: one goes with the last row that names it, of whichever app and entity."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.apps import apps
from django.db import transaction

from openflex.core import private_files
from settings_admin.scoping import unscoped
from vehicles.models.condition import PhotoFacts

# A file older than this that no row names will never be named.
STRAY_AFTER: Final = timedelta(days=1)


def remove_unnamed(names: Iterable[str]) -> None:
    # robust: what cannot be removed now is a stray for the night.
    named = list(names)
    transaction.on_commit(lambda: remove_files_no_longer_named(named), robust=True)


def remove_files_no_longer_named(names: Sequence[str]) -> None:
    """Called after the rows that named them are gone for good; every row counts, of whichever entity."""
    for name in set(names) - _names(among=names):
        private_files.remove(name, place="photos")


def remove_strays(*, now: datetime) -> int:
    """Files that no row names: of a process that went away between file and row, of rows that were erased. How many."""
    return private_files.remove_strays(known=_names(), before=now - STRAY_AFTER, place="photos")


def _names(*, among: Sequence[str] | None = None) -> set[str]:
    """The files that rows name, of every app that holds photos."""
    found: set[str] = set()
    holders: list[Any] = [model for model in apps.get_models() if issubclass(model, PhotoFacts)]
    with unscoped("a file belongs to every row that names it"):
        for rows in (holder.objects.order_by() for holder in holders):
            for column in ("name", "small_name"):
                named = rows if among is None else rows.filter(**{f"{column}__in": among})
                found.update(named.values_list(column, flat=True))
    return found
