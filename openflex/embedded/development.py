"""What `bin/dev` does after the environment is ready."""

import argparse
import json
import os
import subprocess
import sys
import time
import unicodedata
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

from openflex.embedded import locks, notes, ports, processes, services
from openflex.embedded.supervisor import Program, Supervisor, end_leftovers
from openflex.embedded.trouble import Trouble

FIRST_WEB_PORT = 8000
FIRST_SANDBOX_PORT = 8100
READY_PATIENCE = 120.0
ACCOUNTS = (
    ("admin@demo.test", "administrateur de la holding"),
    ("manager@demo.test", "chef des ventes"),
    ("vo@demo.test", "responsable VO"),
    ("vendeur@demo.test", "vendeur"),
    ("moto@demo.test", "vendeur, site moto"),
    ("entite@demo.test", "administrateur d'une seule entité"),
    ("marchand1@demo.test", "marchand"),
    ("marchand2@demo.test", "marchand, autre société"),
    ("autre@demo.test", "administrateur d'une autre holding"),
)
PASSWORD = "openflex"  # noqa: S105 - of the demonstration accounts, refused when DEBUG is off


def run(root: Path, arguments: list[str]) -> int:
    options = _options(arguments)
    data_dir = root / ".data" / "dev"
    # Beside the data folder: starting over removes the latter.
    with (
        locks.sole(root / ".data" / "dev.lock") as alone,
        processes.every_signal_interrupts(),
    ):
        if not alone:
            raise Trouble(_already_running(data_dir))
        try:
            return _run(data_dir, reset=options.reset, seed=not options.no_seed)
        finally:
            (data_dir / "web.json").unlink(missing_ok=True)


def environment(data_dir: Path) -> dict[str, str]:
    """What every command on the development services finds in its environment, unless it is set already."""
    ports_used = notes.read(data_dir / "ports.json")
    values = {
        "DEBUG": "true",
        "OUTBOX_DIR": str(data_dir / "outbox"),
        "EXPORTS_DIR": str(data_dir / "exports"),
        "PHOTOS_DIR": str(data_dir / "photos"),
        "PUBLIC_URL": _address(ports_used.get("web", FIRST_WEB_PORT)),
    }
    if find_spec("sandbox"):
        values["VALUATION_URL"] = _address(ports_used.get("sandbox", FIRST_SANDBOX_PORT))
    return {name: os.environ.get(name) or value for name, value in values.items()}


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/dev", description="Runs the whole application for development.")
    parser.add_argument(
        "--reset",
        action="store_true",
        help="start over: removes the development data first",
    )
    parser.add_argument("--no-seed", action="store_true", help="do not load the demonstration data")
    return parser.parse_args(arguments)


def _run(data_dir: Path, *, reset: bool, seed: bool) -> int:
    web_port, sandbox_port = _choose_ports()
    if reset and data_dir.exists():
        end_leftovers(data_dir / "programs.json")
        services.remove(data_dir)
        print("The development data was removed.", flush=True)
    with services.use(data_dir) as addresses:
        end_leftovers(data_dir / "programs.json")
        notes.write(data_dir / "ports.json", {"web": web_port, "sandbox": sandbox_port})
        notes.write(data_dir / "web.json", {"pid": os.getpid(), "address": _address(web_port)})
        values = environment(data_dir) | addresses
        _prepare(values, seed=seed)
        supervisor = Supervisor(
            _programs(data_dir, values, web_port, sandbox_port),
            note=data_dir / "programs.json",
        )
        return supervisor.run(
            missing_services=lambda: services.missing(data_dir),
            announce=lambda: _announcement(web_port),
        )


def _choose_ports() -> tuple[int, int]:
    asked = os.environ.get("PORT", "")
    if asked and not (asked.isdigit() and 0 < int(asked) < 65536):
        raise Trouble(f"PORT must be a number between 1 and 65535, not {asked!r}.")
    if asked and not ports.is_free(int(asked)):
        raise Trouble(
            f"Port {asked} is taken by another program. Stop it, ask for another port (PORT=8001 bin/dev), "
            "or leave PORT unset to get the next free one."
        )
    return int(asked) if asked else ports.next_free(FIRST_WEB_PORT), ports.next_free(FIRST_SANDBOX_PORT)


def _already_running(data_dir: Path) -> str:
    web = notes.read(data_dir / "web.json")
    where = f" at {web['address']} (process {web['pid']})" if web else ""
    return f"bin/dev is already running for this checkout{where}. Stop it with Ctrl-C there first."


def _prepare(values: dict[str, str], *, seed: bool) -> None:
    print("Preparing the database…", flush=True)
    command = [
        sys.executable,
        "-m",
        "openflex.embedded.prepare",
        *(["--seed"] if seed else []),
    ]
    with subprocess.Popen(command, env={**os.environ, **values}, start_new_session=True) as process:
        try:
            returncode = process.wait()
        except KeyboardInterrupt:
            process.terminate()
            raise
    if returncode:
        raise Trouble("The database could not be prepared: the lines above say why.")


def _programs(data_dir: Path, values: dict[str, str], web_port: int, sandbox_port: int) -> list[Program]:
    python = sys.executable
    # Its warning against root is right in production; in a container for development root is all there is.
    celery = [python, "-W", "ignore:You're running the worker", "-m", "celery", "-q", "-A", "openflex.celery"]
    programs = [
        Program(
            "web",
            [
                python,
                "-m",
                "daphne",
                "-b",
                ports.HOST,
                "-p",
                str(web_port),
                "openflex.asgi:application",
            ],
        ),
        Program(
            "worker", [*celery, "worker", "--loglevel=info", "--concurrency=2", "--without-mingle", "--without-gossip"]
        ),
        Program(
            "beat",
            [
                *celery,
                "beat",
                "--loglevel=info",
                f"--schedule={data_dir / 'beat'}",
                "--pidfile=",
            ],
        ),
    ]
    if find_spec("sandbox") and find_spec("sandbox.__main__"):
        programs.append(Program("sandbox", [python, "-m", "sandbox", "--port", str(sandbox_port)]))
    return [Program(program.name, program.command, values) for program in programs]


def _announcement(port: int) -> str:
    """Once the page really answers."""
    problem = "no answer"
    deadline = time.monotonic() + READY_PATIENCE
    while time.monotonic() < deadline:
        for path in ("readyz", "healthz"):
            status, body = _get(f"{_address(port)}{path}")
            if status == 200:
                return _box(port)
            if status != 404:  # an application without this page yet is asked for the next
                problem = f"{path} says {status} {body}".strip()
                break
        time.sleep(0.2)
    return f"The pages are not ready after {READY_PATIENCE:.0f} seconds: {problem}. The lines above may say why."


def _get(url: str) -> tuple[int, str]:
    # A machine's proxy knows nothing of its own address.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return response.status, ""
    except urllib.error.HTTPError as error:
        return error.code, error.read(500).decode(errors="replace")
    except (OSError, ValueError) as error:
        return 0, json.dumps(str(error))


def _address(port: int) -> str:
    return f"http://{ports.HOST}:{port}/"


def _box(port: int) -> str:
    lines = [
        "OpenFlex est prêt",
        "",
        f"Adresse       {_address(port)}",
        f"Mot de passe  {PASSWORD}",
        "",
    ]
    lines += [f"{email:<22}{role}" for email, role in ACCOUNTS]
    lines += ["", "Ctrl-C pour tout arrêter"]
    # Combining accents would count twice.
    lines = [unicodedata.normalize("NFC", line) for line in lines]
    width = max(map(len, lines))
    rule = "─" * (width + 2)
    return "\n".join(["", f"┌{rule}┐", *(f"│ {line:<{width}} │" for line in lines), f"└{rule}┘", ""])
