"""The production door on a free port of this machine: Granian, DEBUG off, static files hashed and compressed."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
WORKERS, THREADS = 2, 4  # as docker-compose.yml starts it
STARTS_WITHIN = 60.0


@dataclass
class Door:
    port: int
    pid: int

    @property
    def url(self) -> str:
        # Chromium asks for brotli on this name as it would over TLS.
        return f"http://localhost:{self.port}"


class Visitor:
    """One signed-in client that keeps its connection, as the proxy does."""

    def __init__(self, door: Door, cookie: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)
        self._headers = {"Host": f"localhost:{door.port}", "Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}

    def get(self, path: str) -> tuple[float, bytes]:
        """Milliseconds until the last byte, and the page. Raises RuntimeError for anything but a 200."""
        start = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        elapsed = (time.perf_counter() - start) * 1000
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}")
        return elapsed, body


@contextmanager
def open_door(**more_environment: str) -> Iterator[Door]:
    collect_static()
    port = free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_POOL": "true",
        **more_environment,
    }
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(WORKERS), "--blocking-threads", str(THREADS), "--log-level", "warning",
        "openflex.wsgi:application",
    ]  # fmt: skip
    with running(command, environment, log="door.log") as process:
        wait_until_it_answers(port)
        yield Door(port, process.pid)


@contextmanager
def open_sandbox(*module: str) -> Iterator[str]:
    """The valuation sandbox, as a program of its own (`module`: another that serves it, with its options); gives its
    address."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
    with running(
        [sys.executable, "-m", *(module or ("sandbox",)), "--port", str(port)], environment, log="sandbox.log"
    ):
        wait_until_it_answers(port, path="/health")
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running(command: list[str], environment: dict[str, str], *, log: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Started, and ended whatever happens; what it says goes to .data/bench/<log>."""
    with (ROOT / ".data" / "bench" / log).open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=15)


def collect_static() -> None:
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
        cwd=ROOT, check=True, env={**os.environ, "DJANGO_SETTINGS_MODULE": "bench.settings"},
    )  # fmt: skip


def wait_until_it_answers(port: int, *, path: str = "/healthz") -> None:
    give_up = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < give_up:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": f"localhost:{port}"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError(f"Nothing answers on port {port}: see the logs in .data/bench.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
