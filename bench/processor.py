"""How much of a page's time is the processor's, and how busy the machine was meanwhile.

A p95 by the clock tells of the neighbours on the machine as much as of the page. The processor time of the door and of
its database tells of the page; a fixed piece of work, done in turn with the pages, tells of the machine.
"""

import time

import psutil
from django.db import connection

from bench.door import Door

_TURNS = 200_000


class Meter:
    """The processor time, in milliseconds, that the door and the connections of the database have spent so far."""

    def __init__(self, door: Door) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            backends = [psutil.Process(pid) for (pid,) in cursor.fetchall()]
        server = psutil.Process(door.pid)
        self._spent = dict.fromkeys((server, *server.children(recursive=True), *backends), 0.0)

    def read(self) -> float:
        for process in self._spent:
            try:
                self._spent[process] = sum(process.cpu_times()[:2])
            except psutil.NoSuchProcess:
                continue  # a connection that the pool gave back: what it spent stays spent
        return sum(self._spent.values()) * 1000


def fixed_work() -> float:
    """Milliseconds that the same sums take."""
    start = time.perf_counter()
    total = 0
    for turn in range(_TURNS):
        total += turn * turn
    return (time.perf_counter() - start) * 1000
