"""`bin/dev` from nothing, as on a fresh machine: a clone in an empty folder, an empty home, nothing in the environment.

What the system has (Debian's packages) stays; the Python environment, the services and the demonstration data are made.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.door import ROOT, free_port
from bench.figures import Row

PATIENCE = 900.0
# Where packages come from is the machine's to say; everything else of its environment is not there.
KEPT = ("PATH", "LANG", "PIP_", "UV_", "SSL_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL", "HTTP", "NO_PROXY")


def measure() -> list[Row]:
    # Postgres refuses root and runs as another user, who must be able to reach the folder.
    place = Path(tempfile.mkdtemp(prefix="openflex-setup-"))
    place.chmod(0o755)
    try:
        clone, home = place / "clone", place / "home"
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
        environment = {name: value for name, value in os.environ.items() if name.startswith(KEPT)} | {"HOME": str(home)}
        first, _ = _start(clone, environment)
        second, left = _start(clone, environment)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return [
        Row("bin/dev from nothing to the sign-in page", first, "s", "clone, empty home, downloads included", 180),
        Row("bin/dev the second time", second, "s", "to the sign-in page", 10),
        Row("processes that Ctrl-C leaves", left, "processes", "of both runs", 0),
    ]


def _start(clone: Path, environment: dict[str, str]) -> tuple[float, int]:
    """Seconds from the command to the sign-in page, and what is left of it after Ctrl-C."""
    port = free_port()
    start = time.perf_counter()
    command = subprocess.Popen(
        ["bin/dev"],
        cwd=clone,
        env={**environment, "PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not _answers(port):
            if command.poll() is not None:
                raise RuntimeError(f"bin/dev ended with {command.returncode}")
            if time.perf_counter() - start > PATIENCE:
                raise RuntimeError(f"bin/dev did not answer within {PATIENCE:.0f} s")
            time.sleep(0.1)
        seconds = time.perf_counter() - start
    finally:
        if command.poll() is None:
            os.killpg(command.pid, signal.SIGINT)
            command.wait(60)
    return seconds, len(_processes_in(clone))


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/connexion/", timeout=5) as page:
            return bool(page.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _processes_in(folder: Path) -> list[int]:
    """Processes that were started from this folder, whoever runs them."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if str(folder).encode() in words:
            found.append(int(process.name))
    return found
