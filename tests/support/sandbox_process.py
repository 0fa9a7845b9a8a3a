"""The valuation sandbox as a process of its own on a free port of this machine, for the length of a test module or run.

@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
DEMO_DAY: Final = "2024-12-02"  # the day of the pictures and of the release notes
_ADMIN_TOKEN: Final = "sandbox-admin"
_STARTS_WITHIN: Final = 30.0  # seconds, on a busy machine

# Proxies of the environment are not for this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox; its faults last until `behave()`."""

    url: str
    process: "subprocess.Popen[bytes]"

    def misbehave(self, kind: str, route: str = "*", **more: Any) -> None:
        """A fault of `sandbox/README.md`; `more`: calls, rate, seconds, retry_after."""
        self._admin("POST", {"kind": kind, "route": route, **more})

    def behave(self) -> None:
        self._admin("DELETE", None)

    def _admin(self, method: str, body: dict[str, Any] | None) -> None:
        request = urllib.request.Request(  # noqa: S310 — always our own process, over http
            f"{self.url}/admin/faults",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {_ADMIN_TOKEN}", "Content-Type": "application/json"},
            method=method,
        )
        with _opener.open(request, timeout=10):
            pass


@contextmanager
def running_sandbox(*, day: str = DEMO_DAY, seed: str = "180") -> Iterator[Sandbox]:
    """Started, answering, and ended whatever happens. `RuntimeError` when it does not come up."""
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", str(port), "--date", day, "--seed", seed],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        sandbox = Sandbox(f"http://127.0.0.1:{port}", process)
        _wait_until_it_answers(sandbox)
        yield sandbox
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)


def _wait_until_it_answers(sandbox: Sandbox) -> None:
    give_up = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < give_up:
        if sandbox.process.poll() is not None:
            raise RuntimeError(f"The sandbox ended with code {sandbox.process.returncode}.")
        try:
            with _opener.open(f"{sandbox.url}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("The sandbox does not answer.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
