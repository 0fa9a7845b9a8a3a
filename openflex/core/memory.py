"""What the garbage collector of a serving process looks at, and when."""

import gc
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.urls import get_resolver

# A page makes tens of thousands of objects and leaves none behind: looking after every 700 finds nothing.
OBJECTS, YOUNG, OLD = 50_000, 10, 10
# Where it is looked through between pages, only one that makes this many by itself is stopped for it.
OBJECTS_OF_ONE_PAGE = 1_000_000


def settle() -> None:
    """Call once the application is loaded: what is in memory by then stays until the process ends.

    A full collection that walks through it took 200 ms, on whichever page it happened to fall. Imports every view and
    changes the thresholds of the collector, for the whole process.
    """
    get_resolver().url_patterns  # noqa: B018 - reading it imports the views, which the first page would do otherwise
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS, YOUNG, OLD)


def collect_between_pages(application: Callable[..., Iterable[bytes]]) -> Callable[..., "Answer"]:
    """The same WSGI application; the collector looks once an answer has left, not while somebody waits for it.

    A radar leaves thousands of objects in the memory of the process, so that each eighth value was told 10 to 60 ms
    late. Changes the thresholds of the collector, for the whole process.
    """
    gc.set_threshold(OBJECTS_OF_ONE_PAGE, YOUNG, OLD)

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Answer:
        return Answer(application(environ, start_response))

    return serve


class Answer:
    """What an application answered; the collector looks when it is closed."""

    def __init__(self, body: Iterable[bytes]) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """The server calls it when the last byte is on its way."""
        close = getattr(self._body, "close", None)
        if close is not None:
            close()
        _collect()


def _collect() -> None:
    """The oldest generation that is due, as the collector itself would choose it."""
    made, younger, old = gc.get_count()
    if old > OLD:
        gc.collect()
    elif younger > YOUNG:
        gc.collect(1)
    elif made > OBJECTS:
        gc.collect(0)
