"""Files that no address leads to: views hand them out to those who may have them."""

from collections.abc import Collection
from datetime import datetime
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import Storage, storages


def keep(name: str, file: IO[bytes]) -> None:
    _storage().save(name, File(file))


def exists(name: str) -> bool:
    return bool(name) and _storage().exists(name)


def read(name: str) -> "File[Any]":
    return _storage().open(name)


def remove(name: str) -> None:
    """Nothing happens for a file that is gone already."""
    _storage().delete(name)


def remove_strays(*, known: Collection[str], before: datetime) -> None:
    """Deletes files that nothing names; those from after `before` may be about to be named."""
    storage = _storage()
    for name in storage.listdir("")[1] if storage.exists("") else ():
        if name not in known and storage.get_modified_time(name) < before:
            storage.delete(name)


def _storage() -> Storage:
    return storages["exports"]
