"""Where the sockets of a process ask the database: a few threads of their own, never the event loop."""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from channels.db import DatabaseSyncToAsync

T = TypeVar("T")

# After a restart everybody comes back at once: more threads would only wait for connections of the database.
_THREADS: Final = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")


def in_database(function: Callable[..., T], *args: Any) -> Awaitable[T]:
    asked: Awaitable[T] = DatabaseSyncToAsync(function, thread_sensitive=False, executor=_THREADS)(*args)
    return asked
