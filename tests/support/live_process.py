"""The application behind Daphne, a process of its own on the database of the tests: it has sockets and can be killed.

It reads committed rows only: its tests are `django_db(transaction=True)`. Its clock is that of the machine.
"""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection
from redis import Redis

from openflex.core import realtime
from openflex.embedded import ports, redis

ROOT: Final = Path(__file__).resolve().parents[2]
_STARTS_WITHIN: Final = 60.0  # seconds, on a busy machine


@dataclass
class LiveSite:
    """`redis_url`: another Redis than that of the tests, for who wants to stop it."""

    redis_url: str = ""
    port: int = field(default_factory=lambda: ports.any_free(preferred=None))
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns once it answers; RuntimeError when it does not."""
        address = urlsplit(os.environ["DATABASE_URL"])
        database = connection.settings_dict["NAME"]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "openflex.settings_test",
            "DATABASE_URL": urlunsplit(address._replace(path=f"/{database}")),
            "REDIS_URL": self.redis_url or settings.REDIS_URL,
        }
        command = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port), "openflex.asgi:application"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        give_up = time.monotonic() + _STARTS_WITHIN
        while time.monotonic() < give_up:
            if self._process.poll() is not None:
                raise RuntimeError(f"Daphne ended with code {self._process.returncode}.")
            if self._answers():
                return
            time.sleep(0.05)
        raise RuntimeError("Daphne does not answer.")

    def kill(self) -> None:
        """As a crash would: nothing is closed."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
            self._process = None

    def _answers(self) -> bool:
        http_connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            http_connection.request("GET", "/healthz")
            return http_connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            http_connection.close()


@contextmanager
def redis_of_its_own(folder: Path, patch: Any) -> Iterator[Path]:
    """A Redis in this folder (`openflex.embedded.redis`: `stop` and `ensure` it), to which what this process tells goes
    too; `patch` is a MonkeyPatch."""
    client = Redis.from_url(redis.ensure(folder), socket_connect_timeout=1, socket_timeout=1)
    patch.setattr(realtime, "_redis", cache(lambda: client))
    yield folder
    redis.stop(folder)


@contextmanager
def running_site(*, redis_url: str = "") -> Iterator[LiveSite]:
    site = LiveSite(redis_url)
    try:
        site.start()
        yield site
    finally:
        site.kill()
