"""Files that no address leads to: views hand them out to those who may have them."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import IO, Any, Literal

from django.core.files import File
from django.core.files.storage import Storage, storages

# The storages of `settings.STORAGES` that are meant here.
Place = Literal["exports", "photos"]


def keep(name: str, file: IO[bytes], *, place: Place = "exports") -> None:
    storages[place].save(name, File(file))


def exists(name: str, *, place: Place = "exports") -> bool:
    return bool(name) and storages[place].exists(name)


def read(name: str, *, place: Place = "exports") -> "File[Any]":
    """Raises FileNotFoundError."""
    return storages[place].open(name)


def remove(name: str, *, place: Place = "exports") -> None:
    """Nothing happens for a file that is gone already."""
    storages[place].delete(name)


def remove_strays(*, known: Collection[str], before: datetime, place: Place = "exports") -> int:
    """Deletes files that nothing names; those from after `before` may be about to be named. Returns how many."""
    storage, removed = storages[place], 0
    for name in _names(storage, ""):
        if name not in known and storage.get_modified_time(name) < before:
            storage.delete(name)
            removed += 1
    return removed


def _names(storage: Storage, folder: str) -> Iterator[str]:
    if not storage.exists(folder):
        return
    prefix = f"{folder}/" if folder else ""
    folders, files = storage.listdir(folder)
    yield from (f"{prefix}{name}" for name in files)
    for one in folders:
        yield from _names(storage, f"{prefix}{one}")
