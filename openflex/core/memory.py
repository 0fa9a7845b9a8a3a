"""What the garbage collector of a serving process looks at."""

import gc

from django.urls import get_resolver

# A page makes tens of thousands of objects and leaves none behind: looking after every 700 finds nothing.
OBJECTS, YOUNG, OLD = 50_000, 10, 10


def settle() -> None:
    """Call once the application is loaded: what is in memory by then stays until the process ends.

    A full collection that walks through it took 200 ms, on whichever page it happened to fall. Imports every view and
    changes the thresholds of the collector, for the whole process.
    """
    get_resolver().url_patterns  # noqa: B018 - reading it imports the views, which the first page would do otherwise
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS, YOUNG, OLD)
