"""An event to a thousand screens: the live layer in Daphne, beside a bare asyncio broadcast in the same minutes."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any

import psutil
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench.apps import TOPIC
from bench.data import sign_in
from bench.door import ROOT, free_port, running, wait_until_it_answers
from bench.figures import RUNS, Row, p95
from openflex.core.realtime import publish_on_commit
from settings_admin.access.services.holdings import create_holding
from settings_admin.models import Holding, User
from settings_admin.scoping import unscoped

WATCHERS = 1_000
A_SECOND = 5  # events
EVENTS = 20  # of each run
STALLED = 20
# Events: more than may be under way and waiting for one socket, told within the half minute after which Daphne closes
# what answers no ping.
STALL = 110
# As long as a bid that everybody is told.
PAYLOAD = {
    "amount": "12 450,00 €",
    "by": "Négoce Auto",
    "line": 492,
    "state": "open",
    "ends_at": "2026-11-26T17:00:00Z",
}

Watchers = Callable[[str], Any]


def measure() -> list[Row]:
    allow_sockets()
    everybody = [(TOPIC, sign_in(_somebody()))]
    port, bare_port = free_port(), free_port()
    with (
        daphne(port) as server,
        _bare(bare_port) as tell_bare,
        watchers(port, everybody * 20) as first,
        watchers(port, everybody * WATCHERS) as live,
        watchers(bare_port, [("", "")] * WATCHERS) as bare,
    ):
        first("open")
        _tell(_publish, events=3)
        before = server.memory_info().rss
        live("open")
        bare("open")
        _tell(_publish, events=3)
        live(f"report {3 * WATCHERS}")
        memory = (server.memory_info().rss - before) / 1024 / WATCHERS
        spent = sum(server.cpu_times()[:2])
        runs = [(_run(live, _publish), _run(bare, tell_bare)) for _ in range(RUNS)]
        spent = (sum(server.cpu_times()[:2]) - spent) / (RUNS * EVENTS) * 1000
        ours, limit = (median(p95(run[side]) for run in runs) for side in (0, 1))
        unheard = sum(WATCHERS * EVENTS - len(run[0]) for run in runs)
        live(f"stall {STALLED}")
        reading, blocks = WATCHERS - STALLED, []
        for _ in range(RUNS):
            _tell(_publish, events=STALL // RUNS)
            blocks.append(p95(live(f"report {STALL // RUNS * reading}")))
        told = live(f"wake {STALLED}")
    how = f"p95 of {WATCHERS:,} watchers × {EVENTS} events, {A_SECOND} a second, median of {RUNS} runs"
    return [
        Row("event to the other screens", ours, "ms", f"{how}; from before the commit to the frame"),
        Row("the same by a bare asyncio broadcast", limit, "ms", how),
        Row("event to the other screens, beside the bare broadcast", ours / limit, "×", "same run", 4),
        Row("frames that a snapshot had to replace", unheard, f"of {RUNS * EVENTS * WATCHERS:,}", "same runs", 0),
        Row("processor time of one event", spent, "ms", f"of Daphne, for {WATCHERS:,} sockets; same runs"),
        Row("memory of a watcher", memory, "KB", f"growth of Daphne with {WATCHERS:,} sockets, after a first 20", 50),
        Row(f"the same while {STALLED} others read nothing", median(blocks) / limit, "×", "right after those runs", 4),
        Row("of those, told to start over", told, f"of {STALLED}", f"after {STALL} events", None, f"{STALLED}"),
    ]


def _run(watchers: Watchers, publish: Callable[[], None]) -> list[float]:
    _tell(publish, events=EVENTS)
    return list(watchers(f"report {WATCHERS * EVENTS}"))


def _tell(publish: Callable[[], None], *, events: int) -> None:
    for _ in range(events):
        start = time.perf_counter()
        publish()
        time.sleep(max(0.0, 1 / A_SECOND - (time.perf_counter() - start)))


def _publish() -> None:
    # The same clock in every process of a machine.
    publish_on_commit(TOPIC, "bid", {**PAYLOAD, "at": time.perf_counter()})


@contextmanager
def daphne(port: int) -> Iterator[psutil.Process]:
    environment = {**os.environ, "DATABASE_POOL": "true"}
    command = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "openflex.asgi:application"]
    with running(command, environment, log="sockets.log") as process:
        wait_until_it_answers(port)
        yield psutil.Process(process.pid)


@contextmanager
def _bare(port: int) -> Iterator[Callable[[], None]]:
    with _talking("bench.bare", str(port)) as process:
        _line(process)

        def publish() -> None:
            told = {"topic": TOPIC, "kind": "bid", "payload": {**PAYLOAD, "at": time.perf_counter()}}
            _say(process, json.dumps(told))

        yield publish


@contextmanager
def watchers(port: int, of: Sequence[tuple[str, str]]) -> Iterator[Watchers]:
    """Sockets, each with the topic it watches and the session it belongs to (none on the bare server)."""
    with _talking("bench.watchers", str(port)) as process:
        _say(process, json.dumps([(topic, key and f"{settings.SESSION_COOKIE_NAME}={key}") for topic, key in of]))

        def ask(words: str) -> Any:
            _say(process, words)
            return json.loads(_line(process))

        yield ask


@contextmanager
def _talking(module: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=15)


def _say(process: "subprocess.Popen[str]", words: str) -> None:
    if process.stdin is not None:
        process.stdin.write(f"{words}\n")
        process.stdin.flush()


def _line(process: "subprocess.Popen[str]") -> str:
    line = process.stdout.readline() if process.stdout is not None else ""
    if not line:
        raise RuntimeError("a program of the measurement ended: its words stand above")
    return line


def allow_sockets() -> None:
    """Each process holds more than the thousand files it may by default; those that are started inherit it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192) if most > 0 else 8192, most))


def _somebody() -> User:
    call_command("migrate", verbosity=0)
    with unscoped("measurement data"):
        holding = Holding.objects.filter(name="Mesure").first() or create_holding(name="Mesure")
        user, _ = User.objects.get_or_create(
            email="live@bench.test", defaults={"first_name": "Lise", "last_name": "Mesure", "holding": holding}
        )
    connection.close()
    return user
