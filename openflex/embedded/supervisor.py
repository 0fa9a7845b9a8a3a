"""Runs several programs as one: their lines in one terminal, one end for all.

honcho gives the printing (names, times, colours). Its Manager is not used: it forks one Python per program and fails
on a signal that arrives before all of them have started.
"""

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, Popen
from types import FrameType
from typing import IO

import psutil
from honcho.colour import get_colours
from honcho.printer import Message, Printer

from openflex.embedded import notes, processes

PATIENCE = 10.0  # seconds from SIGTERM to SIGKILL: a worker may finish its task
SERVICES_EVERY = 2.0


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


class Supervisor:
    def __init__(self, programs: Sequence[Program], *, note: Path, output: IO[str] = sys.stdout) -> None:
        """`note` remembers the programs, so that the next run can end them if this one is killed."""
        self._programs = programs
        self._note = note
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._running: dict[str, Popen[bytes]] = {}
        self._signals: list[int] = []
        self._printer = Printer(output, width=max(len(program.name) for program in programs))

    def run(
        self,
        *,
        missing_services: Callable[[], list[str]] = list,
        announce: Callable[[], str | None] = lambda: None,
    ) -> int:
        """0 after a stop that was asked for, 1 when a program or a service died.

        `missing_services` names those that do not run; `announce` is called beside the programs, may wait for them
        and returns a text to print.
        """
        asked = 1
        former = {signum: signal.signal(signum, self._on_signal) for signum in processes.SIGNALS}
        try:
            end_leftovers(self._note)
            self._start_all()
            threading.Thread(target=self._announce, args=[announce], daemon=True).start()
            reason = self._follow(missing_services)
            # Counted before anybody is told: a signal that answers the message is already the second one.
            asked = min(len(self._signals), 1)
            wanted = bool(self._signals)
            self._say(f"{reason}: stopping everything.")
        finally:
            self._stop_all(asked)
            self._note.unlink(missing_ok=True)
            for signum, handler in former.items():
                signal.signal(signum, handler)
        return 0 if wanted else 1

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        self._signals.append(signum)

    def _start_all(self) -> None:
        colours = get_colours()
        born: dict[str, list[float]] = {}
        for program in self._programs:
            process = Popen(
                program.command,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **program.environment},
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone, and we end them in order
            )
            self._running[program.name] = process
            with suppress(psutil.NoSuchProcess):
                born[program.name] = [
                    process.pid,
                    psutil.Process(process.pid).create_time(),
                ]
            notes.write(self._note, born)
            threading.Thread(
                target=self._read,
                args=[program.name, process, next(colours)],
                daemon=True,
            ).start()

    def _read(self, name: str, process: Popen[bytes], colour: str) -> None:
        for line in process.stdout or ():
            self._messages.put(_message("line", line, name, colour))

    def _announce(self, announce: Callable[[], str | None]) -> None:
        text = announce()
        if text:
            self._messages.put(_message("text", text))

    def _follow(self, missing_services: Callable[[], list[str]]) -> str:
        """Prints what the programs say until there is a reason to stop; returns it."""
        look_again = time.monotonic() + SERVICES_EVERY
        while not self._signals:
            self._print_for(0.1)
            for name, process in self._running.items():
                if process.poll() is not None:
                    return f"{name} ended ({_how(process.returncode)})"
            if time.monotonic() >= look_again:
                missing = missing_services()
                if missing:
                    return f"{' and '.join(missing)} ended"
                look_again = time.monotonic() + SERVICES_EVERY
        return f"{signal.Signals(self._signals[0]).name} received"

    def _stop_all(self, asked: int) -> None:
        """`asked` signals were already there when stopping began."""
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + PATIENCE
        while any(process.poll() is None for process in self._running.values()):
            # A second Ctrl-C is impatience.
            if time.monotonic() > deadline or len(self._signals) > asked:
                break
            self._print_for(0.05)
        for process in self._running.values():
            processes.end_group(process.pid)  # also what a program started and left behind
            process.wait()
        self._print_for(0.1)

    def _print_for(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                message = self._messages.get(timeout=left)
            except queue.Empty:
                return
            if message.type == "text":
                self._write(partial(print, message.data, file=self._printer.output, flush=True))
            else:
                self._write(partial(self._printer.write, message))

    def _say(self, text: str) -> None:
        self._write(partial(self._printer.write, _message("line", text, "bin/dev")))

    def _write(self, write: Callable[[], object]) -> None:
        # A closed terminal or pipe must not keep the programs from being ended.
        try:
            write()
        except OSError:
            self._signals.append(signal.SIGHUP)


def _message(kind: str, data: str | bytes, name: str | None = None, colour: str | None = None) -> Message:
    return Message(kind, data, datetime.now().astimezone(), name, colour)


def end_leftovers(note: Path) -> None:
    """Ends what a supervisor that was killed could not end."""
    for pid, born in notes.read(note).values():
        process = processes.find(int(pid), born)
        if process is not None:
            processes.end(process, signal.SIGTERM, patience=PATIENCE)
            processes.end_group(int(pid))
    note.unlink(missing_ok=True)


def _how(returncode: int) -> str:
    return f"killed by {signal.Signals(-returncode).name}" if returncode < 0 else f"exit code {returncode}"
