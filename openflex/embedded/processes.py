"""Processes that outlive the command that started them, known by number and time of birth."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def start(command: list[str], *, folder: Path, log: Path, account: Mapping[str, Any]) -> psutil.Popen:
    """In a session of its own: Ctrl-C at the terminal must not reach it."""
    with log.open("wb") as output:
        return psutil.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **account,
        )


def find(pid: int | None, born: float | None = None) -> psutil.Process | None:
    """None when it is dead, a zombie, or when its number went to another process."""
    if not pid:
        return None
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            process.wait(timeout=0)  # reaps it when it is our child
            return None
        if born is not None and abs(process.create_time() - born) > 1:
            return None
    except psutil.Error:
        return None
    return process


def end(process: psutil.Process, *signals: signal.Signals, patience: float = 10) -> None:
    """Sends each signal in turn, waiting for each, then SIGKILL."""
    for signum in (*signals, signal.SIGKILL):
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signum)
        with suppress(psutil.TimeoutExpired):
            process.wait(timeout=patience)
            return


def end_group(leader: int) -> None:
    """Kills what a session's leader left behind; only right after the leader's end, before its number is used again."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Ctrl-C takes effect after the block: half-started or half-stopped services would be left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []

    def note(signum: int, frame: FrameType | None) -> None:
        caught.append(signum)

    former = {signum: signal.signal(signum, note) for signum in SIGNALS}
    try:
        yield
    finally:
        for signum, handler in former.items():
            signal.signal(signum, handler)
        if caught:
            os.kill(os.getpid(), caught[0])


@contextmanager
def every_signal_interrupts() -> Iterator[None]:
    """SIGTERM and a closed terminal end a command the way Ctrl-C does."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    former = {signum: signal.signal(signum, interrupt) for signum in SIGNALS}
    try:
        yield
    finally:
        for signum, handler in former.items():
            signal.signal(signum, handler)
